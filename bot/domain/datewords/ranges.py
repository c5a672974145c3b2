"""The grammar of spans: "3-9 May", "from friday to sunday", "until sunday", "next 30 days"."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.datewords.days import read_bare_day, read_year
from bot.domain.datewords.phrases import DayOfMonth, OnDate, Point, Slashed
from bot.domain.datewords.points import read_point
from bot.domain.datewords.refusals import backwards
from bot.domain.datewords.tokens import Cursor, Token
from bot.domain.datewords.vocabulary import Vocabulary
from bot.errors import Refused


@dataclass(frozen=True, slots=True)
class Range:
    """From a day or period to another; `first` is None when it begins today."""

    first: Point | None
    last: Point


def read_range(text: str, found: tuple[Token, ...], words: Vocabulary) -> Point | Range | None:
    """All of `found` as one point or a range, or None when a word of it is not understood.

    Raises Refused for what is surely meant as a date and is none.
    """
    cursor = Cursor(text, found)
    refusal: Refused | None = None
    try:
        whole = read_point(cursor, words)
    except Refused as error:
        whole, refusal = None, error
    if whole is not None:
        return whole
    start = 1 if found and found[0].key in words.since else 0
    for split in range(start + 1, len(found) - 1):
        if found[split].key in words.to:
            both = _both(text, found[start:split], found[split + 1 :], words)
            if both is not None:
                return both
    rest = found
    while rest and rest[0].key in words.until:
        rest = rest[1:]
    if rest and len(rest) < len(found):
        last = read_point(Cursor(text, rest), words)
        return None if last is None else Range(None, last)
    if refusal is not None:
        raise refusal
    return None


def _both(text: str, left: tuple[Token, ...], right: tuple[Token, ...], words: Vocabulary) -> Range | None:
    while left and left[-1].key in words.to:  # "3rd up to 9th", "vom 3. bis zum 9."
        left = left[:-1]
    while right and right[0].key in words.to:
        right = right[1:]
    if not left or not right:
        return None
    first = _side(Cursor(text, left), words)
    last = _side(Cursor(text, right), words)
    if first is None or last is None:
        return None
    return _sharing(first, last)


def _side(cursor: Cursor, words: Vocabulary) -> Point | None:
    """A point, or a bare number that takes its month from the other side."""
    start = cursor.at
    while cursor.takes(words.skipped):
        pass
    bare = read_bare_day(cursor, words)
    if bare is not None:
        year = read_year(cursor, words)
        if cursor.done:
            return Point(day=bare) if year is None else Point(day=OnDate(bare.day, 0, year, bare.typed))
    cursor.at = start
    return read_point(cursor, words)


def _sharing(first: Point, last: Point) -> Range | None:
    """Give a bare day the month of the other side: 3-9 May, May 3-9, 3.-9.5. Raises Refused for 9-3 May."""
    match first.day, last.day:
        case (DayOfMonth(day, typed), OnDate(other, month, _, _)) if month and day > other:
            raise backwards(typed, str(other))
        case (OnDate(day, month, _, _), DayOfMonth(other, typed)) if month and day > other:
            raise backwards(str(day), typed)
        case (DayOfMonth(day, typed), OnDate(_, month, year, _)) if month:
            first = replace(first, day=OnDate(day, month, year, typed))
        case (DayOfMonth(day, typed), Slashed()):
            return None
        case (OnDate(_, month, year, _), DayOfMonth(day, typed)) if month:
            last = replace(last, day=OnDate(day, month, year, typed))
        case (OnDate(one, month, None, before), OnDate(day, 0, year, typed)) if month:
            first = replace(first, day=OnDate(one, month, year, before))
            last = replace(last, day=OnDate(day, month, year, typed))
    for point in (first, last):
        if isinstance(point.day, OnDate) and not point.day.month:
            return None
    if any(isinstance(p.day, DayOfMonth) and p.day.typed.isdigit() for p in (first, last)):
        return None
    return Range(first, last)
