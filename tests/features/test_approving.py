"""Where members' events are approved first, nobody sees them until then, and everybody concerned is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.addresses import Direct
from bot.domain.people import Workspace
from bot.domain.proposals import Verdict
from bot.request import Press, Run, Submit
from bot.ui import Action, Answer, Form, Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, button, somebody, words

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
ADD = '/event add "Late Night Modular" when:"2026-12-04 20:00" city:Berlin'


@pytest.fixture
async def olga(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        boss = replace(person, name="olga", is_organiser=True)
        await boss.says("/event settings approval:yes")
        yield boss


@pytest.fixture
def ben(olga: Somebody) -> Somebody:
    return replace(olga, name="ben", is_organiser=False)


@pytest.fixture
def ana(olga: Somebody) -> Somebody:
    return replace(olga, name="ana", is_organiser=False)


async def propose(who: Somebody, line: str = ADD) -> Reply:
    saved = await who.presses(await who.says(line), "Save")
    assert isinstance(saved, Reply)
    return saved


async def heard(who: Somebody, name: str) -> list[Reply]:
    await who.bot.work()
    platform = who.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    return [reply for to, reply, _ in platform.taken if isinstance(to, Direct) and to.account == name]


async def decline(who: Somebody, reply: Reply, reason: str) -> Answer:
    form = await who.presses(reply, "Decline")
    assert isinstance(form, Form)
    return await who.ask(Submit(form.action, {**form.values, "reason": reason}))


async def test_nobody_sees_a_members_event_before_it_is_approved(olga: Somebody, ben: Somebody, ana: Somebody) -> None:
    saved = await propose(ben)
    assert "look at it first" in words(saved)
    for who in (ana, ben, olga):
        assert "Late Night" not in words(await who.says("/event find"))
    [told] = await heard(olga, "olga")
    assert "waits for your approval" in words(told)
    approved = await olga.presses(told, "Approve")
    assert "is approved" in words(approved)
    assert "Late Night Modular" in words(await ana.says("/event find"))
    [answer] = await heard(olga, "ben")
    assert "approved Late Night Modular" in words(answer)
    assert "Late Night Modular" in words(await ben.presses(answer, "Show"))
    [card] = (await ana.says("/event show late night")).cards
    assert [str(each.value.pieces[0]) for each in card.fields if each.name == "Added by"] == ["Ben"]


async def test_a_declined_one_is_told_with_the_reason_and_stays_unseen(
    olga: Somebody, ben: Somebody, ana: Somebody
) -> None:
    await propose(ben)
    [told] = await heard(olga, "olga")
    declined = await decline(olga, told, "It is not about music")
    assert "is declined" in words(declined)
    [answer] = await heard(olga, "ben")
    assert "declined Late Night Modular" in words(answer)
    assert "It is not about music" in str(answer.cards[0].fields[0].value)
    assert "Late Night" not in words(await ana.says("/event find"))
    assert words(await olga.says("/event waiting")).startswith("No event waits")


async def test_whoever_decides_second_hears_of_the_first(olga: Somebody, ben: Somebody) -> None:
    max_ = replace(olga, name="max")
    await max_.says("/help")
    await propose(ben)
    [told] = await heard(olga, "max")
    await olga.presses((await heard(olga, "olga"))[0], "Approve")
    assert "is approved" in words(await decline(max_, told, "no"))
    assert "is approved" in words(await max_.presses(told, "Approve"))
    assert len(await heard(olga, "ben")) == 1
    found = await olga.says("/event find")
    assert sum("Late Night" in words(Reply(cards=(card,))) for card in found.cards) == 1


async def test_whoever_proposed_it_sees_it_and_can_take_it_back(olga: Somebody, ben: Somebody, ana: Somebody) -> None:
    await propose(ben)
    [told] = await heard(olga, "olga")
    assert "Late Night" not in words(await ana.says("/event mine"))
    mine = await ben.says("/event mine")
    assert words(mine).startswith("1 event of yours waits for the organisers")
    elsewhere = replace(ben, workspace=None)
    withdrawn = await elsewhere.presses(mine, "Withdraw")
    assert "Late Night Modular is withdrawn. The organisers do not see it any more." in words(withdrawn)
    assert "no event" in words(await olga.says("/event waiting")).lower()
    assert "Ben has withdrawn Late Night Modular." in words(await olga.presses(told, "Approve"))
    assert "Late Night" not in words(await ben.says("/event mine"))
    assert "Nothing found" in words(await ana.says("/event find"))
    assert await heard(olga, "ben") == []


async def test_what_was_decided_cannot_be_taken_back_nor_by_others(
    olga: Somebody, ben: Somebody, ana: Somebody
) -> None:
    proposed = await propose(ben)
    for who in (ana, olga):
        refused = await who.presses(proposed, "Withdraw")
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    await olga.presses(await olga.says("/event waiting"), "Approve")
    assert "approved Late Night Modular before" in words(await ben.presses(proposed, "Withdraw"))
    assert "Late Night Modular" in words(await ana.says("/event find"))
    second = await propose(ben, ADD.replace("Late", "Early"))
    await decline(olga, await olga.says("/event waiting"), "no")
    assert "declined Early Night Modular before" in words(await ben.presses(second, "Withdraw"))


async def test_of_two_who_decide_at_the_same_moment_one_does(olga: Somebody, ben: Somebody) -> None:
    max_ = replace(olga, name="max")
    await max_.says("/help")
    for number in range(1, 6):
        title = f"Night{number} Modular"
        await propose(replace(ben, name=f"ben{number}"), ADD.replace("Late Night Modular", title))
        approval = olga.ask(Press(Action("event.approve", str(number))))
        refusal = max_.ask(Run(("event", "decline"), {"event": f"#{number}", "reason": "no"}))
        await asyncio.gather(approval, refusal)
        async with olga.bot.database.reading() as uow:
            [decided] = await uow.proposals.several([number])
        assert (title in words(await ben.says("/event find"))) == (decided.verdict is Verdict.APPROVED)


async def test_saved_twice_it_waits_once_and_organisers_add_at_once(olga: Somebody, ben: Somebody) -> None:
    asked = await ben.says(ADD)
    await ben.presses(asked, "Save")
    await ben.presses(asked, "Save")
    assert words(await olga.says("/event waiting")).startswith("1 event waits")
    assert "in the calendar now" in words(await propose(olga, ADD.replace("Late", "Early")))


async def test_what_is_over_by_then_can_only_be_declined(olga: Somebody, ben: Somebody) -> None:
    await propose(ben)
    waiting = await olga.says("/event waiting")
    olga.clock.skip(timedelta(days=30))
    refused = await olga.presses(waiting, "Approve")
    assert isinstance(refused, Reply)
    assert refused.is_refusal
    assert "over by now" in words(refused)


async def test_organisers_decide_from_what_they_were_told_whatever_community_they_used_last(
    olga: Somebody, ben: Somebody
) -> None:
    await propose(ben)
    await propose(ben, ADD.replace("Late", "Early"))
    told = await heard(olga, "olga")
    olga.clock.skip(timedelta(hours=1))
    guest = replace(olga, workspace=Workspace("console", "elsewhere", "Elsewhere"), is_organiser=False)
    await guest.says("/help")
    alone = replace(guest, workspace=None)
    approved = words(await alone.presses(told[0], "Approve"))
    assert approved.startswith("In Console:\nLate Night Modular is approved")
    declined = words(await decline(alone, told[1], "Not this time"))
    assert declined.startswith("In Console:\nEarly Night Modular is declined")


async def test_only_organisers_of_that_community_decide(olga: Somebody, ben: Somebody) -> None:
    await propose(ben)
    waiting = await olga.says("/event waiting")
    approve = button(waiting, "Approve")
    eve = replace(olga, name="eve", workspace=Workspace("console", "elsewhere", "Elsewhere"))
    alone = replace(eve, workspace=None, is_organiser=False)
    await eve.says("/help")
    for who in (ben, eve, alone):
        refused = await who.ask(Press(approve))
        assert isinstance(refused, Reply)
        assert refused.is_refusal
    for path in ("waiting", "settings", "decline"):
        assert "Only organisers" in words(await ben.ask(Run(("event", path), {"event": "#1"})))
    assert "no event" in words(await eve.says("/event waiting")).lower()
    assert words(await olga.says("/event waiting")).startswith("1 event waits")


async def test_it_is_asked_no_more_when_organisers_say_so(olga: Somebody, ben: Somebody) -> None:
    assert "as soon as they are saved" in words(await olga.says("/event settings approval:no"))
    assert "in the calendar now" in words(await propose(ben))
    assert "as soon as they are saved" in words(await olga.says("/greenroom audit"))
