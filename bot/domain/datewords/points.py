"""The grammar of one moment or day: its parts in whatever order people type them."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.datewords.clocks import read_clock, read_length
from bot.domain.datewords.days import read_day, read_period
from bot.domain.datewords.phrases import Away, Length, OnWeekday, Point, WeeksAway, Which
from bot.domain.datewords.tokens import Cursor
from bot.domain.datewords.vocabulary import Vocabulary

_WEEKS = {0: Which.COMING, 1: Which.NEXT, -1: Which.LAST}


def read_point(cursor: Cursor, words: Vocabulary) -> Point | None:
    """All that is left as one point, or None when a word of it is not understood or is said twice.

    Raises Refused for what is surely meant as a time or date and is none.
    """
    point = Point()
    while not cursor.done:
        start = cursor.at
        for reading in (_day_with_part, _later, _time, _part, _day, _period):
            found = reading(cursor, words, point)
            if found is not None:
                point = found
                break
            cursor.at = start
        else:
            if not (cursor.takes(words.skipped) or cursor.takes(words.within)) and not _is_last_dot(cursor):
                return None
    return None if point == Point() else point


def _is_last_dot(cursor: Cursor) -> bool:
    return cursor.mark(".", "!") and cursor.done


def _day_with_part(cursor: Cursor, words: Vocabulary, point: Point) -> Point | None:
    """ "tonight", "Freitagabend" """
    if point.day is not None or point.part is not None:
        return None
    part = cursor.take(words.todays_parts)
    if part is not None:
        return replace(point, day=Away(Length()), part=part)
    which = cursor.take(words.which)
    both = cursor.take(words.weekday_parts)
    if both is None:
        return None
    weekday, part = both
    return replace(point, day=OnWeekday(weekday, which or Which.COMING), part=part)


def _later(cursor: Cursor, words: Vocabulary, point: Point) -> Point | None:
    """ "in 2 hours" """
    if point != Point():
        return None
    is_within = cursor.takes(words.within)
    length = read_length(cursor, words)
    if length is None or not length.minutes or not (is_within or cursor.take(words.hence)):
        return None
    return replace(point, later=length)


def _time(cursor: Cursor, words: Vocabulary, point: Point) -> Point | None:
    if point.time is not None:
        return None
    after_at = False
    while cursor.takes(words.at):  # Spanish says "a las"
        after_at = True
    clock = read_clock(cursor, words, after_at=after_at)
    return None if clock is None else replace(point, time=clock)


def _part(cursor: Cursor, words: Vocabulary, point: Point) -> Point | None:
    """ "evening"; in German "morgen" is the morning only after a day"""
    if point.part is not None or (cursor.key() in words.days and point.day is None):
        return None
    part = cursor.take(words.parts)
    return None if part is None else replace(point, part=part)


def _day(cursor: Cursor, words: Vocabulary, point: Point) -> Point | None:
    day = read_day(cursor, words)
    if day is None:
        return None
    if isinstance(point.period, WeeksAway) and isinstance(day, OnWeekday):  # next week friday
        return replace(point, period=None, day=OnWeekday(day.weekday, _WEEKS[point.period.count]))
    if point.period is not None or point.later is not None:
        return None
    if point.day is None:
        return replace(point, day=day)
    if isinstance(point.day, OnWeekday) and isinstance(day, OnWeekday):
        return None
    if point.weekday is None and isinstance(day, OnWeekday) and day.which is Which.COMING:
        return replace(point, weekday=day.weekday)
    if point.weekday is None and isinstance(point.day, OnWeekday) and point.day.which is Which.COMING:
        return replace(point, day=day, weekday=point.day.weekday)
    return None


def _period(cursor: Cursor, words: Vocabulary, point: Point) -> Point | None:
    if point.day is not None or point.period is not None or point.later is not None:
        return None
    period = read_period(cursor, words)
    return None if period is None else replace(point, period=period)
