"""A fake Discord, and the adapter on it with a core that says what a test wants."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.discord.harness import DiscordHarness
from tests.fakes.discord import FakeDiscord


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(identify_seconds=0, pace=0.01) as found:
        yield found


@pytest.fixture
async def at(fake: FakeDiscord) -> AsyncIterator[DiscordHarness]:
    harness = DiscordHarness(fake)
    await harness.start()
    yield harness
    await harness.stop()
    assert fake.violations == []
