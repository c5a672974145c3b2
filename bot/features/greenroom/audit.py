"""`greenroom audit`: who did what to what is shared, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.commands import Pressed, Services
from bot.domain.audit import Did, Line, Subject
from bot.features.paging import Asked, asked_by, pager
from bot.i18n import N_, Words
from bot.markup import Rich, When, joined, rich
from bot.request import Press, Request
from bot.ui import Reply

AUDIT = "greenroom.audit"
LINES = 15
"""On one page."""

DID_NAMES: Mapping[Did, str] = {
    Did.SHARED: N_("shared"),
    Did.EDITED: N_("changed"),
    Did.REMOVED: N_("removed"),
    Did.REPORTED: N_("reported"),
    Did.KEPT: N_("kept, though reported"),
    Did.BLOCKED: N_("blocked"),
    Did.UNBLOCKED: N_("unblocked"),
    Did.APPROVED: N_("approved"),
    Did.DECLINED: N_("declined"),
    Did.CLOSED: N_("closed"),
    Did.CANCELLED: N_("cancelled"),
    Did.REVIVED: N_("takes place after all"),
    Did.RENAMED: N_("renamed"),
    Did.ADDED: N_("added"),
    Did.IMPORTED: N_("imported"),
    Did.MARKED_DEAD: N_("found dead"),
    Did.SET: N_("set"),
}
SUBJECT_NAMES: Mapping[Subject, str] = {
    Subject.RESOURCE: N_("Resource"),
    Subject.GIG: N_("Gig"),
    Subject.TOPIC: N_("Topic"),
    Subject.SITE: N_("Site"),
    Subject.EVENT: N_("Event"),
    Subject.FEED: N_("Feed"),
}


@dataclass(frozen=True, slots=True)
class ShowAudit:
    pass


async def show_audit(_ask: ShowAudit, request: Request, services: Services) -> Reply:
    return await _listed(0, request, services)


async def next_lines(press: Press, request: Request, services: Services) -> Reply:
    asked = await asked_by(press.action.arg, AUDIT, request, services)
    return replace(await _listed(asked.offset, request, services), replaces=True)


PRESSES: Mapping[str, Pressed] = {AUDIT: next_lines}


async def _listed(offset: int, request: Request, services: Services) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        total = await uow.audit.count(request.community.id)
        lines = await uow.audit.lines(request.community.id, offset, LINES)
    if not total:
        return Reply(rich(say(N_("Nobody has shared, changed or removed anything yet."))))
    count = say.many("{count} line, kept for a year:", "{count} lines, kept for a year:", total)
    shown = joined([count, *(_shown(line, say) for line in lines)], "\n")
    return Reply(shown, await pager(AUDIT, Asked({}, offset), total, request, services, LINES))


def _shown(line: Line, say: Words) -> Rich:
    what = f"{say(SUBJECT_NAMES[line.subject])} “{line.what}” {say(DID_NAMES[line.did])}"
    return joined([rich(When(line.at)), what, line.name], " · ")
