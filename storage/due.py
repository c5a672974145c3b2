"""What falls due and when: one table, and the statements that keep `bot.domain.delivery.DueRows`' promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Column,
    Executable,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    literal_column,
    select,
    tuple_,
    update,
)

from bot.domain.delivery import WEB, Due, Platforms
from storage.connection import Connection, Values
from storage.schema import DIALECTS, UTC, insert_into, metadata

due = Table(
    "due",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Integer, primary_key=True, autoincrement=False),
    Column("at", UTC, nullable=False, comment="when it is due, for its kind"),
    Column("platform", Text, nullable=False, server_default="", comment="who serves it moves it on; empty: anybody"),
    Column("wakes_at", UTC, nullable=False, index=True, comment="when it is taken: `at`, or later if put off"),
    Column("fails", Integer, nullable=False),
    sqlite_with_rowid=False,
)

IS_CHORE = due.c.platform == literal_column(f"'{WEB}'")
"""Said in the statement itself: only so the index of those few rows is used."""

Index("ix_due_chores", due.c.wakes_at, sqlite_where=IS_CHORE, postgresql_where=IS_CHORE)

_this = and_(due.c.kind == bindparam("this_kind"), due.c.subject == bindparam("this_subject"))
_still = and_(_this, due.c.at == bindparam("this_at"))


def _put(dialect: str) -> Executable:
    insert = insert_into(due, dialect)
    fresh = {name: insert.excluded[name] for name in ("at", "platform", "wakes_at", "fails")}
    return insert.on_conflict_do_update(index_elements=["kind", "subject"], set_=fresh)


def _hasten(dialect: str) -> Executable:
    insert = insert_into(due, dialect)
    fresh = {name: insert.excluded[name] for name in ("at", "platform", "wakes_at", "fails")}
    is_sooner = due.c.wakes_at > insert.excluded.wakes_at
    return insert.on_conflict_do_update(index_elements=["kind", "subject"], set_=fresh, where=is_sooner)


_DUE_PUT = {dialect: _put(dialect) for dialect in DIALECTS}
_DUE_HASTEN = {dialect: _hasten(dialect) for dialect in DIALECTS}
_is_here = due.c.platform.in_(bindparam("platforms", expanding=True))
_DUE_EARLIEST = select(due.c.wakes_at).order_by(due.c.wakes_at).limit(1)
_DUE_EARLIEST_HERE = _DUE_EARLIEST.where(_is_here)
_DUE = select(due.c.kind, due.c.subject, due.c.at, due.c.platform, due.c.fails).with_for_update(skip_locked=True)
_DUE_NOW = _DUE.where(due.c.wakes_at <= bindparam("now")).order_by(due.c.wakes_at).limit(bindparam("most"))
_DUE_NOW_HERE = _DUE_NOW.where(_is_here)
_CHORE_EARLIEST = _DUE_EARLIEST.where(IS_CHORE)
_CHORES_NOW = _DUE_NOW.where(IS_CHORE)
_DUE_THESE = _DUE.where(tuple_(due.c.kind, due.c.subject).in_(bindparam("these", expanding=True)))
_DUE_DROP = delete(due).where(_this)
_DUE_DONE = delete(due).where(_still)
_DUE_AGAIN = update(due).where(_still).values(at=bindparam("again"), wakes_at=bindparam("again"), fails=0)
_DUE_HOLD = update(due).where(_still).values(wakes_at=bindparam("until"))
_DUE_PUT_OFF = update(due).where(_still).values(wakes_at=bindparam("until"), fails=due.c.fails + 1)


class DueTable:
    """Implements `bot.domain.delivery.DueRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put(self, *rows: Due) -> None:
        await self._connection.execute(_DUE_PUT[self._connection.dialect], [_fresh(each) for each in rows])
        self._connection.wakes = True

    async def hasten(self, due_: Due) -> None:
        await self._connection.execute(_DUE_HASTEN[self._connection.dialect], _fresh(due_))
        self._connection.wakes = True

    async def drop(self, kind: str, subject: int) -> None:
        await self._connection.execute(_DUE_DROP, {"this_kind": kind, "this_subject": subject})

    async def earliest(self, platforms: Platforms = None) -> datetime | None:
        statement = _DUE_EARLIEST if platforms is None else _DUE_EARLIEST_HERE
        moment: datetime | None = await self._connection.scalar(statement, _here(platforms))
        return moment

    async def take(self, now: datetime, limit: int, platforms: Platforms = None) -> Sequence[Due]:
        statement = _DUE_NOW if platforms is None else _DUE_NOW_HERE
        rows = await self._connection.rows(statement, {"now": now, "most": limit, **_here(platforms)})
        return [Due(*row) for row in rows]

    async def earliest_chore(self) -> datetime | None:
        moment: datetime | None = await self._connection.scalar(_CHORE_EARLIEST)
        return moment

    async def take_chores(self, now: datetime, limit: int) -> Sequence[Due]:
        rows = await self._connection.rows(_CHORES_NOW, {"now": now, "most": limit})
        return [Due(*row) for row in rows]

    async def lock(self, rows: Sequence[Due]) -> Sequence[Due]:
        these = [(row.kind, row.subject) for row in rows]
        there = {Due(*row) for row in await self._connection.rows(_DUE_THESE, {"these": these})}
        return [row for row in rows if row in there]

    async def put_off(self, rows: Sequence[Due], until: datetime) -> None:
        if rows:
            await self._connection.execute(_DUE_PUT_OFF, [_named(row) | {"until": until} for row in rows])

    async def hold(self, rows: Sequence[Due], until: datetime) -> None:
        if rows:
            await self._connection.execute(_DUE_HOLD, [_named(row) | {"until": until} for row in rows])

    async def move(self, moved: Sequence[tuple[Due, datetime | None]]) -> None:
        again = [_named(row) | {"again": at} for row, at in moved if at is not None]
        if again:
            await self._connection.execute(_DUE_AGAIN, again)
        done = [_named(row) for row, at in moved if at is None]
        if done:
            await self._connection.execute(_DUE_DONE, done)


def _fresh(due_: Due) -> Values:
    told = {"kind": due_.kind, "subject": due_.subject, "at": due_.at, "platform": due_.platform}
    return {**told, "wakes_at": due_.at, "fails": 0}


def _here(platforms: Platforms) -> Values:
    return {} if platforms is None else {"platforms": ["", *platforms]}


def _named(row: Due) -> dict[str, object]:
    return {"this_kind": row.kind, "this_subject": row.subject, "this_at": row.at}
