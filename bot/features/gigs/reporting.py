"""`gig report`: organisers are told once of what does not belong here, and keep, edit or remove it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from bot.commands import Message, Pressed, Renders, Services
from bot.domain.audit import REASON_MOST, Did, Subject
from bot.domain.delivery import Moot, Owed
from bot.domain.gigs import Gig
from bot.errors import NotAllowed, Refused
from bot.features.gigs.cards import KEEP, REMOVE, reported_card
from bot.features.gigs.lookup import GigParam, seen_gig
from bot.features.gigs.posting import noted
from bot.features.gigs.telling import Telling, owe, rendering
from bot.features.organising import for_organisers, organises
from bot.features.readers import NOWHERE, words_of
from bot.i18n import N_
from bot.markup import rich
from bot.params import Text
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Reply

REPORTED, REMOVED = "gig.reported", "gig.removed"


@dataclass(frozen=True, slots=True)
class ReportGig:
    gig: Annotated[Gig, GigParam(N_("Gig"), N_("Words of its title"))]
    reason: Annotated[
        str, Text(N_("What is wrong"), N_("Only organisers read it, without your name"), most=REASON_MOST, is_long=True)
    ] = ""


async def report_gig(ask: ReportGig, request: Request, services: Services) -> Reply:
    """Said again while nobody has decided, it says the same and nobody is told twice."""
    async with services.store.writing() as uow:
        gig = await seen_gig(ask.gig.id, request, uow)
        about = gig.community, Subject.GIG, gig.id
        if gig.is_mine:
            raise Refused(N_("You posted this gig yourself: you can edit or close it."))
        if await uow.audit.report(*about, request.person.id, ask.reason, request.now):
            # without a name: organisers read the audit, and must not learn who it was
            await uow.audit.note(gig.community, None, Did.REPORTED, Subject.GIG, gig.id, gig.about.title, request.now)
            report = await uow.audit.reported(*about)
            assert report is not None, "it was made just now"
            owed = await for_organisers(uow, gig.community, REPORTED, gig.id, request.now, period=str(report.id))
            await uow.outbox.add(owed, request.now)
    said = N_("Thank you. The organisers look at {title}; they do not learn who reported it.")
    return Reply(rich(request.say(said, title=gig.about.title)))


async def press_keep(press: Press, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        gig = await _theirs(press, request, uow)
        if await uow.audit.settle(gig.community, Subject.GIG, gig.id):
            await noted(uow, gig, Did.KEPT, request)
    return Reply(rich(request.say(N_("{title} stays."), title=gig.about.title)), replaces=True)


async def press_remove(press: Press, request: Request, services: Services) -> Reply:
    """It goes with all that belongs to it, and its poster is told."""
    async with services.store.writing() as uow:
        gig = await _theirs(press, request, uow)
        await uow.gigs.remove(gig.community, gig.id)
        await uow.audit.settle(gig.community, Subject.GIG, gig.id)
        await noted(uow, gig, Did.REMOVED, request)
        if not gig.is_mine:
            facts = {"title": gig.about.title}
            await uow.outbox.add(await owe(uow, REMOVED, gig, [gig.poster], request.now, facts=facts), request.now)
    return Reply(rich(request.say(N_("{title} is removed."), title=gig.about.title)), replaces=True)


PRESSES: Mapping[str, Pressed] = {KEEP: press_keep, REMOVE: press_remove}


async def _theirs(press: Press, request: Request, uow: UnitOfWork) -> Gig:
    gig = await seen_gig(press.action.arg, request, uow)
    if not await organises(gig.community, request, uow):
        raise NotAllowed(N_("Only organisers of this community can do this. Ask one of them."))
    return gig


async def _reported(telling: Telling) -> Reply | Moot:
    gig, say = telling.gig, telling.say
    report = await telling.uow.audit.reported(gig.community, Subject.GIG, gig.id)
    community = await telling.uow.people.community(gig.community)
    if report is None or community is None:
        return Moot("it was decided")
    text = say(N_("A gig in {community} was reported."), community=community.name)
    return Reply(rich(text), (reported_card(gig, report, say),))


async def render_removed(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`: of what is not there any more."""
    readers = await uow.people.readers([row.person for row in rows if row.person is not None])
    messages: list[Message | Moot] = []
    for row in rows:
        say = words_of(readers.get(row.person or 0, NOWHERE), row, services)
        text = N_("The organisers have removed your gig {title}.")
        messages.append(Message(Reply(rich(say(text, title=row.facts["title"])))))
    return messages


RENDERS: Mapping[str, Renders] = {REPORTED: rendering(_reported), REMOVED: render_removed}
