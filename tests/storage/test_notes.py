"""Notes and turnstiles."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from storage.database import Database

APART = 0.15
"""What stands for Discord's five seconds here."""

PASSER = """
import asyncio, sys, time
from storage.database import Database

async def main():
    database = Database(sys.argv[1])
    for _ in range(4):
        await database.turnstile.pass_through("identify", float(sys.argv[2]))
        print(time.clock_gettime(time.CLOCK_MONOTONIC), flush=True)
    await database.close()

asyncio.run(main())
"""


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
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", PASSER, postgres_url, str(APART), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [await process.communicate() for process in processes]
    moments = sorted(float(line) for out, _ in said for line in out.splitlines())
    assert len(moments) == 8
    # they tell of it a little after they passed, one a little later than the other
    assert min(later - earlier for earlier, later in pairwise(moments)) > APART * 0.7
    assert moments[-1] - moments[0] > 7 * APART * 0.95
