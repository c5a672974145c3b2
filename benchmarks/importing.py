"""`import`: how long a calendar of 10,000 events takes from its bytes into the database.

That is `read_calendar`, which parses in a process of its own, and `bring_in`, which looks up cities, lays out a year
of dates and saves, all as `greenroom import` does. Beside it stands what icalendar's `Calendar.from_ical` takes to
parse the same bytes and do nothing with them.
"""

from __future__ import annotations

import statistics
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter

from icalendar import Calendar

from adapters.sources.icalendar import read_calendar
from benchmarks.calendars import calendar
from benchmarks.databases import Fresh
from benchmarks.measuring import NOW, Clock, Figure, shown, tidy, times
from bot.commands import Services
from bot.domain.people import Account, Community, Workspace
from bot.features.events.importing import bring_in
from storage.database import Database

EVENTS, FEW = 10_000, 300
RUNS = 3
SLOWER_MOST = 2.0


@dataclass(frozen=True, slots=True)
class Brought:
    """Seconds: ours, and of the bare parse; medians."""

    events: int
    bytes: int
    ours: float
    parse: float


async def measure(fresh: Fresh, events: int, runs: int = RUNS) -> Brought:
    data = calendar(events, NOW)
    ours: list[float] = []
    parse: list[float] = []
    for _ in range(runs):
        with tidy():
            parse.append(_parse(data))
        ours.append(await _import(fresh(), data, events))
    return Brought(events, len(data), statistics.median(ours), statistics.median(parse))


def figures(engine: str, brought: Brought) -> list[Figure]:
    ratio = brought.ours / brought.parse
    return [
        Figure(
            f"import of {brought.events:,} events ({brought.bytes / 1e6:.1f} MB), {engine}",
            shown(brought.ours),
            f"{shown(brought.parse)} to parse it with icalendar",
            times(ratio),
            f"at most {SLOWER_MOST:g}×",
            ratio <= SLOWER_MOST,
        )
    ]


def _parse(data: bytes) -> float:
    began = perf_counter()
    Calendar.from_ical(data)
    return perf_counter() - began


async def _import(url: str, data: bytes, events: int) -> float:
    database = Database(url)
    try:
        community = await _community(database)
        with tidy():
            began = perf_counter()
            async with aclosing(read_calendar(data, zone="UTC")) as told:
                imported = await bring_in(
                    told, "figures.ics", community, Services(database, Clock(), {}), lambda _so_far: None
                )
            took = perf_counter() - began
    finally:
        await database.close()
    assert (imported.added, len(imported.skipped)) == (events, 0), "all of it is new, and nothing is left out"
    return took


async def _community(database: Database) -> Community:
    who = Account("console", "you", "you"), Workspace("console", "local", "Console")
    async with database.writing() as uow:
        caller = await uow.people.welcome(*who, is_organiser=True, zone="UTC", locale="en", now=NOW)
    assert caller.community is not None
    return caller.community
