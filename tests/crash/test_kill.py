"""A process that is killed at any moment: after restart each message is seen exactly once, parts in order."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from multiprocessing.context import ForkServerProcess
from random import Random
from time import monotonic

import pytest

from bot.domain.addresses import Channel
from bot.domain.delivery import Due
from bot.domain.digests import Digest
from bot.domain.events import Details, Kind, NewEvent, Slot, Timing
from bot.domain.people import Account, Workspace
from bot.features.digests import posting
from storage.database import Database
from tests.crash import PRELOAD, worker

DIGESTS = 200
KILLS = 50
DEADLINE = 100.0
"""Seconds until a run is given up; it takes about fifteen."""
PARTS = {Kind.CONCERT: 1, Kind.WORKSHOP: 2, Kind.MEETUP: 3}
"""How many messages the digests of each kind of event take, with a message holding two days."""
CHANNELS = 12


@dataclass(slots=True)
class Recorder:
    """The recording process, and how many messages it told of."""

    process: asyncio.subprocess.Process
    port: int
    told: int = 0

    async def until(self, count: int) -> None:
        """Wait until that many messages were posted."""
        assert self.process.stdout is not None
        while self.told < count:
            assert await self.process.stdout.readline()
            self.told += 1

    async def record(self) -> tuple[list[tuple[str, str]], dict[str, int]]:
        """Address and key of each post in order, and what it did besides."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(b'{"do": "tell"}\n')
        told = json.loads(await reader.readline())
        writer.close()
        return [(to, key) for to, key in told["posts"]], told["counts"]


async def fill(database: Database) -> int:
    """Digests that are due now, in a few channels, and what they tell of. Returns how many messages they take."""
    now = worker.Machine().now()
    ada = Account("recorder", "ada", "Ada")
    venue = Workspace("recorder", "venue", "Low End")
    kinds = [list(PARTS)[number % len(PARTS)] for number in range(DIGESTS)]
    async with database.writing() as uow:
        caller = await uow.people.welcome(ada, venue, is_organiser=True, zone="UTC", locale="en", now=now)
        assert caller.community is not None
        community = caller.community.id
        for kind, parts in PARTS.items():
            for day in range(1, 2 * parts):  # each has a card of its own, and one for its event
                starts = datetime.combine(now.date() + timedelta(days=day), time(19))
                timing = Timing(starts, starts + timedelta(hours=2), "UTC")
                aware = starts.replace(tzinfo=UTC)
                slot = Slot(starts, aware, aware + timedelta(hours=2))
                await uow.events.add(community, NewEvent(Details(f"{kind} {day}", kind=kind), timing), [slot], now)
        for number, kind in enumerate(kinds):
            channel = Channel("recorder", "venue", f"room{number % CHANNELS}")
            digest = Digest(0, community, channel, (now.weekday() + 3) % 7, time(9), "UTC", kind=kind)
            kept = await uow.digests.add(digest, now)
            await uow.due.put(Due(posting.DIGEST, kept.id, now - timedelta(seconds=1)))
    return sum(PARTS[kind] for kind in kinds)


@asynccontextmanager
async def recording(seed: int) -> AsyncIterator[Recorder]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.crash.recorder", str(seed)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Recorder(process, int(await process.stdout.readline()))
    finally:
        process.stdin.close()
        await process.wait()


class Workers:
    """Processes that deliver, each in a place of its own; one that is killed is started again."""

    def __init__(self, url: str, port: int, seed: int, count: int) -> None:
        # Forked from a server that has imported everything, so that a restart takes milliseconds.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOAD)
        self._asked = (url, port)
        self._seed = seed
        self._running = [self._started() for _ in range(count)]

    def kill(self, place: int) -> None:
        """By SIGKILL: nothing of it runs after this."""
        process = self._running[place]
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert process.exitcode == -signal.SIGKILL, "it had ended by itself"
        process.close()

    def restart(self, place: int) -> None:
        self._running[place] = self._started()

    def end(self) -> None:
        for place in range(len(self._running)):
            self.kill(place)

    def _started(self) -> ForkServerProcess:
        self._seed += 1
        process = self._context.Process(target=worker.start, args=(*self._asked, self._seed), daemon=True)
        process.start()
        return process


@pytest.mark.parametrize(("engine", "count"), [("sqlite", 1), ("postgres", 2)])
async def test_each_digest_is_seen_once_though_its_process_is_killed_fifty_times(
    engine: str, count: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url: str = request.getfixturevalue(f"{engine}_url")
    random = Random(2026)
    began = monotonic()
    database = Database(url)
    messages = await fill(database)
    async with asyncio.timeout(DEADLINE), recording(seed=7) as recorder:
        workers = Workers(url, recorder.port, 11, count)
        for kill in range(KILLS):
            # Half of them by progress, so that they spread over all of the work; the others follow at once,
            # so that they fall on a process that just started, while it takes what is due or claims.
            if kill % 2 == 0:
                await recorder.until(kill * (messages - 10) // KILLS)
            # The moment itself is what is tried: only a real pause can end anywhere.
            await asyncio.sleep(random.uniform(0, 0.05))
            place = random.randrange(count)
            workers.kill(place)
            workers.restart(place)
        while await _unsettled(database, messages):  # noqa: ASYNC110 - in another process; the rows are all that tells
            await asyncio.sleep(0.05)
        workers.end()
        posts, counts = await recorder.record()
        async with database.reading() as uow:
            lines = await uow.outbox.lines(None, 2 * messages)
            earliest = await uow.due.earliest()
    await database.close()
    with capsys.disabled():
        print(f"\n{engine}: {len(posts)} messages, {KILLS} kills, {monotonic() - began:.1f} s, {counts}")  # noqa: T201 - the figures of this test are read by people
    doubled = [key for key, times in Counter(key for _, key in posts).items() if times > 1]
    assert doubled == []
    assert len(posts) == messages
    assert Counter(line.state for line in lines) == {"sent": messages}
    assert earliest is not None
    assert earliest > worker.Machine().now()
    assert counts["lost"] > 0 < counts["found"]
    order: defaultdict[str, list[int]] = defaultdict(list)
    for _, key in posts:
        stem, _, part = key.rpartition(":")
        order[stem].append(int(part))
    assert len(order) == DIGESTS
    assert all(parts == list(range(1, len(parts) + 1)) for parts in order.values())


async def _unsettled(database: Database, messages: int) -> bool:
    async with database.reading() as uow:
        lines = await uow.outbox.lines(None, 2 * messages)
    return len(lines) < messages or any(line.state == "waiting" for line in lines)
