"""What organisers decide: what gigs have to say, whether they are approved first, and each of those that wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands import Pressed, Services
from bot.domain.audit import Did, Subject
from bot.domain.gigs import REASON_MOST, Gig, Rules, Standing
from bot.errors import NotAllowed, Refused
from bot.features.gigs.cards import APPROVE, full_card
from bot.features.gigs.lookup import WaitingGigParam, seen_gig
from bot.features.gigs.posting import noted
from bot.features.gigs.telling import DECIDED, opened, owe
from bot.features.organising import organises
from bot.i18n import N_, Words
from bot.markup import rich
from bot.params import Text, yes_no
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Reply


@dataclass(frozen=True, slots=True)
class SetGigs:
    pay: Annotated[bool | None, yes_no(N_("Pay must be stated"), N_("yes: an amount, a share, or unpaid"))] = None
    approval: Annotated[bool | None, yes_no(N_("Approve first"), N_("yes: you see each gig before others do"))] = None


@dataclass(frozen=True, slots=True)
class DeclineGig:
    gig: Annotated[Gig, WaitingGigParam(N_("Gig"), N_("Words of its title, or its number"))]
    reason: Annotated[str, Text(N_("Why"), N_("Whoever posted it reads this"), most=REASON_MOST)] = ""


async def set_gigs(ask: SetGigs, request: Request, services: Services) -> Reply:
    community = request.community
    async with services.store.writing() as uow:
        rules = await uow.gigs.rules(community.id)
        rules = Rules(
            needs_pay=rules.needs_pay if ask.pay is None else ask.pay,
            needs_approval=rules.needs_approval if ask.approval is None else ask.approval,
        )
        if ask != SetGigs():
            await uow.gigs.set_rules(community.id, rules)
            said = " ".join(_rules(rules, Words(community.locale, request.zone)))
            await uow.audit.note(community.id, request.person.id, Did.SET, Subject.GIG, None, said, request.now)
    return Reply(rich("\n".join(_rules(rules, request.say))))


async def press_approve(press: Press, request: Request, services: Services) -> Reply:
    """The first of several who decide counts; the others are told how it stands."""
    async with services.store.writing() as uow:
        gig = await _waiting(press.action.arg, request, uow)
        if await uow.gigs.approve(gig.community, gig.id, request.now):
            gig = replace(gig, standing=Standing.OPEN, opened_at=gig.opened_at or request.now)
            await opened(uow, gig, request.now)
            await noted(uow, gig, Did.APPROVED, request)
            await _tell_poster(uow, gig, request)
        else:
            gig = await seen_gig(gig.id, request, uow)
    return _decided(gig, request)


async def decline_gig(ask: DeclineGig, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        gig = await _waiting(ask.gig.id, request, uow)
        if gig.standing is Standing.OPEN:
            raise Refused(N_("{title} is open already. You can close or remove it."), title=gig.about.title)
        if await uow.gigs.decline(gig.community, gig.id, ask.reason):
            gig = replace(gig, standing=Standing.DECLINED, reason=ask.reason)
            await noted(uow, gig, Did.DECLINED, request)
            await _tell_poster(uow, gig, request)
        else:
            gig = await seen_gig(gig.id, request, uow)
    return _decided(gig, request)


PRESSES: Mapping[str, Pressed] = {APPROVE: press_approve}


async def _waiting(id_: str | int, request: Request, uow: UnitOfWork) -> Gig:
    gig = await seen_gig(id_, request, uow)
    if not await organises(gig.community, request, uow):
        raise NotAllowed(N_("Only organisers of this community can do this. Ask one of them."))
    return gig


async def _tell_poster(uow: UnitOfWork, gig: Gig, request: Request) -> None:
    """Each decision once: what is edited is decided upon again."""
    period, facts = f"{gig.standing} {request.now.isoformat()}", {"standing": gig.standing.value}
    owed = await owe(uow, DECIDED, gig, [gig.poster], request.now, period=period, facts=facts)
    await uow.outbox.add(owed, request.now)


def _decided(gig: Gig, request: Request) -> Reply:
    texts = {
        Standing.OPEN: N_("{title} is approved: everybody sees it, and {name} is told."),
        Standing.DECLINED: N_("{title} is declined, and {name} is told."),
        Standing.PENDING: N_("{title} is over: its deadline has passed."),
        Standing.FILLED: N_("{title} is closed already."),
        Standing.WITHDRAWN: N_("{title} is closed already."),
    }
    text = request.say(texts[gig.standing], title=gig.about.title, name=gig.account.name)
    return Reply(rich(text), (full_card(gig, request.say, request.now),))


def _rules(rules: Rules, say: Words) -> tuple[str, str]:
    return (
        say(
            N_("Gigs must state how they are paid.")
            if rules.needs_pay
            else N_("Gigs need not state how they are paid.")
        ),
        say(
            N_("You approve each gig before others see it.")
            if rules.needs_approval
            else N_("Gigs are seen as soon as they are posted.")
        ),
    )
