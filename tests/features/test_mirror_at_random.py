"""Whatever happens in whatever order: both calendars agree in the end, and nothing stands there twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import func, select

from bot.commands import Services
from bot.domain.addresses import Channel
from bot.domain.delivery import Owed
from bot.domain.events import HORIZON, Attendance, Details, Edit, NewEvent, Occurrence, Search, Status, Timing
from bot.domain.mirrors import Link
from bot.domain.people import Account, Workspace
from bot.domain.recurrence import lay_out
from bot.errors import DeliveryError, Temporary, Unreachable, Unsure
from bot.features.mirror.faces import face_of, native_face
from bot.features.mirror.reconciling import reconcile
from bot.i18n import Words
from bot.platform import NativeEvent
from bot.ports import UnitOfWork
from storage.tables import occurrences
from tests.at_random import CHEAP, Play, play_on_postgres, play_on_sqlite
from tests.breaking import BreaksOff
from tests.calendars import Fails, Killed, MemoryCalendar
from tests.clocks import FixedClock
from tests.platforms.silent import SilentPlatform
from tests.postgres import Postgres

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
CLUB = Workspace("console", "club", "The Club")

numbers = st.integers(0, 30)
hours = st.integers(1, 90)
titles = st.sampled_from(["Techno", "Dub", "A title that is far too long for it", "  Two  spaces ", "Techno"])
texts = st.sampled_from(["", "Bring earplugs", "long " * 20, "Line\n\n\n\nand line"])
troubles = st.lists(
    st.one_of(
        st.none(),
        st.builds(Fails, st.just(Killed()), st.booleans()),
        st.builds(Fails, st.just(Unsure("no answer")), st.booleans()),
        st.just(Fails(Temporary("busy"))),
        st.just(Fails(Unreachable("forbidden"))),
    ),
    max_size=4,
)

ANSWERS = (Attendance.GOING, Attendance.MAYBE, Attendance.NOT_GOING)


class Mirror(Play):
    """Organisers, members, and processes that come and go."""

    counts: bool

    @initialize()
    def begin(self) -> None:
        self.open()
        self.clock = FixedClock(START)
        self.calendar = MemoryCalendar(self.clock, most=3, counts=self.counts)
        platform = SilentPlatform()
        platform.calendar = self.calendar
        self.services = Services(self.database, self.clock, {"console": platform})
        self.deleted: dict[int, datetime] = {}
        """Occurrences deleted there, and when they began there."""
        self.may_be_cancelled: set[int] = set()
        """Cancelled here or deleted there, whenever that was."""
        self.edits: dict[int, Edit] = {}
        """What we last made of those that nobody changed there."""
        self.touched: set[int] = set()
        """What was changed there. What nothing knows of yet cannot be told; it is looked up by its title."""
        self.runner.run(self._join())

    async def _join(self) -> None:
        async with self.database.writing() as uow:
            joined = await uow.people.join(CLUB, zone="Europe/Berlin", locale="en", now=START)
            assert joined is not None
            await uow.people.mirror(joined.home.id, True)
        self.home = replace(joined.home, is_mirrored=True)
        self.community = joined.home.community.id

    # --- here ----------------------------------------------------------------------------------------------

    @rule(title=titles, text=texts, begins=hours, lasts=st.integers(0, 30), weekly=st.booleans(), link=st.booleans())
    def add(self, title: str, text: str, begins: int, lasts: int, weekly: bool, link: bool) -> None:
        starts = (self.clock.now() + begins * HOUR).replace(tzinfo=None)
        rule_ = "FREQ=DAILY;COUNT=3" if weekly else ""
        timing = Timing(starts, starts + lasts * HOUR, "UTC", rrule=rule_)
        details = Details(title, text, venue="Kantine", page_link="https://example.org/1" if link else "")
        slots = lay_out(timing, (), since=self.clock.now(), until=self.clock.now() + HORIZON)
        self._write(lambda uow: uow.events.add(self.community, NewEvent(details, timing), slots, self.clock.now()))

    @rule(which=numbers, title=st.none() | titles, text=st.none() | texts, later=st.integers(-3, 40))
    def change_here(self, which: int, title: str | None, text: str | None, later: int) -> None:
        ours = self._one_of_ours(which)
        if ours is None:
            return
        details = ours.details
        details = details if title is None else replace(details, title=title)
        details = details if text is None else replace(details, description=text)
        edit = Edit(details, ours.starts + later * HOUR, ours.ends + later * HOUR)
        self.edits[ours.id] = edit
        self._write(lambda uow: uow.events.change(self.community, ours.id, edit, self.clock.now()))

    @rule(which=numbers)
    def cancel_here(self, which: int) -> None:
        ours = self._one_of_ours(which)
        if ours is not None:
            self.may_be_cancelled.add(ours.id)
            self._write(lambda uow: uow.events.cancel(self.community, ours.id, self.clock.now()))

    @rule(which=numbers, name=st.sampled_from("ab"), answer=st.sampled_from(ANSWERS))
    def answer_here(self, which: int, name: str, answer: Attendance) -> None:
        ours = self._one_of_ours(which)

        async def answered(uow: UnitOfWork) -> None:
            assert ours is not None
            person = (await uow.people.people_of([Account("console", name, name)]))[name]
            await uow.events.answer(self.community, ours.id, person, answer, self.clock.now())

        if ours is not None:
            self._write(answered)

    @rule(is_on=st.sampled_from([True, True, False]))
    def switch(self, is_on: bool) -> None:
        self.home = replace(self.home, is_mirrored=is_on)
        self._write(lambda uow: uow.people.mirror(self.home.id, is_on))
        self.deleted.clear()

    # --- there ---------------------------------------------------------------------------------------------

    @rule(which=numbers, title=st.none() | titles, text=st.none() | texts, later=st.integers(-3, 40))
    def change_there(self, which: int, title: str | None, text: str | None, later: int) -> None:
        event = self._one_there(which)
        if event is None or event.starts + later * HOUR <= self.clock.now():
            return
        link = self._links().get(event.id)
        self.touched |= {link.occurrence} if link else {each.id for each in self._coming()}
        event = replace(event, starts=event.starts + later * HOUR, ends=event.ends + later * HOUR)
        event = event if title is None else replace(event, title=title[:24])
        self.calendar.events[event.id] = event if text is None else replace(event, description=text[:60])

    @rule(which=numbers)
    def delete_there(self, which: int) -> None:
        event = self._one_there(which)
        if event is None:
            return
        del self.calendar.events[event.id]
        link = self._links().get(event.id)
        if link is not None:
            self.may_be_cancelled.add(link.occurrence)
        if link is not None and not link.is_leaving and self.home.is_mirrored and event.is_ours:
            began = min(face.starts for face in (link.shown, link.pending or link.shown))
            self.deleted[link.occurrence] = began

    @rule(begins=hours)
    def add_there(self, begins: int) -> None:
        if len(self.runner.run(self.calendar.listed("club"))) < self.calendar.most:
            starts = self.clock.now() + begins * HOUR
            self.calendar.adds("Theirs", starts, starts + HOUR)

    @rule(which=numbers, name=st.sampled_from("abc"))
    def be_interested_or_not(self, which: int, name: str) -> None:
        event = self._one_there(which)
        if event is not None:
            self.calendar.fans.setdefault(event.id, set()).symmetric_difference_update({name})

    # --- between them --------------------------------------------------------------------------------------

    @rule(trouble=troubles, units=st.none() | st.integers(0, 6))
    def compare(self, trouble: list[Fails | None], units: int | None) -> None:
        """With calls that fail, or killed at a transaction."""
        self.calendar.trouble.extend(trouble)
        store = self.database if units is None else BreaksOff(self.database, units, Killed)
        with suppress(Killed, DeliveryError):
            self.runner.run(reconcile(self._errand(), replace(self.services, store=store), self.clock.now()))
        self.calendar.trouble.clear()

    # These are rare by chance, and what matters most.

    @rule(which=numbers, title=titles, text=texts, is_done=st.booleans(), is_changed_again=st.booleans())
    def be_killed_while_changing(
        self, which: int, title: str, text: str, is_done: bool, is_changed_again: bool
    ) -> None:
        self.change_here(which, title, text, 1)
        self._killed(is_done)
        if is_changed_again:
            self.change_here(which, title[::-1], None, 0)

    @rule(is_done=st.booleans())
    def be_killed_while_removing(self, is_done: bool) -> None:
        self.compare([], None)
        self.switch(False)
        self._killed(is_done)
        self.switch(True)

    @rule(begins=hours, is_done=st.booleans())
    def be_killed_while_making(self, begins: int, is_done: bool) -> None:
        self.add("Made", "", begins, 2, False, False)
        self._killed(is_done)

    def _killed(self, is_done: bool) -> None:
        """At the first thing it would write there."""
        self.compare([Fails(Killed(), is_done)], None)

    @rule(forward=st.sampled_from([1, 5, 30]))
    def time_passes(self, forward: int) -> None:
        self.clock.skip(forward * HOUR)

    # --- what holds ----------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_shown_twice(self) -> None:
        """A second one of an occurrence would have been made while the first was there."""
        assert len(self.calendar.ours) <= self.calendar.most
        external = [link.external for link in self._links().values()]
        assert len(external) == len(set(external))

    @invariant()
    def nothing_is_cancelled_by_itself_and_no_word_of_ours_is_lost(self) -> None:
        for id_ in range(1, self._newest() + 1):
            ours = self._occurrence(id_)
            assert ours.status is Status.SCHEDULED or id_ in self.may_be_cancelled
            if id_ in self.edits and id_ not in self.touched:
                assert Edit(ours.details, ours.starts, ours.ends) == self.edits[id_]

    def at_the_end(self) -> None:
        for _ in range(4):
            self.runner.run(reconcile(self._errand(), self.services, self.clock.now()))
        self.calendar.writes.clear()
        self.runner.run(reconcile(self._errand(), self.services, self.clock.now()))
        assert self.calendar.writes == []
        now, links = self.clock.now(), self._links()
        coming = [each for each in self._coming() if each.starts > now] if self.home.is_mirrored else []
        there = {event.id: event for event in self.calendar.ours}
        assert set(there) == set(links)
        under_way = [id_ for id_, event in there.items() if self._ours(links[id_]).starts <= now]
        others = sum(not event.is_ours and event.ends > now for event in self.calendar.events.values())
        room = self.calendar.most - others - len(under_way)
        shown = {links[id_].occurrence for id_ in there if id_ not in under_way}
        assert shown == {each.id for each in coming[:room]}
        say = Words("en", ZoneInfo("Europe/Berlin"))
        for id_, event in there.items():
            ours = self._ours(links[id_])
            assert ours.status is Status.SCHEDULED
            assert native_face(event) == face_of(ours, self.calendar, say)
            self._check_interest(id_, ours)
        for occurrence, began in self.deleted.items():
            if began > now:
                assert self._occurrence(occurrence).status is Status.CANCELLED

    def _check_interest(self, id_: str, ours: Occurrence) -> None:
        async def own() -> set[str]:
            async with self.database.reading() as uow:
                answers = await uow.events.answers(self.community, ours.id)
                return {*answers.going, *answers.maybe, *answers.not_going}

        fans = {name.title() for name in self.calendar.fans.get(id_, ())}
        answered = {name.title() for name in self.runner.run(own())}
        assert fans <= answered
        assert not {"C"} & (answered - fans)  # who never answers here is only there for as long as it interests them

    # --- means ---------------------------------------------------------------------------------------------

    def _errand(self) -> Owed:
        return Owed("mirror", self.home.id, "", Channel("console", "club", "calendar"), self.community)

    def _write(self, work: Callable[[UnitOfWork], Awaitable[object]]) -> None:
        async def write() -> None:
            async with self.database.writing() as uow:
                await work(uow)

        self.runner.run(write())

    def _coming(self) -> list[Occurrence]:
        async def coming() -> list[Occurrence]:
            async with self.database.reading() as uow:
                search = Search(self.clock.now())
                page = await uow.events.find(self.community, search, person=None, offset=0, limit=500)
                return list(page.occurrences)

        return self.runner.run(coming())

    def _newest(self) -> int:
        async def newest() -> int:
            async with self.database.reading() as uow:
                return await uow.connection.scalar(select(func.max(occurrences.c.id))) or 0

        return self.runner.run(newest())

    def _one_of_ours(self, which: int) -> Occurrence | None:
        coming = self._coming()
        return coming[which % len(coming)] if coming else None

    def _one_there(self, which: int) -> NativeEvent | None:
        ours = self.calendar.ours
        return ours[which % len(ours)] if ours else None

    def _links(self) -> dict[str, Link]:
        async def links() -> dict[str, Link]:
            async with self.database.reading() as uow:
                return {link.external: link for link in await uow.mirrors.links(self.home.id) if link.external}

        return self.runner.run(links())

    def _ours(self, link: Link) -> Occurrence:
        return self._occurrence(link.occurrence)

    def _occurrence(self, id_: int) -> Occurrence:
        async def get() -> Occurrence:
            async with self.database.reading() as uow:
                found = await uow.events.get(self.community, id_, person=None)
                assert found is not None
                return found

        return self.runner.run(get())


class CountingMirror(Mirror):
    counts = True


class CountlessMirror(Mirror):
    counts = False


@pytest.mark.unmeasured  # as all that chance tries
def test_whatever_happens_both_calendars_agree_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    how = settings(CHEAP, max_examples=20, stateful_step_count=30)
    play_on_sqlite(CountingMirror, sqlite_template, tmp_path, how)


@pytest.mark.unmeasured  # as all that chance tries
def test_whatever_happens_both_calendars_agree_on_postgres(
    postgres: Postgres, postgres_template: str, postgres_names: Iterator[str]
) -> None:
    how = settings(CHEAP, max_examples=10, stateful_step_count=30)
    play_on_postgres(CountlessMirror, postgres, postgres_template, postgres_names, how)
