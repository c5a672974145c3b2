"""A kind of due row for figures: a reminder sent once, to an account of its own, doing the least a real one must."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from benchmarks.nowhere import NAME
from bot.commands import Fallen, Message, Services
from bot.domain.addresses import Direct
from bot.domain.delivery import Due, Owed
from bot.markup import Bold, rich
from bot.ports import Store, UnitOfWork
from bot.ui import Reply

KIND = "least"


async def put(store: Store, rows: Sequence[Due]) -> None:
    async with store.writing() as uow:
        for row in rows:
            await uow.due.put(row)


async def falls_due(rows: Sequence[Due], _uow: UnitOfWork, _services: Services, _now: datetime, /) -> Sequence[Fallen]:
    return [Fallen(row, None, (owed(row.subject, row.at),)) for row in rows]


async def renders(rows: Sequence[Owed], _uow: UnitOfWork, _services: Services, _now: datetime, /) -> Sequence[Message]:
    return [Message(words(row.subject)) for row in rows]


def owed(subject: int, at: datetime, not_before: datetime | None = None) -> Owed:
    return Owed(KIND, subject, f"{at:%Y-%m-%d}", Direct(NAME, f"account-{subject}"), not_before=not_before)


def words(subject: int) -> Reply:
    return Reply(rich("Remember to write back to ", Bold(f"contact {subject}"), "."))
