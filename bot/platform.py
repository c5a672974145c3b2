"""All that a new platform brings, and all that it may call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.addresses import Address, Channel
from bot.domain.delivery import Receipt
from bot.domain.people import Account, Workspace
from bot.markup import Rich
from bot.params import Option
from bot.request import Incoming
from bot.ui import Answer, Card, Reply


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message, card and form may hold. Lengths are what `measure` counts, after escaping: of a text as much
    as of its pieces together.

    `parts` is what the platform allows a message besides: components, nested ones counted, or characters as they
    are written. `weigh` tells how many of them a card takes; the text of a message takes as many as a card with that
    body. Where a platform has no such limit `weigh` counts 1.
    """

    message_length: int
    cards: int
    parts: int
    title_length: int
    body_length: int
    fields: int
    controls: int
    """Buttons and menus on one card."""
    label_length: int
    options: int
    """Choices in one menu, and suggestions for one option."""
    value_length: int
    """Characters of the value behind a choice."""
    files: int
    form_params: int
    form_title_length: int
    measure: Callable[[Rich], int]
    weigh: Callable[[Card], int]


class Core(Protocol):
    """All that an adapter calls."""

    async def handle(self, incoming: Incoming) -> Answer:
        """Answer a request. Never raises.

        A Form that answers a Run, Press or Point, or what was typed, came without the network, so that it is there
        in time for a platform which opens a form as its very first answer only.
        """

    async def joined(self, workspace: Workspace, *, by: Account | None, channel: Channel | None, locale: str) -> None:
        """The bot was added to a workspace: make or revive its community, and greet.

        The greeting goes to whoever added it (`by`), else to `channel`, the one for such notes. Telling of a
        workspace that is known greets nobody again.
        """

    async def left(self, workspace: Workspace) -> None:
        """The bot was removed from a workspace; its rows stay 30 days. An outage is no removal."""

    async def calendar_changed(self, workspace: Workspace) -> None:
        """Somebody changed something in the platform's own calendar: compare both soon."""

    async def suggest(self, incoming: Incoming, param: str, typed: str) -> Sequence[Option]:
        """What could be meant by what was typed so far into one option or field of a command. Never raises.

        `incoming.asked` is a Run of the command, with what the other options hold.
        """


@dataclass(frozen=True, slots=True)
class NativeEvent:
    """An event in a platform's own calendar. `id` is "" before it is made; `is_ours` when the bot made it.

    `interested` is how many said there that it interests them, where the list tells; None where it does not.
    """

    title: str
    description: str
    starts: datetime
    ends: datetime
    location: str
    id: str = ""
    is_ours: bool = True
    interested: int | None = None


class NativeCalendar(Protocol):
    """A platform's own calendar, one for each workspace. Its methods raise Temporary, Unsure or Unreachable."""

    @property
    def most(self) -> int:
        """Coming events that one workspace may have, everybody's counted."""

    def shaped(self, event: NativeEvent) -> NativeEvent:
        """The event as this calendar would hold it: what is too long shortened with an ellipsis."""

    async def listed(self, workspace: str) -> Sequence[NativeEvent]:
        """All that are still coming or under way."""

    async def create(self, workspace: str, event: NativeEvent) -> str:
        """Make it and return its id."""

    async def change(self, workspace: str, event: NativeEvent) -> None:
        """Bring the event with that id to this."""

    async def remove(self, workspace: str, id_: str) -> None:
        """Remove it; one that is gone already is no error."""

    async def interested(self, workspace: str, id_: str) -> Sequence[Account]:
        """Who has said there that it interests them."""


class Introduces(Protocol):
    """How a platform lets two people meet who both want to."""

    @property
    def opens_conversations(self) -> bool:
        """Whether a bot can begin a conversation of several people there."""

    def profile_link(self, account: str) -> str:
        """Where people find the profile of one of its accounts, and write to them; "" where there is no such place."""

    async def open_together(self, accounts: Sequence[str]) -> Channel | None:
        """A conversation of these accounts and the bot, the same one however often it is asked for; None where a bot
        can begin none for them. Raises Temporary, Unsure or Unreachable.
        """


class Platform(Protocol):
    """One chat platform."""

    @property
    def name(self) -> str: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def commands(self) -> Mapping[str, str]:
        """How commands are typed that go by another name here, as `bot.i18n.Words` has it."""

    @property
    def calendar(self) -> NativeCalendar | None:
        """Its own calendar, where it has one."""

    @property
    def introductions(self) -> Introduces | None:
        """How people meet there; None where nobody has a page and a bot can begin no conversation: then names do."""

    @property
    def is_connected(self) -> bool:
        """Whether it serves and what people ask reaches it now."""

    async def serve(self, core: Core) -> None:
        """Carry requests to the core and answers back, until cancelled or closed by its user."""

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        """Post one message, which already fits `limits`, marked with `key` so that `find_sent` knows it again.

        Raises Temporary, Unsure or Unreachable. Retries nothing by itself.
        """

    async def edit(self, receipt: Receipt, reply: Reply) -> None:
        """Put `reply` in the place of a message sent before. Raises as `send` does."""

    async def find_sent(self, to: Address, key: str, since: datetime) -> Receipt | None:
        """The message marked with `key`, sent no earlier than `since` (aware UTC), or None when there surely is none.

        Raises Temporary or Unsure when the platform cannot be asked now.
        """

    async def channel(self, workspace: str, typed: str) -> Channel | None:
        """The channel of a workspace that people mean by what they typed or chose; None when there is none."""
