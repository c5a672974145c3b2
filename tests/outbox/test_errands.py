"""What is owed and is no message is run, and run again if need be."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.commands import Services
from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import Owed
from bot.domain.people import Workspace
from bot.errors import Temporary, Unreachable, Unsure
from bot.outbox import Timings
from tests.scripted import START, Stage, note

BRIEF = Timings().scaled(0.002)  # a send may take 60 ms
ADA = Direct("stage", "ada")


class _Errands:
    """Implements `bot.commands.Errand`: notes which ran, and raises what it is told."""

    def __init__(self, ran: list[int], *errors: Exception) -> None:
        self.ran = ran
        self.errors = list(errors)

    async def __call__(self, row: Owed, services: Services, now: datetime) -> None:
        self.ran.append(row.subject)
        if self.errors:
            raise self.errors.pop(0)


async def test_nothing_is_sent_to_a_workspace_the_bot_was_removed_from(stage: Stage) -> None:
    venue = Workspace("stage", "venue", "Venue")
    async with stage.database.writing() as uow:
        await uow.people.join(venue, zone="UTC", locale="en", now=START)
        await uow.people.leave(venue, START)
    await stage.owe(note(1), note(2, ADA), note(3, kind="errand"))
    ran: list[int] = []
    await stage.work(errands={"errand": _Errands(ran)}).run()
    assert (stage.platform.seen, ran) == (["2.1"], [])
    assert (await stage.lines())["1.1"].reason == "the bot was removed from there"
    assert (await stage.states())["3.1"] == "moot"


async def test_an_errand_is_run_and_leaves_no_row(stage: Stage) -> None:
    ran: list[int] = []
    await stage.owe(note(1, kind="errand"), note(2))
    await stage.work(errands={"errand": _Errands(ran)}).run()
    assert (ran, stage.platform.seen) == ([1], ["2.1"])
    assert await stage.states() == {"2.1": "sent"}


@pytest.mark.parametrize(
    "error", [Temporary("busy"), Temporary("busy", wait=30), Unsure("broken"), KeyError("a fault"), TimeoutError()]
)
async def test_an_errand_that_failed_is_run_again_without_asking(stage: Stage, error: Exception) -> None:
    ran: list[int] = []
    errands = {"errand": _Errands(ran, error)}
    await stage.owe(note(1, kind="errand"))
    await stage.work(errands=errands).run()
    assert (await stage.lines())["1.1"].tries == 1
    await stage.work(errands=errands).run()
    assert ran == [1]
    stage.clock.forward(60)
    await stage.work(errands=errands).run()
    assert ran == [1, 1]
    assert stage.platform.asked == []
    assert await stage.states() == {}


async def test_an_errand_whose_process_died_is_run_again(stage: Stage) -> None:
    ran: list[int] = []
    await stage.owe(note(1, kind="errand"))
    await stage.claim()
    await stage.let_leases_run_out()
    await stage.work(errands={"errand": _Errands(ran)}).run()
    assert (ran, stage.platform.asked) == ([1], [])


async def test_an_errand_that_is_refused_is_buried_and_one_that_is_late_is_moot(stage: Stage) -> None:
    ran: list[int] = []
    await stage.owe(
        note(1, kind="errand"),
        note(2, kind="errand", not_after=START - timedelta(seconds=1)),
        note(3, Channel("elsewhere", "venue", "room"), kind="errand"),
    )
    await stage.work(errands={"errand": _Errands(ran, Unreachable("forbidden"))}).run()
    assert ran == [1]
    assert await stage.states() == {"1.1": "buried", "2.1": "moot", "3.1": "waiting"}
    assert (await stage.lines())["1.1"].reason == "forbidden"


async def test_an_errand_is_given_up_after_its_time_and_handed_back_when_the_bot_stops(stage: Stage) -> None:
    started = asyncio.Event()

    async def hangs(row: Owed, services: Services, now: datetime) -> None:
        started.set()
        await asyncio.Event().wait()

    await stage.owe(note(1, kind="errand"))
    await stage.work(replace(BRIEF, patience=300), errands={"errand": hangs}).run()
    line = (await stage.lines())["1.1"]
    assert (line.state, line.reason) == ("waiting", "not done in time")
    stage.clock.forward(60)
    started.clear()
    work = stage.work(replace(Timings(), finish_within=0.01), errands={"errand": hangs})
    running = asyncio.create_task(work.run())
    await started.wait()
    await work.close()
    await running
    line = (await stage.lines())["1.1"]
    assert (line.state, line.reason, line.tries) == ("waiting", "stopped", 1)
