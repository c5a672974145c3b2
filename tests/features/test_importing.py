"""Calendars come in whole, again without a change, and what is left out says why."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.sources.icalendar import read_calendar
from bot.domain.events import Search, Skipped, SourceEvent
from bot.domain.people import Account, Community, Workspace
from bot.errors import Refused
from bot.features.events.importing import Imported, bring_in
from tests.somebody import Somebody, somebody, words

NOW = datetime(2000, 1, 1, tzinfo=UTC)
"""Before nearly everything that the calendars tell of."""

FOLDER = os.environ.get("GREENROOM_CALENDARS", "")
CALENDARS = sorted(Path(FOLDER).glob("*/*.ics")) if FOLDER else []
EXPECTED = Path(__file__).parent / "imported.tsv"

CLUB = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//club//
BEGIN:VEVENT
UID:one@club
DTSTART;TZID=Europe/Berlin:20261204T200000
DTEND;TZID=Europe/Berlin:20261204T230000
SUMMARY:Late Night Modular
LOCATION:Kantine\\, Am Wriezener Bahnhof\\, 10243 Berlin\\, Germany
CATEGORIES:Concert,Techno
URL:https://club.example.org/one
END:VEVENT
BEGIN:VEVENT
UID:two@club
DTSTART;TZID=Europe/Berlin:20261207T190000
DURATION:PT2H
RRULE:FREQ=WEEKLY;COUNT=4
SUMMARY:Producers Meetup
LOCATION:https://meet.example.org/x
END:VEVENT
BEGIN:VEVENT
UID:three@club
DTSTART:20200101T200000Z
SUMMARY:Long Ago
END:VEVENT
BEGIN:VEVENT
UID:four@club
DTSTART:20261201T200000Z
RRULE:FREQ=SECONDLY
SUMMARY:Too Often
END:VEVENT
END:VCALENDAR
"""


async def read(data: bytes) -> list[SourceEvent | Skipped]:
    async with aclosing(read_calendar(data, zone="Europe/Berlin")) as told:
        return [item async for item in told]


async def bring(person: Somebody, items: Sequence[SourceEvent | Skipped], community: Community) -> Imported:
    async def told() -> AsyncIterator[SourceEvent | Skipped]:
        for item in items:
            yield item

    return await bring_in(told(), "club.ics", community, person.bot.services, lambda _: None)


async def community_of(person: Somebody, name: str) -> Community:
    async with person.bot.database.writing() as uow:
        caller = await uow.people.welcome(
            Account("console", "you", "you"),
            Workspace("console", name, name),
            is_organiser=True,
            zone="Europe/Berlin",
            locale="en",
            now=person.clock.now(),
        )
    assert caller.community is not None
    return caller.community


def counts(imported: Imported) -> tuple[int, int, int, int]:
    return imported.added, imported.updated, imported.unchanged, len(imported.skipped)


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, datetime(2026, 11, 25, 14, 0, tzinfo=UTC)) as person:
        yield person


async def test_a_calendar_comes_in_with_its_cities_kinds_and_links(ana: Somebody) -> None:
    community = await community_of(ana, "local")
    imported = await bring(ana, await read(CLUB.encode()), community)
    assert counts(imported) == (2, 0, 0, 2)
    assert {skipped.title for skipped in imported.skipped} == {"Long Ago", "Too Often"}
    ana = replace(ana, workspace=Workspace("console", "local", "local"))
    found = await ana.says("/event find near:Berlin genre:techno kind:concert")
    assert "Late Night Modular" in words(found)
    assert "Kantine, Berlin, DE" in words(found)
    assert found.cards[0].url == "https://club.example.org/one"
    online = await ana.says("/event find producers where:online when:December")
    assert words(online).startswith("4 events")


async def test_importing_again_changes_nothing(ana: Somebody) -> None:
    community = await community_of(ana, "local")
    items = await read(CLUB.encode())
    await bring(ana, items, community)
    assert counts(await bring(ana, items, community)) == (0, 0, 2, 2)


async def test_what_changed_is_updated_and_answers_stay(ana: Somebody) -> None:
    ana = replace(ana, workspace=Workspace("console", "local", "local"))
    community = await community_of(ana, "local")
    await bring(ana, await read(CLUB.encode()), community)
    await ana.says("/event answer late night")
    moved = CLUB.replace("20261204T2", "20261205T2").replace("SUMMARY:Late Night Modular", "SUMMARY:Later Night")
    assert counts(await bring(ana, await read(moved.encode()), community)) == (0, 1, 1, 2)
    assert "2026-12-05 19:00 UTC" in words(await ana.says("/event find later"))
    assert "Nothing found" in words(await ana.says("/event find late night modular"))


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("20261204T2", "20201204T2"), ("RRULE:FREQ=WEEKLY;COUNT=4", "RRULE:FREQ=WEEKLY;UNTIL=20201231T000000Z")],
)
async def test_what_a_source_moved_to_the_past_leaves_the_calendar(ana: Somebody, was: str, becomes: str) -> None:
    ana = replace(ana, workspace=Workspace("console", "local", "local"))
    community = await community_of(ana, "local")
    await bring(ana, await read(CLUB.encode()), community)
    before = words(await ana.says("/event find when:December"))
    assert before.startswith("5 events")
    changed = CLUB.replace(was, becomes).replace(
        "20261207T190000", "20201207T190000" if "UNTIL" in becomes else "20261207T190000"
    )
    items = await read(changed.encode())
    assert counts(await bring(ana, items, community)) == (0, 1, 1, 2)
    left = 4 if "RRULE" not in was else 1
    assert words(await ana.says("/event find when:December")).startswith(f"{left} event")
    assert counts(await bring(ana, items, community)) == (0, 0, 2, 2)


async def test_the_same_uid_in_another_community_is_another_event(ana: Somebody) -> None:
    items = await read(CLUB.encode())
    first, second = await community_of(ana, "local"), await community_of(ana, "other")
    assert counts(await bring(ana, items, first))[0] == counts(await bring(ana, items, second))[0] == 2


@pytest.mark.skipif(not CALENDARS, reason="GREENROOM_CALENDARS names no folder of calendars")
@pytest.mark.unmeasured  # 279 files by the same way; coverage does not depend on a folder beside the checkout
async def test_every_calendar_comes_in_or_says_why_not_and_again_changes_nothing(sqlite_url: str) -> None:
    expected = dict(line.split("\t", 1) for line in EXPECTED.read_text(encoding="utf-8").splitlines())
    seen: dict[str, str] = {}
    async with somebody(sqlite_url, NOW) as person:
        for path in CALENDARS:
            name = f"{path.parent.name}/{path.name}"
            seen[name] = await _told(person, path, name)
    assert seen == expected


async def _told(person: Somebody, path: Path, name: str) -> str:
    """How many events of one file were added, and why others were skipped."""
    data = await asyncio.to_thread(path.read_bytes)
    try:
        items = await read(data)
    except Refused as refused:
        return f"refused: {refused.text}"
    community = await community_of(person, name)
    imported = await bring(person, items, community)
    again = await bring(person, items, community)
    assert counts(again) == (0, 0, imported.added + imported.updated + imported.unchanged, len(imported.skipped)), name
    async with person.bot.database.reading() as uow:
        search = Search(since=NOW - timedelta(days=365 * 60))
        page = await uow.events.find(community.id, search, person=None, offset=0, limit=1)
    reasons = Counter(skipped.reason for skipped in imported.skipped)
    why = " | ".join(f"{count} × {reason}" for reason, count in sorted(reasons.items()))
    return f"{imported.added} added, {page.total} dates, {len(imported.skipped)} skipped{': ' if why else ''}{why}"
