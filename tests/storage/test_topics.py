"""Topics: the five that every community begins with, and those that are added."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.topics import TOPICS_MOST, Pillar, Topic
from bot.errors import NotFound, Refused
from storage.database import Database

PILLARS = [Topic(pillar.value) for pillar in Pillar]


async def test_a_community_begins_with_the_pillars(database: Database, attic: int) -> None:
    async with database.reading() as uow:
        assert await uow.topics.listed(attic) == PILLARS


async def test_topics_are_added_and_renamed_and_keep_their_keys(database: Database, attic: int, cellar: int) -> None:
    async with database.writing() as uow:
        assert await uow.topics.add(attic, "Live Sound") == Topic("live sound", "Live Sound")
        await uow.topics.rename(attic, "live sound", "On stage")
        assert await uow.topics.add(attic, "Live sound") == Topic("live sound 2", "Live sound")
        await uow.topics.rename(attic, Pillar.BUSINESS, "Law")
        await uow.topics.rename(attic, Pillar.INCOME, "Money")
        await uow.topics.rename(attic, Pillar.INCOME, "")
    async with database.reading() as uow:
        assert await uow.topics.listed(attic) == [
            *(Topic(pillar.value, "Law" if pillar is Pillar.BUSINESS else "") for pillar in Pillar),
            Topic("live sound", "On stage"),
            Topic("live sound 2", "Live sound"),
        ]
        assert await uow.topics.listed(cellar) == PILLARS


async def test_no_two_topics_have_one_name(database: Database, attic: int) -> None:
    async with database.writing() as uow:
        await uow.topics.add(attic, "Übung")
        for name in ("übung", "UBUNG", "craft", ""):
            with pytest.raises(Refused):
                await uow.topics.add(attic, name)
        with pytest.raises(Refused):
            await uow.topics.rename(attic, Pillar.CRAFT, "übung")
        with pytest.raises(Refused):
            await uow.topics.rename(attic, "ubung", "")  # it has no other name
        with pytest.raises(NotFound):
            await uow.topics.rename(attic, "nothing", "Something")
        await uow.topics.rename(attic, Pillar.CRAFT, "CRAFT")  # its own
        await uow.topics.rename(attic, Pillar.CRAFT, "Skills")
        assert await uow.topics.add(attic, "Craft") == Topic("craft 2", "Craft")


async def test_there_are_never_more_than_a_menu_holds(database: Database, attic: int) -> None:
    async def add(number: int) -> Topic:
        async with database.writing() as uow:
            return await uow.topics.add(attic, f"Topic {number}")

    free = TOPICS_MOST - len(Pillar)
    came = await asyncio.gather(*(add(number) for number in range(free + 2)), return_exceptions=True)
    assert [isinstance(each, Refused) for each in came].count(True) == 2
    async with database.reading() as uow:
        assert len(await uow.topics.listed(attic)) == TOPICS_MOST
