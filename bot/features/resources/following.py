"""`resource follow`: what is new in a topic, or with a tag, comes with the personal digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from bot.commands import Pressed, Services
from bot.domain.resources import TAG_MOST, Follow
from bot.errors import NotFound, Refused
from bot.features.resources.arguments import OfTopic
from bot.features.resources.lookup import names_of, topics_of
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, rich
from bot.params import Text
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply

UNFOLLOW = "resource.unfollow"
FOLLOWING = Slash("/resource following")


@dataclass(frozen=True, slots=True)
class FollowResources:
    topic: OfTopic = None
    tag: Annotated[str, Text(N_("Tag"), N_("Only with this tag"), most=TAG_MOST)] = ""


@dataclass(frozen=True, slots=True)
class Following:
    pass


async def follow(ask: FollowResources, request: Request, services: Services) -> Reply:
    say, wanted = request.say, Follow(ask.topic.key if ask.topic else "", _tag(ask.tag))
    if wanted == Follow():
        raise Refused(N_("Say what you follow: a topic, a tag, or both."), param="topic")
    async with services.store.writing() as uow:
        is_new = await uow.resources.follow(request.community.id, request.person.id, wanted, request.now)
        await uow.nudges.stir(request.person.id, request.now)
    names = names_of(await topics_of(request, services), say)
    text = N_("You follow {what}. What is new there comes with your week: {settings}.")
    if not is_new:
        text = N_("You follow {what} already. What is new there comes with your week: {settings}.")
    said = say(text, what=_what(wanted, names), settings=Slash("/remind settings"))
    return Reply(rich(said), (_card(wanted, names, say),))


async def following(_ask: Following, request: Request, services: Services) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        follows = await uow.resources.follows(request.community.id, request.person.id)
    if not follows:
        text = say(N_("You follow nothing yet. {follow} brings what is new."), follow=Slash("/resource follow"))
        return Reply(rich(text))
    names = names_of(await topics_of(request, services), say)
    text = say.many("You follow {count} thing:", "You follow {count} things:", len(follows))
    return Reply(rich(text), tuple(_card(each, names, say) for each in follows))


async def press_unfollow(press: Press, request: Request, services: Services) -> Reply:
    community, person = request.community.id, request.person.id
    async with services.store.writing() as uow:
        follows = await uow.resources.follows(community, person)
        wanted = next((each for each in follows if _mark(each) == press.action.arg), None)
        if wanted is None:
            raise NotFound(N_("You don't follow this any more. {following} shows what you do."), following=FOLLOWING)
        await uow.resources.unfollow(community, person, wanted)
    names = names_of(await topics_of(request, services), request.say)
    return Reply(rich(request.say(N_("You don't follow {what} any more."), what=_what(wanted, names))), replaces=True)


PRESSES: Mapping[str, Pressed] = {UNFOLLOW: press_unfollow}


def _tag(typed: str) -> str:
    return typed.casefold().removeprefix("#").strip()


def _mark(follow: Follow) -> str:
    """What stands for it in a button, where a long tag has no room."""
    return sha256(f"{follow.topic}\n{follow.tag}".encode()).hexdigest()[:16]


def _what(follow: Follow, names: Mapping[str, str]) -> str:
    parts = [names.get(follow.topic, follow.topic), f"#{follow.tag}" if follow.tag else ""]
    return " ".join(part for part in parts if part)


def _card(follow: Follow, names: Mapping[str, str], say: Words) -> Card:
    stop = Button(say(N_("Stop following")), Action(UNFOLLOW, _mark(follow)))
    return Card(rich(Bold(_what(follow, names))), controls=(stop,))
