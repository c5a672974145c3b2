"""`gig close`, and what becomes of a gig that ends: 30 days more, filled, or withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands import Pressed, Services
from bot.domain.audit import Did
from bot.domain.gigs import ASKS, NEW, Gig, Standing
from bot.errors import Refused
from bot.features.gigs.cards import FILLED, RENEW, WITHDRAW, full_card
from bot.features.gigs.lookup import OwnGigParam, own_gig
from bot.features.gigs.posting import deadline_of, noted, shown_or_asked
from bot.features.gigs.telling import CLOSED, ask_later, owe
from bot.i18n import N_
from bot.markup import rich
from bot.params import Choice
from bot.request import Press, Request
from bot.ui import Reply

HOW: Mapping[str, str] = {Standing.FILLED: N_("Filled"), Standing.WITHDRAWN: N_("Withdrawn")}


@dataclass(frozen=True, slots=True)
class CloseGig:
    gig: Annotated[Gig, OwnGigParam(N_("Gig"), N_("Words of its title"))]
    how: Annotated[Standing, Choice(N_("How"), N_("filled, or withdrawn"), HOW, Standing)] = Standing.FILLED


async def close_gig(ask: CloseGig, request: Request, services: Services) -> Reply:
    return await _close(ask.gig.id, ask.how, request, services)


async def press_filled(press: Press, request: Request, services: Services) -> Reply:
    return await _close(press.action.arg, Standing.FILLED, request, services)


async def press_withdraw(press: Press, request: Request, services: Services) -> Reply:
    return await _close(press.action.arg, Standing.WITHDRAWN, request, services)


async def press_renew(press: Press, request: Request, services: Services) -> Reply:
    """Pressed again on the same day it says the same."""
    deadline = deadline_of(None, request)
    async with services.store.writing() as uow:
        before = await own_gig(press.action.arg, request, uow)
        if not await uow.gigs.renew(before.community, before.id, max(deadline, before.deadline)):
            raise Refused(
                N_("{title} is closed already. Post it anew where it is to be had again."), title=before.about.title
            )
        gig = replace(before, deadline=max(deadline, before.deadline))
        if gig != before:
            await noted(uow, gig, Did.EDITED, request)
        if gig.standing is Standing.PENDING:
            await shown_or_asked(uow, gig, request)
        else:
            await ask_later(uow, gig, request.now)
    say = request.say
    text = say(N_("{title} is open until {moment} now."), title=gig.about.title, moment=say.moment(gig.deadline))
    if gig.standing is Standing.PENDING:
        text = say(
            N_("{title} ends on {moment} now. It still waits for the organisers' approval."),
            title=gig.about.title,
            moment=say.moment(gig.deadline),
        )
    return Reply(rich(text), (full_card(gig, say, request.now),))


PRESSES: Mapping[str, Pressed] = {FILLED: press_filled, WITHDRAW: press_withdraw, RENEW: press_renew}


async def _close(id_: str | int, how: Standing, request: Request, services: Services) -> Reply:
    """Those who are interested are told once. Pressed again it says how it ended."""
    async with services.store.writing() as uow:
        gig = await own_gig(id_, request, uow)
        if await uow.gigs.close(gig.community, gig.id, how):
            await uow.due.drop(ASKS, gig.id)
            await uow.due.drop(NEW, gig.id)
            interested = [each.person for each in await uow.gigs.interests(gig.id, gig.community)]
            await uow.outbox.add(await owe(uow, CLOSED, gig, interested, request.now), request.now)
            gig = replace(gig, standing=how)
            await noted(uow, gig, Did.CLOSED, request)
    texts = {
        Standing.FILLED: N_("{title} is filled. Whoever was interested is told, without names."),
        Standing.WITHDRAWN: N_("{title} is withdrawn. Whoever was interested is told."),
    }
    text = texts.get(gig.standing, N_("{title} was declined, so there is nothing to close."))
    return Reply(rich(request.say(text, title=gig.about.title)), (full_card(gig, request.say, request.now),))
