"""What members and organisers did to what is shared: reports, blocked sites, and a line for every action."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

REASON_MOST = 300
KEPT_FOR = timedelta(days=365)
"""How long a line stays."""
BLOCKED_MOST = 500
"""Sites in one community."""


class Subject(StrEnum):
    """What something was done to."""

    RESOURCE = "resource"
    GIG = "gig"
    TOPIC = "topic"
    SITE = "site"
    EVENT = "event"
    FEED = "feed"


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
    CANCELLED = "cancelled"
    REVIVED = "revived"
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
    """What members said against one thing: how many, the reasons they gave, the first first. Never who they are."""

    id: int
    """That of what was said first: organisers are told once for it."""
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

    async def last(self, community: int, subject: Subject, subject_id: int, did: Collection[Did]) -> Line | None:
        """The newest line of these kinds about one thing."""

    async def count(self, community: int) -> int:
        """How many lines there are."""

    async def report(
        self, community: int, subject: Subject, subject_id: int, person: int, reason: str, now: datetime
    ) -> bool:
        """Keep a report, one for each person and thing; False where they had said so and it is still open. Of those
        who report one thing at once one is the first.
        """

    async def reports(self, community: int, subject: Subject, offset: int, limit: int) -> Sequence[Report]:
        """What is open about things of that kind, the longest first."""

    async def count_reports(self, community: int, subject: Subject) -> int:
        """About how many things something is open."""

    async def count_reports_by(self, community: int, person: int) -> int:
        """How many of somebody's are open there."""

    async def reported(self, community: int, subject: Subject, subject_id: int) -> Report | None:
        """What is open about one thing."""

    async def settle(self, community: int, subject: Subject, subject_id: int) -> bool:
        """Organisers decided, and what was said is deleted; False when nothing was open, as for the second of two who
        decide at once.
        """

    async def block(self, community: int, host: str, now: datetime) -> bool:
        """Nothing of this host, or of hosts below it, is shared here any more; False where that was so.

        Raises Refused at `BLOCKED_MOST`.
        """

    async def unblock(self, community: int, host: str) -> bool:
        """False where it was not blocked."""

    async def blocked(self, community: int) -> Sequence[str]:
        """All blocked hosts, by name."""

    async def is_blocked(self, community: int, host: str) -> bool:
        """Whether this host, or one above it, is blocked."""

    async def of_site(self, community: int, host: str) -> Sequence[int]:
        """The resources whose links lead to this host, or to hosts below it, the newest first."""

    async def member_since(self, community: int, person: int) -> datetime | None:
        """When somebody was first seen there: 1970 for who was before that was noted, None for who never was."""

    async def done_since(
        self, community: int, person: int, did: Did, subject: Subject, since: datetime
    ) -> Sequence[datetime]:
        """When they did that since then, the newest first."""

    async def sweep(self, before: datetime, limit: int) -> int:
        """Remove lines older than that (housekeeping); returns how many."""
