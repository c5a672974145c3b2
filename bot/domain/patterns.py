"""When something is to be told: once, or again and again at the same time of day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from bot.domain.moments import YEARS, Moment
from bot.domain.rules import Frequency, Rule, parse, walls
from bot.domain.walls import instant
from bot.i18n import N_, Words

_SLACK = timedelta(days=2)
"""More than the walls of any two zones differ."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A wall time in a zone; with `rrule` (an RFC 5545 RRULE value) the first of many."""

    start: Moment
    rrule: str = ""

    def next_after(self, moment: datetime) -> datetime | None:
        """The first time after `moment` (both aware UTC), None when there is none.

        A time that the clocks skip moves forward by the gap, one that they repeat is its first (`bot.domain.walls`).
        """
        if not self.rrule:
            first = self.start.instant()
            return first if first > moment else None
        local = moment.astimezone(ZoneInfo(self.start.zone)).replace(tzinfo=None)
        since = max(self.start.wall, local - _SLACK)
        before = datetime.combine(date(YEARS.stop - 1, 1, 1), time())
        found = (
            instant(wall, self.start.zone)
            for wall in walls(parse(self.rrule), self.start.wall, since=since, before=before)
        )
        return next((at for at in found if at > moment), None)

    def moved_to(self, zone: str) -> Pattern:
        """The same times of day on the walls of another zone (IANA)."""
        return replace(self, start=Moment(self.start.wall, zone))


def repeats(rrule: str, say: Words) -> str:
    """A rule as people say it, "" for none: the common ones whole, others as often as they come."""
    if not rrule:
        return ""
    rule = parse(rrule)
    often = _often(rule, say)
    on = _on(rule, say)
    return say(N_("{often} {on}"), often=often, on=on) if on else often


def _often(rule: Rule, say: Words) -> str:
    count = rule.interval
    match rule.frequency:
        case Frequency.DAILY:
            return say.many("every day", "every {count} days", count)
        case Frequency.WEEKLY:
            return say.many("every week", "every {count} weeks", count)
        case Frequency.MONTHLY:
            return say.many("every month", "every {count} months", count)
        case Frequency.YEARLY:
            return say.many("every year", "every {count} years", count)
        case Frequency.HOURLY:
            return say(N_("several times"))


_NTH = {
    1: N_("the first {weekday}"),
    2: N_("the second {weekday}"),
    3: N_("the third {weekday}"),
    4: N_("the fourth {weekday}"),
    5: N_("the fifth {weekday}"),
    -1: N_("the last {weekday}"),
}


def _on(rule: Rule, say: Words) -> str:
    """Which days, where they are of the kinds that people have words for."""
    names = say.locale.days["format"]["wide"]
    if rule.days and all(nth in _NTH or not nth for nth, _ in rule.days) and not rule.positions:
        listed = [say(_NTH[nth], weekday=names[day]) if nth else names[day] for nth, day in rule.days]
        return say(N_("on {days}"), days=say.listed(listed))
    if len(rule.months) == 1 and len(rule.month_days) == 1 and rule.month_days[0] > 0:
        day = date(2024, rule.months[0], rule.month_days[0])  # a leap year has every day
        return say(N_("on {days}"), days=format_skeleton("MMMMd", datetime.combine(day, time()), locale=say.locale))
    if rule.month_days == (-1,):
        return say(N_("on its last day"))
    if rule.month_days and not rule.months and min(rule.month_days) > 0:
        return say(N_("on day {days}"), days=say.listed([say.number(each) for each in rule.month_days]))
    return ""
