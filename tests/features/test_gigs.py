"""Gigs as people meet them: posted, approved, asked for, followed, and over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.compose import Bot
from bot.domain.addresses import Direct
from bot.domain.delivery import Due
from bot.domain.people import Workspace
from bot.fit import plain
from bot.request import Press, Typed
from bot.ui import Action, Form, LinkButton, Reply
from tests.features.test_introductions import Chat
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
"""A Wednesday, 15:00 in Berlin."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MIX = '/gig post Mix our EP what:mix pay:"120 EUR per song" remote:yes roles:engineer'


@dataclass(slots=True)
class Stage:
    """A community: ana organises, ben and cem have been there for a while."""

    ana: Somebody
    chat: Chat

    @property
    def bot(self) -> Bot:
        return self.ana.bot

    def who(self, name: str) -> Somebody:
        return replace(self.ana, name=name, is_organiser=False)

    async def post(self, who: Somebody, line: str = MIX) -> Reply:
        saved = await who.presses(await who.says(line), "Save")
        assert isinstance(saved, Reply)
        assert not saved.is_refusal, words(saved)
        return saved

    async def after(self, delta: timedelta = timedelta()) -> None:
        self.ana.clock.skip(delta)
        await self.bot.work()

    def heard(self, name: str) -> list[Reply]:
        """What came to somebody since this was last asked."""
        theirs = self.chat.to(name)
        self.chat.taken[:] = [each for each in self.chat.taken if not _is_to(each[0], name)]
        return list(theirs)


def _is_to(to: object, name: str) -> bool:
    return isinstance(to, Direct) and to.account == name


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with somebody(database_url, NOW - 2 * DAY) as ana:
        chat = Chat()
        ana.bot.platforms["console"] = chat
        stage = Stage(replace(ana, is_organiser=True), chat)
        for each in (stage.ana, stage.who("ben"), stage.who("cem")):
            await each.says("/help")
        ana.clock.skip(2 * DAY)
        yield stage


def fields(reply: Reply) -> dict[str, str]:
    return {each.name: plain(each.value) for card in reply.cards for each in card.fields}


async def test_whoever_is_interested_is_told_of_once_by_what_their_profile_shows(stage: Stage) -> None:
    stage.chat.links = True
    ben, cem = stage.who("ben"), stage.who("cem")
    await stage.post(ben)
    await cem.says("/me profile role:engineer city:Berlin about:tape found:members hide:city")
    found = await cem.says("/gig find role:engineer")
    form = await cem.presses(found, "Interested")
    assert isinstance(form, Form)
    assert form.values == {"gig": "#1"}
    for _ in range(100):
        assert not (await cem.says('/gig interested #1 line:"I did three *like* it <@ben>"')).is_refusal
    await stage.after()
    [card] = stage.heard("ben")
    told = words(card)
    assert "Cem is interested in Mix our EP" in told
    assert "engineer" in told
    assert "Berlin" not in told + str(fields(card))
    assert fields(card)["They write"] == "I did three *like* it <@ben>"
    links = [each.url for each in card.cards[0].controls if isinstance(each, LinkButton)]
    assert links == ["https://chat.example/cem"]
    assert "1 is interested" in words(await ben.says("/gig mine"))
    await stage.after(DAY)
    assert stage.heard("ben") == []


async def test_nobody_is_told_of_who_took_it_back_in_time(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await stage.post(ben)
    said = await cem.says("/gig interested mix")
    assert "is not interested" not in words(await cem.presses(said, "Not interested any more"))
    await stage.after()
    assert stage.heard("ben") == []
    assert (await ben.says("/gig interested #1")).is_refusal  # one's own


async def test_those_who_are_interested_hear_of_the_end_once_and_without_names(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await stage.post(ben)
    await cem.says("/gig interested mix")
    assert (await cem.ask(Press(Action("gig.filled", "1")))).is_refusal  # type: ignore[union-attr]  # a reply
    for _ in range(3):
        await ben.says("/gig close #1")
    await stage.after()
    [told] = stage.heard("cem")
    assert "is filled" in words(told)
    assert "Ben" not in words(told)
    assert stage.heard("ben") == []  # what it was about is closed
    assert isinstance(await cem.ask(Typed("/gig interested #1")), Form)  # with what was wrong


async def test_with_approval_nobody_else_sees_it_until_organisers_do(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await stage.ana.says("/gig settings approval:yes")
    await cem.says("/gig follow role:engineer")
    await stage.post(ben)
    assert "No open gig" in words(await cem.says("/gig find"))
    assert isinstance(await cem.ask(Typed("/gig show #1")), Form)
    await stage.after()
    assert stage.heard("cem") == []
    [waits] = stage.heard("ana")
    assert (await cem.presses(waits, "Approve")).is_refusal  # type: ignore[union-attr]  # a reply
    dm = replace(stage.ana, workspace=None, is_organiser=False)
    assert "is approved" in words(await dm.presses(waits, "Approve"))
    assert "is approved" in words(await dm.presses(waits, "Approve"))
    await stage.after()
    assert "approved your gig" in words(*stage.heard("ben"))
    assert "Mix our EP" in words(*stage.heard("cem"))
    edit = await ben.presses(await ben.says("/gig edit #1 title:Other"), "Save")
    assert "organisers look at it first" in words(edit)
    assert "No open gig" in words(await cem.says("/gig find"))
    assert "declined" in words(await stage.ana.says('/gig decline #1 reason:"too @everyone"'))
    await stage.after()
    [declined] = stage.heard("ben")
    assert fields(declined)["Why"] == "too @everyone"


async def test_two_organisers_who_decide_at_once_decide_once(stage: Stage) -> None:
    zoe = replace(stage.ana, name="zoe")
    await zoe.says("/help")
    await stage.ana.says("/gig settings approval:yes")
    await stage.post(stage.who("ben"))
    answers = await asyncio.gather(
        stage.ana.ask(Press(Action("gig.approve", "1"))), zoe.ask(Typed("/gig decline #1 reason:no"))
    )
    assert all(isinstance(each, Reply) for each in answers)
    await stage.after()
    assert len(stage.heard("ben")) == 1
    async with stage.bot.database.reading() as uow:
        did = [line.did for line in await uow.audit.lines(1, 0, 50) if line.did in ("approved", "declined")]
    assert len(did) == 1


async def test_what_is_followed_comes_at_once_but_never_ones_own_and_not_twice(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await cem.says("/gig follow role:engineer paid:yes")
    await cem.says("/gig follow")
    await ben.says("/gig follow")
    await stage.post(ben)
    await stage.after()
    [alert] = stage.heard("cem")
    assert "Paid: €120 per song" in words(alert)
    assert stage.heard("ben") == []
    async with stage.bot.database.writing() as uow:
        await uow.due.put(Due("gig.new", 1, stage.ana.clock.now()))
    await stage.after(HOUR)
    assert stage.heard("cem") == []


async def test_alerts_wait_for_the_end_of_quiet_hours_and_are_moot_when_it_is_closed_by_then(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await cem.says("/gig follow")
    stage.ana.clock.skip(9 * HOUR)  # midnight
    await stage.post(ben)
    await stage.post(ben, MIX.replace("EP", "album"))
    await stage.after()
    assert stage.heard("cem") == []
    await ben.says("/gig close #1")
    await stage.after(7 * HOUR)
    [alert] = stage.heard("cem")
    assert "album" in words(alert)


async def test_daily_ones_come_together_at_nine_on_their_wall(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await cem.says("/me zone zone:Africa/Lagos")
    await cem.says("/gig follow how:daily")
    await stage.post(ben)
    await stage.post(ben, MIX.replace("EP", "album"))
    await stage.after(17 * HOUR + HOUR / 2)  # 8:30 in Lagos
    assert stage.heard("cem") == []
    await stage.after(HOUR / 2)
    [morning] = stage.heard("cem")
    assert "2 new gigs" in words(morning)
    await stage.after(DAY)
    assert stage.heard("cem") == []
    stopped = await cem.presses(morning, "Stop these")
    assert "no more" in words(stopped)
    await stage.post(ben, MIX.replace("EP", "single"))
    await stage.after(2 * DAY)
    assert stage.heard("cem") == []


async def test_a_poster_is_asked_before_the_end_and_what_is_over_stays_theirs(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await stage.post(ben, f'{MIX} deadline:"in 10 days"')
    await stage.after(7 * DAY + 8 * HOUR)
    assert stage.heard("ben") == []
    await stage.after(9 * HOUR)
    [asked] = stage.heard("ben")
    assert "Is it still to be had?" in words(asked)
    await stage.after(4 * DAY)
    assert "No open gig" in words(await cem.says("/gig find"))
    assert "expired" in words(await ben.says("/gig mine"))
    dm = replace(ben, workspace=None)
    for _ in range(3):
        renewed = await dm.presses(asked, "Renew for 30 days")
        assert "is open until" in words(renewed)
    assert "1 gig" in words(await cem.says("/gig find"))
    await stage.after(HOUR)
    assert stage.heard("ben") == []


async def test_unpaid_and_shares_are_labelled_wherever_they_are_shown(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await stage.post(ben, "/gig post Tape what:internship pay:unpaid city:Berlin")
    await stage.post(ben, '/gig post Song what:co-write pay:"split 50%" remote:yes')
    await stage.post(ben, "/gig post Beat what:production remote:yes")
    found = words(await cem.says("/gig find"))
    for label in ("Unpaid", "Revenue share only, no fee: a split of 50 %", "Pay is not stated"):
        assert label in found
        assert label in words(await ben.says("/gig mine"))
    assert fields(await cem.says("/gig show tape"))["Pay"] == "Unpaid"
    assert "Tape" not in words(await cem.says("/gig find paid:yes"))


@pytest.mark.parametrize(
    ("line", "param"),
    [
        ("/gig post x what:mix", "city"),
        ("/gig post x what:internship remote:yes", "pay"),
        ("/gig post x what:mix remote:yes deadline:2026-11-01", "deadline"),
        ("/gig post x what:mix remote:yes deadline:2029-11-01", "deadline"),
        ('/gig post x what:mix remote:yes pay:"1e9 EUR"', "pay"),
        ("/gig post x what:mix remote:yes pay:lots", "pay"),
        ("/gig post x what:mix remote:yes link:javascript:alert(1)", "link"),
        (f"/gig post x what:mix remote:yes roles:{','.join(f'r{n}' for n in range(1000))}", "roles"),
        (f"/gig post {'x' * 200} what:mix remote:yes", "title"),
    ],
)
async def test_what_no_gig_is_comes_back_with_what_was_wrong(stage: Stage, line: str, param: str) -> None:
    form = await stage.who("ben").ask(Typed(line))
    assert isinstance(form, Form)
    assert set(form.errors) == {param}


async def test_strangers_and_other_communities_can_do_nothing_with_it(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await stage.post(ben)
    away = replace(stage.ana, name="mallory", workspace=Workspace("console", "elsewhere", "Elsewhere"))
    nobody = replace(stage.ana, name="trudy", workspace=None)
    for who in (away, nobody, cem):
        for name in ("edit", "renew", "filled", "drop", "approve", "keep", "remove"):
            answer = await who.ask(Press(Action(f"gig.{name}", "1")))
            assert isinstance(answer, Reply)
            assert answer.is_refusal, (who.name, name)
    for who in (away, nobody):
        for name in ("show", "back"):
            answer = await who.ask(Press(Action(f"gig.{name}", "1")))
            assert isinstance(answer, Reply)
            assert answer.is_refusal
        assert not isinstance(await who.ask(Typed("/gig interested #1")), Reply) or who is nobody
    assert "1 gig" in words(await cem.says("/gig find"))


async def test_a_report_reaches_organisers_once_and_they_keep_or_remove_it(stage: Stage) -> None:
    ben, cem = stage.who("ben"), stage.who("cem")
    await stage.post(ben)
    for _ in range(3):
        await cem.says('/gig report mix reason:"an advert"')
    await stage.after()
    [reported] = stage.heard("ana")
    assert fields(reported)["What is wrong"] == "“an advert”"
    assert "Cem" not in str(reported)
    assert "1 gig is reported" in words(await stage.ana.says("/gig waiting"))
    await stage.ana.presses(reported, "Remove")
    assert (await stage.ana.ask(Press(button(reported, "Keep")))).is_refusal  # type: ignore[union-attr]  # a reply
    await stage.after()
    assert "removed your gig" in words(*stage.heard("ben"))
    assert "No open gig" in words(await cem.says("/gig find"))


async def test_a_new_member_posts_one_gig_on_their_first_day(stage: Stage) -> None:
    dan = stage.who("dan")
    await stage.post(dan)
    assert "first 24 hours" in words(await dan.says(MIX))
    stage.ana.clock.skip(DAY + HOUR)
    await stage.post(dan)


async def test_nothing_of_a_blocked_site_is_posted(stage: Stage) -> None:
    ben = stage.who("ben")
    async with stage.bot.database.writing() as uow:
        await uow.audit.block(1, "spam.example", NOW)
    assert "blocked" in words(await ben.says(f"{MIX} link:https://www.spam.example/x"))
