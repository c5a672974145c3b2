"""Databases for benchmarks at tiny sizes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from benchmarks.databases import Fresh
from tests.postgres import Postgres


@pytest.fixture
def fresh_sqlite(sqlite_template: Path, tmp_path: Path) -> Fresh:
    """Another migrated SQLite database each time it is called."""
    numbers = count(1)

    def fresh() -> str:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copyfile(sqlite_template, path)
        return f"sqlite:///{path}"

    return fresh


@pytest.fixture
def fresh_postgres(postgres: Postgres, postgres_template: str, postgres_names: Iterator[str]) -> Iterator[Fresh]:
    """Another migrated PostgreSQL database each time it is called."""
    made: list[str] = []

    def fresh() -> str:
        made.append(next(postgres_names))
        postgres.create(made[-1], postgres_template)
        return postgres.url(made[-1])

    yield fresh
    for name in made:
        postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """Another migrated database each time it is called, once for each engine."""
    found: Fresh = request.getfixturevalue(f"fresh_{request.param}")
    return found
