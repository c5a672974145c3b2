"""What was promised to and by connections."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Executable, Integer, Text, and_, bindparam, func, select, true, update

from bot.domain.connections import Ledger, Promise, Side, Standing, refuse_more_promises
from bot.domain.moments import Moment
from storage.connection import AnyRow, Connection
from storage.connection_changes import index_more, lay_anew
from storage.connection_rows import PROMISE, about_in, due_values, promise_in, promise_values
from storage.schema import UTC, among, insert_into, listed
from storage.tables import connections, promises


class PromiseTable:
    """The part of `bot.domain.connections.Connections` that is about promises."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def promise(self, owner: int, id_: int, promise: Promise, request_id: str) -> int | None:
        known = await self._connection.first(TOUCH, {"owner": owner, "this": id_})
        if known is None:
            return None
        there = await self._connection.scalar(_BY_REQUEST, {"owner": owner, "request": request_id})
        if there is not None:
            return int(there)
        counts = await self._connection.rows(_COUNTS, {"owner": owner})
        refuse_more_promises(sum(row.how_many for row in counts))
        vault = self._connection.vault
        values = promise_values(vault, owner, id_, promise) | {"request_id": request_id}
        row = await self._connection.first(_add(self._connection.dialect), values)
        if row is None:  # another process was told the same
            return int(await self._connection.scalar(_BY_REQUEST, {"owner": owner, "request": request_id}))
        if known.sealed_by == vault.first:
            await index_more(self._connection, owner, id_, promises=(promise,))
        else:
            await lay_anew(self._connection, [id_])
        return int(row.id)

    async def promises(self, owner: int, ids: Collection[int]) -> Sequence[Promise]:
        meant = list(dict.fromkeys(ids))
        dialect = self._connection.dialect
        rows = await self._connection.rows(_several(dialect), {"owner": owner, "ids": listed(dialect, meant)})
        found = {row.id: self._promise(row) for row in rows}
        return [found[id_] for id_ in meant if id_ in found]

    async def open_promises(self, owner: int, side: Side | None, *, offset: int, limit: int) -> Ledger:
        values = {"owner": owner, "offset": offset, "limit": limit, "side": None if side is None else side.value}
        rows = await self._connection.rows(_OPEN, values)
        counts = {row.side: row.how_many for row in await self._connection.rows(_COUNTS, {"owner": owner})}
        found = tuple(self._promise(row) for row in rows)
        return Ledger(found, counts.get(Side.MINE.value, 0), counts.get(Side.THEIRS.value, 0))

    async def settle(self, owner: int, promise: int, standing: Standing, now: datetime) -> Promise | None:
        before = await self._locked(owner, promise)
        if before is not None and before.standing is not standing:
            settled = None if standing is Standing.OPEN else now
            values = {"owner": owner, "this": promise, "stands": standing.value, "settled": settled}
            await self._connection.execute(_SETTLE, values)
        return before

    async def put_off(self, owner: int, promise: int, due: Moment | None) -> Promise | None:
        before = await self._locked(owner, promise)
        if before is None:
            return None
        values = {f"new_{name}": value for name, value in due_values(due).items()}
        await self._connection.execute(_PUT_OFF, {"owner": owner, "this": promise} | values)
        return replace(before, due=due)

    async def _locked(self, owner: int, promise: int) -> Promise | None:
        values = {"owner": owner, "this": promise}
        row = await self._connection.first(_ONE, values)
        if row is None:
            return None
        # the connection first, as all else that locks both
        await self._connection.execute(TOUCH, {"owner": owner, "this": row.connection_id})
        row = await self._connection.first(_LOCKED, values)
        return None if row is None else self._promise(row)

    def _promise(self, row: AnyRow) -> Promise:
        vault = self._connection.vault
        return promise_in(vault, row, about_in(vault, row.about).name)


_owner, _this = bindparam("owner", type_=Integer), bindparam("this", type_=Integer)
_is_theirs = and_(promises.c.owner_id == _owner, connections.c.owner_id == _owner)
_is_open = promises.c.standing == Standing.OPEN.value

TOUCH = (
    update(connections)
    .where(connections.c.owner_id == _owner, connections.c.id == _this)
    .values(is_changed=true())
    .returning(connections.c.id, connections.c.sealed_by)
)
"""It is not any more as it was brought in; None where it is not there."""

_WITH_NAME = (
    select(*PROMISE, connections.c.about)
    .join(connections, connections.c.id == promises.c.connection_id)
    .where(_is_theirs)
)
_ONE = _WITH_NAME.where(promises.c.id == _this)
_LOCKED = _ONE.with_for_update(of=promises)
_side = bindparam("side", type_=Text)
_OPEN = (
    _WITH_NAME.where(_is_open, (_side.is_(None)) | (promises.c.side == _side))
    .order_by(promises.c.due_at.is_(None), promises.c.due_at, promises.c.id)
    .offset(bindparam("offset", type_=Integer))
    .limit(bindparam("limit", type_=Integer))
)
_COUNTS = (
    select(promises.c.side, func.count().label("how_many"))
    .where(promises.c.owner_id == _owner, _is_open)
    .group_by(promises.c.side)
)
_BY_REQUEST = select(promises.c.id).where(
    promises.c.owner_id == _owner, promises.c.request_id == bindparam("request", type_=Text)
)
_is_this = and_(promises.c.owner_id == _owner, promises.c.id == _this)
_SETTLE = (
    update(promises)
    .where(_is_this)
    .values(standing=bindparam("stands", type_=Text), settled_at=bindparam("settled", type_=UTC()))
)
_PUT_OFF = (
    update(promises)
    .where(_is_this)
    .values({name: bindparam(f"new_{name}", type_=promises.c[name].type) for name in ("due", "due_zone", "due_at")})
)


@lru_cache(maxsize=2)
def _several(dialect: str) -> Executable:
    return _WITH_NAME.where(among(promises.c.id, "ids", dialect))


@lru_cache(maxsize=2)
def _add(dialect: str) -> Executable:
    statement = insert_into(promises, dialect).on_conflict_do_nothing(index_elements=["owner_id", "request_id"])
    return statement.returning(promises.c.id)
