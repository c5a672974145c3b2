"""Processes beside a test: a fake platform that tells what is posted, and workers that are killed."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess
from typing import Any, Generic, Self, TypeVar

import aiohttp

from storage.database import Database
from tests.crash import PRELOAD

Json = Mapping[str, Any]  # Any: what a fake tells over the wire
Place = TypeVar("Place")
"""Where a worker runs, however often it is started again."""


class Fake:
    """A fake platform in a process of its own, and how many messages it told of."""

    def __init__(self, process: asyncio.subprocess.Process, told: Json, session: aiohttp.ClientSession) -> None:
        self.told = told
        self.posted = 0
        self._process = process
        self._session = session
        self._arrived = asyncio.Condition()

    async def read(self) -> None:
        """Count its lines as they come, so that it never waits for a reader."""
        assert self._process.stdout is not None
        while await self._process.stdout.readline():
            async with self._arrived:
                self.posted += 1
                self._arrived.notify_all()

    async def until(self, count: int) -> None:
        """Wait until that many messages were posted."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: self.posted >= count)

    async def ask(self, do: str, **more: object) -> Any:  # Any: as `Json`
        async with self._session.post(self.told["control_url"], json={"do": do, **more}) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer


@asynccontextmanager
async def faking(module: str, *options: str) -> AsyncIterator[Fake]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", module, *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    reading: asyncio.Task[None] | None = None
    try:
        async with aiohttp.ClientSession() as session:
            fake = Fake(process, json.loads(await process.stdout.readline()), session)
            reading = asyncio.create_task(fake.read())
            yield fake
    finally:
        process.stdin.close()
        await process.wait()
        if reading is not None:
            await reading


class Workers(Generic[Place]):
    """Processes, each in a place of its own; one that is killed is started again, with another seed."""

    def __init__(self, start: Callable[[Place, int], None], places: Sequence[Place], seed: int) -> None:
        # forked from a server that has imported everything, so that a restart takes milliseconds
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOAD)
        self._start = start
        self._places = places
        self._seed = seed
        self._running: list[ForkServerProcess] = []

    def __enter__(self) -> Self:
        self._running = [self._started(place) for place in self._places]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            process.kill()
            process.join()

    def __len__(self) -> int:
        return len(self._places)

    def kill(self, place: int) -> None:
        """By SIGKILL, and start it again: nothing of the old one runs then."""
        process = self._running[place]
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert process.exitcode == -signal.SIGKILL, "it had ended by itself"
        process.close()
        self._running[place] = self._started(self._places[place])

    def _started(self, place: Place) -> ForkServerProcess:
        self._seed += 1
        process = self._context.Process(target=self._start, args=(place, self._seed), daemon=True)
        process.start()
        return process


async def until_settled(database: Database, messages: int) -> None:
    """Wait until so many rows are owed and none of them waits any more."""
    while await _unsettled(database, messages):  # noqa: ASYNC110 - in another process; the rows are all that tells
        await asyncio.sleep(0.1)


async def _unsettled(database: Database, messages: int) -> bool:
    async with database.reading() as uow:
        lines = await uow.outbox.lines(None, 2 * messages)
    return len(lines) < messages or any(line.state == "waiting" for line in lines)
