"""ISO 8601 and its common relatives: the forms that machines write, read first and fastest."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from bot.domain.datewords.phrases import OnDate
from bot.domain.datewords.resolving import Seen, days_of
from bot.domain.datewords.zones import is_zone
from bot.domain.moments import Moment, moment_at
from bot.errors import Refused
from bot.i18n import N_

_DATE = r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
_MOMENT = re.compile(
    _DATE + r"(?:[Tt]|\s+)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
    r"\s*([Zz]|[+-][0-9]{2}:?[0-9]{2})?(?:\s+([A-Za-z][A-Za-z0-9_+/-]*))?"
)
_SPAN = re.compile(_DATE + r"\s*(?:\.\.|/|–|—|\s-\s)\s*" + _DATE)


def read_iso_moment(text: str, seen: Seen) -> Moment | None:
    """ "2026-12-04 19:00", with or without seconds, an offset and the exact name of a zone.

    An offset settles the instant, which is then told in the zone. None when `text` has another form; raises
    Refused when it has this form and there is no such date, time or offset.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset, zone = match.groups()
    if zone is not None and not is_zone(zone):
        return None
    name = zone or seen.zone.key
    there = next(days_of(OnDate(int(day), int(month), int(year), f"{year}-{month}-{day}"), seen))
    try:
        hours = int(hour)
        clock = time(hours % 24, int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
        if hours > 24 or (hours == 24 and clock != time()):
            raise ValueError("past the end of the day")
        wall = datetime.combine(there, clock) + timedelta(days=hours // 24)  # ISO 8601: 24:00 ends the day
        if offset is None:
            return Moment(wall, name)
        return moment_at(wall.replace(tzinfo=_offset(offset)), name)
    except (ValueError, OverflowError):
        typed = re.split(r"[Tt\s]+", text, maxsplit=1)[1]
        raise Refused(N_("{typed} is not a time of day. Try 19:30 or 7:30pm."), typed=typed) from None


def read_iso_span(text: str, seen: Seen) -> tuple[date, date] | None:
    """ "2026-05-03..2026-05-09" or with the solidus of ISO 8601; None when `text` has another form."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    year, month, day, last_year, last_month, last_day = match.groups()
    first = OnDate(int(day), int(month), int(year), f"{year}-{month}-{day}")
    last = OnDate(int(last_day), int(last_month), int(last_year), f"{last_year}-{last_month}-{last_day}")
    return next(days_of(first, seen)), next(days_of(last, seen))


def _offset(text: str) -> timezone:
    if text in ("Z", "z"):
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
