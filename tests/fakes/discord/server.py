"""The whole of the fake Discord, listening on loopback."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

import tests.fakes.discord.answers  # noqa: F401 - its routes join those of the API
from tests.fakes.discord.acting import Acting
from tests.fakes.discord.rest import UPLOAD_MOST, VERSION, Rest
from tests.fakes.discord.routes import ROUTES


class FakeDiscord(Acting):
    """An asynchronous context manager; leave it and nothing of it runs any more."""

    _runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """What DISCORD_API_URL is set to."""
        return f"http://{self.address}{VERSION}"

    @property
    def gateway_url(self) -> str:
        """What DISCORD_GATEWAY_URL is set to."""
        return f"ws://{self.address}/gateway"

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 is any that is free."""
        app = web.Application(client_max_size=2 * UPLOAD_MOST)
        self.more_routes(app)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/cdn/attachments/{id}/{name}", self._file)
        app.router.add_route("*", VERSION + "/{path:.*}", Rest(self, ROUTES).handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.address = f"{host}:{bound}"
        self.gateway.url = self.gateway_url

    async def stop(self) -> None:
        await self.gateway.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def drop_gateway(self, shard: int | None = None) -> None:
        """Break the gateway's connections without a word; sessions can be resumed."""
        await self.gateway.drop(shard)

    def more_routes(self, app: web.Application) -> None:
        """For what is more than Discord: the process of its own has a door for control."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _file(self, request: web.Request) -> web.Response:
        attachment = self.world.attachments.get(int(request.match_info["id"]))
        if attachment is None:
            raise web.HTTPNotFound
        return web.Response(body=attachment.content, headers={"Content-Type": attachment.media_type})
