"""Bring a database up to this version: its tables, and the cities shipped beside the code."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Table, delete, select, text
from sqlalchemy import Connection as SyncConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import SetupError
from storage.cities import CITIES_EDITION, read_cities
from storage.engine import is_sqlite, make_engine, normalise_url, shown
from storage.schema import insert_into
from storage.tables import loaded, place_names, places

VERSIONS = Path(__file__).parent / "migrations" / "versions"
LOCK = 0x677265656E  # "green": whoever migrates PostgreSQL holds this advisory lock
DRIVERS = ("sqlite3", "asyncpg")  # whose own errors reach us where connecting fails
BATCH = 2_000  # cities written at a time
WAIT_MS = 60_000  # how long a second process waits for the one that migrates


async def migrate(url: str) -> bool:
    """Apply what is missing; True when something was. Of several processes that start together one does it.

    Raises SetupError where the database cannot be reached, or is of a later version than this code.
    """
    parsed = normalise_url(url)
    try:
        if is_sqlite(parsed):
            _probe(parsed)
        return await _migrate(parsed)
    except Exception as error:
        if isinstance(error, OSError | DBAPIError) or type(error).__module__.startswith(DRIVERS):
            raise _explained(parsed, error) from None
        raise


async def _migrate(url: URL) -> bool:
    engine = make_engine(url, pool=1)
    try:
        async with engine.connect() as connection:
            if await _is_current(connection):
                return False
            await _lock(connection)
            if await _is_current(connection):  # another process was first
                return False
            await connection.run_sync(_upgrade)
            await _load_cities(connection)
            await connection.commit()
            return True
    finally:
        await engine.dispose()


def newest() -> str:
    """The latest revision, by the names of the files; Alembic need not be imported to know it."""
    return max(path.stem.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


async def _is_current(connection: AsyncConnection) -> bool:
    is_there = "SELECT to_regclass('loaded')"
    if connection.dialect.name == "sqlite":
        is_there = "SELECT name FROM sqlite_master WHERE name = 'loaded'"
    if (await connection.exec_driver_sql(is_there)).scalar() is None:
        return False
    at = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    if at is not None and at > newest():
        raise SetupError(f"The database is of a later version ({at}) than this Greenroom ({newest()}). Update it.")
    edition = select(loaded.c.edition).where(loaded.c.name == "cities")
    return at == newest() and (await connection.execute(edition)).scalar() == CITIES_EDITION


async def _lock(connection: AsyncConnection) -> None:
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql(f"PRAGMA busy_timeout={WAIT_MS}")
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        await connection.rollback()  # what was read before the lock is stale after it
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _upgrade(connection: SyncConnection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _load_cities(connection: AsyncConnection) -> None:
    """Places that a new edition does not have stay, nameless: events may lie in them."""
    columns = [column.name for column in places.c]
    await connection.execute(delete(place_names))
    cities = read_cities()
    # a few at a time: all of them at once would be most of the memory the bot ever needs
    while batch := list(islice(cities, BATCH)):
        await _write(connection, places, [tuple(getattr(city.place, name) for name in columns) for city in batch])
        await _write(connection, place_names, [(key, city.place.id) for city in batch for key in city.keys if key])
    edition = insert_into(loaded, connection.dialect.name).values(name="cities", edition=CITIES_EDITION)
    await connection.execute(
        edition.on_conflict_do_update(index_elements=["name"], set_={"edition": edition.excluded.edition})
    )


async def _write(connection: AsyncConnection, table: Table, rows: list[Any]) -> None:  # Any: tuples of its columns
    """Put many rows into a table, or in the place of those with their key, past all that costs time for each row."""
    columns = [column.name for column in table.c]
    keys = [column.name for column in table.primary_key]
    others = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in keys)
    conflict = f"ON CONFLICT ({', '.join(keys)}) DO {f'UPDATE SET {others}' if others else 'NOTHING'}"
    into = f"INSERT INTO {table.name} ({', '.join(columns)})"
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        await connection.exec_driver_sql(f"{into} VALUES ({marks}) {conflict}", rows)
        return
    new = f"new_{table.name}"
    await connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {new} (LIKE {table.name}) ON COMMIT DROP")
    await connection.exec_driver_sql(f"TRUNCATE {new}")
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None, "it is connected"
    await driver.copy_records_to_table(new, records=rows, columns=columns)
    await connection.exec_driver_sql(
        f"{into} SELECT {', '.join(columns)} FROM {new} {conflict}"  # noqa: S608 - the names of our own tables
    )


def _probe(url: URL) -> None:
    """Open an SQLite file once, here: aiosqlite leaves a thread behind where that fails."""
    with closing(sqlite3.connect(str(url.database))) as connection:
        connection.execute("PRAGMA schema_version")


def _explained(url: URL, error: Exception) -> SetupError:
    reason = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
    if url.password:
        reason = reason.replace(str(url.password), "***")
    kind = "SQLite" if is_sqlite(url) else "PostgreSQL"
    return SetupError(f"DATABASE_URL: {kind} at {shown(url)} cannot be used: {reason}")
