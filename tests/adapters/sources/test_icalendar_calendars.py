"""Real calendars: those of icalendar's and ical4j's own tests, good, odd and broken."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from bot.domain.events import Change, SourceEvent, Status
from bot.domain.recurrence import lay_out
from bot.errors import Refused
from tests.adapters.sources.calendars import read

ZONE = "Europe/Berlin"
FOLDER = os.environ.get("GREENROOM_CALENDARS", "")
EXPECTED = Path(__file__).with_name("expected.tsv")
"""File, events, and how often each reason to skip something was given."""

pytestmark = pytest.mark.skipif(not FOLDER, reason="GREENROOM_CALENDARS names no folder of calendars")

DIFFERENT = {
    "Christian32Holidays.ics": "COUNT=1 and a start that the rule does not fit and EXDATE leaves out: the start "
    "counts as the one (RFC 5545 3.3.10), dateutil counts from the first that fits",
    "blalor.ics": "EXDATE leaves out what RECURRENCE-ID changes, as iCal wrote it; the change takes place",
    "friday13-NOT.ics": "EXRULE, for which we skip it and which the oracle does not know",
    "issue_157_removes_trailing_semicolon.ics": "it has no title, so we skip it",
    "google_aus_holidays.ics": "days with a TZID; days have none (RFC 5545 3.2.19)",
    "japan_west.ics": "days with a TZID",
    "example.ics": "a day that ends on the day it starts lasts that day; of two events with one UID the oracle "
    "takes one",
    "issue_156_RDATE_with_PERIOD_TZID_khal.ics": "RDATE in a change without its series",
    "issue_156_RDATE_with_PERIOD_TZID_khal_2.ics": "RDATE in a change without its series",
    "issue_165_missing_event.ics": "blanks in BYDAY; icalendar drops the rule",
    "parsing_error.ics": "an EXDATE without a value; the oracle drops the event",
    "event_with_recurrence.ics": "EXDATE in UTC for times without a zone: the oracle compares the digits",
}
"""Calendars that we and recurring-ical-events read differently, and why; by the last part of their name."""


@cache
def calendars() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(Path(FOLDER).rglob("*.ics"))}


def summary(name: str) -> str:
    """One line of the table."""
    try:
        events, skipped = read(calendars()[name], ZONE)
    except Refused as no:
        return f"{name}\t-\t{no.text}"
    reasons = Counter(each.reason for each in skipped)
    return "\t".join([name, str(len(events)), *(f"{count} x {reason}" for reason, count in sorted(reasons.items()))])


def test_every_calendar_gives_the_events_and_the_reasons_it_should() -> None:
    table = EXPECTED.read_text(encoding="utf-8").splitlines()
    assert [summary(name) for name in calendars()] == table


def ours(events: list[SourceEvent], since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Starts and ends; those of days as if their zone were UTC, for the oracle has no zone for them."""
    for event in events:
        zone = ZoneInfo(event.timing.zone)
        changes = [
            Change(
                each.original,
                each.timing.starts if each.timing else None,
                each.timing.ends if each.timing else None,
                each.is_cancelled,
            )
            for each in event.changes
        ]
        for slot in lay_out(event.timing, changes, since=since, until=until):
            starts, ends = slot.starts, slot.ends
            if event.timing.is_all_day:
                starts, ends = (each.astimezone(zone).replace(tzinfo=UTC) for each in (starts, ends))
            if slot.status is Status.SCHEDULED:
                yield starts, ends


def theirs(
    parsed: Sequence[icalendar.Component], since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    for each in parsed:
        whole = each if each.name == "VCALENDAR" else icalendar.Calendar()
        if whole is not each:
            whole.add_component(each)
        zone = ZoneInfo(str(whole.get("X-WR-TIMEZONE", ZONE)))
        for event in recurring_ical_events.of(whole, skip_bad_series=True).between(since, until):
            yield moment(event.start, zone), moment(event.end, zone)


def moment(value: date | datetime, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), UTC)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def test_occurrences_are_those_that_recurring_ical_events_gives() -> None:
    compared, different = 0, set()
    for name, data in calendars().items():
        try:
            events, _ = read(data, ZONE)
            with warnings.catch_warnings(action="ignore"):
                parsed = icalendar.Calendar.from_ical(data, multiple=True)
        except (Refused, ValueError):
            continue  # what icalendar cannot read at all has no oracle
        years = sorted(event.timing.starts.year for event in events)
        for year in {*years[:1], 2026}:
            since, until = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
            # at the edges the two say differently what belongs to the year, by the zones of days
            inner = since + timedelta(days=3), until - timedelta(days=3)
            mine = Counter(each for each in ours(events, since, until) if inner[0] < each[0] < inner[1])
            try:
                with warnings.catch_warnings(action="ignore"):
                    other = Counter(each for each in theirs(parsed, since, until) if inner[0] < each[0] < inner[1])
            except (KeyError, AttributeError, TypeError):
                continue  # events without a start, with two, or at a time of no day are too much for it
            compared += mine.total()
            if mine != other:
                different.add(name.rpartition("__")[2])
    assert different == set(DIFFERENT)
    assert compared > 5_000
