"""One nudge a day at most, whatever somebody goes to, sets and travels; none twice, none at night, none late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from math import cos, radians, sin
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.nudges import (
    DIGEST_WAITS,
    RECAP_WAITS,
    Going,
    News,
    Nudge,
    Nudged,
    Taste,
    begun,
    brief_at,
    chosen,
    could,
    helps_until,
    recap_at,
    slots,
    wanted,
)
from bot.domain.places import Place
from bot.domain.preferences import Preferences
from bot.domain.quiet import Quiet, out_of_quiet, quiet_around

ZONES = ("Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kathmandu", "Pacific/Apia")
NOW = datetime(2026, 10, 19, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = Place(2950159, "Berlin", "", "DE", 52.5244, 13.4105, 3426354, "Europe/Berlin")

clocks = st.sampled_from([time(0), time(6, 30), time(9), time(12), time(18), time(23, 30)])
quiets = st.one_of(
    st.none(), st.lists(clocks, min_size=2, max_size=2, unique=True).map(lambda ends: Quiet(ends[0], ends[1]))
)
preferences = st.builds(
    Preferences,
    quiet=quiets,
    digest_weekday=st.integers(0, 6),
    digest_at=clocks,
    wants_digest=st.booleans(),
    wants_recap=st.booleans(),
    wants_brief=st.booleans(),
)
goings = st.lists(
    st.tuples(st.integers(0, 21 * 24), st.integers(0, 60)).map(
        lambda hours: (NOW + hours[0] * HOUR, NOW + (hours[0] + hours[1]) * HOUR)
    ),
    max_size=12,
).map(lambda times: [Going(1, number, 1, *each) for number, each in enumerate(times)])
moves = st.lists(st.tuples(st.integers(0, 22 * 24), st.sampled_from(ZONES)), max_size=3)


@given(goings, preferences, moves, st.sets(st.integers(0, 11)), st.booleans())
def test_one_a_day_at_most_each_once_and_none_in_quiet_hours(
    going: list[Going], set_: Preferences, moved: list[tuple[int, str]], known: set[int], has_digest: bool
) -> None:
    now, zone, state = NOW, ZONES[0], begun(set_, ZONES[0], NOW)
    days: list[date] = []
    sent: list[datetime] = []
    said: list[tuple[Nudge, int]] = []
    until, turns = NOW + 24 * DAY, 0
    travels = sorted((NOW + hours * HOUR, to) for hours, to in moved)
    while now < until:
        turns += 1
        assert turns < 500  # it always moves on, and does not wake for nothing
        again = out_of_quiet(now, set_.quiet, zone)
        if again == now:
            open_now = could(state, going, set_, zone, now)
            choice = chosen(open_now, has_digest, known, now)
            state = choice.nudged
            if choice.nudge is not None:
                assert quiet_around(now, set_.quiet, zone) is None
                days.append(now.astimezone(ZoneInfo(zone)).date())
                assert all(at.astimezone(ZoneInfo(zone)).date() < days[-1] for at in sent)
                sent.append(now)
                assert helps_until(now, zone).astimezone(ZoneInfo(zone)).date() <= days[-1] + DAY
                said += _checked(choice.nudge, choice.about, state, set_, zone, now)
            assert choice.again is None or choice.again > now
            again = choice.again or until
        if travels and travels[0][0] <= again:
            at, zone = travels.pop(0)
            again = max(at, now + timedelta(minutes=1))
        now = again
    assert len(days) == len(set(days))
    assert len(said) == len(set(said))


def _checked(
    nudge: Nudge, about: tuple[Going, ...], state: Nudged, set_: Preferences, zone: str, now: datetime
) -> list[tuple[Nudge, int]]:
    match nudge:
        case Nudge.DIGEST:
            assert set_.wants_digest
            assert now - slots(set_, zone, now)[0].at < DIGEST_WAITS
            return [(nudge, state.digested.toordinal())]
        case Nudge.BRIEF:
            assert set_.wants_brief
            assert all(brief_at(each.starts, set_, zone) <= now < each.starts for each in about)
        case Nudge.RECAP:
            assert set_.wants_recap
            assert all(recap_at(each.ends, set_, zone) <= now for each in about)
            assert all(now - recap_at(each.ends, set_, zone) < RECAP_WAITS for each in about)
    return [(nudge, each.occurrence) for each in about]


def _point(latitude: float, longitude: float) -> tuple[float, float, float]:
    up, across = radians(latitude), radians(longitude)
    return cos(up) * cos(across), cos(up) * sin(across), sin(up)


@given(preferences, st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001 - hypothesis wants them naive
def test_digests_follow_each_other_week_by_week(set_: Preferences, zone: str, wall: datetime) -> None:
    now = wall.replace(tzinfo=UTC)
    last, following = slots(set_, zone, now)
    assert last.at <= now < following.at
    assert following.day - last.day == timedelta(days=7)
    assert {last.day.weekday(), following.day.weekday()} == {set_.digest_weekday}


def test_a_digest_keeps_its_time_of_day_when_the_clocks_change() -> None:
    last, following = slots(Preferences(digest_weekday=6), "Europe/Berlin", datetime(2026, 10, 24, tzinfo=UTC))
    assert (last.at, following.at) == (
        datetime(2026, 10, 18, 7, tzinfo=UTC),
        datetime(2026, 10, 25, 8, tzinfo=UTC),
    )


def test_the_morning_after_a_night_is_the_same_day_and_after_an_evening_the_next() -> None:
    nine = datetime(2026, 10, 25, 8, tzinfo=UTC)  # Berlin, the clocks went back that night
    for ends in (datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)):
        assert recap_at(ends, Preferences(), "Europe/Berlin") == nine
    assert recap_at(nine, Preferences(), "Europe/Berlin") == nine + DAY
    late = Preferences(quiet=Quiet(time(22), time(11)))
    assert recap_at(nine, late, "Europe/Berlin") == nine + DAY + 2 * HOUR


def test_a_brief_before_a_morning_comes_the_evening_before() -> None:
    starts = datetime(2026, 10, 20, 5, tzinfo=UTC)  # 7:00 in Berlin, where the quiet hours end
    assert brief_at(starts, Preferences(), "Europe/Berlin") == datetime(2026, 10, 19, 20, 55, tzinfo=UTC)
    assert brief_at(starts + 2 * HOUR, Preferences(), "Europe/Berlin") == starts


def test_news_are_near_and_of_a_kind_that_somebody_likes() -> None:
    berlin, potsdam, hamburg = _point(52.52, 13.41), _point(52.40, 13.07), _point(53.55, 9.99)
    events = [
        News(1, 1, 1, ("dub techno",), berlin),
        News(1, 2, 1, ("jazz",), potsdam),
        News(1, 3, 1, (), hamburg),
        News(1, 4, 1, ("techno",), None),
        News(1, 5, 1, ("techno",), None, is_online=True),
    ]
    assert [each.occurrence for each in wanted(events, Taste())] == [1, 2, 3, 4, 5]
    assert [each.occurrence for each in wanted(events, Taste(city=BERLIN))] == [1, 2, 5]
    assert [each.occurrence for each in wanted(events, Taste(genres=("Techno",)))] == [1, 3, 4, 5]
    assert [each.occurrence for each in wanted(events, Taste(BERLIN, ("techno",)))] == [1, 5]
    many = [replace(events[0], occurrence=number) for number in range(9)]
    assert len(wanted(many, Taste())) == 5
