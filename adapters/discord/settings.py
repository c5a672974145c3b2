"""What Discord needs from the settings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.errors import SetupError
from bot.settings import Settings

SHARDS_MOST = 16_384
"""More than any bot has: a slip of the keyboard is told from a large bot."""


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """`gateway_url` "" is the one that Discord names, `shard_count` None as many as it recommends."""

    token: str = field(repr=False)
    api_url: str
    gateway_url: str = ""
    shard_ids: tuple[int, ...] | None = None
    shard_count: int | None = None


def discord_settings(settings: Settings) -> DiscordSettings:
    """Discord's part of the settings. Raises SetupError for what is missing or makes no sense."""
    token = settings.discord_token.get_secret_value().strip().removeprefix("Bot ").strip()
    if not token:
        raise SetupError("DISCORD_TOKEN: it is missing; docs/discord.md says where to find it")
    if re.search(r"\s", token) or not token.isascii():
        raise SetupError("DISCORD_TOKEN: a token has no spaces and no letters beyond ASCII; copy it again")
    return DiscordSettings(
        token,
        _address("DISCORD_API_URL", settings.discord_api_url, ("http", "https")).rstrip("/"),
        _address("DISCORD_GATEWAY_URL", settings.discord_gateway_url, ("ws", "wss")),
        _shard_ids(settings.discord_shard_ids, settings.discord_shard_count),
        settings.discord_shard_count or None,
    )


def _address(name: str, url: str, schemes: tuple[str, ...]) -> str:
    if url and not re.fullmatch(rf"(?:{'|'.join(schemes)})://[^\s/]+(?:/\S*)?", url):
        raise SetupError(f"{name}: an address begins with {schemes[-1]}:// (or {schemes[0]}://)")
    return url


def _shard_ids(typed: str, count: int) -> tuple[int, ...] | None:
    if count > SHARDS_MOST:
        raise SetupError(f"DISCORD_SHARD_COUNT: at most {SHARDS_MOST}")
    if not typed.strip():
        return None
    if not count:
        raise SetupError("DISCORD_SHARD_COUNT: it is needed beside DISCORD_SHARD_IDS, the same in every process")
    found: set[int] = set()
    for part in typed.split(","):
        match = re.fullmatch(r"\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?", part, re.ASCII)
        if match is None:
            raise SetupError("DISCORD_SHARD_IDS: write them as 0,1 or 0-3")
        found.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    if not found or max(found) >= count:
        raise SetupError(f"DISCORD_SHARD_IDS: with DISCORD_SHARD_COUNT={count} they are 0 to {count - 1}")
    return tuple(sorted(found))
