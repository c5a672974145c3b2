"""`gig post` and `gig edit`: asked twice, so that pay and deadline are seen spelled out before they are saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated
from urllib.parse import urlsplit

from bot.commands import OpensForm, Services, arguments_of, write_values
from bot.domain.audit import Did, Subject
from bot.domain.gigs import (
    ABOUT_MOST,
    CONTACT_MOST,
    LONGEST,
    ROLE_MOST,
    ROLES_MOST,
    TERM,
    TITLE_MOST,
    WHAT_NAMES,
    About,
    Gig,
    NewGig,
    Pay,
    Rules,
    Standing,
    What,
)
from bot.domain.moments import Moment, moment_at
from bot.domain.places import Place
from bot.errors import Refused
from bot.features.gigs.cards import EDIT, about_fields, full_card
from bot.features.gigs.lookup import OwnGigParam, own_gig, seen_gig
from bot.features.gigs.telling import PENDING, ask_later, opened
from bot.features.organising import for_organisers, organises
from bot.features.pace import check_pace
from bot.i18n import N_
from bot.markup import Bold, rich
from bot.params import Choice, City, DateTime, Fee, Reading, Tags, Text, Url, yes_no
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Card, Field, Form, Reply

ENDS_AT = time(23, 59)
"""On the wall, where only the day of a deadline was named."""
EDIT_HELP = N_("Change a gig that you posted")
NOTHING = "-"
"""What is typed to empty a field: an empty one says nothing of it."""
ONLY = "only"


def what_choice() -> Choice:
    return Choice(N_("What"), N_("session, mix, production, co-write, internship, …"), WHAT_NAMES, What)


@dataclass(frozen=True, slots=True)
class Page(Url):
    """A web address, or - for none."""

    def read(self, typed: str, reading: Reading) -> str:
        return NOTHING if typed.strip() == NOTHING else Url.read(self, typed, reading)


@dataclass(frozen=True, slots=True)
class PostGig:
    title: Annotated[str, Text(N_("Title"), N_("What there is to do, in a line"), most=TITLE_MOST)]
    what: Annotated[What, what_choice()]
    pay: Annotated[Pay | None, Fee(N_("Pay"), N_("300 EUR, 50 EUR per hour, split 50%, 3 points, unpaid"))] = None
    city: Annotated[Place | None, City(N_("City"), N_("Where it is to be done"))] = None
    remote: Annotated[bool, yes_no(N_("Remote"), N_("yes, if it can be done from afar, too"))] = False
    roles: Annotated[
        tuple[str, ...],
        Tags(N_("For whom"), N_("producer, engineer, singer, …"), most=ROLES_MOST, each=ROLE_MOST, keeps_case=True),
    ] = ()
    deadline: Annotated[
        Moment | None, DateTime(N_("Deadline"), N_("in 30 days, friday, 4 December"), "city", ENDS_AT)
    ] = None
    link: Annotated[str, Url(N_("Page"), N_("Where more is said of it"))] = ""
    text: Annotated[str, Text(N_("Description"), N_("What it is about"), most=ABOUT_MOST, is_long=True)] = ""
    contact: Annotated[
        str, Text(N_("Contact"), N_("A handle or address for all to see; else through me"), most=CONTACT_MOST)
    ] = ""


@dataclass(frozen=True, slots=True)
class EditGig:
    gig: Annotated[Gig, OwnGigParam(N_("Gig"), N_("Words of its title"))]
    title: Annotated[str, Text(N_("Title"), N_("What there is to do, in a line"), most=TITLE_MOST)] = ""
    what: Annotated[What | None, what_choice()] = None
    pay: Annotated[Pay | None, Fee(N_("Pay"), N_("300 EUR, 50 EUR per hour, split 50%, 3 points, unpaid"))] = None
    city: Annotated[Place | None, City(N_("City"), N_("Where it is to be done"))] = None
    remote: Annotated[
        str,
        Choice(
            N_("Remote"),
            N_("yes, if it can be done from afar, too"),
            {"yes": N_("Yes"), "no": N_("No"), ONLY: N_("Only remote")},
        ),
    ] = ""
    roles: Annotated[
        tuple[str, ...],
        Tags(N_("For whom"), N_("All of them; - empties it"), most=ROLES_MOST, each=ROLE_MOST, keeps_case=True),
    ] = ()
    deadline: Annotated[
        Moment | None, DateTime(N_("Deadline"), N_("in 30 days, friday, 4 December"), "city", ENDS_AT)
    ] = None
    link: Annotated[str, Page(N_("Page"), N_("Where more is said of it; - empties it"))] = ""
    text: Annotated[
        str, Text(N_("Description"), N_("What it is about; - empties it"), most=ABOUT_MOST, is_long=True)
    ] = ""
    contact: Annotated[str, Text(N_("Contact"), N_("For all to see; - for through me"), most=CONTACT_MOST)] = ""


async def confirm_post(ask: PostGig, request: Request, services: Services) -> Card:
    about, deadline = _about(ask), deadline_of(ask.deadline, request)
    async with services.store.reading() as uow:
        rules = await uow.gigs.rules(request.community.id)
        await _check_link(uow, request.community.id, about.link)
        await check_pace(uow, request, Subject.GIG)
    _check(about, deadline, rules, request.now)
    return _confirmed(about, deadline, request, waits=rules.needs_approval and not request.is_organiser)


async def post_gig(ask: PostGig, request: Request, services: Services) -> Reply:
    """Save it, once however often Save is pressed: the request's id stays with the gig."""
    about, deadline = _about(ask), deadline_of(ask.deadline, request)
    community = request.community.id
    async with services.store.writing() as uow:
        rules = await uow.gigs.rules(community)
        _check(about, deadline, rules, request.now)
        await _check_link(uow, community, about.link)
        is_approved = request.is_organiser or not rules.needs_approval
        new = NewGig(about, deadline, request.origin, is_approved, request.id)
        posted = await uow.gigs.post(community, new, request.now)
        gig = await uow.gigs.get(community, posted.id, person=request.person.id, now=request.now)
        assert gig is not None, "its poster sees it"
        if posted.is_new:
            await check_pace(uow, request, Subject.GIG)
            await noted(uow, gig, Did.SHARED, request)
            await shown_or_asked(uow, gig, request)
    text = _said(gig, N_("Posted. It is open until {moment}."), request)
    return Reply(rich(text), (full_card(gig, request.say, request.now),))


async def confirm_edit(ask: EditGig, request: Request, services: Services) -> Card:
    about, deadline = edited(ask), _deadline(ask)
    async with services.store.reading() as uow:
        gig = await own_gig(ask.gig.id, request, uow)
        rules = await uow.gigs.rules(gig.community)
        is_organiser = await organises(gig.community, request, uow)
    _still_on(gig)
    _check(about, deadline, rules, request.now)
    return _confirmed(about, deadline, request, waits=rules.needs_approval and not is_organiser)


async def edit_gig(ask: EditGig, request: Request, services: Services) -> Reply:
    """Where organisers approve, they approve what was changed, too."""
    about, deadline = edited(ask), _deadline(ask)
    async with services.store.writing() as uow:
        before = await own_gig(ask.gig.id, request, uow)
        _still_on(before)
        rules = await uow.gigs.rules(before.community)
        _check(about, deadline, rules, request.now)
        standing = before.standing
        if rules.needs_approval and not await organises(before.community, request, uow):
            standing = Standing.PENDING
        await _check_link(uow, before.community, about.link)
        await uow.gigs.change(before.community, before.id, about, deadline, standing)
        gig = await seen_gig(before.id, request, uow)
        await noted(uow, gig, Did.EDITED, request)
        await uow.audit.settle(gig.community, Subject.GIG, gig.id)
        if gig.standing is Standing.PENDING:
            await shown_or_asked(uow, gig, request)
        else:
            await ask_later(uow, gig, request.now)
    text = _said(gig, N_("Changed. It is open until {moment}."), request)
    return Reply(rich(text), (full_card(gig, request.say, request.now),))


async def open_edit(press: Press, request: Request, services: Services) -> Form:
    """The form of `gig edit`, with all that stands there."""
    async with services.store.reading() as uow:
        gig = await own_gig(press.action.arg, request, uow)
    _still_on(gig)
    about, arguments = gig.about, arguments_of(EditGig)
    known = EditGig(
        gig,
        title=about.title,
        what=about.what,
        pay=about.pay,
        city=about.place,
        remote="no" if not about.is_remote else "yes" if about.place else ONLY,
        roles=about.roles,
        deadline=moment_at(gig.deadline, request.zone.key),
        link=about.link,
        text=about.text,
        contact=about.contact,
    )
    return Form(
        title=request.say(EDIT_HELP),
        action=Action("gig edit"),
        params={each: argument.param for each, argument in arguments.items()},
        values=write_values(arguments, known, services),
        required=frozenset(each for each, argument in arguments.items() if argument.is_required),
        locale=str(request.say.locale),
    )


OPENS: Mapping[str, OpensForm] = {EDIT: open_edit}


async def shown_or_asked(uow: UnitOfWork, gig: Gig, request: Request) -> None:
    """Everybody sees it from now on, or organisers are asked first."""
    if gig.standing is Standing.OPEN:
        await opened(uow, gig, request.now)
    else:
        owed = await for_organisers(
            uow, gig.community, PENDING, gig.id, request.now, period=request.id, not_after=gig.deadline
        )
        await uow.outbox.add(owed, request.now)


async def noted(uow: UnitOfWork, gig: Gig, did: Did, request: Request) -> None:
    """A line of the audit."""
    await uow.audit.note(gig.community, request.person.id, did, Subject.GIG, gig.id, gig.about.title, request.now)


def deadline_of(named: Moment | None, request: Request) -> datetime:
    """When it ends: as was named, else at the end of the day 30 days from now."""
    if named is not None:
        return named.instant()
    day = (request.now + TERM).astimezone(request.zone).date()
    return Moment(datetime.combine(day, ENDS_AT), request.zone.key).instant()


def _about(ask: PostGig) -> About:
    return About(
        what=ask.what,
        title=ask.title,
        roles=ask.roles,
        place=ask.city,
        is_remote=ask.remote,
        pay=ask.pay,
        link=ask.link,
        text=ask.text,
        contact=ask.contact,
    )


def edited(ask: EditGig) -> About:
    """What was not said stays as it is."""
    before = ask.gig.about
    return About(
        what=ask.what or before.what,
        title=ask.title or before.title,
        roles=before.roles if not ask.roles else () if ask.roles == (NOTHING,) else ask.roles,
        place=None if ask.remote == ONLY else ask.city or before.place,
        is_remote=before.is_remote if not ask.remote else ask.remote != "no",
        pay=ask.pay or before.pay,
        link=_anew(ask.link, before.link),
        text=_anew(ask.text, before.text),
        contact=_anew(ask.contact, before.contact),
    )


def _anew(typed: str, before: str) -> str:
    return before if not typed else "" if typed == NOTHING else typed


def _deadline(ask: EditGig) -> datetime:
    return ask.deadline.instant() if ask.deadline else ask.gig.deadline


def _check(about: About, deadline: datetime, rules: Rules, now: datetime) -> None:
    """Raises Refused for what no gig is, or the organisers do not want."""
    if about.place is None and not about.is_remote:
        raise Refused(N_("Say where it is to be done: name a city, or say remote:yes, or both."), param="city")
    if about.what is What.INTERNSHIP and about.pay is None:
        raise Refused(
            N_("An internship has to say whether it is paid: an amount such as 600 EUR per month, or unpaid."),
            param="pay",
        )
    if rules.needs_pay and about.pay is None:
        raise Refused(
            N_("The organisers ask that pay is stated: an amount such as 300 EUR, a split, points, or unpaid."),
            param="pay",
        )
    if deadline <= now:
        raise Refused(N_("This deadline is over already. Name a day to come."), param="deadline")
    if deadline > now + LONGEST:
        raise Refused(N_("A gig is open for a year at most. Name an earlier day."), param="deadline")


async def _check_link(uow: UnitOfWork, community: int, link: str) -> None:
    host = urlsplit(link).hostname or ""
    if host and await uow.audit.is_blocked(community, host):
        raise Refused(N_("The organisers have blocked {host}. If that is a mistake, ask one of them."), host=host)


def _still_on(gig: Gig) -> None:
    if gig.standing not in (Standing.OPEN, Standing.PENDING):
        raise Refused(N_("{title} is closed already. Post it anew where it is to be had again."), title=gig.about.title)


def _confirmed(about: About, deadline: datetime, request: Request, *, waits: bool) -> Card:
    say = request.say
    fields = about_fields(about, deadline, say)
    if about.link:
        fields += (Field(say(N_("Page")), rich(about.link)),)
    if waits:
        fields += (Field(say(N_("Before others see it")), rich(say(N_("the organisers approve it")))),)
    return Card(rich(Bold(about.title)), rich(about.text), fields=fields)


def _said(gig: Gig, text: str, request: Request) -> str:
    if gig.standing is Standing.PENDING:
        text = N_("Saved. The organisers look at it first; I tell you what they say. It ends on {moment}.")
    return request.say(text, moment=request.say.moment(gig.deadline))
