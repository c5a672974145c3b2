"""Look-ups that every feature may name: cities, and channels of the platform somebody writes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.commands import Lookup, Services
from bot.domain.addresses import Channel
from bot.domain.places import Place
from bot.errors import NotFound, Refused
from bot.i18n import N_
from bot.params import Option, shortened
from bot.request import Request


class CityLookup:
    """Implements `bot.commands.Lookup`: "Berlin", "Portland, OR" become a place."""

    async def read(self, typed: str, _request: Request, services: Services) -> Place:
        async with services.store.reading(is_steady=False) as uow:
            return await uow.places.named(typed)

    def write(self, value: object) -> str:
        assert isinstance(value, Place)
        return value.full_label

    async def suggest(self, typed: str, _request: Request, services: Services) -> Sequence[Option]:
        async with services.store.reading(is_steady=False) as uow:
            found = await uow.places.suggest(typed)
        return [Option(place.full_label, place.full_label) for place in found]


class ChannelLookup:
    """Implements `bot.commands.Lookup`: what a platform calls a channel becomes its address."""

    async def read(self, typed: str, request: Request, services: Services) -> Channel:
        if request.channel is None:
            raise Refused(N_("Use this in a server or workspace, so that I know where its channels are."))
        platform = services.platforms[request.account.platform]
        found = await platform.channel(request.channel.workspace, typed)
        if found is None:
            raise NotFound(
                N_("There is no channel {typed} here that I can see. Check its name, or invite me to it."),
                typed=shortened(typed),
            )
        return found

    def write(self, value: object) -> str:
        assert isinstance(value, Channel)
        return value.id

    async def suggest(self, _typed: str, request: Request, _services: Services) -> Sequence[Option]:
        here = request.channel
        return [Option(f"#{here.name}", here.id)] if here else []


LOOKUPS: Mapping[str, Lookup] = {"city": CityLookup(), "channel": ChannelLookup()}
