"""When something is due: once, or again and again at the same time on the wall."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain import walls
from bot.domain.moments import Moment
from bot.domain.recurrence import LOOK_AHEAD, is_over
from bot.domain.rules import Frequency, Rule, parse
from bot.domain.rules import walls as ruled

_SLACK = timedelta(days=2)
"""More than a change of the clocks moves a wall time: Samoa once skipped a whole day."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """The first time, and the RRULE by which it comes again; "" for once.

    It comes at most once a day. Raises ValueError for a rule that repeats by the hour or names times of day, and
    Refused for what is no rule.
    """

    start: Moment
    rrule: str = ""

    def __post_init__(self) -> None:
        if self.rrule and _has_times(parse(self.rrule)):
            raise ValueError(f"{self.rrule} comes more than once a day")

    @property
    def is_repeating(self) -> bool:
        return bool(self.rrule)


@dataclass(frozen=True, slots=True)
class Repeating:
    """How an event comes again: an RRULE that `recurrence.check_rule` let pass, "" for once."""

    rrule: str
    is_spelled: bool = False
    """It was said as the rule it is, as calendars do, not in words."""


def next_after(pattern: Pattern, instant: datetime) -> datetime | None:
    """The first time of `pattern` after the aware `instant`, in UTC; None when there is none.

    It keeps the time on the wall: one that a clock change skips moves forward by the gap, one that comes twice is
    the first of the two (`bot.domain.walls`). The cost is that of one step, however long ago it began.
    """
    start = pattern.start
    if not pattern.rrule:
        once = start.instant()
        return once if once > instant else None
    rule = parse(pattern.rrule)
    since = max(start.wall, instant.astimezone(ZoneInfo(start.zone)).replace(tzinfo=None) - _SLACK)
    for wall in ruled(rule, start.wall, since=since, before=since + LOOK_AHEAD):
        if is_over(wall, rule.until, start.zone):
            return None
        at = walls.instant(wall, start.zone)
        if at > instant:
            return at
    return None


def _has_times(rule: Rule) -> bool:
    return rule.frequency is Frequency.HOURLY or bool(rule.hours or rule.minutes or rule.seconds)
