"""`find`: how long `event find` takes in a community with 100,000 events, from the request to its answer.

Each of 600 searches, all different, goes through `App.handle`: the asker is recognised, words and dates are read,
cities looked up, the page found, cards made, a draft kept where the pages' buttons need one, and a line logged. Its
peer runs the very statements of that request, BEGIN and COMMIT included, once more through aiosqlite or asyncpg
alone, on a connection with the same settings, right after it: the data it needs is as warm as can be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from time import perf_counter

import asyncpg

from benchmarks.bots import running_bot
from benchmarks.databases import Fresh
from benchmarks.listings import Typed, World, listings, searches, world
from benchmarks.measuring import NOW, Clock, Figure, Spread, shown, spread, tidy, times
from benchmarks.raw import Raw, connected, recorded
from bot.app import App
from bot.domain.addresses import Channel
from bot.domain.events import FromSource
from bot.domain.people import Account, Workspace
from bot.request import Incoming, Run
from bot.ui import Reply
from storage.database import Database

EVENTS, FEW = 100_000, 1_000
SEARCHES, FEW_SEARCHES = 600, 40
WARM_UP = 30

BATCH = 1_000
SLOWER_MOST = 3.0

WHO = Account("console", "you", "you")
WHERE = Workspace("console", "local", "Console")
CHANNEL = Channel("console", WHERE.id, "general", "general")


@dataclass(frozen=True, slots=True)
class Found:
    """`statements` is how many a request takes in the middle, BEGIN and COMMIT among them."""

    events: int
    core: Spread
    raw: Spread
    statements: int
    with_results: int


@dataclass(frozen=True, slots=True)
class Once:
    core: float
    raw: float
    statements: int
    has_results: bool


async def measure(fresh: Fresh, events: int, count: int) -> Found:
    url = fresh()
    made = world()
    await _fill(url, made, events)
    typed = searches(made, count + WARM_UP)
    async with running_bot(url, Clock()) as (bot, _), connected(url) as raw:
        for each in typed[count:]:
            await _once(bot.app, raw, each)
        with tidy():
            once = [await _once(bot.app, raw, each) for each in typed[:count]]
    return Found(
        events=events,
        core=spread([each.core for each in once]),
        raw=spread([each.raw for each in once]),
        statements=sorted(each.statements for each in once)[count // 2],
        with_results=sum(each.has_results for each in once),
    )


def figures(engine: str, found: Found) -> list[Figure]:
    p50, p99 = found.core.p50 / found.raw.p50, found.core.p99 / found.raw.p99
    what = f"event find among {found.events:,}, {engine}"
    raw = f"by the raw driver ({found.statements} statements)"
    return [
        Figure(f"{what}: p50", shown(found.core.p50), f"{shown(found.raw.p50)} {raw}", times(p50), "", None),
        Figure(
            f"{what}: p99",
            shown(found.core.p99),
            f"{shown(found.raw.p99)} by the raw driver",
            times(p99),
            f"at most {SLOWER_MOST:g}×",
            p99 <= SLOWER_MOST,
        ),
    ]


async def _once(app: App, raw: Raw, typed: Typed) -> Once:
    incoming = Incoming("", WHO, WHERE, CHANNEL, "", True, Run(("event", "find"), typed))
    with recorded() as statements:
        began = perf_counter()
        answer = await app.handle(incoming)
        core = perf_counter() - began
    if not isinstance(answer, Reply) or answer.is_refusal:
        raise RuntimeError(f"{typed} was not answered: {answer}")
    began = perf_counter()
    await raw.run(statements)
    return Once(core, perf_counter() - began, len(statements), bool(answer.cards))


async def _fill(url: str, made: World, events: int) -> None:
    database = Database(url)
    try:
        async with database.writing() as uow:
            caller = await uow.people.welcome(WHO, WHERE, is_organiser=True, zone="UTC", locale="en", now=NOW)
        assert caller.community
        for batch in _batches(listings(made, events, NOW)):
            async with database.writing() as uow:
                await uow.events.bring(caller.community.id, batch, NOW)
    finally:
        await database.close()
    if url.startswith("postgresql"):  # what its autovacuum does within a minute or so
        server = await asyncpg.connect(url.replace("+asyncpg", ""))
        await server.execute("VACUUM ANALYZE")
        await server.close()


def _batches(told: Iterator[FromSource]) -> Iterator[list[FromSource]]:
    while batch := list(islice(told, BATCH)):
        yield batch
