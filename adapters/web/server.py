"""Starlette in the bot's own event loop, by uvicorn: the routes of others, and /health."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from adapters.web.bounds import Bounded
from bot.errors import SetupError

HEALTH_PATH = "/health"
HEALTH_SECONDS = 3.0
"""A bot that takes longer to say how it is, is not well."""

IDLE_SECONDS = 75
"""How long an idle connection is kept: longer than proxies and clients do (nginx 60 s, aiohttp 15 s), so that it is
they who close it. Closed here just as they use it again, somebody's command would be lost.
"""

FINISH_SECONDS = 5
CONNECTIONS_MOST = 500
BACKLOG = 1_024

Healthy = Callable[[], Awaitable[bool]]

log = structlog.get_logger()


class Web:
    """Listens from `open` on, and answers while `serve` runs."""

    def __init__(self, host: str, port: int, routes: Sequence[BaseRoute], is_healthy: Healthy) -> None:
        """`port` 0 is any that is free; `port` tells which, once it is open."""
        self.host = host
        self.port = port
        self._is_healthy = is_healthy
        self._app = Starlette(routes=[*routes, Route(HEALTH_PATH, self._health, methods=["GET"])])
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """Raises SetupError where it cannot listen: before anything else is begun."""
        try:
            self._socket = _listening(self.host, self.port)
        except OSError as error:
            raise SetupError(_unavailable(self.host, self.port, error)) from None
        self.port = self._socket.getsockname()[1]

    async def serve(self) -> None:
        """Answer until cancelled; requests under way get their answers then."""
        assert self._socket is not None, "it is opened first"
        config = uvicorn.Config(
            Bounded(self._app),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=CONNECTIONS_MOST,
            timeout_graceful_shutdown=FINISH_SECONDS,
            timeout_keep_alive=IDLE_SECONDS,
        )
        server = _Server(config)
        running = asyncio.create_task(server.serve([self._socket]))
        log.info("web server is listening", host=self.host, port=self.port)
        try:
            await asyncio.shield(running)
        finally:
            server.should_exit = True
            await running

    def close(self) -> None:
        """Listen no more, where it never came to `serve`."""
        if self._socket is not None:
            self._socket.close()

    async def _health(self, _request: Request) -> Response:
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                is_healthy = await self._is_healthy()
        except TimeoutError:
            is_healthy = False
        return JSONResponse({"ok": is_healthy}, 200 if is_healthy else 503, {"Cache-Control": "no-store"})


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the whole bot's, which ends this server by cancelling it."""
        yield


def _listening(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    found = socket.socket(family, kind, protocol)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart need not wait for old connections
        found.bind(address)
        found.listen(BACKLOG)
    except OSError:
        found.close()
        raise
    return found


def _unavailable(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"WEB_PORT: another program listens on {host}:{port}; stop that one or name another port"
    if error.errno == errno.EACCES:
        return f"WEB_PORT: this user may not listen on port {port}; name one from 1024 on"
    return f"WEB_HOST: nothing can listen on {host}: {error.strerror}"
