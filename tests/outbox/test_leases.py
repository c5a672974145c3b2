"""A claim is good for as long as its lease, and whoever lost it writes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.addresses import Direct
from bot.errors import Temporary
from tests.breaking import BreaksOff
from tests.scripted import Hangs, Lost, Stage, note


async def test_a_message_that_settled_too_late_for_the_store_is_not_sent_again(stage: Stage) -> None:
    await stage.owe(note())
    with pytest.raises(ConnectionError):
        await stage.work(services=replace(stage.services, store=BreaksOff(stage.database, 1))).run()
    assert stage.platform.seen == ["1.1"]
    await stage.let_leases_run_out()
    await stage.run()
    assert stage.platform.seen == ["1.1"]
    assert await stage.states() == {"1.1": "sent"}


async def test_no_send_starts_late_in_a_lease_and_what_is_left_is_handed_back(stage: Stage) -> None:
    stage.platform.slowness = 25
    await stage.owe(*(note(subject) for subject in range(1, 8)))
    claims = await stage.work().run()
    # at 0, 25 and 50 s; the one at 75 s would be too late, so the rest is claimed anew
    assert claims == 7 + 4 + 1
    assert stage.platform.seen == [f"{subject}.1" for subject in range(1, 8)]
    assert len(stage.platform.tried) == 7
    assert stage.platform.asked == []


async def test_asking_takes_time_from_the_lease_too(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Lost(seen=False))
    await stage.owe(note())
    await stage.run()
    stage.clock.forward(10)
    stage.platform.slowness_of_answers.append(61)
    await stage.run()
    assert stage.platform.seen == ["1.1"]
    assert len(stage.platform.asked) == 2  # handed back after the first answer


async def test_a_process_that_lost_its_lease_writes_nothing(stage: Stage) -> None:
    await stage.owe(note())
    hangs = Hangs(then=Temporary("busy"))
    stage.platform.told["stage/venue/room"].append(hangs)
    stalled = asyncio.create_task(stage.run())
    await hangs.started.wait()
    await stage.let_leases_run_out()
    await stage.run()
    hangs.release.set()
    await stalled
    assert await stage.states() == {"1.1": "sent"}


async def test_workers_side_by_side_send_each_message_once(stage: Stage) -> None:
    await stage.owe(*(note(subject, Direct("stage", f"member {subject}")) for subject in range(60)))
    workers = [stage.work(batch=7) for _ in range(3)]
    await asyncio.gather(*(worker.run() for worker in workers))
    assert sorted(stage.platform.seen) == sorted(f"{subject}.1" for subject in range(60))
