"""What our grammar does not know, by dateparser, trusted only as far as it can be checked.

dateparser guesses: "demain 20h" is to it 20 hours after tomorrow, "5.12. 20 Uhr" a day in 2120. So the time
of day is always read by our own grammar, absolute dates too (months and weekdays are CLDR's), and dateparser
is asked only for what counts from now: "aujourd'hui", "dans 3 jours", "mañana". Its answer must be as far away
from another now, the same when it prefers the past, and another or none as soon as one word is left out.
English and German are not asked for: the grammar has all that dateparser could add, and less is loaded.
"""

from __future__ import annotations

import re
import warnings
from datetime import datetime, timedelta

from bot.domain.datewords.clocks import read_clock
from bot.domain.datewords.phrases import Away, Clock, Length, Point
from bot.domain.datewords.resolving import Seen
from bot.domain.datewords.tokens import Cursor, Token
from bot.domain.datewords.vocabulary import Vocabulary
from bot.i18n import parse_locale

_WORDS = 8
"""Tokens that a relative day may have; dateparser's work grows with them."""

_FARTHEST = timedelta(days=3_660)
"""Nobody counts farther from today in words."""

_FAILURES = (ValueError, TypeError, OverflowError, KeyError, IndexError, AttributeError, re.error)
"""What dateparser has been seen to raise, or may, on text that it does not understand."""


def read_foreign(text: str, found: tuple[Token, ...], words: Vocabulary, seen: Seen) -> Point | None:
    """A day counted from today, with or without a time of day, or a moment counted from now."""
    clock, left = _without_clock(text, found, words)
    away = _away(text, left, seen)
    if away is not None and not away.minutes:
        return Point(day=Away(away), time=clock)
    if clock is not None:
        if clock.typed.endswith("h"):  # "20h" is the time in French, and dateparser's 20 hours
            return None
        away = _away(text, found, seen)  # "dans 2 heures" held no time
    return Point(later=away) if away is not None and away.minutes else None


def _without_clock(text: str, found: tuple[Token, ...], words: Vocabulary) -> tuple[Clock | None, tuple[Token, ...]]:
    """The only time of day in the text, and the tokens around it and the "at" before it."""
    for start in range(len(found)):
        cursor = Cursor(text, found)
        cursor.at = start
        is_after_at = False
        while cursor.takes(words.at):
            is_after_at = True
        clock = read_clock(cursor, words, after_at=is_after_at)
        if clock is not None:
            return clock, found[:start] + found[cursor.at :]
    return None, found


def _joined(text: str, found: tuple[Token, ...]) -> list[str]:
    """What was typed, in pieces that were next to each other: "aujourd'hui" stays one word."""
    pieces: list[str] = []
    end = -1
    for token in found:
        typed = text[token.start : token.end]
        if token.start == end:
            pieces[-1] += typed
        else:
            pieces.append(typed)
        end = token.end
    return pieces


def _away(whole: str, found: tuple[Token, ...], seen: Seen) -> Length | None:
    """How far from now the tokens say, or None when that is not what they surely say."""
    if len(found) > _WORDS or all(token.kind != "word" for token in found):
        return None
    pieces = _joined(whole, found)
    away = _distance(pieces, seen.now, seen.locale)
    if away is None or abs(away) > _FARTHEST or away % timedelta(minutes=1):
        return None
    if _distance(pieces, seen.now + timedelta(days=1, hours=1), seen.locale) != away:
        return None  # a date, not a distance
    if _distance(pieces, seen.now, seen.locale, prefer="past") != away:
        return None  # "3 jours" can be ahead or ago
    if any(_is_passed_over(pieces, place, away, seen) for place in range(len(pieces))):
        return None  # "today tomorrow" is tomorrow to dateparser
    minutes = away // timedelta(minutes=1)
    numbers = [int(digits) for digits in re.findall(r"[0-9]{1,6}", " ".join(pieces))]
    if numbers and (len(numbers) > 1 or not _counts(numbers[0], abs(minutes))):
        return None
    return Length(minutes=minutes) if minutes % (60 * 24) else Length(days=minutes // (60 * 24))


def _is_passed_over(pieces: list[str], place: int, away: timedelta, seen: Seen) -> bool:
    """Whether the answer stays the same without the piece at `place`."""
    rest = pieces[:place] + pieces[place + 1 :]
    return bool(rest) and all(
        _distance(rest, seen.now, seen.locale, prefer=prefer) == away for prefer in ("future", "past")
    )


def _counts(number: int, minutes: int) -> bool:
    """Whether `number` is what was counted: of minutes, hours, days, weeks, or months of 28 to 31 days."""
    hours, days = minutes / 60, minutes / 60 / 24
    return number in (minutes, hours, days, days / 7) or 28 * number <= days <= 31 * number


def _distance(pieces: list[str], now: datetime, locale: str, *, prefer: str = "future") -> timedelta | None:
    """How far from `now` dateparser takes the text to be, if it takes it for anything."""
    language = parse_locale(locale).language
    with warnings.catch_warnings():
        # Python 3.13 deprecates strptime without a year, which dateparser calls; its answers are checked
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        from dateparser.date import DateDataParser  # 0.3 s, and most dates do not need it

        try:
            parser = DateDataParser(
                languages=["no" if language == "nb" else language],
                settings={
                    "RELATIVE_BASE": now,
                    "PREFER_DATES_FROM": prefer,
                    "RETURN_AS_TIMEZONE_AWARE": False,
                    "PARSERS": ["relative-time"],
                },
            )
            found: datetime | None = parser.get_date_data(" ".join(pieces)).date_obj
        except _FAILURES:
            return None
    return None if found is None else found.replace(tzinfo=None) - now
