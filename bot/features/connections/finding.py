"""`connect find` and `connect show`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bot.commands import Services, arguments_of, read_values, write_values
from bot.domain.connections import LINE_MOST, Connection, Page, Wanted
from bot.features.connections.cards import ENTRIES, full_card, short_card
from bot.features.connections.days import today
from bot.features.connections.lookup import ConnectionParam, found_connection, not_yours
from bot.features.paging import PAGE, Asked, asked_by, pager
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


async def find_connections(ask: FindConnections, request: Request, services: Services) -> Reply:
    values = write_values(arguments_of(FindConnections), ask, services)
    return await _found(ask, Asked(values, 0), request, services)


async def next_found(press: Press, request: Request, services: Services) -> Reply:
    asked = await asked_by(press.action.arg, FIND, request, services)
    read = await read_values(arguments_of(FindConnections), asked.values, request, services)
    return await _found(FindConnections(**read.values), asked, request, services)


async def show_connection(ask: ShowConnection, request: Request, services: Services) -> Reply:
    return await shown(ask.who, request, services)


async def press_show(press: Press, request: Request, services: Services) -> Reply:
    return await shown(await found_connection(press.action.arg, request, services), request, services)


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


async def _found(ask: FindConnections, asked: Asked, request: Request, services: Services) -> Reply:
    say = request.say
    wanted = Wanted(ask.words, ask.tag.removeprefix("#"), ask.role, ask.city, ask.met, ask.overdue)
    async with services.store.reading() as uow:
        page = await uow.connections.find(
            request.person.id, wanted, today(request), request.now, offset=asked.offset, limit=PAGE
        )
    if not page.total:
        return _nobody(asked, request)
    cards = [short_card(each, say, today(request)) for each in page.connections]
    return Reply(
        rich(_head(page, asked, request)),
        (*cards, *await pager(FIND, asked, page.total, request, services)),
        replaces=asked.offset > 0,
    )


def _head(page: Page, asked: Asked, request: Request) -> str:
    say = request.say
    if page.total <= PAGE:
        return say.many("{count} connection", "{count} connections", page.total)
    count = say.many("{count} connection", "{count} connections", page.total)
    last = asked.offset + len(page.connections)
    return say(N_("{first}–{last} of {count}"), first=asked.offset + 1, last=last, count=count)


def _nobody(asked: Asked, request: Request) -> Reply:
    say = request.say
    if asked.values:
        return Reply(rich(say(N_("None of your connections matches. Ask with fewer words, or another tag."))))
    return Reply(rich(say(N_("You have noted nobody yet. {log} notes whom you met."), log=Slash("/connect log"))))
