"""The grammar of times of day and lengths: "8pm", "20 Uhr", "half past seven", "2 hours and 10 minutes"."""

from __future__ import annotations

from bot.domain.datewords.phrases import Certainty, Clock, Length, Unit
from bot.domain.datewords.tokens import Cursor
from bot.domain.datewords.vocabulary import LETTERS, MERIDIEMS, Vocabulary
from bot.errors import Refused
from bot.i18n import N_

_LENGTHS = {
    Unit.MINUTE: Length(minutes=1),
    Unit.HOUR: Length(minutes=60),
    Unit.DAY: Length(days=1),
    Unit.WEEK: Length(days=7),
    Unit.FORTNIGHT: Length(days=14),
    Unit.MONTH: Length(months=1),
    Unit.QUARTER: Length(months=3),
    Unit.YEAR: Length(months=12),
}

AMOUNT = 9_999
"""The most of a unit that is counted; limits that people are told of are far below."""


def read_clock(cursor: Cursor, words: Vocabulary, *, after_at: bool = False) -> Clock | None:
    """The time of day that is next. `after_at` says that "at" or its like was before it.

    Raises Refused for what is surely meant as a time and is none: "25:00", "13pm".
    """
    start = cursor.at
    named = cursor.take(words.named_times)
    if named is not None:
        return Clock(named, 0, Certainty.EXACT, cursor.typed(start), is_midnight=named == 24)
    for reading in (_fraction, _colon, _dot, _hour):
        clock = reading(cursor, words, after_at)
        if clock is not None:
            return clock
        cursor.at = start
    return None


def read_number(cursor: Cursor, words: Vocabulary, high: int) -> int | None:
    """A number from 1 to `high` in digits or words."""
    number = cursor.number(1, high)
    return number if number is not None else cursor.take(words.numbers)


def read_length(cursor: Cursor, words: Vocabulary) -> Length | None:
    """Everything that says how long: "2 hours and 10 minutes", "1h30", "half an hour", "two weeks"."""
    whole: Length | None = None
    while True:
        start = cursor.at
        if whole is not None:
            cursor.takes(words.joined)
        part = read_length_part(cursor, words)
        if part is None:
            cursor.at = start
            return whole
        whole = part if whole is None else whole + part


def read_length_part(cursor: Cursor, words: Vocabulary) -> Length | None:
    """One count with its unit: "2 hours", "1h30", "half an hour"."""
    token = cursor.peek()
    if token is not None and token.kind == "clock":  # 1:30 h
        cursor.at += 1
        hours, minutes = (int(part) for part in token.key.split(":"))
        return Length(minutes=60 * hours + minutes) if cursor.take(words.units) is Unit.HOUR else None
    if cursor.takes(words.halves):
        cursor.take(words.numbers)  # half "an" hour
        return Length(minutes=30) if cursor.take(words.units) is Unit.HOUR else None
    count = read_number(cursor, words, AMOUNT)
    if count is None:
        return None
    if cursor.takes(words.halves):  # eine "halbe" Stunde
        return Length(minutes=30) if cursor.take(words.units) is Unit.HOUR else None
    tenths = 0
    if cursor.key() in (".", ",") and cursor.is_number(1) and cursor.is_glued() and cursor.is_glued(1):
        cursor.at += 1
        tenth = cursor.number(0, 9, digits=1)
        if tenth is None:
            return None
        tenths = tenth
    unit = cursor.take(words.units)
    if unit is None or unit not in _LENGTHS:
        return None
    if tenths:
        return Length(minutes=60 * count + 6 * tenths) if unit is Unit.HOUR else None
    length = _LENGTHS[unit].times(count)
    if unit is Unit.HOUR and cursor.is_number() and cursor.is_glued():  # 1h30
        minutes_after = cursor.number(0, 59, digits=2)
        length += Length(minutes=minutes_after or 0)
        if cursor.is_glued():
            cursor.take(words.units)
    return length


def _fraction(cursor: Cursor, words: Vocabulary, _after_at: bool) -> Clock | None:
    """ "half past seven", "halb acht" """
    start = cursor.at
    minutes = cursor.take(words.fractions)
    if minutes is None:
        return None
    hour = read_number(cursor, words, 12)
    if hour is None:
        return None
    cursor.takes(words.hour_words)
    half = _meridiem(cursor, words)
    hour, minute = divmod(60 * hour + minutes, 60)
    return _clock(cursor.typed(start), hour or 12, minute, half, Certainty.BARE)


def _colon(cursor: Cursor, words: Vocabulary, _after_at: bool) -> Clock | None:
    """ "20:00", "7:30 pm", "19:30 Uhr" """
    start = cursor.at
    token = cursor.peek()
    if token is None or token.kind != "clock":
        return None
    cursor.at += 1
    hour, minute = (int(part) for part in token.key.split(":"))
    half = _meridiem(cursor, words)
    if half is None:
        cursor.takes(words.hour_words)
    return _clock(cursor.typed(start), hour, minute, half, Certainty.WRITTEN)


def _dot(cursor: Cursor, words: Vocabulary, after_at: bool) -> Clock | None:
    """ "20.30 Uhr", "8.30pm"; without any such mark only what cannot be a date: "19.30" """
    start = cursor.at
    hour = cursor.number(0, 99, digits=2)
    if hour is None or not (cursor.is_glued() and cursor.mark(".")) or not cursor.is_glued():
        return None
    token = cursor.peek()
    minute = cursor.number(0, 99, digits=2)
    if minute is None or token is None or len(token.key) != 2:
        return None
    if cursor.key() in (".", "/") and cursor.is_glued():
        return None
    half = _meridiem(cursor, words)
    is_marked = cursor.takes(words.hour_words) or half is not None or after_at
    if not is_marked and not (hour <= 23 and 12 < minute <= 59):
        return None
    return _clock(cursor.typed(start), hour, minute, half, Certainty.WRITTEN)


def _hour(cursor: Cursor, words: Vocabulary, after_at: bool) -> Clock | None:
    """ "8pm", "20 Uhr 15", "19h30", "8 o'clock"; "8" alone only after "at" """
    start = cursor.at
    hour = cursor.number(0, 99, digits=2)
    if hour is None:
        hour = cursor.take(words.numbers)
    if hour is None:
        return None
    half = _meridiem(cursor, words)
    if half is not None:
        return _clock(cursor.typed(start), hour, 0, half)
    named = cursor.take(words.named_times)
    if named is not None:  # 12 noon
        return Clock(named, 0, Certainty.EXACT, cursor.typed(start), named == 24) if hour == 12 else None
    if cursor.takes(words.hour_words):
        is_short = cursor.key(-1) == "h"
        minute = _minutes_after(cursor, words)
        is_24 = words.counts_to_24 or is_short or minute is not None
        certainty = Certainty.WRITTEN if is_24 else Certainty.BARE
        return _clock(cursor.typed(start), hour, minute or 0, None, certainty)
    if not after_at or cursor.key() in (".", "/") or _is_unit(cursor, words):
        return None
    certainty = Certainty.WRITTEN if words.counts_to_24 else Certainty.BARE
    return _clock(cursor.typed(start), hour, 0, None, certainty)


def _minutes_after(cursor: Cursor, words: Vocabulary) -> int | None:
    """20 Uhr "15", but not 20 Uhr "15." Dezember"""
    start = cursor.at
    token = cursor.peek()
    minute = cursor.number(0, 59, digits=2)
    if token is None or len(token.key) != 2 or cursor.key() in (".", "/") or _is_unit(cursor, words):
        cursor.at = start
        return None
    return minute


def _is_unit(cursor: Cursor, words: Vocabulary) -> bool:
    """Whether a unit or a month is next, so that the number before it is no hour."""
    at = cursor.at
    found = cursor.take(words.units) is not None or cursor.take(words.months) is not None
    cursor.at = at
    return found


def _meridiem(cursor: Cursor, words: Vocabulary) -> int | None:
    """0 for am, 12 for pm."""
    if cursor.key() == "am" and "am" in words.skipped and not cursor.is_glued():
        return None  # 20:00 am Freitag
    half = cursor.take(MERIDIEMS)
    if half is None and cursor.key() in LETTERS and cursor.is_glued():
        half = LETTERS[cursor.key()]
        cursor.at += 1
    return half


def _clock(typed: str, hour: int, minute: int, half: int | None, certainty: Certainty = Certainty.EXACT) -> Clock:
    is_valid = 1 <= hour <= 12 if half is not None else hour <= 23 or (hour == 24 and minute == 0)
    if not is_valid or minute > 59:
        raise Refused(N_("{typed} is not a time of day. Try 19:30 or 7:30pm."), typed=typed)
    if half is not None:
        return Clock(hour % 12 + half, minute, Certainty.EXACT, typed)
    if certainty is Certainty.BARE and not 1 <= hour <= 12:
        certainty = Certainty.WRITTEN
    return Clock(hour, minute, certainty, typed)
