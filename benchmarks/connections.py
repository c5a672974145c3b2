"""`connections`: how long it takes to find among 20,000 connections of one owner, and to import 10,000 contacts.

Each search goes through the repository, in a unit of work of its own, as a command's does: words, a beginning, tag,
role, several of these at once. Its peer runs the very statements of that search, BEGIN and ROLLBACK included, once
more through aiosqlite or asyncpg alone, right after it. Sealed, the statements look for hashes, and what is shown is
opened. An import is one transaction, in which nobody else writes to SQLite; then it is indexed in many short ones, as
housekeeping does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from random import Random
from time import perf_counter

import asyncpg
from cryptography.fernet import Fernet

from benchmarks.databases import Fresh
from benchmarks.measuring import NOW, Figure, Spread, shown, spread, tidy, times, watched
from benchmarks.raw import Raw, connected, recorded
from benchmarks.wordlists import ADJECTIVES, CITIES, GENRES, NOUNS, SENTENCES, SYLLABLES
from bot.domain.connections import About, Entry, Happening, NewConnection, Promise, Side, Wanted
from bot.domain.people import Account, Workspace
from bot.features.housekeeping import RESEALED_AT_ONCE
from bot.sealing import Vault
from storage.database import Database

CONNECTIONS, FEW = 20_000, 200
SEARCHES, FEW_SEARCHES = 400, 12
CONTACTS, FEW_CONTACTS = 10_000, 100
WARM_UP = 10
PAGE = 10
BATCH = 1_000
SLOWER_MOST = 3.0
SECONDS_MOST = 0.05

ROLES = tuple("producer engineer songwriter artist manager lawyer publisher promoter DJ journalist".split())
TODAY = NOW.date()


@dataclass(frozen=True, slots=True)
class Found:
    """`has_key`: all was sealed."""

    has_key: bool
    ours: Spread
    raw: Spread
    statements: int
    with_results: int


@dataclass(frozen=True, slots=True)
class Brought:
    """Seconds."""

    has_key: bool
    contacts: int
    locked: float
    """In which nobody else could write to SQLite at a time."""
    took: float
    """Until the last one was found by its words."""
    blocked: float


async def measure_finding(fresh: Fresh, size: int, count: int, *, has_key: bool) -> Found:
    url = fresh()
    database = Database(url, vault=Vault(Fernet.generate_key().decode() if has_key else ""))
    try:
        owner = await _owner(database)
        for number, batch in enumerate(_batches(known(size, is_long=True))):
            async with database.writing() as uow:
                await uow.connections.bring(owner, batch, str(number), NOW)
        await _index(database)
        await _settle(url)
        asked = searches(count + WARM_UP)
        async with connected(url) as raw:
            for each in asked[count:]:
                await _once(database, raw, owner, each)
            with tidy():
                once = [await _once(database, raw, owner, each) for each in asked[:count]]
    finally:
        await database.close()
    ours, peer, statements, totals = zip(*once, strict=True)
    return Found(has_key, spread(ours), spread(peer), max(statements), sum(total > 0 for total in totals))


async def measure_import(fresh: Fresh, contacts: int, *, has_key: bool) -> Brought:
    database = Database(fresh(), vault=Vault(Fernet.generate_key().decode() if has_key else ""))
    try:
        owner = await _owner(database)
        batch = list(known(contacts, is_long=False))
        with tidy():
            began = perf_counter()
            async with watched() as watch:
                async with database.writing() as uow:
                    ids = await uow.connections.bring(owner, batch, "import", NOW)
                locked = perf_counter() - began
                await _index(database)
            took = perf_counter() - began
    finally:
        await database.close()
    assert len(set(ids)) == contacts
    return Brought(has_key, contacts, locked, took, watch.longest)


def figures(engine: str, found: Sequence[Found], brought: Sequence[Brought], size: int) -> list[Figure]:
    rows: list[Figure] = []
    for each in found:
        what = f"find among {size:,} connections, {engine}{', sealed' if each.has_key else ''}"
        p50, p99 = each.ours.p50 / each.raw.p50, each.ours.p99 / each.raw.p99
        raw = f"by the raw driver ({each.statements} statements)"
        rows.append(Figure(f"{what}: p50", shown(each.ours.p50), f"{shown(each.raw.p50)} {raw}", times(p50), "", None))
        aim = "" if each.has_key else f"at most {SLOWER_MOST:g}×"
        is_met = None if each.has_key else p99 <= SLOWER_MOST
        beside = f"{shown(each.raw.p99)} by the raw driver"
        rows.append(Figure(f"{what}: p99", shown(each.ours.p99), beside, times(p99), aim, is_met))
    for one in brought:
        what = f"import of {one.contacts:,} contacts, {engine}{', sealed' if one.has_key else ''}"
        rows.append(Figure(what, shown(one.locked), f"{shown(one.took)} until all is indexed", "", "", None))
        aim = f"at most {shown(SECONDS_MOST)}"
        rows.append(Figure(f"{what}: the loop blocked", shown(one.blocked), "", "", aim, one.blocked <= SECONDS_MOST))
    return rows


def known(count: int, *, is_long: bool) -> Iterator[NewConnection]:
    """So many people; where it `is_long` with what was said and promised, else as an address book has them."""
    chance = Random(5)
    for number in range(count):
        first, last = name(chance), name(chance)
        about = About(
            f"{first} {last}".title(),
            chance.choice(ROLES),
            f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}".title(),
            chance.choice(CITIES).name.split(",")[0],
            links=(f"https://people.example/{first}-{last}-{number}",),
            emails=(f"{first}.{last}.{number}@mail.example",),
            tags=(chance.choice(GENRES),) if is_long else (),
        )
        met = NOW - timedelta(days=chance.randrange(2_000))
        entries: tuple[Entry, ...] = (Entry(Happening.MET, met, f"{chance.choice(NOUNS)} {chance.choice(NOUNS)}"),)
        promised: tuple[Promise, ...] = ()
        if is_long:
            entries += (Entry(Happening.NOTE, met, chance.choice(SENTENCES)),)
            promised = (Promise(Side.MINE, f"send {chance.choice(NOUNS)}", met),) if number % 4 == 0 else ()
        yield NewConnection(about, met.date(), entries, promised)


def searches(count: int) -> list[Wanted]:
    """All that people look for, in turn."""
    chance = Random(6)
    made = (
        lambda: Wanted(name(chance)),
        lambda: Wanted(name(chance)[:4]),
        lambda: Wanted(f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}"),
        lambda: Wanted(chance.choice(NOUNS)),
        lambda: Wanted(tag=chance.choice(GENRES)),
        lambda: Wanted(role=chance.choice(ROLES)),
        lambda: Wanted(name(chance), role=chance.choice(ROLES)),
        lambda: Wanted(chance.choice(NOUNS)[:5], tag=chance.choice(GENRES), city=chance.choice(("ber", "lagos"))),
        lambda: Wanted(met=chance.choice(NOUNS)),
        Wanted,
    )
    return [made[number % len(made)]() for number in range(count)]


def name(chance: Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=3))


async def _once(database: Database, raw: Raw, owner: int, wanted: Wanted) -> tuple[float, float, int, int]:
    with recorded() as statements:
        began = perf_counter()
        async with database.reading() as uow:
            page = await uow.connections.find(owner, wanted, TODAY, NOW, offset=0, limit=PAGE)
        ours = perf_counter() - began
    began = perf_counter()
    await raw.run(statements)
    return ours, perf_counter() - began, len(statements), page.total


def _batches(made: Iterator[NewConnection]) -> Iterator[list[NewConnection]]:
    while batch := list(islice(made, BATCH)):
        yield batch


async def _owner(database: Database) -> int:
    who = Account("console", "you", "you"), Workspace("console", "local", "Console")
    async with database.writing() as uow:
        return (await uow.people.welcome(*who, is_organiser=True, zone="UTC", locale="en", now=NOW)).person.id


async def _index(database: Database) -> None:
    more = RESEALED_AT_ONCE
    while more == RESEALED_AT_ONCE:
        async with database.writing() as uow:
            more = await uow.connections.reseal(RESEALED_AT_ONCE)


async def _settle(url: str) -> None:
    if url.startswith("postgresql"):  # what its autovacuum does within a minute or so
        server = await asyncpg.connect(url.replace("+asyncpg", ""))
        await server.execute("VACUUM ANALYZE")
        await server.close()
