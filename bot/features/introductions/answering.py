"""The buttons of a question: yes, no, never from them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.commands import Pressed, Services, read_id
from bot.domain.introductions import Answer, Introduction
from bot.errors import NotFound, Refused
from bot.features.introductions.bringing import errands_for
from bot.features.introductions.telling import ENDED, NEVER, NO, YES
from bot.i18n import N_
from bot.markup import rich
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Reply


async def press_yes(press: Press, request: Request, services: Services) -> Reply:
    """The first answer counts; pressed again it says the same."""
    async with services.store.writing() as uow:
        one = await _put_to(press, request, uow)
        if one.answer is None and not one.is_allowed:
            raise Refused(
                N_("The organisers of {community} have switched introductions off. Write to {name} yourself."),
                community=one.community.name,
                name=one.asker.account.name,
            )
        if await uow.introductions.answer(one.id, request.person.id, Answer.YES, request.now):
            await uow.due.drop(ENDED, one.id)
            await uow.outbox.add(errands_for(one), request.now)
        elif one.answer is not Answer.YES:
            raise _over(one)
    text = request.say(N_("You said yes. I bring you and {name} together now."), name=one.asker.account.name)
    return Reply(rich(text), replaces=True)


async def press_no(press: Press, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        one = await _put_to(press, request, uow)
        is_now = await uow.introductions.answer(one.id, request.person.id, Answer.NO, request.now)
        if not is_now and one.answer is not Answer.NO:
            raise _over(one)
    text = request.say(N_("You said no. {name} does not learn of it."), name=one.asker.account.name)
    return Reply(rich(text), replaces=True)


async def press_never(press: Press, request: Request, services: Services) -> Reply:
    """Also when the question itself is over: it is about all to come."""
    async with services.store.writing() as uow:
        one = await _put_to(press, request, uow)
        await uow.introductions.answer(one.id, request.person.id, Answer.NO, request.now)
        await uow.introductions.add_never(request.person.id, one.asker.person.id, request.now)
    text = request.say(
        N_("You are not asked about {name} again, and they do not learn of it."), name=one.asker.account.name
    )
    return Reply(rich(text), replaces=True)


PRESSES: Mapping[str, Pressed] = {YES: press_yes, NO: press_no, NEVER: press_never}


async def _put_to(press: Press, request: Request, uow: UnitOfWork) -> Introduction:
    """The question of this button, if it was put to whoever presses it."""
    id_ = read_id(press.action.arg)
    one = None if id_ is None else await uow.introductions.put_to(id_, request.person.id)
    if one is None or one.is_one:
        raise NotFound(N_("This question is not there any more, or it is somebody else's."))
    return one


def _over(one: Introduction) -> Refused:
    if one.answer is None:
        return Refused(
            N_("The time to answer is over. If you would like to meet {name}, write to them."),
            name=one.asker.account.name,
        )
    return Refused(
        N_("You have answered this already. If you would like to meet {name} after all, write to them."),
        name=one.asker.account.name,
    )
