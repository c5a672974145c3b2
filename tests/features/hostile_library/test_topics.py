"""Topics and follows of any name and number."""

from __future__ import annotations

import pytest

from bot.domain.resources import FOLLOWS_MOST, TAG_MOST
from bot.domain.topics import NAME_MOST, TOPICS_MOST
from bot.fit import plain
from bot.request import Press, Run
from bot.ui import Button, Form, Reply
from tests.features.hostile_library.library import (
    found,
    labels,
    shared,
)
from tests.somebody import Somebody, words


@pytest.mark.parametrize(
    "name",
    ["x" * NAME_MOST, "制" * NAME_MOST, "Mixing/Mastering", "a=b", "R&B: now", "~0", "#1", "any", "Business law"],
)
async def test_a_topic_of_any_name_can_be_listed_shared_in_found_followed_and_renamed(
    ana: Somebody, olga: Somebody, name: str
) -> None:
    added = await olga.ask(Run(("resource", "topic"), {"name": name}))
    assert isinstance(added, Reply)
    assert name in words(added)
    await shared(ana, topic=name)
    assert await found(ana, topic=name) == ["Chords that move"]
    assert not await found(ana, topic="craft")
    listed = await olga.says("/resource topics")
    assert name in words(listed)
    card = next(each for each in listed.cards if plain(each.title) == name)
    for control in card.controls:
        assert isinstance(control, Button)
        answer = await olga.ask(Press(control.action))
        assert isinstance(answer, Form) or not answer.is_refusal
    followed = await ana.ask(Run(("resource", "follow"), {"topic": name}))
    assert isinstance(followed, Reply)
    await ana.presses(followed, "Stop following")
    assert "follow nothing" in words(await ana.says("/resource following"))
    renamed = await olga.ask(Run(("resource", "topic"), {"topic": name, "name": "Otherwise"}))
    assert isinstance(renamed, Reply)
    assert await found(ana, topic="Otherwise") == ["Chords that move"]


@pytest.mark.parametrize("tag", ["x" * TAG_MOST, "🎛" * TAG_MOST, "a/b", "r&b", "#sync", "two words"])
async def test_any_tag_beside_a_topic_can_be_followed_and_left(ana: Somebody, tag: str) -> None:
    followed = await ana.ask(Run(("resource", "follow"), {"topic": "experience", "tag": tag}))
    assert isinstance(followed, Reply)
    assert not followed.is_refusal
    assert "Something broke" not in words(followed)
    listed = await ana.says("/resource following")
    assert tag.removeprefix("#") in words(listed)
    await ana.presses(listed, "Stop following")
    await ana.presses(listed, "Stop following")
    assert "follow nothing" in words(await ana.says("/resource following"))


async def test_following_has_an_end_and_following_twice_is_once(ana: Somebody) -> None:
    for number in range(FOLLOWS_MOST):
        await ana.says(f"/resource follow tag:tag{number}")
    refused = await ana.says("/resource follow tag:more")
    assert refused.is_refusal
    assert str(FOLLOWS_MOST) in words(refused)
    again = await ana.says("/resource follow tag:TAG1")
    assert "already" in words(again)


async def test_topics_have_an_end_and_no_two_the_same_name(ana: Somebody, olga: Somebody) -> None:
    for name in ("craft", "CRAFT", "Craft "):
        form = await olga.ask(Run(("resource", "topic"), {"name": name}))
        assert isinstance(form, Form)
        assert set(form.errors) == {"name"}
    for number in range(TOPICS_MOST - 5):
        await olga.says(f'/resource topic "Topic {number}"')
    refused = await olga.ask(Run(("resource", "topic"), {"name": "One more"}))
    said = words(refused) if isinstance(refused, Reply) else str(refused.errors)
    assert str(TOPICS_MOST) in said
    assert "Something broke" not in words(await ana.says("/resource topics"))


async def test_a_name_that_a_renamed_topic_left_means_the_one_that_has_it_now(ana: Somebody, olga: Somebody) -> None:
    await olga.ask(Run(("resource", "topic"), {"topic": "craft", "name": "Engineering"}))
    await olga.ask(Run(("resource", "topic"), {"name": "Craft"}))
    await shared(ana, topic="Craft")
    assert not await found(ana, topic="Engineering")
    assert await found(ana, topic="Craft") == ["Chords that move"]


async def test_a_name_that_cannot_be_typed_is_refused(olga: Somebody) -> None:
    for name in ("🎛", "---"):
        form = await olga.ask(Run(("resource", "topic"), {"name": name}))
        assert isinstance(form, Form)
        assert set(form.errors) == {"name"}


async def test_an_added_topic_is_meant_by_its_own_buttons_whatever_others_are_called_elsewhere(
    ana: Somebody, olga: Somebody
) -> None:
    both = ("x" * (NAME_MOST - 1) + "a", "x" * (NAME_MOST - 1) + "b")  # the same, where keys are cut
    for name in both:
        await olga.ask(Run(("resource", "topic"), {"name": name}))
    await shared(ana, topic=both[1])
    assert not await found(ana, topic=both[0])
    assert await found(ana, topic=both[1]) == ["Chords that move"]
    listed = await ana.says("/resource topics")
    assert labels(listed) == ["Show"]
    assert "Chords that move" in words(await ana.presses(listed, "Show"))
