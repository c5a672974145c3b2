"""Every rule of delivery, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.commands import Message, Services
from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import Moot, Owed
from bot.domain.people import Workspace
from bot.errors import Temporary, Unreachable, Unsure
from bot.outbox import BATCHES, SKEW, Timings, elapsed
from bot.ports import UnitOfWork
from bot.ui import Reply
from storage.database import Database
from tests.scripted import HALL, ROOM, START, Hangs, Lost, Moved, Stage, note, notes

BRIEF = Timings().scaled(0.002)  # a send may take 60 ms


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:  # Any: what structlog calls an event
    """What is logged, kept from the terminal."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    database = Database(database_url)
    yield Stage(database, Moved())
    await database.close()


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
    await _until_settled(stage, 1)
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


async def test_a_platform_that_is_switched_off_is_tried_slowly(stage: Stage) -> None:
    await stage.owe(note(1, Channel("elsewhere", "venue", "room")), note(2))
    await stage.run()
    lines = await stage.lines()
    assert (lines["1.1"].state, lines["2.1"].state) == ("waiting", "sent")
    assert lines["1.1"].reason == "elsewhere is not connected"
    assert (lines["1.1"].due - START).total_seconds() >= 0.75 * 300


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


# --- perhaps seen ------------------------------------------------------------------------------------------


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
    stage.clock.forward(400)
    await stage.run()
    assert stage.platform.seen == ["1.1"]


async def test_what_was_perhaps_seen_on_a_platform_that_stays_off_is_buried_after_a_day(stage: Stage) -> None:
    stage.platform.told["stage/venue/room"].append(Lost(seen=True))
    await stage.owe(note())
    await stage.run()
    stage.clock.forward(2 * 86400)
    await stage.work(services=replace(stage.services, platforms={})).run()
    line = (await stage.lines())["1.1"]
    assert (line.state, line.reason) == ("buried", "perhaps seen; stage is not connected")


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


async def test_a_message_that_settled_too_late_for_the_store_is_not_sent_again(stage: Stage) -> None:
    await stage.owe(note())
    with pytest.raises(ConnectionError):
        await stage.work(services=replace(stage.services, store=_Forgetful(stage.database))).run()
    assert stage.platform.seen == ["1.1"]
    await stage.let_leases_run_out()
    await stage.run()
    assert stage.platform.seen == ["1.1"]
    assert await stage.states() == {"1.1": "sent"}


# --- leases ------------------------------------------------------------------------------------------------


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


# --- kinds -------------------------------------------------------------------------------------------------


async def test_a_row_that_cannot_be_put_into_words_keeps_no_other_from_it(stage: Stage) -> None:
    await stage.owe(*(note(subject, breaks=subject == 5) for subject in range(1, 9)), note(9, kind="later on"))
    await stage.run()
    assert stage.platform.seen == [f"{subject}.1" for subject in (1, 2, 3, 4, 6, 7, 8)]
    lines = await stage.lines()
    assert lines["5.1"].reason == "not put into words: ZeroDivisionError"
    assert lines["9.1"].reason == "unknown kind later on"
    assert lines["5.1"].due > stage.clock.now() < lines["9.1"].due


async def test_a_kind_that_answers_too_little_is_at_fault(stage: Stage) -> None:
    async def short(
        rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
    ) -> Sequence[Message | Moot]:
        return (await notes(rows, uow, services, now))[1:]

    await stage.owe(note(1), note(2))
    await stage.work(kinds={"note": short}).run()
    assert stage.platform.tried == []
    assert {line.reason for line in (await stage.lines()).values()} == {"not put into words: ValueError"}


async def test_a_broken_kind_is_not_taken_apart_row_by_row(stage: Stage) -> None:
    calls = 0

    async def broken(
        rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
    ) -> Sequence[Message | Moot]:
        nonlocal calls
        calls += 1
        raise KeyError

    await stage.owe(*(note(subject, kind="broken") for subject in range(100)), note(100))
    await stage.work(kinds={"note": notes, "broken": broken}, batch=200).run()
    assert stage.platform.seen == ["100.1"]
    assert calls < 40


# --- slow and stopped --------------------------------------------------------------------------------------


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
    store = _Forgetful(stage.database, units=2)
    work = stage.work(replace(Timings(), patience=0.001), services=replace(stage.services, store=store))
    await work.run()
    hangs.release.set()
    await work.close()
    assert [entry["event"] for entry in logs] == ["batch broke off"]
    await stage.let_leases_run_out()
    await stage.run()
    assert stage.platform.seen == ["1.1"]


# --- another address ---------------------------------------------------------------------------------------

ADA = Direct("stage", "ada")


async def test_what_cannot_be_reached_goes_to_the_other_address_once(stage: Stage) -> None:
    stage.platform.told["stage/@ada"].append(Unreachable("closed"))
    await stage.owe(note(1, ADA, otherwise=ROOM), note(1, ADA, part=2, follows=1, otherwise=ROOM), note(2, ADA))
    await stage.run()
    await stage.run()
    assert stage.platform.seen == ["2.1", "1.1", "1.2"]
    assert [post.address for post in stage.platform.posts] == [ADA, ROOM, ROOM]
    async with stage.database.reading() as uow:
        assert sorted(line.state for line in await uow.outbox.lines(None, 9)) == ["buried", "buried", *3 * ["sent"]]


async def test_from_the_other_address_it_goes_no_further(stage: Stage) -> None:
    for place in ("stage/@ada", "stage/venue/room"):
        stage.platform.told[place].append(Unreachable("closed"))
    await stage.owe(note(1, ADA, otherwise=ROOM))
    await stage.run()
    assert stage.platform.seen == []
    async with stage.database.reading() as uow:
        assert [line.state for line in await uow.outbox.lines(None, 9)] == ["buried", "buried"]


async def test_what_may_have_been_seen_does_not_go_to_the_other_address(stage: Stage) -> None:
    stage.platform.told["stage/@ada"].append(Lost(seen=True))
    stage.platform.answers.append(Unreachable("closed"))
    await stage.owe(note(1, ADA, otherwise=ROOM))
    await stage.run()
    stage.clock.forward(60)
    await stage.run()
    await stage.run()
    assert [post.address for post in stage.platform.posts] == [ADA]


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


# --- errands -----------------------------------------------------------------------------------------------


class _Errands:
    """Implements `bot.commands.Errand`: notes which ran, and raises what it is told."""

    def __init__(self, ran: list[int], *errors: Exception) -> None:
        self.ran = ran
        self.errors = list(errors)

    async def __call__(self, row: Owed, services: Services, now: datetime) -> None:
        self.ran.append(row.subject)
        if self.errors:
            raise self.errors.pop(0)


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


# --- the rules of the rules --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"lease": 99.0},
        {"start_within": 90.0},
        {"send_within": 0.0},
        {"ask_after": 4000.0, "lease": 9000.0},
        {"first_wait": 2000.0},
        {"longest_wait": 90000.0},
    ],
)
def test_timings_that_break_a_rule_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"lease|waits|timings"):
        replace(Timings(), **changes)


def test_timings_keep_their_proportions() -> None:
    assert Timings().scaled(0.01).lease == pytest.approx(1.2)


def test_seconds_only_grow() -> None:
    assert elapsed() <= elapsed()


async def _until_settled(stage: Stage, count: int) -> None:
    """What goes on beside the rounds settles by itself, in the store: there it is looked for."""
    async with asyncio.timeout(10):
        while (await stage.settled()) < count:
            pass


class _Forgetful:
    """A store that is there for a claim or two, and away when their outcome is to be kept."""

    def __init__(self, inner: Database, units: int = 1) -> None:
        self.inner = inner
        self.units = units

    def reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.inner.reading()

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self.units -= 1
        if self.units < 0:
            raise ConnectionError
        return self.inner.writing()
