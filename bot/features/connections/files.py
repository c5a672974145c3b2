"""`connect export` and `connect import`: connections in and out as vCards and tables."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, Any

from bot.commands import Pressed, Services
from bot.domain.connections import LINE_MOST, About, Entry, Happening, NewConnection, Timeline
from bot.domain.contacts.reading import read_contacts
from bot.domain.contacts.records import FILE_MOST, Contact, FromFile
from bot.domain.contacts.writing import write_table, write_vcards
from bot.domain.delivery import Due
from bot.domain.drafts import Draft
from bot.errors import NotFound, Refused
from bot.features.connections.days import noon, today
from bot.features.housekeeping import HOUSEKEEPING
from bot.i18n import N_, Slash
from bot.markup import Bold, joined, rich
from bot.params import Text, Upload
from bot.request import Press, Request, Uploaded
from bot.ui import Action, Button, Card, Control, File, Reply, Style

IMPORT, IMPORT_ALL, UNDO = "connect.import", "connect.importall", "connect.undo"
DRAFT = "connect import"
PART = 200
"""People in one part of what is kept of a file."""
NAMED = 5
"""People that a preview names; and lines that it says why they are skipped."""

HOME = "https://github.com/greenroom"
"""What the UIDs of exported cards are made from; no address that anybody opens."""


@dataclass(frozen=True, slots=True)
class ExportConnections:
    pass


@dataclass(frozen=True, slots=True)
class ImportConnections:
    file: Annotated[Uploaded, Upload(N_("File"), N_("vCards (.vcf) or a table (.csv)"), most=FILE_MOST)]
    name: Annotated[str, Text(N_("Names"), N_("Which column has names, if I do not see it"), most=LINE_MOST)] = ""
    role: Annotated[str, Text(N_("Roles"), N_("Which column says what they do"), most=LINE_MOST)] = ""
    email: Annotated[str, Text(N_("Email"), N_("Which column has addresses"), most=LINE_MOST)] = ""
    company: Annotated[str, Text(N_("Companies"), N_("Which column has companies"), most=LINE_MOST)] = ""
    notes: Annotated[str, Text(N_("Notes"), N_("Which column has notes"), most=LINE_MOST)] = ""


async def export_connections(_ask: ExportConnections, request: Request, services: Services) -> Reply:
    async with services.store.reading() as uow:
        timelines = await uow.connections.every(request.person.id)
    if not timelines:
        return Reply(
            rich(request.say(N_("You have noted nobody yet. {log} notes whom you met."), log=Slash("/connect log")))
        )
    one, other = "{count} connection, as vCards and as a table", "{count} connections, as vCards and as a table"
    count = request.say.many(one, other, len(timelines))
    return Reply(rich(count), files=await written(timelines))


async def written(timelines: Sequence[Timeline]) -> tuple[File, ...]:
    """Connections as files; none for nobody."""
    if not timelines:
        return ()
    cards, table = await asyncio.to_thread(lambda: (write_vcards(timelines, HOME), write_table(timelines)))
    return (File("connections.vcf", cards, "text/vcard"), File("connections.csv", table, "text/csv"))


async def import_connections(ask: ImportConnections, request: Request, services: Services) -> Reply:
    """What would be taken; nothing is kept before a button says so."""
    said = {"name": ask.name, "role": ask.role, "email": ask.email, "company": ask.company, "notes": ask.notes}
    columns = {field: column for field, column in said.items() if column}
    found = await read_contacts(ask.file.content, columns)
    if not found.contacts:
        raise _nobody(found, request)
    draft = Draft(request.draft_id("import"), DRAFT, await asyncio.to_thread(_written, found.contacts))
    async with services.store.reading() as uow:
        known = await uow.connections.recognised(request.person.id, [each.about for each in found.contacts])
    async with services.store.writing() as uow:
        await uow.drafts.keep(request.person.id, draft, request.now)
    return Reply(
        rich(request.say(N_("Is this right? Nothing is saved yet."))), (_preview(found, known, draft.id, request),)
    )


async def press_import(press: Press, request: Request, services: Services) -> Reply:
    return await _brought(press, request, services, only_new=True)


async def press_import_all(press: Press, request: Request, services: Services) -> Reply:
    return await _brought(press, request, services, only_new=False)


async def press_undo(press: Press, request: Request, services: Services) -> Reply:
    """For as long as what was read is kept: a day. Pressed again there is nothing left to remove."""
    await _contacts(press.action.arg, request, services)
    async with services.store.writing() as uow:
        gone, stay = await uow.connections.take_back(request.person.id, press.action.arg)
    say = request.say
    text = say.many("{count} connection removed again.", "{count} connections removed again.", gone)
    if stay:
        text += " " + say.many(
            "{count} stays, because you changed it since.", "{count} stay, because you changed them since.", stay
        )
    return Reply(rich(text), replaces=True)


PRESSES: Mapping[str, Pressed] = {IMPORT: press_import, IMPORT_ALL: press_import_all, UNDO: press_undo}


async def _brought(press: Press, request: Request, services: Services, *, only_new: bool) -> Reply:
    """All of them or nobody; the same button pressed again brings nobody twice."""
    owner, id_ = request.person.id, press.action.arg
    contacts = await _contacts(id_, request, services)
    async with services.store.writing() as uow:
        known = await uow.connections.recognised(owner, [each.about for each in contacts], besides=id_)
        wanted = [each for each, is_known in zip(contacts, known, strict=True) if not (only_new and is_known)]
        batch = await asyncio.to_thread(lambda: [_new(each, request) for each in wanted])
        added = await uow.connections.bring(owner, batch, id_, request.now)
        # what they are found by is laid out bit by bit, in rounds of their own
        await uow.due.hasten(Due(HOUSEKEEPING, 0, request.now))
    say = request.say
    text = say.many("{count} connection imported.", "{count} connections imported.", len(added))
    text += " " + say(N_("Only you can see this."))
    undo = Button(say(N_("Undo")), Action(UNDO, id_))
    told = say(N_("For a day this takes back what you have not changed."))
    return Reply(rich(text), (Card(body=rich(told), controls=(undo,)),), replaces=True)


def _preview(found: FromFile, known: Sequence[bool], draft: str, request: Request) -> Card:
    say, count = request.say, len(found.contacts)
    fresh = [each for each, is_known in zip(found.contacts, known, strict=True) if not is_known]
    doubles = [each for each, is_known in zip(found.contacts, known, strict=True) if is_known]
    lines = [rich(_some(fresh, request))]
    if doubles:
        text = say.many("{count} seems to be noted already:", "{count} seem to be noted already:", len(doubles))
        lines.append(rich(text, " ", _some(doubles, request)))
    if found.cut:
        cut = "{count} has something that is too long and is shortened."
        lines.append(rich(say.many(cut, "{count} have something that is too long and is shortened.", found.cut)))
    if found.skipped:
        lines.append(rich(say.many("{count} cannot be taken:", "{count} cannot be taken:", len(found.skipped))))
        numbered = [(say(N_("number {number}"), number=each.number), say(each.reason)) for each in found.skipped]
        lines += [rich(f"{number}: {reason}") for number, reason in numbered[:NAMED]]
    controls: list[Control] = []
    if fresh:
        label = say.many("Import {count}", "Import {count}", len(fresh))
        controls.append(Button(label, Action(IMPORT, draft), Style.PRIMARY))
    if doubles:
        controls.append(Button(say.many("Import all {count}", "Import all {count}", count), Action(IMPORT_ALL, draft)))
    title = say.many("{count} person in this file", "{count} people in this file", count)
    return Card(rich(Bold(title)), joined(lines, "\n"), controls=tuple(controls))


def _some(contacts: Sequence[Contact], request: Request) -> str:
    names = [each.about.name for each in contacts[:NAMED]]
    if len(contacts) > NAMED:
        more = len(contacts) - NAMED
        names.append(request.say.many("{count} more", "{count} more", more))
    return request.say.listed(names)


def _nobody(found: FromFile, request: Request) -> Refused:
    """Nobody could be read: which columns there are, or why the first was skipped."""
    if found.header:
        columns = ", ".join(name for name in found.header if name)[:400]
        text = N_("I do not see which column has names. Say it, by its name or number: {columns}.")
        return Refused(text, columns=columns, param="name")
    reason = request.say(found.skipped[0].reason) if found.skipped else ""
    return Refused(N_("There is nobody in this file that I can read. {reason}"), reason=reason)


async def _contacts(id_: str, request: Request, services: Services) -> Sequence[Contact]:
    async with services.store.reading(is_steady=False) as uow:
        draft = await uow.drafts.get(request.person.id, id_, request.now)
    if draft is None or draft.command != DRAFT:
        raise NotFound(N_("This file is gone: it is kept for a day, for whoever sent it. Import it again."))
    return await asyncio.to_thread(_read, draft.values)


def _written(contacts: Sequence[Contact]) -> Mapping[str, str]:
    """As a draft keeps them: in parts, for JSON is written and read by one call that lets nobody else come between."""
    return {
        str(start): json.dumps([_as_json(each) for each in contacts[start : start + PART]])
        for start in range(0, len(contacts), PART)
    }


def _as_json(contact: Contact) -> Mapping[str, object]:
    about = {each.name: getattr(contact.about, each.name) for each in fields(About)}
    days = [day.isoformat() if day else "" for day in (contact.met_on, contact.last_contact)]
    return {"about": about, "notes": contact.notes, "met": contact.met, "days": days}


def _read(written: Mapping[str, str]) -> Sequence[Contact]:
    found = []
    for part in sorted(written, key=int):
        for each in json.loads(written[part]):
            told: dict[str, Any] = {  # Any: a word or several, as `About` has each
                name: tuple(value) if isinstance(value, list) else value for name, value in each["about"].items()
            }
            met_on, last = (date.fromisoformat(day) if day else None for day in each["days"])
            found.append(Contact(About(**told), each["notes"], each["met"], met_on, last))
    return found


def _new(contact: Contact, request: Request) -> NewConnection:
    now = today(request)
    met_on = min(contact.met_on or now, now)
    known = [min(day, now) for day in (contact.met_on, contact.last_contact) if day]
    entries: list[Entry] = []
    if contact.met or contact.met_on:
        entries.append(Entry(Happening.MET, noon(met_on, request), contact.met))
    if contact.notes:
        entries.append(Entry(Happening.NOTE, request.now, contact.notes))
    return NewConnection(contact.about, last_contact=max(known, default=now), entries=tuple(entries))
