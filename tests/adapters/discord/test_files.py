"""Files that people attach: read from Discord alone, no more of them than asked for, and not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters.discord import files
from adapters.discord.files import attached
from adapters.discord.wire import Wire
from bot.errors import Refused
from bot.request import Attached

Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def kept(answers: Answers, at: str = "127.0.0.1") -> AsyncIterator[tuple[Attached, list[web.BaseRequest]]]:
    """A file at an address of loopback, `at` it by name, and what was asked of it."""
    asked: list[web.BaseRequest] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        return await answers(request)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    wire = Wire(f"http://127.0.0.1:{port}/api/v10", "secret")
    try:
        told = {"filename": "list.csv", "size": 5, "url": f"http://{at}:{port}/cdn/1/list.csv?ex=1"}
        yield attached(told, wire), asked
    finally:
        await wire.close()
        await runner.cleanup()


async def small(_request: web.Request) -> web.Response:
    return web.Response(body=b"a,b,c")


async def test_a_file_is_read_without_the_bots_token() -> None:
    async with kept(small) as (file, asked):
        assert (file.name, file.media_type, file.size) == ("list.csv", "application/octet-stream", 5)
        assert await file.read(100) == b"a,b,c"
        assert "Authorization" not in asked[0].headers


async def test_no_more_is_read_than_one_byte_too_many() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    async with kept(endless) as (file, _):
        assert await file.read(100_000) == b"x" * 100_001


async def test_a_file_elsewhere_is_not_fetched() -> None:
    async with kept(small, at="localhost") as (file, asked):
        with pytest.raises(Refused, match=r"from Discord itself only\. Attach list\.csv again"):
            await file.read(100)
        assert asked == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://cdn.discordapp.com/x", "https://cdn.discordapp.com.evil/x"]
)
async def test_only_discords_own_addresses_are_taken(url: str) -> None:
    file = attached({"filename": "x", "size": 1, "url": url}, Wire("https://discord.com/api/v10", "secret"))
    with pytest.raises(Refused, match="from Discord itself only"):
        await file.read(100)


@pytest.mark.parametrize("status", [302, 403, 404])
async def test_a_file_that_is_gone_or_leads_elsewhere_is_to_be_attached_again(status: int) -> None:
    async def gone(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with kept(gone) as (file, asked):
        with pytest.raises(Refused, match=r"list\.csv is not on Discord any more\. Attach it again\."):
            await file.read(100)
        assert len(asked) == 1


async def test_a_file_that_does_not_come_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SECONDS", 0.2)

    given_up = asyncio.Event()

    async def hangs(_request: web.Request) -> web.Response:
        await given_up.wait()
        return web.Response()

    async with kept(hangs) as (file, _):
        with pytest.raises(Refused, match="did not come from Discord"):
            await file.read(100)
        given_up.set()
