"""Turnstiles: processes pass one at a time, so many seconds apart."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import cache
from typing import Protocol

from sqlalchemy import Executable, bindparam, select

from storage.connection import Connection
from storage.schema import DatabaseIn, DatabaseNow, insert_into
from storage.tables import turnstiles


class _Unit(Protocol):
    @property
    def connection(self) -> Connection: ...


class SharedTurnstile:
    """Implements `bot.ports.Turnstile` for all processes on one database, by that database's clock.

    Nobody holds a connection while they wait. Of several who wait, whoever asks first after the time passes; the
    others wait as long again.
    """

    def __init__(self, writing: Callable[[], AbstractAsyncContextManager[_Unit]]) -> None:
        self._writing = writing

    async def pass_through(self, name: str, seconds: float) -> None:
        wait = await self._try(name, seconds)
        while wait > 0:
            await asyncio.sleep(wait)
            wait = await self._try(name, seconds)

    async def _try(self, name: str, seconds: float) -> float:
        """Pass now (0), or how many seconds it takes until somebody may."""
        async with self._writing() as unit:
            connection = unit.connection
            values = {"name": name, "ago": -seconds}
            if await connection.scalar(_pass(connection.dialect), values) is not None:
                return 0
            row = await connection.first(_LAST, {"name": name})
        assert row is not None, "somebody passed, or we had"
        since: timedelta = row.now - row.passed_at
        return max(seconds - since.total_seconds(), 0.001)


class LocalTurnstile:
    """Implements `bot.ports.Turnstile` for one process, which is all that SQLite serves; by a monotonic clock."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._passed: dict[str, float] = {}

    async def pass_through(self, name: str, seconds: float) -> None:
        async with self._locks[name]:
            if name in self._passed:
                await asyncio.sleep(max(self._passed[name] + seconds - time.monotonic(), 0))
            self._passed[name] = time.monotonic()


_LAST = select(turnstiles.c.passed_at, DatabaseNow().label("now")).where(turnstiles.c.name == bindparam("name"))


@cache
def _pass(dialect: str) -> Executable:
    """Writes only where enough time has gone by; two at once wait for each other's row, and then it has not."""
    statement = insert_into(turnstiles, dialect).values(name=bindparam("name"), passed_at=DatabaseNow())
    return statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"passed_at": DatabaseNow()},
        where=turnstiles.c.passed_at <= DatabaseIn(bindparam("ago")),
    ).returning(turnstiles.c.name)
