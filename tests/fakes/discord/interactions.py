"""Interactions (Interactions: Receiving and Responding): what a person did, and what they see come of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.discord.errors import (
    INVALID_FORM_BODY,
    Denied,
    Json,
    already_acknowledged,
    invalid_webhook_token,
    unknown,
)
from tests.fakes.discord.world import Channel, Guild, Message, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9

TOKEN_LIFE = timedelta(minutes=15)
PATIENCE = 20.0
"""Seconds (real) after which a test gives up on the bot."""
USER_INSTALL_FOLLOWUPS = 5
"""Follow-ups that a user-installed app may send where it is no member."""


class NoAnswer(AssertionError):
    """A person was left with "The application did not respond"."""


@dataclass(slots=True, eq=False)
class Interaction:
    """One use of a command, component or modal. `payload` is what INTERACTION_CREATE carried."""

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    guild: Guild | None
    payload: Json
    at: datetime
    source: Message | None = None
    """The message whose component was used, also behind a modal that came of it."""
    is_member: bool = True
    """Whether the bot itself is where this happened."""
    response: int | None = None
    """The type of the first response."""
    message: Message | None = None
    """What @original is."""
    modal: Json | None = None
    choices: list[Json] | None = None
    followups: list[Message] = field(default_factory=list)
    has_failed: bool = False
    was_deferred: bool = False
    updated_source: bool = False
    refused: list[str] = field(default_factory=list)
    """Further first responses, and what came too late."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    # ---- what a test asks

    @property
    def seen(self) -> list[Message]:
        """The messages this person sees because of it, oldest first; the one that was edited for it as well."""
        found = [] if self.message is None or self.message.is_loading or self.message.is_deleted else [self.message]
        if self.source is not None and self.updated_source and self.source not in found:
            found.insert(0, self.source)
        return [*found, *(each for each in self.followups if not each.is_deleted)]

    @property
    def is_answered(self) -> bool:
        """Something can be seen: no mere "thinking"."""
        if self.modal is not None or self.choices is not None or self.followups:
            return True
        if self.response in (DEFERRED_UPDATE, UPDATE):
            return self.updated_source
        return self.message is not None and not self.message.is_loading

    async def acknowledged(self, seconds: float = PATIENCE) -> Interaction:
        """Wait for the first response. Raises NoAnswer."""
        return await self._until(lambda: self.response is not None, seconds)

    async def answered(self, seconds: float = PATIENCE) -> Interaction:
        """Wait until something can be seen. Raises NoAnswer."""
        return await self._until(lambda: self.is_answered, seconds)

    async def answer(self) -> Message:
        """The message that came of it. Raises NoAnswer, also when it was something else."""
        await self.answered()
        if not self.seen:
            raise NoAnswer(f"no message, but {'a modal' if self.modal else 'choices'}")
        return self.seen[0]

    async def form(self) -> Json:
        """The modal that came of it. Raises NoAnswer, also when it was something else."""
        await self.answered()
        if self.modal is None:
            raise NoAnswer(f"no modal, but {[message.texts for message in self.seen]}")
        return self.modal

    async def _until(self, is_so: Callable[[], bool], seconds: float) -> Interaction:
        async with asyncio.timeout(seconds):
            while not is_so():
                if self.has_failed:
                    raise NoAnswer(f"The application did not respond to {self.payload.get('data')}")
                self._changed.clear()
                await self._changed.wait()
        return self

    # ---- what happens to it

    def changed(self) -> None:
        self._changed.set()

    def expire(self) -> None:
        """The time for a first response is over."""
        if self.response is None:
            self.has_failed = True
            self.changed()

    def check_first(self, kind: int) -> None:
        """Raises Denied for a first response that cannot be one."""
        if self.has_failed:
            self.refused.append(f"type {kind}: too late")
            raise unknown("Interaction")
        if self.response is not None:
            self.refused.append(f"type {kind}: already acknowledged with {self.response}")
            raise already_acknowledged()
        allowed = {
            COMMAND: (MESSAGE, DEFERRED, MODAL),
            COMPONENT: (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL),
            AUTOCOMPLETE: (CHOICES,),
            MODAL_SUBMIT: (MESSAGE, DEFERRED, *((DEFERRED_UPDATE, UPDATE) if self.source else ())),
        }[self.kind]
        if kind not in allowed:
            tree = {"type": {"_errors": [{"code": "INTERACTION_CALLBACK_TYPE", "message": f"Not one of {allowed}"}]}}
            raise Denied(400, INVALID_FORM_BODY, "Invalid Form Body", tree)

    def check_token(self, now: datetime) -> None:
        """Raises Denied when follow-ups cannot be sent: before a first response, or after 15 minutes."""
        if now - self.at > TOKEN_LIFE:
            self.refused.append("the token is over")
            raise invalid_webhook_token()
        if self.response is None:
            raise unknown("Webhook")

    def check_followup(self) -> None:
        if not self.is_member and len(self.followups) >= USER_INSTALL_FOLLOWUPS:
            raise Denied(400, 40094, "This interaction has reached the maximum number of follow up messages")

    def find(self, id_: str) -> Message:
        """A message of this interaction by its id or `@original`. Raises Denied."""
        if id_ == "@original":
            target = self.source if self.response in (DEFERRED_UPDATE, UPDATE) else self.message
            if target is None or target.is_deleted:
                raise unknown("Message")
            return target
        for message in [self.message, self.source, *self.followups]:
            if message is not None and str(message.id) == id_ and not message.is_deleted:
                return message
        raise unknown("Message")


def metadata(interaction: Interaction) -> Json:
    """What a message tells of the interaction that it answers."""
    origin = interaction.payload.get("authorizing_integration_owners", {})
    return {
        "id": str(interaction.id),
        "type": interaction.kind,
        "user": interaction.user.json,
        "authorizing_integration_owners": origin,
        **({"name": interaction.payload["data"].get("name", "")} if interaction.kind == COMMAND else {}),
    }


def tell(messages: Sequence[Message]) -> str:
    """For failures of tests: the texts of messages."""
    return "\n---\n".join("\n".join(message.texts) for message in messages)
