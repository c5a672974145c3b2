"""A bot on Discord as a process of its own, which tells what it costs: ours, or a bare one of discord.py's.

    python -m benchmarks.discord_bots greenroom|bare

It serves what the environment names (DISCORD_TOKEN and its kin, DATABASE_URL) until its standard input ends. The
first line it writes comes once it serves; then each line that it reads is obeyed and answered by what it has cost:
`tell` does nothing more, `watch` begins to look for halts of the loop, `forward SECONDS` moves the clock.
Ours is put together as `greenroom` does it; its clock runs on from `measuring.NOW`, so that data and times fit.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Literal, Self

import discord
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from adapters.discord.client import Discord
from adapters.discord.settings import discord_settings
from benchmarks.measuring import NOW, Watch, watched
from bot.compose import compose
from bot.compose.apart import NotesOf
from bot.compose.running import new_loop
from bot.logs import configure
from bot.settings import LogLevel, Settings, read_settings
from tests.fakes.discord import FakeDiscord

Kind = Literal["greenroom", "bare"]
OURS: Kind = "greenroom"
BARE: Kind = "bare"

ROOT = Path(__file__).parents[1]
START_SECONDS = 300.0
"""A thousand servers are told of one after another."""
CONSTANT = "Late Night Modular, Friday 20:00, Berlin"

Forward = Callable[[timedelta], None]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process has cost since it began."""

    cpu: float
    """Seconds, of all its threads."""
    blocked: float
    """Seconds for which its loop halted at the longest, since it was told to watch."""
    held: int | None
    """Bytes in RAM now, and `peak` at the most; None where the system does not say."""
    peak: int | None


class BotProcess:
    """The parent's end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, what: str = "tell") -> Cost:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n".encode())
        return await self.told()

    async def told(self) -> Cost:
        """Raises RuntimeError when it has ended."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), START_SECONDS)
        if not line:
            raise RuntimeError("the bot has ended")
        return Cost(**json.loads(line))


@asynccontextmanager
async def bot_process(kind: Kind, fake: FakeDiscord, database_url: str = "") -> AsyncIterator[BotProcess]:
    """A bot that serves. One that does not end within ten seconds of being told to is killed."""
    ours = ("GREENROOM_", "DATABASE_", "DISCORD_")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.discord_bots", kind),
        stdin=PIPE,
        stdout=PIPE,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database_url or "sqlite://",
            "DISCORD_TOKEN": fake.token,
            "DISCORD_API_URL": fake.api_url,
            "DISCORD_GATEWAY_URL": fake.gateway_url,
        },
    )
    assert process.stdin is not None
    try:
        bot = BotProcess(process)
        await bot.told()
        yield bot
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


class _Running:
    """Implements `bot.ports.Clock`: runs on from NOW, and can be moved."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._moved = timedelta()

    def now(self) -> datetime:
        return NOW + self._moved + timedelta(seconds=perf_counter() - self._began)

    def forward(self, by: timedelta) -> None:
        self._moved += by


async def _serve_ours(settings: Settings) -> None:
    clock = _Running()
    async with compose(settings, clock) as bot:
        platform = Discord(
            discord_settings(settings),
            features=bot.features,
            clock=clock,
            notes=NotesOf(bot.database),
            turnstile=bot.database.turnstile,
        )
        bot.platforms[Discord.name] = platform

        def forward(by: timedelta) -> None:
            clock.forward(by)
            bot.scheduler.wake()

        await _while_asked(bot.serve(), platform.is_ready, forward)


async def _serve_bare(settings: Settings) -> None:
    Route.BASE = settings.discord_api_url
    DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.discord_gateway_url)
    async with _Bare() as bare:
        await _while_asked(bare.start(settings.discord_token.get_secret_value()), bare.serves, lambda _by: None)


class _Going(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Going", custom_id="going")
    async def going(self, interaction: discord.Interaction, _button: discord.ui.Button[Self]) -> None:
        await interaction.response.send_message("You are going.", ephemeral=True)


class _Event(app_commands.Group):
    @app_commands.command(description="Find events")
    async def find(
        self, interaction: discord.Interaction, words: str | None, near: str | None, when: str | None
    ) -> None:
        await interaction.response.send_message(CONSTANT, view=_Going(), ephemeral=True)


class _Bare(discord.Client):
    """The least that answers: a constant to a command, another to a button."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(intents=intents, max_messages=None)
        self.tree = app_commands.CommandTree(self)
        self.tree.add_command(_Event(name="event", description="Events"))
        self.serves = asyncio.Event()

    async def setup_hook(self) -> None:
        self.add_view(_Going())
        await self.tree.sync()

    async def on_ready(self) -> None:
        self.serves.set()


async def _while_asked(serving: Awaitable[None], is_ready: asyncio.Event, forward: Forward) -> None:
    """Serve as long as standard input lasts. Raises what ended the serving before."""
    served = asyncio.ensure_future(serving)
    obeyed = asyncio.create_task(_obey(is_ready, forward))
    try:
        await asyncio.wait({served, obeyed}, return_when=asyncio.FIRST_COMPLETED)
        for each in (served, obeyed):
            if each.done():
                each.result()
    finally:
        served.cancel()
        obeyed.cancel()
        await asyncio.gather(served, obeyed, return_exceptions=True)


async def _obey(is_ready: asyncio.Event, forward: Forward) -> None:
    asked = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    await is_ready.wait()
    watch = Watch()
    _tell(watch)
    async with AsyncExitStack() as stack:
        async for line in asked:
            match line.decode().split():
                case ["watch"]:
                    watch = await stack.enter_async_context(watched())
                case ["forward", seconds]:
                    forward(timedelta(seconds=float(seconds)))
                case _:
                    pass
            _tell(watch)


def _tell(watch: Watch) -> None:
    cost = Cost(process_time(), watch.longest, _bytes("VmRSS"), _bytes("VmHWM"))
    sys.stdout.write(json.dumps(asdict(cost)) + "\n")
    sys.stdout.flush()


def _bytes(name: str) -> int | None:
    status = Path("/proc/self/status")
    found = re.search(rf"^{name}:\s+(\d+) kB$", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(found[1]) * 1024 if found else None


def main(kind: str) -> None:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        configure(LogLevel.INFO, nowhere)
        settings = read_settings(_env_file=None)
        # each in the loop that it has outside of benchmarks
        with asyncio.Runner(loop_factory=None if kind == BARE else new_loop) as runner:
            runner.run(_serve_bare(settings) if kind == BARE else _serve_ours(settings))


if __name__ == "__main__":
    main(sys.argv[1])
