"""The parts of the contract kit: a core that says what a test wants, and what a platform's tests bring.

A platform joins by a module `tests.adapters.<name>.harness` with a function `harness(folder)`: an asynchronous
context manager that starts the platform and yields a `Harness`. `test_contract.py` finds it by itself.
"""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import tests.adapters
from bot.domain.addresses import Channel, Direct
from bot.domain.people import Account, Workspace
from bot.markup import rich
from bot.params import Option
from bot.platform import Platform
from bot.request import Asked, Incoming, Press, Submit
from bot.ui import Answer, Reply

Harnesses = Callable[[Path], AbstractAsyncContextManager["Harness"]]


def harnesses() -> Mapping[str, Harnesses]:
    """What starts each platform, by the name of its adapter; `folder` is where it may keep things."""
    found: dict[str, Harnesses] = {}
    for package in pkgutil.iter_modules(tests.adapters.__path__, "tests.adapters."):
        folder = Path(next(iter(tests.adapters.__path__)), package.name.rpartition(".")[2])
        if (folder / "harness.py").exists():
            module = importlib.import_module(f"{package.name}.harness")
            found[package.name.rpartition(".")[2]] = module.harness
    return found


HEARD = Reply(rich("Heard."))


class SaidCore:
    """A core that answers what a test says: `bot.platform.Core` is all that a platform knows of it.

    `answer` may be replaced; `asked` is everything that came, in order.
    """

    def __init__(self) -> None:
        self.asked: list[Incoming] = []
        self.workspaces: list[Workspace] = []
        self.calendars_changed = 0
        self.answer: Callable[[Incoming], Answer] = lambda _incoming: HEARD

    async def handle(self, incoming: Incoming) -> Answer:
        self.asked.append(incoming)
        return self.answer(incoming)

    async def joined(self, workspace: Workspace, *, by: Account | None, channel: Channel | None, locale: str) -> None:
        self.workspaces.append(workspace)

    async def left(self, workspace: Workspace) -> None:
        self.workspaces.remove(workspace)

    async def calendar_changed(self, workspace: Workspace) -> None:
        self.calendars_changed += 1

    async def suggest(self, incoming: Incoming, param: str, typed: str) -> Sequence[Option]:
        return [Option("Berlin, DE", "Berlin, DE")] if param == "near" else []

    @property
    def last(self) -> Asked:
        return self.asked[-1].asked

    @property
    def last_press(self) -> Press:
        assert isinstance(self.last, Press)
        return self.last

    @property
    def last_submit(self) -> Submit:
        assert isinstance(self.last, Submit)
        return self.last


class Harness(ABC):
    """One running platform, and people on it. What they do goes the whole way that it goes in real use."""

    core: SaidCore
    platform: Platform
    channel: Channel
    """A channel that everybody can see and in which people type."""
    gone: Channel
    """A channel that is not there any more."""

    @abstractmethod
    async def type(self, person: str, text: str) -> str:
        """Type a command ("/event find techno") in `channel`; what that person sees because of it."""

    @abstractmethod
    async def press(self, person: str, label: str, choice: str = "") -> str:
        """Use the control with this label on what that person looks at; what they see because of it."""

    @abstractmethod
    async def submit(self, person: str, values: Mapping[str, str]) -> str:
        """Fill these fields of the form before that person and send it; what they see because of it."""

    @abstractmethod
    async def channel_of(self, person: str) -> str:
        """All of the bot's that this person sees in `channel`, without the answers only they see.

        What is shown there is then what `press` looks at.
        """

    @abstractmethod
    async def inbox_of(self, person: str) -> str:
        """All of the bot's direct messages to this person; `press` then looks at these."""

    @abstractmethod
    def direct(self, person: str) -> Direct:
        """Where this person gets direct messages."""

    @abstractmethod
    async def restart(self) -> None:
        """End the process as a crash does, and start it again. `core` and `platform` are new ones then."""

    async def lose_files(self) -> None:
        """What people attached is not kept any more, where it is the platform that keeps it."""
        return

    def shown(self, text: str) -> str:
        """How people's words look on this platform when they are shown as they stand."""
        return text

    def typed(self, text: str) -> str:
        """How what is typed into a field of one line arrives."""
        return text

    @property
    @abstractmethod
    def tricks(self) -> Sequence[str]:
        """Words that this platform would take for markup, a mention or a command, were they not escaped."""
