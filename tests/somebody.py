"""Somebody who uses the bot through the core, as a platform would carry it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from adapters.console.talk import WORKSPACE
from bot.compose import Bot, compose
from bot.domain.addresses import Channel
from bot.domain.people import Account, Workspace
from bot.fit import plain
from bot.ports import Web
from bot.request import Asked, Incoming, Press, Typed
from bot.settings import read_settings
from bot.ui import Action, Answer, Button, Form, Reply
from tests.clocks import FixedClock
from tests.platforms.silent import SilentPlatform
from tests.scripted import PATIENT


@dataclass(slots=True)
class Somebody:
    """One person on one platform."""

    bot: Bot
    clock: FixedClock
    name: str = "ana"
    workspace: Workspace | None = WORKSPACE
    is_organiser: bool = False

    @property
    def account(self) -> Account:
        return Account("console", self.name, self.name.title())

    def incoming(self, asked: Asked, id_: str = "") -> Incoming:
        channel = Channel("console", self.workspace.id, "general", "general") if self.workspace else None
        return Incoming(id_ or uuid4().hex, self.account, self.workspace, channel, "en", self.is_organiser, asked)

    async def ask(self, asked: Asked, id_: str = "") -> Answer:
        return await self.bot.app.handle(self.incoming(asked, id_))

    async def says(self, line: str) -> Reply:
        answer = await self.ask(Typed(line))
        assert isinstance(answer, Reply), answer
        return answer

    async def says_form(self, line: str) -> Form:
        answer = await self.ask(Typed(line))
        assert isinstance(answer, Form), answer
        return answer

    async def presses(self, reply: Reply, label: str) -> Answer:
        return await self.ask(Press(button(reply, label)))


def button(reply: Reply, label: str) -> Action:
    buttons = [each for card in reply.cards for each in card.controls if isinstance(each, Button)]
    return next(each.action for each in buttons if each.label == label)


def words(answer: Answer) -> str:
    assert isinstance(answer, Reply)
    return "\n".join([plain(answer.text), *[plain(card.title) + " " + plain(card.body) for card in answer.cards]])


@asynccontextmanager
async def somebody(database_url: str, now: datetime, web: Web | None = None) -> AsyncIterator[Somebody]:
    """Ana, in a bot of her own whose clock stands at `now`, in Berlin. `web` is the one it looks at."""
    clock = FixedClock(now)
    settings = read_settings(_env_file=None, DATABASE_URL=database_url, GREENROOM_TIMEZONE="Europe/Berlin")
    async with compose(settings, clock, web) as bot:
        bot.platforms["console"] = SilentPlatform()
        bot.outbox._timings = PATIENT
        yield Somebody(bot, clock)
