"""Which feed an organiser means: by its number, or by words of its name or address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Services, read_id
from bot.domain.feeds import Feed
from bot.domain.places import fold
from bot.errors import NotFound, Refused
from bot.i18n import N_, Slash
from bot.params import Option, Stored, shortened
from bot.request import Request

FEED = "feed"


@dataclass(frozen=True, slots=True)
class FeedParam(Stored):
    lookup: str = FEED


async def found_feed(id_: str, request: Request, services: Services) -> Feed:
    """The feed with that id. Raises NotFound, also where it is another community's."""
    if (number := read_id(id_)) is not None:
        async with services.store.reading(is_steady=False) as uow:
            found = await uow.feeds.get(request.community.id, number)
        if found is not None:
            return found
    raise missing(id_)


class FeedLookup:
    """Implements `bot.commands.Lookup`."""

    async def read(self, typed: str, request: Request, services: Services) -> Feed:
        number = typed.removeprefix("#")
        if read_id(number) is not None:
            return await found_feed(number, request, services)
        feeds, wanted = await _all(request, services), fold(typed)
        found = [each for each in feeds if wanted in (fold(each.name), fold(each.url), fold(each.key))]
        found = found or [each for each in feeds if wanted in fold(_label(each))]
        if not found:
            raise missing(typed)
        if len(found) > 1:
            names = request.say.listed([_label(each) for each in found], "or")
            raise Refused(N_("Several feeds match: {names}. Name one by its number."), names=names)
        return found[0]

    def write(self, value: object) -> str:
        assert isinstance(value, Feed)
        return f"#{value.id}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        return [
            Option(_label(each), f"#{each.id}")
            for each in await _all(request, services)
            if fold(typed) in fold(_label(each))
        ]


async def _all(request: Request, services: Services) -> Sequence[Feed]:
    async with services.store.reading(is_steady=False) as uow:
        return await uow.feeds.listed(request.community.id)


def _label(feed: Feed) -> str:
    return f"#{feed.id} {feed.label}"


def missing(typed: str) -> NotFound:
    return NotFound(
        N_("There is no feed {typed}. {list} shows them with their numbers."),
        typed=shortened(typed),
        list=Slash("/feed list"),
    )
