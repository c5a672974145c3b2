"""`event edit`, `event cancel` and the way back: one time, those that follow, or all; who means to come is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands import SAY, Command, Pressed, Services, arguments_of, write_values
from bot.domain.audit import REASON_MOST, Did, Subject
from bot.domain.events import (
    CAPACITY_MOST,
    DESCRIPTION_MOST,
    FROM_ELSEWHERE,
    KIND_NAMES,
    TITLE_MOST,
    VENUE_MOST,
    Details,
    Edit,
    Kind,
    Occurrence,
    Price,
    Reach,
    Scope,
    Status,
)
from bot.domain.moments import Moment, moment_at
from bot.domain.patterns import Repeating
from bot.domain.places import Place
from bot.domain.series import names_changed
from bot.domain.spoken import series_words
from bot.errors import NotAllowed, Refused
from bot.features.events.cards import REVIVE, full_cards, price
from bot.features.events.finding import kind_choice
from bot.features.events.lookup import EventLookup, EventParam, found_event, may_change
from bot.features.mirror import stir
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, Rich, rich
from bot.params import Choice, City, Cost, DateTime, Option, Repeats, Tags, Text, Until, Url, Whole
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Card, Control, Field, Menu, Reply

SEEN = "seen event"

WHICH: Mapping[str, str] = {
    Scope.THIS: N_("Only this time"),
    Scope.FOLLOWING: N_("This and following"),
    Scope.ALL: N_("All to come"),
}

_TOLD = frozenset({"title", "venue", "place", "online_link"})
"""What of the details those who mean to come are told of (`bot.domain.changes.Standing`)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An event, and the version of it that somebody looked at when they said what to do with it."""

    event: Occurrence
    version: int

    @property
    def begins(self) -> Moment:
        return moment_at(self.event.starts, self.event.zone)


@dataclass(frozen=True, slots=True)
class SeenParam(EventParam):
    lookup: str = SEEN


class SeenLookup:
    """Implements `bot.commands.Lookup`: an event as `EventLookup` finds it, written with its version: "#12/3"."""

    def __init__(self) -> None:
        self._events = EventLookup()

    async def read(self, typed: str, request: Request, services: Services) -> Seen:
        head, slash, version = typed.rpartition("/")
        has_version = bool(slash) and head.startswith("#") and version.isascii() and version.isdigit()
        event = await self._events.read(head if has_version else typed, request, services)
        return Seen(event, int(version) if has_version else event.version)

    def write(self, value: object) -> str:
        assert isinstance(value, Seen)
        return f"#{value.event.id}/{value.event.version}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        return await self._events.suggest(typed, request, services)


def _which() -> Choice:
    return Choice(N_("Which times"), N_("Of a series: this, following or all"), WHICH, Scope)


@dataclass(frozen=True, slots=True)
class EditEvent:
    event: Annotated[Seen, SeenParam(N_("Event"), N_("Words of its title"))]
    which: Annotated[Scope, _which()] = Scope.THIS
    title: Annotated[str, Text(N_("Title"), N_("What it is called"), most=TITLE_MOST)] = ""
    when: Annotated[
        Moment | None, DateTime(N_("When"), N_("friday 19:00, 4 December 8pm, 2026-12-04 20:00"), place="city")
    ] = None
    until: Annotated[Moment | None, Until(N_("Until"), N_("23:00, 2h, sat 3am"), of="event")] = None
    repeats: Annotated[
        Repeating | None, Repeats(N_("Repeats"), N_("weekly, first friday until June, once; empty: as before"))
    ] = None
    city: Annotated[Place | None, City(N_("City"), N_("Where it is; its time zone counts"))] = None
    venue: Annotated[str, Text(N_("Venue"), N_("The club, hall or studio"), most=VENUE_MOST)] = ""
    link: Annotated[str, Url(N_("Page"), N_("The event's web page"))] = ""
    kind: Annotated[Kind | None, kind_choice()] = None
    genres: Annotated[tuple[str, ...], Tags(N_("Genres"), N_("techno, dub, …"))] = ()
    price: Annotated[Price | None, Cost(N_("Price"), N_("free, or 15 EUR"))] = None
    places: Annotated[
        int | None,
        Whole(N_("Places"), N_("How many can come; others wait in line"), low=1, high=CAPACITY_MOST, example=20),
    ] = None
    online: Annotated[str, Url(N_("Online link"), N_("Where to join from afar"))] = ""
    about: Annotated[str, Text(N_("About"), N_("What to expect"), most=DESCRIPTION_MOST, is_long=True)] = ""


@dataclass(frozen=True, slots=True)
class CancelEvent:
    event: Annotated[Seen, SeenParam(N_("Event"), N_("Words of its title"))]
    which: Annotated[Scope, _which()] = Scope.THIS
    reason: Annotated[str, Text(N_("Why"), N_("Those who meant to come are told"), most=REASON_MOST)] = ""


# --- editing -------------------------------------------------------------------------------------------------


async def event_now(typed: Mapping[str, str], request: Request, services: Services) -> Mapping[str, str]:
    """Implements `bot.commands.Command.fills`. When it began already is not said: that would be in the past. Nor is
    how it repeats: that moves along when it is moved to another day.
    """
    seen = await SeenLookup().read(typed["event"], request, services)
    event, details = seen.event, seen.event.details
    _check(event, request)
    known = EditEvent(
        seen,
        title=details.title,
        when=moment_at(event.starts, event.zone) if event.starts > request.now else None,
        city=details.place,
        venue=details.venue,
        link=details.page_link,
        kind=details.kind,
        genres=details.genres,
        price=details.price,
        places=details.capacity,
        online=details.online_link,
        about=details.description,
    )
    written = write_values(arguments_of(EditEvent), known, services)
    return {name: text for name, text in written.items() if name != "event"}


async def confirm_edit(ask: EditEvent, request: Request, services: Services) -> Card:
    """What changes, old and new, and which times it concerns."""
    say, event = request.say, ask.event.event
    edit = _edit(ask, request)
    fields = _differences(event, edit, say)
    if not fields:
        raise Refused(N_("Nothing would change: it is like this already. Say what is different."))
    is_moved = (edit.starts, edit.ends) != (event.starts, event.ends) or edit.rrule is not None
    is_told = is_moved or names_changed(event.details, edit.details) & _TOLD
    return await _confirmed(ask, fields, request, services, is_told=bool(is_told))


async def edit_event(ask: EditEvent, request: Request, services: Services) -> Reply:
    """By whoever added it, or an organiser. Raises Refused where somebody else changed it in the meantime."""
    event, edit = ask.event.event, _edit(ask, request)
    async with services.store.writing() as uow:
        await uow.events.change(
            request.community.id, event.id, edit, request.now, scope=ask.which, seen=ask.event.version
        )
        await _note(uow, Did.EDITED, replace(event, details=edit.details), request)
    return await _shown(event, request.say(N_("Changed.")), request, services)


def _edit(ask: EditEvent, request: Request) -> Edit:
    """All of the event as it is to be."""
    event = ask.event.event
    _check(event, request, ask.which)
    if not ask.title:
        raise Refused(N_("It needs a title."), param="title")
    details = Details(
        title=ask.title,
        description=ask.about,
        kind=ask.kind,
        genres=ask.genres,
        venue=ask.venue,
        place=ask.city,
        online_link=ask.online,
        page_link=ask.link,
        price=ask.price,
        capacity=ask.places,
    )
    zone = (ask.city.zone if ask.city and ask.city != event.details.place else "") or event.zone
    starts, ends = _times_of(ask, zone, request)
    rrule = None if ask.repeats is None or ask.repeats.rrule == event.rrule else ask.repeats.rrule
    if rrule is not None and event.is_series and ask.which is Scope.THIS:
        raise Refused(
            N_("All times of a series repeat in one way. Choose which are meant: this and following, or all to come."),
            param="which",
        )
    return Edit(details, starts, ends, "" if zone == event.zone else zone, rrule)


def _times_of(ask: EditEvent, zone: str, request: Request) -> tuple[datetime, datetime]:
    """When it starts and ends in `zone`: in another than before what was not said anew stays on the wall there, unless
    that would be over. Raises Refused for an end that is.
    """
    event = ask.event.event
    starts = ask.when.instant() if ask.when else event.starts
    was, till = (_wall(each, event.zone) for each in (event.starts, event.ends))
    there = Moment(was, zone).instant()
    is_said = starts != event.starts or (ask.until is not None and ask.until.zone != event.zone)
    is_there = zone != event.zone and not is_said and min(starts, there) > request.now
    starts = there if is_there else starts
    if ask.until:
        ends = Moment(ask.until.wall, zone).instant() if is_there else ask.until.instant()
    elif starts == event.starts:
        ends = event.ends
    else:  # as long as before, by the clock on the wall
        ends = max(Moment(_wall(starts, zone) + (till - was), zone).instant(), starts)
    if ends <= request.now < event.ends:
        raise Refused(N_("It would be over already. Type an end that is still to come."), param="until")
    return starts, ends


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def _differences(event: Occurrence, edit: Edit, say: Words) -> list[Field]:
    was, now_ = event.details, edit.details
    old, new = ZoneInfo(event.zone), ZoneInfo(edit.zone or event.zone)
    lasts = event.ends - event.starts
    pairs = [
        (N_("Title"), was.title, now_.title),
        (N_("Starts"), say.moment(event.starts, old), say.moment(edit.starts, new)),
        (N_("Ends"), say.moment(event.ends, old), say.moment(edit.ends, new)),
        (N_("Repeats"), *_repeats(event, edit, say)),
        (N_("City"), _city(was.place), _city(now_.place)),
        (N_("Venue"), was.venue, now_.venue),
        (N_("Page"), was.page_link, now_.page_link),
        (N_("Online link"), was.online_link, now_.online_link),
        (N_("Kind"), _kind(was.kind, say), _kind(now_.kind, say)),
        (N_("Genres"), _listed(was.genres, say), _listed(now_.genres, say)),
        (N_("Price"), price(was.price, say) if was.price else "", price(now_.price, say) if now_.price else ""),
        (N_("Places"), _number(was.capacity, say), _number(now_.capacity, say)),
    ]
    is_same_length = edit.ends - edit.starts == lasts
    fields = [
        Field(say(name), rich(before or "–", " → ", after or "–"))
        for name, before, after in pairs
        if before != after and not (name == "Ends" and (is_same_length and edit.starts != event.starts))
    ]
    if was.description != now_.description:  # too long to stand there twice
        fields.append(Field(say(N_("About")), rich(now_.description or "–")))
    return fields


# --- cancelling ----------------------------------------------------------------------------------------------


async def confirm_cancel(ask: CancelEvent, request: Request, services: Services) -> Card:
    _check(ask.event.event, request, ask.which)
    say = request.say
    fields = [Field(say(N_("What happens")), rich(say(N_("It is cancelled"))))]
    if ask.reason:
        fields.append(Field(say(N_("Why")), rich(ask.reason)))
    return await _confirmed(ask, fields, request, services, is_told=True)


async def cancel_event(ask: CancelEvent, request: Request, services: Services) -> Reply:
    """By whoever added it, or an organiser."""
    event = ask.event.event
    _check(event, request, ask.which)
    async with services.store.writing() as uow:
        await uow.events.cancel(
            request.community.id,
            event.id,
            request.now,
            scope=ask.which,
            reason=ask.reason,
            seen=ask.event.version,
        )
        await _note(uow, Did.CANCELLED, event, request)
    return await _shown(event, request.say(N_("Cancelled.")), request, services)


async def press_revive(press: Press, request: Request, services: Services) -> Reply:
    """It takes place after all. A second press does no harm."""
    event = await found_event(press.action.arg, request, services)
    _may(event, request)
    _is_ahead(event, request)
    if event.status is Status.CANCELLED:
        async with services.store.writing() as uow:
            await uow.events.revive(request.community.id, event.id, request.now)
            await _note(uow, Did.REVIVED, event, request)
    return await _shown(event, request.say(N_("It takes place after all.")), request, services)


# --- of all --------------------------------------------------------------------------------------------------


async def _confirmed(
    ask: EditEvent | CancelEvent, fields: Sequence[Field], request: Request, services: Services, *, is_told: bool
) -> Card:
    """What is asked before anything is saved: which times it concerns, what becomes of them, and who is told."""
    say, event = request.say, ask.event.event
    async with services.store.reading() as uow:
        reach = await uow.events.reach(request.community.id, event.id, ask.which, request.now)
    menus: list[Control] = []
    shown = [Field(say(N_("Which times")), _times(event, ask.which, reach, say)), *fields]
    if event.is_series:
        scopes = [each for each in Scope if each is not Scope.FOLLOWING or not event.sources]
        options = tuple(Option(say(WHICH[each]), each.value) for each in scopes)
        menus.append(Menu(say(N_("Other times")), Action(SAY, f"{request.draft_id('confirm')}/which"), options))
    if is_told and reach.people:
        told = say.many(
            "{count} person who means to come is told.", "{count} people who mean to come are told.", reach.people
        )
        shown.append(Field(say(N_("News")), rich(told)))
    return Card(rich(Bold(event.details.title)), fields=tuple(shown), controls=tuple(menus))


def _times(event: Occurrence, which: Scope, reach: Reach, say: Words) -> Rich:
    day = say.moment(event.starts, ZoneInfo(event.zone))
    if not event.is_series:
        return rich(day)
    if which is Scope.THIS:
        return rich(say(N_("Only {day}"), day=day))
    if which is Scope.FOLLOWING:
        return rich(
            say.many("From {day} on, {count} time so far", "From {day} on, {count} times so far", reach.times, day=day)
        )
    return rich(say.many("The one time to come", "All {count} times to come so far", reach.times))


def _check(event: Occurrence, request: Request, which: Scope = Scope.THIS) -> None:
    """Raises NotAllowed, and Refused for what is over, off, or cannot be cut in two."""
    _may(event, request)
    _is_ahead(event, request)
    if event.status is Status.CANCELLED:
        raise Refused(
            N_("{title} was cancelled. Where it takes place after all, say so with the button below {show} first."),
            title=event.details.title,
            show=Slash(f"/event show #{event.id}"),
        )
    if which is Scope.FOLLOWING and event.is_series and event.sources:
        raise Refused(FROM_ELSEWHERE, param="which")


def _may(event: Occurrence, request: Request) -> None:
    if may_change(event, request):
        return
    if event.added_by:
        raise NotAllowed(
            N_("Only {name}, who added it, and organisers can do this. Ask one of them."), name=event.added_by
        )
    raise NotAllowed(N_("Only organisers can do this, as it came from elsewhere. Ask one of them."))


def _is_ahead(event: Occurrence, request: Request) -> None:
    if event.ends <= request.now and event.starts < request.now:
        raise Refused(
            N_("{title} was over on {day}. What is over stays as it was; {find} shows what is to come."),
            title=event.details.title,
            day=request.say.day(event.ends.astimezone(request.zone).date()),
            find=Slash("/event find"),
        )


async def _note(uow: UnitOfWork, did: Did, event: Occurrence, request: Request) -> None:
    """A line for organisers; what shows the event elsewhere follows."""
    community, title = request.community.id, event.details.title
    await uow.audit.note(community, request.person.id, did, Subject.EVENT, event.event_id, title, request.now)
    await stir(uow, community, request.now)


async def _shown(event: Occurrence, text: str, request: Request, services: Services) -> Reply:
    now_ = await found_event(str(event.id), request, services)
    return Reply(rich(text), full_cards(now_, request.say, may_change=True))


def _repeats(event: Occurrence, edit: Edit, say: Words) -> tuple[str, str]:
    was = series_words(event.rrule, say)
    return was, was if edit.rrule is None else series_words(edit.rrule, say)


def _city(place: Place | None) -> str:
    return place.full_label if place else ""


def _kind(kind: Kind | None, say: Words) -> str:
    return say(KIND_NAMES[kind]) if kind else ""


def _listed(genres: Sequence[str], say: Words) -> str:
    return say.listed(genres) if genres else ""


def _number(places: int | None, say: Words) -> str:
    return "" if places is None else say.number(places)


PRESSES: Mapping[str, Pressed] = {REVIVE: press_revive}

COMMANDS = (
    Command(
        "edit",
        N_("Change an event"),
        EditEvent,
        edit_event,
        '/event edit late night modular when:"friday 21:00" venue:Tresor',
        confirms=confirm_edit,
        fills=event_now,
        of="event",
    ),
    Command(
        "cancel",
        N_("Cancel an event, or some times of it"),
        CancelEvent,
        cancel_event,
        '/event cancel late night modular reason:"The club is closed"',
        confirms=confirm_cancel,
    ),
)
