"""Changing one's mind: other links, other kinds, and what was typed stays."""

from __future__ import annotations

from bot.fit import plain
from bot.request import Run, Submit
from bot.ui import Form, Reply
from tests.features.hostile_library.library import (
    LINK,
    NOW,
    Pages,
    found,
    share,
    shared,
    shows,
)
from tests.somebody import Somebody, words


async def test_another_link_brings_what_its_own_page_says(ana: Somebody, web: Pages) -> None:
    web.holds("https://other.example/b", "Another page", description="Of its own", site="other.example")
    asked = await share(ana)
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    again = await ana.ask(Submit(form.action, {**form.values, "link": "https://other.example/b"}))
    assert isinstance(again, Reply)
    assert plain(again.cards[0].title) == "Another page"
    assert "pages.example" not in words(again)


async def test_another_link_leaves_what_was_said_and_one_that_cannot_be_read_loses_nothing(
    ana: Somebody, web: Pages
) -> None:
    asked = await share(ana, note="Mine", level="pro")
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    away = "https://away.example/x"
    again = await ana.ask(Submit(form.action, {**form.values, "link": away}))
    assert isinstance(again, Form)
    assert set(again.errors) == {"title"}
    assert again.values == {"link": away, "note": "Mine", "level": "pro"}
    asked = await share(ana)
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    titled = await ana.ask(Submit(form.action, {**form.values, "link": away, "title": "Mine, too"}))
    assert isinstance(titled, Reply)
    assert plain(titled.cards[0].title) == "Mine, too"
    assert "pages.example" not in str(titled.cards)
    assert "How theory helps" not in words(titled)


async def test_what_was_emptied_is_not_filled_again(ana: Somebody, web: Pages) -> None:
    asked = await share(ana)
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Change")
    assert isinstance(form, Form)
    again = await ana.ask(Submit(form.action, {**form.values, "about": "", "kind": ""}))
    assert isinstance(again, Reply)
    assert "How theory helps" not in words(again)
    await ana.presses(again, "Save")
    told = await shows(ana, "Chords that move")
    assert "How theory helps" not in told
    assert "Article" not in told
    assert len(web.asked) == 1


async def test_what_is_business_asks_whose_law_and_never_leads_nowhere(ana: Somebody) -> None:
    asked = await share(ana, topic="business", note="For two writers")
    assert isinstance(asked, Reply)
    form = await ana.presses(asked, "Save")
    assert isinstance(form, Form)
    assert set(form.errors) == {"law"}
    assert form.values["note"] == "For two writers"
    again = await ana.ask(Submit(form.action, {**form.values, "law": "germany"}))
    assert isinstance(again, Reply)
    await ana.presses(again, "Save")
    told = await shows(ana, "Chords that move")
    assert "Whose law: Germany" in told
    assert "2027" in told


async def test_an_edit_into_business_asks_for_law_and_loses_nothing(ana: Somebody) -> None:
    await shared(ana, topic="craft")
    form = await ana.ask(
        Run(("resource", "edit"), {"resource": "Chords that move", "topic": "business", "level": "pro"})
    )
    assert isinstance(form, Form)
    assert form.values["level"] == "pro"
    assert form.errors
    said = {**form.values, "law": "any", "review": "in a year"}
    assert isinstance(await ana.ask(Submit(form.action, said)), Reply)
    told = await shows(ana, "Chords that move")
    assert "Topic: Business" in told
    assert "Level: Pro" in told


async def test_an_edit_to_the_page_of_another_is_refused_and_comes_back(ana: Somebody, web: Pages) -> None:
    web.holds("https://pages.example/other", "Scales that stay")
    await shared(ana)
    await shared(ana, "https://pages.example/other")
    said = {"resource": "Scales that stay", "title": "Long thought about", "link": f"{LINK}?utm_source=x"}
    form = await ana.ask(Run(("resource", "edit"), said))
    assert isinstance(form, Form)
    assert set(form.errors) == {"link"}
    assert form.values["title"] == "Long thought about"
    assert sorted(await found(ana)) == ["Chords that move", "Scales that stay"]


async def test_what_was_to_be_looked_at_by_a_day_that_passed_can_still_be_edited(ana: Somebody) -> None:
    await shared(ana, topic="craft", review="2026-12-01")
    ana.clock.skip(NOW.replace(year=2027) - NOW)
    form = await ana.ask(Run(("resource", "edit"), {"resource": "Chords that move", "level": "pro"}))
    assert isinstance(form, Form)
    assert set(form.errors) == {"review"}  # whoever edits it looks at it: until when does it hold now?
    assert form.values["level"] == "pro"
    assert isinstance(await ana.ask(Submit(form.action, {**form.values, "review": ""})), Reply)
    assert "Level: Pro" in await shows(ana, "Chords that move")
