"""Editing and cancelling events: who may, what they are shown before it is saved, and what becomes of a series."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.events import HORIZON, Details, NewEvent, Search, Status, Timing
from bot.domain.people import Account, Workspace
from bot.domain.recurrence import lay_out
from bot.fit import plain
from bot.request import Press, Submit, Typed
from bot.ui import Action, Answer, Form, Menu, Reply
from tests.somebody import Somebody, button, somebody, words

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 10, 19, 10, tzinfo=UTC)
"""A Monday, noon in Berlin; the clocks change on Sunday."""


@pytest.fixture
async def ana(database_url: str) -> AsyncIterator[Somebody]:
    async with somebody(database_url, NOW) as person:
        yield person


async def series(ana: Somebody, *, count: int = 4) -> None:
    """Ana's, on Mondays at 19:00, from today on."""
    await ana.says("/event mine")  # so that the community is there
    starts = datetime(2026, 10, 19, 19)  # noqa: DTZ001 - the time on a wall
    timing = Timing(starts, starts + 3 * HOUR, "Europe/Berlin", rrule=f"FREQ=WEEKLY;COUNT={count}")
    async with ana.bot.database.writing() as uow:
        slots = lay_out(timing, (), since=NOW, until=NOW + HORIZON)
        adder = (await uow.people.people_of([Account("console", "ana", "Ana")]))["ana"]
        await uow.events.add(1, NewEvent(Details("Jam", venue="Attic"), timing, added_by=adder), slots, NOW)


def seen(answer: Answer) -> str:
    """All that is said, with the fields."""
    assert isinstance(answer, Reply)
    fields = [f"{each.name}: {plain(each.value)}" for card in answer.cards for each in card.fields]
    buttons = [each.label for card in answer.cards for each in card.controls]
    return "\n".join([words(answer), *fields, *buttons])


async def pressed(ana: Somebody, answer: Answer, label: str) -> Answer:
    assert isinstance(answer, Reply)
    return await ana.ask(Press(button(answer, label)))


async def starts(ana: Somebody) -> list[str]:
    async with ana.bot.database.reading() as uow:
        found = await uow.events.several(1, range(1, 9), person=None)
    return [f"{each.starts:%m-%d %H:%M}" for each in found]


async def test_which_times_are_meant_is_chosen_on_the_card_before_it_is_saved(ana: Somebody) -> None:
    await series(ana)
    first = await ana.says('/event edit #2 when:"26 october 20:00"')
    assert "Only Monday, October 26, 2026" in seen(first)
    [menu] = [each for each in first.cards[0].controls if isinstance(each, Menu)]
    other = await ana.ask(Press(menu.action, "following"))
    assert "on, 3 times so far" in seen(other)
    await pressed(ana, other, "Save")
    assert await starts(ana) == ["10-19 17:00", "10-26 19:00", "11-02 19:00", "11-09 19:00"]


async def test_all_times_stay_on_the_wall_when_the_clocks_change(ana: Somebody) -> None:
    await series(ana)
    await pressed(ana, await ana.says('/event edit #1 which:all when:"today 20:00"'), "Save")
    assert await starts(ana) == ["10-19 18:00", "10-26 19:00", "11-02 19:00", "11-09 19:00"]


async def test_a_series_that_is_cancelled_says_why_and_can_come_back(ana: Somebody) -> None:
    await series(ana)
    card = await ana.says('/event cancel #2 which:following reason:"<@everyone> moved"')
    assert "What happens: It is cancelled" in seen(card)
    off = await pressed(ana, card, "Save")
    assert "Cancelled because: <@everyone> moved" in seen(off)
    assert "Cancelled: Jam" not in seen(await ana.says("/event show #1"))
    assert "Cancelled: Jam" in seen(await ana.says("/event show #4"))
    on = await pressed(ana, off, "It takes place after all")
    assert "Cancelled" not in seen(on)
    assert "Cancelled" not in seen(await ana.says("/event show #4"))


async def test_others_neither_edit_nor_cancel_nor_revive_by_any_way_in(ana: Somebody) -> None:
    await series(ana)
    eve = replace(ana, name="eve")
    for asked in ("/event edit #1", "/event edit #1 title:Mine", "/event cancel #1", "/event cancel #1 which:all"):
        assert "Only Ana, who added it, and organisers" in seen(await eve.says(asked))
    for press in (Action("event.revive", "1"), Action("ask", "event edit/event=#1")):
        assert "Only Ana, who added it, and organisers" in seen(await eve.ask(Press(press)))
    assert "Edit" not in seen(await eve.says("/event show #1"))


async def test_from_a_direct_message_it_is_changed_where_it_is_whatever_community_was_used_last(ana: Somebody) -> None:
    await series(ana)
    card = await ana.says("/event show #1")
    ana.clock.skip(HOUR)
    elsewhere = replace(ana, workspace=Workspace("console", "elsewhere", "Elsewhere"))
    await elsewhere.says("/help")
    alone = replace(ana, workspace=None)
    form = await pressed(alone, card, "Edit")
    assert isinstance(form, Form)
    asked = await alone.ask(Submit(form.action, {**form.values, "title": "Late Jam"}))
    assert "In Console" in seen(asked)
    await pressed(alone, asked, "Save")
    assert "Late Jam" in seen(await ana.says("/event show #1"))
    ana.clock.skip(HOUR)
    await elsewhere.says("/help")
    gone = await pressed(alone, card, "Cancel it")
    assert isinstance(gone, Form)
    await pressed(alone, await alone.ask(Submit(gone.action, dict(gone.values))), "Save")
    assert "Cancelled: Late Jam" in seen(await ana.says("/event show #1"))


@pytest.mark.parametrize("id_", ["99", "-1", "x", str(2**40), ""])
async def test_ids_of_nothing_here_are_not_found(ana: Somebody, id_: str) -> None:
    await series(ana)
    assert "not in this community" in seen(await ana.ask(Press(Action("event.revive", id_))))


async def test_nothing_ends_before_it_starts_or_moves_into_the_past(ana: Somebody) -> None:
    await series(ana)
    for said in ('until:"26 october 18:00"', 'when:"yesterday 20:00"'):
        answer = await ana.ask(Typed(f"/event edit #2 {said}"))
        assert isinstance(answer, Form)
        assert answer.errors
    card = await ana.says('/event edit #3 which:all when:"20 october 9:00"')
    answer = await pressed(ana, card, "Save")
    assert isinstance(answer, Form)
    assert "would be over by then" in answer.errors["when"]
    assert await starts(ana) == ["10-19 17:00", "10-26 18:00", "11-02 18:00", "11-09 18:00"]


async def test_of_two_who_edit_at_once_the_second_sees_what_the_first_did(ana: Somebody) -> None:
    await series(ana)
    one, other = await ana.says("/event edit #1 venue:Cellar"), await ana.says("/event edit #1 title:Session")
    await pressed(ana, one, "Save")
    assert "changed by another in the meantime" in seen(await pressed(ana, other, "Save"))
    form = await pressed(ana, other, "Change")
    assert isinstance(form, Form)
    assert form.values["title"] == "Session"


async def test_what_is_as_it_was_is_not_saved(ana: Somebody) -> None:
    await series(ana)
    assert "Nothing would change" in seen(await ana.says("/event edit #1 venue:Attic"))
    assert "over on" in await _after(ana, 2 * DAY, "/event edit #1 venue:Cellar")


async def _after(ana: Somebody, later: timedelta, asked: str) -> str:
    ana.clock.skip(later)
    return seen(await ana.says(asked))


async def test_a_single_event_begins_to_repeat_and_keeps_its_answers(ana: Somebody) -> None:
    await ana.presses(await ana.says('/event add Jam when:"26 october 19:00" city:Berlin'), "Save")
    await ana.says("/event answer jam")
    asked = await ana.says('/event edit jam repeats:"every 2 weeks, 3 times"')
    assert "Repeats: – → every 2 weeks on Monday, 3 times" in seen(asked)
    await pressed(ana, asked, "Save")
    assert await starts(ana) == ["10-26 18:00", "11-09 18:00", "11-23 18:00"]
    assert "You are going" in words(await ana.says("/event mine"))


async def test_how_a_series_repeats_is_changed_for_what_follows_and_for_all(ana: Somebody) -> None:
    await series(ana, count=6)
    refused = await ana.ask(Typed('/event edit #2 repeats:"every 2 weeks"'))
    assert isinstance(refused, Form)
    assert "Choose which are meant" in refused.errors["which"]
    await ana.says("/event answer #4")
    await pressed(ana, await ana.says('/event edit #2 which:following repeats:"every 2 weeks, 2 times"'), "Save")
    shown = await coming(ana)
    assert shown == ["10-19 17:00", "10-26 18:00", "11-09 18:00"]  # the fourth, which she answered, is one of them


async def test_a_series_that_comes_once_from_now_on_leaves_one_time(ana: Somebody) -> None:
    await series(ana)
    await ana.says("/event answer #3")
    await pressed(ana, await ana.says("/event edit #2 which:following repeats:once"), "Save")
    assert await coming(ana) == ["10-19 17:00", "10-26 18:00"]
    async with ana.bot.database.reading() as uow:
        [answered] = await uow.events.several(1, [3], person=None)
    assert answered.status is Status.CANCELLED


async def test_a_monthly_series_moves_to_other_days_with_its_new_rule(ana: Somebody) -> None:
    await pressed(ana, await ana.says('/event add Jam when:"6 november 19:00" repeats:"first friday"'), "Save")
    for number in (1, 2):
        await ana.says(f"/event answer #{number}")
    form = await pressed(ana, await ana.says('/event edit #1 which:all when:"7 november 20:00"'), "Save")
    assert isinstance(form, Form)
    assert "or say how it repeats" in form.errors["when"]
    asked = await ana.says('/event edit #1 which:all when:"7 november 20:00" repeats:"first saturday"')
    await pressed(ana, asked, "Save")
    assert (await coming(ana))[:4] == ["11-07 19:00", "12-05 19:00", "01-02 19:00", "02-06 19:00"]
    assert "2 coming events with your answer" in words(await ana.says("/event mine"))
    # of all, by a later one: what was the first is none of the new rule
    asked = await ana.says('/event edit #3 which:all when:"12 january 20:00" repeats:"second tuesday"')
    await pressed(ana, asked, "Save")
    shown = await coming(ana)
    assert "01-12 19:00" in shown
    assert {int(each[3:5]) for each in shown} <= set(range(8, 15))


async def test_a_monthly_series_that_comes_once_moves_to_any_day(ana: Somebody) -> None:
    await pressed(ana, await ana.says('/event add Jam when:"6 november 19:00" repeats:"first friday"'), "Save")
    await ana.says("/event answer #2")
    await pressed(ana, await ana.says('/event edit #2 which:all when:"8 december 20:00" repeats:once'), "Save")
    assert await coming(ana) == ["12-08 19:00"]
    assert "You are going" in words(await ana.says("/event mine"))


async def test_a_time_that_was_moved_and_is_the_only_one_from_now_on_keeps_its_answers(ana: Somebody) -> None:
    await series(ana)
    await ana.says("/event answer #2")
    await pressed(ana, await ana.says('/event edit #2 when:"2 november 19:00" venue:Cellar'), "Save")  # where #3 is
    once = await pressed(ana, await ana.says("/event edit #2 which:all repeats:once"), "Save")
    assert "Cancelled" not in seen(once)
    assert await coming(ana) == ["11-02 18:00"]
    assert "You are going" in words(await ana.says("/event mine"))
    await pressed(ana, await ana.says('/event edit #2 when:"3 november 20:00"'), "Save")
    assert await coming(ana) == ["11-03 19:00"]
    assert "Cellar" in seen(await ana.says("/event show #2"))


async def test_a_dropped_time_that_takes_place_after_all_is_one_of_several_again(ana: Somebody) -> None:
    await series(ana)
    await ana.says("/event answer #3")
    await pressed(ana, await ana.says("/event edit #1 which:all repeats:once"), "Save")
    await pressed(ana, await ana.says("/event show #3"), "It takes place after all")
    assert await coming(ana) == ["10-19 17:00", "11-02 18:00"]
    await pressed(ana, await ana.says("/event edit #3 title:Encore"), "Save")
    assert "Jam" in seen(await ana.says("/event show #1"))
    await pressed(ana, await ana.says("/event cancel #3"), "Save")
    assert await coming(ana) == ["10-19 17:00"]
    await pressed(ana, await ana.says("/event cancel #1"), "Save")
    assert await coming(ana) == []


async def test_in_another_city_it_takes_place_at_the_same_time_on_the_wall_there(ana: Somebody) -> None:
    await ana.presses(await ana.says('/event add Jam when:"26 october 19:00" city:Berlin'), "Save")
    await ana.presses(
        await ana.says('/event add Fest when:"24 october 00:00" until:"27 october 00:00" city:Berlin'), "Save"
    )
    asked = seen(await ana.says("/event edit jam city:London"))
    assert "7:00 PM (Europe/Berlin, CET) → Monday, October 26, 2026, 7:00 PM (Europe/London, GMT)" in asked
    asked = seen(await ana.says("/event edit jam city:London until:23:00"))
    assert "10:00 PM (Europe/Berlin, CET) → Monday, October 26, 2026, 11:00 PM (Europe/London, GMT)" in asked
    asked = seen(await ana.says('/event edit jam city:London until:"23:00 Europe/Paris"'))
    assert "→ Monday, October 26, 2026, 6:00 PM (Europe/London, GMT)" in asked
    await pressed(ana, await ana.says("/event edit fest city:London"), "Save")
    assert "When: Saturday, October 24, 2026 to Monday, October 26, 2026" in seen(await ana.says("/event show fest"))
    form = await ana.says_form("/event edit jam")
    again = await ana.ask(Submit(form.action, {**form.values, "city": "London, England, GB"}))
    assert "→ Monday, October 26, 2026, 7:00 PM (Europe/London, GMT)" in seen(again)
    await pressed(ana, again, "Save")
    assert await coming(ana) == ["10-23 23:00", "10-26 19:00"]


async def test_what_is_under_way_can_end_at_another_time_that_is_to_come(ana: Somebody) -> None:
    await ana.presses(await ana.says('/event add Jam when:"today 19:00" city:Berlin'), "Save")
    ana.clock.skip(8 * HOUR)
    form = await ana.ask(Typed("/event edit jam until:19:30"))
    assert isinstance(form, Form)
    assert "over already" in form.errors["until"]
    late = await ana.says("/event edit jam until:23:30")
    assert "Ends: Monday, October 19, 2026, 10:00 PM (Europe/Berlin, CEST) → Monday" in seen(late)
    assert "11:30 PM" in seen(late)
    await pressed(ana, late, "Save")
    assert "20:00 UTC" not in seen(await ana.says("/event show jam"))
    assert "21:30 UTC" in seen(await ana.says("/event show jam"))
    abroad = seen(await ana.says('/event edit jam city:"New York"'))  # it began: not anew
    assert "→ Monday, October 19, 2026, 1:00 PM (America/New_York, EDT)" in abroad


async def coming(ana: Somebody) -> list[str]:
    """All that takes place."""
    async with ana.bot.database.reading() as uow:
        page = await uow.events.find(1, Search(NOW), person=None, offset=0, limit=50)
    return [f"{each.starts:%m-%d %H:%M}" for each in page.occurrences]
