"""A platform that takes every message at once and shows it to nobody: what is left is our own cost."""

from __future__ import annotations

import asyncio
from datetime import datetime

from adapters.console.limits import LIMITS
from bot.domain.addresses import Address, Channel
from bot.domain.delivery import Receipt
from bot.i18n import AS_DECLARED
from bot.platform import Core, Introduces, Limits, NativeCalendar
from bot.ui import Reply

NAME = "nowhere"


class Nowhere:
    """Implements `bot.platform.Platform`."""

    name = NAME
    limits: Limits = LIMITS
    calendar: NativeCalendar | None = None
    introductions: Introduces | None = None
    commands = AS_DECLARED
    is_connected = True

    def __init__(self) -> None:
        self.sent = 0

    async def serve(self, core: Core) -> None:
        await asyncio.Event().wait()

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        self.sent += 1
        return Receipt(to, str(self.sent))

    async def edit(self, receipt: Receipt, reply: Reply) -> None:
        pass

    async def find_sent(self, to: Address, key: str, since: datetime) -> Receipt | None:
        return None

    async def channel(self, workspace: str, typed: str) -> Channel | None:
        return None
