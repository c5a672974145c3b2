"""The times of a VEVENT: what they say, in which zone, and what that is on the wall of its series."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from adapters.sources.icalendar_lines import Property
from adapters.sources.icalendar_zones import Zones
from bot.domain.events import Timing
from bot.domain.walls import instant
from bot.errors import Refused
from bot.i18n import N_

YEARS = (1600, 2200)
"""Years that are read, both included: before, no calendar here is right; after, nobody plans."""


_LENGTH_MOST = timedelta(days=3_660)
_TIME = re.compile(r"([0-9]{8})(?:T([0-9]{2})([0-9]{2})([0-9]{2})?(Z?))?")
_DURATION = re.compile(
    r"([+-]?)P(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?"
)


@dataclass(frozen=True, slots=True)
class Wall:
    """A time as a calendar tells it: on the wall in a zone, or a whole day."""

    at: datetime
    zone: str
    is_day: bool

    def within(self, zone: str) -> datetime:
        """What a wall in `zone` shows then; a day is the same day everywhere."""
        if self.is_day or zone == self.zone:
            return self.at
        return instant(self.at, self.zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def wall_of(each: Property, zone: str, zones: Zones, *, repeats: bool = False) -> Wall:
    """The time that a property tells; `zone` is where it is if that does not say.

    Raises Refused for what is no time, is out of bounds, or is in a zone that nobody knows. A time whose zone
    the calendar describes but nobody names is told in UTC, unless it `repeats`, which UTC would not do.
    """
    wall, is_day, is_utc = _read(each.value.strip())
    if is_day or (each.params.get("VALUE", "").upper() == "DATE" and wall.time() == time()):
        return Wall(wall, zone, is_day=True)
    tzid = each.params.get("TZID", "").strip()
    if is_utc or not tzid:
        return Wall(wall, "UTC" if is_utc else zone, is_day=False)
    try:
        return Wall(wall, zones.find(tzid, wall), is_day=False)
    except Refused:
        offset = None if repeats else zones.offset(tzid, wall)
        if offset is None:
            raise
        return Wall(wall - offset, "UTC", is_day=False)


def _read(value: str) -> tuple[datetime, bool, bool]:
    """The wall time, whether it is a day, and whether it is in UTC."""
    found = _TIME.fullmatch(value.upper())
    try:
        if found is None:
            raise ValueError(value)
        at = time(int(found[2] or 0), int(found[3] or 0), min(int(found[4] or 0), 59))  # 60 is a leap second
        wall = datetime.combine(datetime.fromisoformat(found[1]), at)
    except ValueError:
        raise Refused(N_("“{value}” is not a date or time as calendars write it."), value=value[:60]) from None
    if not YEARS[0] <= wall.year <= YEARS[1]:
        raise Refused(
            N_("It is in the year {year}. Years from {low} to {high} are read."),
            year=str(wall.year),
            low=str(YEARS[0]),
            high=str(YEARS[1]),
        )
    return wall, found[2] is None, bool(found[5])


def moved(start: Wall, end: datetime, zone: str) -> tuple[Wall, datetime]:
    """A single event told in UTC, on the wall of its calendar; unless that wall shows the time twice."""
    at, to = Wall(start.at, "UTC", is_day=False).within(zone), Wall(end, "UTC", is_day=False).within(zone)
    is_exact = instant(at, zone) == start.at.replace(tzinfo=UTC) and instant(to, zone) == end.replace(tzinfo=UTC)
    return (Wall(at, zone, is_day=False), to) if is_exact else (start, end)


def aligned(wall: Wall, timing: Timing) -> datetime:
    """A start on the wall of its series; a day without a time means that day's one."""
    if wall.is_day:
        return datetime.combine(wall.at, timing.starts.time())
    at = wall.within(timing.zone)
    return datetime.combine(at, time()) if timing.is_all_day else at


def length_of(value: str) -> timedelta:
    """RFC 5545 3.3.6, and weeks beside days, as some write. Raises Refused for what is none, or is ten years."""
    found = _DURATION.fullmatch(value.upper())
    numbers = [int(found[index] or 0) for index in range(2, 7)] if found else []
    length = timedelta(**dict(zip(("weeks", "days", "hours", "minutes", "seconds"), numbers, strict=False)))
    if found is None or value[-1:].upper() in "PT" or length > _LENGTH_MOST:
        raise Refused(N_("“{value}” is not a length of time as calendars write it."), value=value[:60])
    return -length if found[1] == "-" else length
