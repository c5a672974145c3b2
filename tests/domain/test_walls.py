from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.walls import instant


@pytest.mark.parametrize(
    ("wall", "zone", "moment"),
    [
        ("2026-07-01T19:00", "Europe/Berlin", "2026-07-01T17:00"),
        ("2026-12-01T19:00", "Europe/Berlin", "2026-12-01T18:00"),
        ("2027-03-28T02:30", "Europe/Berlin", "2027-03-28T01:30"),  # skipped: the wall then shows 03:30
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30"),  # twice: the first, still summer time
        ("2027-03-14T02:30", "America/New_York", "2027-03-14T07:30"),  # RFC 5545 3.3.5's own example
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T05:30"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-03T15:45"),  # a gap of half an hour
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T22:00"),  # a whole day that never was
    ],
)
def test_a_wall_time_is_the_moment_that_rfc_5545_says(wall: str, zone: str, moment: str) -> None:
    assert instant(datetime.fromisoformat(wall), zone) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_a_fold_that_came_along_changes_nothing() -> None:
    wall = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001 - a wall time
    assert instant(wall.replace(fold=1), "Europe/Berlin") == instant(wall, "Europe/Berlin")
