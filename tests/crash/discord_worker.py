"""The whole bot on Discord, made to be killed: everything is the real thing, at a few hundredths of the timings."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from random import Random

import structlog

from adapters.discord.client import Discord
from adapters.discord.settings import DiscordSettings
from bot.compose import SystemClock, compose, errands_of, renders_of
from bot.compose.apart import NotesOf
from bot.outbox import OutboxWork, Timings
from bot.settings import Settings
from storage.turnstile import LocalTurnstile

TIMINGS = replace(Timings().scaled(0.03), patience=0.9)
"""A lease of 3.6 s. A batch keeps the next one waiting as long as a send may take: the adapter sends 50 in a second,
and whoever waits for that is under way already."""
BATCH = 6


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


async def main(place: Place, seed: int) -> None:
    """Run until killed."""
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    given = {"DATABASE_URL": place.database_url, "GREENROOM_TIMEZONE": "UTC", "GREENROOM_LOCALE": "en"}
    async with compose(Settings.model_validate(given), SystemClock()) as bot:
        bot.platforms[Discord.name] = Discord(
            DiscordSettings(place.token, place.api_url, place.gateway_url, place.shards, place.shard_count),
            features=bot.features,
            clock=bot.clock,
            notes=NotesOf(bot.database),
            turnstile=Swift(),
        )
        bot.outbox = OutboxWork(
            bot.services,
            renders_of(bot.features),
            errands=errands_of(bot.features),
            random=Random(seed),
            timings=TIMINGS,
            batch=BATCH,
        )
        await bot.serve()


def start(place: Place, seed: int) -> None:
    """Where a forked process begins."""
    asyncio.run(main(place, seed))
