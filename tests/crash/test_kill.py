"""A process that is killed at any moment: after restart each message is seen exactly once, parts in order."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from time import monotonic

import pytest

from bot.domain.addresses import Channel
from bot.domain.delivery import Due
from bot.domain.digests import DIGEST, Digest
from bot.domain.events import Details, Kind, NewEvent, Slot, Timing
from bot.domain.people import Account, Workspace
from storage.database import Database
from tests.crash import worker
from tests.crash.processes import Workers, until_settled

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
            await uow.due.put(Due(DIGEST, kept.id, now - timedelta(seconds=1)))
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
        with Workers(worker.start, [worker.Place(url, recorder.port)] * count, 11) as workers:
            for kill in range(KILLS):
                # Half of them by progress, so that they spread over all of the work; the others follow at once,
                # so that they fall on a process that just started, while it takes what is due or claims.
                if kill % 2 == 0:
                    await recorder.until(kill * (messages - 10) // KILLS)
                # The moment itself is what is tried: only a real pause can end anywhere.
                await asyncio.sleep(random.uniform(0, 0.05))
                workers.kill(random.randrange(count))
            await until_settled(database, messages)
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
