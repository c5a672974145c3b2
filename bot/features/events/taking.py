"""All that a source tells at once: what is new is added, what differs changed, and what it tells no more cancelled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.commands import Services
from bot.domain.events import HORIZON, Change, Skipped, SourceEvent
from bot.domain.links import key_of
from bot.domain.people import Community
from bot.domain.recurrence import lay_out
from bot.domain.sources import Compared, Copy, Doubt, Polled, Said, compared
from bot.features.events.importing import AT_ONCE, bring_in, digest_of, timing_of
from bot.features.events.locating import Cities, details_of
from bot.features.mirror import stir


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it. `shrinks`: over half of what was to come is gone, and it was not believed yet."""

    added: int
    changed: int
    cancelled: int
    unchanged: int
    skipped: tuple[Skipped, ...]
    shrinks: bool = False


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The titles of what would be added, changed and cancelled. What is held back is not cancelled."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    cancelled: tuple[str, ...]
    shrinks: bool


async def take_in(
    polled: Polled, source: str, community: Community, services: Services, *, doubt: Doubt = Doubt.NEW
) -> Taken:
    """Bring the calendar to what a source tells. A second time changes nothing.

    `source` is the key it is known by. What is over is left as it was. Where over half of what was to come is gone
    nothing is cancelled while there is `doubt`. Written in batches: broken off, the next time goes on from there.
    """
    now = services.clock.now()
    told = _by_uid(polled.events)
    _, _, differs = await _compared(polled, told, source, community, services, now, doubt)
    wanted = differs.added | differs.changed | differs.renamed.keys()
    brought = await bring_in(_each(told, wanted), source, community, services, renamed=differs.renamed)
    cancelled = 0
    if differs.vanished and not differs.shrinks:
        async with services.store.writing() as uow:
            cancelled = await uow.events.gone(community.id, source, differs.vanished, now)
            await stir(uow, community.id, now)
    return Taken(
        added=brought.added,
        changed=brought.updated,
        cancelled=cancelled,
        unchanged=brought.unchanged + len(told) - len(wanted),
        skipped=(*polled.skipped, *brought.skipped),
        shrinks=differs.shrinks,
    )


async def foreseen(polled: Polled, source: str, community: Community, services: Services, doubt: Doubt) -> Foreseen:
    """What `take_in` would do now. Nothing is written."""
    now = services.clock.now()
    told = _by_uid(polled.events)
    known, said, differs = await _compared(polled, told, source, community, services, now, doubt)
    async with services.store.reading(is_steady=False) as uow:
        alone = await uow.events.alone(community.id, source, () if differs.shrinks else differs.vanished)
    coming = {uid for uid, each in said.items() if each.ends > now}
    return Foreseen(
        added=tuple(told[uid].title for uid in sorted(differs.added & coming)),
        changed=tuple(told[uid].title for uid in sorted((differs.changed | differs.renamed.keys()) & coming)),
        cancelled=tuple(known[uid].title for uid in sorted(alone)),
        shrinks=differs.shrinks,
    )


async def _compared(
    polled: Polled,
    told: Mapping[str, SourceEvent],
    source: str,
    community: Community,
    services: Services,
    now: datetime,
    doubt: Doubt,
) -> tuple[Mapping[str, Copy], Mapping[str, Said], Compared]:
    async with services.turn, services.store.reading(is_steady=False) as uow:
        known = await uow.events.copies(community.id, source, now)
        cities = Cities()
        await cities.learn([each.location for uid, each in told.items() if each.is_floating and uid not in known], uow)
    said: dict[str, Said] = {}
    for number, (uid, each) in enumerate(told.items()):
        said[uid] = _said(each, known.get(uid), cities, now)
        if number % AT_ONCE == 0:
            await services.pause()
    differs = compared(known, said, now, doubt, unread=polled.unread, is_whole=polled.is_whole)
    return known, said, differs


def _by_uid(events: Sequence[SourceEvent]) -> Mapping[str, SourceEvent]:
    """Of a UID that is told twice the last counts, as in a file."""
    return {each.uid: each for each in events}


def _said(told: SourceEvent, known: Copy | None, cities: Cities, now: datetime) -> Said:
    digest = digest_of(told)
    if known is not None and known.digest == digest:  # when that is, is known too
        return Said(digest, known.title, known.starts, known.ends, known.link)
    timing = timing_of(told, details_of(told, cities))  # as it is kept, so that it is found again
    slots = lay_out(timing, times_of(told), since=now, until=now + HORIZON)
    coming = next((slot for slot in slots if slot.ends > now), slots[-1] if slots else None)
    starts, ends = (coming.starts, coming.ends) if coming else (now, now)
    return Said(digest, told.title, starts, ends, key_of(told.link))


def times_of(told: SourceEvent) -> Sequence[Change]:
    """What differs from the series in time alone."""
    return [
        Change(
            each.original,
            each.timing.starts if each.timing else None,
            each.timing.ends if each.timing else None,
            each.is_cancelled,
        )
        for each in told.changes
    ]


async def _each(told: Mapping[str, SourceEvent], wanted: frozenset[str]) -> AsyncIterator[SourceEvent | Skipped]:
    for uid, each in told.items():
        if uid in wanted:
            yield each
