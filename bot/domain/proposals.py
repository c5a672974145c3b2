"""Events that members propose where organisers approve them first: no events yet, so that nothing shows them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.events import NewEvent

REASON_MOST = 300
KEPT_FOR = timedelta(days=30)
"""How long a decided one stays, so that who decides second hears of it."""


class Verdict(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """By whoever proposed it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody would add to a community's calendar. `person` is who proposes it, `name` what they are called."""

    id: int
    community: int
    person: int
    name: str
    event: NewEvent
    at: datetime
    """Aware UTC."""
    verdict: Verdict = Verdict.WAITING
    reason: str = ""
    occurrence: int | None = None
    """What it became, once it is approved."""


class Proposals(Protocol):
    """The repository of proposals. Every method takes the community it acts for, but for the scheduler's."""

    async def is_asked(self, community: int) -> bool:
        """Whether members' events are approved first there."""

    async def ask(self, community: int, *, is_asked: bool) -> None:
        """Let members' events be approved first, or not."""

    async def propose(self, community: int, event: NewEvent, now: datetime) -> Proposal:
        """Keep it; `event.added_by` is who proposes it. The same `request_id` proposes once."""

    async def hold(self, community: int, id_: int) -> Proposal | None:
        """One of this community's, for who is about to decide: others wait until this unit of work is done."""

    async def waiting(self, community: int, offset: int, limit: int) -> tuple[Sequence[Proposal], int]:
        """Those that nobody decided upon, the oldest first; and how many there are."""

    async def of(self, community: int, person: int) -> Sequence[Proposal]:
        """Those of one member that nobody decided upon, the oldest first."""

    async def decide(
        self,
        community: int,
        id_: int,
        verdict: Verdict,
        now: datetime,
        *,
        reason: str = "",
        occurrence: int | None = None,
    ) -> None:
        """Decide on one that waits; on others it changes nothing."""

    async def several(self, ids: Collection[int]) -> Sequence[Proposal]:
        """Those of `ids` that exist, for the scheduler: of any community."""

    async def sweep(self, before: datetime, limit: int) -> int:
        """Remove those that were decided before then (housekeeping); returns how many."""
