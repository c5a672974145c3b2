"""Moments and spans: wall time in a zone, and days; what the date words of people become.

People mean the time on their wall ("19:00 in Berlin"), so that is what is kept; the instant follows from the
zone's rules and may move when they change. Reading words is in `bot.domain.datewords`.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain import walls

YEARS = range(1970, 2200)
"""The years a moment may lie in: no announced event is outside, and no arithmetic overflows inside."""

INSTANT = "Etc/UTC"
"""The zone of what is so long from now ("in 2 hours"), which is on nobody's wall and moves with none."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall time in a zone. Raises ValueError for an aware wall or a year outside `YEARS`."""

    wall: datetime
    """The time on the wall, naive by purpose."""
    zone: str
    """IANA name, such as "Europe/Berlin"."""

    def __post_init__(self) -> None:
        if self.wall.tzinfo is not None:
            raise ValueError("a wall time has no tzinfo; the zone stands beside it")
        if self.wall.year not in YEARS:
            raise ValueError(f"year {self.wall.year} is outside {YEARS.start} to {YEARS.stop - 1}")
        if self.wall.fold:  # equality ignores fold, so two equal moments must not differ in their instant
            object.__setattr__(self, "wall", self.wall.replace(fold=0))

    def instant(self) -> datetime:
        """The moment in UTC, aware.

        A wall time that the clocks repeat is its first; one that they skip moves forward by the gap, as
        `walls.instant` has it from RFC 5545. People's own words never get that far: `datewords` asks again.
        """
        return walls.instant(self.wall, self.zone)


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included. Raises ValueError when the last comes before the first."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} comes before {self.first}")

    @property
    def days(self) -> int:
        """How many days, both ends counted."""
        return (self.last - self.first).days + 1

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the start of the first day to that of the day after the last, which is not in it; both UTC."""
        return start_of(self.first, zone), start_of(self.last + timedelta(days=1), zone)


@dataclass(frozen=True, slots=True)
class Gap:
    """Wall times that a change of the clocks skips."""

    change: datetime
    """When the clocks change: aware UTC."""
    before: datetime
    """What the clocks would have shown at that instant, naive: the first wall time skipped."""
    after: datetime
    """What they show instead, naive."""


def moment_at(instant: datetime, zone: str) -> Moment:
    """The aware `instant` as a moment in `zone`.

    The second pass of an hour that the clocks repeat has no wall time of its own; it is kept in UTC, so that
    no instant is lost.
    """
    local = instant.astimezone(ZoneInfo(zone))
    if local.fold:
        return Moment(instant.astimezone(UTC).replace(tzinfo=None), "UTC")
    return Moment(local.replace(tzinfo=None), zone)


def months_later(day: date, months: int) -> date:
    """`day` moved by calendar months, also backwards; the 31st moved into a shorter month is its last day.

    Raises ValueError for a year that no date can have.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, monthrange(year, month + 1)[1]))


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of `day` in `zone`, in UTC; where midnight is skipped, the instant of the change."""
    midnight = datetime.combine(day, time())
    gap = gap_around(midnight, zone)
    return gap.change if gap else midnight.replace(tzinfo=zone).astimezone(UTC)


def gap_around(wall: datetime, zone: ZoneInfo) -> Gap | None:
    """The gap that the naive `wall` falls into, or None when it exists."""
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return None
    # in a gap the offset before the change puts the instant after it, and the other way round
    late, early = instant, wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before = early.astimezone(zone).utcoffset() or timedelta()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        if middle.astimezone(zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    change = late.replace(microsecond=0)
    return Gap(change, (change + before).replace(tzinfo=None), change.astimezone(zone).replace(tzinfo=None))


def write_moment(moment: Moment) -> str:
    """`moment` so that `read_moment` reads the same again: "2026-12-04 19:00 Europe/Berlin".

    Seconds are written only when there are any.
    """
    exact = moment.wall.second or moment.wall.microsecond
    return f"{moment.wall.isoformat(' ', 'auto' if exact else 'minutes')} {moment.zone}"


def write_span(span: Span) -> str:
    """`span` so that `read_span` reads the same again: "2026-12-04..2026-12-06"."""
    return f"{span.first.isoformat()}..{span.last.isoformat()}"
