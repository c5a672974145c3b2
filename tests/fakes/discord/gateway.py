"""The gateway (Topics: Gateway): sessions over a real websocket, shards, resuming, and its own limits."""

from __future__ import annotations

import asyncio
import importlib
import json
import secrets
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from tests.fakes.discord.errors import Json
from tests.fakes.discord.world import Guild, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
IGNORED = (3, 4, 8)
"""Presence, voice state, request members: taken and left without an answer."""

SENDS_A_MINUTE = 120
SERVERS_A_SHARD = 2_500
"""Beyond this sharding is required."""

GUILDS, GUILD_MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15
GUILD_SCHEDULED_EVENTS = 1 << 16
PRIVILEGED = GUILD_MEMBERS | PRESENCES | MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1

SessionFilter = Callable[["Session"], bool]


class Compressor(Protocol):
    """Bytes of one message on a compressed transport."""

    def __call__(self, data: bytes) -> bytes: ...


@dataclass(slots=True)
class Session:
    """What outlives a connection: its number and every event since it began. `id` is Discord's session_id."""

    id: str
    shard: int
    shards: int
    intents: int
    properties: Json
    identified_at: float
    events: list[str] = field(default_factory=list)
    socket: Socket | None = None
    resumes: int = 0

    def holds(self, guild: Guild) -> bool:
        return (guild.id >> 22) % self.shards == self.shard

    def add(self, event: str, data: Json) -> None:
        packet = json.dumps({"op": DISPATCH, "s": len(self.events) + 1, "t": event, "d": data}, separators=(",", ":"))
        self.events.append(packet)
        if self.socket is not None:
            self.socket.put(packet)


@dataclass(frozen=True, slots=True)
class Rules:
    """How strict the gateway is. Seconds are real ones."""

    token: str
    intents: int
    """Privileged intents that are switched on for the application."""
    max_concurrency: int
    identify_every: float
    heartbeat_every: float
    requires_shards: int | None
    """Fewer shards than this are refused; None asks for enough that none holds over 2,500 servers."""


class Gateway:
    """Accepts connections and hands events to the sessions whose shard and intents they concern."""

    def __init__(self, world: World, rules: Rules) -> None:
        self._world = world
        self.rules = rules
        self.sessions: dict[str, Session] = {}
        self.url = ""
        self.refuses_connections = False
        self.identifies = 0
        self.early_identifies = 0
        """How often a bucket was asked for a second identify within its time."""
        self.closes: list[int] = []
        """The codes with which connections were closed from here."""
        self._identified: dict[int, float] = {}
        self._sockets: set[Socket] = set()
        self._arrivals = asyncio.Condition()

    # ---- what happens in the world

    def dispatch(
        self, event: str, data: Json, *, guild: Guild | None = None, intent: int = 0, only: SessionFilter | None = None
    ) -> int:
        """Send an event to the sessions of its shard; what belongs to no server goes to shard 0. To how many."""
        count = 0
        for session in self.sessions.values():
            is_theirs = session.holds(guild) if guild is not None else session.shard == 0
            if is_theirs and (not intent or session.intents & intent) and (only is None or only(session)):
                session.add(event, data)
                count += 1
        return count

    async def until(self, is_so: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until something about the sessions is so."""
        async with asyncio.timeout(seconds), self._arrivals:
            await self._arrivals.wait_for(is_so)

    @property
    def connected(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.socket is not None]

    # ---- what a test does to connections

    async def drop(self, shard: int | None = None) -> None:
        """Break the connections without a word, as a network does. Their sessions can be resumed."""
        for socket in self._of(shard):
            socket.abort()
        await self._settled(shard)

    async def reconnect(self, shard: int | None = None) -> None:
        """Ask the connections to come again (op 7), as Discord does at its releases."""
        for socket in self._of(shard):
            socket.put_op(RECONNECT, None)

    async def invalidate(self, shard: int | None = None, *, can_resume: bool = False) -> None:
        """Tell the connections that their session is over (op 9)."""
        for socket in self._of(shard):
            if not can_resume and socket.session is not None:
                self.sessions.pop(socket.session.id, None)
            socket.put_op(INVALID_SESSION, can_resume)

    async def close(self, code: int, shard: int | None = None) -> None:
        """Close the connections with a code."""
        for socket in self._of(shard):
            await socket.close(code)

    def forget(self) -> None:
        """Lose every session, so that resuming fails."""
        self.sessions.clear()

    async def stop(self) -> None:
        for socket in list(self._sockets):
            await socket.close(1001)

    def _of(self, shard: int | None) -> list[Socket]:
        return [each for each in self._sockets if each.session and shard in (None, each.session.shard)]

    async def _settled(self, shard: int | None) -> None:
        await self.until(lambda: not any(socket.is_aborted for socket in self._of(shard)))

    # ---- connections

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self.refuses_connections:
            raise web.HTTPServiceUnavailable
        query = request.query
        if query.get("encoding", "json") != "json" or query.get("v") != "10":
            raise web.HTTPBadRequest(text="only v=10&encoding=json is spoken here")
        compress = _compressor(query.get("compress", ""))
        response = web.WebSocketResponse(max_msg_size=4096 * 4, autoping=True, compress=False)
        await response.prepare(request)
        socket = Socket(self, response, request, compress)
        self._sockets.add(socket)
        try:
            await socket.run()
        finally:
            self._sockets.discard(socket)
            await self.changed()
        return response

    async def changed(self) -> None:
        """Wake whoever waits for something about the sessions."""
        async with self._arrivals:
            self._arrivals.notify_all()

    def admit(self, data: Json, now: float) -> Session | int | None:
        """The new session for an IDENTIFY; else the code to close with, or None for an invalid session (op 9)."""
        if data.get("token", "").removeprefix("Bot ") != self.rules.token:
            return 4004
        if not {"os", "browser", "device"} <= set(data.get("properties") or {}):
            return 4002
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            return 4013
        if intents & PRIVILEGED & ~self.rules.intents:
            return 4014
        shard, shards = data.get("shard") or (0, 1)
        if not (isinstance(shard, int) and isinstance(shards, int) and 0 <= shard < shards):
            return 4010
        if shards < self.shards_needed:
            return 4011
        bucket = shard % self.rules.max_concurrency
        if (last := self._identified.get(bucket)) is not None and now - last < self.rules.identify_every:
            self.early_identifies += 1
            return None
        self._identified[bucket] = now
        self.identifies += 1
        session = Session(secrets.token_hex(16), shard, shards, intents, data["properties"], now)
        self.sessions[session.id] = session
        return session

    @property
    def shards_needed(self) -> int:
        if self.rules.requires_shards is not None:
            return self.rules.requires_shards
        return -(-len(self._world.guilds) // SERVERS_A_SHARD) or 1

    def greet(self, session: Session) -> None:
        """READY, then a GUILD_CREATE for each server of the shard that can be reached."""
        world = self._world
        guilds = [guild for guild in world.guilds.values() if session.holds(guild)]
        session.add(
            "READY",
            {
                "v": 10,
                "user": {**world.bot.json, "verified": True, "mfa_enabled": False, "email": None, "flags": 0},
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self.url,
                "shard": [session.shard, session.shards],
                "application": {"id": str(world.application_id), "flags": 0},
                "private_channels": [],
                "relationships": [],
                "user_settings": {},
                "presences": [],
                "geo_ordered_rtc_regions": [],
                "_trace": [],
            },
        )
        for guild in guilds if session.intents & GUILDS else []:
            if guild.is_available:
                self.tell_guild(session, guild)

    def tell_guild(self, session: Session, guild: Guild) -> None:
        with_members = bool(session.intents & GUILD_MEMBERS)
        session.add("GUILD_CREATE", guild.created_json(self._world.bot, with_members=with_members))


class Socket:
    """One connection. Packets go out in the order they were put in."""

    def __init__(
        self, gateway: Gateway, response: web.WebSocketResponse, request: web.Request, compress: Compressor | None
    ) -> None:
        self._gateway = gateway
        self._response = response
        self._request = request
        self._compress = compress
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue()
        self._received: deque[float] = deque(maxlen=SENDS_A_MINUTE)
        self._code: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """What to close with."""
        self._ended = asyncio.Event()
        self.session: Session | None = None
        self.is_aborted = False

    def put(self, packet: str) -> None:
        self._waiting.put_nowait(packet)

    def put_op(self, op: int, data: Any) -> None:  # Any: each op has data of its own
        self.put(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    def abort(self) -> None:
        self.is_aborted = True
        if (transport := self._request.transport) is not None:
            transport.abort()

    def refuse(self, code: int) -> None:
        """Begin to close: nothing more is taken."""
        if not self._code.done():
            self._code.set_result(code)
            self._gateway.closes.append(code)
            self._leave(is_over=code in (1000, 1001, 4004, 4010, 4011, 4012, 4013, 4014))

    async def close(self, code: int) -> None:
        """Close, and wait until it is done."""
        self.refuse(code)
        await self._ended.wait()

    async def run(self) -> None:
        sending, receiving = asyncio.create_task(self._send()), asyncio.create_task(self._receive())
        self.put_op(HELLO, {"heartbeat_interval": round(self._gateway.rules.heartbeat_every * 1000), "_trace": []})
        try:
            either: set[asyncio.Future[Any]] = {receiving, self._code}  # Any: nothing, or a code
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self._code.done():
                # aiohttp waits for the other side's goodbye, as RFC 6455 (7.1.1) has it, only if nobody is receiving.
                # Without that a client that is busy meets the end of the connection first, and never learns the code.
                receiving.cancel()
                await asyncio.wait({receiving})
                await self._response.close(code=self._code.result())
            else:
                receiving.result()
        finally:
            is_over = self._response.close_code in (1000, 1001) and not self.is_aborted
            self._leave(is_over=is_over)
            self._ended.set()
            receiving.cancel()
            sending.cancel()
            await asyncio.gather(receiving, sending, return_exceptions=True)

    def _leave(self, *, is_over: bool) -> None:
        if self.session is None or self.session.socket is not self:
            return
        self.session.socket = None
        if is_over:
            self._gateway.sessions.pop(self.session.id, None)

    async def _send(self) -> None:
        while (packet := await self._waiting.get()) is not None:
            try:
                if self._compress is not None:
                    await self._response.send_bytes(self._compress(packet.encode()))
                else:
                    await self._response.send_str(packet)
            except (ConnectionError, RuntimeError):
                return

    async def _receive(self) -> None:
        patience = self._gateway.rules.heartbeat_every * 1.5 + 1
        while not self._code.done():
            try:
                message = await self._response.receive(timeout=patience)
            except TimeoutError:
                self.refuse(4009)
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            now = asyncio.get_running_loop().time()
            if len(self._received) == SENDS_A_MINUTE and now - self._received[0] < 60:
                self.refuse(4008)
                return
            self._received.append(now)
            try:
                packet = json.loads(message.data)
                op, data = packet["op"], packet.get("d")
            except (ValueError, KeyError, TypeError):
                self.refuse(4002)
                return
            await self._take(op, data, now)

    async def _take(self, op: int, data: Any, now: float) -> None:  # Any: each op has data of its own
        match op:
            case 1:
                self.put_op(ACK, None)
            case 2 if self.session is not None:
                self.refuse(4005)
            case 2:
                await self._identify(data, now)
            case 6:
                await self._resume(data)
            case _ if self.session is None:
                self.refuse(4003)
            case _ if op not in IGNORED:
                self.refuse(4001)
            case _:
                pass

    async def _identify(self, data: Json, now: float) -> None:
        match self._gateway.admit(data, now):
            case Session() as session:
                self.session = session
                session.socket = self
                self._gateway.greet(session)
                await self._gateway.changed()
            case int(code):
                self.refuse(code)
            case None:
                self.put_op(INVALID_SESSION, False)

    async def _resume(self, data: Json) -> None:
        if data.get("token", "").removeprefix("Bot ") != self._gateway.rules.token:
            self.refuse(4004)
            return
        session = self._gateway.sessions.get(data.get("session_id", ""))
        seq = data.get("seq") or 0
        if session is None:
            self.put_op(INVALID_SESSION, False)
            return
        if seq > len(session.events):
            self.refuse(4007)
            return
        if session.socket is not None:
            session.socket.abort()
        self.session = session
        session.resumes += 1
        for packet in session.events[seq:]:
            self.put(packet)
        session.socket = self
        session.add("RESUMED", {"_trace": []})
        await self._gateway.changed()


def _compressor(name: str) -> Compressor | None:
    """Compresses a whole connection as its client asked for it."""
    match name:
        case "":
            return None
        case "zlib-stream":
            context = zlib.compressobj()
            return lambda data: context.compress(data) + context.flush(zlib.Z_SYNC_FLUSH)
        case "zstd-stream":
            return _zstd()
        case _:
            raise web.HTTPBadRequest(text="compress is zlib-stream or zstd-stream")


def _zstd() -> Compressor:
    # discord.py asks for it only where this is installed, and then it is here as well
    zstandard = importlib.import_module("zstandard")
    context = zstandard.ZstdCompressor().compressobj()
    return lambda data: context.compress(data) + context.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
