"""`greenroom audit`: who did what to what is shared, the newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.commands import Pressed, Services
from bot.domain.audit import Did, Line, Subject
from bot.features.paging import next_page, pager
from bot.i18n import N_, Words
from bot.markup import Rich, When, joined, rich
from bot.request import Request
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


async def show_audit(ask: ShowAudit, request: Request, services: Services, offset: int = 0) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        total = await uow.audit.count(request.community.id)
        lines = await uow.audit.lines(request.community.id, offset, LINES)
    if not total:
        return Reply(rich(say(N_("Nobody has shared, changed or removed anything yet."))))
    count = say.many("{count} line, kept for a year:", "{count} lines, kept for a year:", total)
    shown = joined([count, *(_shown(line, say) for line in lines)], "\n")
    return Reply(shown, await pager(AUDIT, ask, offset, total, request, services, LINES))


PRESSES: Mapping[str, Pressed] = {AUDIT: next_page(ShowAudit, show_audit)}


def _shown(line: Line, say: Words) -> Rich:
    what = f"{say(SUBJECT_NAMES[line.subject])} “{line.what}” {say(DID_NAMES[line.did])}"
    return joined([rich(When(line.at)), what, line.name], " · ")
