"""What people asked to be told, each with its due row."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, and_, bindparam, delete, func, select, update

from bot.domain.delivery import Due
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern
from bot.domain.reminders import REMINDER, WAITING_MOST, Reminder, ReminderPage, State
from bot.errors import Refused
from bot.i18n import N_, Slash
from storage import sealed
from storage.connection import AnyRow, Connection
from storage.due import DueTable, due
from storage.schema import among, insert_into, listed
from storage.tables import reminders

_r = reminders.c
_theirs = _r.person_id == bindparam("person")
_this = and_(_theirs, _r.id == bindparam("reminder"))
_is_waiting = and_(_theirs, _r.state == State.WAITING.value)

_GET = select(reminders).where(_this)
_BY_REQUEST = select(_r.id).where(_theirs, _r.request_id == bindparam("request"))
_WAITING = select(reminders).where(_is_waiting).order_by(_r.at, _r.id)
_PAGE = _WAITING.limit(bindparam("most")).offset(bindparam("skipped"))
_IN_ZONE = _WAITING.where(_r.zone == bindparam("zone"), _r.source == "")
_COUNT = select(func.count()).select_from(reminders).where(_is_waiting)
_OWN = _COUNT.where(_r.source == "")
_SET = update(reminders).where(_this)
_SETTLE = _SET.values(state=bindparam("now_is"))
_TOLD = _SET.values(at=bindparam("moment"), state=bindparam("now_is"))
_MOVE = _SET.values(at=bindparam("moment"), starts=bindparam("wall"), zone=bindparam("now_in"))
_AGAIN = _MOVE.values(state=State.WAITING.value)


class ReminderTable:
    """Implements `bot.domain.reminders.Reminders`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._due = DueTable(connection)

    async def add(self, person: int, text: str, pattern: Pattern, at: datetime, request_id: str, now: datetime) -> int:
        known = await self._connection.scalar(_BY_REQUEST, {"person": person, "request": request_id})
        if known is not None:
            return int(known)
        if await self._connection.scalar(_OWN, {"person": person}) >= WAITING_MOST:
            raise Refused(
                N_("At most {most} of your reminders wait at a time. Cancel some first: {list}."),
                most=WAITING_MOST,
                list=Slash("/remind list"),
            )
        row = _columns(person, pattern, at, now)
        row |= {"source": "", "source_id": None, "text": self._connection.vault.seal(text), "request_id": request_id}
        id_: int = await self._connection.scalar(_add(self._connection.dialect), row)
        await self._due.put(Due(REMINDER, id_, at))
        return id_

    async def put(self, person: int, source: str, source_id: int, pattern: Pattern, at: datetime, now: datetime) -> int:
        row = _columns(person, pattern, at, now)
        row |= {"source": source, "source_id": source_id, "text": self._connection.vault.seal(""), "request_id": None}
        id_: int = await self._connection.scalar(_put(self._connection.dialect), row)
        await self._due.put(Due(REMINDER, id_, at))
        return id_

    async def drop(self, person: int, source: str, source_ids: Collection[int]) -> None:
        dialect = self._connection.dialect
        values = {"person": person, "told_by": source, "ids": listed(dialect, sorted(source_ids))}
        for statement in _drop(dialect) if source_ids else ():
            await self._connection.execute(statement, values)

    async def get(self, person: int, id_: int) -> Reminder | None:
        row = await self._connection.first(_GET, {"person": person, "reminder": id_})
        return None if row is None else self._read(row)

    async def waiting(self, person: int, *, offset: int, limit: int) -> ReminderPage:
        rows = await self._connection.rows(_PAGE, {"person": person, "most": limit, "skipped": offset})
        total: int = await self._connection.scalar(_COUNT, {"person": person})
        return ReminderPage(tuple(self._read(row) for row in rows), total)

    async def fallen_due(self, ids: Collection[int]) -> Sequence[Reminder]:
        dialect = self._connection.dialect
        rows = await self._connection.rows(_several(dialect), {"ids": listed(dialect, list(ids))})
        return [self._read(row) for row in rows]

    async def told(self, reminders: Sequence[Reminder]) -> None:
        if reminders:
            await self._connection.execute(_TOLD, [_named(each) | {"now_is": each.state.value} for each in reminders])

    async def in_zone(self, person: int, zone: str) -> Sequence[Reminder]:
        return [self._read(row) for row in await self._connection.rows(_IN_ZONE, {"person": person, "zone": zone})]

    # The due row is written first, as what falls due holds it while it writes the reminder.

    async def again(self, person: int, id_: int, pattern: Pattern, at: datetime) -> None:
        before = await self.get(person, id_)
        if before is not None:
            await self._due.put(Due(REMINDER, id_, at))
            await self._connection.execute(_AGAIN, _moved(replace(before, pattern=pattern, at=at)))

    async def settle(self, person: int, id_: int, state: State) -> None:
        if await self.get(person, id_) is not None:
            await self._due.drop(REMINDER, id_)
            await self._connection.execute(_SETTLE, {"person": person, "reminder": id_, "now_is": state.value})

    async def reseal(self, limit: int) -> int:
        return await sealed.reseal(self._connection, reminders, limit)

    async def move(self, person: int, moved: Sequence[Reminder]) -> None:
        if not moved:
            return
        await self._due.put(*(Due(REMINDER, each.id, each.at) for each in moved))
        await self._connection.execute(_MOVE, [_moved(each) | {"person": person} for each in moved])

    def _read(self, row: AnyRow) -> Reminder:
        return Reminder(
            id=row.id,
            person=row.person_id,
            pattern=Pattern(Moment(row.starts, row.zone), row.rrule),
            at=row.at,
            text=self._connection.vault.open(row.text),
            source=row.source,
            source_id=row.source_id,
            state=State(row.state),
        )


def _columns(person: int, pattern: Pattern, at: datetime, now: datetime) -> dict[str, object]:
    return {
        "person_id": person,
        "starts": pattern.start.wall,
        "zone": pattern.start.zone,
        "rrule": pattern.rrule,
        "at": at,
        "state": State.WAITING.value,
        "made_at": now,
    }


def _moved(reminder: Reminder) -> dict[str, object]:
    start = reminder.pattern.start
    return _named(reminder) | {"wall": start.wall, "now_in": start.zone}


def _named(reminder: Reminder) -> dict[str, object]:
    return {"person": reminder.person, "reminder": reminder.id, "moment": reminder.at}


@cache
def _add(dialect: str) -> Executable:
    return insert_into(reminders, dialect).returning(_r.id)


@cache
def _put(dialect: str) -> Executable:
    insert = insert_into(reminders, dialect)
    fresh = {name: insert.excluded[name] for name in ("starts", "zone", "rrule", "at", "state")}
    put = insert.on_conflict_do_update(index_elements=["person_id", "source", "source_id"], set_=fresh)
    return put.returning(_r.id)


@cache
def _several(dialect: str) -> Executable:
    return select(reminders).where(among(_r.id, "ids", dialect))


@cache
def _drop(dialect: str) -> Sequence[Executable]:
    these = and_(_theirs, _r.source == bindparam("told_by"), among(_r.source_id, "ids", dialect))
    return (
        delete(due).where(due.c.kind == REMINDER, due.c.subject.in_(select(_r.id).where(these))),
        delete(reminders).where(these),
    )
