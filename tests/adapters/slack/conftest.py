"""A fake Slack, and the adapter on it in both modes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.slack.replying import Timings
from bot.settings import SlackMode
from tests.adapters.slack.rig import MODES, MovedClock, Rig
from tests.fakes.slack import FakeSlack

QUICK = Timings(answer_within=0.1, submit_within=0.1, suggest_within=0.1, trigger_life=0.2, patience=0.1)


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def fake(clock: MovedClock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock=clock, pace=0.01) as found:
        yield found


@pytest.fixture(params=MODES, ids=lambda mode: mode.value)
def mode(request: pytest.FixtureRequest) -> SlackMode:
    found: SlackMode = request.param
    return found


@pytest.fixture
async def at(fake: FakeSlack, mode: SlackMode) -> AsyncIterator[Rig]:
    rig = Rig(fake, mode)
    await rig.start()
    yield rig
    await rig.stop()
    assert fake.violations == []


@pytest.fixture
async def quick(fake: FakeSlack, mode: SlackMode) -> AsyncIterator[Rig]:
    """Everything takes long for it that takes longer than a tenth of a second."""
    rig = Rig(fake, mode, QUICK)
    await rig.start()
    yield rig
    await rig.stop()
    assert fake.violations == []
