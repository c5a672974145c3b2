"""Where the bot is installed, and the states of installations under way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.domain.installations import STATE_LIVES, Sealed
from storage.database import Database
from tests.storage.making import NOW

HOUR = timedelta(hours=1)
TEAM = Sealed("T1", "", "sealed 1", NOW)
GRID_TEAM = Sealed("T2", "E1", "sealed 2", NOW)
WHOLE_GRID = Sealed("E1", "E1", "sealed 3", NOW - HOUR)


def later(installed: Sealed, sealed: str, by: timedelta = HOUR) -> Sealed:
    return Sealed(installed.home, installed.organisation, sealed, installed.installed_at + by)


async def put(database: Database, *installed: Sealed) -> None:
    for each in installed:
        async with database.writing() as uow:
            await uow.installations.put(each)


async def find(database: Database, home: str) -> Sealed | None:
    async with database.reading() as uow:
        return await uow.installations.find(home)


async def within(database: Database, organisation: str) -> Sealed | None:
    async with database.reading() as uow:
        return await uow.installations.within(organisation)


async def remove(database: Database, home: str, at: timedelta) -> bool:
    async with database.writing() as uow:
        return await uow.installations.remove(home, NOW + at)


async def test_of_two_installations_of_a_workspace_the_newer_stays(database: Database) -> None:
    newer = later(TEAM, "sealed anew")
    await put(database, TEAM, newer, TEAM)
    assert await find(database, "T1") == newer
    assert await find(database, "T9") is None


async def test_that_of_a_whole_organisation_comes_before_those_of_its_workspaces(database: Database) -> None:
    newest = Sealed("T3", "E1", "sealed 4", NOW + HOUR)
    await put(database, TEAM, GRID_TEAM, newest)
    assert await within(database, "E1") == newest
    await put(database, WHOLE_GRID)
    assert await within(database, "E1") == WHOLE_GRID
    assert await within(database, "") is None


async def test_a_removed_installation_is_not_found_and_what_it_held_is_gone(database: Database) -> None:
    await put(database, TEAM, GRID_TEAM)
    assert await remove(database, "T1", HOUR)
    assert not await remove(database, "T1", HOUR)
    assert await find(database, "T1") is None
    assert await find(database, "T2") == GRID_TEAM
    async with database.writing() as uow:
        await uow.installations.reseal(TEAM, "sealed by another key")
    assert await find(database, "T1") is None


async def test_an_installation_revives_what_was_removed_before_it(database: Database) -> None:
    await put(database, TEAM)
    await remove(database, "T1", HOUR)
    again = later(TEAM, "sealed anew", 2 * HOUR)
    await put(database, again)
    assert await find(database, "T1") == again


async def test_a_removal_told_late_leaves_what_was_installed_after_it(database: Database) -> None:
    again = later(TEAM, "sealed anew", 2 * HOUR)
    await put(database, TEAM, again)
    assert not await remove(database, "T1", HOUR)
    assert await find(database, "T1") == again


async def test_it_is_sealed_anew_only_as_it_was_read(database: Database) -> None:
    await put(database, TEAM)
    async with database.writing() as uow:
        await uow.installations.reseal(TEAM, "by the new key")
        await uow.installations.reseal(TEAM, "by one who read before")
    assert await find(database, "T1") == Sealed("T1", "", "by the new key", NOW)


async def test_that_of_an_organisation_is_found_for_the_workspaces_it_serves(database: Database) -> None:
    await put(database, TEAM, WHOLE_GRID)
    async with database.writing() as uow:
        await uow.installations.serves("E1", "T3")
        await uow.installations.serves("E1", "T2")
        await uow.installations.serves("E1", "T2")
    assert await find(database, "T2") == WHOLE_GRID
    async with database.reading() as uow:
        assert await uow.installations.all() == [(WHOLE_GRID, "T2"), (WHOLE_GRID, "T3"), (TEAM, "T1")]
    await put(database, GRID_TEAM)
    assert await find(database, "T2") == GRID_TEAM
    assert await remove(database, "T3", HOUR)
    assert await find(database, "T3") is None
    assert await find(database, "E1") == WHOLE_GRID


async def test_that_of_an_organisation_goes_for_all_its_workspaces(database: Database) -> None:
    await put(database, TEAM, WHOLE_GRID)
    async with database.writing() as uow:
        await uow.installations.serves("E1", "T3")
    assert await remove(database, "E1", HOUR)
    assert await find(database, "T3") is None
    anew = later(WHOLE_GRID, "sealed anew", 9 * HOUR)
    await put(database, anew)
    async with database.reading() as uow:
        assert await uow.installations.all() == [(TEAM, "T1"), (anew, "")]


async def test_what_was_removed_long_ago_is_forgotten(database: Database) -> None:
    await put(database, TEAM, GRID_TEAM)
    await remove(database, "T1", HOUR)
    async with database.writing() as uow:
        assert await uow.installations.sweep(NOW) == 0
        assert await uow.installations.sweep(NOW + HOUR) == 1
    assert await find(database, "T2") == GRID_TEAM


async def test_a_state_is_taken_once_however_many_bring_it(database_url: str, database: Database) -> None:
    another = Database(database_url)
    async with database.writing() as uow:
        await uow.installations.issue("s1", NOW)

    async def take(where: Database) -> bool:
        async with where.writing() as uow:
            return await uow.installations.consume("s1", NOW)

    taken = await asyncio.gather(*(take(where) for _ in range(5) for where in (database, another)))
    await another.close()
    assert taken.count(True) == 1


async def test_a_state_expires_and_goes_when_the_next_is_issued(database: Database) -> None:
    async with database.writing() as uow:
        await uow.installations.issue("s1", NOW)
        assert not await uow.installations.consume("s1", NOW + STATE_LIVES)
        await uow.installations.issue("s2", NOW + STATE_LIVES)
        assert not await uow.installations.consume("s1", NOW)
        assert not await uow.installations.consume("s3\x00", NOW)
        assert await uow.installations.consume("s2", NOW + STATE_LIVES)
