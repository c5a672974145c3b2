"""What falls due, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.domain.delivery import (
    Due,
)
from storage.database import Database
from tests.scripted import START

SECOND = timedelta(seconds=1)


class Woken:
    """Counts how often the scheduler was woken."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@pytest.fixture
def woken() -> Woken:
    return Woken()


@pytest.fixture
async def database(database_url: str, woken: Woken) -> AsyncIterator[Database]:
    database = Database(database_url, wake=woken)
    yield database
    await database.close()


async def test_the_last_word_on_when_something_is_due_counts(database: Database, woken: Woken) -> None:
    async with database.writing() as uow:
        await uow.due.put(Due("digest", 1, START))
        await uow.due.put_off([Due("digest", 1, START)], START + 60 * SECOND)
        await uow.due.put(Due("digest", 1, START + SECOND))
    assert woken.times == 1
    async with database.writing() as uow:
        assert await uow.due.earliest() == START + SECOND
        assert [due.fails for due in await uow.due.take(START + SECOND, 9)] == [0]


async def test_what_is_dropped_is_not_due(database: Database) -> None:
    async with database.writing() as uow:
        await uow.due.put(Due("digest", 1, START))
        await uow.due.put(Due("reminder", 1, START))
        await uow.due.drop("digest", 1)
        assert await uow.due.take(START, 9) == [Due("reminder", 1, START)]


async def test_a_row_that_is_due_at_another_moment_by_now_is_neither_locked_moved_nor_put_off(
    database: Database,
) -> None:
    old, new = Due("digest", 1, START), Due("digest", 1, START + SECOND)
    async with database.writing() as uow:
        await uow.due.put(new)
        assert await uow.due.lock([old, Due("digest", 2, START)]) == []
        assert await uow.due.lock([new]) == [new]
        await uow.due.move([(old, START + 9 * SECOND)])
        await uow.due.move([(old, None)])
        await uow.due.put_off([old], START + 9 * SECOND)
        await uow.due.put_off([], START)
        assert await uow.due.take(START + SECOND, 9) == [new]


async def test_a_row_that_is_put_off_is_taken_later_but_is_due_when_it_was(database: Database) -> None:
    row = Due("digest", 1, START)
    async with database.writing() as uow:
        await uow.due.put(row)
        await uow.due.put_off([row], START + 60 * SECOND)
        assert await uow.due.take(START + 59 * SECOND, 9) == []
        [taken] = await uow.due.take(START + 60 * SECOND, 9)
        assert (taken, taken.fails) == (row, 1)
        await uow.due.move([(taken, START + 90 * SECOND)])
        assert await uow.due.earliest() == START + 90 * SECOND


async def test_due_rows_that_another_process_has_taken_are_passed_over(postgres_url: str) -> None:
    ours, theirs = Database(postgres_url), Database(postgres_url)
    async with ours.writing() as uow:
        for subject in range(4):
            await uow.due.put(Due("digest", subject, START))
    async with ours.writing() as mine, theirs.writing() as yours:
        first = await mine.due.take(START, 3)
        second = await yours.due.take(START, 3)
        assert len(first) == 3
        assert {due.subject for due in (*first, *second)} == {0, 1, 2, 3}
    await ours.close()
    await theirs.close()


async def test_what_should_happen_sooner_does_and_what_comes_earlier_anyway_stays(
    database: Database, woken: Woken
) -> None:
    async with database.writing() as uow:
        await uow.due.hasten(Due("mirror", 1, START + 9 * SECOND))
        await uow.due.hasten(Due("mirror", 1, START + 60 * SECOND))
        assert await uow.due.earliest() == START + 9 * SECOND
        await uow.due.hasten(Due("mirror", 1, START + SECOND))
        assert await uow.due.take(START + SECOND, 9) == [Due("mirror", 1, START + SECOND)]
    assert woken.times == 1


async def test_what_one_platform_knows_of_is_left_to_whoever_serves_it(database: Database) -> None:
    anybodys, hers = Due("housekeeping", 0, START), Due("digest", 1, START, "slack")
    async with database.writing() as uow:
        await uow.due.put(hers)
        assert await uow.due.earliest(["discord"]) is None
        assert await uow.due.take(START, 9, ["discord"]) == []
        await uow.due.put(anybodys)
        assert await uow.due.earliest([]) == START
        assert await uow.due.take(START, 9, []) == [anybodys]
        assert set(await uow.due.take(START, 9, ["slack", "console"])) == {anybodys, hers}
