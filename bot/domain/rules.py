"""Rules for repeating (RFC 5545 3.3.10): read from text, and followed over any stretch of time.

dateutil's rrule would do, were it not for rules that hardly ever or never match: it looks on to the year 9999
(seconds to hours of work) and cannot be told where to stop, and it begins at the first occurrence each time,
however long ago that was. Here a stretch of time costs what it is long. The tests hold the two against each
other.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.errors import Refused
from bot.i18n import N_

LENGTH_MOST = 1_000
"""Characters of a rule; the longest sensible one names 366 days of the year."""

EXAMPLE = "FREQ=WEEKLY;BYDAY=FR"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)


class Frequency(StrEnum):
    YEARLY = "YEARLY"
    MONTHLY = "MONTHLY"
    WEEKLY = "WEEKLY"
    DAILY = "DAILY"
    HOURLY = "HOURLY"


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE. An empty tuple says nothing of its kind; numbers are as RFC 5545 3.3.10 has them."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    """A date, a naive wall time or an aware UTC moment, as it was written; it may itself be an occurrence."""
    months: tuple[int, ...] = ()
    week_numbers: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    days: tuple[tuple[int, int], ...] = ()
    """Ordinal (0: every one) and weekday (0 is Monday)."""
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0


def parse(text: str) -> Rule:
    """The rule that an RRULE value spells. Raises Refused for what is none, or repeats below the hour."""
    if len(text) > LENGTH_MOST:
        raise Refused(
            N_("A rule for repeating can have {limit} characters; this one has {length}. Try {example}."),
            limit=LENGTH_MOST,
            length=len(text),
            example=EXAMPLE,
        )
    parts: dict[str, str] = {}
    for part in "".join(text.upper().split()).removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if part and (name in parts or name not in _PARTS or not value):
            raise _unreadable(text)
        parts[name] = value
    parts.pop("", None)
    if parts.pop("RSCALE", "GREGORIAN") != "GREGORIAN" or parts.pop("SKIP", "OMIT") != "OMIT":
        raise _unreadable(text)  # RFC 7529: other calendars than ours
    if parts.get("FREQ") in ("MINUTELY", "SECONDLY"):
        raise Refused(
            N_("It repeats every minute or second. The shortest is by the hour: FREQ=HOURLY. Try {example}."),
            example=EXAMPLE,
        )
    try:
        return _rule(parts)
    except ValueError:
        raise _unreadable(text) from None


def spell(rule: Rule) -> str:
    """The RRULE value of `rule`, always spelled the same way."""
    days = tuple(f"{ordinal or ''}{WEEKDAYS[weekday]}" for ordinal, weekday in rule.days)
    parts: tuple[tuple[str, Sequence[object]], ...] = (
        ("FREQ", (rule.frequency.value,)),
        ("INTERVAL", () if rule.interval == 1 else (rule.interval,)),
        ("COUNT", () if rule.count is None else (rule.count,)),
        ("UNTIL", () if rule.until is None else (_spell_until(rule.until),)),
        ("BYMONTH", rule.months),
        ("BYWEEKNO", rule.week_numbers),
        ("BYYEARDAY", rule.year_days),
        ("BYMONTHDAY", rule.month_days),
        ("BYDAY", days),
        ("BYHOUR", rule.hours),
        ("BYMINUTE", rule.minutes),
        ("BYSECOND", rule.seconds),
        ("BYSETPOS", rule.positions),
        ("WKST", (WEEKDAYS[rule.week_start],) if rule.week_start else ()),
    )
    return ";".join(f"{name}={','.join(map(str, values))}" for name, values in parts if values)


def walls(rule: Rule, starts: datetime, *, since: datetime, before: datetime) -> Iterator[datetime]:
    """The wall times at which the rule has the event start, from `since` on and before `before`, in order.

    `starts` is the first whether the rule fits it or not, and counts as one (RFC 5545 3.3.10, COUNT).
    UNTIL is left to the caller, who knows the zone. The cost grows with the stretch and, for rules with COUNT
    alone, with how long ago the event began.
    """
    if since <= starts < before:
        yield starts
    number = 1
    for wall in matches(rule, starts, since=starts if rule.count else max(since, starts), before=before):
        if wall <= starts:
            continue
        number += 1
        if wall >= before or (rule.count and number > rule.count):
            return
        if wall >= since:
            yield wall


def matches(rule: Rule, starts: datetime, *, since: datetime, before: datetime) -> Iterator[datetime]:
    """The wall times that fit the rule, whatever COUNT and UNTIL say; some may lie before `since`."""
    if rule.frequency is Frequency.HOURLY:
        yield from _hourly(rule, starts, since, before)
        return
    fits = _day_test(rule, starts)
    times = _times(rule, rule.hours or (starts.hour,), starts)
    for first, last in _periods(rule, starts, since, before):
        days = (day for day in _days(first, last, rule.months) if fits(day))
        yield from _at_positions(rule, (datetime.combine(day, at) for day in days for at in times))


def _hourly(rule: Rule, starts: datetime, since: datetime, before: datetime) -> Iterator[datetime]:
    fits = _day_test(rule, starts)
    day = since.date()
    while day <= before.date():
        if fits(day):
            passed = (day - starts.date()).days * 24 - starts.hour
            for hour in range(-passed % rule.interval, 24, rule.interval):
                if not rule.hours or hour in rule.hours:
                    times = _times(rule, (hour,), starts)
                    yield from _at_positions(rule, (datetime.combine(day, at) for at in times))
        day += DAY


def _periods(rule: Rule, starts: datetime, since: datetime, before: datetime) -> Iterator[tuple[date, date]]:
    """The first and last day of each stretch the rule looks at, from the one with `since` on."""
    step = rule.interval
    match rule.frequency:
        case Frequency.YEARLY:
            year = starts.year + (since.year - starts.year) // step * step
            for each in range(year, before.year + 1, step):
                yield date(each, 1, 1), date(each, 12, 31)
        case Frequency.MONTHLY:
            begin = starts.year * 12 + starts.month - 1
            month = begin + (since.year * 12 + since.month - 1 - begin) // step * step
            for each in range(month, before.year * 12 + before.month, step):
                year, index = divmod(each, 12)
                yield date(year, index + 1, 1), date(year, index + 1, monthrange(year, index + 1)[1])
        case _:
            length = 7 if rule.frequency is Frequency.WEEKLY else 1
            begin = starts.toordinal()
            if length == 7:
                begin -= (starts.weekday() - rule.week_start) % 7
            jump = length * step
            day = begin + (since.toordinal() - begin) // jump * jump
            for each in range(day, before.toordinal() + 1, jump):
                end = min(each + length - 1, date.max.toordinal())
                yield date.fromordinal(max(each, 1)), date.fromordinal(end)


def _days(first: date, last: date, months: tuple[int, ...]) -> Iterator[date]:
    day, end = first.toordinal(), last.toordinal()
    while day <= end:
        each = date.fromordinal(day)
        if months and each.month not in months:
            day += monthrange(each.year, each.month)[1] - each.day + 1
            continue
        yield each
        day += 1


def _times(rule: Rule, hours: Sequence[int], starts: datetime) -> list[time]:
    minutes, seconds = rule.minutes or (starts.minute,), rule.seconds or (starts.second,)
    return [time(hour, minute, second) for hour in hours for minute in minutes for second in seconds]


def _at_positions(rule: Rule, found: Iterator[datetime]) -> Iterator[datetime]:
    if not rule.positions:
        yield from found
        return
    every = list(found)
    indexes = {at - 1 if at > 0 else len(every) + at for at in rule.positions}
    yield from (every[index] for index in sorted(indexes) if 0 <= index < len(every))


def _day_test(rule: Rule, starts: datetime) -> Callable[[date], bool]:
    """What a day must be like: what the rule says, and what it leaves to the start (RFC 5545 3.3.10)."""
    months, month_days, days = rule.months, rule.month_days, rule.days
    if not (rule.year_days or month_days or days):
        if rule.week_numbers or rule.frequency is Frequency.WEEKLY:
            days = ((0, starts.weekday()),)
        elif rule.frequency is Frequency.YEARLY:
            months, month_days = months or (starts.month,), (starts.day,)
        elif rule.frequency is Frequency.MONTHLY:
            month_days = (starts.day,)
    in_month = rule.frequency is Frequency.MONTHLY or bool(rule.months)
    if rule.frequency not in (Frequency.MONTHLY, Frequency.YEARLY):
        days = tuple((0, weekday) for _, weekday in days)  # ordinals mean nothing there; some calendars write them

    def fits(day: date) -> bool:
        return (
            (not months or day.month in months)
            and (not month_days or _is_month_day(day, month_days))
            and (not days or _is_weekday(day, days, in_month))
            and (not rule.year_days or _is_year_day(day, rule.year_days))
            and (not rule.week_numbers or _is_week(day, rule.week_numbers, rule.week_start))
        )

    return fits


def _is_month_day(day: date, wanted: tuple[int, ...]) -> bool:
    return day.day in wanted or day.day - monthrange(day.year, day.month)[1] - 1 in wanted


def _is_year_day(day: date, wanted: tuple[int, ...]) -> bool:
    number = day.timetuple().tm_yday
    return number in wanted or number - _year_length(day.year) - 1 in wanted


def _is_weekday(day: date, wanted: tuple[tuple[int, int], ...], in_month: bool) -> bool:
    weekday = day.weekday()
    for ordinal, each in wanted:
        if each == weekday:
            if ordinal == 0:
                return True
            if in_month:
                number, length = day.day, monthrange(day.year, day.month)[1]
            else:
                number, length = day.timetuple().tm_yday, _year_length(day.year)
            if ordinal in ((number - 1) // 7 + 1, -((length - number) // 7) - 1):
                return True
    return False


def _is_week(day: date, wanted: tuple[int, ...], week_start: int) -> bool:
    """By ISO 8601's count, weeks beginning at `week_start`: week 1 has four days or more in the year."""
    middle = day.toordinal() - (day.weekday() - week_start) % 7 + 3
    if not 1 <= middle <= date.max.toordinal():
        return False
    fourth = date.fromordinal(middle)
    number = (fourth.timetuple().tm_yday - 1) // 7 + 1
    weeks = number + (_year_length(fourth.year) - fourth.timetuple().tm_yday) // 7
    return number in wanted or number - weeks - 1 in wanted


def _year_length(year: int) -> int:
    return 366 if isleap(year) else 365


_BY_PARTS = "MONTH", "WEEKNO", "YEARDAY", "MONTHDAY", "DAY", "HOUR", "MINUTE", "SECOND", "SETPOS"
_PARTS = frozenset(
    {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "RSCALE", "SKIP", *(f"BY{part}" for part in _BY_PARTS)}
)
_UNTIL = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?")
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?\d{1,4}")


def _rule(parts: dict[str, str]) -> Rule:
    """Raises ValueError for what no rule may say."""

    def numbers(name: str, low: int, high: int, *, signed: bool = False) -> tuple[int, ...]:
        found = {_number(each) for each in parts[name].split(",")} if name in parts else set()
        if any(not (low <= (abs(each) if signed else each) <= high) for each in found):
            raise ValueError(name)
        return tuple(sorted(found))

    return Rule(
        frequency=Frequency(parts.get("FREQ", "")),
        interval=_positive(parts.get("INTERVAL", "1")),
        count=_positive(parts["COUNT"]) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        months=numbers("BYMONTH", 1, 12),
        week_numbers=numbers("BYWEEKNO", 1, 53, signed=True),
        year_days=numbers("BYYEARDAY", 1, 366, signed=True),
        month_days=numbers("BYMONTHDAY", 1, 31, signed=True),
        days=tuple(sorted({_day(each) for each in parts["BYDAY"].split(",")})) if "BYDAY" in parts else (),
        hours=numbers("BYHOUR", 0, 23),
        minutes=numbers("BYMINUTE", 0, 59),
        seconds=tuple(sorted({min(each, 59) for each in numbers("BYSECOND", 0, 60)})),  # no clock here has a 60
        positions=numbers("BYSETPOS", 1, 366, signed=True),
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
    )


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or not text.isascii():
        raise ValueError(text)
    return int(text)


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    if number < 1:
        raise ValueError(text)
    return number


def _day(text: str) -> tuple[int, int]:
    found = _DAY.fullmatch(text)
    ordinal = int(found[1] or 0) if found else 54
    if found is None or abs(ordinal) > 53:
        raise ValueError(text)
    return ordinal, WEEKDAYS.index(found[2])


def _until(text: str) -> date | datetime:
    found = _UNTIL.fullmatch(text)
    if found is None or not text.isascii():
        raise ValueError(text)
    year, month, day = int(found[1]), int(found[2]), int(found[3])
    if found[4] is None:
        return date(year, month, day)
    zone = UTC if found[7] else None
    return datetime(year, month, day, int(found[4]), int(found[5]), min(int(found[6]), 59), tzinfo=zone)


def _spell_until(until: date | datetime) -> str:
    if not isinstance(until, datetime):
        return f"{until:%Y%m%d}".zfill(8)
    return f"{until:%Y%m%dT%H%M%S}".zfill(15) + ("Z" if until.tzinfo else "")


def _unreadable(text: str) -> Refused:
    return Refused(
        N_("“{rule}” is not a rule for repeating as calendars write it (RFC 5545). Try {example}."),
        rule=text[:100],
        example=EXAMPLE,
    )
