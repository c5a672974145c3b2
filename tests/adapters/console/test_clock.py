"""The console's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.console.clock import ConsoleClock
from tests.adapters.console.harness import BEGIN, StillClock


def test_it_runs_with_the_real_time_and_stays_as_much_ahead() -> None:
    base = StillClock()
    clock = ConsoleClock(base)
    assert clock.now() == BEGIN
    clock.skip(timedelta(days=7))
    base.at += timedelta(hours=1)
    assert clock.now() == BEGIN + timedelta(days=7, hours=1)


def test_it_moves_to_a_moment_but_never_back() -> None:
    clock = ConsoleClock(StillClock())
    clock.move_to(BEGIN + timedelta(days=1))
    clock.move_to(BEGIN)
    assert clock.now() == BEGIN + timedelta(days=1)
    with pytest.raises(ValueError, match="only moves forward"):
        clock.skip(timedelta(seconds=-1))
