"""What tests of the web share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.sources.fetching import Fetcher
from adapters.sources.outside import Outside
from tests.fakes.web import FakeWeb, fake_web


@pytest.fixture
async def web() -> AsyncIterator[FakeWeb]:
    """A web of many hosts."""
    async with fake_web() as served:
        yield served


@pytest.fixture
def fetcher(web: FakeWeb) -> Fetcher:
    return web.fetcher()


@pytest.fixture
def outside(fetcher: Fetcher) -> Outside:
    return Outside(fetcher)
