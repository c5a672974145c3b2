"""`gig find`, `gig show`, `gig mine`, `gig waiting`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Pressed, Services
from bot.domain.audit import Subject
from bot.domain.gigs import ROLE_MOST, WHAT_NAMES, Gig, Order, Wanted, What
from bot.domain.places import Place
from bot.domain.roles import ROLES
from bot.features.gigs.cards import SHOW, full_card, own_card, reported_card, short_card, waiting_card
from bot.features.gigs.lookup import GigParam, seen_gig
from bot.features.gigs.posting import what_choice
from bot.features.paging import PAGE, next_page, pager, stretch
from bot.i18n import N_, Slash, Words
from bot.markup import Rich, joined, rich
from bot.params import Choice, City, Text, Whole, yes_no
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Card, Reply

FIND, MINE, WAITING = "gig.find", "gig.mine", "gig.waiting"

REPORTED_MOST = 10

ORDERS: Mapping[str, str] = {Order.NEWEST.value: N_("Newest"), Order.DEADLINE.value: N_("Deadline")}


@dataclass(frozen=True, slots=True)
class FindGigs:
    words: Annotated[str, Text(N_("Words"), N_("Words in the title or description"))] = ""
    role: Annotated[str, Text(N_("Role"), N_("producer, engineer, songwriter, …"), most=ROLE_MOST, offers=ROLES)] = ""
    near: Annotated[Place | None, City(N_("Near"), N_("City to search around"))] = None
    within: Annotated[
        int,
        Whole(N_("Within"), N_("Kilometres around the city (50)"), low=1, high=1000, example=50, unit="km"),
    ] = 50
    remote: Annotated[bool | None, yes_no(N_("Remote"), N_("yes: only what can be done from afar; no: on site"))] = None
    paid: Annotated[bool | None, yes_no(N_("Paid"), N_("no: unpaid, or for a share of revenue only"))] = None
    what: Annotated[What | None, what_choice()] = None
    sort: Annotated[Order, Choice(N_("Sorted by"), N_("newest, or deadline"), ORDERS, Order)] = Order.NEWEST


@dataclass(frozen=True, slots=True)
class ShowGig:
    gig: Annotated[Gig, GigParam(N_("Gig"), N_("Words of its title"))]


@dataclass(frozen=True, slots=True)
class MyGigs:
    pass


@dataclass(frozen=True, slots=True)
class WaitingGigs:
    pass


async def find_gigs(ask: FindGigs, request: Request, services: Services, offset: int = 0) -> Reply:
    wanted = Wanted(ask.words, ask.what, ask.role, ask.near, ask.within, ask.remote, ask.paid)
    async with services.store.reading(is_steady=False) as uow:
        page = await uow.gigs.find(
            request.community.id,
            wanted,
            ask.sort,
            person=request.person.id,
            now=request.now,
            offset=offset,
            limit=PAGE,
        )
    say = request.say
    asked = criteria(wanted, say)
    if not page.total:
        told = say(
            N_("{follow} with the same words tells you when there is one; {post} posts one yourself."),
            follow=Slash("/gig follow"),
            post=Slash("/gig post"),
        )
        return Reply(rich(joined([say(N_("No open gig found")), asked], " · "), "\n", told))
    count = say.many("{count} gig", "{count} gigs", page.total)
    head = joined([stretch(count, offset, len(page.gigs), page.total, say), asked], " · ")
    cards = tuple(short_card(gig, say, request.now) for gig in page.gigs)
    return Reply(head, cards + await pager(FIND, ask, offset, page.total, request, services))


async def show_gig(ask: ShowGig, request: Request, services: Services) -> Reply:
    return await shown(ask.gig.id, request, services)


async def press_show(press: Press, request: Request, services: Services) -> Reply:
    return await shown(press.action.arg, request, services)


async def shown(id_: str | int, request: Request, services: Services, text: str = "") -> Reply:
    """All of one gig; its poster sees who would like to do it."""
    async with services.store.reading() as uow:
        gig = await seen_gig(id_, request, uow)
        names: tuple[str, ...] = ()
        if gig.is_mine:
            names = tuple(each.account.name for each in await uow.gigs.interests(gig.id, gig.community))
    return Reply(rich(text), (full_card(gig, request.say, request.now, names),))


async def my_gigs(ask: MyGigs, request: Request, services: Services, offset: int = 0) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        page = await uow.gigs.mine(request.community.id, request.person.id, offset, PAGE)
    if not page.total:
        return Reply(rich(say(N_("You have posted no gig here yet. {post} does."), post=Slash("/gig post"))))
    text = say.many("You have posted {count} gig.", "You have posted {count} gigs.", page.total)
    cards = tuple(own_card(gig, say, request.now) for gig in page.gigs)
    return Reply(rich(text), cards + await pager(MINE, ask, offset, page.total, request, services))


async def waiting_gigs(ask: WaitingGigs, request: Request, services: Services, offset: int = 0) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        page = await uow.gigs.pending(request.community.id, request.now, offset, PAGE)
        reported = () if offset else await _reported(request, uow)
    cards = tuple(waiting_card(gig, say) for gig in page.gigs) + reported
    if not cards:
        return Reply(rich(say(N_("No gig waits for approval, and none is reported."))))
    text = say.many("{count} gig waits for approval.", "{count} gigs wait for approval.", page.total)
    if reported:
        more = say.many("{count} gig is reported.", "{count} gigs are reported.", len(reported))
        text = f"{text} {more}" if page.total else more
    return Reply(rich(text), cards + await pager(WAITING, ask, offset, page.total, request, services))


PRESSES: Mapping[str, Pressed] = {
    FIND: next_page(FindGigs, find_gigs),
    MINE: next_page(MyGigs, my_gigs),
    WAITING: next_page(WaitingGigs, waiting_gigs),
    SHOW: press_show,
}
FOR_ORGANISERS = frozenset({WAITING})


async def _reported(request: Request, uow: UnitOfWork) -> tuple[Card, ...]:
    """Those about which organisers have not decided."""
    community = request.community.id
    reports = await uow.audit.reports(community, Subject.GIG, 0, REPORTED_MOST)
    by_gig = {each.subject_id: each for each in reports}
    gigs = [each for each in await uow.gigs.fallen_due(by_gig) if each.community == community]
    return tuple(reported_card(each, by_gig[each.id], request.say) for each in gigs)


def criteria(wanted: Wanted, say: Words) -> Rich:
    """What was asked for, as it was understood."""
    near = ""
    if wanted.near:
        near = say(N_("within {km} km of {place}"), km=say.number(wanted.within_km), place=wanted.near.full_label)
        if wanted.is_remote is None:
            near = say(N_("{near}, or remote"), near=near)
    remote = {None: "", True: say(N_("remote")), False: say(N_("on site"))}[wanted.is_remote]
    paid = {None: "", True: say(N_("paid")), False: say(N_("unpaid or for a share"))}[wanted.is_paid]
    parts = [
        f"“{wanted.words}”" if wanted.words else "",
        say(WHAT_NAMES[wanted.what]) if wanted.what else "",
        wanted.role,
        near,
        remote,
        paid,
    ]
    return joined(parts, " · ")
