"""What may have been seen is asked about before it is sent again."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import Temporary, Unreachable
from bot.outbox import SKEW, Timings
from bot.ui import Reply
from tests.scripted import HALL, ROOM, START, Hangs, Lost, Stage, note

BRIEF = Timings().scaled(0.002)  # a send may take 60 ms


@pytest.mark.parametrize("seen", [True, False])
async def test_after_a_broken_connection_the_platform_is_asked_and_it_is_seen_once(stage: Stage, seen: bool) -> None:
    stage.platform.told["stage/venue/room"].append(Lost(seen))
    await stage.owe(note())
    await stage.run()
    stage.clock.forward(9)
    await stage.run()
    assert stage.platform.asked == []  # what is under way must arrive first
    stage.clock.forward(1)
    await stage.run()
    [(_, since)] = stage.platform.asked
    assert since == START - SKEW
    assert stage.platform.seen == ["1.1"]
    assert len(stage.platform.tried) == (1 if seen else 2)
    assert await stage.states() == {"1.1": "sent"}


async def test_a_message_that_was_found_counts_as_showing_versions_older_than_any(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Lost(seen=True))
    await stage.owe(note(7), note(8, HALL))
    await stage.run()
    stage.clock.forward(10)
    await stage.run()
    assert await stage.shown() == {"7.1": {"7": 0}, "8.1": {"8": 3}}


async def test_no_answer_in_time_is_unsure(stage: Stage) -> None:
    hangs = Hangs()
    stage.platform.told["stage/venue/room"].append(hangs)
    await stage.owe(note())
    await stage.work(replace(BRIEF, patience=300)).run()
    assert (await stage.lines())["1.1"].reason == "no answer in time"
    stage.clock.forward(10)
    await stage.run()
    assert len(stage.platform.asked) == 1
    assert stage.platform.seen == ["1.1"]


async def test_a_fault_of_an_adapter_is_unsure(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(KeyError("somebody's own words"))
    stage.platform.answers.append(KeyError("somebody's own words"))
    await stage.owe(note(), note(2, HALL))
    await stage.run()
    assert (await stage.lines())["1.1"].reason == "stage broke: KeyError"
    stage.clock.forward(10)
    await stage.run()
    assert (await stage.lines())["1.1"].reason == "could not ask: stage broke: KeyError"
    stage.clock.forward(60)
    await stage.run()
    assert stage.platform.seen == ["2.1", "1.1"]


async def test_a_lease_that_ran_out_is_asked_about_before_anything_is_sent(stage: Stage) -> None:
    await stage.owe(note(1), note(2, HALL))
    claimed = await stage.claim()
    await stage.platform.send(ROOM, Reply(), claimed[0].key)  # and then the process was killed
    await stage.run()
    assert stage.platform.seen == ["1.1"]  # nobody else's while the lease runs
    await stage.let_leases_run_out()
    await stage.run()
    assert {key for key, _ in stage.platform.asked} == {row.key for row in claimed}
    assert stage.platform.seen == ["1.1", "2.1"]


async def test_what_was_called_off_meanwhile_is_still_asked_about(stage: Stage) -> None:
    await stage.owe(note(1, moot=True), note(2, HALL, moot=True))
    claimed = await stage.claim()
    await stage.platform.send(ROOM, Reply(), claimed[0].key)
    await stage.let_leases_run_out()
    await stage.run()
    assert await stage.states() == {"1.1": "sent", "2.1": "moot"}


async def test_a_platform_that_cannot_be_asked_for_an_hour_gets_it_once_more_and_it_is_counted(
    stage: Stage, logs: list[MutableMapping[str, Any]]
) -> None:
    stage.platform.told["stage/venue/room"].extend([Lost(seen=True), Lost(seen=True)])
    stage.platform.can_be_asked = False
    await stage.owe(note())
    lines = await stage.lines()
    sent_at = []
    while lines["1.1"].state == "waiting":
        stage.clock.moment = max(stage.clock.moment, lines["1.1"].due)
        before = len(stage.platform.tried)
        await stage.run()
        sent_at += [stage.clock.moment] * (len(stage.platform.tried) - before)
        lines = await stage.lines()
    first, second = sent_at  # never a third time
    assert timedelta(hours=1) <= second - first <= timedelta(hours=2)
    assert len(stage.platform.asked) < 40
    line = lines["1.1"]
    assert (line.state, line.resent) == ("buried", 1)
    assert [entry["event"] for entry in logs].count("sent again unasked") == 1
    assert line.reason == "perhaps seen; the platform could not be asked"


async def test_a_night_of_down_time_is_no_hour_of_asking(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Lost(seen=True))
    await stage.owe(note())
    await stage.run()
    stage.clock.forward(8 * 3600)
    stage.platform.answers.append(Temporary("busy", wait=120))
    await stage.run()
    assert len(stage.platform.tried) == 1
    stage.clock.forward(119)
    await stage.run()
    assert len(stage.platform.asked) == 1
    stage.clock.forward(60)
    await stage.run()
    assert stage.platform.seen == ["1.1"]
    assert await stage.states() == {"1.1": "sent"}


async def test_what_was_perhaps_seen_where_nobody_can_look_any_more_is_buried(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Lost(seen=True))
    stage.platform.answers.append(Unreachable("the channel is gone"))
    await stage.owe(note())
    await stage.run()
    stage.clock.forward(10)
    await stage.run()
    assert (await stage.lines())["1.1"].reason == "perhaps seen; the channel is gone"


async def test_what_was_perhaps_seen_waits_for_its_platform_to_be_switched_on(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Lost(seen=True))
    await stage.owe(note())
    await stage.run()
    stage.clock.forward(10)
    await stage.work(services=replace(stage.services, platforms={})).run()
    assert (await stage.lines())["1.1"].state == "waiting"
    stage.clock.forward(2 * 86400)
    await stage.run()
    assert stage.platform.seen == ["1.1"]


@pytest.mark.parametrize(("change", "outcome"), [("moot", "buried"), ("late", "buried"), ("breaks", "waiting")])
async def test_what_nobody_can_tell_of_and_cannot_be_sent_is_not_called_unseen(
    stage: Stage, change: str, outcome: str
) -> None:
    late = START + timedelta(seconds=5) if change == "late" else None
    await stage.owe(note(breaks=change == "breaks", moot=change == "moot", not_after=late))
    [row] = await stage.claim()
    await stage.platform.send(ROOM, Reply(), row.key)
    await stage.let_leases_run_out()
    stage.platform.can_be_asked = False
    await stage.run()
    stage.clock.forward(4000)
    await stage.run()
    assert await stage.states() == {"1.1": outcome}
    if outcome == "waiting":  # it is asked again, and only then
        stage.platform.can_be_asked = True
        stage.clock.forward(1800)
        await stage.run()
        assert await stage.states() == {"1.1": "sent"}
    assert stage.platform.seen == ["1.1"]


async def test_what_was_not_seen_is_not_sent_when_it_is_too_late(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Lost(seen=False))
    await stage.owe(note(not_after=START + timedelta(seconds=5)))
    await stage.run()
    stage.clock.forward(10)
    await stage.run()
    assert stage.platform.seen == []
    assert await stage.states() == {"1.1": "moot"}
