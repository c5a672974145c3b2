"""The one place that sees everything: settings, storage, platforms and the scheduler, put together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from adapters.scheduler import Scheduler
from bot.app import App
from bot.chores import ChoreWork
from bot.commands import Chore, Errand, FallsDue, Feature, Lookup, Reminds, Renders, Services
from bot.compose.web import OpenedLater
from bot.domain.delivery import Due
from bot.due import DueWork, earliest
from bot.features import connections, digests, events, feeds, gigs, greenroom, path, people, posts, reminders, resources
from bot.features.closed import CLOSED, tell
from bot.features.help import help_feature
from bot.features.home import home_feature
from bot.features.housekeeping import HOUSEKEEPING, tidy
from bot.features.lookups import LOOKUPS
from bot.features.welcome import GREETING, greet
from bot.outbox import OutboxWork
from bot.platform import Platform
from bot.ports import Clock, Web
from bot.sealing import Vault
from bot.settings import Settings
from storage.database import Database, hold, migrate

__all__ = [
    "Bot",
    "SystemClock",
    "all_features",
    "compose",
    "errands_of",
    "falls_due_of",
    "lookups_of",
    "migrate",
    "renders_of",
]


class SystemClock:
    """Implements `bot.ports.Clock`: the computer's."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def all_features() -> tuple[Feature, ...]:
    """Every feature, in the order help shows them."""
    shared, own = (
        (events.FEATURE, resources.FEATURE, gigs.FEATURE, people.PEOPLE, digests.FEATURE, feeds.FEATURE),
        (connections.FEATURE, reminders.FEATURE, path.FEATURE, people.FEATURE, greenroom.FEATURE),
    )
    listed = (*shared, home_feature((*shared, *own)), *own)
    return (*listed, help_feature(listed))


class Serves(Protocol):
    async def serve(self) -> None:
        """Serve until cancelled."""


class Bot:
    """Everything that runs. Platforms are put into `platforms` before `serve`."""

    def __init__(self, settings: Settings, clock: Clock, web: Web) -> None:
        self.settings = settings
        self.clock = clock
        self.features = all_features()
        self.platforms: dict[str, Platform] = {}
        self.beside: list[Serves] = []
        """What runs beside the platforms, such as the web server; put there before `serve`, too."""
        self.scheduler = Scheduler(clock, self.work)
        vault = Vault(settings.secret_key.get_secret_value())
        self.database = Database(settings.database_url, wake=self.scheduler.wake, vault=vault)
        named = lookups_of(self.features), reminds_of(self.features)
        self.services = Services(self.database, clock, self.platforms, *named, web)
        self.app = App(self.features, self.services, settings.timezone, settings.locale)
        self.due = DueWork(self.services, falls_due_of(self.features))
        self.outbox = OutboxWork(
            self.services, renders_of(self.features), errands=errands_of(self.features), random=random.Random()
        )
        self.chores = ChoreWork(self.services, chores_of(self.features), wake=self.scheduler.wake)
        self.turn = asyncio.Lock()

    async def work(self) -> datetime | None:
        """Do all that is due and send all that is owed, one round at a time; return when the next is."""
        async with self.turn:
            await self.due.run(between=self.outbox.run)  # a platform's pace is slow: the first go out meanwhile
            await self.outbox.run()
            await self.chores.run()
            moments = await earliest(self.services), await self.chores.earliest()
            return min((moment for moment in moments if moment is not None), default=None)

    async def is_healthy(self) -> bool:
        """Whether every platform is connected and the database answers."""
        return all(each.is_connected for each in self.platforms.values()) and await self.database.answers()

    async def serve(self) -> None:
        """Serve every platform until the first of them ends, with the scheduler and all else beside them."""
        # what stands now stays: looking through it again would stop the loop for 50 ms at a time
        gc.collect()
        gc.freeze()
        background = asyncio.create_task(self.scheduler.run())
        serving = [asyncio.create_task(platform.serve(self.app)) for platform in self.platforms.values()]
        serving += [asyncio.create_task(each.serve()) for each in self.beside]
        try:
            done, _ = await asyncio.wait([background, *serving], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            # platforms go last: what is being sent gets its answer first
            background.cancel()
            await asyncio.gather(background, return_exceptions=True)
            for task in serving:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)


@contextlib.asynccontextmanager
async def compose(settings: Settings, clock: Clock, web: Web | None = None) -> AsyncIterator[Bot]:
    """A bot on the settings' database, brought up to date and held for this process alone where it must be.

    `web` is the one it looks at, by default all that is public.

    Raises SetupError where the database cannot be used, or what it holds not opened.
    """
    with hold(settings.database_url):
        await migrate(settings.database_url)
        opened = OpenedLater()
        bot = Bot(settings, clock, web or opened)
        try:
            await bot.database.check_keys()
            async with bot.database.writing() as uow:
                await uow.due.put(Due(HOUSEKEEPING, 0, clock.now()))
            yield bot
        finally:
            await bot.chores.close()
            await bot.outbox.close()
            await opened.close()
            await bot.database.close()


def lookups_of(features: Sequence[Feature]) -> Mapping[str, Lookup]:
    """Every look-up by the name that arguments give."""
    return {**LOOKUPS, **{name: each for feature in features for name, each in feature.lookups.items()}}


def reminds_of(features: Sequence[Feature]) -> Mapping[str, Reminds]:
    """Every source of reminders by its name."""
    return {name: each for feature in features for name, each in feature.reminds.items()}


def falls_due_of(features: Sequence[Feature]) -> Mapping[str, FallsDue]:
    """What every kind of due row does."""
    named = {name: each for feature in features for name, each in feature.falls_due.items()}
    return {HOUSEKEEPING: tidy, **posts.FALLS_DUE, **named}


def renders_of(features: Sequence[Feature]) -> Mapping[str, Renders]:
    """How every kind of owed row is put into words."""
    return {
        GREETING: greet,
        CLOSED: tell,
        **{name: each for feature in features for name, each in feature.renders.items()},
    }


def chores_of(features: Sequence[Feature]) -> Mapping[str, Chore]:
    """What needs the web when it falls due."""
    return {name: each for feature in features for name, each in feature.chores.items()}


def errands_of(features: Sequence[Feature]) -> Mapping[str, Errand]:
    """What is owed and is no message."""
    return {**posts.ERRANDS, **{name: each for feature in features for name, each in feature.errands.items()}}
