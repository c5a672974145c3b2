"""What falls due is moved on once, whatever its kind does."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.commands import Fallen, Services
from bot.domain.delivery import Due
from bot.due import BROKEN, DueWork, earliest
from bot.ports import UnitOfWork
from tests.scripted import START, Stage, note

WEEK = timedelta(days=7)


class Weekly:
    """A kind that owes a note each week; it breaks for the subjects in `breaks`."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.breaks: set[int] = set()
        self.asked_at: list[datetime] = []

    async def __call__(
        self, rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime
    ) -> Sequence[Fallen]:
        self.calls.append([row.subject for row in rows])
        self.asked_at += [row.at for row in rows]
        await uow.outbox.add([note(row.subject + 1000) for row in rows], now)  # undone when it breaks
        if self.breaks & {row.subject for row in rows}:
            raise ZeroDivisionError("somebody's own words")
        return [Fallen(row, row.at + WEEK, (note(row.subject),)) for row in rows]


async def put(stage: Stage, *dues: Due) -> None:
    async with stage.database.writing() as uow:
        for due in dues:
            await uow.due.put(due)


async def rows_left(stage: Stage) -> dict[int, Due]:
    """All rows, taken far in the future."""
    async with stage.database.writing() as uow:
        return {due.subject: due for due in await uow.due.take(START + 1000 * WEEK, 1000)}


async def test_what_is_due_is_moved_on_and_owed_once(stage: Stage) -> None:
    await put(stage, Due("weekly", 1, START), Due("weekly", 2, START + timedelta(seconds=1)))
    work = DueWork(stage.services, {"weekly": Weekly()})
    assert await work.run() == 1
    assert await work.run() == 0
    assert set(await stage.states()) == {"1.1", "1001.1"}
    assert (await rows_left(stage))[1].at == START + WEEK


async def test_what_is_due_no_more_is_removed(stage: Stage) -> None:
    async def once(rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Fallen]:
        return [Fallen(row, None) for row in rows]

    await put(stage, Due("once", 1, START))
    assert await DueWork(stage.services, {"once": once}).run() == 1
    assert await rows_left(stage) == {}


async def test_a_kind_is_asked_once_for_each_batch_earliest_first(stage: Stage) -> None:
    await put(stage, *(Due("weekly", subject, START - timedelta(seconds=subject)) for subject in range(5)))
    weekly = Weekly()
    await DueWork(stage.services, {"weekly": weekly}, batch=3).run()
    assert weekly.calls == [[4, 3, 2], [1, 0]]


async def test_what_is_owed_already_can_go_out_between_two_batches(stage: Stage) -> None:
    await put(stage, *(Due("weekly", subject, START) for subject in range(5)))
    owed: list[int] = []

    async def look() -> None:
        owed.append(len(await stage.states()))

    assert await DueWork(stage.services, {"weekly": Weekly()}, batch=2).run(between=look) == 5
    assert owed == [4, 8]


async def test_a_week_that_was_missed_is_asked_about_too(stage: Stage) -> None:
    await put(stage, Due("weekly", 1, START - 2 * WEEK))
    weekly = Weekly()
    assert await DueWork(stage.services, {"weekly": weekly}, batch=1).run() == 3
    assert weekly.asked_at == [START - 2 * WEEK, START - WEEK, START]


async def test_one_row_that_breaks_its_kind_is_put_off_and_the_others_are_moved_on(
    stage: Stage, logs: list[MutableMapping[str, Any]]
) -> None:
    other = Weekly()
    weekly = Weekly()
    weekly.breaks = {7}
    await put(stage, *(Due("weekly", subject, START) for subject in range(20)), Due("other", 50, START))
    work = DueWork(stage.services, {"weekly": weekly, "other": other})
    assert await work.run() == 20
    assert set(await stage.states()) == {
        f"{subject}.1" for each in (*range(20), 50) if each != 7 for subject in (each, each + 1000)
    }
    calls = len(weekly.calls)
    assert await work.run() == 0  # not tried again at once
    assert len(weekly.calls) == calls
    put_off = (await rows_left(stage))[7]
    assert (put_off.at, put_off.fails) == (START, 1)
    [said] = [entry for entry in logs if entry["event"] == "due row put off"]
    assert (said["kind"], said["subject"]) == ("weekly", 7)


async def test_a_row_that_was_put_off_is_tried_again_later_and_later_for_the_moment_it_was_due(
    stage: Stage,
) -> None:
    weekly = Weekly()
    weekly.breaks = {1}
    await put(stage, Due("weekly", 1, START))
    work = DueWork(stage.services, {"weekly": weekly})
    waits = []
    for _ in range(8):
        await work.run()
        async with stage.database.reading() as uow:
            next_try = await uow.due.earliest()
        assert next_try is not None
        waits.append((next_try - stage.clock.now()).total_seconds() / 60)
        stage.clock.moment = next_try
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    weekly.breaks = set()
    assert await work.run() == 1
    assert set(weekly.asked_at) == {START}
    assert (await rows_left(stage))[1].fails == 0


async def test_a_broken_kind_costs_the_others_little(stage: Stage) -> None:
    broken = Weekly()
    broken.breaks = set(range(200))
    await put(stage, *(Due("broken", subject, START - WEEK) for subject in range(200)), Due("weekly", 500, START))
    await DueWork(stage.services, {"broken": broken, "weekly": Weekly()}, batch=500).run()
    assert "500.1" in await stage.states()
    assert len(broken.calls) < 4 * BROKEN
    assert {due.fails for due in (await rows_left(stage)).values()} == {0, 1}


async def test_rows_of_a_kind_nobody_knows_are_kept_for_later(
    stage: Stage, logs: list[MutableMapping[str, Any]]
) -> None:
    await put(stage, Due("from a later version", 1, START), Due("weekly", 2, START))
    work = DueWork(stage.services, {"weekly": Weekly()}, batch=1)
    assert await work.run() == 1
    assert [entry["kind"] for entry in logs if entry["log_level"] == "warning"] == ["from a later version"]
    assert (await rows_left(stage))[1].at == START


@pytest.mark.parametrize("fault", ["drops one", "stands still", "adds one"])
async def test_a_kind_that_would_be_asked_for_ever_is_put_off(stage: Stage, fault: str) -> None:
    async def faulty(rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Fallen]:
        match fault:
            case "drops one":
                return []
            case "stands still":
                return [Fallen(row, row.at) for row in rows]
            case _:
                return [Fallen(row, None) for row in rows] + [Fallen(Due("faulty", 99, START), None)]

    await put(stage, Due("faulty", 1, START))
    assert await DueWork(stage.services, {"faulty": faulty}).run() == 0
    assert (await rows_left(stage))[1].fails == 1


async def test_a_row_that_was_set_anew_while_its_kind_was_at_fault_is_left_alone(stage: Stage) -> None:
    async def resets(rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Fallen]:
        await uow.due.put(Due("resets", 1, START + WEEK))
        return [Fallen(row, None) for row in rows]

    await put(stage, Due("resets", 1, START))
    await DueWork(stage.services, {"resets": resets}).run()
    assert (await rows_left(stage))[1].at == START + WEEK


async def test_workers_side_by_side_move_each_row_on_once(stage: Stage) -> None:
    await put(stage, *(Due("weekly", subject, START) for subject in range(50)))
    kinds = [Weekly() for _ in range(3)]
    moved = await asyncio.gather(*(DueWork(stage.services, {"weekly": kind}, batch=7).run() for kind in kinds))
    assert sum(moved) == 50
    assert sorted(subject for kind in kinds for call in kind.calls for subject in call) == list(range(50))


async def test_a_store_that_is_away_is_told_to_the_caller(stage: Stage) -> None:
    class Away:
        def reading(self, *, is_steady: bool = True) -> Any:  # Any: it is never there
            raise ConnectionError

        writing = reading

    services = Services(Away(), stage.clock, {})
    with pytest.raises(ConnectionError):
        await DueWork(services, {}).run()


async def test_the_alarm_rings_for_whatever_is_first_due_or_owed(stage: Stage) -> None:
    assert await earliest(stage.services) is None
    await put(stage, Due("weekly", 1, START + WEEK))
    assert await earliest(stage.services) == START + WEEK
    await stage.owe(note(not_before=START + timedelta(hours=1)))
    assert await earliest(stage.services) == START + timedelta(hours=1)
    await put(stage, Due("weekly", 1, START))
    assert await earliest(stage.services) == START
