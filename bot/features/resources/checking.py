"""Links that stay alive: looked at now and then; of what is dead, or past its day, somebody is told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.commands import ASK, Chore, Fallen, FallsDue, Job, Message, Outcome, Pressed, Renders, Services, read_id
from bot.domain.delivery import WEB, Due, Moot, Owed
from bot.domain.link_checks import (
    LINK_CHECK,
    REVIEW,
    archived_copy,
    first_check,
    judged,
    review_due,
)
from bot.domain.pages import Look
from bot.domain.people import Community, Reader
from bot.domain.resources import Linked, Resource, Standing
from bot.domain.walls import instant
from bot.errors import NotAllowed, NotFound
from bot.features.directly import owed_to
from bot.features.organising import for_organisers
from bot.features.readers import NOWHERE, words_of
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, Link, joined, rich
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, LinkButton, Reply

DEAD, STALE = "resource.dead", "resource.stale"
WORKS, HOLDS = "resource.works", "resource.holds"

MORNING = time(9)
HOLDS_FOR = timedelta(days=365)
"""How much longer what somebody looked at holds."""


async def watch(
    uow: UnitOfWork, community: Community, id_: int, review_by: date | None, now: datetime, *, was_read: bool
) -> None:
    """A resource is new: look at its link from now on, and at what it says when its day has passed."""
    await uow.due.put(Due(LINK_CHECK, id_, first_check(id_, now, was_read=was_read), WEB))
    await watch_review(uow, community, id_, review_by)


async def watch_review(uow: UnitOfWork, community: Community, id_: int, review_by: date | None) -> None:
    """Its day was said, or changed."""
    if review_by is None:
        await uow.due.drop(REVIEW, id_)
    else:
        morning = datetime.combine(review_due(review_by), MORNING)
        await uow.due.put(Due(REVIEW, id_, instant(morning, community.zone)))


async def unwatch(uow: UnitOfWork, id_: int) -> None:
    """It is removed."""
    await uow.due.drop(LINK_CHECK, id_)
    await uow.due.drop(REVIEW, id_)


class LinkChecks:
    """Implements `bot.commands.Chore`."""

    async def begin(self, rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Job]:
        linked = {each.id: each for each in await uow.resources.linked([row.subject for row in rows])}
        return [
            Job(row, urlsplit(linked[row.subject].link).hostname or "", linked[row.subject])
            for row in rows
            if row.subject in linked
        ]

    async def run(self, job: Job, services: Services) -> Outcome:
        assert isinstance(job.about, Linked)
        return await services.web.look(job.about.link)

    async def settle(self, job: Job, outcome: Outcome, uow: UnitOfWork, services: Services, now: datetime) -> Fallen:
        assert isinstance(outcome, Look)
        found = await uow.resources.linked([job.due.subject])
        if not found or found[0] != job.about:  # its link was changed meanwhile
            return Fallen(job.due, now + timedelta(minutes=1) if found else None)
        [linked] = found
        said = judged(linked, outcome)
        resource = await uow.resources.get(linked.community, linked.id, person=None)
        assert resource is not None, "it was found just now"
        archived = archived_copy(linked.link, resource.shared_at) if said.standing is Standing.DEAD else ""
        await uow.resources.stand(linked.community, linked.id, said.standing, now, fails=said.fails, archived=archived)
        owed: Sequence[Owed] = ()
        if said.is_news:
            owed = await _concerned(DEAD, resource, linked.community, now.date().isoformat(), uow, now)
        return Fallen(job.due, now + said.again, tuple(owed))


async def review(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue`: the day has passed by which somebody should look at it again."""
    linked = {each.id: each for each in await uow.resources.linked([row.subject for row in rows])}
    fallen: list[Fallen] = []
    for row in rows:
        owed: Sequence[Owed] = ()
        one = linked.get(row.subject)
        resource = None if one is None else await uow.resources.get(one.community, one.id, person=None)
        if one is not None and resource is not None and resource.about.review_by is not None:
            owed = await _concerned(STALE, resource, one.community, resource.about.review_by.isoformat(), uow, now)
        fallen.append(Fallen(row, None, tuple(owed)))
    return fallen


async def render_dead(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`."""
    return [await _dead(row, uow, services) for row in rows]


async def render_stale(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`."""
    return [await _stale(row, uow, services, now) for row in rows]


async def press_works(press: Press, request: Request, services: Services) -> Reply:
    """Somebody opened it: whatever we saw, it is not dead."""
    resource = await _theirs(press, request, services)
    async with services.store.writing() as uow:
        await uow.resources.stand(request.community.id, resource.id, Standing.ALIVE, request.now)
        again = first_check(resource.id, request.now, was_read=True)
        await uow.due.put(Due(LINK_CHECK, resource.id, again, WEB))
    said = request.say(N_("Good: {title} is not marked as dead any more."), title=resource.about.title)
    return Reply(rich(said), replaces=True)


async def press_holds(press: Press, request: Request, services: Services) -> Reply:
    """Somebody read it again: it holds for another year."""
    resource = await _theirs(press, request, services)
    today = request.now.astimezone(request.zone).date()
    about = replace(resource.about, review_by=today + HOLDS_FOR)
    async with services.store.writing() as uow:
        await uow.resources.change(request.community.id, resource.id, about, resource.link, resource.key, request.now)
        await watch_review(uow, request.community, resource.id, about.review_by)
    assert about.review_by is not None
    said = request.say(N_("Good. I ask again after {day}."), day=request.say.day(about.review_by))
    return Reply(rich(said), replaces=True)


CHORES: Mapping[str, Chore] = {LINK_CHECK: LinkChecks()}
FALLS_DUE: Mapping[str, FallsDue] = {REVIEW: review}
RENDERS: Mapping[str, Renders] = {DEAD: render_dead, STALE: render_stale}
PRESSES: Mapping[str, Pressed] = {WORKS: press_works, HOLDS: press_holds}


async def _theirs(press: Press, request: Request, services: Services) -> Resource:
    """The resource a button names. Raises NotFound, and NotAllowed for who neither shared it nor organises."""
    number = read_id(press.action.arg)
    async with services.store.reading() as uow:
        found = None
        if number is not None:
            found = await uow.resources.get(request.community.id, number, person=request.person.id)
    if found is None:
        raise NotFound(
            N_("This is not in this community's library any more. {find} shows what is."), find=Slash("/resource find")
        )
    if found.sharer != request.person.id and not request.is_organiser:
        raise NotAllowed(N_("Only whoever shared it, and organisers, can do this. Ask one of them."))
    return found


async def _concerned(
    kind: str, resource: Resource, community: int, period: str, uow: UnitOfWork, now: datetime
) -> Sequence[Owed]:
    """Its sharer and the organisers, each once."""
    owed = await for_organisers(uow, community, kind, resource.id, now, period=period)
    if resource.sharer is None or resource.sharer in {each.person for each in owed}:
        return owed
    sharer = [resource.sharer]
    return [*owed, *await owed_to(uow, sharer, kind, resource.id, now, community=community, period=period)]


async def _dead(row: Owed, uow: UnitOfWork, services: Services) -> Message | Moot:
    resource = await _of(row, uow)
    if resource is None or resource.standing is not Standing.DEAD:
        return Moot("it is gone, or works again")
    say, where = await _said_to(row, uow, services)
    text = say(N_("A link in the library of {community} leads nowhere any more."), community=where)
    body = joined([rich(resource.link), say(N_("An archive may still have a copy."))], "\n")
    controls = (
        LinkButton(say(N_("Archived copy")), resource.archived),
        Button(say(N_("It works")), Action(WORKS, str(resource.id))),
        _edit(resource, say),
    )
    return Message(Reply(rich(text), (Card(rich(Bold(resource.about.title)), body, controls=controls),)))


async def _stale(row: Owed, uow: UnitOfWork, services: Services, now: datetime) -> Message | Moot:
    resource = await _of(row, uow)
    reader = (await uow.people.readers([row.person or 0])).get(row.person or 0, NOWHERE)
    if resource is None or not resource.is_stale(now.astimezone(ZoneInfo(reader.zone)).date()):
        return Moot("it is gone, or somebody has looked at it")
    assert resource.about.review_by is not None
    say, where = await _said_to(row, uow, services, reader)
    text = say(
        N_("{title} in the library of {community} was to be looked at again by {day}. Does it still hold?"),
        title=resource.about.title,
        community=where,
        day=say.day(resource.about.review_by),
    )
    controls = (Button(say(N_("It still holds")), Action(HOLDS, str(resource.id))), _edit(resource, say))
    card = Card(rich(Link(resource.about.title, resource.link)), controls=controls, url=resource.link)
    return Message(Reply(rich(text), (card,)))


def _edit(resource: Resource, say: Words) -> Button:
    return Button(say(N_("Edit")), Action(ASK, f"resource edit/resource=#{resource.id}"))


async def _of(row: Owed, uow: UnitOfWork) -> Resource | None:
    [*linked] = await uow.resources.linked([row.subject])
    return await uow.resources.get(linked[0].community, row.subject, person=row.person) if linked else None


async def _said_to(row: Owed, uow: UnitOfWork, services: Services, reader: Reader | None = None) -> tuple[Words, str]:
    """The reader's words, and the name of the community."""
    if reader is None:
        reader = (await uow.people.readers([row.person or 0])).get(row.person or 0, NOWHERE)
    say = words_of(reader, row, services)
    [linked] = await uow.resources.linked([row.subject])
    community = await uow.people.community(linked.community)
    return say, community.name if community else ""
