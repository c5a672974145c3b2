"""Plays a conversation on Discord: the console's talk, its people sitting at Discord's client instead.

Every line is read as the console reads it. A command becomes the options that Discord's client offers, a press is a
press on the message, a form is filled in page by page; what is then seen is decoded and shown in the console's lines.

What Discord's client does not let a person do is done for them, so that the same line can be said:
    a command or option that there is not      the client finds none; the driver says so in the grammar's words
    a command they may not see                 an organiser opened it to everybody; the core still guards it
    a value that an option does not offer      it comes from a client with an older list of commands (`odd` keeps it)
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from adapters.console.clock import ConsoleClock
from adapters.console.journal import PLATFORM as CONSOLE
from adapters.console.journal import Journal, Post
from adapters.console.outbound import View
from adapters.console.screen import PlainScreen
from adapters.console.talk import Journey, Talk
from adapters.discord.client import Discord
from adapters.discord.settings import DiscordSettings
from bot.commands import Command, Feature
from bot.compose import Bot, compose
from bot.compose.apart import NotesOf
from bot.domain.addresses import Address, Direct
from bot.domain.addresses import Channel as Place
from bot.domain.people import Account, Workspace
from bot.errors import Refused
from bot.grammar import read_sentence
from bot.i18n import Words
from bot.markup import rich
from bot.params import Option
from bot.request import Incoming, Point, Press, Run, Said, Submit, Typed
from bot.sample import fill
from bot.settings import read_settings
from bot.ui import Action, Answer, Button, Control, Form, Menu, Reply
from tests.clocks import FixedClock
from tests.conversations.discord_forms import OpenForm, Sheets, choice_of
from tests.conversations.play import Typing, written
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
from tests.fakes.discord.seen import read_message

ZONE = "Europe/Berlin"
LOCALE = "en"
NAME = "Discord"
"""As the console has it. Discord always says whether it is British or American, which changes what 12/5 means."""
CHANNELS = ("general", "events")


class Seats:
    """Implements `bot.platform.Core` for the console's talk: what is asked goes to Discord, what is seen comes back."""

    def __init__(self, discord: FakeDiscord, guild: Guild, bot: Bot, clock: ConsoleClock) -> None:
        self.discord = discord
        self.guild = guild
        self._features: Sequence[Feature] = bot.features
        self._bot = bot
        self._clock = clock
        self._say = Words(LOCALE, ZoneInfo(ZONE))
        self._users: dict[str, User] = {}
        self._spots: list[tuple[Message, Json | None]] = []
        self._forms: list[OpenForm] = []
        self._typed: dict[str, str] = {}
        """What was typed last into the options of a command, by whoever did."""
        self.answered: Message | None = None
        """The message that the last answer was."""
        self.broken: list[Exception] = []
        self.odd: list[str] = []
        """What Discord's client would not have let anybody do."""

    # ---- the core's side of the talk

    async def handle(self, incoming: Incoming) -> Answer:
        try:
            return await self._do(incoming)
        except Exception as broken:
            # the talk would say that something went wrong and go on
            broken.add_note(f"at {incoming.asked}")
            self.broken.append(broken)
            raise

    async def suggest(self, incoming: Incoming, param: str, typed: str) -> Sequence[Option]:
        return ()

    async def joined(self, workspace: Workspace, *, by: Account | None, channel: Place | None, locale: str) -> None:
        raise NotImplementedError("the console joins nothing")

    async def left(self, workspace: Workspace) -> None:
        raise NotImplementedError("nor leaves it")

    async def calendar_changed(self, workspace: Workspace) -> None:
        raise NotImplementedError("nor has it a calendar")

    async def _do(self, incoming: Incoming) -> Answer:
        user, channel = (
            self.user(incoming.account.name),
            self.channel(incoming.channel.name if incoming.channel else ""),
        )
        self._promote(user, is_organiser=incoming.is_organiser)
        match incoming.asked:
            case Typed(text):
                return await self._run(user, channel, text)
            case Press(action, choice):
                return await self._use(user, *self._spots[int(action.arg)], choice)
            case Submit(action, values):
                return await self._send(self._forms[int(action.arg)], values)
            case Run() | Point() | Said():
                raise NotImplementedError("the console types")
            case _:
                assert_never(incoming.asked)

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

    def _promote(self, user: User, *, is_organiser: bool) -> None:
        if bool(self.guild.member(user).permissions) != is_organiser:
            self.discord.set_permissions(self.guild, user, ORGANISER if is_organiser else 0)

    # ---- doing

    async def _run(self, user: User, channel: Channel, text: str) -> Answer:
        try:
            sentence = read_sentence(text, self._features, self._say)
        except Refused as refused:
            self.odd.append(text)
            return Reply(rich(self._say(refused.text, **refused.values)), is_refusal=True)
        path = f"{sentence.feature.name} {sentence.command.name if sentence.command else ''}".strip()
        command, typed = sentence.command, dict(sentence.values)
        if command is None:
            self.odd.append(text)
            path, typed = "help", {"topic": sentence.feature.name}
            command = next(each for each in self._features if each.name == "help").commands[0]
        values, stale = self._options(path, command, typed)
        if stale:
            self.odd.append(text)
        try:
            asked = await self.discord.slash(user, channel, path, values, stale=stale)
        except NotOffered:
            if path.split()[0] in self.discord.offered_commands(user, channel):
                raise
            self.odd.append(text)
            self.discord.open_command(self.guild, path.split()[0])
            asked = await self.discord.slash(user, channel, path, values, stale=stale)
        self._typed = typed
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
                return choice_of(command.arguments[option["name"]].param, text, self._say) or None
            case _:
                return text

    async def _use(self, user: User, message: Message, component: Json | None, choice: str) -> Answer:
        assert component is not None, "a link is no control"
        if component["type"] == STRING_SELECT:
            asked = await self.discord.select(user, message, component["custom_id"], choice)
        else:
            asked = await self.discord.press(user, message, component["custom_id"])
        return await self._outcome(asked, {})

    async def _send(self, opened: OpenForm, values: Mapping[str, str]) -> Answer:
        asked = await self._sheets.send(opened, values)
        return await self._outcome(asked, {**opened.typed, **values}, opened)

    # ---- seeing

    @property
    def _sheets(self) -> Sheets:
        view = View(self._say, self._clock.now())
        return Sheets(self.discord, self.guild, self._features, self._say, self.name_of, view)

    async def _outcome(self, asked: Interaction, typed: Mapping[str, str], form: OpenForm | None = None) -> Answer:
        await asked.answered()
        await self.discord.quiet()
        sheets = self._sheets
        if asked.modal is not None:
            opened = await sheets.leaf(sheets.of_modal(asked, typed))
            return self._opened(opened)
        first, *rest = asked.seen
        if form is not None and sheets.meant(first):
            return self._opened(sheets.of_card(first, asked.user, typed, form.command, form.path))
        self.answered = first
        reply = self.shown(first)
        for each in rest:
            more = self.shown(each)
            texts = [text for text in (reply.text, more.text) if text]
            reply = replace(reply, cards=reply.cards + more.cards, text=texts[0] if texts else rich())
        return replace(reply, replaces=asked.updated_source)

    def _opened(self, opened: OpenForm) -> Form:
        self._forms.append(opened)
        return self._sheets.answer(opened, len(self._forms) - 1)

    def shown(self, message: Message) -> Reply:
        """A message as an answer whose controls can be used."""
        seen = read_message(message, self.name_of)
        components = iter(seen.controls)
        cards = []
        for card in seen.reply.cards:
            controls: list[Control] = []
            for control in card.controls:
                self._spots.append((message, next(components)))
                action = Action("at", str(len(self._spots) - 1))
                usable = replace(control, action=action) if isinstance(control, Button | Menu) else control
                controls.append(usable)
            cards.append(replace(card, controls=tuple(controls)))
        return replace(seen.reply, cards=tuple(cards))


class ChannelsOfDiscord(Journal):
    """What the bot posted, as the channels on Discord show it."""

    def __init__(self, seats: Seats) -> None:
        super().__init__()
        self._seats = seats

    def post(self, address: Address, key: str, at: datetime, reply: Reply) -> Post:
        """A shared answer: it stands in its channel already."""
        assert self._seats.answered is not None
        return Post(self._seats.answered.id, address, key, at, reply)

    def edit(self, id_: int, reply: Reply) -> Post:
        assert self._seats.answered is not None
        return Post(id_, Place(CONSOLE, "local", "", ""), "", self._seats.answered.at, reply, is_edited=True)

    def get(self, id_: int) -> Post | None:
        channels = self._seats.discord.world.channels.values()
        found = (message for channel in channels for message in channel.messages if message.id == id_)
        return next((self.as_post(message) for message in found), None)

    def at(self, address: Address) -> Sequence[Post]:
        match address:
            case Place(id=name):
                there = [each for each in self._seats.guild.channels.values() if each.name == name]
            case Direct(account=name):
                there = [self._seats.discord.dm(self._seats.user(name))]
            case _:
                assert_never(address)
        bot = self._seats.discord.world.bot
        return [self.as_post(message) for each in there for message in each.messages if message.author is bot]

    def as_post(self, message: Message) -> Post:
        channel = message.channel
        address: Address = Place(CONSOLE, "local", channel.name, channel.name)
        if channel.recipient is not None:
            address = Direct(CONSOLE, channel.recipient.name.casefold(), channel.recipient.name)
        return Post(message.id, address, "", message.at, self._seats.shown(message), is_edited=message.edits > 0)


async def play(
    lines: Sequence[str], database_url: str, now: datetime, *, with_sample: bool, discord: FakeDiscord | None = None
) -> str:
    """Say the lines on Discord, to a bot on that database, from that moment on; returns all that is seen.

    Raises AssertionError when the bot sent Discord something that it does not take.
    """
    clock = ConsoleClock(FixedClock(now))
    discord = discord or FakeDiscord(clock=clock, pace=0.02, response_seconds=10)
    seen = io.StringIO()
    async with discord:
        guild = discord.add_guild("Console", LOCALE, channels=CHANNELS)
        settings = read_settings(
            _env_file=None, DATABASE_URL=database_url, GREENROOM_TIMEZONE=ZONE, GREENROOM_LOCALE=LOCALE
        )
        async with compose(settings, clock) as bot:
            seats = Seats(discord, guild, bot, clock)
            you = seats.user("you")
            if with_sample:
                owner = Account(Discord.name, str(you.id), you.name)
                workspace = Workspace(Discord.name, str(guild.id), guild.name)
                await fill(bot.database, now, owner, workspace, settings.timezone, settings.locale)
            async with _serving(bot, discord):
                await _talk(seats, bot, clock, lines, seen)
        assert discord.violations == []
    return written(seen, NAME)


async def _talk(seats: Seats, bot: Bot, clock: ConsoleClock, lines: Sequence[str], seen: io.StringIO) -> None:
    journal = ChannelsOfDiscord(seats)

    async def travel(target: datetime) -> Journey:
        before = len(seats.discord.posted)
        rounds, due = 0, await bot.work()
        while due is not None and due <= target and rounds < 200:
            rounds = 0 if due > clock.now() else rounds + 1
            clock.move_to(due)
            due = await bot.work()
        clock.move_to(target)
        return Journey([journal.as_post(each) for each in seats.discord.posted[before:]], is_stuck=rounds >= 200)

    screen = PlainScreen(Typing(lines, seen, NAME), seen)
    talk = Talk(seats, screen, journal, clock, travel, bot.features, ZoneInfo(ZONE), LOCALE, "you", CHANNELS[0])
    while (line := await screen.read(talk.name, talk.channel, talk.completions)) is not None:
        goes_on = await talk.answer(line)
        if seats.broken:
            raise seats.broken[0]
        if not goes_on:
            break


@asynccontextmanager
async def _serving(bot: Bot, discord: FakeDiscord) -> AsyncIterator[None]:
    """The bot, logged in and done with its greetings."""
    settings = DiscordSettings(discord.token, discord.api_url, discord.gateway_url)
    platform = Discord(
        settings,
        features=bot.features,
        clock=bot.clock,
        notes=NotesOf(bot.database),
        turnstile=bot.database.turnstile,
    )
    bot.platforms[Discord.name] = platform
    serving = asyncio.create_task(bot.serve())
    ready = asyncio.create_task(platform.is_ready.wait())
    try:
        await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        await bot.work()
        yield
    finally:
        ready.cancel()
        serving.cancel()
        await asyncio.gather(serving, ready, return_exceptions=True)
