"""The parts that every side of the fake works on, and what more than one of them does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.fakes.faults import Faults
from tests.fakes.slack import blocks as block_kit
from tests.fakes.slack.asked import Asked
from tests.fakes.slack.courier import Courier
from tests.fakes.slack.errors import Denied, Json
from tests.fakes.slack.limits import RateLimits
from tests.fakes.slack.mrkdwn import pinged
from tests.fakes.slack.world import (
    Channel,
    Clock,
    Consent,
    File,
    Installation,
    Message,
    Place,
    ResponseUrl,
    Team,
    User,
    View,
    World,
)

APP_TOKEN = "xapp-1-fake"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
CLIENT_ID, CLIENT_SECRET = "1234.5678", "fake-client-secret"

TEXT_MOST = 40_000  # chat.postMessage: "messages over 40,000 characters will be truncated"; here they are refused
METADATA_BYTES = 8_000  # Message metadata: metadata_too_large

EVENTS = frozenset(
    (
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "message.im",
        "tokens_revoked",
    )
)
"""What an app is told of when neither a manifest nor a test says otherwise."""

SCOPES = (
    "app_mentions:read channels:history channels:join channels:read chat:write chat:write.public commands files:read "
    "files:write groups:history groups:read im:history im:read im:write mpim:history mpim:read mpim:write team:read "
    "users.profile:read users:read users:read.email"
)
"""What a workspace grants when a test does not say otherwise."""


class MachineClock:
    """The computer's own."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Request:
    """One call that came. `answer` is what it was answered with, None when the connection broke."""

    method: str
    args: Mapping[str, Any]  # Any: JSON, or text where it came as a form
    answer: Json | None


class Core:
    """State that outlives a connection. `violations` is what no app should ever do; tests assert it is empty."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        pace: float = 1.0,
        rate_limits: bool = True,
        response_seconds: float = 3.0,
        trigger_seconds: float = 3.0,
        retry_seconds: Sequence[float] = (0.0, 60.0, 300.0),
        seed: int = 0,
    ) -> None:
        """`pace` stretches rate limits and the waits before an event is told again; `response_seconds` is the 3 s rule.

        `retry_seconds`: Events API, Retries: "nearly immediately", "after 1 minute", "after 5 minutes".
        """
        self.app_token = APP_TOKEN
        self.signing_secret = SIGNING_SECRET
        self.client_id, self.client_secret = CLIENT_ID, CLIENT_SECRET
        self.world = World(clock or MachineClock())
        self.limits = RateLimits(pace, rate_limits)
        self.faults = Faults(seed)
        self.response_seconds = response_seconds
        self.trigger_seconds = trigger_seconds
        self.retry_seconds = [pace * seconds for seconds in retry_seconds]
        self.manifest: Json | None = None
        """What the app declared. Without one every command and shortcut is offered."""
        self.events = EVENTS
        """The events the app is told of; a manifest names them."""
        self.request_url = ""
        """Where payloads are posted to (HTTP mode); without it they go over Socket Mode."""
        self.violations: list[str] = []
        self.denied: list[str] = []
        """Every call that was answered with an error."""
        self.scopes_used: set[str] = set()
        """What of its scopes the app had need of so far."""
        self.requests: list[Request] = []
        self.counts: Counter[str] = Counter()
        self.asked: list[Asked] = []
        """Everything people did, in order."""
        self.posted: list[Message] = []
        """Every message that the app sent into a conversation by itself (chat.postMessage), in order."""
        self.triggers: dict[str, tuple[Asked, float]] = {}
        """What was not exchanged yet, and until when it can be (the loop's clock)."""
        self.spent_triggers: set[str] = set()
        self.response_urls: dict[str, tuple[ResponseUrl, Asked]] = {}
        self.delay = 0.0
        """Seconds (real) that whatever the app is told takes on its way."""
        self.consents: dict[str, Consent] = {}
        """By code."""
        self.courier = Courier(self)
        self.address = ""
        self.in_flight = 0
        self.last_request = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrived = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    # ---- waiting

    def note(self) -> None:
        """Something came of a request."""
        self._arrived.set()

    async def until_posted(self, count: int, seconds: float = 30) -> None:
        """Wait until the app has sent so many messages by itself."""
        async with asyncio.timeout(seconds):
            while len(self.posted) < count:
                self._arrived.clear()
                await self._arrived.wait()

    async def quiet(self, seconds: float = 0.02) -> None:
        """Wait until the app has asked nothing for a moment, and has acknowledged all it was told."""
        while self.in_flight or self.courier.under_way or self.loop.time() - self.last_request < seconds:  # noqa: ASYNC110 - nothing tells of what does not come
            await asyncio.sleep(seconds / 4)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The one it listens on; also for a test that builds its world before its loop runs on."""
        assert self._loop is not None, "the fake was not started"
        return self._loop

    def start_task(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- messages

    def check_content(self, text: str, blocks: list[Json] | None, files: Sequence[File] = ()) -> None:
        """Raises Denied for a message that Slack would not take."""
        if blocks:
            block_kit.check_message(blocks)
        if not text and not blocks and not files:
            raise Denied("no_text")
        if len(text) > TEXT_MOST:
            raise Denied("msg_too_long")

    def compose(
        self,
        channel: Channel,
        text: str,
        blocks: list[Json] | None = None,
        *,
        reader: User | None = None,
        author: User | None = None,
        links_names: bool = False,
        at: datetime | None = None,
    ) -> Message:
        """A message of the bot (or of an `author`) that stands nowhere yet. With a `reader` it is ephemeral."""
        made = block_kit.numbered(blocks or [], self.world.id)
        # "Ephemeral messages … do not notify": nobody but the reader has them
        notified = frozenset[str]() if reader else pinged(text, made, links_names=links_names)
        author = author or channel.team.bot
        moment = at or self.world.now()
        return Message(self.world.ts(at), channel, author, moment, text, made, pinged=notified, reader=reader)

    def place(self, message: Message) -> None:
        """Put it where its readers see it."""
        if message.reader is not None:
            message.reader.ephemerals.append(message)
        else:
            message.channel.messages.append(message)
        self.note()

    def edit(self, message: Message, text: str | None, blocks: list[Json] | None) -> None:
        """Change a message of the bot's; what is None stays."""
        if text is not None:
            message.text = text
        if blocks is not None:
            message.blocks = block_kit.numbered(blocks, self.world.id)
        message.edits += 1
        message.edited_ts = self.world.ts()
        if not message.is_ephemeral:
            # an edit notifies nobody anew; what it names stands in it all the same
            message.pinged |= pinged(message.text, message.blocks)
        self.note()

    def remove(self, message: Message) -> None:
        message.is_deleted = True
        where = message.reader.ephemerals if message.reader else message.channel.messages
        if message in where:
            where.remove(message)
        self.note()

    def tell_changed(self, message: Message) -> None:
        """A message was changed without a response_url: whoever used it last counts it as an answer."""
        for asked in reversed(self.asked[-500:]):
            if asked.message is message:
                asked.updated_source = True
                asked.changed()
                return

    def tell_new(self, message: Message) -> None:
        """A message came without a response_url: whoever asked last, and sees it, counts it as an answer."""
        for asked in reversed(self.asked[-500:]):
            if asked.user.team is not message.channel.team:
                continue
            is_theirs = message.reader is asked.user if message.reader else self.sees(asked.user, message)
            is_near = message.is_ephemeral or asked.channel is message.channel or message.channel.place is Place.DIRECT
            if is_theirs and is_near:
                asked.show(message)
                return

    def sees(self, user: User, message: Message) -> bool:
        """Whether somebody has this message before them."""
        if message.is_deleted or user.is_deleted:
            return False
        if message.reader is not None:
            return message.reader is user
        channel = message.channel
        return user.id in channel.members or (channel.place is Place.PUBLIC and user.team is channel.team)

    # ---- triggers

    def new_trigger(self, asked: Asked) -> str:
        trigger = f"{self.world.id('')}.{asked.user.team.id}.{len(self.triggers):x}"
        self.triggers[trigger] = (asked, self.loop.time() + self.trigger_seconds)
        return trigger

    def exchange(self, trigger: str) -> Asked:
        """What somebody did, for a trigger id; each opens one view, in 3 seconds. Raises Denied."""
        if trigger in self.spent_triggers:
            raise Denied("exchanged_trigger_id")
        if trigger not in self.triggers:
            raise Denied("invalid_trigger_id")
        asked, until = self.triggers[trigger]
        if self.loop.time() > until:
            raise Denied("expired_trigger_id")
        self.spent_triggers.add(trigger)
        return asked

    # ---- views

    def new_view(self, user: User, body: Json) -> View:
        body = {**body, "blocks": block_kit.numbered(body["blocks"], self.world.id)}
        view = View(self.world.id("V"), user, body, self.new_hash())
        self.world.views[view.id] = view
        return view

    def new_hash(self) -> str:
        return f"{self.world.ts()}.{self.world.id('h')}"

    def note_denied(self, what: str, denied: Denied, *, is_mistake: bool) -> None:
        self.denied.append(f"{what}: {denied}")
        if is_mistake:
            self.violations.append(f"{what}: {denied}")

    # ---- what follows; `Answering` does it

    def heard(self, asked: Asked, said: Any) -> None:  # Any: JSON
        """The app acknowledged."""
        raise NotImplementedError

    def uninstalled(self, team: Team) -> None:
        """The app was removed from a workspace."""
        raise NotImplementedError

    def grant(self, team: Team, scopes: str | None = None, installer: User | None = None) -> Installation:
        """The app is installed in a workspace."""
        raise NotImplementedError

    def posted_now(self, message: Message) -> None:
        """The app sent a message by itself."""
        raise NotImplementedError
