"""From the time on a wall to the moment it is: one rule for times that a clock change skips or repeats."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def instant(wall: datetime, zone: str) -> datetime:
    """The aware UTC moment at which a wall in `zone` (IANA) shows the naive time `wall`.

    RFC 5545 3.3.5: a time that is skipped is read with the offset before the gap, so it moves forward by the
    gap (02:30 becomes 03:30); a time that comes twice is the first of the two.

    Raises ZoneInfoNotFoundError (a KeyError) or ValueError for a zone that does not exist, and OverflowError
    for a wall within a day of the ends of the calendar (years 1 and 9999).
    """
    # PEP 495: fold=0 means exactly these two things
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
