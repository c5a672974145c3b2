"""The whole bot, with a database, on a fake Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.discord.client import Discord
from adapters.discord.settings import DiscordSettings
from bot.compose import Bot, SystemClock, compose
from bot.compose.apart import NotesOf
from bot.ports import Clock
from bot.settings import Settings
from tests.adapters.discord.harness import Swift
from tests.fakes.discord import FakeDiscord


@asynccontextmanager
async def whole(fake: FakeDiscord, database_url: str, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """A bot that has logged in and told what it had to tell at its start."""
    given = {"DATABASE_URL": database_url, "GREENROOM_TIMEZONE": "Europe/Berlin", "GREENROOM_LOCALE": "en"}
    settings = Settings.model_validate(given)
    async with compose(settings, clock or SystemClock()) as bot:
        platform = Discord(
            DiscordSettings(fake.token, fake.api_url, fake.gateway_url),
            features=bot.features,
            clock=bot.clock,
            notes=NotesOf(bot.database),
            turnstile=Swift(),
        )
        bot.platforms[Discord.name] = platform
        serving = asyncio.ensure_future(bot.serve())
        ready = asyncio.ensure_future(platform.is_ready.wait())
        try:
            await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
            yield bot
        finally:
            ready.cancel()
            serving.cancel()
            await asyncio.gather(serving, ready, return_exceptions=True)
