"""Cadences, lead times and quiet hours: "every 6 weeks", "1 day, 2 hours", "22:00-8:00"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.cadences import BOUNDS, Cadence
from bot.domain.cadences import Unit as CadenceUnit
from bot.domain.datewords import refusals
from bot.domain.datewords.clocks import read_clock, read_length_part, read_number
from bot.domain.datewords.phrases import Certainty, Clock, Unit
from bot.domain.datewords.repeats import read_every
from bot.domain.datewords.resolving import time_of
from bot.domain.datewords.tokens import Cursor, clean, tokens
from bot.domain.datewords.vocabulary import Vocabulary, vocabularies
from bot.domain.quiet import Quiet
from bot.domain.spoken import cadence_words, lead_words
from bot.i18n import Words

LEADS_MOST = 5
LEAD_LEAST, LEAD_MOST = timedelta(minutes=5), timedelta(days=60)

_UNITS = {
    Unit.DAY: (1, CadenceUnit.DAYS),
    Unit.WEEK: (1, CadenceUnit.WEEKS),
    Unit.FORTNIGHT: (2, CadenceUnit.WEEKS),
    Unit.MONTH: (1, CadenceUnit.MONTHS),
    Unit.QUARTER: (3, CadenceUnit.MONTHS),
    Unit.YEAR: (1, CadenceUnit.YEARS),
}
_TIMES = {Unit.WEEK: (1, CadenceUnit.WEEKS), Unit.MONTH: (1, CadenceUnit.MONTHS), Unit.YEAR: (12, CadenceUnit.MONTHS)}
_ENGLISH = Words("en", ZoneInfo("UTC"))


def read_cadence(text: str, *, locale: str) -> Cadence | None:
    """ "every 6 weeks", "monthly", "twice a year"; None for "never". Raises Refused."""
    text = clean(text)
    for words in vocabularies(locale):
        if _is_never(text, words):
            return None
        cursor = Cursor(text, tokens(text))
        said = _cadence(cursor, words)
        if said is None or not cursor.done:
            continue
        count, unit = said
        if unit not in _UNITS:
            raise refusals.cadence_out_of_bounds()
        each, kind = _UNITS[unit]
        low, high = BOUNDS[kind]
        if not low <= count * each <= high:
            raise refusals.cadence_out_of_bounds()
        return Cadence(count * each, kind)
    raise refusals.cadence_not_understood(text)


def write_cadence(cadence: Cadence | None) -> str:
    return "never" if cadence is None else cadence_words(cadence, _ENGLISH).replace(",", "")


def read_leads(text: str, *, locale: str) -> tuple[timedelta, ...]:
    """ "1 day, 2 hours" as lengths, the longest first; () for "none". A month is 30 days. Raises Refused."""
    text = clean(text.replace("\n", ","))
    for words in vocabularies(locale):
        if _is_never(text, words):
            return ()
        found = _leads(text, words)
        if found:
            return _checked(found)
    raise refusals.leads_not_understood(text)


def write_leads(leads: Sequence[timedelta]) -> str:
    return ", ".join(_write_lead(lead) for lead in leads) or "none"


def read_quiet(text: str, *, locale: str) -> Quiet | None:
    """ "22:00-8:00", "10pm to 7am"; None for "off". Raises Refused."""
    text = clean(text)
    for words in vocabularies(locale):
        if _is_never(text, words):
            return None
        both = _clocks(Cursor(text, tokens(text)), words)
        if both is None:
            continue
        start, end = (_time(clock, other) for clock, other in (both, both[::-1]))
        if start == end:
            raise refusals.quiet_all_day(text)
        return Quiet(start, end)
    raise refusals.quiet_not_understood(text)


def write_quiet(quiet: Quiet | None) -> str:
    return "off" if quiet is None else f"{quiet.start:%H:%M}-{quiet.end:%H:%M}"


def _write_lead(lead: timedelta) -> str:
    hours, minutes = divmod(lead // timedelta(minutes=1), 60)
    return f"{hours}h{minutes:02}" if hours and minutes else lead_words(lead, _ENGLISH).replace(",", "")


def _is_never(text: str, words: Vocabulary) -> bool:
    cursor = Cursor(text, tokens(text))
    return cursor.take(words.never) is not None and cursor.done


def _cadence(cursor: Cursor, words: Vocabulary) -> tuple[int, Unit] | None:
    often = cursor.take(words.often)
    if often is not None:
        return often
    is_every = cursor.takes(words.every)
    start = cursor.at
    if cursor.takes(words.halves) or (read_number(cursor, words, 1) and cursor.takes(words.halves)):
        cursor.takes(words.per)  # half "a" year
        return (6, Unit.MONTH) if cursor.take(words.units) is Unit.YEAR else None
    cursor.at = start
    counted = read_every(cursor, words)
    if counted is not None and (is_every or cursor.done):
        return counted
    cursor.at = start
    return None if is_every else _so_often(cursor, words)


def _so_often(cursor: Cursor, words: Vocabulary) -> tuple[int, Unit] | None:
    """ "twice a year", "3 times a year", where that comes out even"""
    count = cursor.take(words.times)
    if count is None:
        count = read_number(cursor, words, 12)
        if count is None or not cursor.takes(words.repeatedly):
            return None
    cursor.takes(words.per)
    unit = cursor.take(words.units)
    if unit is Unit.MONTH and count == 2:
        return 2, Unit.WEEK
    if unit not in _TIMES:
        return None
    whole, kind = _TIMES[unit]
    if whole % count:
        return None
    return whole // count, Unit.MONTH if kind is CadenceUnit.MONTHS else Unit.WEEK


def _leads(text: str, words: Vocabulary) -> list[timedelta]:
    cursor, found = Cursor(text, tokens(text)), list[timedelta]()
    while not cursor.done:
        length = read_length_part(cursor, words)
        if length is None:
            return []
        found.append(timedelta(days=length.days + 30 * length.months, minutes=length.minutes))
        cursor.mark(".")
        cursor.takes(words.before)
        marks = 0
        while cursor.takes(words.joined) or cursor.mark(";"):
            marks += 1
        if not marks and read_length_part(cursor, words) is not None:
            raise refusals.one_or_several(text)
    return found


def _checked(found: Sequence[timedelta]) -> tuple[timedelta, ...]:
    leads = tuple(sorted(set(found), reverse=True))
    if len(leads) > LEADS_MOST:
        raise refusals.too_many_leads(len(leads), LEADS_MOST)
    if leads[0] > LEAD_MOST or leads[-1] < LEAD_LEAST:
        raise refusals.lead_out_of_bounds(LEAD_LEAST // timedelta(minutes=1), LEAD_MOST.days)
    return leads


def _clocks(cursor: Cursor, words: Vocabulary) -> tuple[Clock, Clock] | None:
    cursor.takes(words.since)
    start = read_clock(cursor, words, after_at=True)
    if start is None or not cursor.takes(words.to):
        return None
    end = read_clock(cursor, words, after_at=True)
    return None if end is None or not cursor.done else (start, end)


def _time(clock: Clock, other: Clock) -> time:
    """The time of one end. Beside one that is surely of 24 hours, "8" is 8:00."""
    if clock.certainty is Certainty.BARE and other.certainty is not Certainty.BARE:
        return time(clock.hour, clock.minute)
    hour, minute = time_of(clock, None)
    return time(hour % 24, minute)
