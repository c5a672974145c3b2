"""Workspaces come and go: greetings, silence, and what becomes of their rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.domain.addresses import Address, Channel, Direct
from bot.domain.delivery import Receipt
from bot.domain.people import Account, Workspace
from bot.errors import Unreachable
from bot.fit import plain
from bot.i18n import AS_DECLARED
from bot.platform import NativeCalendar
from bot.ui import Button, Reply
from tests.calendars import MemoryCalendar
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)  # a Sunday
CLUB = Workspace("console", "club", "The Club")
HALL = Channel("console", "club", "system", "system")
ANA = Account("console", "ana", "Ana")


class Closed(SilentPlatform):
    """Direct messages are closed."""

    calendar: NativeCalendar | None = None
    commands = AS_DECLARED

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        if isinstance(to, Direct):
            raise Unreachable("direct messages are closed")
        return await super().send(to, reply, key)


@pytest.fixture
async def zoe(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield replace(person, name="zoe", is_organiser=True, workspace=CLUB)


def sent(zoe: Somebody) -> list[tuple[Address, Reply]]:
    platform = zoe.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    return [(to, reply) for to, reply, _ in platform.taken]


async def join(zoe: Somebody, by: Account | None = ANA, channel: Channel | None = HALL, locale: str = "en") -> None:
    await zoe.bot.app.joined(CLUB, by=by, channel=channel, locale=locale)
    await zoe.bot.work()


async def test_whoever_added_the_bot_is_greeted_once(zoe: Somebody) -> None:
    for _ in range(3):
        await join(zoe)
    [(to, reply)] = sent(zoe)
    assert to == Direct("console", "ana", "Ana")
    said = words(reply)
    for expected in ("The Club", "/digest set", "/event add", "/help", "30 days", "Europe/Berlin"):
        assert expected in said
    assert "/event mirror" not in said
    assert not reply.cards[0].controls


async def test_the_calendar_is_spoken_of_where_there_is_one(zoe: Somebody) -> None:
    zoe.bot.platforms["console"].calendar = MemoryCalendar(zoe.clock)  # type: ignore[misc]  # a test's own platform
    await join(zoe)
    assert "/event mirror" in words(sent(zoe)[0][1])


async def test_where_direct_messages_are_closed_the_channel_hears_it_with_a_button(zoe: Somebody) -> None:
    zoe.bot.platforms["console"] = Closed()
    await join(zoe)
    await zoe.bot.work()
    [(to, reply)] = sent(zoe)
    assert to == HALL
    [control] = reply.cards[0].controls
    assert isinstance(control, Button)
    assert control.action.written == "ask:digest set"


@pytest.mark.parametrize(("by", "channel", "greeted"), [(None, HALL, [HALL]), (None, None, [])])
async def test_nobody_known_to_have_added_it(
    zoe: Somebody, by: Account | None, channel: Channel | None, greeted: list[Address]
) -> None:
    await join(zoe, by, channel)
    assert [to for to, _ in sent(zoe)] == greeted


async def test_its_community_has_the_language_of_the_workspace(zoe: Somebody) -> None:
    await join(zoe, locale="pt-BR")
    async with zoe.bot.database.reading() as uow:
        home = await uow.people.home("console", "club")
    assert home is not None
    assert (home.community.locale, home.community.zone) == ("pt-BR", "Europe/Berlin")


async def test_nothing_goes_to_a_workspace_that_removed_the_bot_and_all_goes_on_when_it_is_back(zoe: Somebody) -> None:
    await join(zoe)
    await zoe.presses(await zoe.says('/event add Late Night Modular when:"in 40 days 19:00" city:Berlin'), "Save")
    await zoe.presses(await zoe.says("/digest set channel:gigs day:monday time:9:00 days:60"), "Save")
    await zoe.bot.app.left(CLUB)
    await zoe.bot.app.left(CLUB)
    zoe.clock.skip(timedelta(hours=14))  # Monday, 10:00 in Berlin
    for _ in range(2):
        await zoe.bot.work()
        zoe.clock.skip(timedelta(days=7))
    await zoe.bot.work()
    assert len(sent(zoe)) == 1
    zoe.clock.skip(timedelta(days=1))
    await join(zoe)
    assert plain(sent(zoe)[1][1].text) == "Welcome back to The Club: everything is as it was."
    zoe.clock.skip(timedelta(days=6))
    await zoe.bot.work()
    [(to, digest)] = sent(zoe)[2:]
    assert to == Channel("console", "club", "gigs", "gigs")
    assert "Late Night Modular" in words(digest)


async def test_after_thirty_days_a_workspace_is_forgotten_and_greeted_as_new(zoe: Somebody) -> None:
    await join(zoe)
    await zoe.presses(await zoe.says('/event add Late Night Modular when:"in 60 days 19:00" city:Berlin'), "Save")
    await zoe.bot.app.left(CLUB)
    zoe.clock.skip(timedelta(days=29))
    await zoe.bot.work()
    assert "Late Night" in words(await zoe.says("/event find when:2027"))
    zoe.clock.skip(timedelta(days=2))
    await zoe.bot.work()
    assert "Late Night" not in words(await zoe.says("/event find when:2027"))
    await join(zoe)
    assert "30 days" in words(sent(zoe)[1][1])


async def test_a_greeting_that_finds_the_bot_gone_again_is_not_sent(zoe: Somebody) -> None:
    await zoe.bot.app.joined(CLUB, by=ANA, channel=None, locale="")
    await zoe.bot.app.left(CLUB)
    await zoe.bot.work()
    assert sent(zoe) == []


async def test_a_fault_is_logged_and_not_the_platform_s_to_handle(zoe: Somebody) -> None:
    class Away:
        def reading(self, *, is_steady: bool = True) -> object:
            raise ConnectionError

        writing = reading

    app = replace(zoe.bot.app, services=replace(zoe.bot.services, store=Away()))  # type: ignore[arg-type]  # it fails
    with capture_logs() as logs:
        await app.joined(CLUB, by=None, channel=None, locale="")
        await app.left(CLUB)
        await app.calendar_changed(CLUB)
    assert [line["event"] for line in logs] == ["joining failed", "leaving failed", "calendar not compared"]
