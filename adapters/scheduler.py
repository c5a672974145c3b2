"""When the work is done: an alarm at the earliest moment anything is due, and a tick for safety.

APScheduler keeps both in memory, as clocks that ring. What is due stands in tables, not in a job store of its
own: docs/delivery.md says why. Nothing else imports APScheduler.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.ports import Clock

TICK = 30.0
"""Seconds between two rounds at most. Without it, what another process owes and what a broken-off process
left would wait for the next alarm."""

AGAIN_LEAST = 0.05
"""Seconds to the next round when what is due has not been dealt with by this one; doubled while that lasts."""

log = structlog.get_logger()


class Scheduler:
    """Runs `work` when it starts, at each alarm, at each tick and when woken; never twice at once.

    `work` returns the earliest moment anything is due again by `clock`, or None. A round that raises is logged
    and the next tick tries again.
    """

    def __init__(self, clock: Clock, work: Callable[[], Awaitable[datetime | None]], *, tick: float = TICK) -> None:
        self._clock = clock
        self._work = work
        self._tick = tick
        self._woken = asyncio.Event()
        self._overdue = 0

    async def run(self) -> None:
        """Run until cancelled. A wake during a round causes another one."""
        timer = AsyncIOScheduler(timezone=UTC)
        rings = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        timer.add_job(self._ring, IntervalTrigger(seconds=self._tick, timezone=UTC), id="tick", **rings)
        timer.add_job(self._ring, IntervalTrigger(seconds=self._tick, timezone=UTC), id="alarm", **rings)
        timer.start()
        try:
            while True:
                self._woken.clear()
                wait = self._until(await self._round())
                if wait is None or wait >= self._tick:
                    timer.pause_job("alarm")  # the tick comes first
                else:
                    # in so many seconds from now, and not at a moment: the clock may be another than the machine's
                    timer.reschedule_job("alarm", trigger=IntervalTrigger(seconds=wait, timezone=UTC))
                await self._woken.wait()
        finally:
            timer.shutdown(wait=False)

    def wake(self) -> None:
        """Something may be due sooner than was known. To be called in the loop that `run` runs in."""
        self._woken.set()

    async def _round(self) -> datetime | None:
        try:
            return await self._work()
        except Exception as error:  # whatever broke (the database is away): the bot lives on and tries again
            log.error("round failed", exc_info=error)
            return None

    def _until(self, earliest: datetime | None) -> float | None:
        """Seconds to the next alarm. What is still overdue after a round is under another process's lease, or
        cannot be dealt with: looking again grows slower.
        """
        if earliest is None:
            self._overdue = 0
            return None
        wait = (earliest - self._clock.now()).total_seconds()
        if wait > 0:
            self._overdue = 0
            return max(wait, AGAIN_LEAST / 10)
        self._overdue += 1
        return AGAIN_LEAST * 2.0 ** min(self._overdue - 1, 16)

    async def _ring(self) -> None:
        self.wake()
