"""Series that are edited: as a whole, or from one time on, when they become two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.events import Change, Details, Edit, NewEvent, Timing
from bot.domain.recurrence import LOOK_AHEAD, check_rule, is_over
from bot.domain.rules import Frequency, Rule, matches, parse, spell, walls
from bot.domain.walls import instant
from bot.errors import Refused
from bot.i18n import N_


@dataclass(frozen=True, slots=True)
class Time:
    """One time of a series as it stood when somebody edited it. Moments are aware, `original` is on the wall."""

    original: datetime
    details: Details
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Edited:
    """A series after an edit. Every time of it has its original start `shift` later, on the wall."""

    event: NewEvent
    shift: timedelta
    names: frozenset[str]
    """The `Details` fields that changed."""


def names_changed(was: Details, now_: Details) -> frozenset[str]:
    """The names of the fields in which these differ."""
    return frozenset(each.name for each in fields(Details) if getattr(was, each.name) != getattr(now_, each.name))


def edited(event: NewEvent, chosen: Time, edit: Edit) -> Edited:
    """`event` when what `edit` changed about `chosen` is changed about all its times.

    A time that was moved by itself stays where it is, and keeps what is said of it alone. Raises Refused where the rule
    cannot be moved to other days, and for a new one as `repeated`.
    """
    names = names_changed(chosen.details, edit.details)
    values = {name: getattr(edit.details, name) for name in names}
    details = replace(event.details, **values)
    old = event.timing
    timing, shift, is_moved = _timing(old, chosen, edit)
    changes: list[Change] = []
    for each in event.changes:
        is_chosen = each.original == chosen.original
        said = _said(each, event.details, values, details, is_chosen=is_chosen)
        changed = _shifted(each, shift, old, timing, said)
        if is_chosen and is_moved:  # it is where the series has it now
            changed = replace(changed, starts=None, ends=None)
        elif is_chosen and changed.starts is not None:
            ends = edit.ends.astimezone(ZoneInfo(timing.zone)).replace(tzinfo=None, fold=0)
            changed = replace(changed, ends=ends)
        changes.append(changed)
    moved = replace(event, details=details, timing=timing, changes=tuple(changes))
    if edit.rrule is not None:
        moved = repeated(moved, edit.rrule, chosen.original + shift)
    return Edited(moved, shift, names)


def split(event: NewEvent, original: datetime) -> tuple[NewEvent, NewEvent] | None:
    """The series until the time with that original start, and from it on; None where that is its first."""
    timing = event.timing
    rule = parse(timing.rrule) if timing.rrule else None
    before = _walls(rule, timing, before=original)
    earlier = [*before, *(each for each in timing.extra if each < original), *(c.original for c in event.changes)]
    if not any(each < original for each in earlier):
        return None
    length = timing.ends - timing.starts
    starts, left = original, None
    if rule is not None:
        late = _walls(rule, timing, since=original, before=original + LOOK_AHEAD, most=1)
        starts = late[0] if late else original
        left = replace(rule, count=rule.count - len(before)) if late and rule.count else rule if late else None
    cut = "" if rule is None else spell(replace(rule, count=None, until=_until(original, timing)))
    old = replace(
        timing,
        rrule=cut,
        extra=tuple(each for each in timing.extra if each < original),
        without=tuple(each for each in timing.without if each < original),
    )
    new = replace(
        timing,
        starts=starts,
        ends=starts + length,
        rrule=spell(left) if left else "",
        extra=tuple(sorted({each for each in (*timing.extra, original) if each >= original} - {starts})),
        without=tuple(each for each in timing.without if each >= original),
    )
    return (
        replace(event, timing=old, changes=tuple(each for each in event.changes if each.original < original)),
        replace(event, timing=new, changes=tuple(each for each in event.changes if each.original >= original)),
    )


def repeated(event: NewEvent, rrule: str, original: datetime) -> NewEvent:
    """`event` when it comes again as `rrule` says or, where that is "", only at the time that has this original
    start, wherever that was moved to by itself.

    What is said of single times stays for those that the rule still gives. Raises Refused for a rule that never comes
    round, or too often.
    """
    timing = event.timing
    if not rrule:
        ends = original + (timing.ends - timing.starts)
        once = replace(timing, starts=original, ends=ends, rrule="", extra=(), without=())
        return replace(event, timing=once, changes=tuple(each for each in event.changes if each.original == original))
    rule = check_rule(rrule, timing.starts, is_all_day=timing.is_all_day)
    first = _first(parse(rule), timing)
    new = replace(timing, starts=first, ends=first + (timing.ends - timing.starts), rrule=rule, extra=(), without=())
    last = max((each.original for each in event.changes), default=timing.starts)
    given = {first, *_walls(parse(rule), new, before=last + timedelta(days=1))}
    return replace(event, timing=new, changes=tuple(each for each in event.changes if each.original in given))


# --- when it is ----------------------------------------------------------------------------------------------


def _timing(old: Timing, chosen: Time, edit: Edit) -> tuple[Timing, timedelta, bool]:
    """The timing, by how much all starts shift on the wall, and whether the start was edited at all."""
    zone = edit.zone or old.zone
    starts, ends = (each.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) for each in (edit.starts, edit.ends))
    is_moved = edit.starts != chosen.starts or zone != old.zone
    shift = starts - chosen.original if is_moved else timedelta()
    length = old.ends - old.starts
    if edit.ends - edit.starts != chosen.ends - chosen.starts:
        length = ends - starts
    if not shift and length == old.ends - old.starts and zone == old.zone:
        return old, shift, is_moved
    first = old.starts + shift
    days = (chosen.original + shift).date() - chosen.original.date()
    rule = edit.rrule
    if rule is None:
        rule = _moved(old, shift, days.days) if old.rrule else ""
    timing = Timing(
        first,
        first + length,
        zone,
        is_all_day=old.is_all_day and first.time() == time() and not length % timedelta(days=1),
        rrule=check_rule(rule, first) if rule and shift else rule,
        extra=tuple(each + shift for each in old.extra),
        without=tuple(each + shift for each in old.without),
    )
    return timing, shift, is_moved


def _moved(timing: Timing, shift: timedelta, days: int) -> str:
    """The rule of a series whose times all come `shift` later, on a day so many `days` later."""
    rule = parse(timing.rrule)
    has_times = rule.hours or rule.minutes or rule.seconds
    parts = (rule.months, rule.week_numbers, rule.year_days, rule.month_days, rule.positions)
    is_weekly = rule.frequency is Frequency.WEEKLY and not any(parts)
    turns = is_weekly and (rule.interval == 1 or len(rule.days) == 1)
    if (has_times and shift != timedelta(days=days)) or (days and not turns and (any(parts) or rule.days)):
        raise Refused(
            N_(
                "When this takes place follows from a rule that cannot be moved like this. Move one time of it only, "
                "or say how it repeats from now on."
            ),
            param="when",
        )
    turned = tuple(sorted((ordinal, (day + days) % 7) for ordinal, day in rule.days)) if days else rule.days
    return spell(replace(rule, days=turned, until=_later(rule.until, shift, days, timing.zone)))


def _later(until: date | datetime | None, shift: timedelta, days: int, zone: str) -> date | datetime | None:
    if until is None:
        return None
    if not isinstance(until, datetime):
        return until + timedelta(days=days)
    if until.tzinfo is None:
        return until + shift
    return instant(until.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + shift, zone)


def _until(original: datetime, timing: Timing) -> date | datetime:
    """Just before that start."""
    return original.date() - timedelta(days=1) if timing.is_all_day else original - timedelta(seconds=1)


def _first(rule: Rule, timing: Timing) -> datetime:
    """The first start from that of `timing` on which fits the rule: what was the first is an odd one out by another."""
    for wall in matches(rule, timing.starts, since=timing.starts, before=timing.starts + LOOK_AHEAD):
        if wall >= timing.starts and not is_over(wall, rule.until, timing.zone):
            return wall
    return timing.starts


def _walls(
    rule: Rule | None, timing: Timing, *, since: datetime | None = None, before: datetime, most: int | None = None
) -> list[datetime]:
    """Starts that the rule gives."""
    if rule is None:
        return [timing.starts] if since is None and timing.starts < before else []
    found: list[datetime] = []
    for wall in walls(rule, timing.starts, since=since or timing.starts, before=before):
        if is_over(wall, rule.until, timing.zone) or len(found) == most:
            break
        found.append(wall)
    return found


# --- single times --------------------------------------------------------------------------------------------


def _said(
    change: Change, usual: Details, values: Mapping[str, Any], details: Details, *, is_chosen: bool
) -> Details | None:  # Any: each field has a type of its own
    """What is said of one time alone, after the series has changed."""
    if change.details is None:
        return None
    own = change.details
    mine = {name: value for name, value in values.items() if is_chosen or getattr(own, name) == getattr(usual, name)}
    said = replace(own, **mine)
    return None if said == details else said


def _shifted(change: Change, shift: timedelta, old: Timing, new: Timing, details: Details | None) -> Change:
    starts, ends = change.starts, change.ends
    length = old.ends - old.starts
    if starts is None or starts == change.original:  # it was not moved
        starts = None
        if ends is not None:
            ends = None if ends - change.original == length else ends + shift
    elif old.zone != new.zone:
        ends = _seen(starts + length if ends is None else ends, old.zone, new.zone)
        starts = _seen(starts, old.zone, new.zone)
    elif ends is None:
        ends = starts + length
    return Change(change.original + shift, starts, ends, change.is_cancelled, details)


def _seen(wall: datetime, old: str, new: str) -> datetime:
    return instant(wall, old).astimezone(UTC).astimezone(ZoneInfo(new)).replace(tzinfo=None, fold=0)
