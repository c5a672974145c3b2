"""Discord as a platform: what it tells goes to the core, what the core answers and owes goes to Discord."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

import discord
import structlog

from adapters.discord.answering import Answering, Timings
from adapters.discord.calendar import DiscordCalendar
from adapters.discord.declare import declared, digest, shortcuts_of
from adapters.discord.forms import TEXT_CHANNELS
from adapters.discord.gateway import Gateway
from adapters.discord.inbound import PLATFORM
from adapters.discord.introductions import DiscordIntroductions
from adapters.discord.limits import LIMITS
from adapters.discord.outbound import edited, mark_of, message, nonce_of
from adapters.discord.servers import Servers
from adapters.discord.settings import DiscordSettings
from adapters.discord.wire import Denied, Wire, refusal
from bot.commands import Feature
from bot.domain.addresses import Address, Channel, Direct
from bot.domain.delivery import Receipt
from bot.domain.people import Workspace
from bot.errors import DeliveryError, SetupError, Temporary, Unreachable
from bot.fit import check
from bot.i18n import AS_DECLARED
from bot.platform import Core, Limits
from bot.ports import Clock, Notes, Turnstile
from bot.ui import Reply

Json = Mapping[str, Any]  # Any: what comes over the wire

EPOCH_MS = 1_420_070_400_000  # Discord: ids count milliseconds from the start of 2015
HISTORY = 100  # Discord: messages in one reading of a channel
DIRECTS_REMEMBERED = 10_000
SYNC_PATIENCE = 60.0
ASK_PATIENCE = 15.0
FINISH_SECONDS = 3.0
COMMANDS_NOTE = "discord.commands"

log = structlog.get_logger()


class Discord:
    """Implements `bot.platform.Platform`, and hears what the gateway tells (`gateway.Listener`)."""

    name = PLATFORM
    limits: Limits = LIMITS
    commands = AS_DECLARED

    def __init__(
        self,
        settings: DiscordSettings,
        *,
        features: Sequence[Feature],
        clock: Clock,
        notes: Notes,
        turnstile: Turnstile,
        timings: Timings | None = None,
    ) -> None:
        """Raises SetupError for features that Discord cannot show."""
        self._settings = settings
        self._commands = declared(features)
        self._shortcuts = shortcuts_of(features)
        self._notes = notes
        self._turnstile = turnstile
        self._timings = timings or Timings()
        self.wire = Wire(settings.api_url, settings.token)
        self._gateway: Gateway | None = None
        self._answering: Answering | None = None
        self._core: Core | None = None
        self._directs: OrderedDict[str, str] = OrderedDict()
        """Channels of direct messages by account."""
        self._servers: Servers | None = None
        self.is_ready = asyncio.Event()
        """Set once everything that Discord tells at the start was told."""
        self.calendar = DiscordCalendar(self.wire, clock, self._bot_id)
        self.introductions = DiscordIntroductions()

    @property
    def is_connected(self) -> bool:
        """Whether every shard of this process has its session."""
        return self.is_ready.is_set() and self._gateway is not None and self._gateway.is_connected

    async def serve(self, core: Core) -> None:
        """Serve until cancelled. Raises SetupError for what the operator must change."""
        gateway = Gateway(self._settings, self, self._turnstile)
        self._core = core
        self._answering = Answering(core, self.wire, self._shortcuts, self.send, self._timings)
        self._servers = Servers(core, self._notes)
        telling = asyncio.create_task(self._servers.run())
        try:
            await gateway.begin()
            self._gateway = gateway
            await self._register(gateway)
            await gateway.listen()
        finally:
            telling.cancel()
            await self._answering.finish(FINISH_SECONDS)
            await gateway.close()
            await self.wire.close()
            self.is_ready.clear()

    # ---- what is sent

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        """As Platform has it; raises ValueError for a message beyond the limits."""
        check(reply, LIMITS)
        mark = mark_of(key)
        payload = message(reply, mark, may_be_private=False)
        payload.body.update(nonce=nonce_of(key), enforce_nonce=True)
        channel = await self._channel_of(to)
        try:
            sent = await self.wire.request(
                "POST",
                "/channels/{channel}/messages",
                {"channel": channel},
                body=payload.body,
                files=payload.files,
            )
        except Denied as denied:
            if isinstance(to, Direct):
                self._directs.pop(to.account, None)
            raise refusal(denied) from None
        return Receipt(to, _receipt(channel, sent["id"], mark))

    async def edit(self, receipt: Receipt, reply: Reply) -> None:
        check(reply, LIMITS)
        channel, id_, mark = _received(receipt)
        payload = edited(reply, mark)
        try:
            await self.wire.request(
                "PATCH",
                "/channels/{channel}/messages/{message}",
                {"channel": channel, "message": id_},
                body=payload.body,
                files=payload.files,
            )
        except Denied as denied:
            raise refusal(denied) from None

    async def find_sent(self, to: Address, key: str, since: datetime) -> Receipt | None:
        mark, bot = mark_of(key), self._bot_id()
        channel = await self._channel_of(to)
        after, is_first = str(_id_at(since)), True
        while True:
            query = {"limit": str(HISTORY), "after": after}
            page: Sequence[Json] = await self._read("/channels/{channel}/messages", channel, query)
            for each in page:
                marks = [component.get("id") for component in each.get("components", ())[:1]]
                if each["author"]["id"] == bot and mark in marks:
                    return Receipt(to, _receipt(channel, each["id"], mark))
            if len(page) < HISTORY:
                break
            after, is_first = max((str(each["id"]) for each in page), key=int), False
        if not page and is_first and isinstance(to, Channel):
            await self._check_may_read(channel)
        return None

    async def channel(self, workspace: str, typed: str) -> Channel | None:
        wanted = typed.strip().removeprefix("<#").removesuffix(">").removeprefix("#").casefold()
        if not (wanted and workspace.isascii() and workspace.isdigit()):
            return None
        guild = self._gateway.get_guild(int(workspace)) if self._gateway is not None else None
        if guild is not None:
            known = [(str(each.id), each.name) for each in guild.text_channels]
        else:
            try:
                found = await self.wire.request(
                    "GET", "/guilds/{guild}/channels", {"guild": workspace}, patience=ASK_PATIENCE
                )
            except (Denied, DeliveryError):
                return None
            known = [(str(each["id"]), each["name"]) for each in found if each["type"] in TEXT_CHANNELS]
        for id_, name in sorted(known, key=lambda each: each[0] != wanted):  # an id before somebody's odd name
            if wanted in (id_, name.casefold()):
                return Channel(PLATFORM, workspace, id_, name)
        return None

    # ---- what is heard

    async def interaction(self, interaction: discord.Interaction) -> None:
        assert self._answering is not None, "it listens only while it serves"
        await self._answering.take(interaction)

    async def server(self, guild: discord.Guild) -> None:
        assert self._servers is not None, "it listens only while it serves"
        self._servers.came(guild)

    async def left(self, guild: discord.Guild) -> None:
        assert self._servers is not None, "it listens only while it serves"
        await self._servers.left(guild)

    async def event_changed(self, event: discord.ScheduledEvent) -> None:
        assert self._core is not None, "it listens only while it serves"
        guild = event.guild
        if guild is not None and self.calendar.is_news(str(event.id)):
            await self._core.calendar_changed(Workspace(PLATFORM, str(guild.id), guild.name))

    async def ready(self) -> None:
        assert self._gateway is not None, "it listens only while it serves"
        assert self._servers is not None, "as above"
        count = self._gateway.shard_count or 1
        await self._servers.complete(self._gateway.guilds, self._gateway.shard_ids or range(count), count)
        self.is_ready.set()
        log.info("discord is ready", servers=len(self._servers), commands=len(self._commands))

    async def _register(self, gateway: Gateway) -> None:
        """Register the commands, if they are not what was registered last: Discord counts the new ones of a day."""
        noted = json.dumps([gateway.application_id, digest(self._commands)])
        if await self._notes.get(COMMANDS_NOTE) == noted:
            return
        ids = {"application": str(gateway.application_id)}
        path = "/applications/{application}/commands"
        try:
            await self.wire.request("PUT", path, ids, body=self._commands, patience=SYNC_PATIENCE)
        except Denied as denied:
            raise SetupError(f"Discord refuses the commands: {denied.text} ({denied.code or denied.status})") from None
        except DeliveryError as error:
            # the old ones stay, and the next start tries again
            log.warning("commands not registered", reason=error.reason)
            return
        await self._notes.put(COMMANDS_NOTE, noted)
        log.info("commands registered", commands=len(self._commands))

    # ---- on the way there

    async def _channel_of(self, to: Address) -> str:
        """The id of the channel. Raises Temporary, Unsure or Unreachable."""
        match to:
            case Channel(id=id_):
                found = id_
            case Direct(account=account):
                found = self._directs.get(account) or await self._opened(account)
            case _:
                assert_never(to)
        if not (found.isascii() and found.isdigit()):
            raise Unreachable("there is no such channel on Discord")
        return found

    async def _opened(self, account: str) -> str:
        if not (account.isascii() and account.isdigit()):
            raise Unreachable("there is no such person on Discord")
        try:
            opened = await self.wire.request("POST", "/users/@me/channels", body={"recipient_id": account})
        except Denied as denied:
            raise refusal(denied) from None
        self._directs[account] = str(opened["id"])
        if len(self._directs) > DIRECTS_REMEMBERED:
            self._directs.popitem(last=False)
        return str(opened["id"])

    async def _read(self, path: str, channel: str, query: Mapping[str, str]) -> Any:  # Any: JSON
        try:
            return await self.wire.request("GET", path, {"channel": channel}, query=query, patience=ASK_PATIENCE)
        except Denied as denied:
            raise refusal(denied) from None

    async def _check_may_read(self, channel: str) -> None:
        """Raise Temporary where nothing is shown for want of a permission: Discord answers with no messages then."""
        if await self._read("/channels/{channel}/messages", channel, {"limit": "1"}):
            return
        told: Json = await self._read("/channels/{channel}", channel, {})
        if told.get("last_message_id"):
            raise Temporary("I may not read what I posted there: give me Read Message History")

    def _bot_id(self) -> str:
        if self._gateway is None or self._gateway.user is None:
            raise Temporary("not connected to Discord yet")
        return str(self._gateway.user.id)


def _receipt(channel: str, id_: str, mark: int) -> str:
    """What an edit needs: the channel, also of direct messages, and the mark, which an edit would take away."""
    return f"{channel}/{id_}/{mark}"


def _received(receipt: Receipt) -> tuple[str, str, int]:
    parts = receipt.message.split("/")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise Unreachable("there is no such message on Discord")
    return parts[0], parts[1], int(parts[2])


def _id_at(moment: datetime) -> int:
    """The largest id before a moment (aware), within what an id can be."""
    since = int(moment.timestamp() * 1000) - EPOCH_MS
    return min(max(0, since << 22), 2**63 - 1)
