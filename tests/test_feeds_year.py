"""A year of two feeds that overlap, on a moving clock: it ends with the calendar that a person would expect.

What is expected is written down here from what happens in the world, not worked out by the bot's code.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.domain.events import Edit, SourceChange, SourceEvent, Timing
from bot.domain.sources import Polled
from bot.errors import Refused
from bot.features.mirror import stir
from bot.i18n import N_
from bot.ports import NoWeb
from storage.database import Database
from storage.tables import attendances, events, occurrences
from tests.clocks import FixedClock
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, somebody, words

pytestmark = pytest.mark.unmeasured

BERLIN = ZoneInfo("Europe/Berlin")
START, END = datetime(2026, 1, 1, 5, tzinfo=UTC), datetime(2026, 12, 31, 5, tzinfo=UTC)
STEP = timedelta(hours=12)
CLUB, PAPER = "https://club.example/events.ics", "https://paper.example/whats-on.ics"
NIGHT, GIG = time(21), time(20)
FRIDAYS = [date(2026, 1, 2) + timedelta(weeks=week) for week in range(35)]
"""Until 28 August."""
SATURDAYS = [date(2026, 9, 5) + timedelta(weeks=week) for week in range(17)]
"""From 5 September to 26 December."""
PATRONS = ("ana", "ben", "cleo")


def wall(day: date, at: time = GIG) -> datetime:
    return datetime.combine(day, at)


def since(month: int, day: int) -> Callable[[date], bool]:
    return lambda today: today >= date(2026, month, day)


def concert_day(month: int) -> date:
    return date(2026, month, 15)


def concert(month: int, starts: datetime, **says: object) -> SourceEvent:
    timing = Timing(starts, starts + timedelta(hours=3), "Europe/Berlin")
    told = SourceEvent(f"concert-{month}@club", f"Concert {month}", timing, link=f"https://club.example/{month}")
    return replace(told, **says)  # type: ignore[arg-type]  # its fields, as the year below names them


def decks(today: date) -> SourceEvent:
    """Open Decks: every Friday; from 1 July on it is said to end with August."""
    ends = ";UNTIL=20260831T215959Z" if since(7, 1)(today) else ""
    timing = Timing(wall(FRIDAYS[0], NIGHT), wall(FRIDAYS[0], NIGHT) + timedelta(hours=4), "Europe/Berlin")
    changes = []
    if since(3, 20)(today):  # Good Friday is a holiday: a day later
        on = wall(date(2026, 4, 4), NIGHT)
        moved = Timing(on, on + timedelta(hours=4), "Europe/Berlin")
        changes.append(SourceChange(wall(date(2026, 4, 3), NIGHT), moved))
    if since(5, 30)(today):
        changes.append(SourceChange(wall(date(2026, 6, 5), NIGHT), is_cancelled=True))
    return SourceEvent("decks@club", "Open Decks", replace(timing, rrule=f"FREQ=WEEKLY{ends}"), changes=tuple(changes))


def late_decks() -> SourceEvent:
    timing = Timing(wall(SATURDAYS[0], NIGHT), wall(SATURDAYS[0], NIGHT) + timedelta(hours=4), "Europe/Berlin")
    rule = "FREQ=WEEKLY;UNTIL=20261231T225959Z"
    return SourceEvent("decks-2@club", "Open Decks", replace(timing, rrule=rule))


def festival() -> SourceEvent:
    timing = Timing(wall(date(2026, 7, 24), time()), wall(date(2026, 7, 27), time()), "Europe/Berlin", is_all_day=True)
    return SourceEvent("fest@paper", "Summer Festival", timing)


def club(today: date) -> list[SourceEvent]:
    """What the club tells on a day: all of its year that is not over."""
    told = [decks(today)]
    if since(7, 1)(today):
        told.append(late_decks())
    for month in range(1, 13):
        if today < concert_day(month) - timedelta(days=40):
            continue
        starts = wall(concert_day(month))
        says: dict[str, object] = {}
        if month == 5 and since(5, 4)(today):  # an hour later
            starts += timedelta(hours=1)
        if month == 6 and since(6, 2)(today):  # three days later
            starts += timedelta(days=3)
        if month == 7 and since(7, 3)(today):
            says = {"is_cancelled": True}
        if month == 8 and since(8, 1)(today):  # taken off the page; the paper still has it, and it takes place
            continue
        if month == 9 and date(2026, 9, 3) <= today < date(2026, 9, 9):  # off for some days
            continue
        if month == 10 and since(10, 7)(today):
            says = {"title": "Concert 10 (sold out?)", "description": "New words."}
        told.append(concert(month, starts, **says))
    return [each for each in told if each.timing.rrule or each.timing.ends.date() >= today]


def paper(today: date) -> list[SourceEvent]:
    """What the paper tells: concerts of even months under UIDs of its own, those of uneven months under the club's."""
    told = [festival()] if since(5, 1)(today) else []
    for month in range(3, 13):
        if today < concert_day(month) - timedelta(days=30):
            continue
        starts = wall(concert_day(month))
        if month == 5 and since(5, 6)(today):
            starts += timedelta(hours=1)
        if month == 6 and since(6, 4)(today):
            starts += timedelta(days=3)
        if (month == 7 and since(7, 5)(today)) or (month == 9 and date(2026, 9, 4) <= today < date(2026, 9, 8)):
            continue
        if month == 12 and since(12, 1)(today):  # what the paper calls off alone takes place
            continue
        own = {} if month % 2 else {"uid": f"{month}@paper"}
        churns = {"uid": f"{month}-{today.isoformat()}@paper"} if today.month == 8 and not month % 2 else {}
        told.append(concert(month, starts, title=f"Concert {month} at Club", **{**own, **churns}))
    return [each for each in told if each.timing.ends.date() >= today]


@dataclass(slots=True)
class World(NoWeb):
    """Tells what there is on its day. The club's server is down for three days in March, empty one evening in July."""

    clock: FixedClock | None = None
    polls: Counter[str] = field(default_factory=Counter)

    async def feed(self, url: str, zone: str, *, etag: str = "", modified: str = "") -> Polled:
        assert self.clock is not None
        now = self.clock.now()
        today = now.astimezone(BERLIN).date()
        self.polls[url] += 1
        if url == CLUB and date(2026, 3, 9) <= today < date(2026, 3, 12):
            self.polls["failed"] += 1
            raise Refused(N_("{host} does not answer."), host="club.example")
        if url == CLUB and today == date(2026, 7, 9) and now.hour == 17:
            self.polls["empty"] += 1
            return Polled(url, (), name="Club")
        told = club(today) if url == CLUB else paper(today)
        mark = f'"{hash(tuple(told))}"'
        if mark == etag:
            self.polls["unchanged"] += 1
            return Polled(url, etag=etag, is_unchanged=True)
        return Polled(url, tuple(told), name="Club" if url == CLUB else "Paper", etag=mark)


@dataclass(frozen=True, slots=True, order=True)
class Time:
    """One time of an event, as the calendar has it in the end."""

    starts: datetime
    title: str
    is_cancelled: bool = False


EXPECTED = sorted(
    [
        *(
            Time(wall(friday, NIGHT) if friday != date(2026, 4, 3) else wall(date(2026, 4, 4), NIGHT), "Open Decks")
            for friday in FRIDAYS
            if friday != date(2026, 6, 5)
        ),
        Time(wall(date(2026, 6, 5), NIGHT), "Open Decks", is_cancelled=True),
        *(Time(wall(saturday, NIGHT), "Open Decks") for saturday in SATURDAYS),
        *(Time(wall(concert_day(month)), f"Concert {month}") for month in (1, 2, 3, 4, 8, 9, 11, 12)),
        Time(wall(concert_day(5), time(21)), "Concert 5"),
        Time(wall(date(2026, 6, 18)), "Concert 6"),
        Time(wall(concert_day(7)), "Concert 7", is_cancelled=True),
        Time(wall(concert_day(10)), "Ten at Ten"),
        Time(wall(date(2026, 7, 24), time()), "Summer Festival"),
    ]
)


async def test_a_year_of_two_feeds_ends_with_the_calendar_one_would_expect(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World()
    async with somebody(database_url, START, world) as person:
        world.clock = person.clock
        olga = replace(person, name="olga", is_organiser=True)
        patrons = [replace(person, name=name) for name in PATRONS]
        for url in (CLUB, PAPER):
            saved = await olga.presses(await olga.says(f'/feed add {url} every:"every 6 hours"'), "Save")
            assert "Saved." in words(saved)
        while olga.clock.now() < END:
            await a_day_part(olga, patrons)
        left = await calendar(olga)
        going = await answers(olga)
        told = messages(olga)
    with capsys.disabled():
        polls = ", ".join(f"{name.removeprefix('https://')}: {count}" for name, count in sorted(world.polls.items()))
        sys.stdout.write(
            f"\n  {len(left)} times in the calendar; polls {polls}; messages {dict(sorted(told.items()))}\n"
        )
    assert left == EXPECTED
    assert going == {f"Concert {month}": len(PATRONS) for month in (3, 4, 5, 6, 7, 8, 9, 11, 12)} | {
        "Ten at Ten": len(PATRONS)
    }
    # each heard once of what changed about what they meant to come to, and organisers of the outage
    assert told == {
        "Concert 5 was moved": 3,
        "Concert 6 was moved": 3,
        "Concert 7 was cancelled": 3,
        "Concert 9 was cancelled": 3,
        "Concert 9 takes place after all": 3,
        "Concert 10 has changed": 3,
        "not been readable": 1,
    }


async def a_day_part(olga: Somebody, patrons: list[Somebody]) -> None:
    now = olga.clock.now()
    today = now.astimezone(BERLIN).date()
    if today.day == 1 and now.hour == 17 and today.month >= 3:
        for who in patrons:
            await who.says(f'/event answer "Concert {today.month}" answer:going')
    if today == date(2026, 10, 5) and now.hour == 17:
        await a_member_calls_it_otherwise(olga)
    await olga.bot.work()
    await olga.bot.chores.settled()
    await olga.bot.work()
    olga.clock.skip(STEP)


async def a_member_calls_it_otherwise(olga: Somebody) -> None:
    """And what they say stays, whatever the club says later."""
    async with olga.bot.services.store.reading() as uow:
        [community] = await uow.people.communities()
        [found] = await uow.events.suggest(community.id, "Concert 10", olga.clock.now(), 1)
        event = await uow.events.get(community.id, found.id, person=None)
    assert event is not None
    async with olga.bot.services.store.writing() as uow:
        named = Edit(replace(event.details, title="Ten at Ten"), event.starts, event.ends)
        await uow.events.change(community.id, event.id, named, olga.clock.now())
        await stir(uow, community.id, olga.clock.now())


async def calendar(olga: Somebody) -> list[Time]:
    """All that was to come in this year, by the club's clock."""
    store = olga.bot.services.store
    assert isinstance(store, Database)
    async with store.reading() as uow:
        rows = await uow.connection.rows(
            select(occurrences.c.starts, occurrences.c.is_cancelled, events.c.title)
            .join(events, events.c.id == occurrences.c.event_id)
            .where(occurrences.c.starts < datetime(2027, 1, 1, tzinfo=UTC))
        )
    found = [
        Time(row.starts.astimezone(BERLIN).replace(tzinfo=None), row.title, bool(row.is_cancelled)) for row in rows
    ]
    return sorted(found)


async def answers(olga: Somebody) -> dict[str, int]:
    store = olga.bot.services.store
    assert isinstance(store, Database)
    async with store.reading() as uow:
        rows = await uow.connection.rows(
            select(events.c.title)
            .join(occurrences, occurrences.c.event_id == events.c.id)
            .join(attendances, attendances.c.occurrence_id == occurrences.c.id)
        )
    return dict(Counter(row.title for row in rows))


def messages(olga: Somebody) -> dict[str, int]:
    """What was said directly of events and feeds, by how it begins."""
    platform = olga.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    said = [words(reply) for _, reply, _ in platform.taken]
    known = ("was moved", "was cancelled", "takes place after all", "has changed", "not been readable")
    found: Counter[str] = Counter()
    for text in said:
        for part in known:
            if part in text:
                found[part if part == "not been readable" else text[: text.index(part) + len(part)]] += 1
    return dict(found)
