"""The library as files, for whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.domain.library_files.reading import read_library
from bot.domain.library_files.records import FromFile
from bot.domain.links import page_key
from bot.domain.resources import About, NewResource
from bot.features.resources.exporting import STRETCH
from bot.features.resources.importing import BLOCKED, bring_links
from bot.ui import Privacy
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TOPICS = {"craft": "craft", "business": "business"}


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


async def stock(person: Somebody, count: int) -> list[int]:
    """A library of so many resources."""
    await person.says("/resource topics")
    links = [f"https://example.org/?p={number}" for number in range(count)]
    batch = [NewResource(link, page_key(link), About(link, "craft"), sharer=None, origin=None) for link in links]
    async with person.bot.app.services.store.writing() as uow:
        [community] = await uow.people.communities()
        return [each.id for each in await uow.resources.bring(community.id, batch, NOW)]


async def test_a_library_larger_than_a_stretch_is_exported_whole_and_in_private(ana: Somebody) -> None:
    await stock(ana, STRETCH + 1)
    reply = await ana.says("/resource export")
    assert reply.privacy is Privacy.PRIVATE
    assert [file.name for file in reply.files] == ["library.html", "library.csv"]
    for file in reply.files:
        links = [each.link for each in read_library(file.content, TOPICS).entries]
        assert links == [f"https://example.org/?p={number}" for number in range(STRETCH + 1)]


async def test_only_what_was_saved_is_exported_where_that_is_asked(ana: Somebody) -> None:
    ids = await stock(ana, 3)
    assert "You saved nothing yet" in words(await ana.says("/resource export saved"))
    async with ana.bot.app.services.store.writing() as uow:
        [community] = await uow.people.communities()
        caller = await uow.people.welcome(
            ana.account, ana.workspace, is_organiser=False, zone="Europe/Berlin", locale="en", now=NOW
        )
        await uow.resources.save(community.id, ids[1], caller.person.id, True, NOW)
    reply = await ana.says("/resource export saved")
    [entry] = read_library(reply.files[0].content, TOPICS).entries
    assert entry.link == "https://example.org/?p=1"


async def test_an_empty_library_says_how_to_begin_it(ana: Somebody) -> None:
    reply = await ana.says("/resource export")
    assert "The library is empty" in words(reply)
    assert not reply.files


async def test_what_is_imported_is_looked_after_and_blocked_sites_stay_out(ana: Somebody) -> None:
    await ana.says("/resource topics")
    services = ana.bot.app.services
    table = b"url,title,topic,note\nhttps://a.bad.example/x,X,craft,\nhttps://example.org/s,Splits,business,Short\n"
    found: FromFile = read_library(table, TOPICS)
    async with services.store.writing() as uow:
        [community] = await uow.people.communities()
        await uow.audit.block(community.id, "bad.example", NOW)
    for added in (1, 0):
        imported = await bring_links(found, "links.csv", community, services, lambda _: None)
        assert (imported.added, imported.known) == (added, 1 - added)
        assert [(each.number, each.reason) for each in imported.skipped] == [(2, BLOCKED)]
    async with services.store.reading() as uow:
        [kept] = await uow.resources.every(community.id, after=0, limit=10)
        lines = await uow.audit.lines(community.id, 0, 10)
    assert kept.about.description == "Short"
    assert kept.about.review_by is not None
    assert kept.sharer is None
    assert [line.what for line in lines] == ["links.csv (1)"]
