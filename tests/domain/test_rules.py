from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.rules import Frequency, Rule, matches, parse, spell, walls
from bot.errors import Refused


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def numbers(low: int, high: int, *, signed: bool = False) -> st.SearchStrategy[tuple[int, ...]]:
    each = st.integers(low, high)
    if signed:
        each = each | st.integers(-high, -low)
    return st.one_of(st.just(()), st.sets(each, min_size=1, max_size=3).map(lambda found: tuple(sorted(found))))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Rules that dateutil reads as RFC 5545 does.

    It differs for BYDAY with ordinals and without in one rule (it wants a day to be both), BYWEEKNO alone (it
    takes the whole week) or negative at a year's edge, and BYSETPOS in a first week that began before the start
    (it counts from the start).
    """
    frequency = draw(st.sampled_from(Frequency))
    has_ordinals = frequency in (Frequency.YEARLY, Frequency.MONTHLY) and draw(st.booleans())
    ordinals = st.sampled_from([1, 2, 3, 4, 5, -1, -2]) if has_ordinals else st.just(0)
    days = draw(st.sets(st.tuples(ordinals, st.integers(0, 6)), max_size=3).map(lambda found: tuple(sorted(found))))
    weeks = draw(numbers(1, 51)) if frequency is Frequency.YEARLY and days and not has_ordinals else ()
    is_part = bool(days) and frequency is not Frequency.WEEKLY
    return Rule(
        frequency,
        interval=draw(st.integers(1, 7)),
        months=draw(numbers(1, 12)),
        week_numbers=weeks,
        year_days=() if frequency is Frequency.WEEKLY else draw(numbers(1, 366, signed=True)),
        month_days=draw(numbers(1, 31, signed=True)),
        days=days,
        hours=draw(numbers(0, 23)),
        minutes=draw(numbers(0, 59)),
        positions=draw(numbers(1, 5, signed=True)) if is_part else (),
        week_start=draw(st.integers(0, 6)),
    )


STARTS = st.datetimes(wall("1990-01-01"), wall("2030-01-01")).map(lambda at: at.replace(second=0, microsecond=0))


@given(rules(), STARTS)
@settings(max_examples=150, deadline=None)
def test_a_rule_gives_what_dateutil_gives(rule: Rule, starts: datetime) -> None:
    before = starts + timedelta(days=366 if rule.frequency is Frequency.HOURLY else 366 * 8)
    ours = [at for at in islice(matches(rule, starts, since=starts, before=before), 200) if at >= starts]
    assume(ours)  # dateutil looks for what never comes until the year 9999
    theirs = list(islice(rrulestr(spell(rule), dtstart=starts), len(ours)))
    assert ours == theirs


@given(rules(), STARTS, st.integers(0, 3_000))
@settings(max_examples=150, deadline=None)
def test_a_later_stretch_of_a_rule_is_the_same_as_the_end_of_a_long_one(
    rule: Rule, starts: datetime, days: int
) -> None:
    since = starts + timedelta(days=days)
    before = since + timedelta(days=100)
    late = [at for at in walls(rule, starts, since=since, before=before) if at < before]
    assert late == [at for at in walls(rule, starts, since=starts, before=before) if since <= at < before]


@given(rules())
def test_a_rule_that_is_spelled_is_read_as_the_same_rule(rule: Rule) -> None:
    assert parse(spell(rule)) == rule


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("rrule:freq=weekly;interval=1;wkst=mo;byday=fr,MO", "FREQ=WEEKLY;BYDAY=MO,FR"),
        ("FREQ=DAILY;COUNT=10;", "FREQ=DAILY;COUNT=10"),
        ("UNTIL=20261231;FREQ=DAILY", "FREQ=DAILY;UNTIL=20261231"),
        ("FREQ=DAILY;UNTIL=20261231t235959z", "FREQ=DAILY;UNTIL=20261231T235959Z"),
        ("FREQ=DAILY;UNTIL=20261231T235960", "FREQ=DAILY;UNTIL=20261231T235959"),
        ("FREQ=MONTHLY;BYDAY=+1SU,-1SU", "FREQ=MONTHLY;BYDAY=-1SU,1SU"),
        ("FREQ=WEEKLY;BYDAY=MO, TU,\tWE", "FREQ=WEEKLY;BYDAY=MO,TU,WE"),
        ("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=OMIT", "FREQ=YEARLY"),
        ("FREQ=DAILY;BYSECOND=60", "FREQ=DAILY;BYSECOND=59"),
    ],
)
def test_a_rule_is_spelled_one_way(written: str, spelled: str) -> None:
    assert spell(parse(written)) == spelled


@pytest.mark.parametrize(
    "written",
    [
        "",
        ";",
        "BYDAY=FR",
        "FREQ=",
        "FREQ=FORTNIGHTLY",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=90",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;X-PART=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=٣",
        "FREQ=DAILY;UNTIL=20260231",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20261231T2500",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYDAY=54MO",
        "FREQ=MONTHLY;BYDAY=XX",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;BYMONTH=5L",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYMINUTE=-1",
        "FREQ=DAILY;WKST=XX",
        "RSCALE=CHINESE;FREQ=YEARLY",
        "FREQ=YEARLY;BYYEARDAY=" + ",".join(map(str, range(1, 367))),
        "\x00",
    ],
)
def test_what_is_no_rule_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(Refused, match="FREQ=WEEKLY;BYDAY=FR"):
        parse(written)


@given(st.text(st.sampled_from("FREQ=DAILYWKMO;,-+0123456789BUNTINTERVALCT \x00é٣"), max_size=80))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = parse(text)
    except Refused:
        return
    assert parse(spell(rule)) == rule


@pytest.mark.parametrize(
    ("rule", "starts", "first"),
    [
        # RFC 5545 3.8.5.3, where dateutil cannot be asked
        ("FREQ=YEARLY;BYWEEKNO=20", "1997-05-12T09:00", ["1997-05-12", "1998-05-11", "1999-05-17"]),
        ("FREQ=MONTHLY;BYDAY=1FR,MO", "1997-09-01T09:00", ["1997-09-01", "1997-09-05", "1997-09-08"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05T09:00",
         ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05T09:00",
         ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05T09:00",
         ["1996-11-05", "2000-11-07", "2004-11-02"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SA", "2020-02-29T09:00", ["2020-02-29", "2048-02-29"]),
        ("FREQ=MONTHLY;BYDAY=TU", "2026-11-25T09:00", ["2026-11-25", "2026-12-01", "2026-12-08"]),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=2", "2026-11-25T09:00", ["2026-11-25", "2026-12-01"]),
    ],
)  # fmt: skip
def test_a_series_begins_with_its_start_and_follows_its_rule(rule: str, starts: str, first: list[str]) -> None:
    begin = wall(starts)
    found = walls(parse(rule), begin, since=begin, before=begin + timedelta(days=366 * 60))
    assert [f"{at:%Y-%m-%d}" for at in islice(found, len(first))] == first
    if "COUNT" in rule:
        assert next(found, None) is None


def test_a_rule_reaches_the_ends_of_the_calendar() -> None:
    for frequency in Frequency:
        rule = Rule(frequency, week_start=3)
        first, last = wall("0001-01-01T05:00"), wall("9999-12-31T23:59")
        assert next(walls(rule, first, since=first, before=wall("0003-01-01")), None) == first
        late = wall("9999-12-30T05:00")
        assert next(walls(rule, late, since=late, before=last), None) == late
