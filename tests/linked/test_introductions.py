"""Introductions on Slack, on Discord and across both."""

from __future__ import annotations

import asyncio

from tests.fakes.slack import Channel, Fault, Kind
from tests.linked.rig import Both, M, OnDiscord, OnSlack, Person

SECONDS = 60.0


async def until(person: OnDiscord | OnSlack, words: str) -> str:
    """What the bot wrote to somebody by itself, once these words are among it."""
    async with asyncio.timeout(SECONDS):
        while words not in (said := person.inbox()).text:
            await person.fake.until_posted(len(person.fake.posted) + 1, SECONDS)
    return said.text


def groups(both: Both) -> list[Channel]:
    return [each for each in both.team.channels.values() if each.place.value == "mpim"]


async def put(asker: Person[M], asked: OnDiscord | OnSlack, named: str) -> None:
    """Asked for, and put to them."""
    assert "Asked." in await asker.says(f'/connect intro member:{named} why:"an EP"')
    await until(asked, "would like to meet you")


async def says_yes(asked: OnDiscord | OnSlack) -> None:
    if isinstance(asked, OnDiscord):
        assert "You said yes" in await asked.presses(asked.inbox(), "Yes")
    else:
        assert "You said yes" in await asked.presses(asked.inbox(), "Yes")


async def test_on_slack_both_are_in_one_conversation_with_the_bot(one: Both) -> None:
    ana, ben = one.on_slack("ana"), one.on_slack("ben")
    await put(ana, ben, f"<@{ben.user.id}|ben>")
    await says_yes(ben)
    async with asyncio.timeout(SECONDS):
        while not (groups(one) and groups(one)[0].messages):
            await one.slack.until_posted(len(one.slack.posted) + 1, SECONDS)
    [group] = groups(one)
    assert group.members.keys() == {one.team.bot.id, ana.user.id, ben.user.id}
    said = ana.look(group.messages)
    assert "@ana @ben: you both would like to meet" in said
    assert "What for: an EP" in said
    assert "said yes" not in ana.inbox()


async def test_on_slack_each_gets_the_others_profile_where_no_conversation_may_be_begun(one: Both) -> None:
    ana, ben = one.on_slack("ana"), one.on_slack("ben")
    await put(ana, ben, f"<@{ben.user.id}|ben>")
    one.slack.faults.add(Fault("conversations.open", Kind.STATUS, status=200, error="invalid_user_combination"))
    await says_yes(ben)
    place = f"https://slack.com/app_redirect?channel={{}}&team={one.team.id}"
    assert place.format(ben.user.id) in await until(ana, "ben said yes")
    assert place.format(ana.user.id) in await until(ben, "You and ana are introduced")


async def test_on_discord_each_gets_the_others_profile(one: Both) -> None:
    ana, ben = one.on_discord("ana"), one.on_discord("ben")
    await put(ana, ben, "@ben")
    await says_yes(ben)
    assert f"https://discord.com/users/{ben.user.id}" in await until(ana, "ben said yes")
    assert f"https://discord.com/users/{ana.user.id}" in await until(ben, "You and ana are introduced")


async def test_across_platforms_each_gets_the_others_profile_there(one: Both) -> None:
    await one.link()
    ana, ben = one.on_slack("ana"), one.on_discord("ben")
    await ben.says("/event find")
    await put(ana, ben, "ben")
    await says_yes(ben)
    assert f"https://discord.com/users/{ben.user.id}" in await until(ana, "ben said yes")
    link = f"https://slack.com/app_redirect?channel={ana.user.id}&team={one.team.id}"
    assert link in await until(ben, "You and ana are introduced")
    assert not groups(one)


async def test_on_slack_a_no_is_told_to_nobody(one: Both) -> None:
    ana, ben = one.on_slack("ana"), one.on_slack("ben")
    await put(ana, ben, f"<@{ben.user.id}|ben>")
    assert "ana does not learn of it" in await ben.presses(ben.inbox(), "No")
    await one.slack.quiet()
    assert not ana.inbox().messages
    assert not groups(one)
