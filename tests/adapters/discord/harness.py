"""Discord for the contract tests: the adapter in this process, the fake Discord behind real HTTP and websockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from adapters.console.outbound import View
from adapters.discord.answering import Timings
from adapters.discord.client import Discord
from adapters.discord.settings import DiscordSettings
from bot.commands import Command, Feature, Services
from bot.domain.addresses import Channel, Direct
from bot.domain.people import Account, Workspace
from bot.domain.text import safe
from bot.features import digests, events
from bot.features.help import help_feature
from bot.grammar import read_sentence
from bot.i18n import N_, Words
from bot.markup import rich
from bot.params import ChannelParam, Member, Number, Param, Text, Upload, Whole
from bot.request import Request
from bot.ui import Reply
from storage.turnstile import LocalTurnstile
from tests.adapters.noted import Noted
from tests.fakes.discord import FakeDiscord, Interaction, Message, User
from tests.fakes.discord.components import CHANNEL_SELECT, UPLOAD, USER_SELECT
from tests.fakes.discord.seen import SeenField, plain, read_modal
from tests.fakes.discord.sheets import Entry, fields
from tests.fakes.discord.world import Channel as There
from tests.platforms.contract import Harness, SaidCore
from tests.platforms.kinds import KINDS

SAY = Words("en", ZoneInfo("Europe/Berlin"))


@dataclass(frozen=True, slots=True)
class AskNotes:
    about: Annotated[str, Text(N_("Who"), N_("Their name"))] = ""


async def _no_notes(_ask: AskNotes, _request: Request, _services: Services) -> Reply:
    return Reply(rich("Nothing."))


CONNECT = Feature(
    "connect", "People you met", (Command("notes", "What you noted", AskNotes, _no_notes, "/connect notes"),)
)
"""A command whose answer is nobody else's."""
FEATURES = (events.FEATURE, digests.FEATURE, CONNECT)
ALL = (*FEATURES, KINDS, help_feature(FEATURES))


class Clock:
    """The computer's; the fake has the same."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Swift(LocalTurnstile):
    """Discord's five seconds between identifies take none here; the fake asks for none either."""

    async def pass_through(self, name: str, seconds: float) -> None:
        await super().pass_through(name, 0)


@dataclass(frozen=True, slots=True)
class Joining:
    by: Account | None
    channel: Channel | None
    locale: str


class ToldCore(SaidCore):
    """Also keeps what it is told of servers."""

    def __init__(self) -> None:
        super().__init__()
        self.workspaces: list[Workspace] = []
        self.joinings: list[Joining] = []
        self.departed: list[Workspace] = []
        self.calendars_changed = 0
        self._changed = asyncio.Event()

    async def joined(self, workspace: Workspace, *, by: Account | None, channel: Channel | None, locale: str) -> None:
        self.workspaces.append(workspace)
        self.joinings.append(Joining(by, channel, locale))
        self._changed.set()

    async def left(self, workspace: Workspace) -> None:
        self.departed.append(workspace)
        self.workspaces = [each for each in self.workspaces if each.id != workspace.id]
        self._changed.set()

    async def calendar_changed(self, workspace: Workspace) -> None:
        self.calendars_changed += 1
        self._changed.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until what it was told makes this true."""
        async with asyncio.timeout(10):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()


class DiscordHarness(Harness):
    core: ToldCore

    def __init__(self, fake: FakeDiscord, timings: Timings | None = None) -> None:
        self.fake = fake
        self.guild = fake.add_guild(channels=("general", "events"))
        self.channel_there = self.guild.channel("events")
        self.channel = Channel("discord", str(self.guild.id), str(self.channel_there.id), "events")
        self.gone = Channel("discord", str(self.guild.id), "1234567890", "gone")
        self.notes = Noted()
        self.timings = timings or Timings()
        self.features: Sequence[Feature] = ALL
        self._people: dict[str, User] = {}
        self.before: dict[str, list[Message]] = {}
        self._open: dict[str, Interaction] = {}
        for name in ("mara", "tom"):
            self.user(name)

    @classmethod
    def beside(cls, other: DiscordHarness) -> DiscordHarness:
        """A second process with the same token, in the same server."""
        found = cls.__new__(cls)
        found.__dict__.update(other.__dict__)
        return found

    async def start(self) -> None:
        self.build()
        self.serving = asyncio.ensure_future(self.platform.serve(self.core))
        ready = asyncio.ensure_future(self.adapter.is_ready.wait())
        await asyncio.wait({self.serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self.serving.done():
            self.serving.result()

    def build(self) -> None:
        """The adapter, with nothing running yet."""
        self.core = ToldCore()
        self.platform = self.adapter = Discord(
            DiscordSettings(self.fake.token, self.fake.api_url, self.fake.gateway_url),
            features=self.features,
            clock=Clock(),
            notes=self.notes,
            turnstile=Swift(),
            timings=self.timings,
        )

    async def stop(self) -> None:
        self.serving.cancel()
        with suppress(asyncio.CancelledError):
            await self.serving

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def user(self, name: str) -> User:
        if name not in self._people:
            self._people[name] = self.fake.add_member(self.guild, name)
        return self._people[name]

    async def type(self, person: str, text: str) -> str:
        sentence = read_sentence(text, ALL, SAY)
        assert sentence.command is not None
        path = f"{sentence.feature.name} {sentence.command.name}".strip()
        params = {name: each.param for name, each in sentence.command.arguments.items()}
        values = {name: self._picked(params[name], text) for name, text in sentence.values.items()}
        asked = await self.fake.slash(self.user(person), self.channel_there, path, values)
        return await self._seen(person, asked)

    def _picked(self, param: Param, text: str) -> str | int | float | User | There:
        """What somebody picks in Discord's client who means `text`."""
        match param:
            case Member():
                return self.user(text.removeprefix("@"))
            case Upload():
                path = Path(text)
                return self.fake.upload(path.name, path.read_bytes(), guess_type(path.name)[0] or "")
            case ChannelParam():
                return self.guild.channel(text.removeprefix("#"))
            case Whole():
                return int(text)
            case Number():
                return float(text)
            case _:
                return text

    async def press(self, person: str, label: str, choice: str = "") -> str:
        user = self.user(person)
        message = next(each for each in reversed(self.before[person]) if self._has(each, label))
        if choice:
            return await self._seen(person, await self.fake.select(user, message, label, choice))
        return await self._seen(person, await self.fake.press(user, message, label))

    async def submit(self, person: str, values: Mapping[str, str]) -> str:
        opened = self._open[person]
        assert opened.modal is not None
        kinds = {field["custom_id"]: field["type"] for _, field in fields(opened.modal)}
        several = {field["custom_id"] for _, field in fields(opened.modal) if (field.get("max_values") or 1) > 1}
        picks = {USER_SELECT: Member("", ""), CHANNEL_SELECT: ChannelParam("", ""), UPLOAD: Upload("", "")}
        entries: dict[str, Entry] = {}
        for name, text in values.items():
            if name in several:
                entries[name] = text.split(", ")
                continue
            picked = self._picked(picks[kinds[name]], text) if kinds[name] in picks else text
            assert not isinstance(picked, float)
            entries[name] = picked if isinstance(picked, str) else [picked]
        asked = await self.fake.submit(self.user(person), opened, entries)
        seen = await self._seen(person, asked)
        if any(self._has(message, "Correct") for message in asked.seen):
            return f"{seen}\n{await self.press(person, 'Correct')}"
        return seen

    async def channel_of(self, person: str) -> str:
        return self.look(person, self.channel_there.messages)

    async def inbox_of(self, person: str) -> str:
        return self.look(person, self.fake.dm(self.user(person)).messages)

    def direct(self, person: str) -> Direct:
        return Direct("discord", str(self.user(person).id), person)

    async def lose_files(self) -> None:
        self.fake.world.attachments.clear()

    def shown(self, text: str) -> str:
        return safe(text)

    def typed(self, text: str) -> str:
        return text.replace("\n", " ")  # Discord's client has no line ends in a field of one line

    @property
    def tricks(self) -> Sequence[str]:
        return [
            "@everyone <@&1> <@123> <#123> <:smile:123> <t:0:R> </event add:1>",
            "[click](https://example.org) https://example.org discord.gg/abc <https://example.org>",
            "||secret|| ~~gone~~ __under__ ***all*** `` ` ``",
            *("> quote", ">>> all", "- list", "-# small", "1. one", "## two", "+ more", "* star", "10) ten"),
            "\u202eedispu\u202c\u200b",
        ]

    async def _seen(self, person: str, asked: Interaction) -> str:
        await asked.answered()
        if asked.modal is not None:
            self._open[person] = asked
            modal = read_modal(asked.modal, self._name)
            lines = [modal.title, *(f"{label} {''.join(map(_word, said.pieces))}" for label, said in modal.said)]
            lines += [f"{field.label} {field.note} {' '.join(self._held(field))}" for field in modal.fields]
            return "\n".join(lines)
        return self.look(person, asked.seen)

    def _held(self, field: SeenField) -> Sequence[str]:
        """What the client shows in a field: people by their names."""
        is_person = field.component["type"] == USER_SELECT
        return [self._name(each) for each in field.values] if is_person else field.values

    def look(self, person: str, messages: Sequence[Message]) -> str:
        self.before.setdefault(person, []).extend(messages)
        return "\n\n".join(plain(message, View(SAY, self.fake.world.now()), self._name) for message in messages)

    def _name(self, account: str) -> str:
        return self.fake.world.users[int(account)].name

    @staticmethod
    def _has(message: Message, label: str) -> bool:
        return any(label in (each.get("label"), each.get("placeholder")) for each in _controls(message))


def _controls(message: Message) -> list[dict[str, object]]:
    from tests.fakes.discord.world import walked

    return [each for each in walked(message.components) if each["type"] in (2, 3)]


def _word(piece: object) -> str:
    return piece if isinstance(piece, str) else str(getattr(piece, "text", ""))


@asynccontextmanager
async def harness(folder: Path) -> AsyncIterator[DiscordHarness]:
    async with FakeDiscord(identify_seconds=0, pace=0.01) as fake:
        found = DiscordHarness(fake)
        await found.start()
        yield found
        await found.stop()
        assert fake.violations == []


def settings_for(fake: FakeDiscord, **more: str) -> dict[str, str]:
    """What a process of the bot is told of the fake."""
    return {
        "DISCORD_TOKEN": fake.token,
        "DISCORD_API_URL": fake.api_url,
        "DISCORD_GATEWAY_URL": fake.gateway_url,
        **more,
    }
