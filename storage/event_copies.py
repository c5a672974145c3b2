"""What each source last said of an event, as rows."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, and_, bindparam, case, delete, null, select, update

from bot.domain.events import HORIZON, FromSource, NewEvent, Timing
from bot.domain.feeds import feed_of
from bot.domain.recurrence import lay_out
from bot.domain.sources import Copy
from storage.connection import AnyRow, Connection
from storage.details import (
    Columns,
    Json,
    changes_json,
    changes_of,
    details_json,
    details_of,
    timing_columns,
    walls_of,
)
from storage.schema import among, insert_into, listed
from storage.tables import event_sources

MEMBER = ""
"""The source of the copy that holds what a member added before any source told of it."""

AT_ONCE = 100
"""Series that are laid out before others have a turn."""


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A copy with what is needed to make one event of several. `told` None: it was read before copies were kept."""

    event: int
    source: str
    uid: str
    digest: str
    page_key: str
    starts: datetime | None
    since: datetime | None
    missing_since: datetime | None
    told: NewEvent | None


async def copies(connection: Connection, community: int, source: str, now: datetime) -> Mapping[str, Copy]:
    """As `Events.copies` says. Of a series the next time is looked for anew once the one that was next is over."""
    found: dict[str, Copy] = {}
    for number, row in enumerate(await connection.rows(_OF_SOURCE, {"community": community, "source": source})):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
        told = {} if row.told is None else row.told
        starts, ends = row.starts or now, row.ends or now
        if ends <= now and told and (told["timing"]["rrule"] or told["timing"]["extra"]):
            starts, ends = _next(told_of(told), now) or (starts, ends)
        title = told["details"]["title"] if told else ""
        found[row.uid] = Copy(row.event_id, row.digest, title, starts, ends, row.page_key, row.missing_since)
    return found


async def kept_copies(connection: Connection, events: Collection[int]) -> Mapping[int, Sequence[KeptCopy]]:
    """All copies of these events, of each the oldest first."""
    found: dict[int, list[KeptCopy]] = {}
    values = {"events": listed(connection.dialect, sorted(events))}
    for row in await connection.rows(_of_events(connection.dialect), values):
        found.setdefault(row.event_id, []).append(_kept(row))
    return found


async def known(connection: Connection, community: int, uids: Collection[str]) -> Sequence[KeptCopy]:
    """The copies with these UIDs, whatever their source, the oldest first."""
    values = {"community": community, "uids": listed(connection.dialect, sorted(uids))}
    return [_kept(row) for row in await connection.rows(_known(connection.dialect), values)]


async def keep(connection: Connection, community: int, told: Sequence[tuple[int, FromSource]], now: datetime) -> None:
    """Events' copies as their sources tell them now; of an event each source has one."""
    rows = [_columns(community, event, each, now) for event, each in told]
    if rows:
        await connection.execute(_keep(connection.dialect), rows)


async def keep_member(connection: Connection, community: int, event: int, told: NewEvent, now: datetime) -> None:
    """What a member added, from now on one copy among others; the oldest."""
    await connection.execute(
        _keep(connection.dialect),
        {
            "event_id": event,
            "community_id": community,
            "source": MEMBER,
            "feed_id": None,
            "uid": f"event:{event}",
            "digest": "",
            "told": told_json(told),
            "starts": now,
            "ends": now,
            "page_key": "",
            "since": None,
            "missing_since": None,
        },
    )


async def rename(connection: Connection, renamed: Sequence[tuple[KeptCopy, str]]) -> None:
    """The same copies under new UIDs."""
    rows = [{"event": copy.event, "from": copy.source, "named": uid} for copy, uid in renamed if copy.uid != uid]
    if rows:
        await connection.execute(_RENAME, rows)


async def move(connection: Connection, copy: KeptCopy, event: int) -> None:
    """From one event to another."""
    await connection.execute(_MOVE, {"event": copy.event, "from": copy.source, "to": event})


async def drop(connection: Connection, copy: KeptCopy) -> None:
    await connection.execute(_DROP, {"event": copy.event, "from": copy.source})


def starts(copy: KeptCopy, now: datetime) -> Sequence[datetime]:
    """When it takes place as its source has it, in order: what comes once always, a series from now on."""
    if copy.told is None:
        return [copy.starts] if copy.starts else []
    slots = lay_out(copy.told.timing, copy.told.changes, since=now, until=now + HORIZON)
    return [slot.starts for slot in slots]


async def lose(connection: Connection, community: int, source: str, uids: Collection[str], now: datetime) -> list[int]:
    """They are not told of any more; the events of those that were until now."""
    values = {"community": community, "from": source, "uids": listed(connection.dialect, sorted(uids)), "now": now}
    return [row.event_id for row in await connection.rows(_lose(connection.dialect), values)]


async def forget(connection: Connection, community: int, source: str) -> list[int]:
    """All of a source; whose events they were."""
    return [row.event_id for row in await connection.rows(_FORGET, {"community": community, "source": source})]


def told_json(event: NewEvent) -> Columns:
    timing = timing_columns(event.timing)
    walls = {name: event_wall.isoformat() for name, event_wall in _walls(event.timing)}
    return {
        "details": details_json(event.details),
        "timing": {**timing, **walls},
        "changes": changes_json(event.changes),
        "is_cancelled": event.is_cancelled,
    }


def told_of(kept: Json) -> NewEvent:
    timing = kept["timing"]
    return NewEvent(
        details_of(kept["details"]),
        Timing(
            datetime.fromisoformat(timing["starts"]),
            datetime.fromisoformat(timing["ends"]),
            timing["zone"],
            is_all_day=timing["is_all_day"],
            rrule=timing["rrule"],
            extra=walls_of(timing["extra"]),
            without=walls_of(timing["without"]),
        ),
        changes_of(kept["changes"]),
        is_cancelled=kept["is_cancelled"],
    )


def _walls(timing: Timing) -> Sequence[tuple[str, datetime]]:
    return ("starts", timing.starts), ("ends", timing.ends)


def _next(told: NewEvent, now: datetime) -> tuple[datetime, datetime] | None:
    slots = lay_out(told.timing, told.changes, since=now, until=now + HORIZON)
    coming = next((slot for slot in slots if slot.ends > now), None)
    return (coming.starts, coming.ends) if coming else None


def _kept(row: AnyRow) -> KeptCopy:
    return KeptCopy(
        event=row.event_id,
        source=row.source,
        uid=row.uid,
        digest=row.digest,
        page_key=row.page_key,
        starts=row.starts,
        since=row.since,
        missing_since=row.missing_since,
        told=None if row.told is None else told_of(row.told),
    )


def _columns(community: int, event: int, told: FromSource, now: datetime) -> Columns:
    coming = told.slots[0] if told.slots else None
    return {
        "event_id": event,
        "community_id": community,
        "source": told.source,
        "feed_id": feed_of(told.source),
        "uid": told.uid,
        "digest": told.digest,
        "told": told_json(told.event),
        "starts": coming.starts if coming else now,
        "ends": coming.ends if coming else now,
        "page_key": told.link,
        "since": now,
        "missing_since": None,
    }


# --- statements --------------------------------------------------------------------------------------------

_c = event_sources.c
_OLDEST_FIRST = (_c.since.asc().nulls_first(), _c.source)
_OF_SOURCE = select(_c.uid, _c.event_id, _c.digest, _c.told, _c.starts, _c.ends, _c.page_key, _c.missing_since).where(
    _c.community_id == bindparam("community"), _c.source == bindparam("source")
)
_is_copy = and_(_c.event_id == bindparam("event"), _c.source == bindparam("from"))
_RENAME = update(event_sources).where(_is_copy).values(uid=bindparam("named"))
_DROP = delete(event_sources).where(_is_copy)
_MOVE = update(event_sources).where(_is_copy).values(event_id=bindparam("to"))
_FORGET = (
    delete(event_sources)
    .where(_c.community_id == bindparam("community"), _c.source == bindparam("source"))
    .returning(_c.event_id)
)


@cache
def _of_events(dialect: str) -> Executable:
    return select(event_sources).where(among(_c.event_id, "events", dialect)).order_by(_c.event_id, *_OLDEST_FIRST)


@cache
def _known(dialect: str) -> Executable:
    is_one = and_(_c.community_id == bindparam("community"), among(_c.uid, "uids", dialect))
    return select(event_sources).where(is_one).order_by(*_OLDEST_FIRST)


@cache
def _lose(dialect: str) -> Executable:
    return (
        update(event_sources)
        .where(
            _c.community_id == bindparam("community"),
            _c.source == bindparam("from"),
            among(_c.uid, "uids", dialect),
            _c.missing_since.is_(null()),
        )
        .values(missing_since=bindparam("now", type_=_c.missing_since.type))
        .returning(_c.event_id)
    )


@cache
def _keep(dialect: str) -> Executable:
    """`since` of a feed stays as it was: that makes the order of sources. A file is one more each time."""
    statement = insert_into(event_sources, dialect)
    fresh = ("uid", "digest", "told", "starts", "ends", "page_key", "missing_since")
    since = case((_c.feed_id.is_(None), statement.excluded.since), else_=_c.since)
    return statement.on_conflict_do_update(
        index_elements=["event_id", "source"],
        set_={**{name: statement.excluded[name] for name in fresh}, "since": since},
    )
