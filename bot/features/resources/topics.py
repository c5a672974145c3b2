"""`resource topics`, `topic`: what the library is parted into. Organisers add topics and call them otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from bot.commands import ASK, Services
from bot.domain.audit import Did, Subject
from bot.domain.resources import Wanted
from bot.domain.topics import NAME_MOST, PILLAR_HELPS, Topic
from bot.features.paging import asking
from bot.features.resources.finding import FIND, FindResources
from bot.features.resources.lookup import TopicParam, topic_name, topics_of
from bot.i18n import N_
from bot.markup import Bold, rich
from bot.params import Text
from bot.request import Request
from bot.ui import Action, Button, Card, Control, Reply


@dataclass(frozen=True, slots=True)
class AllTopics:
    pass


@dataclass(frozen=True, slots=True)
class NameTopic:
    name: Annotated[str, Text(N_("Name"), N_("What it is called here"), most=NAME_MOST)]
    topic: Annotated[Topic | None, TopicParam(N_("Topic"), N_("The one to rename; a new one, if left out"))] = None


async def list_topics(_ask: AllTopics, request: Request, services: Services) -> Reply:
    say = request.say
    cards = []
    for topic in await topics_of(request, services):
        async with services.store.reading(is_steady=False) as uow:
            wanted = Wanted(topic=topic.key)
            page = await uow.resources.find(request.community.id, wanted, person=None, offset=0, limit=1)
        count = say.many("{count} in the library", "{count} in the library", page.total)
        helps = say(PILLAR_HELPS[topic.key]) + "\n" if topic.key in PILLAR_HELPS and not topic.name else ""
        controls: list[Control] = []
        if page.total:
            controls.append(Button(say(N_("Show")), await asking(FIND, FindResources(topic=topic), request, services)))
        if request.is_organiser:
            controls.append(Button(say(N_("Rename")), Action(ASK, f"resource topic/topic={topic.key}")))
        cards.append(Card(rich(Bold(topic_name(topic, say))), rich(helps, count), controls=tuple(controls)))
    return Reply(cards=tuple(cards))


async def name_topic(ask: NameTopic, request: Request, services: Services) -> Reply:
    say, community = request.say, request.community.id
    async with services.store.writing() as uow:
        if ask.topic is None:
            topic = await uow.topics.add(community, ask.name)
            did, text = Did.ADDED, N_("{name} is a topic now.")
        else:
            await uow.topics.rename(community, ask.topic.key, ask.name)
            topic = Topic(ask.topic.key, ask.name)
            did, text = Did.RENAMED, N_("It is called {name} now.")
        await uow.audit.note(community, request.person.id, did, Subject.TOPIC, None, topic.name, request.now)
    return Reply(rich(say(text, name=topic.name)))
