"""The parts that every side of the fake works on, and what more than one of them does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.discord import bodies
from tests.fakes.discord.bodies import Upload
from tests.fakes.discord.components import number
from tests.fakes.discord.errors import Denied, Findings, Json, closed_dms, missing_permissions
from tests.fakes.discord.gateway import (
    DIRECT_MESSAGES,
    GUILD_MESSAGES,
    MESSAGE_CONTENT,
    Gateway,
    Rules,
    Session,
)
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.limits import RateLimits
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.spec import Spec
from tests.fakes.discord.world import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Attachment,
    Channel,
    Clock,
    Message,
    User,
    World,
)
from tests.fakes.faults import Faults

NONCE_LIFE = timedelta(minutes=5)
""""The same within the past few minutes" says the documentation of enforce_nonce."""

TOKEN = "MTA.fake.token-of-the-bot"


class MachineClock:
    """The computer's own."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Request:
    """One request that came, as it stood. `status` is what it was answered with, 0 when the connection broke."""

    method: str
    path: str
    body: Any  # Any: as it came over the wire
    status: int


@dataclass(slots=True)
class Counters:
    created_commands: list[datetime] = field(default_factory=list)
    overwrites: int = 0
    """How often the global commands were overwritten in bulk."""


class Core:
    """State that outlives a connection. `violations` is what no bot should ever send; tests assert it is empty."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        token: str = TOKEN,
        pace: float = 1.0,
        rate_limits: bool = True,
        response_seconds: float = 3.0,
        privileged_intents: int = 0,
        max_concurrency: int = 1,
        requires_shards: int | None = None,
        heartbeat_seconds: float = 41.25,
        identify_seconds: float | None = None,
        seed: int = 0,
    ) -> None:
        """`pace` stretches the windows of rate limits and of identifying; `response_seconds` is the 3 s rule."""
        self.token = token
        self.world = World(clock or MachineClock())
        self.gateway = Gateway(
            self.world,
            Rules(
                token,
                privileged_intents,
                max_concurrency,
                5.0 * pace if identify_seconds is None else identify_seconds,
                heartbeat_seconds,
                requires_shards,
            ),
        )
        self.limits = RateLimits(pace, rate_limits)
        self.faults = Faults(seed)
        self.spec = Spec.found()
        self.response_seconds = response_seconds
        self.commands: dict[int, Json] = {}
        """Global commands by id, as Discord shows them."""
        self.opened_commands: set[tuple[int, str]] = set()
        """Commands that a server's organisers opened to everybody: the server's id and the name."""
        self.counters = Counters()
        self.violations: list[str] = []
        self.denied: list[str] = []
        """Every answer of 400 and above."""
        self.requests: list[Request] = []
        self.counts: Counter[str] = Counter()
        self.interactions: dict[str, Interaction] = {}
        """By token."""
        self.posted: list[Message] = []
        """Every message that the bot sent into a channel by itself, in order; answers to interactions are not in it."""
        self.address = ""
        self._nonces: dict[tuple[int, str], tuple[datetime, Message]] = {}
        self._arrived = asyncio.Event()
        self.in_flight = 0
        self.last_request = 0.0

    # ---- waiting

    def note(self) -> None:
        """Something came of a request."""
        self._arrived.set()

    async def until_posted(self, count: int, seconds: float = 30) -> None:
        """Wait until the bot has sent so many messages by itself."""
        async with asyncio.timeout(seconds):
            while len(self.posted) < count:
                self._arrived.clear()
                await self._arrived.wait()

    async def quiet(self, seconds: float = 0.02) -> None:
        """Wait until the bot has asked nothing for a moment."""
        loop = asyncio.get_running_loop()
        while self.in_flight or loop.time() - self.last_request < seconds:  # noqa: ASYNC110 - nothing tells of what does not come
            await asyncio.sleep(seconds / 4)

    # ---- messages

    def attach(self, uploads: Sequence[Upload], body: Json | None = None) -> list[Attachment]:
        told = {str(each.get("id")): each.get("description") for each in (body or {}).get("attachments") or ()}
        return [self.keep(each, told.get(str(each.index))) for each in uploads]

    def keep(self, upload: Upload, description: str | None = None) -> Attachment:
        """Put a file where it can be fetched."""
        id_ = self.world.ids.next()
        url = f"http://{self.address}/cdn/attachments/{id_}/{upload.name}"
        attachment = Attachment(id_, upload.name, upload.content, upload.media_type, url, description)
        self.world.attachments[id_] = attachment
        return attachment

    def check_may_send(self, channel: Channel, uploads: Sequence[Upload]) -> None:
        """Raises Denied where the bot may not write."""
        if channel.recipient is not None:
            if not channel.recipient.takes_dms or not self.world.shares_server(channel.recipient):
                raise closed_dms()
            return
        permissions = self.world.bot_permissions(channel)
        if not permissions & Permission.SEND_MESSAGES or (uploads and not permissions & Permission.ATTACH_FILES):
            raise missing_permissions()

    def create(self, channel: Channel, body: Json, uploads: Sequence[Upload]) -> tuple[Message, bool]:
        """Send a message of the bot into a channel; and whether it is new. Raises Denied."""
        found = Findings()
        uploads = bodies.uploads_of({str(each.index): each for each in uploads}, body, found)
        nonce = bodies.check_nonce(body, found)
        bodies.check(body, uploads, bodies.CREATE, found)
        found.raise_if_any()
        self.check_may_send(channel, uploads)
        now = self.world.now()
        if nonce and body.get("enforce_nonce"):
            known = self._nonces.get((channel.id, nonce))
            if known is not None and now - known[0] <= NONCE_LIFE:
                self.counts["known by its nonce"] += 1
                return known[1], False
        message = self.compose(channel, body, uploads)
        channel.messages.append(message)
        if nonce:
            self._nonces[channel.id, nonce] = (now, message)
        self.posted.append(message)
        self.tell_message("MESSAGE_CREATE", message)
        self.note()
        return message, True

    def compose(
        self,
        channel: Channel,
        body: Json,
        uploads: Sequence[Upload],
        *,
        interaction: Json | None = None,
        reader: User | None = None,
    ) -> Message:
        """A message of the bot that stands nowhere yet. With a `reader` it is ephemeral."""
        permissions = self.world.bot_permissions(channel)
        flags = (body.get("flags") or 0) & ~EPHEMERAL
        return Message(
            self.world.ids.next(),
            channel,
            self.world.bot,
            self.world.now(),
            content=body.get("content") or "",
            components=number(body.get("components") or []),
            embeds=body.get("embeds") or [],
            attachments=self.attach(uploads, body),
            flags=flags | (EPHEMERAL if reader else 0),
            pinged=frozenset() if reader else bodies.pinged(body, channel, permissions),
            reader=reader,
            interaction=interaction,
            is_webhook=interaction is not None,
        )

    def edit(self, message: Message, body: Json, uploads: Sequence[Upload]) -> Message:
        """Change a message of the bot. Raises Denied."""
        found = Findings()
        uploads = bodies.uploads_of({str(each.index): each for each in uploads}, body, found)
        bodies.check(body, uploads, bodies.EDIT, found, before=message)
        found.raise_if_any()
        if body.get("attachments") is not None:
            kept = {str(each.get("id")) for each in body["attachments"]}
            message.attachments = [each for each in message.attachments if str(each.id) in kept]
        message.attachments += self.attach(uploads, body)
        if "content" in body:
            message.content = body["content"] or ""
        if "embeds" in body:
            message.embeds = body["embeds"] or []
        if body.get("components") is not None:
            message.components = number(body["components"])
        message.flags |= (body.get("flags") or 0) & COMPONENTS_V2
        if message.is_loading:
            message.flags &= ~LOADING
        else:
            message.edited_at = self.world.now()
            message.edits += 1
        if not message.is_ephemeral:
            self.tell_message("MESSAGE_UPDATE", message)
        self.note()
        return message

    def remove(self, message: Message) -> None:
        message.is_deleted = True
        channel = message.channel
        if message in channel.messages:
            channel.messages.remove(message)
            ids = {"id": str(message.id), "channel_id": str(channel.id)}
            if channel.guild is not None:
                ids["guild_id"] = str(channel.guild.id)
            intent = GUILD_MESSAGES if channel.guild else DIRECT_MESSAGES
            self.gateway.dispatch("MESSAGE_DELETE", ids, guild=channel.guild, intent=intent)

    def tell_message(self, event: str, message: Message) -> None:
        """MESSAGE_CREATE or MESSAGE_UPDATE to whoever wants to know."""
        guild = message.channel.guild
        intent = GUILD_MESSAGES if guild else DIRECT_MESSAGES

        def tell(*, is_whole: bool) -> None:
            def is_one(session: Session) -> bool:
                return is_whole == (self._may_read(message) or bool(session.intents & MESSAGE_CONTENT))

            body = message.json(self.world.application_id, is_whole=is_whole)
            if guild is not None:
                body["guild_id"] = str(guild.id)
                if message.author.id in guild.members:
                    body["member"] = {k: v for k, v in guild.members[message.author.id].json.items() if k != "user"}
            self.gateway.dispatch(event, body, guild=guild, intent=intent, only=is_one)

        if any(session.intents & intent for session in self.gateway.sessions.values()):
            tell(is_whole=True)
            tell(is_whole=False)

    def _may_read(self, message: Message) -> bool:
        is_own = message.author is self.world.bot
        return is_own or message.channel.guild is None or str(self.world.bot.id) in message.pinged

    def shown_to_bot(self, message: Message) -> Json:
        """As a REST answer shows a message."""
        has_content = bool(self.gateway.rules.intents & MESSAGE_CONTENT)
        return message.json(self.world.application_id, is_whole=has_content or self._may_read(message))

    def note_denied(self, method: str, path: str, denied: Denied) -> None:
        self.denied.append(f"{method} {path}: {denied}")
        if denied.status in (401, 403, 429):
            self.limits.note_invalid()
