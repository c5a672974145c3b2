"""`event mirror`: organisers turn the mirror in the platform's own calendar on and off, and see how it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands import Services
from bot.domain.people import Home
from bot.errors import Refused
from bot.features.mirror.falling import MIRROR, due_of
from bot.i18n import N_, Slash
from bot.markup import Rich, rich
from bot.params import Choice
from bot.request import Request
from bot.ui import Card, Field, Reply


@dataclass(frozen=True, slots=True)
class MirrorEvents:
    switch: Annotated[
        bool | None,
        Choice(
            N_("Switch"),
            N_("on or off; left out, you see how it is"),
            {"on": N_("On"), "off": N_("Off")},
            lambda value: value == "on",
        ),
    ] = None


async def mirror_events(ask: MirrorEvents, request: Request, services: Services) -> Reply:
    home = await _home(request, services)
    if ask.switch is not None:
        async with services.store.writing() as uow:
            await uow.people.mirror(home.id, ask.switch)
            await uow.due.hasten(due_of(home, request.now))
        home = replace(home, is_mirrored=ask.switch)
    async with services.store.reading() as uow:
        links = await uow.mirrors.links(home.id)
        refused = await uow.outbox.buried(home.community.id, MIRROR, home.id)
    say = request.say
    shown = [link for link in links if link.external is not None and not link.is_leaving]
    pairs = [
        (N_("Shown there"), rich(say.many("{count} event", "{count} events", len(shown)))),
        (N_("Not working"), rich(refused.reason) if refused and home.is_mirrored else Rich()),
    ]
    fields = tuple(Field(say(name), value) for name, value in pairs if value)
    return Reply(rich(_told(ask, home, request)), (Card(fields=fields),))


def _told(ask: MirrorEvents, home: Home, request: Request) -> str:
    say = request.say
    if home.is_mirrored:
        told = N_("Coming events are shown in the calendar of {name} too. What organisers change there changes here.")
    elif ask.switch is None:
        told = N_("Events are not shown in the calendar of {name}. {on} shows them there.")
    else:
        told = N_("Events are no longer shown in the calendar of {name}; those that are there are removed now.")
    return say(told, name=home.workspace.name, on=Slash("/event mirror switch:on"))


async def _home(request: Request, services: Services) -> Home:
    """The workspace this was asked in. Raises Refused where there is none, or no calendar in it."""
    platform = services.platforms.get(request.account.platform)
    if platform is None or platform.calendar is None:
        raise Refused(
            N_("This platform has no calendar of its own to show events in; {find} shows them."),
            find=Slash("/event find"),
        )
    home = None
    if request.workspace is not None:
        async with services.store.reading() as uow:
            home = await uow.people.home(request.workspace.platform, request.workspace.id)
    if home is None:
        raise Refused(N_("Use this in the server or workspace whose calendar is meant."))
    return home
