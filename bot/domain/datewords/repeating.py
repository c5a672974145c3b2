"""From what was said to come again to its pattern; what comes once goes on to `reading`.

- "every friday" begins with the coming one, also where it is every other one; "from 4 December" begins later.
- "every second friday" is every other one or the second of the month, so it is asked again.
- A month that has no 31st (30th, 29th) has it on its last day, and so has 29 February.
- It comes at most once a day and at least once in five years.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.datewords import refusals
from bot.domain.datewords.iso import read_iso_moment
from bot.domain.datewords.phrases import Part, Repeat, Slashed, Unit
from bot.domain.datewords.reading import read_moment, seen_at
from bot.domain.datewords.repeats import names_repeating, read_repeat
from bot.domain.datewords.resolving import PARTS, Seen, check_year, days_of, settled, time_of
from bot.domain.datewords.tokens import Cursor, clean, tokens
from bot.domain.datewords.vocabulary import vocabularies
from bot.domain.datewords.zones import refuse_short_zone, split_zone
from bot.domain.moments import Moment, write_moment
from bot.domain.patterns import Pattern, next_after
from bot.domain.recurrence import LOOK_AHEAD, check_rule
from bot.domain.rules import Frequency, Rule, matches, spell
from bot.domain.spoken import rule_words
from bot.errors import Refused
from bot.i18n import Words

DEFAULT = time(9)
"""When a day begins that has no time."""

_UNITS = {
    Unit.DAY: (Frequency.DAILY, 1, 1_826),
    Unit.WEEK: (Frequency.WEEKLY, 1, 260),
    Unit.FORTNIGHT: (Frequency.WEEKLY, 2, 130),
    Unit.MONTH: (Frequency.MONTHLY, 1, 60),
    Unit.QUARTER: (Frequency.MONTHLY, 3, 20),
    Unit.YEAR: (Frequency.YEARLY, 1, 5),
}
"""What a unit repeats by, how many of it that is, and the most of them: five years."""

_MACHINES = re.compile(r"(.{1,80}?)\s+(FREQ=\S{1,1000})")
_SMALL_HOURS = range(6)
_LEAP_YEAR = 2024
_ENGLISH = Words("en", ZoneInfo("UTC"))


def read_pattern(
    text: str, *, locale: str, zone: str, now: datetime, default: time = DEFAULT, is_quick: bool = False
) -> Pattern:
    """What `text` means to a reader of `locale` in `zone` (IANA), once or again and again; `now` is aware.

    A day without a time begins at `default`; `is_quick` as with `read_moment`. Raises Refused, also for what is past
    or comes more than once a day.
    """
    spelled = _MACHINES.fullmatch(text.strip())
    if spelled is not None:
        return _machines(spelled[1], spelled[2], seen_at(now, zone, locale), now)
    rest, there = split_zone(clean(text), zone)
    found, known = tokens(rest), vocabularies(locale)
    tries = (read_repeat(Cursor(rest, found), words) for words in known)
    said = next((one for one in tries if one), None)
    if said is not None:
        return _pattern(said, rest, seen_at(now, there, locale), default)
    if any(names_repeating(found, words) for words in known):
        refuse_short_zone(rest)
        raise refusals.repeat_not_understood(rest)
    once = read_moment(text, locale=locale, zone=zone, now=now, default=default, is_quick=is_quick, instants=True)
    return Pattern(once)


def write_pattern(pattern: Pattern) -> str:
    """`pattern` so that `read_pattern` reads the same again, as far as it can in words.

    "every Monday 09:00 from 2026-11-30 Europe/Berlin"; a moment for once.
    """
    if not pattern.rrule:
        return write_moment(pattern.start)
    wall, zone = pattern.start.wall, pattern.start.zone
    words = f"{rule_words(pattern.rrule, _ENGLISH)} {wall:%H:%M} from {wall:%Y-%m-%d} {zone}"
    try:
        again = read_pattern(words, locale="en", zone="UTC", now=pattern.start.instant())
    except Refused:
        again = None
    return words if again == pattern else f"{write_moment(pattern.start)} {pattern.rrule}"


def _machines(moment: str, rrule: str, seen: Seen, now: datetime) -> Pattern:
    """ "2026-11-30 09:00 Europe/Berlin FREQ=WEEKLY;BYDAY=MO" """
    rest, zone = split_zone(clean(moment), seen.zone.key)
    start = read_iso_moment(rest, replace(seen, zone=ZoneInfo(zone)))
    if start is None:
        raise refusals.repeat_not_understood(moment)
    try:
        Pattern(start, rrule)
    except ValueError:
        raise refusals.too_often() from None
    pattern = Pattern(start, check_rule(rrule, start.wall))
    if next_after(pattern, now) is None:
        raise refusals.is_past(start.wall, seen_at(now, start.zone, seen.locale).now, seen.locale)
    return pattern


def _pattern(said: Repeat, text: str, seen: Seen, default: time) -> Pattern:
    if said.unit in (Unit.MINUTE, Unit.HOUR):
        raise refusals.too_often()
    if said.doubtful and said.unit is None:
        raise refusals.other_or_nth(said.doubtful)
    if said.unit not in (None, *_UNITS):
        raise refusals.repeat_not_understood(text)
    at = _time(said, default)
    earliest = seen.now if said.since is None else datetime.combine(next(days_of(said.since, seen)), time())
    day = earliest.date()
    rule = rule_of(said, text, day if datetime.combine(day, at) >= earliest else _tomorrow(day), seen)
    anchor = datetime.combine(day, at)
    once_each = replace(rule, interval=1)
    coming = matches(once_each, anchor, since=anchor, before=anchor + LOOK_AHEAD)
    start = next(wall for wall in coming if wall >= earliest)
    check_year(start.year)
    return Pattern(Moment(start, seen.zone.key), spell(rule))


def _time(said: Repeat, default: time) -> time:
    if said.time is None:
        return default if said.part is None else PARTS[said.part]
    hour, minute = time_of(said.time, said.part)
    is_daily = said.unit is Unit.DAY
    is_between = hour == 24 or (said.part is Part.NIGHT and hour in _SMALL_HOURS)
    if is_between and not is_daily:
        raise refusals.between_days(said.time.typed)
    return time(hour % 24, minute)


def rule_of(said: Repeat, text: str, first: date, seen: Seen) -> Rule:
    """The rule that was said; what it leaves open is as on `first`. Raises Refused."""
    days, unit = (said.weekdays, said.month_days, said.date), said.unit
    if sum(map(bool, days)) > 1:
        raise refusals.repeat_not_understood(text)
    if unit is None:
        unit = Unit.YEAR if said.date else Unit.MONTH if said.month_days or said.nth is not None else Unit.WEEK
    frequency, each, most = _UNITS[unit]
    if said.interval > most:
        raise refusals.too_seldom()
    rule = Rule(frequency, interval=said.interval * each)
    match frequency:
        case Frequency.WEEKLY if said.nth is None and not said.month_days and not said.date:
            return replace(rule, days=tuple((0, weekday) for weekday in said.weekdays or (first.weekday(),)))
        case Frequency.MONTHLY if said.nth is not None:
            return replace(rule, days=((said.nth, said.weekdays[0]),))
        case Frequency.MONTHLY if not said.weekdays and not said.date:
            return _on_days(rule, said, first)
        case Frequency.YEARLY if not said.weekdays and not said.month_days:
            return _on_date(rule, said, first, seen)
        case Frequency.DAILY if not any(days):
            return rule
        case _:
            raise refusals.repeat_not_understood(text)


def _on_days(rule: Rule, said: Repeat, first: date) -> Rule:
    for each in said.month_days:
        if each.day not in range(1, 32) and each.day != -1:
            raise refusals.no_such_date(each.typed)
    numbers = tuple(sorted({each.day for each in said.month_days} or {first.day}))
    if len(numbers) > 1 or numbers[0] <= 28:
        return replace(rule, month_days=numbers)
    if numbers == (31,):
        return replace(rule, month_days=(-1,))
    return replace(rule, month_days=tuple(range(28, numbers[0] + 1)), positions=(-1,))


def _on_date(rule: Rule, said: Repeat, first: date, seen: Seen) -> Rule:
    date_ = settled(said.date, seen) if isinstance(said.date, Slashed) else said.date
    month, day = (date_.month, date_.day) if date_ else (first.month, first.day)
    if date_ and not (1 <= month <= 12 and 1 <= day <= monthrange(_LEAP_YEAR, month)[1]):
        raise refusals.no_such_date(date_.typed)
    return replace(rule, months=(month,), month_days=(-1 if (month, day) == (2, 29) else day,))


def _tomorrow(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
