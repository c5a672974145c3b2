"""Places that are few: who has one, who waits in which order, and who has the next that is freed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.events import FREED, Answers, Attendance, Details, Edit, NewEvent, Tally
from bot.domain.people import Caller, Workspace
from bot.errors import NotFound
from storage.database import Database
from tests.storage.making import NOW, account, add, bring, event, found, told, workspace

GOING, MAYBE, NOT_GOING, WAITING = Attendance.GOING, Attendance.MAYBE, Attendance.NOT_GOING, Attendance.WAITING
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ATTIC = workspace("Attic")


def few(places: int | None, rrule: str = "") -> NewEvent:
    return event(Details("Small room", capacity=places), rrule=rrule)


async def join(database: Database, name: str, where: Workspace = ATTIC) -> Caller:
    async with database.writing() as uow:
        return await uow.people.welcome(account(name), where, is_organiser=False, zone="UTC", locale="en", now=NOW)


@dataclass(slots=True)
class Room:
    """One occurrence, and people who answer to it, a minute apart."""

    database: Database
    community: int
    occurrence: int
    people: dict[str, Caller] = field(default_factory=dict)
    now: datetime = NOW

    async def says(self, name: str, answer: Attendance = GOING) -> Tally:
        if name not in self.people:
            self.people[name] = await join(self.database, name)
        self.now += MINUTE
        async with self.database.writing() as uow:
            return await uow.events.answer(
                self.community, self.occurrence, self.people[name].person.id, answer, self.now
            )

    async def say(self, *names: str) -> None:
        for name in names:
            await self.says(name)

    async def answers(self) -> Answers:
        async with self.database.reading() as uow:
            return await uow.events.answers(self.community, self.occurrence)

    async def stand(self) -> tuple[str, str]:
        """Who goes and who waits, in their order, by their initials."""
        answers = await self.answers()
        going, waiting = ("".join(name[0] for name in names) for names in (answers.going, answers.waiting))
        return going, waiting

    async def limit(self, places: int | None) -> None:
        self.now += MINUTE
        async with self.database.writing() as uow:
            event = await uow.events.get(self.community, self.occurrence, person=None)
            assert event is not None
            edit = Edit(replace(event.details, capacity=places), event.starts, event.ends)
            await uow.events.change(self.community, self.occurrence, edit, self.now)

    async def freed(self) -> str:
        """Whom a place went to since this was last asked, by their initials."""
        persons = {each.person.id: name for name, each in self.people.items()}
        async with self.database.writing() as uow:
            due = [each for each in await uow.due.take(self.now + DAY, 1000) if each.kind == FREED]
            await uow.due.move([(each, None) for each in due])
            places = await uow.events.take_freed([each.subject for each in due])
        return "".join(sorted(persons[each.person][0].upper() for each in places))


@pytest.fixture
async def room(database: Database, attic: int) -> Room:
    """For two."""
    return Room(database, attic, await add(database, attic, few(2)))


async def test_who_comes_too_late_waits_and_is_told_their_place(room: Room) -> None:
    assert await room.says("ann") == Tally(1, 0)
    assert await room.says("ben") == Tally(2, 0)
    assert await room.says("cem") == Tally(2, 0, 1, 1)
    assert await room.says("dan") == Tally(2, 0, 2, 2)
    assert await room.says("eva", MAYBE) == Tally(2, 1, 2)  # takes no place
    [card] = await found(room.database, room.community)
    assert (card.going, card.maybe, card.waiting, card.is_full) == (2, 1, 2, True)
    async with room.database.reading() as uow:
        for name, mine, place in (("ann", GOING, None), ("dan", WAITING, 2), ("eva", MAYBE, None)):
            seen = await uow.events.get(room.community, room.occurrence, person=room.people[name].person.id)
            assert seen is not None
            assert (seen.mine, seen.my_place) == (mine, place)
        dans = await uow.events.mine(room.community, room.people["dan"].person.id, NOW, 0, 5)
        assert [(each.id, each.my_place) for each in dans.occurrences] == [(room.occurrence, 2)]


async def test_who_says_so_again_keeps_their_place_and_who_left_the_line_comes_last(room: Room) -> None:
    await room.say("ann", "ben", "cem", "dan", "eva")
    assert await room.says("cem") == Tally(2, 0, 3, 1)
    assert await room.stand() == ("AB", "CDE")
    assert await room.says("cem", MAYBE) == Tally(2, 1, 2)
    assert await room.says("dan", NOT_GOING) == Tally(2, 1, 1)
    await room.say("cem", "dan")
    assert await room.stand() == ("AB", "ECD")
    assert await room.freed() == ""


@pytest.mark.parametrize("answer", [MAYBE, NOT_GOING])
async def test_a_freed_place_goes_to_the_first_in_line_who_is_told_once(room: Room, answer: Attendance) -> None:
    await room.say("ann", "ben", "cem", "dan")
    tally = await room.says("ann", answer)
    assert (tally.going, tally.waiting, tally.place) == (2, 1, None)
    assert await room.stand() == ("BC", "D")
    assert await room.freed() == "C"
    assert await room.freed() == ""
    await room.say("ann")
    assert await room.stand() == ("BC", "DA")


async def test_who_passes_before_they_were_told_is_not_told(room: Room) -> None:
    await room.say("ann", "ben", "cem", "dan")
    await room.says("ann", NOT_GOING)
    await room.says("cem", NOT_GOING)
    assert await room.stand() == ("BD", "")
    assert await room.freed() == "D"


async def test_a_line_is_one_even_when_all_come_at_one_moment(room: Room) -> None:
    persons = [(await join(room.database, name)).person.id for name in ("gil", "fay", "eva", "dan", "cem", "ben")]
    async with room.database.writing() as uow:
        for person in persons:
            await uow.events.answer(room.community, room.occurrence, person, GOING, NOW)
    assert await room.stand() == ("GF", "EDCB")


async def test_more_places_call_as_many_from_the_line_in_their_order(room: Room) -> None:
    await room.say("ann", "ben", "cem", "dan", "eva")
    await room.limit(4)
    assert await room.stand() == ("ABCD", "E")
    assert await room.freed() == "CD"
    await room.limit(None)
    assert await room.stand() == ("ABCDE", "")
    assert await room.says("fay") == Tally(6, 0)


async def test_fewer_places_take_none_away(room: Room) -> None:
    await room.limit(4)
    await room.say("ann", "ben", "cem", "dan", "eva")
    await room.limit(2)
    assert await room.stand() == ("ABCD", "E")
    await room.says("ann", NOT_GOING)
    await room.says("ben", NOT_GOING)
    assert await room.stand() == ("CD", "E")
    await room.says("cem", NOT_GOING)
    assert await room.stand() == ("DE", "")


async def test_who_came_before_there_was_a_limit_stays(room: Room) -> None:
    await room.limit(None)
    await room.say("ann", "ben", "cem")
    await room.limit(1)
    assert await room.says("dan") == Tally(3, 0, 1, 1)
    assert await room.stand() == ("ABC", "D")


async def test_nobody_is_called_once_it_has_begun_but_who_asks_has_what_is_free(room: Room) -> None:
    await room.say("ann", "ben", "cem", "dan")
    [card] = await found(room.database, room.community)
    room.now = card.starts + MINUTE
    await room.says("ann", NOT_GOING)
    assert await room.stand() == ("B", "CD")
    assert await room.says("dan") == Tally(2, 0, 1)
    assert await room.stand() == ("BD", "C")
    await room.limit(9)
    assert await room.stand() == ("BD", "C")
    assert await room.freed() == ""


async def test_nobody_is_called_to_what_is_cancelled_until_it_takes_place_after_all(
    database: Database, attic: int
) -> None:
    small = few(2)
    await bring(database, attic, told(small))
    [card] = await found(database, attic)
    room = Room(database, attic, card.id)
    await room.say("ann", "ben", "cem")
    await bring(database, attic, told(replace(small, is_cancelled=True), digest="2"), now=room.now)
    await room.says("ann", NOT_GOING)
    assert await room.stand() == ("B", "C")
    await bring(database, attic, told(small, digest="3"), now=room.now)
    assert await room.stand() == ("BC", "")
    assert await room.freed() == "C"
    await room.say("dan")
    await bring(database, attic, told(few(3), digest="4"), now=room.now)
    assert await room.stand() == ("BCD", "")


async def test_each_time_of_a_series_has_places_of_its_own(database: Database, attic: int) -> None:
    await add(database, attic, few(1, rrule="FREQ=WEEKLY;COUNT=3"))
    nights = await found(database, attic)
    people: dict[str, Caller] = {}
    rooms = [Room(database, attic, night.id, people) for night in nights]
    for each in rooms[:2]:
        await each.say("ann", "ben")
    await rooms[1].limit(2)
    assert [await each.stand() for each in rooms] == [("A", "B"), ("AB", ""), ("", "")]
    assert [each.details.capacity for each in await found(database, attic)] == [1, 2, 1]


async def test_whom_it_interests_elsewhere_takes_no_place_and_keeps_their_own_in_line(room: Room, ada: Caller) -> None:
    assert ada.origin.home is not None
    await room.say("ann", "ben", "cem")
    room.people["dan"] = await join(room.database, "dan")
    interested = {room.people[name].person.id for name in ("ann", "cem", "dan")}
    async with room.database.writing() as uow:
        await uow.events.interest(room.community, room.occurrence, ada.origin.home, interested, NOW)
    assert await room.stand() == ("AB", "C")
    assert (await room.answers()).maybe == ("Dan",)
    assert await room.says("dan") == Tally(2, 0, 2, 2)


async def test_nobody_waits_for_another_community(room: Room, eve: Caller, cellar: int) -> None:
    async with room.database.writing() as uow:
        with pytest.raises(NotFound):
            await uow.events.answer(cellar, room.occurrence, eve.person.id, GOING, NOW)


# --- people who go and become one --------------------------------------------------------------------------


async def test_who_is_forgotten_leaves_their_place_to_the_next(room: Room) -> None:
    await room.say("ann", "ben", "cem", "dan")
    for name in ("ann", "dan"):
        async with room.database.writing() as uow:
            await uow.mydata.forget(room.people.pop(name).person.id, room.now)
    assert await room.stand() == ("BC", "")
    assert await room.freed() == "C"


async def unite(room: Room, one: str, into: str) -> None:
    async with room.database.writing() as uow:
        goes, stays = room.people.pop(one).person.id, room.people[into].person.id
        assert await uow.linking.join_people(goes, stays, room.now)


async def test_two_accounts_of_one_person_have_the_earlier_place_in_line(room: Room) -> None:
    await room.say("ann", "ben", "cem", "dan", "eva")
    await unite(room, "cem", "eva")
    assert await room.stand() == ("AB", "ED")
    await unite(room, "dan", "eva")
    assert await room.stand() == ("AB", "E")


async def test_two_accounts_of_one_person_have_one_place_and_the_other_is_freed(room: Room) -> None:
    await room.say("ann", "ben", "cem", "dan")
    await unite(room, "ann", "ben")
    assert await room.stand() == ("BC", "D")
    await unite(room, "dan", "ben")  # a place counts more than one in line, though that is newer
    assert await room.stand() == ("BC", "")
    await room.say("eva")
    await unite(room, "cem", "eva")
    assert await room.stand() == ("BE", "")


async def test_of_two_answers_of_one_person_the_newest_counts_and_frees_the_place(room: Room) -> None:
    await room.say("ann", "ben", "cem")
    await room.says("dan", NOT_GOING)
    await unite(room, "ann", "dan")
    assert await room.stand() == ("BC", "")
    assert (await room.answers()).not_going == ("Dan",)


# --- communities that become one, and two ------------------------------------------------------------------


async def two_rooms(database: Database, ada: Caller, eve: Caller) -> tuple[Room, Room]:
    """The same event in two communities, for two."""
    rooms = []
    for who in (ada, eve):
        assert who.community is not None
        await bring(database, who.community.id, told(few(2)))
        [card] = await found(database, who.community.id)
        rooms.append(Room(database, who.community.id, card.id))
    return rooms[0], rooms[1]


async def test_of_two_lines_that_become_one_nobody_loses_a_place_or_their_turn(
    database: Database, ada: Caller, eve: Caller
) -> None:
    here, there = await two_rooms(database, ada, eve)
    for name in ("ann", "xia", "ben", "yan", "cem", "zoe", "dan"):
        room = there if name in ("xia", "yan", "zoe") else here
        room.now = max(here.now, there.now)
        await room.says(name)
    async with database.writing() as uow:
        assert await uow.linking.join(there.community, here.community, here.now)
    assert await here.stand() == ("AXBY", "CZD")
    for name, stand in (("ann", ("XBY", "CZD")), ("ben", ("XY", "CZD")), ("cem", ("XY", "ZD"))):
        await here.says(name, NOT_GOING)
        assert await here.stand() == stand


async def test_when_the_sides_part_each_has_all_places_for_its_own(
    database: Database, ada: Caller, eve: Caller
) -> None:
    assert eve.origin.home is not None
    here, there = await two_rooms(database, ada, eve)
    async with database.writing() as uow:
        assert await uow.linking.join(there.community, here.community, NOW)
    for number, name in enumerate(("ann", "xia", "ben", "yan", "cem", "zoe")):
        here.people[name] = await join(database, name, workspace("Cellar") if number % 2 else ATTIC)
        await here.says(name)
    assert await here.stand() == ("AX", "BYCZ")
    async with database.writing() as uow:
        new = await uow.linking.part(eve.origin.home, here.now)
    assert new is not None
    [card] = await found(database, new)
    assert await here.stand() == ("AB", "C")
    assert await Room(database, new, card.id).stand() == ("XY", "Z")
    assert await here.freed() == "BY"


async def test_when_a_side_is_forgotten_its_places_are_freed(database: Database, ada: Caller, eve: Caller) -> None:
    assert ada.community is not None
    here, there = await two_rooms(database, ada, eve)
    async with database.writing() as uow:
        assert await uow.linking.join(there.community, here.community, NOW)
    here.people["xia"] = await join(database, "xia", workspace("Cellar"))
    await here.say("xia", "ann", "ben")
    async with database.writing() as uow:
        await uow.people.leave(workspace("Cellar"), NOW)
        assert await uow.people.forget_removed(NOW + MINUTE, 5, here.now)
    assert await here.stand() == ("AB", "")


# --- all at once -------------------------------------------------------------------------------------------


async def test_two_hundred_who_come_and_go_at_once_leave_exactly_the_places_taken(room: Room) -> None:
    await room.limit(40)
    names = [f"p{number}" for number in range(200)]
    persons = [(await join(room.database, name)).person.id for name in names]
    chance = Random(7)
    leave, stay = persons[:60], persons[60:]

    async def act(person: int, *answers: Attendance) -> None:
        for answer in answers:
            async with room.database.writing() as uow:
                await uow.events.answer(room.community, room.occurrence, person, answer, NOW)

    acts = [(person, (GOING, chance.choice((MAYBE, NOT_GOING)))) for person in leave]
    acts += [(person, (GOING, GOING)) for person in stay]
    chance.shuffle(acts)
    edits = (room.limit(40) for _ in range(5))  # that change nothing
    await asyncio.gather(*(act(person, *answers) for person, answers in acts), *edits)
    answers = await room.answers()
    assert (len(answers.going), len(answers.waiting)) == (40, 100)
    assert {*answers.going, *answers.waiting} == {f"P{number}" for number in range(60, 200)}
    async with room.database.reading() as uow:
        cards = [await uow.events.get(room.community, room.occurrence, person=person) for person in stay]
    assert sorted(each.my_place for each in cards if each and each.my_place) == list(range(1, 101))


# --- whatever they say -------------------------------------------------------------------------------------

PEOPLE = "ABCDEF"
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from((GOING, GOING, GOING, MAYBE, NOT_GOING))),
        st.tuples(st.just("places"), st.sampled_from((1, 1, 2, 3, 4, None))),
        st.tuples(st.just("forget"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("starts"), st.just(None)),
    ),
    max_size=30,
)


@dataclass(slots=True)
class Model:
    """Who goes and who waits, as somebody with a pencil at the door would have it."""

    places: int | None
    going: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    called: set[str] = field(default_factory=set)
    """Whom a place went to, and who was not told yet."""
    has_begun: bool = False

    def say(self, who: str, answer: Attendance) -> None:
        has_room = self.places is None or len(self.going) < self.places
        if answer is not GOING:
            self.leave(who)
        elif who not in self.going and (has_room and (self.has_begun or not self.line)):
            self.leave(who)
            self.going.append(who)
        elif who not in self.going and who not in self.line:
            self.line.append(who)

    def leave(self, who: str) -> None:
        for each in (self.going, self.line):
            if who in each:
                each.remove(who)
        self.called.discard(who)
        self.fill()

    def fill(self) -> None:
        while not self.has_begun and self.line and (self.places is None or len(self.going) < self.places):
            self.called.add(self.line[0])
            self.going.append(self.line.pop(0))


async def play(database: Database, number: int, steps: Sequence[tuple[str, object]]) -> None:
    ada = await join(database, f"ada {number}", workspace(f"Attic {number}"))
    assert ada.community is not None
    room = Room(database, ada.community.id, await add(database, ada.community.id, few(2)))
    model = Model(2)
    for what, how in steps:
        match what, how:
            case "places", int() | None:
                await room.limit(how)
                model.places = how
                model.fill()
            case "forget", str():
                model.leave(how)
                if how in room.people:
                    async with database.writing() as uow:
                        await uow.mydata.forget(room.people.pop(how).person.id, room.now)
            case "starts", None:
                [card] = await found(database, room.community)
                room.now = max(room.now, card.starts)
                model.has_begun = True
            case _, Attendance():
                if what not in room.people:
                    room.people[what] = await join(database, f"{what} {number}", workspace(f"Attic {number}"))
                tally = await room.says(what, how)
                model.say(what, how)
                place = model.line.index(what) + 1 if what in model.line else None
                assert (tally.going, tally.waiting, tally.place) == (len(model.going), len(model.line), place)
            case _:
                raise AssertionError(what)
        assert await room.stand() == ("".join(model.going), "".join(model.line))
    assert await room.freed() == "".join(sorted(model.called))


@pytest.fixture
def numbers() -> Iterator[int]:
    """Each given once: all examples play on one database."""
    return count(1)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whoever_answers_whatever_it_is_as_at_the_door(
    request: pytest.FixtureRequest, engine: str, numbers: Iterator[int], steps: list[tuple[str, object]]
) -> None:
    async def run() -> None:
        database = Database(request.getfixturevalue(f"{engine}_url"))
        try:
            await play(database, next(numbers), steps)
        finally:
            await database.close()

    asyncio.run(run())
