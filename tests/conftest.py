"""Databases for tests: real ones, migrated once and copied for each test."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import coverage
import hypothesis
import pytest
import structlog

from tests.postgres import Postgres, quick_place, running

# No single example has a deadline: machines differ. In CI examples are fixed, so that only a change can fail.
hypothesis.settings.register_profile("greenroom", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("greenroom")

TEMPLATE = "greenroom_template"

HERE = Path(__file__).parent
BEYOND = frozenset({"adapters", "benchmarks", "crash", "fakes", "linked", "storage", "tools"})
"""Folders of tests that are not about the core."""


def pytest_configure() -> None:
    """Traces without variables: to draw those of a whole bot takes seconds, in which nobody is answered."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


_MEASURES = "COVERAGE_PROCESS_CONFIG"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure what a test covers of the core, its fixtures and processes included, where it is a test of the core."""
    measured = coverage.Coverage.current()
    if measured is None or _is_measured(item):
        return (yield)
    begins_with = os.environ.pop(_MEASURES, "")  # by which coverage.py knows itself in a process that is started
    measured.stop()
    try:
        return (yield)
    finally:
        measured.start()
        os.environ[_MEASURES] = begins_with


def _is_measured(item: pytest.Item) -> bool:
    """Whether lines of the core count that this test runs: those it was written for, once.

    Measured a test takes twice as long, one of hundreds of examples three times. What chance chose covers other lines
    each time; what runs on PostgreSQL runs the same lines on SQLite.
    """
    if not isinstance(item, pytest.Function) or item.get_closest_marker("unmeasured"):
        return False
    folder, *_ = item.path.relative_to(HERE).parts
    return folder not in BEYOND and not hypothesis.is_hypothesis_test(item.obj) and not _is_once_more(item)


def _is_once_more(item: pytest.Function) -> bool:
    """Whether it is the run on PostgreSQL of a test that has one on SQLite."""
    chosen = item.callspec.params if hasattr(item, "callspec") else {}
    return "postgres" in (chosen.get("database_url"), chosen.get("empty_database_url"))


async def prepare_template(url: str) -> None:
    """Make the empty database at `url` what a bot finds after its first start: migrated, with its cities."""
    from storage.database import migrate  # here, so that tests without a database do without SQLAlchemy

    await migrate(url)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this run's own."""
    with running(is_durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a migrated database that each test gets a copy of."""
    postgres.create(TEMPLATE)
    run_apart(prepare_template(postgres.url(TEMPLATE)))
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file that each test gets a copy of."""
    path = tmp_path_factory.mktemp("template") / "greenroom.db"
    run_apart(prepare_template(f"sqlite+aiosqlite:///{path}"))
    with sqlite3.connect(path) as connection:  # so that the one file holds everything
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated SQLite database of this test's own."""
    with tempfile.TemporaryDirectory(prefix="greenroom-", dir=quick_place(tmp_path)) as folder:
        path = Path(folder) / "greenroom.db"
        shutil.copyfile(sqlite_template, path)
        yield f"sqlite+aiosqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str, postgres_names: Iterator[str]) -> Iterator[str]:
    """The address of a migrated PostgreSQL database of this test's own."""
    name = next(postgres_names)
    postgres.create(name, postgres_template)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def empty_postgres_url(postgres: Postgres, postgres_names: Iterator[str]) -> Iterator[str]:
    """The address of a PostgreSQL database of this test's own with nothing in it."""
    name = next(postgres_names)
    postgres.create(name)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite database of this test's own that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture(scope="session")
def postgres_names() -> Iterator[str]:
    """Names for databases, each given once."""
    return (f"greenroom_{number}" for number in count(1))


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database of this test's own, once for each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database of this test's own with nothing in it, once for each engine."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


def run_apart(work: Coroutine[object, object, None]) -> None:
    """Do it before the tests, for many of them."""
    # In a thread of its own: the loop that pytest-asyncio keeps for the tests stays as it is.
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, work).result()
