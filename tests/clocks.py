"""Clocks that stand still until they are moved."""

from __future__ import annotations

from datetime import datetime, timedelta


class FixedClock:
    """Implements `bot.ports.Clock`."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def skip(self, delta: timedelta) -> None:
        self._now += delta
