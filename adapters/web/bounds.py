"""How much may be sent to the web server, and how slowly."""

from __future__ import annotations

import asyncio

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_BYTES = 1_000_000
"""Slack's largest payloads, of modals and messages in full, stay well below."""

BODY_SECONDS = 10.0


class Bounded:
    """Reads each request's body whole before the app sees it: too much is 413, too slow 408."""

    def __init__(self, app: ASGIApp, most: int = BODY_BYTES, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._read(scope, receive)
        except TimeoutError:
            await _refused("the body took too long", 408)(scope, receive, send)
            return
        if body is None:
            await _refused(f"at most {self._most:,} bytes", 413)(scope, receive, send)
            return
        await self._app(scope, _Again(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body, or None where it is too long, or whoever sends it went away."""
        told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if int(told) > self._most:  # h11 lets only numbers through
            return None
        body, is_more = bytearray(), True
        while is_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self._most:
                return None
            is_more = message.get("more_body", False)
        return bytes(body)


class _Again:
    """A body that was read, to read once more; afterwards what the server says."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            return await self._receive()
        return {"type": "http.request", "body": body, "more_body": False}


def _refused(why: str, status: int) -> PlainTextResponse:
    return PlainTextResponse(f"{why}\n", status, {"Connection": "close"})
