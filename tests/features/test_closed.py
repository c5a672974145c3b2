"""Whoever closed their direct messages, through the whole core."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.event import listen

from bot.domain.addresses import Address, Channel, Direct
from bot.domain.delivery import Owed, Receipt
from bot.errors import Closed
from bot.features.welcome import GREETING
from bot.fit import plain
from bot.request import Incoming, Typed
from bot.ui import Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)
DAY = timedelta(days=1)


class Closing(SilentPlatform):
    """Direct messages are closed as long as it says so."""

    is_closed = True

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        if self.is_closed and isinstance(to, Direct):
            raise Closed("their direct messages are closed to me", can_open=True)
        return await super().send(to, reply, key)


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        person.bot.platforms["console"] = Closing()
        yield replace(person, is_organiser=True)


def platform(ana: Somebody) -> Closing:
    found = ana.bot.platforms["console"]
    assert isinstance(found, Closing)
    return found


async def owe(ana: Somebody) -> None:
    """Something of Ana's own."""
    assert ana.workspace is not None
    async with ana.bot.database.writing() as uow:
        caller = await uow.people.recognise(ana.account, None, is_organiser=True, now=ana.clock.now())
        home = await uow.people.home("console", ana.workspace.id)
        assert caller is not None
        assert home is not None
        to = Direct("console", ana.name, "Ana")
        await uow.outbox.add([Owed(GREETING, home.id, "", to, person=caller.person.id)], ana.clock.now())
    for _ in range(2):
        await ana.bot.work()


async def test_a_command_brings_at_once_what_waits(ana: Somebody) -> None:
    await ana.says("/help")
    await owe(ana)
    [(to, note, _)] = platform(ana).taken
    assert to == Channel("console", "local", "general", "general")
    assert plain(note.text).startswith("Ana\nSomething waits for you")
    platform(ana).is_closed = False
    ana.clock.skip(timedelta(hours=3))
    await ana.says("/event find")
    await ana.bot.work()
    [_, (to, greeting, _)] = platform(ana).taken
    assert isinstance(to, Direct)
    assert "I keep the calendar" in words(greeting)


async def test_a_direct_message_to_the_bot_brings_it_too(ana: Somebody) -> None:
    await ana.says("/help")
    await owe(ana)
    platform(ana).is_closed = False
    ana.clock.skip(timedelta(hours=3))
    await replace(ana, workspace=None).says("/help")
    await ana.bot.work()
    assert isinstance(platform(ana).taken[-1][0], Direct)


async def test_organisers_see_how_many_could_not_be_reached(ana: Somebody) -> None:
    assert "could not be reached" not in words(await ana.says("/greenroom organisers"))
    await owe(ana)
    assert "1 member could not be reached" in words(await ana.says("/greenroom organisers"))


@asynccontextmanager
async def statements(ana: Somebody) -> AsyncIterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    listen(ana.bot.database._engine.sync_engine, "before_cursor_execute", note)
    yield asked


async def test_whoever_speaks_in_the_same_channel_costs_one_read_and_in_another_one_write(ana: Somebody) -> None:
    await ana.says("/help")
    async with statements(ana) as asked:
        await ana.says("/help")
        assert [each.partition(" ")[0] for each in asked] == ["SELECT"]
        asked.clear()
        elsewhere = Channel("console", "local", "bar", "bar")
        incoming: Incoming = replace(ana.incoming(Typed("/help")), channel=elsewhere)
        for _ in range(2):
            await ana.bot.app.handle(incoming)
        assert [each.partition(" ")[0] for each in asked] == ["SELECT", "UPDATE", "SELECT"]


async def test_while_nothing_can_be_tried_again_yet_speaking_costs_no_more(ana: Somebody) -> None:
    await ana.says("/help")
    await owe(ana)
    async with statements(ana) as asked:
        await ana.says("/help")
        assert [each.partition(" ")[0] for each in asked] == ["SELECT"]


@pytest.mark.parametrize("before", [timedelta(0), timedelta(seconds=1)])
async def test_what_waited_until_its_event_began_is_listed_as_missed(ana: Somebody, before: timedelta) -> None:
    await ana.presses(await ana.says('/event add Dub Night when:"tomorrow 20:30"'), "Save")
    found = await ana.says("/event find dub")
    await ana.presses(found, "Going")
    starts = NOW.replace(hour=19, minute=30) + DAY
    while (now := ana.clock.now()) < starts - before:
        ana.clock.skip(min(timedelta(minutes=30), starts - before - now))
        await ana.bot.work()
    ana.clock.skip(before)
    await ana.bot.work()
    listed = words(await ana.says("/remind list"))
    assert "Could not be delivered" in listed
    assert "given up" in listed
