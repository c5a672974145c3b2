"""A whole bot, made to be killed: everything is the real thing, at a few hundredths of the timings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from random import Random

import structlog

from bot.compose import Bot, SystemClock, compose, errands_of, renders_of
from bot.outbox import OutboxWork, Timings
from bot.platform import Platform
from bot.settings import Settings

TIMINGS = replace(Timings().scaled(0.03), patience=0.9)
"""A lease of 3.6 s. A batch keeps the next one waiting as long as a send may take: an adapter keeps to its platform's
pace, and whoever waits for that is under way already."""
BATCH = 6


async def run(database_url: str, seed: int, platform: Callable[[Bot], Platform]) -> None:
    """Run on that platform until killed."""
    logging.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    given = {"DATABASE_URL": database_url, "GREENROOM_TIMEZONE": "UTC", "GREENROOM_LOCALE": "en"}
    async with compose(Settings.model_validate(given), SystemClock()) as bot:
        made = platform(bot)
        bot.platforms[made.name] = made
        bot.outbox = OutboxWork(
            bot.services,
            renders_of(bot.features),
            errands=errands_of(bot.features),
            random=Random(seed),
            timings=TIMINGS,
            batch=BATCH,
        )
        await bot.serve()
