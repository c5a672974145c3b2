"""Feeds: calendars of others that are looked at again and again, and what their failing means."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.people import Origin
from bot.domain.sources import Doubt

FEED = "feed"
"""The kind of a feed's due row; the subject is the feed."""

FEEDS_MOST = 50
"""For one community."""

NAME_MOST = 80

OFTEN = timedelta(hours=1)
"""How often a feed is asked where nobody says."""

LONGEST_WAIT = timedelta(days=1)
"""Between two tries of a feed that fails, unless it is asked less often anyway."""

TOLD_AFTER = timedelta(days=1)
"""Failing for so long, and `TOLD_FAILS` times in a row, a feed is told of: servers have bad hours."""
TOLD_FAILS = 4

SAID_AGAIN_AFTER = timedelta(hours=3)
"""A feed that loses over half of what it had ahead is believed when it says so again this much later: calendars come
back empty from a repair or a wrong deployment, for an hour or two.
"""


def source_of(feed: int) -> str:
    """The key by which events know the feed that tells of them."""
    return f"feed:{feed}"


def feed_of(source: str) -> int | None:
    """The feed of that key; None for what is no feed's."""
    kind, _, number = source.partition(":")
    return int(number) if kind == FEED and number.isascii() and number.isdigit() else None


def is_file(source: str) -> bool:
    """Whether it is read now and then by hand: of several the one that was read last counts."""
    return feed_of(source) is None


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed before it is kept. `request_id` is unique in a community: the same request adds one feed."""

    url: str
    key: str
    """Of its address, as `bot.domain.links.page_key` has it."""
    name: str
    every: timedelta
    origin: Origin
    request_id: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of one community. Moments are aware UTC."""

    id: int
    community: int
    url: str
    key: str
    name: str
    """As whoever added it called it, else as it calls itself, "" while neither is known."""
    every: timedelta
    etag: str = ""
    modified: str = ""
    fails: int = 0
    """In a row."""
    failing_since: datetime | None = None
    reason: str = ""
    """Why it failed last, marked with `N_`; `values` fill its names."""
    values: Mapping[str, Any] = field(default_factory=dict)  # Any: what texts are filled with, as JSON holds it
    told_at: datetime | None = None
    """When organisers were told of this failing."""
    polled_at: datetime | None = None
    """When it answered last."""
    again_at: datetime | None = None
    """When it is asked next, as it was planned after it was asked last."""
    shrank_at: datetime | None = None
    """When it first said that over half of what it had ahead is gone; None while it does not."""

    @property
    def source(self) -> str:
        return source_of(self.id)

    @property
    def label(self) -> str:
        """What people know it by: its name, else its host and path."""
        return self.name or self.key

    def doubt(self, now: datetime) -> Doubt:
        """What is made of it now when it says that over half of it is gone."""
        if self.shrank_at is None:
            return Doubt.NEW
        return Doubt.OVER if now - self.shrank_at >= SAID_AGAIN_AFTER else Doubt.STANDING


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of a feed after it was asked."""

    feed: Feed
    again: datetime
    """When it is asked next."""
    is_news: bool = False
    """It keeps failing, and organisers were not told yet."""


def answered(feed: Feed, now: datetime, *, shrank: bool = False) -> Judged:
    """It told something, or that nothing changed. `shrank`: over half is gone and was not believed."""
    again = now + feed.every
    well = replace(
        feed,
        again_at=again,
        fails=0,
        failing_since=None,
        reason="",
        values={},
        told_at=None,
        polled_at=now,
        shrank_at=(feed.shrank_at or now) if shrank else None,
        # what was not believed has to be told in full again
        etag="" if shrank else feed.etag,
        modified="" if shrank else feed.modified,
    )
    return Judged(well, again)


def failed(feed: Feed, now: datetime, reason: str, values: Mapping[str, Any]) -> Judged:  # Any: as above
    """It could not be read: asked again later and later; told of once, when that goes on."""
    fails, since = feed.fails + 1, feed.failing_since or now
    wait = max(feed.every, min(feed.every * 2 ** min(fails - 1, 16), LONGEST_WAIT))
    is_news = feed.told_at is None and fails >= TOLD_FAILS and now - since >= TOLD_AFTER
    told_at = now if is_news else feed.told_at
    again = now + wait
    ill = replace(feed, fails=fails, failing_since=since, reason=reason, values=values, told_at=told_at, again_at=again)
    return Judged(ill, again, is_news)


class Feeds(Protocol):
    """The repository of feeds. Every method takes the community it acts for, but for the scheduler's."""

    async def add(self, community: int, new: NewFeed, now: datetime) -> Feed:
        """Keep a new one. Where one carries its `request_id` already, that one is returned."""

    async def keep(self, feed: Feed) -> None:
        """Write what is known of it now; nothing where it is not there any more."""

    async def remove(self, community: int, id_: int) -> bool:
        """Remove one; False when this community has none with that id. What it told of is not touched."""

    async def get(self, community: int, id_: int) -> Feed | None:
        """One of this community's."""

    async def listed(self, community: int) -> Sequence[Feed]:
        """All of this community's, oldest first."""

    async def coming(self, community: int, now: datetime) -> Mapping[int, int]:
        """How many coming times of events each feed tells of, by its id; none where there are none."""

    async def several(self, ids: Collection[int]) -> Sequence[Feed]:
        """Those of `ids` that exist, for the scheduler: of any community."""
