"""Plays a conversation on Discord: the console's talk, its people sitting at Discord's client instead.

A command becomes the options that Discord's client offers, a press is a press on the message, a form is filled in page
by page; what is then seen is decoded and shown in the console's lines.

What Discord's client does not let a person do is done for them, so that the same line can be said:
    a command or option that there is not      the client finds none; the driver says so in the grammar's words
    a command they may not see                 an organiser opened it to everybody; the core still guards it
    a value that an option does not offer      it comes from a client with an older list of commands (`odd` keeps it)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.console.clock import ConsoleClock
from adapters.console.journal import PLATFORM as CONSOLE
from adapters.discord.client import Discord
from adapters.discord.settings import DiscordSettings
from bot.commands import Command
from bot.compose import Bot, compose
from bot.compose.apart import NotesOf
from bot.domain.addresses import Address, Direct
from bot.domain.addresses import Channel as Place
from bot.domain.people import Account, Workspace
from bot.errors import Refused
from bot.grammar import read_sentence
from bot.markup import rich
from bot.sample import fill
from bot.settings import read_settings
from bot.ui import Answer, Form, Reply
from tests.clocks import FixedClock
from tests.conversations.discord_forms import OpenForm, Sheets
from tests.conversations.pages import the_web
from tests.conversations.seats import CHANNELS, LOCALE, YOU, ZONE, Part, Seats, choice_of, serving, talk
from tests.fakes.discord import (
    ORGANISER,
    Channel,
    FakeDiscord,
    Guild,
    Interaction,
    Message,
    NotOffered,
    User,
)
from tests.fakes.discord import offered as client
from tests.fakes.discord.components import STRING_SELECT
from tests.fakes.discord.errors import Json
from tests.fakes.discord.offered import Value
from tests.fakes.discord.seen import Seen, read_message


class SeatsOfDiscord(Seats[Message]):
    """People at Discord's client, in one server."""

    name = "Discord"

    def __init__(self, discord: FakeDiscord, guild: Guild, bot: Bot, clock: ConsoleClock) -> None:
        super().__init__(bot, clock)
        self.discord = discord
        self.guild = guild
        self._users: dict[str, User] = {}
        self._forms: list[OpenForm] = []

    # ---- who and where

    def user(self, name: str) -> User:
        if name.casefold() not in self._users:
            self._users[name.casefold()] = self.discord.add_member(self.guild, name, LOCALE)
        return self._users[name.casefold()]

    def channel(self, name: str) -> Channel:
        try:
            return self.guild.channel(name)
        except StopIteration:
            return self.discord.add_channel(self.guild, name)

    def name_of(self, id_: str) -> str:
        return self.discord.world.users[int(id_)].name

    def promote(self, person: str, *, is_organiser: bool) -> None:
        user = self.user(person)
        if bool(self.guild.member(user).permissions) != is_organiser:
            self.discord.set_permissions(self.guild, user, ORGANISER if is_organiser else 0)

    # ---- doing

    async def run(self, person: str, channel: str, text: str) -> Answer:
        user, there = self.user(person), self.channel(channel)
        try:
            sentence = read_sentence(text, self.features, self.say)
        except Refused as refused:
            self.odd.append(text)
            return Reply(rich(self.say(refused.text, **refused.values)), is_refusal=True)
        path = f"{sentence.feature.name} {sentence.command.name if sentence.command else ''}".strip()
        command, typed = sentence.command, dict(sentence.values)
        if command is None:
            self.odd.append(text)
            path, typed = "help", {"topic": sentence.feature.name}
            command = next(each for each in self.features if each.name == "help").commands[0]
        values, stale = self._options(path, command, typed)
        if stale:
            self.odd.append(text)
        try:
            asked = await self.discord.slash(user, there, path, values, stale=stale)
        except NotOffered:
            if path.split()[0] in self.discord.offered_commands(user, there):
                raise
            self.odd.append(text)
            self.discord.open_command(self.guild, path.split()[0])
            asked = await self.discord.slash(user, there, path, values, stale=stale)
        return await self._outcome(asked, typed)

    def _options(
        self, path: str, command: Command, typed: Mapping[str, str]
    ) -> tuple[Mapping[str, Value], Mapping[str, str]]:
        """The options as the client offers them, and those that it does not."""
        top, steps = client.find(self.discord.commands.values(), path, client.CHAT)
        declared = {option["name"]: option for option in client.options_of(top, steps)}
        values: dict[str, Value] = {}
        stale: dict[str, str] = {}
        for name, text in typed.items():
            value = self._value(declared[name], command, text)
            if value is None:
                stale[name] = text
            else:
                values[name] = value
        return values, stale

    def _value(self, option: Json, command: Command, text: str) -> Value | None:
        match option["type"]:
            case client.INTEGER:
                number = int(text) if text.lstrip("-").isdigit() else None
                is_taken = number is not None and option["min_value"] <= number <= option["max_value"]
                return number if is_taken else None
            case client.CHANNEL_OPTION:
                found = self._sheets.channel_of(text)
                return found[0] if found else None
            case client.USER_OPTION:
                return self._users.get(text.removeprefix("@").casefold())
            case _ if option.get("choices"):
                return choice_of(command.arguments[option["name"]].param, text, self.say) or None
            case _:
                return text

    async def use(self, person: str, message: Message, part: Part, choice: str) -> Answer:
        user = self.user(person)
        if part["type"] == STRING_SELECT:
            asked = await self.discord.select(user, message, part["custom_id"], choice)
        else:
            asked = await self.discord.press(user, message, part["custom_id"])
        return await self._outcome(asked, {})

    async def fill(self, number: int, values: Mapping[str, str]) -> Answer:
        opened = self._forms[number]
        asked = await self._sheets.send(opened, values)
        return await self._outcome(asked, {**opened.typed, **values}, opened)

    # ---- seeing

    @property
    def _sheets(self) -> Sheets:
        return Sheets(self.discord, self.guild, self.features, self.say, self.name_of, self.view)

    async def _outcome(self, asked: Interaction, typed: Mapping[str, str], form: OpenForm | None = None) -> Answer:
        await asked.answered()
        await self.discord.quiet()
        sheets = self._sheets
        if asked.modal is not None:
            opened = await sheets.leaf(sheets.of_modal(asked, typed))
            return self._opened(opened)
        first = asked.seen[0]
        if form is not None and sheets.meant(first):
            return self._opened(sheets.of_card(first, asked.user, typed, form.command, form.path))
        return self.answer_of(asked.seen, replaces=asked.updated_source)

    def _opened(self, opened: OpenForm) -> Form:
        self._forms.append(opened)
        return self._sheets.answer(opened, len(self._forms) - 1)

    def read(self, message: Message) -> Seen:
        return read_message(message, self.name_of)

    def id_of(self, message: Message) -> int:
        return message.id

    def address_of(self, message: Message) -> Address:
        channel = message.channel
        if channel.recipient is not None:
            return Direct(CONSOLE, channel.recipient.name.casefold(), channel.recipient.name)
        return Place(CONSOLE, "local", channel.name, channel.name)

    @property
    def messages(self) -> Sequence[Message]:
        world = self.discord.world
        return [each for channel in world.channels.values() for each in channel.messages if each.author is world.bot]

    @property
    def posted(self) -> Sequence[Message]:
        return self.discord.posted


async def play(
    lines: Sequence[str], database_url: str, now: datetime, *, with_sample: bool, discord: FakeDiscord | None = None
) -> str:
    """Say the lines on Discord, to a bot on that database, from that moment on; returns all that is seen.

    Raises AssertionError when the bot sent Discord something that it does not take.
    """
    clock = ConsoleClock(FixedClock(now))
    discord = discord or FakeDiscord(clock=clock, pace=0.02, response_seconds=10)
    async with discord:
        guild = discord.add_guild("Console", LOCALE, channels=CHANNELS)
        settings = read_settings(
            _env_file=None, DATABASE_URL=database_url, GREENROOM_TIMEZONE=ZONE, GREENROOM_LOCALE=LOCALE
        )
        async with the_web() as web, compose(settings, clock, web) as bot:
            seats = SeatsOfDiscord(discord, guild, bot, clock)
            you = seats.user(YOU)
            if with_sample:
                owner = Account(Discord.name, str(you.id), you.name)
                workspace = Workspace(Discord.name, str(guild.id), guild.name)
                await fill(bot.database, now, owner, workspace, settings.timezone, settings.locale)
            platform = Discord(
                DiscordSettings(discord.token, discord.api_url, discord.gateway_url),
                features=bot.features,
                clock=bot.clock,
                notes=NotesOf(bot.database),
                turnstile=bot.database.turnstile,
            )
            bot.platforms[Discord.name] = platform
            async with serving(bot, platform.is_ready):
                seen = await talk(seats, bot, lines)
        assert discord.violations == []
    return seen
