"""Bring a database up to this version: its tables, and the cities shipped beside the code."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, delete, insert, select, text
from sqlalchemy import Connection as SyncConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import SetupError
from storage.cities import CITIES_EDITION, read_cities
from storage.engine import is_sqlite, make_engine, normalise_url, shown
from storage.schema import insert_into
from storage.tables import loaded, place_names, places

VERSIONS = Path(__file__).parent / "migrations" / "versions"
LOCK = 0x677265656E  # "green": whoever migrates PostgreSQL holds this advisory lock
WAIT_MS = 60_000  # how long a second process waits for the one that migrates


async def migrate(url: str) -> bool:
    """Apply what is missing; True when something was. Of several processes that start together one does it.

    Raises SetupError where the database cannot be reached, or is of a later version than this code.
    """
    parsed = normalise_url(url)
    engine = make_engine(parsed, pool=1)
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
    except (OSError, OperationalError, DBAPIError) as error:
        raise _explained(parsed, error) from None
    finally:
        await engine.dispose()


def newest() -> str:
    """The latest revision, by the names of the files; Alembic need not be imported to know it."""
    return max(path.stem.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))


async def _is_current(connection: AsyncConnection) -> bool:
    there = (
        "to_regclass('loaded')"
        if connection.dialect.name != "sqlite"
        else ("(SELECT name FROM sqlite_master WHERE name = 'loaded')")
    )
    if (await connection.exec_driver_sql(f"SELECT {there}")).scalar() is None:
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
    dialect = connection.dialect.name
    known: list[dict[str, object]] = []
    names: list[dict[str, object]] = []
    for city in read_cities():
        place = city.place
        known.append({column.name: getattr(place, column.name) for column in places.c})
        names += [{"key": key, "place_id": place.id} for key in dict.fromkeys(city.keys) if key]
    await connection.execute(delete(place_names))
    upsert = insert_into(places, dialect)
    changed = {column.name: upsert.excluded[column.name] for column in places.c if column.name != "id"}
    await connection.execute(upsert.on_conflict_do_update(index_elements=["id"], set_=changed), known)
    await connection.execute(insert(place_names), names)
    edition = insert_into(loaded, dialect).values(name="cities", edition=CITIES_EDITION)
    await connection.execute(
        edition.on_conflict_do_update(index_elements=["name"], set_={"edition": edition.excluded.edition})
    )


def _explained(url: URL, error: Exception) -> SetupError:
    reason = str(error.orig if isinstance(error, DBAPIError) else error).splitlines()[0]
    if url.password:
        reason = reason.replace(str(url.password), "***")
    kind = "SQLite" if is_sqlite(url) else "PostgreSQL"
    return SetupError(f"DATABASE_URL: {kind} at {shown(url)} cannot be used: {reason}")
