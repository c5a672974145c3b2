"""`gig interested`: whoever posted a gig is told who would like to do it, once, by what that member's profile shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Pressed, Services
from bot.domain.gigs import LINE_MOST, Gig
from bot.errors import Refused
from bot.features.gigs.cards import BACK
from bot.features.gigs.finding import shown
from bot.features.gigs.lookup import GigParam, seen_gig
from bot.features.gigs.telling import INTERESTED, owe
from bot.i18n import N_, Slash
from bot.markup import rich
from bot.params import Text
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply


@dataclass(frozen=True, slots=True)
class SayInterested:
    gig: Annotated[Gig, GigParam(N_("Gig"), N_("Words of its title"))]
    line: Annotated[
        str, Text(N_("A line from you"), N_("Why you; they read it as you write it"), most=LINE_MOST, is_long=True)
    ] = ""


async def say_interested(ask: SayInterested, request: Request, services: Services) -> Reply:
    """Once for each member and gig: pressed again it says the same, and nobody is told twice."""
    meets = services.platforms[request.account.platform].introductions
    facts = {
        "platform": request.account.platform,
        "account": request.account.id,
        # where they are found only their own platform knows, and it is asked here
        "link": "" if meets is None else meets.profile_link(request.account.id),
    }
    async with services.store.writing() as uow:
        gig = await seen_gig(ask.gig.id, request, uow)
        if gig.is_mine:
            raise Refused(N_("You posted this gig yourself. {mine} shows who is interested."), mine=Slash("/gig mine"))
        is_new = await uow.gigs.want(gig.community, gig.id, request.origin, ask.line, request.now)
        if is_new:
            # who goes back and forth is told of once a day
            period = f"{request.origin.account} {request.now.date().isoformat()}"
            owed = await owe(uow, INTERESTED, gig, [gig.poster], request.now, period=period, facts=facts)
            await uow.outbox.add(owed, request.now)
        seen = await uow.profiles.seen_by(gig.community, [request.person.id])
    text = N_("Sent: {name} sees what your profile shows others, and your line.")
    if request.person.id not in seen:
        text = N_("Sent: {name} sees your name and your line. Your profile is seen by nobody; {profile} changes that.")
    if not is_new:
        text = N_("{name} knows already that you are interested.")
    told = request.say(text, name=gig.account.name, profile=Slash("/me profile"))
    back = Button(request.say(N_("Not interested any more")), Action(BACK, str(gig.id)))
    return Reply(rich(told), (Card(controls=(back,)),))


async def press_back(press: Press, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        gig = await seen_gig(press.action.arg, request, uow)
        await uow.gigs.unwant(gig.community, gig.id, request.person.id)
    text = request.say(N_("Taken back. What {name} was told by then, they know."), name=gig.account.name)
    return await shown(gig.id, request, services, text)


PRESSES: Mapping[str, Pressed] = {BACK: press_back}
