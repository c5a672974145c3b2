"""What somebody did with the app, and what they see come of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.fakes.slack.errors import Json
from tests.fakes.slack.world import Channel, Message, User, View

COMMAND, ACTIONS, SUBMISSION, CLOSED = "command", "block_actions", "view_submission", "view_closed"
SUGGESTION, SHORTCUT, MESSAGE_ACTION, EVENT = "block_suggestion", "shortcut", "message_action", "event"

PATIENCE = 20.0
"""Seconds (real) after which a test gives up on the app."""


class NoAnswer(AssertionError):
    """Somebody was left with "operation_timeout", "dispatch_failed" or nothing at all."""


class NotOffered(AssertionError):
    """Slack's client would not have let somebody do that."""


@dataclass(slots=True, eq=False)
class Asked:
    """One thing somebody did. `payload` is what the app was told, `ack` what it said as it acknowledged."""

    kind: str
    user: User
    channel: Channel | None
    payload: Json
    at: datetime
    trigger_id: str = ""
    source: Message | View | None = None
    """The message or view whose control was used."""
    origin: Asked | None = None
    """Of a modal that was sent: what opened it."""
    sent: Asked | None = None
    """The modal that was opened because of this, once it was sent: what comes by the response_url comes of that."""
    began: float = 0.0
    """By the loop's clock, seconds."""
    acked_after: float | None = None
    """Seconds from then to the acknowledgement."""
    ack: Json | None = None
    view: View | None = None
    """The modal that was opened, pushed, or shown in the place of this one."""
    home: View | None = None
    """The home tab as it was published because of it."""
    errors: dict[str, str] | None = None
    """What stands under the fields of the modal that was sent, by block id."""
    options: list[Json] | None = None
    """What an external menu offers."""
    messages: list[Message] = field(default_factory=list)
    """New ones that this person sees because of it: answers, ephemerals, posts into the channel or their DM."""
    updated_source: bool = False
    has_failed: str = ""
    """Why nothing came of it."""
    deliveries: int = 0
    acks: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    # ---- what a test asks

    @property
    def seen(self) -> list[Message]:
        """The messages this person sees because of it, oldest first; the one that was changed for it as well."""
        found = [each for each in self.messages if not each.is_deleted]
        before = self.message
        if before is not None and self.updated_source and not before.is_deleted:
            found = [before, *(each for each in found if each is not before)]
        return found

    @property
    def message(self) -> Message | None:
        """The message whose control was used, also when that opened the modal which was sent now."""
        if isinstance(self.source, Message):
            return self.source
        return self.origin.message if self.origin is not None else None

    @property
    def is_acked(self) -> bool:
        return self.acked_after is not None

    @property
    def is_answered(self) -> bool:
        """Something can be seen. That a modal closed is not it: `acknowledged` waits for that."""
        has_shown = self.view is not None or self.home is not None or self.options is not None
        return has_shown or self.updated_source or bool(self.errors or self.messages)

    async def acknowledged(self, seconds: float = PATIENCE) -> Asked:
        """Wait until the app has said that it knows of it. Raises NoAnswer."""
        return await self._until(lambda: self.is_acked, seconds)

    async def answered(self, seconds: float = PATIENCE) -> Asked:
        """Wait until something can be seen. Raises NoAnswer."""
        return await self._until(lambda: self.is_answered, seconds)

    async def answer(self) -> Message:
        """The message that came of it. Raises NoAnswer, also when it was something else."""
        await self.answered()
        if not self.seen:
            raise NoAnswer(f"no message, but {self.view or self.home or self.errors or self.options}")
        return self.seen[0]

    async def form(self) -> View:
        """The modal that came of it. Raises NoAnswer, also when it was something else."""
        await self.answered()
        if self.view is None:
            raise NoAnswer(f"no modal, but {self.errors or [message.text for message in self.seen]}")
        return self.view

    async def _until(self, is_so: Callable[[], bool], seconds: float) -> Asked:
        try:
            async with asyncio.timeout(seconds):
                while not is_so():
                    if self.has_failed:
                        raise NoAnswer(f"{self.kind}: {self.has_failed}")
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise NoAnswer(f"{self.kind}: nothing came of it in {seconds} s") from None
        return self

    # ---- what happens to it

    def changed(self) -> None:
        self._changed.set()

    def fail(self, why: str) -> None:
        self.has_failed = self.has_failed or why
        self.changed()

    def show(self, message: Message) -> None:
        """A new message came of it."""
        if message not in self.messages:
            self.messages.append(message)
        self.changed()
