"""Linking and unlinking as people do it: with a code, on both sides, in any order, and at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.console.talk import WORKSPACE
from bot.domain.linking import HOMES_MOST, LASTS
from bot.domain.people import Account, Workspace
from bot.features.people.settings import LANGUAGES, PLATFORMS
from bot.i18n import languages
from bot.request import Press, Typed
from bot.ui import Action, Form, Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, somebody, words

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
CLUB = Workspace("stage", "club", "The Club")
HALL = Workspace("stage", "hall", "The Hall")


class Elsewhere(Somebody):
    """Somebody on another platform."""

    @property
    def account(self) -> Account:
        return Account("stage", self.name, self.name.title())


def elsewhere(
    person: Somebody, name: str, workspace: Workspace | None = CLUB, *, is_organiser: bool = True
) -> Elsewhere:
    return Elsewhere(person.bot, person.clock, name, workspace, is_organiser)


@pytest.fixture
async def zoe(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield replace(person, name="zoe", is_organiser=True)


@pytest.fixture
def mia(zoe: Somebody) -> Somebody:
    """An organiser of another workspace, on another platform."""
    return elsewhere(zoe, "mia")


def code_in(reply: Reply) -> str:
    found = re.search(r"link code:(\S+)", words(reply))
    assert found
    return found[1]


async def linked(zoe: Somebody, mia: Somebody) -> None:
    code = code_in(await zoe.says("/greenroom link"))
    done = await mia.presses(await mia.says(f"/greenroom link {code}"), "Link")
    assert "are one community now" in words(done)


async def refused(person: Somebody, line: str) -> str:
    reply = await person.says(line)
    assert reply.is_refusal, reply
    return words(reply)


async def test_two_workspaces_become_one_community_and_part_again(zoe: Somebody, mia: Somebody) -> None:
    await zoe.presses(await zoe.says('/event add Late Night when:"friday 20:00" city:Berlin'), "Save")
    shown = await zoe.says("/event show late night")
    card = await mia.says("/greenroom link " + code_in(await zoe.says("/greenroom link")))
    assert "Link The Club (Stage) with Console (Console)?" in words(card)
    assert (await mia.says("/event find")).cards == ()  # nothing before it is confirmed
    first, second = await mia.presses(card, "Link"), await mia.presses(card, "Link")
    assert words(first) == words(second) == "Linked: The Club (Stage) and Console (Console) are one community now."
    assert "You are going to Late Night." in words(await mia.presses(shown, "Going"))  # the same button works in both
    leave = await mia.says("/greenroom unlink")
    assert "Unlink The Club (Stage) from Console (Console)?" in words(leave)
    for _ in range(2):
        assert words(await mia.presses(leave, "Unlink")) == "The Club (Stage) has a calendar of its own now."
    assert "You may come to Late Night." in words(await mia.presses(shown, "Maybe"))
    assert "Nobody has answered yet." in words(await zoe.says("/event who late night"))
    assert "linked with no other" in await refused(mia, "/greenroom unlink")


async def test_a_code_links_once_and_for_ten_minutes(zoe: Somebody, mia: Somebody) -> None:
    leo = elsewhere(zoe, "leo", HALL)
    code = code_in(await zoe.says("/greenroom link"))
    cards = [await each.says(f"/greenroom link {code}") for each in (mia, leo)]
    assert "one community now" in words(await mia.presses(cards[0], "Link"))
    late = await leo.presses(cards[1], "Link")
    assert isinstance(late, Reply)
    assert late.is_refusal
    assert "not in use" in words(late)
    code = code_in(await zoe.says("/greenroom link"))
    card = await leo.says(f"/greenroom link {code}")
    zoe.clock.skip(LASTS)
    assert "not in use" in words(await leo.presses(card, "Link"))


async def test_of_two_who_use_one_code_at_once_one_is_linked(zoe: Somebody, database_url: str) -> None:
    code = code_in(await zoe.says("/greenroom link"))
    others = [elsewhere(zoe, name, Workspace("stage", name, name)) for name in ("mia", "leo", "noa", "kim")]
    cards = [await each.says(f"/greenroom link {code}") for each in others]
    told = await asyncio.gather(*(each.presses(card, "Link") for each, card in zip(others, cards, strict=True)))
    assert sorted("one community now" in words(each) for each in told) == [False, False, False, True]
    async with zoe.bot.database.reading() as uow:
        assert sorted([len(await uow.people.homes_of(each.id)) for each in await uow.people.communities()]) == [
            1,
            1,
            1,
            2,
        ]


async def test_of_two_processes_that_use_one_code_at_once_one_links(postgres_url: str) -> None:
    async with somebody(postgres_url, NOW) as one, somebody(postgres_url, NOW) as two:
        zoe = replace(one, name="zoe", is_organiser=True)
        for _ in range(5):
            code = code_in(await zoe.says("/greenroom link"))
            seats = [elsewhere(one, "mia", CLUB), elsewhere(two, "leo", HALL)]
            cards = [await each.says(f"/greenroom link {code}") for each in seats]
            told = await asyncio.gather(*(each.presses(card, "Link") for each, card in zip(seats, cards, strict=True)))
            assert sorted("one community now" in words(each) for each in told) == [False, True]
            for each in seats:
                reply = await each.says("/greenroom unlink")
                if not reply.is_refusal:
                    await each.presses(reply, "Unlink")


async def test_two_who_take_each_others_code_at_once_are_linked_once(zoe: Somebody, mia: Somebody) -> None:
    codes = [code_in(await each.says("/greenroom link")) for each in (zoe, mia)]
    cards = [await zoe.says(f"/greenroom link {codes[1]}"), await mia.says(f"/greenroom link {codes[0]}")]
    told = await asyncio.gather(zoe.presses(cards[0], "Link"), mia.presses(cards[1], "Link"))
    assert sum("one community now" in words(each) for each in told) == 1
    async with zoe.bot.database.reading() as uow:
        [left] = await uow.people.communities()
        assert len(await uow.people.homes_of(left.id)) == 2


async def test_one_that_is_linked_is_linked_further_from_its_own_side(zoe: Somebody, mia: Somebody) -> None:
    leo = elsewhere(zoe, "leo", HALL)
    await linked(zoe, mia)
    code = code_in(await leo.says("/greenroom link"))
    said = await refused(mia, f"/greenroom link {code}")
    assert "The Club (Stage) is linked with Console (Console) already" in said
    await linked(mia, leo)
    async with zoe.bot.database.reading() as uow:
        [left] = await uow.people.communities()
        assert [each.workspace.name for each in await uow.people.homes_of(left.id)] == [
            "Console",
            "The Club",
            "The Hall",
        ]


async def test_a_community_has_a_limit_of_workspaces(zoe: Somebody, mia: Somebody) -> None:
    for number in range(HOMES_MOST - 1):
        await linked(zoe, elsewhere(zoe, "leo", Workspace("stage", f"w{number}", f"W{number}")))
    code = code_in(await zoe.says("/greenroom link"))
    assert "at most 10 servers and workspaces" in await refused(mia, f"/greenroom link {code}")


async def test_a_code_is_refused_where_it_was_made_and_for_what_it_was_not(zoe: Somebody, mia: Somebody) -> None:
    own = code_in(await zoe.says("/greenroom link"))
    assert "was made in Console" in await refused(zoe, f"/greenroom link {own}")
    assert "This code is for /greenroom link." in await refused(mia, f"/me link {own}")
    personal = code_in(await zoe.says("/me link"))
    assert "This code is for /me link." in await refused(mia, f"/greenroom link {personal}")
    assert "your own" in await refused(zoe, f"/me link {personal}")
    await linked(zoe, mia)
    fresh = code_in(await mia.says("/greenroom link"))
    assert "was made in The Club" in await refused(zoe, f"/greenroom link {fresh}")


async def test_only_organisers_link_and_only_where_there_is_a_workspace(zoe: Somebody, mia: Somebody) -> None:
    code = code_in(await zoe.says("/greenroom link"))
    card = await mia.says(f"/greenroom link {code}")
    ben = elsewhere(zoe, "ben", is_organiser=False)
    assert "Only organisers" in await refused(ben, f"/greenroom link {code}")
    assert "Only organisers" in words(await ben.presses(card, "Link"))
    directly = replace(zoe, workspace=None)
    for line in ("/greenroom link", f"/greenroom link {code}", "/greenroom unlink", "/greenroom organisers"):
        assert "Use this in the server or workspace that is meant." in await refused(directly, line)
    await mia.presses(card, "Link")
    leave = await mia.says("/greenroom unlink")
    assert "for another server or workspace" in words(await zoe.presses(leave, "Unlink"))


@pytest.mark.parametrize(
    "typed", ["", "0000-0000", "'; DROP TABLE codes", "\x00", "K7QF-2MX", "🎛️" * 40, "<@1>", "a" * 39]
)
async def test_whatever_is_no_code_is_said_to_be_none_and_is_no_try(mia: Somebody, typed: str) -> None:
    for line in ("/greenroom link", "/me link"):
        for _ in range(6):
            answer = await mia.ask(Typed(f'{line} code:"{typed}"'))
            said = " ".join(answer.errors.values()) if isinstance(answer, Form) else words(answer)
            assert "codes were wrong" not in said
            assert "Something broke" not in said
    told = await mia.ask(Press(Action("greenroom.link", typed[:12])))
    assert "is no code" in words(told)


async def test_a_code_of_somebody_else_stays_secret(zoe: Somebody, mia: Somebody) -> None:
    code = code_in(await zoe.says("/greenroom link"))
    for number in range(4):
        assert "not in use" in await refused(mia, f"/greenroom link 222{number + 2}-2222")
    assert "5 codes were wrong. Wait 10 minutes" in await refused(mia, "/greenroom link 2227-2222")
    assert "5 codes were wrong" in await refused(mia, f"/greenroom link {code}")
    mia.clock.skip(LASTS)
    assert "not in use" in await refused(mia, f"/greenroom link {code}")


async def test_one_digest_tells_of_both_and_of_each_event_once(zoe: Somebody, mia: Somebody) -> None:
    zoe.bot.platforms["stage"] = SilentPlatform()
    for person, title in ((zoe, "Late Night"), (mia, "Late Night"), (mia, "Early Bird")):
        link = "https://example.org/night" if title == "Late Night" else "https://example.org/bird"
        line = f'/event add "{title}" when:"friday 20:00" city:Berlin link:{link}'
        await person.presses(await person.says(line), "Save")
    await zoe.presses(await zoe.says("/digest set channel:gigs day:thursday time:9:00"), "Save")
    await linked(zoe, mia)
    preview = words(await zoe.says("/digest preview gigs"))
    assert preview.count("Late Night") == 1
    assert "Early Bird" in preview


async def test_owners_name_organisers_and_nobody_else_does(zoe: Somebody, mia: Somebody) -> None:
    await linked(zoe, mia)
    ana = replace(zoe, name="ana", is_organiser=False)
    assert "Only organisers" in await refused(ana, "/digest list")
    assert words(await zoe.says("/greenroom organisers")) == (
        "Those who run Console organise, and nobody else was named."
    )
    assert "Ana organises now." in words(await zoe.says("/greenroom organisers add:ana"))
    for person in (ana, replace(ana, workspace=None)):
        assert not (await person.says("/digest list")).is_refusal
    assert "and so do Ana" in words(await ana.says("/greenroom organisers"))
    assert "Only those who run" in await refused(ana, "/greenroom organisers add:zoe")
    assert "Only those who run" in await refused(ana, "/greenroom organisers remove:ana")
    # the other side may change it as well; it is one community
    assert "Ana was removed." in words(await mia.says("/greenroom organisers remove:ana"))
    assert "Ana was not named." in words(await mia.says("/greenroom organisers remove:ana"))
    assert "Only organisers" in await refused(ana, "/digest list")


async def test_who_runs_one_workspace_does_not_run_the_other(zoe: Somebody, mia: Somebody) -> None:
    await linked(zoe, mia)
    guest = elsewhere(zoe, "mia", WORKSPACE, is_organiser=False)
    assert "Only organisers" in await refused(guest, "/digest list")
    assert not (await replace(guest, workspace=None).says("/digest list")).is_refusal  # they were seen last in theirs


async def test_an_account_is_linked_from_a_direct_message_too(zoe: Somebody) -> None:
    other = elsewhere(zoe, "zoe.l", None, is_organiser=False)
    card = await other.says("/me link " + code_in(await zoe.says("/me link")))
    assert "Link with Console: Zoe?" in words(card)
    told = [await other.presses(card, "Link") for _ in range(2)]
    assert all("Console: Zoe and Stage: Zoe.L are one person now" in words(each) for each in told)
    assert not (await other.says("/digest list")).is_refusal
    leave = await other.says("/me unlink")
    assert "for another account" in words(await zoe.presses(leave, "Unlink"))
    for _ in range(2):
        assert words(await other.presses(leave, "Unlink")).endswith("Stage: Zoe.L is by itself now.")


async def test_what_was_begun_with_either_account_goes_on(zoe: Somebody) -> None:
    other = elsewhere(zoe, "zoe.l", WORKSPACE, is_organiser=False)
    theirs = await other.says('/event add Begun when:"friday 20:00" city:Berlin')
    ours = await zoe.says('/event add Mine when:"friday 21:00" city:Berlin')
    await other.presses(await other.says("/me link " + code_in(await zoe.says("/me link"))), "Link")
    assert "Saved" in words(await zoe.presses(ours, "Save"))
    assert "Saved" in words(await other.presses(theirs, "Save"))


async def test_of_two_accounts_that_take_a_code_at_once_one_is_linked(zoe: Somebody) -> None:
    code = code_in(await zoe.says("/me link"))
    others = [elsewhere(zoe, name, is_organiser=False) for name in ("ana", "ben", "cleo")]
    cards = [await each.says(f"/me link {code}") for each in others]
    told = await asyncio.gather(*(each.presses(card, "Link") for each, card in zip(others, cards, strict=True)))
    assert sorted("one person now" in words(each) for each in told) == [False, False, True]


async def test_nobody_gathers_accounts_without_end(zoe: Somebody) -> None:
    for number in range(9):
        other = elsewhere(zoe, f"z{number}", is_organiser=False)
        await other.presses(await other.says("/me link " + code_in(await zoe.says("/me link"))), "Link")
    other = elsewhere(zoe, "z10", is_organiser=False)
    card = await other.says("/me link " + code_in(await zoe.says("/me link")))
    assert "at most 10 accounts" in words(await other.presses(card, "Link"))


async def test_a_language_and_a_zone_are_ones_own(zoe: Somebody) -> None:
    assert set(languages()) <= set(LANGUAGES)
    assert PLATFORMS in LANGUAGES
    await zoe.says("/me language de")
    await zoe.says("/me zone Tokyo")
    shown = await zoe.says("/me show")
    assert [(field.name, field.value.pieces[0]) for field in shown.cards[0].fields][2:] == [
        ("Zeitzone", "Asia/Tokyo"),
        ("Sprache", "Deutsch"),
    ]
