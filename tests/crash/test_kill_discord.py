"""Discord bots that are killed at any moment while 200 servers' digests go out: each is seen exactly once."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import re
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from multiprocessing.context import ForkServerProcess
from random import Random
from time import monotonic
from typing import Any

import aiohttp
import pytest

from bot.domain.addresses import Channel
from bot.domain.delivery import Due
from bot.domain.digests import Digest
from bot.domain.events import Details, NewEvent, Slot, Timing
from bot.domain.people import Workspace
from bot.features.digests import posting
from storage.database import Database
from tests.crash import PRELOAD, discord_worker
from tests.crash.discord_worker import Place

Json = Mapping[str, Any]  # Any: what the fake tells over the wire

SERVERS = 200
KILLS = 30
DEADLINE = 150.0
"""Seconds until a run is given up; it takes about thirty."""
LONG_EVERY = 5
"""Of so many servers one has a digest of two messages; the others have a single event."""
LONG_EVENTS = 6
MESSAGES = SERVERS + SERVERS // LONG_EVERY
PACE = 0.05
"""How long the windows of the fake's rate limits are."""

SENDING, ASKING = r"POST /channels/\d+/messages", r"GET /channels/\d+"
FAULTS: Sequence[Json] = (
    {"route": SENDING, "kind": "drop after", "chance": 0.06, "times": None},
    {"route": SENDING, "kind": "drop before", "chance": 0.03, "times": None},
    {"route": SENDING, "kind": "limited", "chance": 0.05, "times": None, "seconds": 0.05},
    {"route": ASKING, "kind": "limited", "chance": 0.05, "times": None, "seconds": 0.05},
)


class Fake:
    """The fake Discord in a process of its own, and how many messages it told of."""

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
async def faking() -> AsyncIterator[Fake]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.fakes.discord", "--pace", str(PACE), "--seed", "7", "--max-concurrency", "4"),
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


async def fill(database: Database, guilds: Sequence[Json]) -> dict[str, list[str]]:
    """A community with events and a digest that is due now in each server. What each channel should tell of."""
    now = datetime.now(UTC)
    expected: dict[str, list[str]] = {}
    async with database.writing() as uow:
        for number, guild in enumerate(guilds):
            workspace = Workspace("discord", guild["id"], f"server {number + 1}")
            joined = await uow.people.join(workspace, zone="UTC", locale="en", now=now)
            assert joined is not None
            community = joined.home.community.id
            titles: list[str] = []
            for day in range(1, 1 + (1 if number % LONG_EVERY else LONG_EVENTS)):
                starts = datetime.combine(now.date() + timedelta(days=day), time(19))
                timing = Timing(starts, starts + timedelta(hours=2), "UTC")
                aware = starts.replace(tzinfo=UTC)
                slot = Slot(starts, aware, aware + timedelta(hours=2))
                titles.append(f"Night {day} at house {number}")
                await uow.events.add(community, NewEvent(Details(titles[-1]), timing), [slot], now)
            id_ = guild["channels"]["events"]
            channel = Channel("discord", guild["id"], id_, "events")
            digest = Digest(0, community, channel, (now.weekday() + 3) % 7, time(9), "UTC")
            kept = await uow.digests.add(digest, now)
            await uow.due.put(Due(posting.DIGEST, kept.id, now - timedelta(seconds=1)))
            expected[id_] = titles
    return expected


class Workers:
    """Bots, each in a place of its own; one that is killed is started again."""

    def __init__(self, places: Sequence[Place], seed: int) -> None:
        # forked from a server that has imported everything, so that a restart takes milliseconds
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOAD)
        self._places = places
        self._seed = seed
        self._running: list[ForkServerProcess] = []

    def __enter__(self) -> Workers:
        self._running = [self._started(place) for place in self._places]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            process.kill()
            process.join()

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
        process = self._context.Process(target=discord_worker.start, args=(place, self._seed), daemon=True)
        process.start()
        return process


def places(url: str, told: Json, count: int) -> list[Place]:
    """So many processes; beside others, each has two shards."""
    addresses = (url, told["token"], told["api_url"], told["gateway_url"])
    if count == 1:
        return [Place(*addresses, None, None)]
    return [Place(*addresses, (2 * number, 2 * number + 1), 2 * count) for number in range(count)]


@pytest.mark.parametrize(("engine", "count"), [("sqlite", 1), ("postgres", 2)])
async def test_each_servers_digest_is_seen_once_though_its_bot_is_killed_thirty_times(
    engine: str, count: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url: str = request.getfixturevalue(f"{engine}_url")
    random = Random(2027)
    began = monotonic()
    database = Database(url)
    async with asyncio.timeout(DEADLINE), faking() as fake:
        guilds = await fake.ask("add_guilds", count=SERVERS, channels=["general", "events"])
        expected = await fill(database, guilds)
        for fault in FAULTS:
            await fake.ask("add_fault", **fault)
        with Workers(places(url, fake.told, count), 11) as workers:
            for kill in range(KILLS):
                # Half of them by progress, so that they spread over all of the work; the others follow soon, so
                # that they fall on a process that logs in, hears of its servers, claims or asks what was seen.
                if kill % 2 == 0:
                    await fake.until(kill * (MESSAGES - 10) // KILLS)
                # The moment itself is what is tried: only a real pause can end anywhere.
                await asyncio.sleep(random.uniform(0, 0.05 if kill % 2 == 0 else 0.6))
                workers.kill(random.randrange(count))
            while await _unsettled(database):  # noqa: ASYNC110 - in another process; the rows are all that tells
                await asyncio.sleep(0.1)
        posts: Sequence[Json] = await fake.ask("posts")
        told: Json = await fake.ask("told")
    async with database.reading() as uow:
        lines = await uow.outbox.lines(None, 2 * MESSAGES)
    await database.close()
    befell = [f"{times} {kind}" for _, kind, times in told["faults"]]
    asked = sum(times for route, times in told["counts"].items() if route.startswith("GET /channels"))
    saved = told["counts"].get("known by its nonce", 0)
    with capsys.disabled():
        print(  # noqa: T201 - the figures of this test are read by people
            f"\ndiscord, {engine}: {len(posts)} messages, {KILLS} kills, {monotonic() - began:.1f} s, "
            f"{', '.join(befell)}, {asked} questions, {told['limited']} real limits, {saved} saved by the nonce"
        )
    channels: defaultdict[str, list[Json]] = defaultdict(list)
    for post in posts:
        channels[post["channel"]].append(post)
    seen = {channel: [title for post in several for title in _titles(post)] for channel, several in channels.items()}
    assert seen == expected, "each event once in the channel of its server, in order"
    assert Counter(len(several) for several in channels.values()) == {
        1: SERVERS - SERVERS // LONG_EVERY,
        2: SERVERS // LONG_EVERY,
    }
    assert Counter(line.state for line in lines) == {"sent": MESSAGES}
    assert told["violations"] == []
    # The fake is asked first, so that its nonce, which lasts five minutes, has nothing to save: without asking it
    # saves about sixty. A machine that stalls for longer than the scaled waits may still need it once.
    assert saved <= 2
    assert all(times > 0 for _, _, times in told["faults"])


def _titles(post: Json) -> list[str]:
    return re.findall(r"Night \d+ at house \d+", "\n".join(post["texts"]))


async def _unsettled(database: Database) -> bool:
    async with database.reading() as uow:
        lines = await uow.outbox.lines(None, 2 * MESSAGES)
    return len(lines) < MESSAGES or any(line.state == "waiting" for line in lines)
