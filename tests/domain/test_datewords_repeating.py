"""People's words for what comes again, seen from a Wednesday afternoon in Berlin."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.datewords import read_pattern, write_pattern
from bot.domain.datewords.repeating import DEFAULT
from bot.domain.moments import INSTANT, Moment
from bot.domain.patterns import Pattern, next_after
from bot.errors import Refused
from tests.domain.test_datewords import LOCALES, NOWS, WORDS, ZONES
from tests.domain.test_patterns import RULES

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=ZoneInfo(BERLIN))


def pattern(text: str, locale: str = "en", now: datetime = NOW, default: time = DEFAULT) -> Pattern:
    return read_pattern(text, locale=locale, zone=BERLIN, now=now, default=default)


def read(text: str, locale: str = "en", now: datetime = NOW) -> tuple[str, str]:
    found = pattern(text, locale, now)
    return f"{found.start.wall:%Y-%m-%d %H:%M}", found.rrule.removeprefix("FREQ=")


def refusal(text: str, locale: str = "en", now: datetime = NOW) -> str:
    with pytest.raises(Refused) as caught:
        pattern(text, locale, now)
    return str(caught.value)


REPEATING = {
    "every Monday 9:00": ("2026-11-30 09:00", "WEEKLY;BYDAY=MO"),
    "9:00 every monday": ("2026-11-30 09:00", "WEEKLY;BYDAY=MO"),
    "mondays 9:00": ("2026-11-30 09:00", "WEEKLY;BYDAY=MO"),
    "every day 8am": ("2026-11-26 08:00", "DAILY"),
    "every day 8pm": ("2026-11-25 20:00", "DAILY"),
    "every day at midnight": ("2026-11-26 00:00", "DAILY"),
    "every morning": ("2026-11-26 09:00", "DAILY"),
    "every evening at 8": ("2026-11-25 20:00", "DAILY"),
    "daily at noon": ("2026-11-26 12:00", "DAILY"),
    "every other day": ("2026-11-26 09:00", "DAILY;INTERVAL=2"),
    "every 3 days 9am from 1 December": ("2026-12-01 09:00", "DAILY;INTERVAL=3"),
    "every weekday 18:00": ("2026-11-25 18:00", "WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    "every mon, wed and fri 7:30": ("2026-11-27 07:30", "WEEKLY;BYDAY=MO,WE,FR"),
    "every wednesday": ("2026-12-02 09:00", "WEEKLY;BYDAY=WE"),
    "weekly": ("2026-11-26 09:00", "WEEKLY;BYDAY=TH"),
    "every 2 weeks on friday 10:00": ("2026-11-27 10:00", "WEEKLY;INTERVAL=2;BYDAY=FR"),
    "every two weeks on monday": ("2026-11-30 09:00", "WEEKLY;INTERVAL=2;BYDAY=MO"),
    "every other friday 10am": ("2026-11-27 10:00", "WEEKLY;INTERVAL=2;BYDAY=FR"),
    "every second week on friday": ("2026-11-27 09:00", "WEEKLY;INTERVAL=2;BYDAY=FR"),
    "fortnightly on tuesday": ("2026-12-01 09:00", "WEEKLY;INTERVAL=2;BYDAY=TU"),
    "every month on the 1st 9:00": ("2026-12-01 09:00", "MONTHLY;BYMONTHDAY=1"),
    "monthly on the 15th": ("2026-12-15 09:00", "MONTHLY;BYMONTHDAY=15"),
    "every month on the first": ("2026-12-01 09:00", "MONTHLY;BYMONTHDAY=1"),
    "every month on the 1st and 15th": ("2026-12-01 09:00", "MONTHLY;BYMONTHDAY=1,15"),
    "every 31st": ("2026-11-30 09:00", "MONTHLY;BYMONTHDAY=-1"),
    "monthly on the 30th": ("2026-11-30 09:00", "MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
    "every month on the last day": ("2026-11-30 09:00", "MONTHLY;BYMONTHDAY=-1"),
    "every month": ("2026-11-26 09:00", "MONTHLY;BYMONTHDAY=26"),
    "quarterly on the 1st": ("2026-12-01 09:00", "MONTHLY;INTERVAL=3;BYMONTHDAY=1"),
    "every first friday 20:00": ("2026-12-04 20:00", "MONTHLY;BYDAY=1FR"),
    "every 2nd friday of the month": ("2026-12-11 09:00", "MONTHLY;BYDAY=2FR"),
    "every last sunday 10:00": ("2026-11-29 10:00", "MONTHLY;BYDAY=-1SU"),
    "first friday of every month 9am": ("2026-12-04 09:00", "MONTHLY;BYDAY=1FR"),
    "every 2 months on the first friday": ("2026-12-04 09:00", "MONTHLY;INTERVAL=2;BYDAY=1FR"),
    "every year on 4 December": ("2026-12-04 09:00", "YEARLY;BYMONTH=12;BYMONTHDAY=4"),
    "every december 4": ("2026-12-04 09:00", "YEARLY;BYMONTH=12;BYMONTHDAY=4"),
    "yearly on 13/2": ("2027-02-13 09:00", "YEARLY;BYMONTH=2;BYMONTHDAY=13"),
    "every year": ("2026-11-26 09:00", "YEARLY;BYMONTH=11;BYMONTHDAY=26"),
    "every 29 February": ("2027-02-28 09:00", "YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
    "2026-12-01 09:00 FREQ=DAILY;COUNT=3": ("2026-12-01 09:00", "DAILY;COUNT=3"),
}

GERMAN = {
    "jeden Montag 9 Uhr": ("2026-11-30 09:00", "WEEKLY;BYDAY=MO"),
    "um 9 Uhr jeden Montag": ("2026-11-30 09:00", "WEEKLY;BYDAY=MO"),
    "alle 2 Wochen freitags um 10": ("2026-11-27 10:00", "WEEKLY;INTERVAL=2;BYDAY=FR"),
    "jede zweite Woche am Freitag": ("2026-11-27 09:00", "WEEKLY;INTERVAL=2;BYDAY=FR"),
    "montags und donnerstags 19:30": ("2026-11-26 19:30", "WEEKLY;BYDAY=MO,TH"),
    "werktags 18 Uhr": ("2026-11-25 18:00", "WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    "jeden Freitagabend": ("2026-11-27 19:00", "WEEKLY;BYDAY=FR"),
    "täglich 8 Uhr": ("2026-11-26 08:00", "DAILY"),
    "jeden Morgen": ("2026-11-26 09:00", "DAILY"),
    "jeden zweiten Tag": ("2026-11-26 09:00", "DAILY;INTERVAL=2"),
    "monatlich am 15.": ("2026-12-15 09:00", "MONTHLY;BYMONTHDAY=15"),
    "am 1. jedes Monats": ("2026-12-01 09:00", "MONTHLY;BYMONTHDAY=1"),
    "jeden ersten Freitag im Monat 20 Uhr": ("2026-12-04 20:00", "MONTHLY;BYDAY=1FR"),
    "am letzten Tag jedes Monats": ("2026-11-30 09:00", "MONTHLY;BYMONTHDAY=-1"),
    "jedes Jahr am 4. Dezember um 9": ("2026-12-04 09:00", "YEARLY;BYMONTH=12;BYMONTHDAY=4"),
    "every Monday 9:00": ("2026-11-30 09:00", "WEEKLY;BYDAY=MO"),
}

ONCE = {
    "in 3 days": "2026-11-28 09:00",
    "in 2 weeks": "2026-12-09 09:00",
    "tomorrow morning": "2026-11-26 09:00",
    "tonight": "2026-11-25 19:00",
    "next week": "2026-11-30 09:00",
    "next month": "2026-12-01 09:00",
    "next weekend": "2026-12-05 09:00",
    "monday morning": "2026-11-30 09:00",
    "friday": "2026-11-27 09:00",
    "wednesday": "2026-12-02 09:00",
    "3 December": "2026-12-03 09:00",
    "2026-12-03": "2026-12-03 09:00",
    "friday 19:00": "2026-11-27 19:00",
}
GERMAN_ONCE = {
    "morgen früh": "2026-11-26 09:00",
    "nächste Woche": "2026-11-30 09:00",
    "heute Abend": "2026-11-25 19:00",
    "Freitag": "2026-11-27 09:00",
}


@pytest.mark.parametrize(("text", "meant"), REPEATING.items())
def test_english_words_for_what_comes_again_are_understood(text: str, meant: tuple[str, str]) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(("text", "meant"), GERMAN.items())
def test_german_words_for_what_comes_again_are_understood(text: str, meant: tuple[str, str]) -> None:
    assert read(text, "de") == meant


@pytest.mark.parametrize(("text", "meant"), ONCE.items())
def test_what_comes_once_is_understood_with_a_time_of_its_own(text: str, meant: str) -> None:
    assert read(text) == (meant, "")


@pytest.mark.parametrize(("text", "meant"), GERMAN_ONCE.items())
def test_german_words_for_what_comes_once_are_understood(text: str, meant: str) -> None:
    assert read(text, "de") == (meant, "")


INSTANTS = {("in 10 minutes", "en"): "14:10", ("in 2 hours", "en"): "16:00", ("in einer Stunde", "de"): "15:00"}


@pytest.mark.parametrize(("said", "wall"), INSTANTS.items())
def test_so_long_from_now_is_on_nobodys_wall(said: tuple[str, str], wall: str) -> None:
    assert pattern(*said, NOW).start == Moment(datetime.fromisoformat(f"2026-11-25 {wall}"), INSTANT)


def test_a_day_begins_at_the_time_that_is_asked_for() -> None:
    assert pattern("friday", default=time(18)).start.wall == datetime.fromisoformat("2026-11-27 18:00")
    assert pattern("every friday", default=time(18)).start.wall == datetime.fromisoformat("2026-11-27 18:00")


def test_a_zone_can_be_named() -> None:
    assert pattern("every monday 9:00 America/New_York").start.zone == "America/New_York"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("every hour", "once a day at most. Try 'every day 9:00'."),
        ("hourly", "once a day at most"),
        ("every 30 minutes", "once a day at most"),
        ("2026-12-01 09:00 FREQ=HOURLY", "once a day at most"),
        ("2026-12-01 09:00 FREQ=DAILY;BYHOUR=9,18", "once a day at most"),
        ("2026-12-01 09:00 FREQ=NEVER", "not a rule for repeating"),
        ("2026-11-01 09:00 FREQ=DAILY;UNTIL=20261110", "is in the past"),
        ("soon FREQ=DAILY", "'soon' does not say how it repeats"),
        ("every 261 weeks", "once in 5 years at least. Try 'every year'."),
        ("every second friday", "'every second friday' can be two things. Try 'every 2 weeks on Friday'"),
        ("every friday at midnight", "midnight lies between two days. Type 23:59"),
        ("every monday at 9", "9 can be 09:00 or 21:00"),
        ("every monday 9:00 EST", "EST can be more than one time zone"),
        ("every 4/12", "4/12 can be December 4 or April 12"),
        ("every 31 April", "31 April is not a date"),
        ("every month on the 32nd", "32nd is not a date"),
        ("every year on 4 December from 2199-12-31", "The year 2200 is out of reach"),
        ("every", "does not say how it repeats. Try 'every Monday 9:00'"),
        ("every fooday", "does not say how it repeats"),
        ("every weekend", "does not say how it repeats"),
        ("every day on monday", "does not say how it repeats"),
        ("every friday on the 13th", "does not say how it repeats"),
        ("every day 9:00 and 18:00", "does not say how it repeats"),
        ("every year on 4 December 2026", "does not say how it repeats"),
        ("yesterday", "is in the past"),
        ("today", "At what time? Try 'today 16:00'."),
        ("this week", "more than one day"),
        ("next week 14:00", "more than one day"),
        ("soon", "No date found in 'soon'"),
        ("every day " + "x" * 100, "100 characters at most"),
    ],
)
def test_what_cannot_come_again_is_asked_again(text: str, said: str) -> None:
    assert said in refusal(text)


def test_an_evening_that_has_begun_is_asked_for_its_time() -> None:
    late = NOW.replace(hour=23, minute=30)
    assert refusal("tonight", now=late) == "At what time? Try 'tonight 23:59'."


ANYTHING = st.lists(
    st.sampled_from(
        [*WORDS, *"every each other second first fridays monthly weekly weekday days weeks jeden alle from 1st".split()]
    ),
    max_size=7,
).map(" ".join)


@given(text=ANYTHING, locale=LOCALES, zone=ZONES, now=NOWS)
def test_any_text_is_a_pattern_that_comes_and_is_read_again_or_is_refused(
    text: str, locale: str, zone: str, now: datetime
) -> None:
    try:
        found = read_pattern(f"every {text}", locale=locale, zone=zone, now=now)
    except Refused:
        return
    assert next_after(found, now) is not None
    assert read_pattern(write_pattern(found), locale=locale, zone="UTC", now=now) == found


PARTS = "FREQ=DAILY FREQ=YEARLY INTERVAL=0 INTERVAL=99999 BYDAY=MO BYDAY=9XX COUNT=1 BYMONTHDAY=31 BYMONTH=2 x".split()
MOMENTS = "2026-12-01 09:00|2026-13-01 09:00|2199-12-31 23:59 UTC|friday|2001-01-01 00:00".split("|")


@given(
    moment=st.sampled_from(MOMENTS),
    parts=st.lists(st.sampled_from(PARTS), max_size=4).map(";".join),
    locale=LOCALES,
)
def test_any_rule_is_a_pattern_that_comes_or_is_refused(moment: str, parts: str, locale: str) -> None:
    try:
        found = pattern(f"{moment} FREQ=DAILY;{parts}".replace("DAILY;FREQ=", ""), locale)
    except Refused:
        return
    assert next_after(found, NOW) is not None
    assert pattern(write_pattern(found), locale) == found


@given(
    rrule=st.sampled_from(RULES[:9]),
    starts=st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - wall times are naive
    zone=ZONES,
    locale=LOCALES,
)
def test_what_is_written_is_read_again_in_every_language(rrule: str, starts: datetime, zone: str, locale: str) -> None:
    found = Pattern(Moment(starts.replace(second=0, microsecond=0), zone), rrule)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert read_pattern(write_pattern(found), locale=locale, zone="UTC", now=now) == found


@pytest.mark.parametrize("text", [text for text in REPEATING if "FREQ" not in text and "February" not in text])
def test_what_people_said_is_written_in_words(text: str) -> None:
    assert "FREQ" not in write_pattern(pattern(text))


def test_what_has_no_words_that_can_be_read_is_written_as_its_rule() -> None:
    found = Pattern(Moment(datetime.fromisoformat("2026-12-01 09:00"), BERLIN), "FREQ=DAILY;INTERVAL=2000")
    assert write_pattern(found) == "2026-12-01 09:00 Europe/Berlin FREQ=DAILY;INTERVAL=2000"
    assert pattern(write_pattern(found)) == found
