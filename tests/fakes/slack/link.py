"""Socket Mode (Slack: Using Socket Mode): websockets over which an app is told, each envelope over one of them."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.slack.errors import Json

CONNECTIONS = 10  # Using Socket Mode: "up to 10 open WebSocket connections"
APPROXIMATE_SECONDS = 18_060

Acks = Callable[[str, Any], bool]  # Any: the payload of an acknowledgement, JSON
"""Takes an envelope's id and what was said; False when no such envelope is waited for."""


class Link:
    """The app's connections."""

    def __init__(self, app_id: Callable[[], str], acks: Acks, violations: list[str]) -> None:
        self._app_id, self._acks, self._violations = app_id, acks, violations
        self.tickets: set[str] = set()
        self.sockets: list[web.WebSocketResponse] = []
        self.opened = 0
        """How many connections there have been."""
        self._turn = 0
        self._lost: dict[web.WebSocketResponse, set[asyncio.Future[Any]]] = {}
        self._arrivals = asyncio.Condition()

    def new_ticket(self) -> str:
        ticket = secrets.token_urlsafe(24)
        self.tickets.add(ticket)
        return ticket

    async def until_connected(self, count: int = 1, seconds: float = 20) -> None:
        """Wait until the app has so many connections."""
        async with asyncio.timeout(seconds), self._arrivals:
            await self._arrivals.wait_for(lambda: len(self.sockets) >= count)

    # ---- telling

    async def send(self, envelope: Json, answer: asyncio.Future[Any]) -> bool:
        """Over the next connection in turn. False where there is none; the answer fails when it breaks meanwhile."""
        while self.sockets:
            self._turn += 1
            socket = self.sockets[self._turn % len(self.sockets)]
            waiting = self._lost[socket]
            waiting.add(answer)
            answer.add_done_callback(waiting.discard)
            try:
                await socket.send_str(json.dumps(envelope))
                return True
            except (ConnectionError, RuntimeError):
                waiting.discard(answer)
                self._forget(socket)
        return False

    # ---- what a test does to connections

    async def drop(self) -> None:
        """Break the connections without a word, as a network does."""
        for socket in list(self.sockets):
            self._forget(socket)
            transport = socket._req.transport if socket._req is not None else None
            if transport is not None:
                transport.abort()

    async def disconnect(self, reason: str = "refresh_requested", *, closes: bool = True) -> None:
        """Say that the connections end (warning, refresh_requested, link_disabled), and end them."""
        told = {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}}
        for socket in list(self.sockets):
            await socket.send_str(json.dumps(told))
            if closes and reason != "warning":
                self._forget(socket)
                await socket.close()

    async def stop(self) -> None:
        for socket in list(self.sockets):
            self._forget(socket)
            await socket.close()

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self.sockets:
            self.sockets.remove(socket)
        for answer in list(self._lost.pop(socket, ())):
            if not answer.done():
                answer.set_exception(ConnectionError("the connection broke"))

    # ---- the connection

    async def handle(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self.tickets:
            return web.Response(status=403)
        self.tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.sockets) >= CONNECTIONS:
            await socket.send_str(json.dumps({"type": "disconnect", "reason": "too_many_websockets"}))
            await socket.close()
            return socket
        self.opened += 1
        self._lost[socket] = set()
        hello = {
            "type": "hello",
            "num_connections": len(self.sockets) + 1,
            "debug_info": {
                "host": "applink-fake",
                "build_number": 1,
                "approximate_connection_time": APPROXIMATE_SECONDS,
            },
            "connection_info": {"app_id": self._app_id()},
        }
        await socket.send_str(json.dumps(hello))
        self.sockets.append(socket)
        async with self._arrivals:
            self._arrivals.notify_all()
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._hear(frame.data)
        finally:
            self._forget(socket)
        return socket

    def _hear(self, text: str) -> None:
        try:
            said = json.loads(text)
            id_ = said["envelope_id"]
        except (ValueError, TypeError, KeyError):
            self._violations.append(f"socket: no acknowledgement: {text[:200]}")
            return
        if not self._acks(id_, said.get("payload")):
            self._violations.append(f"socket: an acknowledgement nobody waits for (late, or the second): {text[:200]}")
