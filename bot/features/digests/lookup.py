"""Which digest an organiser means: by its number, or by its channel where that has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Services
from bot.domain.digests import Digest
from bot.domain.places import fold
from bot.errors import NotFound, Refused
from bot.features.digests.words import schedule
from bot.i18n import N_, Slash, Words
from bot.params import Option, Stored, shortened
from bot.request import Request

DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class DigestParam(Stored):
    lookup: str = DIGEST


class DigestLookup:
    """Implements `bot.commands.Lookup`."""

    async def read(self, typed: str, request: Request, services: Services) -> Digest:
        digests = await self._all(request, services)
        wanted = fold(typed.removeprefix("#"))
        found = [each for each in digests if str(each.id) == typed.removeprefix("#")]
        found = found or [each for each in digests if fold(each.channel.name) == wanted]
        if not found:
            raise NotFound(
                N_("There is no digest {typed}. {list} shows them with their numbers."),
                typed=shortened(typed),
                list=Slash("/digest list"),
            )
        if len(found) > 1:
            numbers = request.say.listed([label(each, request.say) for each in found], "or")
            raise Refused(N_("That channel has several: {numbers}. Name one by its number."), numbers=numbers)
        return found[0]

    def write(self, value: object) -> str:
        assert isinstance(value, Digest)
        return str(value.id)

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        options = [Option(label(each, request.say), str(each.id)) for each in await self._all(request, services)]
        return [option for option in options if fold(typed) in fold(option.label)]

    async def _all(self, request: Request, services: Services) -> Sequence[Digest]:
        async with services.store.reading() as uow:
            return await uow.digests.listed(request.community.id)


def label(digest: Digest, say: Words) -> str:
    return f"{digest.id} · #{digest.channel.name} · {schedule(digest, say)}"
