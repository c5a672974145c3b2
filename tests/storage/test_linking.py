"""Codes, and what joins and parts: communities with all that is theirs, and people."""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import Column, func, select

from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import Owed
from bot.domain.digests import Digest
from bot.domain.drafts import Draft
from bot.domain.events import HORIZON, Answers, Attendance, Details, FromSource, NewEvent, Search
from bot.domain.leads import Told
from bot.domain.linking import LASTS, LETTERS, WRONG_MOST, Offer, Purpose, Wrong, hash_of, new_code, read_code
from bot.domain.mirrors import Face, Link
from bot.domain.people import Account, Caller, Workspace
from bot.domain.recurrence import lay_out
from storage.database import Database
from storage.outbox import outbox
from storage.schema import metadata
from storage.tables import codes, communities, events, people, stand_ins
from tests.storage.making import FRIDAY, NOW, account, add, bring, event, found, titles, told, workspace

GOING, MAYBE, NOT_GOING = Attendance.GOING, Attendance.MAYBE, Attendance.NOT_GOING
MINUTE = timedelta(minutes=1)
CODE = "K7QF-2MXA"


async def act(database: Database, name: str, where: Workspace, *, is_organiser: bool = False) -> Caller:
    """Somebody acts in a workspace, and so is known there."""
    async with database.writing() as uow:
        return await uow.people.welcome(
            account(name), where, is_organiser=is_organiser, zone="UTC", locale="en", now=NOW
        )


async def join(database: Database, community: int, into: int) -> bool:
    async with database.writing() as uow:
        return await uow.linking.join(community, into, NOW)


async def part(database: Database, home: int) -> int | None:
    async with database.writing() as uow:
        return await uow.linking.part(home, NOW)


async def answer(database: Database, community: int, occurrence: int, who: Caller, what: Attendance) -> None:
    async with database.writing() as uow:
        values = (community, occurrence, who.person.id, what, NOW)
        await uow.events.answer(*values, account=who.origin.account)


async def answers(database: Database, community: int, occurrence: int) -> Answers:
    """Who answered what, by an id that a button carries."""
    async with database.reading() as uow:
        now_ = await uow.events.get(community, occurrence, person=None)
        assert now_ is not None
        return await uow.events.answers(community, now_.id)


async def count(database: Database, column: Column[int]) -> int:
    async with database.reading() as uow:
        found: int = await uow.connection.scalar(select(func.count()).select_from(column.table))
        return found


def by(who: Caller, title: str = "Open night", **more: str) -> NewEvent:
    made = event(Details(title, page_link=more.get("link", "")), added_by=who.person.id)
    return NewEvent(
        made.details, made.timing, added_by=who.person.id, origin=who.origin, request_id=more.get("request")
    )


# --- codes -------------------------------------------------------------------------------------------------


def test_a_code_is_typed_as_people_type() -> None:
    code = new_code()
    assert set(code) <= {*LETTERS, "-"}
    for typed in (code, code.lower(), f" {code.replace('-', ' ')} ", code.replace("-", ""), f"`{code}`"):
        assert read_code(typed) == code
    for typed in ("", "K7QF", "K7QF-2MX0", "K7QF-2MXAA", "<@123>"):
        assert read_code(typed) is None
    assert len({new_code() for _ in range(1000)}) == 1000


async def test_a_code_is_kept_as_a_hash_and_used_once_within_ten_minutes(database: Database, ada: Caller) -> None:
    async with database.writing() as uow:
        await uow.linking.offer(CODE, Purpose.COMMUNITY, ada.origin, NOW)
        assert await uow.connection.scalar(select(codes.c.hash)) == hash_of(CODE)
        offer = await uow.linking.offered(CODE, ada.person.id, NOW + LASTS - MINUTE)
        assert isinstance(offer, Offer)
        assert offer.purpose is Purpose.COMMUNITY
        assert (offer.person, offer.account) == (ada.person.id, account("ada"))
        assert offer.home is not None
        assert offer.home.community == ada.community
        assert await uow.linking.offered(CODE, ada.person.id, NOW + LASTS) == Wrong(WRONG_MOST - 1)
        assert not await uow.linking.use(CODE, NOW + LASTS)
        assert await uow.linking.use(CODE, NOW)
        assert not await uow.linking.use(CODE, NOW)
        used = await uow.linking.offered(CODE, ada.person.id, NOW)
        assert isinstance(used, Offer)
        assert used.is_used


async def test_a_new_code_takes_the_place_of_the_last_one(database: Database, ada: Caller) -> None:
    async with database.writing() as uow:
        await uow.linking.offer(CODE, Purpose.COMMUNITY, ada.origin, NOW)
        await uow.linking.offer("2222-2222", Purpose.PERSON, ada.origin, NOW)
        await uow.linking.offer("3333-3333", Purpose.COMMUNITY, ada.origin, NOW)
        await uow.linking.offer("4444-4444", Purpose.PERSON, ada.origin, NOW)
        tried = [await uow.linking.offered(each, ada.person.id, NOW) for each in (CODE, "2222-2222", "4444-4444")]
        assert [type(each) for each in tried] == [Wrong, Wrong, Offer]
        await uow.linking.sweep(NOW + LASTS)
        assert await uow.connection.scalar(select(func.count()).select_from(codes)) == 0


async def test_of_many_who_use_a_code_at_once_one_does(database: Database, ada: Caller) -> None:
    async with database.writing() as uow:
        await uow.linking.offer(CODE, Purpose.PERSON, ada.origin, NOW)

    async def use() -> bool:
        async with database.writing() as uow:
            return await uow.linking.use(CODE, NOW)

    assert sorted(await asyncio.gather(*(use() for _ in range(8)))) == [False] * 7 + [True]


async def test_whoever_guesses_has_five_tries_in_ten_minutes_however_fast(
    database: Database, ada: Caller, eve: Caller
) -> None:
    async with database.writing() as uow:
        await uow.linking.offer(CODE, Purpose.PERSON, ada.origin, NOW)

    async def guess(code: str, now: datetime = NOW) -> Offer | Wrong:
        async with database.writing() as uow:
            return await uow.linking.offered(code, eve.person.id, now)

    wrong = await asyncio.gather(*(guess(f"222{letter}-2222") for letter in "23456789"))
    assert sorted(each.left for each in wrong if isinstance(each, Wrong)) == [0, 0, 0, 0, 1, 2, 3, 4]
    assert await guess(CODE) == Wrong(0)
    async with database.writing() as uow:
        assert isinstance(await uow.linking.offered(CODE, ada.person.id, NOW), Offer)  # it is theirs alone
        await uow.linking.sweep(NOW)
    assert await guess(CODE, NOW + LASTS - MINUTE) == Wrong(0)
    async with database.writing() as uow:
        await uow.linking.offer(CODE, Purpose.PERSON, ada.origin, NOW + LASTS)
    assert isinstance(await guess(CODE, NOW + LASTS), Offer)


# --- communities -------------------------------------------------------------------------------------------


async def test_all_that_is_one_communitys_becomes_the_others(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    here, there = await add(database, attic, by(ada, "Attic night")), await add(database, cellar, by(eve, "Jazz below"))
    await answer(database, cellar, there, eve, GOING)
    channel = Channel("console", "cellar", "gigs", "gigs")
    async with database.writing() as uow:
        digest = await uow.digests.add(Digest(0, cellar, channel, 0, time(9), "UTC"), NOW)
        await uow.drafts.keep(eve.person.id, Draft("d", "event add", {}, community=cellar), NOW)
        await uow.outbox.add([Owed("digest", digest.id, "1", channel, community=cellar)], NOW)
        assert eve.origin.home is not None
        await uow.people.name_organiser(cellar, eve.person.id, eve.origin.home, NOW)
    assert await join(database, cellar, attic)
    assert await titles(database, attic) == ["Attic night", "Jazz below"]
    assert await titles(database, attic, Search(NOW, words="jazz")) == ["Jazz below"]
    assert (await answers(database, attic, there)).going == ("Eve",)  # the id is what it was
    assert (await answers(database, attic, here)).going == ()
    async with database.reading() as uow:
        assert [each.community for each in await uow.digests.listed(attic)] == [attic]
        draft = await uow.drafts.get(eve.person.id, "d", NOW)
        assert draft is not None
        assert draft.community == attic
        assert await uow.outbox.unsettled(attic, "digest", digest.id) == 0
        assert [each.id for each in await uow.people.named(attic)] == [eve.person.id]
        assert [each.workspace.name for each in await uow.people.homes_of(attic)] == ["Attic", "Cellar"]
        assert await uow.people.community(cellar) is None
        caller = await uow.people.recognise(account("eve"), workspace("Cellar"), is_organiser=False, now=NOW)
    assert caller is not None
    assert caller.community == ada.community
    assert caller.is_organiser  # named
    assert not await join(database, cellar, attic)


async def test_the_same_event_of_both_becomes_one_with_the_newest_answers(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    ben_here, ben_there = (
        await act(database, "ben", workspace("Attic")),
        await act(database, "ben", workspace("Cellar")),
    )
    assert ben_here.person == ben_there.person
    await bring(database, attic, told(event("Imported"), uid="one", source="a.ics"))
    await bring(database, cellar, told(event("Imported too"), uid="one", source="b.ics"), told(event("Own"), uid="two"))
    linked = "https://example.org/night"
    await add(database, attic, by(ada, "Linked", link=linked))
    await add(database, cellar, by(eve, "Linked there", link=linked))
    await add(database, cellar, by(eve, "Not at that time", link="https://example.org/other"))
    ours = {each.details.title: each.id for each in await found(database, attic)}
    theirs = {each.details.title: each.id for each in await found(database, cellar)}
    async with database.writing() as uow:
        for community, id_, what, minute in (
            (attic, ours["Imported"], GOING, 0),
            (cellar, theirs["Imported too"], NOT_GOING, 1),
            (attic, ours["Linked"], GOING, 3),
            (cellar, theirs["Linked there"], MAYBE, 2),
        ):
            await uow.events.answer(community, id_, ben_here.person.id, what, NOW + minute * MINUTE)
        await uow.events.answer(cellar, theirs["Imported too"], eve.person.id, GOING, NOW)
        assert eve.origin.home is not None
        face = Face("Imported too", "", "", NOW, NOW)
        await uow.mirrors.put(eve.origin.home, Link(theirs["Imported too"], "x", face))
    assert await join(database, cellar, attic)
    assert await titles(database, attic) == ["Imported", "Own", "Linked", "Not at that time"]
    assert await answers(database, attic, ours["Imported"]) == Answers(going=("Eve",), not_going=("Ben",))
    assert await answers(database, attic, ours["Linked"]) == Answers(going=("Ben",))
    async with database.reading() as uow:
        # buttons that stand somewhere still find it
        old = await uow.events.get(attic, theirs["Imported too"], person=None)
        assert old is not None
        assert (old.id, old.sources) == (ours["Imported"], ("a.ics", "b.ics"))
        both = await uow.events.several(attic, [theirs["Imported too"], ours["Imported"]], person=None)
        assert [each.id for each in both] == [ours["Imported"]]
        assert [link.occurrence for link in await uow.mirrors.links(eve.origin.home)] == [ours["Imported"]]
    # both files go on changing the one
    assert await bring(database, attic, told(event("Renamed"), uid="one", source="b.ics", digest="2")) == (0, 1, 0)


async def test_a_series_of_both_keeps_answers_by_its_times(
    database: Database, attic: int, cellar: int, eve: Caller
) -> None:
    weekly = event("Weekly", rrule="FREQ=WEEKLY;COUNT=4")
    longer = event("Weekly", FRIDAY - timedelta(days=7), rrule="FREQ=WEEKLY;COUNT=6")
    slots = lay_out(longer.timing, (), since=NOW - timedelta(days=30), until=NOW + HORIZON)
    await bring(database, attic, told(weekly, uid="w"))
    async with database.writing() as uow:
        await uow.events.bring(cellar, [FromSource(longer, slots, "c.ics", "w", "1")], NOW)
    theirs = await found(database, cellar, Search(NOW - timedelta(days=30)))
    assert len(theirs) == 6
    for each in theirs:
        await answer(database, cellar, each.id, eve, GOING)
    assert await join(database, cellar, attic)
    times = await found(database, attic, Search(NOW - timedelta(days=30)))
    assert [each.starts for each in times] == [each.starts for each in theirs]
    assert {each.event_id for each in times} == {times[1].event_id}
    assert all(each.going == 1 for each in times)


async def test_two_communities_that_take_each_other_in_are_one(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    done = await asyncio.gather(join(database, attic, cellar), join(database, cellar, attic))
    assert sorted(done) == [False, True]
    async with database.reading() as uow:
        [left] = await uow.people.communities()
        assert len(await uow.people.homes_of(left.id)) == 2


async def test_whoever_parts_takes_along_what_it_made_and_both_have_what_is_coming(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    both = await act(database, "ben", workspace("Attic"))
    await act(database, "ben", workspace("Cellar"))
    ours, theirs = await add(database, attic, by(ada, "Ours")), await add(database, cellar, by(eve, "Theirs"))
    past = event("Long ago", FRIDAY - timedelta(days=30))
    slots = lay_out(past.timing, (), since=NOW - timedelta(days=60), until=NOW)
    async with database.writing() as uow:
        gone = [
            await uow.events.add(each.community.id, NewEvent(past.details, past.timing, origin=each.origin), slots, NOW)
            for each in (ada, eve)
            if each.community is not None
        ]
    assert await join(database, cellar, attic)
    for who, what in ((ada, GOING), (eve, MAYBE), (both, NOT_GOING)):
        for id_ in (ours, theirs):
            await answer(database, attic, id_, who, what)
    channels = [Channel("console", name, "gigs", "gigs") for name in ("attic", "cellar")]
    face = Face("Ours", "", "", NOW, NOW)
    assert ada.origin.home is not None
    assert eve.origin.home is not None
    async with database.writing() as uow:
        for channel in channels:
            await uow.digests.add(Digest(0, attic, channel, 0, time(9), "UTC"), NOW)
        for home in (ada.origin.home, eve.origin.home):
            await uow.mirrors.put(home, Link(ours, "a", face))
            await uow.mirrors.put(home, Link(theirs, "b", face))
        await uow.people.name_organiser(attic, both.person.id, eve.origin.home, NOW)
        for who in (ada, eve):
            await uow.drafts.keep(who.person.id, Draft("d", "event add", {}, community=attic), NOW)
    new = await part(database, eve.origin.home)
    assert new is not None
    for community, names in ((attic, ("Ada", "Ben", "")), (new, ("", "Ben", "Eve"))):
        assert sorted(await titles(database, community)) == ["Ours", "Theirs"]
        assert await titles(database, community, Search(NOW, words="theirs")) == ["Theirs"]
        for id_ in (ours, theirs):  # as buttons on either side carry them
            said = await answers(database, community, id_)
            assert (said.going, said.not_going, said.maybe) == tuple((name,) if name else () for name in names)
    async with database.reading() as uow:
        assert await uow.events.get(attic, gone[0], person=None) is not None
        assert await uow.events.get(attic, gone[1], person=None) is None
        assert await uow.events.get(new, gone[1], person=None) is not None
        for community, name, who, named in ((attic, "Attic", ada, []), (new, "Cellar", eve, [both.person.id])):
            assert [each.channel.workspace for each in await uow.digests.listed(community)] == [name.lower()]
            [alone] = await uow.people.homes_of(community)
            assert (alone.workspace.name, alone.community.name) == (name, name)
            linked = {link.occurrence for link in await uow.mirrors.links(alone.id)}
            assert linked == {each.id for each in await found(database, community)}
            assert [each.id for each in await uow.people.named(community)] == named
            draft = await uow.drafts.get(who.person.id, "d", NOW)
            assert draft is not None
            assert draft.community == community
    assert await part(database, eve.origin.home) is None


async def test_linked_again_and_again_nothing_is_doubled(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    ours, theirs = await add(database, attic, by(ada, "Ours")), await add(database, cellar, by(eve, "Theirs"))
    await bring(database, cellar, told(event("Series", rrule="FREQ=WEEKLY;COUNT=5"), uid="s"))
    assert eve.origin.home is not None
    assert ada.origin.home is not None
    one, other, leaves = attic, cellar, eve.origin.home
    for turn in range(4):
        assert await join(database, other, one)
        assert len(await found(database, one)) == 7
        await answer(database, one, (await _now(database, one, ours)), eve, (GOING, MAYBE)[turn % 2])
        new = await part(database, leaves)
        assert new is not None
        for community in (one, new):
            assert len(await found(database, community)) == 7
            for id_ in (ours, theirs):
                assert await _now(database, community, id_)
        # next time the other one is taken in, and leaves
        one, other, leaves = (new, one, ada.origin.home) if turn % 2 else (one, new, eve.origin.home)
    assert await count(database, events.c.id) == 6
    assert await count(database, communities.c.id) == 2
    assert await count(database, stand_ins.c.occurrence_id) < 60


async def _now(database: Database, community: int, id_: int) -> int:
    async with database.reading() as uow:
        found = await uow.events.get(community, id_, person=None)
    assert found is not None
    return found.id


async def test_a_community_named_after_whoever_leaves_is_named_after_the_next(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    await add(database, attic, by(ada, "Ours"))
    await join(database, cellar, attic)
    assert ada.origin.home is not None
    new = await part(database, ada.origin.home)
    async with database.reading() as uow:
        names = {each.id: (each.name, each.zone) for each in await uow.people.communities()}
    assert names == {attic: ("Cellar", "Europe/Berlin"), new: ("Attic", "Europe/Berlin")}


async def test_the_share_of_a_workspace_that_removed_the_bot_goes_and_the_rest_stays(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    ours, theirs = await add(database, attic, by(ada, "Ours")), await add(database, cellar, by(eve, "Theirs"))
    await join(database, cellar, attic)
    for who in (ada, eve):
        await answer(database, attic, theirs, who, GOING)
    async with database.writing() as uow:
        await uow.people.leave(workspace("Cellar"), NOW)
    async with database.writing() as uow:
        assert len(await uow.people.forget_removed(NOW + MINUTE, 5, NOW)) == 1
    assert await titles(database, attic) == ["Ours", "Theirs"]
    assert (await answers(database, attic, theirs)).going == ("Ada",)
    assert (await answers(database, attic, ours)).going == ()
    async with database.reading() as uow:
        assert [each.id for each in await uow.people.communities()] == [attic]
    assert await count(database, people.c.id) == 2


def test_whatever_refers_to_a_community_or_a_person_is_moved_with_it() -> None:
    """Somebody who adds a table decides in `storage.joining`, `parting` and `linking` what becomes of its rows."""
    refers = {
        target: {
            f"{table.name}.{key.parent.name}"
            for table in metadata.tables.values()
            for key in table.foreign_keys
            if key.column.table.name == target
        }
        for target in ("communities", "people")
    }
    assert refers == {
        "communities": {
            "workspaces.community_id",
            "organisers.community_id",
            "drafts.community_id",
            "events.community_id",
            "occurrences.community_id",
            "stand_ins.community_id",
            "event_sources.community_id",
            "digests.community_id",
            "feeds.community_id",
            "proposals.community_id",
            "introductions.community_id",
            "gigs.community_id",
            "gig_follows.community_id",
            "outbox.community_id",
            "audit_lines.community_id",
            "reports.community_id",
            "blocked_sites.community_id",
            "topics.community_id",
            "resources.community_id",
            "resource_tags.community_id",
            "resource_follows.community_id",
            "resource_stand_ins.community_id",
        },
        "people": {
            "accounts.person_id",
            "organisers.person_id",
            "wrong_codes.person_id",  # goes with them
            "drafts.owner_id",
            "connections.owner_id",
            "connections.member_id",
            "connection_entries.owner_id",
            "promises.owner_id",
            "events.added_by",
            "proposals.person_id",
            "attendances.person_id",
            "told_leads.person_id",
            "own_leads.person_id",
            "muted_events.person_id",
            "untold_changes.person_id",
            "outbox.person_id",
            "reminders.person_id",
            "preferences.person_id",
            "goals.person_id",
            "nudges.person_id",
            "profiles.person_id",
            "gig_follows.person_id",
            "gig_alerts.person_id",
            "never_introduced.owner_id",
            "never_introduced.other_id",
            "audit_lines.person_id",
            "reports.person_id",
            "resource_notes.person_id",
            "resource_votes.person_id",
            "resource_saves.person_id",
            "resource_follows.person_id",
        },
    }


# --- people ------------------------------------------------------------------------------------------------

SLACK = Account("slack", "U1", "ada.l")


async def elsewhere(database: Database, who: Account = SLACK) -> Caller:
    async with database.writing() as uow:
        place = Workspace(who.platform, "T1", "Attic's")
        return await uow.people.welcome(who, place, is_organiser=False, zone="UTC", locale="en", now=NOW + MINUTE)


async def test_two_who_are_linked_are_one_and_the_newest_answer_counts(
    database: Database, ada: Caller, attic: int
) -> None:
    other = await elsewhere(database)
    assert other.community is not None
    await join(database, other.community.id, attic)
    first, second = await add(database, attic, by(other, "One")), await add(database, attic, by(ada, "Two"))
    async with database.writing() as uow:
        for who, id_, what, minute in (
            (ada, first, GOING, 1),
            (other, first, MAYBE, 2),
            (ada, second, GOING, 4),
            (other, second, MAYBE, 3),
        ):
            values = (attic, id_, who.person.id, what, NOW + minute * MINUTE)
            await uow.events.answer(*values, account=who.origin.account)
        await uow.drafts.keep(other.person.id, Draft("d", "event add", {}, community=attic), NOW)
        await uow.people.set_zone(other.person.id, "Asia/Tokyo")
        await uow.people.set_locale(other.person.id, "de")
        await uow.people.set_locale(ada.person.id, "en-GB")
        assert ada.origin.home is not None
        for who in (ada, other):
            await uow.people.name_organiser(attic, who.person.id, ada.origin.home, NOW)
        assert await uow.linking.join_people(other.person.id, ada.person.id, NOW)
        assert not await uow.linking.join_people(other.person.id, ada.person.id, NOW)
    async with database.reading() as uow:
        assert await uow.events.answers(attic, first) == Answers(maybe=("Ada",))
        assert await uow.events.answers(attic, second) == Answers(going=("Ada",))
        caller = await uow.people.recognise(SLACK, None, is_organiser=False, now=NOW)
        assert caller is not None
        person = caller.person
        assert (person.id, person.zone, person.locale) == (ada.person.id, "Asia/Tokyo", "en-GB")
        assert caller.is_organiser
        assert len(await uow.people.named(attic)) == 1
        assert await uow.drafts.get(ada.person.id, "d", NOW) is not None
        one = await uow.events.get(attic, first, person=None)
        assert one is not None
        assert one.added_by == "Ada"
    async with database.writing() as uow:
        alone = await uow.linking.part_person(other.origin.account, NOW)
        assert alone is not None
        assert await uow.linking.part_person(other.origin.account, NOW) is None
    async with database.reading() as uow:
        assert await uow.events.answers(attic, first) == Answers(maybe=("ada.l",))
        assert await uow.events.answers(attic, second) == Answers(going=("Ada",))
        one = await uow.events.get(attic, first, person=alone)
        assert one is not None
        assert (one.added_by, one.mine) == ("ada.l", MAYBE)
        again = await uow.people.recognise(SLACK, None, is_organiser=False, now=NOW)
        assert again is not None
        assert (again.person.id, again.person.zone, again.is_organiser) == (alone, "Asia/Tokyo", False)


async def test_what_is_owed_to_somebody_follows_whoever_stays(database: Database, ada: Caller) -> None:
    other = await elsewhere(database)
    here, there = Direct("console", "ada", "Ada"), Direct("slack", "U1", "ada.l")
    async with database.writing() as uow:
        owed = [Owed("note", each, "", to, person=other.person.id) for each, to in ((1, here), (2, there))]
        await uow.outbox.add(owed, NOW)
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
        rows = await uow.connection.rows(select(outbox.c.person_id))
        assert [row.person_id for row in rows] == [ada.person.id] * 2
        await uow.linking.part_person(other.origin.account, NOW + MINUTE)
    async with database.writing() as uow:
        # what was on its way to the account that is not theirs any more is not sent there
        [line] = await uow.outbox.undelivered(ada.person.id, 9)
        assert (line.subject, line.is_waiting, line.since) == (2, False, NOW + MINUTE)
        assert [row.owed.subject for row in await uow.outbox.claim(NOW, 9, 120)] == [1]


async def test_an_organiser_on_one_platform_is_none_on_the_other_but_in_direct_messages(
    database: Database, ada: Caller, attic: int
) -> None:
    other = await elsewhere(database)
    assert other.community is not None
    await join(database, other.community.id, attic)
    async with database.writing() as uow:
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
    async with database.reading() as uow:
        there = await uow.people.recognise(
            SLACK, Workspace("slack", "T1", "Attic's"), is_organiser=False, now=NOW + MINUTE
        )
        directly = await uow.people.recognise(SLACK, None, is_organiser=False, now=NOW + MINUTE)
    assert there is not None
    assert directly is not None
    assert (there.is_organiser, directly.is_organiser) == (False, True)


async def test_notices_go_where_somebody_chose_else_where_they_were_seen_last(database: Database, ada: Caller) -> None:
    other = await elsewhere(database)
    assert await _notices(database, ada) == Direct("console", "ada", "Ada")
    async with database.writing() as uow:
        await uow.people.choose_for_notices(other.person.id, [other.origin.account])
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
    assert await _notices(database, ada) == Direct("slack", "U1", "ada.l")  # last seen
    async with database.writing() as uow:
        await uow.people.choose_for_notices(ada.person.id, [ada.origin.account])
    assert await _notices(database, ada) == Direct("console", "ada", "Ada")
    async with database.writing() as uow:
        await uow.people.choose_for_notices(ada.person.id, [])
        assert await uow.people.notices_to(999) is None
    assert await _notices(database, ada) == Direct("slack", "U1", "ada.l")


async def test_nobody_chooses_an_account_that_is_not_theirs(database: Database, ada: Caller, eve: Caller) -> None:
    async with database.writing() as uow:
        await uow.people.choose_for_notices(ada.person.id, [eve.origin.account])
    assert await _notices(database, ada) == Direct("console", "ada", "Ada")
    async with database.reading() as uow:
        assert not any(each.is_for_notices for each in await uow.people.accounts_of(eve.person.id))


async def _notices(database: Database, who: Caller) -> Direct | None:
    async with database.reading() as uow:
        return await uow.people.notices_to(who.person.id)


@pytest.mark.parametrize("at_once", [2, 5])
async def test_those_who_link_each_other_at_once_end_as_one(database: Database, at_once: int) -> None:
    callers = [await act(database, f"p{number}", workspace("Attic")) for number in range(at_once)]
    pairs = [(one.person.id, other.person.id) for one in callers for other in callers if one is not other]

    async def link(one: int, other: int) -> bool:
        async with database.writing() as uow:
            return await uow.linking.join_people(one, other, NOW)

    done = await asyncio.gather(*(link(*pair) for pair in pairs))
    assert sum(done) == at_once - 1
    assert await count(database, people.c.id) == 1


async def test_what_somebody_was_told_and_set_goes_with_them_when_they_are_linked_and_unlinked(
    database: Database, ada: Caller, attic: int
) -> None:
    other = await elsewhere(database)
    assert other.community is not None
    await join(database, other.community.id, attic)
    id_ = await add(database, attic, by(ada))
    day = timedelta(days=1)
    async with database.writing() as uow:
        await uow.events.answer(attic, id_, other.person.id, GOING, NOW, account=other.origin.account)
        [coming] = await uow.leads.coming([other.person.id], NOW, NOW + 40 * day)
        await uow.leads.tell([(coming, Told(coming.starts, day))], NOW)
        await uow.leads.set_own(other.person.id, id_, (day,))
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
    async with database.writing() as uow:
        [joined] = await uow.leads.coming([ada.person.id], NOW, NOW + 40 * day)
        assert (joined.told, joined.own) == (Told(coming.starts, day), (day,))
        alone = await uow.linking.part_person(other.origin.account, NOW)
        assert alone is not None
    async with database.reading() as uow:
        assert await uow.leads.coming([ada.person.id], NOW, NOW + 40 * day) == []
        [parted] = await uow.leads.coming([alone], NOW, NOW + 40 * day)
        assert (parted.told, parted.own) == (Told(coming.starts, day), None)


async def test_what_somebody_was_told_of_an_event_of_both_communities_counts_for_the_one_that_stays(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    ours = await add(database, attic, by(ada, "Same", link="https://example.org/1"))
    theirs = await add(database, cellar, by(eve, "Same", link="https://example.org/1"))
    day = timedelta(days=1)
    async with database.writing() as uow:
        await uow.events.answer(cellar, theirs, eve.person.id, GOING, NOW)
        [coming] = await uow.leads.coming([eve.person.id], NOW, NOW + 40 * day)
        await uow.leads.tell([(coming, Told(coming.starts, day))], NOW)
        await uow.leads.mute(eve.person.id, coming.event, True)
    await join(database, cellar, attic)
    async with database.writing() as uow:
        assert await uow.leads.coming([eve.person.id], NOW, NOW + 40 * day) == []
        answered = await uow.leads.answered(eve.person.id, ours)
        assert answered is not None
        assert answered.told == Told(coming.starts, day)
        await uow.leads.mute(eve.person.id, answered.event, False)
        assert len(await uow.leads.coming([eve.person.id], NOW, NOW + 40 * day)) == 1
