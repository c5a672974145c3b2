"""What delivery, and what falls due, is tried on: both databases, with what is logged kept aside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from storage.database import Database
from tests.scripted import Moved, Stage


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:  # Any: what structlog calls an event
    """What is logged, kept from the terminal."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    database = Database(database_url)
    yield Stage(database, Moved())
    await database.close()
