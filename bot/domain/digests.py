"""Weekly digests: which channel hears of which events, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain.addresses import Channel
from bot.domain.events import Kind
from bot.domain.places import Place
from bot.domain.walls import instant

LATE_MOST = timedelta(hours=12)
"""A digest later than this is skipped: it would speak of days that have gone by."""

DIGEST = "digest"
"""The kind of a digest's due row, and of what is owed because of it."""

DIGESTS_MOST = 20
"""For one community."""


@dataclass(frozen=True, slots=True)
class Digest:
    """`weekday` counts from Monday = 0; `at` is wall time in `zone` (IANA); it looks `days` days ahead."""

    id: int
    community: int
    channel: Channel
    weekday: int
    at: time
    zone: str
    days: int = 7
    near: Place | None = None
    within_km: int = 50
    kind: Kind | None = None
    genre: str = ""
    online: bool | None = None
    skips_empty: bool = True
    shows_library: bool = False
    """Whether it tells of what is new in the library, too."""
    is_paused: bool = False
    request_id: str | None = None
    """Unique in its community where set: the same request sets one digest."""

    def next_after(self, moment: datetime) -> datetime:
        """The first time it is due after an aware moment, as aware UTC; one a week, whatever the clocks do."""
        zone = ZoneInfo(self.zone)
        local = moment.astimezone(zone)
        day: date = local.date() + timedelta(days=(self.weekday - local.weekday()) % 7)
        due = instant(datetime.combine(day, self.at), self.zone)
        return due if due > moment else instant(datetime.combine(day + timedelta(days=7), self.at), self.zone)

    def last_before(self, moment: datetime) -> datetime:
        """When it was due before it was due at `moment`: what is new since then is told in that one."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return instant(datetime.combine(local.date() - timedelta(days=7), self.at), self.zone)


class Digests(Protocol):
    """The repository of digests. Every method takes the community it acts for, but for the scheduler's."""

    async def add(self, digest: Digest, now: datetime) -> Digest:
        """Keep a new one (its `id` is ignored) and return it with its id.

        Where one already carries its `request_id`, that one is returned.
        """

    async def change(self, digest: Digest) -> None:
        """Write a changed one of the community it names."""

    async def remove(self, community: int, id_: int) -> bool:
        """Remove one; False when this community has none with that id."""

    async def get(self, community: int, id_: int) -> Digest | None:
        """One of this community's."""

    async def listed(self, community: int) -> Sequence[Digest]:
        """All of this community's, oldest first."""

    async def fallen_due(self, ids: Sequence[int]) -> Sequence[Digest]:
        """Those of `ids` that exist, for the scheduler: of any community."""
