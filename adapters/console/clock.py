"""The console's clock: real time, and as much later as somebody skipped."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.ports import Clock


class ConsoleClock:
    """A Clock that runs with `base` and can be moved forward, never back."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The present moment, aware UTC."""
        return self._base.now() + self._ahead

    def skip(self, delta: timedelta) -> None:
        """Move forward by `delta`. Raises ValueError for a step back."""
        if delta < timedelta():
            raise ValueError("the clock only moves forward")
        self._ahead += delta

    def move_to(self, moment: datetime) -> None:
        """Make it `moment` (aware) now; a moment that has passed leaves the clock as it is."""
        self._ahead += max(moment - self.now(), timedelta())
