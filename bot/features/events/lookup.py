"""Which event somebody means by some words of its title, or by its number in a button or suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.commands import Services, read_id
from bot.domain.events import Occurrence
from bot.errors import NotFound
from bot.features.events.cards import place_label
from bot.features.lookups import NamedLookup
from bot.i18n import N_, Slash, Words
from bot.params import Stored
from bot.ports import UnitOfWork
from bot.request import Request

EVENT = "event"
LATELY = timedelta(days=1)
"""Events that ended up to so long ago are still found by their title."""


@dataclass(frozen=True, slots=True)
class EventParam(Stored):
    lookup: str = EVENT


async def found_event(id_: str, request: Request, services: Services) -> Occurrence:
    """The occurrence with that id. Raises NotFound, also where it is another community's."""
    if (number := read_id(id_)) is not None:
        async with services.store.reading(is_steady=False) as uow:
            found = await uow.events.get(request.community.id, number, person=request.person.id)
        if found is not None:
            return found
    raise NotFound(
        N_("This event is not in this community's calendar. {find} shows what is."), find=Slash("/event find")
    )


async def home_of(id_: str, request: Request, uow: UnitOfWork) -> int | None:
    """Implements `bot.commands.FindsHome`: for "12", "#12" and "#12/3"."""
    if (number := read_id(id_.removeprefix("#").partition("/")[0])) is None:
        return None
    return (await uow.nudges.where(request.person.id, [number])).get(number)


def may_change(occurrence: Occurrence, request: Request) -> bool:
    """Whoever added it, and organisers."""
    return request.is_organiser or (occurrence.adder is not None and occurrence.adder == request.person.id)


class EventLookup(NamedLookup[Occurrence]):
    """Typed words of a title become an occurrence."""

    of = Occurrence
    several = N_("Several events match: {names}. Type more of the title, or the number with its #.")

    async def by_id(self, id_: str, request: Request, services: Services) -> Occurrence:
        return await found_event(id_, request, services)

    async def with_words(self, typed: str, request: Request, services: Services, limit: int) -> Sequence[Occurrence]:
        async with services.store.reading(is_steady=False) as uow:
            return await uow.events.suggest(request.community.id, typed, request.now - LATELY, limit)

    def name(self, found: Occurrence) -> str:
        return found.details.title

    def label(self, found: Occurrence, say: Words) -> str:
        day = say.short_day(found.starts.astimezone(say.zone).date())
        return " · ".join(part for part in (found.details.title, day, place_label(found)) if part)

    def none(self, typed: str) -> NotFound:
        return NotFound(
            N_("No coming event has {typed} in its title or venue. {find} shows what there is."),
            typed=typed,
            find=Slash("/event find"),
        )
