"""Events, resources and people for tests, in as few words as possible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.events import HORIZON, Change, Details, FromSource, NewEvent, Occurrence, Search, Timing
from bot.domain.people import Account, Caller, Workspace
from bot.domain.places import Place
from bot.domain.recurrence import lay_out
from bot.domain.resources import About, NewResource, Wanted
from bot.domain.topics import Pillar
from storage.database import Database

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""A Monday."""

FRIDAY = datetime(2026, 11, 6, 19)  # noqa: DTZ001 - the time on a wall
"""On the wall."""

BERLIN = Place(2950159, "Berlin", "", "DE", 52.5244, 13.4105, 3426354, "Europe/Berlin")


def account(name: str) -> Account:
    return Account("console", name.lower(), name.title())


def workspace(name: str) -> Workspace:
    return Workspace("console", name.lower(), name)


def event(
    details: Details | str = "Open night",
    starts: datetime = FRIDAY,
    *,
    hours: float = 3,
    rrule: str = "",
    changes: tuple[Change, ...] = (),
    is_cancelled: bool = False,
    added_by: int | None = None,
    request: str | None = None,
) -> NewEvent:
    return NewEvent(
        Details(details) if isinstance(details, str) else details,
        Timing(starts, starts + timedelta(hours=hours), "Europe/Berlin", rrule=rrule),
        changes=changes,
        is_cancelled=is_cancelled,
        added_by=added_by,
        request_id=request,
    )


def told(event: NewEvent, uid: str = "uid", digest: str = "1", source: str = "a.ics") -> FromSource:
    slots = lay_out(event.timing, event.changes, since=NOW, until=NOW + HORIZON)
    return FromSource(event, slots, source, uid, digest)


async def add(database: Database, community: int, new: NewEvent) -> int:
    """The id of its first occurrence."""
    slots = lay_out(new.timing, new.changes, since=NOW, until=NOW + HORIZON)
    async with database.writing() as uow:
        return await uow.events.add(community, new, slots, NOW)


async def bring(database: Database, community: int, *batch: FromSource, now: datetime = NOW) -> tuple[int, int, int]:
    """How many were added, updated and left as they were."""
    async with database.writing() as uow:
        brought = await uow.events.bring(community, batch, now)
    return brought.added, brought.updated, brought.unchanged


async def found(database: Database, community: int, search: Search | None = None) -> list[Occurrence]:
    """All that a search finds; everything that is to come without one."""
    async with database.reading() as uow:
        page = await uow.events.find(community, search or Search(NOW), person=None, offset=0, limit=1000)
    assert page.total == len(page.occurrences)
    return list(page.occurrences)


async def titles(database: Database, community: int, search: Search | None = None) -> list[str]:
    return [occurrence.details.title for occurrence in await found(database, community, search)]


def resource(
    who: Caller, about: About | str = "Compressors", key: str = "", *, note: str = "", request: str | None = None
) -> NewResource:
    """Its key is made of the title where none is given."""
    made = About(about, Pillar.CRAFT) if isinstance(about, str) else about
    page = key or f"example.org/{made.title.casefold().replace(' ', '-')}"
    return NewResource(f"https://www.{page}", page, made, who.person.id, who.origin, note, request)


async def share(database: Database, community: int, new: NewResource, now: datetime = NOW) -> int:
    """Its id."""
    async with database.writing() as uow:
        return (await uow.resources.share(community, new, now)).id


async def in_library(database: Database, community: int, wanted: Wanted | None = None) -> list[str]:
    """The titles of all that is found."""
    async with database.reading() as uow:
        page = await uow.resources.find(community, wanted or Wanted(), person=None, offset=0, limit=1000)
    assert page.total == len(page.resources)
    return [each.about.title for each in page.resources]
