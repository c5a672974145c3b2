"""Discord bots that are killed at any moment while 200 servers' digests go out: each is seen exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from time import monotonic

import pytest

from bot.domain.addresses import Channel
from storage.database import Database
from tests.crash import discord_worker
from tests.crash.digests import HOMES, KILLS, MESSAGES, check, fill, kill_meanwhile
from tests.crash.discord_worker import Place
from tests.crash.processes import Json, Workers, faking

DEADLINE = 150.0
"""Seconds until a run is given up; it takes about thirty."""
PACE = 0.05
"""How long the windows of the fake's rate limits are."""

SENDING, ASKING = r"POST /channels/\d+/messages", r"GET /channels/\d+"
FAULTS: Sequence[Json] = (
    {"route": SENDING, "kind": "drop after", "chance": 0.06, "times": None},
    {"route": SENDING, "kind": "drop before", "chance": 0.03, "times": None},
    {"route": SENDING, "kind": "limited", "chance": 0.05, "times": None, "seconds": 0.05},
    {"route": ASKING, "kind": "limited", "chance": 0.05, "times": None, "seconds": 0.05},
)


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
    began = monotonic()
    database = Database(url)
    options = ("--pace", str(PACE), "--seed", "7", "--max-concurrency", "4")
    async with asyncio.timeout(DEADLINE), faking("tests.fakes.discord", *options) as fake:
        guilds = await fake.ask("add_guilds", count=HOMES, channels=["general", "events"])
        rooms = [Channel("discord", guild["id"], guild["channels"]["events"], "events") for guild in guilds]
        expected = await fill(database, rooms)
        for fault in FAULTS:
            await fake.ask("add_fault", **fault)
        with Workers(discord_worker.start, places(url, fake.told, count), 11) as workers:
            await kill_meanwhile(database, fake, workers, Random(2027))
        posts: Sequence[Json] = await fake.ask("posts")
        told: Json = await fake.ask("told")
    befell = [f"{times} {kind}" for _, kind, times in told["faults"]]
    asked = sum(times for route, times in told["counts"].items() if route.startswith("GET /channels"))
    saved = told["counts"].get("known by its nonce", 0)
    with capsys.disabled():
        print(  # noqa: T201 - the figures of this test are read by people
            f"\ndiscord, {engine}: {len(posts)} messages, {KILLS} kills, {monotonic() - began:.1f} s, "
            f"{', '.join(befell)}, {asked} questions, {told['limited']} real limits, {saved} saved by the nonce"
        )
    await check(database, expected, [(post["channel"], "\n".join(post["texts"])) for post in posts])
    await database.close()
    assert len(posts) == MESSAGES
    assert told["violations"] == []
    # The fake is asked first, so that its nonce, which lasts five minutes, has nothing to save: without asking it
    # saves about sixty. A machine that stalls for longer than the scaled waits may still need it once.
    assert saved <= 2
    assert all(times > 0 for _, _, times in told["faults"])
