from __future__ import annotations

from datetime import date, time

import pytest

from bot.domain.cadences import Cadence, Unit
from bot.domain.moments import months_later
from bot.domain.quiet import Quiet


@pytest.mark.parametrize(
    ("count", "unit", "day", "then"),
    [
        (10, Unit.DAYS, "2026-12-25", "2027-01-04"),
        (6, Unit.WEEKS, "2026-11-23", "2027-01-04"),
        (1, Unit.MONTHS, "2027-01-31", "2027-02-28"),
        (1, Unit.MONTHS, "2028-01-31", "2028-02-29"),
        (3, Unit.MONTHS, "2026-11-30", "2027-02-28"),
        (1, Unit.YEARS, "2028-02-29", "2029-02-28"),
        (4, Unit.YEARS, "2028-02-29", "2032-02-29"),
    ],
)
def test_a_cadence_is_counted_as_calendars_count(count: int, unit: Unit, day: str, then: str) -> None:
    assert Cadence(count, unit).after(date.fromisoformat(day)) == date.fromisoformat(then)


@pytest.mark.parametrize(("count", "unit"), [(6, Unit.DAYS), (0, Unit.WEEKS), (61, Unit.MONTHS), (6, Unit.YEARS)])
def test_a_cadence_is_from_a_week_to_five_years(count: int, unit: Unit) -> None:
    with pytest.raises(ValueError, match="week to five years"):
        Cadence(count, unit)


def test_months_go_back_as_well() -> None:
    assert months_later(date(2027, 3, 31), -1) == date(2027, 2, 28)
    assert months_later(date(2027, 1, 15), -1) == date(2026, 12, 15)


def test_quiet_hours_are_not_all_day() -> None:
    assert Quiet(time(22), time(8)) == Quiet(time(22), time(8))
    with pytest.raises(ValueError, match="another time"):
        Quiet(time(8), time(8))
