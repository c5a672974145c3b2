"""How soon people get their answers from two bots: what `discord_answers` and `slack_answers` have in common.

A round trip begins before the platform tells the bot: one after another, the bots by turns; then many at once; then
so many a second. CPU is what the bot's process used, all threads, divided by the interactions that were sent one
after another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter
from typing import Protocol

from benchmarks.listings import World, listings
from benchmarks.measuring import NOW, Spread, spread, tidy
from benchmarks.processes import BotProcess
from bot.domain.people import Account, Workspace
from storage.database import Database

SEARCHES = 400
TRIES = 200
PATIENCE = 60.0
"""Seconds after which an answer is not waited for."""


class Interaction(Protocol):
    """What somebody did, on a fake platform."""

    @property
    def is_answered(self) -> bool:
        """Whether something can be seen."""

    async def acknowledged(self, seconds: float) -> object:
        """Wait until the bot has said that it knows of it."""

    async def answered(self, seconds: float) -> object:
        """Wait until something can be seen."""


Asks = Callable[[], Awaitable[Interaction]]


@dataclass(frozen=True, slots=True)
class Sizes:
    events: int
    people: int
    buttons: int
    """Every person presses each button once: with the people, as many presses as there can be."""
    warm_up: int
    rounds: int
    in_round: int
    many: int
    at_once: int
    paced: int
    a_second: int = 100


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds until it was acknowledged, and until something could be seen; `put_off`: that was not the same."""

    acked: float
    seen: float
    put_off: bool


@dataclass(slots=True)
class Costs:
    """What one bot's answers to one kind of ask took and cost; `a_second` is of those at once."""

    took: list[Took] = field(default_factory=list)
    cpu: float = 0.0
    a_second: float = 0.0

    @property
    def each_cpu(self) -> float:
        return self.cpu / len(self.took)

    @property
    def acked(self) -> Spread:
        return spread([each.acked for each in self.took])

    @property
    def seen(self) -> Spread:
        return spread([each.seen for each in self.took])


async def compare(bots: Sequence[BotProcess], asks: Sequence[Asks], sizes: Sizes) -> list[Costs]:
    """The costs of what is asked of each bot; the same bot may stand there more than once."""
    costs = [Costs() for _ in bots]
    for ask in asks:
        for _ in range(sizes.warm_up):
            await round_trip(ask)
    for _ in range(sizes.rounds):
        for bot, ask, cost in zip(bots, asks, costs, strict=True):
            with tidy():
                before = await bot.ask()
                cost.took += [await round_trip(ask) for _ in range(sizes.in_round)]
                cost.cpu += (await bot.ask()).cpu - before.cpu
    for ask, cost in zip(asks, costs, strict=True):
        with tidy():
            cost.a_second = await _at_once(ask, sizes)
    return costs


async def paced(asks: Sequence[Asks], sizes: Sizes) -> list[Took]:
    """So many a second by turns, whether or not those before were answered."""
    loop, turns = asyncio.get_running_loop(), cycle(asks)
    with tidy():
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            tasks: list[asyncio.Task[Took]] = []
            for number in range(sizes.paced):
                await asyncio.sleep(max(0.0, began + number / sizes.a_second - loop.time()))
                tasks.append(group.create_task(round_trip(next(turns))))
    return [each.result() for each in tasks]


async def round_trip(ask: Asks) -> Took:
    interaction = await ask()  # it has not been told yet: that is a task's, which has not had its turn
    began = perf_counter()
    await interaction.acknowledged(PATIENCE)
    acked, put_off = perf_counter() - began, not interaction.is_answered
    await interaction.answered(PATIENCE)
    return Took(acked, perf_counter() - began, put_off)


async def _at_once(ask: Asks, sizes: Sizes) -> float:
    """How many a second, when so many wait for their answers at any time."""
    left = iter(range(sizes.many))

    async def go_on() -> None:
        for _ in left:
            await (await ask()).answered(PATIENCE)

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(sizes.at_once):
            group.create_task(go_on())
    return sizes.many / (perf_counter() - began)


async def fill(url: str, account: Account, workspace: Workspace, made: World, events: int) -> None:
    """A database in which the workspace has so many events, by the account."""
    database = Database(url)
    try:
        async with database.writing() as uow:
            caller = await uow.people.welcome(account, workspace, is_organiser=True, zone="UTC", locale="en", now=NOW)
            assert caller.community
            await uow.events.bring(caller.community.id, list(listings(made, events, NOW)), NOW)
    finally:
        await database.close()
