"""Servers that come and go."""

from __future__ import annotations

from bot.domain.addresses import Channel
from bot.domain.people import Account
from tests.adapters.discord.harness import DiscordHarness
from tests.fakes.discord import FakeDiscord


def names(at: DiscordHarness) -> list[str]:
    return sorted(workspace.name or workspace.id for workspace in at.core.workspaces)


async def test_the_core_is_told_of_every_server_at_the_start(fake: FakeDiscord) -> None:
    fake.add_guild("Halle")
    at = DiscordHarness(fake)
    await at.start()
    assert names(at) == ["Halle", "Kellerwerk"]
    await at.stop()


async def test_a_server_that_adds_the_bot_is_told_of_with_its_owner_and_channel(at: DiscordHarness) -> None:
    guild = at.fake.add_guild("Halle", "de", channels=("lobby", "events"))
    await at.core.until(lambda: "Halle" in names(at))
    joined = at.core.joinings[-1]
    lobby = guild.channel("lobby")
    assert joined.by == Account("discord", str(guild.owner.id), "")
    assert joined.channel == Channel("discord", str(guild.id), str(lobby.id), "lobby")
    assert joined.locale == "de"


async def test_it_says_whether_it_is_connected(fake: FakeDiscord) -> None:
    at = DiscordHarness(fake)
    await at.start()
    said = [at.adapter.is_connected]
    await at.stop()
    assert [*said, at.adapter.is_connected] == [True, False]


async def test_an_outage_is_no_removal(at: DiscordHarness) -> None:
    at.fake.unavailable(at.guild)
    at.fake.available(at.guild)
    assert "Heard." in await at.type("mara", "/event mine")
    assert names(at) == ["Kellerwerk"]
    assert len(at.core.joinings) == 1
    assert at.core.asked[-1].workspace is not None
    assert at.core.asked[-1].workspace.name == "Kellerwerk"


async def test_during_an_outage_a_server_keeps_its_name(at: DiscordHarness) -> None:
    at.fake.unavailable(at.guild)
    await at.type("mara", "/event mine")
    assert at.core.asked[-1].workspace is not None
    assert at.core.asked[-1].workspace.name == "Kellerwerk"


async def test_a_removal_is_told(at: DiscordHarness) -> None:
    at.fake.remove_bot(at.guild)
    await at.core.until(lambda: not at.core.workspaces)


async def test_what_came_and_went_while_the_bot_was_down_is_told_when_it_starts(at: DiscordHarness) -> None:
    other = at.fake.add_guild("Halle")
    await at.core.until(lambda: len(at.core.workspaces) == 2)
    await at.stop()
    at.fake.remove_bot(other)
    at.fake.add_guild("Neu")
    await at.start()
    assert names(at) == ["Kellerwerk", "Neu"]
    assert [workspace.id for workspace in at.core.departed] == [str(other.id)]


async def test_a_server_that_was_out_of_reach_at_the_start_was_not_left(at: DiscordHarness) -> None:
    await at.stop()
    at.guild.is_available = False
    await at.start()
    assert at.core.departed == []
    at.fake.available(at.guild)
    await at.core.until(lambda: names(at) == ["Kellerwerk"])
