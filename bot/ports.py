"""What else the core asks of the outside."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.audit import Audit
from bot.domain.changes import Changes
from bot.domain.closings import Closings
from bot.domain.connections import Connections
from bot.domain.delivery import DueRows, OutboxRows
from bot.domain.digests import Digests
from bot.domain.drafts import Drafts
from bot.domain.events import Events
from bot.domain.feeds import Feeds
from bot.domain.gigs import Gigs
from bot.domain.goals import Goals
from bot.domain.installations import InstallationRows
from bot.domain.introductions import Introductions
from bot.domain.leads import Leads
from bot.domain.linking import Linking
from bot.domain.members import Members
from bot.domain.mirrors import Mirrors
from bot.domain.mydata import MyData
from bot.domain.nudges import Nudges
from bot.domain.pages import Found, Look, Page
from bot.domain.path import Lately
from bot.domain.people import People
from bot.domain.places import Places
from bot.domain.preferences import PreferenceRows
from bot.domain.profiles import Profiles
from bot.domain.proposals import Proposals
from bot.domain.reminders import Reminders
from bot.domain.resources import Resources
from bot.domain.sources import PageEvents, Polled
from bot.domain.topics import Topics
from bot.errors import Refused
from bot.i18n import N_

HEARD_FOR = timedelta(days=1)
"""Platforms give up delivering long before: Slack after an hour."""


class Clock(Protocol):
    """The only source of the time."""

    def now(self) -> datetime:
        """The present moment, aware UTC."""


class Notes(Protocol):
    """Small facts an adapter keeps between starts, such as a hash of what it last registered."""

    async def get(self, name: str) -> str | None:
        """What was noted under a name."""

    async def put(self, name: str, value: str) -> None:
        """Note it, in the place of what was."""


class Heard(Protocol):
    """The repository of what platforms told, by the names they give it: told again, it is known again."""

    async def first(self, name: str, now: datetime) -> bool:
        """Whether nobody heard of this within `HEARD_FOR`. Of many who ask at once, one is told so."""

    async def sweep(self, before: datetime, limit: int) -> int:
        """Forget what was heard before then (housekeeping), at most so many; returns how many."""


class Deliveries(Protocol):
    """Tells what a platform delivers for the first time from what it delivers again."""

    async def first(self, name: str) -> bool:
        """Whether no process heard of this name within `HEARD_FOR`. It is heard of from now on."""


class Turnstile(Protocol):
    """Lets processes pass one at a time, so many seconds apart, over all that share the database."""

    async def pass_through(self, name: str, seconds: float) -> None:
        """Wait until at least `seconds` have gone by since anybody last passed under this name."""


class Web(Protocol):
    """The web outside, looked at with care: addresses come from members."""

    async def page(self, url: str) -> Page:
        """What a page says of itself. Raises Refused, with a way on, for what cannot or must not be read: not of the
        web, not public, too slow, gone, unreadable. A page that is no HTML (a PDF) has a title made of its name.
        """

    async def look(self, url: str) -> Look:
        """Whether a link still leads anywhere: HEAD, then GET, where the site's robots.txt allows it."""

    async def events(self, url: str, zone: str) -> PageEvents:
        """The events that a page tells of: schema.org's Event and its kinds, else OpenGraph's, or an iCalendar file.

        `zone` (IANA) is where times are that name none. A page that tells of none gives none, and what it says else.
        Raises Refused as `page` does.
        """

    async def feed(self, url: str, zone: str, *, etag: str = "", modified: str = "") -> Polled:
        """All that a feed (iCalendar, RSS, Atom) tells of, unless it is as it was when `etag` and `modified` were told.

        Raises Refused as `page` does, and for what is no feed: NotAFeed for a page.
        """


class NoWeb:
    """Implements `Web` for a bot that does not reach it."""

    async def page(self, url: str) -> Page:
        raise Refused(N_("This bot is not connected to the web and cannot read the page. Say the title yourself."))

    async def look(self, url: str) -> Look:
        return Look(Found.REFUSED, "not connected to the web", url)

    async def events(self, url: str, zone: str) -> PageEvents:
        raise Refused(N_("This bot is not connected to the web and cannot read the page. Say the title yourself."))

    async def feed(self, url: str, zone: str, *, etag: str = "", modified: str = "") -> Polled:
        raise Refused(N_("This bot is not connected to the web and cannot read feeds."))


class UnitOfWork(Protocol):
    """One short transaction and the repositories that take part in it. It never waits for the network."""

    people: People
    linking: Linking
    members: Members
    events: Events
    gigs: Gigs
    digests: Digests
    feeds: Feeds
    drafts: Drafts
    connections: Connections
    places: Places
    profiles: Profiles
    proposals: Proposals
    mirrors: Mirrors
    introductions: Introductions
    leads: Leads
    reminders: Reminders
    goals: Goals
    lately: Lately
    resources: Resources
    topics: Topics
    preferences: PreferenceRows
    nudges: Nudges
    changes: Changes
    notes: Notes
    heard: Heard
    installations: InstallationRows
    mydata: MyData
    audit: Audit
    due: DueRows
    outbox: OutboxRows
    closings: Closings


class Store(Protocol):
    """Where everything is kept."""

    def reading(self, *, is_steady: bool = True) -> AbstractAsyncContextManager[UnitOfWork]:
        """A consistent look; nothing is written.

        Where it is not `is_steady` each question may see a moment of its own, which costs less: right for a single
        one, and for those whose answers need not agree.
        """

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction: kept when its block ends, undone when it raises. It holds the write lock from the start."""
