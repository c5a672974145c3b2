"""Which event somebody means by some words of its title, or by its number in a button or suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.commands import Services, read_id
from bot.domain.events import Occurrence
from bot.errors import NotFound, Refused
from bot.features.events.cards import place_label
from bot.i18n import N_, Slash, Words
from bot.params import Option, Stored, shortened
from bot.request import Request

EVENT = "event"
SUGGESTIONS = 25
CHOICES = 5
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


def may_change(occurrence: Occurrence, request: Request) -> bool:
    """Whoever added it, and organisers."""
    return request.is_organiser or (occurrence.adder is not None and occurrence.adder == request.person.id)


class EventLookup:
    """Implements `bot.commands.Lookup`: typed words of a title become an occurrence."""

    async def read(self, typed: str, request: Request, services: Services) -> Occurrence:
        number = typed.removeprefix("#")
        if typed.startswith("#") and number.isascii() and number.isdigit():
            return await found_event(number, request, services)
        found = await self._starting(typed, request, services, CHOICES + 1)
        exact = [each for each in found if each.details.title.casefold() == typed.casefold()]
        meant = exact or found
        if not meant:
            raise NotFound(
                N_("No coming event has {typed} in its title or venue. {find} shows what there is."),
                typed=shortened(typed),
                find=Slash("/event find"),
            )
        if len(meant) > 1:
            names = [f"#{each.id} {_label(each, request.say)}" for each in meant[:CHOICES]]
            raise Refused(
                N_("Several events match: {names}. Type more of the title, or the number with its #."),
                names="; ".join(names),
            )
        return await found_event(str(meant[0].id), request, services)

    def write(self, value: object) -> str:
        assert isinstance(value, Occurrence)
        return f"#{value.id}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        found = await self._starting(typed, request, services, SUGGESTIONS)
        return [Option(_label(each, request.say), f"#{each.id}") for each in found]

    async def _starting(self, typed: str, request: Request, services: Services, limit: int) -> Sequence[Occurrence]:
        async with services.store.reading(is_steady=False) as uow:
            return await uow.events.suggest(request.community.id, typed, request.now - LATELY, limit)


def _label(occurrence: Occurrence, say: Words) -> str:
    day = say.short_day(occurrence.starts.astimezone(say.zone).date())
    return " · ".join(part for part in (occurrence.details.title, day, place_label(occurrence)) if part)
