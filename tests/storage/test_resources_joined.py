"""What becomes of libraries and topics when communities and people join and part."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Table, func, select

from bot.domain.delivery import WEB, Due
from bot.domain.link_checks import LINK_CHECK, REVIEW
from bot.domain.people import Caller
from bot.domain.resources import About, Follow, NewResource, Resource, Wanted
from bot.domain.topics import Pillar, Topic
from storage.database import Database
from storage.tables import communities, resource_stand_ins, resources, topics
from tests.storage.making import NOW, account, in_library, resource, share, workspace

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def ben(database: Database, ada: Caller, eve: Caller) -> Caller:
    """Of both communities."""
    async with database.writing() as uow:
        seen = [
            await uow.people.welcome(
                account("ben"), workspace(name), is_organiser=False, zone="UTC", locale="en", now=NOW
            )
            for name in ("Cellar", "Attic")
        ]
    return seen[-1]


async def join(database: Database, community: int, into: int) -> None:
    async with database.writing() as uow:
        assert await uow.linking.join(community, into, NOW)


async def part(database: Database, who: Caller) -> int:
    assert who.origin.home is not None
    async with database.writing() as uow:
        new = await uow.linking.part(who.origin.home, NOW)
    assert new is not None
    return new


async def said(database: Database, community: int, id_: int, who: Caller, *, note: str, minute: int = 0) -> None:
    """They vote for it, save it and note something."""
    async with database.writing() as uow:
        await uow.resources.help(community, id_, who.person.id, True, NOW)
        await uow.resources.save(community, id_, who.person.id, True, NOW)
        await uow.resources.note(community, id_, who.person.id, note, NOW + minute * MINUTE)


async def get(database: Database, community: int, id_: int, who: Caller | None = None) -> Resource:
    async with database.reading() as uow:
        found = await uow.resources.get(community, id_, person=who.person.id if who else None)
    assert found is not None
    return found


async def count(database: Database, table: Table) -> int:
    async with database.reading() as uow:
        return int(await uow.connection.scalar(select(func.count()).select_from(table)))


def tagged(who: Caller, title: str, **more: str) -> NewResource:
    return resource(who, About(title, Pillar.CRAFT, tags=("mixing",)), **more)


# --- communities -------------------------------------------------------------------------------------------


async def test_two_libraries_become_one_and_a_page_of_both_is_there_once(
    database: Database, ada: Caller, eve: Caller, ben: Caller, attic: int, cellar: int
) -> None:
    older = await share(database, cellar, tagged(eve, "Older", key="same", note="eves"), NOW)
    newer = await share(database, attic, tagged(ada, "Newer", key="same", note="adas"), NOW + MINUTE)
    ours = await share(database, attic, tagged(ada, "Ours", request="r"))
    theirs = await share(database, cellar, tagged(eve, "Theirs", note="basement", request="r"))
    await said(database, attic, newer, ben, note="later", minute=5)
    await said(database, cellar, older, ben, note="earlier", minute=4)
    await join(database, cellar, attic)
    assert sorted(await in_library(database, attic)) == ["Older", "Ours", "Theirs"]
    assert await in_library(database, attic, Wanted("basement", tag="mixing")) == ["Theirs"]
    kept = await get(database, attic, newer, ben)  # as an old button has it
    assert (kept.id, kept.about.title, kept.sharer_name) == (older, "Older", "Eve")
    assert [(note.name, note.text) for note in kept.notes] == [("Eve", "eves"), ("Ada", "adas"), ("Ben", "later")]
    assert (kept.helpful, kept.is_helpful, kept.is_saved) == (1, True, True)
    for words, found in (("adas later", ["Older"]), ("earlier", []), ("newer", [])):
        assert await in_library(database, attic, Wanted(words)) == found
    assert [(await get(database, attic, id_)).id for id_ in (ours, theirs)] == [ours, theirs]
    async with database.writing() as uow:
        assert await uow.resources.several(attic, [newer, older, ours], person=None) == (
            await get(database, attic, older),
            await get(database, attic, ours),
        )
        assert await uow.resources.tags(attic, "", 9) == ["mixing"]
        assert (await uow.resources.share(attic, tagged(ada, "Ours", request="r"), NOW)).id == ours
        assert await uow.resources.help(attic, newer, ada.person.id, True, NOW) == 2  # the old button votes


async def test_topics_of_both_are_united_by_key(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    async with database.writing() as uow:
        for community, names in ((attic, ("Live", "Touring")), (cellar, ("Modular", "Live"))):
            for name in names:
                await uow.topics.add(community, name)
        await uow.topics.rename(cellar, "live", "Shows")
        await uow.topics.rename(cellar, Pillar.CRAFT, "Skills")
        for community in (attic, cellar):
            await uow.resources.follow(community, eve.person.id, Follow("live"), NOW)
        await uow.resources.follow(cellar, eve.person.id, Follow(tag="sync"), NOW + MINUTE)
    await join(database, cellar, attic)
    async with database.reading() as uow:
        listed = await uow.topics.listed(attic)
        assert await uow.resources.follows(attic, eve.person.id) == [Follow("live"), Follow(tag="sync")]
    assert listed[0] == Topic(Pillar.CRAFT, "Skills")
    assert listed[len(Pillar) :] == [Topic("live", "Live"), Topic("touring", "Touring"), Topic("modular", "Modular")]


async def test_who_parts_keeps_the_library_that_both_built_and_so_do_the_others(
    database: Database, ada: Caller, eve: Caller, ben: Caller, attic: int, cellar: int
) -> None:
    ours = await share(database, attic, tagged(ada, "Ours", note="attic words"))
    theirs = await share(database, cellar, tagged(eve, "Theirs", note="cellar words"))
    await join(database, cellar, attic)
    for who in (ada, eve, ben):
        await said(database, attic, ours, who, note=f"from {who.person.name}")
    async with database.writing() as uow:
        await uow.topics.add(attic, "Live")
        for who in (ada, eve, ben):
            await uow.resources.follow(attic, who.person.id, Follow("live"), NOW)
        await uow.due.put(Due(LINK_CHECK, ours, NOW + MINUTE, WEB), Due(REVIEW, theirs, NOW))
    new = await part(database, eve)
    copies = {title: (await get(database, new, id_)).id for id_, title in ((ours, "Ours"), (theirs, "Theirs"))}
    async with database.writing() as uow:
        checks = await uow.due.take_chores(NOW + MINUTE, 9)
        assert {(each.subject, each.at) for each in checks} == {(id_, NOW + MINUTE) for id_ in (ours, copies["Ours"])}
        reviews = {each.subject for each in await uow.due.take(NOW, 9, ()) if each.kind == REVIEW}
        assert reviews == {theirs, copies["Theirs"]}
    for community, members in ((attic, (ada, ben)), (new, (eve, ben))):
        assert sorted(await in_library(database, community)) == ["Ours", "Theirs"]
        assert sorted(await in_library(database, community, Wanted(tag="mixing"))) == ["Ours", "Theirs"]
        assert await in_library(database, community, Wanted("cellar words")) == ["Theirs"]
        assert await in_library(database, community, Wanted("from eve")) == ["Ours"]
        for id_, title in ((ours, "Ours"), (theirs, "Theirs")):  # as buttons on either side carry them
            assert (await get(database, community, id_)).about.title == title
        kept = await get(database, community, ours)
        assert (kept.helpful, kept.sharer_name, len(kept.notes)) == (3, "Ada", 3)
        async with database.reading() as uow:
            assert (await uow.topics.listed(community))[-1] == Topic("live", "Live")
            for who in (ada, eve, ben):
                is_there = who in members
                assert (await uow.resources.saved(community, who.person.id, 0, 9)).total == is_there
                assert len(await uow.resources.follows(community, who.person.id)) == is_there
    assert await count(database, resources) == 4
    # what is done on one side from now on is not seen on the other
    async with database.writing() as uow:
        assert await uow.resources.help(new, ours, ben.person.id, False, NOW) == 2
        assert await uow.resources.remove(new, theirs)
    assert (await get(database, attic, ours)).helpful == 3
    assert sorted(await in_library(database, attic)) == ["Ours", "Theirs"]


async def test_linked_again_and_again_no_resource_is_doubled(
    database: Database, ada: Caller, eve: Caller, ben: Caller, attic: int, cellar: int
) -> None:
    ids = [await share(database, attic, tagged(ada, "Ours")), await share(database, cellar, tagged(eve, "Theirs"))]
    one, other, leaves = attic, cellar, eve
    for turn in range(4):
        await join(database, other, one)
        assert sorted(await in_library(database, one)) == ["Ours", "Theirs"]
        await said(database, one, ids[turn % 2], ben, note=f"turn {turn}", minute=turn)
        new = await part(database, leaves)
        for community in (one, new):
            assert [(await get(database, community, id_)).about.title for id_ in ids] == ["Ours", "Theirs"]
            assert await in_library(database, community, Wanted(f"turn {turn}")) == [("Ours", "Theirs")[turn % 2]]
            assert {(await get(database, community, id_)).helpful for id_ in ids} <= {0, 1}
        one, other, leaves = (new, one, ada) if turn % 2 else (one, new, eve)
    assert await count(database, resources) == 4
    assert await count(database, communities) == 2
    assert await count(database, resource_stand_ins) < 30


async def test_a_workspace_that_removed_the_bot_takes_nothing_from_the_others(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    await share(database, attic, tagged(ada, "Ours"))
    theirs = await share(database, cellar, tagged(eve, "Theirs"))
    await join(database, cellar, attic)
    await said(database, attic, theirs, eve, note="from eve")
    async with database.writing() as uow:
        await uow.people.leave(workspace("Cellar"), NOW)
    async with database.writing() as uow:
        assert len(await uow.people.forget_removed(NOW + MINUTE, 5, NOW)) == 1
    assert sorted(await in_library(database, attic)) == ["Ours", "Theirs"]
    async with database.writing() as uow:
        assert (await uow.resources.saved(attic, eve.person.id, 0, 9)).total == 0
        await uow.people.leave(workspace("Attic"), NOW)
    async with database.writing() as uow:
        await uow.people.forget_removed(NOW + MINUTE, 5, NOW)
    assert (await count(database, resources), await count(database, topics)) == (0, 0)


# --- people ------------------------------------------------------------------------------------------------


async def test_what_two_said_of_resources_is_what_one_said_when_they_are_linked(
    database: Database, ada: Caller, eve: Caller, attic: int
) -> None:
    both, hers = await share(database, attic, tagged(ada, "Both")), await share(database, attic, tagged(ada, "Hers"))
    await said(database, attic, both, ada, note="older", minute=1)
    await said(database, attic, both, eve, note="newer", minute=2)
    await said(database, attic, hers, eve, note="only")
    async with database.writing() as uow:
        for who in (ada, eve):
            await uow.resources.follow(attic, who.person.id, Follow("craft"), NOW)
        await uow.resources.follow(attic, eve.person.id, Follow(tag="sync"), NOW + MINUTE)
        assert await uow.linking.join_people(eve.person.id, ada.person.id, NOW)
    for id_, text in ((both, "newer"), (hers, "only")):
        kept = await get(database, attic, id_, ada)
        assert (kept.helpful, kept.is_helpful, kept.is_saved) == (1, True, True)
        assert [(note.person, note.text) for note in kept.notes] == [(ada.person.id, text)]
    assert await in_library(database, attic, Wanted("older")) == []
    async with database.writing() as uow:
        assert await uow.resources.follows(attic, ada.person.id) == [Follow("craft"), Follow(tag="sync")]
        alone = await uow.linking.part_person(eve.origin.account, NOW)
    assert alone is not None
    kept = await get(database, attic, both, ada)  # it stays with whoever keeps the other accounts
    assert (kept.helpful, kept.is_saved, [note.person for note in kept.notes]) == (1, True, [ada.person.id])
    async with database.reading() as uow:
        assert await uow.resources.follows(attic, alone) == []
