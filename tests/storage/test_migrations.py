"""Databases of every age become what this code expects."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.domain.events import Attendance
from bot.errors import SetupError
from storage.database import Database, migrate
from storage.engine import make_engine, normalise_url
from storage.migrate import VERSIONS, newest
from storage.schema import metadata, microseconds
from tests.storage.making import NOW, account, workspace

BEFORE_LINKING = (
    "INSERT INTO communities (id, name, zone, locale) VALUES (7, 'Attic', 'UTC', 'en')",
    "INSERT INTO workspaces (id, community_id, platform, external_id, name) VALUES (9, 7, 'console', 'attic', 'Attic')",
    "INSERT INTO people (id, name, zone, locale) VALUES (5, 'Ada', '', '')",
    "INSERT INTO accounts (id, person_id, platform, external_id, name) VALUES (4, 5, 'console', 'ada', 'Ada')",
    "INSERT INTO memberships (person_id, community_id, is_organiser, seen_at) VALUES (5, 7, true, :at)",
    "INSERT INTO events (id, community_id, version, title, description, genres, venue, online_link, page_link,"
    " currency, starts, ends, zone, is_all_day, rrule, extra, without, changes, is_cancelled, added_by, created_at)"
    " VALUES (2, 7, 1, 'Night', '', '[]', '', '', '', '', '2026-11-06T19:00:00', '2026-11-06T22:00:00', 'UTC', false,"
    " '', '[]', '[]', '[]', false, 5, :at)",
    "INSERT INTO occurrences (id, event_id, community_id, original, starts, ends, is_cancelled, genres, is_online,"
    " is_in_person, currency) VALUES (3, 2, 7, '2026-11-06T19:00:00', :at, :at, false, '|', false, true, '')",
    "INSERT INTO attendances (occurrence_id, person_id, answer, at) VALUES (3, 5, 'going', :at)",
)
"""A community of version 0003."""

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


async def test_whoever_was_known_before_accounts_could_be_linked_is_known_after(database_url: str) -> None:
    engine = make_engine(normalise_url(database_url))
    async with engine.begin() as connection:
        await connection.run_sync(_back_to, "0003")
        for statement in BEFORE_LINKING:
            await connection.execute(text(statement), {"at": microseconds(NOW) if "sqlite" in database_url else NOW})
    await engine.dispose()
    assert await migrate(database_url) is True
    database = Database(database_url)
    async with database.reading() as uow:
        ada = await uow.people.recognise(account("ada"), workspace("Attic"), is_organiser=True, now=NOW)
        [event] = await uow.connection.rows(text("SELECT workspace_id, account_id FROM events"))
        occurrence = await uow.events.get(7, 3, person=5)
    await database.close()
    assert ada is not None
    assert (ada.person.id, ada.community and ada.community.id, ada.is_organiser) == (5, 7, True)
    assert tuple(event) == (9, None)
    assert occurrence is not None
    assert occurrence.mine is Attendance.GOING


async def test_a_database_of_a_later_version_is_left_alone(database_url: str) -> None:
    engine = make_engine(normalise_url(database_url))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()
    with pytest.raises(SetupError, match=f"9999.*{newest()}"):
        await migrate(database_url)


def _back_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


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
