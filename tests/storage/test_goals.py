"""Goals as they are kept: sealed, their owner's alone, the same on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from bot.domain.goals import OPEN_MOST, Goal, State
from bot.domain.people import Account, Caller, Workspace
from bot.domain.topics import Pillar
from bot.errors import Refused, SetupError
from bot.sealing import Vault
from storage.database import Database
from storage.tables import goals
from tests.storage.making import NOW

DAY = timedelta(days=1)
JUNE = date(2027, 6, 30)


async def keep(
    database: Database, whose: Caller, what: str = "finish 3 tracks", by: date | None = JUNE, request: str = ""
) -> int:
    async with database.writing() as uow:
        return await uow.goals.add(whose.person.id, what, Pillar.CRAFT, by, request or what, NOW)


async def settle(database: Database, whose: Caller, id_: int, state: State, days: int = 0) -> bool:
    async with database.writing() as uow:
        return await uow.goals.settle(whose.person.id, id_, state, NOW + days * DAY)


async def test_a_goal_comes_back_as_it_was_set_and_the_same_request_sets_one(database: Database, ada: Caller) -> None:
    id_ = await keep(database, ada)
    assert await keep(database, ada) == id_
    async with database.reading() as uow:
        assert await uow.goals.several(ada.person.id, [99, id_]) == [Goal(id_, "finish 3 tracks", Pillar.CRAFT, JUNE)]


async def test_open_ones_come_first_by_their_day_and_settled_ones_last_newest_first(
    database: Database, ada: Caller
) -> None:
    names = ["someday", "june", "may", "done", "let go"]
    days = [None, JUNE, JUNE - 40 * DAY, JUNE, None]
    ids = [await keep(database, ada, name, by) for name, by in zip(names, days, strict=True)]
    assert await settle(database, ada, ids[3], State.DONE, 1)
    assert await settle(database, ada, ids[4], State.LET_GO, 2)
    async with database.reading() as uow:
        page = await uow.goals.listed(ada.person.id, offset=0, limit=9)
        assert [each.what for each in page.goals] == ["may", "june", "someday", "let go", "done"]
        assert (page.total, page.open) == (5, 3)
        second = await uow.goals.listed(ada.person.id, offset=3, limit=1)
        assert [each.what for each in second.goals] == ["let go"]
        assert [each.what for each in await uow.goals.done(ada.person.id, NOW)] == ["done"]
        assert await uow.goals.done(ada.person.id, NOW + DAY) == []


async def test_what_is_ticked_off_twice_was_so_when_it_was_first_and_opens_again(
    database: Database, ada: Caller
) -> None:
    id_ = await keep(database, ada)
    for days in (1, 2):
        assert await settle(database, ada, id_, State.DONE, days)
    async with database.reading() as uow:
        [done] = await uow.goals.several(ada.person.id, [id_])
    assert (done.state, done.settled_at) == (State.DONE, NOW + DAY)
    assert await settle(database, ada, id_, State.OPEN, 3)
    async with database.reading() as uow:
        [again] = await uow.goals.several(ada.person.id, [id_])
    assert (again.state, again.settled_at) == (State.OPEN, None)


async def test_what_a_goal_says_can_be_changed(database: Database, ada: Caller) -> None:
    id_ = await keep(database, ada)
    changed = Goal(id_, "finish 4 tracks")
    async with database.writing() as uow:
        assert await uow.goals.change(ada.person.id, changed)
        assert await uow.goals.several(ada.person.id, [id_]) == [changed]


async def test_so_many_are_open_at_a_time_and_no_more_however_often_it_is_tried(
    database: Database, ada: Caller, eve: Caller
) -> None:
    refused = 0
    async with database.writing() as uow:
        for number in range(5_000):
            try:
                await uow.goals.add(ada.person.id, "x", None, None, f"r{number}", NOW)
            except Refused:
                refused += 1
    assert refused == 5_000 - OPEN_MOST
    await keep(database, eve)
    assert await settle(database, ada, 1, State.DONE)
    await keep(database, ada, request="one more")
    with pytest.raises(Refused, match="At most 100"):
        await settle(database, ada, 1, State.OPEN)


async def test_nobody_reads_or_changes_the_goals_of_another(database: Database, ada: Caller, eve: Caller) -> None:
    id_ = await keep(database, ada)
    them = eve.person.id
    async with database.writing() as uow:
        assert not await uow.goals.settle(them, id_, State.DONE, NOW)
        assert not await uow.goals.change(them, Goal(id_, "mine"))
        assert await uow.goals.several(them, [id_]) == []
        assert (await uow.goals.listed(them, offset=0, limit=9)).total == 0
        assert await uow.goals.done(them, NOW - DAY) == []
        assert await uow.goals.due([them], JUNE, 5) == {}
        assert (await uow.goals.several(ada.person.id, [id_]))[0].what == "finish 3 tracks"


async def test_those_whose_day_is_near_are_told_the_longest_overdue_left_out(
    database: Database, ada: Caller, eve: Caller
) -> None:
    ids = [await keep(database, ada, str(number), JUNE + number * DAY) for number in range(4)]
    await keep(database, ada, "someday", None)
    await settle(database, ada, await keep(database, ada, "done", JUNE), State.DONE)
    other = await keep(database, eve)
    async with database.reading() as uow:
        due = await uow.goals.due([ada.person.id, eve.person.id], JUNE + 2 * DAY, 2)
    assert due == {
        ada.person.id: [(ids[1], JUNE + DAY), (ids[2], JUNE + 2 * DAY)],
        eve.person.id: [(other, JUNE)],
    }


async def test_goals_go_with_whoever_is_linked_and_stay_when_they_part(database: Database, ada: Caller) -> None:
    async with database.writing() as uow:
        other = await uow.people.welcome(
            Account("slack", "U1", "ada.l"),
            Workspace("slack", "T1", "T1"),
            is_organiser=False,
            zone="UTC",
            locale="en",
            now=NOW,
        )
    mine, theirs = await keep(database, ada, request="same"), await keep(database, other, request="same")
    async with database.writing() as uow:
        assert await uow.linking.join_people(other.person.id, ada.person.id, NOW)
        assert len(await uow.goals.several(ada.person.id, [mine, theirs])) == 2
        assert await uow.linking.part_person(other.origin.account, NOW) is not None
        assert len(await uow.goals.several(ada.person.id, [mine, theirs])) == 2


async def test_what_goals_say_is_sealed_and_the_key_can_be_replaced(
    database: Database, database_url: str, ada: Caller
) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    plain = await keep(database, ada, "plain")
    first = Database(database_url, vault=Vault(old))
    sealed = await keep(first, ada, "sealed")
    await first.close()
    both = Database(database_url, vault=Vault(f"{new},{old}"))
    await both.check_keys()
    for count in (2, 0):
        async with both.writing() as uow:
            assert await uow.goals.reseal(9) == count
    async with both.writing() as uow:
        assert await uow.goals.change(ada.person.id, Goal(plain, "still plain"))
        assert [each.what for each in await uow.goals.several(ada.person.id, [plain, sealed])] == [
            "still plain",
            "sealed",
        ]
        kept = [row.text for row in await uow.connection.rows(select(goals.c.text))]
    await both.close()
    assert all(text.startswith(Vault(new).mark) for text in kept)
    wrong = Database(database_url, vault=Vault(old))
    with pytest.raises(SetupError, match="GREENROOM_SECRET_KEY"):
        await wrong.check_keys()
    await wrong.close()
