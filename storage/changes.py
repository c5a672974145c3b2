"""What changed about events and was not told yet: noted wherever occurrences are written, told by `bot.due`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    Executable,
    Integer,
    and_,
    bindparam,
    delete,
    exists,
    or_,
    select,
)

from bot.domain.changes import CHANGED, Standing, Untold, standing_json, standing_of, waits
from bot.domain.events import Attendance
from storage import seats
from storage.connection import AnyRow, Connection
from storage.details import DETAIL_COLUMNS, details_in, details_of
from storage.leads import hasten_all, locale_of, reads_there, stir_events, zone_of
from storage.schema import UTC, among, insert_into, listed
from storage.schema import Json as JsonText
from storage.tables import attendances, communities, events, occurrences, people, places, untold_changes, workspaces


class ChangeTable:
    """Implements `bot.domain.changes.Changes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def untold(self, persons: Collection[int]) -> Sequence[Untold]:
        values = {"persons": listed(self._connection.dialect, sorted(persons))}
        return [
            Untold(
                person=row.person_id,
                occurrence=row.occurrence_id,
                event=row.event_id,
                zone=row.reader_zone,
                locale=row.reader_locale,
                since=row.since,
                was=standing_of(row.was),
                now=_standing(row),
                concerns=bool(row.concerns),
            )
            for row in await self._connection.rows(_untold(self._connection.dialect), values)
        ]

    async def settle(self, settled: Sequence[Untold]) -> None:
        if settled:
            pairs = [{"person": each.person, "occurrence": each.occurrence} for each in settled]
            await self._connection.execute(_SETTLE, pairs)

    async def standing(self, pairs: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], tuple[Standing, str, str]]:
        dialect = self._connection.dialect
        values = {
            "persons": listed(dialect, sorted({person for person, _ in pairs})),
            "ids": listed(dialect, sorted({occurrence for _, occurrence in pairs})),
        }
        found = {
            (row.person_id, row.occurrence_id): (_standing(row), row.reader_zone, row.reader_locale)
            for row in await self._connection.rows(_meant(dialect), values)
        }
        return {pair: found[pair] for pair in pairs if pair in found}


# --- noted where occurrences are written -------------------------------------------------------------------

Watched = Mapping[int, Standing]
"""By occurrence."""


async def watched(connection: Connection, of: Collection[int], now: datetime) -> Watched:
    """How those times of these events stand that are not over and that somebody means to come to."""
    values = {"events": listed(connection.dialect, list(of)), "now": now}
    return {row.id: _standing(row) for row in await connection.rows(_watched(connection.dialect), values)}


async def note(connection: Connection, before: Watched, of: Collection[int], now: datetime) -> None:
    """These events were written. Those who mean to come are told of what differs from `before`, reminders are looked at
    again, and places that became free go to whoever is next in line.
    """
    if not before:
        return
    await _note(connection, before, of, now)
    await seats.fill(connection, list(before), now)


async def _note(connection: Connection, before: Watched, of: Collection[int], now: datetime) -> None:
    values = {"ids": listed(connection.dialect, list(before))}
    after = {row.id: _standing(row) for row in await connection.rows(_standings(connection.dialect), values)}
    changed = [id_ for id_, was in before.items() if id_ in after and was != after[id_]]
    if not changed:
        return
    dialect = connection.dialect
    noted = [{"occurrence": id_, "since": now, "was": standing_json(before[id_])} for id_ in changed]
    await connection.execute(_keep(dialect), noted)
    at = now + waits([each[id_] for each in (before, after) for id_ in changed], now)
    await connection.execute(_hasten(dialect), {"ids": listed(dialect, changed), "at": at})
    connection.wakes = True
    await stir_events(connection, of, now)


# --- records -----------------------------------------------------------------------------------------------


def _standing(row: AnyRow) -> Standing:
    details = details_in(row) if row.details is None else details_of(row.details)
    return Standing(
        title=details.title,
        venue=details.venue,
        place=details.place.full_label if details.place else "",
        online_link=details.online_link,
        starts=row.starts,
        ends=row.ends,
        zone=row.zone,
        is_all_day=row.is_all_day,
        is_cancelled=row.is_cancelled,
        kind=details.kind,
        reason=row.reason if row.is_cancelled else "",
    )


# --- statements --------------------------------------------------------------------------------------------

_a, _o, _u = attendances.c, occurrences.c, untold_changes.c
_STANDING = (
    *DETAIL_COLUMNS,
    _o.id,
    _o.event_id,
    _o.starts,
    _o.ends,
    _o.is_cancelled,
    _o.reason,
    _o.details,
    events.c.zone,
    events.c.is_all_day,
)
MEANS_TO = or_(*(_a.answer == each.value for each in (Attendance.GOING, Attendance.MAYBE, Attendance.WAITING)))
"""Who said so hears of changes."""
_whole = occurrences.join(events, events.c.id == _o.event_id).outerjoin(places, places.c.id == events.c.place_id)
_is_meant = and_(_a.occurrence_id == _o.id, MEANS_TO)


@cache
def _watched(dialect: str) -> Executable:
    is_ahead = _o.ends >= bindparam("now", type_=UTC())
    found = select(*_STANDING).select_from(_whole)
    return found.where(among(_o.event_id, "events", dialect), is_ahead, exists().where(_is_meant))


@cache
def _standings(dialect: str) -> Executable:
    return select(*_STANDING).select_from(_whole).where(among(_o.id, "ids", dialect))


@cache
def _keep(dialect: str) -> Executable:
    """The first change they were not told of stays."""
    since, was = bindparam("since", type_=UTC()), bindparam("was", type_=JsonText())
    found = select(_a.person_id, _a.occurrence_id, since, was).where(
        _a.occurrence_id == bindparam("occurrence", type_=Integer), MEANS_TO
    )
    names = ["person_id", "occurrence_id", "since", "was"]
    return insert_into(untold_changes, dialect).from_select(names, found).on_conflict_do_nothing()


@cache
def _hasten(dialect: str) -> Executable:
    found = select(_a.person_id).where(among(_a.occurrence_id, "ids", dialect), MEANS_TO)
    return hasten_all(found, CHANGED, bindparam("at", type_=UTC()), dialect)


# Whom their platform's own calendar says it interests were perhaps never seen in its workspace.
_there = workspaces.alias("there")
_reads = or_(
    reads_there(_a.person_id, _o.community_id),
    exists().where(_there.c.id == _a.via_workspace_id, _there.c.removed_at.is_(None)),
)


@cache
def _untold(dialect: str) -> Executable:
    concerns = exists().where(_a.person_id == _u.person_id, _is_meant, _reads)
    return (
        select(
            *_STANDING,
            zone_of.label("reader_zone"),
            locale_of.label("reader_locale"),
            _u.person_id,
            _u.occurrence_id,
            _u.since,
            _u.was,
            concerns.correlate(untold_changes, occurrences).label("concerns"),
        )
        .select_from(
            _whole.join(untold_changes, _u.occurrence_id == _o.id)
            .join(communities, communities.c.id == _o.community_id)
            .join(people, people.c.id == _u.person_id)
        )
        .where(among(_u.person_id, "persons", dialect))
        .order_by(_u.person_id, _o.event_id, _o.starts, _o.id)
    )


@cache
def _meant(dialect: str) -> Executable:
    return (
        select(
            *_STANDING,
            zone_of.label("reader_zone"),
            locale_of.label("reader_locale"),
            _a.person_id,
            _a.occurrence_id,
        )
        .select_from(
            _whole.join(attendances, _is_meant)
            .join(communities, communities.c.id == _o.community_id)
            .join(people, people.c.id == _a.person_id)
        )
        .where(among(_a.person_id, "persons", dialect), among(_a.occurrence_id, "ids", dialect), _reads)
    )


_SETTLE = delete(untold_changes).where(
    _u.person_id == bindparam("person", type_=Integer), _u.occurrence_id == bindparam("occurrence", type_=Integer)
)
