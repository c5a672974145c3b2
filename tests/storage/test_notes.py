"""Notes and turnstiles."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise

import asyncpg
import pytest

from storage.database import Database

APART = 0.15
"""What stands for Discord's five seconds here."""

PASSER = """
import asyncio, sys
from storage.database import Database

async def main():
    database = Database(sys.argv[1])
    for _ in range(4):
        await database.turnstile.pass_through("identify", float(sys.argv[2]))
    await database.close()

asyncio.run(main())
"""

NOTED = """
CREATE TABLE passed (passed_at timestamptz);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO passed VALUES (NEW.passed_at); RETURN NEW; END';
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON turnstiles FOR EACH ROW EXECUTE FUNCTION noted();
"""
"""Has the database keep when each passed: what a process tells of it comes as late as the machine is busy."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def test_a_note_says_what_was_noted_last(database: Database) -> None:
    async with database.writing() as uow:
        assert await uow.notes.get("commands") is None
        await uow.notes.put("commands", "one")
        await uow.notes.put("others", "else")
        await uow.notes.put("commands", "two")
    async with database.reading() as uow:
        assert await uow.notes.get("commands") == "two"


async def test_several_pass_a_turnstile_one_at_a_time(database: Database) -> None:
    passed: list[float] = []

    async def go(name: str) -> None:
        await database.turnstile.pass_through(name, APART)
        if name == "identify":
            passed.append(asyncio.get_running_loop().time())

    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(go("identify") for _ in range(4)), go("another"))
    assert passed[0] - began < 3 * APART
    assert min(later - earlier for earlier, later in pairwise(passed)) > APART * 0.9


async def test_two_processes_pass_one_turnstile(postgres_url: str) -> None:
    server = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    await server.execute(NOTED)
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", PASSER, postgres_url, str(APART)) for _ in range(2)
    ]
    assert [await process.wait() for process in processes] == [0, 0]
    passed = [at for (at,) in await server.fetch("SELECT passed_at FROM passed ORDER BY passed_at")]
    await server.close()
    assert len(passed) == 8
    assert min(later - earlier for earlier, later in pairwise(passed)) > timedelta(seconds=APART * 0.99)
