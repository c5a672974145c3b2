"""Which resource and which topic somebody means by some words, or by a number in a button or suggestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands import Services, read_id
from bot.domain.places import fold
from bot.domain.resources import Resource
from bot.domain.topics import PILLAR_HELPS, PILLAR_NAMES, Topic
from bot.errors import NotFound, Refused
from bot.features.lookups import NamedLookup
from bot.i18n import N_, Slash, Words
from bot.params import Option, Stored, shortened
from bot.request import Request

RESOURCE, TOPIC = "resource", "topic"


@dataclass(frozen=True, slots=True)
class ResourceParam(Stored):
    lookup: str = RESOURCE


@dataclass(frozen=True, slots=True)
class TopicParam(Stored):
    lookup: str = TOPIC


def topic_name(topic: Topic, say: Words) -> str:
    """As the community calls it or, where nobody renamed it, in the reader's language."""
    return topic.name or say(PILLAR_NAMES[topic.key])


async def topics_of(request: Request, services: Services) -> Sequence[Topic]:
    async with services.store.reading(is_steady=False) as uow:
        return await uow.topics.listed(request.community.id)


def names_of(topics: Sequence[Topic], say: Words) -> Mapping[str, str]:
    """What each topic is called, by its key."""
    return {each.key: topic_name(each, say) for each in topics}


async def found_resource(id_: str, request: Request, services: Services) -> Resource:
    """The resource with that id. Raises NotFound, also where it is another community's."""
    if (number := read_id(id_)) is not None:
        async with services.store.reading(is_steady=False) as uow:
            found = await uow.resources.get(request.community.id, number, person=request.person.id)
        if found is not None:
            return found
    raise NotFound(
        N_("This is not in this community's library any more. {find} shows what is."), find=Slash("/resource find")
    )


class ResourceLookup(NamedLookup[Resource]):
    """Typed words of a title become a resource."""

    of = Resource
    several = N_("Several resources match: {names}. Type more of the title, or the number with its #.")

    async def by_id(self, id_: str, request: Request, services: Services) -> Resource:
        return await found_resource(id_, request, services)

    async def with_words(self, typed: str, request: Request, services: Services, limit: int) -> Sequence[Resource]:
        async with services.store.reading(is_steady=False) as uow:
            return await uow.resources.suggest(request.community.id, typed, limit)

    def name(self, found: Resource) -> str:
        return found.about.title

    def none(self, typed: str) -> NotFound:
        return NotFound(
            N_("Nothing in the library has {typed} in its title. {find} looks in all of it."),
            typed=typed,
            find=Slash("/resource find"),
        )


class TopicLookup:
    """Implements `bot.commands.Lookup`: a topic by its name here, by its own, or in the reader's language."""

    async def read(self, typed: str, request: Request, services: Services) -> Topic:
        topics, wanted = await topics_of(request, services), fold(typed)
        if (kept := next((each for each in topics if each.key == typed.strip()), None)) is not None:
            return kept  # before all names: it is how buttons and drafts call it
        named = [(each, _called(each, request.say)) for each in topics]
        exact = [each for each, names in named if wanted in names] or [
            each for each in topics if fold(each.key) == wanted
        ]
        if exact:
            return exact[0]
        starting = [each for each, names in named if wanted and any(name.startswith(wanted) for name in names)]
        if len(starting) == 1:
            return starting[0]
        choices = request.say.listed([topic_name(each, request.say) for each in topics], "or")
        raise Refused(N_("{typed} is no topic here. Choose {choices}."), typed=shortened(typed), choices=choices)

    def write(self, value: object) -> str:
        assert isinstance(value, Topic)
        return value.key

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        wanted = fold(typed)
        return [
            option
            for each in await topics_of(request, services)
            if wanted in fold((option := topic_option(each, request.say)).label) or each.key.startswith(wanted)
        ]


def topic_option(topic: Topic, say: Words) -> Option:
    """A topic to choose; a pillar says what belongs to it."""
    helps = PILLAR_HELPS.get(topic.key, "")
    name = topic_name(topic, say)
    return Option(f"{name}: {say(helps)}" if helps and not topic.name else name, topic.key)


def _called(topic: Topic, say: Words) -> frozenset[str]:
    """All that somebody may call it."""
    own = PILLAR_NAMES.get(topic.key, "")
    names = (topic.name, *((own, say(own)) if own and not topic.name else ()))
    return frozenset(fold(name) for name in names if name)
