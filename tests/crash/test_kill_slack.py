"""Slack bots that are killed at any moment while 200 channels' digests go out: each is seen exactly once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from random import Random
from time import monotonic

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation

from adapters.slack.installing import StoredTokens
from bot.compose import SystemClock
from bot.compose.apart import InstallationsOf
from bot.domain.addresses import Channel
from bot.sealing import Seal
from storage.database import Database
from tests.crash import slack_worker
from tests.crash.digests import HOMES, KILLS, MESSAGES, check, fill, kill_meanwhile
from tests.crash.processes import Json, Workers, faking
from tests.crash.slack_worker import Place

DEADLINE = 120.0
"""Seconds until a run is given up; it takes about twenty."""
PACE = 0.05
"""How long the windows of the fake's rate limits are."""

SENDING, ASKING = "chat.postMessage", "conversations.history"
FAULTS: Sequence[Json] = (
    {"route": SENDING, "kind": "drop after", "chance": 0.04, "times": None},
    {"route": SENDING, "kind": "status after", "chance": 0.03, "times": None, "status": 200, "error": "fatal_error"},
    {"route": SENDING, "kind": "drop before", "chance": 0.03, "times": None},
    {"route": SENDING, "kind": "limited", "chance": 0.04, "times": None},
    {"route": ASKING, "kind": "limited", "chance": 0.05, "times": None},
    {"route": ASKING, "kind": "status", "chance": 0.05, "times": None, "status": 503},
)


async def install(database: Database, key: str, teams: Sequence[Json]) -> None:
    """What the install flow keeps of each workspace."""
    tokens = StoredTokens(InstallationsOf(database), Seal(key), SystemClock())
    for team in teams:
        await tokens.async_save(
            Installation(
                user_id=team["owner"],
                team_id=team["id"],
                team_name=team["id"],
                bot_token=team["bot_token"],
                bot_user_id=team["bot"],
                bot_scopes="chat:write",
            )
        )


@pytest.mark.parametrize(("engine", "count"), [("sqlite", 1), ("postgres", 2)])
async def test_each_channels_digest_is_seen_once_though_its_bot_is_killed_thirty_times(
    engine: str, count: int, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    url: str = request.getfixturevalue(f"{engine}_url")
    key = Fernet.generate_key().decode()
    began = monotonic()
    database = Database(url)
    async with asyncio.timeout(DEADLINE), faking("tests.fakes.slack", "--pace", str(PACE), "--seed", "7") as fake:
        teams: Sequence[Json] = await fake.ask("add_teams", count=HOMES, channels=["general", "events"])
        await install(database, key, teams)
        rooms = [Channel("slack", team["id"], team["channels"]["events"], "events") for team in teams]
        expected = await fill(database, rooms)
        for fault in FAULTS:
            await fake.ask("add_fault", **fault)
        place = Place(url, fake.told["app_token"], fake.told["api_url"], key, PACE)
        with Workers(slack_worker.start, [place] * count, 11) as workers:
            await kill_meanwhile(database, fake, workers, Random(2028))
        posts: Sequence[Json] = await fake.ask("posts")
        told: Json = await fake.ask("told")
    befell = [f"{times} {kind}" for _, kind, times in told["faults"]]
    with capsys.disabled():
        print(  # noqa: T201 - the figures of this test are read by people
            f"\nslack, {engine}: {len(posts)} messages, {KILLS} kills, {monotonic() - began:.1f} s, "
            f"{', '.join(befell)}, {told['counts'][ASKING]} questions, {told['limited']} limits"
        )
    await check(database, expected, [(post["channel"], json.dumps(post["blocks"])) for post in posts])
    await database.close()
    assert len(posts) == MESSAGES
    assert told["violations"] == []
    assert all(times > 0 for _, _, times in told["faults"])
