"""Connections: whom somebody met, what was said and promised, and when to get back to them. Their owner's alone.

Every method of the repository takes the owner (the id of a person); what is another's is as if it were not there.
What people wrote (`About`, the words of entries and promises) is kept sealed where the operator set a key.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.cadences import Cadence
from bot.domain.moments import Moment
from bot.errors import Refused
from bot.i18n import N_

NAME_MOST = 100
LINE_MOST = 200
"""Role, company, city, a handle, where they met, who introduced them."""
NOTE_MOST = 4_000
PROMISE_MOST = 500
LINK_MOST = 1_000
LISTED_MOST = 20
"""Handles, links, addresses, numbers and tags, of each."""
CONNECTIONS_MOST = 50_000
"""Of one owner."""
PROMISES_MOST = 10_000
"""Open ones of one owner."""


def refuse_more_connections(there: int, more: int) -> None:
    """Raises Refused where `more` do not fit beside those that are there."""
    if there + more > CONNECTIONS_MOST:
        raise Refused(
            N_("You can keep {limit} connections, and have {there}. Forget some whom you do not need any more."),
            limit=CONNECTIONS_MOST,
            there=there,
        )


def refuse_more_promises(there: int) -> None:
    """Raises Refused where there are as many open ones as can be."""
    if there >= PROMISES_MOST:
        raise Refused(
            N_("You can keep {limit} open promises. Say of some that they are kept, or let them go."),
            limit=PROMISES_MOST,
        )


@dataclass(frozen=True, slots=True)
class About:
    """Who somebody is, in the words of whoever met them."""

    name: str
    role: str = ""
    company: str = ""
    city: str = ""
    handles: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    introduced_by: str = ""


class Happening(StrEnum):
    """What an entry of a timeline is."""

    MET = "met"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline. `text` says where they met (an event by its title, so that it is found), or is the
    note.
    """

    kind: Happening
    at: datetime
    """Aware UTC."""
    text: str = ""
    occurrence: int | None = None
    """The event of the calendar where they met."""
    id: int = 0


class Side(StrEnum):
    """Who owes what was promised."""

    MINE = "mine"
    THEIRS = "theirs"


class Standing(StrEnum):
    """What became of a promise."""

    OPEN = "open"
    KEPT = "kept"
    LET_GO = "let go"


@dataclass(frozen=True, slots=True)
class Promise:
    """Something promised. `due` is a wall time: it keeps its time of day in the zone it was meant in."""

    side: Side
    text: str
    made_at: datetime
    due: Moment | None = None
    standing: Standing = Standing.OPEN
    settled_at: datetime | None = None
    id: int = 0
    connection: int = 0
    name: str = ""
    """Whom it is with, as `About.name`."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Somebody an owner knows. `version` counts the changes, 1 for a new one."""

    id: int
    about: About
    last_contact: date
    """By the owner's calendar."""
    member: int | None = None
    """The person behind it, where it is one whom Greenroom knows; they are not told."""
    cadence: Cadence | None = None
    """How often to stay in touch, from the last contact on."""
    follow_up: Moment | None = None
    """When to get back to them, once: a wall time in the zone it was meant in."""
    met_first: Entry | None = None
    version: int = 1

    @property
    def back_on(self) -> date | None:
        """When it is time to get back to them."""
        return None if self.cadence is None else self.cadence.after(self.last_contact)


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A connection before it is kept. `request_id` is unique for an owner: the same request adds one."""

    about: About
    last_contact: date
    entries: tuple[Entry, ...] = ()
    promises: tuple[Promise, ...] = ()
    member: int | None = None
    cadence: Cadence | None = None
    follow_up: Moment | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for. Empty asks nothing of that kind."""

    words: str = ""
    """Anywhere: names, roles, notes, what was promised."""
    tag: str = ""
    role: str = ""
    city: str = ""
    met: str = ""
    """Words of where they met."""
    overdue: bool = False
    """Only whom it is time to get back to, or with whom a promise is overdue."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of results and how many there are in all."""

    connections: tuple[Connection, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is known of one connection, newest first."""

    connection: Connection
    entries: tuple[Entry, ...] = ()
    promises: tuple[Promise, ...] = ()
    both_at: tuple[int, ...] = ()
    """Occurrences that both said they were going to, where the other is a member: those of communities that the
    owner is in.
    """


@dataclass(frozen=True, slots=True)
class Ledger:
    """A stretch of the open promises, soonest due first, those without a date last; and how many of each side."""

    promises: tuple[Promise, ...]
    mine: int
    theirs: int


class Connections(Protocol):
    """The repository of connections. Every method takes the owner."""

    async def add(self, owner: int, new: NewConnection, now: datetime) -> int:
        """Keep it and return its id; one that carries this `request_id` already is returned instead.

        Raises Refused at `CONNECTIONS_MOST`.
        """

    async def get(self, owner: int, id_: int) -> Connection | None:
        """One connection."""

    async def several(self, owner: int, ids: Collection[int]) -> Sequence[Connection]:
        """Those of `ids` that are the owner's, in that order."""

    async def find(self, owner: int, wanted: Wanted, today: date, now: datetime, *, offset: int, limit: int) -> Page:
        """Best match first where there are words (names count most), else those last in touch with first."""

    async def suggest(self, owner: int, typed: str, limit: int) -> Sequence[Connection]:
        """Those of whose name or company a word begins as typed; with nothing typed, those last in touch with."""

    async def alike(self, owner: int, about: About, limit: int) -> Sequence[Connection]:
        """Those that may be the same: one word of the name, a handle, address, number or link in common. `bot.domain`
        decides which of them are.
        """

    async def of_members(self, owner: int, people: Collection[int]) -> Sequence[Connection]:
        """Those that are one of these people."""

    async def timeline(self, owner: int, id_: int, *, entries: int) -> Timeline | None:
        """One connection with its newest so many entries and all promises."""

    async def change(self, owner: int, connection: Connection) -> bool:
        """Bring it to this (its `version` says which was read); False where it is gone or was changed meanwhile."""

    async def note(self, owner: int, id_: int, entry: Entry, *, contact: date | None, request_id: str) -> bool:
        """Add to its timeline, once for each request; `contact` moves `last_contact` on. False where it is gone."""

    async def forget(self, owner: int, id_: int) -> bool:
        """Delete it with all that hangs on it. False where it is gone."""

    async def merge(self, owner: int, gone: int, stays: Connection) -> bool:
        """`stays` becomes what it says and gets all entries and promises of `gone`, which goes."""

    async def promise(self, owner: int, id_: int, promise: Promise, request_id: str) -> int | None:
        """Add a promise to a connection, once for each request; its id, or None where the connection is gone.

        Raises Refused at `PROMISES_MOST`.
        """

    async def promises(self, owner: int, ids: Collection[int]) -> Sequence[Promise]:
        """Those of `ids` that are the owner's."""

    async def open_promises(self, owner: int, side: Side | None, *, offset: int, limit: int) -> Ledger:
        """What is open."""

    async def settle(self, owner: int, promise: int, standing: Standing, now: datetime) -> Promise | None:
        """It is kept, let go, or open again; how it stood before, or None where it is not there."""

    async def put_off(self, owner: int, promise: int, due: Moment | None) -> Promise | None:
        """Move what is due; as it is now, or None where it is not there."""

    async def late(self, owner: int, today: date, limit: int) -> Sequence[Connection]:
        """Whom it is time to get back to, the longest overdue first."""

    async def every(self, owner: int) -> Sequence[Timeline]:
        """All, oldest first, with everything: for export."""

    async def recognised(self, owner: int, abouts: Sequence[About], besides: str = "") -> Sequence[bool]:
        """Whether each is noted already, by an address, a number, a link or a handle, or by the whole name; what the
        import `besides` brought in does not count.
        """

    async def bring(self, owner: int, batch: Sequence[NewConnection], import_id: str, now: datetime) -> Sequence[int]:
        """Add many under the name of one import; their ids. The same import again adds nothing.

        They are found by words once `reseal` has been at them: let housekeeping fall due. Raises Refused at
        `CONNECTIONS_MOST`.
        """

    async def take_back(self, owner: int, import_id: str) -> tuple[int, int]:
        """Remove what an import added and nobody changed since; how many went, and how many stay."""

    async def reseal(self, limit: int) -> int:
        """Seal anew what is not under the first key, with what it is found by, and index what was brought in
        (housekeeping): at most so many, and how many there were.
        """
