"""A database with two communities, once for each engine."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.domain.people import Caller
from storage.database import Database
from tests.storage.making import NOW, account, workspace


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def ada(database: Database) -> Caller:
    """An organiser of the community "Attic"."""
    async with database.writing() as uow:
        return await uow.people.welcome(
            account("ada"), workspace("Attic"), is_organiser=True, zone="Europe/Berlin", locale="en", now=NOW
        )


@pytest.fixture
async def eve(database: Database) -> Caller:
    """Of another community, "Cellar"."""
    async with database.writing() as uow:
        return await uow.people.welcome(
            account("eve"), workspace("Cellar"), is_organiser=False, zone="Europe/London", locale="en", now=NOW
        )


@pytest.fixture
def attic(ada: Caller) -> int:
    assert ada.community is not None
    return ada.community.id


@pytest.fixture
def cellar(eve: Caller) -> int:
    assert eve.community is not None
    return eve.community.id
