"""How events look: short in lists and digests, whole when one is shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol, assert_never
from zoneinfo import ZoneInfo

from bot.commands import ASK
from bot.domain.changes import Standing
from bot.domain.events import KIND_NAMES, Attendance, Occurrence, Price, Status
from bot.domain.spoken import series_words
from bot.i18n import N_, Words
from bot.markup import Bold, Link, Rich, When, WhenStyle, joined, rich
from bot.ui import Action, Button, Card, Control, Field, LinkButton, Style

REVIVE = "event.revive"
GOING, MAYBE, NOT_GOING, SHOW, WHO = "event.going", "event.maybe", "event.not", "event.show", "event.who"
OF_EVENT = (REVIVE, GOING, MAYBE, NOT_GOING, SHOW, WHO)
"""What is done with the occurrence that a button names."""


def short_card(occurrence: Occurrence, say: Words) -> Card:
    """The essentials of one event, with a Going button."""
    lines = [
        joined([when(occurrence, say), where(occurrence, say)], " · "),
        joined([_traits(occurrence, say), _counts(occurrence, say), _answered(occurrence, say)], " · "),
    ]
    return Card(
        title=_title(occurrence, say),
        body=joined(lines, "\n"),
        url=occurrence.details.page_link,
        controls=() if occurrence.status is Status.CANCELLED else (*_going(occurrence, say), _more(occurrence, say)),
    )


def full_cards(occurrence: Occurrence, say: Words, *, may_change: bool) -> tuple[Card, ...]:
    """All of one event and, for who may change it, a row of buttons for that: with the others they would be too many
    for one row.
    """
    whole = full_card(occurrence, say)
    return (whole, Card(controls=_changes(occurrence, say))) if may_change else (whole,)


def full_card(occurrence: Occurrence, say: Words) -> Card:
    """All that is known of one event, with every answer to give."""
    details = occurrence.details
    is_off = occurrence.status is Status.CANCELLED
    pairs = [
        (N_("Cancelled because"), rich(occurrence.reason) if is_off else Rich()),
        (N_("When"), when_whole(occurrence, say)),
        (N_("Where"), where(occurrence, say)),
        (N_("Kind"), rich(say(KIND_NAMES[details.kind])) if details.kind else Rich()),
        (N_("Genres"), rich(say.listed(details.genres)) if details.genres else Rich()),
        (N_("Price"), rich(price(details.price, say)) if details.price else Rich()),
        (N_("Repeats"), rich(series_words(occurrence.rrule, say))),
        (N_("Coming"), _counts(occurrence, say)),
        (N_("Your answer"), rich(_answered(occurrence, say))),
        (N_("Added by"), rich(occurrence.added_by)),
        (N_("From"), rich(say.listed(occurrence.sources)) if occurrence.sources else Rich()),
    ]
    links: list[Control] = []
    if details.page_link:
        links.append(LinkButton(say(N_("Page")), details.page_link))
    if details.online_link:
        links.append(LinkButton(say(N_("Join online")), details.online_link))
    return Card(
        title=_title(occurrence, say),
        body=rich(details.description),
        url=details.page_link,
        fields=tuple(Field(say(name), value) for name, value in pairs if value),
        controls=(
            *(() if is_off else _answers(occurrence, say)),
            *links,
        ),
    )


def freed_card(occurrence: Occurrence, say: Words) -> Card:
    """What somebody needs to know who a place went to."""
    lines = [when_whole(occurrence, say), where(occurrence, say), _counts(occurrence, say)]
    pass_ = Button(say(N_("Pass")), Action(NOT_GOING, str(occurrence.id)))
    return Card(
        title=_title(occurrence, say),
        body=joined(lines, "\n"),
        url=occurrence.details.page_link,
        controls=(pass_, _more(occurrence, say)),
    )


class Timed(Protocol):
    """What takes place at some time: an occurrence, or how one stood."""

    @property
    def starts(self) -> datetime: ...
    @property
    def ends(self) -> datetime: ...
    @property
    def zone(self) -> str: ...
    @property
    def is_all_day(self) -> bool: ...


def when(occurrence: Timed, say: Words) -> Rich:
    """When it starts, in the reader's zone, and by the clock of the place where that is another."""
    if occurrence.is_all_day:
        return rich(_days(occurrence, say))
    there = occurrence.starts.astimezone(ZoneInfo(occurrence.zone))
    shown = rich(When(occurrence.starts))
    if there.utcoffset() == occurrence.starts.astimezone(say.zone).utcoffset():
        return shown
    local = say(N_("{time} in {zone}"), time=say.clock(there), zone=say.zone_name(there))
    return rich(shown, f" ({local})")


def price(value: Price, say: Words) -> str:
    return say(N_("free")) if value.is_free else say.money(value.amount, value.currency)


def place_label(occurrence: Occurrence) -> str:
    return occurrence.details.place.full_label if occurrence.details.place else ""


def _title(occurrence: Occurrence, say: Words) -> Rich:
    title = rich(Bold(occurrence.details.title))
    if occurrence.status is Status.CANCELLED:
        return rich(say(N_("Cancelled: ")), title)
    return title


def when_whole(occurrence: Timed, say: Words) -> Rich:
    """From when to when, as `when` has it."""
    start = when(occurrence, say)
    lasts = occurrence.ends - occurrence.starts
    if occurrence.is_all_day or not lasts:
        return start
    is_near = lasts < timedelta(hours=24)
    return rich(start, " – ", When(occurrence.ends, WhenStyle.TIME if is_near else WhenStyle.FULL))


def _days(occurrence: Timed, say: Words) -> str:
    zone = ZoneInfo(occurrence.zone)
    first = occurrence.starts.astimezone(zone).date()
    last = (occurrence.ends - timedelta(microseconds=1)).astimezone(zone).date()
    if last <= first:
        return say(N_("{day}, all day"), day=say.day(first))
    return say(N_("{first} to {last}"), first=say.day(first), last=say.day(last))


def where(occurrence: Occurrence, say: Words) -> Rich:
    """Its venue and city, or a link to it."""
    details = occurrence.details
    place = ", ".join(part for part in (details.venue, place_label(occurrence)) if part)
    if details.online_link:
        online = Link(say(N_("online")), details.online_link)
        return rich(place, " · ", online) if place else rich(online)
    return rich(place)


def where_stood(standing: Standing, say: Words) -> Rich:
    """As `where`, of how an event stood."""
    place = ", ".join(part for part in (standing.venue, standing.place) if part)
    online = Link(say(N_("online")), standing.online_link) if standing.online_link else ""
    return joined([place, online], " · ")


def _traits(occurrence: Occurrence, say: Words) -> Rich:
    details = occurrence.details
    return joined(
        [
            say(KIND_NAMES[details.kind]) if details.kind else "",
            ", ".join(details.genres),
            price(details.price, say) if details.price else "",
        ],
        " · ",
    )


def _counts(occurrence: Occurrence, say: Words) -> Rich:
    capacity = occurrence.details.capacity
    going = say.many("{count} going", "{count} going", occurrence.going) if occurrence.going else ""
    if capacity is not None:
        going = say(N_("{going} of {places} going"), going=say.number(occurrence.going), places=say.number(capacity))
    waiting = say.many("{count} waiting", "{count} waiting", occurrence.waiting) if occurrence.waiting else ""
    maybe = say.many("{count} maybe", "{count} maybe", occurrence.maybe) if occurrence.maybe else ""
    return joined([going, waiting, maybe], ", ")


def _answered(occurrence: Occurrence, say: Words) -> str:
    match occurrence.mine:
        case Attendance.GOING:
            return say(N_("You are going"))
        case Attendance.MAYBE:
            return say(N_("You may come"))
        case Attendance.NOT_GOING:
            return say(N_("You are not going"))
        case Attendance.WAITING:
            return say(N_("You are number {place} in line"), place=say.number(occurrence.my_place or 1))
        case None:
            return ""
        case _:
            assert_never(occurrence.mine)


def _going(occurrence: Occurrence, say: Words) -> tuple[Button, ...]:
    """None for whoever waits: they said so."""
    if occurrence.mine is Attendance.WAITING:
        return ()
    is_full = occurrence.is_full and occurrence.mine is not Attendance.GOING
    label = N_("Join the wait-list") if is_full else N_("Going")
    return (Button(say(label), Action(GOING, str(occurrence.id)), Style.PRIMARY),)


def _more(occurrence: Occurrence, say: Words) -> Button:
    return Button(say(N_("Details")), Action(SHOW, str(occurrence.id)))


def _changes(occurrence: Occurrence, say: Words) -> tuple[Button, ...]:
    if occurrence.status is Status.CANCELLED:
        return (Button(say(N_("It takes place after all")), Action(REVIVE, str(occurrence.id))),)
    return (
        Button(say(N_("Edit")), Action(ASK, f"event edit/event=#{occurrence.id}")),
        Button(say(N_("Cancel it")), Action(ASK, f"event cancel/event=#{occurrence.id}"), Style.DANGER),
    )


def _answers(occurrence: Occurrence, say: Words) -> tuple[Button, ...]:
    return (
        *_going(occurrence, say),
        Button(say(N_("Maybe")), Action(MAYBE, str(occurrence.id))),
        Button(say(N_("Not going")), Action(NOT_GOING, str(occurrence.id))),
        Button(say(N_("Who")), Action(WHO, str(occurrence.id))),
    )
