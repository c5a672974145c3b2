"""What is checked before something is shared, and `resource sites`: the sites that a community blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands import Access, Command, Pressed, Services
from bot.domain.audit import Did, Subject
from bot.domain.links import host_of
from bot.errors import Refused
from bot.features.pace import check_pace
from bot.features.paging import next_page, pager
from bot.i18n import N_, Slash
from bot.markup import rich
from bot.params import Url
from bot.ports import UnitOfWork
from bot.request import Request
from bot.ui import Reply

SITES = "resource.sites"
LISTED = 20
"""Sites on one page."""


@dataclass(frozen=True, slots=True)
class Sites:
    block: Annotated[str, Url(N_("Block"), N_("Its address: spam.example"))] = ""
    unblock: Annotated[str, Url(N_("Unblock"), N_("Its address: spam.example"))] = ""


async def checked_before_sharing(uow: UnitOfWork, request: Request, link: str) -> None:
    """Raises Refused for a link to a blocked site, and for who shared enough for now."""
    host = host_of(link)
    if await uow.audit.is_blocked(request.community.id, host):
        raise Refused(
            N_("The organisers of {community} have blocked {host}. If that is a mistake, ask one of them."),
            param="link",
            community=request.community.name,
            host=host,
        )
    await check_pace(uow, request, Subject.RESOURCE)


async def list_sites(ask: Sites, request: Request, services: Services) -> Reply:
    """Block one, let one be shared again, and say which are blocked."""
    say, said = request.say, list[str]()
    async with services.store.writing() as uow:
        for link, did in ((ask.unblock, Did.UNBLOCKED), (ask.block, Did.BLOCKED)):
            if link:
                said.append(say(_SAID[did], host=host_of(link)))
                await _set(uow, host_of(link), did, request)
    listed = await _listed(Sites(), request, services)
    return replace(listed, text=rich("\n".join(said), "\n" if said else "", listed.text))


async def block(uow: UnitOfWork, host: str, request: Request) -> None:
    """Nothing of it is shared here from now on."""
    await _set(uow, host, Did.BLOCKED, request)


async def _set(uow: UnitOfWork, host: str, did: Did, request: Request) -> None:
    community = request.community.id
    if did is Did.BLOCKED:
        is_news = await uow.audit.block(community, host, request.now)
    else:
        is_news = await uow.audit.unblock(community, host)
    if is_news:
        await uow.audit.note(community, request.person.id, did, Subject.SITE, None, host, request.now)


_SAID: Mapping[Did, str] = {
    Did.BLOCKED: N_("Nothing of {host} can be shared here any more."),
    Did.UNBLOCKED: N_("{host} is not blocked."),
}


async def _listed(ask: Sites, request: Request, services: Services, offset: int = 0) -> Reply:
    say = request.say
    async with services.store.reading(is_steady=False) as uow:
        hosts = await uow.audit.blocked(request.community.id)
    if not hosts:
        text = say(N_("No site is blocked. {command} blocks one."), command=Slash("/resource sites block:"))
        return Reply(rich(text))
    count = say.many("{count} site is blocked:", "{count} sites are blocked:", len(hosts))
    shown = hosts[offset : offset + LISTED]
    pages = await pager(SITES, ask, offset, len(hosts), request, services, LISTED)
    return Reply(rich("\n".join([count, *shown])), pages)


COMMANDS = (
    Command(
        "sites",
        N_("See, block and unblock sites"),
        Sites,
        list_sites,
        "/resource sites block:spam.example",
        Access.ORGANISER,
    ),
)
PRESSES: Mapping[str, Pressed] = {SITES: next_page(Sites, _listed)}
FOR_ORGANISERS = frozenset(PRESSES)
