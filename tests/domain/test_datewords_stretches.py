"""People's words for cadences, lead times and quiet hours."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cadences import BOUNDS, Cadence, Unit
from bot.domain.datewords import read_cadence, read_leads, read_quiet, write_cadence, write_leads, write_quiet
from bot.domain.datewords.stretches import LEAD_LEAST, LEAD_MOST
from bot.domain.quiet import Quiet
from bot.errors import Refused
from tests.domain.test_datewords import LOCALES

WEEK, DAY, HOUR, MINUTE = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("locale", "text", "meant"),
    [
        ("en", "every 6 weeks", Cadence(6, Unit.WEEKS)),
        ("en", "6 weeks", Cadence(6, Unit.WEEKS)),
        ("en", "every six weeks", Cadence(6, Unit.WEEKS)),
        ("en", "fortnightly", Cadence(2, Unit.WEEKS)),
        ("en", "every 10 days", Cadence(10, Unit.DAYS)),
        ("en", "monthly", Cadence(1, Unit.MONTHS)),
        ("en", "a month", Cadence(1, Unit.MONTHS)),
        ("en", "every other month", Cadence(2, Unit.MONTHS)),
        ("en", "every second week", Cadence(2, Unit.WEEKS)),
        ("en", "quarterly", Cadence(3, Unit.MONTHS)),
        ("en", "every quarter", Cadence(3, Unit.MONTHS)),
        ("en", "once a week", Cadence(1, Unit.WEEKS)),
        ("en", "twice a month", Cadence(2, Unit.WEEKS)),
        ("en", "twice a year", Cadence(6, Unit.MONTHS)),
        ("en", "3 times a year", Cadence(4, Unit.MONTHS)),
        ("en", "every half year", Cadence(6, Unit.MONTHS)),
        ("en", "half a year", Cadence(6, Unit.MONTHS)),
        ("en", "yearly", Cadence(1, Unit.YEARS)),
        ("en", "never", None),
        ("en", "off", None),
        ("de", "alle 6 Wochen", Cadence(6, Unit.WEEKS)),
        ("de", "jeden Monat", Cadence(1, Unit.MONTHS)),
        ("de", "vierteljährlich", Cadence(3, Unit.MONTHS)),
        ("de", "zweimal im Jahr", Cadence(6, Unit.MONTHS)),
        ("de", "3 mal im Jahr", Cadence(4, Unit.MONTHS)),
        ("de", "jedes halbe Jahr", Cadence(6, Unit.MONTHS)),
        ("de", "nie", None),
        ("fr", "every 6 weeks", Cadence(6, Unit.WEEKS)),
    ],
)
def test_how_often_is_understood(locale: str, text: str, meant: Cadence | None) -> None:
    assert read_cadence(text, locale=locale) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("every day", "from a week to 5 years. Try 'every 6 weeks'."),
        ("every 6 days", "from a week to 5 years"),
        ("every 6 years", "from a week to 5 years"),
        ("every hour", "from a week to 5 years"),
        ("5 times a year", "does not say how often. Try 'every 6 weeks'"),
        ("twice a week", "does not say how often"),
        ("twice a day", "does not say how often"),
        ("every monday", "does not say how often"),
        ("3 a year", "does not say how often"),
        ("half a month", "does not say how often"),
        ("6", "does not say how often"),
        ("", "does not say how often"),
    ],
)
def test_how_often_is_asked_again(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_cadence(text, locale="en")


CADENCES = st.one_of(*(st.builds(Cadence, st.integers(*BOUNDS[unit]), st.just(unit)) for unit in Unit))


@given(CADENCES | st.none(), LOCALES)
def test_a_cadence_is_written_so_that_it_is_read_again(cadence: Cadence | None, locale: str) -> None:
    assert read_cadence(write_cadence(cadence), locale=locale) == cadence


@pytest.mark.parametrize(
    ("locale", "text", "meant"),
    [
        ("en", "1 day, 2 hours", (DAY, 2 * HOUR)),
        ("en", "2 hours and 1 day before", (DAY, 2 * HOUR)),
        ("en", "30m", (30 * MINUTE,)),
        ("en", "1 week, 1d, 2h", (WEEK, DAY, 2 * HOUR)),
        ("en", "1h30; 5 min", (90 * MINUTE, 5 * MINUTE)),
        ("en", "1 day\n24 hours", (DAY,)),
        ("en", "1 month", (30 * DAY,)),
        ("en", "half an hour", (30 * MINUTE,)),
        ("en", "none", ()),
        ("de", "1 Tag, 2 Stunden", (DAY, 2 * HOUR)),
        ("de", "eine Woche und einen Tag vorher", (WEEK, DAY)),
        ("de", "2h, 30 Min.", (2 * HOUR, 30 * MINUTE)),
        ("de", "keine", ()),
        ("ja", "1 day, 2 hours", (DAY, 2 * HOUR)),
    ],
)
def test_lead_times_are_understood_the_longest_first(locale: str, text: str, meant: tuple[timedelta, ...]) -> None:
    assert read_leads(text, locale=locale) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5m,6m,7m,8m,9m,10m", "These are 6; 5 are the most."),
        ("4 minutes", "from 5 minutes to 60 days before. Try '1 day, 2 hours'."),
        ("61 days", "from 5 minutes to 60 days"),
        ("2h 30m", "'2h 30m' can be one time or several. Put commas between several, and write one as 1h30."),
        ("soon", "'soon' does not say how long before. Try '1 day, 2 hours' or 'none'."),
        ("-1 day", "does not say how long before"),
        ("friday", "does not say how long before"),
        ("", "does not say how long before"),
    ],
)
def test_lead_times_are_asked_again(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_leads(text, locale="en")


LEADS = st.sets(st.integers(LEAD_LEAST // MINUTE, LEAD_MOST // MINUTE), max_size=5)


@given(LEADS, LOCALES)
def test_lead_times_are_written_so_that_they_are_read_again(minutes: set[int], locale: str) -> None:
    leads = tuple(sorted((each * MINUTE for each in minutes), reverse=True))
    assert read_leads(write_leads(leads), locale=locale) == leads


@pytest.mark.parametrize(
    ("locale", "text", "start", "end"),
    [
        ("en", "22:00-8:00", time(22), time(8)),
        ("en", "10pm to 7am", time(22), time(7)),
        ("en", "10pm–7am", time(22), time(7)),
        ("en", "from 10pm until 7:30am", time(22), time(7, 30)),
        ("en", "between 10pm and 7", time(22), time(7)),
        ("en", "22-8", time(22), time(8)),
        ("en", "midnight to noon", time(0), time(12)),
        ("de", "22–8 Uhr", time(22), time(8)),
        ("de", "von 22 bis 8 Uhr", time(22), time(8)),
        ("de", "zwischen 22:30 und 7 Uhr", time(22, 30), time(7)),
        ("fr", "22:00-08:00", time(22), time(8)),
    ],
)
def test_quiet_hours_are_understood(locale: str, text: str, start: time, end: time) -> None:
    assert read_quiet(text, locale=locale) == Quiet(start, end)


@pytest.mark.parametrize("text", ["off", "none", "aus", "keine"])
def test_quiet_hours_can_be_none(text: str) -> None:
    assert read_quiet(text, locale="de") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10-7", "10 can be 10:00 or 22:00"),
        ("8:00-8:00", "'8:00-8:00' ends when it starts. Try 22:00-8:00, or 'off' for none."),
        ("25:00-8:00", "25:00 is not a time of day"),
        ("22:00", "'22:00' does not say from when to when. Try 22:00-8:00 or 'off'."),
        ("22:00-8:00 daily", "does not say from when to when"),
        ("at night", "does not say from when to when"),
    ],
)
def test_quiet_hours_are_asked_again(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_quiet(text, locale="en")


TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(st.lists(TIMES, min_size=2, max_size=2, unique=True), LOCALES)
def test_quiet_hours_are_written_so_that_they_are_read_again(times: list[time], locale: str) -> None:
    quiet = Quiet(*times)
    assert read_quiet(write_quiet(quiet), locale=locale) == quiet
    assert read_quiet(write_quiet(None), locale=locale) is None
