"""One community on Discord and Slack: one calendar, one attendance list, one digest in both."""

from __future__ import annotations

import asyncio

from tests.linked.rig import Both

PEOPLE = 100
"""On each side."""


def event(title: str, day: str = "tomorrow") -> str:
    return f'/event add {title} when:"{day} 20:00" city:Berlin'


async def set_digests(both: Both) -> None:
    for person in (both.dora, both.sol):
        assert "Saved" in await person.does("/digest set channel:#events day:monday", "Save")


async def test_two_workspaces_have_one_calendar_and_one_digest_in_both(both: Both) -> None:
    await both.dora.does(event("Modular Night"), "Save")
    await set_digests(both)
    await both.link()
    await both.sol.does(event("Open Decks"), "Save")
    await both.dora.does(event("Dub School"), "Save")
    for person in (both.dora, both.sol):
        found = await person.says("/event find")
        assert "3 events" in found
        for title in ("Modular Night", "Open Decks", "Dub School"):
            assert title in found
    assert "2 digests" in await both.sol.says("/digest list")
    await both.post_digests()
    for shown in (both.digests_on_discord(), both.digests_on_slack()):
        assert len(shown.messages) == 1
        for title in ("Modular Night", "Open Decks", "Dub School"):
            assert shown.text.count(title) == 1


async def test_two_hundred_on_both_sides_who_press_going_at_once_are_counted(both: Both) -> None:
    await set_digests(both)
    await both.link()
    await both.sol.does(event("Open Decks"), "Save")
    await both.post_digests()
    there, here = both.digests_on_discord(), both.digests_on_slack()
    people = [both.on_discord(f"person {number}") for number in range(PEOPLE)]
    others = [both.on_slack(f"person {number}") for number in range(PEOPLE)]
    pressed = [await both.discord.press(each.user, there.messages[0], "Going") for each in people]
    asked = [await both.slack.press(each.user, here.messages[0], "Going") for each in others]
    waiting = [*(each.answered(180) for each in pressed), *(each.answered(180) for each in asked)]
    await asyncio.gather(*waiting)
    for person in (both.dora, both.sol):
        assert f"{2 * PEOPLE} going" in await person.says("/event show open decks")


async def test_one_person_with_both_accounts_counts_once_and_the_newest_answer_wins(both: Both) -> None:
    await set_digests(both)
    await both.link()
    await both.sol.does(event("Open Decks"), "Save")
    await both.post_digests()
    there, here = both.digests_on_discord(), both.digests_on_slack()
    mara, maria = both.on_discord("mara"), both.on_slack("maria")
    assert "You are going" in await mara.presses(there, "Going")
    assert "You are going" in await maria.presses(here, "Going")
    assert "2 going" in await mara.says("/event show open decks")
    await both.person_of(mara, maria)
    for each in (mara, maria):
        assert "1 going" in await each.says("/event show open decks")
    assert "You are going" in await mara.presses(there, "Going")
    assert "1 going" in await maria.says("/event show open decks")
    await maria.does("/event show open decks", "Maybe")
    for each in (mara, maria):
        shown = await each.says("/event show open decks")
        assert "going" not in shown.text.partition("Open Decks")[2].partition("[")[0].replace("Not going", "")
        assert "1 maybe" in shown
        assert "Open Decks" in await each.says("/event mine")
        assert "Open Decks" in await each.says("/home")
