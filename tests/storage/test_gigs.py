"""Gigs as they are kept, on both databases: who sees them, who decides, and what linking does to them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.events import Price
from bot.domain.gigs import (
    FOLLOWS_MOST,
    OPEN_MOST,
    About,
    Gig,
    NewGig,
    Order,
    Pay,
    Per,
    Posted,
    Rules,
    Standing,
    Wanted,
    What,
)
from bot.domain.people import Caller
from bot.errors import NotFound, Refused
from storage.database import Database
from tests.storage.making import BERLIN, NOW, account, workspace

DAY = timedelta(days=1)
MIX = About(
    What.MIX,
    "Mix our EP",
    ("engineer",),
    BERLIN,
    is_remote=True,
    pay=Pay(Price(Decimal("120.50"), "EUR"), Per.SONG, points=Decimal("2.5")),
    link="https://example.org/mix",
    text="Four *tracks*",
    contact="@ada",
)
ENGINEER = Wanted(role="engineer", near=BERLIN, is_paid=True)


async def act(database: Database, name: str, where: str, platform: str = "console") -> Caller:
    async with database.writing() as uow:
        place = replace(workspace(where), platform=platform)
        who = replace(account(name), platform=platform)
        return await uow.people.welcome(who, place, is_organiser=False, zone="UTC", locale="en", now=NOW)


async def post(
    database: Database,
    who: Caller,
    about: About = MIX,
    *,
    days: int = 30,
    is_approved: bool = True,
    request: str | None = None,
) -> Posted:
    assert who.community is not None
    new = NewGig(about, NOW + days * DAY, who.origin, is_approved, request)
    async with database.writing() as uow:
        return await uow.gigs.post(who.community.id, new, NOW)


async def get(database: Database, community: int, id_: int, who: Caller, *, sees_all: bool = False) -> Gig | None:
    async with database.reading() as uow:
        return await uow.gigs.get(community, id_, person=who.person.id, sees_all=sees_all, now=NOW)


async def titles(
    database: Database, community: int, wanted: Wanted | None = None, days: int = 0, **more: Order
) -> list[str]:
    async with database.reading() as uow:
        page = await uow.gigs.find(
            community,
            wanted or Wanted(),
            more.get("order", Order.NEWEST),
            person=None,
            now=NOW + days * DAY,
            offset=0,
            limit=100,
        )
    assert page.total == len(page.gigs)
    return [gig.about.title for gig in page.gigs]


async def test_a_gig_is_read_as_it_was_posted_and_a_request_posts_one(
    database: Database, ada: Caller, attic: int
) -> None:
    first = await post(database, ada, request="r")
    assert first.is_new
    assert await post(database, ada, replace(MIX, title="Other"), request="r") == Posted(first.id, is_new=False)
    gig = await get(database, attic, first.id, ada)
    assert gig is not None
    assert gig.about == MIX
    assert (gig.poster, gig.account, gig.is_mine) == (ada.person.id, account("ada"), True)
    assert await titles(database, attic) == ["Mix our EP"]


async def test_gigs_of_another_community_are_not_there(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    posted = await post(database, ada)
    assert await get(database, cellar, posted.id, eve, sees_all=True) is None
    async with database.writing() as uow:
        assert await uow.gigs.where(eve.person.id, posted.id) is None
        assert await uow.gigs.where(ada.person.id, posted.id) == attic
        assert not await uow.gigs.close(cellar, posted.id, Standing.FILLED)
        assert not await uow.gigs.approve(cellar, posted.id, NOW)
        assert not await uow.gigs.renew(cellar, posted.id, NOW + 60 * DAY)
        assert not await uow.gigs.remove(cellar, posted.id)
        assert await uow.gigs.interests(posted.id, cellar) == ()
        with pytest.raises(NotFound):
            await uow.gigs.change(cellar, posted.id, MIX, NOW + DAY, Standing.OPEN)
        with pytest.raises(NotFound):
            await uow.gigs.want(cellar, posted.id, eve.origin, "", NOW)
    assert await titles(database, cellar) == []


async def test_what_is_over_or_waits_is_seen_by_its_poster_and_organisers_alone(
    database: Database, ada: Caller, attic: int
) -> None:
    ben = await act(database, "ben", "Attic")
    over = await post(database, ada, days=-1)
    waits = await post(database, ada, is_approved=False)
    for posted in (over, waits):
        assert await get(database, attic, posted.id, ben) is None
        assert await get(database, attic, posted.id, ben, sees_all=True) is not None
        assert await get(database, attic, posted.id, ada) is not None
    assert await titles(database, attic) == []
    async with database.reading() as uow:
        assert (await uow.gigs.mine(attic, ada.person.id, 0, 10)).total == 2
        assert [each.id for each in (await uow.gigs.pending(attic, NOW, 0, 10)).gigs] == [waits.id]


async def test_it_leaves_the_lists_at_its_deadline_whatever_runs(database: Database, ada: Caller, attic: int) -> None:
    await post(database, ada, days=3)
    await post(database, ada, replace(MIX, title="Soon"), days=2)
    assert await titles(database, attic, order=Order.DEADLINE) == ["Soon", "Mix our EP"]
    assert await titles(database, attic) == ["Soon", "Mix our EP"]
    assert await titles(database, attic, days=2) == ["Mix our EP"]
    assert await titles(database, attic, days=3) == []


async def test_of_two_who_decide_at_once_one_does(database: Database, ada: Caller, attic: int) -> None:
    posted = await post(database, ada, is_approved=False)

    async def approve() -> bool:
        async with database.writing() as uow:
            return await uow.gigs.approve(attic, posted.id, NOW)

    async def decline() -> bool:
        async with database.writing() as uow:
            return await uow.gigs.decline(attic, posted.id, "no")

    assert sorted(await asyncio.gather(approve(), decline(), approve(), decline())) == [False] * 3 + [True]


async def test_nobody_has_more_than_the_most_open_at_once(database: Database, ada: Caller, attic: int) -> None:
    ids = [(await post(database, ada)).id for _ in range(OPEN_MOST)]
    with pytest.raises(Refused):
        await post(database, ada)
    async with database.writing() as uow:
        assert await uow.gigs.close(attic, ids[0], Standing.FILLED)
        assert not await uow.gigs.close(attic, ids[0], Standing.WITHDRAWN)
        assert not await uow.gigs.renew(attic, ids[0], NOW + 60 * DAY)
    await post(database, ada)


async def test_interest_counts_once_however_often_it_is_said(database: Database, ada: Caller, attic: int) -> None:
    ben = await act(database, "ben", "Attic")
    posted = await post(database, ada)

    async def want() -> bool:
        async with database.writing() as uow:
            return await uow.gigs.want(attic, posted.id, ben.origin, "me", NOW)

    assert sorted(await asyncio.gather(*(want() for _ in range(10)))) == [False] * 9 + [True]
    async with database.writing() as uow:
        [one] = await uow.gigs.interests(posted.id, attic)
        assert (one.person, one.line) == (ben.person.id, "me")
        assert await uow.gigs.unwant(attic, posted.id, ben.person.id)
        assert not await uow.gigs.unwant(attic, posted.id, ben.person.id)
    gig = await get(database, attic, posted.id, ben)
    assert gig is not None
    assert (gig.interested, gig.wants_it) == (0, False)
    assert await want()


async def test_nobody_is_interested_in_what_is_over(database: Database, ada: Caller, attic: int) -> None:
    ben = await act(database, "ben", "Attic")
    posted = await post(database, ada, days=-1)
    with pytest.raises(NotFound):
        async with database.writing() as uow:
            await uow.gigs.want(attic, posted.id, ben.origin, "", NOW)


async def test_what_is_followed_is_followed_once_and_so_much_at_most(
    database: Database, ada: Caller, attic: int
) -> None:
    async with database.writing() as uow:
        assert await uow.gigs.follow(attic, ada.person.id, ENGINEER, is_daily=False, now=NOW)
        assert not await uow.gigs.follow(attic, ada.person.id, ENGINEER, is_daily=True, now=NOW)
        [one] = await uow.gigs.follows(attic, ada.person.id)
        assert (one.wanted, one.is_daily) == (ENGINEER, True)
        for number in range(FOLLOWS_MOST - 1):
            await uow.gigs.follow(attic, ada.person.id, Wanted(role=f"r{number}"), is_daily=False, now=NOW)
        with pytest.raises(Refused):
            await uow.gigs.follow(attic, ada.person.id, Wanted(role="more"), is_daily=False, now=NOW)
        assert not await uow.gigs.unfollow(ada.person.id + 1, one.id)
        assert await uow.gigs.unfollow(ada.person.id, one.id)


async def test_who_left_or_whose_community_removed_the_bot_hears_nothing(
    database: Database, ada: Caller, attic: int
) -> None:
    async with database.writing() as uow:
        await uow.gigs.follow(attic, ada.person.id, Wanted(), is_daily=False, now=NOW)
        assert len(await uow.gigs.followers(attic)) == 1
        await uow.people.leave(workspace("Attic"), NOW)
        assert await uow.gigs.followers(attic) == []
        assert await uow.gigs.follows_of([ada.person.id]) == []


async def test_nobody_is_told_of_a_gig_twice(database: Database, ada: Caller, eve: Caller) -> None:
    posted, both = await post(database, ada), {ada.person.id: False, eve.person.id: True}
    async with database.writing() as uow:
        assert set(await uow.gigs.tell(posted.id, both, NOW)) == set(both)
        assert set(await uow.gigs.tell(posted.id, dict.fromkeys(both, True), NOW)) == set()
        assert await uow.gigs.has_untold(list(both)) == {eve.person.id}
        assert await uow.gigs.untold(list(both), dict.fromkeys(both, NOW - DAY)) == {}
        assert await uow.gigs.untold(list(both), dict.fromkeys(both, NOW)) == {eve.person.id: [posted.id]}
        assert await uow.gigs.has_untold(list(both)) == frozenset()


async def test_rules_are_a_communitys_own(database: Database, attic: int, cellar: int) -> None:
    async with database.writing() as uow:
        await uow.gigs.set_rules(attic, Rules(needs_pay=True, needs_approval=True))
        assert await uow.gigs.rules(attic) == Rules(needs_pay=True, needs_approval=True)
        assert await uow.gigs.rules(cellar) == Rules()


async def test_old_gigs_are_swept(database: Database, ada: Caller, attic: int) -> None:
    await post(database, ada, days=-400)
    kept = await post(database, ada, days=-300)
    async with database.writing() as uow:
        assert await uow.gigs.sweep(NOW - 365 * DAY, 10) == 1
        assert [each.id for each in (await uow.gigs.mine(attic, ada.person.id, 0, 10)).gigs] == [kept.id]


# --- linking -------------------------------------------------------------------------------------------------


async def test_communities_that_join_have_the_gigs_and_follows_of_both(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    ours, theirs = await post(database, ada, request="r"), await post(database, eve, request="r")
    async with database.writing() as uow:
        for community in (attic, cellar):
            await uow.gigs.follow(community, ada.person.id, ENGINEER, is_daily=False, now=NOW)
        await uow.gigs.follow(cellar, eve.person.id, Wanted(), is_daily=True, now=NOW)
        assert await uow.linking.join(cellar, attic, NOW)
    assert len(await titles(database, attic)) == 2
    assert await get(database, attic, theirs.id, ada) is not None
    async with database.writing() as uow:
        assert [each.wanted for each in await uow.gigs.follows(attic, ada.person.id)] == [ENGINEER]
        assert [each.wanted for each in await uow.gigs.follows(attic, eve.person.id)] == [Wanted()]
        await uow.gigs.set_rules(attic, Rules(needs_approval=True))
        assert eve.origin.home is not None
        alone = await uow.linking.part(eve.origin.home, NOW)
        assert alone is not None
        assert await uow.gigs.rules(alone) == Rules(needs_approval=True)
        assert [each.wanted for each in await uow.gigs.follows(alone, eve.person.id)] == [Wanted()]
        assert await uow.gigs.follows(attic, eve.person.id) == []
        assert len(await uow.gigs.follows(attic, ada.person.id)) == 1
    assert await get(database, alone, theirs.id, eve) is not None
    assert await get(database, attic, theirs.id, ada) is None
    assert await get(database, attic, ours.id, ada) is not None


async def test_who_is_linked_has_what_both_posted_follow_and_were_told(
    database: Database, ada: Caller, attic: int
) -> None:
    other = await act(database, "ada", "Attic's", "slack")
    ben = await act(database, "ben", "Attic")
    posted, seen = await post(database, other), await post(database, ben)
    assert other.community is not None
    async with database.writing() as uow:
        await uow.linking.join(other.community.id, attic, NOW)
        for person in (ada.person.id, other.person.id):
            await uow.gigs.follow(attic, person, ENGINEER, is_daily=False, now=NOW)
        await uow.gigs.tell(seen.id, {ada.person.id: False, other.person.id: True}, NOW)
        await uow.gigs.tell(posted.id, {other.person.id: True}, NOW)
        await uow.gigs.want(attic, seen.id, ada.origin, "one", NOW)
        await uow.gigs.want(attic, seen.id, other.origin, "two", NOW)
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
        assert len(await uow.gigs.follows(attic, ada.person.id)) == 1
        assert (await uow.gigs.mine(attic, ada.person.id, 0, 10)).total == 1
        assert [each.line for each in await uow.gigs.interests(seen.id, attic)] == ["one"]
        assert await uow.gigs.untold([ada.person.id], {ada.person.id: NOW}) == {ada.person.id: [posted.id]}
        alone = await uow.linking.part_person(other.origin.account, NOW)
        assert alone is not None
        assert (await uow.gigs.mine(attic, alone, 0, 10)).total == 1
        assert (await uow.gigs.mine(attic, ada.person.id, 0, 10)).total == 0
        assert len(await uow.gigs.follows(attic, ada.person.id)) == 1


async def test_who_is_forgotten_takes_their_gigs_along(database: Database, ada: Caller, attic: int) -> None:
    await post(database, ada)
    async with database.writing() as uow:
        await uow.mydata.forget(ada.person.id, NOW)
    assert await titles(database, attic) == []
