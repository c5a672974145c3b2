"""With a key, no private word stands in what is kept: not in the file, its log, or any index."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.domain.connections import About, Entry, Happening, NewConnection, Promise, Side
from bot.domain.people import Caller
from bot.domain.terms import terms
from bot.sealing import HASHED, MARK, Vault
from storage.database import Database
from storage.engine import normalise_url
from storage.unit_of_work import Work
from tests.storage.making import NOW

KEY = Fernet.generate_key().decode()
ABOUT = About(
    "Quillon Zebrowska",
    "Xylophonist",
    "Vantablack Recordings",
    "Ouagadougou",
    ("@quillonzeb",),
    ("https://zebrowska.example/quillon",),
    ("quillon@zebrowska.example",),
    ("+226 70123456",),
    ("mbalax",),
    "Thorvaldur",
)
ENTRY = Entry(Happening.MET, NOW, "Gnaoua festival in Essaouira")
NOTE = Entry(Happening.NOTE, NOW, "hates kazoos; söker förläggare")
PROMISE = Promise(Side.MINE, "lend the theremin", NOW)
WORDS = {
    part
    for said in (
        ABOUT.name,
        ABOUT.role,
        ABOUT.company,
        ABOUT.city,
        *ABOUT.handles,
        *ABOUT.links,
        *ABOUT.emails,
        *ABOUT.tags,
        ABOUT.introduced_by,
        ENTRY.text,
        NOTE.text,
        PROMISE.text,
    )
    for part in (*said.split(), *terms(said))
    if len(part) >= 6
} | {"70123456", "zebrow", "f\\u00f6rl"}
NO_SECRETS = {"example"}


async def log(database: Database, owner: int) -> None:
    new = NewConnection(ABOUT, NOW.date(), (ENTRY,), (PROMISE,), request_id="r")
    async with database.writing() as uow:
        id_ = await uow.connections.add(owner, new, NOW)
        assert await uow.connections.note(owner, id_, NOTE, contact=None, request_id="n")


def told(url: str) -> bytes:
    """All that SQLite has on the disk, lower-cased."""
    path = Path(normalise_url(url).database or "")
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*"))).lower()


def found_in(kept: bytes) -> set[str]:
    return {word for word in WORDS - NO_SECRETS if word.lower().encode() in kept}


@pytest.mark.parametrize("keys", ["", KEY], ids=["plain", "sealed"])
async def test_nothing_private_is_on_the_disk_of_sqlite(sqlite_url: str, keys: str) -> None:
    database = Database(sqlite_url, vault=Vault(keys))
    async with database.writing() as uow:
        assert isinstance(uow, Work)
        await uow.connection.execute(text("INSERT INTO people (id, name, zone, locale) VALUES (1, 'Ada', '', '')"))
    before = found_in(await asyncio.to_thread(told, sqlite_url))  # the cities of the world are there anyway
    await log(database, 1)
    logged = found_in(await asyncio.to_thread(told, sqlite_url))  # with the write-ahead log beside it
    await database.close()
    closed = found_in(await asyncio.to_thread(told, sqlite_url))
    if keys:
        assert logged == closed == before
    else:
        assert {"zebrowska", "theremin", "xylophonist", "70123456"} <= closed


async def test_every_text_is_sealed_and_every_term_hashed(database_url: str, ada: Caller) -> None:
    database = Database(database_url, vault=Vault(KEY))
    await log(database, ada.person.id)
    async with database.reading() as uow:
        assert isinstance(uow, Work)
        for column, table in (("about", "connections"), ("text", "connection_entries"), ("text", "promises")):
            rows = await uow.connection.rows(text(f"SELECT {column} FROM {table}"))
            assert {row[0][: len(MARK)] for row in rows} == {MARK}
        kept = [row[0] for row in await uow.connection.rows(text("SELECT term FROM connection_terms"))]
    await database.close()
    assert {(term[0], len(term)) for term in kept} == {(HASHED, 23)}


async def test_what_was_plain_is_plain_no_more_when_a_key_was_set(database_url: str, ada: Caller) -> None:
    plain = Database(database_url)
    await log(plain, ada.person.id)
    await plain.close()
    sealed = Database(database_url, vault=Vault(KEY))
    async with sealed.writing() as uow:
        assert await uow.connections.reseal(10) == 1
        assert await uow.connections.reseal(10) == 0
    async with sealed.reading() as uow:
        assert isinstance(uow, Work)
        [about] = await uow.connection.rows(text("SELECT about, sealed_by FROM connections"))
        kept = [row[0] for row in await uow.connection.rows(text("SELECT term FROM connection_terms"))]
        texts = await uow.connection.rows(text("SELECT text FROM connection_entries UNION SELECT text FROM promises"))
    await sealed.close()
    assert about.sealed_by == Vault(KEY).first
    assert all(row[0].startswith(MARK) for row in [about, *texts])
    assert all(term.startswith(HASHED) for term in kept)


async def test_two_owners_have_different_hashes_of_one_word(database_url: str, ada: Caller, eve: Caller) -> None:
    database = Database(database_url, vault=Vault(KEY))
    for who in (ada, eve):
        await log(database, who.person.id)
    kept: dict[int, set[str]] = {}
    async with database.reading() as uow:
        assert isinstance(uow, Work)
        for owner, term in await uow.connection.rows(text("SELECT owner_id, term FROM connection_terms")):
            kept.setdefault(owner, set()).add(term)
    await database.close()
    one, other = kept.values()
    assert len(one) == len(other)
    assert not one & other
