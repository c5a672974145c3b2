"""Where everything is kept: one SQLite file or one PostgreSQL database, by the same code."""

from __future__ import annotations

import asyncio
import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import SetupError
from bot.ports import Turnstile
from bot.sealing import Vault
from storage import connection_changes, sealed
from storage.connection import Connection
from storage.engine import is_sqlite, make_engine, normalise_url
from storage.migrate import migrate
from storage.tables import goals, reminders
from storage.turnstile import LocalTurnstile, SharedTurnstile
from storage.unit_of_work import Work

__all__ = ["Database", "hold", "migrate", "throwaway"]


class Database:
    """Implements `bot.ports.Store`. `wake` is called after each commit that made something due or owed; `vault` seals
    what is private.

    Raises SetupError for a `url` that is none. Connects when it is first used.
    """

    def __init__(self, url: str, *, wake: Callable[[], None] = lambda: None, vault: Vault | None = None) -> None:
        parsed = normalise_url(url)
        self._vault = vault or Vault()
        self._engine = engine = make_engine(parsed)
        self._wake = wake
        self._is_sqlite = is_sqlite(parsed)
        # SQLite has one writer at a time. Waiting here is fair and free; its own way sleeps and polls.
        self._turn = asyncio.Lock()
        self.turnstile: Turnstile = LocalTurnstile() if self._is_sqlite else SharedTurnstile(self.writing)
        """For whoever shares this database."""
        if self._is_sqlite:
            self._writers = engine.execution_options(begins="BEGIN IMMEDIATE")
            self._readers = self._glancers = engine.execution_options(begins="BEGIN")
        else:
            self._writers = engine
            self._readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            # begin and rollback would each be a way to PostgreSQL and back
            self._glancers = engine.execution_options(isolation_level="AUTOCOMMIT")

    def reading(self, *, is_steady: bool = True) -> AbstractAsyncContextManager[Work]:
        """All its statements see the database as it was at the first one. What is written is refused by
        PostgreSQL, and undone on SQLite. Without `is_steady` each sees a moment of its own, and must be a SELECT.
        """
        return self._reading(is_steady=is_steady)

    def writing(self) -> AbstractAsyncContextManager[Work]:
        """Committed when its block ends, rolled back when it raises or is cancelled."""
        return self._writing_in_turn() if self._is_sqlite else self._writing()

    async def answers(self) -> bool:
        """Whether it can be asked now."""
        try:
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql("SELECT 1")
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def check_keys(self) -> None:
        """Raises SetupError where something is sealed with a key that is not there."""
        async with self.reading() as uow:
            missing = await connection_changes.has_other_keys(uow.connection)
            for table in (reminders, goals):
                missing = missing or await sealed.has_other_keys(uow.connection, table)
        if missing:
            raise SetupError(
                "GREENROOM_SECRET_KEY: connections in the database are sealed with a key that is not among its keys."
                " Add that key, behind a comma."
                if self._vault.first
                else "GREENROOM_SECRET_KEY: connections in the database are sealed, and it is not set. Set it again."
            )

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _reading(self, *, is_steady: bool) -> AsyncIterator[Work]:
        async with (self._readers if is_steady else self._glancers).connect() as connection:
            yield Work(Connection(connection, self._vault, only_selects=not is_steady))

    @asynccontextmanager
    async def _writing_in_turn(self) -> AsyncIterator[Work]:
        async with self._turn, self._writing() as work:
            yield work

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[Work]:
        async with self._writers.connect() as inner:
            connection = Connection(inner, self._vault)
            yield Work(connection)
            await inner.commit()
        if connection.wakes:
            self._wake()


@contextmanager
def hold(url: str) -> Iterator[None]:
    """Be the only bot on a database as long as the block lasts. SQLite serves one, PostgreSQL many.

    Raises SetupError, naming the process that holds it, when there is one.
    """
    parsed = normalise_url(url)
    if not is_sqlite(parsed):
        yield
        return
    path = Path(f"{parsed.database}.lock")
    try:
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise SetupError(f"DATABASE_URL: {path} cannot be written: {error.strerror}.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise SetupError(
                f"{parsed.database} is in use by another Greenroom (process {holder}). SQLite serves one:"
                " stop that one, or put DATABASE_URL on PostgreSQL."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
        file.truncate(0)


@contextmanager
def throwaway() -> Iterator[str]:
    """The address of a new SQLite database that is gone when the block ends.

    A file and not `:memory:`, which no two connections can share with the same guarantees.
    """
    with tempfile.TemporaryDirectory(prefix="greenroom-") as folder:
        yield f"sqlite:///{folder}/greenroom.db"
