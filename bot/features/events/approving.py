"""Where organisers approve members' events first: proposed, decided upon, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from bot.commands import ASK, Message, Pressed, Renders, Services, read_id
from bot.domain.audit import Did, Subject
from bot.domain.delivery import Moot, Owed
from bot.domain.events import HORIZON, NewEvent, Occurrence, Status
from bot.domain.places import fold
from bot.domain.proposals import REASON_MOST, Proposal, Verdict
from bot.domain.recurrence import lay_out
from bot.errors import NotAllowed, NotFound, Refused
from bot.features.directly import owed_to
from bot.features.events.cards import SHOW, full_card
from bot.features.mirror import stir
from bot.features.organising import for_organisers, organises
from bot.features.pace import check_pace
from bot.features.readers import NOWHERE, words_of
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, rich
from bot.params import Option, Stored, Text, shortened, yes_no
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Field, Reply, Style

PENDING, DECIDED = "event.pending", "event.decided"
APPROVE, WITHDRAW = "event.approve", "event.withdraw"
PROPOSAL = "proposal"
LISTED = 20
"""Proposals in one answer; those decided upon make room for the next."""


@dataclass(frozen=True, slots=True)
class ProposalParam(Stored):
    lookup: str = PROPOSAL


@dataclass(frozen=True, slots=True)
class SetEvents:
    approval: Annotated[
        bool | None, yes_no(N_("Approve first"), N_("yes: you see members' events before others do"))
    ] = None


@dataclass(frozen=True, slots=True)
class WaitingEvents:
    pass


@dataclass(frozen=True, slots=True)
class DeclineEvent:
    event: Annotated[Proposal, ProposalParam(N_("Event"), N_("Words of its title, or its number"))]
    reason: Annotated[str, Text(N_("Why"), N_("Whoever proposed it reads this"), most=REASON_MOST)] = ""


async def set_events(ask: SetEvents, request: Request, services: Services) -> Reply:
    community = request.community
    async with services.store.writing() as uow:
        is_asked = await uow.proposals.is_asked(community.id)
        if ask.approval is not None and ask.approval != is_asked:
            is_asked = ask.approval
            await uow.proposals.ask(community.id, is_asked=is_asked)
            said = Words(community.locale, request.zone)(_rule(is_asked=is_asked))
            await uow.audit.note(community.id, request.person.id, Did.SET, Subject.EVENT, None, said, request.now)
    return Reply(rich(request.say(_rule(is_asked=is_asked))))


async def must_wait(request: Request, uow: UnitOfWork) -> bool:
    """Whether what the asker adds is approved first."""
    return not request.is_organiser and await uow.proposals.is_asked(request.community.id)


async def propose(event: NewEvent, request: Request, uow: UnitOfWork) -> Reply:
    """Keep it for organisers, once however often Save is pressed, and tell them."""
    proposal = await uow.proposals.propose(request.community.id, event, request.now)
    if proposal.at == request.now:  # else a Save that was pressed again
        await check_pace(uow, request, Subject.EVENT)
        title = event.details.title
        await uow.audit.note(proposal.community, request.person.id, Did.SHARED, Subject.EVENT, None, title, request.now)
    period = proposal.at.isoformat()
    owed = await for_organisers(uow, proposal.community, PENDING, proposal.id, request.now, period=period)
    await uow.outbox.add(owed, request.now)
    text = N_("Thank you. The organisers look at it first; I tell you what they decide.")
    return Reply(rich(request.say(text)), (own_card(proposal, request.say),))


async def waiting_events(_ask: WaitingEvents, request: Request, services: Services) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        waiting, total = await uow.proposals.waiting(request.community.id, 0, LISTED)
    if not total:
        return Reply(rich(say(N_("No event waits for your approval."))))
    text = say.many("{count} event waits for your approval", "{count} events wait for your approval", total)
    return Reply(rich(text), tuple(waiting_card(each, say) for each in waiting))


async def press_approve(press: Press, request: Request, services: Services) -> Reply:
    """The first of several who decide counts; the others are told how it stands."""
    async with services.store.writing() as uow:
        proposal = await _held(press.action.arg, request, uow)
        if proposal.verdict is Verdict.WAITING:
            slots = lay_out(proposal.event.timing, (), since=request.now, until=request.now + HORIZON)
            if not any(slot.ends > request.now for slot in slots):
                raise Refused(
                    N_("{title} is over by now, so there is nothing to approve. You can decline it."),
                    title=proposal.event.details.title,
                )
            # under another name than what is added without approval, so that no two are taken for one
            event = replace(proposal.event, request_id=f"proposal:{proposal.id}")
            occurrence = await uow.events.add(proposal.community, event, slots, request.now)
            proposal = await _decided(proposal, Verdict.APPROVED, request, uow, occurrence=occurrence)
            await stir(uow, proposal.community, request.now)
    return _told(proposal, request)


async def decline_event(ask: DeclineEvent, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        proposal = await _held(str(ask.event.id), request, uow)
        if proposal.verdict is Verdict.WAITING:
            proposal = await _decided(proposal, Verdict.DECLINED, request, uow, reason=ask.reason)
    return _told(proposal, request)


async def press_withdraw(press: Press, request: Request, services: Services) -> Reply:
    """Its proposer takes it back, unless somebody decided before."""
    async with services.store.writing() as uow:
        own = await _own(press.action.arg, request, uow)
        proposal = await uow.proposals.hold(own.community, own.id)
        if proposal is None:
            raise _not_theirs()
        if proposal.verdict is Verdict.WAITING:
            await uow.proposals.decide(proposal.community, proposal.id, Verdict.WITHDRAWN, request.now)
            await uow.audit.note(
                proposal.community,
                request.person.id,
                Did.REMOVED,
                Subject.EVENT,
                proposal.id,
                _title(proposal),
                request.now,
            )
            proposal = replace(proposal, verdict=Verdict.WITHDRAWN)
    texts = {
        Verdict.WITHDRAWN: N_("{title} is withdrawn. The organisers do not see it any more."),
        Verdict.APPROVED: N_("The organisers approved {title} before: it is in the calendar."),
        Verdict.DECLINED: N_("The organisers declined {title} before. Nobody else saw it."),
    }
    text = request.say(texts[proposal.verdict], title=_title(proposal))
    return Reply(rich(text), (proposal_card(proposal, request.say),), replaces=True)


class ProposalLookup:
    """Implements `bot.commands.Lookup`: what waits for organisers; to others there is none."""

    async def read(self, typed: str, request: Request, services: Services) -> Proposal:
        number = typed.strip().removeprefix("#")
        async with services.store.reading() as uow:
            if read_id(number) is not None:
                return await _theirs(number, request, uow)
            found = [each for each in await self._waiting(request, uow) if fold(typed) in fold(_title(each))]
        if not found:
            raise NotFound(
                N_("No event that waits has {typed} in its title. {list} shows them."),
                typed=shortened(typed),
                list=Slash("/event waiting"),
            )
        if len(found) > 1:
            names = "; ".join(f"#{each.id} {_title(each)}" for each in found[:LISTED])
            raise Refused(N_("Several events match: {names}. Type more of the title, or the number."), names=names)
        return found[0]

    def write(self, value: object) -> str:
        assert isinstance(value, Proposal)
        return f"#{value.id}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        async with services.store.reading(is_steady=False) as uow:
            found = await self._waiting(request, uow)
        return [Option(_title(each), f"#{each.id}") for each in found if fold(typed) in fold(_title(each))]

    async def _waiting(self, request: Request, uow: UnitOfWork) -> Sequence[Proposal]:
        if not request.is_organiser:
            return ()
        waiting, _ = await uow.proposals.waiting(request.community.id, 0, LISTED)
        return waiting


def proposal_card(proposal: Proposal, say: Words) -> Card:
    """All of it, as it would stand in the calendar."""
    event = proposal.event
    once = replace(event.timing, rrule="", extra=(), without=())
    [slot] = lay_out(once, (), since=proposal.at, until=proposal.at)
    shown = Occurrence(
        id=0,
        event_id=0,
        version=0,
        details=event.details,
        starts=slot.starts,
        ends=slot.ends,
        zone=event.timing.zone,
        is_all_day=event.timing.is_all_day,
        rrule=event.timing.rrule,
        status=Status.SCHEDULED,
        added_by=proposal.name,
    )
    return replace(full_card(shown, say), controls=())


def waiting_card(proposal: Proposal, say: Words) -> Card:
    """As organisers see it."""
    number = str(proposal.id)
    controls = (
        Button(say(N_("Approve")), Action(APPROVE, number), Style.PRIMARY),
        Button(say(N_("Decline")), Action(ASK, f"event decline/event=#{number}")),
    )
    return replace(proposal_card(proposal, say), controls=controls)


def own_card(proposal: Proposal, say: Words) -> Card:
    """As whoever proposed it sees it."""
    withdraw = Button(say(N_("Withdraw")), Action(WITHDRAW, str(proposal.id)))
    return replace(proposal_card(proposal, say), controls=(withdraw,))


async def render_pending(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`, for organisers."""
    return [await _pending(row, uow, services) for row in rows]


async def render_decided(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`, for whoever proposed it."""
    return [await _verdict(row, uow, services) for row in rows]


PRESSES: Mapping[str, Pressed] = {APPROVE: press_approve, WITHDRAW: press_withdraw}
RENDERS: Mapping[str, Renders] = {PENDING: render_pending, DECIDED: render_decided}


async def home_of(id_: str, request: Request, uow: UnitOfWork) -> int | None:
    """Implements `bot.commands.FindsHome`, for organisers."""
    with suppress(NotFound, NotAllowed):
        return (await _theirs(id_.removeprefix("#"), request, uow)).community
    return None


async def _found(id_: str, request: Request, uow: UnitOfWork) -> Proposal | None:
    """The proposal with that id, of the community asked in; in a direct message of any. Whose it is stays open."""
    number = read_id(id_)
    found = [] if number is None else await uow.proposals.several([number])
    return next((each for each in found if request.workspace is None or each.community == request.community.id), None)


async def _theirs(id_: str, request: Request, uow: UnitOfWork) -> Proposal:
    """The proposal with that id, for organisers of its community; in a direct message of any that they organise."""
    proposal = await _found(id_, request, uow)
    if proposal is None:
        raise _gone()
    if not await organises(proposal.community, request, uow):
        raise NotAllowed(N_("Only organisers of this community can do this. Ask one of them."))
    return proposal


async def home_of_own(id_: str, request: Request, uow: UnitOfWork) -> int | None:
    """Implements `bot.commands.FindsHome`, for whoever proposed it."""
    with suppress(NotFound):
        return (await _own(id_, request, uow)).community
    return None


async def _own(id_: str, request: Request, uow: UnitOfWork) -> Proposal:
    """The asker's proposal with that id; in a direct message of any community. Raises NotFound."""
    proposal = await _found(id_, request, uow)
    if proposal is None or proposal.person != request.person.id:
        raise _not_theirs()
    return proposal


async def _held(id_: str, request: Request, uow: UnitOfWork) -> Proposal:
    """As `_theirs`, and nobody else decides until this unit of work is done: none is approved and declined."""
    proposal = await _theirs(id_, request, uow)
    held = await uow.proposals.hold(proposal.community, proposal.id)
    if held is None:
        raise _gone()
    return held


def _not_theirs() -> NotFound:
    return NotFound(N_("This proposal is not there any more. {mine} shows yours."), mine=Slash("/event mine"))


def _gone() -> NotFound:
    return NotFound(
        N_("This event does not wait here any more. {list} shows those that do."), list=Slash("/event waiting")
    )


async def _decided(
    proposal: Proposal,
    verdict: Verdict,
    request: Request,
    uow: UnitOfWork,
    *,
    reason: str = "",
    occurrence: int | None = None,
) -> Proposal:
    """Noted, and whoever proposed it is told."""
    title = _title(proposal)
    await uow.proposals.decide(
        proposal.community, proposal.id, verdict, request.now, reason=reason, occurrence=occurrence
    )
    did = Did.APPROVED if verdict is Verdict.APPROVED else Did.DECLINED
    await uow.audit.note(
        proposal.community, request.person.id, did, Subject.EVENT, occurrence or proposal.id, title, request.now
    )
    owed = await owed_to(
        uow, [proposal.person], DECIDED, proposal.id, request.now, community=proposal.community, period=verdict.value
    )
    await uow.outbox.add(owed, request.now)
    return replace(proposal, verdict=verdict, reason=reason, occurrence=occurrence)


def _told(proposal: Proposal, request: Request) -> Reply:
    say, texts = (
        request.say,
        {
            Verdict.APPROVED: N_("{title} is approved: it is in the calendar, and {name} is told."),
            Verdict.DECLINED: N_("{title} is declined, and {name} is told."),
            Verdict.WITHDRAWN: N_("{name} has withdrawn {title}."),
            Verdict.WAITING: N_("{title} waits for approval."),
        },
    )
    text = say(texts[proposal.verdict], title=_title(proposal), name=proposal.name)
    return Reply(rich(text), (proposal_card(proposal, say),), replaces=True)


async def _pending(row: Owed, uow: UnitOfWork, services: Services) -> Message | Moot:
    found = await uow.proposals.several([row.subject])
    if not found or found[0].verdict is not Verdict.WAITING:
        return Moot("somebody has decided")
    say, where = await _said_to(row, found[0], uow, services)
    text = N_("An event waits for your approval in {community}. Nobody else sees it until then.")
    return Message(Reply(rich(say(text, community=where)), (waiting_card(found[0], say),)))


async def _verdict(row: Owed, uow: UnitOfWork, services: Services) -> Message | Moot:
    found = await uow.proposals.several([row.subject])
    if not found or found[0].verdict.value != row.period:
        return Moot("the proposal is gone")
    [proposal] = found
    say, where = await _said_to(row, proposal, uow, services)
    title = _title(proposal)
    if proposal.verdict is Verdict.APPROVED:
        text = say(
            N_("The organisers of {community} approved {title}: it is in the calendar."), community=where, title=title
        )
        show = Button(say(N_("Show")), Action(SHOW, str(proposal.occurrence)))
        return Message(Reply(rich(text), (Card(rich(Bold(title)), controls=(show,)),)))
    text = say(
        N_("The organisers of {community} declined {title}. Nobody else saw it. You can add it anew: {add}."),
        community=where,
        title=title,
        add=Slash("/event add"),
    )
    fields = (Field(say(N_("Why")), rich(proposal.reason)),) if proposal.reason else ()
    return Message(Reply(rich(text), (Card(rich(Bold(title)), fields=fields),)))


async def _said_to(row: Owed, proposal: Proposal, uow: UnitOfWork, services: Services) -> tuple[Words, str]:
    """The reader's words, and the name of the community."""
    readers = await uow.people.readers([row.person or 0])
    community = await uow.people.community(proposal.community)
    return words_of(readers.get(row.person or 0, NOWHERE), row, services), community.name if community else ""


def _title(proposal: Proposal) -> str:
    return proposal.event.details.title


def _rule(*, is_asked: bool) -> str:
    if is_asked:
        return N_("You approve members' events before others see them.")
    return N_("Members' events are in the calendar as soon as they are saved.")
