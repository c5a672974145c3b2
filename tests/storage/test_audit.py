"""The audit, reports and blocked sites, as they are kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.audit import BLOCKED_MOST, KEPT_FOR, Did, Subject
from bot.domain.people import Account, Caller, Workspace
from bot.errors import Refused
from storage.database import Database
from tests.storage.making import NOW, account, workspace

HOUR = timedelta(hours=1)
RESOURCE = Subject.RESOURCE


async def welcome(database: Database, name: str, where: str = "Attic", hours: int = 0) -> Caller:
    async with database.writing() as uow:
        return await uow.people.welcome(
            account(name), workspace(where), is_organiser=False, zone="UTC", locale="en", now=NOW + hours * HOUR
        )


async def test_lines_come_newest_first_and_only_to_their_community(
    database: Database, ada: Caller, attic: int, cellar: int
) -> None:
    async with database.writing() as uow:
        await uow.audit.note(attic, ada.person.id, Did.SHARED, RESOURCE, 1, "Contracts", NOW)
        await uow.audit.note(attic, None, Did.MARKED_DEAD, RESOURCE, 1, "Contracts", NOW + HOUR)
        await uow.audit.note(cellar, None, Did.RENAMED, Subject.TOPIC, None, "Money", NOW)
    async with database.reading() as uow:
        assert [(line.name, line.did) for line in await uow.audit.lines(attic, 0, 10)] == [
            ("", Did.MARKED_DEAD),
            ("Ada", Did.SHARED),
        ]
        assert [line.did for line in await uow.audit.lines(attic, 1, 1)] == [Did.SHARED]
        assert (await uow.audit.count(attic), await uow.audit.count(cellar)) == (2, 1)
        last = await uow.audit.last(attic, RESOURCE, 1, [Did.SHARED, Did.KEPT])
        assert last is not None
        assert (last.what, last.at) == ("Contracts", NOW)
        assert await uow.audit.last(cellar, RESOURCE, 1, [Did.SHARED]) is None


async def test_lines_are_swept_after_a_year(database: Database, attic: int) -> None:
    async with database.writing() as uow:
        for days in (0, 1, 2):
            await uow.audit.note(attic, None, Did.SET, Subject.TOPIC, None, "x", NOW + timedelta(days=days))
        then = NOW + KEPT_FOR + timedelta(days=2)
        assert await uow.audit.sweep(then - KEPT_FOR, 1) == 1
        assert await uow.audit.sweep(then - KEPT_FOR, 5) == 1
        assert await uow.audit.count(attic) == 1


async def test_of_what_is_reported_at_once_by_many_there_is_one_report_with_all_reasons(
    database: Database, attic: int, cellar: int
) -> None:
    people = [await welcome(database, f"m{number}") for number in range(8)]

    async def report(who: Caller) -> bool:
        async with database.writing() as uow:
            return await uow.audit.report(attic, RESOURCE, 7, who.person.id, f"because {who.person.name}", NOW)

    assert await asyncio.gather(*(report(each) for each in people)) == [True] * 8
    assert not await report(people[0])
    async with database.writing() as uow:
        one = await uow.audit.reported(attic, RESOURCE, 7)
        assert one is not None
        assert (one.count, one.first_at, len(one.reasons)) == (8, NOW, 8)
        assert await uow.audit.report(attic, Subject.GIG, 7, people[0].person.id, "", NOW)
        assert [each.count for each in await uow.audit.reports(attic, RESOURCE, 0, 5)] == [8]
        assert [each.count for each in await uow.audit.reports(attic, Subject.GIG, 0, 5)] == [1]
        assert await uow.audit.count_reports(attic, RESOURCE) == 1
        assert await uow.audit.reports(cellar, RESOURCE, 0, 5) == []
        assert not await uow.audit.settle(cellar, RESOURCE, 7)
    assert sorted(await asyncio.gather(*(settle(database, attic) for _ in range(4)))) == [False] * 3 + [True]
    assert await report(people[0])  # said anew it is another one
    async with database.reading() as uow:
        again = await uow.audit.reported(attic, RESOURCE, 7)
        assert again is not None
        assert again.id > one.id


async def settle(database: Database, community: int) -> bool:
    async with database.writing() as uow:
        return await uow.audit.settle(community, RESOURCE, 7)


async def test_a_site_is_blocked_with_those_below_it(database: Database, attic: int, cellar: int) -> None:
    async with database.writing() as uow:
        assert await uow.audit.block(attic, "spam.example", NOW)
        assert not await uow.audit.block(attic, "spam.example", NOW)
        for host, is_blocked in (
            ("spam.example", True),
            ("a.b.spam.example", True),
            ("notspam.example", False),
            ("example", False),
            ("", False),
        ):
            assert await uow.audit.is_blocked(attic, host) is is_blocked
        assert not await uow.audit.is_blocked(cellar, "spam.example")
        assert await uow.audit.blocked(attic) == ["spam.example"]
        assert not await uow.audit.unblock(cellar, "spam.example")
        assert await uow.audit.unblock(attic, "spam.example")
        assert not await uow.audit.unblock(attic, "spam.example")
        for number in range(BLOCKED_MOST):
            await uow.audit.block(attic, f"n{number}.example", NOW)
        with pytest.raises(Refused, match="at most 500 sites"):
            await uow.audit.block(attic, "one.example", NOW)


async def test_a_member_is_one_since_first_seen_by_any_of_their_accounts(
    database: Database, ada: Caller, attic: int, cellar: int
) -> None:
    await welcome(database, "ada", hours=30)
    there = Workspace("slack", "loft", "Loft")
    async with database.writing() as uow:
        other = await uow.people.welcome(
            Account("slack", "U1", "ada"), there, is_organiser=False, zone="UTC", locale="en", now=NOW - 5 * HOUR
        )
        assert other.community is not None
        await uow.linking.join(other.community.id, attic, NOW)
        assert await uow.audit.member_since(attic, ada.person.id) == NOW
        await uow.linking.join_people(other.person.id, ada.person.id, NOW)
        assert await uow.audit.member_since(attic, ada.person.id) == NOW - 5 * HOUR
        assert await uow.audit.member_since(cellar, ada.person.id) is None


async def test_what_somebody_did_lately_is_counted(database: Database, ada: Caller, attic: int) -> None:
    async with database.writing() as uow:
        for hour in (0, 1, 2):
            await uow.audit.note(attic, ada.person.id, Did.SHARED, RESOURCE, hour, "x", NOW + hour * HOUR)
        await uow.audit.note(attic, ada.person.id, Did.SHARED, Subject.GIG, 1, "x", NOW + HOUR)
        done = await uow.audit.done_since(attic, ada.person.id, Did.SHARED, RESOURCE, NOW)
        assert done == [NOW + 2 * HOUR, NOW + HOUR]


async def test_linked_and_unlinked_nothing_that_was_decided_is_lost(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    async with database.writing() as uow:
        for community, who in ((attic, ada), (cellar, eve)):
            await uow.audit.note(community, who.person.id, Did.SHARED, RESOURCE, 1, "x", NOW)
            await uow.audit.report(community, RESOURCE, 1, ada.person.id, "", NOW)
            await uow.audit.block(community, "spam.example", NOW)
        await uow.audit.block(cellar, "other.example", NOW)
        await uow.linking.join(cellar, attic, NOW)
        assert await uow.audit.count(attic) == 2
        assert await uow.audit.blocked(attic) == ["other.example", "spam.example"]
        [report] = await uow.audit.reports(attic, RESOURCE, 0, 5)
        assert report.count == 1
        await uow.audit.report(attic, RESOURCE, 1, eve.person.id, "", NOW)
        await uow.audit.report(attic, RESOURCE, 2, eve.person.id, "", NOW)
        await uow.linking.join_people(eve.person.id, ada.person.id, NOW)
        assert [each.count for each in await uow.audit.reports(attic, RESOURCE, 0, 5)] == [1, 1]
        assert {line.name for line in await uow.audit.lines(attic, 0, 5)} == {"Ada"}
        assert eve.origin.home is not None
        new = await uow.linking.part(eve.origin.home, NOW)
        assert new is not None
        for community, lines in ((attic, 2), (new, 0)):
            assert await uow.audit.count(community) == lines
            assert await uow.audit.blocked(community) == ["other.example", "spam.example"]
