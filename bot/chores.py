"""What falls due and needs the web: looked at outside of any transaction, a few at a time, one host not too often.

A chore's rows are those of the platform `WEB`, which no process serves as one: `DueWork` leaves them alone. While one
is under way it is put off by `LEASE`; should the process end meanwhile, it is taken again after that. So a chore may
be done twice, and what it finds is written once: only while its row is still due when it was.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.commands import Chore, Job, Outcome, Services
from bot.domain.delivery import Due
from bot.ports import UnitOfWork

AT_ONCE = 20
"""Chores under way at a time: each is a connection, and a page of 2 MB at most."""

SPACING = timedelta(seconds=10)
"""Between two chores that go to the same host, in one process."""

WITHIN = 60.0
"""Seconds that one may take; each look at the web is bounded by itself, at less."""

LEASE = timedelta(seconds=180)

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)
"""How long one is put off that broke: doubled each time, between these."""

HOSTS_MOST = 10_000

log = structlog.get_logger()


class ChoreWork:
    """Does the chores that are due. `wake` is called when one is finished: there is room for the next then."""

    def __init__(
        self,
        services: Services,
        kinds: Mapping[str, Chore],
        *,
        wake: Callable[[], None],
        at_once: int = AT_ONCE,
        spacing: timedelta = SPACING,
        within: float = WITHIN,
    ) -> None:
        self._services = services
        self._kinds = kinds
        self._wake = wake
        self._at_once = at_once
        self._spacing = spacing
        self._within = within
        self._under_way: set[asyncio.Task[None]] = set()
        self._visited: dict[str, datetime] = {}
        """When each host may be visited again."""

    @property
    def room(self) -> int:
        """How many more may be begun."""
        return self._at_once - len(self._under_way)

    async def run(self) -> int:
        """Begin what is due, as far as there is room, and return how many were; they go on by themselves."""
        if not self._kinds or self.room <= 0:
            return 0
        async with self._services.store.writing() as uow:
            now = self._services.clock.now()
            rows = await uow.due.take_chores(now, self.room)
            jobs = await self._begun(rows, uow, now)
        for job in jobs:
            task = asyncio.create_task(self._do(job))
            self._under_way.add(task)
            task.add_done_callback(self._finished)
        return len(jobs)

    async def earliest(self) -> datetime | None:
        """When the next is due that there is room for."""
        if not self._kinds or self.room <= 0:
            return None
        async with self._services.store.reading(is_steady=False) as uow:
            return await uow.due.earliest_chore()

    async def close(self) -> None:
        """Give up what is under way; it is taken again after its lease."""
        under_way = list(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def finished(self, count: int) -> None:
        """Wait until there is room for so many more."""
        while self._under_way and self.room < count:
            await asyncio.wait(set(self._under_way), return_when=asyncio.FIRST_COMPLETED)

    async def settled(self) -> None:
        """Wait for what is under way."""
        await self.finished(self._at_once)

    async def _begun(self, rows: Sequence[Due], uow: UnitOfWork, now: datetime) -> Sequence[Job]:
        by_kind: defaultdict[str, list[Due]] = defaultdict(list)
        for row in rows:
            by_kind[row.kind].append(row)
        jobs: list[Job] = []
        for kind, group in by_kind.items():
            chore = self._kinds.get(kind)
            if chore is None:  # a newer version put it there, or its feature was removed
                log.warning("chores of unknown kind", kind=kind, rows=len(group))
                await uow.due.put_off(group, now + LONGEST_WAIT)
                continue
            begun = await chore.begin(group, uow, self._services, now)
            named = {job.due for job in begun}
            await uow.due.move([(row, None) for row in group if row not in named])
            jobs += begun
        going: list[Job] = []
        for job in jobs:
            free_at = self._visited.get(job.host, now)
            if free_at > now:
                await uow.due.hold([job.due], free_at)
            else:
                self._visit(job.host, now)
                going.append(job)
        await uow.due.hold([job.due for job in going], now + LEASE)
        return going

    def _visit(self, host: str, now: datetime) -> None:
        if len(self._visited) >= HOSTS_MOST:
            self._visited = {each: free_at for each, free_at in self._visited.items() if free_at > now}
        self._visited[host] = now + self._spacing

    async def _do(self, job: Job) -> None:
        chore = self._kinds[job.due.kind]
        outcome: Outcome
        try:
            async with asyncio.timeout(self._within):
                outcome = await chore.run(job, self._services)
        except Exception as error:  # a fault of a feature, and it must not hold up the others
            log.error("chore broke", kind=job.due.kind, subject=job.due.subject, exc_info=error)
            async with self._services.store.writing() as uow:
                wait = min(FIRST_WAIT * 2 ** min(job.due.fails, 16), LONGEST_WAIT)
                await uow.due.put_off([job.due], self._services.clock.now() + wait)
            return
        async with self._services.store.writing() as uow:
            now = self._services.clock.now()
            if not await uow.due.lock([job.due]):  # its subject is gone, or another process was faster
                return
            fallen = await chore.settle(job, outcome, uow, self._services, now)
            await uow.due.move([(fallen.due, fallen.again)])
            if fallen.owed:
                await uow.outbox.add(fallen.owed, now)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:  # the store was away: after the lease it is taken again
            log.error("chore could not be settled", exc_info=error)
        self._wake()
