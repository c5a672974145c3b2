"""Whatever happens in whatever order: each lead comes once, in time, never at night; and everybody who means to come
knows in the end how things stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import update

from bot.commands import Services
from bot.domain.addresses import Address, Direct
from bot.domain.changes import CHANGED
from bot.domain.delivery import Receipt
from bot.domain.events import HORIZON, Attendance, Details, Edit, NewEvent, Status, Timing
from bot.domain.nudges import Nudge
from bot.domain.people import Account, Workspace
from bot.domain.preferences import Preferences
from bot.domain.quiet import out_of_quiet, quiet_around
from bot.domain.recurrence import lay_out
from bot.due import DueWork
from bot.features.reminders import FEATURE
from bot.features.reminders.leads import LEAD
from bot.outbox import OutboxWork
from bot.ports import UnitOfWork
from bot.ui import Reply
from storage.outbox import outbox
from tests.at_random import CHEAP, Play, play_on_postgres, play_on_sqlite
from tests.breaking import BreaksOff
from tests.clocks import FixedClock
from tests.platforms.silent import SilentPlatform
from tests.postgres import Postgres

START = datetime(2026, 3, 27, 9, tzinfo=UTC)
"""Two days before the clocks change in Berlin."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CLUB = Workspace("console", "club", "The Club")
ZONE = "Europe/Berlin"
USUAL = Preferences()
NAMES = "ab"

numbers = st.integers(0, 30)


class Killed(Exception):
    pass


ANSWERS = (Attendance.GOING, Attendance.MAYBE, Attendance.NOT_GOING)


@dataclass(slots=True)
class Time:
    """An occurrence as the play has it."""

    event: int
    starts: datetime
    is_cancelled: bool = False
    changed_at: datetime = START
    said: dict[str, tuple[Attendance, datetime]] = field(default_factory=dict)

    @property
    def state(self) -> tuple[datetime, bool]:
        return self.starts, self.is_cancelled


class Ear(SilentPlatform):
    """Checks what is sent while it is sent."""

    def __init__(self, hears: Callable[[Direct, str], None]) -> None:
        super().__init__()
        self._hears = hears
        self.faults: list[AssertionError] = []

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        assert isinstance(to, Direct)
        try:
            self._hears(to, key)
        except AssertionError as error:  # the outbox would take it for a fault of the platform
            self.faults.append(error)
        return await super().send(to, reply, key)


class Reminded(Play):
    """Members who answer, organisers who change things, and a process that comes and goes."""

    @initialize()
    def begin(self) -> None:
        self.open()
        self.clock = FixedClock(START)
        self.platform = Ear(self._hear)
        self.services = Services(self.database, self.clock, {"console": self.platform})
        self.times: dict[int, Time] = {}
        self.leads: set[tuple[str, int, int, str]] = set()
        """Who heard of which occurrence, how many minutes before which start."""
        self.knows: dict[tuple[str, int], tuple[datetime, bool]] = {}
        self.changes: Counter[int] = Counter()
        self.told: Counter[tuple[str, int]] = Counter()
        self.aliases = {name: name for name in NAMES}
        self.people: dict[str, int] = {}
        self._write(self._join)

    async def _join(self, uow: UnitOfWork) -> None:
        for name in NAMES:
            caller = await uow.people.welcome(
                Account("console", name, name), CLUB, is_organiser=False, zone=ZONE, locale="en", now=START
            )
            assert caller.community is not None
            self.community = caller.community.id
            self.people[name] = caller.person.id

    # --- what people do ------------------------------------------------------------------------------------

    @rule(begins=st.integers(1, 70), half=st.booleans(), daily=st.booleans())
    def add(self, begins: int, half: bool, daily: bool) -> None:
        starts = (self.clock.now() + begins * HOUR + half * 30 * MINUTE).replace(second=0, tzinfo=None)
        timing = Timing(starts, starts + HOUR, "UTC", rrule="FREQ=DAILY;COUNT=3" if daily else "")
        slots = lay_out(timing, (), since=self.clock.now(), until=self.clock.now() + HORIZON)
        new = NewEvent(Details("Techno"), timing)

        async def added(uow: UnitOfWork) -> None:
            first = await uow.events.add(self.community, new, slots, self.clock.now())
            for number, slot in enumerate(slots):
                found = await uow.events.get(self.community, first + number, person=None)
                assert found is not None
                self.times[found.id] = Time(found.event_id, slot.starts, changed_at=self.clock.now())

        self._write(added)

    @rule(which=numbers, name=st.sampled_from(NAMES), answer=st.sampled_from([*ANSWERS, Attendance.GOING]))
    def answer(self, which: int, name: str, answer: Attendance) -> None:
        id_ = self._one(which)
        if id_ is None or self.times[id_].is_cancelled:
            return
        time, now = self.times[id_], self.clock.now()
        values = (self.community, id_, self.people[name], answer, now)
        self._write(lambda uow: uow.events.answer(*values))
        before = time.said.get(name)
        if before is None or before[0] is not answer:  # the same again keeps its turn
            time.said[name] = (answer, now)
        if before is None or before[0] is Attendance.NOT_GOING:
            self.knows[name, id_] = time.state

    @rule(begins=st.integers(1, 70), name=st.sampled_from(NAMES))
    def add_and_go(self, begins: int, name: str) -> None:
        self.add(begins, False, False)
        self.answer(
            len([each for each in self.times.values() if each.starts > self.clock.now()]) - 1, name, Attendance.GOING
        )

    @rule(which=numbers, later=st.sampled_from([-180, -30, 30, 120, 1500]))
    def move(self, which: int, later: int) -> None:
        id_ = self._one(which)
        if id_ is not None and self.times[id_].starts + later * MINUTE > self.clock.now():
            self._move(id_, later * MINUTE)

    @rule(which=numbers)
    def move_and_back(self, which: int) -> None:
        id_ = self._one(which)
        if id_ is not None:
            self._move(id_, HOUR)
            self._move(id_, -HOUR)

    @rule(which=numbers)
    def cancel(self, which: int) -> None:
        id_ = self._one(which)
        if id_ is not None and not self.times[id_].is_cancelled:
            self._write(lambda uow: uow.events.cancel(self.community, id_, self.clock.now()))
            self._changed(id_, is_cancelled=True)

    @rule(which=numbers, name=st.sampled_from(NAMES), is_sent=st.booleans())
    def move_after_it_was_told(self, which: int, name: str, is_sent: bool) -> None:
        """What is rare by chance."""
        id_ = self._one(which)
        if id_ is None or self.times[id_].is_cancelled:
            return
        self.answer(which, name, Attendance.GOING)
        time = self.times[id_]
        self.clock.skip(max(time.starts - 20 * HOUR - self.clock.now(), timedelta()))
        if is_sent:
            self._work()
        if time.starts > self.clock.now() + 5 * HOUR:
            self._move(id_, -2 * HOUR)
            self.work_on(36)

    @rule(which=numbers, name=st.sampled_from(NAMES))
    def have_notices_elsewhere_after_it_was_told(self, which: int, name: str) -> None:
        self.move_after_it_was_told(which, name, True)
        self.have_notices_elsewhere(name)
        self._work()

    @rule(name=st.sampled_from(NAMES))
    def have_notices_elsewhere(self, name: str) -> None:
        new = f"{name}{len(self.aliases)}"
        self.aliases[new] = name

        async def link(uow: UnitOfWork) -> None:
            other = await uow.people.people_of([Account("console", new, new)])
            assert await uow.linking.join_people(other[new], self.people[name], self.clock.now())
            mine = await uow.people.accounts_of(self.people[name])
            await uow.people.choose_for_notices(
                self.people[name], [next(each.id for each in mine if each.account.id == new)]
            )

        self._write(link)

    @rule(minutes=st.sampled_from([1, 3, 20, 60, 180, 600, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.clock.skip(minutes * MINUTE)

    # --- what the bot does ---------------------------------------------------------------------------------

    @rule()
    def work(self) -> None:
        self._work()
        self._check_leads()

    @rule(hours=st.integers(1, 30))
    def work_on(self, hours: int) -> None:
        """The process lives on for a while, and is looked at as often as it wakes."""
        for _ in range(hours):
            self.clock.skip(30 * MINUTE)
            self.work()

    @rule(units=st.integers(0, 3))
    def be_killed(self, units: int) -> None:
        store = BreaksOff(self.database, units, Killed)
        with suppress(Killed):
            self.runner.run(self._round(replace(self.services, store=store)))
        self.runner.run(self._let_leases_run_out())

    def _work(self) -> None:
        self.runner.run(self._round(self.services))

    async def _round(self, services: Services) -> None:
        sending = OutboxWork(services, FEATURE.renders, random=Random(7))
        try:
            await DueWork(services, FEATURE.falls_due).run()
            await sending.run()
        finally:
            await sending.close()

    async def _let_leases_run_out(self) -> None:
        """By both clocks: the database's own cannot be moved, so what it is compared with is."""
        async with self.database.writing() as uow:
            old = (
                update(outbox)
                .where(outbox.c.lease_until.is_not(None))
                .values(lease_until=datetime(2020, 1, 1, tzinfo=UTC))
            )
            await uow.connection.execute(old)
        self.clock.skip(3 * MINUTE)

    # --- what holds ----------------------------------------------------------------------------------------

    @invariant()
    def nothing_wrong_was_sent(self) -> None:
        for fault in self.platform.faults:
            raise fault

    def _hear(self, to: Direct, key: str) -> None:
        kind, subject, rest = key.split(":", 2)
        if kind in set(Nudge):  # what the bot says of itself is tried elsewhere
            return
        name, now = self.aliases[to.account], self.clock.now()
        if kind == LEAD:
            minutes, starts = rest.rsplit(":console/", 1)[0].split("@")
            time = self.times[int(subject)]
            heard = (name, int(subject), int(minutes), starts)
            assert heard not in self.leads, f"{heard} came twice"
            self.leads.add(heard)
            assert starts == time.starts.isoformat()
            assert not time.is_cancelled
            assert time.said[name][0] is Attendance.GOING
            assert now < time.starts
            assert quiet_around(now, USUAL.quiet, ZONE) is None
        else:
            assert kind == CHANGED
            self.told[name, int(subject)] += 1
            assert self.told[name, int(subject)] <= self.changes[int(subject)]
            for id_, time in self.times.items():
                if time.event == int(subject) and (name, id_) in self.knows:
                    self.knows[name, id_] = time.state

    def _check_leads(self) -> None:
        """The nearest lead that passed since anything changed about it was heard."""
        now = self.clock.now()
        if quiet_around(now, USUAL.quiet, ZONE) is not None:
            return
        for id_, time in self.times.items():
            for name, (answer, said_at) in time.said.items():
                if answer is not Attendance.GOING or time.is_cancelled or time.starts <= now:
                    continue
                passed = [
                    (lead, out_of_quiet(time.starts - lead, USUAL.quiet, ZONE, latest=time.starts))
                    for lead in sorted(USUAL.leads, reverse=True)
                ]
                passed = [(lead, at) for lead, at in passed if at <= now]
                if passed and passed[-1][1] > max(said_at, time.changed_at):
                    minutes = passed[-1][0] // MINUTE
                    assert (name, id_, minutes, time.starts.isoformat()) in self.leads

    def at_the_end(self) -> None:
        for _ in range(3):
            self.runner.run(self._let_leases_run_out())
            self._work()
        self._check_leads()
        self.nothing_wrong_was_sent()
        for _ in range(16 * 2):  # a night
            self.clock.skip(30 * MINUTE)
            self._work()
        now = self.clock.now()
        for (name, id_), known in self.knows.items():
            time = self.times[id_]
            if time.said[name][0] is not Attendance.NOT_GOING and min(time.starts, known[0]) > now:
                assert known == time.state or (known[1] and time.is_cancelled)

    # --- how ---------------------------------------------------------------------------------------------

    def _move(self, id_: int, later: timedelta) -> None:
        async def moved(uow: UnitOfWork) -> None:
            ours = await uow.events.get(self.community, id_, person=None)
            assert ours is not None
            assert (ours.status is Status.CANCELLED) == self.times[id_].is_cancelled
            edit = Edit(ours.details, ours.starts + later, ours.ends + later)
            await uow.events.change(self.community, id_, edit, self.clock.now())

        self._write(moved)
        self._changed(id_, later=later)

    def _changed(self, id_: int, *, later: timedelta = timedelta(), is_cancelled: bool = False) -> None:
        time = self.times[id_]
        time.starts += later
        time.is_cancelled |= is_cancelled
        time.changed_at = self.clock.now()
        self.changes[time.event] += 1

    def _one(self, which: int) -> int | None:
        coming = [id_ for id_, time in self.times.items() if time.starts > self.clock.now()]
        return coming[which % len(coming)] if coming else None

    def _write(self, work: Callable[[UnitOfWork], Awaitable[object]]) -> None:
        async def write() -> None:
            async with self.database.writing() as uow:
                await work(uow)

        self.runner.run(write())


@pytest.mark.unmeasured  # as all that chance tries
def test_whatever_happens_everybody_is_reminded_once_and_in_time_on_sqlite(
    sqlite_template: Path, tmp_path: Path
) -> None:
    how = settings(CHEAP, max_examples=20, stateful_step_count=30)
    play_on_sqlite(Reminded, sqlite_template, tmp_path, how)


@pytest.mark.unmeasured  # as all that chance tries
def test_whatever_happens_everybody_is_reminded_once_and_in_time_on_postgres(
    postgres: Postgres, postgres_template: str, postgres_names: Iterator[str]
) -> None:
    how = settings(CHEAP, max_examples=10, stateful_step_count=30)
    play_on_postgres(Reminded, postgres, postgres_template, postgres_names, how)
