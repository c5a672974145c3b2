"""Transactions, addresses, and what each database was told."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from bot.domain.delivery import Due
from bot.domain.drafts import Draft
from bot.domain.people import Caller
from bot.errors import SetupError
from storage.database import Database, hold, migrate, throwaway
from storage.engine import make_engine, normalise_url, shown
from storage.schema import UTC, DatabaseNow, Json, Wall
from storage.sqlite import _Connection, connected
from storage.tables import accounts
from storage.unit_of_work import Work
from tests.postgres import Postgres
from tests.storage.making import FRIDAY, NOW

DRAFT = Draft("d1", "event add", {})


# --- transactions ------------------------------------------------------------------------------------------


async def test_what_raises_is_undone(database: Database, ada: Caller) -> None:
    async def write() -> None:
        async with database.writing() as uow:
            await uow.drafts.keep(ada.person.id, DRAFT, NOW)
            raise LookupError

    with pytest.raises(LookupError):
        await write()
    assert await _draft(database, ada) is None


async def test_what_is_cancelled_is_undone_and_lets_others_write(database: Database, ada: Caller) -> None:
    is_written = asyncio.Event()

    async def write() -> None:
        async with database.writing() as uow:
            await uow.drafts.keep(ada.person.id, DRAFT, NOW)
            is_written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await is_written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _draft(database, ada) is None
    async with database.writing() as uow:
        await uow.drafts.keep(ada.person.id, DRAFT, NOW)
    assert await _draft(database, ada) == DRAFT


async def test_a_reading_unit_sees_one_moment(database: Database, ada: Caller) -> None:
    async with database.reading() as reader:
        assert await reader.drafts.get(ada.person.id, "d1", NOW) is None
        async with database.writing() as writer:
            await writer.drafts.keep(ada.person.id, DRAFT, NOW)
        assert await reader.drafts.get(ada.person.id, "d1", NOW) is None
    assert await _draft(database, ada) == DRAFT


async def test_a_reading_unit_leaves_nothing_behind(database: Database, ada: Caller) -> None:
    try:
        async with database.reading() as uow:
            await uow.drafts.keep(ada.person.id, DRAFT, NOW)
    except DBAPIError:  # PostgreSQL refuses at once
        pass
    assert await _draft(database, ada) is None


async def test_a_reading_that_need_not_be_steady_writes_nothing_either(database: Database, ada: Caller) -> None:
    async with database.reading(is_steady=False) as uow:
        assert await uow.drafts.get(ada.person.id, "d1", NOW) is None
    with pytest.raises(AssertionError, match="steady"):
        async with database.reading(is_steady=False) as uow:
            await uow.drafts.keep(ada.person.id, DRAFT, NOW)
    assert await _draft(database, ada) is None


async def test_a_reader_who_is_cancelled_leaves_a_connection_that_works(database: Database, ada: Caller) -> None:
    async def read() -> None:
        async with database.reading() as uow:
            await uow.drafts.get(ada.person.id, "d1", NOW)

    for _ in range(20):
        readers = [asyncio.create_task(read()) for _ in range(8)]
        await asyncio.sleep(0)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    async with database.writing() as uow:
        await uow.drafts.keep(ada.person.id, DRAFT, NOW)
    assert await _draft(database, ada) == DRAFT


async def test_a_hundred_writers_take_turns(database: Database, ada: Caller) -> None:
    async def write(number: int) -> None:
        async with database.writing() as uow:
            await uow.drafts.keep(ada.person.id, Draft(f"d{number}", "event add", {}), NOW)

    await asyncio.gather(*(write(number) for number in range(100)))
    async with database.writing() as uow:
        assert await uow.drafts.sweep(NOW + timedelta(days=2)) == 100


async def test_the_scheduler_is_woken_after_the_commit_and_only_for_what_falls_due(database_url: str) -> None:
    woken: list[datetime | None] = []
    database = Database(database_url, wake=lambda: woken.append(None))
    async with database.writing() as uow:
        await uow.drafts.sweep(NOW)
    assert not woken
    async with database.writing() as uow:
        await uow.due.put(Due("digest", 1, NOW))
        assert not woken
    assert woken == [None]
    with suppress(LookupError):
        async with database.writing() as uow:
            await uow.due.put(Due("digest", 2, NOW))
            raise LookupError
    assert woken == [None]
    await database.close()


async def test_a_key_that_names_nothing_is_refused(database: Database) -> None:
    account = {"person_id": 999, "platform": "x", "external_id": "x", "name": "x"}
    async with database.writing() as uow:
        assert isinstance(uow, Work)
        with pytest.raises(IntegrityError):
            await uow.connection.execute(insert(accounts), account)


# --- types -------------------------------------------------------------------------------------------------


async def test_moments_come_back_in_utc_to_the_microsecond(database: Database) -> None:
    moment = datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    for each in (moment, datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc), NOW):  # noqa: UP017 - UTC is ours
        kept = await _through(database, UTC(), each)
        assert kept == each
        assert isinstance(kept, datetime)
        assert kept.utcoffset() == timedelta()


async def test_naive_moments_and_aware_walls_are_refused(database: Database) -> None:
    for kind, value in ((UTC(), FRIDAY), (Wall(), NOW)):
        with pytest.raises(StatementError, match="zone"):
            await _through(database, kind, value)
    assert await _through(database, Wall(), FRIDAY) == FRIDAY
    assert await _through(database, Wall(), None) is None


async def test_json_keeps_what_people_paste_and_its_order(database: Database) -> None:
    value = {"b": "\x00 \ud800 🔥", "a": [1, None, True, {"c": "é"}]}
    kept = await _through(database, Json(), value)
    assert kept == value
    assert isinstance(kept, dict)
    assert list(kept) == ["b", "a"]


async def test_the_database_has_a_clock_that_goes(database: Database) -> None:
    async with database.reading() as uow:
        assert isinstance(uow, Work)
        first = await uow.connection.scalar(select(DatabaseNow()))
        later = await uow.connection.scalar(select(DatabaseNow()))
        is_before = await uow.connection.scalar(
            select(DatabaseNow() < bindparam("then", first + timedelta(days=1), type_=UTC()))
        )
    assert first.utcoffset() == timedelta()
    assert timedelta() <= later - first < timedelta(minutes=1)
    assert is_before


# --- addresses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///greenroom.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:////var/lib/greenroom.db", "sqlite+aiosqlite"),
        (" postgres://user:secret@host/db ", "postgresql+asyncpg"),
        ("postgresql://host:5433/db?sslmode=require", "postgresql+asyncpg"),
    ],
)
def test_an_address_as_people_have_it_gets_its_driver(url: str, driver: str) -> None:
    parsed = normalise_url(url)
    assert parsed.drivername == driver
    assert "secret" not in shown(parsed)
    assert "sslmode" not in parsed.query


@pytest.mark.parametrize(
    "url",
    [
        "",
        "greenroom.db",
        "mysql://root:secret@host/db",
        "postgresql://user:secret@host",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://user:secret@host:port/db",
    ],
)
def test_a_wrong_address_names_its_setting_and_no_password(url: str) -> None:
    with pytest.raises(SetupError, match="DATABASE_URL") as refused:
        Database(url)
    assert "secret" not in str(refused.value)


async def test_a_database_that_is_not_there_is_said_without_the_password(postgres: Postgres) -> None:
    with pytest.raises(SetupError, match=r"PostgreSQL at 127\.0\.0\.1:1/db cannot be used") as refused:
        await migrate("postgresql://user:secret@127.0.0.1:1/db")
    assert "secret" not in str(refused.value)
    with pytest.raises(SetupError, match='database "nowhere" does not exist'):
        await migrate(postgres.url("nowhere"))
    with pytest.raises(SetupError, match=r"SQLite at /nowhere/x\.db cannot be used"):
        await migrate("sqlite:////nowhere/x.db")


async def test_sqlite_is_told_what_it_needs(sqlite_url: str) -> None:
    engine = make_engine(normalise_url(sqlite_url))
    async with engine.connect() as connection:
        for pragma, value in {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}.items():
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar() == value
    await engine.dispose()


async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary, this is a text of more than a hundred letters. " * 20)
    with pytest.raises(SetupError, match="not a database"):
        await migrate(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear diary")


def test_a_throwaway_database_is_gone_afterwards() -> None:
    with throwaway() as url:
        path = Path(normalise_url(url).database or "")
        asyncio.run(migrate(url))
        assert path.exists()
    assert not path.parent.exists()


# --- one process -------------------------------------------------------------------------------------------


def test_a_second_bot_on_one_file_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.db"
    other = f"from storage.database import hold\nwith hold({url!r}): print('held')"
    for _ in range(2):  # and again after it was let go
        with hold(url):
            done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, check=False)
            assert done.returncode == 1
            assert f"(process {os.getpid()})" in done.stderr
    done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, check=False)
    assert done.stdout == "held\n"


def test_postgres_serves_many_bots() -> None:
    with hold("postgresql://host/db"), hold("postgresql://host/db"):
        pass


def test_a_lock_that_cannot_be_written_is_said_in_one_line() -> None:
    with pytest.raises(SetupError, match="DATABASE_URL"), hold("sqlite:////nowhere/x.db"):
        pass


async def _draft(database: Database, who: Caller) -> Draft | None:
    async with database.reading() as uow:
        return await uow.drafts.get(who.person.id, "d1", NOW)


async def _through(database: Database, kind: UTC | Wall | Json, value: object) -> object:
    """A value as it comes back from the database."""
    cast = {UTC: "timestamptz", Wall: "text", Json: "text"}[type(kind)]
    async with database.reading() as uow:
        assert isinstance(uow, Work)
        name = f"CAST(:value AS {cast})" if uow.connection.dialect == "postgresql" else ":value"
        statement = text(f"SELECT {name} AS value").bindparams(bindparam("value", type_=kind)).columns(value=kind)
        return await uow.connection.scalar(statement, {"value": value})


def test_a_statement_that_ends_behind_its_loop_is_no_trouble(tmp_path: Path) -> None:
    """Threads that break fail a test by themselves."""
    is_begun, may_end = threading.Event(), threading.Event()

    def slow(_connection: sqlite3.Connection) -> None:
        is_begun.set()
        may_end.wait(30)

    async def give_up() -> _Connection:
        connection = await connected(str(tmp_path / "slow.db"))
        assert isinstance(connection, _Connection)
        task = asyncio.create_task(connection.there(slow))
        await asyncio.to_thread(is_begun.wait, 30)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return connection

    connection = asyncio.run(give_up())
    may_end.set()
    connection._thread.join(30)
    assert not connection._thread.is_alive()
    connection._conn.close()
    connection._connection = None
