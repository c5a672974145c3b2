"""One community on a fake Discord and a fake Slack, and people who type and press on both.

Whether one process serves both or each has its own, people notice nothing of it, and neither do the tests.
"""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from adapters.console.outbound import View
from adapters.discord.client import Discord
from adapters.slack.client import Slack
from bot.compose import Bot, all_features, compose
from bot.compose.discord import discord_of
from bot.compose.slack import slack_of
from bot.domain.delivery import Due
from bot.domain.digests import DIGEST
from bot.grammar import read_sentence
from bot.i18n import Words
from bot.params import ChannelParam, Member, Param, Whole
from bot.settings import read_settings
from storage.database import Database
from tests.fakes.discord import Channel as DiscordChannel
from tests.fakes.discord import FakeDiscord, Guild, Interaction
from tests.fakes.discord import Message as DiscordMessage
from tests.fakes.discord import User as DiscordUser
from tests.fakes.discord import seen as seen_on_discord
from tests.fakes.discord.offered import Value
from tests.fakes.slack import Asked, FakeSlack, Team
from tests.fakes.slack import Channel as SlackChannel
from tests.fakes.slack import Message as SlackMessage
from tests.fakes.slack import User as SlackUser
from tests.fakes.slack import seen as seen_on_slack
from tests.processes import running

M = TypeVar("M")
"""A message as its platform's fake has it."""

SAY = Words("en", ZoneInfo("Europe/Berlin"))
FEATURES = all_features()
CHANNELS = ("general", "events")
UNHURRIED = 30.0
"""Seconds that the platforms wait for an answer: databases of tests share two cores with everything else."""


class MovedClock:
    """The computer's, so many seconds ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.ahead, UTC)


@dataclass(frozen=True, slots=True)
class Shown(Generic[M]):
    """Messages that somebody sees because of what they did, and all that stands in them."""

    text: str
    messages: list[M] = field(default_factory=list)

    def __contains__(self, words: str) -> bool:
        return words in self.text

    @property
    def code(self) -> str:
        """The one-time code that stands in it."""
        found = re.search(r"code:(\S+)", self.text)
        assert found, self.text
        return found[1].rstrip("`")


class Person(ABC, Generic[M]):
    """Somebody with one account on one platform."""

    name: str

    @abstractmethod
    async def says(self, line: str) -> Shown[M]:
        """Type a command in #general."""

    @abstractmethod
    async def tells(self, line: str) -> Shown[M]:
        """Type a command in direct messages with the bot."""

    @abstractmethod
    async def presses(self, shown: Shown[M], label: str) -> Shown[M]:
        """Press the first button of that label among what is shown."""

    @abstractmethod
    def inbox(self) -> Shown[M]:
        """What the bot wrote to them by itself."""

    async def does(self, line: str, label: str) -> Shown[M]:
        """Type a command, and press a button of its answer."""
        return await self.presses(await self.says(line), label)


@dataclass(slots=True)
class OnDiscord(Person[DiscordMessage]):
    fake: FakeDiscord
    guild: Guild
    user: DiscordUser

    @property
    def name(self) -> str:  # type: ignore[override]  # read-only here
        return self.user.name

    async def says(self, line: str) -> Shown[DiscordMessage]:
        return await self._typed(self.guild.channel("general"), line)

    async def tells(self, line: str) -> Shown[DiscordMessage]:
        return await self._typed(None, line)

    async def presses(self, shown: Shown[DiscordMessage], label: str) -> Shown[DiscordMessage]:
        message = next(each for each in shown.messages if label in _labels_on_discord(each))
        return await self._seen(await self.fake.press(self.user, message, label))

    def inbox(self) -> Shown[DiscordMessage]:
        return self.look(self.fake.dm(self.user).messages)

    async def _typed(self, where: DiscordChannel | None, line: str) -> Shown[DiscordMessage]:
        sentence = read_sentence(line, FEATURES, SAY)
        assert sentence.command is not None
        params = {name: each.param for name, each in sentence.command.arguments.items()}
        values = {name: self._picked(params[name], text) for name, text in sentence.values.items()}
        path = f"{sentence.feature.name} {sentence.command.name}".strip()
        return await self._seen(await self.fake.slash(self.user, where, path, values))

    def _picked(self, param: Param, text: str) -> Value:
        match param:
            case ChannelParam():
                return self.guild.channel(text.removeprefix("#"))
            case Member():
                return next(each.user for each in self.guild.members.values() if each.user.name == text.lstrip("@"))
            case Whole():
                return int(text)
            case _:
                return text

    async def _seen(self, asked: Interaction) -> Shown[DiscordMessage]:
        await asked.answered()
        await self.fake.quiet()
        return self.look(asked.seen)

    def look(self, messages: list[DiscordMessage]) -> Shown[DiscordMessage]:
        view = View(SAY, self.fake.world.now())
        names = self.fake.world.users
        texts = [seen_on_discord.plain(each, view, lambda id_: names[int(id_)].name) for each in messages]
        return Shown("\n".join(texts), list(messages))


@dataclass(slots=True)
class OnSlack(Person[SlackMessage]):
    fake: FakeSlack
    user: SlackUser
    prefix: str = ""

    @property
    def name(self) -> str:  # type: ignore[override]  # read-only here
        return self.user.name

    async def says(self, line: str) -> Shown[SlackMessage]:
        return await self._typed(self.user.team.channel("general"), line)

    async def tells(self, line: str) -> Shown[SlackMessage]:
        return await self._typed(None, line)

    async def presses(self, shown: Shown[SlackMessage], label: str) -> Shown[SlackMessage]:
        message = next(each for each in shown.messages if label in _labels_on_slack(each))
        return await self._seen(await self.fake.press(self.user, message, label))

    def inbox(self) -> Shown[SlackMessage]:
        return self.look(self.fake.dm(self.user).messages)

    async def _typed(self, where: SlackChannel | None, line: str) -> Shown[SlackMessage]:
        command, _, text = line.partition(" ")
        if command == "/me" and not self.prefix:  # Slack's own
            command, text = "/greenroom", f"me {text}"
        text = re.sub(r"#([a-z]+)", lambda found: f"<#{self.user.team.channel(found[1]).id}|>", text)
        name = f"/{self.prefix}{command.removeprefix('/')}"
        return await self._seen(await self.fake.slash(self.user, where, name, text))

    async def _seen(self, asked: Asked) -> Shown[SlackMessage]:
        await asked.answered()
        await self.fake.quiet()
        if asked.view is not None:
            modal = seen_on_slack.read_modal(asked.view, self._named)
            words = ["".join(str(getattr(piece, "text", piece)) for piece in modal.said.pieces)]
            return Shown("\n".join((modal.title, *words, *(each.label for each in modal.fields))))
        return self.look(asked.seen)

    def look(self, messages: list[SlackMessage]) -> Shown[SlackMessage]:
        view = View(SAY, self.fake.world.now())
        return Shown("\n".join(seen_on_slack.plain(each, view, self._named) for each in messages), list(messages))

    def _named(self, id_: str) -> str:
        world = self.fake.world
        return world.users[id_].name if id_ in world.users else world.channels[id_].name


def _labels_on_discord(message: DiscordMessage) -> list[str]:
    from tests.fakes.discord.world import walked

    return [each.get("label", "") for each in walked(message.components) if each["type"] == 2]


def _labels_on_slack(message: SlackMessage) -> list[str]:
    from tests.fakes.slack.blocks import elements_of

    return [each["text"]["text"] for block in message.blocks for each in elements_of(block) if each["type"] == "button"]


@dataclass(slots=True)
class Both:
    """Both platforms. Dora runs the server on Discord, Sol the workspace on Slack."""

    discord: FakeDiscord
    slack: FakeSlack
    guild: Guild
    team: Team
    database_url: str
    clock: MovedClock
    bot: Bot | None = None
    """Where one process serves both."""

    @property
    def dora(self) -> OnDiscord:
        return OnDiscord(self.discord, self.guild, self.guild.owner)

    @property
    def sol(self) -> OnSlack:
        return OnSlack(self.slack, self.team.owner)

    def on_discord(self, name: str) -> OnDiscord:
        known = [each.user for each in self.guild.members.values() if each.user.name == name]
        return OnDiscord(self.discord, self.guild, known[0] if known else self.discord.add_member(self.guild, name))

    def on_slack(self, name: str) -> OnSlack:
        known = [each for each in self.team.users.values() if each.name == name]
        return OnSlack(self.slack, known[0] if known else self.slack.add_member(self.team, name))

    async def link(self) -> None:
        """With a code that is made on Discord and used on Slack."""
        code = (await self.dora.says("/greenroom link")).code
        assert "are one community now" in await self.sol.does(f"/greenroom link code:{code}", "Link")

    async def person_of(self, here: OnDiscord, there: OnSlack) -> None:
        """Both accounts become one person; whoever typed the code stays."""
        code = (await here.says("/me link")).code
        assert "are one person now" in await there.does(f"/me link code:{code}", "Link")

    async def post_digests(self, to: Collection[str] = ("discord", "slack")) -> None:
        """Let every digest fall due now, and wait until each is posted that goes to these platforms."""
        before = len(self.discord.posted), len(self.slack.posted)
        database = Database(self.database_url)
        try:
            async with database.writing() as uow:
                digests = [
                    each
                    for community in await uow.people.communities()
                    for each in await uow.digests.listed(community.id)
                ]
                for each in digests:
                    await uow.due.put(Due(DIGEST, each.id, self.clock.now(), each.channel.platform))
        finally:
            await database.close()
        if self.bot is not None:
            self.bot.scheduler.wake()
        there = [each.channel.platform for each in digests if each.channel.platform in to]
        await self.discord.until_posted(before[0] + there.count("discord"))
        await self.slack.until_posted(before[1] + there.count("slack"))

    @property
    def posts_on_discord(self) -> list[DiscordMessage]:
        return [each for each in self.guild.channel("events").messages if each.author is self.discord.world.bot]

    @property
    def posts_on_slack(self) -> list[SlackMessage]:
        return [each for each in self.team.channel("events").messages if each.author is self.team.bot]

    def digests_on_discord(self) -> Shown[DiscordMessage]:
        return self.dora.look(self.posts_on_discord)

    def digests_on_slack(self) -> Shown[SlackMessage]:
        return self.sol.look(self.posts_on_slack)


@asynccontextmanager
async def platforms(database_url: str) -> AsyncIterator[Both]:
    """Both fakes, with nothing that serves them yet."""
    clock = MovedClock()
    async with (
        FakeDiscord(clock=clock, identify_seconds=0, pace=0.01, response_seconds=UNHURRIED) as there,
        FakeSlack(clock=clock, pace=0.01, response_seconds=UNHURRIED) as here,
    ):
        guild, team = there.add_guild("The Club", channels=CHANNELS), here.add_team("The Hall", channels=CHANNELS)
        yield Both(there, here, guild, team, database_url, clock)
        assert there.violations == []
        assert here.violations == []


@asynccontextmanager
async def one_process(both: Both, *, greeted: tuple[int, int] = (1, 1), **more: str) -> AsyncIterator[Bot]:
    """A bot in this process that serves both and has told what it had to tell at its start: by then there are so many
    posts on Discord and on Slack.
    """
    given = {"DATABASE_URL": both.database_url, **_discord(both), **_slack(both), **SETTINGS, **more}
    settings = read_settings(_env_file=None, **given)
    async with compose(settings, both.clock) as bot:
        discord_of(settings)(bot)
        slack_of(settings)(bot)
        there, here = bot.platforms["discord"], bot.platforms["slack"]
        assert isinstance(there, Discord)
        assert isinstance(here, Slack)
        serving = asyncio.create_task(bot.serve())
        ready = asyncio.create_task(_ready(there, here))
        try:
            await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
            await _greeted(both, greeted)
            both.bot = bot
            yield bot
        finally:
            both.bot = None
            ready.cancel()
            serving.cancel()
            await asyncio.gather(serving, ready, return_exceptions=True)


@asynccontextmanager
async def two_processes(both: Both, folder: Path) -> AsyncIterator[None]:
    """`greenroom run` twice: one serves Discord, the other Slack."""
    shared = {"DATABASE_URL": both.database_url, **SETTINGS}
    async with AsyncExitStack() as stack:
        for given in (_discord(both), _slack(both)):
            await stack.enter_async_context(running(folder, "run", **given, **shared))
        await both.discord.gateway.until(lambda: len(both.discord.gateway.connected) == 1, 60)
        await both.slack.until_connected(1, 60)
        await _greeted(both)
        yield


async def _ready(there: Discord, here: Slack) -> None:
    await there.is_ready.wait()
    await here.is_ready.wait()


async def _greeted(both: Both, counts: tuple[int, int] = (1, 1)) -> None:
    """Whoever runs a side is greeted once it is known."""
    await both.discord.until_posted(counts[0], 60)
    await both.slack.until_posted(counts[1], 60)


SETTINGS: Mapping[str, str] = {"GREENROOM_TIMEZONE": "Europe/Berlin", "GREENROOM_LOCALE": "en"}


def _discord(both: Both) -> Mapping[str, str]:
    fake = both.discord
    return {
        "DISCORD_TOKEN": fake.token,
        "DISCORD_API_URL": fake.api_url,
        "DISCORD_GATEWAY_URL": fake.gateway_url,
    }


def _slack(both: Both) -> Mapping[str, str]:
    fake = both.slack
    return {
        "SLACK_BOT_TOKEN": both.team.bot_token,
        "SLACK_APP_TOKEN": fake.app_token,
        "SLACK_API_URL": fake.api_url,
    }
