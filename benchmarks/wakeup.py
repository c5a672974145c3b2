"""`wakeup`: what a round costs with 10,000 and with 1,000,000 rows pending: with nothing due, and with five due.

That many rows wait in `due`, and as many in `outbox`, over the year after this one. A round is what the alarm sets
off: due work, outbox work, and asking for the earliest moment next. The rounds of the two databases take turns, so
that whatever else the machine does meets both alike. A reminder a minute falls due, five at a time where five do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

from sqlalchemy import Table, text

from benchmarks.bots import running_bot
from benchmarks.databases import Fresh
from benchmarks.measuring import NOW, Clock, Figure, Spread, shown, spread, tidy, times
from benchmarks.reminders import KIND, owed, put
from bot.compose import Bot
from bot.domain.delivery import Due
from storage.database import Database
from storage.due import due
from storage.engine import make_engine, normalise_url
from storage.outbox import outbox

FEW, MANY = 10_000, 1_000_000
FEW_QUICKLY, MANY_QUICKLY = 1_000, 20_000
ROUNDS, ROUNDS_QUICKLY = 300, 30

SEED = 500
"""Rows that are put there by our own code; the others are copies of them."""
DUE = 5
FLAT = 1.2


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one round, in seconds, with `pending` rows in either table."""

    pending: int
    idle: Spread
    busy: Spread


async def measure(fresh: Fresh, few: int, many: int, rounds: int) -> tuple[Cost, Cost]:
    clock = Clock()
    urls = await _filled(fresh(), few, rounds), await _filled(fresh(), many, rounds)
    async with running_bot(urls[0], clock) as (one, one_sent), running_bot(urls[1], clock) as (other, other_sent):
        idle, busy = await _take_turns((one, other), clock, rounds)
    assert one_sent.sent == other_sent.sent == rounds * DUE, "five a time, and no other"
    return Cost(few, spread(idle[0]), spread(busy[0])), Cost(many, spread(idle[1]), spread(busy[1]))


async def _take_turns(bots: tuple[Bot, Bot], clock: Clock, rounds: int) -> tuple[list[list[float]], list[list[float]]]:
    """Seconds of each bot's rounds: those with nothing due, and the others."""
    idle: list[list[float]] = [[], []]
    busy: list[list[float]] = [[], []]
    for bot in bots:  # the first round prepares statements
        await bot.work()
    with tidy():
        for number in range(rounds):
            order = (0, 1) if number % 2 else (1, 0)
            for which in order:
                idle[which].append(await _timed(bots[which]))
            clock.forward(timedelta(minutes=DUE))
            for which in order:
                busy[which].append(await _timed(bots[which]))
    return idle, busy


def figures(engine: str, costs: tuple[Cost, Cost]) -> list[Figure]:
    few, many = costs
    return [
        _figure(f"a wake-up with nothing due, {engine}", few.pending, few.idle, many.pending, many.idle),
        _figure(f"a wake-up with {DUE} due, {engine}", few.pending, few.busy, many.pending, many.busy),
    ]


def _figure(what: str, few: int, few_took: Spread, many: int, many_took: Spread) -> Figure:
    ratio = many_took.p50 / few_took.p50
    return Figure(
        f"{what}, {many:,} pending",
        shown(many_took.p50),
        f"{shown(few_took.p50)} with {few:,}",
        times(ratio),
        f"at most {FLAT:g}×",
        ratio <= FLAT,
    )


async def _timed(bot: Bot) -> float:
    began = perf_counter()
    await bot.work()
    return perf_counter() - began


async def _filled(url: str, pending: int, rounds: int) -> str:
    """A database with so many rows that wait in either table, and what falls due a minute from now on."""
    later = [NOW + timedelta(days=366 + number * 366 / SEED) for number in range(SEED)]
    database = Database(url)
    try:
        await put(database, [Due("later", number, at) for number, at in enumerate(later)])
        async with database.writing() as uow:
            await uow.outbox.add([owed(-number, at, not_before=at) for number, at in enumerate(later, 1)], NOW)
        await _multiply(url, pending // SEED - 1)
        coming = range(1, rounds * DUE + 1)
        await put(database, [Due(KIND, minute, NOW + timedelta(minutes=minute)) for minute in coming])
    finally:
        await database.close()
    return url


async def _multiply(url: str, copies: int) -> None:
    """Copy all rows so many times, each under a key of its own."""
    engine = make_engine(normalise_url(url))
    try:
        async with engine.connect() as connection:
            await connection.execute(text(_copying(due, {"subject": f"subject + n * {SEED}"})), {"copies": copies})
            numbered = {"key": "key || '/' || CAST(n AS TEXT)", "id": None}
            await connection.execute(text(_copying(outbox, numbered)), {"copies": copies})
            await connection.commit()
        if engine.dialect.name == "postgresql":  # what its autovacuum does within a minute or so
            async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                await connection.exec_driver_sql("VACUUM ANALYZE")
    finally:
        await engine.dispose()


def _copying(table: Table, numbered: dict[str, str | None]) -> str:
    """`numbered` says what differs in copy `n`; None for what the database numbers."""
    names: Sequence[str] = [column.name for column in table.c if numbered.get(column.name, "") is not None]
    values = [numbered.get(name) or name for name in names]
    return (
        "WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < CAST(:copies AS INTEGER))"
        f" INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table.name}, copies"
    )
