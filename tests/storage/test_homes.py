"""Workspaces come, go, come back, and are forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import func, select, text

from bot.domain.addresses import Channel
from bot.domain.digests import Digest
from bot.domain.events import HORIZON, Attendance, Details, NewEvent, Timing
from bot.domain.people import Account, Home, Joined, Workspace
from bot.domain.recurrence import lay_out
from storage.database import Database
from storage.tables import digests, events
from tests.scripted import START

CLUB = Workspace("stage", "club", "The Club")
BAR = Workspace("stage", "bar", "The Bar")
ANA = Account("stage", "ana", "Ana")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


async def join(database: Database, workspace: Workspace = CLUB, now: datetime = START) -> Joined | None:
    async with database.writing() as uow:
        return await uow.people.join(workspace, zone="Europe/Berlin", locale="de", now=now)


async def leave(database: Database, workspace: Workspace = CLUB) -> None:
    async with database.writing() as uow:
        await uow.people.leave(workspace, START)


async def forget(database: Database, now: datetime = START + timedelta(seconds=1)) -> list[int]:
    async with database.writing() as uow:
        return list(await uow.people.forget_removed(now, 10, now))


async def home_of(database: Database, workspace: Workspace = CLUB) -> Home | None:
    async with database.reading() as uow:
        return await uow.people.home(workspace.platform, workspace.id)


async def test_a_workspace_joins_once_and_is_known_then(database: Database) -> None:
    joined = await join(database)
    assert joined is not None
    assert (joined.is_back, joined.home.workspace) == (False, CLUB)
    assert (joined.home.community.zone, joined.home.community.locale) == ("Europe/Berlin", "de")
    assert await join(database) is None
    assert await home_of(database) == joined.home


async def test_one_that_was_met_before_it_was_told_of_joins_too(database: Database) -> None:
    async with database.writing() as uow:
        caller = await uow.people.welcome(ANA, CLUB, is_organiser=True, zone="UTC", locale="en", now=START)
    joined = await join(database)
    assert joined is not None
    assert joined.home.community == caller.community
    assert not joined.is_back


async def test_what_comes_back_is_as_it_was(database: Database) -> None:
    first = await join(database)
    assert first is not None
    await leave(database)
    await leave(database)
    async with database.reading() as uow:
        assert set(await uow.people.removed()) == {("stage", "club")}
    gone = await home_of(database)
    assert gone is not None
    assert gone.is_removed
    back = await join(database, Workspace("stage", "club", "The New Club"))
    assert back is not None
    assert back.is_back
    assert back.home.community.id == first.home.community.id
    assert back.home.workspace.name == back.home.community.name == "The New Club"
    async with database.reading() as uow:
        assert await uow.people.removed() == set()
    assert await forget(database) == []


async def test_nobody_is_told_of_leaving_who_never_came(database: Database) -> None:
    await leave(database)
    assert await home_of(database) is None


async def test_a_community_goes_with_its_last_workspace_and_people_stay(database: Database) -> None:
    joined = await join(database)
    assert joined is not None
    community = joined.home.community.id
    timing = Timing(datetime.fromisoformat("2026-04-03T20:00"), datetime.fromisoformat("2026-04-03T23:00"), "UTC")
    slots = lay_out(timing, (), since=START, until=START + HORIZON)
    async with database.writing() as uow:
        await uow.people.join(BAR, zone="UTC", locale="en", now=START)
        # linked, as two workspaces of one community are
        await uow.connection.execute(
            text("UPDATE workspaces SET community_id = :to WHERE external_id = 'bar'"), {"to": community}
        )
        caller = await uow.people.welcome(ANA, CLUB, is_organiser=True, zone="UTC", locale="en", now=START)
        occurrence = await uow.events.add(community, NewEvent(Details("Opening night"), timing), slots, START)
        await uow.events.answer(community, occurrence, caller.person.id, Attendance.GOING, START)
        for workspace in (CLUB, BAR):
            channel = Channel("stage", workspace.id, "gigs", "gigs")
            await uow.digests.add(Digest(0, community, channel, 0, time(9), "UTC"), START)
    await leave(database)
    assert await forget(database, START) == []  # not long enough ago
    assert await forget(database) == [joined.home.id]
    async with database.reading() as uow:
        assert [each.channel.workspace for each in await uow.digests.listed(community)] == ["bar"]
        assert await uow.events.get(community, occurrence, person=None) is not None
        [left] = await uow.people.homes_of(community)
        assert await uow.people.homes([left.id, 99]) == [left]
    await leave(database, BAR)
    await forget(database)
    async with database.reading() as uow:
        assert await uow.people.communities() == ((await uow.people.community(2)),)  # the bar's first one
        for table in (events, digests):
            assert await uow.connection.scalar(select(func.count()).select_from(table)) == 0
        assert await uow.connection.scalar(text("SELECT count(*) FROM search")) == 0
        assert (await uow.people.people_of([ANA])) == {"ana": caller.person.id}


async def test_people_are_made_on_first_sight_and_known_then(database: Database) -> None:
    ben = Account("stage", "ben", "Ben")
    async with database.writing() as uow:
        assert await uow.people.people_of([]) == {}
        first = await uow.people.people_of([ANA, ben])
        assert len(set(first.values())) == 2
        assert await uow.people.people_of([ben, ANA, Account("stage", "cleo", "Cleo")]) == {**first, "cleo": 3}


async def test_a_mirror_is_turned_on_and_off(database: Database) -> None:
    joined = await join(database)
    assert joined is not None
    async with database.writing() as uow:
        await uow.people.mirror(joined.home.id, True)
    home = await home_of(database)
    assert home is not None
    assert home.is_mirrored
