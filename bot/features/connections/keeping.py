"""What is added to a connection and changed in it: notes, meetings, who they are; and forgetting it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from bot.commands import UNSAID, Pressed, Services, Unsaid, arguments_of, write_values
from bot.domain.cadences import Cadence
from bot.domain.connections import (
    LINE_MOST,
    LINK_MOST,
    LISTED_MOST,
    NAME_MOST,
    NOTE_MOST,
    About,
    Connection,
    Entry,
    Happening,
)
from bot.domain.contacts.reached import told_apart
from bot.domain.members import Somebody
from bot.domain.moments import Moment
from bot.domain.roles import ROLES
from bot.features.connections import reminding
from bot.features.connections.cards import FORGET, MET, short_card
from bot.features.connections.days import day_met, due, noon, today
from bot.features.connections.lookup import (
    ConnectionLookup,
    ConnectionParam,
    Meeting,
    MeetingParam,
    found_connection,
    not_yours,
)
from bot.features.connections.uniting import rest_of, united
from bot.i18n import N_
from bot.markup import Bold, rich
from bot.params import Every, Member, PastDay, Tags, Text
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply, Style

FORGET_SURELY = "connect.gone"


@dataclass(frozen=True, slots=True)
class NoteConnection:
    who: Annotated[Connection, ConnectionParam(N_("Who"), N_("Words of their name"))]
    note: Annotated[str, Text(N_("Note"), N_("What to remember"), most=NOTE_MOST, is_long=True)]


@dataclass(frozen=True, slots=True)
class MetConnection:
    who: Annotated[Connection, ConnectionParam(N_("Who"), N_("Words of their name"))]
    met: Annotated[
        Meeting | None, MeetingParam(N_("Where you met"), N_("An event of the calendar, or words: ADE panel"))
    ] = None
    on: Annotated[date | None, PastDay(N_("When you met"), N_("today, if left out; yesterday, 12 November"))] = None
    notes: Annotated[str, Text(N_("Notes"), N_("What was said"), most=NOTE_MOST, is_long=True)] = ""


@dataclass(frozen=True, slots=True)
class EditConnection:
    who: Annotated[Connection, ConnectionParam(N_("Who"), N_("Words of their name"))]
    name: Annotated[str, Text(N_("Name"), N_("What they are called"), most=NAME_MOST)] = ""
    role: Annotated[str, Text(N_("Role"), N_("What they do"), most=LINE_MOST, offers=ROLES)] = ""
    company: Annotated[str, Text(N_("Company"), N_("Label, studio, band"), most=LINE_MOST)] = ""
    city: Annotated[str, Text(N_("City"), N_("Where they live"), most=LINE_MOST)] = ""
    tags: Annotated[tuple[str, ...], Tags(N_("Tags"), N_("techno, mixing, …"), most=LISTED_MOST)] = ()
    contact: Annotated[
        tuple[str, ...],
        Tags(
            N_("Handles and links"),
            N_("@ana, ana@example.org, soundcloud.com/ana; commas between them"),
            most=4 * LISTED_MOST,
            each=LINK_MOST,
            keeps_case=True,
        ),
    ] = ()
    introduced_by: Annotated[str, Text(N_("Introduced by"), N_("Who introduced you"), most=LINE_MOST)] = ""
    every: Annotated[Cadence | Unsaid | None, Every(N_("Stay in touch"), N_("every 6 weeks, never"))] = UNSAID
    follow_up: Annotated[Moment | None, due(N_("Follow up"), N_("in 2 weeks, friday"))] = None
    member: Annotated[Somebody | None, Member(N_("Member"), N_("Who it is here, if they are; nobody is told"))] = None


@dataclass(frozen=True, slots=True)
class ForgetConnection:
    who: Annotated[Connection, ConnectionParam(N_("Who"), N_("Words of their name"))]


@dataclass(frozen=True, slots=True)
class MergeConnections:
    who: Annotated[Connection, ConnectionParam(N_("Who"), N_("The one that goes"))]
    into: Annotated[Connection, ConnectionParam(N_("Into"), N_("The one that stays, with all that both have"))]


async def note_connection(ask: NoteConnection, request: Request, services: Services) -> Reply:
    entry = Entry(Happening.NOTE, request.now, ask.note)
    async with services.store.writing() as uow:
        if not await uow.connections.note(
            request.person.id, ask.who.id, entry, contact=None, request_id=request.draft_id("note")
        ):
            raise not_yours()
    return await _after(N_("Noted."), ask.who.id, request, services)


async def met_connection(ask: MetConnection, request: Request, services: Services) -> Reply:
    owner, day = request.person.id, day_met(ask.on, ask.met, request)
    met = ask.met or Meeting("")
    entries = [Entry(Happening.MET, noon(day, request), met.words, met.event.id if met.event else None)]
    if ask.notes:
        entries.append(Entry(Happening.NOTE, request.now, ask.notes))
    async with services.store.writing() as uow:
        for number, entry in enumerate(entries):
            request_id = request.draft_id(f"met {number}")
            if not await uow.connections.note(owner, ask.who.id, entry, contact=day, request_id=request_id):
                raise not_yours()
    return await _after(N_("Noted that you met."), ask.who.id, request, services)


async def connection_now(typed: Mapping[str, str], request: Request, services: Services) -> Mapping[str, str]:
    """Implements `bot.commands.Command.fills`: all that is known of somebody."""
    who = await ConnectionLookup().read(typed["who"], request, services)
    about = who.about
    known = EditConnection(
        who,
        name=about.name,
        role=about.role,
        company=about.company,
        city=about.city,
        tags=about.tags,
        contact=(*about.handles, *about.emails, *about.phones, *map(_listable, about.links)),
        introduced_by=about.introduced_by,
        every=who.cadence,
        follow_up=who.follow_up,
    )
    return write_values(arguments_of(EditConnection), known, services)


async def edit_connection(ask: EditConnection, request: Request, services: Services) -> Reply:
    """What is emptied is empty; the name stays, and who it is here where nobody is named."""
    owner = request.person.id
    async with services.store.writing() as uow:
        known = await uow.connections.get(owner, ask.who.id)
        if known is None:
            raise not_yours()
        changed = replace(
            known,
            about=_edited(known.about, ask),
            cadence=None if isinstance(ask.every, Unsaid) else ask.every,
            follow_up=ask.follow_up,
            member=ask.member.person if ask.member else known.member,
        )
        await uow.connections.change(owner, changed)
        if changed.follow_up != known.follow_up:
            await reminding.remember_follow_up(uow, owner, changed, request.now)
    return await _after(N_("Changed."), ask.who.id, request, services)


async def forget_connection(ask: ForgetConnection, request: Request, _services: Services) -> Reply:
    return _ask_to_forget(ask.who, request)


async def confirm_merge(ask: MergeConnections, request: Request, _services: Services) -> Card:
    say = request.say
    title = say(N_("Make {name} part of {into}?"), name=ask.who.about.name, into=ask.into.about.name)
    told = say(N_("Notes, meetings and promises of both are kept. What both say of the same stands in a note."))
    return Card(rich(Bold(title)), rich(told))


async def merge_connections(ask: MergeConnections, request: Request, services: Services) -> Reply:
    """Nothing is lost: what the one that stays says differently becomes a note."""
    owner = request.person.id
    async with services.store.writing() as uow:
        found = {each.id: each for each in await uow.connections.several(owner, [ask.who.id, ask.into.id])}
        gone, stays = found.get(ask.who.id), found.get(ask.into.id)
        if stays is None:
            raise not_yours()
        if gone is not None and gone.id != stays.id:
            merged = united(stays, gone)
            rest = rest_of(stays.about, gone.about, request.say)
            await uow.connections.merge(owner, gone.id, merged)
            if rest:
                entry = Entry(Happening.NOTE, request.now, rest)
                await uow.connections.note(owner, stays.id, entry, contact=None, request_id=request.draft_id("merge"))
            await uow.reminders.drop(owner, reminding.FOLLOW_UP, [gone.id])
            await reminding.remember_follow_up(uow, owner, merged, request.now)
    return await _after(N_("They are one now."), ask.into.id, request, services)


async def press_met(press: Press, request: Request, services: Services) -> Reply:
    """Met again, today: a second press on the same day adds no second meeting."""
    who = await found_connection(press.action.arg, request, services)
    day = today(request)
    entry = Entry(Happening.MET, request.now)
    async with services.store.writing() as uow:
        request_id = f"met {who.id} {day.isoformat()}"
        await uow.connections.note(request.person.id, who.id, entry, contact=day, request_id=request_id)
    return await _after(N_("Noted that you met."), who.id, request, services)


async def press_forget(press: Press, request: Request, services: Services) -> Reply:
    return _ask_to_forget(await found_connection(press.action.arg, request, services), request)


async def press_forget_surely(press: Press, request: Request, services: Services) -> Reply:
    who = await found_connection(press.action.arg, request, services)
    async with services.store.writing() as uow:
        timeline = await uow.connections.timeline(request.person.id, who.id, entries=0)
        if timeline is not None:
            await reminding.forget(uow, timeline, request.person.id)
        await uow.connections.forget(request.person.id, who.id)
    return Reply(
        rich(request.say(N_("{name} is forgotten, with all that you noted."), name=who.about.name)), replaces=True
    )


PRESSES: Mapping[str, Pressed] = {MET: press_met, FORGET: press_forget, FORGET_SURELY: press_forget_surely}


def _ask_to_forget(who: Connection, request: Request) -> Reply:
    say = request.say
    button = Button(say(N_("Forget")), Action(FORGET_SURELY, str(who.id)), Style.DANGER)
    title = rich(Bold(say(N_("Forget {name}?"), name=who.about.name)))
    told = say(N_("Notes, meetings, promises and reminders about them are deleted and cannot be brought back."))
    return Reply(cards=(Card(title, rich(told), controls=(button,)),))


async def _after(text: str, id_: int, request: Request, services: Services) -> Reply:
    saved = await found_connection(str(id_), request, services)
    return Reply(rich(request.say(text)), (short_card(saved, request.say, today(request)),))


def _listable(link: str) -> str:
    """The same address without the signs that part a list."""
    return link.replace(",", "%2C").replace(";", "%3B")


def _edited(about: About, ask: EditConnection) -> About:
    return replace(
        about,
        name=ask.name or about.name,
        role=ask.role,
        company=ask.company,
        city=ask.city,
        introduced_by=ask.introduced_by,
        tags=ask.tags,
        **told_apart(ask.contact),
    )
