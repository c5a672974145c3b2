"""What is due and what is owed, as rows.

`bot.due` and `bot.outbox` say how they move; docs/delivery.md says what is promised.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.addresses import Address, Direct, written

Fact = str | int | bool | None | Sequence["Fact"] | Mapping[str, "Fact"]
"""What a row carries besides its columns: plain JSON."""


def ids_in(fact: Fact) -> Sequence[int]:
    """The ids that a fact holds; none where it was written before there was such a thing."""
    return [each for each in fact if isinstance(each, int)] if isinstance(fact, Sequence) else []


WEB = "web"
"""What stands as the platform of due rows that need the web outside (`bot.chores`)."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something that falls due at a moment (aware UTC).

    `kind` names who knows what to do, `subject` what it is about. One row per kind and subject.
    """

    kind: str
    subject: int
    at: datetime
    platform: str = ""
    """Only a process that serves this platform can move it on; "": any can."""
    fails: int = field(default=0, compare=False)
    """How often in a row its kind could not move it on; each time it was put off, but `at` stays as is."""


@dataclass(frozen=True, slots=True)
class Owed:
    """Something the bot owes somebody; not words: it is rendered when it is sent.

    The key `kind:subject:period:address:part` is unique: owing it twice is owing it once.
    """

    kind: str
    subject: int
    period: str
    """The occurrence or period this is owed for, so that next week's digest is another one."""
    address: Address
    community: int | None = None
    part: int = 1
    facts: Mapping[str, Fact] = field(default_factory=dict)
    not_before: datetime | None = None
    not_after: datetime | None = None
    """Later than this it helps nobody: it settles as moot."""
    follows: int | None = None
    """The part of the same key that must settle first, or None."""
    otherwise: Address | None = None
    """Where it is owed instead when `address` turns out to be unreachable; from there it goes no further."""
    person: int | None = None
    """Whose it is, if it is somebody's own: they are shown what could not be delivered."""

    @property
    def waits_when_closed(self) -> bool:
        """Whether it waits for somebody to open their direct messages."""
        return self.person is not None and self.otherwise is None and isinstance(self.address, Direct)

    @property
    def key(self) -> str:
        return f"{self.stem}:{self.part}"

    @property
    def stem(self) -> str:
        """The key without its part."""
        return f"{self.kind}:{self.subject}:{self.period}:{written(self.address)}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message stands on its platform: enough to edit it later."""

    address: Address
    message: str
    """The platform's id of the message."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this process may send until its lease runs out."""

    id: int
    owed: Owed
    key: str
    token: str
    tries: int
    failing_since: datetime | None = None
    """When it first failed, or None."""
    unsure_since: datetime | None = None
    """When the earliest attempt began that may have been seen, or None; then the platform is asked first."""
    asked_since: datetime | None = None
    """Since when the platform has been asked in vain, or None."""
    resent: int = 0
    """How often it was sent again though the platform could not say whether it had been seen."""
    closed_since: datetime | None = None
    """When it first met closed direct messages, or None."""


@dataclass(frozen=True, slots=True)
class Sent:
    receipt: Receipt
    shown: Mapping[int, int] = field(default_factory=dict)
    """Event id to the version that was shown."""


@dataclass(frozen=True, slots=True)
class Post:
    """Something owed that was sent, and can be brought up to date where it stands."""

    id: int
    owed: Owed
    receipt: Receipt
    shown: Mapping[int, int]
    """As in `Sent`."""
    owed_at: datetime
    """When it was owed (aware UTC)."""


@dataclass(frozen=True, slots=True)
class Moot:
    """Nothing needs to be sent any more.

    `is_late`: only because its moment is over. What had to wait for closed direct messages until then was missed, and
    its owner finds it listed.
    """

    reason: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """An errand was run. Its row goes, and with it those of its subject that failed before: nothing was posted that
    somebody could ask for, and to run it once more does no harm.
    """


@dataclass(frozen=True, slots=True)
class Buried:
    """Cannot be delivered; shown to its owner and to organisers.

    `is_unreachable`: nobody saw it, because its address cannot be reached; then it is owed to `Owed.otherwise`.
    """

    reason: str
    is_unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Surely not seen; due again at `at`."""

    at: datetime
    reason: str
    counts: bool = True
    """Whether it was an attempt; what was claimed and never started is handed back without counting."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Perhaps seen; the platform is asked at `at` or later.

    `since` is when the earliest such attempt began, `asked_since` since when the platform was asked in vain.
    """

    at: datetime
    since: datetime
    reason: str
    asked_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """Surely not seen: nothing gets to this person directly. It waits until they can be reached (`Closings`).

    `since` is when this row first met that, `until` when it is claimed again whatever happens. `is_tried`: it was
    sent in vain; False where it was known before. `can_open`: they can change it themselves.
    """

    since: datetime
    until: datetime
    reason: str
    is_tried: bool
    can_open: bool = False


Outcome = Sent | Done | Moot | Buried | Later | Doubt | Waits


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One row as the operator sees it (`greenroom outbox`)."""

    key: str
    state: str
    tries: int
    due: datetime
    """When it is due or, once settled, when that was; for a part that waits for another, when it was owed."""
    reason: str
    resent: int = 0


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Something of a person's own that did not get to them, as they see it themselves."""

    kind: str
    subject: int
    key: str
    is_waiting: bool
    """For them to be reachable; else it was buried."""
    reason: str
    since: datetime
    """When it first met closed direct messages, or was buried."""


Platforms = Collection[str] | None
"""The platforms that a process serves; None: all there are."""


class DueRows(Protocol):
    """What falls due when. Rows are moved on by compare-and-set."""

    async def put(self, *rows: Due) -> None:
        """Set when each kind and subject falls due next, replacing what was set."""

    async def hasten(self, due: Due) -> None:
        """Let it fall due at `due.at`, unless it does so earlier."""

    async def drop(self, kind: str, subject: int) -> None:
        """It is not due any more."""

    async def earliest(self, platforms: Platforms = None) -> datetime | None:
        """The earliest moment anything is due that a process with these platforms can move on."""

    async def take(self, now: datetime, limit: int, platforms: Platforms = None) -> Sequence[Due]:
        """Rows due at `now` that a process with these platforms can move on, earliest first, locked against other
        processes until this unit of work ends.
        """

    async def earliest_chore(self) -> datetime | None:
        """As `earliest`, of what needs the web."""

    async def take_chores(self, now: datetime, limit: int) -> Sequence[Due]:
        """As `take`, of what needs the web."""

    async def lock(self, rows: Sequence[Due]) -> Sequence[Due]:
        """Those of `rows` that are still due when they say, in their order, locked as `take` does."""

    async def put_off(self, rows: Sequence[Due], until: datetime) -> None:
        """Take none of these before `until`, if they are still due when they say; it counts as a fail."""

    async def hold(self, rows: Sequence[Due], until: datetime) -> None:
        """Take none of these before `until`, if they are still due when they say; it is no fail."""

    async def move(self, moved: Sequence[tuple[Due, datetime | None]]) -> None:
        """Set each row's next moment, or remove it (None), if it is still due when `Due.at` says."""


class OutboxRows(Protocol):
    """What is owed. Every later write shows the claim's token; a row whose token changed is left alone."""

    async def add(self, owed: Sequence[Owed], now: datetime) -> None:
        """Owe these; what is owed already stays as it is."""

    async def earliest(self, platforms: Platforms = None) -> datetime | None:
        """The earliest moment a row could be claimed for these platforms, by the clock that `add` and `settle` were
        given.
        """

    async def claim(
        self, now: datetime, limit: int, lease_seconds: float, platforms: Platforms = None
    ) -> Sequence[Claimed]:
        """Take up to `limit` rows that are due at `now`, by one statement, with a fresh token each call.

        Left out: rows for other platforms, which whoever serves those takes; rows under a lease that still runs (by
        the database's clock); and rows that follow an unsettled part. A lease that ran out makes its row unsure. The
        longest due are taken; they come in the order in which they were owed.
        """

    async def settle(self, settled: Sequence[tuple[Claimed, Outcome]], now: datetime) -> int:
        """Write what became of claimed rows and end their leases; returns how many still carried their token.

        What follows a buried row is buried with it, for the same reason; if the address could not be reached, all
        of them are owed to their `otherwise`, in the same transaction. `Claimed.resent` is written as is.
        """

    async def unsettled(self, community: int, kind: str, subject: int) -> int | None:
        """How often what waits of this subject, or is under way, was tried; None when nothing does."""

    async def is_waiting(self, community: int, kinds: Collection[str]) -> bool:
        """Whether anything of these kinds is still to be sent, or under way."""

    async def lines(self, state: str | None, limit: int) -> Sequence[OutboxLine]:
        """For the operator; `state` is one of waiting, sent, moot, buried."""

    async def buried(self, community: int, kind: str, subject: int) -> OutboxLine | None:
        """The newest row of this subject if it could not be delivered, for organisers."""

    async def undelivered(self, person: int, limit: int) -> Sequence[Undelivered]:
        """What of theirs waits for open direct messages or was buried, the newest first."""

    async def undelivered_of(self, community: int) -> int:
        """How many of its members are owed something of their own that did not get to them. Never what."""

    async def posts(self, community: int, kinds: Collection[str]) -> Sequence[Post]:
        """What of these kinds was sent and shows events, the oldest first."""

    async def post(self, id_: int) -> Post | None:
        """One of those; None where it is gone."""

    async def last_sent(self, community: int, kind: str, subject: int) -> Sequence[Post]:
        """All parts of the newest of that subject of which any part was sent."""

    async def showed(self, id_: int, shown: Mapping[int, int]) -> None:
        """A post was changed in place and shows this now."""

    async def forget_post(self, id_: int) -> None:
        """It is followed no more: it does not stand there now, or nothing is left of what it shows."""

    async def sweep(self, before: datetime, limit: int) -> int:
        """Remove rows settled before that moment whose moment (`not_after`) is over too (housekeeping); returns how
        many.
        """
