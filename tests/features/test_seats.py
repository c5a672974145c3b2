"""Places that are few, as people meet them: in line, called, passed on, and reminded only of what they go to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.addresses import Direct
from bot.domain.events import CAPACITY_MOST, Edit
from bot.domain.people import Workspace
from bot.request import Press
from bot.ui import Button, Reply
from tests.features.test_introductions import Chat
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
"""A Wednesday, 15:00 in Berlin."""

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SHOW = "/event show tape loops"


@dataclass(slots=True)
class Door:
    """An event of Ana's for two, and whoever comes."""

    ana: Somebody
    chat: Chat

    def who(self, name: str) -> Somebody:
        return replace(self.ana, name=name)

    async def opens(self, when: str = "saturday 19:00", places: int = 2) -> None:
        saved = await self.ana.presses(
            await self.ana.says(f'/event add Tape Loops when:"{when}" places:{places}'), "Save"
        )
        assert isinstance(saved, Reply)
        assert not saved.is_refusal

    async def say(self, *names: str) -> list[str]:
        return [words(await self.who(name).says("/event answer tape loops")) for name in names]

    async def leave(self, name: str) -> None:
        await self.who(name).says('/event answer tape loops answer:"not going"')

    async def after(self, delta: timedelta = timedelta()) -> None:
        self.ana.clock.skip(delta)
        await self.ana.bot.work()

    def heard(self, name: str) -> list[Reply]:
        """What came to somebody since this was last asked."""
        taken = [
            (isinstance(to, Direct) and to.account == name, (to, reply, key)) for to, reply, key in self.chat.taken
        ]
        self.chat.taken[:] = [each for is_theirs, each in taken if not is_theirs]
        return [reply for is_theirs, (_, reply, _) in taken if is_theirs]


@pytest.fixture
async def door(database_url: str) -> AsyncIterator[Door]:
    async with somebody(database_url, NOW) as ana:
        chat = Chat()
        ana.bot.platforms["console"] = chat
        yield Door(ana, chat)


def labels(reply: Reply) -> list[str]:
    return [each.label for card in reply.cards for each in card.controls if isinstance(each, Button)]


async def test_who_is_called_from_the_line_is_told_and_passes_with_a_button(door: Door) -> None:
    await door.opens()
    said = await door.say("ben", "cem", "dan", "eva")
    assert ["number 1 in line" in each for each in said] == [False, False, True, False]
    assert "number 2 in line" in said[3]
    await door.leave("ben")
    await door.after()
    [told] = door.heard("dan")
    assert "A place is free: you are going to Tape Loops." in words(told)
    assert labels(told) == ["Pass", "Details"]
    assert door.heard("eva") == door.heard("cem") == []
    dan = door.who("dan")
    for _ in range(2):
        passed = await dan.presses(told, "Pass")
        assert isinstance(passed, Reply)
        assert "You are not going to Tape Loops." in words(passed)
        await door.after()
    [told] = door.heard("eva")
    assert "A place is free" in words(told)
    who = await door.ana.says("/event who tape loops")
    assert {each.name for each in who.cards[0].fields} == {"Going (2)", "Not going (2)"}
    await door.after(HOUR)
    assert door.heard("eva") == door.heard("dan") == []


async def test_a_full_event_offers_its_line_and_who_waits_is_not_asked_again(door: Door) -> None:
    await door.opens(places=1)
    await door.say("ben")
    assert labels(await door.who("cem").says(SHOW))[0] == "Join the wait-list"
    assert labels(await door.who("ben").says(SHOW))[0] == "Going"
    found = await door.who("cem").says("/event find")
    assert "1 of 1 going" in words(found)
    joined = await door.who("cem").presses(found, "Join the wait-list")
    assert isinstance(joined, Reply)
    assert labels(joined) == ["Maybe", "Not going", "Who"]
    assert "1 of 1 going, 1 waiting" in words(await door.who("cem").says("/event mine"))


async def test_what_is_freed_at_night_is_told_in_the_morning(door: Door) -> None:
    await door.opens()
    await door.say("ben", "cem", "dan")
    await door.after(9 * HOUR)  # midnight
    await door.leave("ben")
    await door.after(6 * HOUR)
    assert door.heard("dan") == []
    await door.after(HOUR)  # 7:00
    assert len(door.heard("dan")) == 1


async def test_what_starts_before_the_morning_is_told_at_night(door: Door) -> None:
    await door.opens("tomorrow 5:00")
    await door.say("ben", "cem", "dan")
    await door.after(9 * HOUR)
    door.heard("dan")
    await door.leave("ben")
    await door.after()
    assert len(door.heard("dan")) == 1


async def test_who_passed_on_by_themselves_or_what_was_cancelled_meanwhile_is_not_told(door: Door) -> None:
    await door.opens()
    await door.say("ben", "cem", "dan", "eva")
    await door.after(9 * HOUR)
    await door.leave("ben")
    await door.after()  # it is owed for the morning
    await door.leave("dan")
    await door.after()
    async with door.ana.bot.database.writing() as uow:
        await uow.events.cancel(1, 1, door.ana.clock.now())
    await door.after(8 * HOUR)
    assert door.heard("dan") == []
    assert ["was cancelled" in words(each) for each in door.heard("eva")] == [True]


async def test_reminders_go_to_who_goes_and_changes_to_who_waits_too(door: Door) -> None:
    await door.opens("friday 19:00")
    await door.say("ben", "cem", "dan", "eva")
    await door.leave("ben")
    async with door.ana.bot.database.writing() as uow:
        event = await uow.events.get(1, 1, person=None)
        assert event is not None
        edit = Edit(replace(event.details, venue="Attic"), event.starts, event.ends)
        await uow.events.change(1, 1, edit, door.ana.clock.now())
    await door.after(HOUR)
    assert ["has changed" in words(each) for each in door.heard("eva")] == [True]
    assert sorted("has changed" in words(each) for each in door.heard("dan")) == [False, True]
    await door.after(50 * HOUR)  # 2 hours before
    assert ["You are going to this" in words(each) for each in door.heard("dan")] == [True]
    assert door.heard("eva") == []


async def test_a_place_is_passed_on_by_the_button_whatever_community_was_used_last(door: Door) -> None:
    await door.opens(places=1)
    await door.say("ben", "cem")
    await door.after(HOUR)
    hall = replace(door.who("cem"), workspace=Workspace("console", "hall", "The Hall"))
    await hall.says("/event find")
    await door.leave("ben")
    await door.after(MINUTE)
    [told] = door.heard("cem")
    alone = replace(hall, workspace=None)
    passed = words(await alone.presses(told, "Pass"))
    assert passed.startswith("In Console:\nYou are not going to Tape Loops.")
    assert words(await alone.presses(told, "Details")).startswith("In Console:")
    eve = replace(hall, name="eve")  # who was never where it is
    await eve.says("/event find")
    assert "not in this community" in words(await replace(eve, workspace=None).presses(told, "Details"))
    assert "not in this community" in words(await hall.presses(told, "Details"))


async def test_who_asks_to_be_forgotten_makes_room(door: Door) -> None:
    await door.opens(places=1)
    await door.say("ben", "cem")
    ben = door.who("ben")
    await ben.ask(Press(button(await ben.says("/me forget"), "Delete everything")))
    await door.after()
    assert ["A place is free" in words(each) for each in door.heard("cem")] == [True]


@pytest.mark.parametrize("places", ["0", "-3", "1.5", "many", str(CAPACITY_MOST + 1)])
async def test_places_are_a_whole_number_within_reason(door: Door, places: str) -> None:
    form = await door.ana.says_form(f'/event add Tape Loops when:friday places:"{places}"')
    assert "is not a whole number from 1 to 100,000. Try 20." in form.errors["places"]
