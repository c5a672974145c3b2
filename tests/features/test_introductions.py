"""Introductions as people meet them: what whoever asks can tell, and what they cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.console.talk import WORKSPACE
from bot.domain.addresses import Address, Channel, Direct
from bot.domain.delivery import Due, Owed, Receipt
from bot.domain.introductions import AGAIN_AFTER, DAY, KEPT_FOR, OPEN_FOR
from bot.domain.people import Account, Workspace
from bot.errors import Temporary, Unreachable
from bot.features.housekeeping import HOUSEKEEPING, tidy
from bot.features.introductions.bringing import BRING, bring_together
from bot.features.introductions.telling import NEVER, NO, YES
from bot.markup import Mention
from bot.request import Press, Typed
from bot.ui import Action, Button, Form, Reply
from storage.tables import introductions
from storage.unit_of_work import Work
from tests.features.test_linking import elsewhere, linked
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Chat(SilentPlatform):
    """Direct messages may be closed, and conversations of several may be had."""

    def __init__(self, pages: str = "https://chat.example", name: str = "console") -> None:
        super().__init__()
        self.name = name
        self.pages = pages
        self.closed: set[str] = set()
        self.links = False
        self.groups = False
        self.trouble: Exception | None = None
        self.introductions = self

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        if isinstance(to, Direct) and to.account in self.closed:
            raise Unreachable("direct messages are closed")
        return await super().send(to, reply, key)

    opens_conversations = True

    def profile_link(self, account: str) -> str:
        return f"{self.pages}/{account}" if self.links else ""

    async def open_together(self, accounts: Sequence[str]) -> Channel | None:
        if self.trouble is not None:
            raise self.trouble
        return Channel("console", "stage", "-".join(sorted(accounts))) if self.groups else None

    def to(self, account: str) -> Sequence[Reply]:
        """What went to somebody directly."""
        return [reply for to, reply, _ in self.taken if isinstance(to, Direct) and to.account == account]

    @property
    def in_groups(self) -> Sequence[tuple[Address, Reply]]:
        return [(to, reply) for to, reply, _ in self.taken if isinstance(to, Channel) and "-" in to.id]


@dataclass(slots=True)
class Member(Somebody):
    """Somebody whose name is not their account."""

    called: str = ""

    @property
    def account(self) -> Account:
        return Account("console", self.name, self.called or self.name.title())


@dataclass(slots=True)
class Stage:
    """A community, with ana and ben in it."""

    ana: Somebody
    chat: Chat = field(default_factory=Chat)

    def __post_init__(self) -> None:
        self.ana.bot.platforms["console"] = self.chat

    def member(self, name: str, called: str = "", *, is_organiser: bool = False) -> Member:
        ana = self.ana
        return Member(ana.bot, ana.clock, name, ana.workspace, is_organiser, called)

    async def known(self, name: str, called: str = "") -> Member:
        """A member whom the bot has heard of."""
        found = self.member(name, called)
        await found.says("/help")
        return found

    async def after(self, delta: timedelta = timedelta()) -> None:
        self.ana.clock.skip(delta)
        await self.ana.bot.work()

    async def put(self, asker: Somebody, asked: Somebody) -> Reply:
        """What somebody is asked because another wants to meet them."""
        before = len(self.chat.to(asked.name))
        noted = await asker.says(f'/connect intro <@console:{asked.name}> why:"an EP"')
        assert not noted.is_refusal, noted
        await self.after()
        [question] = [each for each in self.chat.to(asked.name)[before:] if "would like to meet you" in words(each)]
        return question


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with somebody(database_url, NOW) as person:
        yield Stage(person)


@pytest.fixture
async def ben(stage: Stage) -> Member:
    return await stage.known("ben")


async def refusal(person: Somebody, line: str) -> str:
    """In the form it is refused in, or in words."""
    answer = await person.ask(Typed(line))
    if isinstance(answer, Form):
        return "\n".join(answer.errors.values())
    assert answer.is_refusal, answer
    return words(answer)


async def kept(person: Somebody) -> int:
    """How many introductions are kept."""
    async with person.bot.database.reading() as uow:
        assert isinstance(uow, Work)
        return len(await uow.connection.rows(introductions.select()))


# --- what cannot be told apart -------------------------------------------------------------------------------


async def test_a_no_no_answer_and_a_question_never_put_look_the_same_to_whoever_asked(stage: Stage) -> None:
    cases = ("silent", "no", "never", "later never", "listed", "wants none", "closed", "busy", "twice")
    asked = {case: await stage.known(f"ben-{index}", "Ben") for index, case in enumerate(cases)}
    askers = {case: await stage.known(f"ana-{index}", "Ana") for index, case in enumerate(cases)}
    stage.chat.closed.add(asked["closed"].name)
    await asked["listed"].says(f"/connect never <@console:{askers['listed'].name}>")
    await asked["wants none"].presses(await asked["wants none"].says("/connect never"), "No introductions at all")
    for index in range(14):
        other = await stage.known(f"fan-{index}")
        await other.says(f'/connect intro <@console:{asked["busy"].name}> why:"an EP"')

    said: dict[str, list[tuple[timedelta, Reply]]] = {}
    for case, asker in askers.items():
        line = f'/connect intro <@console:{asked[case].name}> why:"an EP"'
        said[case] = [(timedelta(), await asker.says(line))]
    await stage.after()
    for case in ("no", "never"):
        [question] = stage.chat.to(asked[case].name)
        label = {"no": "No", "never": "Never from them"}[case]
        await asked[case].presses(question, label)
    await asked["later never"].says(f"/connect never <@console:{askers['later never'].name}>")
    for hours in range(1, int((OPEN_FOR + DAY) / HOUR)):
        before = {case: len(stage.chat.to(asker.name)) for case, asker in askers.items()}
        await stage.after(HOUR)
        for case, asker in askers.items():
            said[case] += [(hours * HOUR, reply) for reply in stage.chat.to(asker.name)[before[case] :]]
    for case in cases:
        assert said[case] == said["silent"], case
    [(_, noted), (moment, ended)] = said["silent"]
    assert moment == OPEN_FOR
    assert words(noted).startswith("Asked. If they say yes you both hear at once")
    assert "nothing came of it" in words(ended)
    for case in cases:
        assert await askers[case].says(f"/connect intro <@console:{asked[case].name}> why:x") == noted
    await stage.after()
    assert [len(stage.chat.to(each.name)) for each in asked.values()] == [1, 1, 1, 1, 0, 0, 0, 14, 1]


async def test_asked_by_the_same_request_again_it_says_the_same_and_asks_once(stage: Stage, ben: Member) -> None:
    line = Typed("/connect intro @ben why:remixes")
    first = await stage.ana.ask(line, "one request")
    stage.ana.clock.skip(timedelta(minutes=1))
    assert await stage.ana.ask(line, "one request") == first
    await stage.after()
    await stage.after(DAY)
    assert len(stage.chat.to("ben")) == 1
    assert await kept(stage.ana) == 1


# --- the question ------------------------------------------------------------------------------------------------


async def test_the_question_says_who_asks_where_and_what_for(stage: Stage, ben: Member) -> None:
    await stage.ana.says('/connect intro @ben why:"**mix** [an EP](https://evil.example)"')
    await stage.after()
    [question] = stage.chat.to("ben")
    [card] = question.cards
    assert "Ana would like to meet you" in words(question)
    assert "Only a yes is passed on" in words(question)
    who, where, why = card.fields
    assert who.value.pieces == (Mention("console", "ana", "Ana"),)
    assert where.value.pieces == (WORKSPACE.name,)
    assert why.value.pieces == ("**mix** [an EP](https://evil.example)",)
    labels = [each.label for each in card.controls if isinstance(each, Button)]
    assert labels == ["Yes", "No", "Never from them"]


async def test_a_third_question_waits_for_the_next_day(stage: Stage, ben: Member) -> None:
    for name in ("ana", "cy", "dee"):
        await stage.member(name).says("/connect intro <@console:ben> why:x")
    await stage.after()
    assert len(stage.chat.to("ben")) == 2
    await stage.after(DAY - HOUR)
    assert len(stage.chat.to("ben")) == 2
    await stage.after(HOUR)
    assert len(stage.chat.to("ben")) == 3


async def test_nobody_answers_for_another(stage: Stage, ben: Member) -> None:
    question = await stage.put(stage.ana, ben)
    club = Workspace("console", "club", "The Club")
    for other in (stage.ana, stage.member("cy", is_organiser=True), replace(stage.member("eve"), workspace=club)):
        for name in (YES, NO, NEVER):
            answer = await other.ask(Press(replace(button(question, "Yes"), name=name)))
            assert isinstance(answer, Reply)
            assert answer.is_refusal
            assert "somebody else's" in words(answer)
    for arg in ("", "0", "x", "9" * 30):
        answer = await ben.ask(Press(Action(YES, arg)))
        assert isinstance(answer, Reply)
        assert answer.is_refusal
    assert "You said yes" in words(await ben.presses(question, "Yes"))


# --- on a yes ----------------------------------------------------------------------------------------------------


async def test_on_a_yes_each_gets_the_others_profile_and_a_first_line_once(stage: Stage, ben: Member) -> None:
    stage.chat.links = True
    question = await stage.put(stage.ana, ben)
    for _ in range(2):
        assert "I bring you and Ana together" in words(await ben.presses(question, "Yes"))
        await stage.after()
    [told] = stage.chat.to("ana")
    assert "Ben said yes" in words(told)
    assert "https://chat.example/ben" in str(told.cards)
    assert "Hi Ben, I am Ana" in str(told.cards)
    told = stage.chat.to("ben")[-1]
    assert "You and Ana are introduced" in words(told)
    assert "https://chat.example/ana" in str(told.cards)
    await stage.after(OPEN_FOR)
    assert (len(stage.chat.to("ana")), len(stage.chat.to("ben"))) == (1, 2)
    for label in ("No", "Never from them"):
        answer = await ben.presses(question, label)
        assert isinstance(answer, Reply)
        assert answer.is_refusal == (label == "No")


async def test_where_nobody_has_a_page_each_gets_the_others_name(stage: Stage, ben: Member) -> None:
    await ben.presses(await stage.put(stage.ana, ben), "Yes")
    await stage.after()
    [told] = stage.chat.to("ana")
    [card] = told.cards
    assert (words(told).splitlines()[-1].strip(), card.controls) == ("Ben", ())


async def test_where_a_bot_can_begin_a_conversation_both_are_in_it(stage: Stage, ben: Member) -> None:
    stage.chat.groups = True
    stage.chat.trouble = Temporary("a hiccup")
    await ben.presses(await stage.put(stage.ana, ben), "Yes")
    await stage.after()
    assert not stage.chat.in_groups
    stage.chat.trouble = None
    await stage.after(HOUR)
    await stage.after(HOUR)
    [(place, said)] = stage.chat.in_groups
    assert place == Channel("console", "stage", "ana-ben")
    assert "Ana asked to meet Ben" in words(said)
    assert not stage.chat.to("ana")


async def test_where_the_conversation_is_refused_each_gets_the_others_profile(stage: Stage, ben: Member) -> None:
    stage.chat.links, stage.chat.trouble = True, Unreachable("I lack the scope mpim:write")
    await ben.presses(await stage.put(stage.ana, ben), "Yes")
    await stage.after()
    assert "https://chat.example/ben" in str(stage.chat.to("ana")[0].cards)


async def test_brought_together_twice_they_are_told_once(stage: Stage, ben: Member) -> None:
    stage.chat.groups = True
    question = await stage.put(stage.ana, ben)
    await ben.presses(question, "Yes")
    row = Owed(BRING, int(button(question, "Yes").arg), "console", Direct("console", "ben", "Ben"))
    for _ in range(2):  # as after a crash before it was settled
        await bring_together(row, stage.ana.bot.services, NOW)
    await stage.after()
    assert len(stage.chat.in_groups) == 1
    await bring_together(replace(row, subject=999), stage.ana.bot.services, NOW)
    assert len(stage.chat.taken) == 2, "the question, and the first words of the conversation"


async def test_of_two_processes_each_tells_where_its_own_people_are_found(stage: Stage) -> None:
    ana, here, there = stage.ana, stage.chat, Chat("https://there.example", "stage")
    here.links = there.links = True
    ana.bot.platforms["stage"] = there
    mia = elsewhere(ana, "mia")
    await linked(replace(ana, name="zoe", is_organiser=True), mia)
    await ana.says('/connect intro mia why:"an EP"')
    await stage.after()
    [question] = there.to("mia")
    ana.bot.platforms.clear()
    await mia.presses(question, "Yes")
    for platform in ("console", "stage", "console"):
        ana.bot.platforms.clear()
        ana.bot.platforms[platform] = here if platform == "console" else there
        await stage.after()
    [told] = here.to("ana")
    assert "https://there.example/mia" in str(told.cards)
    assert "https://chat.example/ana" in str(there.to("mia")[-1].cards)
    assert (len(here.to("ana")), len(there.to("mia"))) == (1, 2)


async def test_after_a_yes_they_are_not_asked_again_for_ninety_days(stage: Stage, ben: Member) -> None:
    await ben.presses(await stage.put(stage.ana, ben), "Yes")
    await stage.after(AGAIN_AFTER - HOUR)
    before = len(stage.chat.to("ben"))
    await stage.ana.says("/connect intro @ben why:x")
    await stage.after()
    assert len(stage.chat.to("ben")) == before
    await stage.after(AGAIN_AFTER)
    assert "an EP" in str((await stage.put(stage.ana, ben)).cards)


# --- answers that come late, or after a change of mind -----------------------------------------------------------


async def test_the_first_answer_counts_and_a_late_one_does_not(stage: Stage, ben: Member) -> None:
    question = await stage.put(stage.ana, ben)
    assert "Ana does not learn of it" in words(await ben.presses(question, "No"))
    assert "Ana does not learn of it" in words(await ben.presses(question, "No"))
    assert "answered this already" in words(await ben.presses(question, "Yes"))
    other = await stage.put(await stage.known("cy"), ben)
    await stage.after(OPEN_FOR)
    for label in ("Yes", "No"):
        assert "The time to answer is over" in words(await ben.presses(other, label))
    assert "not asked about Cy again" in words(await ben.presses(other, "Never from them"))


async def test_a_question_is_not_put_once_it_cannot_be_answered(stage: Stage, ben: Member) -> None:
    await stage.ana.says("/connect intro @ben why:x")
    await ben.says("/connect never @ana")
    await stage.after()
    assert not stage.chat.to("ben")


# --- limits ------------------------------------------------------------------------------------------------------


async def test_what_is_refused_says_the_limit_and_a_way_on(stage: Stage, ben: Member) -> None:
    ana = stage.ana
    await ana.says("/help")
    assert "That is you" in await refusal(ana, "/connect intro @ana why:x")
    assert "at most 300 fit" in await refusal(ana, f"/connect intro @ben why:{'x' * 301}")
    assert "I know nobody called zed" in await refusal(ana, "/connect intro zed why:x")
    for name in ("ben", "cy", "dee"):
        await stage.known(name)
        await ana.says(f"/connect intro @{name} why:x")
    await stage.known("fay")
    too_many = await refusal(ana, "/connect intro @fay why:x")
    assert "at most 3 introductions within a day. The next one: Tuesday, November 24, 2026" in too_many
    await stage.after(DAY)
    assert not (await ana.says("/connect intro @fay why:x")).is_refusal
    await stage.known("gil")
    await ana.says("/connect never @gil")
    await stage.after(DAY)
    assert "never introduced to" in await refusal(ana, "/connect intro @gil why:x")
    await stage.after(AGAIN_AFTER)
    assert not (await ana.says("/connect intro @ben why:x")).is_refusal


async def test_organisers_switch_introductions_off_and_open_questions_are_over(stage: Stage, ben: Member) -> None:
    question, zoe = await stage.put(stage.ana, ben), stage.member("zoe", is_organiser=True)
    waiting = await stage.known("cy")
    await stage.ana.says("/connect intro @cy why:x")
    assert "may ask to be introduced" in words(await zoe.says("/greenroom introductions"))
    assert "Introductions are off" in words(await zoe.says("/greenroom introductions switch:off"))
    await stage.after()
    assert not stage.chat.to(waiting.name), "it was not put yet"
    assert "switched introductions off" in words(await ben.presses(question, "Yes"))
    assert "switched introductions off" in await refusal(stage.ana, "/connect intro @ben why:x")
    assert (await stage.ana.says("/greenroom introductions switch:on")).is_refusal
    assert "may ask to be introduced" in words(await zoe.says("/greenroom introductions switch:on"))
    assert "You said yes" in words(await ben.presses(question, "Yes"))


# --- never -------------------------------------------------------------------------------------------------------


async def test_a_list_is_shown_page_by_page_to_its_owner_and_names_are_taken_off_it(stage: Stage) -> None:
    ana = stage.ana
    assert "That is you" in await refusal(await stage.known("ana"), "/connect never @ana")
    for index in range(7):
        await stage.known(f"m{index}")
        await ana.says(f"/connect never @m{index}")
    added = await ana.says("/connect never @m6")
    assert "You are never introduced to M6" in words(added)
    assert "There are 7 people" in words(added)
    page = await ana.presses(added, "Next")
    assert "M5" in words(page)
    assert "M0" not in words(page)
    assert isinstance(page, Reply)
    removed = await ana.presses(page, "Remove")
    assert isinstance(removed, Reply)
    assert "There are 6 people" in words(removed)
    assert "There are 6 people" in words(await ana.presses(page, "Remove")), "a second press does no harm"
    assert "You have nobody on your list" in words(await stage.member("m0").says("/connect never"))
    other = await stage.member("m0").presses(removed, "Remove")
    assert "You have nobody on your list" in words(other)
    assert "There are 6 people" in words(await ana.says("/connect never"))


async def test_who_takes_none_takes_them_again(stage: Stage, ben: Member) -> None:
    off = await ben.presses(await ben.says("/connect never"), "No introductions at all")
    assert isinstance(off, Reply)
    assert "Nobody is introduced to you" in words(off)
    await ben.presses(off, "Allow introductions")
    assert "Ana would like to meet you" in words(await stage.put(stage.ana, ben))


# --- what stays --------------------------------------------------------------------------------------------------


async def test_purposes_go_ninety_days_after_their_question_has_ended(stage: Stage, ben: Member) -> None:
    await stage.put(stage.ana, ben)

    async def tidied() -> int:
        async with stage.ana.bot.database.writing() as uow:
            now = stage.ana.clock.now()
            await tidy([Due(HOUSEKEEPING, 0, now)], uow, stage.ana.bot.services, now)
        return await kept(stage.ana)

    stage.ana.clock.skip(OPEN_FOR + KEPT_FOR)
    assert await tidied() == 1
    stage.ana.clock.skip(HOUR)
    assert await tidied() == 0
