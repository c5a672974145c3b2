"""When an event takes place: its series laid out as slots, on the wall first, as moments last."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import chain, islice
from zoneinfo import ZoneInfo

from bot.domain.events import HORIZON, Change, Slot, Status, Timing
from bot.domain.rules import EXAMPLE, Frequency, Rule, matches, parse, spell, walls
from bot.domain.walls import instant
from bot.errors import Refused
from bot.i18n import N_

OFTEN = 1_000
"""How often an event may take place within the horizon of a year: nearly three times a day."""

LOOK_AHEAD = timedelta(days=366 * 40)
"""What takes place once in this time comes round; all that leap years and weekdays allow does (28 years, 40
around 2100)."""

_SLACK = timedelta(days=2)
"""More than any two walls differ, so that a stretch in UTC covers its walls in every zone."""


def check_rule(rrule: str, starts: datetime, *, is_all_day: bool = False) -> str:
    """The RRULE value `rrule` of an event that starts at the wall time `starts`, spelled the one way we keep.

    An all-day event has no times of day, so those parts go (RFC 5545 3.3.10). Raises Refused for what is no
    rule, never comes round, or comes more than 1,000 times a year.
    """
    rule = parse(rrule)
    if is_all_day:
        if rule.frequency is Frequency.HOURLY:
            raise Refused(
                N_("It lasts all day but repeats by the hour. Let it repeat by the day: {example}."),
                example="FREQ=DAILY",
            )
        rule = _without_times(rule)
    found = matches(rule, starts, since=starts, before=_later(starts, LOOK_AHEAD))
    if not any(wall >= starts for wall in found):
        raise Refused(
            N_("It would never take place: no day fits “{rule}”. Try {example}."),
            rule=spell(rule),
            example=EXAMPLE,
        )
    if _is_too_often(rule, starts):
        raise Refused(
            N_("It takes place too often: at most {limit} times a year is possible. Try {example}."),
            limit=OFTEN,
            example=EXAMPLE,
        )
    return spell(rule)


def lay_out(timing: Timing, changes: Sequence[Change], *, since: datetime, until: datetime) -> tuple[Slot, ...]:
    """Each time the event takes place that ends after `since` and starts before `until`, in order.

    Both are aware UTC. A single event gives its one slot whatever they are; a series whose next time lies
    beyond `until` gives that one as well; a series that is over gives none. `timing.rrule` has passed
    `check_rule`.

    The first start always belongs to the series (RFC 5545 3.8.5.3). A change whose original the rule does not
    give is a time of its own: series are cut short around changes that stay. Each time ends as much later *on
    the wall* as the first, so that a night from 22:00 to 06:00 is one when clocks change too (the RFC's exact
    duration would end it at 05:00 or 07:00).
    """
    changed = {change.original: change for change in changes}
    if not timing.rrule and not timing.extra and changed.keys() <= {timing.starts}:
        return () if _is_left_out(timing, changed) else (_slot(timing, timing.starts, changed.get(timing.starts)),)
    series = _Series(timing, changed)
    length = max(timing.ends - timing.starts, timedelta())
    zone = ZoneInfo(timing.zone)
    first = _earlier(since.astimezone(zone).replace(tzinfo=None), length + _SLACK)
    last = _later(until.astimezone(zone).replace(tzinfo=None), _SLACK)
    slots = [
        slot
        for slot in chain((_slot(timing, wall) for wall in series.walls(first, last)), series.changes())
        if slot.ends > since and slot.starts < until
    ]
    if all(slot.status is Status.CANCELLED for slot in slots):
        end = _later(max(last, timing.starts), LOOK_AHEAD)
        later = (_slot(timing, wall) for wall in series.walls(_earlier(last, 2 * _SLACK), end))
        following = next((slot for slot in later if slot.starts >= until), None)
        moved = [slot for slot in series.changes() if slot.starts >= until and slot.status is Status.SCHEDULED]
        coming = [*moved, following] if following else moved
        slots.extend(sorted(coming, key=_when)[:1])
    return tuple(sorted(slots, key=_when))


def is_over(wall: datetime, until: date | datetime | None, zone: str) -> bool:
    """Whether a start lies after UNTIL, in whichever of its three forms (RFC 5545 3.3.10)."""
    if until is None:
        return False
    if not isinstance(until, datetime):
        return wall.date() > until
    return wall > until if until.tzinfo is None else instant(wall, zone) > until


class _Series:
    """The times of one series, on the wall."""

    __slots__ = ("_changed", "_left_out", "_rule", "_timing")

    def __init__(self, timing: Timing, changed: Mapping[datetime, Change]) -> None:
        self._timing = timing
        self._changed = changed
        self._left_out = frozenset(timing.without) | changed.keys()
        self._rule = parse(timing.rrule) if timing.rrule else None
        if self._rule and timing.is_all_day:
            self._rule = _without_times(self._rule)

    def walls(self, since: datetime, before: datetime) -> Iterator[datetime]:
        """Starts from `since` on and before `before`, each once, without what is left out or changed."""
        extra = sorted(wall for wall in {*self._timing.extra} if since <= wall < before)
        previous = None
        for wall in merge(self._ruled(since, before), extra):
            if wall != previous and wall not in self._left_out:
                yield wall
            previous = wall

    def changes(self) -> Iterator[Slot]:
        """The changed times, wherever they lie."""
        for original, change in self._changed.items():
            yield _slot(self._timing, original, change)

    def _ruled(self, since: datetime, before: datetime) -> Iterator[datetime]:
        starts = self._timing.starts
        if self._rule is None:
            if since <= starts < before:
                yield starts
            return
        for wall in walls(self._rule, starts, since=since, before=before):
            if is_over(wall, self._rule.until, self._timing.zone):
                return
            yield wall


def _slot(timing: Timing, original: datetime, change: Change | None = None) -> Slot:
    wall = change.starts if change and change.starts else original
    end = change.ends if change and change.ends else wall + (timing.ends - timing.starts)
    starts, ends = instant(wall, timing.zone), instant(end, timing.zone)
    if ends < starts:  # it starts in an hour that a clock change skips, so it starts later and keeps its length
        ends = starts + max(end - wall, timedelta())
    if change is None:
        return Slot(original, starts, ends)
    status = Status.CANCELLED if change.is_cancelled else Status.SCHEDULED
    return Slot(original, starts, ends, status, change.details)


def _is_left_out(timing: Timing, changed: Mapping[datetime, Change]) -> bool:
    return timing.starts in timing.without and timing.starts not in changed


def _without_times(rule: Rule) -> Rule:
    return replace(rule, hours=(), minutes=(), seconds=())


def _when(slot: Slot) -> tuple[datetime, datetime]:
    return slot.starts, slot.original


def _is_too_often(rule: Rule, starts: datetime) -> bool:
    times = max(len(rule.hours), 1) * max(len(rule.minutes), 1) * max(len(rule.seconds), 1)
    if times * HORIZON.days <= OFTEN and rule.frequency is not Frequency.HOURLY:
        return False
    if times > OFTEN:
        return True
    last: deque[datetime] = deque(maxlen=OFTEN)
    for wall in islice(matches(rule, starts, since=starts, before=_later(starts, LOOK_AHEAD)), 3 * OFTEN):
        if len(last) == OFTEN and wall - last[0] < HORIZON:
            return True
        last.append(wall)
    return False


def _later(wall: datetime, by: timedelta) -> datetime:
    try:
        return wall + by
    except OverflowError:
        return datetime.fromisoformat("9999-12-31")


def _earlier(wall: datetime, by: timedelta) -> datetime:
    try:
        return wall - by
    except OverflowError:
        return datetime.fromisoformat("0001-01-01")
