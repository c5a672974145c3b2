"""Events that are changed and cancelled, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.events import (
    HORIZON,
    Attendance,
    Details,
    Edit,
    FromSource,
    NewEvent,
    Occurrence,
    Scope,
    Search,
    Status,
    Timing,
)
from bot.domain.links import key_of
from bot.domain.people import Account, Workspace
from bot.domain.recurrence import lay_out
from bot.errors import NotFound, Refused
from storage.database import Database

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
CLUB = Workspace("stage", "club", "The Club")
ANA, BEN = Account("stage", "ana", "Ana"), Account("stage", "ben", "Ben")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.writing() as uow:
        await uow.people.join(CLUB, zone="Europe/Berlin", locale="en", now=NOW)
    yield database
    await database.close()


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def add(database: Database, starts: str, ends: str, rrule: str = "", *, is_all_day: bool = False) -> int:
    timing = Timing(wall(starts), wall(ends), "Europe/Berlin", is_all_day=is_all_day, rrule=rrule)
    slots = lay_out(timing, (), since=NOW, until=NOW + HORIZON)
    async with database.writing() as uow:
        return await uow.events.add(1, NewEvent(Details("Modular Night", "Loud."), timing), slots, NOW)


async def the_one(database: Database, id_: int) -> Occurrence:
    async with database.reading() as uow:
        found = await uow.events.get(1, id_, person=None)
    assert found is not None
    return found


async def test_a_single_event_moves_as_a_whole_and_keeps_its_answers(database: Database) -> None:
    id_ = await add(database, "2026-10-02T20:00", "2026-10-02T23:00")
    before = await the_one(database, id_)
    starts = before.starts + timedelta(days=1)
    async with database.writing() as uow:
        people = await uow.people.people_of([ANA])
        await uow.events.answer(1, id_, people["ana"], Attendance.GOING, NOW)
        await uow.events.change(1, id_, Edit(replace(before.details, title="Quiet Night"), starts, before.ends), NOW)
    after = await the_one(database, id_)
    assert (after.details.title, after.starts, after.version, after.going) == ("Quiet Night", starts, 2, 1)
    async with database.reading() as uow:
        assert (await uow.events.find(1, Search(NOW, words="quiet"), person=None, offset=0, limit=9)).total == 1
        assert (await uow.events.find(1, Search(NOW, words="modular"), person=None, offset=0, limit=9)).total == 0


async def test_an_all_day_event_that_gets_a_time_is_all_day_no_more(database: Database) -> None:
    id_ = await add(database, "2026-10-02T00:00", "2026-10-03T00:00", is_all_day=True)
    day = await the_one(database, id_)
    async with database.writing() as uow:
        next_day = Edit(day.details, day.starts + timedelta(days=1), day.ends + timedelta(days=1))
        await uow.events.change(1, id_, next_day, NOW)
    assert (await the_one(database, id_)).is_all_day
    async with database.writing() as uow:
        await uow.events.change(1, id_, Edit(day.details, day.starts + timedelta(hours=20), day.ends), NOW)
    assert not (await the_one(database, id_)).is_all_day


async def test_no_moment_is_lost_in_an_hour_that_comes_twice(database: Database) -> None:
    id_ = await add(database, "2026-10-24T20:00", "2026-10-24T23:00")
    late = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 in Berlin, for the second time
    async with database.writing() as uow:
        await uow.events.change(1, id_, Edit(Details("Late"), late, late + timedelta(hours=1)), NOW)
        await uow.events.extend(NOW, 9)
    after = await the_one(database, id_)
    assert (after.starts, after.zone) == (late, "UTC")


async def test_one_of_a_series_changes_and_stays_so_when_it_is_laid_out_further(database: Database) -> None:
    id_ = await add(database, "2026-09-04T20:00", "2026-09-04T23:00", "FREQ=WEEKLY")
    second = id_ + 1
    before = await the_one(database, second)
    async with database.writing() as uow:
        edit = Edit(replace(before.details, title="Guests"), before.starts + timedelta(hours=1), before.ends)
        await uow.events.change(1, second, edit, NOW)
        await uow.events.extend(NOW + timedelta(days=40), 9)
    after = await the_one(database, second)
    assert (after.details.title, after.starts - before.starts) == ("Guests", timedelta(hours=1))
    assert (await the_one(database, id_)).details.title == "Modular Night"
    async with database.writing() as uow:
        await uow.events.cancel(1, second, NOW)
        await uow.events.change(1, second, Edit(before.details, before.starts, before.ends), NOW)
    again = await the_one(database, second)
    assert (again.status, again.details.title, again.version) == (Status.CANCELLED, "Modular Night", 4)


@pytest.mark.parametrize("rrule", ["", "FREQ=WEEKLY;COUNT=3"])
async def test_what_is_cancelled_is_so_once_and_is_not_found(database: Database, rrule: str) -> None:
    id_ = await add(database, "2026-10-02T20:00", "2026-10-02T23:00", rrule)
    async with database.writing() as uow:
        await uow.events.cancel(1, id_, NOW)
        await uow.events.cancel(1, id_, NOW)
    assert ((await the_one(database, id_)).status, (await the_one(database, id_)).version) == (Status.CANCELLED, 2)
    async with database.reading() as uow:
        page = await uow.events.find(1, Search(NOW), person=None, offset=0, limit=9)
    assert page.total == (2 if rrule else 0)


async def test_another_community_changes_nothing(database: Database) -> None:
    id_ = await add(database, "2026-10-02T20:00", "2026-10-02T23:00")
    async with database.writing() as uow:
        with pytest.raises(NotFound):
            await uow.events.cancel(2, id_, NOW)
        with pytest.raises(NotFound):
            await uow.events.change(2, id_, Edit(Details("Theirs"), NOW, NOW), NOW)
        people = await uow.people.people_of([ANA])
        await uow.events.interest(2, id_, 1, set(people.values()), NOW)
    assert (await the_one(database, id_)).maybe == 0


async def test_interest_comes_and_goes_and_an_own_answer_stays(database: Database) -> None:
    id_ = await add(database, "2026-10-02T20:00", "2026-10-02T23:00")
    async with database.writing() as uow:
        people = await uow.people.people_of([ANA, BEN])
        both = set(people.values())
        await uow.events.interest(1, id_, 1, both, NOW)
        await uow.events.interest(1, id_, 1, both, NOW)
        assert (await uow.events.answers(1, id_)).maybe == ("Ana", "Ben")
        await uow.events.answer(1, id_, people["ana"], Attendance.MAYBE, NOW)
        await uow.events.interest(1, id_, 1, {people["ben"]}, NOW)
        await uow.events.interest(1, id_, 1, (), NOW)
        assert (await uow.events.answers(1, id_)).maybe == ("Ana",)
        await uow.events.interest(1, id_, 1, both, NOW)
        await uow.events.answer(1, id_, people["ben"], Attendance.NOT_GOING, NOW)
        await uow.events.interest(1, id_, 1, (), NOW)
        answers = await uow.events.answers(1, id_)
    assert (answers.maybe, answers.not_going) == (("Ana",), ("Ben",))


async def several(database: Database, first: int, count: int) -> list[Occurrence]:
    async with database.reading() as uow:
        return list(await uow.events.several(1, range(first, first + count), person=None))


def clocks(times: Iterable[Occurrence]) -> list[str]:
    """As a wall shows them where they take place."""
    return [f"{each.starts.astimezone(ZoneInfo(each.zone)):%m-%d %H:%M}" for each in times]


def later(event: Occurrence, by: timedelta, **details: object) -> Edit:
    changed = replace(event.details, **details)  # type: ignore[arg-type]  # texts only
    return Edit(changed, event.starts + by, event.ends + by)


async def said(database: Database, *occurrences: int, account: Account = ANA) -> int:
    """Somebody is going to these."""
    async with database.writing() as uow:
        person = (await uow.people.people_of([account]))[account.id]
        for id_ in occurrences:
            await uow.events.answer(1, id_, person, Attendance.GOING, NOW)
    return person


async def told(database: Database, person: int) -> list[tuple[int, str, str, bool]]:
    async with database.reading() as uow:
        untold = await uow.changes.untold([person])
    seen = [(each.occurrence, each.was, each.now) for each in untold if each.was.differs(each.now)]
    return [(id_, f"{was.starts:%m-%d %H:%M}", f"{now.starts:%m-%d %H:%M}", now.is_cancelled) for id_, was, now in seen]


async def test_a_series_moves_on_the_wall_and_stays_there_when_clocks_change(database: Database) -> None:
    id_ = await add(database, "2026-10-05T19:00", "2026-10-05T22:00", "FREQ=WEEKLY;BYDAY=MO")
    ana = await said(database, id_ + 3)  # 26 October, after the change
    first = await the_one(database, id_)
    async with database.writing() as uow:
        await uow.events.change(1, id_, later(first, timedelta(hours=1)), NOW, scope=Scope.ALL)
    times = await several(database, id_, 5)
    assert clocks(times) == ["10-05 20:00", "10-12 20:00", "10-19 20:00", "10-26 20:00", "11-02 20:00"]
    assert [each.going for each in times] == [0, 0, 0, 1, 0]
    assert await told(database, ana) == [(id_ + 3, "10-26 18:00", "10-26 19:00", False)]


async def test_a_series_moves_to_another_day_with_its_answers_and_is_laid_out_further_there(database: Database) -> None:
    id_ = await add(database, "2026-09-07T19:00", "2026-09-07T22:00", "FREQ=WEEKLY;BYDAY=MO")
    await said(database, id_ + 1)
    second = await the_one(database, id_ + 1)
    async with database.writing() as uow:
        await uow.events.change(1, id_ + 1, later(second, timedelta(days=1)), NOW, scope=Scope.ALL)
        await uow.events.extend(NOW + timedelta(days=40), 9)
    times = await several(database, id_, 60)
    assert clocks(times[:2]) == ["09-08 19:00", "09-15 19:00"]
    assert {each.starts.weekday() for each in times} == {1}
    assert len({each.starts for each in times}) == len(times) == 57
    assert (times[1].going, times[1].rrule) == (1, "FREQ=WEEKLY;BYDAY=TU")


async def test_what_was_changed_about_one_time_stays_so_when_the_series_changes(database: Database) -> None:
    id_ = await add(database, "2026-09-07T19:00", "2026-09-07T22:00", "FREQ=WEEKLY;COUNT=4")
    second, third = await the_one(database, id_ + 1), await the_one(database, id_ + 2)
    async with database.writing() as uow:
        await uow.events.change(1, id_ + 1, later(second, timedelta(hours=2), title="Guests"), NOW)
        await uow.events.change(1, id_ + 2, later(third, timedelta(), description="Bring tapes"), NOW)
        await uow.events.cancel(1, id_ + 3, NOW)
    first = await the_one(database, id_)
    async with database.writing() as uow:
        edit = later(first, timedelta(hours=1), title="Late Night", venue="Hall")
        await uow.events.change(1, id_, edit, NOW, scope=Scope.ALL)
    times = await several(database, id_, 4)
    assert clocks(times) == ["09-07 20:00", "09-14 21:00", "09-21 20:00", "09-28 20:00"]
    assert [each.details.title for each in times] == ["Late Night", "Guests", "Late Night", "Late Night"]
    assert [each.details.venue for each in times] == ["Hall"] * 4
    assert times[2].details.description == "Bring tapes"
    assert [each.status is Status.CANCELLED for each in times] == [False, False, False, True]


@pytest.mark.parametrize("rrule", ["FREQ=WEEKLY;COUNT=6", "FREQ=WEEKLY;UNTIL=20261012T210000", "FREQ=WEEKLY"])
async def test_this_and_following_become_a_series_and_keep_what_they_are_known_by(
    database: Database, rrule: str
) -> None:
    id_ = await add(database, "2026-09-07T19:00", "2026-09-07T22:00", rrule)
    ana = await said(database, id_, id_ + 2, id_ + 3)
    third, sixth = await the_one(database, id_ + 2), await the_one(database, id_ + 5)
    async with database.writing() as uow:
        await uow.events.change(1, id_ + 5, later(sixth, timedelta(hours=3)), NOW)
        await uow.events.change(
            1, id_ + 2, later(third, timedelta(days=1), title="On Tuesdays"), NOW, scope=Scope.FOLLOWING
        )
        await uow.events.extend(NOW + timedelta(days=40), 9)
    times = await several(database, id_, 6)
    expected = ["09-07 19:00", "09-14 19:00", "09-22 19:00", "09-29 19:00", "10-06 19:00", "10-12 22:00"]
    assert clocks(times) == expected
    assert [each.details.title for each in times] == ["Modular Night"] * 2 + ["On Tuesdays"] * 4
    assert [each.event_id for each in times] == [1, 1, 2, 2, 2, 2]
    assert [each.going for each in times] == [1, 0, 1, 1, 0, 0]
    assert [each[0] for each in await told(database, ana)] == [id_ + 2, id_ + 3]
    async with database.reading() as uow:
        found = await uow.events.find(1, Search(NOW, words="tuesdays"), person=None, offset=0, limit=9)
        all_ = await uow.events.find(1, Search(NOW), person=None, offset=0, limit=99)
    assert found.total == all_.total - 2
    assert all_.total == (6 if "COUNT" in rrule or "UNTIL" in rrule else 57)


async def test_following_the_first_time_is_the_whole_series(database: Database) -> None:
    id_ = await add(database, "2026-09-07T19:00", "2026-09-07T22:00", "FREQ=WEEKLY;COUNT=3")
    first = await the_one(database, id_)
    async with database.writing() as uow:
        await uow.events.change(1, id_, later(first, timedelta(hours=1)), NOW, scope=Scope.FOLLOWING)
    assert [each.event_id for each in await several(database, id_, 3)] == [1, 1, 1]
    assert clocks(await several(database, id_, 3)) == ["09-07 20:00", "09-14 20:00", "09-21 20:00"]


async def test_a_rule_that_cannot_be_moved_says_so_and_nothing_is_half_saved(database: Database) -> None:
    id_ = await add(database, "2026-09-04T19:00", "2026-09-04T22:00", "FREQ=MONTHLY;BYDAY=1FR")
    second = await the_one(database, id_ + 1)
    saturdays = later(second, timedelta(days=1), title="Saturdays")
    with pytest.raises(Refused, match="follows from a rule"):
        async with database.writing() as uow:
            await uow.events.change(1, id_ + 1, saturdays, NOW, scope=Scope.FOLLOWING)
    times = await several(database, id_, 3)
    assert [(each.event_id, each.details.title, each.version) for each in times] == [(1, "Modular Night", 1)] * 3
    async with database.writing() as uow:  # an hour later is no other day
        await uow.events.change(1, id_ + 1, later(second, timedelta(hours=1)), NOW, scope=Scope.ALL)
    assert clocks(await several(database, id_, 2)) == ["09-04 20:00", "10-02 20:00"]


async def test_times_of_a_series_are_not_moved_into_the_past(database: Database) -> None:
    id_ = await add(database, "2026-09-02T19:00", "2026-09-02T22:00", "FREQ=WEEKLY;COUNT=4")
    third = await the_one(database, id_ + 2)
    earlier = later(third, timedelta(days=-3))
    with pytest.raises(Refused, match="would be over"):
        async with database.writing() as uow:
            await uow.events.change(1, id_ + 2, earlier, NOW, scope=Scope.ALL)
    async with database.writing() as uow:
        await uow.events.change(1, id_ + 2, earlier, NOW, scope=Scope.FOLLOWING)
    assert clocks(await several(database, id_, 4)) == ["09-02 19:00", "09-09 19:00", "09-13 19:00", "09-20 19:00"]


async def test_what_is_over_stays_as_it_was(database: Database) -> None:
    id_ = await add(database, "2026-09-02T19:00", "2026-09-02T22:00", "FREQ=DAILY")
    after = NOW + timedelta(days=3)
    fifth = await the_one(database, id_ + 4)
    async with database.writing() as uow:
        await uow.events.change(1, id_ + 4, later(fifth, timedelta(hours=1), title="New"), after, scope=Scope.ALL)
        await uow.events.cancel(1, id_ + 4, after, scope=Scope.ALL, reason="Closed")
    times = await several(database, id_, 5)
    assert [each.details.title for each in times][2:] == ["New"] * 3
    assert clocks(times) == ["09-02 19:00", "09-03 19:00", "09-04 20:00", "09-05 20:00", "09-06 20:00"]
    assert [each.status is Status.CANCELLED for each in times] == [False, False, True, True, True]
    assert [each.reason for each in times] == ["", "", "Closed", "Closed", "Closed"]


@pytest.mark.parametrize("scope", list(Scope))
async def test_what_is_cancelled_says_why_and_takes_place_after_all(database: Database, scope: Scope) -> None:
    id_ = await add(database, "2026-09-07T19:00", "2026-09-07T22:00", "FREQ=WEEKLY;COUNT=4")
    ana = await said(database, id_, id_ + 2)
    async with database.reading() as uow:
        concerned = await uow.events.reach(1, id_ + 1, scope, NOW)
    expected = {Scope.THIS: (1, 0), Scope.FOLLOWING: (3, 1), Scope.ALL: (4, 1)}
    assert (concerned.times, concerned.people) == expected[scope]
    async with database.writing() as uow:
        await uow.events.cancel(1, id_ + 1, NOW, scope=scope, reason="The roof leaks")
        await uow.events.cancel(1, id_ + 1, NOW, scope=scope, reason="Again")
    off = [each.id - id_ for each in await several(database, id_, 4) if each.status is Status.CANCELLED]
    assert off == {Scope.THIS: [1], Scope.FOLLOWING: [1, 2, 3], Scope.ALL: [0, 1, 2, 3]}[scope]
    assert (await the_one(database, id_ + 1)).reason == "The roof leaks"
    assert {each[0] - id_ for each in await told(database, ana)} == {0, 2} & set(off)
    async with database.writing() as uow:
        await uow.events.revive(1, id_ + 1, NOW)
        await uow.events.revive(1, id_ + 1, NOW)
    times = await several(database, id_, 4)
    assert [(each.status, each.going) for each in times] == [(Status.SCHEDULED, each in (0, 2)) for each in range(4)]
    assert not await told(database, ana)


async def test_why_it_was_cancelled_is_forgotten_when_it_takes_place_after_all(database: Database) -> None:
    id_ = await add(database, "2026-09-07T19:00", "2026-09-07T22:00", "FREQ=WEEKLY;COUNT=3")
    async with database.writing() as uow:
        await uow.events.cancel(1, id_ + 1, NOW, reason="Holiday")
        await uow.events.cancel(1, id_, NOW, scope=Scope.ALL, reason="The roof leaks")
        await uow.events.revive(1, id_, NOW)
    assert [each.reason for each in await several(database, id_, 3)] == ["", "Holiday", ""]


async def test_a_members_series_can_be_cut_again_once_no_feed_tells_of_it(database: Database) -> None:
    starts = wall("2026-09-07T19:00")
    timing = Timing(starts, starts + timedelta(hours=3), "Europe/Berlin", rrule="FREQ=WEEKLY;COUNT=3")
    new = NewEvent(Details("Jam", page_link="https://jam.example/"), timing)
    slots = lay_out(timing, (), since=NOW, until=NOW + HORIZON)
    async with database.writing() as uow:
        id_ = await uow.events.add(1, new, slots, NOW)
        key = key_of(new.details.page_link)
        brought = await uow.events.bring(1, [FromSource(new, slots, "feed:1", "jam", "1", key)], NOW)
        assert brought.added == 0
    with pytest.raises(Refused, match="kept elsewhere"):
        async with database.writing() as uow:
            await uow.events.cancel(1, id_ + 1, NOW, scope=Scope.FOLLOWING)
    async with database.writing() as uow:
        await uow.events.forget_source(1, "feed:1", NOW)
        await uow.events.cancel(1, id_ + 1, NOW, scope=Scope.FOLLOWING)
    assert [each.status is Status.CANCELLED for each in await several(database, id_, 3)] == [False, True, True]


async def test_of_two_who_edit_at_once_the_second_is_told(database: Database) -> None:
    id_ = await add(database, "2026-10-02T20:00", "2026-10-02T23:00")
    event = await the_one(database, id_)
    async with database.writing() as uow:
        await uow.events.change(1, id_, later(event, timedelta(hours=1)), NOW, seen=event.version)
    with pytest.raises(Refused, match="changed by another"):
        async with database.writing() as uow:
            await uow.events.change(1, id_, later(event, timedelta(), title="Mine"), NOW, seen=event.version)
    with pytest.raises(Refused, match="changed by another"):
        async with database.writing() as uow:
            await uow.events.cancel(1, id_, NOW, seen=event.version)
    assert (await the_one(database, id_)).details.title == "Modular Night"


async def test_places_that_are_added_go_to_the_line(database: Database) -> None:
    id_ = await add(database, "2026-10-02T20:00", "2026-10-02T23:00")
    event = await the_one(database, id_)
    async with database.writing() as uow:
        few = replace(event.details, capacity=1)
        await uow.events.change(1, id_, Edit(few, event.starts, event.ends), NOW)
    await said(database, id_)
    await said(database, id_, account=BEN)
    assert ((await the_one(database, id_)).going, (await the_one(database, id_)).waiting) == (1, 1)
    async with database.writing() as uow:
        more = replace(event.details, capacity=2)
        await uow.events.change(1, id_, Edit(more, event.starts, event.ends), NOW)
    assert ((await the_one(database, id_)).going, (await the_one(database, id_)).waiting) == (2, 0)


async def test_a_member_who_changes_what_a_source_tells_of_is_heard_more_than_the_source(database: Database) -> None:
    timing = Timing(wall("2026-09-07T19:00"), wall("2026-09-07T22:00"), "Europe/Berlin", rrule="FREQ=WEEKLY;COUNT=3")
    slots = lay_out(timing, (), since=NOW, until=NOW + HORIZON)

    async def bring(title: str, digest: str) -> None:
        async with database.writing() as uow:
            new = NewEvent(Details(title, "Loud."), timing)
            await uow.events.bring(1, [FromSource(new, slots, "club.ics", "night@club", digest)], NOW)

    await bring("Night", "1")
    async with database.reading() as uow:
        first = (await uow.events.find(1, Search(NOW), person=None, offset=0, limit=1)).occurrences[0]
    async with database.writing() as uow:
        with pytest.raises(Refused, match="kept elsewhere"):
            await uow.events.change(1, first.id + 1, later(first, timedelta()), NOW, scope=Scope.FOLLOWING)
        await uow.events.change(1, first.id, later(first, timedelta(hours=1), venue="Hall"), NOW, scope=Scope.ALL)
    third = await the_one(database, first.id + 2)
    async with database.writing() as uow:
        await uow.events.change(1, third.id, later(third, timedelta(hours=1)), NOW)
        await uow.events.cancel(1, first.id + 1, NOW)
    await bring("Nights", "2")
    times = await several(database, first.id, 3)
    assert clocks(times) == ["09-07 20:00", "09-14 20:00", "09-21 21:00"]
    assert [(each.details.title, each.details.venue) for each in times] == [("Nights", "Hall")] * 3
    assert times[1].status is Status.CANCELLED
    async with database.writing() as uow:
        await uow.events.cancel(1, first.id, NOW, scope=Scope.ALL)
    await bring("Nights!", "3")
    assert {each.status for each in await several(database, first.id, 3)} == {Status.CANCELLED}
