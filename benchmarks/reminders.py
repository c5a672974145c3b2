"""A kind of due row for figures: a reminder sent once, to an account of its own, doing the least a real one must."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random

from benchmarks.nowhere import NAME, Nowhere
from bot.commands import Fallen, Message, Services
from bot.domain.addresses import Direct
from bot.domain.delivery import Due, Owed
from bot.due import DueWork, earliest
from bot.markup import Bold, rich
from bot.outbox import OutboxWork
from bot.ports import Clock, UnitOfWork
from bot.ui import Reply
from storage.database import Database

KIND = "reminder"


class Reminders:
    """Due and owed rows on a database, worked on as `bot.compose.Bot.work` does."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.platform = Nowhere()
        self.database = Database(url)
        self._services = Services(self.database, clock, {NAME: self.platform})
        self._due = DueWork(self._services, {KIND: falls_due})
        self._outbox = OutboxWork(self._services, {KIND: renders}, random=Random(1))

    async def put(self, rows: Sequence[Due]) -> None:
        async with self.database.writing() as uow:
            for row in rows:
                await uow.due.put(row)

    async def round(self) -> datetime | None:
        """One round of all that is due and owed; returns when the next is."""
        await self._due.run()
        await self._outbox.run()
        return await earliest(self._services)

    async def close(self) -> None:
        await self._outbox.close()
        await self.database.close()


async def falls_due(rows: Sequence[Due], _uow: UnitOfWork, _services: Services, _now: datetime, /) -> Sequence[Fallen]:
    return [Fallen(row, None, (owed(row.subject, row.at),)) for row in rows]


async def renders(rows: Sequence[Owed], _uow: UnitOfWork, _services: Services, _now: datetime, /) -> Sequence[Message]:
    return [Message(words(row.subject)) for row in rows]


def owed(subject: int, at: datetime, not_before: datetime | None = None) -> Owed:
    return Owed(KIND, subject, f"{at:%Y-%m-%d}", Direct(NAME, f"account-{subject}"), not_before=not_before)


def words(subject: int) -> Reply:
    return Reply(rich("Remember to write back to ", Bold(f"contact {subject}"), "."))
