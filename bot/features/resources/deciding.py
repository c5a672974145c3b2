"""What organisers decide about what was reported: it stays, it goes, or its whole site is blocked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.commands import Message, Pressed, Renders, Services, read_id
from bot.domain.audit import Did, Subject
from bot.domain.delivery import Moot, Owed
from bot.domain.links import host_of
from bot.domain.resources import Resource
from bot.errors import NotFound, Refused
from bot.features.directly import owed_to
from bot.features.readers import NOWHERE, words_of
from bot.features.resources import checking
from bot.features.resources.cards import SHOW
from bot.features.resources.lookup import found_resource
from bot.features.resources.moderating import block
from bot.i18n import N_, Slash
from bot.markup import Bold, joined, rich
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply, Style

TAKEN_DOWN = "resource.taken_down"
"""What is owed to whoever shared what was removed."""

KEEP, TAKE_DOWN, SITE, BLOCK, OTHERS = (
    "resource.keep",
    "resource.takedown",
    "resource.site",
    "resource.block",
    "resource.others",
)
OTHERS_SHOWN = 25
DECIDED = (Did.KEPT, Did.EDITED, Did.REMOVED)


async def press_keep(press: Press, request: Request, services: Services) -> Reply:
    about = request.community.id, Subject.RESOURCE, read_id(press.action.arg) or 0
    async with services.store.writing() as uow:
        resource = await still_open(uow, about[2], request)
        if not await uow.audit.settle(*about):
            raise await decided(uow, about[2], request)
        await uow.audit.note(
            about[0], request.person.id, Did.KEPT, Subject.RESOURCE, resource.id, resource.about.title, request.now
        )
    return Reply(rich(request.say(N_("{title} stays."), title=resource.about.title)), replaces=True)


async def press_site(press: Press, request: Request, services: Services) -> Reply:
    """Ask once whether its site is to be blocked."""
    say = request.say
    async with services.store.reading() as uow:
        resource = await still_open(uow, read_id(press.action.arg) or 0, request)
        host = host_of(resource.link)
        others = [each for each in await uow.audit.of_site(request.community.id, host) if each != resource.id]
    lines = [
        say(N_("Nothing of {host}, and of sites below it, can be shared here any more."), host=host),
        say(N_("{title} is removed, and whoever shared it is told."), title=resource.about.title),
    ]
    buttons = [Button(say(N_("Block site")), Action(BLOCK, str(resource.id)), Style.DANGER)]
    if others:
        lines.append(
            say.many(
                "{count} other from there stays, unless you remove it.",
                "{count} others from there stay, unless you remove them.",
                len(others),
            )
        )
        buttons.append(Button(say(N_("Show the others")), Action(OTHERS, str(resource.id))))
    title = rich(Bold(say(N_("Block {host}?"), host=host)))
    return Reply(cards=(Card(title, joined(lines, "\n"), controls=tuple(buttons)),))


async def press_others(press: Press, request: Request, services: Services) -> Reply:
    """What else of that site is in the library, the newest first."""
    resource = await found_resource(press.action.arg, request, services)
    host, say = host_of(resource.link), request.say
    async with services.store.reading() as uow:
        ids = [each for each in await uow.audit.of_site(request.community.id, host) if each != resource.id]
        shown = await uow.resources.several(request.community.id, ids[:OTHERS_SHOWN], person=request.person.id)
    text = say.many("{count} other from {host}", "{count} others from {host}", len(ids), host=host)
    cards = tuple(
        Card(rich(Bold(each.about.title)), controls=(Button(say(N_("Details")), Action(SHOW, str(each.id))),))
        for each in shown
    )
    return Reply(rich(text), cards)


async def press_block(press: Press, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        resource = await still_open(uow, read_id(press.action.arg) or 0, request)
        host = host_of(resource.link)
        await block(uow, host, request)
        await take_down(uow, resource, request, host=host)
    text = request.say(
        N_("{host} is blocked, and {title} is removed. {command} shows all blocked sites."),
        host=host,
        title=resource.about.title,
        command=Slash("/resource sites"),
    )
    return Reply(rich(text), replaces=True)


async def take_down(uow: UnitOfWork, resource: Resource, request: Request, *, reason: str = "", host: str = "") -> None:
    """Remove it, with what was said against it. Where it is another's they are told, with the `reason` that was given
    or the `host` that is blocked. Raises Refused where somebody else was faster.
    """
    community = request.community.id
    if not await uow.resources.remove(community, resource.id):
        raise await decided(uow, resource.id, request)
    await checking.unwatch(uow, resource.id)
    await uow.audit.settle(community, Subject.RESOURCE, resource.id)
    await uow.audit.note(
        community, request.person.id, Did.REMOVED, Subject.RESOURCE, resource.id, resource.about.title, request.now
    )
    if resource.sharer is None or resource.sharer == request.person.id:
        return
    facts = {"title": resource.about.title, "reason": reason, "host": host}
    told = [resource.sharer]
    owed = await owed_to(uow, told, TAKEN_DOWN, resource.id, request.now, community=community, facts=facts)
    await uow.outbox.add(owed, request.now)


async def render_taken_down(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`."""
    readers = await uow.people.readers([row.person for row in rows if row.person is not None])
    messages: list[Message | Moot] = []
    for row in rows:
        community = None if row.community is None else await uow.people.community(row.community)
        if community is None:
            messages.append(Moot("the community is gone"))
            continue
        reader = readers.get(row.person or 0, NOWHERE)
        say = words_of(reader, row, services)
        text = say(
            N_("The organisers of {community} have removed {title}, which you shared there."),
            community=community.name,
            title=row.facts["title"],
        )
        lines = [rich(text)]
        if row.facts["host"]:
            lines.append(rich(say(N_("Nothing of {host} can be shared there any more."), host=row.facts["host"])))
        if row.facts["reason"]:
            lines.append(rich(say(N_("Why: {reason}"), reason=row.facts["reason"])))
        messages.append(Message(Reply(joined(lines, "\n"))))
    return messages


PRESSES: Mapping[str, Pressed] = {KEEP: press_keep, SITE: press_site, OTHERS: press_others, BLOCK: press_block}
FOR_ORGANISERS = frozenset({*PRESSES, TAKE_DOWN})
RENDERS: Mapping[str, Renders] = {TAKEN_DOWN: render_taken_down}


async def still_open(uow: UnitOfWork, id_: int, request: Request) -> Resource:
    """What is reported, still there and still open. Raises Refused for what was decided, NotFound."""
    community = request.community.id
    resource = await uow.resources.get(community, id_, person=request.person.id)
    if resource is None or await uow.audit.reported(community, Subject.RESOURCE, id_) is None:
        raise await decided(uow, id_, request)
    return resource


async def decided(uow: UnitOfWork, id_: int, request: Request) -> Refused:
    """Who decided what, for who comes second."""
    line = await uow.audit.last(request.community.id, Subject.RESOURCE, id_, DECIDED)
    if line is None:
        return NotFound(
            N_("Nothing is open about this in {community}. {command} shows what is."),
            community=request.community.name,
            command=Slash("/resource reports"),
        )
    if not line.name:
        return Refused(N_("This was decided already: {title} {outcome}."), **_outcome(line.did, line.what, request))
    return Refused(
        N_("This was decided already by {name}: {title} {outcome}."),
        name=line.name,
        **_outcome(line.did, line.what, request),
    )


def _outcome(did: Did, title: str, request: Request) -> Mapping[str, str]:
    return {"title": title, "outcome": request.say(_OUTCOMES[did])}


_OUTCOMES: Mapping[Did, str] = {
    Did.KEPT: N_("stays"),
    Did.EDITED: N_("was changed"),
    Did.REMOVED: N_("was removed"),
}
