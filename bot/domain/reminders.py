"""Reminders: what somebody asked to be told, once or again and again; their owner's alone.

A reminder is in the words of its owner, or of a source: a promise, a follow-up, an event that was put off. Of each
thing of a source there is one reminder. While it waits it has a due row of kind `REMINDER` with its id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain import walls
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern

REMINDER = "reminder"
TEXT_MOST = 500
WAITING_MOST = 500
"""Own ones of one person that may wait at a time."""


class State(StrEnum):
    WAITING = "waiting"
    TOLD = "told"
    """Sent; nothing more comes of it unless it is put off."""
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Reminder:
    """`at` (aware UTC) is when it comes next or, once told, when it came. Own ones have `text` and no `source`."""

    id: int
    person: int
    pattern: Pattern
    at: datetime
    text: str = ""
    source: str = ""
    source_id: int | None = None
    state: State = State.WAITING


def relaid(reminder: Reminder, zone: str) -> Reminder:
    """The same time of day in another zone (IANA), and the same day; what was put off by itself stays when it is.

    `at` may then lie behind: it is late there, and comes at once.
    """
    start = reminder.pattern.start
    moved = replace(reminder, pattern=replace(reminder.pattern, start=Moment(start.wall, zone)))
    if not reminder.pattern.rrule:
        return replace(moved, at=moved.pattern.start.instant())
    wall = datetime.combine(reminder.at.astimezone(ZoneInfo(start.zone)).date(), start.wall.time())
    if walls.instant(wall, start.zone) != reminder.at:
        return moved
    return replace(moved, at=walls.instant(wall, zone))


@dataclass(frozen=True, slots=True)
class ReminderPage:
    """A stretch of what waits, soonest first, and how many there are in all."""

    reminders: tuple[Reminder, ...]
    total: int


class Reminders(Protocol):
    """The repository of reminders. Every method names the people it acts for."""

    async def add(self, person: int, text: str, pattern: Pattern, at: datetime, request_id: str, now: datetime) -> int:
        """Keep one in the owner's own words and let it fall due; its id. The same request adds one.

        Raises Refused at `WAITING_MOST`.
        """

    async def put(self, person: int, source: str, source_id: int, pattern: Pattern, at: datetime, now: datetime) -> int:
        """Let the reminder of a source's thing come `at`, making it where there is none; its id."""

    async def drop(self, person: int, source: str, source_ids: Collection[int]) -> None:
        """Nothing is told of these things of a source any more."""

    async def get(self, person: int, id_: int) -> Reminder | None:
        """One reminder, in whatever state."""

    async def waiting(self, person: int, *, offset: int, limit: int) -> ReminderPage:
        """What is still to come."""

    async def fallen_due(self, ids: Collection[int]) -> Sequence[Reminder]:
        """Those of `ids`, of several people; each says whose it is."""

    async def told(self, reminders: Sequence[Reminder]) -> None:
        """They came: each is kept in its new state, with when it comes next."""

    async def in_zone(self, person: int, zone: str) -> Sequence[Reminder]:
        """Own ones still to come by the walls of a zone (IANA). What a source tells of is due when the source says."""

    async def again(self, person: int, id_: int, pattern: Pattern, at: datetime) -> None:
        """Put it off, whatever its state: it waits, and comes `at`."""

    async def settle(self, person: int, id_: int, state: State) -> None:
        """It is done or stopped, and does not come again."""

    async def reseal(self, limit: int) -> int:
        """Seal anew what is not under the first key (housekeeping); how many there were."""

    async def move(self, person: int, moved: Sequence[Reminder]) -> None:
        """Let these have other patterns and come at other moments."""
