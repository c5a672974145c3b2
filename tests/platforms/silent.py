"""A platform on which nobody reads: it takes every message and keeps what it took."""

from __future__ import annotations

import asyncio
from datetime import datetime

from adapters.console.limits import LIMITS
from bot.domain.addresses import Address, Channel
from bot.domain.delivery import Receipt
from bot.i18n import AS_DECLARED
from bot.platform import Core, Introduces, Limits, NativeCalendar
from bot.ui import Reply


class SilentPlatform:
    """Implements `bot.platform.Platform` with the console's limits."""

    name = "console"
    limits: Limits = LIMITS
    calendar: NativeCalendar | None = None
    introductions: Introduces | None = None
    commands = AS_DECLARED
    is_connected = True

    def __init__(self) -> None:
        self.taken: list[tuple[Address, Reply, str]] = []

    async def serve(self, core: Core) -> None:
        await asyncio.Event().wait()

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        self.taken.append((to, reply, key))
        return Receipt(to, str(len(self.taken)))

    async def edit(self, receipt: Receipt, reply: Reply) -> None:
        self.taken[int(receipt.message) - 1] = (receipt.address, reply, self.taken[int(receipt.message) - 1][2])

    async def find_sent(self, to: Address, key: str, since: datetime) -> Receipt | None:
        found = [number for number, taken in enumerate(self.taken, 1) if (taken[0], taken[2]) == (to, key)]
        return Receipt(to, str(found[0])) if found else None

    async def channel(self, workspace: str, typed: str) -> Channel | None:
        name = typed.removeprefix("#")
        return Channel("console", workspace, name, name) if name.isascii() and name.isalnum() else None
