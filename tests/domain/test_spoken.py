"""Rules, cadences, lead times and quiet hours in words."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.cadences import Cadence, Unit
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern
from bot.domain.quiet import Quiet
from bot.domain.spoken import cadence_words, leads_words, pattern_words, quiet_words, rule_words
from bot.i18n import Words

SAY = Words("en", ZoneInfo("Europe/Berlin"))
GERMAN = Words("de", ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("rrule", "english", "german"),
    [
        ("", "", ""),
        ("FREQ=DAILY", "every day", "jeden Tag"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days", "alle 3 Tage"),
        ("FREQ=WEEKLY", "every week", "jede Woche"),
        ("FREQ=WEEKLY;BYDAY=MO", "every Monday", "jeden Montag"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "every Monday and Thursday", "jeden Montag und Donnerstag"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday", "jeden Werktag"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "every day", "jeden Tag"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "every 2 weeks on Friday", "alle 2 Wochen am Freitag"),
        ("FREQ=MONTHLY;INTERVAL=3", "every 3 months", "alle 3 Monate"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "on the 1st of every month", "am 1. jedes Monats"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15", "on the 1st and 15th of every month", "am 1. und 15. jedes Monats"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "on the last day of every month", "am letzten Tag jedes Monats"),
        ("FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1", "on the 30th of every month", "am 30. jedes Monats"),
        ("FREQ=MONTHLY;BYMONTHDAY=2,3;BYSETPOS=-1", "every month", "jeden Monat"),
        ("FREQ=MONTHLY;BYMONTHDAY=-3", "every month", "jeden Monat"),
        ("FREQ=MONTHLY;BYDAY=1FR", "on the first Friday of every month", "am ersten Freitag jedes Monats"),
        ("FREQ=MONTHLY;BYDAY=FR", "every month", "jeden Monat"),
        ("FREQ=MONTHLY;BYMONTH=5;BYDAY=1FR", "every month", "jeden Monat"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "every 2 months on the last Friday", "alle 2 Monate am letzten Freitag"),
        ("FREQ=YEARLY", "every year", "jedes Jahr"),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=4", "every year on December 4", "jedes Jahr am 4. Dezember"),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
            "every year on the last day of February",
            "jedes Jahr am letzten Tag im Februar",
        ),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-2", "every year", "jedes Jahr"),
        ("FREQ=HOURLY", "several times", "mehrmals"),
    ],
)
def test_a_rule_is_told_as_people_say_it(rrule: str, english: str, german: str) -> None:
    assert rule_words(rrule, SAY) == english
    assert rule_words(rrule, GERMAN) == german


@pytest.mark.parametrize(
    ("day", "says"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (22, "22nd")],
)
def test_days_of_the_month_have_their_endings(day: int, says: str) -> None:
    assert rule_words(f"FREQ=MONTHLY;BYMONTHDAY={day}", SAY) == f"on the {says} of every month"


def test_a_pattern_is_told_with_its_zone_and_its_first_time() -> None:
    start = Moment(datetime.fromisoformat("2026-12-04 19:00"), "America/New_York")
    assert pattern_words(Pattern(start), SAY) == "Friday, December 4, 2026, 7:00 PM (America/New_York, EST)"
    weekly = Pattern(start, "FREQ=WEEKLY;BYDAY=FR")
    assert pattern_words(weekly, SAY) == (
        "every Friday, 7:00 PM (America/New_York, EST), first on Friday, December 4, 2026"
    )
    assert pattern_words(weekly, GERMAN) == (
        "jeden Freitag, 19:00 (America/New_York, EST), zuerst am Freitag, 4. Dezember 2026"
    )


@pytest.mark.parametrize(
    ("cadence", "english", "german"),
    [
        (Cadence(10, Unit.DAYS), "every 10 days", "alle 10 Tage"),
        (Cadence(1, Unit.WEEKS), "every week", "jede Woche"),
        (Cadence(6, Unit.MONTHS), "every 6 months", "alle 6 Monate"),
        (Cadence(1, Unit.YEARS), "every year", "jedes Jahr"),
    ],
)
def test_a_cadence_is_told_in_words(cadence: Cadence, english: str, german: str) -> None:
    assert cadence_words(cadence, SAY) == english
    assert cadence_words(cadence, GERMAN) == german


def test_lead_times_are_told_in_words() -> None:
    leads = (timedelta(weeks=2), timedelta(days=1), timedelta(hours=1), timedelta(minutes=90))
    assert leads_words(leads, SAY) == "2 weeks, 1 day, 1 hour, and 90 minutes"
    assert leads_words(leads, GERMAN) == "2 Wochen, 1 Tag, 1 Stunde und 90 Minuten"
    assert leads_words((), SAY) == "none"
    assert leads_words((), GERMAN) == "keine"


def test_quiet_hours_are_told_in_words() -> None:
    assert quiet_words(Quiet(time(22), time(8)), SAY) == "10:00 PM to 8:00 AM"
    assert quiet_words(Quiet(time(22), time(8)), GERMAN) == "22:00 bis 08:00"
    assert (quiet_words(None, SAY), quiet_words(None, GERMAN)) == ("off", "aus")
