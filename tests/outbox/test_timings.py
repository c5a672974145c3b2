"""The rules of the rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.outbox import Timings, elapsed


@pytest.mark.parametrize(
    "changes",
    [
        {"lease": 99.0},
        {"start_within": 90.0},
        {"send_within": 0.0},
        {"ask_after": 4000.0, "lease": 9000.0},
        {"first_wait": 2000.0},
        {"longest_wait": 90000.0},
    ],
)
def test_timings_that_break_a_rule_are_refused(changes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"lease|waits|timings"):
        replace(Timings(), **changes)


def test_timings_keep_their_proportions() -> None:
    assert Timings().scaled(0.01).lease == pytest.approx(1.2)


def test_seconds_only_grow() -> None:
    assert elapsed() <= elapsed()
