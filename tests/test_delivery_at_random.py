"""Whatever happens in whatever order: each message is seen once, in order, and never too late."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from bot.commands import Fallen, Services
from bot.domain.addresses import Address, Direct, written
from bot.domain.delivery import Due, OutboxLine, Owed
from bot.due import DueWork
from bot.errors import Temporary, Unreachable
from bot.ports import UnitOfWork
from bot.ui import Reply
from tests.at_random import CHEAP, Play, play_on_postgres, play_on_sqlite
from tests.breaking import BreaksOff
from tests.postgres import Postgres
from tests.scripted import HALL, ROOM, Lost, Moved, Post, Stage, Told, note

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)

subjects = st.integers(1, 6)
ADA = Direct("stage", "ada", "Ada")
addresses: st.SearchStrategy[Address] = st.sampled_from([ROOM, HALL, ADA])
troubles: st.SearchStrategy[Told] = st.one_of(
    st.builds(Temporary, st.just("busy"), st.sampled_from([None, 0, 3, 500])),
    st.builds(Lost, st.booleans()),
    st.builds(KeyError),
    st.builds(Unreachable, st.just("closed")),
)


class Delivery(Play):
    """Rounds of processes that come and go, on one database and one platform."""

    @initialize()
    def begin(self) -> None:
        self.open()
        self.stage = Stage(self.database, Moved())
        self.owed: dict[str, Owed] = {}
        self.ada = self.runner.run(self.stage.knows("ada", HALL)).person.id

    # --- what happens --------------------------------------------------------------------------------------

    @rule(
        subject=subjects,
        address=addresses,
        parts=st.integers(1, 3),
        after=st.sampled_from([None, 0, 30]),
        within=st.sampled_from([None, 60, 5000]),
    )
    def owe(self, subject: int, address: Address, parts: int, after: int | None, within: int | None) -> None:
        owed = [
            note(
                subject,
                address,
                part=part,
                follows=part - 1 if part > 1 else None,
                not_before=None if after is None else self._in(after),
                not_after=None if within is None else self._in(within),
                person=self.ada if address == ADA else None,
            )
            for part in range(1, parts + 1)
        ]
        for each in owed:
            self.owed.setdefault(each.key, each)
        self.runner.run(self.stage.owe(*owed))

    @rule(subject=subjects, seconds=st.sampled_from([-7200, 0, 40]))
    def fall_due(self, subject: int, seconds: int) -> None:
        async def put() -> None:
            async with self.database.writing() as uow:
                await uow.due.put(Due("book", subject + 10, self._in(seconds)))

        self.runner.run(put())

    @rule(units=st.integers(0, 3))
    def move_on_what_is_due(self, units: int) -> None:
        """Broken off in its nth transaction, if it gets so far."""
        store = BreaksOff(self.database, units)
        work = DueWork(replace(self.stage.services, store=store), {"book": self._fallen}, batch=2)
        with suppress(ConnectionError):
            self.runner.run(work.run())

    @rule(batch=st.integers(1, 5))
    def deliver(self, batch: int) -> None:
        self.runner.run(self.stage.work(batch=batch).run())

    @rule(batch=st.integers(1, 5))
    def deliver_in_three_processes(self, batch: int) -> None:
        async def together() -> None:
            await asyncio.gather(*(self.stage.work(batch=batch).run() for _ in range(3)))

        self.runner.run(together())

    @rule(units=st.integers(1, 4))
    def deliver_and_break_off(self, units: int) -> None:
        """Killed after a claim, or after sending and before settling."""
        store = BreaksOff(self.database, units)
        work = self.stage.work(services=replace(self.stage.services, store=store), batch=2)
        with suppress(ConnectionError):
            self.runner.run(work.run())

    @rule(limit=st.integers(1, 4), sends=st.integers(0, 4))
    def be_killed_while_sending(self, limit: int, sends: int) -> None:
        async def killed() -> None:
            now = self.stage.clock.now()
            claimed = [row for row in await self.stage.claim(limit) if row.unsure_since is None]
            for row in claimed[:sends]:
                if row.owed.not_after is None or row.owed.not_after >= now:
                    with suppress(Exception):
                        await self.stage.platform.send(row.owed.address, Reply(), row.key)

        self.runner.run(killed())

    @rule()
    def leases_run_out(self) -> None:
        self.runner.run(self.stage.let_leases_run_out())

    @rule(address=addresses, trouble=troubles)
    def trouble(self, address: Address, trouble: Told) -> None:
        self.stage.platform.told[written(address)].append(trouble)

    @rule()
    def ada_closes_her_direct_messages(self) -> None:
        self.stage.platform.closed.add("ada")

    @rule()
    def ada_opens_them(self) -> None:
        self.stage.platform.closed.clear()

    @rule()
    def ada_speaks(self) -> None:
        self.runner.run(self.stage.knows("ada", ROOM))

    @rule(wait=st.sampled_from([None, 7]))
    def no_answer(self, wait: float | None) -> None:
        self.stage.platform.answers.append(Temporary("busy", wait=wait))

    @rule(seconds=st.sampled_from([1, 11, 70, 700, 4000, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.stage.clock.forward(seconds)

    # --- what holds ----------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_seen_twice_early_or_late(self) -> None:
        posts = self._posts()
        times = Counter(post.key for post in posts)
        assert not [key for key, seen in times.items() if seen > 1 + self._resent().get(key, 0)]
        for post in posts:
            owed = self.owed[post.key]
            assert owed.not_after is None or post.at <= owed.not_after
            assert owed.not_before is None or post.at >= owed.not_before

    @invariant()
    def parts_are_seen_in_order(self) -> None:
        parts: defaultdict[str, list[int]] = defaultdict(list)
        for post in dict.fromkeys(post.key for post in self._posts()):
            parts[self.owed[post].stem].append(self.owed[post].part)
        assert all(each == sorted(each) for each in parts.values())

    @invariant()
    def ada_hears_in_a_channel_once_a_week_that_something_waits(self) -> None:
        told = [post.at for post in self.stage.platform.posts if post.key.startswith("closed:")]
        assert all(later - earlier >= WEEK for earlier, later in pairwise(told))

    def at_the_end(self) -> None:
        """When all troubles are over, everything settles, and what counts as sent was seen."""
        self.stage.platform.told.clear()
        self.stage.platform.closed.clear()
        self.stage.platform.answers.clear()
        for _ in range(8):
            self.runner.run(self.stage.let_leases_run_out())
            self.runner.run(self.stage.knows("ada"))
            self.runner.run(DueWork(self.stage.services, {"book": self._fallen}).run())
            self.runner.run(self.stage.run())
            self.stage.clock.forward(HOUR.total_seconds())
        self.nothing_is_seen_twice_early_or_late()
        self.parts_are_seen_in_order()
        seen = {post.key for post in self.stage.platform.posts}
        lines = [line for line in self._lines() if not line.key.startswith("closed:")]
        assert {line.key for line in lines} == set(self.owed)
        for line in lines:
            assert line.state in ("sent", "moot", "buried")
            assert (line.key in seen) == (line.state == "sent") or line.reason.startswith("perhaps seen")

    # --- means ---------------------------------------------------------------------------------------------

    async def _fallen(
        self, rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime
    ) -> Sequence[Fallen]:
        fallen = []
        for row in rows:
            owed = (note(row.subject), note(row.subject, part=2, follows=1))
            for each in owed:
                self.owed.setdefault(each.key, each)
            fallen.append(Fallen(row, row.at + 1000 * HOUR, owed))
        return fallen

    def _posts(self) -> list[Post]:
        """All that was seen, but for the notes in channels."""
        return [post for post in self.stage.platform.posts if post.key in self.owed]

    def _in(self, seconds: float) -> datetime:
        return self.stage.clock.now() + timedelta(seconds=seconds)

    def _lines(self) -> Sequence[OutboxLine]:
        async def lines() -> Sequence[OutboxLine]:
            async with self.database.reading() as uow:
                return await uow.outbox.lines(None, 1000)

        return self.runner.run(lines())

    def _resent(self) -> dict[str, int]:
        return {line.key: line.resent for line in self._lines() if line.resent}


@pytest.mark.unmeasured  # as all that chance tries
def test_whatever_happens_each_message_is_seen_once_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    play_on_sqlite(Delivery, sqlite_template, tmp_path)


@pytest.mark.unmeasured  # as all that chance tries
def test_whatever_happens_each_message_is_seen_once_on_postgres(
    postgres: Postgres, postgres_template: str, postgres_names: Iterator[str]
) -> None:
    play_on_postgres(Delivery, postgres, postgres_template, postgres_names, settings(CHEAP, max_examples=10))
