"""What date words say, before it is known what day they mean: the types between grammar and calendar."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias


class Which(Enum):
    """The word before a weekday or a unit: this, coming, next, last."""

    THIS = auto()
    COMING = auto()
    NEXT = auto()
    LAST = auto()


class Unit(Enum):
    MINUTE = auto()
    HOUR = auto()
    DAY = auto()
    WEEK = auto()
    WEEKEND = auto()
    FORTNIGHT = auto()
    MONTH = auto()
    QUARTER = auto()
    YEAR = auto()


class Part(Enum):
    """A part of the day, which says which half of it "at 8" means."""

    MORNING = auto()
    AFTERNOON = auto()
    EVENING = auto()
    NIGHT = auto()


class Certainty(Enum):
    """How sure an hour is: with am or pm; by the 24-hour clock until a part of the day shifts it; or not."""

    EXACT = auto()
    WRITTEN = auto()
    BARE = auto()


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. Hour 24 is the end of the day; `is_midnight` when it was called midnight."""

    hour: int
    minute: int
    certainty: Certainty
    typed: str
    is_midnight: bool = False


@dataclass(frozen=True, slots=True)
class Length:
    """A stretch of time as people count it. Days and months are nominal, minutes exact (RFC 5545, 3.3.6)."""

    months: int = 0
    days: int = 0
    minutes: int = 0

    def __add__(self, other: Length) -> Length:
        return Length(self.months + other.months, self.days + other.days, self.minutes + other.minutes)

    def times(self, count: int) -> Length:
        return Length(self.months * count, self.days * count, self.minutes * count)


@dataclass(frozen=True, slots=True)
class OnDate:
    """Day and month as typed, perhaps one that does not exist; the year may be left out."""

    day: int
    month: int
    year: int | None
    typed: str


@dataclass(frozen=True, slots=True)
class Slashed:
    """12/5, which some read as 12 May and some as 5 December."""

    one: int
    other: int
    year: int | None
    typed: str


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """ "the 4th"; only in a range may it be a bare number, whose month stands at the other end."""

    day: int
    typed: str


@dataclass(frozen=True, slots=True)
class OnWeekday:
    """Monday is 0."""

    weekday: int
    which: Which


@dataclass(frozen=True, slots=True)
class InMonth:
    month: int
    year: int | None


@dataclass(frozen=True, slots=True)
class MonthsAway:
    count: int


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The first (1) to fifth (5) or last (-1) such weekday of a month; None: of whichever month has it next."""

    nth: int
    weekday: int
    month: InMonth | MonthsAway | None
    typed: str


@dataclass(frozen=True, slots=True)
class Away:
    """So far from today; `length` has no minutes. Yesterday has -1 days."""

    length: Length


@dataclass(frozen=True, slots=True)
class WeeksAway:
    count: int


@dataclass(frozen=True, slots=True)
class WeekendsAway:
    count: int


@dataclass(frozen=True, slots=True)
class InYear:
    year: int


@dataclass(frozen=True, slots=True)
class YearsAway:
    count: int


@dataclass(frozen=True, slots=True)
class Running:
    """The next 30 days, today being the first; the last 30 days, today being the last."""

    length: Length
    is_back: bool


DayPhrase: TypeAlias = OnDate | Slashed | DayOfMonth | OnWeekday | NthWeekday | Away
Period: TypeAlias = InMonth | MonthsAway | WeeksAway | WeekendsAway | InYear | YearsAway | Running


@dataclass(frozen=True, slots=True)
class Point:
    """All that was said about one moment or one stretch of days."""

    day: DayPhrase | None = None
    weekday: int | None = None
    """Said beside a date, which must agree with it."""
    period: Period | None = None
    time: Clock | None = None
    part: Part | None = None
    later: Length | None = None
    """In 2 hours, counted from now."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """All that was said about something that comes again."""

    is_every: bool = False
    """Whether a word said that it comes again at all."""
    interval: int = 1
    unit: Unit | None = None
    weekdays: tuple[int, ...] = ()
    nth: int | None = None
    """The first or last such weekday of a month."""
    doubtful: str = ""
    """ "every second friday" as typed: of the month, or of the weeks?"""
    month_days: tuple[DayOfMonth, ...] = ()
    """-1 is the last day."""
    date: OnDate | Slashed | None = None
    time: Clock | None = None
    part: Part | None = None
    since: DayPhrase | None = None
    """It begins on this day or later."""
