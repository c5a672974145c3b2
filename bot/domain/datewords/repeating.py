"""Words for reminders: "every Monday 9:00", "every first Friday 8pm", "monthly on the 15th"; and days without a time.

What repeats does so at most once a day, always at the same time on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.datewords.clocks import read_clock, read_number
from bot.domain.datewords.days import read_bare_day, read_day
from bot.domain.datewords.phrases import Clock, OnDate, Part, Unit
from bot.domain.datewords.reading import TIMES, read_moment
from bot.domain.datewords.refusals import quoted
from bot.domain.datewords.resolving import hour_of
from bot.domain.datewords.tokens import Cursor, clean, tokens
from bot.domain.datewords.vocabulary import Vocabulary, table, vocabularies
from bot.domain.datewords.zones import split_zone
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern
from bot.domain.rules import Frequency, Rule, spell
from bot.errors import Refused
from bot.i18n import N_

MORNING = TIMES[Part.MORNING]
"""When what has a day and no time is told."""

EVERY = frozenset({"every", "each", "jeden", "jede", "jedes", "jedem", "alle"})
OFTEN = {
    "daily": Frequency.DAILY,
    "weekly": Frequency.WEEKLY,
    "monthly": Frequency.MONTHLY,
    "yearly": Frequency.YEARLY,
    "annually": Frequency.YEARLY,
    **table(
        (Frequency.DAILY, "täglich"),
        (Frequency.WEEKLY, "wöchentlich"),
        (Frequency.MONTHLY, "monatlich"),
        (Frequency.YEARLY, "jährlich"),
    ),
}
OTHER = frozenset({"other", "zweite", "zweiten", "zweiter", "zweites"})
WORKDAYS = frozenset({"weekday", "weekdays", "workday", "workdays", "werktag", "werktage", "werktags", "arbeitstag"})
SKIPPED = frozenset(
    {"on", "the", "at", "of", "month", "um", "am", "den", "der", "des", "monat", "monats", "im", ",", "and", "und"}
)
FREQUENCIES = {
    Unit.DAY: (Frequency.DAILY, 1),
    Unit.WEEK: (Frequency.WEEKLY, 1),
    Unit.FORTNIGHT: (Frequency.WEEKLY, 2),
    Unit.MONTH: (Frequency.MONTHLY, 1),
    Unit.YEAR: (Frequency.YEARLY, 1),
}
LAST_SURE = 28
"""Every month has this day."""


def read_pattern(text: str, *, locale: str, zone: str, now: datetime, at: time = MORNING) -> Pattern:
    """When to tell something, once or again and again; a day without a time is that day `at`.

    `now` is aware; `zone` (IANA) is the reader's. Raises Refused.
    """
    typed = clean(text)
    words, place = split_zone(typed, zone)
    found = tokens(words)
    first = found[0].key if found else ""
    if first not in EVERY and first not in OFTEN:
        return Pattern(read_moment(text, locale=locale, zone=zone, now=now, at=at))
    for known in vocabularies(locale):
        said = _read(Cursor(words, found), known)
        if said is not None:
            return _pattern(said, words, place, now, at)
    raise not_understood(text)


def not_understood(text: str) -> Refused:
    return Refused(
        N_("{text} is not understood. Try 'every Monday 9:00', 'every 2 weeks on Friday' or 'monthly on the 15th'."),
        text=quoted(text),
    )


@dataclass(slots=True)
class _Said:
    """What was read so far."""

    frequency: Frequency | None = None
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    month_day: int | None = None
    month: int | None = None
    clock: Clock | None = None
    part: Part | None = None


def _read(cursor: Cursor, words: Vocabulary) -> _Said | None:
    said = _Said()
    often = OFTEN.get(cursor.key())
    cursor.at += 1
    if often is not None:
        said.frequency = often
    elif not _read_every(cursor, words, said):
        return None
    while not cursor.done:
        if not _read_on(cursor, words, said) and not cursor.takes(SKIPPED):
            return None
    return said


def _read_every(cursor: Cursor, words: Vocabulary, said: _Said) -> bool:
    """What comes after "every": a count and a unit, workdays, or a day, which `_read_on` reads."""
    start = cursor.at
    if cursor.takes(WORKDAYS):
        said.frequency, said.days = Frequency.WEEKLY, tuple((0, day) for day in range(5))
        return True
    count = 2 if cursor.takes(OTHER) else read_number(cursor, words, 99)
    unit = cursor.take(words.units)
    if unit in (Unit.MINUTE, Unit.HOUR):
        raise Refused(N_("A reminder repeats at most once a day. Try 'every day 9:00'."))
    if unit is not None and unit in FREQUENCIES:
        frequency, times = FREQUENCIES[unit]
        said.frequency, said.interval = frequency, (count or 1) * times
        return True
    weekday = cursor.take(words.weekdays) if count == 2 else None  # every other Friday
    if weekday is not None:
        said.frequency, said.interval, said.days = Frequency.WEEKLY, 2, ((0, weekday),)
        return True
    cursor.at = start
    return True


def _read_on(cursor: Cursor, words: Vocabulary, said: _Said) -> bool:
    start = cursor.at
    for reading in (_read_nth, _read_weekday, _read_date, _read_clock, _read_part, _read_month_day):
        if reading(cursor, words, said):
            return True
        cursor.at = start
    return False


def _read_nth(cursor: Cursor, words: Vocabulary, said: _Said) -> bool:
    """ "first Friday" """
    nth = cursor.take(words.ordinals)
    if nth is None:
        number = read_bare_day(cursor, words)
        nth = number.day if number is not None and 1 <= number.day <= 5 and not number.typed.isdigit() else None
    weekday = cursor.take(words.weekdays) if nth is not None else None
    if nth is None or weekday is None:
        return False
    said.days += ((nth, weekday),)
    said.frequency = said.frequency or Frequency.MONTHLY
    return True


def _read_weekday(cursor: Cursor, words: Vocabulary, said: _Said) -> bool:
    weekday = cursor.take(words.weekdays)
    if weekday is None:
        weekday = words.weekdays.get(cursor.key().removesuffix("s"))  # "fridays", "freitags"
        cursor.at += 1
    if weekday is None:
        return False
    said.days += ((0, weekday),)
    said.frequency = said.frequency or Frequency.WEEKLY
    return True


def _read_date(cursor: Cursor, words: Vocabulary, said: _Said) -> bool:
    """ "4 December", every year"""
    day = read_day(cursor, words)
    if not isinstance(day, OnDate) or day.year is not None:
        return False
    said.month, said.month_day = day.month, day.day
    said.frequency = said.frequency or Frequency.YEARLY
    return True


def _read_clock(cursor: Cursor, words: Vocabulary, said: _Said) -> bool:
    after_at = cursor.takes(words.at)
    clock = read_clock(cursor, words, after_at=after_at)
    if clock is None or said.clock is not None:
        return False
    said.clock = clock
    return True


def _read_part(cursor: Cursor, words: Vocabulary, said: _Said) -> bool:
    part = cursor.take(words.parts)
    said.part = said.part or part
    return part is not None


def _read_month_day(cursor: Cursor, words: Vocabulary, said: _Said) -> bool:
    """ "the 15th", "am 15." """
    day = read_bare_day(cursor, words)
    if day is None or said.month_day is not None:
        return False
    said.month_day = day.day
    said.frequency = said.frequency or Frequency.MONTHLY
    return True


def _pattern(said: _Said, text: str, zone: str, now: datetime, at: time) -> Pattern:
    if said.frequency is None or not _fits(said):
        raise not_understood(text)
    if said.frequency is Frequency.MONTHLY and said.month_day is not None and said.month_day > LAST_SURE:
        raise Refused(
            N_("Some months have no day {day}. Choose a day from 1 to {last}."), day=said.month_day, last=LAST_SURE
        )
    rule = Rule(
        said.frequency,
        said.interval,
        days=said.days,
        month_days=() if said.month_day is None else (said.month_day,),
        months=() if said.month is None else (said.month,),
    )
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    start = datetime.combine(local.date(), _time(said, at))
    # the first that the rule gives from now on: the day of asking itself need not fit it
    anchored = Pattern(Moment(start - timedelta(days=1), zone), spell(_begun(replace(rule, interval=1), start)))
    first = anchored.next_after(now)
    if first is None:
        raise not_understood(text)
    wall = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    wall = datetime.combine(wall.date(), start.time())  # in a gap the first is told later, the others are not
    return Pattern(Moment(wall, zone), spell(_begun(rule, wall)))


def _fits(said: _Said) -> bool:
    """Whether the parts belong together: no first Friday of a day, no 15th of a week."""
    match said.frequency:
        case Frequency.DAILY:
            return not said.days and said.month_day is None
        case Frequency.WEEKLY:
            return said.month_day is None and all(not nth for nth, _ in said.days)
        case Frequency.MONTHLY:
            return said.month is None and all(nth for nth, _ in said.days) and not (said.days and said.month_day)
        case _:
            return not said.days and (said.month is None) is (said.month_day is None)


def _begun(rule: Rule, start: datetime) -> Rule:
    """A rule that says by itself on which days it comes, as people said it or as it begins."""
    match rule.frequency:
        case Frequency.WEEKLY if not rule.days:
            return replace(rule, days=((0, start.weekday()),))
        case Frequency.MONTHLY if not rule.days and not rule.month_days:
            return replace(rule, month_days=(min(start.day, LAST_SURE),))
        case Frequency.YEARLY if not rule.months:
            return replace(rule, months=(start.month,), month_days=(start.day,))
        case _:
            return rule


def _time(said: _Said, at: time) -> time:
    if said.clock is None:
        return TIMES.get(said.part, at) if said.part else at
    return hour_of(said.clock, said.part)
