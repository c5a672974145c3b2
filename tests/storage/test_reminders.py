"""Reminders as they are kept, each with its due row; and what people set about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from bot.domain.delivery import Due
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern
from bot.domain.people import Caller
from bot.domain.preferences import Preferences
from bot.domain.quiet import Quiet
from bot.domain.reminders import REMINDER, WAITING_MOST, Reminder, State, relaid
from bot.errors import Refused, SetupError
from bot.sealing import Vault
from storage.database import Database
from storage.tables import reminders
from tests.storage.making import NOW

HOUR = timedelta(hours=1)
PATTERN = Pattern(Moment(datetime(2026, 11, 6, 9), "Europe/Berlin"), "FREQ=WEEKLY")  # noqa: DTZ001 - the time on a wall
AT = datetime(2026, 11, 6, 8, tzinfo=UTC)


async def keep(database: Database, whose: Caller, text: str = "stems", request: str = "r1", at: datetime = AT) -> int:
    async with database.writing() as uow:
        return await uow.reminders.add(whose.person.id, text, PATTERN, at, request, NOW)


async def due(database: Database) -> list[Due]:
    async with database.writing() as uow:
        return list(await uow.due.take(NOW + timedelta(days=999), 9999))


async def test_a_reminder_comes_back_as_it_was_set_and_falls_due_then(database: Database, ada: Caller) -> None:
    id_ = await keep(database, ada)
    async with database.reading() as uow:
        found = await uow.reminders.get(ada.person.id, id_)
        assert found == Reminder(id_, ada.person.id, PATTERN, AT, "stems")
        page = await uow.reminders.waiting(ada.person.id, offset=0, limit=9)
        assert (page.reminders, page.total) == ((found,), 1)
        assert await uow.reminders.fallen_due([id_, 999]) == [found]
    assert await due(database) == [Due(REMINDER, id_, AT)]


async def test_the_same_request_sets_one_reminder(database: Database, ada: Caller, eve: Caller) -> None:
    first = await keep(database, ada)
    assert await keep(database, ada, "again") == first
    assert await keep(database, eve) != first
    assert len(await due(database)) == 2


async def test_so_many_may_wait_and_no_more(database: Database, ada: Caller, eve: Caller) -> None:
    async with database.writing() as uow:
        for number in range(WAITING_MOST):
            await uow.reminders.add(ada.person.id, "x", PATTERN, AT, f"r{number}", NOW)
    with pytest.raises(Refused, match="At most 500"):
        await keep(database, ada, request="one more")
    await keep(database, eve)
    async with database.writing() as uow:
        await uow.reminders.settle(ada.person.id, 1, State.STOPPED)
        await uow.reminders.put(ada.person.id, "promise", 1, PATTERN, AT, NOW)  # those of a source do not count
    assert await keep(database, ada, request="one more")


async def test_nobody_reads_or_changes_the_reminders_of_another(database: Database, ada: Caller, eve: Caller) -> None:
    id_ = await keep(database, ada)
    async with database.writing() as uow:
        before = await uow.reminders.get(ada.person.id, id_)
        assert before is not None
        await uow.reminders.settle(eve.person.id, id_, State.STOPPED)
        await uow.reminders.again(eve.person.id, id_, PATTERN, AT + HOUR)
        await uow.reminders.drop(eve.person.id, "", [0])
        assert await uow.reminders.get(eve.person.id, id_) is None
        assert await uow.reminders.in_zone(eve.person.id, "Europe/Berlin") == []
        assert not (await uow.reminders.waiting(eve.person.id, offset=0, limit=9)).total
        assert await uow.reminders.get(ada.person.id, id_) == before
    assert await due(database) == [Due(REMINDER, id_, AT)]


async def test_what_is_done_does_not_fall_due_until_it_is_put_off(database: Database, ada: Caller) -> None:
    id_ = await keep(database, ada)
    async with database.writing() as uow:
        await uow.reminders.settle(ada.person.id, id_, State.DONE)
    assert await due(database) == []
    once = Pattern(Moment(datetime(2026, 11, 7, 10), "Europe/Berlin"))  # noqa: DTZ001 - the time on a wall
    async with database.writing() as uow:
        await uow.reminders.again(ada.person.id, id_, once, AT + HOUR)
        found = await uow.reminders.get(ada.person.id, id_)
    assert found is not None
    assert (found.state, found.at, found.pattern.start) == (State.WAITING, AT + HOUR, once.start)
    assert await due(database) == [Due(REMINDER, id_, AT + HOUR)]


async def test_of_one_thing_of_a_source_there_is_one_reminder(database: Database, ada: Caller) -> None:
    me = ada.person.id
    async with database.writing() as uow:
        first = await uow.reminders.put(me, "promise", 7, PATTERN, AT, NOW)
        await uow.reminders.settle(me, first, State.DONE)
        assert await uow.reminders.put(me, "promise", 7, PATTERN, AT + HOUR, NOW) == first
        other = await uow.reminders.put(me, "promise", 8, PATTERN, AT, NOW)
        await uow.reminders.drop(me, "promise", [8, 9])
        assert await uow.reminders.get(me, other) is None
    assert await due(database) == [Due(REMINDER, first, AT + HOUR)]


async def test_those_of_one_zone_are_moved_together(database: Database, ada: Caller) -> None:
    me = ada.person.id
    ids = [await keep(database, ada, request=f"r{number}") for number in range(3)]
    async with database.writing() as uow:
        await uow.reminders.add(me, "x", replace(PATTERN, start=replace(PATTERN.start, zone="UTC")), AT, "utc", NOW)
        await uow.reminders.settle(me, ids[0], State.DONE)
        theirs = await uow.reminders.in_zone(me, "Europe/Berlin")
        assert [each.id for each in theirs] == ids[1:]
        await uow.reminders.move(me, [])
        await uow.reminders.move(me, [relaid(each, "America/New_York") for each in theirs])
        found = await uow.reminders.get(me, ids[1])
    assert found is not None
    assert (found.at, found.pattern.start.zone) == (AT + 6 * HOUR, "America/New_York")
    assert [row.at for row in await due(database)] == [AT, AT + 6 * HOUR, AT + 6 * HOUR]


async def test_what_somebody_set_comes_back_and_the_rest_is_as_usual(
    database: Database, ada: Caller, eve: Caller
) -> None:
    mine = Preferences(Quiet(time(22), time(8)), (3 * HOUR,), 4, time(18, 30), wants_digest=False)
    async with database.writing() as uow:
        await uow.preferences.put(ada.person.id, mine)
        ids = [ada.person.id, eve.person.id]
        assert await uow.preferences.of(ids) == dict(zip(ids, (mine, Preferences()), strict=True))
        assert await uow.preferences.of([]) == {}
        await uow.preferences.put(ada.person.id, Preferences(quiet=None, leads=()))
        assert (await uow.preferences.of(ids))[ada.person.id] == Preferences(quiet=None, leads=())


async def test_a_key_is_replaced_and_reminders_come_all_the_same(
    database: Database, database_url: str, ada: Caller
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    ids = [await keep(database, ada, f"plain {number}", f"p{number}") for number in range(3)]
    first = Database(database_url, vault=Vault(old))
    ids += [await keep(first, ada, f"sealed {number}", f"s{number}") for number in range(3)]
    await first.close()
    both = Database(database_url, vault=Vault(f"{new},{old}"))
    await both.check_keys()
    for count in (4, 2, 0):
        async with both.writing() as uow:
            assert await uow.reminders.reseal(4) == count
    await both.close()
    async with database.reading() as uow:
        kept = [row.text for row in await uow.connection.rows(select(reminders.c.text))]
    assert all(text.startswith(Vault(new).mark) for text in kept)
    after = Database(database_url, vault=Vault(new))
    await after.check_keys()
    async with after.reading() as uow:
        told = sorted(each.text for each in await uow.reminders.fallen_due(ids))
    assert told == [f"plain {n}" for n in range(3)] + [f"sealed {n}" for n in range(3)]
    await after.close()
    for wrong in ("", old):
        other = Database(database_url, vault=Vault(wrong))
        with pytest.raises(SetupError, match="GREENROOM_SECRET_KEY"):
            await other.check_keys()
        await other.close()
