"""All that a new platform brings, and all that it may call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.addresses import Address, Channel
from bot.domain.delivery import Receipt
from bot.markup import Rich
from bot.params import Option
from bot.request import Incoming
from bot.ui import Answer, Card, Form, Reply


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message, card and form may hold. Lengths are what `measure` counts, after escaping.

    `parts` is what the platform allows a message in blocks or components, nested ones counted, and `weigh`
    how many of them a card takes; where a platform has no such limit `weigh` counts 1.
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
    files: int
    form_params: int
    form_title_length: int
    measure: Callable[[Rich], int]
    weigh: Callable[[Card], int]


class Core(Protocol):
    """All that an adapter calls."""

    async def form_for(self, incoming: Incoming) -> Form | None:
        """The form to open as the very first answer, or None when `handle` will answer.

        Speaks to the database, never to the network.
        """

    async def handle(self, incoming: Incoming) -> Answer:
        """Answer a request. Never raises."""

    async def suggest(self, incoming: Incoming, param: str, typed: str) -> Sequence[Option]:
        """What could be meant by what was typed so far into one option or field of a command. Never raises.

        `incoming.asked` is a Run of the command, with what the other options hold.
        """


class Platform(Protocol):
    """One chat platform."""

    @property
    def name(self) -> str: ...

    @property
    def limits(self) -> Limits: ...

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
