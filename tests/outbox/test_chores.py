"""What falls due and needs the web is done, a few at a time, and what came of it kept once."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.chores import LEASE, SPACING, ChoreWork
from bot.commands import Fallen, Job, Services
from bot.domain.delivery import WEB, Due
from bot.due import DueWork
from bot.ports import UnitOfWork
from tests.scripted import START, Stage, note

HOUR = timedelta(hours=1)


class Visits:
    """A chore that visits a host of its own each hour, and owes a note of it. It waits for `goes` and breaks where
    `breaks` says so; subjects above 1,000 are not there any more.
    """

    def __init__(self, *, hosts: int = 1_000) -> None:
        self.hosts = hosts
        self.goes = asyncio.Event()
        self.goes.set()
        self.breaks: set[int] = set()
        self.ran: list[int] = []
        self.at_once = self.most_at_once = 0
        self.begun = asyncio.Semaphore(0)

    async def begin(self, rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Job]:
        return [Job(row, f"host {row.subject % self.hosts}", None) for row in rows if row.subject <= 1_000]

    async def run(self, job: Job, services: Services) -> object:
        self.ran.append(job.due.subject)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.release()
        try:
            await self.goes.wait()
            if job.due.subject in self.breaks:
                raise ZeroDivisionError("somebody's page")
        finally:
            self.at_once -= 1
        return "seen"

    async def settle(self, job: Job, outcome: object, uow: UnitOfWork, services: Services, now: datetime) -> Fallen:
        assert outcome == "seen"
        return Fallen(job.due, now + HOUR, (note(job.due.subject),))


async def put(stage: Stage, *subjects: int) -> None:
    async with stage.database.writing() as uow:
        await uow.due.put(*(Due("visit", subject, START, WEB) for subject in subjects))


def work_of(stage: Stage, visits: Visits, **more: Any) -> ChoreWork:  # Any: what ChoreWork takes
    return ChoreWork(stage.services, {"visit": visits}, wake=lambda: None, **more)


async def done(work: ChoreWork) -> int:
    count = await work.run()
    await work.settled()
    return count


async def test_a_chore_is_done_and_due_again(stage: Stage) -> None:
    await put(stage, 1, 2, 2_000)
    work = work_of(stage, visits := Visits())
    assert await done(work) == 2
    assert await done(work) == 0
    assert sorted(visits.ran) == [1, 2]
    assert set(await stage.states()) == {"1.1", "2.1"}
    assert await work.earliest() == START + HOUR
    stage.clock.moment += HOUR
    assert await done(work) == 2


async def test_what_else_is_due_is_left_alone_and_leaves_chores_alone(stage: Stage) -> None:
    await put(stage, 1)
    async with stage.database.writing() as uow:
        await uow.due.put(Due("other", 1, START))
    assert await done(work_of(stage, Visits())) == 1

    async def once(rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Fallen]:
        assert [row.kind for row in rows] == ["other"]
        return [Fallen(row, None) for row in rows]

    stage.clock.moment += HOUR
    assert await DueWork(stage.services, {"other": once}).run() == 1


async def test_only_so_many_are_under_way(stage: Stage) -> None:
    await put(stage, *range(1, 8))
    work = work_of(stage, visits := Visits(), at_once=3)
    visits.goes.clear()
    assert await work.run() == 3
    async with asyncio.timeout(5):
        for _ in range(3):
            await visits.begun.acquire()
    assert await work.run() == 0
    assert await work.earliest() is None
    visits.goes.set()
    await work.settled()
    while await done(work):
        pass
    assert sorted(visits.ran) == list(range(1, 8))
    assert visits.most_at_once == 3


async def test_one_host_is_visited_once_in_a_while(stage: Stage) -> None:
    await put(stage, 1, 2, 3)
    work = work_of(stage, visits := Visits(hosts=1))
    for visited in (1, 2, 3):
        assert await done(work) == 1
        assert len(visits.ran) == visited
        assert await done(work) == 0
        stage.clock.moment += SPACING
    assert sorted(visits.ran) == [1, 2, 3]


async def test_one_that_breaks_is_tried_again_later_and_holds_up_no_other(stage: Stage) -> None:
    await put(stage, 1, 2)
    work = work_of(stage, visits := Visits())
    visits.breaks = {1}
    assert await done(work) == 2
    assert set(await stage.states()) == {"2.1"}
    stage.clock.moment += timedelta(minutes=4)
    assert await done(work) == 0
    stage.clock.moment += timedelta(minutes=1)
    visits.breaks = set()
    assert await done(work) == 1
    assert set(await stage.states()) == {"1.1", "2.1"}


async def test_one_that_never_ends_is_given_up(stage: Stage) -> None:
    await put(stage, 1)
    work = work_of(stage, visits := Visits(), within=0.01)
    visits.goes.clear()
    assert await done(work) == 1
    assert not await stage.states()


async def test_what_was_under_way_when_the_process_ended_is_taken_again_after_its_lease(stage: Stage) -> None:
    await put(stage, 1)
    work = work_of(stage, visits := Visits())
    visits.goes.clear()
    assert await work.run() == 1
    await work.close()
    visits.goes.set()
    again = work_of(stage, visits)
    assert await done(again) == 0
    stage.clock.moment += LEASE
    assert await done(again) == 1
    assert set(await stage.states()) == {"1.1"}


async def test_two_processes_keep_what_came_of_it_once(stage: Stage) -> None:
    await put(stage, 1)
    one, other = work_of(stage, slow := Visits()), work_of(stage, Visits())
    slow.goes.clear()
    assert await one.run() == 1
    stage.clock.moment += LEASE  # the first stood still for as long as that
    assert await done(other) == 1
    slow.goes.set()
    await one.settled()
    assert set(await stage.states()) == {"1.1"}
    async with stage.database.reading() as uow:
        assert await uow.due.earliest_chore() == START + LEASE + HOUR


async def test_what_is_gone_meanwhile_is_settled_no_more(stage: Stage) -> None:
    await put(stage, 1)
    work = work_of(stage, visits := Visits())
    visits.goes.clear()
    assert await work.run() == 1
    async with stage.database.writing() as uow:
        await uow.due.drop("visit", 1)
    visits.goes.set()
    await work.settled()
    assert not await stage.states()


async def test_a_kind_that_nobody_knows_is_put_off(stage: Stage, logs: list[MutableMapping[str, Any]]) -> None:
    await put(stage, 1)
    work = ChoreWork(stage.services, {"another": Visits()}, wake=lambda: None)
    assert await done(work) == 0
    assert [each["event"] for each in logs] == ["chores of unknown kind"]
    assert await done(work) == 0
