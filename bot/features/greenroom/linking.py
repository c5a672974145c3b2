"""`greenroom link` and `greenroom unlink`: workspaces that share one calendar, one attendance list, one digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Pressed, Services, read_id
from bot.domain.linking import HOMES_MOST, Offer, Purpose, named, others
from bot.domain.people import Home
from bot.errors import NotFound, Refused
from bot.features.codes import code_param, not_in_use, offer, tried
from bot.features.mirror import stir
from bot.i18n import N_, Slash
from bot.markup import Bold, joined, rich
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply, Style

LINK, UNLINK = "greenroom.link", "greenroom.unlink"


@dataclass(frozen=True, slots=True)
class LinkWorkspace:
    code: Annotated[str, code_param()] = ""


@dataclass(frozen=True, slots=True)
class UnlinkWorkspace:
    pass


async def link_workspace(ask: LinkWorkspace, request: Request, services: Services) -> Reply:
    here = home_of(request)
    if not ask.code:
        return await offer(Purpose.COMMUNITY, request, services)
    code, offered = await tried(ask.code, Purpose.COMMUNITY, request, services)
    async with services.store.reading() as uow:
        home, there, linked = await _sides(offered, here, request, uow)
    if linked:
        return _linked(home, there, request)
    say = request.say
    community = there[0].community
    lines = [
        say(N_("One calendar and one attendance list in both. An event that both have becomes one, with all answers.")),
        say(N_("Digests go on where they are posted, each with the events of both.")),
        say(N_("Whoever was named an organiser is one in both. Whoever runs a server or workspace organises there.")),
        say(
            N_("Time zone and language are those of {community}: {zone}."),
            community=community.name,
            zone=community.zone,
        ),
    ]
    names = say.listed([named(each) for each in there])
    title = say(N_("Link {here} with {names}?"), here=named(home), names=names)
    button = Button(say(N_("Link")), Action(LINK, code), Style.PRIMARY)
    return Reply(
        rich(say(N_("Is this right? Nothing is linked yet."))),
        (Card(rich(Bold(title)), joined(lines, "\n"), controls=(button,)),),
    )


async def press_link(press: Press, request: Request, services: Services) -> Reply:
    """Pressed again it says the same."""
    here = home_of(request)
    code, offered = await tried(press.action.arg, Purpose.COMMUNITY, request, services)
    async with services.store.writing() as uow:
        home, there, linked = await _sides(offered, here, request, uow)
        if not linked:
            into = there[0].community.id
            is_first = await uow.linking.use(code, request.now)
            if not is_first or not await uow.linking.join(home.community.id, into, request.now):
                raise not_in_use(Purpose.COMMUNITY, request)  # somebody was faster
            await stir(uow, into, request.now)
    return _linked(home, there, request)


async def unlink_workspace(_ask: UnlinkWorkspace, request: Request, services: Services) -> Reply:
    say, here = request.say, home_of(request)
    async with services.store.reading() as uow:
        homes = await uow.people.homes_of(request.community.id)
    home = next(each for each in homes if each.id == here)
    rest = others(homes, here)
    if not rest:
        raise Refused(
            N_("{here} is linked with no other server or workspace. {command} links it."),
            here=named(home),
            command=Slash("/greenroom link"),
        )
    lines = [
        say(N_("What was added here goes with it, and so do the digests that are posted here.")),
        say(N_("Of coming events both sides keep their own copy, each with the answers of its own members.")),
        say(N_("Linked again, these copies become one again.")),
    ]
    title = say(N_("Unlink {here} from {names}?"), here=named(home), names=say.listed(rest))
    button = Button(say(N_("Unlink")), Action(UNLINK, str(here)), Style.DANGER)
    return Reply(cards=(Card(rich(Bold(title)), joined(lines, "\n"), controls=(button,)),))


async def press_unlink(press: Press, request: Request, services: Services) -> Reply:
    """Pressed again it says the same."""
    here = home_of(request)
    if read_id(press.action.arg) != here:
        raise NotFound(
            N_("This button is for another server or workspace. Use {command}."), command=Slash("/greenroom unlink")
        )
    async with services.store.writing() as uow:
        community = await uow.linking.part(here, request.now)
        [home] = await uow.people.homes([here])
        for each in (community, request.community.id):
            if each is not None:
                await stir(uow, each, request.now)
    text = request.say(N_("{here} has a calendar of its own now."), here=named(home))
    return Reply(rich(text), replaces=True)


PRESSES: Mapping[str, Pressed] = {LINK: press_link, UNLINK: press_unlink}


def home_of(request: Request) -> int:
    """The workspace this was asked in. Raises Refused in a direct message."""
    if request.origin.home is None:
        raise Refused(N_("Use this in the server or workspace that is meant."))
    return request.origin.home


async def _sides(offered: Offer, here: int, request: Request, uow: UnitOfWork) -> tuple[Home, list[Home], bool]:
    """The workspace asked in, those it is to be one community with, and whether it is already by this code.

    Raises Refused where they cannot be linked.
    """
    [home] = await uow.people.homes([here])
    assert offered.home is not None, "a community's code is made in a workspace"
    there = list(await uow.people.homes_of(offered.home.community.id))
    is_together = home.community.id == offered.home.community.id
    if offered.is_used:
        if is_together and home.id != offered.home.id:
            return home, [each for each in there if each.id != home.id], True
        raise not_in_use(Purpose.COMMUNITY, request)
    if is_together:
        raise Refused(
            N_("This code was made in {name}, which is in this community. Use it in the server or workspace to link."),
            name=named(offered.home),
        )
    rest = others(await uow.people.homes_of(home.community.id), home.id)
    if rest:
        raise Refused(
            N_("{here} is linked with {names} already. Make a code here and use it there, or unlink first: {command}."),
            here=named(home),
            names=request.say.listed(rest),
            command=Slash("/greenroom unlink"),
        )
    if len(there) >= HOMES_MOST:
        raise Refused(
            N_("A community has at most {most} servers and workspaces. Unlink one of {names} first."),
            most=HOMES_MOST,
            names=request.say.listed([named(each) for each in there]),
        )
    return home, there, False


def _linked(home: Home, there: list[Home], request: Request) -> Reply:
    names = request.say.listed([named(each) for each in there])
    text = request.say(N_("Linked: {here} and {names} are one community now."), here=named(home), names=names)
    return Reply(rich(text), replaces=True)
