"""`due`: how long 10,000 reminders that are due take to be moved on, put into words, sent and settled.

The platform takes each at once and shows it to nobody, so what is measured is one round of the bot's
work on a database, beginning with the due rows and ending when the outbox holds every message as sent. Its peer,
APScheduler's SQLAlchemyJobStore, runs as many due jobs that call the same platform, on a database of the same kind:
it keeps nothing of what was sent. Of either the longest time is taken for which the event loop ran nothing else.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

from benchmarks.bots import running_bot
from benchmarks.databases import SQLITE, Fresh
from benchmarks.job_store import run_due_jobs
from benchmarks.measuring import NOW, Clock, Figure, shown, tidy, times, watched
from benchmarks.reminders import KIND, put
from bot.domain.delivery import Due

MANY, FEW = 10_000, 500
RUNS = 3

FASTER = {SQLITE: 3.0}
FASTER_ELSEWHERE = 5.0
BLOCKED_MOST = 0.05


@dataclass(frozen=True, slots=True)
class Worked:
    """Seconds for all of `count`, and for how long the loop was blocked at the longest."""

    count: int
    ours: float
    ours_blocked: float
    store: float
    store_blocked: float


async def measure(fresh: Fresh, count: int, runs: int = RUNS) -> Worked:
    """Each takes its turn `runs` times; medians, and the worst block of them all."""
    ours: list[tuple[float, float]] = []
    store: list[tuple[float, float]] = []
    for _ in range(runs):
        ours.append(await _work_off(fresh(), count))
        with tidy():
            store.append(await run_due_jobs(fresh(), count))
    return Worked(
        count=count,
        ours=statistics.median(took for took, _ in ours),
        ours_blocked=max(blocked for _, blocked in ours),
        store=statistics.median(took for took, _ in store),
        store_blocked=max(blocked for _, blocked in store),
    )


def figures(engine: str, worked: Worked) -> list[Figure]:
    ratio, aim = worked.store / worked.ours, FASTER.get(engine, FASTER_ELSEWHERE)
    what = f"{worked.count:,} due reminders, {engine}"
    return [
        Figure(
            what,
            f"{shown(worked.ours)} ({worked.count / worked.ours:,.0f} a second)",
            f"{shown(worked.store)} by APScheduler's SQL job store",
            times(ratio),
            f"at least {aim:g}× as fast",
            ratio >= aim,
        ),
        Figure(
            f"the loop blocked meanwhile, {engine}",
            shown(worked.ours_blocked),
            f"{shown(worked.store_blocked)} by APScheduler's",
            "",
            f"at most {shown(BLOCKED_MOST)}",
            worked.ours_blocked <= BLOCKED_MOST,
        ),
    ]


async def _work_off(url: str, count: int) -> tuple[float, float]:
    async with running_bot(url, Clock()) as (bot, nowhere):
        due = [Due(KIND, subject, NOW - timedelta(seconds=subject)) for subject in range(1, count + 1)]
        await put(bot.database, due)
        with tidy():
            async with watched() as watch:
                began = perf_counter()
                await bot.work()
                took = perf_counter() - began
        assert nowhere.sent == count, "each is sent, once"
        async with bot.database.reading() as uow:
            assert not await uow.outbox.lines("waiting", 1), "each is settled"
        return took, watch.longest
