"""The words of people into moments, ends and spans: ISO first, then our grammar, then dateparser, checked.

Nothing is guessed: what can be two things, does not exist or is not understood raises Refused with a way on.
A wall time that a clock change skips is asked again; one that it repeats is the first of the two, unless an
offset says otherwise ("2026-10-25 02:30+01:00"), and is then told in UTC, which alone has a name for it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.domain.datewords import refusals
from bot.domain.datewords.clocks import read_clock, read_length
from bot.domain.datewords.iso import read_iso_moment, read_iso_span
from bot.domain.datewords.phrases import Away, Certainty, Clock, Length, Part, Point
from bot.domain.datewords.points import read_point
from bot.domain.datewords.ranges import read_range
from bot.domain.datewords.resolving import PARTS, Seen, check_year, days_of, moved, wall_of
from bot.domain.datewords.spanning import checked, first_day, span_of
from bot.domain.datewords.tokens import Cursor, Token, clean, tokens
from bot.domain.datewords.vocabulary import Vocabulary, is_ours, vocabularies
from bot.domain.datewords.zones import is_zone, refuse_short_zone, split_zone
from bot.domain.events import LONGEST
from bot.domain.moments import INSTANT, Moment, Span, gap_around, moment_at

Tokens: TypeAlias = tuple[Token, ...]

_END_OF = re.compile(r"(?:(?:by|until|bis)\s+)?(?:the\s+)?(?:end\s+of|ende)\s+", re.IGNORECASE)
_OFFSET = re.compile(r"[0-9]\s*(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$")


def read_moment(
    text: str,
    *,
    locale: str,
    zone: str,
    now: datetime,
    future: bool = True,
    is_quick: bool = False,
    default: time | None = None,
    instants: bool = False,
) -> Moment:
    """The moment that `text` means to a reader of `locale` in `zone` (IANA), unless it names a zone itself.

    `now` is aware. A day without a time is asked for it or, with `default`, begins then ("tomorrow", "next week");
    a part of the day ("tonight") then has a time of its own. With `future` a moment before `now` is refused, unless
    words without a year also mean a later one; without, dates that have no year are the nearest. With `is_quick`
    dateparser, which takes 0.3 s to load, is not asked. With `instants` what is so many hours or minutes from now
    stands in the zone `INSTANT`. Raises Refused.
    """
    typed = clean(text)
    text, zone = split_zone(typed, zone)
    seen = seen_at(now, zone, locale, is_future=future)
    moment = read_iso_moment(text, seen)
    is_settled = _is_settled(typed, text)
    if moment is None:
        known, found = vocabularies(locale), tokens(text)
        tries = (read_point(Cursor(text, found), words) for words in known)
        point = next((one for one in tries if one), None) or _foreign(text, seen, is_quick=is_quick)
        if point is None:
            refuse_short_zone(text)
            raise refusals.not_understood(text)
        moment = _moment(point, text, seen, now, default)
        if point.later is not None:  # "in 2 hours" is an instant
            is_settled = True
            if instants and not (point.later.days or point.later.months):
                moment = moment_at(moment.instant(), INSTANT)
    _check_gap(moment, locale)
    if not is_settled:
        _check_fold(moment, locale)
    if future and moment.instant() < now:
        local = seen_at(now, moment.zone, locale)
        raise refusals.is_past(moment.wall, local.now, locale)
    return moment


def read_end(text: str, start: Moment, *, locale: str, now: datetime) -> Moment:
    """The end that `text` means for what begins at `start`: a time, a day and time, or a length.

    Times, weekdays and dates without a year are the next after the start; "tomorrow" counts from `now`. A
    length in hours and minutes is exact, one in days keeps the wall time (RFC 5545, section 3.3.6). Raises
    Refused, also for an end that is not after the start or more than `LONGEST` after it.
    """
    typed = clean(text)
    text, zone = split_zone(typed, start.zone)
    local = seen_at(start.instant(), zone, locale)
    seen = replace(local, now=local.now + timedelta(microseconds=1))
    end = read_iso_moment(text, seen)
    if end is None:
        known, found = vocabularies(locale), tokens(text)
        tries = (_read_end(text, found, words) for words in known)
        said = next((one for one in tries if one), None) or _foreign(text, seen)
        if said is None:
            refuse_short_zone(text)
            raise refusals.end_not_understood(text)
        if isinstance(said, Length):
            end = _after(start.instant(), said, seen)
        else:
            end = _end_at(said, text, seen, now)
            if not _is_settled(typed, text):
                _check_fold(end, locale)
    _check_gap(end, locale)
    if end.instant() <= start.instant():
        raise refusals.ends_too_early(end.wall, local.now, locale)
    if end.instant() - start.instant() > LONGEST:
        raise refusals.ends_too_late(LONGEST.days)
    return end


def read_span(text: str, *, locale: str, zone: str, now: datetime, is_quick: bool = False) -> Span:
    """The days that `text` means to a reader of `locale` in `zone` (IANA). `now` is aware. Raises Refused.

    `is_quick` as with `read_moment`.
    """
    text = clean(text)
    seen = seen_at(now, zone, locale)
    days = read_iso_span(text, seen)
    if days is not None:
        return checked(*days, seen)
    known, found = vocabularies(locale), tokens(text)
    tries = (read_range(text, found, words) for words in known)
    said = next((one for one in tries if one), None) or _foreign(text, seen, is_quick=is_quick)
    span = None if said is None else span_of(said, seen)
    if span is None:
        raise refusals.span_not_understood(text)
    return span


def read_last_day(text: str, *, locale: str, zone: str, now: datetime) -> date:
    """The last of the days that `text` means, as with `read_span`: "30 june", "june", "the end of june"."""
    return read_span(_END_OF.sub("", text.strip(), count=1) or text, locale=locale, zone=zone, now=now).last


def seen_at(now: datetime, zone: str, locale: str, *, is_future: bool = True) -> Seen:
    """Where and when the words of a reader of `locale` in `zone` are read; `now` is aware."""
    info = ZoneInfo(zone)
    return Seen(now.astimezone(info).replace(tzinfo=None, fold=0), info, locale, is_future)


def _foreign(text: str, seen: Seen, *, is_quick: bool = False) -> Point | None:
    """What dateparser makes of `text`, as far as it can be checked."""
    found = tokens(text)
    if is_quick or is_ours(seen.locale) or all(token.kind != "word" for token in found):
        return None
    from bot.domain.datewords.foreign import read_foreign

    return read_foreign(text, found, vocabularies(seen.locale)[0], seen)


def _moment(point: Point, text: str, seen: Seen, now: datetime, default: time | None) -> Moment:
    if point.later is not None:
        return _after(now.replace(second=0, microsecond=0), point.later, seen)
    if default is not None and point.time is None:
        return _at_default(point, text, seen, default)
    if point.period is not None:
        raise refusals.not_one_day(text)
    if point.time is None:
        if point.day is not None:
            next(days_of(point.day, seen))  # a day that does not exist is said before its time is asked for
        at = PARTS[point.part or Part.EVENING]
        raise refusals.no_time(text, f"{at.hour}:{at:%M}")
    return _in_zone(wall_of(point, point.time, seen), seen)


def _at_default(point: Point, text: str, seen: Seen, default: time) -> Moment:
    """A day that has no time, at the time of its part or at `default`."""
    at = default if point.part is None else PARTS[point.part]
    clock = Clock(at.hour, at.minute, Certainty.EXACT, f"{at:%H:%M}")
    if point.period is not None:
        first = first_day(point.period, seen)
        if first is None or point.part is not None:
            raise refusals.not_one_day(text)
        return _in_zone(datetime.combine(first, at), seen)
    wall = wall_of(point, clock, seen)
    is_today = point.day == Away(Length()) and point.part not in (Part.MORNING, Part.AFTERNOON)
    if seen.is_future and is_today and wall < seen.now:
        later = seen.now + timedelta(hours=1)
        raise refusals.no_time(text, f"{later:%H}:00" if later.date() == seen.today else "23:59")
    return _in_zone(wall, seen)


def _read_end(text: str, found: Tokens, words: Vocabulary) -> Point | Length | None:
    before = len(found)
    while found and (found[0].key in words.until or found[0].key in words.lasting):
        found = found[1:]
    cursor = Cursor(text, found)
    clock = read_clock(cursor, words, after_at=True) if len(found) < before else None
    if clock is not None and cursor.done and found[-1].key != "h":  # until 11
        return Point(time=clock)
    cursor.at = 0
    length = read_length(cursor, words)
    if length is not None and cursor.done:
        _refuse_hour(text, found)
        return length
    return read_point(Cursor(text, found), words)


def _end_at(point: Point, text: str, seen: Seen, now: datetime) -> Moment:
    if point.later is not None:
        raise refusals.end_not_understood(text)
    if point.period is not None:
        raise refusals.not_one_day(text)
    if point.time is None:
        if point.day is not None:
            next(days_of(point.day, seen))  # a day that does not exist is said before its time is asked for
        raise refusals.no_time(text, "23:00")
    if point.day is not None:  # a day and time that are the start's own mean it, not a week later
        seen = replace(seen, now=seen.now - timedelta(microseconds=1))
    if isinstance(point.day, Away):  # tomorrow is tomorrow, whenever it starts
        seen = seen_at(now, seen.zone.key, seen.locale)
    return _in_zone(wall_of(point, point.time, seen), seen)


def _refuse_hour(text: str, found: Tokens) -> None:
    """ "2h" is a length and "23:00" a time, but "23h" is written for either."""
    first, second = (*found, None, None)[:2]
    if first is not None and second is not None and second.key == "h" and first.key in map(str, range(13, 24)):
        raise refusals.length_or_time(text, first.key)


def _after(instant: datetime, length: Length, seen: Seen) -> Moment:
    """`length` after the aware `instant`: first days and months on the wall, then exact minutes."""
    if length.days or length.months:
        local = instant.astimezone(seen.zone)
        instant = datetime.combine(moved(local.date(), length), local.time()).replace(tzinfo=seen.zone)
    instant = instant.astimezone(UTC) + timedelta(minutes=length.minutes)
    check_year(instant.year)
    return moment_at(instant, seen.zone.key)


def _in_zone(wall: datetime, seen: Seen) -> Moment:
    check_year(wall.year)
    return Moment(wall, seen.zone.key)


def _check_gap(moment: Moment, locale: str) -> None:
    zone = ZoneInfo(moment.zone)
    gap = gap_around(moment.wall, zone)
    if gap is not None:
        raise refusals.in_gap(moment.wall, gap, zone, locale)


def _is_settled(typed: str, text: str) -> bool:
    """Whether an hour that comes twice was told apart: by an offset, or by the zone's name behind it.

    The name is how `write_moment` writes the first of the two, which is the one that a wall time stands for.
    """
    names_zone = any(is_zone(word) for word in text.split()[-1:])
    return typed != text or names_zone or _OFFSET.search(text) is not None


def _check_fold(moment: Moment, locale: str) -> None:
    zone = ZoneInfo(moment.zone)
    first, second = moment.wall.replace(tzinfo=zone), moment.wall.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset() and gap_around(moment.wall, zone) is None:
        raise refusals.comes_twice(first, second, zone, locale)
