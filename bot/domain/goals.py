"""Goals somebody sets themselves: their owner's alone, ticked off, let go, taken up again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.topics import Pillar
from bot.errors import Refused
from bot.i18n import N_, Slash

WHAT_MOST = 200
OPEN_MOST = 100
"""Of one person, at a time; what is ticked off stays, and does not count."""
SOON = timedelta(days=7)
"""So long before its day a goal is spoken of."""


class State(StrEnum):
    OPEN = "open"
    DONE = "done"
    LET_GO = "let go"


@dataclass(frozen=True, slots=True)
class Goal:
    """`by` is the last day for it, on its owner's calendar; None for no day in particular."""

    id: int
    what: str
    topic: Pillar | None = None
    by: date | None = None
    state: State = State.OPEN
    settled_at: datetime | None = None
    """When it was ticked off or let go."""

    def is_late(self, today: date) -> bool:
        return self.state is State.OPEN and self.by is not None and self.by < today

    def is_soon(self, today: date) -> bool:
        """Whether its day is near, or was."""
        return self.state is State.OPEN and self.by is not None and self.by <= today + SOON


@dataclass(frozen=True, slots=True)
class GoalPage:
    """A stretch of somebody's goals, how many there are in all, and how many of them are open."""

    goals: tuple[Goal, ...]
    total: int
    open: int


def refuse_more(open_: int) -> None:
    """Raises Refused where somebody with so many open goals can have no other."""
    if open_ >= OPEN_MOST:
        raise Refused(
            N_("At most {most} of your goals are open at a time. Tick some off or let them go first: {list}."),
            most=OPEN_MOST,
            list=Slash("/path goals"),
        )


class Goals(Protocol):
    """The repository of goals. Every method names the people it acts for."""

    async def add(
        self, person: int, what: str, topic: Pillar | None, by: date | None, request_id: str, now: datetime
    ) -> int:
        """Keep a new one; its id. The same request adds one. Raises Refused at `OPEN_MOST`."""

    async def several(self, person: int, ids: Collection[int]) -> Sequence[Goal]:
        """Those of `ids` that are theirs, in that order."""

    async def listed(self, person: int, *, offset: int, limit: int) -> GoalPage:
        """The open ones first, by their day, those without one last; then what was settled, the newest first."""

    async def change(self, person: int, goal: Goal) -> bool:
        """What it is, its topic and its day become these; False where it is not theirs."""

    async def settle(self, person: int, id_: int, state: State, now: datetime) -> bool:
        """It is ticked off, let go, or open again; False where it is not theirs. As it stands already it stays.

        Raises Refused where it would be one more than `OPEN_MOST`.
        """

    async def due(self, persons: Collection[int], until: date, most: int) -> Mapping[int, Sequence[tuple[int, date]]]:
        """The open ones of each whose day is by then, with it, soonest first. Of more than so many, those that are
        longest overdue are left out.
        """

    async def done(self, person: int, since: datetime) -> Sequence[Goal]:
        """What they ticked off since then, the newest first."""

    async def reseal(self, limit: int) -> int:
        """Seal anew what is not under the first key (housekeeping); how many there were."""
