"""`event add`: asked twice, so that every date is seen with its weekday and zone before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands import Services
from bot.domain.events import (
    CAPACITY_MOST,
    DESCRIPTION_MOST,
    HORIZON,
    KIND_NAMES,
    TITLE_MOST,
    VENUE_MOST,
    Details,
    Kind,
    NewEvent,
    Price,
    Timing,
)
from bot.domain.moments import Moment
from bot.domain.places import Place
from bot.domain.recurrence import lay_out
from bot.features.events.approving import must_wait, propose
from bot.features.events.cards import full_cards, price
from bot.features.events.finding import kind_choice
from bot.features.events.lookup import found_event
from bot.features.mirror import stir
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, rich
from bot.params import City, Cost, DateTime, Tags, Text, Until, Url, Whole
from bot.request import Request
from bot.ui import Card, Field, Reply

LASTS = timedelta(hours=3)
"""How long an event lasts whose end nobody knows: about what an evening's concert takes."""


@dataclass(frozen=True, slots=True)
class AddEvent:
    title: Annotated[str, Text(N_("Title"), N_("What it is called"), most=TITLE_MOST)]
    when: Annotated[Moment, DateTime(N_("When"), N_("friday 19:00, 4 December 8pm, 2026-12-04 20:00"), place="city")]
    city: Annotated[Place | None, City(N_("City"), N_("Where it is; its time zone counts"))] = None
    venue: Annotated[str, Text(N_("Venue"), N_("The club, hall or studio"), most=VENUE_MOST)] = ""
    link: Annotated[str, Url(N_("Page"), N_("The event's web page"))] = ""
    until: Annotated[Moment | None, Until(N_("Until"), N_("23:00, 2h, sat 3am"))] = None
    kind: Annotated[Kind | None, kind_choice()] = None
    genres: Annotated[tuple[str, ...], Tags(N_("Genres"), N_("techno, dub, …"))] = ()
    price: Annotated[Price | None, Cost(N_("Price"), N_("free, or 15 EUR"))] = None
    places: Annotated[
        int | None,
        Whole(N_("Places"), N_("How many can come; others wait in line"), low=1, high=CAPACITY_MOST, example=20),
    ] = None
    online: Annotated[str, Url(N_("Online link"), N_("Where to join from afar"))] = ""
    about: Annotated[str, Text(N_("About"), N_("What to expect"), most=DESCRIPTION_MOST, is_long=True)] = ""


async def confirm_event(ask: AddEvent, request: Request, _services: Services) -> Card:
    say = request.say
    pairs = [
        (N_("Starts"), _shown(ask.when, say)),
        (N_("Ends"), _end(ask, say)),
        (N_("City"), ask.city.full_label if ask.city else ""),
        (N_("Venue"), ask.venue),
        (N_("Page"), ask.link),
        (N_("Online link"), ask.online),
        (N_("Kind"), say(KIND_NAMES[ask.kind]) if ask.kind else ""),
        (N_("Genres"), say.listed(ask.genres) if ask.genres else ""),
        (N_("Price"), price(ask.price, say) if ask.price else ""),
        (N_("Places"), say.number(ask.places) if ask.places else ""),
    ]
    fields = tuple(Field(say(name), rich(value)) for name, value in pairs if value)
    return Card(rich(Bold(ask.title)), rich(ask.about) if ask.about else Rich(), fields=fields)


async def add_event(ask: AddEvent, request: Request, services: Services) -> Reply:
    """Save it, once however often Save is pressed: the request's id stays with the event."""
    ends = ask.until.wall if ask.until else _assumed_end(ask).wall
    timing = Timing(ask.when.wall, ends, ask.when.zone)
    event = NewEvent(_details(ask), timing, added_by=request.person.id, origin=request.origin, request_id=request.id)
    slots = lay_out(timing, (), since=request.now, until=request.now + HORIZON)
    async with services.store.writing() as uow:
        if await must_wait(request, uow):
            return await propose(event, request, uow)
        occurrence = await uow.events.add(request.community.id, event, slots, request.now)
        await stir(uow, request.community.id, request.now)
    saved = await found_event(str(occurrence), request, services)
    cards = full_cards(saved, request.say, may_change=True)
    return Reply(rich(request.say(N_("Saved. It is in the calendar now."))), cards)


def _details(ask: AddEvent) -> Details:
    return Details(
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


def _assumed_end(ask: AddEvent) -> Moment:
    """A deadline is a moment; all else lasts a while."""
    lasts = timedelta() if ask.kind is Kind.DEADLINE else LASTS
    return Moment(ask.when.wall + lasts, ask.when.zone)


def _shown(moment: Moment, say: Words) -> str:
    """By the clock of the place, since that is what a poster says."""
    return say.moment(moment.instant(), ZoneInfo(moment.zone))


def _end(ask: AddEvent, say: Words) -> str:
    if ask.until:
        return _shown(ask.until, say)
    if ask.kind is Kind.DEADLINE:
        return ""
    return say(
        N_("{moment}, as no end was given"),
        moment=_shown(_assumed_end(ask), say),
    )
