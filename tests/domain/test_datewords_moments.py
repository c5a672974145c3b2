"""Moments and spans themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.moments import Moment, Span, gap_around, moment_at, write_moment


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("wall", "zone", "instant"),
    [
        ("2026-12-04 19:00", "Europe/Berlin", "2026-12-04 18:00"),
        ("2027-03-28 02:30", "Europe/Berlin", "2027-03-28 01:30"),  # skipped: 3:30
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25 00:30"),  # twice: the first
        ("2027-03-14 02:30", "America/New_York", "2027-03-14 07:30"),
        ("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-03 15:45"),  # a gap of 30 minutes
        ("2011-12-30 12:00", "Pacific/Apia", "2011-12-30 22:00"),  # a day that never was
    ],
)
def test_a_machines_wall_time_always_has_an_instant(wall: str, zone: str, instant: str) -> None:
    assert Moment(at(wall), zone).instant() == at(instant).replace(tzinfo=UTC)


def test_a_moment_refuses_an_aware_wall_and_years_out_of_reach() -> None:
    with pytest.raises(ValueError, match="tzinfo"):
        Moment(datetime(2026, 12, 4, tzinfo=UTC), "UTC")
    with pytest.raises(ValueError, match="outside"):
        Moment(at("2200-01-01 00:00"), "UTC")


def test_equal_moments_have_one_instant() -> None:
    wall = at("2026-10-25 02:30")
    second = Moment(wall.replace(fold=1), "Europe/Berlin")
    assert second == Moment(wall, "Europe/Berlin")
    assert second.instant() == Moment(wall, "Europe/Berlin").instant()


def test_a_span_refuses_to_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="comes before"):
        Span(date(2026, 5, 9), date(2026, 5, 3))


def test_an_instant_in_a_repeated_hour_is_kept() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert moment_at(first, "Europe/Berlin") == Moment(at("2026-10-25 02:30"), "Europe/Berlin")
    assert moment_at(second, "Europe/Berlin").instant() == second


def test_the_gap_of_a_change_is_known() -> None:
    gap = gap_around(at("2026-10-04 02:15"), ZoneInfo("Australia/Lord_Howe"))
    assert gap is not None
    assert (gap.before, gap.after) == (at("2026-10-04 02:00"), at("2026-10-04 02:30"))
    assert gap.change == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
    assert gap_around(at("2026-10-04 02:30"), ZoneInfo("Australia/Lord_Howe")) is None


def test_seconds_are_written_only_when_there_are_any() -> None:
    assert write_moment(Moment(at("2026-12-04 19:00"), "UTC")) == "2026-12-04 19:00 UTC"
    assert write_moment(Moment(at("2026-12-04 19:00:30"), "UTC")) == "2026-12-04 19:00:30 UTC"
