"""Workspaces that come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.slack.installing import StoredTokens
from bot.compose import Bot
from bot.domain.addresses import Channel
from bot.domain.people import Account, Home
from bot.errors import Unreachable
from bot.markup import rich
from bot.settings import SlackMode
from bot.ui import Reply
from storage.database import Database
from tests.adapters.slack.rig import Rig, text_of, until, whole
from tests.adapters.slack.test_installing import WHOLE, installation, tokens_of
from tests.clocks import FixedClock
from tests.fakes.slack import FakeSlack, Fault, Kind, Team
from tests.storage.making import NOW


@pytest.fixture
async def tokens(sqlite_url: str) -> AsyncIterator[StoredTokens]:
    database = Database(sqlite_url)
    yield tokens_of(database, FixedClock(NOW))
    await database.close()


async def test_the_core_is_told_of_the_workspace_and_its_owner_at_the_start(at: Rig) -> None:
    [joining] = at.core.joinings
    assert (joining.workspace.id, joining.workspace.name) == (at.team.id, "Kellerwerk")
    assert joining.by == Account("slack", f"{at.team.id}.{at.team.owner.id}", "")


async def test_at_the_next_start_nobody_is_greeted_anew(at: Rig) -> None:
    await at.stop()
    await at.start()
    [joining] = at.core.joinings
    assert joining.by is None
    assert at.core.departed == []


async def test_a_removal_is_told(at: Rig) -> None:
    at.fake.uninstall(at.team)
    await until(lambda: at.core.departed)
    await at.fake.quiet(0.1)
    assert set(at.core.departed) == {at.team.id}


async def test_the_removal_from_an_organisation_is_told_of_each_workspace_it_served(
    at: Rig, tokens: StoredTokens
) -> None:
    at.slack._tokens = tokens
    await tokens.async_save(WHOLE)
    await tokens.async_save(installation("T3", "xoxb-3", enterprise_id="E1"))
    for team in ("T5", "T6"):
        await tokens.of(team, "E1")
    wrapper = {"team_id": "T5", "enterprise_id": "E1", "authorizations": [{"is_enterprise_install": True}]}
    for _ in range(2):
        await at.slack.removed({**wrapper, "event": {"type": "app_uninstalled"}})
    assert at.core.departed == ["T5", "T6"]
    assert await tokens.of("T3", "E1") is not None, "it has an installation of its own"


async def test_a_removal_that_nobody_heard_of_is_noticed_when_something_is_sent(at: Rig, tokens: StoredTokens) -> None:
    at.slack._tokens = tokens
    await tokens.async_save(installation(at.team.id, "xoxb-of-old"))
    at.fake.faults.add(Fault("chat.postMessage", Kind.STATUS, times=1, status=200, error="account_inactive"))
    channel = Channel("slack", at.team.id, at.channel.id, at.channel.name)
    with pytest.raises(Unreachable):
        await at.slack.send(channel, Reply(rich("Hello")), "digest:1")
    await until(lambda: at.core.departed == [at.team.id])
    assert await tokens.of(at.team.id, at.team.id) is None


async def test_tokens_of_people_that_are_revoked_are_no_removal(at: Rig) -> None:
    told = at.fake.tell(at.team, {"type": "tokens_revoked", "tokens": {"oauth": [at.mara.id], "bot": []}})
    await told.acknowledged()
    await at.fake.quiet(0.1)
    assert at.core.departed == []


async def test_what_was_removed_while_the_bot_was_down_is_told_when_it_starts(at: Rig) -> None:
    await at.stop()
    old = at.team
    at.team = at.fake.add_team("Halle")
    await at.start()
    assert at.core.departed == [old.id]
    assert [each.workspace.id for each in at.core.joinings] == [at.team.id]


async def test_an_owner_whom_slack_does_not_tell_is_greeted_by_nobody(fake: FakeSlack, mode: SlackMode) -> None:
    at = Rig(fake, mode)
    fake.faults.add(Fault("users.list", Kind.STATUS))
    await at.start()
    assert [each.by for each in at.core.joinings] == [None]
    await at.stop()


async def test_an_owner_on_the_second_page_is_found(fake: FakeSlack) -> None:
    at = Rig(fake, SlackMode.SOCKET)
    at.team.users = {each.id: each for each in at.team.users.values() if each is not at.team.owner}
    for number in range(250):
        fake.add_member(at.team, f"person {number}")
    at.team.users[at.team.owner.id] = at.team.owner
    await at.start()
    [joining] = at.core.joinings
    assert joining.by is not None
    assert joining.by.id.endswith(at.team.owner.id)
    await at.stop()


async def test_the_owner_is_greeted_once_by_a_direct_message(fake: FakeSlack, mode: SlackMode, sqlite_url: str) -> None:
    team = fake.add_team()
    async with whole(fake, sqlite_url, mode):
        await fake.until_posted(1)
        [greeting] = fake.dm(team.owner).messages
        assert "Kellerwerk" in text_of(greeting)
    async with whole(fake, sqlite_url, mode) as bot:
        await bot.work()
        assert len(fake.posted) == 1
    assert fake.violations == []


async def test_a_workspace_that_removes_the_bot_keeps_its_rows_and_comes_back_to_them(
    fake: FakeSlack, mode: SlackMode, sqlite_url: str
) -> None:
    team = fake.add_team()
    mara = fake.add_member(team, "mara")
    async with whole(fake, sqlite_url, mode) as bot:
        await fake.until_posted(1)
        text = "add Night when:2099-12-04 20:00 city:Berlin"
        card = await (await fake.slash(mara, team.channel("general"), "/event", text)).answer()
        await (await fake.press(mara, card, "Save")).answered()
        before = await home_of(bot, team)
        fake.uninstall(team)
        async with asyncio.timeout(10):
            while not (await home_of(bot, team)).is_removed:
                await fake.quiet(0.05)
    fake.grant(team)
    async with whole(fake, sqlite_url, mode) as bot:
        after = await home_of(bot, team)
        assert (after.community.id, after.is_removed) == (before.community.id, False)
        found = await (await fake.slash(mara, team.channel("general"), "/event", 'find when:"December 2099"')).answer()
        assert "1 event" in text_of(found)


async def home_of(bot: Bot, team: Team) -> Home:
    async with bot.database.reading() as uow:
        found = await uow.people.home("slack", team.id)
    assert found is not None
    return found
