"""From what was said to the days that are meant, seen from a given now.

The rules where people's words leave room (all are echoed back with weekday and zone before anything is
saved):

- "friday" and "this friday" are the coming one, today included while the time is ahead; "next friday" is the
  one of the next ISO week (Monday to Sunday), and "next weekend" likewise.
- A date without a year is the coming one; where the past is welcome (`is_future` False), the nearest.
- 29 February without a year is asked again when the coming February has none.
- Midnight belongs to two days: with a day's name it is asked again; alone, or "tonight", it is the coming
  one.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from bot.domain.datewords import refusals
from bot.domain.datewords.phrases import (
    Away,
    Certainty,
    Clock,
    DayOfMonth,
    DayPhrase,
    InMonth,
    Length,
    MonthsAway,
    NthWeekday,
    OnDate,
    OnWeekday,
    Part,
    Point,
    Slashed,
    Which,
)
from bot.domain.moments import YEARS, months_later
from bot.i18n import parse_locale

PARTS = {
    Part.MORNING: time(9),
    Part.AFTERNOON: time(15),
    Part.EVENING: time(19),
    Part.NIGHT: time(19),
}
"""The time that is meant by a part of the day alone, where that is enough; "tonight" is said of the evening."""

_HOURS = {
    Part.MORNING: range(12),
    Part.AFTERNOON: range(12, 19),
    Part.EVENING: range(16, 24),
    Part.NIGHT: range(18, 24),
}
"""The hours that each part of the day covers; the night's later half is the next day's."""

_SMALL_HOURS = range(6)

_UNTIL_FIFTH = 6
"""Months to look in: at most three follow each other without a fifth of a weekday, and this one's may be over."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where and when words are read. `now` is the wall time in `zone`, naive."""

    now: datetime
    zone: ZoneInfo
    locale: str
    is_future: bool = True

    @property
    def today(self) -> date:
        return self.now.date()


def wall_of(point: Point, clock: Clock, seen: Seen) -> datetime:
    """The wall time that `point` means with its time `clock`; the earliest from now on, if any is.

    Raises Refused for a day that does not exist, and for a day or time that can be two.
    """
    hour, minute = time_of(clock, point.part)
    at = time(hour % 24, minute)
    is_after_midnight = hour == 24 or (point.part is Part.NIGHT and hour in _SMALL_HOURS)
    if point.day is None:
        day = seen.today + timedelta(days=1 if hour == 24 else 0)
        wall = datetime.combine(day, at)
        is_over = seen.is_future and wall < seen.now
        return wall + timedelta(days=1) if is_over else wall
    if is_after_midnight and (point.part is Part.NIGHT or clock.is_midnight):
        return _night(point, clock, at, seen)
    wall = seen.now
    for day in days_of(point.day, seen):
        wall = datetime.combine(day, at) + timedelta(days=1 if hour == 24 else 0)
        check_weekday(point, day, seen)
        if not seen.is_future or wall >= seen.now:
            break
    return wall


def days_of(day: DayPhrase, seen: Seen) -> Iterator[date]:
    """The days that `day` may mean, the likeliest first; the later ones are for when it is over.

    Raises Refused for a day that does not exist or can be two.
    """
    today = seen.today
    match day:
        case OnDate():
            yield from _dates(day, seen)
        case Slashed():
            yield from _dates(settled(day, seen), seen)
        case DayOfMonth(number, typed):
            yield from _days_of_month(number, typed, today)
        case OnWeekday(weekday, which):
            yield from _weekdays(weekday, which, today)
        case NthWeekday():
            yield from _nth_weekdays(day, seen)
        case Away(length):
            yield moved(today, length)
        case _:
            assert_never(day)


def moved(day: date, length: Length) -> date:
    """`day` moved by a nominal length; the 31st moved into a shorter month is its last day.

    Raises Refused when that is outside the years of `Moment`.
    """
    year = (day.year * 12 + day.month - 1 + length.months) // 12
    check_year(year)
    there = months_later(day, length.months)
    if not -200_000 < length.days < 200_000:
        raise refusals.year_out_of_range(year + length.days // 365)
    ordinal = there.toordinal() + length.days
    check_year(date.fromordinal(max(1, min(ordinal, date.max.toordinal()))).year)
    return date.fromordinal(ordinal)


def check_year(year: int) -> None:
    """Raises Refused for a year that no moment can have."""
    if year not in YEARS:
        raise refusals.year_out_of_range(year)


def month_of(month: InMonth | MonthsAway, seen: Seen) -> tuple[int, int]:
    """Year and month; without a year the current or coming one."""
    match month:
        case InMonth(number, year):
            if year is None:
                year = seen.today.year + (number < seen.today.month)
            check_year(year)
            return year, number
        case MonthsAway(count):
            there = moved(seen.today.replace(day=1), Length(months=count))
            return there.year, there.month
        case _:
            assert_never(month)


def time_of(clock: Clock, part: Part | None) -> tuple[int, int]:
    """Hour (24 ends the day) and minute after the part of the day had its say. Raises Refused for a time of two."""
    hour = clock.hour
    if part is None:
        if clock.certainty is Certainty.BARE:
            other = hour % 12 if hour >= 12 else hour + 12
            raise refusals.two_times(clock.typed, *sorted((time(hour, clock.minute), time(other, clock.minute))))
        return hour, clock.minute
    if clock.is_midnight or hour in _HOURS[part] or (part is Part.NIGHT and hour in _SMALL_HOURS):
        return hour, clock.minute
    if clock.certainty is not Certainty.EXACT:
        if hour < 12 and hour + 12 in _HOURS[part]:
            return hour + 12, clock.minute
        if hour == 12 and part is Part.NIGHT:
            return 24, 0
    raise refusals.other_part(clock.typed)


def _night(point: Point, clock: Clock, at: time, seen: Seen) -> datetime:
    """After midnight: of a named day it can be the night before or after; of tonight it is the coming one."""
    assert point.day is not None
    day = next(days_of(point.day, seen))
    if isinstance(point.day, Away) and day == seen.today:
        wall = datetime.combine(day, at)
        return wall if wall >= seen.now else wall + timedelta(days=1)
    one = datetime.combine(day, at)
    raise refusals.two_nights(clock.typed, one, one + timedelta(days=1))


def check_weekday(point: Point, day: date, seen: Seen) -> None:
    """Raises Refused when the weekday said beside a date is not its own."""
    if point.weekday is not None and day.weekday() != point.weekday:
        raise refusals.other_weekday(day, point.weekday, seen.locale)


def settled(day: Slashed, seen: Seen) -> OnDate:
    """Which of two numbers is the month: what alone is possible, else what the reader's region writes."""
    day_first = OnDate(day.one, day.other, day.year, day.typed)
    month_first = OnDate(day.other, day.one, day.year, day.typed)
    order = slash_order(seen.locale)
    if day.one == day.other or day.one > 12 or day.other > 12:
        return month_first if day.other > 12 and day.one <= 12 else day_first
    if order == "dm":
        return day_first
    if order == "md":
        return month_first
    one, other = (next(_dates(either, seen)) for either in (day_first, month_first))
    raise refusals.two_dates(day.typed, one, other, seen.locale)


def slash_order(locale: str) -> str:
    """How a reader of `locale` writes dates with slashes: "dm", "md", or "" where both are common.

    CLDR's short date pattern decides. Plain "en" is read all over the world. Patterns that begin with the
    year say nothing about dates without one, but for East Asia, where the order never changes.
    """
    found = parse_locale(locale)
    if found.language == "en" and found.territory is None:
        return ""
    pattern = str(found.date_formats["short"].pattern).lower()
    year, month, day = (pattern.index(letter) for letter in "ymd")
    if year < month:
        return "md" if found.language in ("ja", "zh", "ko") else ""
    return "dm" if day < month else "md"


def _dates(day: OnDate, seen: Seen) -> Iterator[date]:
    if not 1 <= day.month <= 12 or day.day < 1:
        raise refusals.no_such_date(day.typed)
    if day.year is not None:
        check_year(day.year)
        yield _existing(day, day.year, seen)
        return
    this_year = seen.today.year
    is_over = (day.month, day.day) < (seen.today.month, seen.today.day)
    if seen.is_future:
        yield _existing(day, this_year + is_over, seen)
        yield _existing(day, this_year + is_over + 1, seen)
        return
    years = range(this_year - 1, this_year + 2)
    there = [date(year, day.month, day.day) for year in years if day.day <= monthrange(year, day.month)[1]]
    yield min(there, key=lambda one: abs(one - seen.today)) if there else _existing(day, this_year, seen)


def _existing(day: OnDate, year: int, seen: Seen) -> date:
    if day.day > monthrange(year, day.month)[1]:
        raise refusals.no_such_day(day.typed, year, day.month, seen.locale)
    check_year(year)
    return date(year, day.month, day.day)


def _days_of_month(number: int, typed: str, today: date) -> Iterator[date]:
    """The coming ones; months that are too short are passed over."""
    if not 1 <= number <= 31:
        raise refusals.no_such_date(typed)
    for away in range(4):
        month = moved(today.replace(day=1), Length(months=away))
        if number <= monthrange(month.year, month.month)[1] and month.replace(day=number) >= today:
            yield month.replace(day=number)


def _weekdays(weekday: int, which: Which, today: date) -> Iterator[date]:
    coming = today + timedelta(days=(weekday - today.weekday()) % 7)
    match which:
        case Which.THIS | Which.COMING:
            yield coming
            yield coming + timedelta(days=7)
        case Which.NEXT:
            yield today + timedelta(days=7 - today.weekday() + weekday)
        case Which.LAST:
            yield coming - timedelta(days=7)
        case _:
            assert_never(which)


def _nth_weekdays(day: NthWeekday, seen: Seen) -> Iterator[date]:
    if day.month is None:
        for count in range(_UNTIL_FIFTH):
            there = moved(seen.today.replace(day=1), Length(months=count))
            found = _nth_weekday(day, there.year, there.month)
            if found is not None and (found >= seen.today or not seen.is_future):
                yield found
        return
    year, month = month_of(day.month, seen)
    years = (year, year + 1) if isinstance(day.month, InMonth) and day.month.year is None else (year,)
    for one in years:
        found = _nth_weekday(day, one, month)
        if found is None:
            raise refusals.no_fifth(day.typed)
        if found >= seen.today or not seen.is_future or one == years[-1]:
            yield found


def _nth_weekday(day: NthWeekday, year: int, month: int) -> date | None:
    check_year(year)
    last = monthrange(year, month)[1]
    if day.nth < 0:
        end = date(year, month, last)
        return end - timedelta(days=(end.weekday() - day.weekday) % 7)
    number = 1 + (day.weekday - date(year, month, 1).weekday()) % 7 + 7 * (day.nth - 1)
    return date(year, month, number) if number <= last else None
