"""Calls of the Web API: each made once, at Slack's pace, and nothing of a token ever shown."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from adapters.slack.files import attached
from adapters.slack.wire import HOLDS_MOST, WAIT_MOST, WORKSPACE_BURST, Denied, Wire, refusal
from bot.errors import DeliveryError, Refused, Temporary, Unreachable, Unsure
from tests.adapters.slack.asked import Asked, asked_slack

TOKEN = "xoxb-very-secret"
HELLO = {"channel": "C1", "text": "Hello"}


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """To where nobody is."""
    found = Wire("http://127.0.0.1:9/api/", seconds=Seconds())
    yield found
    await found.close()


def key(channel: str = "C1", token: str = TOKEN) -> tuple[str, ...]:
    return (token, "chat.postMessage", channel)


# ---- the pace


def test_each_channel_takes_a_message_a_second(wire: Wire) -> None:
    assert [wire._queued(key()) for _ in range(3)] == [0, 1, 2]
    assert [wire._queued(key(f"C{number}")) for number in range(2, 9)] == [0] * 7


def test_who_comes_back_later_need_not_wait(wire: Wire) -> None:
    clock = Seconds()
    wire.seconds = clock
    wire._queued(key())
    clock.now += 1
    assert wire._queued(key()) == 0


def test_a_channel_with_too_many_waiting_takes_no_more(wire: Wire) -> None:
    waits = [wire._queued(key()) for _ in range(int(WAIT_MOST) + 1)]
    assert waits[-1] == WAIT_MOST
    for _ in range(2):  # who is turned away takes nobody's turn
        with pytest.raises(Temporary) as limited:
            wire._queued(key())
        assert limited.value.wait == WAIT_MOST + 1
    assert wire._queued(key("C2")) == 0


def test_a_workspace_takes_some_at_once_and_then_ten_a_second(wire: Wire) -> None:
    waits = [wire._queued(key(f"C{number}")) for number in range(WORKSPACE_BURST + 5)]
    assert waits[:WORKSPACE_BURST] == [0] * WORKSPACE_BURST
    assert waits[WORKSPACE_BURST:] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=1e-6)
    assert wire._queued(key(token="xoxb-other")) == 0


def test_what_waited_long_enough_is_forgotten(wire: Wire) -> None:
    clock = Seconds()
    wire.seconds = clock
    for number in range(HOLDS_MOST * 2):
        clock.now += 1
        wire._queued(key(f"C{number}"))
        wire._hold(key(f"C{number}"), clock.now + 1)
    assert len(wire._next) <= HOLDS_MOST + 1
    assert len(wire._held) <= HOLDS_MOST + 1


async def test_a_post_that_waits_for_its_channel_holds_up_no_other() -> None:
    ok = Asked({"ok": True, "ts": "1.0"})
    async with asked_slack({"chat.postMessage": [ok, ok]}) as slack:
        wire = Wire(slack.api_url, pace=5)
        await wire.post(TOKEN, HELLO)
        waiting = asyncio.create_task(wire.post(TOKEN, HELLO))
        await wire.post(TOKEN, {**HELLO, "channel": "C2"})
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await wire.close()


async def test_a_limit_is_waited_for_as_long_as_the_caller_has_patience() -> None:
    limited = Asked({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"})
    async with asked_slack({"users.info": [limited, limited, Asked({"ok": True, "user": {}})]}) as slack:
        wire = Wire(slack.api_url)
        with pytest.raises(Temporary) as raised:
            await wire.read(TOKEN, "users.info", user="U1")
        assert raised.value.wait == 1
        with pytest.raises(Temporary):  # known by now: it is not even asked
            await wire.read(TOKEN, "users.info", user="U1", patience=0.1)
        assert len(slack.heard) == 1
        assert await wire.read(TOKEN, "users.info", user="U1", patience=5) == {"ok": True, "user": {}}
        await wire.close()


@pytest.mark.parametrize("after", ["", "soon", "-1"])
async def test_a_limit_that_names_no_time_is_taken_for_half_a_minute(after: str) -> None:
    limited = Asked({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": after} if after else {})
    async with asked_slack({"auth.test": [limited]}) as slack:
        wire = Wire(slack.api_url)
        with pytest.raises(Temporary) as raised:
            await wire.call(TOKEN, "auth.test", {})
        assert raised.value.wait == 30
        await wire.close()


# ---- what an answer means


@pytest.mark.parametrize(
    "answer",
    [
        Asked("<html>maintenance</html>"),
        Asked("<html>bad gateway</html>", 502),
        Asked("ok", media_type="text/plain"),
        Asked("no", 503, media_type="text/plain"),
        Asked("{", media_type="application/json"),
        Asked("[1]", media_type="application/json"),
        Asked("null", media_type="application/json"),
        Asked(b"\xff\xfe{", media_type="application/json; charset=utf-8"),
        Asked({}),
        Asked({"ok": False}),
        Asked({"ok": False, "error": "internal_error"}),
        Asked({"ok": False, "error": "fatal_error"}, 500),
        Asked({"ok": False, "error": "request_timeout"}),
    ],
    ids=lambda answer: f"{answer.status} {answer.media_type} {answer.body!r}",
)
async def test_an_answer_that_says_nothing_is_unsure(answer: Asked) -> None:
    async with asked_slack({"chat.postMessage": [answer]}) as slack:
        wire = Wire(slack.api_url)
        with pytest.raises(Unsure):
            await wire.post(TOKEN, HELLO)
        assert len(slack.heard) == 1
        await wire.close()


@pytest.mark.parametrize("code", ["ratelimited", "rate_limited"])
async def test_a_limit_is_known_by_its_name_too(code: str) -> None:
    async with asked_slack({"chat.postMessage": [Asked({"ok": False, "error": code})]}) as slack:
        wire = Wire(slack.api_url)
        with pytest.raises(Temporary):
            await wire.post(TOKEN, HELLO)
        await wire.close()


async def test_a_slack_that_cannot_be_reached_is_temporary(wire: Wire) -> None:
    for asking in (wire.post(TOKEN, HELLO), wire.answer("http://127.0.0.1:9/hooks/1", HELLO)):
        with pytest.raises(Temporary, match="cannot be reached"):
            await asking


async def test_after_the_end_nothing_is_connected_any_more(wire: Wire) -> None:
    await wire.close()
    for asking in (
        wire.post(TOKEN, HELLO),
        wire.answer("http://127.0.0.1:9/hooks/1", HELLO),
        wire.fetch(TOKEN, "http://127.0.0.1:9/file", 1, 1.0),
    ):
        with pytest.raises(Temporary, match="not connected"):
            await asking


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "cannot_dm_bot", "something_new"])
def test_every_refusal_has_a_reason(code: str) -> None:
    for is_direct in (False, True):
        meaning = refusal(Denied(code), is_direct=is_direct)
        assert isinstance(meaning, Unreachable)
        assert len(meaning.reason) > 15


# ---- tokens


async def test_no_token_is_ever_written_down(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[object] = []
    limited = Asked({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "9"})
    answers = [Asked("<html>"), Asked("ok", media_type="text/plain"), Asked({"ok": False, "error": "x"}), limited]
    with capture_logs() as lines:
        async with asked_slack({"auth.test": [*answers, Asked({"ok": True})]}) as slack:
            asking = Wire(slack.api_url)
            for each in (asking, asking, asking, asking, wire):
                with pytest.raises((Denied, DeliveryError)) as raised:
                    await each.call(TOKEN, "auth.test", {"secret": "somebody's words"})
                said += [raised.value, raised.value.__cause__, each]
            said += [asking._queued(key()), asking]
            await asking.close()
    shown = "\n".join([*map(repr, said), *map(str, said), repr(lines), caplog.text])
    assert TOKEN not in shown
    assert "somebody's words" not in shown


# ---- files


@asynccontextmanager
async def files() -> AsyncIterator[str]:
    """Where files are kept; returns the address. Whoever is sent elsewhere must not bring the token."""

    async def serve(request: web.Request) -> web.StreamResponse:
        match request.match_info["name"]:
            case "away":
                raise web.HTTPFound("/elsewhere")
            case "elsewhere":
                raise AssertionError("a redirect was followed")
            case "gone":
                raise web.HTTPNotFound
            case "busy":
                raise web.HTTPServiceUnavailable
            case "secret.png" | "page.html":
                return web.Response(text="<html>Sign in</html>", content_type="text/html")
            case "slow":
                response = web.StreamResponse()
                await response.prepare(request)
                await response.write(b"x")
                await asyncio.Event().wait()
            case _:
                pass
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        return web.Response(body=random.Random(1).randbytes(1_000_000))

    app = web.Application()
    app.router.add_get("/{name}", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_no_more_of_a_file_is_read_than_asked_for(wire: Wire) -> None:
    async with files() as address:
        assert len(await wire.fetch(TOKEN, f"{address}/night.wav", 1_001, 10.0)) == 1_001
        assert len(await wire.fetch(TOKEN, f"{address}/night.wav", 2_000_000, 10.0)) == 1_000_000


@pytest.mark.parametrize("name", ["away", "gone", "secret.png"])
async def test_a_file_that_is_not_shown_is_gone(wire: Wire, name: str) -> None:
    async with files() as address:
        with pytest.raises(Denied):
            await wire.fetch(TOKEN, f"{address}/{name}", 1_000, 10.0)


async def test_a_page_that_somebody_attached_is_no_sign_in(wire: Wire) -> None:
    async with files() as address:
        assert await wire.fetch(TOKEN, f"{address}/page.html", 1_000, 10.0) == b"<html>Sign in</html>"


@pytest.mark.parametrize("name", ["slow", "busy"])
async def test_a_file_that_does_not_come_is_not_waited_for(wire: Wire, name: str) -> None:
    async with files() as address:
        with pytest.raises(Temporary):
            await wire.fetch(TOKEN, f"{address}/{name}", 1_000, 0.2)


async def test_nobody_but_slack_is_shown_the_token(wire: Wire) -> None:
    async with files() as address:
        for url in (f"{address}/elsewhere", "https://slack.com.example.org/x", "file:///etc/passwd", ""):
            file = attached(wire, TOKEN, {"id": "F1", "name": "x.wav", "url_private": url})
            with pytest.raises(Refused, match="from Slack itself only"):
                await file.read(100)
