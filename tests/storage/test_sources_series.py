"""Series that several sources tell of: one of them, as long as they have times in common."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.events import HORIZON, Attendance, Change, Edit, FromSource, Search, Status
from bot.domain.people import Caller
from bot.domain.recurrence import lay_out
from storage.database import Database
from tests.storage.making import FRIDAY, NOW, bring, event, found

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
CLUB, PAPER = "feed:1", "feed:2"
WEEKLY = "FREQ=WEEKLY;COUNT=6"
FRIDAYS = [FRIDAY + week * WEEK for week in range(6)]


def by(
    source: str,
    *changes: Change,
    starts: datetime = FRIDAY,
    rrule: str = WEEKLY,
    hours: float = 3,
    title: str = "Decks",
    now: datetime = NOW,
) -> FromSource:
    one = event(title, starts, rrule=rrule, changes=changes, hours=hours)
    slots = lay_out(one.timing, one.changes, since=now, until=now + HORIZON)
    return FromSource(one, slots, source, "decks", f"{starts} {rrule} {changes} {hours} {title}")


async def calendar(database: Database, community: int, now: datetime = NOW) -> list[tuple[datetime, str]]:
    """When it takes place, by the clock of its town, and its title; what is off is left out."""
    times = await found(database, community, Search(now))
    return [
        (each.starts.astimezone(ZoneInfo(each.zone)).replace(tzinfo=None), each.details.title)
        for each in times
        if each.status is Status.SCHEDULED
    ]


def decks(*walls: datetime, title: str = "Decks") -> list[tuple[datetime, str]]:
    return [(wall, title) for wall in sorted(walls)]


@pytest.mark.parametrize(
    "change",
    [
        Change(FRIDAYS[0], FRIDAYS[0] + DAY, FRIDAYS[0] + DAY + 3 * HOUR),
        Change(FRIDAYS[0], is_cancelled=True),
        Change(FRIDAYS[3], FRIDAYS[3] + DAY, FRIDAYS[3] + DAY + 3 * HOUR),
    ],
    ids=["the next is moved", "the next is off", "a later one is moved"],
)
@pytest.mark.parametrize("first", [CLUB, PAPER])
async def test_a_time_that_one_source_alone_changed_does_not_part_a_series(
    database: Database, attic: int, change: Change, first: str
) -> None:
    await bring(database, attic, by(CLUB))
    await bring(database, attic, by(PAPER))
    await bring(database, attic, by(first, change))
    assert len({each.event_id for each in await found(database, attic)}) == 1
    left = [wall for wall in FRIDAYS if wall != change.original]
    moved = [change.starts] if change.starts else []
    assert await calendar(database, attic) == (decks(*left, *moved) if first == CLUB else decks(*FRIDAYS))


async def test_a_series_is_found_by_its_uid_although_its_next_time_is_moved(database: Database, attic: int) -> None:
    await bring(database, attic, by(CLUB, Change(FRIDAYS[0], FRIDAYS[0] + DAY, FRIDAYS[0] + DAY + 3 * HOUR)))
    await bring(database, attic, by(PAPER))
    assert await calendar(database, attic) == decks(FRIDAYS[0] + DAY, *FRIDAYS[1:])


async def test_sources_that_let_it_end_at_different_hours_mean_the_same_at_night(
    database: Database, attic: int
) -> None:
    await bring(database, attic, by(CLUB, hours=3))
    await bring(database, attic, by(PAPER, hours=6))
    late = NOW + 4 * DAY + 11 * HOUR  # Friday 23:00 UTC: one of them lets it go on
    await bring(database, attic, by(PAPER, hours=6, title="Decks again", now=late), now=late)
    assert await calendar(database, attic, late) == decks(*FRIDAYS[1:])


async def test_a_series_that_one_source_puts_on_another_day_is_two(database: Database, attic: int, ada: Caller) -> None:
    await bring(database, attic, by(CLUB))
    await bring(database, attic, by(PAPER))
    for each in await found(database, attic):
        async with database.writing() as uow:
            await uow.events.answer(attic, each.id, ada.person.id, Attendance.GOING, NOW)
    await bring(database, attic, by(PAPER, starts=FRIDAY + DAY))
    both = sorted([*FRIDAYS, *(wall + DAY for wall in FRIDAYS)])
    assert await calendar(database, attic) == decks(*both)
    times = await found(database, attic)
    assert [each.going for each in times] == [1, 0] * 6
    await bring(database, attic, by(CLUB, starts=FRIDAY + DAY))
    assert [wall for wall, _ in await calendar(database, attic)] == [wall + DAY for wall in FRIDAYS]


async def test_a_time_that_a_member_moved_stays_when_sources_change_the_others(database: Database, attic: int) -> None:
    await bring(database, attic, by(CLUB))
    second = (await found(database, attic))[1]
    async with database.writing() as uow:
        moved = Edit(second.details, second.starts + 3 * HOUR, second.ends + 3 * HOUR)
        await uow.events.change(attic, second.id, moved, NOW)
    theirs = Change(FRIDAYS[1], is_cancelled=True), Change(FRIDAYS[2], is_cancelled=True)
    await bring(database, attic, by(CLUB, *theirs))
    assert await calendar(database, attic) == decks(FRIDAYS[0], FRIDAYS[1] + 3 * HOUR, *FRIDAYS[3:])
    async with database.writing() as uow:
        assert await uow.events.gone(attic, CLUB, ["decks"], NOW) == 1
    assert await calendar(database, attic) == []
    await bring(database, attic, by(CLUB, *theirs))
    assert await calendar(database, attic) == decks(FRIDAYS[0], FRIDAYS[1] + 3 * HOUR, *FRIDAYS[3:])


async def test_a_rule_that_changes_drops_what_nobody_comes_to_and_cancels_the_rest(
    database: Database, attic: int, ada: Caller
) -> None:
    await bring(database, attic, by(CLUB))
    second = (await found(database, attic))[1]
    async with database.writing() as uow:
        await uow.events.answer(attic, second.id, ada.person.id, Attendance.GOING, NOW)
    await bring(database, attic, by(CLUB, rrule="FREQ=WEEKLY;INTERVAL=2;COUNT=3"))
    assert await calendar(database, attic) == decks(*FRIDAYS[::2])
    async with database.reading() as uow:
        kept = await uow.events.get(attic, second.id, person=ada.person.id)
    assert kept is not None
    assert kept.status is Status.CANCELLED
