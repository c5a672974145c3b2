"""From what was said to the days of a span.

Without a year a range is the one that ends soonest from today on, so that what is under way counts; of
weekdays it is the coming one. A week is Monday to Sunday, a weekend Saturday and Sunday. "Next 30 days" has
30, today being the first.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import assert_never

from bot.domain.datewords import refusals
from bot.domain.datewords.phrases import (
    Away,
    InMonth,
    InYear,
    Length,
    MonthsAway,
    OnDate,
    Period,
    Point,
    Running,
    Slashed,
    WeekendsAway,
    WeeksAway,
    YearsAway,
)
from bot.domain.datewords.ranges import Range
from bot.domain.datewords.resolving import Seen, check_weekday, check_year, days_of, month_of, moved, settled
from bot.domain.moments import Span

DAYS = 366
"""The most days of a span: a leap year."""


def span_of(said: Point | Range, seen: Seen) -> Span | None:
    """The days that are meant; None when no day was said. Raises Refused."""
    match said:
        case Point():
            return _point(said, seen)
        case Range(None, last):
            end = _point(last, seen)
            return None if end is None else checked(seen.today, end.last, seen)
        case Range(first, last):
            assert first is not None
            return _between(first, last, seen)
        case _:
            assert_never(said)


def checked(first: date, last: date, seen: Seen) -> Span:
    """The span of these days. Raises Refused when it ends first or is longer than `DAYS`."""
    if last < first:
        raise refusals.ends_first(first, last, seen.locale)
    days = (last - first).days + 1
    if days > DAYS:
        raise refusals.too_many_days(days, DAYS)
    return Span(first, last)


def first_day(period: Period, seen: Seen) -> date | None:
    """The day that a period as a time for something stands for: Monday of next week; None where it is any day."""
    match period:
        case WeeksAway(count) | MonthsAway(count) | YearsAway(count) if count > 0:
            return _period(period, seen).first
        case WeekendsAway():
            return _period(period, seen).first
        case _:
            return None


def _point(point: Point, seen: Seen) -> Span | None:
    if point.time is not None:
        raise refusals.has_time(point.time.typed)
    if point.period is not None:
        return _period(point.period, seen)
    if point.day is None:
        return None
    day = next(days_of(point.day, seen))
    check_weekday(point, day, seen)
    return Span(day, day)


def _period(period: Period, seen: Seen) -> Span:
    today = seen.today
    match period:
        case InMonth() | MonthsAway():
            year, month = month_of(period, seen)
            return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        case WeeksAway(count):
            first = moved(today, Length(days=7 * count - today.weekday()))
            return Span(first, first + timedelta(days=6))
        case WeekendsAway(count):
            first = moved(today, Length(days=7 * count + 5 - today.weekday()))
            return Span(first, first + timedelta(days=1))
        case InYear(year):
            check_year(year)
            return Span(date(year, 1, 1), date(year, 12, 31))
        case YearsAway(count):
            return Span(date(today.year + count, 1, 1), date(today.year + count, 12, 31))
        case Running(length, True):
            return checked(moved(today, length.times(-1)) + timedelta(days=1), today, seen)
        case Running(length, _):
            return checked(today, moved(today, length) - timedelta(days=1), seen)
        case _:
            assert_never(period)


def _between(first: Point, last: Point, seen: Seen) -> Span | None:
    start, end = _dated(first, seen), _dated(last, seen)
    if start is not None and end is not None:
        days = _soonest(start, end, seen)
        for point, day in zip((first, last), days, strict=True):
            check_weekday(point, day, seen)
        return checked(*days, seen)
    begins = _point(first, seen)
    if begins is None:
        return None
    # "friday to sunday": the Sunday after that Friday; what counts from today still does
    is_from_today = isinstance(last.day, Away) or (last.period is not None and not isinstance(last.period, InMonth))
    there = seen if is_from_today else replace(seen, now=datetime.combine(begins.first, time()))
    ends = _point(last, there)
    return None if ends is None else checked(begins.first, ends.last, seen)


def _dated(point: Point, seen: Seen) -> OnDate | InMonth | None:
    """The date or month of a point whose year can depend on the other end of the range."""
    if point.time is not None:
        return None
    if isinstance(point.day, Slashed):
        return settled(point.day, seen)
    if isinstance(point.day, OnDate):
        return point.day
    return point.period if isinstance(point.period, InMonth) else None


def _soonest(start: OnDate | InMonth, end: OnDate | InMonth, seen: Seen) -> tuple[date, date]:
    first, last = start.year, end.year
    if first is None and last is None:
        last_day = 31 if isinstance(end, InMonth) else end.day
        last = seen.today.year + ((end.month, last_day) < (seen.today.month, seen.today.day))
    if last is None:
        assert first is not None
        last = first + (_end(end, first, seen) < _start(start, first, seen))
    elif first is None:
        first = last - (_start(start, last, seen) > _end(end, last, seen))
    return _start(start, first, seen), _end(end, last, seen)


def _start(said: OnDate | InMonth, year: int, seen: Seen) -> date:
    check_year(year)
    return date(year, said.month, 1) if isinstance(said, InMonth) else _day(said, year, seen)


def _end(said: OnDate | InMonth, year: int, seen: Seen) -> date:
    check_year(year)
    if isinstance(said, InMonth):
        return date(year, said.month, monthrange(year, said.month)[1])
    return _day(said, year, seen)


def _day(said: OnDate, year: int, seen: Seen) -> date:
    return next(days_of(replace(said, year=year), seen))
