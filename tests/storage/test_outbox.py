"""What is owed, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import (
    Buried,
    Claimed,
    Done,
    Doubt,
    Later,
    Moot,
    OutboxLine,
    Outcome,
    Owed,
    Receipt,
    Sent,
)
from storage.database import Database
from storage.outbox import outbox
from storage.tables import communities
from tests.scripted import HALL, ROOM, START, note

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


async def owe(database: Database, *owed: Owed) -> None:
    async with database.writing() as uow:
        await uow.outbox.add(owed, START)


async def claim(database: Database, limit: int = 100, lease: float = 120, later: float = 0) -> list[Claimed]:
    async with database.writing() as uow:
        return list(await uow.outbox.claim(START + later * SECOND, limit, lease))


async def test_a_row_comes_back_as_it_was_owed(database: Database) -> None:
    async with database.writing() as uow:
        await uow.connection.execute(insert(communities).values(id=5, name="Low End", zone="UTC", locale="en"))
    owed = [
        Owed(
            "digest",
            7,
            "2026-W10",
            Channel("stage", "venue", "room", "gigs"),
            community=5,
            part=1,
            facts={"events": [1, 2], "more": {"é": None}},
            not_before=START,
            not_after=START + SECOND,
        ),
        Owed("notice", 8, "", Direct("stage", "ada", "Ada")),
    ]
    await owe(database, *owed)
    assert [row.owed for row in await claim(database)] == owed


async def test_owing_twice_is_owing_once_and_the_first_word_counts(database: Database) -> None:
    await owe(database, note(moot=True), note())
    await owe(database, note())
    [row] = await claim(database)
    assert row.owed.facts["moot"] is True
    async with database.writing() as uow:
        await uow.outbox.settle([(row, Moot("cancelled"))], START)
    await owe(database, note())
    assert await claim(database) == []
    await owe(database)


async def test_a_claim_takes_no_more_than_its_limit_and_the_longest_due_first(database: Database) -> None:
    await owe(database, *(note(subject, not_before=START + (9 - subject) * SECOND) for subject in range(10)))
    first = await claim(database, 4, later=20)
    assert [row.owed.subject for row in first] == [6, 7, 8, 9]  # in the order they were owed
    second = await claim(database, 100, later=20)
    assert [row.owed.subject for row in second] == list(range(6))
    assert {row.token for row in first}.isdisjoint(row.token for row in second)
    assert await claim(database, later=139) == []


async def test_a_lease_ends_by_the_databases_clock(database: Database) -> None:
    await owe(database, note())
    [first] = await claim(database, lease=0)
    assert first.unsure_since is None
    [second] = await claim(database, later=5)  # the lease of 0 s is over
    assert second.unsure_since == START
    assert await claim(database, later=1000) == []  # by a clock that was moved; the database's was not


async def test_a_row_that_stays_unsure_keeps_the_moment_of_its_first_attempt(database: Database) -> None:
    await owe(database, note())
    await claim(database, lease=0)
    await claim(database, lease=0, later=1)
    [third] = await claim(database, later=2)
    assert third.unsure_since == START


async def test_a_claim_is_due_again_when_its_lease_ends(database: Database) -> None:
    await owe(database, note())
    await claim(database)
    async with database.reading() as uow:
        assert await uow.outbox.earliest() == START + 120 * SECOND


async def test_rows_claimed_by_another_process_are_passed_over(postgres_url: str) -> None:
    ours, theirs = Database(postgres_url), Database(postgres_url)
    await owe(ours, *(note(subject) for subject in range(4)))
    async with ours.writing() as mine, theirs.writing() as yours:
        first = await mine.outbox.claim(START, 3, 120)
        second = await yours.outbox.claim(START, 3, 120)
        assert [len(first), len(second)] == [3, 1]
    await ours.close()
    await theirs.close()


async def test_who_lost_the_claim_writes_nothing(database: Database) -> None:
    await owe(database, note(1), note(2))
    lost, _ = await claim(database, lease=0)
    held, _ = await claim(database, later=1)
    async with database.writing() as uow:
        assert await uow.outbox.settle([(lost, Buried("gone"))], START) == 0
        assert await uow.outbox.settle([], START) == 0
        assert await uow.outbox.settle([(lost, Moot("")), (held, Sent(Receipt(ROOM, "m1")))], START) == 1
        assert await uow.outbox.settle([(held, Buried("twice"))], START) == 0
        assert [line.state for line in await uow.outbox.lines(None, 9)] == ["waiting", "sent"]


async def test_what_an_outcome_says_stands_in_the_row(database: Database) -> None:
    await owe(database, *(note(subject) for subject in range(1, 7)))
    rows = await claim(database)
    at = START + 30 * SECOND
    outcomes: list[Outcome] = [
        Sent(Receipt(ROOM, "m1"), {4: 2}),
        Moot("cancelled"),
        Buried("gone"),
        Later(at, "busy"),
        Later(at, "stopped", counts=False),
        Doubt(at, START, "no answer"),
    ]
    async with database.writing() as uow:
        assert await uow.outbox.settle(list(zip(rows, outcomes, strict=True)), START) == 6
        lines = {line.key.split(":")[1]: line for line in await uow.outbox.lines(None, 9)}
    keys = [row.key for row in rows]
    assert list(lines.values()) == [
        OutboxLine(keys[5], "waiting", 1, at, "no answer"),
        OutboxLine(keys[4], "waiting", 0, at, "stopped"),
        OutboxLine(keys[3], "waiting", 1, at, "busy"),
        OutboxLine(keys[2], "buried", 0, START, "gone"),
        OutboxLine(keys[1], "moot", 0, START, "cancelled"),
        OutboxLine(keys[0], "sent", 1, START, ""),
    ]
    later, handed_back, doubt = await claim(database, later=30)
    assert (later.tries, later.failing_since, later.unsure_since) == (1, START, None)
    assert (handed_back.tries, handed_back.failing_since) == (0, None)
    assert (doubt.tries, doubt.unsure_since, doubt.asked_since) == (1, START, None)


async def test_a_doubt_is_over_when_it_was_surely_not_seen_and_kept_when_nothing_was_tried(
    database: Database,
) -> None:
    await owe(database, note(1), note(2))
    rows = await claim(database)
    async with database.writing() as uow:
        doubt = Doubt(START, START, "in vain", asked_since=START)
        await uow.outbox.settle([(row, doubt) for row in rows], START)
    first, second = await claim(database)
    assert (first.asked_since, first.tries) == (START, 0)
    outcomes = [(first, Later(START, "busy")), (second, Later(START, "stopped", counts=False))]
    async with database.writing() as uow:
        await uow.outbox.settle(outcomes, START)
    first, second = await claim(database)
    assert (first.unsure_since, first.asked_since) == (None, None)
    assert (second.unsure_since, second.asked_since) == (START, START)


async def test_the_scheduler_is_woken_for_what_is_owed_and_for_what_may_go_on(database: Database, woken: Woken) -> None:
    await owe(database, note(1), note(1, part=2, follows=1), note(2))
    assert woken.times == 1
    first, other = await claim(database)
    async with database.writing() as uow:
        await uow.outbox.settle([(other, Sent(Receipt(ROOM, "m1")))], START)
    assert woken.times == 1
    async with database.writing() as uow:
        await uow.outbox.settle([(first, Sent(Receipt(ROOM, "m2")))], START)
    assert woken.times == 2


async def test_a_part_that_waits_for_another_is_neither_claimed_nor_rung_for(database: Database) -> None:
    await owe(database, note(1, part=2, follows=1), note(1, not_before=START + 60 * SECOND))
    assert await claim(database, later=59) == []
    async with database.reading() as uow:
        assert await uow.outbox.earliest() == START + 60 * SECOND


async def test_a_part_keeps_its_own_time_when_what_it_follows_was_early(database: Database) -> None:
    await owe(database, note(1), note(1, part=2, follows=1, not_before=START + 60 * SECOND))
    [first] = await claim(database)
    async with database.writing() as uow:
        await uow.outbox.settle([(first, Moot("cancelled"))], START)
        assert await uow.outbox.earliest() == START + 60 * SECOND


async def test_organisers_see_the_newest_only_if_it_was_buried(database: Database) -> None:
    async with database.writing() as uow:
        await uow.connection.execute(insert(communities).values(id=5, name="Low End", zone="UTC", locale="en"))
    weeks = [Owed("digest", 7, f"2026-W{week}", HALL, community=5) for week in (10, 11)]
    await owe(database, weeks[0])
    [row] = await claim(database)
    async with database.writing() as uow:
        await uow.outbox.settle([(row, Buried("gone"))], START)
        line = await uow.outbox.buried(5, "digest", 7)
        assert line is not None
        assert line.reason == "gone"
        assert await uow.outbox.buried(6, "digest", 7) is None
    await owe(database, weeks[1])
    async with database.reading() as uow:
        assert await uow.outbox.buried(5, "digest", 7) is None
        assert [line.key for line in await uow.outbox.lines("buried", 9)] == [weeks[0].key]


async def test_only_what_was_settled_long_ago_is_swept(database: Database) -> None:
    await owe(database, *(note(subject) for subject in range(5)))
    rows = await claim(database, 4)
    async with database.writing() as uow:
        await uow.outbox.settle([(row, Moot("cancelled")) for row in rows[:3]], START)
        await uow.outbox.settle([(rows[3], Moot("cancelled"))], START + 60 * SECOND)
    async with database.writing() as uow:
        assert await uow.outbox.sweep(START + SECOND, 2) == 2
        assert await uow.outbox.sweep(START + SECOND, 2) == 1
        assert await uow.outbox.sweep(START + SECOND, 2) == 0
        assert len(await uow.outbox.lines(None, 9)) == 2


async def test_a_wake_up_reads_only_what_is_due(sqlite_url: str) -> None:
    """Flat by construction: each question is answered from an index in its order, without sorting."""
    database = Database(sqlite_url)
    questions = {
        "SELECT id FROM outbox WHERE due_at <= 1 ORDER BY due_at, id LIMIT 5": "ix_outbox_due",
        "SELECT due_at FROM outbox WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1": "ix_outbox_due",
        "SELECT kind FROM due WHERE wakes_at <= 1 ORDER BY wakes_at LIMIT 5": "ix_due_wakes_at",
    }
    async with database.reading() as uow:
        for question, index in questions.items():
            plan = [row.detail for row in await uow.connection.rows(text(f"EXPLAIN QUERY PLAN {question}"))]
            assert len(plan) == 1
            assert index in plan[0]
    await database.close()


def test_every_state_that_the_operator_may_ask_for_is_told_in_the_table() -> None:
    assert outbox.c.state.comment == "waiting, sent, moot or buried"


async def test_a_done_errand_is_forgotten_with_those_that_failed_before(database: Database) -> None:
    async with database.writing() as uow:
        for id_ in (5, 6):
            await uow.connection.execute(insert(communities).values(id=id_, name="x", zone="UTC", locale="en"))
    rows = [Owed("mirror", subject, str(period), ROOM, community=5) for subject in (1, 2) for period in range(2)]
    await owe(database, *rows)
    claimed = await claim(database)
    async with database.writing() as uow:
        assert await uow.outbox.unsettled(5, "mirror", 1) == 0
        assert await uow.outbox.unsettled(6, "mirror", 1) is None
        outcomes: list[tuple[Claimed, Outcome]] = [(row, Buried("forbidden")) for row in (claimed[0], claimed[2])]
        assert await uow.outbox.settle([*outcomes, (claimed[1], Done())], START) == 3
        assert await uow.outbox.unsettled(5, "mirror", 1) is None
        assert await uow.outbox.unsettled(5, "mirror", 2) == 0
        assert await uow.outbox.buried(5, "mirror", 1) is None
        assert len(await uow.outbox.lines(None, 9)) == 2


async def test_another_address_travels_with_its_row(database: Database) -> None:
    owed = [note(1, Direct("stage", "ada"), otherwise=ROOM), note(2, ROOM, otherwise=Direct("stage", "ada", "Ada"))]
    await owe(database, *owed)
    assert [row.owed for row in await claim(database)] == owed
