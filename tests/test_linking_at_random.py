"""Whatever is linked, unlinked, added and answered in whatever order: each workspace sees what a simple model says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.domain.events import Attendance, Search
from bot.domain.people import Caller, Workspace
from storage.database import Database
from tests.storage.making import NOW, account, add, event

pytestmark = pytest.mark.unmeasured

HOMES = ("attic", "cellar", "garage")
MINUTE = timedelta(minutes=1)
ANSWERS = (Attendance.GOING, Attendance.MAYBE, Attendance.NOT_GOING)

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(HOMES)),
        st.tuples(st.just("answer"), st.sampled_from(HOMES), st.integers(0, 30), st.sampled_from(ANSWERS)),
        st.tuples(st.just("join"), st.sampled_from(HOMES), st.sampled_from(HOMES)),
        st.tuples(st.just("part"), st.sampled_from(HOMES)),
    ),
    max_size=25,
)

COPIED_ALIKE: list[tuple[str, ...]] = [
    ("add", "cellar"),
    ("join", "cellar", "garage"),
    ("part", "cellar"),
    ("join", "attic", "cellar"),
    ("part", "attic"),
    ("join", "attic", "garage"),
]
"""Two that have copies of a third one's event become one."""


@dataclass(slots=True)
class Model:
    """Calendars by the sets of workspaces that share one; each event with the answer of each workspace's member."""

    calendars: dict[frozenset[str], dict[str, dict[str, tuple[int, Attendance]]]] = field(default_factory=dict)

    def of(self, home: str) -> frozenset[str]:
        return next(homes for homes in self.calendars if home in homes)

    def join(self, home: str, into: str) -> bool:
        one, other = self.of(home), self.of(into)
        if one == other or len(one) > 1:
            return False
        theirs, ours = self.calendars.pop(one), self.calendars.pop(other)
        for title, answers in theirs.items():
            mine = ours.setdefault(title, {})
            for who, said in answers.items():
                mine[who] = max(mine.get(who, said), said)
        self.calendars[one | other] = ours
        return True

    def part(self, home: str) -> bool:
        homes = self.of(home)
        if len(homes) == 1:
            return False
        shared = self.calendars.pop(homes)
        for side in (frozenset({home}), homes - {home}):
            self.calendars[side] = {
                title: {who: said for who, said in answers.items() if who in side} for title, answers in shared.items()
            }
        return True


class Play:
    """The same on a real database."""

    def __init__(self, database: Database, numbers: Iterator[int]) -> None:
        self._database = database
        self._model = Model()
        self._members: dict[str, Caller] = {}
        self._buttons: dict[tuple[str, str], list[int]] = {}
        """By workspace and title: ids that were ever seen there."""
        self._numbers = numbers

    async def run(self, steps: list[tuple[str, ...]]) -> None:
        play = next(self._numbers)
        for name in HOMES:
            await self._act(f"{name}{play}", name)
            self._model.calendars[frozenset({name})] = {}
        for step in steps:
            await self._step(*step)
            await self._check()

    async def _act(self, name: str, home: str) -> None:
        place = Workspace("console", name, name)
        async with self._database.writing() as uow:
            self._members[home] = await uow.people.welcome(
                account(name), place, is_organiser=True, zone="UTC", locale="en", now=NOW
            )

    async def _step(self, what: str, home: str, *more: object) -> None:
        match what, *more:
            case ("add",):
                title = f"Night {next(self._numbers)}"
                made = event(title, added_by=self._members[home].person.id)
                made = type(made)(made.details, made.timing, origin=self._members[home].origin)
                await add(self._database, await self._community(home), made)
                self._model.calendars[self._model.of(home)][title] = {}
            case "answer", int(which), Attendance() as answer:
                await self._answer(home, which, answer)
            case "join", str(into):
                if self._model.join(home, into):
                    async with self._database.writing() as uow:
                        assert await uow.linking.join(await self._community(home), await self._community(into), NOW)
            case _:
                homes = self._model.part(home)
                async with self._database.writing() as uow:
                    assert (await uow.linking.part(self._home(home), NOW) is not None) == homes

    async def _answer(self, home: str, which: int, answer: Attendance) -> None:
        calendar = self._model.calendars[self._model.of(home)]
        if not calendar:
            return
        title = sorted(calendar)[which % len(calendar)]
        number = next(self._numbers)
        community, who = await self._community(home), self._members[home]
        ids = self._buttons[home, title]
        async with self._database.writing() as uow:
            found = await uow.events.get(community, ids[which % len(ids)], person=None)
            assert found is not None, "an old button finds what it stood for"
            await uow.events.answer(community, found.id, who.person.id, answer, NOW + number * MINUTE)
        if calendar[title].get(home, (0, None))[1] is not answer:  # who says the same again keeps their turn
            calendar[title][home] = (number, answer)

    async def _check(self) -> None:
        for home in HOMES:
            calendar = self._model.calendars[self._model.of(home)]
            community = await self._community(home)
            async with self._database.reading() as uow:
                page = await uow.events.find(community, Search(NOW), person=None, offset=0, limit=100)
                seen = {}
                for each in page.occurrences:
                    said = await uow.events.answers(community, each.id)
                    names = (said.going, said.maybe, said.not_going)
                    seen[each.details.title] = {
                        name: answer for answer, people in zip(ANSWERS, names, strict=True) for name in people
                    }
                    ids = self._buttons.setdefault((home, each.details.title), [])
                    if each.id not in ids:
                        ids.append(each.id)
                assert page.total == len(seen), "nothing is there twice"
                words = await uow.events.find(community, Search(NOW, words="night"), person=None, offset=0, limit=100)
                assert words.total == page.total
            assert seen == {
                title: {self._members[who].person.name: answer for who, (_, answer) in answers.items()}
                for title, answers in calendar.items()
            }

    async def _community(self, home: str) -> int:
        async with self._database.reading() as uow:
            [found] = await uow.people.homes([self._home(home)])
        return found.community.id

    def _home(self, home: str) -> int:
        found = self._members[home].origin.home
        assert found is not None
        return found


@pytest.fixture
def numbers() -> Iterator[int]:
    """Each given once: all examples play on one database."""
    return count(1)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=COPIED_ALIKE)
def test_every_workspace_sees_what_the_model_says(
    request: pytest.FixtureRequest, engine: str, numbers: Iterator[int], steps: list[tuple[str, ...]]
) -> None:
    url: str = request.getfixturevalue(f"{engine}_url")

    async def play() -> None:
        database = Database(url)
        try:
            await Play(database, numbers).run(steps)
        finally:
            await database.close()

    asyncio.run(play())
