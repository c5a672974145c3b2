"""`connect never`: whom somebody is never introduced to, or that they take no introductions at all. Theirs alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Pressed, Services, read_id
from bot.domain.introductions import NEVER_MOST
from bot.domain.members import Somebody
from bot.domain.people import Person
from bot.errors import Refused
from bot.features.paging import PAGE, asked_by, pager
from bot.i18n import N_, Slash
from bot.markup import Bold, rich
from bot.params import Member
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply

LIST, REMOVE, SWITCH = "intro.list", "intro.remove", "intro.switch"


@dataclass(frozen=True, slots=True)
class NeverIntroduce:
    member: Annotated[
        Somebody | None, Member(N_("Whom"), N_("To whom you are never to be introduced; left out, you see your list"))
    ] = None


async def never_introduce(ask: NeverIntroduce, request: Request, services: Services) -> Reply:
    if ask.member is None:
        return await _shown(request, services)
    if ask.member.person == request.person.id:
        raise Refused(N_("That is you. Name somebody else, or leave the name out to see your list."), param="member")
    async with services.store.writing() as uow:
        known = await uow.introductions.is_never(request.person.id, ask.member.person)
        count = (await uow.introductions.never(request.person.id, 0, 1)).total
        if not known and count >= NEVER_MOST:
            raise Refused(
                N_("Your list holds at most {most} people. Remove one first: {command}."),
                most=request.say.number(NEVER_MOST),
                command=Slash("/connect never"),
            )
        await uow.introductions.add_never(request.person.id, ask.member.person, request.now)
    text = request.say(N_("You are never introduced to {name}. They do not learn of it."), name=ask.member.account.name)
    return await _shown(request, services, text)


async def press_list(press: Press, request: Request, services: Services) -> Reply:
    asked = await asked_by(press.action, request, services)
    return await _shown(request, services, offset=asked.offset, replaces=True)


async def press_remove(press: Press, request: Request, services: Services) -> Reply:
    """Pressed again it says the same."""
    id_ = read_id(press.action.arg)
    async with services.store.writing() as uow:
        if id_ is not None:
            await uow.introductions.remove_never(request.person.id, id_)
    return await _shown(request, services, request.say(N_("Removed.")), replaces=True)


async def press_switch(press: Press, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        await uow.introductions.welcome(request.person.id, press.action.arg == "on")
    return await _shown(request, services, replaces=True)


PRESSES: Mapping[str, Pressed] = {LIST: press_list, REMOVE: press_remove, SWITCH: press_switch}


async def _shown(
    request: Request, services: Services, text: str = "", *, offset: int = 0, replaces: bool = False
) -> Reply:
    say, person = request.say, request.person.id
    async with services.store.reading() as uow:
        found = await uow.introductions.never(person, offset, PAGE)
        is_welcoming = await uow.introductions.is_welcoming(person)
    told = say.many(
        "There is {count} person you are never introduced to. Nobody but you sees this list.",
        "There are {count} people you are never introduced to. Nobody but you sees this list.",
        found.total,
    )
    if not found.total:
        told = say(
            N_("You have nobody on your list of people you are never introduced to. {command} puts somebody on it."),
            command=Slash("/connect never member:…"),
        )
    cards = [_somebody(each, request) for each in found.people]
    cards += await pager(LIST, NeverIntroduce(), offset, found.total, request, services)
    cards.append(_switch(request, is_welcoming=is_welcoming))
    return Reply(rich("\n".join(part for part in (text, told) if part)), tuple(cards), replaces=replaces)


def _somebody(person: Person, request: Request) -> Card:
    remove = Button(request.say(N_("Remove")), Action(REMOVE, str(person.id)))
    return Card(rich(Bold(person.name)), controls=(remove,))


def _switch(request: Request, *, is_welcoming: bool) -> Card:
    say = request.say
    if is_welcoming:
        body, button = N_("Others may ask to meet you, and you say yes or no."), N_("No introductions at all")
    else:
        body, button = N_("Nobody is introduced to you, and nobody learns of it."), N_("Allow introductions")
    action = Action(SWITCH, "off" if is_welcoming else "on")
    return Card(body=rich(say(body)), controls=(Button(say(button), action),))
