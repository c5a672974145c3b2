"""`event find`, `event show`, `event mine`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, assert_never

from bot.commands import Pressed, Services
from bot.domain.datewords import read_span
from bot.domain.events import KIND_NAMES, Kind, Occurrence, Page, Price, Search
from bot.domain.moments import Span
from bot.domain.places import Place
from bot.errors import Refused
from bot.features.events.approving import own_card
from bot.features.events.cards import SHOW, full_cards, price, short_card
from bot.features.events.lookup import EventParam, found_event, may_change
from bot.features.paging import PAGE, asking, next_page, pager, stretch
from bot.i18n import N_, Slash, Words
from bot.markup import Rich, joined, rich
from bot.params import Choice, City, Cost, Dates, Text, Whole
from bot.request import Press, Request
from bot.ui import Button, Card, Reply

FIND, MINE = "event.find", "event.mine"

NEXT = timedelta(days=30)
"""How far ahead a search looks when no dates are given."""

FURTHER = timedelta(days=366)

DATED_MOST = 8
"""Words among which days are looked for."""

WHERE: Mapping[str, str] = {"online": N_("Online"), "in person": N_("In person")}


def where_choice() -> Choice:
    """Online (True) or in person (False)."""
    return Choice(N_("Online or in person"), N_("online, or in person"), WHERE, lambda value: value == "online")


def kind_choice() -> Choice:
    return Choice(N_("Kind"), N_("concert, conference, workshop, meetup, …"), KIND_NAMES, Kind)


@dataclass(frozen=True, slots=True)
class FindEvents:
    words: Annotated[str, Text(N_("Words"), N_("Words in the title, venue or description"))] = ""
    near: Annotated[Place | None, City(N_("Near"), N_("City to search around"))] = None
    within: Annotated[
        int,
        Whole(N_("Within"), N_("Kilometres around the city (50)"), low=1, high=1000, example=50, unit="km"),
    ] = 50
    when: Annotated[Span | None, Dates(N_("When"), N_("today, this weekend, March, 3-9 May, next 30 days"))] = None
    kind: Annotated[Kind | None, kind_choice()] = None
    genre: Annotated[str, Text(N_("Genre"), N_("techno, jazz, hip-hop, …"), most=40)] = ""
    price: Annotated[Price | None, Cost(N_("Price"), N_("free, or the most to pay: 20 EUR"))] = None
    where: Annotated[bool | None, where_choice()] = None


@dataclass(frozen=True, slots=True)
class ShowEvent:
    event: Annotated[Occurrence, EventParam(N_("Event"), N_("Words of its title"))]


@dataclass(frozen=True, slots=True)
class MyEvents:
    pass


async def find_events(ask: FindEvents, request: Request, services: Services, offset: int = 0) -> Reply:
    search = search_for(ask, request)
    async with services.store.reading(is_steady=False) as uow:
        page = await uow.events.find(request.community.id, search, person=request.person.id, offset=offset, limit=PAGE)
        later = Page((), 0)
        if not page.total and ask.when is None:
            further = replace(search, until=request.now + FURTHER)
            later = await uow.events.find(request.community.id, further, person=request.person.id, offset=0, limit=1)
    if not page.total and (dated := _with_dates_of_words(ask, request)) is not None:
        return await find_events(dated, request, services, offset)
    asked = _criteria(ask, request.say)
    if not page.total:
        return await _nothing(ask, asked, later, request, services)
    count = request.say.many("{count} event", "{count} events", page.total)
    shown = stretch(count, offset, len(page.occurrences), page.total, request.say)
    pages = await pager(FIND, ask, offset, page.total, request, services)
    return Reply(joined([shown, asked], " · "), _listed(page, request) + pages)


async def show_event(ask: ShowEvent, request: Request, _services: Services) -> Reply:
    return Reply(cards=full_cards(ask.event, request.say, may_change=may_change(ask.event, request)))


async def press_show(press: Press, request: Request, services: Services) -> Reply:
    occurrence = await found_event(press.action.arg, request, services)
    return Reply(cards=full_cards(occurrence, request.say, may_change=may_change(occurrence, request)))


async def my_events(ask: MyEvents, request: Request, services: Services, offset: int = 0) -> Reply:
    async with services.store.reading() as uow:
        page = await uow.events.mine(request.community.id, request.person.id, request.now, offset, PAGE)
        waiting = [] if offset else await uow.proposals.of(request.community.id, request.person.id)
    say = request.say
    proposed = tuple(own_card(each, say) for each in waiting)
    waits = say.many(
        "{count} event of yours waits for the organisers",
        "{count} events of yours wait for the organisers",
        len(waiting),
    )
    if not page.total and waiting:
        return Reply(rich(waits), proposed)
    if not page.total:
        return Reply(
            rich(
                say(
                    N_("You have not answered for any coming event yet. {find} shows what there is."),
                    find=Slash("/event find"),
                )
            )
        )
    text = say.many("{count} coming event with your answer", "{count} coming events with your answer", page.total)
    pages = await pager(MINE, ask, offset, page.total, request, services)
    return Reply(joined([waits if waiting else "", text], " · "), proposed + _listed(page, request) + pages)


PRESSES: Mapping[str, Pressed] = {
    FIND: next_page(FindEvents, find_events),
    MINE: next_page(MyEvents, my_events),
    SHOW: press_show,
}


def _with_dates_of_words(ask: FindEvents, request: Request) -> FindEvents | None:
    """What was meant where somebody typed days among the words ("techno this weekend"); None where there are none.

    Only asked when nothing has these words: an event may be called after a day.
    """
    if ask.when is not None:
        return None
    said = ask.words.split()[:DATED_MOST]
    for count in range(len(said), 0, -1):  # as many as possible, at the end before the beginning
        for start in dict.fromkeys((len(said) - count, 0)):
            days, others = said[start : start + count], said[:start] + said[start + count :]
            with suppress(Refused):
                locale, zone = str(request.say.locale), request.zone.key
                span = read_span(" ".join(days), locale=locale, zone=zone, now=request.now, is_quick=True)
                return replace(ask, words=" ".join(others), when=span)
    return None


def search_for(ask: FindEvents, request: Request) -> Search:
    """What to ask the calendar for. Without dates: what ends from now on, over the next 30 days."""
    if ask.when is None:
        since, until = request.now, request.now + NEXT
    else:
        since, until = ask.when.bounds(request.zone)
    return Search(
        since=since,
        until=until,
        words=ask.words,
        near=ask.near,
        within_km=ask.within,
        kind=ask.kind,
        genre=ask.genre.casefold(),
        price_most=ask.price,
        online=ask.where,
    )


def _listed(page: Page, request: Request) -> tuple[Card, ...]:
    return tuple(short_card(occurrence, request.say) for occurrence in page.occurrences)


async def _nothing(ask: FindEvents, asked: Rich, later: Page, request: Request, services: Services) -> Reply:
    say = request.say
    text = joined([say(N_("Nothing found")), asked], " · ")
    if later.total:
        today = request.now.astimezone(request.zone).date()
        later_too = replace(ask, when=Span(today, today + FURTHER - timedelta(days=1)))
        more = say.many("{count} is later than that.", "{count} are later than that.", later.total)
        further = Button(say(N_("Look further ahead")), await asking(FIND, later_too, request, services))
        return Reply(rich(text, "\n", more), (Card(controls=(further,)),))
    wider = N_('Search wider: fewer words, more days (when:"next 90 days") or a larger circle (within:200).')
    if ask.near is None:
        wider = N_('Search wider: fewer words, or more days (when:"next 90 days").')
    hint = say(wider)
    return Reply(rich(text, "\n", hint))


def _criteria(ask: FindEvents, say: Words) -> Rich:
    """What was asked for, as it was understood, so that nobody has to guess."""
    parts = [
        f"“{ask.words}”" if ask.words else "",
        say(N_("within {km} km of {place}"), km=say.number(ask.within), place=ask.near.full_label) if ask.near else "",
        _dates(ask.when, say),
        say(KIND_NAMES[ask.kind]) if ask.kind else "",
        ask.genre,
        _cost(ask.price, say),
        _online(ask.where, say),
    ]
    return joined(parts, " · ")


def _dates(span: Span | None, say: Words) -> str:
    if span is None:
        return say.many("next {count} day", "next {count} days", NEXT.days)
    first: date = span.first
    if first == span.last:
        return say.day(first)
    return say(N_("{first} to {last}"), first=say.day(first), last=say.day(span.last))


def _cost(most: Price | None, say: Words) -> str:
    if most is None:
        return ""
    return price(most, say) if most.is_free else say(N_("up to {price}"), price=price(most, say))


def _online(online: bool | None, say: Words) -> str:
    match online:
        case None:
            return ""
        case True:
            return say(WHERE["online"])
        case False:
            return say(WHERE["in person"])
        case _:
            assert_never(online)
