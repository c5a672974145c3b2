"""What the bot says of itself: one thing a day at most, none in quiet hours, nothing where there is nothing to say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.addresses import Direct
from bot.domain.nudges import NUDGE, Nudge
from bot.domain.people import Account, Workspace
from bot.request import Press, Submit
from bot.ui import Form, Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, button, somebody, words

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 19, 10, tzinfo=UTC)
"""A Monday, noon in Berlin; the clocks change on Sunday."""


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


def platform(ana: Somebody) -> SilentPlatform:
    there = ana.bot.platforms["console"]
    assert isinstance(there, SilentPlatform)
    return there


def heard(ana: Somebody, who: str = "ana") -> list[Reply]:
    """What the bot said of itself to one person since this was last asked."""
    said = [
        reply
        for to, reply, key in platform(ana).taken
        if isinstance(to, Direct) and to.account == who and key.split(":")[0] in set(Nudge)
    ]
    platform(ana).taken.clear()
    return said


async def until(ana: Somebody, moment: datetime, step: timedelta = HOUR) -> list[tuple[str, Reply]]:
    """Let time go by and return what came when, by the clock in Berlin."""
    came: list[tuple[str, Reply]] = []
    while ana.clock.now() < moment:
        ana.clock.skip(min(step, moment - ana.clock.now()))
        await ana.bot.work()
        at = ana.clock.now().astimezone(BERLIN).strftime("%a %d %b %H:%M")
        came += [(at, reply) for reply in heard(ana)]
    return came


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    """By the clock in Berlin."""
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


async def add(ana: Somebody, title: str, when: str, *, going: bool = True, more: str = "") -> int:
    """The id of its occurrence."""
    adder = replace(ana, is_organiser=True)  # who may add more than a few on the first day
    await adder.presses(await adder.says(f'/event add "{title}" when:"{when}" {more}'), "Save")
    async with ana.bot.database.reading() as uow:
        page = await uow.events.suggest(1, title, NOW - 9 * DAY, 1)
    if going:
        await ana.says(f"/event answer #{page[0].id}")
        await ana.bot.work()
    return page[0].id


async def log(ana: Somebody, name: str, more: str = "") -> None:
    await ana.presses(await ana.says(f'/connect log "{name}" {more}'), "Save")
    await ana.bot.work()


def said(came: list[tuple[str, Reply]]) -> list[tuple[str, str]]:
    return [(when, words(reply).split("\n")[0]) for when, reply in came]


async def somebody_seen(ana: Somebody, name: str = "ben") -> Somebody:
    """Somebody else, who lets it be seen where they are going."""
    ben = replace(ana, name=name)
    await ben.says("/me profile going:yes")
    return ben


# --- the morning after ---------------------------------------------------------------------------------------


async def test_the_morning_after_somebody_is_asked_whom_they_met_and_logs_it(ana: Somebody) -> None:
    id_ = await add(ana, "Dub Night", "saturday 20:00")
    came = await until(ana, at(26, 8))
    assert said(came) == [("Sun 25 Oct 09:00", "Who did you meet at Dub Night?")]
    form = await ana.presses(came[0][1], "Log somebody")
    assert isinstance(form, Form)
    assert form.values == {"met": f"#{id_}"}


async def test_events_of_another_community_are_logged_from_a_direct_message(ana: Somebody) -> None:
    cellar = replace(ana, workspace=Workspace("console", "cellar", "Cellar"))
    await cellar.presses(await cellar.says('/event add "Vault" when:"saturday 20:00"'), "Save")
    await cellar.says("/event answer vault")
    await ana.says("/event mine")
    [(_, reply)] = await until(ana, at(26, 8))
    alone = replace(ana, workspace=None)
    form = await alone.presses(reply, "Log somebody")
    assert isinstance(form, Form)
    answer = await alone.ask(Submit(form.action, {**form.values, "name": "Ana Ruiz"}))
    assert isinstance(answer, Reply)
    assert [field.value.pieces[0] for field in answer.cards[0].fields if field.name == "Met"] == ["Vault"]


async def test_a_night_that_ends_in_the_small_hours_is_asked_about_that_morning(ana: Somebody) -> None:
    await add(ana, "Late Night", "friday 22:00", more="until:3am")
    assert said(await until(ana, at(25, 23))) == [("Sat 24 Oct 09:00", "Who did you meet at Late Night?")]


async def test_several_events_are_one_question(ana: Somebody) -> None:
    for number, title in enumerate(("Alpha", "Bravo", "Charlie", "Delta")):
        await add(ana, title, f"saturday {12 + number}:00")
    [(when, reply)] = await until(ana, at(29, 0))
    assert (when, words(reply).split("\n")[0]) == ("Sun 25 Oct 09:00", "Who did you meet?")
    assert [card.title.pieces[0].text for card in reply.cards] == ["Delta", "Charlie", "Bravo"]  # type: ignore[union-attr]  # titles are bold


async def test_nobody_is_asked_about_what_they_did_not_go_to(ana: Somebody) -> None:
    await add(ana, "Not mine", "saturday 20:00", going=False)
    dub = await add(ana, "Dub Night", "saturday 20:00")
    grant = await add(ana, "Grant", "saturday 18:00", more="kind:deadline")
    off = await add(ana, "Off", "saturday 18:00")
    ana.clock.skip(at(24, 17) - NOW)
    async with ana.bot.database.writing() as uow:
        await uow.events.cancel(1, off, ana.clock.now())
    await ana.says(f"/event answer #{dub} answer:not going")
    assert grant
    assert said(await until(ana, at(26, 8))) == []


async def test_dont_ask_me_again_holds_for_good_and_does_no_harm_twice(ana: Somebody) -> None:
    await add(ana, "Dub Night", "saturday 20:00")
    await add(ana, "Brunch", "31 October 11:00")
    [(_, reply)] = await until(ana, at(25, 10))
    for _ in range(2):
        answer = words(await ana.presses(reply, "Don't ask me again"))
        assert "/remind settings turns it on again" in answer
    assert said(await until(ana, at(3, 0, month=11))) == []
    await ana.says("/remind settings recap:yes")
    assert said(await until(ana, at(4, 0, month=11))) == []  # what lies behind is not made up for


async def test_nobody_else_turns_it_off(ana: Somebody) -> None:
    await add(ana, "Dub Night", "saturday 20:00")
    [(_, reply)] = await until(ana, at(25, 10))
    stranger = replace(ana, name="eve", workspace=Workspace("console", "cellar", "Cellar"))
    for other in (replace(ana, name="ben"), stranger):
        assert "asked of somebody else" in words(await other.ask(Press(button(reply, "Don't ask me again"))))
    async with ana.bot.database.reading() as uow:
        assert (await uow.preferences.of([1]))[1].wants_recap


async def test_where_the_bot_was_removed_nobody_is_asked(ana: Somebody) -> None:
    await add(ana, "Dub Night", "saturday 20:00")
    place = ana.workspace
    assert place is not None
    ana.clock.skip(at(24, 21) - NOW)
    async with ana.bot.database.writing() as uow:
        await uow.people.leave(place, ana.clock.now())
    assert said(await until(ana, at(29, 0))) == []


async def test_what_was_owed_is_moot_where_they_left_before_it_was_sent(ana: Somebody) -> None:
    await add(ana, "Dub Night", "saturday 20:00")
    ana.clock.skip(at(25, 9) - NOW)
    await ana.bot.due.run()
    assert ana.workspace is not None
    async with ana.bot.database.writing() as uow:
        await uow.people.leave(ana.workspace, ana.clock.now())
    await ana.bot.outbox.run()
    assert heard(ana) == []


# --- once ----------------------------------------------------------------------------------------------------


async def test_it_is_said_once_however_often_the_process_dies_in_between(ana: Somebody) -> None:
    await add(ana, "Dub Night", "saturday 20:00")
    ana.clock.skip(at(25, 9) - NOW)
    for leads in ("1h", "2h", "3h"):  # each time it is looked at again
        await ana.bot.due.run()
        await ana.says(f"/remind settings leads:{leads}")
    ana.clock.skip(HOUR)
    for _ in range(3):
        await ana.bot.work()
    assert len(heard(ana)) == 1


async def test_what_could_not_be_sent_all_day_is_not_sent_the_next(ana: Somebody) -> None:
    await add(ana, "Dub Night", "saturday 20:00")
    ana.clock.skip(at(25, 14) - NOW)
    await ana.bot.due.run()
    ana.clock.skip(at(26, 8) - ana.clock.now())
    await ana.bot.outbox.run()
    assert heard(ana) == []


async def test_what_was_held_up_until_quiet_hours_is_not_sent_in_them(ana: Somebody) -> None:
    await ana.says("/remind settings quiet:12:00-20:00")
    await add(ana, "Dub Night", "saturday 20:00")
    ana.clock.skip(at(25, 11) - NOW)
    await ana.bot.due.run()
    ana.clock.skip(2 * HOUR)
    await ana.bot.outbox.run()
    assert heard(ana) == []
    ana.clock.skip(7 * HOUR + MINUTE)
    await ana.bot.outbox.run()
    assert len(heard(ana)) == 1


# --- the personal digest -------------------------------------------------------------------------------------


async def test_a_digest_comes_once_a_week_and_says_what_there_is(ana: Somebody) -> None:
    await log(ana, "Ana Ruiz", 'promised:"send stems" due:"28 October" owed:"a mix" on:"1 September" every:"2 weeks"')
    await add(ana, "Dub Night", "28 October 20:00", going=False)
    await add(ana, "Next Month", "20 November 20:00", going=False)
    [(when, reply)] = await until(ana, at(27, 0))
    assert when == "Mon 26 Oct 09:00"
    text = words(reply)
    assert "Dub Night" in text
    assert "Next Month" not in text
    assert "send stems · You owe Ana Ruiz" in text
    assert "a mix" not in text  # nobody said until when
    assert "Ana Ruiz · 41 days late" in text
    assert "/remind settings" in text
    shown = await ana.presses(reply, "Show Ana Ruiz")
    assert "Ana Ruiz" in words(shown)


async def test_it_names_events_near_them_of_a_kind_that_they_like(ana: Somebody) -> None:
    await ana.says("/me profile city:Berlin genres:techno")
    await add(ana, "Dub Night", "28 October 20:00", going=False, more='city:Potsdam genres:"dub techno"')
    await add(ana, "Free Jazz", "28 October 20:00", going=False, more="city:Berlin genres:jazz")
    await add(ana, "Hamburg Night", "28 October 20:00", going=False, more="city:Hamburg genres:techno")
    await ana.says("/remind settings leads:1h")
    [(_, reply)] = await until(ana, at(27, 0))
    assert len(reply.cards) == 1
    assert "Dub Night" in words(reply)


async def test_nothing_to_say_means_nothing_sent(ana: Somebody) -> None:
    await ana.says("/remind settings leads:1h")
    await log(ana, "Ben", 'every:"5 years"')
    assert said(await until(ana, at(20, 0, month=11), 3 * HOUR)) == []


async def test_its_day_and_time_are_theirs_whatever_the_clocks_do(ana: Somebody) -> None:
    await log(ana, "Ana Ruiz", 'on:"1 September" every:"2 weeks"')
    await ana.says("/remind settings day:sunday time:18:30")
    came = await until(ana, at(2, 0, month=11), HOUR / 2)
    assert [when for when, _ in came] == ["Sun 25 Oct 18:30", "Sun 01 Nov 18:30"]


async def test_a_time_that_lies_behind_is_not_made_up_for(ana: Somebody) -> None:
    await log(ana, "Ana Ruiz", 'on:"1 September" every:"2 weeks"')
    await ana.bot.work()
    await ana.says("/remind settings day:monday time:11:00")
    assert [when for when, _ in await until(ana, at(27, 0))] == ["Mon 26 Oct 11:00"]


async def test_it_is_turned_off(ana: Somebody) -> None:
    await log(ana, "Ana Ruiz", 'on:"1 September" every:"2 weeks"')
    await ana.says("/remind settings digest:no")
    assert said(await until(ana, at(3, 0, month=11))) == []


async def test_what_was_done_meanwhile_is_left_out(ana: Somebody) -> None:
    await log(ana, "Ana Ruiz", 'on:"1 September" every:"2 weeks"')
    dub = await add(ana, "Dub Night", "28 October 20:00", going=False)
    ana.clock.skip(at(26, 9) - NOW)
    await ana.bot.due.run()
    await ana.says('/connect met "Ana Ruiz"')
    await ana.bot.outbox.run()
    [reply] = heard(ana)
    assert "Ana Ruiz" not in words(reply)
    answer = words(await ana.presses(reply, "Going"))
    assert "You are going to Dub Night" in answer
    assert dub


async def test_events_of_another_community_are_answered_to_from_a_direct_message(ana: Somebody) -> None:
    await add(ana, "Dub Night", "28 October 20:00", going=False)
    cellar = replace(ana, workspace=Workspace("console", "cellar", "Cellar"))
    await cellar.presses(await cellar.says('/event add "Vault" when:"29 October 20:00"'), "Save")
    await cellar.says("/remind settings leads:1h")
    [(_, reply)] = await until(ana, at(27, 0))
    assert ("Cellar" in words(reply), len(reply.cards)) == (True, 2)
    alone = replace(ana, workspace=None)
    for card in reply.cards:
        only = replace(reply, cards=(card,))
        assert "You are going to" in words(await alone.presses(only, "Going"))
    eve = replace(ana, name="eve", workspace=Workspace("console", "attic", "Attic"))
    assert "in no calendar of yours" in words(await eve.presses(reply, "Going"))


# --- a brief before an event ---------------------------------------------------------------------------------


async def test_three_hours_before_they_hear_whom_they_know_there_and_what_is_owed(ana: Somebody) -> None:
    id_ = await add(ana, "Dub Night", "saturday 20:00")
    await (await somebody_seen(ana)).says(f"/event answer #{id_}")
    await log(ana, "Ben", 'member:ben promised:"send stems" due:"9 November"')
    [(when, reply), _] = await until(ana, at(25, 10))
    assert when == "Sat 24 Oct 17:00"
    text = words(reply)
    assert text.startswith("People you know are going, too:")
    assert "send stems · You owe Ben" in text
    for _ in range(2):
        assert "/remind settings" in words(await ana.presses(reply, "Don't brief me again"))
    async with ana.bot.database.reading() as uow:
        assert not (await uow.preferences.of([1]))[1].wants_brief


async def test_who_does_not_let_it_be_seen_is_not_named(ana: Somebody) -> None:
    id_ = await add(ana, "Dub Night", "saturday 20:00")
    await replace(ana, name="ben").says(f"/event answer #{id_}")
    await log(ana, "Ben", "member:ben")
    assert said(await until(ana, at(25, 8))) == []


# --- never two on one day ------------------------------------------------------------------------------------


async def test_the_digest_is_that_days_nudge_and_the_question_waits(ana: Somebody) -> None:
    await log(ana, "Ana Ruiz", 'on:"1 September" every:"2 weeks"')
    await add(ana, "Matinee", "sunday 15:00")
    came = said(await until(ana, at(29, 0)))
    assert [when for when, _ in came] == ["Mon 26 Oct 09:00", "Tue 27 Oct 09:00"]
    assert came[1][1] == "Who did you meet at Matinee?"


async def test_the_question_leaves_the_day_to_a_brief(ana: Somebody) -> None:
    await add(ana, "Matinee", "tuesday 15:00")
    id_ = await add(ana, "Dub Night", "wednesday 20:00")
    await (await somebody_seen(ana)).says(f"/event answer #{id_}")
    await log(ana, "Ben", "member:ben")
    came = said(await until(ana, at(24, 0)))
    assert came == [
        ("Wed 21 Oct 17:00", "People you know are going, too:"),
        ("Thu 22 Oct 09:00", "Who did you meet?"),
    ]


@pytest.mark.unmeasured
async def test_weeks_of_moves_and_clock_changes_bring_one_a_day_at_most_and_none_at_night(ana: Somebody) -> None:
    ben = await somebody_seen(ana)
    await log(ana, "Ana Ruiz", 'on:"1 September" every:"2 weeks"')
    await log(ana, "Ben", "member:ben")
    for day in range(20, 46):
        date = f"{day} October" if day <= 31 else f"{day - 31} November"
        id_ = await add(ana, f"Event {day}", f"{date} {12 + day % 9}:00")
        await ben.says(f"/event answer #{id_}")
    zone, days, kinds = "Europe/Berlin", [], set()
    moves = {at(24, 13): "Pacific/Auckland", at(27, 2): "America/Los_Angeles", at(9, 12, month=11): "Europe/Berlin"}
    while ana.clock.now() < at(20, 0, month=11):
        ana.clock.skip(HOUR)
        if ana.clock.now() in moves:
            zone = moves[ana.clock.now()]
            await ana.says(f"/me zone {zone}")
        await ana.bot.work()
        for reply in heard(ana):
            local = ana.clock.now().astimezone(ZoneInfo(zone))
            assert 7 <= local.hour < 23
            days.append(local.date())
            kinds.add(words(reply).split(" ")[0])
    assert len(days) == len(set(days)) >= 20
    assert kinds == {"Your", "Who", "People"}


async def test_two_who_become_one_are_nudged_once(ana: Somebody) -> None:
    await add(ana, "Dub Night", "saturday 20:00")
    assert len(await until(ana, at(25, 10))) == 1
    async with ana.bot.database.writing() as uow:
        other = await uow.people.people_of([Account("console", "ana2", "Ana 2")])
        assert await uow.linking.join_people(1, other["ana2"], NOW)
        await uow.people.choose_for_notices(other["ana2"], [])
    assert said(await until(ana, at(29, 0))) == []


async def test_nothing_is_left_of_whoever_wants_to_be_forgotten(ana: Somebody) -> None:
    await add(ana, "Dub Night", "saturday 20:00")
    await ana.bot.work()
    async with ana.bot.database.writing() as uow:
        await uow.mydata.forget(1, NOW)
        assert await uow.nudges.of([1]) == {}
        assert not await uow.due.take(NOW + 99 * DAY, 10) or all(
            row.kind != NUDGE for row in await uow.due.take(NOW + 99 * DAY, 10)
        )
