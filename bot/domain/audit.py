"""What members and organisers did to what is shared: reports, blocked sites, and a line for every action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

REASON_MOST = 300
BLOCKED_MOST = 500
"""Sites in one community."""


class Subject(StrEnum):
    """What something was done to."""

    RESOURCE = "resource"
    GIG = "gig"
    TOPIC = "topic"
    SITE = "site"
    EVENT = "event"


class Did(StrEnum):
    """What was done."""

    SHARED = "shared"
    EDITED = "edited"
    REMOVED = "removed"
    REPORTED = "reported"
    KEPT = "kept"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    APPROVED = "approved"
    DECLINED = "declined"
    CLOSED = "closed"
    RENAMED = "renamed"
    ADDED = "added"
    IMPORTED = "imported"
    MARKED_DEAD = "marked dead"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit. `name` is who did it: "" for the bot itself or somebody who is not here any more."""

    at: datetime
    name: str
    did: Did
    subject: Subject
    subject_id: int | None
    what: str
    """The subject's title, host or name at that time."""


@dataclass(frozen=True, slots=True)
class Report:
    """What members said against one thing: how many, the reasons they gave, the first first."""

    subject: Subject
    subject_id: int
    count: int
    reasons: tuple[str, ...]
    first_at: datetime


class Audit(Protocol):
    """The repository of the audit and of what organisers decide. Every method takes the community it acts for."""

    async def note(
        self,
        community: int,
        person: int | None,
        did: Did,
        subject: Subject,
        subject_id: int | None,
        what: str,
        now: datetime,
    ) -> None:
        """Add a line; `person` None is the bot itself."""

    async def lines(self, community: int, offset: int, limit: int) -> Sequence[Line]:
        """The newest first."""

    async def count(self, community: int) -> int:
        """How many lines there are."""

    async def report(
        self, community: int, subject: Subject, subject_id: int, person: int, reason: str, now: datetime
    ) -> bool:
        """Keep a report, one for each person and thing; False where they had said so and it is still open."""

    async def reports(self, community: int, offset: int, limit: int) -> Sequence[Report]:
        """What is open, the longest first."""

    async def reported(self, community: int, subject: Subject, subject_id: int) -> Report | None:
        """What is open about one thing."""

    async def settle(self, community: int, subject: Subject, subject_id: int) -> bool:
        """Organisers decided; False when nothing was open, as for the second of two who decide at once."""

    async def block(self, community: int, host: str, now: datetime) -> bool:
        """Nothing of this host, or of hosts below it, is shared here any more; False where that was so."""

    async def unblock(self, community: int, host: str) -> bool:
        """False where it was not blocked."""

    async def blocked(self, community: int) -> Sequence[str]:
        """All blocked hosts, by name."""

    async def is_blocked(self, community: int, host: str) -> bool:
        """Whether this host, or one above it, is blocked."""

    async def member_since(self, community: int, person: int) -> datetime | None:
        """When somebody was first seen there; None for who never was."""

    async def done_since(self, community: int, person: int, did: Did, subject: Subject, since: datetime) -> int:
        """How often they did that since then."""

    async def sweep(self, before: datetime, limit: int) -> int:
        """Remove lines older than that (housekeeping); returns how many."""
