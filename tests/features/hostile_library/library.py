"""What the tests of a hostile library share: pages that can be read, and what is asked of the library."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.domain.pages import Found, Look, Page
from bot.domain.people import Workspace
from bot.domain.resources import DESCRIPTION_MOST, TITLE_MOST
from bot.domain.text import clean_line, clean_text, clip
from bot.errors import Refused
from bot.features.resources.cards import SAVE, UNSAVE
from bot.fit import plain
from bot.i18n import N_
from bot.ports import NoWeb
from bot.request import Run
from bot.ui import Action, Answer, Button, Menu, Reply
from tests.somebody import Somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
LINK = "https://pages.example/splits"
THEIRS = Workspace("console", "elsewhere", "Elsewhere")
ALIEN = "@everyone <@&1> <!channel> [x](javascript:alert(1)) **b** </title> {title} %s"


@dataclass(slots=True)
class Pages(NoWeb):
    """What is in `pages` can be read, and nothing else."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    waits: asyncio.Event | None = None

    async def page(self, url: str) -> Page:
        self.asked.append(url)
        if self.waits is not None:
            await self.waits.wait()
        if url not in self.pages:
            raise Refused(N_("{url} does not answer."), url=url)
        return self.pages[url]

    async def look(self, url: str) -> Look:
        return Look(Found.ALIVE, url=url)

    def holds(self, url: str, title: str, **says: object) -> None:
        """As the real one has them: clean, and cut to what a resource holds."""
        about = clip(clean_text(str(says.pop("description", ""))), DESCRIPTION_MOST)
        known = Page(url, title=clip(clean_line(title), TITLE_MOST), description=about, site="pages.example")
        self.pages[url] = replace(known, **says)  # type: ignore[arg-type]  # the fields of Page, as tests name them


async def share(who: Somebody, link: str = LINK, **said: str) -> Answer:
    return await who.ask(Run(("resource", "share"), {"link": link, **said}))


async def shared(who: Somebody, link: str = LINK, **said: str) -> Reply:
    asked = await share(who, link, **said)
    assert isinstance(asked, Reply), asked
    done = await who.presses(asked, "Save")
    assert isinstance(done, Reply), done
    assert not done.is_refusal, words(done)
    return done


async def found(who: Somebody, **wanted: str) -> Sequence[str]:
    """The titles of what a search shows on its first page."""
    reply = await who.ask(Run(("resource", "find"), wanted))
    assert isinstance(reply, Reply)
    return [plain(card.title) for card in reply.cards if card.title]


async def shows(who: Somebody, typed: str) -> str:
    """All that the card of one resource says."""
    reply = await who.ask(Run(("resource", "show"), {"resource": typed}))
    assert isinstance(reply, Reply)
    told = [f"{field.name}: {plain(field.value)}" for card in reply.cards for field in card.fields]
    return "\n".join([words(reply), *told])


def id_in(reply: Reply) -> str:
    """The id of the resource that a card is about."""
    return next(action.arg for action in _actions(reply) if action.name in (SAVE, UNSAVE))


def _actions(reply: Reply) -> Sequence[Action]:
    return [each.action for card in reply.cards for each in card.controls if isinstance(each, Button | Menu)]


def labels(reply: Reply) -> Sequence[str]:
    return [each.label for card in reply.cards for each in card.controls if isinstance(each, Button)]


async def turned(who: Somebody, page: Reply, label: str) -> Reply:
    """The page that takes the place of this one."""
    turned = await who.presses(page, label)
    assert isinstance(turned, Reply)
    assert turned.replaces
    return turned
