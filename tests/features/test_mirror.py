"""Events in a platform's own calendar: shown there, and what is done there taken over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.console.talk import WORKSPACE
from bot.domain.addresses import Channel
from bot.domain.delivery import Owed
from bot.domain.events import HORIZON, Details, Edit, NewEvent, Occurrence, Search, Status, Timing
from bot.domain.people import Workspace
from bot.domain.recurrence import lay_out
from bot.errors import Temporary, Unreachable, Unsure
from bot.features.mirror.faces import edit_from, face_of
from bot.features.mirror.falling import EVERY
from bot.features.mirror.reconciling import reconcile
from bot.fit import plain
from bot.i18n import Words
from bot.platform import NativeEvent
from bot.request import Run
from bot.ui import Reply
from tests.calendars import Fails, Killed, MemoryCalendar
from tests.clocks import FixedClock
from tests.features.test_events import NIGHT
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)
HOUR = timedelta(hours=1)
SAY = Words("en", ZoneInfo("Europe/Berlin"))


@pytest.fixture
async def zoe(database_url: str) -> AsyncIterator[Somebody]:
    """An organiser on a platform with a calendar, in which events are shown."""
    async with somebody(database_url, NOW) as person:
        zoe = replace(person, name="zoe", is_organiser=True)
        platform = zoe.bot.platforms["console"]
        platform.calendar = MemoryCalendar(zoe.clock)  # type: ignore[misc]  # a test's own platform, which may change
        await zoe.says("/help")
        yield zoe


def calendar_of(zoe: Somebody) -> MemoryCalendar:
    calendar = zoe.bot.platforms["console"].calendar
    assert isinstance(calendar, MemoryCalendar)
    return calendar


async def compare(zoe: Somebody) -> None:
    for _ in range(3):
        zoe.clock.skip(timedelta(seconds=6))
        await zoe.bot.work()


async def add(zoe: Somebody, title: str = "Late Night Modular", days: int = 3, rrule: str = "") -> int:
    starts = (NOW + timedelta(days=days)).replace(tzinfo=None)
    timing = Timing(starts, starts + 3 * HOUR, "UTC", rrule=rrule)
    slots = lay_out(timing, (), since=NOW, until=NOW + HORIZON)
    async with zoe.bot.database.writing() as uow:
        details = Details(title, "Bring earplugs.", venue="Kantine", page_link="https://example.org/1")
        return await uow.events.add(1, NewEvent(details, timing), slots, NOW)


async def coming(zoe: Somebody) -> list[Occurrence]:
    async with zoe.bot.database.reading() as uow:
        page = await uow.events.find(1, Search(zoe.clock.now()), person=None, offset=0, limit=50)
        return list(page.occurrences)


async def the_one(zoe: Somebody, id_: int) -> Occurrence:
    async with zoe.bot.database.reading() as uow:
        found = await uow.events.get(1, id_, person=None)
    assert found is not None
    return found


def only(zoe: Somebody) -> NativeEvent:
    [event] = calendar_of(zoe).ours
    return event


def errand() -> Owed:
    return Owed("mirror", 1, "", Channel("console", WORKSPACE.id, "calendar"), 1)


def edited(zoe: Somebody, **changes: object) -> None:
    event = only(zoe)
    calendar_of(zoe).events[event.id] = replace(event, **changes)  # type: ignore[arg-type]  # each test names fields


# --- the switch --------------------------------------------------------------------------------------------


async def test_the_mirror_is_turned_on_and_off_by_organisers(zoe: Somebody) -> None:
    assert "not shown" in words(await zoe.says("/event mirror"))
    assert (await replace(zoe, name="ana", is_organiser=False).says("/event mirror switch:on")).is_refusal
    await zoe.presses(await zoe.says('/event add Late Night Modular when:"friday 20:00" city:Berlin'), "Save")
    await compare(zoe)
    assert calendar_of(zoe).ours == []
    assert "shown in the calendar of" in words(await zoe.says("/event mirror switch:on"))
    await compare(zoe)
    assert [event.title for event in calendar_of(zoe).ours] == ["Late Night Modular"]
    shown = await zoe.ask(Run(("event", "mirror"), {}))
    assert isinstance(shown, Reply)
    assert str(shown.cards[0].fields[0].value.pieces[0]) == "1 event"
    await zoe.says("/event mirror switch:off")
    await compare(zoe)
    assert calendar_of(zoe).ours == []


async def test_a_platform_without_a_calendar_says_so(zoe: Somebody) -> None:
    zoe.bot.platforms["console"].calendar = None  # type: ignore[misc]  # as in the fixture
    refused = await zoe.says("/event mirror switch:on")
    assert refused.is_refusal
    assert "no calendar of its own" in words(refused)


async def test_a_new_event_is_shown_within_seconds_and_all_else_within_a_quarter_of_an_hour(zoe: Somebody) -> None:
    await zoe.says("/event mirror switch:on")
    await compare(zoe)
    await zoe.presses(await zoe.says('/event add Late Night Modular when:"friday 20:00" city:Berlin'), "Save")
    await compare(zoe)
    edited(zoe, title="Early Morning Modular")
    await compare(zoe)
    assert [each.details.title for each in await coming(zoe)] == ["Late Night Modular"]
    zoe.clock.skip(EVERY)
    await compare(zoe)
    assert [each.details.title for each in await coming(zoe)] == ["Early Morning Modular"]


async def test_a_change_there_is_taken_over_at_once_where_the_platform_tells_of_it(zoe: Somebody) -> None:
    await zoe.says("/event mirror switch:on")
    await add(zoe)
    await compare(zoe)
    edited(zoe, title="Early Morning Modular")
    await zoe.bot.app.calendar_changed(WORKSPACE)
    await zoe.bot.app.calendar_changed(Workspace("console", "nowhere", ""))
    await compare(zoe)
    assert [each.details.title for each in await coming(zoe)] == ["Early Morning Modular"]


async def test_the_reason_stands_beside_the_switch_when_the_calendar_is_closed_to_us(zoe: Somebody) -> None:
    await zoe.says("/event mirror switch:on")
    await add(zoe)
    calendar_of(zoe).trouble.append(Fails(Unreachable("Manage Events is missing")))
    await compare(zoe)
    shown = await zoe.says("/event mirror")
    assert [field.name for field in shown.cards[0].fields] == ["Shown there", "Not working"]
    await zoe.says("/event mirror switch:on")  # "try now"
    await compare(zoe)
    assert [field.name for field in (await zoe.says("/event mirror")).cards[0].fields] == ["Shown there"]


# --- what is done there ------------------------------------------------------------------------------------


@pytest.fixture
async def shown(zoe: Somebody) -> int:
    """One event, shown."""
    await zoe.says("/event mirror switch:on")
    id_ = await add(zoe)
    await compare(zoe)
    return id_


async def again(zoe: Somebody) -> None:
    zoe.clock.skip(EVERY)
    await compare(zoe)


async def test_every_field_is_taken_over_and_the_version_grows(zoe: Somebody, shown: int) -> None:
    before = await the_one(zoe, shown)
    starts = before.starts + 26 * HOUR
    edited(zoe, title="Moved", description="New words.", location="Tresor, Berlin", starts=starts, ends=starts + HOUR)
    await again(zoe)
    after = await the_one(zoe, shown)
    assert (after.details.title, after.details.description, after.details.venue) == ("Moved", "New words.", "Tresor")
    assert after.details.place is not None
    assert after.details.place.label == "Berlin, DE"
    assert (after.starts, after.ends) == (starts, starts + HOUR)
    assert after.version > before.version
    assert after.details.page_link == "https://example.org/1"
    assert (await zoe.says("/event find Moved")).cards[0].url == "https://example.org/1"
    await again(zoe)
    assert only(zoe).description == "New words.\n\nhttps://example.org/1"


async def test_where_both_changed_what_was_done_there_counts_field_by_field(zoe: Somebody, shown: int) -> None:
    ours = await the_one(zoe, shown)
    edited(zoe, title="Theirs")
    async with zoe.bot.database.writing() as uow:
        details = replace(ours.details, title="Ours", venue="Tresor")
        await uow.events.change(1, shown, Edit(details, ours.starts, ours.ends), NOW)
    await again(zoe)
    after = await the_one(zoe, shown)
    assert (after.details.title, after.details.venue) == ("Theirs", "Tresor")
    assert (only(zoe).title, only(zoe).location) == ("Theirs", "Tresor")


async def test_deleted_there_is_cancelled_here(zoe: Somebody, shown: int) -> None:
    calendar_of(zoe).events.clear()
    await again(zoe)
    assert (await the_one(zoe, shown)).status is Status.CANCELLED
    assert calendar_of(zoe).ours == []
    assert await coming(zoe) == []


async def test_what_took_place_is_not_cancelled(zoe: Somebody, shown: int) -> None:
    zoe.clock.skip(timedelta(days=3, hours=1))
    calendar_of(zoe).events.clear()  # ended early
    await again(zoe)
    assert (await the_one(zoe, shown)).status is Status.SCHEDULED


async def test_cancelled_here_is_removed_there(zoe: Somebody, shown: int) -> None:
    async with zoe.bot.database.writing() as uow:
        await uow.events.cancel(1, shown, NOW)
    await again(zoe)
    assert calendar_of(zoe).ours == []


async def test_one_of_a_series_changes_by_itself(zoe: Somebody) -> None:
    await zoe.says("/event mirror switch:on")
    await add(zoe, rrule="FREQ=WEEKLY;COUNT=3")
    await compare(zoe)
    events = sorted(calendar_of(zoe).ours, key=lambda event: event.starts)
    calendar_of(zoe).events[events[1].id] = replace(events[1], title="Special", starts=events[1].starts + HOUR)
    del calendar_of(zoe).events[events[2].id]
    await again(zoe)
    async with zoe.bot.database.reading() as uow:
        first, second, third = await uow.events.several(1, [1, 2, 3], person=None)
    assert [each.details.title for each in (first, second)] == ["Late Night Modular", "Special"]
    assert second.starts - first.starts == timedelta(days=7, hours=1)
    assert third.status is Status.CANCELLED
    assert "Special" in words(await zoe.says("/event find special"))
    async with zoe.bot.database.writing() as uow:  # laid out further, it stays as it was changed
        await uow.events.cancel(1, 2, NOW)
        await uow.events.cancel(1, 2, NOW)
        assert (await uow.events.get(1, 2, person=None)).details.title == "Special"  # type: ignore[union-attr]  # it is there


async def test_a_crash_between_making_and_noting_makes_no_second_one(zoe: Somebody) -> None:
    await zoe.says("/event mirror switch:on")
    await add(zoe)
    calendar_of(zoe).trouble.append(Fails(Unsure("no answer"), is_done=True))
    await compare(zoe)
    await again(zoe)
    assert calendar_of(zoe).writes.count("create") == 1
    assert len(calendar_of(zoe).ours) == 1


async def test_killed_twice_while_changing_our_last_word_counts(zoe: Somebody, shown: int) -> None:
    for title, is_done in (("One", True), ("Two", False)):
        ours = await the_one(zoe, shown)
        async with zoe.bot.database.writing() as uow:
            edit = Edit(replace(ours.details, title=title), ours.starts, ours.ends)
            await uow.events.change(1, shown, edit, NOW)
        calendar_of(zoe).trouble.append(Fails(Killed(), is_done=is_done))
        with suppress(Killed):
            await reconcile(errand(), zoe.bot.services, zoe.clock.now())
    await again(zoe)
    assert (await the_one(zoe, shown)).details.title == only(zoe).title == "Two"


async def test_digests_tell_of_what_was_changed_there(zoe: Somebody) -> None:
    await zoe.says("/event mirror switch:on")
    await add(zoe, rrule="FREQ=WEEKLY;COUNT=2")
    await zoe.presses(await zoe.says("/digest set channel:gigs day:monday time:9:00 days:30"), "Save")
    await compare(zoe)
    first, _ = sorted(calendar_of(zoe).ours, key=lambda event: event.starts)
    calendar_of(zoe).events[first.id] = replace(first, title="Special")
    await again(zoe)
    zoe.clock.skip(timedelta(hours=14))
    await zoe.bot.work()
    platform = zoe.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    [digest] = [reply for to, reply, _ in platform.taken if isinstance(to, Channel)]
    assert [plain(card.title) for card in digest.cards if card.controls] == ["Special", "Late Night Modular"]


async def test_the_nearest_are_shown_as_far_as_there_is_room_beside_others(zoe: Somebody) -> None:
    await zoe.says("/event mirror switch:on")
    calendar_of(zoe).adds("Theirs", NOW + 5 * HOUR, NOW + 6 * HOUR)
    for days in (9, 5, 7, 3, 8):
        await add(zoe, f"In {days} days", days)
    await compare(zoe)
    assert {event.title for event in calendar_of(zoe).ours} == {f"In {days} days" for days in (3, 5, 7, 8)}
    await add(zoe, "In 1 day", 1)
    await again(zoe)
    assert {event.title for event in calendar_of(zoe).ours} == {
        "In 1 day",
        *(f"In {days} days" for days in (3, 5, 7)),
    }
    assert all(each.status is Status.SCHEDULED for each in await coming(zoe))


async def test_many_events_take_several_errands_soon_after_each_other(zoe: Somebody) -> None:
    calendar = MemoryCalendar(zoe.clock, most=100)
    zoe.bot.platforms["console"].calendar = calendar  # type: ignore[misc]  # as in the fixture
    for days in range(1, 51):
        await add(zoe, f"Day {days}", days)
    await zoe.says("/event mirror switch:on")
    for _ in range(4):
        await compare(zoe)
    assert len(calendar.ours) == 50


async def test_a_busy_calendar_is_tried_again(zoe: Somebody) -> None:
    await zoe.says("/event mirror switch:on")
    await add(zoe)
    calendar_of(zoe).trouble.append(Fails(Temporary("busy", wait=30)))
    await compare(zoe)
    assert calendar_of(zoe).ours == []
    zoe.clock.skip(timedelta(seconds=60))
    await compare(zoe)
    assert len(calendar_of(zoe).ours) == 1


# --- whom it interests -------------------------------------------------------------------------------------


async def test_interested_there_counts_as_maybe_here_until_it_goes(zoe: Somebody, shown: int) -> None:
    calendar = calendar_of(zoe)
    fans = calendar.fans.setdefault(only(zoe).id, set())
    fans.update({"ana", "ben", "cleo"})
    ben = replace(zoe, name="ben")
    await ben.says("/event answer late night modular answer:going")
    await again(zoe)
    tally = await the_one(zoe, shown)
    assert (tally.going, tally.maybe) == (1, 2)
    await replace(zoe, name="cleo").says("/event answer late night modular answer:maybe")  # now it is her own
    fans.clear()
    await again(zoe)
    tally = await the_one(zoe, shown)
    assert (tally.going, tally.maybe) == (1, 1)
    asked = calendar.questions
    await again(zoe)
    assert calendar.questions == asked  # nothing changed


async def test_not_going_is_an_answer_too(zoe: Somebody, shown: int) -> None:
    ana = replace(zoe, name="ana")
    await ana.says("/event answer late night modular answer:no")
    await ana.ask(Run(("event", "answer"), {"event": f"#{shown}", "answer": "not going"}))
    calendar_of(zoe).fans[only(zoe).id] = {"ana"}
    await again(zoe)
    assert (await the_one(zoe, shown)).maybe == 0


# --- faces -------------------------------------------------------------------------------------------------


def shaped(**details: object) -> tuple[Occurrence, MemoryCalendar]:
    ours = replace(NIGHT, details=replace(NIGHT.details, **details))  # type: ignore[arg-type]  # each test names fields
    return ours, MemoryCalendar(FixedClock(NOW))


def test_the_page_stays_legible_when_a_description_is_shortened() -> None:
    ours, calendar = shaped(description="word " * 100, page_link="https://example.org/1")
    assert face_of(ours, calendar, SAY).description.endswith("…\n\nhttps://example.org/1")


def test_what_was_not_shown_is_not_lost_when_what_was_shown_is_edited() -> None:
    ours, calendar = shaped(title="A title that is far too long for it", description="word " * 100 + "end")
    before = face_of(ours, calendar, SAY)
    there = replace(before, title="T" + before.title, description="First. " + before.description)
    edit = edit_from(ours, before, there, {"title", "description"}, {})
    assert edit.details.title == "TA title that is far too long for it"
    assert edit.details.description.startswith("First. word")
    assert edit.details.description.endswith("word end")


def test_an_empty_title_or_hostile_text_does_no_harm() -> None:
    ours, calendar = shaped()
    before = face_of(ours, calendar, SAY)
    there = replace(before, title="\u202e\u200b", description="\x00", location=" , ,")
    edit = edit_from(ours, before, there, {"title", "description", "location"}, {})
    assert edit.details.title == ours.details.title
    assert edit.details.description == ""


def test_a_deadline_has_no_length_here_and_one_there() -> None:
    ours, calendar = shaped()
    ours = replace(ours, ends=ours.starts)
    before = face_of(ours, calendar, SAY)
    assert before.ends - before.starts == HOUR
    there = replace(before, starts=before.starts + HOUR, ends=before.ends + HOUR)
    edit = edit_from(ours, before, there, {"when"}, {})
    assert edit.starts == edit.ends == ours.starts + HOUR


def test_an_online_event_s_place_is_its_link() -> None:
    ours, calendar = shaped(venue="", place=None, online_link="https://meet.example/1")
    before = face_of(ours, calendar, SAY)
    assert before.location == "https://meet.example/1"
    there = replace(before, location="https://meet.example/2")
    assert edit_from(ours, before, there, {"location"}, {}).details.online_link == "https://meet.example/2"
    nowhere, _ = shaped(venue="", place=None, online_link="")
    assert face_of(nowhere, calendar, SAY).location == "To be announced"
