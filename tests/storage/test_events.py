"""Events as they are kept, laid out further and answered to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.events import HORIZON, Answers, Attendance, Brought, Change, Details, Search, Status, Tally
from bot.domain.people import Caller
from bot.errors import NotFound
from storage.database import Database
from tests.storage.making import FRIDAY, NOW, account, add, bring, event, found, titles, told, workspace

GOING, MAYBE, NOT_GOING = Attendance.GOING, Attendance.MAYBE, Attendance.NOT_GOING
MINUTE = timedelta(minutes=1)


async def join(database: Database, name: str) -> int:
    async with database.writing() as uow:
        caller = await uow.people.welcome(
            account(name), workspace("Attic"), is_organiser=False, zone="UTC", locale="en", now=NOW
        )
    return caller.person.id


# --- adding ------------------------------------------------------------------------------------------------


async def test_the_same_request_adds_one_event(database: Database, attic: int, cellar: int) -> None:
    first = await add(database, attic, event(request="r1"))
    assert await add(database, attic, event(request="r1")) == first
    assert await add(database, cellar, event(request="r1")) != first
    assert len(await found(database, attic)) == 1


async def test_an_event_that_never_takes_place_is_not_added(database: Database, attic: int) -> None:
    async with database.writing() as uow:
        with pytest.raises(ValueError, match="at least once"):
            await uow.events.add(attic, event(), (), NOW)


async def test_ids_are_never_given_again(database: Database, attic: int) -> None:
    weekly, once = event(rrule="FREQ=WEEKLY;COUNT=3"), event(rrule="FREQ=WEEKLY;COUNT=2")
    await bring(database, attic, told(weekly))
    last = (await found(database, attic))[-1].id
    await bring(database, attic, told(once, digest="2"))
    assert await add(database, attic, event("Another")) > last


# --- laying out further ------------------------------------------------------------------------------------


async def test_a_series_is_laid_out_further_once_and_keeps_its_changes(database: Database, attic: int) -> None:
    other = Change(FRIDAY + timedelta(days=7 * 60), details=Details("Guest night"))
    await add(database, attic, event("Night", rrule="FREQ=WEEKLY", changes=(other,)))
    before = await found(database, attic)
    later = NOW + timedelta(days=90)
    async with database.writing() as uow:
        assert await uow.events.extend(NOW + timedelta(days=20), 10) == 0
        assert await uow.events.extend(later, 10) == 1
        assert await uow.events.extend(later, 10) == 0
    after = await found(database, attic)
    assert [each.id for each in after[: len(before)]] == [each.id for each in before]
    assert later + HORIZON - timedelta(days=8) < after[-1].starts < later + HORIZON
    assert len({each.starts for each in after}) == len(after)
    assert [each.details.title for each in after].count("Guest night") == 1


async def test_single_events_are_never_laid_out_further(database: Database, attic: int) -> None:
    await add(database, attic, event())
    async with database.writing() as uow:
        assert await uow.events.extend(NOW + timedelta(days=4000), 10) == 0


# --- answers -----------------------------------------------------------------------------------------------


async def test_a_person_has_one_answer_the_last(database: Database, attic: int, ada: Caller) -> None:
    night = await add(database, attic, event())
    async with database.writing() as uow:
        assert await uow.events.answer(attic, night, ada.person.id, GOING, NOW) == Tally(1, 0)
        assert await uow.events.answer(attic, night, ada.person.id, GOING, NOW) == Tally(1, 0)
        assert await uow.events.answer(attic, night, ada.person.id, MAYBE, NOW) == Tally(0, 1)
        assert await uow.events.answer(attic, night, ada.person.id, NOT_GOING, NOW) == Tally(0, 0)
        assert await uow.events.answers(attic, night) == Answers(not_going=("Ada",))


async def test_answers_stand_in_the_order_they_were_given(database: Database, attic: int) -> None:
    night = await add(database, attic, event())
    people = [await join(database, name) for name in ("Cleo", "Ben", "Ann")]
    async with database.writing() as uow:
        for minute, person in enumerate(people):
            await uow.events.answer(attic, night, person, GOING, NOW + minute * MINUTE)
        await uow.events.answer(attic, night, people[0], GOING, NOW + 9 * MINUTE)  # no change: the turn is kept
        assert (await uow.events.answers(attic, night)).going == ("Cleo", "Ben", "Ann")
        await uow.events.answer(attic, night, people[0], MAYBE, NOW + 9 * MINUTE)
        await uow.events.answer(attic, night, people[0], GOING, NOW + 10 * MINUTE)
        assert (await uow.events.answers(attic, night)).going == ("Ben", "Ann", "Cleo")


async def test_fifty_answers_of_one_person_at_once_count_once(database: Database, attic: int, ada: Caller) -> None:
    night = await add(database, attic, event())

    async def answer(number: int) -> None:
        async with database.writing() as uow:
            await uow.events.answer(attic, night, ada.person.id, (GOING, MAYBE)[number % 2], NOW)

    await asyncio.gather(*(answer(number) for number in range(50)))
    async with database.writing() as uow:
        assert await uow.events.answer(attic, night, ada.person.id, GOING, NOW) == Tally(1, 0)


async def test_fifty_people_at_once_count_fifty(database: Database, attic: int) -> None:
    night = await add(database, attic, event())

    async def arrive(number: int) -> None:
        person = await join(database, f"p{number}")
        async with database.writing() as uow:
            await uow.events.answer(attic, night, person, GOING, NOW)

    await asyncio.gather(*(arrive(number) for number in range(50)))
    [card] = await found(database, attic)
    assert (card.going, card.maybe) == (50, 0)


async def test_nobody_answers_for_another_community(database: Database, attic: int, eve: Caller, cellar: int) -> None:
    night = await add(database, attic, event())
    async with database.writing() as uow:
        with pytest.raises(NotFound):
            await uow.events.answer(cellar, night, eve.person.id, GOING, NOW)
        assert await uow.events.answers(cellar, night) == Answers()
        assert await uow.events.answers(attic, night) == Answers()


async def test_mine_are_those_i_might_come_to_soonest_first(
    database: Database, attic: int, cellar: int, ada: Caller, eve: Caller
) -> None:
    late = await add(database, attic, event("Late", FRIDAY.replace(day=20)))
    soon = await add(database, attic, event("Soon"))
    other = await add(database, attic, event("Other"))
    async with database.writing() as uow:
        await uow.events.answer(attic, late, ada.person.id, GOING, NOW)
        await uow.events.answer(attic, soon, ada.person.id, MAYBE, NOW)
        await uow.events.answer(attic, other, ada.person.id, NOT_GOING, NOW)
    async with database.reading() as uow:
        mine = await uow.events.mine(attic, ada.person.id, NOW, 0, 5)
        assert [(each.details.title, each.mine) for each in mine.occurrences] == [("Soon", MAYBE), ("Late", GOING)]
        assert (await uow.events.mine(attic, ada.person.id, NOW, 4, 5)).total == 2
        assert (await uow.events.mine(attic, ada.person.id, NOW + timedelta(days=10), 0, 5)).total == 1
        assert (await uow.events.mine(attic, eve.person.id, NOW, 0, 5)).total == 0
        assert (await uow.events.mine(cellar, ada.person.id, NOW, 0, 5)).total == 0


# --- what sources tell -------------------------------------------------------------------------------------


async def test_reading_a_source_again_changes_nothing(database: Database, attic: int) -> None:
    batch = [told(event(f"Night {number}"), uid=str(number)) for number in range(5)]
    assert await bring(database, attic, *batch) == (5, 0, 0)
    assert await bring(database, attic, *batch) == (0, 0, 5)
    assert {each.version for each in await found(database, attic)} == {1}
    assert await bring(database, attic) == (0, 0, 0)


async def test_a_changed_event_keeps_its_id_and_counts_its_versions(database: Database, attic: int) -> None:
    await bring(database, attic, told(event("Night")))
    [before] = await found(database, attic)
    assert await bring(database, attic, told(event("Long night", hours=9), digest="2")) == (0, 1, 0)
    [after] = await found(database, attic)
    assert (after.id, after.version, after.details.title) == (before.id, 2, "Long night")
    assert after.ends - after.starts == timedelta(hours=9)


async def test_an_event_that_is_moved_keeps_its_answers(database: Database, attic: int, ada: Caller) -> None:
    await bring(database, attic, told(event()))
    [night] = await found(database, attic)
    async with database.writing() as uow:
        await uow.events.answer(attic, night.id, ada.person.id, GOING, NOW)
    await bring(database, attic, told(event(starts=FRIDAY + timedelta(days=1)), digest="2"))
    [moved] = await found(database, attic)
    assert (moved.id, moved.going, moved.starts) == (night.id, 1, night.starts + timedelta(days=1))


async def test_evenings_that_vanish_are_cancelled_where_somebody_answered(
    database: Database, attic: int, ada: Caller
) -> None:
    await bring(database, attic, told(event(rrule="FREQ=WEEKLY;COUNT=4")))
    nights = await found(database, attic)
    async with database.writing() as uow:
        for night in (nights[0], nights[2]):
            await uow.events.answer(attic, night.id, ada.person.id, GOING, NOW)
    await bring(database, attic, told(event(rrule="FREQ=WEEKLY;COUNT=2"), digest="2"))
    async with database.reading() as uow:
        left = await uow.events.several(attic, [night.id for night in nights], person=None)
    assert [(each.id, each.status, each.going) for each in left] == [
        (nights[0].id, Status.SCHEDULED, 1),
        (nights[1].id, Status.SCHEDULED, 0),
        (nights[2].id, Status.CANCELLED, 1),
    ]
    await bring(database, attic, told(event(rrule="FREQ=WEEKLY;COUNT=4"), digest="3"))
    assert [each.going for each in await found(database, attic)] == [1, 0, 1, 0]


async def test_what_is_over_stays_as_it_was(database: Database, attic: int) -> None:
    await bring(database, attic, told(event(rrule="FREQ=WEEKLY;COUNT=4")))
    later = told(event(starts=FRIDAY + timedelta(days=14), rrule="FREQ=WEEKLY;COUNT=2"), digest="2")
    await bring(database, attic, later, now=NOW + timedelta(days=12))
    assert [each.starts.day for each in await found(database, attic)] == [6, 13, 20, 27]


async def test_one_uid_is_one_event_whichever_source_tells(database: Database, attic: int) -> None:
    ours = told(event("Night"))
    assert await bring(database, attic, ours) == (1, 0, 0)
    assert await bring(database, attic, replace(ours, source="b.ics")) == (0, 0, 1)
    [card] = await found(database, attic)
    assert card.sources == ("a.ics", "b.ics")


async def test_of_a_uid_that_comes_twice_the_last_counts(database: Database, attic: int) -> None:
    assert await bring(database, attic, told(event("First")), told(event("Last"), digest="2")) == (1, 0, 0)
    assert await titles(database, attic) == ["Last"]


async def test_each_community_has_its_own_copy(database: Database, attic: int, cellar: int) -> None:
    await bring(database, attic, told(event("Night")))
    assert await bring(database, cellar, told(event("Theirs"))) == (1, 0, 0)
    assert await titles(database, attic) == ["Night"]
    assert await titles(database, cellar, Search(NOW, words="theirs")) == ["Theirs"]


async def test_two_imports_of_one_calendar_at_once_bring_it_once(database: Database, attic: int) -> None:
    batch = [told(event(f"Night {number}"), uid=str(number)) for number in range(20)]

    async def read() -> Brought:
        async with database.writing() as uow:
            return await uow.events.bring(attic, batch, NOW)

    first, second = await asyncio.gather(read(), read())
    assert {first.added, second.added} == {0, 20}
    assert len(await found(database, attic)) == 20
