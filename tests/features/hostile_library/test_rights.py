"""Who may do what, and what is answered of what is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.resources import Standing
from bot.features.resources.cards import HELPFUL, REMOVE, REMOVE_SURELY, REPORT, SAVE, SHOW, UNHELPFUL, UNSAVE
from bot.request import Asked, Press, Run, Submit
from bot.ui import Action, Form, Reply
from tests.features.hostile_library.library import (
    NOW,
    THEIRS,
    found,
    id_in,
    labels,
    share,
    shared,
    shows,
)
from tests.somebody import Somebody, words


async def test_nobody_changes_what_another_shared_but_organisers(ana: Somebody, ben: Somebody, olga: Somebody) -> None:
    done = await shared(ana)
    id_ = id_in(done)
    tried: Sequence[Asked] = (
        Run(("resource", "edit"), {"resource": f"#{id_}", "title": "Mine now"}),
        Run(("resource", "edit"), {"resource": f"#{id_}"}),
        Submit(Action("resource edit"), {"resource": f"#{id_}", "title": "Mine now"}),
        Press(Action("ask", f"resource edit/resource=#{id_}")),
        Run(("resource", "remove"), {"resource": f"#{id_}"}),
        Press(Action(REMOVE, id_)),
        Press(Action(REMOVE_SURELY, id_)),
    )
    for asked in tried:
        refused = await ben.ask(asked)
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    assert await found(ana) == ["Chords that move"]
    assert isinstance(await olga.ask(tried[0]), Reply)
    assert await found(ana) == ["Mine now"]
    await olga.ask(Press(Action(REMOVE_SURELY, id_)))
    assert not await found(ana)


async def test_topics_are_named_by_organisers_alone(ana: Somebody, olga: Somebody) -> None:
    for asked in (Run(("resource", "topic"), {"name": "Mine"}), Press(Action("ask", "resource topic/topic=craft"))):
        refused = await ana.ask(asked)
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    assert "Rename" not in labels(await ana.says("/resource topics"))
    assert "Rename" in labels(await olga.says("/resource topics"))


async def test_another_community_sees_and_changes_nothing_by_any_id(ana: Somebody, olga: Somebody) -> None:
    done = await shared(ana, note="Ours alone")
    id_ = id_in(done)
    stranger = replace(olga, name="eve", workspace=THEIRS)
    tried: Sequence[Asked] = (
        *(Press(Action(name, id_)) for name in (SHOW, SAVE, UNSAVE, HELPFUL, UNHELPFUL, REPORT, REMOVE, REMOVE_SURELY)),
        Run(("resource", "show"), {"resource": f"#{id_}"}),
        Run(("resource", "note"), {"resource": f"#{id_}", "note": "mine"}),
        Run(("resource", "edit"), {"resource": f"#{id_}", "title": "mine"}),
        Run(("resource", "remove"), {"resource": f"#{id_}"}),
        Press(Action("ask", f"resource edit/resource=#{id_}")),
        Press(Action("ask", f"resource note/resource=#{id_}")),
    )
    for asked in tried:
        answer = await stranger.ask(asked)
        said = words(answer) if isinstance(answer, Reply) else str(answer.errors)
        assert "Chords that move" not in said
        assert "Ours alone" not in said
        assert "Something broke" not in said
        assert isinstance(answer, Form) or answer.is_refusal
    assert not await found(stranger)
    told = await shows(ana, "Chords that move")
    assert "mine" not in told
    assert "helpful" not in told.replace("how theory helps", "").casefold()
    # their own of the same page is another one
    await shared(stranger)
    assert await found(stranger) == ["Chords that move"]
    assert "Shared by: Ana" in await shows(ana, "Chords that move")


async def test_a_list_is_its_owners_alone(ana: Somebody, ben: Somebody) -> None:
    done = await shared(ana)
    await ana.presses(done, "Save")
    await ana.presses(done, "Save")
    assert "Chords that move" in words(await ana.says("/resource saved"))
    assert "Chords that move" not in words(await ben.says("/resource saved"))
    theirs = await ben.says("/resource find")
    assert "Save" in labels(theirs)
    assert "Take off my list" not in labels(theirs)


async def test_what_is_removed_while_others_look_at_it_is_answered_in_words(ana: Somebody, ben: Somebody) -> None:
    done = await shared(ana, note="Mine")
    id_ = id_in(done)
    await ben.ask(Press(Action(SAVE, id_)))
    await ben.ask(Press(Action(HELPFUL, id_)))
    form = await ben.ask(Press(Action("ask", f"resource note/resource=#{id_}")))
    assert isinstance(form, Form)
    again = await share(ben, note="Me too")
    assert isinstance(again, Reply)
    await asyncio.gather(*(ana.ask(Press(Action(REMOVE_SURELY, id_))) for _ in range(3)))
    for name in (SHOW, SAVE, UNSAVE, HELPFUL, UNHELPFUL, REPORT, REMOVE, REMOVE_SURELY):
        answer = await ben.ask(Press(Action(name, id_)))
        assert isinstance(answer, Reply)
        assert answer.is_refusal
        assert "Something broke" not in words(answer)
    late = await ben.ask(Submit(form.action, {"resource": f"#{id_}", "note": "Too late, but long"}))
    assert isinstance(late, Reply)
    assert late.is_refusal
    assert "Chords that move" not in words(await ben.says("/resource saved"))
    saved = await ben.presses(again, "Save")  # what was there when it was asked is not there any more
    assert isinstance(saved, Reply | Form)
    if isinstance(saved, Form):
        assert saved.values["note"] == "Me too"
    else:
        assert "Something broke" not in words(saved)
        assert "Me too" in await shows(ben, "Chords that move")


async def test_an_edit_to_another_link_is_not_dead_as_the_one_before(ana: Somebody) -> None:
    done = await shared(ana)
    async with ana.bot.services.store.writing() as uow:
        [linked] = await uow.resources.linked([int(id_in(done))])
        await uow.resources.stand(linked.community, linked.id, Standing.DEAD, NOW, archived="https://archive.example/x")
    assert "leads nowhere" in await shows(ana, "Chords that move")
    said = {"resource": "Chords that move", "link": "https://pages.example/moved"}
    assert isinstance(await ana.ask(Run(("resource", "edit"), said)), Reply)
    assert "leads nowhere" not in await shows(ana, "Chords that move")


@pytest.mark.parametrize("id_", ["", "0", "-1", "x", "9" * 30, "1/2", "#1", "１"])
async def test_buttons_with_any_id_are_answered_in_words(ana: Somebody, id_: str) -> None:
    for name in (SHOW, SAVE, UNSAVE, HELPFUL, UNHELPFUL, REPORT, REMOVE, REMOVE_SURELY):
        answer = await ana.ask(Press(Action(name, id_)))
        assert isinstance(answer, Reply)
        assert answer.is_refusal
        assert "Something broke" not in words(answer)
