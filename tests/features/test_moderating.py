"""Reports and what organisers decide, as members and organisers meet them; what a member may share in a day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.audit import Did, Subject
from bot.features.resources.cards import REPORT
from bot.features.resources.deciding import BLOCK, KEEP, SITE, TAKE_DOWN
from bot.features.resources.reporting import REPORTS_MOST
from bot.fit import plain
from bot.request import Press, Run, Submit
from bot.ui import Action, Card, Form, Reply
from tests.features.test_introductions import Stage, refusal
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    async with somebody(database_url, NOW) as person:
        yield Stage(person)


@pytest.fixture
async def zoe(stage: Stage) -> Somebody:
    """An organiser."""
    return await organiser(stage, "zoe")


async def organiser(stage: Stage, name: str) -> Somebody:
    found = stage.member(name, is_organiser=True)
    await found.says("/help")
    return found


async def share(who: Somebody, link: str = "https://spam.example/offer", title: str = "Great offer") -> int:
    """The id of what was shared."""
    asked = await who.ask(sharing(link, title))
    assert isinstance(asked, Reply), asked
    saved = await who.ask(Press(button(asked, "Save")))
    assert isinstance(saved, Reply), saved
    assert not saved.is_refusal, saved
    return int(button(saved, "Save").arg)


def sharing(link: str, title: str = "New") -> Run:
    return Run(("resource", "share"), {"link": link, "title": title, "topic": "craft"})


async def refused(who: Somebody, link: str) -> str:
    """Why it cannot be shared."""
    answer = await who.ask(sharing(link))
    if isinstance(answer, Form):
        assert answer.values["link"] == link  # to be corrected, with all that was typed
        return answer.errors["link"]
    assert answer.is_refusal
    return words(answer)


async def report(who: Somebody, id_: int, reason: str = "") -> Reply:
    answer = await who.ask(Run(("resource", "report"), {"resource": f"#{id_}", "reason": reason}))
    assert isinstance(answer, Reply), answer
    return answer


def whole(reply: Reply) -> str:
    """All that is written in it, fields too."""

    def of(card: Card) -> str:
        return "\n".join([plain(card.title), plain(card.body), *(f"{f.name}: {plain(f.value)}" for f in card.fields)])

    return "\n".join([plain(reply.text), *map(of, reply.cards)])


async def press(who: Somebody, name: str, id_: int | str) -> Reply:
    answer = await who.ask(Press(Action(name, str(id_))))
    assert isinstance(answer, Reply), answer
    return answer


async def audit(who: Somebody) -> list[str]:
    """What was done and by whom, the newest first, without the moments."""
    shown = words(await replace(who, is_organiser=True).says("/greenroom audit")).splitlines()[1:]
    return [line.partition(" · ")[2].strip() for line in shown if " · " in line]


# --- reports ---------------------------------------------------------------------------------------------------


async def test_reported_a_hundred_times_organisers_have_one_card_and_never_learn_by_whom(
    stage: Stage, zoe: Somebody
) -> None:
    yan = await organiser(stage, "yan")
    id_ = await share(stage.ana)
    for number in range(100):
        said = await report(stage.member(f"snitch{number}"), id_, f"reason {number}")
        assert not said.is_refusal
        if number in (0, 50):
            await stage.after(HOUR)
    await stage.after(HOUR)
    for each in (zoe, yan):
        [card] = stage.chat.to(each.name)
        assert "was reported" in words(card)
        assert "1 member" in whole(card)
        assert "snitch" not in whole(card).casefold()
    assert stage.chat.to("ana") == []
    listed = await zoe.says("/resource reports")
    assert "1 thing is reported" in words(listed)
    assert "100 members" in whole(listed)
    assert "snitch" not in whole(listed).casefold()
    shown = await audit(zoe)
    assert not [line for line in shown if "nitch" in line]
    assert "Resource “Great offer” reported" in shown


async def test_the_button_opens_a_form_for_the_reason(stage: Stage, zoe: Somebody) -> None:
    id_ = await share(stage.ana)
    ben = await stage.known("ben")
    form = await ben.ask(Press(Action(REPORT, str(id_))))
    assert isinstance(form, Form)
    assert form.values["resource"] == f"#{id_}"
    answer = await ben.ask(Submit(form.action, {**form.values, "reason": "An advert"}))
    assert isinstance(answer, Reply)
    assert "do not learn who" in words(answer)
    assert "do not learn who" in words(await report(ben, id_, "again"))
    await stage.after()
    [card] = stage.chat.to("zoe")
    assert "“An advert”" in whole(card)
    assert "again" not in whole(card)


@pytest.mark.parametrize(
    "reason", ["<@console:zoe> <!channel> @everyone", "**bold** <b>x</b> [a](http://x)", "\u202e\x00ok"]
)
async def test_a_reason_is_shown_as_it_was_written_and_does_nothing(stage: Stage, zoe: Somebody, reason: str) -> None:
    id_ = await share(stage.ana)
    await report(stage.member("ben"), id_, reason)
    await stage.after()
    [card] = stage.chat.to("zoe")
    [field] = [each for each in card.cards[0].fields if each.name == "What is wrong"]
    assert all(isinstance(piece, str) for piece in field.value.pieces)
    assert not {"\u202e", "\x00"} & set(plain(field.value))


async def test_a_reason_that_is_too_long_is_refused_and_comes_back(stage: Stage, zoe: Somebody) -> None:
    id_ = await share(stage.ana)
    told = await stage.member("ben").ask(Run(("resource", "report"), {"resource": f"#{id_}", "reason": "x" * 10_000}))
    assert isinstance(told, Form)
    assert "longer than" in told.errors["reason"]
    told = await stage.member("ben").ask(Run(("resource", "report"), {"resource": f"#{id_}", "reason": "x" * 301}))
    assert isinstance(told, Form)
    assert "at most 300" in told.errors["reason"]
    await stage.after()
    assert stage.chat.to("zoe") == []


async def test_what_is_not_there_cannot_be_reported(stage: Stage) -> None:
    assert "not in this community's library" in await refusal(stage.ana, "/resource report #99")
    for arg in ("99", "x", "", "9" * 30):
        answer = await press(stage.ana, REPORT, arg)
        assert answer.is_refusal


async def test_one_member_cannot_bury_organisers_in_reports(stage: Stage, zoe: Somebody) -> None:
    ids = [await share(zoe, f"https://n{number}.example/", f"Page {number}") for number in range(REPORTS_MOST + 1)]
    for id_ in ids[:-1]:
        assert not (await report(stage.ana, id_)).is_refusal
    last = await report(stage.ana, ids[-1])
    assert last.is_refusal
    assert f"{REPORTS_MOST} things" in words(last)


async def test_closed_direct_messages_wait_and_the_card_comes_once(stage: Stage, zoe: Somebody) -> None:
    id_ = await share(stage.ana)
    stage.chat.closed.add("zoe")
    await report(stage.member("ben"), id_)
    await stage.after()
    stage.chat.closed.clear()
    await stage.after(timedelta(days=1, hours=1))
    await report(stage.member("cleo"), id_)
    await stage.after(timedelta(days=1))
    assert len(stage.chat.to("zoe")) <= 1
    assert "2 members" in whole(await zoe.says("/resource reports"))


# --- deciding --------------------------------------------------------------------------------------------------


async def test_what_is_kept_is_closed_and_whoever_comes_second_hears_by_whom(stage: Stage, zoe: Somebody) -> None:
    yan = await organiser(stage, "yan")
    id_ = await share(stage.ana)
    await report(stage.member("ben"), id_)
    await stage.after()
    [card] = stage.chat.to("zoe")
    assert button(card, "Keep") == Action(KEEP, str(id_))
    assert "stays" in words(await press(zoe, KEEP, id_))
    for name in (KEEP, SITE, BLOCK, TAKE_DOWN):
        second = await press(yan, name, id_)
        assert second.is_refusal
        assert words(second).strip() == "This was decided already by Zoe: Great offer stays."
    assert "Nothing is reported" in words(await zoe.says("/resource reports"))
    assert (await audit(zoe))[0] == "Resource “Great offer” kept, though reported · Zoe"
    # said anew, organisers are told anew
    await report(stage.member("ben"), id_)
    await stage.after(HOUR)
    assert len(stage.chat.to("zoe")) == 2


async def test_of_two_organisers_who_press_at_once_one_decides(stage: Stage, zoe: Somebody) -> None:
    yan = await organiser(stage, "yan")
    id_ = await share(stage.ana)
    await report(stage.member("ben"), id_)
    answers = await asyncio.gather(*(press(each, KEEP, id_) for each in (zoe, yan)))
    assert sorted(each.is_refusal for each in answers) == [False, True]
    [refused] = [each for each in answers if each.is_refusal]
    assert "decided already by" in words(refused)
    assert len([line for line in await audit(zoe) if "kept" in line]) == 1


async def test_who_does_not_organise_decides_nothing(stage: Stage, zoe: Somebody) -> None:
    id_ = await share(stage.ana)
    await report(stage.member("ben"), id_)
    for name in (KEEP, SITE, BLOCK, TAKE_DOWN):
        answer = await press(stage.ana, name, id_)
        assert answer.is_refusal
        assert "Only organisers" in words(answer)
    for line in ("/resource reports", "/resource sites", "/greenroom audit"):
        assert "Only organisers" in await refusal(stage.ana, line)
    assert "1 thing is reported" in words(await zoe.says("/resource reports"))


async def test_whoever_shared_what_is_removed_is_told_why(stage: Stage, zoe: Somebody) -> None:
    id_ = await share(stage.ana)
    await report(stage.member("ben"), id_, "secret words of ben")
    form = await zoe.ask(Press(Action(TAKE_DOWN, str(id_))))
    assert isinstance(form, Form)
    done = await zoe.ask(Submit(form.action, {**form.values, "reason": "We want no adverts"}))
    assert isinstance(done, Reply)
    assert "is removed" in words(done)
    await stage.after()
    [told] = stage.chat.to("ana")
    assert "have removed Great offer" in words(told)
    assert "Why: We want no adverts" in words(told)
    assert "secret" not in words(told)
    assert stage.chat.to("zoe") == []  # the card was not needed any more
    assert (await audit(zoe))[0] == "Resource “Great offer” removed · Zoe"
    assert "decided already by Zoe: Great offer was removed" in words(await press(zoe, KEEP, id_))


async def test_an_edit_by_an_organiser_settles_it(stage: Stage, zoe: Somebody) -> None:
    id_ = await share(stage.ana)
    await report(stage.member("ben"), id_)
    edited = await zoe.ask(Run(("resource", "edit"), {"resource": f"#{id_}", "title": "An offer"}))
    assert isinstance(edited, Reply), edited
    assert "Nothing is reported" in words(await zoe.says("/resource reports"))
    assert "by Zoe: An offer was changed" in words(await press(zoe, KEEP, id_))


async def test_what_its_sharer_removed_is_open_no_more(stage: Stage, zoe: Somebody) -> None:
    id_ = await share(stage.ana)
    await report(stage.member("ben"), id_)
    asked = await stage.ana.says(f"/resource remove #{id_}")
    await stage.ana.ask(Press(button(asked, "Remove")))
    await stage.after()
    assert stage.chat.to("zoe") == []
    assert stage.chat.to("ana") == []
    assert "by Ana: Great offer was removed" in words(await press(zoe, KEEP, id_))


# --- sites -----------------------------------------------------------------------------------------------------


async def test_a_site_is_blocked_after_one_question_and_the_others_of_it_are_shown(stage: Stage, zoe: Somebody) -> None:
    id_ = await share(stage.ana)
    other = await share(stage.ana, "https://www.spam.example/more", "More of it")
    await share(stage.ana, "https://good.example/?from=spam.example", "A good one")
    await report(stage.member("ben"), id_)
    asked = await press(zoe, SITE, id_)
    assert "Block spam.example?" in words(asked)
    assert "1 other from there stays" in words(asked)
    others = await zoe.presses(asked, "Show the others")
    assert isinstance(others, Reply)
    assert [button(Reply(cards=(card,)), "Details").arg for card in others.cards] == [str(other)]
    done = await zoe.presses(asked, "Block site")
    assert isinstance(done, Reply)
    assert "spam.example is blocked" in words(done)
    assert (await press(zoe, BLOCK, id_)).is_refusal
    await stage.after()
    assert "Nothing of spam.example can be shared" in words(stage.chat.to("ana")[0])
    assert "spam.example" in words(await zoe.says("/resource sites"))
    assert [line.partition(" · ")[0] for line in (await audit(zoe))[:2]] == [
        "Resource “Great offer” removed",
        "Site “spam.example” blocked",
    ]
    cleo = await stage.known("cleo")
    for link in ("https://spam.example/new", "http://a.b.SPAM.example:8080/x", "https://www.spam.example/"):
        told = await refused(cleo, link)
        assert "have blocked" in told
        assert "ask one of them" in told
    unblocked = await zoe.says("/resource sites unblock:spam.example")
    assert "spam.example is not blocked" in words(unblocked)
    await share(cleo, "https://spam.example/new", "New")


# --- what a member may share -----------------------------------------------------------------------------------


async def test_who_is_new_shares_three_on_the_first_day_and_hears_when_more(stage: Stage, zoe: Somebody) -> None:
    ben = await stage.known("ben")
    stage.ana.clock.skip(HOUR)
    for number in range(3):
        await share(ben, f"https://n{number}.example/", f"Page {number}")
    told = await refused(ben, "https://four.example/")
    assert "you can share 3 resources" in told
    assert "Tuesday, November 24, 2026, 10:00" in told
    stage.ana.clock.skip(23 * HOUR)
    await share(ben, "https://four.example/", "Four")


async def test_nobody_floods_a_library_but_organisers_bring_what_they_have(stage: Stage, zoe: Somebody) -> None:
    ben = await stage.known("ben")
    stage.ana.clock.skip(48 * HOUR)
    for number in range(30):
        await share(ben, f"https://n{number}.example/", f"Page {number}")
    assert "You can share 30 resources" in await refused(ben, "https://more.example/")
    for number in range(31):
        await share(zoe, f"https://z{number}.example/", f"Other {number}")


async def test_the_audit_is_turned_page_by_page(stage: Stage, zoe: Somebody) -> None:
    async with stage.ana.bot.database.writing() as uow:
        caller = await uow.people.recognise(zoe.account, zoe.workspace, is_organiser=True, now=stage.ana.clock.now())
        assert caller is not None
        assert caller.community is not None
        for number in range(40):
            await uow.audit.note(
                caller.community.id,
                None,
                Did.SHARED,
                Subject.RESOURCE,
                number,
                f"<@{number}> **x**",
                stage.ana.clock.now(),
            )
    first = await zoe.says("/greenroom audit")
    assert "40 lines" in words(first)
    assert "<@39> **x**" in words(first)
    second = await zoe.presses(first, "Next")
    assert isinstance(second, Reply)
    assert "<@24> **x**" in words(second)
    ana = await stage.ana.ask(Press(button(first, "Next")))
    assert isinstance(ana, Reply)
    assert ana.is_refusal
