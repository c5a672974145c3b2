"""A bot as it runs, on a database of the benchmark's, with a platform that shows nothing to anybody."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.measuring import frozen
from benchmarks.nowhere import NAME, Nowhere
from benchmarks.reminders import KIND, falls_due, renders
from bot.compose import Bot, compose, falls_due_of, renders_of
from bot.due import DueWork
from bot.outbox import OutboxWork
from bot.ports import Clock
from bot.settings import read_settings


@asynccontextmanager
async def running_bot(url: str, clock: Clock) -> AsyncIterator[tuple[Bot, Nowhere]]:
    """The bot that `greenroom` starts, which knows reminders besides; `Bot.work` is one round of its work."""
    nowhere = Nowhere()
    async with compose(read_settings(_env_file=None, DATABASE_URL=url), clock) as bot:
        bot.platforms[NAME] = nowhere
        bot.due = DueWork(bot.services, {KIND: falls_due, **falls_due_of(bot.features)})
        bot.outbox = OutboxWork(bot.services, {KIND: renders, **renders_of(bot.features)}, random=random.Random(1))
        with frozen():
            yield bot, nowhere
