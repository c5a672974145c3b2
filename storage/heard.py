"""What platforms told, by name."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Executable, bindparam, delete, select

from bot.ports import HEARD_FOR
from storage.connection import Connection
from storage.schema import UTC, insert_into
from storage.tables import heard

_old = select(heard.c.name).where(heard.c.at <= bindparam("before", type_=UTC())).limit(bindparam("most"))
_SWEEP = delete(heard).where(heard.c.name.in_(_old.scalar_subquery()))


class HeardTable:
    """Implements `bot.ports.Heard`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def first(self, name: str, now: datetime) -> bool:
        values = {"name": name, "at": now, "before": now - HEARD_FOR}
        return await self._connection.scalar(_first(self._connection.dialect), values) is not None

    async def sweep(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_SWEEP, {"before": before, "most": limit})).rowcount


@cache
def _first(dialect: str) -> Executable:
    """Two at once wait for each other's row; whoever comes second finds it there and writes nothing."""
    statement = insert_into(heard, dialect).values(name=bindparam("name"), at=bindparam("at"))
    return statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"at": statement.excluded.at},
        where=heard.c.at <= bindparam("before", type_=UTC()),
    ).returning(heard.c.name)
