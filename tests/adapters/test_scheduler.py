"""Rounds happen at alarms, at ticks and when woken, and never two at once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.scheduler import Scheduler

# Alarms ring in real time, here after milliseconds; nothing waits but for a round that must come.
SOON = timedelta(milliseconds=5)
NEVER = 3600.0
"""A tick that does not come while a test lasts."""


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:  # Any: what structlog calls an event
    with capture_logs() as entries:
        yield entries


class Offset:
    """The machine's clock, moved as the console moves it."""

    def __init__(self, by: timedelta = timedelta()) -> None:
        self.by = by

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


class Rounds:
    """Work that counts; what `then` returns is the earliest moment something is due again."""

    def __init__(self, then: Callable[[int], Awaitable[datetime | None]]) -> None:
        self.then = then
        self.count = 0
        self.at_once = 0
        self.changed = asyncio.Condition()

    async def __call__(self) -> datetime | None:
        self.at_once += 1
        assert self.at_once == 1
        async with self.changed:
            self.count += 1
            self.changed.notify_all()
        try:
            return await self.then(self.count)
        finally:
            self.at_once -= 1

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(lambda: self.count >= count)


@asynccontextmanager
async def running(scheduler: Scheduler) -> AsyncIterator[None]:
    task = asyncio.create_task(scheduler.run())
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def nothing(_round: int) -> None:
    return None


async def test_there_is_a_round_at_the_start_and_one_at_each_tick() -> None:
    rounds = Rounds(nothing)
    async with running(Scheduler(Offset(), rounds, tick=0.01)):
        await rounds.until(3)


@pytest.mark.parametrize("by", [timedelta(), timedelta(days=7), timedelta(days=-7)])
async def test_the_alarm_rings_at_the_earliest_moment_by_a_clock_that_was_moved(by: timedelta) -> None:
    clock = Offset(by)
    moments: list[datetime] = []

    async def soon(count: int) -> datetime | None:
        moments.append(clock.now())
        return clock.now() + 10 * SOON if count < 3 else None

    rounds = Rounds(soon)
    async with running(Scheduler(clock, rounds, tick=NEVER)):
        await rounds.until(3)
    assert moments[1] - moments[0] >= 10 * SOON
    assert moments[2] - moments[1] >= 10 * SOON


async def test_a_wake_causes_a_round() -> None:
    rounds = Rounds(nothing)
    scheduler = Scheduler(Offset(), rounds, tick=NEVER)
    async with running(scheduler):
        await rounds.until(1)
        scheduler.wake()
        await rounds.until(2)


async def test_wakes_during_a_round_cause_one_more() -> None:
    more = asyncio.Event()

    async def waits(count: int) -> None:
        if count == 1:
            await more.wait()

    rounds = Rounds(waits)
    scheduler = Scheduler(Offset(), rounds, tick=NEVER)
    async with running(scheduler):
        await rounds.until(1)
        for _ in range(5):
            scheduler.wake()
        more.set()
        await rounds.until(2)
        scheduler.wake()
        await rounds.until(3)
    assert rounds.count == 3


async def test_ticks_during_a_long_round_do_not_pile_up() -> None:
    more = asyncio.Event()

    async def waits(count: int) -> None:
        if count == 1:
            await more.wait()

    rounds = Rounds(waits)
    async with running(Scheduler(Offset(), rounds, tick=0.005)):
        await rounds.until(1)
        await asyncio.sleep(0.03)  # real time: the ticks that come meanwhile are what is tried
        assert rounds.count == 1
        more.set()
        await rounds.until(3)


async def test_a_round_that_breaks_is_logged_and_the_next_tick_tries_again(
    logs: list[MutableMapping[str, Any]],
) -> None:
    async def breaks(count: int) -> None:
        if count < 3:
            raise ConnectionError("the database is away")

    rounds = Rounds(breaks)
    async with running(Scheduler(Offset(), rounds, tick=0.005)):
        await rounds.until(4)
    assert [entry["event"] for entry in logs] == ["round failed"] * 2


async def test_what_stays_overdue_is_looked_at_less_and_less_often() -> None:
    clock = Offset()
    moments: list[datetime] = []

    async def overdue(_count: int) -> datetime:
        moments.append(clock.now())
        return clock.now() - timedelta(days=1)

    rounds = Rounds(overdue)
    async with running(Scheduler(clock, rounds, tick=NEVER)):
        await rounds.until(4)
    waits = [later - sooner for sooner, later in itertools.pairwise(moments)]
    assert waits[0] >= timedelta(seconds=0.05)
    assert waits[1] >= timedelta(seconds=0.1)
    assert waits[2] >= timedelta(seconds=0.2)


async def test_an_alarm_later_than_the_tick_waits_for_its_turn() -> None:
    clock = Offset()

    async def far(_count: int) -> datetime:
        return clock.now() + timedelta(days=1)

    rounds = Rounds(far)
    async with running(Scheduler(clock, rounds, tick=0.01)):
        await rounds.until(3)


async def test_when_it_is_cancelled_the_round_is_too() -> None:
    cancelled = asyncio.Event()

    async def waits(_count: int) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    rounds = Rounds(waits)
    async with running(Scheduler(Offset(), rounds, tick=NEVER)):
        await rounds.until(1)
    assert cancelled.is_set()
