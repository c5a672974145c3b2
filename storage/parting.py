"""A workspace that leaves its community for one of its own: what goes with it, and what both sides keep.

What becomes of the library is in `resource_parting`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    Executable,
    Integer,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)

from storage import audit, gig_linking, leads, resource_parting, seats
from storage.bringing import new_ids
from storage.connection import Connection, Values
from storage.event_terms import reindex
from storage.feeds import feeds
from storage.joining import keep_newest_of_pair
from storage.members import is_member
from storage.outbox import outbox
from storage.proposals import proposals
from storage.schema import UTC, among, insert_into, listed
from storage.tables import (
    attendances,
    communities,
    digests,
    drafts,
    event_sources,
    events,
    mirrors,
    occurrences,
    organisers,
    stand_ins,
    workspaces,
)

AT_ONCE = 500
"""Rows copied with one statement."""


async def part(
    connection: Connection, home: int, now: datetime, *, since: datetime | None = None, keeps_up: bool = True
) -> int | None:
    """The new community of that workspace; None when it is alone in its own.

    What ends after `since` is copied; None: what is not over. `keeps_up`: it gets copies of what the others made.
    Without, it is about to be forgotten.
    """
    old = await connection.scalar(_LOCK, {"home": home})
    row = await connection.first(_PARTING, {"home": home, "old": old})
    if row is None:
        return None
    await seats.hold_all(connection, old)
    since = since or now
    made = {name: getattr(row, name) for name in _OF_COMMUNITY}
    new: int = await connection.scalar(_NEW_COMMUNITY, made)
    sides = {"home": home, "old": old, "new": new, "its_platform": row.platform, "its_workspace": row.external_id}
    await connection.execute(_LEAVE, sides)
    if row.community_name == row.name:  # it was named after this workspace
        await connection.execute(_RENAME, sides)
    going = [each.id for each in await connection.rows(_MADE_THERE, sides)]
    coming = [each.id for each in await connection.rows(_COMING, {"old": old, "now": since})]
    for statement in _MOVES:
        await connection.execute(statement, sides)
    await gig_linking.part_communities(connection, home, old, new)
    staying = set(coming) - set(going)
    copied = await _copy(connection, old, [id_ for id_ in coming if id_ in set(going)], since)
    copied += await _copy(connection, new, sorted(staying) if keeps_up else (), since)
    for community in (old, new):
        await connection.execute(_DROP_STRAY_STAND_INS, {"side": community})
        await connection.execute(_DROP_OTHERS_ANSWERS, {"side": community})
        await connection.execute(_LEAVE_FEEDS, {"side": community, "now": now})
        await seats.fill(connection, await seats.hold_all(connection, community), now)
    await resource_parting.part(connection, old, new, keeps_up=keeps_up)
    for community in (old, new):
        await leads.stir_community(connection, community)
    await reindex(connection, going + copied)
    for statement in audit.COMMUNITY_PARTED:  # last: reports go with what they are about
        await connection.execute(statement, sides)
    return new


async def _copy(connection: Connection, to: int, ids: Collection[int], now: datetime) -> list[int]:
    """Copy events with their coming times into a community, with the answers of its members; the copies' ids.

    What its calendars and old buttons name is then the copy.
    """
    if not ids:
        return []
    copies = dict(zip(ids, await new_ids(connection, len(ids)), strict=True))
    values = {"ids": listed(connection.dialect, list(ids)), "now": now}
    await _insert(connection, _ADD_EVENTS, await _told(connection, _events(connection.dialect), values, to, copies))
    await _insert(connection, _ADD_SOURCES, await _told(connection, _sources(connection.dialect), values, to, copies))
    times = await _told(connection, _times(connection.dialect), values, to, copies)
    old_ids = [time.pop("id") for time in times]
    await _insert(connection, _ADD_TIMES, times)
    made = {
        (row.event_id, row.original): row.id
        for row in await connection.rows(
            _times_of(connection.dialect), {"ids": listed(connection.dialect, list(copies.values()))}
        )
    }
    pairs = [
        {"gone": old, "stays": made[time["event_id"], time["original"]], "side": to}
        for old, time in zip(old_ids, times, strict=True)
    ]
    for statement in _copied_times(connection.dialect) if pairs else ():
        await connection.execute(statement, pairs)
    return list(copies.values())


Row = dict[str, object]


async def _told(
    connection: Connection, statement: Executable, values: Values, to: int, copies: dict[int, int]
) -> list[Row]:
    """Rows as they are, but of the copy of their event, and its community."""
    found: list[Row] = []
    for row in (await connection.execute(statement, values)).mappings():
        key = "event_id" if "event_id" in row else "id"
        found.append({**row, "community_id": to, key: copies[row[key]]})
    return found


async def _insert(connection: Connection, statement: Executable, rows: Sequence[Row]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        await connection.execute(statement, rows[start : start + AT_ONCE])


# --- statements ----------------------------------------------------------------------------------------------

_home, _old, _new, _side = (bindparam(name, type_=Integer) for name in ("home", "old", "new", "side"))
_w = workspaces.c
_others = workspaces.alias("others")

_LOCK = (
    select(communities.c.id)
    .where(communities.c.id == select(_w.community_id).where(_w.id == _home).scalar_subquery())
    .with_for_update()
)
_SET = ("zone", "locale", "has_introductions", "gigs_need_pay", "gigs_need_approval", "events_need_approval")
_OF_COMMUNITY = ("name", *_SET)
"""What a new community has as the old one had it; it is named after the workspace."""
_PARTING = (
    select(_w.name, _w.platform, _w.external_id, *(communities.c[name] for name in _SET))
    .add_columns(communities.c.name.label("community_name"))
    .join(communities, communities.c.id == _w.community_id)
    .where(_w.id == _home, _w.community_id == _old)
    .where(exists().where(_others.c.community_id == _w.community_id, _others.c.id != _w.id))
)
_NEW_COMMUNITY = insert(communities).returning(communities.c.id)
_LEAVE = update(workspaces).where(_w.id == _home).values(community_id=_new)
_oldest = select(_w.name).where(_w.community_id == _old).order_by(_w.id).limit(1).scalar_subquery()
_RENAME = update(communities).where(communities.c.id == _old).values(name=_oldest)

_is_made_there = and_(events.c.community_id == _old, events.c.workspace_id == _home)
_MADE_THERE = select(events.c.id).where(_is_made_there).order_by(events.c.id)
_is_coming = exists().where(occurrences.c.event_id == events.c.id, occurrences.c.ends > bindparam("now", type_=UTC()))
_COMING = select(events.c.id).where(events.c.community_id == _old, _is_coming).order_by(events.c.id)


_gone_events = select(events.c.id).where(events.c.community_id == _new)
_stands_there = ("community_id", "occurrence_id", "stands_in")
_MOVES: tuple[Executable, ...] = (
    update(events).where(_is_made_there).values(community_id=_new),
    *(
        update(table).where(table.c.community_id == _old, table.c.event_id.in_(_gone_events)).values(community_id=_new)
        for table in (occurrences, event_sources)
    ),
    *(
        update(table)
        .where(
            table.c.community_id == _old,
            table.c.platform == bindparam("its_platform"),
            table.c.workspace == bindparam("its_workspace"),
        )
        .values(community_id=_new)
        for table in (digests, outbox)
    ),
    *(
        update(table).where(table.c.community_id == _old, table.c.workspace_id == _home).values(community_id=_new)
        for table in (feeds, proposals)
    ),
    update(organisers)
    .where(organisers.c.community_id == _old, organisers.c.workspace_id == _home)
    .values(community_id=_new),
    update(drafts)
    .where(drafts.c.community_id == _old, is_member(drafts.c.owner_id, _new), not_(is_member(drafts.c.owner_id, _old)))
    .values(community_id=_new),
    insert(stand_ins).from_select(
        _stands_there,
        select(_new, stand_ins.c.occurrence_id, stand_ins.c.stands_in).where(stand_ins.c.community_id == _old),
    ),
)
"""What goes with the workspace, once it has left."""

_DROP_STRAY_STAND_INS = delete(stand_ins).where(
    stand_ins.c.community_id == _side,
    exists().where(occurrences.c.id == stand_ins.c.stands_in, occurrences.c.community_id != _side),
)
_DROP_OTHERS_ANSWERS = delete(attendances).where(
    attendances.c.occurrence_id.in_(select(occurrences.c.id).where(occurrences.c.community_id == _side)),
    not_(
        or_(
            is_member(attendances.c.person_id, _side),
            exists().where(_w.id == attendances.c.via_workspace_id, _w.community_id == _side),
        )
    ),
)

_copies = event_sources.c
_LEAVE_FEEDS = (
    update(event_sources)
    .where(
        _copies.community_id == _side,
        _copies.feed_id.is_not(None),
        _copies.missing_since.is_(None),
        ~exists().where(feeds.c.id == _copies.feed_id, feeds.c.community_id == _side),
    )
    .values(missing_since=bindparam("now", type_=UTC()))
)
"""Feeds of the other side tell this one nothing any more. What they told of stays as it is, and is known by its UID."""

# What is left out of a copy: who asked for it, since a request makes one event; and where that was.
_ADD_EVENTS, _ADD_TIMES, _ADD_SOURCES = insert(events), insert(occurrences), insert(event_sources)
_LEFT_OUT = ("request_id", "account_id", "workspace_id")

_their_homes = select(_w.id).where(_w.community_id == _side)


@cache
def _copied_times(dialect: str) -> Sequence[Executable]:
    """For each time that was copied (`gone`), its copy (`stays`), and the community of the copy (`side`)."""
    stand_in = insert_into(stand_ins, dialect).values(
        community_id=_side, occurrence_id=bindparam("gone"), stands_in=bindparam("stays")
    )
    is_stood_for = and_(stand_ins.c.community_id == _side, stand_ins.c.stands_in == bindparam("gone"))
    return (
        keep_newest_of_pair(dialect),
        *leads.times_united(dialect),
        update(mirrors)
        .where(mirrors.c.workspace_id.in_(_their_homes), mirrors.c.occurrence_id == bindparam("gone"))
        .values(occurrence_id=bindparam("stays")),
        update(stand_ins).where(is_stood_for).values(stands_in=bindparam("stays")),
        stand_in.on_conflict_do_nothing(),
    )


@cache
def _events(dialect: str) -> Executable:
    kept = [column for column in events.c if column.name not in _LEFT_OUT]
    return select(*kept).where(among(events.c.id, "ids", dialect)).order_by(events.c.id)


@cache
def _sources(dialect: str) -> Executable:
    return select(event_sources).where(among(event_sources.c.event_id, "ids", dialect))


@cache
def _times(dialect: str) -> Executable:
    c = occurrences.c
    is_coming = c.ends > bindparam("now", type_=UTC())
    return select(occurrences).where(among(c.event_id, "ids", dialect), is_coming).order_by(c.id)


@cache
def _times_of(dialect: str) -> Executable:
    c = occurrences.c
    return select(c.id, c.event_id, c.original).where(among(c.event_id, "ids", dialect))
