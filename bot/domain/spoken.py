"""Rules, cadences, lead times and quiet hours in the words of whoever reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from bot.domain.cadences import Cadence, Unit
from bot.domain.moments import INSTANT
from bot.domain.patterns import Pattern
from bot.domain.quiet import Quiet
from bot.domain.rules import Frequency, Rule, parse
from bot.i18n import N_, Words

WORKDAYS = tuple((0, weekday) for weekday in range(5))

_NTH = {
    1: N_("on the first {day}"),
    2: N_("on the second {day}"),
    3: N_("on the third {day}"),
    4: N_("on the fourth {day}"),
    5: N_("on the fifth {day}"),
    -1: N_("on the last {day}"),
}


def rule_words(rrule: str, say: Words) -> str:
    """An RRULE as people say it: "every 2 weeks on Friday"; what is rarer by its frequency alone; "" for none."""
    if not rrule:
        return ""
    rule = parse(rrule)
    match rule.frequency:
        case Frequency.HOURLY:
            return say(N_("several times"))
        case Frequency.DAILY:
            return say.many("every day", "every {count} days", rule.interval)
        case Frequency.WEEKLY:
            return _weekly(rule, say)
        case Frequency.MONTHLY:
            return _monthly(rule, say)
        case Frequency.YEARLY:
            return _yearly(rule, say)
        case _:
            assert_never(rule.frequency)


def series_words(rrule: str, say: Words) -> str:
    """As `rule_words`, and when it ends: "every Friday until Wednesday, June 30, 2027", "every week, 10 times"."""
    words = rule_words(rrule, say)
    rule = parse(rrule) if rrule else None
    if rule is None:
        return ""
    if rule.count is not None:
        return say.many("{rule}, {count} time", "{rule}, {count} times", rule.count, rule=words)
    if rule.until is None:
        return words
    last = rule.until.date() if isinstance(rule.until, datetime) else rule.until
    return say(N_("{rule} until {day}"), rule=words, day=say.day(last))


def pattern_words(pattern: Pattern, say: Words) -> str:
    """When, with its zone: "every Monday, 9:00 AM (Europe/Berlin, CET), first on Monday, November 30, 2026".

    Once it is the moment alone, in the pattern's own zone or, for what is so long from now, the reader's.
    """
    zone = ZoneInfo(pattern.start.zone)
    first = pattern.start.instant().astimezone(zone)
    if not pattern.rrule:
        return say.moment(first, say.zone if pattern.start.zone == INSTANT else zone)
    return say(
        N_("{rule}, {time} ({zone}), first on {day}"),
        rule=rule_words(pattern.rrule, say),
        time=_clock(pattern.start.wall.time(), say),
        zone=say.zone_name(first),
        day=say.day(pattern.start.wall.date()),
    )


def cadence_words(cadence: Cadence, say: Words) -> str:
    """ "every 6 weeks" """
    match cadence.unit:
        case Unit.DAYS:
            return say.many("every day", "every {count} days", cadence.count)
        case Unit.WEEKS:
            return say.many("every week", "every {count} weeks", cadence.count)
        case Unit.MONTHS:
            return say.many("every month", "every {count} months", cadence.count)
        case Unit.YEARS:
            return say.many("every year", "every {count} years", cadence.count)
        case _:
            assert_never(cadence.unit)


def leads_words(leads: Sequence[timedelta], say: Words) -> str:
    """ "1 day and 2 hours"; "none" without any."""
    return say.listed([lead_words(lead, say) for lead in leads]) if leads else say(N_("none"))


def lead_words(lead: timedelta, say: Words) -> str:
    """A length in the largest unit that it is whole in: "2 weeks", "90 minutes"."""
    minutes = lead // timedelta(minutes=1)
    if minutes and not minutes % (7 * 24 * 60):
        return say.many("{count} week", "{count} weeks", minutes // (7 * 24 * 60))
    if minutes and not minutes % (24 * 60):
        return say.many("{count} day", "{count} days", minutes // (24 * 60))
    if minutes and not minutes % 60:
        return say.many("{count} hour", "{count} hours", minutes // 60)
    return say.many("{count} minute", "{count} minutes", minutes)


def quiet_words(quiet: Quiet | None, say: Words) -> str:
    """ "10:00 PM to 8:00 AM"; "off" for none."""
    if quiet is None:
        return say(N_("off"))
    return say(N_("{start} to {end}"), start=_clock(quiet.start, say), end=_clock(quiet.end, say))


def _weekly(rule: Rule, say: Words) -> str:
    if not rule.days:
        return say.many("every week", "every {count} weeks", rule.interval)
    days = say.listed([_weekday(weekday, say) for _, weekday in rule.days])
    if rule.interval > 1:
        return say.many("every {count} week on {days}", "every {count} weeks on {days}", rule.interval, days=days)
    if rule.days == WORKDAYS:
        return say(N_("every weekday"))
    if len(rule.days) == 7:
        return say.many("every day", "every {count} days", 1)
    return say(N_("every {day}"), day=days)


def _monthly(rule: Rule, say: Words) -> str:
    on = _on(rule, say)
    if not on:
        return say.many("every month", "every {count} months", rule.interval)
    if rule.interval == 1:
        return say(N_("{on} of every month"), on=on)
    return say.many("every {count} month {on}", "every {count} months {on}", rule.interval, on=on)


def _yearly(rule: Rule, say: Words) -> str:
    every = say.many("every year", "every {count} years", rule.interval)
    is_date = len(rule.months) == len(rule.month_days) == 1 and not (rule.days or rule.positions)
    if not is_date:
        return every
    [month], [day] = rule.months, rule.month_days
    if day > 0:
        named = format_skeleton("MMMMd", date(2024, month, day), locale=say.locale)
        return say(N_("{every} on {date}"), every=every, date=named)
    if day == -1:
        # not "LLLL": once somebody read Japanese, Babel has that month standing alone for every language
        name = format_date(date(2024, month, 1), "MMMM", locale=say.locale)
        return say(N_("{every} on the last day of {month}"), every=every, month=name)
    return every


def _on(rule: Rule, say: Words) -> str:
    """Which days of a month; "" for what has no short words."""
    if rule.months or rule.year_days or rule.week_numbers:
        return ""
    days = rule.month_days
    if rule.days:
        [(nth, weekday), *others] = rule.days
        is_one = nth in _NTH and not (others or days or rule.positions)
        return say(_NTH[nth], day=_weekday(weekday, say)) if is_one else ""
    if rule.positions:
        # the 30th, or the last day of a shorter month
        days = days[-1:] if rule.positions == (-1,) and days == tuple(range(28, days[-1] + 1)) else ()
    if days == (-1,):
        return say(N_("on the last day"))
    if not days or days[0] < 1:
        return ""
    return say(N_("on the {days}"), days=say.listed([_nth(day, say) for day in days]))


def _nth(day: int, say: Words) -> str:
    """ "1st"; "1." where the language is not English."""
    if say.locale.language != "en":
        return f"{day}."
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}th" if day in (11, 12, 13) else f"{day}{ending}"


def _weekday(weekday: int, say: Words) -> str:
    return format_date(date(2024, 1, 1 + weekday), "EEEE", locale=say.locale)  # 1 January 2024 was a Monday


def _clock(at: time, say: Words) -> str:
    return format_time(at, "short", locale=say.locale).replace("\u202f", " ")
