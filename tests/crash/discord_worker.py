"""A bot on Discord, made to be killed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from adapters.discord.client import Discord
from adapters.discord.settings import DiscordSettings
from bot.compose import Bot
from bot.compose.apart import NotesOf
from storage.turnstile import LocalTurnstile
from tests.crash import whole_worker


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker runs, however often it is started again. Without `shards` it has all of them."""

    database_url: str
    token: str
    api_url: str
    gateway_url: str
    shards: tuple[int, ...] | None
    shard_count: int | None


class Swift(LocalTurnstile):
    """Discord's five seconds between identifies would take longer than all of the rest."""

    async def pass_through(self, name: str, seconds: float) -> None:
        await super().pass_through(name, 0)


def start(place: Place, seed: int) -> None:
    """Where a forked process begins."""

    def discord(bot: Bot) -> Discord:
        return Discord(
            DiscordSettings(place.token, place.api_url, place.gateway_url, place.shards, place.shard_count),
            features=bot.features,
            clock=bot.clock,
            notes=NotesOf(bot.database),
            turnstile=Swift(),
        )

    asyncio.run(whole_worker.run(place.database_url, seed, discord))
