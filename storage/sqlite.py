"""SQLite with as few hops between threads as can be: they cost more than what SQLite does.

aiosqlite works a connection in a thread of its own, and goes there for the cursor, the statement, its rows, the
cursor's end, and for each begin and rollback. Here a statement is one hop: the cursor lives there only, the
transaction begins with its first statement, and one that only read is ended from here, which touches no file.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, TypeVar

import aiosqlite
from sqlalchemy import Connection

T = TypeVar("T")
Begins = Literal["BEGIN", "BEGIN IMMEDIATE"]


def begin(connection: Connection) -> None:
    """To be heard at the engine's `begin`: the next statement begins a transaction as the option `begins` says.

    Without that option nothing begins by itself.
    """
    begins = connection.get_execution_options().get("begins")
    driver = connection.connection.driver_connection
    assert isinstance(driver, _Connection)
    driver.begins = begins


def connected(database: str, **options: Any) -> aiosqlite.Connection:  # Any: as sqlite3 has them
    """What SQLAlchemy awaits for a new connection (`async_creator_fn`)."""
    connection = _Connection(lambda: sqlite3.connect(database, **{**options, "check_same_thread": False}), 0)
    thread = connection._thread  # noqa: SLF001 - as SQLAlchemy does it for connections it makes itself
    thread.daemon = True
    thread.run = partial(_while_the_loop_lasts, thread.run)  # type: ignore[method-assign]  # aiosqlite makes the thread
    return connection


def _while_the_loop_lasts(work: Callable[[], None]) -> None:
    """A statement that was given up may end behind its loop: what it found is nobody's then, and the thread ends."""
    try:
        work()
    except RuntimeError as error:
        if str(error) != "Event loop is closed":
            raise


class _Connection(aiosqlite.Connection):
    """`begins` is what the next statement has to begin with; `_is_left` that one may be under way with nobody
    waiting for it, who was cancelled.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection], iter_chunk_size: int) -> None:
        super().__init__(connector, iter_chunk_size)
        self.begins: Begins | None = None
        self._is_left = False
        self._has_read_only = False

    def cursor(self) -> _Cursor:  # type: ignore[override]  # SQLAlchemy asks for no more than it has
        return _Cursor(self)

    async def there(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do it in the connection's thread, in a transaction if one has to begin."""
        begins, self.begins = self.begins, None
        if begins is not None:
            self._has_read_only = begins == "BEGIN"
        self._is_left = True
        try:
            found: T = await self._execute(_begun, self._conn, begins, work)  # type: ignore[no-untyped-call]  # nor is it
        except asyncio.CancelledError:
            raise
        except BaseException:
            self._is_left = False
            raise
        self._is_left = False
        return found

    async def commit(self) -> None:
        if not self._has_ended():
            await super().commit()
            self._is_left = False

    async def rollback(self) -> None:
        if self._has_ended():
            return
        if self._has_read_only and not self._is_left:
            self._conn.rollback()
            return
        await super().rollback()
        self._is_left = False

    def _has_ended(self) -> bool:
        self.begins = None
        return not self._is_left and not self._conn.in_transaction


def _begun(connection: sqlite3.Connection, begins: Begins | None, work: Callable[[sqlite3.Connection], T]) -> T:
    if begins is not None:
        connection.execute(begins)
    return work(connection)


class _Cursor:
    """What SQLAlchemy needs of an asynchronous cursor. Every row of a statement is here when it was executed."""

    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()  # Any: a row of whatever was asked
        self.description: Any = None  # Any: as sqlite3 has it
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, operation: str, parameters: Any = ()) -> None:  # Any: a sequence or a mapping
        await self._connection.there(lambda connection: self._keep(connection.execute(operation, parameters)))

    async def executemany(self, operation: str, parameters: Any) -> None:  # Any: several of those
        await self._connection.there(lambda connection: self._keep(connection.executemany(operation, parameters)))

    async def fetchall(self) -> Sequence[Any]:  # Any: as above
        return self._rows

    async def close(self) -> None:
        self._rows = ()

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.lastrowid = cursor.description, cursor.lastrowid
        if cursor.description:
            self._rows = cursor.fetchall()
        self.rowcount = cursor.rowcount
        cursor.close()
