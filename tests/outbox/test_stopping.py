"""What is slow holds up nothing, and what is under way when the bot is stopped is settled or asked about."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.addresses import Direct
from bot.outbox import BATCHES, Timings
from tests.breaking import BreaksOff
from tests.scripted import HALL, Hangs, Lost, Stage, note


async def test_a_slow_channel_holds_up_no_round(stage: Stage) -> None:
    hangs = Hangs()
    stage.platform.told["stage/venue/room"].append(hangs)
    await stage.owe(note(1), note(2))
    work = stage.work(replace(Timings(), patience=0.001))
    await work.run()
    await stage.owe(note(3, HALL), note(4))
    await work.run()
    await _until_settled(stage, 1)
    assert stage.platform.seen == ["3.1"]
    hangs.release.set()
    await _until_settled(stage, 4)
    assert stage.platform.seen == ["3.1", "1.1", "2.1", "4.1"]  # one address, one order
    await work.close()


async def test_between_the_sends_of_a_batch_everything_else_has_its_turn(stage: Stage) -> None:
    await stage.owe(*(note(subject, Direct("stage", f"person {subject}")) for subject in range(20)))
    begun: set[int] = set()

    async def look() -> None:
        while True:
            begun.add(len(stage.platform.tried))
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    await stage.run()
    looking.cancel()
    assert begun == set(range(21))


async def test_when_it_is_stopped_the_send_under_way_is_settled_and_the_rest_handed_back(stage: Stage) -> None:
    hangs = Hangs()
    stage.platform.told["stage/venue/room"].append(hangs)
    await stage.owe(note(1), note(2))
    work = stage.work()
    running = asyncio.create_task(work.run())
    await hangs.started.wait()
    running.cancel()
    await asyncio.sleep(0)  # the cancellation is delivered before the answer
    hangs.release.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await stage.states() == {"1.1": "sent", "2.1": "waiting"}
    await stage.run()  # at once: nothing waits for a lease
    assert stage.platform.seen == ["1.1", "2.1"]
    assert stage.platform.asked == []
    assert await work.run() == 0


async def test_when_it_is_stopped_a_send_that_hangs_is_asked_about_later(stage: Stage) -> None:
    hangs = Hangs()
    stage.platform.told["stage/venue/room"].append(hangs)
    await stage.owe(note(1), note(2))
    work = stage.work(replace(Timings(), finish_within=0.001))
    running = asyncio.create_task(work.run())
    await hangs.started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await stage.lines())["1.1"].reason == "stopped before the answer"
    stage.clock.forward(10)
    await stage.run()
    assert [key for key, _ in stage.platform.asked] == [note(1).key]
    assert sorted(stage.platform.seen) == ["1.1", "2.1"]


async def test_when_it_is_stopped_while_it_asks_nothing_has_happened(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Lost(seen=False))
    await stage.owe(note())
    await stage.run()
    stage.clock.forward(10)
    stage.platform.asking = hangs = Hangs()
    work = stage.work(replace(Timings(), finish_within=0.001))
    running = asyncio.create_task(work.run())
    await hangs.started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    stage.platform.asking = None
    await stage.run()
    assert stage.platform.seen == ["1.1"]
    assert len(stage.platform.asked) == 2


async def test_when_it_is_stopped_what_waits_its_turn_in_a_slow_channel_is_handed_back(stage: Stage) -> None:
    hangs = Hangs()
    stage.platform.told["stage/venue/room"].append(hangs)
    await stage.owe(note(1), note(2))
    work = stage.work(replace(Timings(), patience=0.001, finish_within=0.001), batch=1)
    await work.run()
    await hangs.started.wait()
    await work.close()
    lines = await stage.lines()
    assert (lines["1.1"].reason, lines["2.1"].tries) == ("stopped before the answer", 0)
    await stage.run()
    assert stage.platform.seen == ["2.1"]


async def test_there_is_an_end_to_how_many_slow_batches_go_on_at_once(stage: Stage) -> None:
    slow = [Hangs() for _ in range(BATCHES)]
    for subject, hangs in enumerate(slow):
        stage.platform.told[f"stage/@{subject}"].append(hangs)
    await stage.owe(*(note(subject, Direct("stage", str(subject))) for subject in range(BATCHES + 1)))
    work = stage.work(replace(Timings(), patience=0.001), batch=1)
    running = asyncio.create_task(work.run())
    for hangs in slow:
        await hangs.started.wait()
    await stage.owe()  # long enough for a claim, if there were one
    assert len(stage.platform.tried) == BATCHES
    slow[3].release.set()
    await running
    for hangs in slow:
        hangs.release.set()
    await _until_settled(stage, BATCHES + 1)
    assert sorted(stage.platform.seen) == [f"{subject}.1" for subject in range(BATCHES + 1)]
    await work.close()


async def test_a_slow_batch_that_cannot_be_settled_is_logged_and_asked_about_later(
    stage: Stage, logs: list[MutableMapping[str, Any]]
) -> None:
    hangs = Hangs()
    stage.platform.told["stage/venue/room"].append(hangs)
    await stage.owe(note())
    store = BreaksOff(stage.database, units=2)
    work = stage.work(replace(Timings(), patience=0.001), services=replace(stage.services, store=store))
    await work.run()
    hangs.release.set()
    await work.close()
    assert [entry["event"] for entry in logs] == ["batch broke off"]
    await stage.let_leases_run_out()
    await stage.run()
    assert stage.platform.seen == ["1.1"]


async def _until_settled(stage: Stage, count: int) -> None:
    """What goes on beside the rounds settles by itself, in the store: there it is looked for."""
    async with asyncio.timeout(10):
        while (await stage.settled()) < count:
            pass
