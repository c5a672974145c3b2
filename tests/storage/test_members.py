"""Who may be named in a community, and by which of their accounts."""

from __future__ import annotations

from sqlalchemy import update

from bot.domain.people import Account, Workspace
from storage.database import Database
from storage.tables import accounts
from tests.storage.making import NOW, account, workspace

SLACK = Workspace("slack", "T1", "Attic")


async def welcome(database: Database, who: Account, where: Workspace) -> int:
    async with database.writing() as uow:
        caller = await uow.people.welcome(who, where, is_organiser=False, zone="UTC", locale="en", now=NOW)
    assert caller.community is not None
    return caller.community.id


async def names(database: Database, community: int, typed: str = "") -> list[tuple[str, str]]:
    async with database.reading() as uow:
        found = await uow.members.named(community, typed, "console")
    return [(each.account.platform, each.account.name) for each in found]


async def test_only_members_of_a_community_are_named_in_it(database: Database) -> None:
    attic = await welcome(database, account("ada"), workspace("Attic"))
    cellar = await welcome(database, account("ben"), workspace("Cellar"))
    assert await names(database, attic) == [("console", "Ada")]
    async with database.reading() as uow:
        assert await uow.members.of_account(attic, account("ben")) is None
        found = await uow.members.of_account(cellar, account("ben"))
    assert found is not None
    assert found.account == account("ben")


async def test_accounts_that_a_member_has_elsewhere_are_not_shown(database: Database) -> None:
    attic = await welcome(database, account("ada"), workspace("Attic"))
    there = Account("slack", "U1", "Secret Ada")
    elsewhere = await welcome(database, there, SLACK)
    async with database.writing() as uow:
        [ada] = await uow.members.named(attic, "ada", "console")
        mine = update(accounts).where(accounts.c.external_id == "U1").values(person_id=ada.person)
        await uow.connection.execute(mine)
    assert await names(database, attic) == [("console", "Ada")]
    assert await names(database, elsewhere) == [("slack", "Secret Ada")]
    async with database.reading() as uow:
        assert await uow.members.of_account(attic, there) is None


async def test_names_are_found_however_they_are_spelt(database: Database) -> None:
    attic = 0
    for id_, name in (("1", "Zoë Łuk"), ("2", "Anzoe"), ("3", "zoe"), ("4", "🎛️")):
        attic = await welcome(database, Account("console", id_, name), workspace("Attic"))
    assert [name for _, name in await names(database, attic, "ZOE")] == ["zoe", "Anzoe", "Zoë Łuk"]
    assert [name for _, name in await names(database, attic, "luk")] == ["Zoë Łuk"]
    assert [name for _, name in await names(database, attic, "🎛️")] == ["🎛️"]
