"""Whom somebody means by some words of a name, and where they met: an event of the calendar, or words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.commands import Services, read_id
from bot.domain.connections import LINE_MOST, About, Connection
from bot.domain.events import Occurrence
from bot.domain.places import fold
from bot.domain.text import clean_line
from bot.errors import NotFound, Refused
from bot.features.events.lookup import found_event
from bot.features.lookups import NamedLookup
from bot.i18n import N_, Slash, Words
from bot.params import Option, Stored
from bot.request import Request

CONNECTION, MEETING = "connection", "meeting"
SUGGESTIONS = 25
LATELY = timedelta(days=60)
"""Events that ended up to so long ago are suggested as where somebody was met."""


@dataclass(frozen=True, slots=True)
class ConnectionParam(Stored):
    lookup: str = CONNECTION


@dataclass(frozen=True, slots=True)
class MeetingParam(Stored):
    lookup: str = MEETING


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where somebody was met: in words and, where it was an event of the calendar, which."""

    words: str
    event: Occurrence | None = None


async def found_connection(id_: str, request: Request, services: Services) -> Connection:
    """The asker's connection with that id. Raises NotFound, also where it is another's."""
    if (number := read_id(id_)) is not None:
        async with services.store.reading(is_steady=False) as uow:
            found = await uow.connections.get(request.person.id, number)
        if found is not None:
            return found
    raise not_yours()


def not_yours() -> NotFound:
    """The same words whether it is gone, was never there, or is somebody else's."""
    return NotFound(
        N_("None of your connections is this one. {find} shows those you have."), find=Slash("/connect find")
    )


class ConnectionLookup(NamedLookup[Connection]):
    """Words of a name become one of the asker's own connections."""

    of = Connection
    several = N_("Several of your connections match: {names}. Type more of the name, or the number with its #.")

    async def by_id(self, id_: str, request: Request, services: Services) -> Connection:
        return await found_connection(id_, request, services)

    async def with_words(self, typed: str, request: Request, services: Services, limit: int) -> Sequence[Connection]:
        async with services.store.reading(is_steady=False) as uow:
            return await uow.connections.suggest(request.person.id, typed, limit)

    def name(self, found: Connection) -> str:
        return found.about.name

    def label(self, found: Connection, _say: Words) -> str:
        return described(found.about)

    def none(self, typed: str) -> NotFound:
        return NotFound(
            N_("You know nobody called {typed} yet. {log} notes somebody, {find} shows whom you have noted."),
            typed=typed,
            log=Slash("/connect log"),
            find=Slash("/connect find"),
        )


class MeetingLookup:
    """Implements `bot.commands.Lookup`: an event that was chosen, or whatever words say where it was."""

    async def read(self, typed: str, request: Request, services: Services) -> Meeting:
        number = typed.removeprefix("#")
        if typed.startswith("#") and read_id(number) is not None:
            event = await _answered(number, request, services) or await found_event(number, request, services)
            return Meeting(event.details.title, event)
        words = clean_line(typed)
        if not words:
            raise Refused(N_("There are no visible characters in it. Type some words."))
        if len(words) > LINE_MOST:
            raise Refused(
                N_("This is longer than {most} characters. Keep the place, and put the rest into the notes."),
                most=LINE_MOST,
            )
        same = [each for each in await _events(words, request, services) if fold(each.details.title) == fold(words)]
        return Meeting(words, same[0] if len(same) == 1 else None)

    def write(self, value: object) -> str:
        assert isinstance(value, Meeting)
        return f"#{value.event.id}" if value.event else value.words

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        found = await _events(typed, request, services)
        day = request.say.short_day
        zone = request.say.zone
        return [
            Option(f"{each.details.title} · {day(each.starts.astimezone(zone).date())}", f"#{each.id}")
            for each in found
        ]


async def _answered(id_: str, request: Request, services: Services) -> Occurrence | None:
    """An event that they answered to, of whichever community: they are asked about it directly."""
    number = read_id(id_)
    if number is None:
        return None
    async with services.store.reading() as uow:
        answered = await uow.leads.answered(request.person.id, number)
        if answered is None:
            return None
        return await uow.events.get(answered.community, number, person=request.person.id)


async def _events(typed: str, request: Request, services: Services) -> Sequence[Occurrence]:
    if request.joined is None:  # in a direct message from nowhere there is no calendar
        return ()
    async with services.store.reading(is_steady=False) as uow:
        found = await uow.events.suggest(request.joined.id, typed, request.now - LATELY, SUGGESTIONS)
    return [each for each in found if each.starts <= request.now]


def described(about: About) -> str:
    """A connection on one line: "Ana Ruiz · producer, Blue Room"."""
    work = ", ".join(part for part in (about.role, about.company) if part)
    return " · ".join(part for part in (about.name, work, about.city) if part)
