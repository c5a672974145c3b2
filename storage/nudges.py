"""What people are nudged about: everything for many people at once, by one statement for each kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Date,
    Executable,
    Integer,
    Subquery,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
)

from bot.domain.connections import Standing
from bot.domain.delivery import Due
from bot.domain.events import Attendance, Kind
from bot.domain.nudges import NUDGE, Going, Known, News, Nudged, Taste
from bot.domain.places import Place
from storage.connection import Connection
from storage.details import PLACE
from storage.due import DueTable
from storage.leads import reads_there
from storage.schema import UTC, among, insert_into, listed
from storage.tables import (
    accounts,
    attendances,
    connections,
    memberships,
    muted_events,
    nudges,
    occurrences,
    people,
    places,
    profiles,
    promises,
    workspaces,
)


class NudgeTable:
    """Implements `bot.domain.nudges.Nudges`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of(self, persons: Collection[int]) -> Mapping[int, Nudged | None]:
        dialect, values = self._connection.dialect, self._of(persons)
        there = await self._connection.rows(_people(dialect), values)
        kept = {row.person_id: Nudged(*row[1:]) for row in await self._connection.rows(_kept(dialect), values)}
        return {row.id: kept.get(row.id) for row in there}

    async def put(self, nudged: Mapping[int, Nudged]) -> None:
        rows = [
            {
                "person_id": person,
                "digested": each.digested,
                "asked": each.asked,
                "briefed": each.briefed,
                "nudged_at": each.at,
                "nudged_on": each.on,
            }
            for person, each in sorted(nudged.items())
        ]
        if rows:
            await self._connection.execute(_put(self._connection.dialect), rows)

    async def stir(self, person: int, now: datetime) -> None:
        await DueTable(self._connection).hasten(Due(NUDGE, person, now))

    async def going(self, persons: Collection[int], since: datetime, until: datetime) -> Sequence[Going]:
        values = self._of(persons) | {"going": Attendance.GOING.value, "since": since, "until": until}
        return [Going(*row) for row in await self._connection.rows(_going(self._connection.dialect), values)]

    async def news(self, persons: Collection[int], since: datetime, until: datetime, most: int) -> Sequence[News]:
        values = self._of(persons) | {"since": since, "until": until, "most": most}
        return [
            News(
                row.person_id,
                row.id,
                row.community_id,
                tuple(genre for genre in row.genres.split("|") if genre),
                None if row.x is None else (row.x, row.y, row.z),
                row.is_online,
            )
            for row in await self._connection.rows(_news(self._connection.dialect), values)
        ]

    async def promises(self, persons: Collection[int], until: datetime, most: int) -> Mapping[int, Sequence[int]]:
        values = self._of(persons) | {"until": until, "most": most}
        found: defaultdict[int, list[int]] = defaultdict(list)
        for person, promise in await self._connection.rows(_promises(self._connection.dialect), values):
            found[person].append(promise)
        return found

    async def late(self, persons: Collection[int], until: date, most: int) -> Mapping[int, Sequence[tuple[int, date]]]:
        values = self._of(persons) | {"until": until, "most": most}
        found: defaultdict[int, list[tuple[int, date]]] = defaultdict(list)
        for person, connection, since in await self._connection.rows(_late(self._connection.dialect), values):
            found[person].append((connection, since))
        return found

    async def known(self, persons: Collection[int], occurrences: Collection[int]) -> Sequence[Known]:
        dialect = self._connection.dialect
        values = self._of(persons) | {"ids": listed(dialect, sorted(occurrences)), "going": Attendance.GOING.value}
        return [Known(*row) for row in await self._connection.rows(_known(dialect), values)]

    async def tastes(self, persons: Collection[int]) -> Mapping[int, Taste]:
        rows = await self._connection.rows(_tastes(self._connection.dialect), self._of(persons))
        return {
            row.person_id: Taste(
                None if row.id is None else Place(*(getattr(row, name) for name in PLACE)), tuple(row.genres)
            )
            for row in rows
        }

    async def where(self, person: int, occurrences: Collection[int]) -> Mapping[int, int]:
        dialect = self._connection.dialect
        values = {"person": person, "ids": listed(dialect, sorted(occurrences))}
        return {row.id: row.community_id for row in await self._connection.rows(_where(dialect), values)}

    def _of(self, persons: Collection[int]) -> dict[str, object]:
        return {"persons": listed(self._connection.dialect, sorted(persons))}


async def unite(connection: Connection, person: int, into: int) -> None:
    """What either was told counts as told, and a day on which either was nudged is one for both."""
    table = NudgeTable(connection)
    found = await table.of([person, into])
    goes, stays = found.get(person), found.get(into)
    if goes is None or stays is None:
        if goes is not None:
            await table.put({into: goes})
        return
    last = max((stays, goes), key=lambda each: (each.at is not None, each.at))
    both = Nudged(
        digested=max(stays.digested, goes.digested),
        asked=max(stays.asked, goes.asked),
        briefed=max(stays.briefed, goes.briefed),
        at=last.at,
        on=last.on,
    )
    await table.put({into: both})


# --- statements --------------------------------------------------------------------------------------------

_a, _o, _c = attendances.c, occurrences.c, connections.c
_since, _until = (bindparam(name, type_=UTC()) for name in ("since", "until"))
_most = bindparam("most", type_=Integer)


@cache
def _people(dialect: str) -> Executable:
    return select(people.c.id).where(among(people.c.id, "persons", dialect))


@cache
def _kept(dialect: str) -> Executable:
    return select(nudges).where(among(nudges.c.person_id, "persons", dialect)).with_for_update()


@cache
def _put(dialect: str) -> Executable:
    insert = insert_into(nudges, dialect)
    set_ = {column.name: insert.excluded[column.name] for column in nudges.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=["person_id"], set_=set_)


@cache
def _going(dialect: str) -> Executable:
    return (
        select(_a.person_id, _o.id, _o.community_id, _o.starts, _o.ends)
        .select_from(attendances)
        .join(occurrences, _o.id == _a.occurrence_id)
        .where(
            among(_a.person_id, "persons", dialect),
            _a.answer == bindparam("going"),
            _a.at < _o.ends,
            _o.ends > _since,
            _o.starts <= _until,
            _o.is_cancelled == false(),
            or_(_o.kind.is_(None), _o.kind != Kind.DEADLINE.value),
            ~exists().where(muted_events.c.person_id == _a.person_id, muted_events.c.event_id == _o.event_id),
            reads_there(_a.person_id, _o.community_id),
        )
        .order_by(_o.starts, _o.id)
    )


def _homes(persons: ColumnElement[bool]) -> Subquery:
    """The communities that these people were seen in, and the bot was not removed from."""
    seen = memberships.join(accounts, accounts.c.id == memberships.c.account_id)
    seen = seen.join(workspaces, workspaces.c.id == memberships.c.workspace_id)
    found = select(accounts.c.person_id, workspaces.c.community_id).select_from(seen)
    return found.where(persons, workspaces.c.removed_at.is_(None)).distinct().subquery("homes")


@cache
def _news(dialect: str) -> Executable:
    homes = _homes(among(accounts.c.person_id, "persons", dialect))
    shown = (_o.id, _o.community_id, _o.starts, _o.genres, _o.x, _o.y, _o.z, _o.is_online)
    nth = func.row_number().over(partition_by=(homes.c.person_id, _o.event_id), order_by=(_o.starts, _o.id))
    times = (
        select(homes.c.person_id, *shown, nth.label("nth"))
        .select_from(homes.join(occurrences, _o.community_id == homes.c.community_id))
        .where(
            _o.starts > _since,
            _o.starts <= _until,
            _o.is_cancelled == false(),
            ~exists().where(_a.person_id == homes.c.person_id, _a.occurrence_id == _o.id),
        )
        .subquery("times")
    )
    place = func.row_number().over(partition_by=times.c.person_id, order_by=(times.c.starts, times.c.id))
    first = select(*times.c, place.label("place")).where(times.c.nth == 1).subquery("first")
    return select(first).where(first.c.place <= _most).order_by(first.c.person_id, first.c.place)


@cache
def _tastes(dialect: str) -> Executable:
    return (
        select(profiles.c.person_id, profiles.c.genres, *(places.c[name] for name in PLACE))
        .select_from(profiles.outerjoin(places, places.c.id == profiles.c.place_id))
        .where(among(profiles.c.person_id, "persons", dialect))
    )


@cache
def _promises(dialect: str) -> Executable:
    p = promises.c
    nth = func.row_number().over(partition_by=p.owner_id, order_by=(p.due_at, p.id))
    due = (
        select(p.owner_id, p.id, nth.label("nth"))
        .where(among(p.owner_id, "persons", dialect), p.standing == Standing.OPEN.value, p.due_at <= _until)
        .subquery("due_promises")
    )
    return select(due.c.owner_id, due.c.id).where(due.c.nth <= _most).order_by(due.c.owner_id, due.c.nth)


@cache
def _late(dialect: str) -> Executable:
    nth = func.row_number().over(partition_by=_c.owner_id, order_by=(_c.back_on, _c.id))
    late = (
        select(_c.owner_id, _c.id, _c.back_on, nth.label("nth"))
        .where(among(_c.owner_id, "persons", dialect), _c.back_on <= bindparam("until", type_=Date))
        .subquery("late")
    )
    return select(late.c.owner_id, late.c.id, late.c.back_on).where(late.c.nth <= _most).order_by(late.c.nth)


@cache
def _known(dialect: str) -> Executable:
    return (
        select(_c.owner_id, _a.occurrence_id, _c.id, _c.member_id)
        .select_from(connections)
        .join(attendances, and_(_a.person_id == _c.member_id, _a.answer == bindparam("going")))
        .where(
            among(_c.owner_id, "persons", dialect), among(_a.occurrence_id, "ids", dialect), _c.member_id != _c.owner_id
        )
        .order_by(_c.owner_id, _c.last_contact.desc(), _c.id.desc())
    )


@cache
def _where(dialect: str) -> Executable:
    is_seen = reads_there(bindparam("person", type_=Integer), _o.community_id)
    return select(_o.id, _o.community_id).where(among(_o.id, "ids", dialect), is_seen)
