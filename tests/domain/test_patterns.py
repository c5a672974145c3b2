"""What comes again keeps its time on the wall, over every change of the clocks."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import walls
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern, next_after

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",  # changes at midnight
    "Australia/Lord_Howe",  # changes by half an hour
    "Asia/Kolkata",
    "Africa/Casablanca",
    "UTC",
)
RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=1FR",
    "FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=25",
    "FREQ=WEEKLY;COUNT=5",
    "FREQ=DAILY;UNTIL=20261101T003000Z",
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def pattern(wall: str, rrule: str = "", zone: str = "Europe/Berlin") -> Pattern:
    return Pattern(Moment(datetime.fromisoformat(wall), zone), rrule)


def coming(of: Pattern, since: str, count: int) -> list[str]:
    found: list[str] = []
    at: datetime | None = utc(since)
    while at is not None and len(found) < count:
        at = next_after(of, at)
        found.append(f"{at:%Y-%m-%d %H:%M}" if at else "never")
    return found


def test_once_comes_once() -> None:
    once = pattern("2026-12-04 19:00")
    assert not once.is_repeating
    assert coming(once, "2026-12-04 17:59", 3) == ["2026-12-04 18:00", "never"]
    assert next_after(once, utc("2026-12-04 18:00")) is None


def test_a_series_of_three_ends() -> None:
    three = pattern("2026-10-19 09:00", "FREQ=DAILY;COUNT=3")
    assert coming(three, "2026-10-20 07:00", 2) == ["2026-10-21 07:00", "never"]


def test_nine_in_the_morning_stays_nine_when_the_clocks_change() -> None:
    mondays = pattern("2026-10-19 09:00", "FREQ=WEEKLY;BYDAY=MO")
    assert coming(mondays, "2026-10-01", 3) == ["2026-10-19 07:00", "2026-10-26 08:00", "2026-11-02 08:00"]


def test_an_hour_that_is_skipped_moves_on_and_one_that_is_repeated_is_its_first() -> None:
    nights = pattern("2026-01-01 02:30", "FREQ=DAILY")
    assert coming(nights, "2027-03-27 00:00", 3) == ["2027-03-27 01:30", "2027-03-28 01:30", "2027-03-29 00:30"]
    assert coming(nights, "2026-10-24 00:00", 3) == ["2026-10-24 00:30", "2026-10-25 00:30", "2026-10-26 01:30"]


def test_a_day_that_was_skipped_whole_comes_no_second_time() -> None:
    noons = pattern("2011-12-01 12:00", "FREQ=DAILY", "Pacific/Apia")
    found = coming(noons, "2011-12-29 00:00", 3)
    assert found == ["2011-12-29 22:00", "2011-12-30 22:00", "2011-12-31 22:00"]


@pytest.mark.parametrize(
    "rrule", ["FREQ=HOURLY", "FREQ=DAILY;BYHOUR=9,18", "FREQ=DAILY;BYMINUTE=1", "FREQ=DAILY;BYSECOND=2"]
)
def test_what_comes_more_than_once_a_day_is_no_pattern(rrule: str) -> None:
    with pytest.raises(ValueError, match="more than once a day"):
        pattern("2026-12-04 19:00", rrule)


def test_a_pattern_that_began_long_ago_costs_no_more_than_a_new_one() -> None:
    old = pattern("1971-01-01 09:00", "FREQ=DAILY")
    began = time.perf_counter()
    for _ in range(100):
        next_after(old, utc("2199-06-01 00:00"))
    assert time.perf_counter() - began < 1  # 0.01 alone; 83,000 days would take minutes


@given(
    st.sampled_from(RULES),
    st.sampled_from(ZONES),
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - wall times are naive
    st.integers(0, 700),
)
def test_the_next_time_is_the_one_that_dateutil_gives(rrule: str, zone: str, starts: datetime, days: int) -> None:
    starts = starts.replace(second=0, microsecond=0, fold=0)
    of = Pattern(Moment(starts, zone), rrule)
    instant = of.start.instant() + timedelta(days=days, minutes=-1)
    bare = ";".join(part for part in rrule.split(";") if not part.startswith(("UNTIL", "COUNT")))
    until = utc("2026-11-01 00:30") if "UNTIL" in rrule else None
    theirs = {starts} | set(rrulestr(bare, dtstart=starts).between(starts, starts + timedelta(days=days + 1_500)))
    moments = [walls.instant(wall, zone) for wall in sorted(theirs) if not until or walls.instant(wall, zone) <= until]
    moments = moments[:5] if "COUNT" in rrule else moments
    assert next_after(of, instant) == next((each for each in moments if each > instant), None)


@given(st.sampled_from(RULES[:9]), st.sampled_from(ZONES), st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001 - wall times are naive
def test_times_come_in_order_and_at_the_same_time_on_the_wall(rrule: str, zone: str, starts: datetime) -> None:
    of = Pattern(Moment(starts.replace(second=0, microsecond=0, fold=0), zone), rrule)
    at, found = of.start.instant() - timedelta(minutes=1), []
    for _ in range(30):
        following = next_after(of, at)
        assert following is not None
        assert following > at
        found.append(at := following)
    assert len(set(found)) == len(found)
    for each in found:
        shown = each.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        wanted = datetime.combine(shown.date(), of.start.wall.time())
        assert each in (walls.instant(wanted, zone), walls.instant(wanted - timedelta(days=1), zone))
