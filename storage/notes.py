"""Small facts that adapters keep between starts."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Executable, bindparam, select

from storage.connection import Connection
from storage.schema import insert_into
from storage.tables import notes

_GET = select(notes.c.value).where(notes.c.name == bindparam("note"))


class NoteTable:
    """Implements `bot.ports.Notes`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, name: str) -> str | None:
        value: str | None = await self._connection.scalar(_GET, {"note": name})
        return value

    async def put(self, name: str, value: str) -> None:
        await self._connection.execute(_put(self._connection.dialect), {"name": name, "value": value})


@cache
def _put(dialect: str) -> Executable:
    statement = insert_into(notes, dialect)
    return statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
