"""`library`: how long it takes to find among the 100,000 resources of one community, and what bringing them takes.

Each search goes through the repository, in a unit of work of its own, as a command's does: words, beginnings, several
at once, topic, tag, level, kind, price, law, in each order. Its peer runs the very statements of that search once more
through aiosqlite or asyncpg alone, right after it. Memory is what the process holds more once all searches were made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from random import Random
from time import perf_counter

import asyncpg
from sqlalchemy import text

from benchmarks.databases import Fresh
from benchmarks.measuring import NOW, Figure, Spread, shown, spread, tidy, times
from benchmarks.processes import held
from benchmarks.raw import Raw, connected, recorded
from benchmarks.wordlists import ADJECTIVES, GENRES, NOUNS, SENTENCES, SYLLABLES
from bot.domain.events import Price
from bot.domain.people import Account, Caller, Workspace
from bot.domain.resources import About, Kind, Level, NewResource, Order, Wanted
from bot.domain.topics import Pillar
from storage.database import Database

RESOURCES, FEW = 100_000, 1_000
SEARCHES, FEW_SEARCHES = 480, 24
WARM_UP = 48
PAGE = 5
BATCH = 1_000
SLOWER_MOST = 3.0
MEMORY_MOST = 30_000_000
"""Bytes more than before: whatever is found, only a page of it is held."""

TOPICS = tuple(pillar.value for pillar in Pillar)
LAWS = ("", "", "", "any", "US", "GB", "DE", "EU")
SITES = 500


@dataclass(frozen=True, slots=True)
class Found:
    """`brought` is how many seconds it took to share them all; `grown` in bytes."""

    resources: int
    ours: Spread
    raw: Spread
    statements: int
    brought: float
    grown: int


async def measure(fresh: Fresh, size: int, count: int) -> Found:
    url = fresh()
    database = Database(url)
    try:
        who, brought = await _fill(database, size)
        await _settle(url)
        assert who.community
        asked = searches(count + WARM_UP)
        async with connected(url) as raw:
            for each in asked[count:]:
                await _once(database, raw, who.community.id, each)
            before = held()
            with tidy():
                once = [await _once(database, raw, who.community.id, each) for each in asked[:count]]
            grown = (held() or 0) - (before or 0)
    finally:
        await database.close()
    ours, peer, statements = zip(*once, strict=True)
    return Found(size, spread(ours), spread(peer), max(statements), brought, grown)


def figures(engine: str, found: Found) -> list[Figure]:
    what = f"find among {found.resources:,} resources, {engine}"
    p50, p99 = found.ours.p50 / found.raw.p50, found.ours.p99 / found.raw.p99
    raw = f"by the raw driver ({found.statements} statements)"
    grown, most = found.grown / 1_000_000, MEMORY_MOST / 1_000_000
    return [
        Figure(f"{what}: p50", shown(found.ours.p50), f"{shown(found.raw.p50)} {raw}", times(p50), "", None),
        Figure(
            f"{what}: p99",
            shown(found.ours.p99),
            f"{shown(found.raw.p99)} by the raw driver",
            times(p99),
            f"at most {SLOWER_MOST:g}×",
            p99 <= SLOWER_MOST,
        ),
        Figure(f"{what}: memory", f"{grown:.1f} MB", "", "", f"at most {most:.0f} MB more", found.grown <= MEMORY_MOST),
        Figure(f"{found.resources:,} resources brought, {engine}", shown(found.brought), "", "", "", None),
    ]


def shared(who: Caller, count: int) -> Iterator[NewResource]:
    """So many resources; of sites and tags the first come up most."""
    chance = Random(11)
    sites = [f"{name(chance)}.example" for _ in range(SITES)]
    for number in range(count):
        site = sites[min(int(chance.expovariate(8 / SITES)), SITES - 1)]
        about = About(
            title=f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)} {name(chance)}".capitalize(),
            topic=chance.choice(TOPICS),
            description=chance.choice(SENTENCES),
            site=site,
            kind=chance.choice(list(Kind)),
            tags=tuple(dict.fromkeys(chance.choices(GENRES, k=chance.randint(0, 4)))),
            level=chance.choice((None, *Level)),
            price=chance.choice((None, Price(Decimal(0), ""), Price(Decimal(chance.randint(1, 200)), "EUR"))),
            language="en",
            jurisdiction=chance.choice(LAWS),
        )
        page = f"{site}/{number}"
        note = chance.choice(SENTENCES) if number % 2 else ""
        yield NewResource(f"https://{page}", page, about, who.person.id, who.origin, note)


def searches(count: int) -> list[Wanted]:
    """All that people look for, in turn."""
    chance = Random(12)
    made = (
        lambda: Wanted(name(chance)),
        lambda: Wanted(name(chance)[:4]),
        lambda: Wanted(chance.choice(NOUNS)),
        lambda: Wanted(f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}"),
        lambda: Wanted(f"{chance.choice(GENRES)} {chance.choice(list(Kind)).value}"),
        lambda: Wanted(chance.choice(NOUNS), topic=chance.choice(TOPICS), is_free=True),
        lambda: Wanted(chance.choice(ADJECTIVES), order=chance.choice((Order.NEWEST, Order.HELPFUL))),
        lambda: Wanted(chance.choice(NOUNS), topic=Pillar.BUSINESS, jurisdiction="DE"),
        lambda: Wanted(tag=chance.choice(GENRES), order=chance.choice((Order.NEWEST, Order.HELPFUL))),
        lambda: Wanted(topic=chance.choice(TOPICS), level=chance.choice(list(Level)), order=Order.HELPFUL),
        lambda: Wanted(kind=chance.choice(list(Kind)), is_free=chance.random() < 0.5),
        Wanted,
    )
    return [made[number % len(made)]() for number in range(count)]


def name(chance: Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=3))


async def _once(database: Database, raw: Raw, community: int, wanted: Wanted) -> tuple[float, float, int]:
    with recorded() as statements:
        began = perf_counter()
        async with database.reading() as uow:
            await uow.resources.find(community, wanted, person=1, offset=0, limit=PAGE)
        ours = perf_counter() - began
    began = perf_counter()
    await raw.run(statements)
    return ours, perf_counter() - began, len(statements)


async def _fill(database: Database, size: int) -> tuple[Caller, float]:
    """Whoever shared it all, and how many seconds that took."""
    who = Account("console", "you", "you"), Workspace("console", "local", "Console")
    async with database.writing() as uow:
        caller = await uow.people.welcome(*who, is_organiser=True, zone="UTC", locale="en", now=NOW)
    assert caller.community
    began, new = perf_counter(), shared(caller, size)
    for number in range(0, size, BATCH):
        async with database.writing() as uow:
            moment = NOW + timedelta(minutes=number)
            await uow.resources.bring(caller.community.id, list(islice(new, BATCH)), moment)
    took = perf_counter() - began
    async with database.writing() as uow:  # as if so many had voted
        await uow.connection.execute(text("UPDATE resources SET helpful = (id * 7919) % 41"))
    return caller, took


async def _settle(url: str) -> None:
    if url.startswith("postgresql"):  # what its autovacuum does within a minute or so
        server = await asyncpg.connect(url.replace("+asyncpg", ""))
        await server.execute("VACUUM ANALYZE")
        await server.close()
