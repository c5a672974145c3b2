"""The whole of the fake Slack, listening on loopback."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from aiohttp import web

import tests.fakes.slack.conversations
import tests.fakes.slack.people  # noqa: F401 - their methods join those of the Web API
from tests.fakes.slack import filing
from tests.fakes.slack.oauth import Installing
from tests.fakes.slack.rest import Rest

BODY_MOST = 64 * 1024 * 1024


class FakeSlack(Installing):
    """An asynchronous context manager; leave it and nothing of it runs any more."""

    _runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL is set to."""
        return f"http://{self.address}/api/"

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 is any that is free."""
        self._loop = asyncio.get_running_loop()
        app = web.Application(client_max_size=BODY_MOST)
        self.more_routes(app)
        app.router.add_get("/link/", self.courier.link.handle)
        app.router.add_post("/hooks/{id}", self.respond)
        app.router.add_post("/upload/{id}/{length}", self._receive)
        app.router.add_get("/files-pri/{id}/{path:.*}", self._download)
        app.router.add_route("*", "/api/{method}", Rest(self).handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.address = f"{host}:{bound}"

    async def stop(self) -> None:
        await self.stop_tasks()
        await self.courier.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def until_connected(self, count: int = 1, seconds: float = 20) -> None:
        """Wait until the app has so many Socket Mode connections."""
        await self.courier.link.until_connected(count, seconds)

    async def drop_sockets(self) -> None:
        """Break the Socket Mode connections without a word."""
        await self.courier.link.drop()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """End the Socket Mode connections as Slack does every few hours: it says so before."""
        await self.courier.link.disconnect(reason)

    def more_routes(self, app: web.Application) -> None:
        """For what is more than Slack: the process of its own has a door for control."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _receive(self, request: web.Request) -> web.Response:
        return await filing.receive(self, request)

    async def _download(self, request: web.Request) -> web.Response:
        return await filing.download(self, request)
