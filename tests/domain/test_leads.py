"""When somebody is reminded of an event: once for a lead, never late, never at night."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import Kind
from bot.domain.leads import Coming, Step, Told, leads_of, next_step
from bot.domain.preferences import Preferences
from bot.domain.quiet import Quiet, quiet_around

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY = datetime(2026, 11, 6, 18, tzinfo=UTC)
"""19:00 in Berlin."""
USUAL = Preferences()


def coming(starts: datetime = FRIDAY, **more: object) -> Coming:
    said = FRIDAY - 20 * DAY
    known = Coming(1, 2, 3, 4, starts, None, said, "Europe/Berlin", "en")
    return replace(known, **more)  # type: ignore[arg-type]  # whichever fields a test is about


def test_a_day_and_two_hours_before_are_told_and_then_nothing() -> None:
    assert next_step(coming(), USUAL, FRIDAY - 2 * DAY, FRIDAY) == Step(None, FRIDAY - DAY, None)
    day = Told(FRIDAY, DAY)
    assert next_step(coming(), USUAL, FRIDAY - DAY, FRIDAY) == Step(DAY, FRIDAY - 2 * HOUR, day)
    assert next_step(coming(told=day), USUAL, FRIDAY - 3 * HOUR, FRIDAY) == Step(None, FRIDAY - 2 * HOUR, day)
    hours = Told(FRIDAY, 2 * HOUR)
    assert next_step(coming(told=day), USUAL, FRIDAY - 2 * HOUR, FRIDAY) == Step(2 * HOUR, None, hours)
    assert next_step(coming(told=hours), USUAL, FRIDAY - HOUR, FRIDAY) == Step(None, None, hours)


def test_of_several_that_have_passed_only_the_nearest_is_told_and_none_after_the_start() -> None:
    assert next_step(coming(), USUAL, FRIDAY - HOUR, FRIDAY).owed == 2 * HOUR
    assert next_step(coming(), USUAL, FRIDAY, FRIDAY) == Step(None, None, None)


def test_what_had_passed_when_somebody_answered_is_not_told() -> None:
    late = coming(since=FRIDAY - 5 * HOUR)
    assert next_step(late, USUAL, FRIDAY - 5 * HOUR, FRIDAY) == Step(None, FRIDAY - 2 * HOUR, None)


def test_an_event_that_was_moved_is_told_anew_but_not_of_what_had_passed_by_then() -> None:
    day = coming(FRIDAY + 3 * HOUR, told=Told(FRIDAY, DAY))
    now = FRIDAY - 10 * HOUR
    rebased = Told(FRIDAY + 3 * HOUR, DAY)
    assert next_step(day, USUAL, now, now) == Step(None, FRIDAY + HOUR, rebased)
    # the bot was down meanwhile
    assert next_step(day, USUAL, FRIDAY + HOUR, now).owed == 2 * HOUR
    week_later = coming(FRIDAY + 7 * DAY, told=Told(FRIDAY, 2 * HOUR))
    assert next_step(week_later, USUAL, now, now) == Step(None, FRIDAY + 6 * DAY, None)


def test_a_deadline_is_told_a_month_a_week_and_a_day_before() -> None:
    assert leads_of(coming(kind=Kind.DEADLINE), USUAL) == (30 * DAY, 7 * DAY, DAY)
    assert leads_of(coming(kind=Kind.DEADLINE, own=(HOUR,)), USUAL) == (HOUR,)
    assert leads_of(coming(own=()), USUAL) == ()


def test_an_early_start_is_told_of_the_evening_before() -> None:
    early = coming(datetime(2026, 11, 7, 4, tzinfo=UTC))  # 5:00 in Berlin
    evening = datetime(2026, 11, 6, 21, 55, tzinfo=UTC)
    assert next_step(early, USUAL, evening, evening).owed == 2 * HOUR
    # the bot was down in the evening: nothing is sent at night
    assert next_step(early, USUAL, evening + 3 * HOUR, evening).owed is None


def test_what_passed_while_the_bot_was_down_waits_for_the_morning() -> None:
    noon = coming(datetime(2026, 11, 7, 11, tzinfo=UTC))
    night = datetime(2026, 11, 7, 1, tzinfo=UTC)
    step = next_step(noon, USUAL, night, night)
    assert (step.owed, step.again) == (None, datetime(2026, 11, 7, 6, tzinfo=UTC))


spans = st.integers(5, 30 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
quiets = st.none() | st.lists(st.times(), min_size=2, max_size=2, unique=True).map(lambda ends: Quiet(*ends))


@given(st.lists(spans, max_size=4), quiets, st.lists(st.integers(1, 40 * 24 * 60), max_size=40), st.integers(0, 500))
def test_however_often_it_is_looked_at_each_lead_is_told_once_in_order_and_in_time(
    leads: list[timedelta], quiet: Quiet | None, steps: list[int], hours: int
) -> None:
    event = coming(FRIDAY + hours * HOUR, since=FRIDAY - 40 * DAY)
    set_ = Preferences(quiet=quiet, leads=tuple(leads))
    now, told = FRIDAY - 35 * DAY, None
    owed: list[timedelta] = []
    for minutes in steps:
        now += timedelta(minutes=minutes)
        step = next_step(replace(event, told=told), set_, now, now)
        if step.owed is not None:
            owed.append(step.owed)
            assert now < event.starts
            assert quiet_around(now, quiet, event.zone) is None
        assert step.again is None or step.again > now
        told = step.told
    assert owed == sorted({*owed}, reverse=True)


@given(st.lists(spans, min_size=1, max_size=4), st.integers(0, 500))
def test_whoever_is_awake_misses_none(leads: list[timedelta], hours: int) -> None:
    event = coming(FRIDAY + hours * HOUR, since=FRIDAY - 40 * DAY)
    set_ = Preferences(quiet=None, leads=tuple(leads))
    now, told, owed = FRIDAY - 35 * DAY, None, []
    while True:
        step = next_step(replace(event, told=told), set_, now, now)
        owed += [step.owed] if step.owed is not None else []
        told = step.told
        if step.again is None:
            break
        now = step.again
    assert owed == sorted({*leads}, reverse=True)
