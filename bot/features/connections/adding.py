"""`connect log`: asked twice, so that dates are seen whole and names that are alike are seen before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from bot.commands import SAVE, Services
from bot.domain.alike import are_alike
from bot.domain.cadences import Cadence
from bot.domain.connections import (
    LINE_MOST,
    LINK_MOST,
    LISTED_MOST,
    NAME_MOST,
    NOTE_MOST,
    PROMISE_MOST,
    About,
    Connection,
    Connections,
    Entry,
    Happening,
    NewConnection,
    Promise,
    Side,
)
from bot.domain.contacts.reached import told_apart
from bot.domain.members import Somebody, mention_of
from bot.domain.moments import Moment
from bot.domain.roles import ROLES
from bot.domain.spoken import cadence_words
from bot.features.connections import reminding
from bot.features.connections.cards import moment, short_card
from bot.features.connections.days import day_met, due, noon, today
from bot.features.connections.lookup import (
    ConnectionParam,
    Meeting,
    MeetingParam,
    described,
    found_connection,
    not_yours,
)
from bot.features.connections.uniting import rest_of, united_about
from bot.i18n import N_, Words
from bot.markup import Bold, joined, rich
from bot.params import Every, Member, PastDay, Tags, Text
from bot.request import Pointed, Request
from bot.ui import Action, Button, Card, Field, Reply

LOOKED_AT = 50
"""Connections that share a word of the name or more; of them those are shown that may be the same."""
SHOWN = 3
"""Those alike that are shown before one is saved."""


@dataclass(frozen=True, slots=True)
class LogConnection:
    name: Annotated[str, Text(N_("Name"), N_("Whom you met"), most=NAME_MOST)]
    met: Annotated[
        Meeting | None, MeetingParam(N_("Where you met"), N_("An event of the calendar, or words: ADE panel"))
    ] = None
    notes: Annotated[str, Text(N_("Notes"), N_("What was said"), most=NOTE_MOST, is_long=True)] = ""
    promised: Annotated[str, Text(N_("You promised"), N_("What you promised them: send stems"), most=PROMISE_MOST)] = ""
    due: Annotated[Moment | None, due(N_("Due"), N_("friday, 4 December 19:00"))] = None
    role: Annotated[str, Text(N_("Role"), N_("producer, engineer, songwriter, …"), most=LINE_MOST, offers=ROLES)] = ""
    tags: Annotated[tuple[str, ...], Tags(N_("Tags"), N_("techno, mixing, …"), most=LISTED_MOST)] = ()
    contact: Annotated[
        tuple[str, ...],
        Tags(
            N_("Handles and links"),
            N_("@ana, ana@example.org, soundcloud.com/ana; commas between them"),
            most=LISTED_MOST,
            each=LINK_MOST,
            keeps_case=True,
        ),
    ] = ()
    every: Annotated[Cadence | None, Every(N_("Stay in touch"), N_("every 6 weeks, every 3 months"))] = None
    follow_up: Annotated[Moment | None, due(N_("Follow up"), N_("in 2 weeks, friday"))] = None
    owed: Annotated[str, Text(N_("They promised"), N_("What they promised you"), most=PROMISE_MOST)] = ""
    owed_due: Annotated[Moment | None, due(N_("Due from them"), N_("next week, friday"))] = None
    on: Annotated[date | None, PastDay(N_("When you met"), N_("today, if left out; yesterday, 12 November"))] = None
    introduced_by: Annotated[str, Text(N_("Introduced by"), N_("Who introduced you"), most=LINE_MOST)] = ""
    company: Annotated[str, Text(N_("Company"), N_("Label, studio, band"), most=LINE_MOST)] = ""
    city: Annotated[str, Text(N_("City"), N_("Where they live"), most=LINE_MOST)] = ""
    member: Annotated[Somebody | None, Member(N_("Member"), N_("Who it is here, if they are; nobody is told"))] = None
    known: Annotated[Connection | None, ConnectionParam(N_("Known as"), N_("Add this to somebody you noted"))] = None


def from_person(pointed: Pointed) -> Mapping[str, str]:
    """The form of `connect log`, as far as somebody who was pointed at fills it."""
    account = pointed.account
    return {} if account is None else {"name": account.name[:NAME_MOST], "member": mention_of(account)}


async def confirm_connection(ask: LogConnection, request: Request, services: Services) -> Card:
    say = request.say
    if ask.known is not None:
        return Card(rich(Bold(say(N_("Add this to {name}"), name=ask.known.about.name))), fields=_fields(ask, request))
    about = about_of(ask)
    async with services.store.reading() as uow:
        sharing = await uow.connections.alike(request.person.id, about, LOOKED_AT)
    similar = [each for each in sharing if are_alike(each.about, about)][:SHOWN]
    body = rich()
    buttons: list[Button] = []
    if similar:
        lines = [rich(described(each.about)) for each in similar]
        body = joined([rich(say(N_("You have noted somebody alike:"))), *lines], "\n")
        draft = request.draft_id("confirm")
        buttons = [
            Button(say(N_("It is {name}"), name=each.about.name), Action(SAVE, f"{draft}/known=#{each.id}"))
            for each in similar
        ]
    return Card(rich(Bold(ask.name)), body, fields=_fields(ask, request), controls=tuple(buttons))


async def log_connection(ask: LogConnection, request: Request, services: Services) -> Reply:
    """Save it, once however often Save is pressed: the request's id stays with it."""
    owner, now = request.person.id, request.now
    new = _new(ask, request)
    async with services.store.writing() as uow:
        if ask.known is None:
            id_ = await uow.connections.add(owner, new, now)
        else:
            id_ = await _added_to(ask.known, new, request, uow.connections)
        timeline = await uow.connections.timeline(owner, id_, entries=0)
        if timeline is None:
            raise not_yours()
        await reminding.remember(uow, timeline, owner, now)
        await uow.nudges.stir(owner, now)
    saved = await found_connection(str(id_), request, services)
    text = rich(request.say(N_("Saved. Only you can see it.")))
    return Reply(text, (short_card(saved, request.say, today(request)),))


async def _added_to(known: Connection, new: NewConnection, request: Request, kept: Connections) -> int:
    """What was told now joins what is known: nothing that stands there is overwritten."""
    owner, id_ = request.person.id, known.id
    entries = list(new.entries)
    if rest := rest_of(known.about, new.about, request.say):
        entries.append(Entry(Happening.NOTE, request.now, rest))
    for number, entry in enumerate(entries):
        await kept.note(owner, id_, entry, contact=new.last_contact, request_id=f"{request.id}/{number}")
    for number, promise in enumerate(new.promises):
        await kept.promise(owner, id_, promise, f"{request.id}/{number}")
    now_known = await kept.get(owner, id_)
    if now_known is None:
        raise not_yours()
    changed = replace(
        now_known,
        about=united_about(now_known.about, new.about),
        member=now_known.member if now_known.member is not None else new.member,
        cadence=new.cadence or now_known.cadence,
        follow_up=new.follow_up or now_known.follow_up,
    )
    await kept.change(owner, changed)
    return id_


def about_of(ask: LogConnection) -> About:
    """Who it is; contacts are told apart by how they look."""
    return About(
        name=ask.name,
        role=ask.role,
        company=ask.company,
        city=ask.city,
        tags=ask.tags,
        introduced_by=ask.introduced_by,
        **told_apart(ask.contact),
    )


def _new(ask: LogConnection, request: Request) -> NewConnection:
    day = day_met(ask.on, ask.met, request)
    met = ask.met or Meeting("")
    entries = [Entry(Happening.MET, noon(day, request), met.words, met.event.id if met.event else None)]
    if ask.notes:
        entries.append(Entry(Happening.NOTE, request.now, ask.notes))
    promises = []
    if ask.promised:
        promises.append(Promise(Side.MINE, ask.promised, request.now, ask.due))
    if ask.owed:
        promises.append(Promise(Side.THEIRS, ask.owed, request.now, ask.owed_due))
    return NewConnection(
        about_of(ask),
        last_contact=day,
        entries=tuple(entries),
        promises=tuple(promises),
        member=_member(ask),
        cadence=ask.every,
        follow_up=ask.follow_up,
        request_id=request.id,
    )


def _member(ask: LogConnection) -> int | None:
    return ask.member.person if ask.member else None


def _fields(ask: LogConnection, request: Request) -> tuple[Field, ...]:
    say: Words = request.say
    day = day_met(ask.on, ask.met, request)
    pairs = [
        (N_("Met"), joined([ask.met.words if ask.met else "", say.day(day)], " · ")),
        (N_("Role"), rich(ask.role)),
        (N_("Company"), rich(ask.company)),
        (N_("City"), rich(ask.city)),
        (N_("Contact"), joined(ask.contact, ", ")),
        (N_("Tags"), rich(" ".join(f"#{tag}" for tag in ask.tags))),
        (N_("Introduced by"), rich(ask.introduced_by)),
        (N_("Notes"), rich(ask.notes)),
        (N_("You promised"), joined([ask.promised, moment(ask.due, say) if ask.promised else ""], " · ")),
        (N_("They promised"), joined([ask.owed, moment(ask.owed_due, say) if ask.owed else ""], " · ")),
        (N_("Follow up"), rich(moment(ask.follow_up, say))),
        (N_("Stay in touch"), rich(cadence_words(ask.every, say) if ask.every else "")),
        (N_("Member"), rich(ask.member.account.name if ask.member else "")),
    ]
    return tuple(Field(say(name), value) for name, value in pairs if value)
