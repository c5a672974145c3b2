"""Events that are changed and cancelled here, and whom they interest elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, Integer, Text, and_, bindparam, delete, not_, select, true, update

from bot.domain.events import Attendance, Change, Details, Edit, Slot, Timing
from bot.errors import NotFound
from bot.i18n import N_
from storage import changes
from storage.connection import AnyRow, Connection
from storage.details import (
    DETAIL_COLUMNS,
    changes_json,
    changes_of,
    detail_columns,
    details_in,
    facet_columns,
    occurrence_columns,
    timing_columns,
    walls_of,
)
from storage.event_terms import index, indexed
from storage.schema import UTC, among, insert_into, listed
from storage.tables import attendances, events, occurrences, people, places


async def change(connection: Connection, community: int, occurrence: int, edit: Edit, now: datetime) -> None:
    """Raises NotFound. A single event is changed as a whole, one time of a series by itself."""
    row = await _found(connection, community, occurrence)
    before = await changes.watched(connection, [row.id], now)
    if row.rrule or row.extra:
        await _change_one(connection, row, edit)
    else:
        await _change_whole(connection, row, edit)
    await changes.note(connection, before, [row.id], now)


async def cancel(connection: Connection, community: int, occurrence: int, now: datetime) -> None:
    """Raises NotFound. What is cancelled already stays as it is."""
    row = await _found(connection, community, occurrence)
    if row.is_off:
        return
    before = await changes.watched(connection, [row.id], now)
    columns: dict[str, object] = {"event": row.id}
    if row.rrule or row.extra:
        known = [each for each in changes_of(row.changes) if each.original == row.original]
        cancelled = replace(known[0] if known else Change(row.original), is_cancelled=True)
        columns["changes"] = changes_json(_with(changes_of(row.changes), cancelled))
    else:
        columns["is_cancelled"] = True
    await connection.execute(_CHANGE_EVENT, columns)
    await connection.execute(_CHANGE_OCCURRENCE, {"occurrence": occurrence, "is_cancelled": True})
    await changes.note(connection, before, [row.id], now)


async def interest(
    connection: Connection, community: int, occurrence: int, home: int, interested: Collection[int], now: datetime
) -> None:
    """Those who are no longer interested in that workspace's calendar go, new ones come; own answers stay."""
    dialect = connection.dialect
    values: dict[str, object] = {
        "occurrence": occurrence,
        "community": community,
        "home": home,
        "people": listed(dialect, sorted(interested)),
    }
    await connection.execute(_uninterested(dialect), values)
    if interested:
        await connection.execute(_interested(dialect), values | {"answer": Attendance.MAYBE.value, "at": now})


# --- one and all -------------------------------------------------------------------------------------------


async def _found(connection: Connection, community: int, occurrence: int) -> AnyRow:
    row = await connection.first(_FOUND, {"community": community, "occurrence": occurrence})
    if row is None:
        raise NotFound(N_("This event is not here any more. Look for others with {command}."), command="/event find")
    return row


async def _change_whole(connection: Connection, row: AnyRow, edit: Edit) -> None:
    zone, starts, ends = _walls(edit, row.zone)
    is_all_day = row.is_all_day and starts.time() == ends.time() == time()
    timing = Timing(starts, ends, zone, is_all_day=is_all_day, without=walls_of(row.without))
    kept = {**detail_columns(edit.details), **timing_columns(timing), "changes": [], "event": row.id}
    await connection.execute(_CHANGE_EVENT, kept)
    await _keep(connection, row, Slot(starts, edit.starts, edit.ends), edit.details, edit.details, ())


async def _change_one(connection: Connection, row: AnyRow, edit: Edit) -> None:
    usual = details_in(row)
    zone = ZoneInfo(row.zone)
    changed = Change(
        row.original,
        starts=edit.starts.astimezone(zone).replace(tzinfo=None, fold=0),
        ends=edit.ends.astimezone(zone).replace(tzinfo=None, fold=0),
        is_cancelled=row.is_off,
        details=edit.details if edit.details != usual else None,
    )
    changed_times = _with(changes_of(row.changes), changed)
    await connection.execute(_CHANGE_EVENT, {"event": row.id, "changes": changes_json(changed_times)})
    slot = Slot(row.original, edit.starts, edit.ends, details=changed.details)
    await _keep(connection, row, slot, usual, changed.details or usual, changed_times)


async def _keep(
    connection: Connection, row: AnyRow, slot: Slot, usual: Details, now_: Details, changed: Sequence[Change]
) -> None:
    columns = occurrence_columns(slot, facet_columns(now_), is_cancelled=row.is_off)
    await connection.execute(_CHANGE_OCCURRENCE, {"occurrence": row.occurrence, **columns})
    others = [each.details for each in changed if each.details is not None]
    await index(connection, [indexed(row.id, row.community_id, usual, others)], is_new=False)


def _walls(edit: Edit, zone: str) -> tuple[str, datetime, datetime]:
    """On the wall of `zone`; of an hour that the clocks repeat, the second pass has no wall but UTC's."""
    walls = [each.astimezone(ZoneInfo(zone)) for each in (edit.starts, edit.ends)]
    if any(wall.fold for wall in walls):
        zone, walls = "UTC", [each.astimezone(ZoneInfo("UTC")) for each in (edit.starts, edit.ends)]
    starts, ends = (wall.replace(tzinfo=None) for wall in walls)
    return zone, starts, ends


def _with(known: Sequence[Change], changed: Change) -> Sequence[Change]:
    return [*(each for each in known if each.original != changed.original), changed]


# --- statements --------------------------------------------------------------------------------------------

_EVENT = ("id", "community_id", "zone", "is_all_day", "rrule", "extra", "without", "changes")
_FOUND = (
    select(
        *(events.c[name] for name in _EVENT),
        *DETAIL_COLUMNS,
        occurrences.c.id.label("occurrence"),
        occurrences.c.original,
        occurrences.c.is_cancelled.label("is_off"),
    )
    .select_from(events)
    .join(occurrences, occurrences.c.event_id == events.c.id)
    .outerjoin(places, places.c.id == events.c.place_id)
    .where(
        occurrences.c.id == bindparam("occurrence", type_=Integer),
        occurrences.c.community_id == bindparam("community", type_=Integer),
    )
    .with_for_update(of=events)
)
_CHANGE_EVENT = update(events).where(events.c.id == bindparam("event")).values(version=events.c.version + 1)
_CHANGE_OCCURRENCE = update(occurrences).where(occurrences.c.id == bindparam("occurrence"))


@cache
def _uninterested(dialect: str) -> Executable:
    return delete(attendances).where(
        attendances.c.occurrence_id == bindparam("occurrence"),
        attendances.c.via_workspace_id == bindparam("home"),
        not_(among(attendances.c.person_id, "people", dialect)),
    )


@cache
def _interested(dialect: str) -> Executable:
    found = (
        select(
            occurrences.c.id,
            people.c.id,
            bindparam("answer", type_=Text),
            bindparam("at", type_=UTC()),
            bindparam("home", type_=Integer),
        )
        .join(people, true())
        .where(
            and_(
                occurrences.c.id == bindparam("occurrence", type_=Integer),
                occurrences.c.community_id == bindparam("community", type_=Integer),
            ),
            among(people.c.id, "people", dialect),
        )
    )
    names = ["occurrence_id", "person_id", "answer", "at", "via_workspace_id"]
    statement = insert_into(attendances, dialect).from_select(names, found)
    return statement.on_conflict_do_nothing(index_elements=["occurrence_id", "person_id"])
