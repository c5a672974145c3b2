"""Weekly digests as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.domain.addresses import Channel
from bot.domain.digests import Digest
from bot.domain.events import Kind
from storage.database import Database
from tests.storage.making import BERLIN, NOW


def digest(community: int, request: str | None = None) -> Digest:
    return Digest(
        id=0,
        community=community,
        channel=Channel("console", "attic", "general", "general"),
        weekday=6,
        at=time(18, 30),
        zone="Europe/Berlin",
        days=14,
        near=BERLIN,
        within_km=30,
        kind=Kind.OPEN_STUDIO,
        genre="techno",
        online=False,
        skips_empty=False,
        request_id=request,
    )


async def test_a_digest_comes_back_as_it_was_set(database: Database, attic: int) -> None:
    async with database.writing() as uow:
        kept = await uow.digests.add(digest(attic), NOW)
        assert kept == replace(digest(attic), id=kept.id)
        assert await uow.digests.get(attic, kept.id) == kept
        plain = Digest(0, attic, Channel("console", "attic", "x"), 0, time(9), "UTC")
        other = await uow.digests.add(plain, NOW)
        assert other == replace(plain, id=other.id)
        assert await uow.digests.listed(attic) == [kept, other]
        assert await uow.digests.fallen_due([other.id, 999]) == [other]


async def test_the_same_request_sets_one_digest(database: Database, attic: int, cellar: int) -> None:
    async with database.writing() as uow:
        first = await uow.digests.add(digest(attic, "r1"), NOW)
        assert await uow.digests.add(replace(digest(attic, "r1"), days=3), NOW) == first
        assert (await uow.digests.add(digest(cellar, "r1"), NOW)).id != first.id


async def test_a_digest_is_changed_and_removed_by_its_community_alone(
    database: Database, attic: int, cellar: int
) -> None:
    async with database.writing() as uow:
        kept = await uow.digests.add(digest(attic), NOW)
        await uow.digests.change(replace(kept, community=cellar, is_paused=True))
        assert await uow.digests.get(cellar, kept.id) is None
        assert await uow.digests.listed(cellar) == []
        assert not await uow.digests.remove(cellar, kept.id)
        assert await uow.digests.get(attic, kept.id) == kept
        paused = replace(
            kept, is_paused=True, near=None, kind=None, online=None, channel=replace(kept.channel, id="c2")
        )
        await uow.digests.change(paused)
        assert await uow.digests.get(attic, kept.id) == paused
        assert await uow.digests.remove(attic, kept.id)
        assert not await uow.digests.remove(attic, kept.id)
