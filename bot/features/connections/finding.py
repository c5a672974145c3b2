"""`connect find` and `connect show`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Pressed, Services
from bot.domain.connections import LINE_MOST, Connection, Wanted
from bot.features.connections.cards import ENTRIES, SHOW, full_card, short_card
from bot.features.connections.days import today
from bot.features.connections.lookup import ConnectionParam, found_connection, not_yours
from bot.features.paging import PAGE, next_page, pager, stretch
from bot.i18n import N_, Slash
from bot.markup import rich
from bot.params import Text, yes_no
from bot.request import Press, Request
from bot.ui import Reply

FIND = "connect.find"


@dataclass(frozen=True, slots=True)
class FindConnections:
    words: Annotated[str, Text(N_("Words"), N_("In names, roles, notes and promises"))] = ""
    tag: Annotated[str, Text(N_("Tag"), N_("Only with this tag"), most=LINE_MOST)] = ""
    role: Annotated[str, Text(N_("Role"), N_("producer, engineer, songwriter, …"), most=LINE_MOST)] = ""
    city: Annotated[str, Text(N_("City"), N_("Where they live"), most=LINE_MOST)] = ""
    met: Annotated[str, Text(N_("Where you met"), N_("Words of where you met"), most=LINE_MOST)] = ""
    overdue: Annotated[bool, yes_no(N_("Overdue"), N_("Only whom it is time to get back to"))] = False


@dataclass(frozen=True, slots=True)
class ShowConnection:
    who: Annotated[Connection, ConnectionParam(N_("Who"), N_("Words of their name"))]


async def find_connections(ask: FindConnections, request: Request, services: Services, offset: int = 0) -> Reply:
    say = request.say
    wanted = Wanted(ask.words, ask.tag.removeprefix("#"), ask.role, ask.city, ask.met, ask.overdue)
    async with services.store.reading() as uow:
        page = await uow.connections.find(
            request.person.id, wanted, today(request), request.now, offset=offset, limit=PAGE
        )
    if not page.total:
        return _nobody(ask, request)
    count = say.many("{count} connection", "{count} connections", page.total)
    cards = tuple(short_card(each, say, today(request)) for each in page.connections)
    pages = await pager(FIND, ask, offset, page.total, request, services)
    return Reply(rich(stretch(count, offset, len(page.connections), page.total, say)), cards + pages)


async def show_connection(ask: ShowConnection, request: Request, services: Services) -> Reply:
    return await shown(ask.who, request, services)


async def press_show(press: Press, request: Request, services: Services) -> Reply:
    return await shown(await found_connection(press.action.arg, request, services), request, services)


PRESSES: Mapping[str, Pressed] = {FIND: next_page(FindConnections, find_connections), SHOW: press_show}


async def shown(connection: Connection, request: Request, services: Services) -> Reply:
    """All about one connection, with the events that both went to."""
    async with services.store.reading() as uow:
        timeline = await uow.connections.timeline(request.person.id, connection.id, entries=ENTRIES)
        if timeline is None:
            raise not_yours()
        both: list[str] = []
        if timeline.both_at and request.joined is not None:
            events = await uow.events.several(request.joined.id, timeline.both_at, person=None)
            both = [each.details.title for each in events]
    return Reply(cards=full_card(timeline, both, request.say, today(request)))


def _nobody(ask: FindConnections, request: Request) -> Reply:
    say = request.say
    if ask != FindConnections():
        return Reply(rich(say(N_("None of your connections matches. Ask with fewer words, or another tag."))))
    return Reply(rich(say(N_("You have noted nobody yet. {log} notes whom you met."), log=Slash("/connect log"))))
