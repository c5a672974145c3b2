"""The library, through the whole core and with a web of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.web import FakeWeb, fake_web

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
"""A Monday, 11:00 in Berlin."""

DAY = timedelta(days=1)
SPLITS = "https://contracts.example/split-sheet"
MIXING = "https://studio.example/gain-staging"

SPLITS_PAGE = """<html lang="en"><head><title>Split sheet template – Contracts</title>
<meta property="og:title" content="Split sheet template">
<meta property="og:description" content="A contract for songwriters: who owns what.">
<meta property="og:site_name" content="Contracts"></head><body></body></html>"""
MIXING_PAGE = """<html lang="en"><head><title>Gain staging for mixing</title>
<meta property="og:type" content="article"></head></html>"""


@pytest.fixture
async def web() -> AsyncIterator[FakeWeb]:
    async with fake_web() as here:
        here.pages = {SPLITS: SPLITS_PAGE, MIXING: MIXING_PAGE}
        yield here
