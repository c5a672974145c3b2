"""What is owed is sent in its order and its time, and what fails is tried again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.addresses import Channel, Direct
from bot.due import earliest
from bot.errors import Temporary, Unreachable
from tests.scripted import HALL, START, Hangs, Lost, Stage, note


async def test_what_is_owed_is_seen_once_and_its_receipt_is_kept(stage: Stage) -> None:
    await stage.owe(note(), note(), note(2, Direct("stage", "ada")))
    await stage.owe(note())
    await stage.run()
    await stage.run()
    assert stage.platform.seen == ["1.1", "2.1"]
    assert await stage.states() == {"1.1": "sent", "2.1": "sent"}


async def test_the_network_is_never_waited_for_inside_a_transaction(stage: Stage) -> None:
    hangs = Hangs()
    stage.platform.told["stage/venue/room"].append(hangs)
    await stage.owe(note())
    running = asyncio.create_task(stage.run())
    await hangs.started.wait()
    assert stage.store.open == 0
    hangs.release.set()
    await running
    assert stage.platform.seen == ["1.1"]


async def test_nothing_is_sent_before_its_time(stage: Stage) -> None:
    await stage.owe(note(not_before=START + timedelta(seconds=60)))
    await stage.run()
    assert stage.platform.seen == []
    stage.clock.forward(60)
    await stage.run()
    assert stage.platform.seen == ["1.1"]


async def test_what_comes_too_late_is_moot(stage: Stage) -> None:
    await stage.owe(note(not_after=START + timedelta(seconds=60)))
    stage.clock.forward(61)
    await stage.run()
    assert stage.platform.tried == []
    line = (await stage.lines())["1.1"]
    assert (line.state, line.reason) == ("moot", "too late")


async def test_what_its_kind_calls_moot_is_not_sent(stage: Stage) -> None:
    await stage.owe(note(moot=True))
    await stage.run()
    assert stage.platform.tried == []
    assert (await stage.lines())["1.1"].reason == "cancelled"


# --- surely not seen ---------------------------------------------------------------------------------------


async def test_a_temporary_failure_is_tried_again_after_a_while_that_grows(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].extend([Temporary("busy")] * 5)
    await stage.owe(note())
    waits = []
    for _ in range(5):
        await stage.run()
        due = (await stage.lines())["1.1"].due
        waits.append((due - stage.clock.now()).total_seconds())
        await stage.run()  # not yet
        stage.clock.moment = due
    assert len(stage.platform.tried) == 5
    for doublings, wait in enumerate(waits):
        assert 0.75 * 2**doublings <= wait <= 1.25 * 2**doublings
    await stage.run()
    assert stage.platform.seen == ["1.1"]
    assert (await stage.lines())["1.1"].tries == 6


async def test_the_wait_that_a_platform_asks_for_is_honoured(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Temporary("too many", wait=700))
    await stage.owe(note())
    await stage.run()
    stage.clock.forward(699)
    await stage.run()
    assert len(stage.platform.tried) == 1
    stage.clock.forward(700 * 0.25 + 2)
    await stage.run()
    assert stage.platform.seen == ["1.1"]


async def test_a_busy_channel_keeps_its_order_and_holds_up_no_other(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Temporary("too many", wait=5))
    await stage.owe(note(1), note(2), note(3, HALL), note(4))
    work = stage.work(batch=2)  # so that one is claimed after it failed
    await work.run()
    assert stage.platform.seen == ["3.1"]
    assert [key.split(":")[1] for key in stage.platform.tried] == ["1", "3"]
    lines = await stage.lines()
    assert (lines["1.1"].tries, lines["2.1"].tries, lines["4.1"].tries) == (1, 0, 0)
    stage.clock.forward(7)
    await work.run()
    assert stage.platform.seen == ["3.1", "1.1", "2.1", "4.1"]


async def test_what_fails_until_it_is_too_late_is_buried(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Temporary("busy", wait=90))
    await stage.owe(note(not_after=START + timedelta(seconds=60)))
    await stage.run()
    line = (await stage.lines())["1.1"]
    assert (line.state, line.reason) == ("buried", "busy; later is too late")


async def test_what_fails_for_a_day_is_buried_with_its_reason(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].extend([Temporary("busy")] * 500)
    await stage.owe(note())
    lines = await stage.lines()
    while lines["1.1"].state == "waiting":
        stage.clock.moment = max(stage.clock.moment, lines["1.1"].due)
        await stage.run()
        lines = await stage.lines()
    assert (lines["1.1"].state, lines["1.1"].reason) == ("buried", "busy; gave up")
    assert timedelta(hours=24) <= stage.clock.moment - START <= timedelta(hours=25)
    assert 50 <= len(stage.platform.tried) <= 80


async def test_what_is_owed_on_another_platform_is_left_to_whoever_serves_that(stage: Stage) -> None:
    await stage.owe(note(1, Channel("elsewhere", "venue", "room")), note(2))
    await stage.run()
    lines = await stage.lines()
    assert (lines["1.1"].state, lines["2.1"].state) == ("waiting", "sent")
    assert (lines["1.1"].due, lines["1.1"].tries) == (START, 0)
    assert await earliest(stage.services) is None, "nobody is rung for it here"
    await stage.work(services=replace(stage.services, platforms={"elsewhere": stage.platform})).run()
    assert (await stage.states())["1.1"] == "sent"


# --- will not be seen --------------------------------------------------------------------------------------


async def test_what_cannot_be_reached_is_buried_and_so_is_what_follows_it(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Unreachable("the channel is gone"))
    await stage.owe(note(1), note(1, part=2, follows=1), note(1, part=3, follows=2), note(2))
    await stage.run()
    lines = await stage.lines()
    assert {name: line.state for name, line in lines.items()} == {
        "1.1": "buried",
        "1.2": "buried",
        "1.3": "buried",
        "2.1": "sent",
    }
    assert {lines[f"1.{part}"].reason for part in (1, 2, 3)} == {"the channel is gone"}


async def test_parts_are_sent_in_order_and_a_failing_one_holds_the_next(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].extend([Temporary("busy"), Lost(seen=True)])
    await stage.owe(note(1, part=3, follows=2), note(1, part=2, follows=1), note(1))
    for _ in range(6):
        await stage.run()
        stage.clock.forward(15)
    assert stage.platform.seen == ["1.1", "1.2", "1.3"]


async def test_parts_after_a_moot_one_decide_for_themselves(stage: Stage) -> None:
    await stage.owe(note(1, moot=True), note(1, part=2, follows=1))
    await stage.run()
    assert stage.platform.seen == ["1.2"]


async def test_a_part_added_after_the_one_it_follows_was_settled_goes_out(stage: Stage) -> None:
    await stage.owe(note(1))
    await stage.run()
    await stage.owe(note(1, part=2, follows=1))
    await stage.run()
    assert stage.platform.seen == ["1.1", "1.2"]
