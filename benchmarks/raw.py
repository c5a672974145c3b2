"""Record the statements a request takes, transactions included, and replay them through the raw driver.

Replaying is as quick as the driver allows: on SQLite a read is one hop to its thread and back; on PostgreSQL
statements stay prepared. Rows are fetched, and not looked at.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import aiosqlite
import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from storage.engine import PRAGMAS, is_sqlite, normalise_url

Values = Sequence[Any]
"""Any: what the driver is given for a statement's parameters."""

READ_ONLY = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


@dataclass(frozen=True, slots=True)
class Statement:
    """In the driver's own words; `values` hold many rows of parameters where it `is_many`."""

    sql: str
    values: Values = ()
    is_many: bool = False


class Raw(Protocol):
    """One connection of the driver's."""

    async def run(self, statements: Sequence[Statement]) -> int:
        """Run them in order, and return how many rows came back."""


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Every statement that SQLAlchemy gives a driver while the block lasts."""
    statements: list[Statement] = []

    def is_alone(connection: Connection) -> bool:
        """Whether each statement stands by itself, though SQLAlchemy speaks of a transaction."""
        return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"

    def begin(connection: Connection) -> None:
        if not is_alone(connection):
            options = connection.get_execution_options()
            begins = READ_ONLY if options.get("postgresql_readonly") else "BEGIN"
            statements.append(Statement(options.get("begins", begins)))

    # Any: SQLAlchemy's protocol for what listens
    def execute(_connection: Connection, _cursor: Any, sql: str, values: Any, _context: Any, is_many: bool) -> None:
        statements.append(Statement(sql, values or (), is_many))

    def commit(_connection: Connection) -> None:
        statements.append(Statement("COMMIT"))

    def rollback(connection: Connection) -> None:
        if not is_alone(connection):
            statements.append(Statement("ROLLBACK"))

    # Any: each event hands over something else
    listeners: dict[str, Callable[..., Any]] = {
        "begin": begin,
        "before_cursor_execute": execute,
        "commit": commit,
        "rollback": rollback,
    }
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield statements
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Raw]:
    """A raw connection with the settings that ours have."""
    parsed = normalise_url(url)
    if is_sqlite(parsed):
        assert parsed.database
        async with aiosqlite.connect(parsed.database, isolation_level=None) as file:
            for pragma in PRAGMAS:
                await file.execute(pragma)
            yield _Sqlite(file)
        return
    dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    server = await asyncpg.connect(dsn)
    try:
        yield _Postgres(server)
    finally:
        await server.close()


class _Sqlite:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def run(self, statements: Sequence[Statement]) -> int:
        rows = 0
        for each in statements:
            if each.is_many:
                await self._connection.executemany(each.sql, each.values)
            else:
                rows += len(list(await self._connection.execute_fetchall(each.sql, each.values)))
        return rows


class _Postgres:
    def __init__(self, connection: Any) -> None:  # Any: asyncpg brings no types
        self._connection = connection

    async def run(self, statements: Sequence[Statement]) -> int:
        rows = 0
        for each in statements:
            if each.is_many:
                await self._connection.executemany(each.sql, each.values)
            elif each.values:
                rows += len(await self._connection.fetch(each.sql, *each.values))
            else:
                await self._connection.execute(each.sql)
        return rows
