"""The statements that run most use their indexes, on databases that know nothing about their own sizes too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text, update
from sqlalchemy.event import listen

from bot.domain.addresses import Direct
from bot.domain.connections import Wanted
from bot.domain.events import Search
from bot.domain.resources import Order
from bot.domain.resources import Wanted as LibraryWanted
from bot.sealing import Vault
from storage.database import Database
from storage.engine import normalise_url
from storage.tables import accounts
from storage.unit_of_work import Work
from tests.storage.making import BERLIN, NOW, account, bring, event, told

SEARCHES = {
    "all": Search(NOW),
    "near": Search(NOW, near=BERLIN),
    "words": Search(NOW, words="late techno"),
}


@pytest.mark.parametrize("name", SEARCHES)
async def test_finding_reads_no_table_from_end_to_end(sqlite_url: str, name: str) -> None:
    database = Database(sqlite_url)
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_rest: object) -> None:
        asked.append((statement, values))

    async with database.reading() as uow:
        assert isinstance(uow, Work)
        listen(database._engine.sync_engine, "before_cursor_execute", note)
        await uow.events.find(1, SEARCHES[name], person=None, offset=0, limit=5)
    await database.close()
    with closing(sqlite3.connect(normalise_url(sqlite_url).database or "")) as connection:
        [(statement, values)] = asked
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    scans = [line for line in plan if line.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in line]
    assert {line.split()[1] for line in scans} <= {"page", "hits"}
    by_time = "COVERING INDEX ix_occurrences_when (community_id=? AND starts>?)"
    by_event = (
        "occurrences USING INDEX sqlite_autoindex_occurrences_1 (event_id=?)"  # that of unique(event_id, original)
    )
    assert any((by_event if name == "words" else by_time) in line for line in plan)


WANTED = {
    "all": Wanted(),
    "words": Wanted("ana prod"),
    "fields": Wanted(tag="sync", role="producer", city="berlin", met="ade"),
    "overdue": Wanted(overdue=True),
}


@pytest.mark.parametrize("name", WANTED)
@pytest.mark.parametrize("keys", ["", Fernet.generate_key().decode()], ids=["plain", "sealed"])
async def test_finding_connections_reads_no_table_from_end_to_end(sqlite_url: str, name: str, keys: str) -> None:
    database = Database(sqlite_url, vault=Vault(keys))
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_rest: object) -> None:
        asked.append((statement, values))

    async with database.reading() as uow:
        listen(database._engine.sync_engine, "before_cursor_execute", note)
        await uow.connections.find(1, WANTED[name], NOW.date(), NOW, offset=0, limit=5)
    await database.close()
    with closing(sqlite3.connect(normalise_url(sqlite_url).database or "")) as connection:
        [(statement, values)] = asked
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    made = {line.split()[1] for line in plan if line.startswith("SCAN")}
    assert {each for each in made if not each.startswith("(subquery")} <= {"found", "best", "hits", "page"}
    by_term = "connection_terms USING PRIMARY KEY (owner_id=? AND term>? AND term<?)"
    by_owner = "ix_connections_last_contact (owner_id=?)"
    assert any((by_term if name in ("words", "fields") else by_owner) in line for line in plan)


async def test_searching_postgres_uses_the_index_of_words(postgres_url: str) -> None:
    database = Database(postgres_url)
    batch = [
        told(event(f"{'Techno' if number % 100 == 0 else 'House'} {number}"), uid=str(number)) for number in range(2000)
    ]
    async with database.writing() as uow:
        assert isinstance(uow, Work)
        await uow.connection.execute(text("INSERT INTO communities (name, zone, locale) VALUES ('x', 'UTC', 'en')"))
    await bring(database, 1, *batch)
    async with database.writing() as uow:
        assert isinstance(uow, Work)
        await uow.connection.execute(text("ANALYZE search"))
        query = "EXPLAIN SELECT event_id FROM search WHERE terms @@ CAST('''techno'':*' AS tsquery)"
        plan = "\n".join(row[0] for row in await uow.connection.rows(text(query)))
    await database.close()
    assert "Bitmap Index Scan on search_terms" in plan


async def test_what_waits_for_one_account_is_found_by_an_index_of_what_waits(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_rest: object) -> None:
        asked.append((statement, values))

    async with database.writing() as uow:
        ada = await uow.people.welcome(account("ada"), None, is_organiser=False, zone="UTC", locale="en", now=NOW)
        await uow.connection.execute(update(accounts).values(try_at=NOW + timedelta(hours=1)))
        listen(database._engine.sync_engine, "before_cursor_execute", note)
        await uow.closings.spoke(ada.origin.account, NOW)
        await uow.closings.closed([Direct("console", "ada")])
        await uow.outbox.undelivered(ada.person.id, 9)
    await database.close()
    with closing(sqlite3.connect(normalise_url(sqlite_url).database or "")) as connection:
        plans = [
            [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in asked
            if not statement.startswith("BEGIN")
        ]
    assert len(plans) == 4
    assert not [
        line for plan in plans for line in plan if line.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in line
    ]
    assert any("ix_outbox_closed (platform=? AND place=?)" in line for line in plans[1])
    assert any("ix_outbox_person_id" in line for line in plans[3])


LIBRARY = {
    "all": (LibraryWanted(), "ix_resources_newest (community_id=?"),
    "helpful": (LibraryWanted(order=Order.HELPFUL), "ix_resources_helpful (community_id=?"),
    "topic": (LibraryWanted(topic="craft", is_free=True), "ix_resources_newest (community_id=?"),
    "tag": (LibraryWanted(tag="sync"), "resource_tags USING PRIMARY KEY (community_id=? AND tag=?"),
    "words": (LibraryWanted("late mix"), "resources USING INTEGER PRIMARY KEY (rowid=?)"),
    "law": (LibraryWanted("late mix", jurisdiction="DE"), "resources USING INTEGER PRIMARY KEY (rowid=?)"),
}


@pytest.mark.parametrize("name", LIBRARY)
async def test_finding_in_the_library_reads_no_table_from_end_to_end(sqlite_url: str, name: str) -> None:
    wanted, by = LIBRARY[name]
    database = Database(sqlite_url)
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_rest: object) -> None:
        asked.append((statement, values))

    async with database.reading() as uow:
        listen(database._engine.sync_engine, "before_cursor_execute", note)
        await uow.resources.find(1, wanted, person=1, offset=0, limit=5)
    await database.close()
    with closing(sqlite3.connect(normalise_url(sqlite_url).database or "")) as connection:
        [(statement, values)] = asked
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    scans = [line for line in plan if line.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in line]
    assert {line.split()[1] for line in scans} <= {"page", "hits"}
    assert any(by in line for line in plan), plan


async def test_what_the_scheduler_asks_of_libraries_is_found_by_indexes(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, statement: str, values: tuple[object, ...], *_rest: object) -> None:
        asked.append((statement, values))

    async with database.reading() as uow:
        listen(database._engine.sync_engine, "before_cursor_execute", note)
        await uow.resources.fresh(dict.fromkeys((1, 2), (NOW, NOW)), 5)
        await uow.resources.newest(1, NOW, NOW, 5)
        await uow.resources.stale(1, NOW.date(), 5)
        await uow.resources.every(1, after=0, limit=5)
        await uow.resources.of_page(1, "page", None)
        await uow.resources.tags(1, "syn", 5)
        await uow.resources.saved(1, 1, 0, 5)
        await uow.resources.linked([1, 2])
    await database.close()
    with closing(sqlite3.connect(normalise_url(sqlite_url).database or "")) as connection:
        plans = [
            [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            for statement, values in asked
        ]
    scans = [line for plan in plans for line in plan if line.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in line]
    made = {line.split()[1] for line in scans}
    assert {each for each in made if not each.startswith("(subquery")} <= {"page", "readers", "ranked"}
    used = ("ix_resources_newest", "ix_resources_newest", "ix_resources_review_by", "ix_resources_every")
    for plan, index in zip(plans, used, strict=False):
        assert any(index in line for line in plan), plan
