"""The web server, asked over real HTTP."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from adapters.web.bounds import BODY_BYTES, Bounded
from adapters.web.server import Healthy, Web
from bot.errors import SetupError


async def well() -> bool:
    return True


async def ill() -> bool:
    return False


async def length(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def broken(_request: Request) -> Response:
    raise LookupError("what somebody wrote")


ROUTES = (Route("/length", length, methods=["POST"]), Route("/broken", broken))


@asynccontextmanager
async def serving(is_healthy: Healthy = well, routes: Sequence[Route] = ROUTES) -> AsyncIterator[str]:
    """The address of a server, which runs until the block ends."""
    web = Web("127.0.0.1", 0, routes, is_healthy)
    web.open()
    task = asyncio.create_task(web.serve())
    try:
        yield f"http://127.0.0.1:{web.port}"
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize(("is_healthy", "status"), [(well, 200), (ill, 503)])
async def test_health_says_whether_the_bot_is_well_and_nothing_else(
    http: aiohttp.ClientSession, is_healthy: Healthy, status: int
) -> None:
    async with serving(is_healthy) as address, http.get(f"{address}/health") as response:
        assert response.status == status
        assert await response.json() == {"ok": status == 200}
        assert "Server" not in response.headers


async def test_health_does_not_wait_for_a_bot_that_says_nothing(
    http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.web.server.HEALTH_SECONDS", 0.01)

    async def silent() -> bool:
        await asyncio.Event().wait()
        return True

    async with serving(silent) as address, http.get(f"{address}/health") as response:
        assert response.status == 503


async def test_it_carries_the_routes_of_others(http: aiohttp.ClientSession) -> None:
    async with serving() as address:
        async with http.post(f"{address}/length", data=b"x" * BODY_BYTES) as response:
            assert await response.text() == str(BODY_BYTES)
        async with http.get(f"{address}/length") as response:
            assert response.status == 405
        async with http.get(f"{address}/nothing") as response:
            assert response.status == 404


async def test_a_body_that_is_too_long_is_refused(http: aiohttp.ClientSession) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(BODY_BYTES // 50_000 + 1):
            yield b"x" * 50_000

    async with serving() as address:
        async with http.post(f"{address}/length", data=b"x" * (BODY_BYTES + 1)) as response:
            assert response.status == 413
        async with http.post(f"{address}/length", data=endless()) as response:
            assert response.status == 413
        async with http.get(f"{address}/health") as response:
            assert response.status == 200


async def test_a_body_that_never_comes_is_not_waited_for() -> None:
    sent: list[object] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    async def send(message: Message) -> None:
        sent.append(message.get("status"))

    scope = {"type": "http", "method": "POST", "path": "/length", "headers": [(b"content-length", b"9")]}
    await Bounded(Starlette(routes=ROUTES), seconds=0.01)(scope, receive, send)
    assert sent[0] == 408


async def test_what_breaks_shows_nothing(http: aiohttp.ClientSession) -> None:
    async with serving() as address, http.get(f"{address}/broken") as response:
        assert response.status == 500
        assert await response.text() == "Internal Server Error"


async def test_requests_under_way_are_answered_before_it_ends(http: aiohttp.ClientSession) -> None:
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_request: Request) -> Response:
        began.set()
        await may_end.wait()
        return PlainTextResponse("done")

    async def get(address: str) -> str:
        async with http.get(f"{address}/slow") as response:
            return await response.text()

    web = Web("127.0.0.1", 0, [Route("/slow", slow)], well)
    web.open()
    task = asyncio.create_task(web.serve())
    asking = asyncio.create_task(get(f"http://127.0.0.1:{web.port}"))
    await began.wait()
    task.cancel()
    may_end.set()
    assert await asking == "done"
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_signals_stay_the_bots(http: aiohttp.ClientSession) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with serving() as address, http.get(f"{address}/health"):
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_a_port_that_is_taken_is_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SetupError, match=rf"WEB_PORT: .*127\.0\.0\.1:{port}"):
            Web("127.0.0.1", port, (), well).open()


def test_a_host_that_is_not_ours_is_one_line() -> None:
    with pytest.raises(SetupError, match=r"WEB_HOST: .*192\.0\.2\.1"):
        Web("192.0.2.1", 0, (), well).open()  # RFC 5737: nobody's


def test_a_port_is_told_once_it_is_open() -> None:
    web = Web("127.0.0.1", 0, (), well)
    web.open()
    assert web.port > 0
    web.close()
