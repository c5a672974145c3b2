"""Databases of every age become what this code expects."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.errors import SetupError
from storage.database import Database, migrate
from storage.engine import make_engine, normalise_url
from storage.migrate import newest
from storage.schema import metadata

MIGRATE = """
import asyncio, sys
from storage.database import migrate
print(asyncio.run(migrate(sys.argv[1])), "alembic" in sys.modules)
"""


async def test_the_tables_are_those_that_the_code_speaks_of(database_url: str) -> None:
    def compare(connection: Connection) -> list[Any]:  # Any: Alembic's differences
        options = {"target_metadata": metadata, "include_object": _is_no_index_of_words, "compare_type": False}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    engine = make_engine(normalise_url(database_url))
    async with engine.connect() as connection:
        assert await connection.run_sync(compare) == []
    await engine.dispose()


async def test_the_first_start_migrates_and_the_next_finds_nothing_to_do(empty_database_url: str) -> None:
    assert await migrate(empty_database_url) is True
    assert await migrate(empty_database_url) is False


def test_a_start_with_nothing_to_do_does_not_load_alembic(database_url: str) -> None:
    assert _said(_start(database_url)) == "False False"


def test_of_two_processes_that_start_together_one_migrates(empty_database_url: str) -> None:
    started = [_start(empty_database_url) for _ in range(3)]
    assert sorted(_said(process) for process in started) == ["False False", "False False", "True True"]


async def test_another_edition_of_the_cities_is_loaded_over_the_first(database_url: str) -> None:
    engine = make_engine(normalise_url(database_url))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE loaded SET edition = 'older'"))
        await connection.execute(text("UPDATE places SET name = 'Bärlin' WHERE id = 2950159"))
        await connection.execute(text("DELETE FROM place_names WHERE key LIKE 'b%'"))
    await engine.dispose()
    assert await migrate(database_url) is True
    database = Database(database_url)
    async with database.reading() as uow:
        assert (await uow.places.named("Berlin")).name == "Berlin"
    await database.close()


async def test_a_database_of_a_later_version_is_left_alone(database_url: str) -> None:
    engine = make_engine(normalise_url(database_url))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    with pytest.raises(SetupError, match=f"9999.*{newest()}"):
        await migrate(database_url)


def _is_no_index_of_words(_object: object, name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:
    return not (name or "").startswith(("search", "alembic"))


def _start(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", MIGRATE, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _said(process: subprocess.Popen[str]) -> str:
    said, wrong = process.communicate()
    assert process.returncode == 0, wrong
    return said.strip()
