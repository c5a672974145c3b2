"""`connect intro`: ask to be introduced to somebody.

What is answered depends on nothing but what the asker did themselves: it is the same for somebody who is asked and for
somebody who is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bot.commands import Services
from bot.domain.delivery import Due, Owed
from bot.domain.introductions import ASKS_MOST, OPEN_FOR, WHY_MOST, Asking, Introduction, Standing
from bot.domain.members import Somebody
from bot.errors import Refused
from bot.features.introductions.telling import ENDED, QUESTION
from bot.i18n import N_, Slash
from bot.markup import rich
from bot.params import Member, Text
from bot.ports import UnitOfWork
from bot.request import Request
from bot.ui import Reply


@dataclass(frozen=True, slots=True)
class AskIntroduction:
    member: Annotated[Somebody, Member(N_("Whom"), N_("Whom you would like to meet"))]
    why: Annotated[str, Text(N_("Why"), N_("What for; they read it as you write it"), most=WHY_MOST)]


async def ask_introduction(ask: AskIntroduction, request: Request, services: Services) -> Reply:
    """Asked again by the same request it says the same, and nobody is asked twice."""
    community = request.community
    async with services.store.writing() as uow:
        standing = await uow.introductions.standing(request.person.id, ask.member.person, request.now)
        request_id = request.draft_id("connect intro")
        made = await uow.introductions.requested(request_id, request.person.id)
        if made is None:
            await _check(ask, standing, request, uow)
            asking = Asking(
                community=community.id,
                origin=request.origin,
                member=ask.member,
                why=ask.why,
                at=request.now,
                puts_at=standing.puts_at(ask.member.person, request.now),
                request_id=request_id,
            )
            made = await uow.introductions.ask(asking)
            await uow.due.put(Due(ENDED, made.id, made.ends_at))
            await _put(made, uow, request)
    return Reply(rich(_asked(request)))


def _asked(request: Request) -> str:
    say = request.say
    return say(
        N_("Asked. If they say yes you both hear at once; if you hear nothing within {days} days, it is a no."),
        days=say.number(OPEN_FOR.days),
    )


async def _put(made: Introduction, uow: UnitOfWork, request: Request) -> None:
    """Owe the question, where it is put at all."""
    if made.is_withheld:
        return
    person = made.asked.person.id
    places = await uow.people.notices_for([person])
    # it names no person: else, where their direct messages are closed, a note in their channel would say that something
    # waits for them, and whoever asked might read it there
    questions = [
        Owed(
            kind=QUESTION,
            subject=made.id,
            period="",
            address=address,
            community=made.community.id,
            not_before=made.puts_at,
            not_after=made.ends_at,
        )
        for address in places.get(person, ())
    ]
    await uow.outbox.add(questions, request.now)


async def _check(ask: AskIntroduction, standing: Standing, request: Request, uow: UnitOfWork) -> None:
    """Raises Refused for what the asker can know by themselves."""
    community, say, account = request.community, request.say, ask.member.account
    if not await uow.introductions.is_allowed(community.id):
        raise Refused(
            N_("The organisers of {community} have switched introductions off. Write to {name} yourself."),
            community=community.name,
            name=account.name,
        )
    if ask.member.person == request.person.id:
        raise Refused(N_("That is you. Name somebody else whom you would like to meet."), param="member")
    if await uow.introductions.is_never(request.person.id, ask.member.person):
        raise Refused(
            N_("{name} is on your list of people you are never introduced to. {command} takes them off it."),
            param="member",
            name=account.name,
            command=Slash("/connect never"),
        )
    if (next_ := standing.next_at(request.now)) is not None:
        raise Refused(
            N_("You can ask for at most {most} introductions within a day. The next one: {moment}."),
            most=say.number(ASKS_MOST),
            moment=say.moment(next_),
        )
