"""What falls due is moved on, and what is owed because of it is kept, both in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.commands import Fallen, FallsDue, Services
from bot.domain.delivery import Due
from bot.ports import UnitOfWork

BATCH = 200
"""Rows in one transaction: nobody else writes to SQLite meanwhile, so it lasts some ten milliseconds."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
"""How long a row that could not be moved on is put off: doubled each time, between these."""

BROKEN = 8
"""So many rows of one kind to blame in one batch: then its code is broken, not its rows."""

log = structlog.get_logger()


class DueWork:
    """Moves on what is due. `kinds` says what each kind of row does when its moment comes."""

    def __init__(self, services: Services, kinds: Mapping[str, FallsDue], *, batch: int = BATCH) -> None:
        self._services = services
        self._kinds = kinds
        self._batch = batch

    async def run(self, between: Callable[[], Awaitable[object]] | None = None) -> int:
        """Move on all that is due now; returns how many rows were. `between` is awaited between two batches.

        A row whose kind raises is put off and logged; the rows beside it are moved on. What the store itself
        raises (the database is away) is raised, and what `between` raises.
        """
        moved = 0
        while True:
            taken: Sequence[Due] = ()
            now = self._services.clock.now()
            try:
                async with self._services.store.writing() as uow:
                    taken = await uow.due.take(now, self._batch, self._services.platforms)
                    done = await self._move(taken, uow, now)
                moved += done
            except Exception as error:  # any fault of a kind, and it must not hold up the others
                if not taken:
                    raise
                moved += await self._one_by_one(taken, error)
            if len(taken) < self._batch:
                return moved
            if between is not None:
                await between()

    async def _one_by_one(self, taken: Sequence[Due], error: Exception) -> int:
        moved = 0

        async def attempt(rows: Sequence[Due]) -> None:
            nonlocal moved
            async with self._services.store.writing() as uow:
                locked = await uow.due.lock(rows)
                done = await self._move(locked, uow, self._services.clock.now())
            moved += done

        async def blame(rows: Sequence[Due], fault: Exception) -> None:
            async with self._services.store.writing() as uow:
                until = await _put_off(rows, uow, self._services.clock.now())
            for row in rows:
                log.error("due row put off", kind=row.kind, subject=row.subject, fails=row.fails + 1, until=until)
            log.error("kind could not move rows on", kind=rows[0].kind, rows=len(rows), exc_info=fault)

        await taken_apart(taken, error, attempt, blame)
        return moved

    async def _move(self, rows: Sequence[Due], uow: UnitOfWork, now: datetime) -> int:
        fallen: list[Fallen] = []
        for kind, group in _by_kind(rows).items():
            falls_due = self._kinds.get(kind)
            if falls_due is None:  # a newer version put it there, or its feature was removed
                until = await _put_off(group, uow, now)
                log.warning("due rows of unknown kind", kind=kind, rows=len(group), until=until)
            else:
                fallen += _checked(kind, group, await falls_due(group, uow, self._services, now))
        if fallen:
            await uow.due.move([(each.due, each.again) for each in fallen])
            owed = [each for one in fallen for each in one.owed]
            if owed:
                await uow.outbox.add(owed, now)
        return len(fallen)


async def earliest(services: Services) -> datetime | None:
    """The earliest moment anything is due or owed here, for the alarm; None when there is nothing."""
    here = services.platforms
    async with services.store.reading() as uow:
        moments = [await uow.due.earliest(here), await uow.outbox.earliest(here)]
    return min((moment for moment in moments if moment is not None), default=None)


class OfKind(Protocol):
    """A row that says which kind it is of."""

    @property
    def kind(self) -> str: ...


Row = TypeVar("Row", bound=OfKind)


async def taken_apart(
    rows: Sequence[Row],
    error: Exception,
    attempt: Callable[[Sequence[Row]], Awaitable[None]],
    blame: Callable[[Sequence[Row], Exception], Awaitable[None]],
    blamed: Counter[str] | None = None,
) -> None:
    """Find who is to blame among `rows`, which failed together with `error`: by kind, then by halves.

    `attempt` tries a part again and `blame` is told of what failed alone. Once `BROKEN` rows of a kind are
    to blame, what still fails of it is taken apart no further: a broken kind costs the others little.
    """
    blamed = Counter() if blamed is None else blamed
    parts = list(_by_kind(rows).values())
    if len(parts) == 1:
        kind = rows[0].kind
        if len(rows) == 1 or blamed[kind] >= BROKEN:
            blamed[kind] += len(rows)
            await blame(rows, error)
            return
        parts = [list(rows[: len(rows) // 2]), list(rows[len(rows) // 2 :])]
    for part in parts:
        try:
            await attempt(part)
        except Exception as failed:  # as above: whatever a kind's code may raise
            await taken_apart(part, failed, attempt, blame, blamed)


def _by_kind(rows: Sequence[Row]) -> dict[str, list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.kind].append(row)
    return groups


def _checked(kind: str, rows: Sequence[Due], fallen: Sequence[Fallen]) -> Sequence[Fallen]:
    # Either would be taken again at once, for ever.
    if Counter(each.due for each in fallen) != Counter(rows):
        raise ValueError(f"{kind} answers for other rows than it was asked about")
    if any(each.again is not None and each.again <= each.due.at for each in fallen):
        raise ValueError(f"{kind} is due again no later than it was")
    return fallen


async def _put_off(rows: Sequence[Due], uow: UnitOfWork, now: datetime) -> datetime:
    """Returns the moment until which the last of them waits."""
    by_fails: defaultdict[int, list[Due]] = defaultdict(list)
    for row in rows:
        by_fails[row.fails].append(row)
    latest = now
    for fails, group in by_fails.items():
        until = now + min(FIRST_WAIT * 2 ** min(fails, 16), LONGEST_WAIT)
        await uow.due.put_off(group, until)
        latest = max(latest, until)
    return latest
