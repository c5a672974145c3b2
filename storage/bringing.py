"""Events on their way in: one that somebody adds, and thousands that a source tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, bindparam, delete, exists, insert, select, text, update

from bot.domain.events import HORIZON, Brought, FromSource, NewEvent, Slot
from storage import changes
from storage.connection import AnyRow, Connection
from storage.details import (
    Columns,
    changes_json,
    detail_columns,
    details_in,
    facet_columns,
    occurrence_columns,
    timing_columns,
)
from storage.event_terms import index, indexed
from storage.schema import among, insert_into, listed
from storage.search import Indexed
from storage.tables import attendances, event_sources, events, occurrences

TURNS = 0x6272  # the first half of a key of PostgreSQL's advisory locks; the second is the community


async def add(connection: Connection, community: int, event: NewEvent, slots: Sequence[Slot], now: datetime) -> int:
    """Raises ValueError for an event without a slot: nobody could find it."""
    if not slots:
        raise ValueError("an event that is added takes place at least once")
    columns = _event_columns(community, event, now)
    id_ = await connection.scalar(_add(connection.dialect), columns)
    if id_ is None:  # the same request was here before
        by_request = {"community": community, "request": event.request_id}
        return int(await connection.scalar(_FIRST_BY_REQUEST, by_request))
    await connection.execute(_ADD_OCCURRENCES, _occurrences(id_, community, event, slots))
    await index(connection, [_indexed(id_, community, event)], is_new=True)
    return int(await connection.scalar(_FIRST, {"event": id_}))


async def lay_further(connection: Connection, row: AnyRow, slots: Sequence[Slot]) -> None:
    """Add the occurrences of an event (a row with its details) that are not there yet."""
    facets = facet_columns(details_in(row))
    found = [
        {"event_id": row.id, "community_id": row.community_id}
        | occurrence_columns(slot, facets, is_cancelled=row.is_cancelled)
        for slot in slots
    ]
    if found:
        await connection.execute(_add_missing(connection.dialect), found)


async def bring(connection: Connection, community: int, batch: Sequence[FromSource], now: datetime) -> Brought:
    """All in one transaction. Of a UID that comes twice in the batch the last counts."""
    if connection.dialect != "sqlite":  # where a writing unit is alone anyway
        await connection.execute(_TAKE_TURN, {"turns": TURNS, "community": community})
    told = {each.uid: each for each in batch}
    known = await _known(connection, community, list(told))
    fresh = [each for uid, each in told.items() if uid not in known and each.slots]
    over = frozenset(uid for uid, each in told.items() if uid not in known and not each.slots)
    changed = [each for uid, each in told.items() if uid in known and each.digest not in known[uid].digests]
    ids = await new_ids(connection, len(fresh))
    await _insert(connection, community, list(zip(ids, fresh, strict=True)), now)
    await _update(connection, community, [(known[each.uid].event, each) for each in changed], now)
    copies = [
        {
            "event_id": known[uid].event,
            "community_id": community,
            "source": each.source,
            "uid": uid,
            "digest": each.digest,
        }
        for uid, each in told.items()
        if uid in known and (each.source, each.digest) not in known[uid].copies
    ]
    if copies:
        await connection.execute(_keep_copy(connection.dialect), copies)
    return Brought(len(fresh), len(changed), len(told) - len(fresh) - len(changed) - len(over), over)


# --- new ones ----------------------------------------------------------------------------------------------


async def _insert(
    connection: Connection, community: int, fresh: Sequence[tuple[int, FromSource]], now: datetime
) -> None:
    if not fresh:
        return
    await connection.execute(
        _ADD_EVENTS, [_event_columns(community, each.event, now) | {"id": id_} for id_, each in fresh]
    )
    laid = [row for id_, each in fresh for row in _occurrences(id_, community, each.event, each.slots)]
    if laid:
        await connection.execute(_ADD_OCCURRENCES, laid)
    await connection.execute(
        _ADD_COPIES,
        [
            {
                "event_id": id_,
                "community_id": community,
                "source": each.source,
                "uid": each.uid,
                "digest": each.digest,
            }
            for id_, each in fresh
        ],
    )
    await index(connection, [_indexed(id_, community, each.event) for id_, each in fresh], is_new=True)


async def new_ids(connection: Connection, count: int) -> Sequence[int]:
    """Ids for events, taken before they are written: each would else be asked for by itself."""
    if not count:
        return ()
    if connection.dialect == "sqlite":
        last = await connection.scalar(_LAST_ID)
        return range((last or 0) + 1, (last or 0) + 1 + count)
    return [row[0] for row in await connection.rows(_NEXT_IDS, {"count": count})]


# --- those that changed ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    event: int
    copies: frozenset[tuple[str, str]]
    """Source and digest."""

    @property
    def digests(self) -> frozenset[str]:
        return frozenset(digest for _, digest in self.copies)


async def _known(connection: Connection, community: int, uids: Sequence[str]) -> dict[str, _Known]:
    values = {"community": community, "uids": listed(connection.dialect, uids)}
    found: dict[str, _Known] = {}
    for uid, event, source, digest in await connection.rows(_copies(connection.dialect), values):
        before = found[uid].copies if uid in found else frozenset()
        found[uid] = _Known(event, before | {(source, digest)})
    return found


async def _update(
    connection: Connection, community: int, changed: Sequence[tuple[int, FromSource]], now: datetime
) -> None:
    """What vanished is cancelled where somebody answered, else removed; what is over stays as it was."""
    if not changed:
        return
    ids = [id_ for id_, _ in changed]
    standing = await changes.watched(connection, ids, now)
    await connection.execute(
        _CHANGE_EVENTS, [_changed_columns(each.event, now) | {"event": id_} for id_, each in changed]
    )
    there: dict[int, dict[datetime, AnyRow]] = {id_: {} for id_, _ in changed}
    values = {"events": listed(connection.dialect, list(there))}
    for row in await connection.rows(_laid(connection.dialect), values):
        there[row.event_id][row.original] = row
    added: list[Columns] = []
    kept: list[Columns] = []
    dropped: list[AnyRow] = []
    for id_, each in changed:
        before = there[id_]
        columns = _occurrences(id_, community, each.event, each.slots)
        after = {slot.original: row for slot, row in zip(each.slots, columns, strict=True)}
        if len(before) == len(after) == 1 and not each.event.timing.rrule:  # it was moved, as a whole
            before = dict(zip(after, before.values(), strict=True))
        added += [row for wall, row in after.items() if wall not in before]
        kept += [row | {"occurrence": before[wall].id} for wall, row in after.items() if wall in before]
        dropped += [row for wall, row in before.items() if wall not in after and row.ends > now]
    if kept:
        await connection.execute(_CHANGE_OCCURRENCES, kept)
    if added:
        await connection.execute(_ADD_OCCURRENCES, added)
    await _drop(connection, dropped)
    await index(connection, [_indexed(id_, community, each.event) for id_, each in changed], is_new=False)
    await changes.note(connection, standing, ids, now)


async def _drop(connection: Connection, dropped: Sequence[AnyRow]) -> None:
    """Remove those nobody answered to, and cancel the others. Their rows are locked: no answer comes between."""
    if dropped:
        rows = [{"occurrence": row.id} for row in dropped]
        await connection.execute(_DROP_OCCURRENCES, rows)
        await connection.execute(_CANCEL_OCCURRENCES, rows)


# --- columns -----------------------------------------------------------------------------------------------


def _event_columns(community: int, event: NewEvent, now: datetime) -> Columns:
    return {
        "community_id": community,
        "version": 1,
        "added_by": event.added_by,
        "account_id": event.origin and event.origin.account,
        "workspace_id": event.origin and event.origin.home,
        "request_id": event.request_id,
        "created_at": now,
        **_changed_columns(event, now),
    }


def _changed_columns(event: NewEvent, now: datetime) -> Columns:
    """What a source can change."""
    repeats = event.timing.rrule or event.timing.extra
    return {
        **detail_columns(event.details),
        **timing_columns(event.timing),
        "changes": changes_json(event.changes),
        "is_cancelled": event.is_cancelled,
        "laid_until": now + HORIZON if repeats else None,
    }


def _occurrences(id_: int, community: int, event: NewEvent, slots: Sequence[Slot]) -> list[Columns]:
    facets = facet_columns(event.details)
    owner = {"event_id": id_, "community_id": community}
    return [owner | occurrence_columns(slot, facets, is_cancelled=event.is_cancelled) for slot in slots]


def _indexed(id_: int, community: int, event: NewEvent) -> Indexed:
    others = [change.details for change in event.changes if change.details is not None]
    return indexed(id_, community, event.details, others)


# --- statements --------------------------------------------------------------------------------------------

# Inserts and updates take their columns from the names of the values they are given.
_ADD_EVENTS = insert(events)
_ADD_OCCURRENCES = insert(occurrences)
_ADD_COPIES = insert(event_sources)
_CHANGE_EVENTS = update(events).where(events.c.id == bindparam("event")).values(version=events.c.version + 1)
_CHANGE_OCCURRENCES = update(occurrences).where(occurrences.c.id == bindparam("occurrence"))
_CANCEL_OCCURRENCES = update(occurrences).where(occurrences.c.id == bindparam("occurrence")).values(is_cancelled=True)
_DROP_OCCURRENCES = delete(occurrences).where(
    occurrences.c.id == bindparam("occurrence"), ~exists().where(attendances.c.occurrence_id == occurrences.c.id)
)
_first = select(occurrences.c.id).order_by(occurrences.c.starts, occurrences.c.id).limit(1)
_FIRST = _first.where(occurrences.c.event_id == bindparam("event"))
_FIRST_BY_REQUEST = _first.join(events, events.c.id == occurrences.c.event_id).where(
    events.c.community_id == bindparam("community"), events.c.request_id == bindparam("request")
)
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(:turns, :community)")
_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence('events', 'id')) FROM generate_series(1, CAST(:count AS integer))"
)


@cache
def _add(dialect: str) -> Executable:
    statement = insert_into(events, dialect)
    return statement.on_conflict_do_nothing(index_elements=["community_id", "request_id"]).returning(events.c.id)


@cache
def _add_missing(dialect: str) -> Executable:
    statement = insert_into(occurrences, dialect)
    return statement.on_conflict_do_nothing(index_elements=["event_id", "original"])


@cache
def _keep_copy(dialect: str) -> Executable:
    statement = insert_into(event_sources, dialect)
    return statement.on_conflict_do_update(
        index_elements=["event_id", "source"],
        set_={"uid": statement.excluded.uid, "digest": statement.excluded.digest},
    )


@cache
def _copies(dialect: str) -> Executable:
    c = event_sources.c
    return select(c.uid, c.event_id, c.source, c.digest).where(
        c.community_id == bindparam("community"), among(c.uid, "uids", dialect)
    )


@cache
def _laid(dialect: str) -> Executable:
    c = occurrences.c
    return select(c.id, c.event_id, c.original, c.ends).where(among(c.event_id, "events", dialect)).with_for_update()
