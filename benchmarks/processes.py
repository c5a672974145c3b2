"""Processes beside the one that measures: bots that tell what they cost, and servers of what a bot looks at.

A bot serves until its standard input ends. The first line it writes comes once it serves; then each line that it
reads is obeyed and answered by what it has cost: `tell` does nothing more, `watch` begins to look for halts of the
loop, `forward SECONDS` moves the clock. A bot's clock runs on from `measuring.NOW`, so that data and times fit.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Literal

from aiohttp import web

from benchmarks.measuring import NOW, Watch, watched
from bot.compose.running import new_loop
from bot.logs import configure
from bot.settings import LogLevel, Settings, read_settings

Kind = Literal["greenroom", "bare"]
OURS: Kind = "greenroom"
BARE: Kind = "bare"

ROOT = Path(__file__).parents[1]
START_SECONDS = 300.0
"""A thousand servers are told of one after another."""
SETTINGS = ("GREENROOM_", "DATABASE_", "DISCORD_", "SLACK_", "WEB_")
"""How the names of ours begin: none is handed on from whoever measures."""

Forward = Callable[[timedelta], None]
Serves = Callable[[Settings], Coroutine[Any, Any, None]]  # Any: as asyncio has it


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
    """The parent's end. `started` is how many seconds it took until it served."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.started = 0.0

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
async def bot_process(module: str, kind: Kind, settings: Mapping[str, str]) -> AsyncIterator[BotProcess]:
    """A bot that serves, by `python -m module kind`. One that takes over ten seconds to end is killed."""
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, kind),
        stdin=PIPE,
        stdout=PIPE,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)},
            "PYTHONPATH": str(ROOT),
            **settings,
        },
    )
    assert process.stdin is not None
    try:
        bot = BotProcess(process)
        await bot.told()
        bot.started = perf_counter() - began
        yield bot
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


# ---- the bot's end


def run(serves: Mapping[str, Serves]) -> None:
    """Serve as the kind on the command line does, with the settings of the environment."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        configure(LogLevel.INFO, nowhere)
        settings, kind = read_settings(_env_file=None), sys.argv[1]
        # each in the loop that it has outside of benchmarks
        with asyncio.Runner(loop_factory=None if kind == BARE else new_loop) as runner:
            runner.run(serves[kind](settings))


class Running:
    """Implements `bot.ports.Clock`: runs on from NOW, and can be moved."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._moved = timedelta()

    def now(self) -> datetime:
        return NOW + self._moved + timedelta(seconds=perf_counter() - self._began)

    def forward(self, by: timedelta) -> None:
        self._moved += by


async def while_asked(serving: Awaitable[None], is_ready: asyncio.Event, forward: Forward) -> None:
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
    cost = Cost(process_time(), watch.longest, held(), held("VmHWM"))
    sys.stdout.write(json.dumps(asdict(cost)) + "\n")
    sys.stdout.flush()


def held(name: str = "VmRSS") -> int | None:
    """Bytes of memory that this process has, by the system's name for which; None where it does not say."""
    status = Path("/proc/self/status")
    found = re.search(rf"^{name}:\s+(\d+) kB$", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(found[1]) * 1024 if found else None


@contextmanager
def serving(module: str) -> Iterator[int]:
    """The port that `module` says first; it serves in a process of its own until the block ends."""
    process = subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()  # it serves as long as there is something to read
        process.wait(10)
        process.stdout.close()


async def served(answer: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
    """The other end of `serving`: say the port, and answer until nobody measures any more."""
    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()
