"""Introductions as they are kept, and who wants none."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.domain.introductions import (
    AGAIN_AFTER,
    DAY,
    OPEN_FOR,
    Answer,
    Asking,
    Introduction,
    Standing,
)
from bot.domain.members import Somebody
from bot.domain.people import Account, Caller, Workspace
from storage.database import Database
from tests.storage.making import NOW, account, workspace

HOUR = timedelta(hours=1)
ATTIC = workspace("Attic")


async def act(database: Database, who: Account, where: Workspace = ATTIC) -> Caller:
    async with database.writing() as uow:
        return await uow.people.welcome(who, where, is_organiser=False, zone="UTC", locale="en", now=NOW)


@pytest.fixture
async def ben(database: Database, ada: Caller) -> Caller:
    """Of Ada's community."""
    return await act(database, account("ben"))


async def ask(
    database: Database,
    asker: Caller,
    asked: Caller,
    now: datetime = NOW,
    request: str = "r",
    by: Account | None = None,
) -> Introduction:
    """Asked for as the feature does it, without its refusals."""
    assert asker.community is not None
    member = Somebody(by or account(asked.person.name), asked.person.id)
    async with database.writing() as uow:
        standing = await uow.introductions.standing(asker.person.id, asked.person.id, now)
        puts_at = standing.puts_at(asked.person.id, now)
        asking = Asking(asker.community.id, asker.origin, member, "an EP", now, puts_at, request)
        return await uow.introductions.ask(asking)


async def standing(database: Database, asker: Caller, asked: Caller, now: datetime = NOW) -> Standing:
    async with database.writing() as uow:
        return await uow.introductions.standing(asker.person.id, asked.person.id, now)


async def answer(database: Database, one: Introduction, who: Caller, what: Answer, now: datetime = NOW) -> bool:
    async with database.writing() as uow:
        return await uow.introductions.answer(one.id, who.person.id, what, now)


async def put_to(database: Database, one: Introduction, who: Caller) -> Introduction | None:
    async with database.reading() as uow:
        return await uow.introductions.put_to(one.id, who.person.id)


async def test_a_question_is_put_to_whom_it_is_for_and_the_first_answer_counts(
    database: Database, ada: Caller, ben: Caller, eve: Caller
) -> None:
    made = await ask(database, ada, ben)
    assert (made.puts_at, made.ends_at, made.why) == (NOW, NOW + OPEN_FOR, "an EP")
    assert (made.asker.person, made.asked.account) == (ada.person, account("ben"))
    assert await put_to(database, made, ben) == made
    for stranger in (ada, eve):
        assert await put_to(database, made, stranger) is None
        assert not await answer(database, made, stranger, Answer.YES)
    assert not await answer(database, made, ben, Answer.YES, made.ends_at), "it is over"
    assert await answer(database, made, ben, Answer.NO)
    assert not await answer(database, made, ben, Answer.YES)
    found = await put_to(database, made, ben)
    assert found is not None
    assert found.answer is Answer.NO


async def test_of_two_answers_at_once_one_counts(database: Database, ada: Caller, ben: Caller) -> None:
    made = await ask(database, ada, ben)
    done = await asyncio.gather(*(answer(database, made, ben, each) for each in (Answer.YES, Answer.NO)))
    assert sorted(done) == [False, True]


async def test_a_request_is_known_again_by_whoever_made_it(database: Database, ada: Caller, ben: Caller) -> None:
    made = await ask(database, ada, ben, request="once")
    async with database.reading() as uow:
        assert await uow.introductions.requested("once", ada.person.id) == made
        assert await uow.introductions.requested("once", ben.person.id) is None
        assert await uow.introductions.requested("twice", ada.person.id) is None


async def test_who_is_asked_for_again_is_not_asked_for_ninety_days_whatever_they_said(
    database: Database, ada: Caller, ben: Caller
) -> None:
    made = await ask(database, ada, ben)
    await answer(database, made, ben, Answer.YES)
    later = await standing(database, ada, ben, NOW + AGAIN_AFTER - HOUR)
    assert later.puts_at(ben.person.id, NOW + AGAIN_AFTER - HOUR) is None
    much_later = await standing(database, ada, ben, NOW + AGAIN_AFTER)
    assert much_later.puts_at(ben.person.id, NOW + AGAIN_AFTER) == NOW + AGAIN_AFTER
    assert (await standing(database, ben, ada)).puts_at(ada.person.id, NOW) == NOW, (
        "the other way it is another question"
    )


async def test_asked_for_by_another_account_of_theirs_they_are_not_asked_and_nobody_can_tell(
    database: Database, ada: Caller, ben: Caller
) -> None:
    await ask(database, ada, ben)
    other = Account("slack", "T1.U1", "benny")
    there = await act(database, other)
    async with database.writing() as uow:
        assert await uow.linking.join_people(there.person.id, ben.person.id, NOW)
    now = await standing(database, ada, ben)
    assert now.puts_at(ben.person.id, NOW) is None
    again = await ask(database, ada, ben, request="again", by=other)
    assert again.is_withheld
    assert again.ends_at == NOW + OPEN_FOR
    assert await put_to(database, again, ben) is None
    assert not await answer(database, again, ben, Answer.YES)


async def test_three_are_asked_for_in_a_day(database: Database, ada: Caller, ben: Caller) -> None:
    for number in range(3):
        assert (await standing(database, ada, ben)).next_at(NOW + number * HOUR) is None
        other = await act(database, account(f"member{number}"))
        await ask(database, ada, other, NOW + number * HOUR, request=f"r{number}")
    now = await standing(database, ada, ben, NOW + 3 * HOUR)
    assert now.next_at(NOW + 3 * HOUR) == NOW + DAY
    assert now.next_at(NOW + DAY) is None


async def test_two_questions_are_put_in_a_day_and_the_others_wait_or_are_not_put(
    database: Database, ada: Caller, ben: Caller
) -> None:
    puts: list[datetime | None] = []
    for number in range(15):
        asker = await act(database, account(f"asker{number}"))
        made = await ask(database, asker, ben, request=f"r{number}")
        puts.append(None if made.is_withheld else made.puts_at)
    assert puts == [*(NOW + (number // 2) * DAY for number in range(14)), None]


async def test_who_wants_none_is_not_asked_and_nobody_can_tell(
    database: Database, ada: Caller, ben: Caller, eve: Caller
) -> None:
    async with database.writing() as uow:
        await uow.introductions.add_never(ben.person.id, ada.person.id, NOW)
        await uow.introductions.add_never(ben.person.id, ada.person.id, NOW)
    first = await ask(database, ada, ben)
    assert first.is_withheld
    assert not (await ask(database, eve, ben, request="eve")).is_withheld
    assert not (await ask(database, ben, ada, request="back")).is_withheld, "it is no list of Ada's"
    async with database.writing() as uow:
        assert await uow.introductions.is_welcoming(ada.person.id)
        await uow.introductions.welcome(ada.person.id, False)
        assert not await uow.introductions.is_welcoming(ada.person.id)
    assert (await ask(database, eve, ada, request="eve to ada")).is_withheld


async def test_a_list_is_its_owners_alone(database: Database, ada: Caller, ben: Caller, eve: Caller) -> None:
    async with database.writing() as uow:
        for other in (eve, ben):
            await uow.introductions.add_never(ada.person.id, other.person.id, NOW)
        page = await uow.introductions.never(ada.person.id, 0, 1)
        assert ([each.name for each in page.people], page.total) == (["Ben"], 2)
        assert (await uow.introductions.never(ada.person.id, 1, 5)).people == [eve.person]
        assert (await uow.introductions.never(ben.person.id, 0, 5)).total == 0
        assert await uow.introductions.is_never(ada.person.id, ben.person.id)
        assert not await uow.introductions.is_never(ben.person.id, ada.person.id)
        assert not await uow.introductions.remove_never(ben.person.id, ada.person.id)
        assert await uow.introductions.remove_never(ada.person.id, ben.person.id)
        assert not await uow.introductions.remove_never(ada.person.id, ben.person.id)


async def test_open_questions_are_withheld_when_either_wants_no_more(
    database: Database, ada: Caller, ben: Caller, eve: Caller
) -> None:
    to_ben, to_ada = await ask(database, ada, ben), await ask(database, ben, ada, request="back")
    of_eve = await ask(database, eve, ben, request="eve")
    answered = await ask(database, eve, ada, request="answered")
    assert await answer(database, answered, ada, Answer.YES)
    async with database.writing() as uow:
        await uow.introductions.add_never(ben.person.id, ada.person.id, NOW)
    assert await put_to(database, to_ben, ben) is None
    assert await put_to(database, to_ada, ada) is None
    assert await put_to(database, of_eve, ben) is not None
    async with database.writing() as uow:
        await uow.introductions.welcome(ben.person.id, False)
        await uow.introductions.welcome(ada.person.id, False)
    assert await put_to(database, of_eve, ben) is None
    assert await put_to(database, answered, ada) is not None


async def test_organisers_switch_them_off_for_their_community_alone(
    database: Database, ada: Caller, ben: Caller, attic: int, cellar: int
) -> None:
    made = await ask(database, ada, ben)
    async with database.writing() as uow:
        assert await uow.introductions.is_allowed(attic)
        await uow.introductions.allow(attic, False)
        assert not await uow.introductions.is_allowed(attic)
        assert await uow.introductions.is_allowed(cellar)
    found = await put_to(database, made, ben)
    assert found is not None
    assert not found.is_allowed


async def test_what_is_long_over_goes(database: Database, ada: Caller, ben: Caller, eve: Caller) -> None:
    old, new = await ask(database, ada, ben), await ask(database, eve, ben, NOW + DAY, request="new")
    async with database.writing() as uow:
        assert await uow.introductions.sweep(old.ends_at, 10) == 0
        assert await uow.introductions.sweep(new.ends_at, 10) == 1
        assert [each.id for each in await uow.introductions.fallen_due([old.id, new.id])] == [new.id]


async def test_who_is_linked_keeps_their_introductions_and_all_that_either_wanted_never(
    database: Database, ada: Caller, ben: Caller, eve: Caller
) -> None:
    other = await act(database, Account("slack", "T1.U1", "ada.l"))
    made = await ask(database, ben, other, by=Account("slack", "T1.U1", "ada.l"))
    async with database.writing() as uow:
        add = uow.introductions.add_never
        await add(other.person.id, eve.person.id, NOW)
        await add(eve.person.id, other.person.id, NOW)
        await add(ada.person.id, other.person.id, NOW)
        await add(other.person.id, ada.person.id, NOW)
        await uow.introductions.welcome(other.person.id, False)
        assert await uow.linking.join_people(other.person.id, ada.person.id, NOW)
        listed = await uow.introductions.never(ada.person.id, 0, 5)
        assert [each.id for each in listed.people] == [eve.person.id], "nobody is on their own list"
        assert await uow.introductions.is_never(eve.person.id, ada.person.id)
        assert not await uow.introductions.is_welcoming(ada.person.id), "where either wants none, they want none"
        [moved] = await uow.introductions.fallen_due([made.id])
        assert moved.asked.person.id == ada.person.id
        alone = await uow.linking.part_person(other.origin.account, NOW)
        assert alone is not None
        [moved] = await uow.introductions.fallen_due([made.id])
        assert moved.asked.person.id == alone, "it was put to that account"
        assert (await uow.introductions.never(alone, 0, 5)).total == 0, "a list stays with whoever stays"
        assert await uow.introductions.is_never(eve.person.id, alone), "nobody gets around it by unlinking"
        assert not await uow.introductions.is_welcoming(alone)


async def test_two_who_turn_out_to_be_one_are_not_introduced(database: Database, ada: Caller, ben: Caller) -> None:
    made = await ask(database, ada, ben)
    async with database.writing() as uow:
        assert await uow.linking.join_people(ben.person.id, ada.person.id, NOW)
    found = await put_to(database, made, ada)
    assert found is not None
    assert not found.can_be_answered(NOW)


async def test_linked_communities_share_introductions_and_a_workspace_that_parts_keeps_the_switch(
    database: Database, ada: Caller, ben: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    made = await ask(database, ada, ben)
    assert eve.origin.home is not None
    async with database.writing() as uow:
        assert await uow.linking.join(attic, cellar, NOW)
        [moved] = await uow.introductions.fallen_due([made.id])
        assert moved.community.id == cellar
        await uow.introductions.allow(cellar, False)
        parted = await uow.linking.part(eve.origin.home, NOW)
        assert parted is not None
        assert not await uow.introductions.is_allowed(parted)
