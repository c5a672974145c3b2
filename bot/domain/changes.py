"""What changed about an event for those who meant to come: told at once, and what it was before is kept until then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.delivery import Fact
from bot.domain.events import Kind, Occurrence, Status
from bot.domain.quiet import Quiet, quiet_around

CHANGED = "changed"
"""The kind of a person's due row, one at most, and of what is owed because of it."""

TOLD_AFTER = timedelta(minutes=10)
"""Whoever changes something often corrects it at once: so long it waits, and what was changed back is not told."""

TOLD_SOON_AFTER = timedelta(minutes=2)
"""The same for what starts within `SOON`."""

SOON = timedelta(hours=1)

TOO_SOON = timedelta(hours=2)
"""What starts sooner than this after quiet hours is told in them, or it would be too late to plan anew."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody who means to come goes by. `place` is the city's label."""

    title: str
    venue: str
    place: str
    online_link: str
    starts: datetime
    ends: datetime
    zone: str
    is_all_day: bool
    is_cancelled: bool
    kind: Kind | None = None
    reason: str = ""
    """Why it is cancelled."""

    @property
    def where(self) -> tuple[str, str, str]:
        return self.venue, self.place, self.online_link

    def differs(self, other: Standing) -> bool:
        """In something that is told."""
        if self.is_cancelled and other.is_cancelled:
            return False
        return self.is_cancelled != other.is_cancelled or self._told != other._told

    @property
    def _told(self) -> tuple[object, ...]:
        return self.title, self.where, self.starts, self.ends


def standing_of_time(occurrence: Occurrence) -> Standing:
    """How it stands now."""
    details = occurrence.details
    return Standing(
        title=details.title,
        venue=details.venue,
        place=details.place.full_label if details.place else "",
        online_link=details.online_link,
        starts=occurrence.starts,
        ends=occurrence.ends,
        zone=occurrence.zone,
        is_all_day=occurrence.is_all_day,
        is_cancelled=occurrence.status is Status.CANCELLED,
        kind=details.kind,
    )


def standing_json(standing: Standing) -> Mapping[str, Fact]:
    """As rows carry it."""
    return asdict(standing) | {"starts": standing.starts.isoformat(), "ends": standing.ends.isoformat()}


def standing_of(kept: Mapping[str, Any]) -> Standing:  # Any: what JSON holds
    moments = {name: datetime.fromisoformat(kept[name]) for name in ("starts", "ends")}
    return Standing(**{**kept, **moments, "kind": kept["kind"] and Kind(kept["kind"])})


@dataclass(frozen=True, slots=True)
class Untold:
    """Something about an occurrence that one person does not know yet. `zone` and `locale` are the reader's."""

    person: int
    occurrence: int
    event: int
    zone: str
    locale: str
    since: datetime
    was: Standing
    now: Standing
    concerns: bool
    """They still mean to come, and they and the bot are still in its community."""

    def matters(self, moment: datetime) -> bool:
        """Whether there is anything to tell; of what is over nothing is."""
        is_over = max(self.was.ends, self.now.ends) <= moment
        return self.concerns and not is_over and self.was.differs(self.now)


def waits(standings: Iterable[Standing], since: datetime) -> timedelta:
    """How long what changed at `since` waits: not long where any of these starts soon after."""
    is_soon = any(since < each.starts <= since + SOON for each in standings)
    return TOLD_SOON_AFTER if is_soon else TOLD_AFTER


def told_at(untold: Untold, quiet: Quiet | None, now: datetime) -> datetime:
    """When this is told, at `now` or later."""
    at = max(untold.since + waits((untold.was, untold.now), untold.since), now)
    around = quiet_around(at, quiet, untold.zone)
    if around is None:
        return at
    _, ends = around
    soonest = min(each.starts for each in (untold.was, untold.now) if each.ends > now)
    return at if soonest < ends + TOO_SOON else ends


class Changes(Protocol):
    """The repository of what people were not told yet. It notes by itself what changes about events."""

    async def untold(self, persons: Collection[int]) -> Sequence[Untold]:
        """All of theirs, by person and event, soonest first."""

    async def settle(self, settled: Sequence[Untold]) -> None:
        """These are told, or need not be."""

    async def standing(self, pairs: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], tuple[Standing, str, str]]:
        """How occurrences stand for people who still mean to come, with the reader's zone and locale."""
