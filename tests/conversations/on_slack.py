"""Plays a conversation on Slack: the console's talk, its people sitting at Slack's client instead.

A command goes out as the one text that it is, with people and channels marked as Slack's client marks them; a press is
a press on the message, a form is one modal; what is then seen is decoded and shown in the console's lines.

What Slack's client does not let a person do is done for them, so that the same line can be said:
    a command that there is not           the client finds none; the driver says so in the grammar's words
    a command that Slack has of its own   it is given, and told of, by way of /greenroom (`by_name`)
    a value that an input does not take   it comes from a client with an older form
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from adapters.console.clock import ConsoleClock
from adapters.console.journal import PLATFORM as CONSOLE
from adapters.slack.client import Slack
from adapters.slack.declare import BUILT_IN
from adapters.slack.gateway import EVENTS_PATH
from adapters.slack.inbound import account_id, plain_words
from adapters.slack.manifest import manifest
from adapters.web.server import Web
from bot.compose import Bot, all_features, compose
from bot.compose.running import web_beside
from bot.compose.slack import slack_of
from bot.domain.addresses import Address, Direct
from bot.domain.addresses import Channel as Place
from bot.domain.people import Account, Workspace
from bot.errors import Refused
from bot.grammar import read_sentence
from bot.markup import rich
from bot.sample import fill
from bot.settings import Settings, SlackMode, read_settings
from bot.ui import Answer, Form, Reply
from tests.clocks import FixedClock
from tests.conversations.pages import the_web
from tests.conversations.seats import CHANNELS, LOCALE, YOU, ZONE, Declared, Part, Seats, serving, talk
from tests.conversations.slack_forms import Held, Modals, OpenForm
from tests.fakes.slack import Asked, Channel, FakeSlack, Message, Team, User
from tests.fakes.slack import Place as Kind
from tests.fakes.slack.mrkdwn import as_sent
from tests.fakes.slack.seen import Seen, read_blocks, read_message


class SeatsOfSlack(Seats[Message]):
    """People at Slack's client, in one workspace."""

    name = "Slack"

    def __init__(self, slack: FakeSlack, team: Team, bot: Bot, clock: ConsoleClock) -> None:
        super().__init__(bot, clock)
        self.slack = slack
        self.team = team
        self._users: dict[str, User] = {}
        self._forms: list[OpenForm] = []
        self._declared = Declared(self.features, self.say)

    # ---- who and where

    def user(self, name: str) -> User:
        if name.casefold() not in self._users:
            self._users[name.casefold()] = self.slack.add_member(self.team, name, LOCALE, ZONE)
        return self._users[name.casefold()]

    def channel(self, name: str) -> Channel:
        try:
            return self.team.channel(name)
        except KeyError:
            return self.slack.add_channel(self.team, name)

    def promote(self, person: str, *, is_organiser: bool) -> None:
        user = self.user(person)
        if user.is_admin != is_organiser:
            # the adapter remembers for five minutes (of the computer's) what somebody was when they asked something
            assert all(asked.user is not user for asked in self.slack.asked), f"{person} has spoken already"
            self.slack.change_user(user, is_admin=is_organiser)

    # ---- doing

    async def run(self, person: str, channel: str, text: str) -> Answer:
        try:
            typed = self._typed(text)
        except Refused as refused:
            if not self._is_declared(text):
                self.odd.append(text)
                return Reply(rich(self.say(refused.text, **refused.values)), is_refusal=True)
            typed = {}
        command, _, rest = text.partition(" ")
        if not self._is_declared(text):
            command, rest = "/greenroom", text.removeprefix("/")
        user = await self._free(person)
        asked = await self.slack.slash(user, self.channel(channel), command, as_sent(self.team, rest))
        return await self._outcome(asked, typed)

    def _typed(self, text: str) -> Mapping[str, Held]:
        """What was typed for each argument. Raises Refused."""
        values = read_sentence(text, self.features, self.say).values
        return {
            name: Held(value, plain_words(as_sent(self.team, value), self.team.id)) for name, value in values.items()
        }

    def _is_declared(self, text: str) -> bool:
        assert self.slack.manifest is not None
        declared = self.slack.manifest["features"]["slash_commands"]
        return any(each["command"] == text.split(maxsplit=1)[0] for each in declared)

    async def use(self, person: str, message: Message, part: Part, choice: str) -> Answer:
        user = await self._free(person)
        if part["type"] == "button":
            asked = await self.slack.press(user, message, part["action_id"])
        else:
            asked = await self.slack.select(user, message, part["action_id"], choice)
        return await self._outcome(asked, {})

    async def fill(self, number: int, values: Mapping[str, str]) -> Answer:
        opened = self._forms[number]
        asked = await self._modals.send(opened, values)
        return await self._outcome(asked, opened.typed)

    async def _free(self, person: str) -> User:
        """Somebody whose forms are closed: a modal lies above all else."""
        user = self.user(person)
        if user.views:
            await self.slack.close(user, user.views[-1], all_of_them=True)
        return user

    # ---- seeing

    @property
    def _modals(self) -> Modals:
        return Modals(self.slack, self.team, self._declared, self.view)

    async def _outcome(self, asked: Asked, typed: Mapping[str, Held]) -> Answer:
        await asked.answered()
        await self.slack.quiet()
        view = asked.view or (asked.source if asked.errors else None)
        if isinstance(view, Message) or view is None:
            return self.answer_of(asked.seen, replaces=asked.updated_source)
        if self._modals.is_form(view):
            return self._opened(self._modals.read(view, typed))
        return read_blocks(view.blocks, self.name_of).reply

    def _opened(self, opened: OpenForm) -> Form:
        self._forms.append(opened)
        return self._declared.form(opened.command, len(self._forms) - 1, opened.values, opened.errors)

    def name_of(self, id_: str) -> str:
        return self._modals.name_of(id_)

    def read(self, message: Message) -> Seen:
        return read_message(message, self.name_of)

    def id_of(self, message: Message) -> int:
        return int(message.ts.replace(".", ""))

    def address_of(self, message: Message) -> Address:
        channel = message.channel
        if channel.place is Kind.DIRECT:
            return Direct(CONSOLE, channel.other.name.casefold(), channel.other.name)
        return Place(CONSOLE, "local", channel.name, channel.name)

    @property
    def messages(self) -> Sequence[Message]:
        there = [each for channel in self.team.channels.values() for each in channel.messages]
        return [each for each in there if each.author is self.team.bot]

    @property
    def posted(self) -> Sequence[Message]:
        return self.slack.posted


async def play(lines: Sequence[str], database_url: str, now: datetime, mode: SlackMode, *, with_sample: bool) -> str:
    """Say the lines on Slack, to a bot on that database, from that moment on; returns all that is seen.

    Raises AssertionError when the bot sent Slack something that it does not take.
    """
    clock = ConsoleClock(FixedClock(now))
    async with FakeSlack(clock=clock, pace=0.02, response_seconds=10, trigger_seconds=10) as slack:
        slack.use_manifest(manifest(all_features(), mode, url="https://bot.example.org"))
        team = slack.add_team("Console", channels=CHANNELS)
        settings = settings_for(slack, team, mode, database_url)
        async with the_web() as web, compose(settings, clock, web) as bot:
            seats = SeatsOfSlack(slack, team, bot, clock)
            you = seats.user(YOU)
            if with_sample:
                owner = Account(Slack.name, account_id(team.id, you.id), you.name)
                workspace = Workspace(Slack.name, team.id, team.name)
                await fill(bot.database, now, owner, workspace, settings.timezone, settings.locale)
            async with on_slack(bot, settings, slack):
                seen = await talk(seats, bot, lines)
        assert slack.violations == []
    return seen


def by_name(text: str) -> str:
    """Where people are told of a command that Slack has of its own: by its name, as on other platforms."""
    return re.sub(rf"/greenroom ({'|'.join(sorted(BUILT_IN))})\b", r"/\1", text)


def settings_for(slack: FakeSlack, team: Team, mode: SlackMode, database_url: str) -> Settings:
    """What connects a bot to the fake, in either mode; its web server takes any port that is free."""
    way_in = {
        SlackMode.SOCKET: {"SLACK_APP_TOKEN": slack.app_token},
        SlackMode.HTTP: {"SLACK_SIGNING_SECRET": slack.signing_secret, "WEB_PORT": "0"},
    }
    return read_settings(
        _env_file=None,
        DATABASE_URL=database_url,
        GREENROOM_TIMEZONE=ZONE,
        GREENROOM_LOCALE=LOCALE,
        SLACK_MODE=mode.value,
        SLACK_API_URL=slack.api_url,
        SLACK_BOT_TOKEN=team.bot_token,
        **way_in[mode],
    )


@asynccontextmanager
async def on_slack(bot: Bot, settings: Settings, slack: FakeSlack) -> AsyncIterator[None]:
    """The bot on Slack, as `greenroom run` puts it together; by HTTP with its web server."""
    routes = slack_of(settings)(bot)
    platform = bot.platforms[Slack.name]
    assert isinstance(platform, Slack)
    with web_beside(bot, routes):
        for web in bot.beside:
            assert isinstance(web, Web)
            slack.request_url = f"http://127.0.0.1:{web.port}{EVENTS_PATH}"
        async with serving(bot, platform.is_ready):
            yield
