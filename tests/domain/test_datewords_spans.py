"""People's words for a stretch of days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.datewords import read_span, suggest_spans, write_span
from bot.domain.datewords.spanning import DAYS
from bot.domain.moments import Span
from bot.errors import Refused
from tests.domain.test_datewords import ANYTHING, BERLIN, LOCALES, NOW, NOWS, ZONES


def read(text: str, locale: str = "en", now: datetime = NOW) -> str:
    return write_span(read_span(text, locale=locale, zone=BERLIN, now=now))


ENGLISH = {
    "today": "2026-11-25..2026-11-25",
    "tomorrow": "2026-11-26..2026-11-26",
    "tonight": "2026-11-25..2026-11-25",
    "friday": "2026-11-27..2026-11-27",
    "friday evening": "2026-11-27..2026-11-27",
    "wednesday": "2026-11-25..2026-11-25",
    "next friday": "2026-12-04..2026-12-04",
    "4 december": "2026-12-04..2026-12-04",
    "24 november": "2027-11-24..2027-11-24",
    "first friday of december": "2026-12-04..2026-12-04",
    "2026-12-05": "2026-12-05..2026-12-05",
    "this weekend": "2026-11-28..2026-11-29",
    "the weekend": "2026-11-28..2026-11-29",
    "coming weekend": "2026-11-28..2026-11-29",
    "next weekend": "2026-12-05..2026-12-06",
    "last weekend": "2026-11-21..2026-11-22",
    "this week": "2026-11-23..2026-11-29",
    "next week": "2026-11-30..2026-12-06",
    "this month": "2026-11-01..2026-11-30",
    "next month": "2026-12-01..2026-12-31",
    "last month": "2026-10-01..2026-10-31",
    "this year": "2026-01-01..2026-12-31",
    "next year": "2027-01-01..2027-12-31",
    "2027": "2027-01-01..2027-12-31",
    "November": "2026-11-01..2026-11-30",
    "March": "2027-03-01..2027-03-31",
    "in March": "2027-03-01..2027-03-31",
    "next march": "2027-03-01..2027-03-31",
    "march 2026": "2026-03-01..2026-03-31",
    "3-9 May": "2027-05-03..2027-05-09",
    "3–9 May": "2027-05-03..2027-05-09",
    "May 3-9": "2027-05-03..2027-05-09",
    "May 3 to 9, 2028": "2028-05-03..2028-05-09",
    "May 3-9, 2027": "2027-05-03..2027-05-09",
    "3-9 May 2026": "2026-05-03..2026-05-09",
    "3rd to 9th of may": "2027-05-03..2027-05-09",
    "between 3 and 9 may": "2027-05-03..2027-05-09",
    "from 3 May to 9 June": "2027-05-03..2027-06-09",
    "3 May - 9 June 2028": "2028-05-03..2028-06-09",
    "3.5.-9.5.": "2027-05-03..2027-05-09",
    "3.5.2027 - 9.5.2027": "2027-05-03..2027-05-09",
    "2026-05-03..2026-05-09": "2026-05-03..2026-05-09",
    "2026-05-03/2026-05-09": "2026-05-03..2026-05-09",
    "2026-05-03 - 2026-05-09": "2026-05-03..2026-05-09",
    "2026-05-03 to 2026-05-09": "2026-05-03..2026-05-09",
    "20 nov - 30 nov": "2026-11-20..2026-11-30",
    "28 dec - 3 jan": "2026-12-28..2027-01-03",
    "28 dec 2027 - 3 jan": "2027-12-28..2028-01-03",
    "28 dec - 3 jan 2028": "2027-12-28..2028-01-03",
    "december to february": "2026-12-01..2027-02-28",
    "jan-mar": "2027-01-01..2027-03-31",
    "december 2027 to february": "2027-12-01..2028-02-29",
    "25/12 - 31/12": "2026-12-25..2026-12-31",
    "next 30 days": "2026-11-25..2026-12-24",
    "in the next two weeks": "2026-11-25..2026-12-08",
    "next 2 months": "2026-11-25..2027-01-24",
    "past 7 days": "2026-11-19..2026-11-25",
    "from friday to sunday": "2026-11-27..2026-11-29",
    "fri-sun": "2026-11-27..2026-11-29",
    "mon-fri": "2026-11-30..2026-12-04",
    "today - friday": "2026-11-25..2026-11-27",
    "tomorrow to next friday": "2026-11-26..2026-12-04",
    "friday until 5 december": "2026-11-27..2026-12-05",
    "until sunday": "2026-11-25..2026-11-29",
    "until next friday": "2026-11-25..2026-12-04",
    "until december": "2026-11-25..2026-12-31",
}

GERMAN = {
    "heute": "2026-11-25..2026-11-25",
    "morgen": "2026-11-26..2026-11-26",
    "heute Abend": "2026-11-25..2026-11-25",
    "dieses Wochenende": "2026-11-28..2026-11-29",
    "am Wochenende": "2026-11-28..2026-11-29",
    "nächstes Wochenende": "2026-12-05..2026-12-06",
    "diese Woche": "2026-11-23..2026-11-29",
    "nächste Woche": "2026-11-30..2026-12-06",
    "in der nächsten Woche": "2026-11-30..2026-12-06",
    "diesen Monat": "2026-11-01..2026-11-30",
    "im nächsten Monat": "2026-12-01..2026-12-31",
    "dieses Jahr": "2026-01-01..2026-12-31",
    "im März": "2027-03-01..2027-03-31",
    "März bis Mai": "2027-03-01..2027-05-31",
    "nächsten 30 Tage": "2026-11-25..2026-12-24",
    "in den nächsten zwei Wochen": "2026-11-25..2026-12-08",
    "vom 3. bis 9. Mai": "2027-05-03..2027-05-09",
    "vom 3. bis zum 9. Mai 2027": "2027-05-03..2027-05-09",
    "3. Mai - 9. Juni": "2027-05-03..2027-06-09",
    "3.-9.5.": "2027-05-03..2027-05-09",
    "3.5.-9.5.": "2027-05-03..2027-05-09",
    "24.12.-2.1.": "2026-12-24..2027-01-02",
    "Freitag bis Sonntag": "2026-11-27..2026-11-29",
    "Fr-So": "2026-11-27..2026-11-29",
    "bis Sonntag": "2026-11-25..2026-11-29",
    "ersten Freitag im Dezember": "2026-12-04..2026-12-04",
    "next week": "2026-11-30..2026-12-06",
}


@pytest.mark.parametrize(("text", "meant"), ENGLISH.items())
def test_english_spans_are_understood(text: str, meant: str) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(("text", "meant"), GERMAN.items())
def test_german_spans_are_understood(text: str, meant: str) -> None:
    assert read(text, "de") == meant


@pytest.mark.parametrize(
    ("locale", "text", "meant"),
    [
        ("fr", "mars", "2027-03-01..2027-03-31"),
        ("fr", "demain", "2026-11-26..2026-11-26"),
        ("fr", "ce week-end", "2026-11-28..2026-11-29"),
        ("fr", "du 3 au 9 mai", "2027-05-03..2027-05-09"),
        ("es", "del 3 al 9 de mayo", "2027-05-03..2027-05-09"),
        ("es", "este fin de semana", "2026-11-28..2026-11-29"),
        ("it", "dicembre 2026", "2026-12-01..2026-12-31"),
        ("en-GB", "3/5-9/5", "2027-05-03..2027-05-09"),
        ("en-US", "5/3-5/9", "2027-05-03..2027-05-09"),
        ("fr", "this weekend", "2026-11-28..2026-11-29"),
    ],
)
def test_other_languages_have_spans(locale: str, text: str, meant: str) -> None:
    assert read(text, locale) == meant


@pytest.mark.parametrize(
    ("now", "text", "meant"),
    [
        ("2026-11-28 12:00", "this weekend", "2026-11-28..2026-11-29"),
        ("2026-11-29 12:00", "this weekend", "2026-11-28..2026-11-29"),
        ("2026-11-29 12:00", "next weekend", "2026-12-05..2026-12-06"),
        ("2026-11-29 12:00", "this week", "2026-11-23..2026-11-29"),
        ("2026-11-29 12:00", "sunday", "2026-11-29..2026-11-29"),
        ("2026-12-31 23:30", "tomorrow", "2027-01-01..2027-01-01"),
        ("2026-12-31 23:30", "next month", "2027-01-01..2027-01-31"),
        ("2027-01-02 12:00", "28 dec - 3 jan", "2026-12-28..2027-01-03"),
        ("2027-01-04 12:00", "28 dec - 3 jan", "2027-12-28..2028-01-03"),
        ("2027-05-05 12:00", "3-9 May", "2027-05-03..2027-05-09"),
        ("2027-05-10 12:00", "3-9 May", "2028-05-03..2028-05-09"),
        ("2027-01-15 12:00", "december to february", "2026-12-01..2027-02-28"),
        ("2028-02-01 12:00", "1-29 february", "2028-02-01..2028-02-29"),
        ("2026-11-25 23:30", "today", "2026-11-25..2026-11-25"),
    ],
)
def test_spans_that_are_under_way_count(now: str, text: str, meant: str) -> None:
    assert read(text, now=datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(BERLIN))) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "No days found in 'nonsense'."),
        ("", "No days found in ''."),
        ("3 - 9", "No days found"),
        ("evening", "No days found"),
        ("in 2 hours", "No days found"),
        ("from friday", "No days found"),
        ("friday to sunday or monday", "No days found"),
        ("12/5", "12/5 can be May 12 or December 5."),
        ("3/5-9/5", "3/5 can be"),
        ("31 february", "31 february does not exist: February 2027 has 28 days. Try February 28, 2027."),
        ("1-31 february", "31 february does not exist"),
        ("2026-02-30..2026-03-01", "2026-02-30 does not exist"),
        ("2026-05-09..2026-05-03", "May 3, 2026 comes before May 9, 2026."),
        ("9-3 may 2027", "9 comes after 3"),
        ("sunday - today", "comes before"),
        ("until 2026-01-01", "comes before"),
        ("next 400 days", "That is 400 days; 366 are the most."),
        ("2026-01-01..2027-06-01", "That is 517 days; 366 are the most."),
        ("friday 8pm", "Days are asked for here, without a time. Leave out '8pm'."),
        ("friday 5 december", "is not a Friday"),
        ("thursday 4 december - sunday 6 december", "is not a Thursday"),
        ("0001-01-01..0001-01-02", "The year 1 is out of reach."),
        ("9999", "is out of reach"),
        ("x" * 101, "A date can have 100 characters at most."),
        ("today\0", "characters that are not seen"),
    ],
)
def test_days_that_cannot_be_are_asked_again(text: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        read(text)
    assert said in str(caught.value)


@given(text=ANYTHING, locale=LOCALES, zone=ZONES, now=NOWS)
def test_any_text_is_a_span_of_a_year_at_most_or_is_refused(text: str, locale: str, zone: str, now: datetime) -> None:
    try:
        span = read_span(text, locale=locale, zone=zone, now=now)
    except Refused:
        return
    assert 1 <= span.days <= DAYS
    start, end = span.bounds(ZoneInfo(zone))
    assert start <= end


@given(first=st.dates(date(1970, 1, 1), date(2198, 12, 31)), days=st.integers(0, DAYS - 1), locale=LOCALES, zone=ZONES)
def test_a_written_span_is_read_again(first: date, days: int, locale: str, zone: str) -> None:
    span = Span(first, date.fromordinal(first.toordinal() + days))
    assert read_span(write_span(span), locale=locale, zone=zone, now=NOW) == span


def test_spans_are_suggested_for_what_is_typed() -> None:
    def suggested(typed: str, locale: str = "en") -> list[tuple[str, str]]:
        return list(suggest_spans(typed, locale=locale, zone=BERLIN, now=NOW))

    assert suggested("")[:2] == [("Today", "2026-11-25..2026-11-25"), ("Tomorrow", "2026-11-26..2026-11-26")]
    assert suggested("this we")[0] == ("This weekend", "2026-11-28..2026-11-29")
    assert suggested("woche", "de")[0] == ("This weekend", "2026-11-28..2026-11-29")
    assert suggested("mär", "de") == [("März 2027", "2027-03-01..2027-03-31")]
    assert suggested("3-9 may")[0] == ("Monday, May 3, 2027 – Sunday, May 9, 2027", "2027-05-03..2027-05-09")
    assert suggested("friday")[0] == ("Friday, November 27, 2026", "2026-11-27..2026-11-27")
    assert suggested("zzz") == []


@given(typed=ANYTHING, locale=LOCALES, zone=ZONES, now=NOWS)
def test_every_suggested_span_can_be_typed(typed: str, locale: str, zone: str, now: datetime) -> None:
    for label, value in suggest_spans(typed, locale=locale, zone=zone, now=now):
        assert label
        assert write_span(read_span(value, locale=locale, zone=zone, now=now)) == value


def test_a_day_starts_when_the_clocks_say_so() -> None:
    def start(day: str, zone: str) -> datetime:
        found = date.fromisoformat(day)
        return Span(found, found).bounds(ZoneInfo(zone))[0]

    assert start("2026-12-04", BERLIN) == datetime(2026, 12, 3, 23, tzinfo=UTC)
    # midnight is skipped in Beirut, comes twice in Havana, and the whole day is skipped in Apia
    assert start("2026-03-29", "Asia/Beirut") == datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert start("2026-11-01", "America/Havana") == datetime(2026, 11, 1, 4, tzinfo=UTC)
    apia = Span(date(2011, 12, 30), date(2011, 12, 30)).bounds(ZoneInfo("Pacific/Apia"))
    assert apia == (datetime(2011, 12, 30, 10, tzinfo=UTC),) * 2
