"""Which of the five pillars somebody means, by what it is called here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands import Services
from bot.domain.places import fold
from bot.domain.topics import PILLAR_HELPS, PILLAR_NAMES, Pillar
from bot.errors import Refused
from bot.i18n import N_, Words
from bot.params import Option, Stored, shortened
from bot.ports import UnitOfWork
from bot.request import Request

PILLAR, PILLARS = "pillar", "pillars"


@dataclass(frozen=True, slots=True)
class PillarParam(Stored):
    lookup: str = PILLAR


@dataclass(frozen=True, slots=True)
class PillarsParam(Stored):
    lookup: str = PILLARS


async def names_of(uow: UnitOfWork, community: int | None, say: Words) -> Mapping[Pillar, str]:
    """What each is called in a community or, where nobody renamed it there, by itself."""
    named = {each.key: each.name for each in await uow.topics.listed(community)} if community is not None else {}
    return {pillar: named.get(pillar) or say(PILLAR_NAMES[pillar]) for pillar in Pillar}


async def names_here(request: Request, services: Services) -> Mapping[Pillar, str]:
    async with services.store.reading(is_steady=False) as uow:
        return await names_of(uow, request.joined.id if request.joined else None, request.say)


class PillarLookup:
    """Implements `bot.commands.Lookup`."""

    async def read(self, typed: str, request: Request, services: Services) -> Pillar:
        return meant(typed, await names_here(request, services), request.say)

    def write(self, value: object) -> str:
        assert isinstance(value, Pillar)
        return value.value

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        names, wanted = await names_here(request, services), fold(typed)
        options = [
            Option(f"{name}: {request.say(PILLAR_HELPS[pillar])}", pillar.value) for pillar, name in names.items()
        ]
        return [option for option in options if wanted in fold(option.label) or option.value.startswith(wanted)]


class PillarsLookup:
    """Implements `bot.commands.Lookup`: several, separated by commas; they come in their order."""

    async def read(self, typed: str, request: Request, services: Services) -> tuple[Pillar, ...]:
        names = await names_here(request, services)
        said = {meant(part, names, request.say) for part in typed.split(",") if part.strip()}
        if not said:
            raise Refused(N_("There are no visible characters in it. Type some words."))
        return tuple(pillar for pillar in Pillar if pillar in said)

    def write(self, value: object) -> str:
        assert isinstance(value, tuple)
        return ", ".join(value)

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        """What could come next, behind what stands there already."""
        before, comma, last = typed.rpartition(",")
        head = f"{before.strip()}, " if comma else ""
        found = await PillarLookup().suggest(last.strip(), request, services)
        return [Option(f"{head}{each.label}", f"{head}{each.value}") for each in found if each.value not in before]


def meant(typed: str, names: Mapping[Pillar, str], say: Words) -> Pillar:
    """Raises Refused, naming them all."""
    wanted = fold(typed)
    called = {
        pillar: {fold(word) for word in (pillar.value, PILLAR_NAMES[pillar], say(PILLAR_NAMES[pillar]), name)}
        for pillar, name in names.items()
    }
    found = [pillar for pillar, words in called.items() if wanted in words]
    found = found or [
        pillar for pillar, words in called.items() if wanted and any(word.startswith(wanted) for word in words)
    ]
    if len(found) != 1:
        choices = say.listed([*names.values()], "or")
        raise Refused(N_("{typed} is none of the topics. Choose {choices}."), typed=shortened(typed), choices=choices)
    return found[0]
