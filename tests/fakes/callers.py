"""Those who call the fake Discord in its own tests: bare clients of API and gateway, a discord.py bot."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from tests.fakes.discord import FakeDiscord
from tests.fakes.discord.errors import Json

PROPERTIES = {"os": "linux", "browser": "test", "device": "test"}


@dataclass(slots=True)
class Answer:
    status: int
    body: Any  # Any: JSON
    headers: dict[str, str]


@dataclass(slots=True)
class Caller:
    """Speaks HTTP with the bot's token."""

    fake: FakeDiscord
    session: aiohttp.ClientSession

    async def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:  # Any: JSON
        authorized = {"Authorization": f"Bot {self.fake.token}", **headers}
        async with self.session.request(method, self.fake.api_url + path, json=body, headers=authorized) as response:
            text = await response.text()
            found = json.loads(text) if text else None
            return Answer(response.status, found, {key.lower(): value for key, value in response.headers.items()})


@asynccontextmanager
async def calling(fake: FakeDiscord) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(fake, session)


class Shard:
    """Speaks with the gateway, a packet at a time."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, is_compressed: bool) -> None:
        self.socket = socket
        self._inflate = zlib.decompressobj() if is_compressed else None
        self.last_seq = 0

    async def next(self) -> Json:
        """The next packet. Raises ConnectionError when the connection is closed."""
        message = await self.socket.receive(timeout=5)
        if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
            raise ConnectionError(self.socket.close_code)
        data = self._inflate.decompress(message.data) if self._inflate is not None else message.data
        packet: Json = json.loads(data)
        self.last_seq = packet["s"] or self.last_seq
        return packet

    async def send(self, op: int, data: Any) -> None:  # Any: each op has data of its own
        await self.socket.send_json({"op": op, "d": data})

    async def closed(self) -> int | None:
        """Read on until the connection is closed; the code it was closed with."""
        while True:
            try:
                await self.next()
            except ConnectionError:
                return self.socket.close_code


@asynccontextmanager
async def shard(fake: FakeDiscord, compress: str = "") -> AsyncIterator[Shard]:
    """A connection, its HELLO taken."""
    query = f"?v=10&encoding=json{'&compress=' + compress if compress else ''}"
    async with aiohttp.ClientSession() as session, session.ws_connect(fake.gateway_url + query) as socket:
        found = Shard(socket, is_compressed=bool(compress))
        assert (await found.next())["op"] == 10
        yield found


def identity(fake: FakeDiscord, **more: object) -> Json:
    """What IDENTIFY carries."""
    return {"token": fake.token, "intents": 1, "properties": PROPERTIES, **more}


class Bot(discord.AutoShardedClient):
    """A plain bot. What discord.py waits for by itself is left out: 5 s an identify, 2 s for servers."""

    def __init__(self, **intents: bool) -> None:
        wanted = discord.Intents(guilds=True, guild_scheduled_events=True, **intents)
        super().__init__(intents=wanted, chunk_guilds_at_startup=False, guild_ready_timeout=0.05)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        pass


@asynccontextmanager
async def running(client: discord.Client, fake: FakeDiscord, patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A discord.py bot that is ready; only the two addresses that it offers no setting for are set."""
    patch.setattr(Route, "BASE", fake.api_url)
    patch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(fake.gateway_url))
    task = asyncio.create_task(client.start(fake.token))
    ready = asyncio.create_task(_ready(client))
    try:
        await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED, timeout=20)
        if task.done():
            task.result()
        yield
    finally:
        ready.cancel()
        await client.close()
        await asyncio.gather(task, ready, return_exceptions=True)


async def _ready(client: discord.Client) -> None:
    while not client.is_ready():  # noqa: ASYNC110 - wait_until_ready cannot be asked before login
        await asyncio.sleep(0.01)
