"""What concerns somebody on one page, and the help that fits what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.compose import all_features
from bot.fit import plain
from bot.grammar import meant_topic
from bot.i18n import Words
from bot.request import Press, Said, Typed
from bot.ui import Action, Form, Reply
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 3, 18, 14, 0, tzinfo=UTC)
ADD = '/event add {title} when:"{when}" city:Berlin'


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


async def add(who: Somebody, title: str, when: str) -> Reply:
    saved = await who.presses(await who.says(ADD.format(title=title, when=when)), "Save")
    assert isinstance(saved, Reply)
    return saved


async def test_home_shows_my_events_and_then_what_else_comes_soon(ana: Somebody) -> None:
    await add(ana, "Late Night Modular", "2026-03-20 20:00")
    await add(ana, "Synth Meetup", "2026-03-22 18:00")
    await add(ana, "Far Away Festival", "2026-08-01 18:00")
    tom = replace(ana, name="tom")
    await tom.says("/event answer far away answer:going")
    await tom.says("/event answer synth meetup answer:maybe")
    shown = words(await tom.says("/home"))
    mine, others = shown.split("Soon in", 1)
    assert mine.index("Synth Meetup") < mine.index("Far Away Festival")
    assert "Late Night Modular" not in mine
    assert "Late Night Modular" in others
    assert "Synth Meetup" not in others, "what stands above is not said twice"


async def test_home_of_a_member_has_no_digests_and_an_organisers_has_them_with_buttons(ana: Somebody) -> None:
    assert "Digests" not in words(await ana.says("/home"))
    zoe = replace(ana, name="zoe", is_organiser=True)
    await zoe.presses(await zoe.says("/digest set channel:events day:monday time:9:00"), "Save")
    home = await zoe.says("/home")
    assert "1 digest" in words(home)
    paused = await zoe.ask(Press(button(home, "Pause")))
    assert isinstance(paused, Reply)
    assert "Paused" in words(paused)


async def test_home_holds_what_i_have_set(ana: Somebody) -> None:
    await ana.says("/me zone Asia/Tokyo")
    home = await ana.says("/home")
    assert any("Asia/Tokyo" in plain(field.value) for card in home.cards for field in card.fields)
    assert isinstance(await ana.presses(home, "Set your language"), Form)


async def test_home_begins_what_people_do_most(ana: Somebody) -> None:
    home = await ana.says("/home")
    form = await ana.presses(home, "Add an event")
    assert isinstance(form, Form)
    assert form.action == Action("event add")


async def test_home_shows_nothing_of_another_community(ana: Somebody) -> None:
    await add(ana, "Late Night Modular", "2026-03-20 20:00")
    assert ana.workspace is not None
    elsewhere = replace(ana, workspace=replace(ana.workspace, id="elsewhere", name="Elsewhere"))
    assert "Modular" not in words(await elsewhere.says("/home"))


async def test_words_to_the_bot_get_the_help_that_fits(ana: Somebody) -> None:
    for said in ("how do I add a concert?", "Is there a workshop soon", "events?"):
        assert "/event find" in words(await _said(ana, said)), said
    everything = words(await _said(ana, "hi there"))
    assert "/event" in everything
    assert "/home" in everything


async def test_a_command_said_to_the_bot_is_done(ana: Somebody) -> None:
    await add(ana, "Late Night Modular", "2026-03-20 20:00")
    for said in ("event find modular", "/event find modular"):
        assert "Late Night Modular" in words(await _said(ana, said))


async def test_what_a_member_may_not_do_is_not_explained_to_them(ana: Somebody) -> None:
    shown = words(await _said(ana, "weekly digest"))
    assert "/digest set" not in shown
    assert "/event" in shown
    zoe = replace(ana, name="zoe", is_organiser=True)
    assert "/digest set" in words(await _said(zoe, "weekly digest"))


@pytest.mark.parametrize(
    ("locale", "said", "topic"),
    [
        ("en", "when is the next digest posted", "digest"),
        ("en", "CONCERTS!!", "event"),
        ("de", "Wie trage ich ein Konzert ein? Konzerte", "event"),
        ("de", "Wochenüberblick im Kanal", "digest"),
        ("en", "", ""),
        ("en", "¯\\_(ツ)_/¯", ""),
    ],
)
def test_a_topic_is_found_in_the_readers_language(locale: str, said: str, topic: str) -> None:
    assert meant_topic(said, all_features(), Words(locale, ZoneInfo("UTC"))) == topic


async def test_who_named_no_zone_has_the_one_that_their_platform_knows(ana: Somebody) -> None:
    line = Typed('/event add Late Night Modular when:"2026-03-20 20:00"')
    here = await ana.ask(line)
    there = await ana.bot.app.handle(replace(ana.incoming(line), zone="America/New_York"))
    assert isinstance(here, Reply)
    assert isinstance(there, Reply)
    assert "Europe/Berlin" in plain(here.cards[0].fields[0].value)
    assert "America/New_York" in plain(there.cards[0].fields[0].value)


async def _said(who: Somebody, text: str) -> Reply:
    answer = await who.ask(Said(text))
    assert isinstance(answer, Reply)
    return answer
