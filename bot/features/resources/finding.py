"""`resource find`, `show` and `saved`: the library, by words and by what things are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from bot.commands import ASK, Pressed, Services
from bot.domain.resources import KIND_NAMES, LEVEL_NAMES, TAG_MOST, Order, Page, Resource, Wanted
from bot.features.paging import asking, next_page, pager, stretch
from bot.features.resources.arguments import OfKind, OfLevel, OfTopic
from bot.features.resources.cards import SHOW, full_card, short_card
from bot.features.resources.lookup import (
    ResourceParam,
    found_resource,
    names_of,
    topic_name,
    topics_of,
)
from bot.i18n import N_, Slash, Words
from bot.markup import Rich, joined, rich
from bot.params import Choice, Law, Text, law_name
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply, Style

FIND, SAVED = "resource.find", "resource.saved"

FOUND = 4
"""Resources on one page: with what can be done about each, and Next, they are one message on every platform."""

ORDERS: Mapping[str, str] = {
    "relevance": N_("Relevance"),
    "newest": N_("Newest"),
    "helpful": N_("Most helpful"),
}
FREE: Mapping[str, str] = {
    "free": N_("Free"),
    "paid": N_("Paid"),
}


@dataclass(frozen=True, slots=True)
class FindResources:
    words: Annotated[str, Text(N_("Words"), N_("In titles, tags, notes and descriptions"))] = ""
    topic: OfTopic = None
    kind: OfKind = None
    level: OfLevel = None
    tag: Annotated[str, Text(N_("Tag"), N_("Only with this tag"), most=TAG_MOST)] = ""
    price: Annotated[bool | None, Choice(N_("Price"), N_("free, paid"), FREE, lambda value: value == "free")] = None
    law: Annotated[str, Law(N_("Whose law"), N_("Which country's: US, Germany, EU, any"))] = ""
    sort: Annotated[Order, Choice(N_("Sorted by"), N_("relevance, newest, helpful"), ORDERS, Order)] = Order.RELEVANCE


@dataclass(frozen=True, slots=True)
class ShowResource:
    resource: Annotated[Resource, ResourceParam(N_("Resource"), N_("Words of its title"))]


@dataclass(frozen=True, slots=True)
class SavedResources:
    pass


async def find_resources(ask: FindResources, request: Request, services: Services, offset: int = 0) -> Reply:
    wanted = Wanted(
        words=ask.words,
        topic=ask.topic.key if ask.topic else "",
        tag=ask.tag.casefold().removeprefix("#"),
        level=ask.level,
        kind=ask.kind,
        is_free=ask.price,
        jurisdiction=ask.law,
        order=ask.sort,
    )
    async with services.store.reading(is_steady=False) as uow:
        page = await uow.resources.find(
            request.community.id, wanted, person=request.person.id, offset=offset, limit=FOUND
        )
    say, asked = request.say, _criteria(ask, request.say)
    if not page.total:
        return await _nothing(ask, asked, request, services)
    count = say.many("{count} in the library", "{count} in the library", page.total)
    head = joined([stretch(count, offset, len(page.resources), page.total, say), asked], " · ")
    pages = await pager(FIND, ask, offset, page.total, request, services, FOUND)
    return Reply(head, await _listed(page, request, services) + pages)


async def show_resource(ask: ShowResource, request: Request, services: Services) -> Reply:
    return await shown(ask.resource, request, services)


async def press_show(press: Press, request: Request, services: Services) -> Reply:
    return await shown(await found_resource(press.action.arg, request, services), request, services)


async def shown(resource: Resource, request: Request, services: Services, text: str = "") -> Reply:
    """All that is known of one resource."""
    names = names_of(await topics_of(request, services), request.say)
    may_change = request.is_organiser or resource.sharer == request.person.id
    return Reply(rich(text), (full_card(resource, names, request.say, today_of(request), may_change=may_change),))


async def saved_resources(ask: SavedResources, request: Request, services: Services, offset: int = 0) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        page = await uow.resources.saved(request.community.id, request.person.id, offset, FOUND)
    if not page.total:
        return Reply(
            rich(
                say(
                    N_("Your list is empty. {find} shows the library; Save puts something on your list."),
                    find=Slash("/resource find"),
                )
            )
        )
    text = say.many("{count} on your list", "{count} on your list", page.total)
    pages = await pager(SAVED, ask, offset, page.total, request, services, FOUND)
    return Reply(rich(text), await _listed(page, request, services) + pages)


PRESSES: Mapping[str, Pressed] = {
    SHOW: press_show,
    FIND: next_page(FindResources, find_resources),
    SAVED: next_page(SavedResources, saved_resources),
}


def today_of(request: Request) -> date:
    """The day it is where they are."""
    return request.now.astimezone(request.zone).date()


async def _nothing(ask: FindResources, asked: Rich, request: Request, services: Services) -> Reply:
    """What to do next: look wider, or be the first to share."""
    say = request.say
    buttons = [Button(say(N_("Share a link")), Action(ASK, "resource share"), Style.PRIMARY)]
    text = joined([say(N_("Nothing found")), asked], " · ")
    if ask == FindResources():
        hint = say(N_("The library is empty. Share the first link that helped you."))
    else:
        hint = say(N_("Try fewer words or conditions. If you know something that helps here, share it."))
        everything = await asking(FIND, FindResources(), request, services)
        buttons.append(Button(say(N_("Show all of it")), everything))
    return Reply(rich(text, "\n", hint), (Card(controls=tuple(buttons)),))


async def _listed(page: Page, request: Request, services: Services) -> tuple[Card, ...]:
    names = names_of(await topics_of(request, services), request.say)
    return tuple(short_card(each, names, request.say, today_of(request)) for each in page.resources)


def _criteria(ask: FindResources, say: Words) -> Rich:
    """What was asked for, as it was understood."""
    cost = "" if ask.price is None else FREE["free" if ask.price else "paid"]
    parts = [
        f"“{ask.words}”" if ask.words else "",
        topic_name(ask.topic, say) if ask.topic else "",
        say(KIND_NAMES[ask.kind]) if ask.kind else "",
        say(LEVEL_NAMES[ask.level]) if ask.level else "",
        f"#{ask.tag.removeprefix('#')}" if ask.tag else "",
        say(cost) if cost else "",
        law_name(ask.law, say) if ask.law else "",
        "" if ask.sort is Order.RELEVANCE else say(ORDERS[ask.sort.value]),
    ]
    return joined(parts, " · ")
