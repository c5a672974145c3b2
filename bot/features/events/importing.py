"""Bring in what a source tells of: look up its cities, lay out its dates, add or update, say what was left."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from bot.commands import Services
from bot.domain.events import (
    HORIZON,
    LASTS,
    Change,
    Details,
    FromSource,
    NewEvent,
    Skipped,
    SourceChange,
    SourceEvent,
    Timing,
)
from bot.domain.links import key_of
from bot.domain.people import Community
from bot.domain.recurrence import lay_out
from bot.domain.walls import instant
from bot.features.events.locating import Cities, details_of
from bot.features.mirror import stir
from bot.i18n import N_

AT_ONCE = 10
"""Events that are worked on in one stretch: a millisecond."""

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
    cities = Cities()
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
    cities: Cities,
    now: datetime,
    result: Imported,
    renamed: Mapping[str, str],
) -> None:
    async with services.store.reading() as uow:
        await cities.learn([each.location for each in batch], uow)
    ready: list[FromSource] = []
    for number, each in enumerate(batch):
        ready.append(_made(each, source, cities, now))
        if number % AT_ONCE == 0:
            await services.pause()
    async with services.store.writing() as uow:
        brought = await uow.events.bring(community.id, ready, now, renamed=renamed)
        if brought.added or brought.updated:
            await stir(uow, community.id, now)
    result.added += brought.added
    result.updated += brought.updated
    result.unchanged += brought.unchanged
    result.skipped += [_over(each) for each in batch if each.uid in brought.over]


def _made(told: SourceEvent, source: str, cities: Cities, now: datetime) -> FromSource:
    details = details_of(told, cities)
    changes = tuple(_change(each, details, told, cities) for each in told.changes)
    timing = timing_of(told, details)
    slots = lay_out(timing, changes, since=now, until=now + HORIZON)
    ahead = slots if any(slot.ends > now or slot.starts >= now for slot in slots) else ()
    event = NewEvent(details, timing, changes, told.is_cancelled)
    return FromSource(event, ahead, source, told.uid, digest_of(told), key_of(told.link))


def timing_of(told: SourceEvent, details: Details) -> Timing:
    """When it is: by the clock of its city, where no zone is named; for a while, where no end is."""
    timing = told.timing
    if told.is_floating and details.place is not None:
        timing = replace(timing, zone=details.place.zone)
    if not told.has_end and not timing.is_all_day:
        timing = replace(timing, ends=timing.starts + LASTS)
    return timing


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


def _change(change: SourceChange, details: Details, told: SourceEvent, cities: Cities) -> Change:
    """What is different this time; its words only where there are other ones."""
    other = details_of(
        replace(
            told,
            title=change.title if change.title is not None else told.title,
            description=change.description if change.description is not None else told.description,
            location=change.location if change.location is not None else told.location,
            link=change.link if change.link is not None else told.link,
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
