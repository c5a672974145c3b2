"""Finding: any words, and pages that go on and back; and links and notes that are refused whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from adapters.console.limits import LIMITS as CONSOLE
from adapters.discord.limits import LIMITS as DISCORD
from adapters.slack.limits import LIMITS as SLACK
from bot.domain.resources import DESCRIPTION_MOST, NOTE_MOST, TAG_MOST, TITLE_MOST
from bot.domain.text import clip
from bot.fit import fit, plain
from bot.request import Press, Run, Typed
from bot.ui import Action, Form, Reply
from tests.features.hostile_library.library import (
    LINK,
    NOW,
    Pages,
    found,
    labels,
    share,
    shared,
    turned,
)
from tests.somebody import Somebody, words


@pytest.mark.parametrize(
    "typed",
    ['"', '" OR "" = "', "*", "NEAR(a b)", "a AND", "title:x", "%", "_", "\\", "'; DROP TABLE resources;--", "-"],
)
async def test_any_words_are_looked_for_as_words(ana: Somebody, typed: str) -> None:
    await shared(ana)
    for command, name in (("find", "words"), ("show", "resource"), ("find", "tag")):
        answer = await ana.ask(Run(("resource", command), {name: typed}))
        said = words(answer) if isinstance(answer, Reply) else str(answer.errors)
        assert "Something broke" not in said
        assert "Chords that move" not in said


async def test_pages_of_a_search_go_on_and_back_with_what_was_asked(olga: Somebody, web: Pages) -> None:
    for number in range(12):
        link = f"https://pages.example/{number}"
        web.holds(link, f"Number {number:02}")
        await shared(olga, link, topic="craft" if number else "income", tags="shelf")
    first = await olga.ask(Run(("resource", "find"), {"topic": "craft", "tag": "#Shelf", "sort": "newest"}))
    assert isinstance(first, Reply)
    seen = [_titles(first)]
    page = first
    while "Next" in labels(page):
        page = await turned(olga, page, "Next")
        seen.append(_titles(page))
    assert [len(each) for each in seen] == [4, 4, 3]
    assert len({title for each in seen for title in each}) == 11
    assert "Number 00" not in {title for each in seen for title in each}
    for expected in (seen[1], seen[0]):
        page = await turned(olga, page, "Previous")
        assert _titles(page) == expected
    far = await olga.ask(Press(Action("resource.find", "99999999/")))
    assert "Something broke" not in words(far)


async def test_a_page_of_a_search_is_one_message_everywhere_for_next_takes_its_place(
    olga: Somebody, web: Pages
) -> None:
    tags = ", ".join(f"a tag with many letters, number {number}"[:TAG_MOST] for number in range(3))
    for number in range(9):
        link = f"https://pages.example/{number}"
        web.holds(link, f"{number} {'wide ' * TITLE_MOST}", description="about " * DESCRIPTION_MOST)
        note = clip("helps me " * NOTE_MOST, NOTE_MOST)
        said = {"level": "pro", "kind": "template", "price": "15 EUR", "topic": "business", "law": "any", "tags": tags}
        await shared(olga, link, note=note, **said)
    first = await olga.says("/resource find")
    for page in (first, await turned(olga, first, "Next")):
        for limits in (CONSOLE, DISCORD, SLACK):
            assert len(fit(page, limits).messages) == 1


async def test_what_is_found_nowhere_says_what_to_do_next(ana: Somebody) -> None:
    empty = await ana.says("/resource find")
    assert "Share a link" in labels(empty)
    await shared(ana)
    nothing = await ana.says("/resource find zither")
    assert labels(nothing) == ["Share a link", "Show all of it"]
    every = await ana.presses(nothing, "Show all of it")
    assert "Chords that move" in words(every)


async def test_a_blocked_site_is_neither_read_nor_shared_nor_edited_in(ana: Somebody, web: Pages) -> None:
    await shared(ana)
    async with ana.bot.services.store.writing() as uow:
        home = await uow.people.home("console", str(ana.workspace.id if ana.workspace else ""))
        assert home is not None
        await uow.audit.block(home.community.id, "blocked.example", NOW)
    web.holds("https://www.blocked.example/x", "Bad")
    web.asked.clear()
    for link in ("https://www.blocked.example/x", "https://blocked.example/y", "http://blocked.example:8080/"):
        answer = await share(ana, link, note="Let me")
        if isinstance(answer, Form):
            assert answer.errors
            assert answer.values["note"] == "Let me"
        else:
            assert answer.is_refusal
        assert not web.asked
        edited = await ana.ask(Run(("resource", "edit"), {"resource": "Chords that move", "link": link}))
        assert isinstance(edited, Form) or edited.is_refusal
    assert not web.asked
    assert await found(ana) == ["Chords that move"]
    assert "blocked" not in str((await ana.says("/resource show Chords")).cards)


async def test_from_a_direct_message_without_a_community_it_says_so(ana: Somebody, web: Pages) -> None:
    alone = replace(ana, name="nobody", workspace=None)
    for line in ("find", "saved", "following", "topics", "follow tag:x", f"share {LINK}", "show x"):
        answer = await alone.ask(Typed(f"/resource {line}"))
        said = words(answer) if isinstance(answer, Reply) else str(answer.errors)
        assert "Something broke" not in said
    assert not web.asked


async def test_a_note_longer_than_there_is_room_comes_back_whole(ana: Somebody, web: Pages) -> None:
    form = await share(ana, note="x" * (NOTE_MOST + 1))
    assert isinstance(form, Form)
    assert set(form.errors) - {"title"} == {"note"}
    assert form.values["note"] == "x" * (NOTE_MOST + 1)
    assert not web.asked


def _titles(reply: Reply) -> Sequence[str]:
    return [plain(card.title) for card in reply.cards if card.title]
