"""The fake as a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient


@asynccontextmanager
async def process(*options: str) -> AsyncIterator[tuple[dict[str, str], asyncio.StreamReader]]:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.fakes.slack", *options),
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

        (team,) = await control("add_teams", count=1)
        client = AsyncWebClient(token=team["bot_token"], base_url=where["api_url"], retry_handlers=[])
        await control("add_fault", route="chat.postMessage", kind="drop after", times=1)
        channel = team["channels"]["general"]
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel=channel, text="one")
        await client.chat_postMessage(channel=channel, text="two")
        lines = [json.loads(await told.readline())["posted"]["text"] for _ in range(2)]
        assert lines == ["one", "two"]
        assert [each["text"] for each in await control("posts")] == lines
        state = await control("told")
        assert state["violations"] == []
        assert state["faults"] == [["chat.postMessage", "drop after", 1]]
        assert "error" in await control("nonsense")
        assert "NoAnswer" in (await control("slash", user=team["owner"], channel=channel, command="/event"))["error"]
