"""Who is recognised, and who has to be written down first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.addresses import Channel, Direct
from bot.domain.people import Account, Caller, Community, Person, Workspace
from storage.database import Database
from tests.storage.making import NOW, account, workspace

HOUR = timedelta(hours=1)


async def welcome(
    database: Database, who: Account, where: Workspace | None, *, is_organiser: bool = False, now: datetime = NOW
) -> Caller:
    async with database.writing() as uow:
        return await uow.people.welcome(
            who, where, is_organiser=is_organiser, zone="Europe/Berlin", locale="de", now=now
        )


async def recognise(
    database: Database, who: Account, where: Workspace | None, *, is_organiser: bool = False, now: datetime = NOW
) -> Caller | None:
    async with database.reading() as uow:
        return await uow.people.recognise(who, where, is_organiser=is_organiser, now=now)


async def test_whoever_was_welcomed_is_recognised(database: Database) -> None:
    assert await recognise(database, account("ada"), workspace("Attic")) is None
    caller = await welcome(database, account("ada"), workspace("Attic"))
    assert caller.person == Person(caller.person.id, "Ada")
    assert caller.community == Community(1, "Attic", "Europe/Berlin", "de")
    assert await recognise(database, account("ada"), workspace("Attic")) == caller
    assert await welcome(database, account("ada"), workspace("Attic")) == caller


async def test_what_changed_has_to_be_written_first(database: Database) -> None:
    await welcome(database, account("ada"), workspace("Attic"))
    renamed, elsewhere = Account("console", "ada", "Ada L."), Workspace("console", "attic", "The Attic")
    assert await recognise(database, renamed, workspace("Attic")) is None
    assert await recognise(database, account("ada"), elsewhere) is None
    assert await recognise(database, account("ada"), workspace("Attic"), is_organiser=True) is None
    assert await recognise(database, account("ada"), workspace("Attic"), now=NOW + 25 * HOUR) is None
    caller = await welcome(database, renamed, elsewhere, is_organiser=True, now=NOW + 25 * HOUR)
    assert (caller.person.name, caller.community and caller.community.name) == ("Ada L.", "The Attic")
    assert await recognise(database, renamed, elsewhere, is_organiser=True, now=NOW + 26 * HOUR) == caller
    directly = replace(caller, origin=replace(caller.origin, home=None))
    assert await recognise(database, renamed, None) == directly


async def test_an_account_of_the_same_id_elsewhere_is_another_person(database: Database) -> None:
    here = await welcome(database, account("ada"), workspace("Attic"))
    there = await welcome(database, Account("slack", "ada", "Ada"), Workspace("slack", "attic", "Attic"))
    assert here.person.id != there.person.id
    assert here.community != there.community


async def test_a_direct_message_is_for_the_community_last_acted_in(database: Database) -> None:
    alone = await welcome(database, account("ada"), None)
    assert alone.community is None
    assert await recognise(database, account("ada"), None) == alone
    await welcome(database, account("ada"), workspace("Attic"))
    await welcome(database, account("ada"), workspace("Cellar"), now=NOW + HOUR)
    assert await _last(database) == "Cellar"
    # back in the first one within a day: that has to be written, or the next direct message went astray
    assert await recognise(database, account("ada"), workspace("Attic"), now=NOW + 2 * HOUR) is None
    await welcome(database, account("ada"), workspace("Attic"), now=NOW + 2 * HOUR)
    assert await _last(database) == "Attic"
    assert await recognise(database, account("ada"), workspace("Attic"), now=NOW + 3 * HOUR) is not None


async def test_a_role_that_was_not_seen_for_days_counts_in_no_direct_message(database: Database) -> None:
    await welcome(database, account("ada"), workspace("Attic"), is_organiser=True)
    soon = await recognise(database, account("ada"), None, now=NOW + 47 * HOUR)
    later = await recognise(database, account("ada"), None, now=NOW + 49 * HOUR)
    assert (soon is not None and soon.is_organiser, later is not None and later.is_organiser) == (True, False)


async def test_who_organised_a_workspace_that_removed_the_bot_organises_nothing(database: Database) -> None:
    await welcome(database, account("ada"), workspace("Attic"), is_organiser=True)
    async with database.writing() as uow:
        await uow.people.leave(workspace("Attic"), NOW)
    caller = await recognise(database, account("ada"), None, now=NOW + HOUR)
    assert caller is not None
    assert not caller.is_organiser


async def test_twenty_first_words_at_once_make_one_person_and_one_community(database: Database) -> None:
    callers = await asyncio.gather(*(welcome(database, account("ada"), workspace("Attic")) for _ in range(20)))
    assert len(set(callers)) == 1
    async with database.reading() as uow:
        communities = await uow.people.communities()
        assert [each.name for each in communities] == ["Attic"]
        assert await uow.people.community(communities[0].id) == communities[0]
        assert await uow.people.community(999) is None


async def _last(database: Database) -> str:
    caller = await recognise(database, account("ada"), None)
    assert caller is not None
    assert caller.community is not None
    return caller.community.name


async def test_the_channel_where_somebody_last_spoke_is_noted_by_one_small_write(database: Database) -> None:
    ada, attic = account("ada"), workspace("Attic")
    hall, bar = Channel("console", "attic", "1", "hall"), Channel("console", "attic", "2", "bar")
    async with database.writing() as uow:
        await uow.people.welcome(ada, attic, hall, is_organiser=False, zone="UTC", locale="en", now=NOW)

    async def moved(where: Workspace | None, channel: Channel | None) -> bool:
        async with database.reading() as uow:
            caller = await uow.people.recognise(ada, where, channel, is_organiser=False, now=NOW)
        assert caller is not None
        if caller.has_moved:
            assert channel is not None
            async with database.writing() as uow:
                await uow.people.spoke_in(caller.origin, channel)
        return caller.has_moved

    assert [await moved(attic, each) for each in (hall, bar, bar, None)] == [False, True, False, False]
    assert not await moved(None, None)
    assert await moved(attic, replace(bar, name="tap room"))
    assert await moved(attic, hall)
    await welcome(database, ada, attic, now=NOW + 25 * HOUR)  # in no channel that is known
    assert not await moved(attic, hall)


async def test_where_notices_go_is_told_of_many_at_once(database: Database) -> None:
    ids = []
    for name in ("ada", "bob", "eve"):
        caller = await welcome(database, account(name), workspace("Attic"))
        ids.append(caller.person.id)
    async with database.reading() as uow:
        assert await uow.people.notices_for([*ids[:2], 999]) == {
            ids[0]: (Direct("console", "ada", "Ada"),),
            ids[1]: (Direct("console", "bob", "Bob"),),
        }
        assert await uow.people.notices_for([]) == {}


async def test_organisers_are_whoever_runs_a_workspace_or_was_named_the_last_seen_first(database: Database) -> None:
    other, gone = Workspace("slack", "loft", "Loft"), Workspace("slack", "shut", "Shut")
    runs = await welcome(database, account("ada"), workspace("Attic"), is_organiser=True)
    assert runs.community is not None
    attic = runs.community.id
    named = await welcome(database, account("ben"), workspace("Attic"), now=NOW + 2 * HOUR)
    await welcome(database, account("cleo"), workspace("Attic"), now=NOW + 3 * HOUR)
    await welcome(database, account("eve"), workspace("Cellar"), is_organiser=True)
    there = await welcome(database, Account("slack", "U1", "dan"), other, is_organiser=True, now=NOW + HOUR)
    left = await welcome(database, Account("slack", "U2", "fay"), gone, is_organiser=True, now=NOW + 4 * HOUR)
    unseen = await welcome(database, account("gil"), None)
    async with database.writing() as uow:
        for each in (there, left):
            assert each.community is not None
            await uow.linking.join(each.community.id, attic, NOW)
        await uow.people.leave(gone, NOW)
        assert named.origin.home is not None
        for person in (named.person.id, unseen.person.id):
            await uow.people.name_organiser(attic, person, named.origin.home, NOW)
    async with database.reading() as uow:
        found = await uow.people.organisers(attic)
    assert list(found) == [each.person.id for each in (named, there, runs, unseen)]
