"""When something is that a page or a feed tells of: ISO 8601 as schema.org asks for it, and what is written instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from adapters.sources.icalendar_times import YEARS, length_of
from bot.domain.events import LONGEST, Timing
from bot.domain.walls import instant
from bot.errors import Refused
from bot.i18n import N_

_DAY = timedelta(days=1)
_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)"
    r"(?:(?:T|\s+)(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d{1,9})?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it was written. `at` is aware where an offset was named, else on a wall that nobody named."""

    at: datetime
    is_day: bool = False

    def on(self, zone: str) -> datetime:
        """What the wall in `zone` shows then."""
        return self.at if self.at.tzinfo is None else self.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class When:
    """As `SourceEvent` has it."""

    timing: Timing
    is_floating: bool
    has_end: bool


def when_of(start: str, end: str, length: str, zone: str) -> When:
    """When it is, on the wall of `zone` (IANA): an `end` or `length` that cannot be right is taken as not said.

    A day is told as a day; so is a midnight without an end, which is how sites write that they know no time. Raises
    Refused for what is no start, and for what lasts longer than an event can.
    """
    began = moment_of(start)
    if began is None:
        raise Refused(N_("It names no start.")) if not start.strip() else _unreadable(start)
    if not YEARS[0] <= began.at.year <= YEARS[1]:
        raise _unreadable(start)
    ended = moment_of(end) or _after(began, length)
    if began.is_day or _is_day(began, ended):
        return _days(began, ended, zone)
    starts, on = began.on(zone), zone
    if began.at.tzinfo is not None and instant(starts, zone) != began.at.astimezone(UTC):
        starts, on = began.on("UTC"), "UTC"  # a wall shows this time twice
    ends = _end(began, ended, on, starts)
    _check(ends - starts)
    return When(Timing(starts, ends, on), is_floating=began.at.tzinfo is None, has_end=ends > starts)


def moment_of(text: str) -> Moment | None:
    """The time that is written there, None for none that can only mean one."""
    written = text.strip()[:60]
    found = _ISO.fullmatch(written)
    try:
        if found is None:
            return Moment(parsedate_to_datetime(written)) if "," in written else None
        year, month, day, hour, minute, second = (int(found[part] or 0) for part in range(1, 7))
        if found[4] is None:
            return Moment(datetime(year, month, day), is_day=True)  # noqa: DTZ001 - a day is on every wall
        late = hour == 24 and not minute  # the end of a day
        at = datetime.combine(datetime(year, month, day), time(0 if late else hour, minute, min(second, 59)))  # noqa: DTZ001 - its offset follows, if it has one
        at += _DAY if late else timedelta()
        offset = (found[7] or "").upper().replace(":", "")
        if not offset:
            return Moment(at)
        ahead = timedelta() if offset == "Z" else timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5] or 0))
        if ahead >= _DAY:
            return None
        return Moment((at + ahead if offset.startswith("-") else at - ahead).replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _is_day(began: Moment, ended: Moment | None) -> bool:
    """Whether these times only stand for days."""
    if began.at.tzinfo is not None or began.at.time() != time():
        return False
    return ended is None or ended.is_day or ended.at.time().replace(second=0) in (time(), time(23, 59))


def _after(began: Moment, length: str) -> Moment | None:
    try:
        return Moment(began.at + length_of(length.strip()), began.is_day) if length.strip() else None
    except (Refused, OverflowError):
        return None


def _days(began: Moment, ended: Moment | None, zone: str) -> When:
    """schema.org's last day is one of them."""
    first = datetime.combine(began.at, time())
    last = datetime.combine(ended.on(zone), time()) if ended else first
    if ended and not ended.is_day and ended.at.time() == time() and last > first:
        last -= _DAY  # told as the midnight at which it is over
    ends = max(first, last) + _DAY
    _check(ends - first)
    return When(Timing(first, ends, zone, is_all_day=True), is_floating=True, has_end=True)


def _end(began: Moment, ended: Moment | None, zone: str, starts: datetime) -> datetime:
    """When it ends on the wall of its start; its start where nobody said so that it can be believed."""
    if ended is None:
        return starts
    if ended.is_day:
        return ended.at + _DAY if ended.at.date() > starts.date() else starts
    if (began.at.tzinfo is None) == (ended.at.tzinfo is None):
        return max(ended.on(zone), starts)
    # one of the two has an offset and the other not: both are meant for one wall
    return max(ended.at.replace(tzinfo=None) if began.at.tzinfo is None else ended.at, starts)


def _check(lasts: timedelta) -> None:
    if lasts > LONGEST:
        raise Refused(
            N_("It lasts {days} days without a break; at most {limit} are possible."),
            days=lasts.days,
            limit=LONGEST.days,
        )


def _unreadable(start: str) -> Refused:
    return Refused(N_("Its start, “{start}”, is not a date that can be read."), start=" ".join(start.split())[:60])
