"""The grammar of days and longer stretches: "4 December", "first friday of december", "next week"."""

from __future__ import annotations

from bot.domain.datewords.clocks import read_clock, read_length, read_number
from bot.domain.datewords.phrases import (
    Away,
    DayOfMonth,
    DayPhrase,
    InMonth,
    InYear,
    Length,
    MonthsAway,
    NthWeekday,
    OnDate,
    OnWeekday,
    Period,
    Running,
    Slashed,
    Unit,
    WeekendsAway,
    WeeksAway,
    Which,
    YearsAway,
)
from bot.domain.datewords.tokens import Cursor
from bot.domain.datewords.vocabulary import Vocabulary

_AWAY = {Which.THIS: 0, Which.COMING: 1, Which.NEXT: 1, Which.LAST: -1}


def read_day(cursor: Cursor, words: Vocabulary) -> DayPhrase | None:
    """The day that is next."""
    start = cursor.at
    for reading in (_iso, _nth_weekday, _day_month, _month_day, _numbers, _relative, _weekday, _day_of_month):
        day = reading(cursor, words)
        if day is not None:
            return day
        cursor.at = start
    return None


def read_period(cursor: Cursor, words: Vocabulary) -> Period | None:
    """The stretch of days that is next."""
    start = cursor.at
    for reading in (_running, _unit_away, _month, _year):
        period = reading(cursor, words)
        if period is not None:
            return period
        cursor.at = start
    return None


def read_year(cursor: Cursor, words: Vocabulary) -> int | None:
    """A year of four digits after a date, perhaps after a comma; not one that a time begins with."""
    start = cursor.at
    if not cursor.mark(","):
        cursor.takes(words.of)
    token = cursor.peek()
    if token is not None and token.kind == "number" and len(token.key) == 4 and int(token.key) >= 1000:
        cursor.at += 1
        return int(token.key)
    cursor.at = start
    return None


def read_month_name(cursor: Cursor, words: Vocabulary) -> int | None:
    """A month, with the dot of an abbreviation."""
    month = cursor.take(words.months)
    if month is not None and cursor.is_glued():
        cursor.mark(".")
    return month


def read_bare_day(cursor: Cursor, words: Vocabulary) -> DayOfMonth | None:
    """ "3", "3.", "3rd": where a month stands elsewhere."""
    start = cursor.at
    day = cursor.number(0, 99, digits=2)
    if day is None:
        return None
    if not (cursor.is_glued() and cursor.takes(words.ordinal_suffixes)):
        cursor.mark(".")
    return DayOfMonth(day, cursor.typed(start))


def _iso(cursor: Cursor, _words: Vocabulary) -> DayPhrase | None:
    token = cursor.peek()
    if token is None or token.kind != "date":
        return None
    cursor.at += 1
    year, month, day = (int(part) for part in token.key.split("-"))
    return OnDate(day, month, year, token.key)


def _day_month(cursor: Cursor, words: Vocabulary) -> DayPhrase | None:
    """ "4 December", "4th of Dec, 2026", "5. Dezember" """
    start = cursor.at
    bare = read_bare_day(cursor, words)
    if bare is None:
        return None
    _skip(cursor, words)
    month = read_month_name(cursor, words)
    if month is None:
        return None
    return OnDate(bare.day, month, read_year(cursor, words), cursor.typed(start))


def _month_day(cursor: Cursor, words: Vocabulary) -> DayPhrase | None:
    """ "December 4", "Dec 4th, 2026", "December the 4th" """
    start = cursor.at
    month = read_month_name(cursor, words)
    if month is None:
        return None
    cursor.takes(words.skipped)
    here = cursor.at
    if read_clock(cursor, words) is not None:  # December 8pm
        return None
    cursor.at = here
    bare = read_bare_day(cursor, words)
    if bare is None:
        return None
    return OnDate(bare.day, month, read_year(cursor, words), cursor.typed(start))


def _numbers(cursor: Cursor, words: Vocabulary) -> DayPhrase | None:
    """ "5.12.", "5. 12. 2026", "12/5", "12/5/26", "5-12-2026", "2026/12/5" """
    start = cursor.at
    first = cursor.number(0, 9999)
    sign = cursor.key()
    if first is None or sign not in (".", "/", "-") or not cursor.mark(sign):
        return None
    is_apart = not cursor.is_glued()
    second = cursor.number(0, 99, digits=2)
    if second is None or (is_apart and cursor.key() != "."):
        return None
    if first > 99:
        if not cursor.mark(sign):
            return None
        third = cursor.number(0, 99, digits=2)
        if sign == ".":
            cursor.mark(".")
        return None if third is None else OnDate(third, second, first, cursor.typed(start))
    year = _short_year(cursor, words, sign)
    if sign == "-" and year is None:  # 5-12 can be two days
        return None
    typed = cursor.typed(start)
    return OnDate(first, second, year, typed) if sign == "." else Slashed(first, second, year, typed)


def _short_year(cursor: Cursor, words: Vocabulary, sign: str) -> int | None:
    """The year after day and month: four digits, or two right behind the sign."""
    if not (cursor.is_glued() and cursor.mark(sign)):
        return read_year(cursor, words) if sign == "." else None
    after_sign = cursor.at
    if not cursor.is_glued() and sign != ".":
        return None
    year = read_year(cursor, words)
    if year is not None or not cursor.is_glued():
        return year
    if read_clock(cursor, words) is not None:  # 5.12.20 Uhr
        cursor.at = after_sign
        return None
    cursor.at = after_sign
    token = cursor.peek()
    short = cursor.number(0, 99, digits=2)
    return 2000 + short if short is not None and token is not None and len(token.key) == 2 else None


def _relative(cursor: Cursor, words: Vocabulary) -> DayPhrase | None:
    """ "tomorrow", "in 3 days", "3 days from now" """
    days = cursor.take(words.days)
    if days is not None:
        return Away(Length(days=days))
    is_within = cursor.takes(words.within)
    length = read_length(cursor, words)
    if length is None or length.minutes or not (is_within or cursor.take(words.hence)):
        return None
    return Away(length)


def _weekday(cursor: Cursor, words: Vocabulary) -> DayPhrase | None:
    """ "friday", "next friday", "Fr.", "friday next week" """
    which = cursor.take(words.which)
    weekday = cursor.take(words.weekdays)
    if weekday is None:
        return None
    if cursor.is_glued():
        cursor.mark(".")
    if which is None:
        here = cursor.at
        _skip(cursor, words)
        which = cursor.take(words.which)
        if which is None or cursor.take(words.units) is not Unit.WEEK:
            cursor.at = here
            which = Which.COMING
        elif which is Which.COMING:
            which = Which.NEXT
    return OnWeekday(weekday, which)


def _nth_weekday(cursor: Cursor, words: Vocabulary) -> DayPhrase | None:
    """ "first friday of december", "letzter Sonntag im Monat", "second friday" """
    start = cursor.at
    nth = cursor.take(words.ordinals)
    is_enough = nth is not None and nth > 0  # "4th friday" is Friday the 4th, "last friday" the one that was
    if nth is None:
        bare = read_bare_day(cursor, words)
        if bare is None or bare.typed.isdigit() or bare.day not in range(1, 6):
            return None
        nth = bare.day
    weekday = cursor.take(words.weekdays)
    if weekday is None:
        return None
    end = cursor.at
    _skip(cursor, words)
    month = _any_month(cursor, words)
    if month is None and cursor.take(words.units) is not Unit.MONTH:
        cursor.at = end
        if not is_enough:
            return None
    return NthWeekday(nth, weekday, month, cursor.typed(start))


def _any_month(cursor: Cursor, words: Vocabulary) -> InMonth | MonthsAway | None:
    """ "december 2027", "next month" """
    start = cursor.at
    for reading in (_month, _unit_away):
        month = reading(cursor, words)
        if isinstance(month, InMonth | MonthsAway):
            return month
        cursor.at = start
    return None


def _day_of_month(cursor: Cursor, words: Vocabulary) -> DayPhrase | None:
    """ "the 4th", "am 4." """
    bare = read_bare_day(cursor, words)
    if bare is None or bare.typed.isdigit() or (cursor.is_number() and cursor.is_glued()):
        return None
    return bare


def _running(cursor: Cursor, words: Vocabulary) -> Period | None:
    """ "next 30 days", "in the next two weeks", "last 7 days" """
    which = cursor.take(words.which)
    here = cursor.at
    count = read_number(cursor, words, 9999)
    cursor.at = here
    length = read_length(cursor, words) if which is not None and count is not None else None
    if length is None or length.minutes or which is Which.THIS:
        return None
    return Running(length, is_back=which is Which.LAST)


def _unit_away(cursor: Cursor, words: Vocabulary) -> Period | None:
    """ "this week", "weekend", "next month" """
    which = cursor.take(words.which)
    unit = cursor.take(words.units)
    if unit is Unit.WEEKEND:
        # the coming weekend is this one; next is the one of next week, as with weekdays
        return WeekendsAway(0 if which is None or which is Which.COMING else _AWAY[which])
    if which is None:
        return None
    if unit is Unit.WEEK:
        return WeeksAway(_AWAY[which])
    if unit is Unit.MONTH:
        return MonthsAway(_AWAY[which])
    return YearsAway(_AWAY[which]) if unit is Unit.YEAR else None


def _month(cursor: Cursor, words: Vocabulary) -> Period | None:
    """ "March", "march 2027" """
    which = cursor.take(words.which)
    month = read_month_name(cursor, words)
    if month is None or which is Which.LAST:
        return None
    return InMonth(month, read_year(cursor, words) if which is None else None)


def _year(cursor: Cursor, _words: Vocabulary) -> Period | None:
    year = cursor.number(1000, 9999)
    return None if year is None else InYear(year)


def _skip(cursor: Cursor, words: Vocabulary) -> None:
    while cursor.takes(words.of) or cursor.takes(words.skipped):
        pass
