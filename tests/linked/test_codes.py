"""Codes between Discord and Slack: right ones, wrong ones, late ones, and two who are fast."""

from __future__ import annotations

import asyncio

from bot.domain.linking import LASTS
from tests.linked.rig import Both, OnDiscord

IS_LINKED = "are one community now"


def another_server(both: Both) -> OnDiscord:
    guild = both.discord.add_guild("The Cellar", channels=("general",))
    return OnDiscord(both.discord, guild, guild.owner)


async def test_a_code_made_on_slack_is_used_on_discord_once(one: Both) -> None:
    code = (await one.sol.says("/greenroom link")).code
    card = await one.dora.says(f"/greenroom link code:{code}")
    assert "Link The Club (Discord) with The Hall (Slack)?" in card
    assert "Nothing is linked yet" in card
    assert IS_LINKED in await one.dora.presses(card, "Link")
    assert "not in use" in await another_server(one).says(f"/greenroom link code:{code}")


async def test_of_two_who_use_one_code_on_two_platforms_at_once_one_wins(both: Both) -> None:
    dan = another_server(both)
    code = (await both.dora.says("/greenroom link")).code
    cards = await dan.says(f"/greenroom link code:{code}"), await both.sol.says(f"/greenroom link code:{code}")
    told = await asyncio.gather(dan.presses(cards[0], "Link"), both.sol.presses(cards[1], "Link"))
    assert sorted(IS_LINKED in each for each in told) == [False, True]
    [late] = [each for each in told if IS_LINKED not in each]
    assert "This code is not in use" in late


async def test_a_code_that_is_wrong_late_or_for_something_else_links_nothing(one: Both) -> None:
    theirs, mine = await one.dora.says("/greenroom link"), await one.dora.says("/me link")
    assert "is no code" in await one.sol.says("/greenroom link code:hello")
    assert "not in use" in await one.sol.says("/greenroom link code:AAAA-2222")
    assert "This code is for /me link" in (await one.sol.says(f"/greenroom link code:{mine.code}")).text.replace(
        "/greenroom me", "/me"
    )
    assert "This code is for /greenroom link" in await one.sol.says(f"/me link code:{theirs.code}")
    assert "was made in The Club (Discord), which is in this community" in await one.dora.says(
        f"/greenroom link code:{theirs.code}"
    )
    assert "This code is your own" in await one.dora.says(f"/me link code:{mine.code}")
    card = await one.sol.says(f"/greenroom link code:{theirs.code}")
    one.clock.ahead += LASTS.total_seconds()
    assert "not in use" in await one.sol.presses(card, "Link")
    assert "not in use" in await one.sol.says(f"/greenroom link code:{theirs.code}")


async def test_a_persons_code_works_in_direct_messages(one: Both) -> None:
    mara, maria = one.on_discord("mara"), one.on_slack("maria")
    for each in (mara, maria):
        await each.says("/event find")
    code = (await mara.tells("/me link")).code
    card = await maria.says(f"/me link code:{code}")
    assert "Link with Discord: mara?" in card
    assert "Discord: mara and Slack: maria are one person now" in (await maria.presses(card, "Link")).text.replace(
        "Slack: maria and Discord: mara", "Discord: mara and Slack: maria"
    )
    for each in (mara, maria):
        shown = await each.says("/me show")
        assert "Discord: mara" in shown
        assert "Slack: maria" in shown
