"""Reminders of anything as they come: once, at their time, late rather than never, and not at night."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.compose import Bot, compose
from bot.domain.addresses import Direct
from bot.domain.people import Account
from bot.request import Press, Typed
from bot.settings import read_settings
from bot.ui import Action, Form, Menu, Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, button, somebody, words

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 10, 19, 10, tzinfo=UTC)
"""A Monday, noon in Berlin; the clocks change on Sunday."""


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    """UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def got(ana: Somebody) -> list[tuple[str, Reply]]:
    platform = ana.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    return [(to.account, reply) for to, reply, _ in platform.taken if isinstance(to, Direct)]


def heard(ana: Somebody) -> list[str]:
    """What was sent since this was last asked."""
    said = [words(reply) for _, reply in got(ana)]
    platform = ana.bot.platforms["console"]
    assert isinstance(platform, SilentPlatform)
    platform.taken.clear()
    return said


async def until(ana: Somebody, moment: datetime) -> list[datetime]:
    """Let time go by, half an hour at a time, and return when something came."""
    came: list[datetime] = []
    while ana.clock.now() < moment:
        ana.clock.skip(min(30 * MINUTE, moment - ana.clock.now()))
        await ana.bot.work()
        came += [ana.clock.now()] * len(heard(ana))
    return came


async def remind(ana: Somebody, when: str, what: str = "stems") -> str:
    return words(await ana.says(f'/remind me "{what}" when:"{when}"'))


async def come(ana: Somebody, when: str = "in 10 minutes") -> Reply:
    """A reminder that came."""
    await remind(ana, when)
    ana.clock.skip(10 * MINUTE)
    await ana.bot.work()
    [(_, reply)] = got(ana)
    return reply


async def chooses(ana: Somebody, reply: Reply, label: str, choice: str) -> Reply:
    menus = [each for card in reply.cards for each in card.controls if isinstance(each, Menu)]
    action = next(each.action for each in menus if each.label == label)
    answer = await ana.ask(Press(action, choice))
    assert isinstance(answer, Reply)
    return answer


@pytest.fixture
async def pair(postgres_url: str) -> AsyncIterator[tuple[Somebody, Bot]]:
    """Ana, and another process on the database of hers."""
    settings = read_settings(_env_file=None, DATABASE_URL=postgres_url, GREENROOM_TIMEZONE="Europe/Berlin")
    async with somebody(postgres_url, NOW) as person, compose(settings, person.clock) as bot:
        bot.platforms["console"] = person.bot.platforms["console"]
        yield person, bot


# --- falling due -------------------------------------------------------------------------------------------


async def test_a_reminder_comes_once_at_its_time(ana: Somebody) -> None:
    assert "Friday, October 23, 2026, 9:00" in await remind(ana, "friday 9:00")
    assert await until(ana, at(31, 0)) == [at(23, 7)]


async def test_what_repeats_keeps_its_time_of_day_when_the_clocks_change(ana: Somebody) -> None:
    await remind(ana, "every day 9:00")
    came = await until(ana, at(28, 0))
    assert came == [at(day, 7) for day in range(20, 25)] + [at(day, 8) for day in range(25, 28)]
    ana.clock.skip(at(26, 0, month=3).replace(year=2027) - ana.clock.now())
    await ana.bot.work()
    heard(ana)
    spring = await until(ana, at(30, 0, month=3).replace(year=2027))
    assert [moment.hour for moment in spring] == [8, 8, 7, 7]


async def test_a_time_that_the_clocks_skip_comes_an_hour_later_and_not_twice_when_they_repeat_it(ana: Somebody) -> None:
    await ana.says("/remind settings quiet:off")
    await remind(ana, "every day 2:30")
    assert await until(ana, at(27, 0)) == [
        *(at(day, 0, 30) for day in range(20, 26)),  # the first of the two on the 25th
        at(26, 1, 30),
    ]
    ana.clock.skip(at(27, 0, month=3).replace(year=2027) - ana.clock.now())
    await ana.bot.work()
    heard(ana)
    spring = await until(ana, at(30, 0, month=3).replace(year=2027))
    assert [(moment.day, moment.hour, moment.minute) for moment in spring] == [(27, 1, 30), (28, 1, 30), (29, 0, 30)]


async def test_killed_between_falling_due_and_sending_it_comes_once(pair: tuple[Somebody, Bot]) -> None:
    ana, other = pair
    await remind(ana, "in 10 minutes")
    ana.clock.skip(10 * MINUTE)
    await ana.bot.due.run()  # and then the process was killed
    assert heard(ana) == []
    for bot in (other, ana.bot, other):
        await bot.work()
    assert len(heard(ana)) == 1


async def test_two_processes_send_each_once(pair: tuple[Somebody, Bot]) -> None:
    ana, other = pair
    for number in range(20):
        await remind(ana, "in 10 minutes", f"thing {number}")
    ana.clock.skip(10 * MINUTE)
    await asyncio.gather(ana.bot.work(), other.work())
    await asyncio.gather(ana.bot.work(), other.work())
    said = heard(ana)
    assert len(said) == len(set(said)) == 20


async def test_what_was_missed_comes_late_once_and_says_when_it_was_due(ana: Somebody) -> None:
    await remind(ana, "tuesday 9:00", "once")
    await remind(ana, "every day 9:30", "daily")
    ana.clock.skip(at(23, 12) - NOW)
    for _ in range(2):
        await ana.bot.work()
    said = heard(ana)
    assert len(said) == 2
    assert "A reminder, due Tuesday, October 20, 2026, 9:00" in said[0]
    assert await until(ana, at(24, 12)) == [at(24, 7, 30)]


async def test_what_is_done_or_cancelled_before_it_was_sent_is_not_sent(ana: Somebody) -> None:
    card = await ana.says('/remind me stems when:"in 10 minutes"')
    ana.clock.skip(10 * MINUTE)
    await ana.bot.due.run()
    await ana.presses(card, "Cancel")
    await ana.bot.work()
    assert heard(ana) == []


async def test_a_week_late_it_helps_nobody(ana: Somebody) -> None:
    await remind(ana, "in 10 minutes")
    ana.clock.skip(10 * MINUTE)
    await ana.bot.due.run()
    ana.clock.skip(7 * DAY + MINUTE)
    await ana.bot.work()
    assert heard(ana) == []


# --- quiet hours -------------------------------------------------------------------------------------------


async def test_nothing_comes_in_quiet_hours_and_the_answer_says_when_it_will(ana: Somebody) -> None:
    assert "Tuesday, October 20, 2026, 7:00" in await remind(ana, "today 23:30")
    listed = words(await ana.says("/remind list"))
    assert "Tuesday, October 20, 2026, 7:00" in listed
    assert "set for 11:30" in listed
    assert await until(ana, at(21, 0)) == [at(20, 5)]


async def test_quiet_hours_that_were_set_meanwhile_count(ana: Somebody) -> None:
    await remind(ana, "today 21:00")
    await ana.says("/remind settings quiet:20:00-6:00")
    assert await until(ana, at(21, 0)) == [at(20, 4)]


async def test_what_was_held_up_on_its_way_waits_for_the_end_of_quiet_hours(ana: Somebody) -> None:
    await remind(ana, "today 22:00")
    ana.clock.skip(at(19, 20) - NOW)
    await ana.bot.due.run()
    ana.clock.skip(2 * HOUR)
    await ana.bot.work()
    assert heard(ana) == []
    assert await until(ana, at(21, 0)) == [at(20, 5)]


# --- buttons -----------------------------------------------------------------------------------------------


async def test_done_stop_and_snooze_do_no_harm_pressed_again_or_months_later(ana: Somebody) -> None:
    reply = await come(ana)
    ana.clock.skip(200 * DAY)
    heard(ana)
    for label, text in (("Done", "Done."), ("Stop these", "No more of these."), ("Done", "Done.")):
        for _ in range(2):
            assert text in words(await ana.presses(reply, label))
    assert await until(ana, ana.clock.now() + 2 * DAY) == []
    began = ana.clock.now()
    for _ in range(2):
        assert "Later" in words(await chooses(ana, reply, "Snooze", "1h"))
    assert await until(ana, began + 2 * DAY) == [began + HOUR]


async def test_snooze_until_tomorrow_morning_and_until_a_time_of_ones_own(ana: Somebody) -> None:
    reply = await come(ana)
    heard(ana)
    await chooses(ana, reply, "Snooze", "morning")
    assert await until(ana, at(20, 12)) == [at(20, 7, 10)]  # asked at ten past and at twenty to
    form = await ana.presses(reply, "Pick a time")
    assert isinstance(form, Form)
    await ana.says('/remind later #1 when:"thursday 10:00"')
    assert await until(ana, at(23, 0)) == [at(22, 8)]  # and at noon
    assert (await chooses(ana, reply, "Snooze", "never")).is_refusal


async def test_what_repeats_goes_on_when_one_is_done_and_stops_when_it_is_stopped(ana: Somebody) -> None:
    await remind(ana, "every day 9:00")
    ana.clock.skip(at(20, 7) - NOW)
    await ana.bot.work()
    [(_, reply)] = got(ana)
    heard(ana)
    await ana.presses(reply, "Done")
    assert await until(ana, at(21, 12)) == [at(21, 7)]
    await chooses(ana, reply, "Snooze", "1h")
    assert await until(ana, at(22, 12)) == [at(21, 13), at(22, 7)]
    await ana.presses(reply, "Stop these")
    assert await until(ana, at(25, 0)) == []


async def test_nobody_presses_the_buttons_of_another(ana: Somebody) -> None:
    reply = await come(ana, "every day 12:10")
    ben = replace(ana, name="ben")
    for action in ("remind.done", "remind.stop", "remind.cancel", "remind.snooze"):
        answer = await ben.ask(Press(Action(action, button(reply, "Done").arg), "1h"))
        assert isinstance(answer, Reply)
        assert answer.is_refusal
        assert "None of your reminders" in words(answer)
    for line in ("/remind cancel #1", "/remind later #1 when:tomorrow"):
        form = await ben.ask(Typed(line))
        assert isinstance(form, Form)
        assert "None of your reminders" in str(form)
    assert "1 reminder to come" in words(await ana.says("/remind list"))


# --- to several accounts -----------------------------------------------------------------------------------


async def test_notices_go_to_all_accounts_and_done_on_one_is_done_on_all(ana: Somebody) -> None:
    await ana.says("/me show")
    async with ana.bot.database.writing() as uow:
        two = await uow.people.people_of([Account("console", "ana2", "Ana 2")])
        await uow.linking.join_people(two["ana2"], 1, NOW)
    assert "Console: Ana and Console: Ana 2" in words(await ana.says("/me notices all"))
    await remind(ana, "in 10 minutes")
    await remind(ana, "in 10 minutes", "unsent")
    ana.clock.skip(10 * MINUTE)
    await ana.bot.due.run()
    await ana.says("/remind cancel #2")
    await ana.bot.work()
    came = got(ana)
    assert sorted(account for account, _ in came) == ["ana", "ana2"]
    second = replace(ana, name="ana2")
    assert "Done." in words(await second.presses(came[1][1], "Done"))
    assert "Done." in words(await ana.presses(came[0][1], "Done"))
    assert "Console: Ana, where you were seen last" in words(await ana.says("/me notices last"))


# --- another zone ------------------------------------------------------------------------------------------


async def test_in_another_zone_a_reminder_keeps_its_time_of_day_and_the_answer_says_so(ana: Somebody) -> None:
    await remind(ana, "friday 9:00")
    await remind(ana, "every day 12:30", "daily")
    await remind(ana, "in 50 hours", "an instant")
    await remind(ana, "friday 9:00 Europe/London", "a call")
    said = words(await ana.says("/me zone New York"))
    assert "2 reminders keep their time of day; the next comes Monday, October 19, 2026, 12:30" in said
    assert "keep" not in words(await ana.says("/me zone New York"))
    came = await until(ana, at(24, 0))
    daily = [at(day, 16, 30) for day in range(19, 24)]
    assert came == sorted([*daily, at(21, 12), at(23, 11), at(23, 13)])  # the call: when quiet hours end
    back = await ana.says("/me zone Berlin")
    assert "1 reminder keeps its time of day: Saturday, October 24, 2026, 12:30" in words(back)
    assert await until(ana, at(26, 0)) == [at(24, 10, 30), at(25, 11, 30)]  # the clocks changed as well


async def test_whoever_goes_back_to_the_zone_of_their_community_keeps_their_times_too(ana: Somebody) -> None:
    there = await ana.says("/me zone New York")
    await remind(ana, "friday 9:00")
    back = await ana.presses(there, "As my community has it")
    assert "1 reminder keeps its time of day" in words(back)
    assert await until(ana, at(24, 0)) == [at(23, 7)]


async def test_what_was_earlier_there_comes_at_once(ana: Somebody) -> None:
    await ana.says("/me zone New York")
    await remind(ana, "today 9:00")  # it is 6:00 there
    await ana.says("/me zone Berlin")  # it is noon
    await ana.bot.work()
    [said] = heard(ana)
    assert "due Monday, October 19, 2026, 9:00" in said
