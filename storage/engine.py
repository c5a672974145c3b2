"""DATABASE_URL, and the engine it names: what each database needs to be told once."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import SetupError
from storage.sqlite import begin, connected

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
EXAMPLES = "sqlite:///greenroom.db or postgresql://user:password@host/database"

POOL = 5
"""Connections kept to PostgreSQL, and readers beside each other on SQLite."""

PRAGMAS = (
    "PRAGMA journal_mode=WAL",  # readers and the writer do not wait for each other
    "PRAGMA synchronous=FULL",  # what was committed outlives a power cut, as what was sent does
    "PRAGMA foreign_keys=ON",  # off by default, and then a broken key is taken
    "PRAGMA busy_timeout=5000",  # ms; for `greenroom import` beside a running bot
)

SETTINGS = {
    "application_name": "greenroom",
    # Both take longer to begin than our longest search takes by itself: 10 ms, or 50 with them.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
"""What PostgreSQL is told."""


def normalise_url(url: str) -> URL:
    """DATABASE_URL with the asynchronous driver that is meant. No error ever repeats the password.

    Raises SetupError for what is no such address, and for SQLite in memory, where each connection would see
    a database of its own (`storage.database.throwaway` gives a file that vanishes).
    """
    try:
        parsed = make_url(url.strip())
        driver = DRIVERS[parsed.drivername]
    except (ArgumentError, ValueError, KeyError):
        raise SetupError(f"DATABASE_URL is not an address of SQLite or PostgreSQL. Try {EXAMPLES}.") from None
    parsed = parsed.set(drivername=driver)
    if is_sqlite(parsed):
        if parsed.database in (None, "", ":memory:") or (parsed.database or "").startswith("file:"):
            raise SetupError("DATABASE_URL names no file. Try sqlite:///greenroom.db.")
    elif not parsed.database:
        raise SetupError(f"DATABASE_URL names no database. Try {EXAMPLES}.")
    elif "sslmode" in parsed.query:  # libpq's name, which hosts hand out; asyncpg calls it ssl
        mode = parsed.query["sslmode"]
        parsed = parsed.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return parsed


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def shown(url: URL) -> str:
    """The address for people to read: without user and password."""
    if is_sqlite(url):
        return str(url.database)
    host = url.host or url.query.get("host", "")
    return f"{host}{f':{url.port}' if url.port else ''}/{url.database}"


def make_engine(url: URL, pool: int = POOL) -> AsyncEngine:
    """An engine on a `normalise_url`; it connects when it is first used.

    On SQLite nothing begins by itself (`isolation_level=None`): units of work say how they begin
    (`storage.sqlite.begin`).
    """
    if is_sqlite(url):
        arguments = {"isolation_level": None, "async_creator_fn": connected}
        engine = create_async_engine(url, connect_args=arguments, pool_size=pool, max_overflow=0, hide_parameters=True)
        event.listen(engine.sync_engine, "connect", _tell_pragmas)
        event.listen(engine.sync_engine, "begin", begin)
        return engine
    return create_async_engine(
        url, connect_args={"server_settings": SETTINGS}, pool_size=pool, max_overflow=0, hide_parameters=True
    )


def _tell_pragmas(connection: sqlite3.Connection, _record: Any) -> None:  # Any: the pool's own record
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
