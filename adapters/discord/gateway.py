"""The connection on which Discord tells what happens, kept by discord.py; what is heard goes to one listener."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any, Protocol

import aiohttp
import discord
import structlog
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from adapters.discord.settings import DiscordSettings
from adapters.discord.shards import wait_for_turn
from bot.errors import SetupError
from bot.logs import without_traces
from bot.ports import Turnstile

REACH_SECONDS = 10.0
QUIET_SECONDS = 0.5
"""Once no server was told of for so long after the start, all of them were; one that comes later is no harm."""

log = structlog.get_logger()


class Listener(Protocol):
    """What the connection is for."""

    async def interaction(self, interaction: discord.Interaction) -> None: ...

    async def server(self, guild: discord.Guild) -> None:
        """One that the bot is in came into reach; it may be new."""

    async def left(self, guild: discord.Guild) -> None: ...

    async def event_changed(self, event: discord.ScheduledEvent) -> None:
        """Somebody changed a scheduled event, or who is interested in it."""

    async def ready(self) -> None:
        """All that Discord had to tell at the start of the sessions has been told."""


class Gateway(discord.AutoShardedClient):
    """Sessions of all shards of this process. Nothing is cached beyond servers and their channels."""

    def __init__(self, settings: DiscordSettings, listener: Listener, turnstile: Turnstile) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        intents.guild_scheduled_events = True
        _hush()
        super().__init__(
            intents=intents,
            guild_ready_timeout=QUIET_SECONDS,
            shard_count=settings.shard_count,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=30.0,
        )
        self.shard_ids = list(settings.shard_ids) if settings.shard_ids is not None else None
        self._settings = settings
        self._listener = listener
        self._turnstile = turnstile
        self._buckets = 1

    @property
    def is_connected(self) -> bool:
        """Whether no shard has lost its connection."""
        return bool(self.shards) and not any(shard.is_closed() for shard in self.shards.values())

    async def begin(self) -> None:
        """Log in and find the gateway. Raises SetupError for what the operator must change."""
        # discord.py offers no other place for these addresses
        Route.BASE = self._settings.api_url
        try:
            await self.login(self._settings.token)
            count, url, limits = await self.http.get_bot_gateway()
        except discord.LoginFailure:
            raise SetupError("DISCORD_TOKEN: Discord does not take this token; copy it again or reset it") from None
        except (discord.HTTPException, discord.GatewayNotFound) as error:
            raise SetupError(f"DISCORD_API_URL: {self._settings.api_url} answered {_told(error)}") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SetupError(
                f"DISCORD_API_URL: {self._settings.api_url} cannot be reached ({type(error).__name__})"
            ) from None
        if limits["remaining"] < 1:
            seconds = limits["reset_after"] // 1000
            raise SetupError(f"DISCORD_TOKEN: Discord allows this bot no more starts for {seconds} seconds")
        self._buckets = limits["max_concurrency"]
        self.shard_count = self.shard_count or count
        gateway = URL(self._settings.gateway_url or url)
        await _reach(gateway)
        DiscordWebSocket.DEFAULT_GATEWAY = gateway

    async def listen(self) -> None:
        """Keep the sessions until this is cancelled. Raises SetupError for what the operator must change."""
        try:
            await self.connect()
        except discord.PrivilegedIntentsRequired:
            raise SetupError(
                "DISCORD_TOKEN: Discord refuses an intent that this bot asks for; see docs/discord.md, Intents"
            ) from None
        except discord.ConnectionClosed as error:
            raise SetupError(_closed(error.code)) from None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        await wait_for_turn(self._turnstile, self.application_id or 0, shard_id or 0, self._buckets)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self._listener.interaction(interaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._listener.server(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._listener.server(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._listener.left(guild)

    async def on_scheduled_event_create(self, event: discord.ScheduledEvent) -> None:
        await self._listener.event_changed(event)

    async def on_scheduled_event_update(self, _before: discord.ScheduledEvent, after: discord.ScheduledEvent) -> None:
        await self._listener.event_changed(after)

    async def on_scheduled_event_delete(self, event: discord.ScheduledEvent) -> None:
        await self._listener.event_changed(event)

    async def on_scheduled_event_user_add(self, event: discord.ScheduledEvent, _user: discord.User) -> None:
        await self._listener.event_changed(event)

    async def on_scheduled_event_user_remove(self, event: discord.ScheduledEvent, _user: discord.User) -> None:
        await self._listener.event_changed(event)

    async def on_ready(self) -> None:
        await self._listener.ready()

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:  # Any: as discord.py has it
        log.error("event broke", happened=event_method, exc_info=sys.exception())


async def _reach(gateway: URL) -> None:
    """Raise SetupError unless a gateway speaks there: discord.py would try for ever, with a stack trace each time."""
    url = gateway.with_query(v=10, encoding="json")
    try:
        async with (
            asyncio.timeout(REACH_SECONDS),
            aiohttp.ClientSession() as session,
            session.ws_connect(url) as socket,
        ):
            hello = await socket.receive_json()
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError, TypeError) as error:
        raise SetupError(
            f"DISCORD_GATEWAY_URL: the gateway {gateway} cannot be reached ({type(error).__name__})"
        ) from None
    if hello.get("op") != DiscordWebSocket.HELLO:
        raise SetupError(f"DISCORD_GATEWAY_URL: what answers at {gateway} is no gateway of Discord")


def _told(error: Exception) -> str:
    return str(error.status) if isinstance(error, discord.HTTPException) else "nothing of use"


CLOSED = {
    4004: "DISCORD_TOKEN: Discord does not take this token; copy it again or reset it",
    4010: "DISCORD_SHARD_IDS: Discord refuses these shards",
    4011: "DISCORD_SHARD_COUNT: the bot is in more servers than so many shards may hold; raise it, or leave it out",
    4012: "this version speaks a gateway that Discord no longer has; update Greenroom",
    4013: "this version asks for intents that Discord no longer has; update Greenroom",
}
"""Close codes after which there is no way on (Topics: Opcodes and Status Codes)."""


def _closed(code: int) -> str:
    return CLOSED.get(code, f"Discord closed the connection with code {code}")


def _hush() -> None:
    """No advice on voice, which nobody uses here, and no stack traces for connections that break."""
    discord.VoiceClient.warn_nacl = False
    discord.VoiceClient.warn_dave = False
    for name in ("discord.shard", "discord.client", "discord.gateway"):
        without_traces(logging.getLogger(name), OSError, aiohttp.ClientError, discord.ConnectionClosed)
