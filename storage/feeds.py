"""Feeds of events, and what is known of each: how `bot.domain.feeds.Feeds` is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    Column,
    Executable,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    false,
    func,
    select,
    update,
)

from bot.domain.feeds import Feed, NewFeed, feed_of
from storage.connection import AnyRow, Connection
from storage.details import Columns
from storage.schema import UTC, Json, among, insert_into, listed, metadata
from storage.tables import event_sources, occurrences

feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("community_id", Integer, ForeignKey("communities.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("every", Integer, nullable=False, comment="minutes"),
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("fails", Integer, nullable=False),
    Column("failing_since", UTC, nullable=True),
    Column("reason", Text, nullable=False),
    Column("told", Json, nullable=False, comment="what fills the reason"),
    Column("told_at", UTC, nullable=True, comment="when organisers were told that it fails"),
    Column("polled_at", UTC, nullable=True, comment="when it answered last"),
    Column("again_at", UTC, nullable=True, comment="when it is asked next"),
    Column("shrank_at", UTC, nullable=True, comment="when it first said that most of it is gone"),
    # no foreign key, as for events: with a workspace goes what was added in it
    Column("workspace_id", Integer, nullable=True),
    Column("request_id", Text, nullable=True),
    Column("created_at", UTC, nullable=False),
    UniqueConstraint("community_id", "request_id"),
    sqlite_autoincrement=True,
)


class FeedTable:
    """Implements `bot.domain.feeds.Feeds`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, community: int, new: NewFeed, now: datetime) -> Feed:
        fresh = Feed(0, community, new.url, new.key, new.name, new.every)
        values = _columns(fresh) | {
            "community_id": community,
            "workspace_id": new.origin.home,
            "request_id": new.request_id,
            "created_at": now,
        }
        await self._connection.execute(_add(self._connection.dialect), values)
        row = await self._connection.first(_BY_REQUEST, {"community": community, "request": new.request_id})
        assert row is not None, "it is there: kept now, or by the same request before"
        return _feed(row)

    async def keep(self, feed: Feed) -> None:
        await self._connection.execute(_KEEP, _columns(feed) | {"community": feed.community, "feed": feed.id})

    async def remove(self, community: int, id_: int) -> bool:
        return await self._connection.scalar(_REMOVE, {"community": community, "feed": id_}) is not None

    async def get(self, community: int, id_: int) -> Feed | None:
        row = await self._connection.first(_GET, {"community": community, "feed": id_})
        return None if row is None else _feed(row)

    async def listed(self, community: int) -> Sequence[Feed]:
        return [_feed(row) for row in await self._connection.rows(_LISTED, {"community": community})]

    async def coming(self, community: int, now: datetime) -> Mapping[int, int]:
        rows = await self._connection.rows(_COMING, {"community": community, "now": now})
        counted = {feed_of(row.source): row.times for row in rows}
        return {feed: count for feed, count in counted.items() if feed is not None}

    async def several(self, ids: Collection[int]) -> Sequence[Feed]:
        dialect = self._connection.dialect
        rows = await self._connection.rows(_several(dialect), {"ids": listed(dialect, list(ids))})
        return [_feed(row) for row in rows]


def _columns(feed: Feed) -> Columns:
    """All that can change."""
    return {
        "url": feed.url,
        "key": feed.key,
        "name": feed.name,
        "every": feed.every // timedelta(minutes=1),
        "etag": feed.etag,
        "modified": feed.modified,
        "fails": feed.fails,
        "failing_since": feed.failing_since,
        "reason": feed.reason,
        "told": dict(feed.values),
        "told_at": feed.told_at,
        "polled_at": feed.polled_at,
        "again_at": feed.again_at,
        "shrank_at": feed.shrank_at,
    }


def _feed(row: AnyRow) -> Feed:
    return Feed(
        id=row.id,
        community=row.community_id,
        url=row.url,
        key=row.key,
        name=row.name,
        every=timedelta(minutes=row.every),
        etag=row.etag,
        modified=row.modified,
        fails=row.fails,
        failing_since=row.failing_since,
        reason=row.reason,
        values=row.told,
        told_at=row.told_at,
        polled_at=row.polled_at,
        again_at=row.again_at,
        shrank_at=row.shrank_at,
    )


# --- statements --------------------------------------------------------------------------------------------

_c = feeds.c
_is_it = and_(_c.community_id == bindparam("community"), _c.id == bindparam("feed"))
_ALL = select(feeds)
_GET = _ALL.where(_is_it)
_LISTED = _ALL.where(_c.community_id == bindparam("community")).order_by(_c.id)
_BY_REQUEST = _ALL.where(_c.community_id == bindparam("community"), _c.request_id == bindparam("request"))
_KEEP = update(feeds).where(_is_it)
_REMOVE = delete(feeds).where(_is_it).returning(_c.id)
_COMING = (
    select(event_sources.c.source, func.count().label("times"))
    .join(occurrences, occurrences.c.event_id == event_sources.c.event_id)
    .where(
        event_sources.c.community_id == bindparam("community"),
        occurrences.c.ends > bindparam("now", type_=UTC()),
        occurrences.c.is_cancelled == false(),
    )
    .group_by(event_sources.c.source)
)


@cache
def _add(dialect: str) -> Executable:
    return insert_into(feeds, dialect).on_conflict_do_nothing(index_elements=["community_id", "request_id"])


@cache
def _several(dialect: str) -> Executable:
    return _ALL.where(among(_c.id, "ids", dialect)).order_by(_c.id)
