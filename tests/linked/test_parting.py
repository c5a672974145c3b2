"""What was begun before two sides became one goes on, and what each side keeps when they part or one is removed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.linked.rig import Both, one_process, platforms

DECKS = '/event add Open Decks when:"tomorrow 20:00" city:Berlin'
NIGHT = '/event add Modular Night when:"tomorrow 21:00" city:Berlin'
DIGEST = "/digest set channel:#events day:monday"


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what follows by itself, which two platforms and a scheduler take their time for."""
    async with asyncio.timeout(60):
        while not await is_so():  # noqa: ASYNC110 - a platform has no bell for everything it is told
            await asyncio.sleep(0.05)


async def left(both: Both, platform: str) -> None:
    """Wait until it is known that the bot was removed there."""
    assert both.bot is not None
    store = both.bot.database

    async def is_known() -> bool:
        async with store.reading() as uow:
            return platform in {name for name, _ in await uow.people.removed()}

    await until(is_known)


async def test_what_was_begun_before_linking_is_saved_after_it_by_whoever_began_it(one: Both) -> None:
    here, there = await one.sol.says(DECKS), await one.dora.says(NIGHT)
    await one.link()
    assert "Saved" in await one.sol.presses(here, "Save")
    assert "Saved" in await one.dora.presses(there, "Save")
    found = await one.sol.says("/event find")
    assert "Open Decks" in found
    assert "Modular Night" in found


async def test_buttons_from_before_linking_work_after_it_and_after_unlinking(one: Both) -> None:
    for person, line in ((one.sol, DECKS), (one.dora, NIGHT)):
        await person.does(line, "Save")
        await person.does(DIGEST, "Save")
    await one.post_digests()
    old_here, old_there = one.digests_on_slack(), one.digests_on_discord()
    maria, mara = one.on_slack("maria"), one.on_discord("mara")
    await one.link()
    assert "You are going to Open Decks" in await maria.presses(old_here, "Going")
    assert "You are going to Modular Night" in await mara.presses(old_there, "Going")
    assert "1 going" in await mara.says("/event show open decks")
    assert "has a calendar of its own now" in await one.dora.does("/greenroom unlink", "Unlink")
    assert "You are going to Open Decks" in await maria.presses(old_here, "Going")
    assert "1 going" in await maria.says("/event show open decks")
    assert "1 going" in await mara.says("/event show modular night")


async def test_an_event_that_both_had_becomes_one_with_the_answers_of_both(one: Both) -> None:
    line = f"{DECKS} link:https://example.org/decks"
    for person in (one.sol, one.dora):
        await person.does(line, "Save")
        await person.does("/event show open decks", "Going")
    await one.link()
    found = await one.dora.says("/event find")
    assert "1 event" in found
    assert "2 going" in await one.sol.says("/event show open decks")


@pytest.mark.parametrize("who", ["dora", "sol"])
async def test_unlinked_on_either_side_each_keeps_what_it_made_and_copies_of_what_comes(one: Both, who: str) -> None:
    await one.link()
    for person, line in ((one.sol, DECKS), (one.dora, NIGHT)):
        await person.does(line, "Save")
        await person.does(DIGEST, "Save")
    mara, maria = one.on_discord("mara"), one.on_slack("maria")
    for title in ("open decks", "modular night"):
        for each in (mara, maria):
            await each.does(f"/event show {title}", "Going")
        assert "2 going" in await mara.says(f"/event show {title}")
    leaving = one.dora if who == "dora" else one.sol
    assert "has a calendar of its own now" in await leaving.does("/greenroom unlink", "Unlink")
    for each in (mara, maria):
        assert "2 events" in await each.says("/event find")
        for title in ("open decks", "modular night"):
            assert "1 going" in await each.says(f"/event show {title}")
            assert each.name in await each.says(f"/event who {title}")
    for each in (one.dora, one.sol):
        assert "1 digest" in await each.says("/digest list")
    await one.dora.does('/event add Dub School when:"tomorrow 22:00" city:Berlin', "Save")
    assert "2 events" in await one.sol.says("/event find")
    await one.post_digests()
    assert "Dub School" in one.digests_on_discord()
    assert "Dub School" not in one.digests_on_slack()
    for shown in (one.digests_on_discord(), one.digests_on_slack()):
        assert "Open Decks" in shown
        assert "Modular Night" in shown


async def test_discords_own_calendar_shows_what_was_added_on_slack(both: Both) -> None:
    assert "shown in the calendar of The Club" in await both.dora.says("/event mirror switch:on")
    await both.link()
    await both.sol.does(DECKS, "Save")

    async def is_shown() -> bool:
        return [each["name"] for each in both.guild.events.values()] == ["Open Decks"]

    await until(is_shown)
    assert "no calendar of its own" in await both.sol.says("/event mirror switch:on")


async def test_when_discord_is_left_slack_goes_on_and_all_is_there_when_it_is_back(one: Both) -> None:
    await one.link()
    for person, line in ((one.sol, DECKS), (one.dora, NIGHT)):
        await person.does(line, "Save")
        await person.does(DIGEST, "Save")
    one.discord.remove_bot(one.guild)
    await left(one, "discord")
    assert "2 events" in await one.sol.says("/event find")
    before = len(one.slack.posted)
    await one.post_digests(to={"slack"})
    assert len(one.slack.posted) == before + 1
    assert one.posts_on_discord == []
    one.discord.add_bot(one.guild)
    await one.discord.until_posted(2)
    assert "Welcome back to The Club: everything is as it was" in one.dora.inbox()
    assert "2 events" in await one.dora.says("/event find")
    assert "2 digests" in await one.dora.says("/digest list")


async def test_when_slack_is_left_discord_goes_on_and_all_is_there_when_it_is_back(sqlite_url: str) -> None:
    async with platforms(sqlite_url) as both:
        async with one_process(both):
            await both.link()
            for person, line in ((both.sol, DECKS), (both.dora, NIGHT)):
                await person.does(line, "Save")
                await person.does(DIGEST, "Save")
            both.slack.uninstall(both.team)
            await left(both, "slack")
            assert "2 events" in await both.dora.says("/event find")
            await both.post_digests(to={"discord"})
            assert both.posts_on_slack == []
        both.slack.grant(both.team)
        async with one_process(both, greeted=(1, 2)):
            assert "Welcome back to The Hall: everything is as it was" in both.sol.inbox()
            assert "2 events" in await both.sol.says("/event find")
            assert "2 digests" in await both.sol.says("/digest list")
