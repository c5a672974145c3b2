"""What every benchmark measures with: quantiles, the loop's longest halt, and figures beside what they are held to."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

NOW = datetime(2027, 1, 11, 12, tzinfo=UTC)
"""The moment at which all figures are taken, so that data and searches are the same in every run: a Monday."""

TICK = 0.001


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. `is_met` is None where nothing is aimed at."""

    what: str
    ours: str
    beside: str
    """The peer or limit it is held to, with its own figure."""
    ratio: str
    aim: str
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in seconds, over many times."""

    p50: float
    p99: float
    count: int


class Clock:
    """Implements `bot.ports.Clock`: stands still until it is moved."""

    def __init__(self, moment: datetime = NOW) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def forward(self, by: timedelta) -> None:
        self._moment += by


class Watch:
    """Seconds for which the loop ran nothing else, at the longest."""

    def __init__(self) -> None:
        self.longest = 0.0


def spread(times: Sequence[float]) -> Spread:
    """The nearest measured times; of 600 the p99 is the sixth longest."""
    ordered = sorted(times)
    return Spread(ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], len(ordered))


@contextmanager
def tidy() -> Iterator[None]:
    """Garbage of what came before is not on this one's bill."""
    gc.collect()
    yield


@contextmanager
def frozen() -> Iterator[None]:
    """What stands now is not looked through for garbage again: `Bot.serve` does so before anything else."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@asynccontextmanager
async def watched() -> AsyncIterator[Watch]:
    """Watch the loop by asking it to come back every millisecond."""
    watch = Watch()

    async def tick() -> None:
        while True:
            asked = perf_counter()
            await asyncio.sleep(TICK)
            watch.longest = max(watch.longest, perf_counter() - asked - TICK)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)  # it asks before anything else starts
    try:
        yield watch
        await asyncio.sleep(0)  # a halt that lasted until now is seen as well
        await asyncio.sleep(TICK)
    finally:
        ticking.cancel()


def shown(seconds: float) -> str:
    """A duration with three figures: "0.84 ms", "12.3 ms", "1.62 s"."""
    value, unit = (seconds, "s") if seconds >= 1 else (seconds * 1000, "ms")
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {unit}"


def times(ratio: float) -> str:
    return f"{ratio:.2f}×" if ratio < 10 else f"{ratio:.0f}×"
