"""Both platforms, served in every way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.linked.rig import Both, one_process, platforms, two_processes


@pytest.fixture(params=["sqlite", "postgres", "two processes"])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Both]:
    """Served by one process on either database, and by two on PostgreSQL."""
    engine = "sqlite" if request.param == "sqlite" else "postgres"
    url: str = request.getfixturevalue(f"{engine}_url")
    async with platforms(url) as found:
        serving = two_processes(found, tmp_path) if request.param == "two processes" else one_process(found)
        async with serving:
            yield found


@pytest.fixture
async def one(sqlite_url: str) -> AsyncIterator[Both]:
    """Served by one process on SQLite: for what no database and no process makes a difference to."""
    async with platforms(sqlite_url) as found, one_process(found):
        yield found
