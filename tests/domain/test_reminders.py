"""Reminders that move to another zone with their owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.moments import Moment
from bot.domain.patterns import Pattern, next_after
from bot.domain.reminders import Reminder, relaid

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def reminder(wall: datetime, rrule: str = "") -> Reminder:
    pattern = Pattern(Moment(wall, BERLIN), rrule)
    return Reminder(1, 1, pattern, pattern.start.instant(), "x")


def test_one_that_comes_once_keeps_its_time_on_the_wall() -> None:
    moved = relaid(reminder(datetime(2026, 12, 4, 9)), NEW_YORK)  # noqa: DTZ001 - the time on a wall
    assert moved.at == datetime(2026, 12, 4, 14, tzinfo=UTC)
    assert moved.pattern.start == Moment(datetime(2026, 12, 4, 9), NEW_YORK)  # noqa: DTZ001 - the time on a wall


def test_one_that_repeats_keeps_its_day_and_goes_on_from_there() -> None:
    daily = reminder(datetime(2026, 12, 4, 9), "FREQ=DAILY")  # noqa: DTZ001 - the time on a wall
    daily = replace(daily, at=datetime(2026, 12, 9, 8, tzinfo=UTC))
    moved = relaid(daily, NEW_YORK)
    assert moved.at == datetime(2026, 12, 9, 14, tzinfo=UTC)
    assert next_after(moved.pattern, moved.at) == datetime(2026, 12, 10, 14, tzinfo=UTC)


def test_one_that_repeats_and_was_put_off_comes_when_that_was_said() -> None:
    later = datetime(2026, 12, 9, 8, 10, tzinfo=UTC)
    moved = relaid(replace(reminder(datetime(2026, 12, 4, 9), "FREQ=DAILY"), at=later), NEW_YORK)  # noqa: DTZ001 - the time on a wall
    assert moved.at == later
    assert next_after(moved.pattern, later) == datetime(2026, 12, 9, 14, tzinfo=UTC)


@given(
    hours=st.integers(0, 366 * 24),
    skipped=st.integers(0, 40),
    rrule=st.sampled_from(["", "FREQ=DAILY", "FREQ=WEEKLY"]),
)
def test_going_there_and_back_again_changes_nothing(hours: int, skipped: int, rrule: str) -> None:
    before = reminder(datetime(2026, 1, 1) + timedelta(hours=hours), rrule)  # noqa: DTZ001 - the time on a wall
    for _ in range(skipped if rrule else 0):
        again = next_after(before.pattern, before.at)
        assert again is not None
        before = replace(before, at=again)
    assert relaid(relaid(before, NEW_YORK), BERLIN) == before
