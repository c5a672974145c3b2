"""Quiet hours, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.quiet import BEFORE, Quiet, out_of_quiet, quiet_around

NIGHT = Quiet(time(23), time(7))
BERLIN = "Europe/Berlin"
zones = st.sampled_from([BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
times = st.times().map(lambda each: each.replace(second=0, microsecond=0))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis puts the zone


def at(wall: str, zone: str = BERLIN) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_what_comes_at_night_waits_for_the_morning() -> None:
    assert out_of_quiet(at("2026-11-06 22:59"), NIGHT, BERLIN) == at("2026-11-06 22:59")
    assert out_of_quiet(at("2026-11-06 23:00"), NIGHT, BERLIN) == at("2026-11-07 07:00")
    assert out_of_quiet(at("2026-11-07 03:00"), NIGHT, BERLIN) == at("2026-11-07 07:00")
    assert out_of_quiet(at("2026-11-07 07:00"), NIGHT, BERLIN) == at("2026-11-07 07:00")
    assert out_of_quiet(at("2026-11-07 03:00"), None, BERLIN) == at("2026-11-07 03:00")


def test_what_would_come_too_late_in_the_morning_comes_the_evening_before() -> None:
    latest = at("2026-11-07 06:00")
    assert out_of_quiet(at("2026-11-07 04:00"), NIGHT, BERLIN, latest) == at("2026-11-06 23:00") - BEFORE


def test_a_night_ends_by_the_wall_when_clocks_change() -> None:
    for day in ("2026-03-29", "2026-10-25"):
        assert out_of_quiet(at(f"{day} 01:00"), NIGHT, BERLIN) == at(f"{day} 07:00")


@given(moments, times, times, zones)
def test_nothing_comes_in_quiet_hours_nor_earlier_than_meant(
    moment: datetime, start: time, end: time, zone: str
) -> None:
    assume(start != end)
    quiet = Quiet(start, end)
    moved = out_of_quiet(moment, quiet, zone)
    assert moved >= moment
    assert moved - moment <= timedelta(hours=26)
    # quiet hours that the clocks skip whole, or run into each other, are rare enough to be left as they are
    if moved == moment:
        assert quiet_around(moment, quiet, zone) is None
