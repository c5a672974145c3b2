"""A library whose pages are those that a test puts there, and three who use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.commands import Services
from bot.domain.resources import Kind
from tests.features.hostile_library.library import (
    LINK,
    NOW,
    Pages,
)
from tests.somebody import Somebody, somebody


@pytest.fixture
def web() -> Pages:
    pages = Pages()
    pages.holds(LINK, "Chords that move", description="How theory helps", kind=Kind.ARTICLE, language="en")
    return pages


@pytest.fixture
async def ana(database_url: str, web: Pages) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        services: Services = replace(person.bot.services, web=web)
        person.bot.app = replace(person.bot.app, services=services)
        yield person


@pytest.fixture
def ben(ana: Somebody) -> Somebody:
    return replace(ana, name="ben")


@pytest.fixture
def olga(ana: Somebody) -> Somebody:
    return replace(ana, name="olga", is_organiser=True)
