"""Reports: a member says that something does not belong here; organisers are told once, and see what is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from bot.commands import ASK, Access, Command, Message, OpensForm, Pressed, Renders, Services, arguments_of
from bot.domain.audit import REASON_MOST, Did, Report, Subject
from bot.domain.delivery import Moot, Owed
from bot.domain.links import host_of
from bot.domain.resources import Resource
from bot.errors import Refused
from bot.features.organising import for_organisers
from bot.features.paging import PAGE, next_page, pager
from bot.features.readers import NOWHERE, words_of
from bot.features.resources.cards import REPORT
from bot.features.resources.deciding import KEEP, SITE, TAKE_DOWN
from bot.features.resources.lookup import ResourceParam, found_resource
from bot.i18n import N_, Words
from bot.markup import Bold, Link, joined, rich
from bot.params import Text
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Field, Form, Reply, Style

REPORTED = "resource.reported"
"""What is owed to organisers."""

REPORTS = "resource.reports"
REPORTS_MOST = 20
"""Open ones of one member in one community."""
REASONS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ReportResource:
    resource: Annotated[Resource, ResourceParam(N_("Resource"), N_("Words of its title"))]
    reason: Annotated[
        str, Text(N_("What is wrong"), N_("Only organisers read it, without your name"), most=REASON_MOST, is_long=True)
    ] = ""


@dataclass(frozen=True, slots=True)
class Reports:
    pass


async def open_report(press: Press, request: Request, services: Services) -> Form:
    resource = await found_resource(press.action.arg, request, services)
    arguments = arguments_of(ReportResource)
    return Form(
        title=request.say(N_("Report something to the organisers")),
        action=Action("resource report"),
        params={name: each.param for name, each in arguments.items()},
        values={"resource": f"#{resource.id}"},
        required=frozenset({"resource"}),
        locale=str(request.say.locale),
    )


async def report_resource(ask: ReportResource, request: Request, services: Services) -> Reply:
    """Said again while nobody has decided, it says the same and nobody is told twice."""
    community, resource = request.community, ask.resource
    about = community.id, Subject.RESOURCE, resource.id
    async with services.store.writing() as uow:
        if await uow.audit.report(*about, request.person.id, ask.reason, request.now):
            if await uow.audit.count_reports_by(community.id, request.person.id) > REPORTS_MOST:
                raise Refused(
                    N_("You have reported {most} things that nobody has decided yet. Wait until organisers did."),
                    most=REPORTS_MOST,
                )
            # without a name: organisers read the audit, and must not learn who it was
            await uow.audit.note(community.id, None, Did.REPORTED, *about[1:], resource.about.title, request.now)
            report = await uow.audit.reported(*about)
            assert report is not None, "it was made just now"
            owed = await for_organisers(uow, community.id, REPORTED, resource.id, request.now, period=str(report.id))
            await uow.outbox.add(owed, request.now)
    said = N_("Thank you. The organisers look at {title}; they do not learn who reported it.")
    return Reply(rich(request.say(said, title=resource.about.title)))


async def render_reported(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`."""
    readers = await uow.people.readers([row.person for row in rows if row.person is not None])
    messages: list[Message | Moot] = []
    for row in rows:
        assert row.community is not None, "for_organisers says it"
        resource = await uow.resources.get(row.community, row.subject, person=None)
        report = await uow.audit.reported(row.community, Subject.RESOURCE, row.subject)
        community = await uow.people.community(row.community)
        if resource is None or report is None or community is None:
            messages.append(Moot("it was decided already"))
            continue
        reader = readers.get(row.person or 0, NOWHERE)
        say = words_of(reader, row, services)
        text = say(N_("Something in the library of {community} was reported."), community=community.name)
        messages.append(Message(Reply(rich(text), (_card(resource, report, say),))))
    return messages


async def list_reports(ask: Reports, request: Request, services: Services, offset: int = 0) -> Reply:
    say, community = request.say, request.community.id
    async with services.store.writing() as uow:
        total = await uow.audit.count_reports(community, Subject.RESOURCE)
        cards: list[Card] = []
        for report in await uow.audit.reports(community, Subject.RESOURCE, offset, PAGE):
            resource = await uow.resources.get(community, report.subject_id, person=None)
            if resource is None:  # its sharer removed it, or it went with a workspace
                await uow.audit.settle(community, report.subject, report.subject_id)
                total -= 1
            else:
                cards.append(_card(resource, report, say))
    if not cards:
        return Reply(rich(say(N_("Nothing is reported. Organisers are told as soon as something is."))))
    text = say.many("{count} thing is reported:", "{count} things are reported:", total)
    return Reply(rich(text), (*cards, *await pager(REPORTS, ask, offset, total, request, services)))


COMMANDS = (
    Command(
        "report",
        N_("Report something to the organisers"),
        ReportResource,
        report_resource,
        '/resource report "split sheet" reason:"It is an advert"',
    ),
    Command(
        "reports",
        N_("Decide about what was reported"),
        Reports,
        list_reports,
        "/resource reports",
        Access.ORGANISER,
    ),
)
OPENS: Mapping[str, OpensForm] = {REPORT: open_report}
PRESSES: Mapping[str, Pressed] = {REPORTS: next_page(Reports, list_reports)}
FOR_ORGANISERS = frozenset(PRESSES)
RENDERS: Mapping[str, Renders] = {REPORTED: render_reported}


def _card(resource: Resource, report: Report, say: Words) -> Card:
    """What was reported and why, never by whom."""
    id_ = str(report.subject_id)
    reasons = joined([f"“{each}”" for each in report.reasons[:REASONS_SHOWN]], "\n")
    count = say.many("{count} member", "{count} members", report.count)
    pairs = (
        (N_("Reported by"), rich(count)),
        (N_("What is wrong"), reasons),
        (N_("Shared by"), rich(resource.sharer_name)),
        (N_("Link"), rich(Link(host_of(resource.link), resource.link))),
    )
    return Card(
        rich(Bold(resource.about.title)),
        rich(resource.about.description),
        url=resource.link,
        fields=tuple(Field(say(name), value) for name, value in pairs if value),
        controls=(
            Button(say(N_("Keep")), Action(KEEP, id_), Style.PRIMARY),
            Button(say(N_("Edit")), Action(ASK, f"resource edit/resource=#{resource.id}")),
            Button(say(N_("Remove")), Action(TAKE_DOWN, id_), Style.DANGER),
            Button(say(N_("Block site")), Action(SITE, id_), Style.DANGER),
        ),
    )
