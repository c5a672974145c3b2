"""Bring in what a source tells of: look up its cities, lay out its dates, add or update, say what was left."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from types import MappingProxyType

from bot.commands import Services
from bot.domain.events import (
    GENRE_MOST,
    GENRES_MOST,
    HORIZON,
    VENUE_MOST,
    Change,
    Details,
    FromSource,
    Kind,
    NewEvent,
    Skipped,
    SourceChange,
    SourceEvent,
)
from bot.domain.links import key_of
from bot.domain.people import Community
from bot.domain.places import Place, fold
from bot.domain.recurrence import lay_out
from bot.domain.walls import instant
from bot.features.mirror import stir
from bot.i18n import N_
from bot.ports import UnitOfWork

BATCH = 250
"""Events written in one transaction: others wait for the lock a few hundredths of a second at most."""


@dataclass(slots=True)
class Imported:
    """What came of an import. `seen` counts everything read."""

    seen: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: list[Skipped] = field(default_factory=list)


async def bring_in(
    told: AsyncIterator[SourceEvent | Skipped],
    source: str,
    community: Community,
    services: Services,
    progress: Callable[[Imported], None] = lambda _so_far: None,
    *,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> Imported:
    """Add or update everything a source tells. Each event is saved whole or not at all; a second run changes nothing.

    `source` is the key it is known by: a file's name, which people see, or a feed's. `progress` is called after each
    batch. `renamed` maps a new UID to the one that the event had before at this source.
    """
    now = services.clock.now()
    result = Imported()
    cities = _Cities()
    batch: list[SourceEvent] = []
    async for item in told:
        result.seen += 1
        if isinstance(item, Skipped):
            result.skipped.append(item)
            continue
        batch.append(item)
        if len(batch) == BATCH:
            await _bring(batch, source, community, services, cities, now, result, renamed)
            batch = []
            progress(result)
    if batch:
        await _bring(batch, source, community, services, cities, now, result, renamed)
    progress(result)
    return result


async def _bring(
    batch: list[SourceEvent],
    source: str,
    community: Community,
    services: Services,
    cities: _Cities,
    now: datetime,
    result: Imported,
    renamed: Mapping[str, str],
) -> None:
    async with services.store.reading() as uow:
        await cities.learn([each.location for each in batch], uow)
    ready = [_made(each, source, cities, now) for each in batch]
    async with services.store.writing() as uow:
        brought = await uow.events.bring(community.id, ready, now, renamed=renamed)
        if brought.added or brought.updated:
            await stir(uow, community.id, now)
    result.added += brought.added
    result.updated += brought.updated
    result.unchanged += brought.unchanged
    result.skipped += [_over(each) for each in batch if each.uid in brought.over]


def _made(told: SourceEvent, source: str, cities: _Cities, now: datetime) -> FromSource:
    details = _details(told, cities)
    changes = tuple(_change(each, details, told, cities) for each in told.changes)
    slots = lay_out(told.timing, changes, since=now, until=now + HORIZON)
    ahead = slots if any(slot.ends > now or slot.starts >= now for slot in slots) else ()
    event = NewEvent(details, told.timing, changes, told.is_cancelled)
    return FromSource(event, ahead, source, told.uid, digest_of(told), key_of(told.link))


def digest_of(told: SourceEvent) -> str:
    """A hash of all that a source says of an event. A city that is known later is no change of the source's: only its
    words count. Nor is another UID.
    """
    return hashlib.sha256(repr(replace(told, uid="")).encode()).hexdigest()


def _over(told: SourceEvent) -> Skipped:
    if told.timing.rrule:
        return Skipped(told.title, N_("It repeats no more."))
    day = instant(told.timing.starts, told.timing.zone).date()
    return Skipped(told.title, N_("It was over on {day}."), {"day": day.isoformat()})


def _details(told: SourceEvent, cities: _Cities) -> Details:
    kind, genres = _sorted(told.categories)
    venue, place, online = cities.read(told.location)
    return Details(
        title=told.title,
        description=told.description,
        kind=kind,
        genres=genres,
        venue=venue,
        place=place,
        online_link=online,
        page_link=told.link,
    )


def _change(change: SourceChange, details: Details, told: SourceEvent, cities: _Cities) -> Change:
    """What is different this time; its words only where there are other ones."""
    other = _details(
        SourceEvent(
            uid=told.uid,
            title=change.title if change.title is not None else told.title,
            timing=told.timing,
            description=change.description if change.description is not None else told.description,
            location=change.location if change.location is not None else told.location,
            link=change.link if change.link is not None else told.link,
            categories=told.categories,
        ),
        cities,
    )
    return Change(
        original=change.original,
        starts=change.timing.starts if change.timing else None,
        ends=change.timing.ends if change.timing else None,
        is_cancelled=change.is_cancelled,
        details=other if other != details else None,
    )


def _sorted(categories: tuple[str, ...]) -> tuple[Kind | None, tuple[str, ...]]:
    """A calendar's categories are our kind where they name one, and genres otherwise."""
    kinds = {fold(kind.value): kind for kind in Kind}
    kind = next((kinds[fold(each)] for each in categories if fold(each) in kinds), None)
    genres = [each.casefold() for each in categories if fold(each) not in kinds and len(each) <= GENRE_MOST]
    return kind, tuple(dict.fromkeys(genres))[:GENRES_MOST]


class _Cities:
    """Recognises the city in a calendar's location, which is free text: "Kantine, Am Wriezener Bahnhof, 10243 Berlin".

    The last part that is surely a city counts; where none is, or it could be several, the words stay a venue.
    """

    def __init__(self) -> None:
        self._known: dict[str, Place | None] = {}

    async def learn(self, locations: list[str], uow: UnitOfWork) -> None:
        wanted = {part for location in locations if not _is_link(location) for part in _parts(location)}
        unknown = wanted - self._known.keys()
        found = await uow.places.recognise(unknown)
        self._known.update({part: found.get(part) for part in unknown})

    def read(self, location: str) -> tuple[str, Place | None, str]:
        """Venue, place and online link."""
        if _is_link(location):
            return "", None, location
        for part in _parts(location):
            place = self._known.get(part)
            if place is not None:
                venue = location.split(",", maxsplit=1)[0].strip() if "," in location else ""
                return venue[:VENUE_MOST], place, ""
        return location[:VENUE_MOST], None, ""


def _is_link(location: str) -> bool:
    return location.startswith(("https://", "http://")) and " " not in location


def _parts(location: str) -> list[str]:
    """What may name the city, the likeliest first: parts between commas from the end, without postal codes."""
    parts = [re.sub(r"\b[\dA-Z]*\d[\dA-Z]*\b", "", part).strip(" -") for part in re.split(r"[,\n]", location)]
    named = [part for part in reversed(parts) if 2 <= len(part) <= 60]
    pairs = [f"{city}, {country}" for country, city in pairwise(named)]
    return [*pairs[:1], *named[:4]]
