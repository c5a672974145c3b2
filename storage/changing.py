"""Events that are changed and cancelled here, and whom they interest elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    not_,
    select,
    true,
    update,
)

from bot.domain import series
from bot.domain.events import FROM_ELSEWHERE, Attendance, Change, Details, Edit, Reach, Scope, Slot, Timing
from bot.domain.merging import IS_CANCELLED, TIMING
from bot.domain.series import Time
from bot.errors import NotFound, Refused
from bot.i18n import N_
from storage import bringing, changes, seats
from storage.connection import AnyRow, Connection
from storage.details import (
    DETAIL_COLUMNS,
    Columns,
    changes_json,
    changes_of,
    detail_columns,
    details_in,
    details_of,
    facet_columns,
    occurrence_columns,
    timing_columns,
    walls_of,
)
from storage.event_copies import MEMBER
from storage.event_terms import index, indexed, reindex
from storage.schema import UTC, Wall, among, insert_into, listed
from storage.tables import attendances, event_sources, events, occurrences, people, places


async def change(
    connection: Connection,
    community: int,
    occurrence: int,
    edit: Edit,
    now: datetime,
    scope: Scope = Scope.THIS,
    seen: int | None = None,
) -> None:
    """As `Events.change` says. A single event is changed as a whole."""
    row = await _found(connection, community, occurrence, seen)
    if not _repeats(row) or scope is Scope.THIS:
        before = await changes.watched(connection, [row.id], now)
        await (_change_one if _repeats(row) else _change_whole)(connection, row, edit)
        await changes.note(connection, before, [row.id], now)
        await seats.fill(connection, [occurrence], now)
        if edit.rrule:
            await _repeat(connection, row, edit.rrule, now)
        return
    event = await _from_here(connection, row) if scope is Scope.FOLLOWING else row.id
    await _change_series(connection, row, event, edit, now)


async def cancel(
    connection: Connection,
    community: int,
    occurrence: int,
    now: datetime,
    scope: Scope = Scope.THIS,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """As `Events.cancel` says. What is cancelled already stays as it is."""
    row = await _found(connection, community, occurrence, seen)
    if row.is_cancelled or (row.is_off and scope is Scope.THIS):
        return
    if _repeats(row) and scope is Scope.THIS:
        before = await changes.watched(connection, [row.id], now)
        known = [each for each in changes_of(row.changes) if each.original == row.original]
        cancelled = replace(known[0] if known else Change(row.original), is_cancelled=True)
        await connection.execute(_CHANGE_EVENT, {"event": row.id, **_own(row, cancelled)})
        await connection.execute(_CHANGE_OCCURRENCE, {"occurrence": occurrence, "is_cancelled": True, "reason": reason})
        await changes.note(connection, before, [row.id], now)
        return
    event = await _from_here(connection, row) if _repeats(row) and scope is Scope.FOLLOWING else row.id
    await connection.execute(_SAY_WHY, {"event": event, "now": now, "reason": reason})
    await _turn(connection, community, event, now, is_cancelled=True)


async def revive(connection: Connection, community: int, occurrence: int, now: datetime) -> None:
    """As `Events.revive` says. What takes place stays as it is."""
    row = await _found(connection, community, occurrence, None)
    if not row.is_off:
        return
    before = await changes.watched(connection, [row.id], now)
    known = next((each for each in changes_of(row.changes) if each.original == row.original), None)
    if known is None and not row.is_cancelled:  # its rule does not give it any more: it is a time of its own
        starts, ends = (each.astimezone(ZoneInfo(row.zone)).replace(tzinfo=None, fold=0) for each in (row.at, row.till))
        known = Change(row.original, starts, ends, details=row.own and details_of(row.own))
        extra = sorted({*walls_of(row.extra), row.original})  # so that what took place but once has several again
        await connection.execute(_KEEP_OWN, {"event": row.id, "extra": [each.isoformat() for each in extra]})
    if known is not None:
        revived = _own(row, replace(known, is_cancelled=False))
        await connection.execute(_CHANGE_EVENT, {"event": row.id, **revived})
    await connection.execute(_CHANGE_OCCURRENCE, {"occurrence": occurrence, "is_cancelled": False, "reason": ""})
    await changes.note(connection, before, [row.id], now)
    if row.is_cancelled:
        await _turn(connection, community, row.id, now, is_cancelled=False)
        await connection.execute(_SAY_WHY, {"event": row.id, "now": now, "reason": ""})
    await seats.fill(connection, await _coming(connection, row.id, now), now)


async def reach(connection: Connection, community: int, occurrence: int, scope: Scope, now: datetime) -> Reach:
    """As `Events.reach` says."""
    values = {"community": community, "occurrence": occurrence, "now": now}
    row = await connection.first(_reach(scope), values)
    assert row is not None, "counts are always there"
    return Reach(row.times, row.people)


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


async def _found(connection: Connection, community: int, occurrence: int, seen: int | None) -> AnyRow:
    """The time and its event, which is locked."""
    row = await connection.first(_FOUND, {"community": community, "occurrence": occurrence})
    if row is None:
        raise NotFound(N_("This event is not here any more. Look for others with {command}."), command="/event find")
    if seen is not None and seen != row.version:
        raise Refused(
            N_("{title} was changed by another in the meantime. Press Change and send it: you see what differs now."),
            title=details_in(row).title,
        )
    return row


def _repeats(row: AnyRow) -> bool:
    return bool(row.rrule or row.extra)


def _own(row: AnyRow, *changed: Change) -> Columns:
    """Single times that members changed: among all that differ, and by themselves."""
    columns: Columns = {}
    for name in ("changes", "own_changes"):
        kept: Sequence[Change] = changes_of(getattr(row, name))
        for each in changed:
            kept = _with(kept, each)
        columns = {**columns, name: changes_json(kept)}
    return columns


def _edited(row: AnyRow, names: Iterable[str]) -> list[str]:
    """What members changed and sources do not change back."""
    return sorted({*row.edited, *names})


async def _change_series(connection: Connection, row: AnyRow, event: int, edit: Edit, now: datetime) -> None:
    """All times of `event`, as `row` is one of them and stood. Those that a new rule does not give are dropped, or
    cancelled where somebody answered.
    """
    known = await bringing.standing(connection, event)
    shown = details_in(row) if row.own is None else details_of(row.own)
    changed = series.edited(known, Time(row.original, shown, row.at, row.till), edit)
    names = [*changed.names, *((TIMING,) if changed.event.timing != known.timing else ())]
    if changed.shift:
        rows = await connection.rows(_TIMES, {"event": event})
        ahead = [each.starts for each in rows if each.ends > now and not each.is_cancelled]
        if any(starts + changed.shift <= now < starts for starts in ahead):
            raise Refused(
                N_("Some of its times would be over by then. Change this time and those that follow instead."),
                param="when",
            )
        # one after the other, so that no two ever have the same
        ordered = sorted(rows, key=lambda each: each.original, reverse=changed.shift > timedelta())
        moved = [{"occurrence": each.id, "original": each.original + changed.shift} for each in ordered]
        await connection.execute(_CHANGE_OCCURRENCE, moved)
    own = {each.original + changed.shift for each in changes_of(row.own_changes)}
    kept = [each for each in changed.event.changes if each.original in own]
    columns = {"edited": _edited(row, names), "own_changes": changes_json(kept)}
    await connection.execute(_KEEP_OWN, {"event": event, **columns})
    await bringing.become(connection, row.community_id, event, changed.event, now)
    await seats.fill(connection, await _coming(connection, event, now), now)


async def _repeat(connection: Connection, row: AnyRow, rrule: str, now: datetime) -> None:
    """What took place once comes again by this rule."""
    known = await bringing.standing(connection, row.id)
    kept = await connection.scalar(_EDITED, {"event": row.id})
    await connection.execute(_KEEP_OWN, {"event": row.id, "edited": sorted({*kept, TIMING})})
    await bringing.become(connection, row.community_id, row.id, series.repeated(known, rrule, row.original), now)


async def _from_here(connection: Connection, row: AnyRow) -> int:
    """The event of this time and those after it: a new one, to which they move as they are, unless it is the first."""
    if row.has_sources:
        raise Refused(FROM_ELSEWHERE, param="which")
    parts = series.split(await bringing.standing(connection, row.id), row.original)
    if parts is None:
        return int(row.id)
    before, after = parts
    [new] = await bringing.new_ids(connection, 1)
    whole = await connection.first(_WHOLE, {"event": row.id})
    assert whole is not None, "it is locked"
    columns = whole._asdict() | {"id": new, "request_id": None}
    own = {each.original for each in changes_of(row.own_changes)}
    for event, part in ((row.id, before), (new, after)):
        columns |= timing_columns(part.timing) | {
            "changes": changes_json(part.changes),
            "own_changes": changes_json([each for each in part.changes if each.original in own]),
        }
        if event == new:
            await connection.execute(insert(events), columns)
        else:
            kept = timing_columns(part.timing) | {name: columns[name] for name in ("changes", "own_changes")}
            await connection.execute(_CHANGE_EVENT, {"event": event, **kept})
    await connection.execute(_MOVE, {"event": row.id, "into": new, "since": row.original})
    await reindex(connection, [row.id, new])
    return new


async def _turn(connection: Connection, community: int, event: int, now: datetime, *, is_cancelled: bool) -> None:
    """The event is off as a whole, or on again."""
    known = await bringing.standing(connection, event)
    kept = await connection.scalar(_EDITED, {"event": event})
    edited = sorted({*kept, IS_CANCELLED})
    await connection.execute(_KEEP_OWN, {"event": event, "edited": edited})
    await bringing.become(connection, community, event, replace(known, is_cancelled=is_cancelled), now)


async def _coming(connection: Connection, event: int, now: datetime) -> list[int]:
    return [each.id for each in await connection.rows(_TIMES, {"event": event}) if each.ends > now]


async def _change_whole(connection: Connection, row: AnyRow, edit: Edit) -> None:
    zone, starts, ends = _walls(edit, edit.zone or row.zone)
    is_all_day = row.is_all_day and starts.time() == ends.time() == time()
    timing = Timing(starts, ends, zone, is_all_day=is_all_day, without=walls_of(row.without))
    was = details_in(row) if row.own is None else details_of(row.own)
    is_moved = (edit.starts, edit.ends, zone) != (row.at, row.till, row.zone)
    names = [*series.names_changed(was, edit.details), *((TIMING,) if is_moved else ())]
    kept = {**detail_columns(edit.details), **timing_columns(timing), "event": row.id}
    kept |= {"changes": [], "own_changes": [], "edited": _edited(row, names)}
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
    await connection.execute(_CHANGE_EVENT, {"event": row.id, **_own(row, changed)})
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

_EVENT = (
    *("id", "community_id", "version", "zone", "is_all_day", "rrule", "extra", "without", "changes"),
    *("is_cancelled", "edited", "own_changes"),
)
_FOUND = (
    select(
        *(events.c[name] for name in _EVENT),
        *DETAIL_COLUMNS,
        occurrences.c.id.label("occurrence"),
        occurrences.c.original,
        occurrences.c.starts.label("at"),
        occurrences.c.ends.label("till"),
        occurrences.c.details.label("own"),
        occurrences.c.is_cancelled.label("is_off"),
        exists().where(event_sources.c.event_id == events.c.id, event_sources.c.source != MEMBER).label("has_sources"),
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
_its = events.c.id == bindparam("event", type_=Integer)
_KEEP_OWN = update(events).where(events.c.id == bindparam("event"))
_WHOLE = select(events).where(_its)
_EDITED = select(events.c.edited).where(_its)
_times = occurrences.c.event_id == bindparam("event", type_=Integer)
_TIMES = select(*(occurrences.c[name] for name in ("id", "original", "starts", "ends", "is_cancelled"))).where(_times)
_SAY_WHY = (
    update(occurrences)
    .where(_times, occurrences.c.ends > bindparam("now", type_=UTC()), occurrences.c.is_cancelled == false())
    .values(reason=bindparam("reason", type_=Text))
)
_MOVE = (
    update(occurrences)
    .where(_times, occurrences.c.original >= bindparam("since", type_=Wall()))
    .values(event_id=bindparam("into", type_=Integer))
)


@cache
def _reach(scope: Scope) -> Executable:
    chosen = occurrences.alias("chosen")
    time = occurrences.c
    match scope:
        case Scope.THIS:
            meant: ColumnElement[bool] = time.id == chosen.c.id
        case Scope.FOLLOWING:
            meant = time.original >= chosen.c.original
        case Scope.ALL:
            meant = true()
        case _:
            assert_never(scope)
    comes = and_(attendances.c.occurrence_id == time.id, changes.MEANS_TO)
    is_coming = and_(time.event_id == chosen.c.event_id, time.ends > bindparam("now", type_=UTC()))
    return (
        select(
            func.count(time.id.distinct()).label("times"),
            func.count(attendances.c.person_id.distinct()).label("people"),
        )
        .select_from(chosen.join(occurrences, is_coming).outerjoin(attendances, comes))
        .where(
            chosen.c.id == bindparam("occurrence", type_=Integer),
            chosen.c.community_id == bindparam("community", type_=Integer),
            time.is_cancelled == false(),
            meant,
        )
    )


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
