"""Somebody's direct messages are closed: what is theirs waits, is tried once a day, and they are told once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from bot.commands import Message, Services
from bot.domain.addresses import Direct
from bot.domain.closings import PAUSE
from bot.domain.delivery import Later, Moot, Owed
from bot.errors import Closed, Temporary, Unreachable
from bot.ports import UnitOfWork
from tests.breaking import BreaksOff
from tests.scripted import HALL, ROOM, START, Lost, Stage, note, notes

ADA, BOB = Direct("stage", "ada", "Ada"), Direct("stage", "bob", "Bob")
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


async def live(stage: Stage, days: float, minutes: float = 60) -> None:
    """Let time pass, with a round of the bot now and then."""
    end = stage.clock.now() + timedelta(days=days)
    await stage.run()
    while stage.clock.now() < end:
        stage.clock.forward(minutes * 60)
        await stage.run()


async def closed(stage: Stage, name: str = "ada") -> int:
    """Somebody who spoke in the room and then closed their direct messages; the person's id."""
    stage.platform.closed.add(name)
    return (await stage.knows(name, ROOM)).person.id


def tries(stage: Stage) -> list[str]:
    """The direct messages that were tried."""
    return [key for key in stage.platform.tried if "/@" in key]


def arrived(stage: Stage) -> list[str]:
    return [
        name for name, post in zip(stage.platform.seen, stage.platform.posts, strict=True) if post.address in (ADA, BOB)
    ]


async def test_closed_for_a_month_it_is_tried_daily_for_a_week_told_once_buried_and_listed(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada))
    await live(stage, 30)
    assert len(tries(stage)) == 1 + 7
    [told] = stage.platform.posts
    assert (told.address, told.at) == (ROOM, START)
    async with stage.database.reading() as uow:
        [line] = await uow.outbox.undelivered(ada, 9)
        assert await uow.outbox.undelivered(ada + 1, 9) == []
    assert (line.kind, line.subject, line.is_waiting) == ("note", 1, False)
    assert (line.reason, line.since) == ("closed; gave up", START + 7 * DAY)


async def test_while_it_waits_it_is_listed_as_waiting_and_counted_for_organisers(stage: Stage) -> None:
    ada = await closed(stage)
    caller = await stage.knows("bob", ROOM)
    assert caller.community is not None
    await stage.owe(note(1, ADA, person=ada), note(2, BOB, person=caller.person.id))
    await live(stage, 2)
    async with stage.database.reading() as uow:
        [line] = await uow.outbox.undelivered(ada, 9)
        assert await uow.outbox.undelivered(caller.person.id, 9) == []
        assert await uow.outbox.undelivered_of(caller.community.id) == 1
        assert await uow.outbox.undelivered_of(caller.community.id + 1) == 0
    assert (line.is_waiting, line.reason, line.since) == (True, "closed", START)


async def test_what_they_are_told_in_the_channel_says_nothing_of_what_waits(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada))
    await live(stage, 1)
    [told] = stage.platform.posts
    assert "Ada" in told.text
    assert "Allow direct messages" in told.text
    assert "note" not in told.text


async def test_opened_on_the_third_day_all_arrives_once_and_in_order_at_the_next_try(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada), note(2, ADA, person=ada), note(2, ADA, part=2, follows=1, person=ada))
    await live(stage, 2.5)
    await stage.owe(note(3, ADA, person=ada))
    stage.platform.closed.clear()
    await live(stage, 0.4)
    assert arrived(stage) == []
    await live(stage, 5)
    assert [name for name in arrived(stage) if name != "2.2"] == ["1.1", "2.1", "3.1"]
    assert "2.2" in arrived(stage)[2:]
    assert stage.platform.posts[-1].at == START + 3 * DAY
    assert set((await stage.states()).values()) == {"sent"}
    async with stage.database.reading() as uow:
        assert await uow.outbox.undelivered(ada, 9) == []
        assert await uow.closings.closed([ADA]) == {}


async def test_whoever_speaks_gets_at_once_what_waits(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada), note(2, ADA, person=ada))
    await live(stage, 1.5)
    stage.platform.closed.clear()
    await stage.knows("ada", HALL)
    await stage.run()
    assert arrived(stage) == ["1.1", "2.1"]
    assert stage.platform.posts[-1].at == stage.clock.now()


async def test_whoever_speaks_without_end_is_tried_once_a_minute(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(*(note(number, ADA, person=ada) for number in range(9)))
    await live(stage, 0.5)
    before = len(tries(stage))
    for _ in range(60):
        stage.clock.forward(6)
        await stage.knows("ada", HALL)
        await stage.run()
    assert len(tries(stage)) - before <= timedelta(seconds=360) / PAUSE


async def test_whoever_speaks_in_quiet_hours_is_tried_once_they_end(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada), note(2, ADA, person=ada))
    await live(stage, 0.5)
    ends = stage.clock.now() + timedelta(hours=6)
    looked: list[datetime] = []

    async def quiet(
        rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
    ) -> Sequence[Message | Moot | Later]:
        looked.append(now)
        if now < ends and len(looked) < 9:  # else it would go on for ever where this fails
            return [Later(ends, "quiet hours", counts=False) for _ in rows]
        return await notes(rows, uow, services, now)

    stage.platform.closed.clear()
    await stage.knows("ada", HALL)
    for _ in range(2):
        await stage.work(kinds={"note": quiet}).run()
    assert looked == [stage.clock.now()]
    stage.clock.forward(6 * 3600)
    await stage.work(kinds={"note": quiet}).run()
    assert arrived(stage) == ["1.1", "2.1"]


async def test_a_platform_that_is_busy_when_they_are_tried_again_is_given_its_time(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada))
    await live(stage, 0.5)
    stage.platform.closed.clear()
    stage.platform.told["stage/@ada"] += [Temporary("busy", 600), Temporary("busy", 600)]
    await stage.knows("ada", HALL)
    before = len(tries(stage))
    for _ in range(3):
        await stage.run()
    assert len(tries(stage)) - before == 1
    await live(stage, 0.05, minutes=15)
    assert arrived(stage) == ["1.1"]


async def test_five_hundred_rows_for_one_closed_account_cost_one_try_a_day(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(*(note(number, ADA, person=ada) for number in range(500)), note(1, ROOM))
    await live(stage, 6.5, minutes=180)
    assert len(tries(stage)) == 1 + 6
    assert len(set(tries(stage))) == 1
    stage.platform.closed.clear()
    await live(stage, 1, minutes=180)
    assert arrived(stage) == [f"{number}.1" for number in range(500)]


async def test_the_last_of_many_that_are_given_up_cost_no_more_tries(stage: Stage) -> None:
    ada = await closed(stage)
    for day in range(3):
        await stage.owe(*(note(10 * day + number, ADA, person=ada) for number in range(5)))
        await live(stage, 1)
    await live(stage, 12)
    tried = zip(stage.platform.tried, stage.platform.tried_at, strict=True)
    per_day = Counter((moment - START).days for key, moment in tried if "/@" in key)
    async with stage.database.reading() as uow:
        lines = await uow.outbox.undelivered(ada, 99)
    assert [line.is_waiting for line in lines] == [False] * 15
    assert all(count == 1 for count in per_day.values()), per_day
    assert stage.platform.seen == ["1.1"], "the note in the channel alone"


async def test_what_would_come_too_late_is_given_up_before(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada, not_after=START + 36 * DAY / 24), note(2, ADA, person=ada))
    await live(stage, 2)
    lines = await stage.lines()
    assert lines["1.1"].state == "buried"
    assert "late" in lines["1.1"].reason or "gave up" in lines["1.1"].reason
    stage.platform.closed.clear()
    await live(stage, 1.1)
    assert arrived(stage) == ["2.1"]


async def test_what_is_cancelled_while_it_waits_hands_the_next_try_on(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada), note(2, ADA, person=ada))
    await live(stage, 0.5)

    async def moot_first(
        rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
    ) -> Sequence[Message | Moot]:
        said = await notes(rows, uow, services, now)
        return [Moot("cancelled") if row.subject == 1 else one for row, one in zip(rows, said, strict=True)]

    stage.clock.forward(86400)
    await stage.work(kinds={"note": moot_first}).run()
    stage.platform.closed.clear()
    await stage.run()
    await live(stage, 1.1)
    assert arrived(stage) == ["2.1"]


async def test_a_channel_that_is_not_known_is_not_told_until_they_speak_in_one(stage: Stage) -> None:
    stage.platform.closed.add("ada")
    ada = (await stage.knows("ada")).person.id
    await stage.owe(note(1, ADA, person=ada))
    await live(stage, 1.5)
    assert stage.platform.posts == []
    await stage.knows("ada", HALL)
    await live(stage, 0.1)
    assert [post.address for post in stage.platform.posts] == [HALL]


async def test_a_workspace_that_removed_the_bot_is_not_told(stage: Stage) -> None:
    ada = await closed(stage)
    async with stage.database.writing() as uow:
        home = await uow.people.home("stage", "venue")
        assert home is not None
        await uow.people.leave(home.workspace, START)
    await stage.owe(note(1, ADA, person=ada))
    await live(stage, 2)
    assert stage.platform.posts == []


async def test_one_who_opens_and_closes_again_within_a_week_is_told_once(stage: Stage) -> None:
    ada = await closed(stage)
    for number in range(4):
        await stage.owe(note(number, ADA, person=ada))
        await live(stage, 0.2)
        stage.platform.closed.clear()
        await stage.knows("ada", ROOM)
        await stage.run()
        stage.platform.closed.add("ada")
    assert arrived(stage) == [f"{number}.1" for number in range(4)]
    assert sum(post.address == ROOM for post in stage.platform.posts) == 1
    await live(stage, 8)
    await stage.owe(note(9, ADA, person=ada))
    await live(stage, 1)
    assert sum(post.address == ROOM for post in stage.platform.posts) == 2


async def test_opened_before_the_note_is_posted_nobody_is_told(stage: Stage) -> None:
    ada = await closed(stage)
    stage.platform.told["stage/venue/room"].append(Temporary("busy", wait=600))
    await stage.owe(note(1, ADA, person=ada))
    await stage.run()
    stage.platform.closed.clear()
    stage.clock.forward(300)
    await stage.knows("ada", ROOM)
    await live(stage, 0.2)
    assert arrived(stage) == ["1.1"]
    assert len(stage.platform.posts) == 1


async def test_one_who_cannot_change_it_is_not_told(stage: Stage) -> None:
    ada = (await stage.knows("ada", ROOM)).person.id
    stage.platform.told["stage/@ada"].append(Closed("their account is deactivated"))
    await stage.owe(note(1, ADA, person=ada))
    await live(stage, 1.5)
    assert arrived(stage) == ["1.1"]
    assert len(stage.platform.posts) == 1


async def test_a_message_that_is_refused_for_itself_is_buried_and_holds_up_nothing(stage: Stage) -> None:
    ada = (await stage.knows("ada", ROOM)).person.id
    stage.platform.told["stage/@ada"].append(Unreachable("a link in it is harmful"))
    await stage.owe(note(1, ADA, person=ada), note(2, ADA, person=ada))
    await stage.run()
    assert arrived(stage) == ["2.1"]
    async with stage.database.reading() as uow:
        [line] = await uow.outbox.undelivered(ada, 9)
    assert line.reason == "a link in it is harmful"


async def test_what_is_nobody_s_own_is_buried_as_ever(stage: Stage) -> None:
    await closed(stage)
    await stage.owe(note(1, ADA), note(2, ADA, otherwise=HALL))
    await live(stage, 0.1)
    assert [post.address for post in stage.platform.posts] == [HALL]
    assert (await stage.states())["1.1"] == "buried"


async def test_what_went_to_its_other_place_does_not_count_as_undelivered(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada, otherwise=BOB), note(2, ADA, person=ada, otherwise=BOB))
    stage.platform.told["stage/@bob"].append(Unreachable("a link in it is harmful"))
    await live(stage, 0.1)
    assert arrived(stage) == ["2.1"]
    async with stage.database.reading() as uow:
        [line] = await uow.outbox.undelivered(ada, 9)
    assert line.reason == "a link in it is harmful"


async def test_killed_between_the_try_and_its_settling_it_is_tried_again_and_told_once(stage: Stage) -> None:
    ada = await closed(stage)
    await stage.owe(note(1, ADA, person=ada), note(2, ADA, person=ada))
    broken = replace(stage.services, store=BreaksOff(stage.database, 1))
    with suppress(ConnectionError):
        await stage.work(services=broken).run()
    assert len(tries(stage)) == 1
    await stage.let_leases_run_out()
    await live(stage, 1.5)
    assert [post.address for post in stage.platform.posts] == [ROOM]
    stage.platform.closed.clear()
    await live(stage, 1)
    assert arrived(stage) == ["1.1", "2.1"]


async def test_what_was_perhaps_seen_before_they_closed_is_asked_about_and_not_sent_twice(stage: Stage) -> None:
    ada = (await stage.knows("ada", ROOM)).person.id
    stage.platform.told["stage/@ada"].append(Lost(seen=True))
    await stage.owe(note(1, ADA, person=ada))
    await stage.run()
    stage.platform.closed.add("ada")
    await live(stage, 1.5)
    assert arrived(stage) == ["1.1"]
    assert (await stage.states())["1.1"] == "sent"


async def test_others_are_served_while_somebody_is_closed(stage: Stage) -> None:
    ada, bob = await closed(stage), (await stage.knows("bob", ROOM)).person.id
    owed: list[Owed] = [note(number, to, person=who) for number in range(20) for to, who in ((ADA, ada), (BOB, bob))]
    await stage.owe(*owed)
    await asyncio.gather(*(stage.work(batch=7).run() for _ in range(3)))
    await live(stage, 0.1)
    assert sorted(arrived(stage)) == sorted(f"{number}.1" for number in range(20))
    assert len(tries(stage)) <= 20 + 3
