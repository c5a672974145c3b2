"""Slack for the contract tests: the adapter in this process, the fake Slack behind real HTTP and websockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from mimetypes import guess_type
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.console.outbound import View as ConsoleView
from adapters.console.outbound import plain_reply, text_of
from adapters.slack.inbound import account_id
from adapters.slack.outbound import WINDOW
from bot.domain.addresses import Channel, Direct
from bot.domain.members import mention_of
from bot.domain.people import Account
from bot.domain.text import safe
from bot.grammar import read_sentence
from bot.i18n import Words
from bot.params import Member, Upload
from bot.request import Typed
from bot.settings import SlackMode
from bot.ui import Action, Form
from tests.adapters.slack.rig import Rig
from tests.fakes.slack import Asked, FakeSlack, Message, User, View
from tests.fakes.slack.blocks import elements_of
from tests.fakes.slack.mrkdwn import as_sent
from tests.fakes.slack.seen import SeenField, plain, read_blocks, read_modal
from tests.fakes.slack.sheets import Entry
from tests.platforms.contract import Harness
from tests.platforms.kinds import KINDS

SAY = Words("en", ZoneInfo("Europe/Berlin"))


class SlackHarness(Harness):
    def __init__(self, fake: FakeSlack) -> None:
        self.fake = fake
        self.rig = Rig(fake, SlackMode.SOCKET)
        self.rig.features = (KINDS,)
        self.team = self.rig.team
        self.channel = Channel("slack", self.team.id, self.rig.channel.id, "events")
        self.gone = Channel("slack", self.team.id, "C0GONE", "gone")
        self._before: dict[str, list[Message]] = {}
        self._open: dict[str, View] = {}

    async def start(self) -> None:
        await self.rig.start()
        self.rig.slack.wire.pace = self.fake.limits.pace  # as fast as the fake lets it
        self.core, self.platform = self.rig.core, self.rig.slack

    async def restart(self) -> None:
        await self.rig.stop()
        await self.start()

    def user(self, name: str) -> User:
        return next(user for user in self.team.users.values() if user.name == name)

    async def type(self, person: str, text: str) -> str:
        if " file:" in text:
            return await self._attach(person, text)
        command, _, rest = text.partition(" ")
        return await self._seen(person, await self._slash(person, command, rest))

    async def _slash(self, person: str, command: str, rest: str) -> Asked:
        return await self.fake.slash(self.user(person), self.rig.channel, command, as_sent(self.team, rest))

    async def _attach(self, person: str, text: str) -> str:
        """A command takes no files on Slack: its form opens with what was typed, and asks for the file."""
        sentence = read_sentence(text, [KINDS], SAY)
        assert sentence.command is not None
        params = {name: sentence.command.arguments[name].param for name in sentence.values}
        [file] = [name for name, param in params.items() if isinstance(param, Upload)]
        held = {
            name: self._mention(value) if isinstance(params[name], Member) else value
            for name, value in sentence.values.items()
            if name != file
        }
        form = Form("Try every kind", Action("try every"), params, values=held, required=frozenset((file,)))
        answer = self.core.answer
        self.core.answer = lambda incoming: form if isinstance(incoming.asked, Typed) else answer(incoming)
        command, _, rest = text.partition(" file:")[0].partition(" ")
        await self._seen(person, await self._slash(person, command, rest))
        return await self.submit(person, {file: sentence.values[file]})

    def _mention(self, typed: str) -> str:
        name = typed.removeprefix("@")
        return mention_of(Account("slack", self.direct(name).account, name))

    async def press(self, person: str, label: str, choice: str = "") -> str:
        message = next(each for each in reversed(self._before[person]) if _has(each, label))
        if choice:
            return await self._seen(person, await self.fake.select(self.user(person), message, label, choice))
        return await self._seen(person, await self.fake.press(self.user(person), message, label))

    async def submit(self, person: str, values: Mapping[str, str]) -> str:
        view = self._open[person]
        fields = {each.block_id: each for each in read_modal(view, self._name).fields}
        entries = {name: self._entry(person, fields[name], text) for name, text in values.items()}
        return await self._seen(person, await self.fake.submit(self.user(person), view, entries))

    def _entry(self, person: str, field: SeenField, text: str) -> Entry:
        """What somebody picks, or types, who means `text`."""
        match field.element["type"]:
            case "users_select":
                return self.user(text.removeprefix("@"))
            case "conversations_select":
                return self.team.channel(text)
            case "multi_static_select":
                return text.split(", ")
            case "file_input":
                path = Path(text)
                content = path.read_bytes()
                return self.fake.upload(self.user(person), path.name, content, guess_type(path.name)[0] or "")
            case _:
                return text if field.element.get("multiline") else self.typed(text)

    async def channel_of(self, person: str) -> str:
        return self._look(person, self.rig.channel.messages)

    async def inbox_of(self, person: str) -> str:
        return self._look(person, self.fake.dm(self.user(person)).messages)

    def direct(self, person: str) -> Direct:
        return Direct("slack", account_id(self.team.id, self.user(person).id), person)

    async def lose_files(self) -> None:
        self.fake.world.files.clear()

    def shown(self, text: str) -> str:
        return safe(text)

    def typed(self, text: str) -> str:
        return text.replace("\n", " ")  # Slack's client has no line ends in a field of one line

    @property
    def tricks(self) -> Sequence[str]:
        mara = self.user("mara").id
        return [
            f"<!channel> <!here> <!everyone> <@{mara}> <#{self.channel.id}> <!subteam^S1> <!date^0^{{date}}|x>",
            "@channel @here @everyone @mara #events",
            "<https://example.org|click> https://example.org mailto:a@example.org example.org",
            "&lt;!channel&gt; &amp;lt; &#60;",
            "~gone~ _under_ *all* ```block``` ` ` ``",
            *("&gt; quote", "• list", "1. one", ":smile: :+1::skin-tone-2:"),
            "\u202eedispu\u202c\u200b",
        ]

    async def _seen(self, person: str, asked: Asked) -> str:
        await asked.answered()
        await self.fake.quiet()
        view = asked.source if asked.errors and isinstance(asked.source, View) else asked.view
        if view is None:
            return self._look(person, asked.seen)
        if view.body.get("callback_id") == WINDOW:
            return plain_reply(read_blocks(view.blocks, self._name).reply, self._view)
        self._open[person] = view
        modal = read_modal(view, self._name)
        fields = [f"{each.label} {each.note} {self._held(each.value)} {each.error}" for each in modal.fields]
        return "\n".join([modal.title, text_of(modal.said, self._view), *fields])

    def _held(self, value: object) -> str:
        """What the client shows in a field: people and channels by their names."""
        return self._name(value) if isinstance(value, str) else str(value or "")

    def _look(self, person: str, messages: Sequence[Message]) -> str:
        shown = [each for each in messages if each.author is self.team.bot]
        self._before.setdefault(person, []).extend(shown)
        return "\n\n".join(plain(message, self._view, self._name) for message in shown)

    @property
    def _view(self) -> ConsoleView:
        return ConsoleView(SAY, self.fake.world.now())

    def _name(self, id_: str) -> str:
        """What somebody or something with an id is called; anything else as it is."""
        world = self.fake.world
        found = world.users.get(id_) or world.channels.get(id_)
        return found.name if found is not None else id_


def _has(message: Message, label: str) -> bool:
    controls = [each for block in message.blocks for each in elements_of(block)]
    return any(label in ((each.get(name) or {}).get("text") for name in ("text", "placeholder")) for each in controls)


@asynccontextmanager
async def harness(folder: Path) -> AsyncIterator[SlackHarness]:
    async with FakeSlack(pace=0.01) as fake:
        found = SlackHarness(fake)
        await found.start()
        yield found
        await found.rig.stop()
        assert fake.violations == []
