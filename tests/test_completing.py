"""Commands that find out what was not said, by a link, before they ask whether it is right."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest

from bot.commands import SAY, Command, Completed, Feature, Services
from bot.errors import Refused
from bot.fit import plain
from bot.i18n import N_
from bot.markup import rich
from bot.params import Choice, Option, Text, Url
from bot.request import Press, Request, Submit
from bot.ui import Action, Card, Form, Menu, Reply
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Keep:
    link: Annotated[str, Url("Link", "Where it is")]
    title: Annotated[str, Text("Title", "What it is called", most=20)]
    about: Annotated[str, Text("About", "What it is about")] = ""
    shelf: Annotated[str, Choice("Shelf", "top, low", {"top": "Top", "low": "Low"}, str)] = ""


class Pages:
    """What links lead to, and how often they were asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.found: Mapping[str, str] = {"title": "A page", "about": "All of it", "shelf": "low"}
        self.is_away = False

    async def __call__(self, said: Mapping[str, Any], _request: Request, _services: Services) -> Completed:
        # Any: as Command has it
        if "title" in said or "link" not in said:
            return Completed()
        self.asked.append(said["link"])
        if self.is_away:
            raise Refused(N_("The page cannot be read."), param="title")
        return Completed(self.found)


async def shown(ask: Keep, request: Request, _services: Services) -> Card:
    options = (Option("Top", "top"), Option("Low", "low"))
    shelves = Menu("Shelf", Action(SAY, f"{request.draft_id('confirm')}/shelf"), options)
    return Card(rich(f"{ask.title}, {ask.about}, {ask.shelf}"), controls=(shelves,))


async def keep(ask: Keep, _request: Request, _services: Services) -> Reply:
    if ask.about == "no":
        raise Refused(N_("Not like this."), param="about")
    return Reply(rich(f"Saved {ask.title}, {ask.about}, {ask.shelf}, {ask.link}"))


@pytest.fixture
def pages() -> Pages:
    return Pages()


@pytest.fixture
async def ana(database_url: str, pages: Pages) -> AsyncIterator[Somebody]:
    command = Command("it", "Keep a page", Keep, keep, "/keep it", confirms=shown, completes=pages)
    async with somebody(database_url, NOW) as person:
        person.bot.app = replace(person.bot.app, features=(*person.bot.features, Feature("keep", "Keep", (command,))))
        yield person


async def test_what_was_found_is_shown_and_saved(ana: Somebody, pages: Pages) -> None:
    confirm = await ana.says("/keep it link:example.org/a")
    assert plain(confirm.cards[0].title) == "A page, All of it, low"
    pages.found = {"title": "Another page now"}
    saved = await ana.presses(confirm, "Save")
    assert words(saved).startswith("Saved A page, All of it, low, https://example.org/a")
    assert pages.asked == ["https://example.org/a"]


async def test_what_was_said_counts_more(ana: Somebody) -> None:
    confirm = await ana.says('/keep it link:example.org/a about:"What I think"')
    assert plain(confirm.cards[0].title) == "A page, What I think, low"


async def test_what_is_changed_or_emptied_stays_so(ana: Somebody, pages: Pages) -> None:
    confirm = await ana.says("/keep it link:example.org/a")
    form = await ana.presses(confirm, "Change")
    assert isinstance(form, Form)
    assert form.values["about"] == "All of it"
    again = await ana.ask(Submit(form.action, {"link": "example.org/a", "title": "Mine", "about": "", "shelf": "top"}))
    assert isinstance(again, Reply)
    assert plain(again.cards[0].title) == "Mine, , top"
    assert len(pages.asked) == 1


async def test_nothing_is_looked_up_for_what_is_wrong_anyway(ana: Somebody, pages: Pages) -> None:
    form = await ana.ask(Submit(Action("keep it"), {"link": "example.org/a", "about": "x", "shelf": "nowhere"}))
    assert isinstance(form, Form)
    assert set(form.errors) == {"shelf", "title"}
    assert not pages.asked


async def test_what_cannot_be_looked_up_is_asked_for_and_nothing_is_lost(ana: Somebody, pages: Pages) -> None:
    pages.is_away = True
    form = await ana.ask(Submit(Action("keep it"), {"link": "example.org/a", "about": "Long thoughts"}))
    assert isinstance(form, Form)
    assert form.errors == {"title": "The page cannot be read."}
    assert form.values == {"link": "example.org/a", "about": "Long thoughts"}
    confirm = await ana.ask(Submit(form.action, {"title": "By hand"}))
    assert isinstance(confirm, Reply)
    assert plain(confirm.cards[0].title) == "By hand, Long thoughts, "


async def test_what_was_found_and_does_not_fit_is_to_be_corrected(ana: Somebody, pages: Pages) -> None:
    pages.found = {"title": "x" * 21}
    form = await ana.ask(Submit(Action("keep it"), {"link": "example.org/a"}))
    assert isinstance(form, Form)
    assert set(form.errors) == {"title"}
    assert form.values["title"] == "x" * 21


async def test_a_menu_says_one_thing_anew_and_the_card_is_shown_again(ana: Somebody, pages: Pages) -> None:
    confirm = await ana.says("/keep it link:example.org/a")
    [menu] = [each for each in confirm.cards[0].controls if isinstance(each, Menu)]
    again = await ana.ask(Press(menu.action, "top"))
    assert isinstance(again, Reply)
    assert again.replaces
    assert plain(again.cards[0].title) == "A page, All of it, top"
    assert words(await ana.presses(again, "Save")).startswith("Saved A page, All of it, top")
    assert len(pages.asked) == 1


async def test_what_cannot_be_saved_as_it_is_comes_back_as_a_form(ana: Somebody) -> None:
    confirm = await ana.says("/keep it link:example.org/a about:no")
    form = await ana.presses(confirm, "Save")
    assert isinstance(form, Form)
    assert form.errors == {"about": "Not like this."}
    again = await ana.ask(Submit(form.action, {**form.values, "about": "yes"}))
    assert isinstance(again, Reply)
    assert words(await ana.presses(again, "Save")).startswith("Saved A page, yes")
