"""The console for the contract tests: served in this process, its lines through a real pipe."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.console.client import Console
from adapters.console.clock import ConsoleClock
from adapters.console.journal import Journal
from adapters.console.outbound import safe
from bot.domain.addresses import Channel, Direct
from tests.platforms.contract import Harness, SaidCore
from tests.platforms.kinds import KINDS

BEGIN = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


class StillClock:
    """Time stands until it is moved."""

    def __init__(self, at: datetime = BEGIN) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class Watched(io.StringIO):
    """Text that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._written = asyncio.Event()

    def write(self, text: str, /) -> int:
        self._written.set()
        return super().write(text)

    async def until(self, text: str, start: int) -> None:
        """Return once `text` stands somewhere behind `start`."""
        while text not in self.getvalue()[start:]:
            self._written.clear()
            await asyncio.wait_for(self._written.wait(), 20)


class ConsoleHarness(Harness):
    channel = Channel("console", "local", "events", "events")
    gone = Channel("console", "elsewhere", "events", "events")

    def __init__(self, folder: Path) -> None:
        self._path = folder / "greenroom.console.jsonl"
        self._count = 0

    async def start(self) -> None:
        self.core = SaidCore()
        self.output = Watched()
        read, write = os.pipe()
        self._stdin, self._lines = os.fdopen(read), os.fdopen(write, "w", buffering=1)
        self.platform = Console(
            clock=ConsoleClock(StillClock()),
            work=self._work,
            journal=Journal(self._path),
            features=(KINDS,),
            stdin=self._stdin,
            stdout=self.output,
            is_interactive=False,
            zone=ZoneInfo("Europe/Berlin"),
            locale="en",
            channel=self.channel.id,
        )
        self._serving = asyncio.ensure_future(self.platform.serve(self.core))

    async def stop(self) -> None:
        self._lines.close()
        await self._serving
        self._stdin.close()

    async def restart(self) -> None:
        self._serving.cancel()
        await asyncio.wait([self._serving])
        self._lines.close()
        self._stdin.close()
        await self.start()

    async def type(self, person: str, text: str) -> str:
        return await self.say(person, text)

    async def press(self, person: str, label: str, choice: str = "") -> str:
        return await self.say(person, f":choose {label} {choice}" if choice else f":press {label}")

    async def submit(self, person: str, values: Mapping[str, str]) -> str:
        written = (
            '{}="{}"'.format(name, value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n"))
            for name, value in values.items()
        )
        return await self.say(person, f":fill {' '.join(written)}")

    async def channel_of(self, person: str) -> str:
        return await self.say(person, f":channel {self.channel.id}")

    async def inbox_of(self, person: str) -> str:
        return await self.say(person, ":inbox")

    def direct(self, person: str) -> Direct:
        return Direct("console", person)

    def shown(self, text: str) -> str:
        return safe(text)

    @property
    def tricks(self) -> Sequence[str]:
        return [
            "\x1b[31mred\x1b[0m",
            "\x1b]8;;https://example.org\x07here\x1b]8;;\x07",
            "[bold]loud[/bold] [link=x]y[/link]",
            ":smile: :press 1",
            "\u202eedispu\u202c",
            "back\bspace\a",
        ]

    async def say(self, person: str, line: str) -> str:
        """What is written after a line, until the line behind it is read."""
        self._count += 1
        fence = f":now {self._count}"
        start = len(self.output.getvalue())
        self._lines.write(f":as {person}\n{line}\n{fence}\n")
        await self.output.until(f"> {fence}\n", start)
        written = self.output.getvalue()[start:].split(f"\n> {fence}\n")[0]
        return written.split(f"\n> {line}\n", 1)[1]

    async def _work(self) -> datetime | None:
        return None


@asynccontextmanager
async def harness(folder: Path) -> AsyncIterator[ConsoleHarness]:
    found = ConsoleHarness(folder)
    await found.start()
    yield found
    await found.stop()
