"""What all drivers of a platform share: the console's talk, its people sitting at the client of another platform.

Every line is read as the console reads it. A driver says how a command is typed there, a control used and a form
filled in, and what is then seen; that is shown in the console's lines.
"""

from __future__ import annotations

import asyncio
import io
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, assert_never
from zoneinfo import ZoneInfo

from adapters.console.clock import ConsoleClock
from adapters.console.journal import PLATFORM as CONSOLE
from adapters.console.journal import Journal, Post
from adapters.console.outbound import View
from adapters.console.screen import PlainScreen
from adapters.console.talk import Journey, Talk
from bot.commands import Command, Feature
from bot.compose import Bot
from bot.domain.addresses import Address, Channel
from bot.domain.people import Account, Workspace
from bot.domain.places import fold
from bot.errors import Refused
from bot.i18n import Words
from bot.markup import rich
from bot.params import Choice, Choices, Option, Param, Reading
from bot.request import Incoming, Point, Press, Run, Said, Submit, Typed
from bot.ui import Action, Answer, Button, Control, Form, Menu, Reply
from tests.conversations.play import Typing, written

ZONE = "Europe/Berlin"
LOCALE = "en"
"""As the console has it. Elsewhere it is always British or American, which changes what 12/5 means."""
YOU = "you"
CHANNELS = ("general", "events")

Part = dict[str, Any]  # Any: a control as the platform has it, JSON


class Posted(Protocol):
    """A message as a fake platform keeps it."""

    @property
    def at(self) -> datetime: ...
    @property
    def edits(self) -> int: ...


class Read(Protocol):
    """A message as it reads: the answer it shows, and each of its controls as the platform has it."""

    @property
    def reply(self) -> Reply: ...
    @property
    def controls(self) -> Sequence[Part | None]: ...


M = TypeVar("M", bound=Posted)


class Seats(ABC, Generic[M]):
    """Implements `bot.platform.Core` for the console's talk: what is asked goes to a platform, what is seen comes back.

    `answered` is the message that the last answer was; `odd` is what the platform's client would not have let anybody
    do.
    """

    name: str
    """What people call the platform."""

    def __init__(self, bot: Bot, clock: ConsoleClock) -> None:
        self.features: Sequence[Feature] = bot.features
        self.clock = clock
        self.say = Words(LOCALE, ZoneInfo(ZONE))
        self.answered: M | None = None
        self.broken: list[Exception] = []
        self.odd: list[str] = []
        self._spots: list[tuple[M, Part | None]] = []

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

    async def joined(self, workspace: Workspace, *, by: Account | None, channel: Channel | None, locale: str) -> None:
        raise NotImplementedError("the console joins nothing")

    async def left(self, workspace: Workspace) -> None:
        raise NotImplementedError("nor leaves it")

    async def calendar_changed(self, workspace: Workspace) -> None:
        raise NotImplementedError("nor has it a calendar")

    async def _do(self, incoming: Incoming) -> Answer:
        person = incoming.account.name
        self.promote(person, is_organiser=incoming.is_organiser)
        match incoming.asked:
            case Typed(text):
                return await self.run(person, incoming.channel.name if incoming.channel else "", text)
            case Press(action, choice):
                message, part = self._spots[int(action.arg)]
                assert part is not None, "a link is no control"
                return await self.use(person, message, part, choice)
            case Submit(action, values):
                return await self.fill(int(action.arg), values)
            case Run() | Point() | Said():
                raise NotImplementedError("the console types")
            case _:
                assert_never(incoming.asked)

    # ---- what a driver does

    @abstractmethod
    def promote(self, person: str, *, is_organiser: bool) -> None:
        """Make somebody an organiser, or take it from them."""

    @abstractmethod
    async def run(self, person: str, channel: str, text: str) -> Answer:
        """Give a command, written as the console takes it."""

    @abstractmethod
    async def use(self, person: str, message: M, part: Part, choice: str) -> Answer:
        """Press a button, or choose in a menu."""

    @abstractmethod
    async def fill(self, number: int, values: Mapping[str, str]) -> Answer:
        """Fill in the form that was answered with this number in its action, and send it."""

    # ---- what a driver sees

    @abstractmethod
    def read(self, message: M) -> Read: ...

    @abstractmethod
    def id_of(self, message: M) -> int: ...

    @abstractmethod
    def address_of(self, message: M) -> Address:
        """As the console has it."""

    @property
    @abstractmethod
    def messages(self) -> Sequence[M]:
        """What the bot wrote and people still see, without what only one of them sees; the oldest first."""

    @property
    @abstractmethod
    def posted(self) -> Sequence[M]:
        """What the bot ever sent by itself."""

    @property
    def view(self) -> View:
        return View(self.say, self.clock.now())

    def shown(self, message: M) -> Reply:
        """A message as an answer whose controls can be used."""
        seen = self.read(message)
        parts = iter(seen.controls)
        cards = []
        for card in seen.reply.cards:
            controls: list[Control] = []
            for control in card.controls:
                self._spots.append((message, next(parts)))
                action = Action("at", str(len(self._spots) - 1))
                usable = replace(control, action=action) if isinstance(control, Button | Menu) else control
                controls.append(usable)
            cards.append(replace(card, controls=tuple(controls)))
        return replace(seen.reply, cards=tuple(cards))

    def answer_of(self, messages: Sequence[M], *, replaces: bool) -> Reply:
        """What several messages say, as one answer."""
        self.answered, *rest = messages
        reply = self.shown(self.answered)
        for each in rest:
            more = self.shown(each)
            texts = [text for text in (reply.text, more.text) if text]
            reply = replace(reply, cards=reply.cards + more.cards, text=texts[0] if texts else rich())
        return replace(reply, replaces=replaces)

    def post_of(self, message: M) -> Post:
        id_, address = self.id_of(message), self.address_of(message)
        return Post(id_, address, "", message.at, self.shown(message), is_edited=message.edits > 0)


class Channels(Journal, Generic[M]):
    """What the bot posted, as the channels of the platform show it."""

    def __init__(self, seats: Seats[M]) -> None:
        super().__init__()
        self._seats = seats

    def post(self, address: Address, key: str, at: datetime, reply: Reply) -> Post:
        """A shared answer: it stands in its channel already."""
        assert self._seats.answered is not None
        return Post(self._seats.id_of(self._seats.answered), address, key, at, reply)

    def edit(self, id_: int, reply: Reply) -> Post:
        assert self._seats.answered is not None
        return Post(id_, Channel(CONSOLE, "local", "", ""), "", self._seats.answered.at, reply, is_edited=True)

    def get(self, id_: int) -> Post | None:
        found = (self._seats.post_of(each) for each in self._seats.messages if self._seats.id_of(each) == id_)
        return next(found, None)

    def at(self, address: Address) -> Sequence[Post]:
        wanted = replace(address, name="")
        there = [each for each in self._seats.messages if replace(self._seats.address_of(each), name="") == wanted]
        return [self._seats.post_of(each) for each in there]


async def talk(seats: Seats[M], bot: Bot, lines: Sequence[str]) -> str:
    """Say the lines; returns all that is seen."""
    journal, seen, clock = Channels(seats), io.StringIO(), seats.clock

    async def travel(target: datetime) -> Journey:
        before = len(seats.posted)
        rounds, due = 0, await bot.work()
        while due is not None and due <= target and rounds < 200:
            rounds = 0 if due > clock.now() else rounds + 1
            clock.move_to(due)
            due = await bot.work()
        clock.move_to(target)
        return Journey([seats.post_of(each) for each in seats.posted[before:]], is_stuck=rounds >= 200)

    screen = PlainScreen(Typing(lines, seen, seats.name), seen)
    said = Talk(seats, screen, journal, clock, travel, bot.features, ZoneInfo(ZONE), LOCALE, YOU, CHANNELS[0])
    while (line := await screen.read(said.name, said.channel, said.completions)) is not None:
        goes_on = await said.answer(line)
        if seats.broken:
            raise seats.broken[0]
        if not goes_on:
            break
    return written(seen, seats.name)


@asynccontextmanager
async def serving(bot: Bot, is_ready: asyncio.Event) -> AsyncIterator[None]:
    """The bot on its platform, which says that it `is_ready`, done with its greetings."""
    running = asyncio.create_task(bot.serve())
    ready = asyncio.create_task(is_ready.wait())
    try:
        await asyncio.wait([running, ready], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        await bot.work()
        yield
    finally:
        ready.cancel()
        running.cancel()
        await asyncio.gather(running, ready, return_exceptions=True)


# ---- forms


@dataclass(frozen=True, slots=True)
class Declared:
    """What the core declares, which every form that is shown is held against."""

    features: Sequence[Feature]
    say: Words

    def command(self, path: str) -> Command:
        top, _, rest = path.partition(" ")
        feature = next(feature for feature in self.features if feature.name == top)
        command = feature.command(rest)
        assert command is not None, path
        return command

    def form(self, command: Command, number: int, values: Mapping[str, str], errors: Mapping[str, str]) -> Form:
        """As the core would have answered it; `number` comes back with what is filled in."""
        arguments = command.arguments
        return Form(
            title=self.say(command.help),
            action=Action("form", str(number)),
            params={name: argument.param for name, argument in arguments.items()},
            values={name: values[name] for name in arguments if values.get(name)},
            errors=errors,
            required=frozenset(name for name, argument in arguments.items() if argument.is_required),
        )

    def check_title(self, command: Command, shown: str, clipped: Callable[[str], str]) -> None:
        title = self.say(command.help)
        assert shown in (title, clipped(title)), shown

    def check_choices(self, param: Param, shown: Mapping[str, str]) -> None:
        """`shown` are the labels of a menu by its values."""
        if isinstance(param, Choice | Choices):
            assert shown == {value: self.say(name) for value, name in param.names.items()}, shown


def several_of(param: Param, typed: str, reading: Reading) -> list[str] | None:
    """The values that are meant by several choices; None where they cannot all be chosen."""
    assert isinstance(param, Choices)
    try:
        return param.write(param.read(typed, reading)).split(", ") if typed else []
    except Refused:
        return None


def choice_of(param: Param, typed: str, say: Words) -> str:
    """The value that is meant by a choice's name or value, or ""."""
    assert isinstance(param, Choice)
    wanted = fold(typed)
    known = {fold(word): value for value, name in param.names.items() for word in (name, say(name), value)}
    return known.get(wanted, "") if wanted else ""
