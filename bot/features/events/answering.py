"""Going, maybe, not going; and who comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from bot.commands import Services
from bot.domain.events import Attendance, Occurrence, Status
from bot.errors import Refused
from bot.features.events.cards import full_cards
from bot.features.events.lookup import EventParam, found_event, may_change
from bot.features.mirror import stir_posts
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, joined, rich
from bot.params import Choice
from bot.request import Press, Request
from bot.ui import Card, Field, Reply

ANSWERS: Mapping[str, str] = {
    Attendance.GOING: N_("Going"),
    Attendance.MAYBE: N_("Maybe"),
    Attendance.NOT_GOING: N_("Not going"),
}
"""What somebody can say."""

NAMES_MOST = 200
"""Of those who gave one answer; thousands would be dozens of messages."""

SAID: Mapping[Attendance, str] = {
    Attendance.GOING: N_("You are going to {title}."),
    Attendance.MAYBE: N_("You may come to {title}."),
    Attendance.NOT_GOING: N_("You are not going to {title}."),
    Attendance.WAITING: N_(
        "{title} is full. You are number {place} in line. When somebody leaves, the first in line goes, and I tell you."
    ),
}


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    event: Annotated[Occurrence, EventParam(N_("Event"), N_("Words of its title"))]
    answer: Annotated[Attendance, Choice(N_("Answer"), N_("going, maybe or not going"), ANSWERS, Attendance)] = (
        Attendance.GOING
    )


@dataclass(frozen=True, slots=True)
class WhoComes:
    event: Annotated[Occurrence, EventParam(N_("Event"), N_("Words of its title"))]


async def answer_event(ask: AnswerEvent, request: Request, services: Services) -> Reply:
    return await _answer(ask.event, ask.answer, request, services)


async def press_going(press: Press, request: Request, services: Services) -> Reply:
    return await _pressed(press, Attendance.GOING, request, services)


async def press_maybe(press: Press, request: Request, services: Services) -> Reply:
    return await _pressed(press, Attendance.MAYBE, request, services)


async def press_not_going(press: Press, request: Request, services: Services) -> Reply:
    return await _pressed(press, Attendance.NOT_GOING, request, services)


async def who_comes(ask: WhoComes, request: Request, services: Services) -> Reply:
    return await _who(ask.event, request, services)


async def press_who(press: Press, request: Request, services: Services) -> Reply:
    return await _who(await found_event(press.action.arg, request, services), request, services)


async def _pressed(press: Press, answer: Attendance, request: Request, services: Services) -> Reply:
    return await _answer(await found_event(press.action.arg, request, services), answer, request, services)


async def _answer(event: Occurrence, answer: Attendance, request: Request, services: Services) -> Reply:
    say = request.say
    if event.status is Status.CANCELLED:
        raise Refused(N_("{title} was cancelled, so there is nothing to answer."), title=event.details.title)
    if event.ends <= request.now and event.starts < request.now:
        raise Refused(
            N_("{title} was over on {day}; answers closed then."),
            title=event.details.title,
            day=say.day(event.ends.astimezone(say.zone).date()),
        )
    async with services.store.writing() as uow:
        tally = await uow.events.answer(
            request.community.id, event.id, request.person.id, answer, request.now, account=request.origin.account
        )
        await stir_posts(uow, request.community.id, request.now)
    mine = answer if tally.place is None else Attendance.WAITING
    after = replace(event, going=tally.going, maybe=tally.maybe, waiting=tally.waiting, mine=mine, my_place=tally.place)
    said = {"title": event.details.title, "place": say.number(tally.place or 0)}
    return Reply(rich(say(SAID[mine], **said)), full_cards(after, say, may_change=may_change(after, request)))


async def _who(event: Occurrence, request: Request, services: Services) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        answers = await uow.events.answers(request.community.id, event.id)
    groups = (
        (say(ANSWERS[Attendance.GOING]), answers.going),
        (say(N_("In line")), answers.waiting),
        (say(ANSWERS[Attendance.MAYBE]), answers.maybe),
        (say(ANSWERS[Attendance.NOT_GOING]), answers.not_going),
    )
    fields = tuple(
        Field(f"{name} ({say.number(len(people))})", _names(people, say)) for name, people in groups if people
    )
    body = Rich() if fields else rich(say(N_("Nobody has answered yet.")))
    return Reply(cards=(Card(rich(Bold(event.details.title)), body, fields=fields),))


def _names(people: tuple[str, ...], say: Words) -> Rich:
    more = len(people) - NAMES_MOST
    left_out = (say.many("and {count} more", "and {count} more", more),) if more > 0 else ()
    return joined([*people[:NAMES_MOST], *left_out], ", ")
