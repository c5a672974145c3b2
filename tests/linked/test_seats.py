"""Places that are few, on Discord and Slack at once: one line for both."""

from __future__ import annotations

import asyncio
import re

from tests.linked.rig import Both, OnDiscord, OnSlack

EACH = 100
"""People on each side."""

PLACES = 70
ADD = f'/event add Open Decks when:"tomorrow 20:00" city:Berlin places:{PLACES}'


async def seen_by_all(both: Both, discord: list[OnDiscord], slack: list[OnSlack]) -> dict[str, str]:
    """What each of them is told who press Going at one moment, by their names."""
    await both.sol.does(ADD, "Save")
    for person in (both.dora, both.sol):
        assert "Saved" in await person.does("/digest set channel:#events day:monday", "Save")
    await both.post_digests()
    there, here = both.digests_on_discord().messages[0], both.digests_on_slack().messages[0]
    pressed = [await both.discord.press(each.user, there, "Going") for each in discord]
    asked = [await both.slack.press(each.user, here, "Going") for each in slack]
    await asyncio.gather(*(each.answered(240) for each in pressed), *(each.answered(240) for each in asked))
    await both.discord.quiet()
    await both.slack.quiet()
    told: dict[str, str] = {}
    for one, interaction in zip(discord, pressed, strict=True):
        told[one.name] = one.look(interaction.seen).text
    for other, question in zip(slack, asked, strict=True):
        told[other.name] = other.look(question.seen).text
    return told


def line(shown: str, label: str) -> list[str]:
    """The names behind a label of `/event who`, in their order."""
    found = re.search(rf"{label} \((\d+)\)\W+(.+)", shown)
    assert found, shown
    names = found[2].split(", ")
    assert len(names) == int(found[1])
    return names


async def test_of_two_hundred_at_one_moment_exactly_as_many_go_as_there_are_places(both: Both) -> None:
    await both.link()
    discord = [both.on_discord(f"d{number}") for number in range(EACH)]
    slack = [both.on_slack(f"s{number}") for number in range(EACH)]
    told = await seen_by_all(both, discord, slack)
    shown = await both.dora.says("/event show open decks")
    assert f"{PLACES} of {PLACES} going, {2 * EACH - PLACES} waiting" in shown
    who = (await both.sol.says("/event who open decks")).text
    going, waiting = line(who, "Going"), line(who, "In line")
    assert len(going) == PLACES
    assert {*going, *waiting} == set(told)
    for name in going:
        assert "You are going to Open Decks." in told[name]
    for place, name in enumerate(waiting, 1):
        assert f"Open Decks is full. You are number {place} in line." in told[name]


async def test_a_place_that_is_passed_on_goes_across_to_the_other_platform(both: Both) -> None:
    await both.link()
    await both.sol.does(ADD.replace(str(PLACES), "1"), "Save")
    mara, maria, milo = both.on_discord("mara"), both.on_slack("maria"), both.on_discord("milo")
    assert "You are going" in await mara.does("/event show open decks", "Going")
    assert "You are number 1 in line" in await maria.does("/event show open decks", "Join the wait-list")
    assert "You are number 2 in line" in await milo.does("/event show open decks", "Join the wait-list")
    await maria.says("/remind settings quiet:off")  # it may be night
    await milo.says("/remind settings quiet:off")
    before = len(both.slack.posted), len(both.discord.posted)
    await mara.does("/event show open decks", "Not going")
    await both.slack.until_posted(before[0] + 1, 60)  # the other process may have to look
    told = maria.inbox()
    assert "A place is free: you are going to Open Decks." in told
    assert "You are not going" in await maria.presses(told, "Pass")
    await both.discord.until_posted(before[1] + 1, 60)
    assert "A place is free: you are going to Open Decks." in milo.inbox()
    assert "1 of 1 going" in await maria.says("/event show open decks")
