"""People on both platforms: one person with two accounts, organisers of one side, and those who are named."""

from __future__ import annotations

import pytest

from bot.domain.addresses import Direct
from storage.database import Database
from tests.linked.rig import Both, OnSlack


async def notices_of(both: Both, platform: str, account: str) -> Direct | None:
    """Where what the bot has to tell somebody goes."""
    database = Database(both.database_url)
    try:
        async with database.reading() as uow:
            for community in await uow.people.communities():
                for each in await uow.members.named(community.id, "", platform):
                    if (each.account.platform, each.account.id) == (platform, account):
                        return await uow.people.notices_to(each.person)
    finally:
        await database.close()
    return None


def slack_id(person: OnSlack) -> str:
    return f"{person.user.team.id}.{person.user.id}"


async def test_notices_go_where_somebody_chose_else_where_they_were_seen_last(one: Both) -> None:
    await one.link()
    mara, maria = one.on_discord("mara"), one.on_slack("maria")
    await one.person_of(mara, maria)
    there = ("slack", slack_id(maria))
    await maria.says("/event mine")
    assert "Notices go to Slack: maria" in await mara.says("/me notices slack")
    assert await notices_of(one, *there) == Direct(*there, "maria")
    await mara.says("/event mine")
    assert await notices_of(one, *there) == Direct(*there, "maria"), "they chose it"
    assert "Notices go to Discord: mara" in await maria.says("/me notices discord")
    assert await notices_of(one, *there) == Direct("discord", str(mara.user.id), "mara")


async def test_who_unlinks_an_account_takes_along_what_came_from_it(one: Both) -> None:
    await one.link()
    await one.sol.does('/event add Open Decks when:"tomorrow 20:00" city:Berlin', "Save")
    mara, maria = one.on_discord("mara"), one.on_slack("maria")
    await one.person_of(mara, maria)
    await maria.does("/event show open decks", "Going")
    assert "Open Decks" in await mara.says("/event mine")
    assert "Slack: maria is by itself now" in await maria.does("/me unlink", "Unlink")
    assert "Open Decks" in await maria.says("/event mine")
    assert "Open Decks" not in await mara.says("/event mine")


async def test_who_runs_the_workspace_on_slack_organises_there_and_not_on_discord(one: Both) -> None:
    await one.link()
    solo = one.on_discord("solo")
    await one.person_of(solo, one.sol)
    assert "No digest is set" in await one.sol.says("/digest list")
    one.discord.open_command(one.guild, "digest")
    assert "Only organisers" in await solo.says("/digest list")
    assert "No digest is set" in await one.sol.tells("/digest list")


@pytest.mark.parametrize("mention", ["<@{id}|maria>", "<@{id}>"], ids=["with a label", "without one"])
async def test_an_owner_on_slack_names_organisers_by_mentions(one: Both, mention: str) -> None:
    await one.link()
    maria = one.on_slack("maria")  # whom nobody here has seen yet
    assert "maria organises now" in await one.sol.says(f"/greenroom organisers add:{mention.format(id=maria.user.id)}")
    assert "No digest is set" in await maria.says("/digest list")


async def test_somebody_on_discord_is_named_on_slack_and_organises_on_both_sides(one: Both) -> None:
    await one.link()
    mara = one.on_discord("mara")
    one.discord.open_command(one.guild, "digest")
    assert "Only organisers" in await mara.says("/digest list")
    assert "mara organises now" in await one.sol.says("/greenroom organisers add:mara")
    assert "No digest is set" in await mara.says("/digest list")
    assert "so does mara" in (await one.dora.says("/greenroom organisers")).text.replace("so do mara", "so does mara")
    maria = one.on_slack("maria")
    await one.person_of(mara, maria)
    assert "No digest is set" in await maria.says("/digest list")
    assert "maria was removed" in (await one.dora.says("/greenroom organisers remove:@mara")).text.replace(
        "mara was removed", "maria was removed"
    )
    assert "Only organisers" in await maria.says("/digest list")


async def test_people_of_the_other_platform_are_not_mentioned_by_ids_that_are_not_theirs(one: Both) -> None:
    await one.link()
    mara = one.on_discord("mara")
    await mara.says("/event find")
    assert "I know nobody" in await one.sol.says(f"/greenroom organisers add:<@{mara.user.id}>")
