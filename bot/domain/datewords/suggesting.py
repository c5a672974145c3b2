"""What is offered while a date is typed: `(label, value)` pairs, values as `write_moment` gives them.

Labels are either marked English, to be translated where they are shown, or dates in the reader's locale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from bot.domain.datewords.reading import read_moment, read_span
from bot.domain.datewords.tokens import fold
from bot.domain.moments import Moment, Span, gap_around, write_moment, write_span
from bot.errors import Refused
from bot.i18n import N_, parse_locale

MOST = 12
"""How many are offered; the platform with the fewest takes 25, and more than a dozen are not read."""

EVENINGS = (time(18), time(19), time(20), time(21))
"""Offered for a day that has no time yet."""

_SPANS = (
    (N_("Today"), "today", "heute"),
    (N_("Tomorrow"), "tomorrow", "morgen"),
    (N_("This weekend"), "this weekend", "dieses wochenende"),
    (N_("Next weekend"), "next weekend", "nächstes wochenende"),
    (N_("This week"), "this week", "diese woche"),
    (N_("Next week"), "next week", "nächste woche"),
    (N_("Next 7 days"), "next 7 days", "nächste 7 tage"),
    (N_("Next 30 days"), "next 30 days", "nächste 30 tage"),
    (N_("This month"), "this month", "diesen monat"),
    (N_("Next month"), "next month", "nächsten monat"),
)
_MOMENTS = (
    (N_("Today at 19:00"), "today 19:00", "heute 19:00"),
    (N_("Today at 20:00"), "today 20:00", "heute 20:00"),
    (N_("Tomorrow at 19:00"), "tomorrow 19:00", "morgen 19:00"),
    (N_("Tomorrow at 20:00"), "tomorrow 20:00", "morgen 20:00"),
    (N_("Friday at 19:00"), "friday 19:00", "freitag 19:00"),
    (N_("Friday at 20:00"), "friday 20:00", "freitag 20:00"),
    (N_("Saturday at 20:00"), "saturday 20:00", "samstag 20:00"),
    (N_("Sunday at 15:00"), "sunday 15:00", "sonntag 15:00"),
    (N_("In a week at 19:00"), "in a week 19:00", "in einer woche 19:00"),
)


def suggest_moments(
    typed: str, *, locale: str, zone: str, now: datetime, default: time | None = None
) -> Sequence[tuple[str, str]]:
    """Moments that begin like `typed`: what it means already, or its day in the evening; then common ones.

    `default` as with `read_moment`.
    """
    found: dict[str, str] = {}
    with suppress(Refused):
        moment = read_moment(typed, locale=locale, zone=zone, now=now, is_quick=True, default=default)
        found[write_moment(moment)] = _moment_label(moment, locale)
    if not found:
        for moment in _evenings(typed, locale, zone, now):
            found[write_moment(moment)] = _moment_label(moment, locale)
    for label, phrase, german in _MOMENTS:
        if begins(typed, label, german):
            with suppress(Refused):  # today at 19:00 is over, or the clocks skip it
                moment = read_moment(phrase, locale="en", zone=zone, now=now)
                found.setdefault(write_moment(moment), label)
    return _pairs(found)


def suggest_spans(typed: str, *, locale: str, zone: str, now: datetime) -> Sequence[tuple[str, str]]:
    """Spans that begin like `typed`: first what it means already, then common ones and the coming months."""
    found: dict[str, str] = {}
    for label, phrase, german in _SPANS:
        if begins(typed, label, german):
            found.setdefault(write_span(read_span(phrase, locale="en", zone=zone, now=now)), label)
    for month in _months(now.astimezone(ZoneInfo(zone)).date()):
        label = format_skeleton("yMMMM", datetime.combine(month.first, time()), locale=parse_locale(locale))
        if begins(typed, label, f"{month.first:%B %Y}"):
            found.setdefault(write_span(month), label)
    with suppress(Refused):
        span = read_span(typed, locale=locale, zone=zone, now=now, is_quick=True)
        value = write_span(span)
        found = {value: found.get(value) or _span_label(span, locale)} | found
    return _pairs(found)


def _pairs(found: dict[str, str]) -> Sequence[tuple[str, str]]:
    return tuple((label, value) for value, label in found.items())[:MOST]


def begins(typed: str, *labels: str) -> bool:
    """Whether each word typed begins a word of one of `labels`."""
    words = fold(typed).split()
    return any(all(any(part.startswith(word) for part in fold(label).split()) for word in words) for label in labels)


def _evenings(typed: str, locale: str, zone: str, now: datetime) -> Iterator[Moment]:
    with suppress(Refused):
        span = read_span(typed, locale=locale, zone=zone, now=now, is_quick=True)
        if span.first == span.last:
            for evening in EVENINGS:
                moment = Moment(datetime.combine(span.first, evening), zone)
                if moment.instant() >= now and gap_around(moment.wall, ZoneInfo(zone)) is None:
                    yield moment


def _months(today: date) -> Iterator[Span]:
    """This month and the eleven after it."""
    first = today.replace(day=1)
    for _ in range(12):
        following = (first + timedelta(days=31)).replace(day=1)
        yield Span(first, following - timedelta(days=1))
        first = following


def _moment_label(moment: Moment, locale: str) -> str:
    found = parse_locale(locale)
    clock = format_time(moment.wall.time(), "short", locale=found).replace("\u202f", " ")
    return f"{format_date(moment.wall.date(), 'full', locale=found)}, {clock}"


def _span_label(span: Span, locale: str) -> str:
    found = parse_locale(locale)
    first, last = (format_date(day, "full", locale=found) for day in (span.first, span.last))
    return first if span.first == span.last else f"{first} – {last}"
