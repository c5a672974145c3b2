"""Everything about one person, by walking the tables: what refers to them is found, nothing has to be listed twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

from sqlalchemy import Column, Executable, Table, and_, bindparam, delete, exists, or_, select, update

from bot.domain.changes import CHANGED
from bot.domain.events import FREED
from bot.domain.gigs import DAILY
from bot.domain.leads import LEADS
from bot.domain.mydata import Kept
from bot.domain.nudges import NUDGE
from bot.domain.reminders import REMINDER
from storage import seats
from storage.connection import Connection
from storage.due import due
from storage.outbox import outbox
from storage.proposals import proposals
from storage.resource_terms import reindex
from storage.schema import Json, metadata
from storage.tables import accounts, attendances, events, people, reminders, resource_notes

OF_OTHERS = frozenset({"connections.member_id", "never_introduced.other_id", "introductions.asked_account_id"})
"""Columns that name a person in what is another's own."""

BLIND = frozenset({"introductions.puts_at", "introductions.is_withheld", "introductions.answer"})
"""Columns that would tell whoever asked for an introduction what it was answered (`bot.domain.introductions`)."""

SECRET = frozenset({"codes", "connection_terms"})
"""Tables of one-time codes, and of what is only an index of what stands elsewhere."""

SEALED = "sealed, or plain JSON"
"""How the comment of a sealed column begins."""

OF_PERSONS = (LEADS, CHANGED, NUDGE, DAILY, FREED)
"""Kinds of due rows whose subject is a person."""

_person = bindparam("person", type_=people.c.id.type)
_theirs = select(accounts.c.id).where(accounts.c.person_id == _person)


class MyDataTable:
    """Implements `bot.domain.mydata.MyData`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def everything(self, person: int) -> Kept:
        found: dict[str, list[dict[str, object]]] = {}
        for table, statement in _owned():
            rows = await self._connection.rows(statement, {"person": person})
            if rows:
                found[table.name] = [
                    {
                        column.name: self._said(column, value)
                        for column, value in zip(table.c, row, strict=True)
                        if f"{table.name}.{column.name}" not in BLIND
                    }
                    for row in rows
                ]
        return found

    async def forget(self, person: int, now: datetime) -> None:
        few = await seats.hold_for(self._connection, [person])
        noted = [row.resource_id for row in await self._connection.rows(_NOTED, {"person": person})]
        for statement in _FORGET:
            await self._connection.execute(statement, {"person": person})
        await reindex(self._connection, noted)  # their words are not looked for any more
        await seats.fill(self._connection, few, now)

    def _said(self, column: Column[object], value: object) -> object:
        if value is None:
            return None
        if (column.comment or "").startswith(SEALED) or (isinstance(column.type, Json) and isinstance(value, str)):
            return self._connection.vault.open(str(value))
        return value.isoformat() if isinstance(value, datetime | date) else value


def owners() -> Iterator[tuple[Table, Column[object], bool]]:
    """Every column that names a person or, where the last is True, one of their accounts."""
    for table in metadata.sorted_tables:
        for column in table.c:
            targets = {key.target_fullname for key in column.foreign_keys}
            if "people.id" in targets or column is people.c.id:
                yield table, column, False
            elif "accounts.id" in targets or column in _UNBOUND:
                yield table, column, True


_UNBOUND = (events.c.account_id, attendances.c.account_id, proposals.c.account_id)
"""Accounts that are named without a key (`storage.tables` says why)."""


@cache
def _owned() -> tuple[tuple[Table, Executable], ...]:
    """How each table is asked for what is somebody's."""
    asked: dict[Table, list[object]] = {}
    for table, column, is_account in owners():
        if f"{table.name}.{column.name}" not in OF_OTHERS and table.name not in SECRET:
            asked.setdefault(table, []).append(column.in_(_theirs) if is_account else column == _person)
    return tuple((table, select(*table.c).where(or_(*conditions))) for table, conditions in asked.items())  # type: ignore[arg-type]  # conditions, each of them


_posted = and_(
    outbox.c.workspace.is_(None),
    exists().where(
        accounts.c.person_id == _person,
        accounts.c.platform == outbox.c.platform,
        accounts.c.external_id == outbox.c.place,
    ),
)
_NOTED = select(resource_notes.c.resource_id).where(resource_notes.c.person_id == _person)
_FORGET: tuple[Executable, ...] = (
    delete(due).where(due.c.kind.in_(OF_PERSONS), due.c.subject == _person),
    delete(due).where(
        due.c.kind == REMINDER, due.c.subject.in_(select(reminders.c.id).where(reminders.c.person_id == _person))
    ),
    delete(outbox).where(_posted),
    update(events).where(events.c.account_id.in_(_theirs)).values(account_id=None),
    # all else goes with the person, or forgets who they were: the keys say which
    delete(people).where(people.c.id == _person),
)
