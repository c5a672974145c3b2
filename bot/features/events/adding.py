"""`event add`: asked twice, so that every date is seen with its weekday and zone before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands import Services
from bot.domain.audit import Did, Subject
from bot.domain.events import (
    CAPACITY_MOST,
    DESCRIPTION_MOST,
    HORIZON,
    KIND_NAMES,
    LASTS,
    TITLE_MOST,
    VENUE_MOST,
    Details,
    Kind,
    NewEvent,
    Occurrence,
    Price,
    Timing,
)
from bot.domain.moments import Moment
from bot.domain.patterns import Repeating
from bot.domain.places import Place
from bot.domain.recurrence import lay_out
from bot.domain.spoken import series_words
from bot.domain.text import clip
from bot.errors import Refused
from bot.features.events.approving import must_wait, propose
from bot.features.events.cards import SHOW, full_cards, place_label, price, when
from bot.features.events.finding import kind_choice
from bot.features.events.lookup import found_event
from bot.features.mirror import stir
from bot.features.pace import check_pace
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, joined, rich
from bot.params import City, Cost, DateTime, Repeats, Tags, Text, Until, Url, Whole
from bot.ports import UnitOfWork
from bot.request import Request
from bot.ui import Action, Button, Card, Field, Reply

ALIKE_SHOWN = 3
DATES_SHOWN = 3
LABEL_MOST = 40
"""Characters of a title on a button."""

PICK_MOST = 10_000


@dataclass(frozen=True, slots=True)
class AddEvent:
    title: Annotated[
        str, Text(N_("Title"), N_("What it is called; as the page says, if left out"), most=TITLE_MOST)
    ] = ""
    when: Annotated[
        Moment | None, DateTime(N_("When"), N_("friday 19:00, 4 December 8pm, 2026-12-04 20:00"), place="city")
    ] = None
    city: Annotated[Place | None, City(N_("City"), N_("Where it is; its time zone counts"))] = None
    venue: Annotated[str, Text(N_("Venue"), N_("The club, hall or studio"), most=VENUE_MOST)] = ""
    link: Annotated[str, Url(N_("Page"), N_("The event's web page: it may say all the rest"))] = ""
    until: Annotated[Moment | None, Until(N_("Until"), N_("23:00, 2h, sat 3am"))] = None
    repeats: Annotated[
        Repeating | None,
        Repeats(N_("Repeats"), N_("weekly, first friday, every 2 weeks until 30 June, weekly 10 times")),
    ] = None
    kind: Annotated[Kind | None, kind_choice()] = None
    genres: Annotated[tuple[str, ...], Tags(N_("Genres"), N_("techno, dub, …"))] = ()
    price: Annotated[Price | None, Cost(N_("Price"), N_("free, or 15 EUR"))] = None
    places: Annotated[
        int | None,
        Whole(N_("Places"), N_("How many can come; others wait in line"), low=1, high=CAPACITY_MOST, example=20),
    ] = None
    online: Annotated[str, Url(N_("Online link"), N_("Where to join from afar"))] = ""
    about: Annotated[str, Text(N_("About"), N_("What to expect"), most=DESCRIPTION_MOST, is_long=True)] = ""
    pick: Annotated[
        int | None,
        Whole(N_("Which one"), N_("Its number, where the page tells of several: 2"), low=1, high=PICK_MOST, example=2),
    ] = None


async def confirm_event(ask: AddEvent, request: Request, services: Services) -> Card:
    """What was understood, and what is there already that may be the same."""
    say, timing = request.say, _timing(ask)
    async with services.store.reading() as uow:
        await check_pace(uow, request, Subject.EVENT)
        starts = Moment(timing.starts, timing.zone).instant()
        alike = await uow.events.alike(
            request.community.id, ask.title, starts, ask.link, ALIKE_SHOWN, person=request.person.id
        )
    pairs = [
        (N_("Starts"), _starts(timing, say)),
        (N_("Ends"), _ends(ask, timing, say)),
        (N_("Repeats"), series_words(timing.rrule, say)),
        (N_("Next dates"), _dates(timing, say)),
        (N_("City"), ask.city.full_label if ask.city else ""),
        (N_("Venue"), ask.venue),
        (N_("Page"), ask.link),
        (N_("Online link"), ask.online),
        (N_("Kind"), say(KIND_NAMES[ask.kind]) if ask.kind else ""),
        (N_("Genres"), say.listed(ask.genres) if ask.genres else ""),
        (N_("Price"), price(ask.price, say) if ask.price else ""),
        (N_("Places"), say.number(ask.places) if ask.places else ""),
    ]
    fields = [Field(say(name), rich(value)) for name, value in pairs if value]
    if alike:
        fields.append(Field(say(N_("In the calendar already")), joined([_short(each, say) for each in alike], "\n")))
    body = rich(ask.about) if ask.about else Rich()
    details = tuple(_details_button(each, len(alike) == 1, say) for each in alike)
    return Card(rich(Bold(ask.title)), body, fields=tuple(fields), controls=details)


async def add_event(ask: AddEvent, request: Request, services: Services) -> Reply:
    """Save it, once however often Save is pressed: the request's id stays with the event."""
    timing = _timing(ask)
    event = NewEvent(_details(ask), timing, added_by=request.person.id, origin=request.origin, request_id=request.id)
    slots = lay_out(timing, (), since=request.now, until=request.now + HORIZON)
    async with services.store.writing() as uow:
        if await must_wait(request, uow):
            return await propose(event, request, uow)
        occurrence = await uow.events.add(request.community.id, event, slots, request.now)
        await _note(uow, request, occurrence, ask.title)
        await stir(uow, request.community.id, request.now)
    saved = await found_event(str(occurrence), request, services)
    cards = full_cards(saved, request.say, may_change=True)
    return Reply(rich(request.say(N_("Saved. It is in the calendar now."))), cards)


async def _note(uow: UnitOfWork, request: Request, occurrence: int, title: str) -> None:
    """A line in the audit, once. Raises Refused, and nothing is saved, for who added enough for now."""
    community = request.community.id
    if await uow.audit.last(community, Subject.EVENT, occurrence, {Did.SHARED}) is None:
        await check_pace(uow, request, Subject.EVENT)
        await uow.audit.note(community, request.person.id, Did.SHARED, Subject.EVENT, occurrence, title, request.now)


def _timing(ask: AddEvent) -> Timing:
    """From midnight to midnight it lasts all day. Raises Refused for what neither people nor the page said."""
    if not ask.title:
        raise Refused(N_("Please fill this in."), param="title")
    if ask.when is None:
        raise Refused(N_("Please fill this in."), param="when")
    starts, zone = ask.when.wall, ask.when.zone
    if ask.until is None:
        # a deadline is a moment; all else lasts a while
        ends = starts + (timedelta() if ask.kind is Kind.DEADLINE else LASTS)
    elif ask.until.zone == zone:
        ends = ask.until.wall
    else:
        ends = ask.until.instant().astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    is_all_day = ask.until is not None and starts.time() == ends.time() == time()
    return Timing(starts, ends, zone, is_all_day=is_all_day, rrule=ask.repeats.rrule if ask.repeats else "")


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


def _starts(timing: Timing, say: Words) -> str:
    return say.day(timing.starts.date()) if timing.is_all_day else _shown(timing.starts, timing.zone, say)


def _ends(ask: AddEvent, timing: Timing, say: Words) -> str:
    if timing.is_all_day:
        last = timing.ends.date() - timedelta(days=1)
        if last == timing.starts.date():
            return say(N_("it lasts all day"))
        return say(N_("{day}, whole days"), day=say.day(last))
    shown = _shown(timing.ends, timing.zone, say)
    if ask.until:
        return shown
    return "" if ask.kind is Kind.DEADLINE else say(N_("{moment}, as no end was given"), moment=shown)


def _dates(timing: Timing, say: Words) -> str:
    """The first few of a series, on the wall of the place."""
    if not timing.rrule:
        return ""
    first = Moment(timing.starts, timing.zone).instant()
    slots = islice(lay_out(timing, (), since=first, until=first + HORIZON), DATES_SHOWN)
    return say.listed([say.short_day(slot.original.date()) for slot in slots])


def _shown(wall: datetime, zone: str, say: Words) -> str:
    """By the clock of the place, since that is what a poster says."""
    return say.moment(Moment(wall, zone).instant(), ZoneInfo(zone))


def _short(occurrence: Occurrence, say: Words) -> Rich:
    return joined([occurrence.details.title, when(occurrence, say), place_label(occurrence)], " · ")


def _details_button(occurrence: Occurrence, is_alone: bool, say: Words) -> Button:
    title = clip(occurrence.details.title, LABEL_MOST)
    label = say(N_("Details")) if is_alone else say(N_("Details: {title}"), title=title)
    return Button(label, Action(SHOW, str(occurrence.id)))
