"""The grammar of what comes again: "every 2 weeks on friday 10:00", "jeden Montag 9 Uhr", in any order."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.datewords.clocks import AMOUNT, read_clock, read_number
from bot.domain.datewords.days import read_bare_day, read_day
from bot.domain.datewords.phrases import DayOfMonth, OnDate, Repeat, Slashed, Unit
from bot.domain.datewords.tokens import Cursor, Token
from bot.domain.datewords.vocabulary import Vocabulary

WORKDAYS = (0, 1, 2, 3, 4)


def read_repeat(cursor: Cursor, words: Vocabulary, *, is_every: bool = False) -> Repeat | None:
    """All that is left as something that comes again, or None when a word is not understood or none says "every".

    With `is_every` it is clear without such a word: "first friday". Raises Refused for what is surely meant as a time
    or date and is none.
    """
    repeat = Repeat(is_every)
    while not cursor.done:
        start = cursor.at
        for reading in (_every, _often, _time, _part, _since, _nth, _of_month, _on_weekdays, _day):
            found = reading(cursor, words, repeat)
            if found is not None:
                repeat = found
                break
            cursor.at = start
        else:
            if not any(cursor.takes(skipped) for skipped in (words.skipped, words.of, words.joined)):
                return None
    says_when = repeat.unit or repeat.weekdays or repeat.month_days or repeat.date
    return repeat if repeat.is_every and says_when else None


def names_repeating(found: tuple[Token, ...], words: Vocabulary) -> bool:
    """Whether a word says "every", so that what is not understood is surely no single moment."""
    return any(token.key in table for token in found for table in (words.every, words.often, words.weekdays_often))


def read_every(cursor: Cursor, words: Vocabulary) -> tuple[int, Unit] | None:
    """ "6 weeks", "other month", "second week", "week": how many of which unit, after "every"."""
    start = cursor.at
    if cursor.takes(words.others):
        count: int | None = 2
    else:
        count = read_number(cursor, words, AMOUNT)
    unit = cursor.take(words.units)
    if unit is not None:
        return count or 1, unit
    cursor.at = start
    nth = _ordinal(cursor, words)
    unit = cursor.take(words.units)
    if nth is not None and nth > 0 and unit is not None:
        return nth, unit
    cursor.at = start
    return None


def _every(cursor: Cursor, words: Vocabulary, repeat: Repeat) -> Repeat | None:
    every = cursor.at
    if repeat.unit is not None or not cursor.takes(words.every):
        return None
    repeat = replace(repeat, is_every=True)
    counted = read_every(cursor, words)
    if counted is not None:
        return replace(repeat, interval=counted[0], unit=counted[1])
    if cursor.takes(words.others):  # every other friday
        weekdays = _weekdays(cursor, words)
        return replace(repeat, interval=2, unit=Unit.WEEK, weekdays=weekdays) if weekdays else None
    start = cursor.at
    nth = _ordinal(cursor, words)
    weekday = None if nth is None else cursor.take(words.weekdays)
    if weekday is not None and not repeat.weekdays:
        return replace(repeat, nth=nth, weekdays=(weekday,), doubtful=cursor.typed(every) if nth in range(2, 6) else "")
    cursor.at = start
    both = cursor.take(words.weekday_parts)
    if both is not None:  # jeden Freitagabend
        return replace(repeat, weekdays=(both[0],), part=both[1])
    part = cursor.take(words.parts)
    if part is not None:  # every morning
        return replace(repeat, unit=Unit.DAY, part=part)
    return repeat


def _often(cursor: Cursor, words: Vocabulary, repeat: Repeat) -> Repeat | None:
    """ "weekly" """
    often = cursor.take(words.often)
    if often is None or repeat.unit is not None:
        return None
    return replace(repeat, is_every=True, interval=often[0], unit=often[1])


def _time(cursor: Cursor, words: Vocabulary, repeat: Repeat) -> Repeat | None:
    after_at = False
    while cursor.takes(words.at):
        after_at = True
    clock = None if repeat.time else read_clock(cursor, words, after_at=after_at)
    return None if clock is None else replace(repeat, time=clock)


def _part(cursor: Cursor, words: Vocabulary, repeat: Repeat) -> Repeat | None:
    part = None if repeat.part else cursor.take(words.parts)
    return None if part is None else replace(repeat, part=part)


def _since(cursor: Cursor, words: Vocabulary, repeat: Repeat) -> Repeat | None:
    """ "from 4 December" """
    if repeat.since is not None or not cursor.takes(words.since):
        return None
    cursor.takes(words.skipped)
    day = read_day(cursor, words)
    return None if day is None else replace(repeat, since=day)


def _nth(cursor: Cursor, words: Vocabulary, repeat: Repeat) -> Repeat | None:
    """ "first friday", "last day", "the first" """
    start = cursor.at
    nth = _ordinal(cursor, words)
    if nth is None:
        return None
    weekday = cursor.take(words.weekdays)
    if weekday is not None:
        return None if repeat.weekdays else replace(repeat, nth=nth, weekdays=(weekday,))
    is_day = cursor.take(words.units) is Unit.DAY
    if not is_day and (nth != 1 or cursor.typed(start)[0].isdigit()):
        return None
    return replace(repeat, month_days=(*repeat.month_days, DayOfMonth(nth, cursor.typed(start))))


def _of_month(cursor: Cursor, words: Vocabulary, repeat: Repeat) -> Repeat | None:
    """ "the second friday of the month" """
    is_open = repeat.unit in (None, Unit.MONTH) and (repeat.nth is not None or repeat.month_days)
    return replace(repeat, unit=Unit.MONTH) if is_open and cursor.take(words.units) is Unit.MONTH else None


def _on_weekdays(cursor: Cursor, words: Vocabulary, repeat: Repeat) -> Repeat | None:
    start = cursor.at
    is_often = cursor.take(words.weekdays_often) is not None or cursor.take(words.workdays) is not None
    cursor.at = start
    weekdays = () if repeat.weekdays else _weekdays(cursor, words)
    return replace(repeat, weekdays=weekdays, is_every=repeat.is_every or is_often) if weekdays else None


def _day(cursor: Cursor, words: Vocabulary, repeat: Repeat) -> Repeat | None:
    match read_day(cursor, words):
        case DayOfMonth() as day:
            return replace(repeat, month_days=(*repeat.month_days, day))
        case (OnDate(year=None) | Slashed(year=None)) as date if repeat.date is None:
            return replace(repeat, date=date)
        case _:
            return None


def _weekdays(cursor: Cursor, words: Vocabulary) -> tuple[int, ...]:
    """ "monday", "mon, wed and fri", "weekday" """
    found: set[int] = set()
    while True:
        start = cursor.at
        while found and cursor.takes(words.joined):
            pass
        weekday = cursor.take(words.weekdays)
        if weekday is None:
            weekday = cursor.take(words.weekdays_often)
        if weekday is not None:
            found.add(weekday)
            if cursor.is_glued():
                cursor.mark(".")
        elif cursor.take(words.workdays):
            found.update(WORKDAYS)
        else:
            cursor.at = start
            return tuple(sorted(found))


def _ordinal(cursor: Cursor, words: Vocabulary) -> int | None:
    """ "second", "2nd", "last" """
    nth = cursor.take(words.ordinals)
    if nth is not None:
        return nth
    bare = read_bare_day(cursor, words)
    return bare.day if bare is not None and not bare.typed.isdigit() and bare.day in range(1, 6) else None
