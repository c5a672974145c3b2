"""The fake as a process of its own, and Discord's own description of its API."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.fakes.callers import calling
from tests.fakes.discord import FakeDiscord


@asynccontextmanager
async def process(*options: str) -> AsyncIterator[tuple[dict[str, str], asyncio.StreamReader]]:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.fakes.discord", *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert started.stdin is not None
    assert started.stdout is not None
    try:
        yield json.loads(await started.stdout.readline()), started.stdout
    finally:
        started.stdin.close()
        assert await asyncio.wait_for(started.wait(), 10) == 0


async def test_a_process_of_its_own_tells_what_is_posted_even_when_nobody_gets_an_answer() -> None:
    async with process("--seed", "3") as (where, told), aiohttp.ClientSession() as session:

        async def control(do: str, **more: Any) -> Any:  # Any: JSON
            async with session.post(where["control_url"], json={"do": do, **more}) as answer:
                return await answer.json()

        async def post(content: str) -> int:
            path = f"{where['api_url']}/channels/{guild['channels']['general']}/messages"
            headers = {"Authorization": f"Bot {where['token']}"}
            async with session.post(path, json={"content": content}, headers=headers) as answer:
                return answer.status

        (guild,) = await control("add_guilds", count=1)
        await control("add_fault", route="POST /channels", kind="drop after", times=1)
        with pytest.raises(aiohttp.ClientError):
            await post("one")
        assert await post("two") == 200
        lines = [json.loads(await told.readline())["posted"]["texts"] for _ in range(2)]
        assert lines == [["one"], ["two"]]
        assert [each["texts"] for each in await control("posts")] == lines
        state = await control("told")
        assert state["violations"] == []
        assert state["faults"] == [["POST /channels", "drop after", 1]]
        assert "error" in await control("nonsense")


@pytest.mark.skipif(not os.environ.get("GREENROOM_SPECS"), reason="GREENROOM_SPECS names no folder of descriptions")
async def test_requests_are_held_against_discords_own_description() -> None:
    async with FakeDiscord() as fake, calling(fake) as call:
        guild = fake.add_guild()
        assert fake.spec is not None
        path = f"/channels/{guild.channel('general').id}/messages"
        assert (await call("POST", path, {"content": "hello", "tts": "yes"})).status == 400
        assert "tts" in fake.violations[0]
        assert (await call("GET", f"{path}?colour=1")).status == 400
        assert "colour" in fake.violations[2]
        fake.violations.clear()
        assert (await call("POST", path, {"content": "hello", "nonce": 7})).status == 200
        assert fake.violations == []
