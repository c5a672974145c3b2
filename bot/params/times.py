"""Arguments about when: moments, ends, days, times of day and zones."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Protocol, runtime_checkable
from zoneinfo import available_timezones

from bot.domain.datewords import (
    read_end,
    read_last_day,
    read_moment,
    read_span,
    suggest_moments,
    suggest_spans,
    write_moment,
    write_span,
)
from bot.domain.moments import Moment, Span
from bot.domain.places import Place, fold
from bot.errors import Refused
from bot.i18n import N_
from bot.params.kinds import Option, Plain, Reading, shortened


@dataclass(frozen=True, slots=True)
class DateTime(Plain):
    """A moment in people's words: in the zone they name, else that of the argument `place`, else the reader's.

    A day without a time is asked for one, or begins at `default`.
    """

    place: str = ""
    default: time | None = None

    @property
    def depth(self) -> int:
        return 1

    def read(self, typed: str, reading: Reading) -> Moment:
        zone = self._zone(reading)
        return read_moment(typed, locale=reading.locale, zone=zone, now=reading.now, default=self.default)

    def _zone(self, reading: Reading) -> str:
        there = reading.others.get(self.place)
        return there.zone if isinstance(there, Place) else reading.zone

    def write(self, value: object) -> str:
        assert isinstance(value, Moment)
        return write_moment(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        zone = self._zone(reading)
        found = suggest_moments(typed, locale=reading.locale, zone=zone, now=reading.now, default=self.default)
        return [Option(reading.say(label), value) for label, value in found]


@dataclass(frozen=True, slots=True)
class PastDay(Plain):
    """A day that is over, or today: "yesterday", "friday" (the last one), "12 November", 2026-11-12."""

    def read(self, typed: str, reading: Reading) -> date:
        span = read_span(typed, locale=reading.locale, zone=reading.zone, now=reading.now)
        if span.first != span.last:
            raise Refused(
                N_("{typed} is more than one day. Name one, such as yesterday or 2026-11-12."), typed=shortened(typed)
            )
        day, today = span.first, reading.now.astimezone(reading.say.zone).date()
        if day > today and not re.search(r"\d{4}", typed):  # without a year the one that was
            if day - today <= timedelta(days=7):
                return day - timedelta(days=7)
            day = date(day.year - 1, day.month, min(day.day, monthrange(day.year - 1, day.month)[1]))
        if day > today:
            raise Refused(N_("{typed} is still to come. Name a day that was."), typed=shortened(typed))
        return day

    def write(self, value: object) -> str:
        assert isinstance(value, date)
        return value.isoformat()


@dataclass(frozen=True, slots=True)
class ComingDay(Plain):
    """A day that is still to come, or today: "friday", "1 June", "in 3 weeks"; of several, such as "june" or "end of
    june", the last. Where it `can_be_none`, "never" is None.
    """

    can_be_none: bool = False

    def read(self, typed: str, reading: Reading) -> date | None:
        if self.can_be_none and fold(typed) in {"never", "-", fold(reading.say(N_("never")))}:
            return None
        try:
            day = read_last_day(typed, locale=reading.locale, zone=reading.zone, now=reading.now)
        except Refused as no_span:
            try:  # what is told from now on: "in a year"
                moment = read_moment(typed, locale=reading.locale, zone=reading.zone, now=reading.now, default=time(12))
            except Refused:
                raise no_span from None
            day = moment.instant().astimezone(reading.say.zone).date()
        if day < reading.now.astimezone(reading.say.zone).date():
            raise Refused(N_("{typed} is over. Name a day to come."), typed=shortened(typed))
        return day

    def write(self, value: object) -> str:
        return value.isoformat() if isinstance(value, date) else "never"


@runtime_checkable
class Begins(Protocol):
    """What starts at some time."""

    @property
    def begins(self) -> Moment: ...


@dataclass(frozen=True, slots=True)
class Until(Plain):
    """The end of what begins at the argument named `start`, else as `of` does: "23:00", "2h", "Sat 3am"."""

    start: str = "when"
    of: str = ""

    @property
    def depth(self) -> int:
        return 2

    def read(self, typed: str, reading: Reading) -> Moment:
        start, of = (reading.others.get(name) for name in (self.start, self.of))
        if start is None and isinstance(of, Begins):
            start = of.begins
        if not isinstance(start, Moment):
            raise Refused(N_("Say first when it starts; the end is read from there."))
        return read_end(typed, start, locale=reading.locale, now=reading.now)

    def write(self, value: object) -> str:
        assert isinstance(value, Moment)
        return write_moment(value)


@dataclass(frozen=True, slots=True)
class Dates(Plain):
    """A range of days in people's words: "this weekend", "March", "3-9 May"."""

    def read(self, typed: str, reading: Reading) -> Span:
        return read_span(typed, locale=reading.locale, zone=reading.zone, now=reading.now)

    def write(self, value: object) -> str:
        assert isinstance(value, Span)
        return write_span(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        found = suggest_spans(typed, locale=reading.locale, zone=reading.zone, now=reading.now)
        return [Option(reading.say(label), value) for label, value in found]


@dataclass(frozen=True, slots=True)
class TimeOfDay(Plain):
    """A time on the wall: "9:00", "9am", "18.30", "9 Uhr"."""

    def read(self, typed: str, reading: Reading) -> time:
        found = re.fullmatch(
            r"(\d{1,2})(?:[:.h](\d{2}))?\s*(?:(am|pm|a\.m\.|p\.m\.)|uhr|h)?", fold_time(typed), re.ASCII
        )
        if found:
            hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "")[:1]
            if half and 1 <= hour <= 12:
                hour = hour % 12 + (12 if half == "p" else 0)
            if hour <= 23 and minute <= 59 and (not half or int(found[1]) in range(1, 13)):
                return time(hour, minute)
        raise Refused(N_("{typed} is not a time of day. Try 9:00 or 6pm."), typed=shortened(typed))

    def write(self, value: object) -> str:
        assert isinstance(value, time)
        return f"{value:%H:%M}"


@dataclass(frozen=True, slots=True)
class Zone(Plain):
    """A time zone by its IANA name or the city in it."""

    def read(self, typed: str, reading: Reading) -> str:
        zones = _zones()
        wanted = fold(typed)
        if wanted in zones:
            return zones[wanted]
        raise Refused(
            N_("{typed} is no time zone I know. Name one as Continent/City, such as Europe/Berlin."),
            typed=shortened(typed),
        )

    def write(self, value: object) -> str:
        return str(value)

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        wanted = fold(typed)
        found = sorted({name for key, name in _zones().items() if wanted in key and "/" in name})
        return [Option(name, name) for name in found]


def fold_time(typed: str) -> str:
    return " ".join(typed.casefold().split())


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    names = available_timezones()
    by_city = {fold(name.rsplit("/", 1)[-1]): name for name in sorted(names) if "/" in name and "Etc/" not in name}
    return by_city | {fold(name): name for name in sorted(names)}
