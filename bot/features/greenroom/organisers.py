"""`greenroom organisers`: whom the owners of a workspace let organise, besides those its platform says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bot.commands import Services
from bot.domain.members import Somebody
from bot.errors import NotAllowed, Refused
from bot.features.greenroom.linking import home_of
from bot.i18n import N_, Slash
from bot.markup import rich
from bot.params import Member
from bot.request import Request
from bot.ui import Reply

NAMED_MOST = 50
"""In one community."""


@dataclass(frozen=True, slots=True)
class Organisers:
    add: Annotated[Somebody | None, Member(N_("Add"), N_("Whom to let organise"))] = None
    remove: Annotated[Somebody | None, Member(N_("Remove"), N_("Who is not to organise any more"))] = None


async def name_organisers(ask: Organisers, request: Request, services: Services) -> Reply:
    """Add, remove, and say who is named."""
    home, community = home_of(request), request.community
    if (ask.add or ask.remove) and not request.is_owner:
        raise NotAllowed(
            N_("Only those who run this server or workspace say who organises. Ask an owner or administrator of it.")
        )
    said: list[str] = []
    async with services.store.writing() as uow:
        known = {person.id for person in await uow.people.named(community.id)}
        if ask.remove is not None:
            was_named = await uow.people.unname_organiser(community.id, ask.remove.person)
            said.append(_removed(ask.remove, request, was_named=was_named))
        if ask.add is not None:
            if ask.add.person not in known and len(known) >= NAMED_MOST:
                raise Refused(
                    N_("A community names at most {most} organisers. Remove one first: {command}."),
                    most=NAMED_MOST,
                    command=Slash("/greenroom organisers"),
                )
            await uow.people.name_organiser(community.id, ask.add.person, home, request.now)
            said.append(request.say(N_("{name} organises now."), name=ask.add.account.name))
        names = [person.name for person in await uow.people.named(community.id)]
        unreached = await uow.outbox.undelivered_of(community.id) if ask == Organisers() else 0
    lines = [*said, _list(names, request)]
    if unreached:
        lines.append(
            request.say.many(
                "{count} member could not be reached by direct message lately. What was for them they alone see.",
                "{count} members could not be reached by direct message lately. What was for them they alone see.",
                unreached,
            )
        )
    return Reply(rich("\n".join(lines)))


def _removed(somebody: Somebody, request: Request, *, was_named: bool) -> str:
    text = N_("{name} was removed.") if was_named else N_("{name} was not named.")
    return request.say(text, name=somebody.account.name)


def _list(names: list[str], request: Request) -> str:
    say = request.say
    if not names:
        return say(
            N_("Those who run {community} organise, and nobody else was named."), community=request.community.name
        )
    return say(
        N_("Those who run {community} organise, and so do {names}."),
        community=request.community.name,
        names=say.listed(names),
    )
