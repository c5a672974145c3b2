"""Events that are changed and cancelled, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.events import HORIZON, Attendance, Details, Edit, NewEvent, Occurrence, Search, Status, Timing
from bot.domain.people import Account, Workspace
from bot.domain.recurrence import lay_out
from bot.errors import NotFound
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
