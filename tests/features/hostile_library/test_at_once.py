"""Votes, notes and saves, however often and at the same moment: one row, nothing lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.features.resources.cards import UNHELPFUL
from bot.request import Press, Run
from bot.ui import Action, Reply
from tests.features.hostile_library.library import (
    LINK,
    Pages,
    found,
    id_in,
    share,
    shared,
    shows,
)
from tests.somebody import Somebody, button, words


async def test_a_vote_pressed_a_hundred_times_counts_once(ana: Somebody, ben: Somebody) -> None:
    done = await shared(ana)
    helpful = button(done, "Helpful")
    await ben.ask(Press(helpful))
    answers = await asyncio.gather(*(ben.ask(Press(helpful)) for _ in range(99)))
    assert not [each for each in answers if not isinstance(each, Reply) or each.is_refusal]
    assert "1 found it helpful" in await shows(ana, "Chords that move")
    await ben.ask(Press(Action(UNHELPFUL, helpful.arg)))
    await ben.ask(Press(Action(UNHELPFUL, helpful.arg)))
    assert "found it helpful" not in await shows(ana, "Chords that move")


async def test_two_who_share_a_page_at_the_same_moment_make_one_and_both_notes_stay(
    ana: Somebody, ben: Somebody, web: Pages
) -> None:
    other = f"{LINK}?utm_source=chat"
    web.pages[other] = web.pages[LINK]
    web.waits = asyncio.Event()
    both = asyncio.gather(share(ana, note="It opened my ears"), share(ben, other, note="Short and clear"))
    await asyncio.sleep(0)
    web.waits.set()
    asked_ana, asked_ben = await both
    assert isinstance(asked_ana, Reply)
    assert isinstance(asked_ben, Reply)
    saved = await asyncio.gather(ana.presses(asked_ana, "Save"), ben.presses(asked_ben, "Save"))
    assert sorted("It is in the library now" in words(each) for each in saved) == [False, True]
    assert await found(ana) == ["Chords that move"]
    told = await shows(ana, "Chords that move")
    assert "It opened my ears" in told
    assert "Short and clear" in told


async def test_whoever_comes_second_is_told_who_was_first_and_when_and_no_page_is_read(
    ana: Somebody, ben: Somebody, web: Pages
) -> None:
    await shared(ana, note="It opened my ears")
    web.asked.clear()
    again = await share(ben, LINK.replace("https://", "http://www."))
    assert isinstance(again, Reply)
    assert "Ana" in words(again)
    assert "25" in words(again)
    assert not web.asked
    await ben.presses(again, "Save")
    assert await found(ana) == ["Chords that move"]
    told = await shows(ben, "Chords that move")
    assert "Shared by: Ana" in told


async def test_a_save_pressed_ten_times_at_once_is_one(ana: Somebody) -> None:
    asked = await share(ana, note="Mine")
    assert isinstance(asked, Reply)
    answers = await asyncio.gather(*(ana.presses(asked, "Save") for _ in range(10)))
    assert not [each for each in answers if "Something broke" in words(each)]
    assert await found(ana) == ["Chords that move"]
    assert (await shows(ana, "Chords that move")).count("Mine") == 1


async def test_a_note_takes_the_place_of_the_one_before(ana: Somebody, ben: Somebody) -> None:
    await shared(ana, note="First")
    for text in ("Second", "Third"):
        await ben.ask(Run(("resource", "note"), {"resource": "Chords that move", "note": text}))
    told = await shows(ana, "Chords that move")
    assert "First" in told
    assert "Third" in told
    assert "Second" not in told


async def test_many_notes_leave_the_card_one_that_can_be_read(ana: Somebody) -> None:
    done = await shared(ana, note="What I said first")
    for number in range(30):
        member = replace(ana, name=f"member{number}")
        said = {"resource": f"#{id_in(done)}", "note": f"{number} " + "very helpful " * 38}
        assert isinstance(await member.ask(Run(("resource", "note"), said)), Reply)
    told = await shows(ana, "Chords that move")
    assert len(told) < 4_000
    assert "What I said first" in told
    assert "… 26 more …" in told
    assert "29 very helpful" in told
