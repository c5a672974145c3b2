"""`greenroom introductions`: organisers switch introductions between members on and off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bot.commands import Services
from bot.i18n import N_, Slash
from bot.markup import rich
from bot.params import Choice
from bot.request import Request
from bot.ui import Reply


@dataclass(frozen=True, slots=True)
class SwitchIntroductions:
    switch: Annotated[
        bool | None,
        Choice(
            N_("Switch"),
            N_("on or off; left out, you see how it is"),
            {"on": N_("On"), "off": N_("Off")},
            lambda value: value == "on",
        ),
    ] = None


async def switch_introductions(ask: SwitchIntroductions, request: Request, services: Services) -> Reply:
    community = request.community
    async with services.store.writing() as uow:
        if ask.switch is not None:
            await uow.introductions.allow(community.id, ask.switch)
        is_allowed = await uow.introductions.is_allowed(community.id)
    if is_allowed:
        told = N_("Members of {community} may ask to be introduced to each other: {command}.")
    else:
        told = N_("Introductions are off in {community} now. Nobody can ask for one, and open questions are over.")
    return Reply(rich(request.say(told, community=community.name, command=Slash("/connect intro"))))
