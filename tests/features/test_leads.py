"""Reminders before events: at their leads, once, to whoever is still going, and changes at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.addresses import Direct
from bot.domain.events import Details, Edit, Kind, NewEvent, Timing
from bot.domain.nudges import Nudge
from bot.domain.people import Account, Workspace
from bot.domain.recurrence import lay_out
from bot.request import Press, Run
from bot.ui import Action, Form, Menu, Reply
from tests.platforms.silent import SilentPlatform
from tests.somebody import Somebody, button, somebody, words
from tests.storage.making import event, told

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
NOW = datetime(2026, 10, 19, 10, tzinfo=UTC)
"""A Monday, noon in Berlin; the clocks change on Sunday."""

SATURDAY = "saturday 20:00"


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


def platform(ana: Somebody) -> SilentPlatform:
    there = ana.bot.platforms["console"]
    assert isinstance(there, SilentPlatform)
    return there


def got(ana: Somebody) -> list[tuple[Direct, Reply]]:
    """All but what the bot says of itself."""
    return [
        (to, reply)
        for to, reply, key in platform(ana).taken
        if isinstance(to, Direct) and key.split(":")[0] not in set(Nudge)
    ]


def heard(ana: Somebody) -> list[str]:
    """What was sent since this was last asked."""
    said = [words(reply) for _, reply in got(ana)]
    platform(ana).taken.clear()
    return said


async def until(ana: Somebody, moment: datetime) -> list[tuple[datetime, str]]:
    """Let time go by, half an hour at a time, and return what came when."""
    came: list[tuple[datetime, str]] = []
    while ana.clock.now() < moment:
        ana.clock.skip(min(30 * MINUTE, moment - ana.clock.now()))
        await ana.bot.work()
        came += [(ana.clock.now(), said) for said in heard(ana)]
    return came


async def add(ana: Somebody, title: str = "Dub Night", when: str = SATURDAY, more: str = "") -> None:
    await ana.presses(await ana.says(f'/event add {title} when:"{when}" {more}'), "Save")


async def add_series(ana: Somebody, starts: datetime, title: str = "Weekly", count: int = 8) -> None:
    await ana.says("/event mine")  # so that the community is there
    timing = Timing(starts, starts + 3 * HOUR, "Europe/Berlin", rrule=f"FREQ=WEEKLY;COUNT={count}")
    async with ana.bot.database.writing() as uow:
        slots = lay_out(timing, (), since=NOW, until=NOW + 366 * DAY)
        await uow.events.add(1, NewEvent(Details(title), timing), slots, NOW)


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> datetime:
    """UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


async def edit(ana: Somebody, occurrence: int, later: timedelta, **details: str) -> None:
    async with ana.bot.database.writing() as uow:
        ours = await uow.events.get(1, occurrence, person=None)
        assert ours is not None
        changed = Edit(replace(ours.details, **details), ours.starts + later, ours.ends + later)  # type: ignore[arg-type]  # texts only
        await uow.events.change(1, occurrence, changed, ana.clock.now())


async def cancel(ana: Somebody, occurrence: int) -> None:
    async with ana.bot.database.writing() as uow:
        await uow.events.cancel(1, occurrence, ana.clock.now())


# --- leads -------------------------------------------------------------------------------------------------


async def test_a_day_and_two_hours_before_whoever_is_going_is_told(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    ben = replace(ana, name="ben")
    await ben.says("/event answer dub answer:maybe")
    came = await until(ana, at(26, 0))
    assert [moment for moment, _ in came] == [at(23, 18), at(24, 16)]
    assert all("Dub Night" in said for _, said in came)
    assert "You are going to this" in came[0][1]


async def test_a_series_keeps_its_hours_when_the_clocks_change(ana: Somebody) -> None:
    await add_series(ana, datetime(2026, 10, 24, 20))  # noqa: DTZ001 - the time on a wall
    for id_ in (1, 2):
        await ana.says(f"/event answer #{id_}")
    came = await until(ana, at(1, 0, month=11))
    # an hour later by UTC, since the clocks went back; a day is 24 hours
    assert [moment for moment, _ in came] == [at(23, 18), at(24, 16), at(30, 19), at(31, 17)]


async def test_a_deadline_is_told_a_week_and_a_day_before(ana: Somebody) -> None:
    await add(ana, "Grant", "30 October 18:00", "kind:deadline")
    await ana.says("/event answer grant")
    came = await until(ana, at(31, 0))
    assert [moment for moment, _ in came] == [at(23, 17), at(29, 17)]
    assert "A deadline is coming up" in came[0][1]


async def test_after_being_down_only_the_nearest_comes_and_none_after_the_start(ana: Somebody) -> None:
    await add(ana)
    await add(ana, "Brunch", "saturday 11:00")
    await ana.says("/event answer dub")
    await ana.says("/event answer brunch")
    await ana.bot.work()
    ana.clock.skip(at(24, 16, 30) - ana.clock.now())
    await ana.bot.work()
    assert len(heard(ana)) == 1
    assert await until(ana, at(26, 0)) == []


async def test_nobody_hears_of_what_they_take_back_or_what_is_cancelled(ana: Somebody) -> None:
    await add(ana)
    await add(ana, "Brunch", "saturday 12:00")
    await ana.says("/event answer dub")
    await ana.says("/event answer brunch")
    assert await until(ana, at(23, 9)) == []
    await ana.says("/event answer dub answer:not going")
    await cancel(ana, 2)
    [(moment, said)] = await until(ana, at(26, 0))
    assert (moment, said.split("\n")[0]) == (at(23, 9, 30), "Brunch was cancelled.")


async def test_what_was_owed_is_moot_when_it_is_cancelled_before_it_is_sent(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    ana.clock.skip(at(23, 18) - NOW)
    await ana.bot.due.run()
    await cancel(ana, 1)
    await ana.bot.outbox.run()
    assert heard(ana) == []


async def test_a_move_is_told_and_the_reminders_come_for_the_new_start(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    assert len(await until(ana, at(24, 8))) == 1  # a day before
    await edit(ana, 1, 26 * HOUR)
    came = await until(ana, at(27, 0))
    assert [moment for moment, _ in came] == [at(24, 8, 30), at(24, 20), at(25, 18)]
    assert came[0][1].startswith("Dub Night was moved.")


async def test_notices_that_go_elsewhere_meanwhile_are_not_doubled(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    assert len(await until(ana, at(23, 18))) == 1
    async with ana.bot.database.writing() as uow:
        other = await uow.people.people_of([Account("console", "ana2", "Ana 2")])
        await uow.linking.join_people(other["ana2"], 1, NOW)
        await uow.people.choose_for_notices(1, [(await uow.people.accounts_of(1))[-1].id])
    assert await until(ana, at(24, 15)) == []
    ana.clock.skip(HOUR)
    await ana.bot.work()
    assert [to.account for to, _ in got(ana)] == ["ana2"]


async def test_whoever_goes_to_a_workspace_that_removed_the_bot_hears_nothing_until_it_is_back(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    place = ana.workspace
    assert place is not None
    async with ana.bot.database.writing() as uow:
        await uow.people.leave(place, ana.clock.now())
    assert await until(ana, at(24, 3)) == []
    async with ana.bot.database.writing() as uow:
        await uow.people.join(place, zone="Europe/Berlin", locale="en", now=ana.clock.now())
    assert [moment for moment, _ in await until(ana, at(26, 0))] == [at(24, 5), at(24, 16)]


# --- what is said of one event -----------------------------------------------------------------------------


def action(reply: Reply, label: str) -> Action:
    menus = [each for card in reply.cards for each in card.controls if isinstance(each, Menu)]
    return next(each.action for each in menus if each.label == label)


async def first_reminder(ana: Somebody, moment: datetime) -> Reply:
    ana.clock.skip(moment - ana.clock.now())
    await ana.bot.work()
    [(_, reply)] = got(ana)
    platform(ana).taken.clear()
    return reply


async def test_leads_of_ones_own_for_one_event(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    assert "1 day and 3 hours before it starts. Next: Friday" in words(
        await ana.says('/remind event dub leads:"1 day, 3h"')
    )
    came = await until(ana, at(26, 0))
    assert [moment for moment, _ in came] == [at(23, 18), at(24, 15)]


async def test_what_lies_behind_already_is_not_made_up_for(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    assert "no time left" in words(await ana.says('/remind event dub leads:"1 week"'))
    assert await until(ana, at(26, 0)) == []


@pytest.mark.parametrize("typed", ["soon", "3 parsecs", "400 days", "1m", "3h,,x", "1h,2h,3h,4h,5h,6h"])
async def test_leads_that_are_none_say_what_would_be(ana: Somebody, typed: str) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    answer = await ana.ask(Run(("remind", "event"), {"event": "dub", "leads": typed}))
    assert isinstance(answer, Form)
    assert set(answer.errors) == {"leads"}


async def test_done_says_so_and_the_next_lead_still_comes(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    reply = await first_reminder(ana, at(23, 18))
    for _ in range(2):
        done = await ana.presses(reply, "Done")
        assert isinstance(done, Reply)
        assert (done.replaces, words(done).split("\n")[0]) == (True, "Done.")
    assert [moment for moment, _ in await until(ana, at(26, 0))] == [at(24, 16)]


async def test_a_reminder_that_is_put_off_comes_again_and_is_gone_when_it_is_done(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    reply = await first_reminder(ana, at(23, 18))
    later = await ana.ask(Press(action(reply, "Snooze"), "1h"))
    assert "Later: Friday, October 23, 2026, 9:00" in words(later)
    assert "Dub Night" in words(await ana.says("/remind list"))
    assert [(moment, said.split("\n")[0]) for moment, said in await until(ana, at(24, 10))] == [
        (at(23, 19), "A reminder:")
    ]
    await ana.ask(Press(action(reply, "Snooze"), "1h"))
    await ana.presses(reply, "Done")
    assert [moment for moment, _ in await until(ana, at(26, 0))] == [at(24, 16)]


async def test_nothing_is_put_off_beyond_the_start(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    reply = await first_reminder(ana, at(24, 16))
    assert "It starts before that" in words(await ana.ask(Press(action(reply, "Snooze"), "morning")))


async def test_what_was_put_off_is_moot_when_it_is_cancelled(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    reply = await first_reminder(ana, at(23, 18))
    await ana.ask(Press(action(reply, "Snooze"), "1h"))
    await cancel(ana, 1)
    assert [said.split("\n")[0] for _, said in await until(ana, at(26, 0))] == ["Dub Night was cancelled."]


async def test_quiet_hours_and_leads_that_are_set_count_at_once(ana: Somebody) -> None:
    await add(ana, when="saturday 10:00")
    await ana.says("/event answer dub")
    await ana.says('/remind settings leads:"4 hours" quiet:off')
    assert [moment for moment, _ in await until(ana, at(26, 0))] == [at(24, 4)]


async def test_stop_these_stops_them_for_this_time_and_for_this_person(ana: Somebody) -> None:
    await add_series(ana, datetime(2026, 10, 24, 20))  # noqa: DTZ001 - the time on a wall
    ben = replace(ana, name="ben")
    for one in (ana, ben):
        await one.says("/event answer #1")
        await one.says("/event answer #2")
    ana.clock.skip(at(23, 18) - NOW)
    await ana.bot.work()
    [reply] = [reply for to, reply in got(ana) if to.account == "ana"]
    heard(ana)
    stopped = await ana.presses(reply, "Stop these")
    assert "No more reminders of this." in words(stopped)
    assert [moment for moment, _ in await until(ana, at(25, 0))] == [at(24, 16)]  # Ben's
    assert len(await until(ana, at(1, 0, month=11))) == 4  # both are told of the next time
    assert isinstance(stopped, Reply)
    await ana.ask(Press(button(stopped, "Remind me after all")))


async def test_a_series_is_stopped_whole_and_taken_up_again(ana: Somebody) -> None:
    await add_series(ana, datetime(2026, 10, 24, 20))  # noqa: DTZ001 - the time on a wall
    await ana.says("/event answer #1")
    await ana.says("/event answer #2")
    stopped = await ana.presses(await first_reminder(ana, at(23, 18)), "Stop for the whole series")
    assert await until(ana, at(31, 0)) == []
    assert isinstance(stopped, Reply)
    again = words(await ana.presses(stopped, "Remind me after all"))
    assert "as of other events" in again
    # told when it was still stopped: an hour later the two hours come
    assert [moment for moment, _ in await until(ana, at(1, 12, month=11))][-1] == at(31, 17)


async def test_leads_are_chosen_on_the_reminder(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    menu = action(await first_reminder(ana, at(23, 18)), "Remind me of this…")
    assert "1 hour before" in words(await ana.ask(Press(menu, "1 hour")))
    assert [moment for moment, _ in await until(ana, at(26, 0))] == [at(24, 17)]


async def test_nobody_else_can_use_the_controls_of_a_reminder(ana: Somebody) -> None:
    await add_series(ana, datetime(2026, 10, 24, 20))  # noqa: DTZ001 - the time on a wall
    await ana.says("/event answer #1")
    reply = await first_reminder(ana, at(23, 18))
    eve = replace(ana, name="eve", workspace=Workspace("console", "cellar", "Cellar"))
    bob = replace(ana, name="bob")
    presses = [Press(button(reply, label)) for label in ("Done", "Stop these", "Stop for the whole series")]
    presses.append(Press(action(reply, "Remind me of this…"), "none"))
    for stranger in (eve, bob):
        for press in presses:
            assert "nothing you answered to" in words(await stranger.ask(press))
    assert len(await until(ana, at(26, 0))) == 1


# --- changes -----------------------------------------------------------------------------------------------


async def test_a_change_is_told_after_ten_minutes_with_how_it_was(ana: Somebody) -> None:
    await add(ana, more="venue:Kantine")
    await ana.says("/event answer dub answer:maybe")
    await edit(ana, 1, HOUR, venue="Attic", title="Dub Day")
    ana.clock.skip(9 * MINUTE)
    await ana.bot.work()
    assert heard(ana) == []
    ana.clock.skip(MINUTE)
    await ana.bot.work()
    [(to, reply)] = got(ana)
    assert to.account == "ana"
    assert words(reply).startswith("Dub Night was moved.")
    fields = {field.name: "".join(str(piece) for piece in field.value.pieces) for field in reply.cards[0].fields}
    assert "Dub Night → Dub Day" in fields["Title"]
    assert fields["Where"] == "Kantine → Attic"
    assert " → " in fields["When"]


async def test_what_was_changed_back_is_not_told_nor_what_nobody_goes_by(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    await edit(ana, 1, HOUR)
    await edit(ana, 1, -HOUR)
    await edit(ana, 1, timedelta(), description="Bring earplugs")
    assert await until(ana, NOW + DAY) == []


async def test_changes_are_told_from_the_first_that_was_not(ana: Somebody) -> None:
    await add(ana, more="venue:Kantine")
    await ana.says("/event answer dub")
    await edit(ana, 1, timedelta(), venue="Attic")
    ana.clock.skip(9 * MINUTE)
    await edit(ana, 1, timedelta(), venue="Cellar")
    ana.clock.skip(MINUTE)
    await ana.bot.work()
    [(_, reply)] = got(ana)
    assert any(field.value.pieces == ("Kantine", " → ", "Cellar") for field in reply.cards[0].fields)


async def test_a_change_of_what_starts_within_the_hour_is_told_in_two_minutes(ana: Somebody) -> None:
    await add(ana, when="monday 12:50", more="until:22:00")
    await ana.says("/event answer dub")
    await edit(ana, 1, timedelta(), venue="Attic")
    ana.clock.skip(2 * MINUTE)
    await ana.bot.work()
    assert [said.partition("\n")[0] for said in heard(ana)] == ["Dub Night has changed."]


async def test_at_night_only_what_is_soon_is_told_at_once(ana: Somebody) -> None:
    await add(ana, "Breakfast", "tuesday 8:30")
    await add(ana)
    await ana.says("/event answer breakfast")
    await ana.says("/event answer dub")
    ana.clock.skip(at(20, 1) - NOW)
    await ana.bot.work()
    heard(ana)
    await edit(ana, 1, HOUR)
    await edit(ana, 2, HOUR)
    came = await until(ana, at(20, 5))
    assert [(moment, said.split(" ")[0]) for moment, said in came] == [(at(20, 1, 30), "Breakfast"), (at(20, 5), "Dub")]


async def test_what_is_over_is_not_told(ana: Somebody) -> None:
    await add(ana)
    await ana.says("/event answer dub")
    await until(ana, at(26, 0))
    await edit(ana, 1, HOUR)
    await cancel(ana, 1)
    assert await until(ana, at(27, 0)) == []


async def test_a_series_that_a_source_moves_is_told_in_one_message(ana: Somebody) -> None:
    await ana.says("/event mine")
    evening = datetime(2026, 11, 4, 20)  # noqa: DTZ001 - the time on a wall
    series = event("Weekly", evening, rrule="FREQ=WEEKLY;COUNT=30")
    async with ana.bot.database.writing() as uow:
        await uow.events.bring(1, [told(series)], NOW)
    for id_ in range(1, 31):
        await ana.says(f"/event answer #{id_}")
    moved = event("Weekly", evening + HOUR, rrule="FREQ=WEEKLY;COUNT=30")
    async with ana.bot.database.writing() as uow:
        await uow.events.bring(1, [told(moved, digest="2")], ana.clock.now())
    [(_, said)] = await until(ana, NOW + HOUR)
    assert said.startswith("Weekly was cancelled on several days")
    assert "and 20 more" in said


async def test_a_source_that_brings_it_back_is_told_too(ana: Somebody) -> None:
    await ana.says("/event mine")
    once = event("Once", datetime(2026, 11, 4, 20))  # noqa: DTZ001 - the time on a wall
    async with ana.bot.database.writing() as uow:
        await uow.events.bring(1, [told(once)], NOW)
    await ana.says("/event answer #1")
    said: list[str] = []
    for digest, cancelled in (("2", True), ("3", False)):
        async with ana.bot.database.writing() as uow:
            await uow.events.bring(1, [told(replace(once, is_cancelled=cancelled), digest=digest)], ana.clock.now())
        said += [each.split("\n")[0] for _, each in await until(ana, ana.clock.now() + HOUR)]
    assert said == ["Once was cancelled.", "Once takes place after all."]


async def test_whoever_a_platforms_calendar_says_is_interested_hears_of_changes_too(ana: Somebody) -> None:
    await add(ana)
    async with ana.bot.database.writing() as uow:
        people = await uow.people.people_of([Account("console", "kim", "Kim")])
        await uow.events.interest(1, 1, 1, [people["kim"]], NOW)
    await edit(ana, 1, HOUR)
    ana.clock.skip(HOUR)
    await ana.bot.work()
    assert [to.account for to, _ in got(ana)] == ["kim"]


async def test_kind_of_event_is_a_reason_to_look_again(ana: Somebody) -> None:
    await add(ana, "Grant", "30 October 18:00")
    await ana.says("/event answer grant")
    await ana.bot.work()
    async with ana.bot.database.writing() as uow:
        ours = await uow.events.get(1, 1, person=None)
        assert ours is not None
        deadline = replace(ours.details, kind=Kind.DEADLINE)
        await uow.events.change(1, 1, Edit(deadline, ours.starts, ours.ends), ana.clock.now())
    assert [moment for moment, _ in await until(ana, at(24, 0))] == [at(23, 17)]
