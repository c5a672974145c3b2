"""What is kept of introductions, and what each side may learn of it, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import delete, func, select

from bot.domain.introductions import ASKS_MOST, DAY, Answer, Asking, Introduction, Standing
from bot.domain.members import Somebody
from bot.domain.people import Caller
from storage.database import Database
from storage.tables import introductions, people
from tests.storage.making import NOW, account, workspace

requests = count()


async def member(database: Database, name: str) -> Caller:
    async with database.writing() as uow:
        return await uow.people.welcome(
            account(name), workspace("Attic"), is_organiser=False, zone="Europe/Berlin", locale="en", now=NOW
        )


@pytest.fixture
async def ben(database: Database, ada: Caller) -> Caller:
    return await member(database, "ben")


async def standing(database: Database, asker: Caller, asked: Caller, now: datetime = NOW) -> Standing:
    async with database.writing() as uow:
        return await uow.introductions.standing(asker.person.id, asked.person.id, now)


async def ask(database: Database, asker: Caller, asked: Caller, now: datetime = NOW) -> Introduction:
    assert asker.community is not None
    found = await standing(database, asker, asked, now)
    asking = Asking(
        community=asker.community.id,
        origin=asker.origin,
        member=Somebody(account(asked.person.name), asked.person.id),
        why="an EP",
        at=now,
        puts_at=found.puts_at(asked.person.id, now),
        request_id=f"kept {next(requests)}",
    )
    async with database.writing() as uow:
        return await uow.introductions.ask(asking)


async def test_asked_again_within_ninety_days_nobody_is_asked_whatever_they_said(
    database: Database, ada: Caller, ben: Caller
) -> None:
    first = await ask(database, ada, ben)
    async with database.writing() as uow:
        assert await uow.introductions.answer(first.id, ben.person.id, Answer.NO, NOW)
    assert not first.is_withheld
    later = NOW + timedelta(days=89)
    assert (await ask(database, ada, ben, later)).is_withheld
    assert (await standing(database, ada, ben, later + timedelta(days=89))).puts_at(ben.person.id, later) is None
    free = later + timedelta(days=91)
    assert (await standing(database, ada, ben, free)).puts_at(ben.person.id, free) == free


async def test_asks_count_for_a_day_whether_they_were_put_or_not(database: Database, ada: Caller, ben: Caller) -> None:
    async with database.writing() as uow:
        await uow.introductions.welcome(ben.person.id, False)
    for hours in range(ASKS_MOST):
        found = await standing(database, ada, ben, NOW + timedelta(hours=hours))
        assert found.next_at(NOW + timedelta(hours=hours)) is None
        assert (await ask(database, ada, ben, NOW + timedelta(hours=hours))).is_withheld
    now = NOW + timedelta(hours=ASKS_MOST)
    assert (await standing(database, ada, ben, now)).next_at(now) == NOW + DAY


async def test_who_is_gone_ends_like_a_no_and_counts_as_asked(database: Database, ada: Caller, ben: Caller) -> None:
    one = await ask(database, ada, ben)
    async with database.writing() as uow:
        await uow.introductions.answer(one.id, ben.person.id, Answer.NO, NOW)
    async with database.reading() as uow:
        before = await uow.introductions.ended([one.id])
    async with database.writing() as uow:
        await uow.connection.execute(delete(people).where(people.c.id == ben.person.id))
    async with database.reading() as uow:
        assert await uow.introductions.ended([one.id]) == before
        assert await uow.introductions.fallen_due([one.id]) == []
    found = await standing(database, ada, await member(database, "cleo"))
    assert [(each.person, each.at) for each in found.earlier] == [(None, NOW)]


async def test_who_asked_and_is_gone_leaves_nothing(database: Database, ada: Caller, ben: Caller) -> None:
    await ask(database, ada, ben)
    async with database.writing() as uow:
        await uow.connection.execute(delete(people).where(people.c.id == ada.person.id))
        assert await uow.connection.scalar(select(func.count()).select_from(introductions)) == 0


async def test_what_somebody_is_given_of_themselves_tells_nothing_of_the_others_silence(
    database: Database, ada: Caller, ben: Caller
) -> None:
    before = await ask(database, ada, ben)
    async with database.writing() as uow:
        await uow.introductions.answer(before.id, ben.person.id, Answer.NO, NOW)
        await uow.introductions.add_never(ben.person.id, ada.person.id, NOW)
    withheld = await ask(database, ada, ben, NOW + DAY)
    async with database.reading() as uow:
        asker, asked = [await uow.mydata.everything(each.person.id) for each in (ada, ben)]
    first, second = asker["introductions"]
    assert [first["id"], second["id"]] == [before.id, withheld.id]
    different = {name for name in first if first[name] != second[name]}
    assert different == {"id", "asked_at", "ends_at", "request_id"}
    assert "never_introduced" not in asker
    assert [each["other_id"] for each in asked["never_introduced"]] == [ada.person.id]
    assert "introductions" not in asked
