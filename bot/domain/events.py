"""Events: what is announced, each time it takes place, and who comes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from bot.domain.people import Origin
from bot.domain.places import Place
from bot.i18n import N_

if TYPE_CHECKING:  # what is compared is told in terms of events
    from bot.domain.sources import Copy

TITLE_MOST = 200
DESCRIPTION_MOST = 4_000
VENUE_MOST = 200
LINK_MOST = 1_000
GENRES_MOST = 10
GENRE_MOST = 40
CAPACITY_MOST = 100_000
LONGEST = timedelta(days=31)
"""No occurrence lasts longer; a festival of two weeks is the longest seen in real calendars."""

ALIKE_WITHIN = timedelta(hours=2)
"""Two events of nearly one title that start so close are probably one."""

SAME_PAGE_WITHIN = timedelta(days=1)
"""Two events of one page that start so close are probably one; further apart it may be the page of a venue."""

LASTS = timedelta(hours=3)
"""How long an event lasts whose end nobody knows: about what an evening's concert takes."""

HORIZON = timedelta(days=366)
"""How far ahead a series is laid out as occurrences."""


class Kind(StrEnum):
    CONCERT = "concert"
    CONFERENCE = "conference"
    WORKSHOP = "workshop"
    MASTERCLASS = "masterclass"
    MEETUP = "meetup"
    OPEN_STUDIO = "open studio"
    SHOWCASE = "showcase"
    DEADLINE = "deadline"


KIND_NAMES: Mapping[str, str] = {
    Kind.CONCERT: N_("Concert"),
    Kind.CONFERENCE: N_("Conference"),
    Kind.WORKSHOP: N_("Workshop"),
    Kind.MASTERCLASS: N_("Masterclass"),
    Kind.MEETUP: N_("Meetup"),
    Kind.OPEN_STUDIO: N_("Open studio"),
    Kind.SHOWCASE: N_("Showcase"),
    Kind.DEADLINE: N_("Deadline"),
}


class Status(StrEnum):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


FREED = "event.freed"
"""The kind of a person's due row, and of what is owed because of it: a place went to them."""


class Scope(StrEnum):
    """Which times of a series are meant; of what takes place once they are all the same."""

    THIS = "this"
    FOLLOWING = "following"
    """This time and those after it."""
    ALL = "all"


class Attendance(StrEnum):
    """What somebody answered to one occurrence."""

    GOING = "going"
    MAYBE = "maybe"
    NOT_GOING = "not going"
    WAITING = "waiting"
    """In line for a place: they said going when there was none."""


@dataclass(frozen=True, slots=True)
class Price:
    """What it costs to get in; the lowest, where there are several. An amount of 0 is free.

    An unknown price is no Price at all (None), never 0.
    """

    amount: Decimal
    currency: str
    """ISO 4217, "" when free."""

    @property
    def is_free(self) -> bool:
        return self.amount == 0


@dataclass(frozen=True, slots=True)
class Details:
    """What an event is, in its announcer's words."""

    title: str
    description: str = ""
    kind: Kind | None = None
    genres: tuple[str, ...] = ()
    venue: str = ""
    place: Place | None = None
    online_link: str = ""
    page_link: str = ""
    price: Price | None = None
    capacity: int | None = None
    """How many can go each time it takes place, from 1; None: as many as like."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When an event is: wall times in a zone, so that 19:00 stays 19:00 across a DST change.

    `starts` and `ends` are naive on purpose: the time on the wall in `zone` (IANA). An all-day event
    starts and ends at midnight, its end exclusive (RFC 5545 3.6.1). `rrule` is an RFC 5545 RRULE value
    without its name, "" for a single event; `extra` and `without` are RDATE and EXDATE as wall starts.
    """

    starts: datetime
    ends: datetime
    zone: str
    is_all_day: bool = False
    rrule: str = ""
    extra: tuple[datetime, ...] = ()
    without: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One occurrence that differs from its series (RFC 5545 RECURRENCE-ID).

    `original` is the wall start the rule gave it. What is None stays as the series has it.
    """

    original: datetime
    starts: datetime | None = None
    ends: datetime | None = None
    is_cancelled: bool = False
    details: Details | None = None


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event before it is kept. `request_id` is unique where set: the same request adds one event."""

    details: Details
    timing: Timing
    changes: tuple[Change, ...] = ()
    is_cancelled: bool = False
    added_by: int | None = None
    origin: Origin | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One time an event takes place, as laid out from its timing and changes."""

    original: datetime
    starts: datetime
    """Aware UTC, as is `ends`."""
    ends: datetime
    status: Status = Status.SCHEDULED
    details: Details | None = None
    """What is different this time, or None."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time an event takes place, with what a card needs to show it."""

    id: int
    event_id: int
    version: int
    """Counts the event's changes; a post that shows an older one lags behind."""
    details: Details
    starts: datetime
    ends: datetime
    zone: str
    is_all_day: bool
    rrule: str
    status: Status
    going: int = 0
    maybe: int = 0
    waiting: int = 0
    mine: Attendance | None = None
    my_place: int | None = None
    """In line, from 1."""
    added_by: str = ""
    adder: int | None = None
    """The person who added it: for the core, never shown."""
    sources: tuple[str, ...] = ()
    added_at: datetime | None = None
    """When the event came into the calendar."""
    is_series: bool = False
    reason: str = ""
    """Why it is cancelled, as whoever did it said."""

    @property
    def is_full(self) -> bool:
        return self.details.capacity is not None and self.going >= self.details.capacity


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for. Empty or None asks nothing of that kind."""

    since: datetime
    """Aware UTC: occurrences that end after it (and, with `until`, start before that)."""
    until: datetime | None = None
    words: str = ""
    near: Place | None = None
    within_km: float = 50.0
    kind: Kind | None = None
    genre: str = ""
    price_most: Price | None = None
    """Free, or at most this amount in this currency; unknown prices are left out."""
    online: bool | None = None
    """True: online, False: in person, None: either."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of results and how many there are in all."""

    occurrences: tuple[Occurrence, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Tally:
    going: int
    maybe: int
    waiting: int = 0
    place: int | None = None
    """Of whoever answered, in the line for a place, from 1; None: they do not wait."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Who said what, in the order they said it. Names only: accounts never leave the core."""

    going: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    not_going: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Freed:
    """A place that went to whoever was next in line."""

    person: int
    occurrence: int
    community: int
    starts: datetime


@dataclass(frozen=True, slots=True)
class FromSource:
    """An event as a source tells it, to be added or brought up to date. `link` is the key of its page, "" for none.

    Without slots it is over: one that is known loses what it still had ahead, one that is not is not added.
    """

    event: NewEvent
    slots: tuple[Slot, ...]
    source: str
    uid: str
    digest: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Brought:
    """How many events a source added, changed, and left as they were; and the UIDs that were over and unknown."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    over: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody made of one occurrence: all of it. Moments are aware; `zone` "" is the one it had. `rrule` is how
    it repeats from now on, "" for once; None where that stays.

    Where several times of a series are meant, what differs from how this one was is what changes about each.
    """

    details: Details
    starts: datetime
    ends: datetime
    zone: str = ""
    rrule: str | None = None


FROM_ELSEWHERE = N_(
    "It comes from a calendar that is kept elsewhere, so it stays one series. Change one time of it, or all of them."
)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a change concerns: how many times to come, and how many people who mean to come to any of them."""

    times: int
    people: int


class Events(Protocol):
    """The repository of events. Every method takes the community it acts for."""

    async def find(self, community: int, search: Search, *, person: int | None, offset: int, limit: int) -> Page:
        """Best match first when there are words, soonest first otherwise.

        Cancelled occurrences are left out. `person` fills `mine`.
        """

    async def get(self, community: int, occurrence: int, *, person: int | None) -> Occurrence | None:
        """One occurrence, cancelled or not; None when this community has none with that id.

        An id from before linking or unlinking finds what stands for it now, under an id of its own.
        """

    async def several(
        self, community: int, occurrences: Collection[int], *, person: int | None
    ) -> Sequence[Occurrence]:
        """Those of `occurrences` that this community has, in the order they were asked for; ids as in `get`."""

    async def stood_for(
        self, community: int, occurrences: Collection[int], *, person: int | None
    ) -> Mapping[int, Occurrence]:
        """As `several`, each by the id that it was asked for by: of two that became one both lead to that."""

    async def versions(self, community: int, events: Collection[int]) -> Mapping[int, int]:
        """The versions of those of these events that this community has."""

    async def suggest(self, community: int, typed: str, since: datetime, limit: int) -> Sequence[Occurrence]:
        """Coming occurrences, one per event, whose title or venue has words that start as typed."""

    async def alike(
        self, community: int, title: str, starts: datetime, link: str, limit: int, *, person: int | None
    ) -> Sequence[Occurrence]:
        """What may be the same as an event that would be added: it starts within `ALIKE_WITHIN` of it under a title
        that is alike (`bot.domain.alike.titles_alike`), or within `SAME_PAGE_WITHIN` and has the same page. Likeliest
        first, one per event; cancelled ones are left out. `starts` is aware, `link` "" for none.
        """

    async def add(self, community: int, event: NewEvent, slots: Sequence[Slot], now: datetime) -> int:
        """Keep a new event and return the id of its first occurrence.

        An event that already carries this `request_id` is not added again: its first occurrence is returned.
        """

    async def copies(self, community: int, source: str, now: datetime) -> Mapping[str, Copy]:
        """What a source said of events when it was last heard, by UID."""

    async def bring(
        self,
        community: int,
        batch: Sequence[FromSource],
        now: datetime,
        *,
        renamed: Mapping[str, str] = MappingProxyType({}),
    ) -> Brought:
        """Add or update what a source told of. The same UID is the same event, whichever source it came from, and so
        are the same page and start. `renamed` maps a new UID to the one that the event had before at this source.
        """

    async def gone(self, community: int, source: str, uids: Collection[str], now: datetime) -> int:
        """A source says nothing of these any more. What no source tells of then, and no member added, is cancelled as
        far as it still comes; those who meant to come are told (`Changes`). Returns how many events were.
        """

    async def alone(self, community: int, source: str, uids: Collection[str]) -> Collection[str]:
        """Those of `uids` whose events would be cancelled, were they `gone`."""

    async def forget_source(self, community: int, source: str, now: datetime) -> None:
        """There is no such source any more. What it alone told of stays where somebody answered, as the community's
        own; else what still comes of it goes.
        """

    async def answer(
        self,
        community: int,
        occurrence: int,
        person: int,
        answer: Attendance,
        now: datetime,
        *,
        account: int | None = None,
    ) -> Tally:
        """Set one person's answer, given from one of their accounts, and return the new counts.

        Who is going where all places are taken waits in line, in the order in which they said so, and has the next
        place that is freed before it starts; who says so again keeps their place in line.
        """

    async def take_freed(self, persons: Collection[int]) -> Sequence[Freed]:
        """The places that went to these people from the line, each told once."""

    async def answers(self, community: int, occurrence: int) -> Answers:
        """Who answered what."""

    async def mine(self, community: int, person: int, since: datetime, offset: int, limit: int) -> Page:
        """What one person answered going or maybe to or waits for, that ends after `since`, soonest first."""

    async def change(
        self,
        community: int,
        occurrence: int,
        edit: Edit,
        now: datetime,
        *,
        scope: Scope = Scope.THIS,
        seen: int | None = None,
    ) -> None:
        """A single event becomes what `edit` says, as do one or several times of a series; answers stay.

        Times of a series that were moved one by one stay where they are, and what was said of one alone stays so.
        Following times become a series of their own, with the occurrences that are there. Its version grows. Those who
        mean to come are told (`Changes`). Raises NotFound, and Refused where a rule or a source does not allow it, or
        where `seen` is not the event's version any more.
        """

    async def cancel(
        self,
        community: int,
        occurrence: int,
        now: datetime,
        *,
        scope: Scope = Scope.THIS,
        reason: str = "",
        seen: int | None = None,
    ) -> None:
        """It does not take place: a single event, or these times of a series that are to come. Its version grows. Those
        who meant to come are told (`Changes`). Raises NotFound and Refused, as `change`.
        """

    async def revive(self, community: int, occurrence: int, now: datetime) -> None:
        """It takes place after all: this time, or the event where it was cancelled whole; otherwise as `cancel`."""

    async def reach(self, community: int, occurrence: int, scope: Scope, now: datetime) -> Reach:
        """What `change` or `cancel` would concern: times to come that are not cancelled."""

    async def interest(
        self, community: int, occurrence: int, home: int, interested: Collection[int], now: datetime
    ) -> None:
        """Whom it interests in the own calendar of a workspace (`Home.id`): people, who count as maybe here unless
        they answered themselves, for as long as they are among them.
        """

    async def extend(self, now: datetime, limit: int) -> int:
        """Lay out series whose occurrences do not reach the horizon yet, at most `limit` of them.

        Returns how many were laid out further. This is housekeeping over all communities and shows nobody anything.
        """


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """One event as a calendar tells it, before anything is looked up.

    `location` is free text; a city is recognised in it later, where it names one.
    """

    uid: str
    title: str
    timing: Timing
    description: str = ""
    location: str = ""
    latitude: float | None = None
    longitude: float | None = None
    link: str = ""
    categories: tuple[str, ...] = ()
    is_cancelled: bool = False
    changes: tuple[SourceChange, ...] = ()
    online_link: str = ""
    price: Price | None = None
    kind: Kind | None = None
    """Where the source says so itself; else the categories may."""
    is_floating: bool = False
    """Its times name no zone: they are on the wall of where it takes place, and `timing.zone` is a guess."""
    has_end: bool = True
    """Whether the source says when it ends; where not, `timing.ends` is its start."""


@dataclass(frozen=True, slots=True)
class SourceChange:
    """One occurrence that a calendar tells differently from its series. None: as the series has it."""

    original: datetime
    timing: Timing | None = None
    is_cancelled: bool = False
    title: str | None = None
    description: str | None = None
    location: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in a calendar that was not taken, and why.

    `reason` is marked with `N_`; `values` fill its `{names}`. `title` is as much of a name as it has, `uid` what the
    calendar knows it by, "" where that is no event of it, or one that was taken in another form.
    """

    title: str
    reason: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    uid: str = ""
