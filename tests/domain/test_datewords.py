"""People's words for a moment and for an end, seen from a Wednesday in Berlin and from edges of the calendar."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.datewords import read_end, read_moment, suggest_moments, write_moment
from bot.domain.moments import Moment, gap_around
from bot.errors import Refused

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 25, 15, 0, tzinfo=ZoneInfo(BERLIN))  # a Wednesday


def read(text: str, locale: str = "en", *, zone: str = BERLIN, now: datetime = NOW, future: bool = True) -> str:
    moment = read_moment(text, locale=locale, zone=zone, now=now, future=future)
    return f"{moment.wall:%Y-%m-%d %H:%M}" + ("" if moment.zone == zone else f" {moment.zone}")


def refusal(text: str, locale: str = "en", *, zone: str = BERLIN, now: datetime = NOW) -> str:
    with pytest.raises(Refused) as caught:
        read_moment(text, locale=locale, zone=zone, now=now)
    return str(caught.value)


def wall(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


ENGLISH = {
    "friday 19:00": "2026-11-27 19:00",
    "Fri 7:30 pm": "2026-11-27 19:30",
    "FRIDAY 7:30PM": "2026-11-27 19:30",
    "friday at 8 p.m.": "2026-11-27 20:00",
    "this friday 8p": "2026-11-27 20:00",
    "this coming friday 8pm": "2026-11-27 20:00",
    "next friday 8pm": "2026-12-04 20:00",
    "next week friday 8pm": "2026-12-04 20:00",
    "friday next week 8pm": "2026-12-04 20:00",
    "friday of next week at 8pm": "2026-12-04 20:00",
    "8pm on friday": "2026-11-27 20:00",
    "@ 8pm friday": "2026-11-27 20:00",
    "wednesday 14:00": "2026-12-02 14:00",
    "wednesday 16:00": "2026-11-25 16:00",
    "4 December 8pm": "2026-12-04 20:00",
    "4th of december, 8pm": "2026-12-04 20:00",
    "December 4, 2026 8pm": "2026-12-04 20:00",
    "December the 4th at 20:00": "2026-12-04 20:00",
    "Dec. 4 20:00": "2026-12-04 20:00",
    "4 dec 2027 8 pm": "2027-12-04 20:00",
    "1 jan 10:00": "2027-01-01 10:00",
    "24 nov 10:00": "2027-11-24 10:00",
    "29 feb 2028 8pm": "2028-02-29 20:00",
    "the 4th 8pm": "2026-12-04 20:00",
    "the 31st 8pm": "2026-12-31 20:00",
    "monday the 7th at 9am": "2026-12-07 09:00",
    "Friday, 4 December, 7pm": "2026-12-04 19:00",
    "first friday of december 8pm": "2026-12-04 20:00",
    "1st friday in december 8pm": "2026-12-04 20:00",
    "last sunday of march 2027 at 20:00": "2027-03-28 20:00",
    "last friday of the month 8pm": "2026-11-27 20:00",
    "first friday of the month 8pm": "2026-12-04 20:00",
    "first friday 8pm": "2026-12-04 20:00",
    "fourth wednesday 8pm": "2026-11-25 20:00",
    "fourth wednesday 9:00": "2026-12-23 09:00",
    "fifth thursday 8pm": "2026-12-31 20:00",
    "fifth wednesday 8pm": "2026-12-30 20:00",
    "second tuesday of next month 18:00": "2026-12-08 18:00",
    "today at 20:00": "2026-11-25 20:00",
    "tomorrow 8pm": "2026-11-26 20:00",
    "day after tomorrow 12 noon": "2026-11-27 12:00",
    "in 3 days at 8pm": "2026-11-28 20:00",
    "3 days from now 8pm": "2026-11-28 20:00",
    "in a week 8pm": "2026-12-02 20:00",
    "in a fortnight 8pm": "2026-12-09 20:00",
    "in two months 8pm": "2027-01-25 20:00",
    "in 2 hours": "2026-11-25 17:00",
    "in 90 minutes": "2026-11-25 16:30",
    "in half an hour": "2026-11-25 15:30",
    "in 1 hour and 20 minutes": "2026-11-25 16:20",
    "in 1 day and 2 hours": "2026-11-26 17:00",
    "in 1.5 hours": "2026-11-25 16:30",
    "tonight at 8": "2026-11-25 20:00",
    "tonight 1am": "2026-11-26 01:00",
    "tonight at 12": "2026-11-26 00:00",
    "tonight at midnight": "2026-11-26 00:00",
    "friday evening at 8": "2026-11-27 20:00",
    "friday evening at half past seven": "2026-11-27 19:30",
    "tomorrow morning at 9": "2026-11-26 09:00",
    "tomorrow afternoon at 3": "2026-11-26 15:00",
    "tomorrow at quarter to eight in the evening": "2026-11-26 19:45",
    "midnight": "2026-11-26 00:00",
    "noon": "2026-11-26 12:00",
    "20:00": "2026-11-25 20:00",
    "14:00": "2026-11-26 14:00",
    "friday 24:00": "2026-11-28 00:00",
    "friday 12am": "2026-11-27 00:00",
    "friday 12pm": "2026-11-27 12:00",
    "19h friday": "2026-11-27 19:00",
    "19h30 friday": "2026-11-27 19:30",
    "friday 19.30": "2026-11-27 19:30",
    "friday at 20": "2026-11-27 20:00",
    "friday at 17 o'clock": "2026-11-27 17:00",
    "4.12.2026 8.30pm": "2026-12-04 20:30",
    "5.12. 20:00": "2026-12-05 20:00",
    "13/5 8pm": "2027-05-13 20:00",
    "5/13 8pm": "2027-05-13 20:00",
    "5/5 8pm": "2027-05-05 20:00",
    "2026/12/04 20:00": "2026-12-04 20:00",
    "2026-12-04 8pm": "2026-12-04 20:00",
    "20:00 2026-12-04": "2026-12-04 20:00",
    "2026-12-04 19:00": "2026-12-04 19:00",
    "2026-12-04T19:00:00": "2026-12-04 19:00",
    "2026-12-04T19:00Z": "2026-12-04 20:00",
    "2026-12-04 19:00+05:30": "2026-12-04 14:30",
    "2026-12-04 24:00": "2026-12-05 00:00",
    "friday 8pm America/New_York": "2026-11-27 20:00 America/New_York",
    "friday 8pm (europe/london)": "2026-11-27 20:00 Europe/London",
    "friday 8pm utc": "2026-11-27 20:00 UTC",
    "  friday\t8pm ": "2026-11-27 20:00",
    "friday 8\u202fPM": "2026-11-27 20:00",
    "friday １９:００": "2026-11-27 19:00",
}

GERMAN = {
    "heute 20 Uhr": "2026-11-25 20:00",
    "morgen um 19:30": "2026-11-26 19:30",
    "morgen um 19.30 Uhr": "2026-11-26 19:30",
    "übermorgen 8 Uhr": "2026-11-27 08:00",
    "uebermorgen 20 uhr": "2026-11-27 20:00",
    "nächsten Freitag 19 Uhr": "2026-12-04 19:00",
    "kommenden Freitag 19 Uhr": "2026-11-27 19:00",
    "Freitag nächster Woche 20 Uhr": "2026-12-04 20:00",
    "nächste Woche Freitag 20 Uhr": "2026-12-04 20:00",
    "5.12. 20 Uhr": "2026-12-05 20:00",
    "5.12.20 Uhr": "2026-12-05 20:00",
    "5. 12. 20 Uhr": "2026-12-05 20:00",
    "5.12.26 20:00": "2026-12-05 20:00",
    "5. Dezember 20 Uhr": "2026-12-05 20:00",
    "20 Uhr 5. Dezember": "2026-12-05 20:00",
    "Sa., 5. Dez. 2026, 20 Uhr": "2026-12-05 20:00",
    "am 5.12.2026 um 20:00": "2026-12-05 20:00",
    "am 4. um 20 Uhr": "2026-12-04 20:00",
    "12/5 20:00": "2027-05-12 20:00",
    "1. März 2027 20 Uhr": "2027-03-01 20:00",
    "24.12. 18 Uhr 30": "2026-12-24 18:30",
    "morgen Abend halb acht": "2026-11-26 19:30",
    "morgen Abend um Viertel nach acht": "2026-11-26 20:15",
    "Freitagabend 20 Uhr": "2026-11-27 20:00",
    "nächsten Freitagabend um 8": "2026-12-04 20:00",
    "Freitag abend um 8": "2026-11-27 20:00",
    "Freitag morgen um 8": "2026-11-27 08:00",
    "morgen früh um 8": "2026-11-26 08:00",
    "heute Abend um acht": "2026-11-25 20:00",
    "heute Nacht um 1": "2026-11-26 01:00",
    "erster Freitag im Dezember 20 Uhr": "2026-12-04 20:00",
    "am letzten Freitag im Monat um 20 Uhr": "2026-11-27 20:00",
    "erster Freitag 20 Uhr": "2026-12-04 20:00",
    "1. Freitag im Dezember 20 Uhr": "2026-12-04 20:00",
    "in 3 Tagen um 20 Uhr": "2026-11-28 20:00",
    "in einer Woche 20 Uhr": "2026-12-02 20:00",
    "in zwei Stunden": "2026-11-25 17:00",
    "in einer halben Stunde": "2026-11-25 15:30",
    "Freitag um 20": "2026-11-27 20:00",
    "um 8 am Freitag": "2026-11-27 08:00",
    "19:30 am Freitag": "2026-11-27 19:30",
    "Mitternacht": "2026-11-26 00:00",
    "Freitag mittag": "2026-11-27 12:00",
    "friday 8pm": "2026-11-27 20:00",
    "friday 8 am": "2026-11-27 08:00",
}

OTHERS = {
    ("fr", "vendredi 19h"): "2026-11-27 19:00",
    ("fr", "vendredi à 19h30"): "2026-11-27 19:30",
    ("fr", "demain 20h"): "2026-11-26 20:00",
    ("fr", "aujourd'hui à 20:00"): "2026-11-25 20:00",
    ("fr", "aujourd’hui à 20:00"): "2026-11-25 20:00",
    ("fr", "5 décembre 20h"): "2026-12-05 20:00",
    ("fr", "sam. 5 déc. 20h"): "2026-12-05 20:00",
    ("fr", "1er janvier 20h"): "2027-01-01 20:00",
    ("fr", "dans 3 jours à 20h"): "2026-11-28 20:00",
    ("fr", "dans 2 heures"): "2026-11-25 17:00",
    ("fr", "ce soir à 20h"): "2026-11-25 20:00",
    ("fr", "12/5 20:00"): "2027-05-12 20:00",
    ("fr", "mardi 20h"): "2026-12-01 20:00",
    ("es", "el viernes a las 19:00"): "2026-11-27 19:00",
    ("es", "mañana a las 20:00"): "2026-11-26 20:00",
    ("es", "5 de diciembre de 2026 a las 8 pm"): "2026-12-05 20:00",
    ("es", "miercoles 20:00"): "2026-11-25 20:00",
    ("pt-BR", "sexta 19h"): "2026-11-27 19:00",
    ("pt-BR", "amanhã às 20:00"): "2026-11-26 20:00",
    ("it", "venerdì 4 dicembre alle 21:30"): "2026-12-04 21:30",
    ("it", "domani alle 20"): "2026-11-26 20:00",
    ("nl", "morgen om 20 uur"): "2026-11-26 20:00",
    ("nl", "za 5 dec 20:00"): "2026-12-05 20:00",
    ("pl", "jutro o 20:00"): "2026-11-26 20:00",
    ("pl", "5 grudnia 20:00"): "2026-12-05 20:00",
    ("sv", "i morgon kl 20"): "2026-11-26 20:00",
    ("sv", "fredag 19:00"): "2026-11-27 19:00",
    ("nb", "fredag 19:00"): "2026-11-27 19:00",
    ("ja", "2026年12月5日 20時30分"): "2026-12-05 20:30",
    ("ja", "12月5日 20時"): "2026-12-05 20:00",
    ("ja", "明日20時"): "2026-11-26 20:00",
    ("ja", "金曜日 19:00"): "2026-11-27 19:00",
    ("ru", "завтра в 20:00"): "2026-11-26 20:00",
    ("ar", "غدا ٢٠:٠٠"): "2026-11-26 20:00",
    ("fr", "friday 8pm"): "2026-11-27 20:00",
    ("xx", "friday 8pm"): "2026-11-27 20:00",
    ("en-US", "12/5 8pm"): "2026-12-05 20:00",
    ("en_US", "12/5/26 8pm"): "2026-12-05 20:00",
    ("en-GB", "12/5 8pm"): "2027-05-12 20:00",
    ("en_AU", "12/5/2027 8pm"): "2027-05-12 20:00",
    ("de-DE", "12/5 20:00"): "2027-05-12 20:00",
    ("nl", "5-12-2026 20:00"): "2026-12-05 20:00",
    ("ja", "12/5 20:00"): "2026-12-05 20:00",
}


@pytest.mark.parametrize(("text", "meant"), ENGLISH.items())
def test_english_words_are_understood(text: str, meant: str) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(("text", "meant"), GERMAN.items())
def test_german_words_are_understood(text: str, meant: str) -> None:
    assert read(text, "de") == meant


@pytest.mark.parametrize(("locale", "text", "meant"), [(*key, meant) for key, meant in OTHERS.items()])
def test_other_languages_and_regions_are_understood(locale: str, text: str, meant: str) -> None:
    assert read(text, locale) == meant


REFUSED = {
    "12/5 8pm": "12/5 can be May 12 or December 5. Type May 12 or 2027-05-12.",
    "31/02 8pm": "31/02 does not exist: February 2027 has 28 days. Try February 28, 2027.",
    "31 February 8pm": "31 February does not exist: February 2027 has 28 days. Try February 28, 2027.",
    "29 February 8pm": "29 February does not exist: February 2027 has 28 days. Try February 28, 2027.",
    "2026-02-30 10:00": "2026-02-30 does not exist: February 2026 has 28 days. Try February 28, 2026.",
    "0 may 8pm": "0 may is not a date.",
    "14/13 8pm": "14/13 is not a date.",
    "2026-13-01 8pm": "2026-13-01 is not a date.",
    "28 March 2027 2:30": "On March 28, 2027 the clocks in Europe/Berlin jump from 2:00 AM to 3:00 AM, so 2:30 AM "
    "does not exist. Try 3:30 AM.",
    "2027-03-28 02:30": "so 2:30 AM does not exist. Try 3:30 AM.",
    "hello": "No date found in 'hello'. Try 'Friday 19:00', '4 December 8pm' or 2026-12-04 19:00.",
    "": "No date found in ''.",
    "...": "No date found",
    "friday": "At what time? Try 'friday 19:00'.",
    "tomorrow morning": "At what time? Try 'tomorrow morning 9:00'.",
    "tonight": "At what time? Try 'tonight 19:00'.",
    "friday at 8": "8 can be 08:00 or 20:00. Type the one you mean.",
    "friday at 12": "12 can be 00:00 or 12:00.",
    "half past seven friday": "half past seven can be 07:30 or 19:30.",
    "friday 8 o'clock": "can be 08:00 or 20:00.",
    "friday midnight": "midnight can be 2026-11-27 00:00 or 2026-11-28 00:00.",
    "friday night at 1am": "1am can be 2026-11-27 01:00 or 2026-11-28 01:00.",
    "friday morning 19:00": "19:00 is not in that part of the day.",
    "this weekend 8pm": "'this weekend 8pm' is more than one day.",
    "december 8pm": "is more than one day.",
    "25:00": "25:00 is not a time of day. Try 19:30 or 7:30pm.",
    "friday 13pm": "13pm is not a time of day.",
    "friday 19:60": "19:60 is not a time of day.",
    "2026-12-04 25:00": "25:00 is not a time of day.",
    "2026-12-04T24:01": "24:01 is not a time of day.",
    "2026-12-04 19:00+99:00": "is not a time of day.",
    "friday 5 december 8pm": "Saturday, December 5, 2026 is not a Friday. Type only the date or only the weekday.",
    "fifth friday of december 8pm": "There is no fifth friday of december.",
    "first friday of this month 8pm": "November 6, 2026 8:00 PM is in the past",
    "today 9:00": "November 25, 2026 9:00 AM is in the past; it is November 25, 2026 3:00 PM there now.",
    "24 nov 2026 10:00": "is in the past",
    "last friday 8pm": "is in the past",
    "yesterday 8pm": "is in the past",
    "2026-11-25 14:59": "is in the past",
    "friday 8pm EST": "EST can be more than one time zone.",
    "saturday 8pm Europe/Nowhere": "There is no time zone Europe/Nowhere.",
    "4 december 9999 8pm": "The year 9999 is out of reach. Years can be 1970 to 2199.",
    "0001-01-01 00:00": "The year 1 is out of reach.",
    "in 9999 years 8pm": "is out of reach",
    "8pm tomorrow at 9pm": "No date found",
    "friday saturday 8pm": "No date found",
    "4 december 5 december 8pm": "No date found",
    "4 december 20": "No date found",
    "friday 8pm or so": "No date found",
    "friday 8pm\N{RIGHT-TO-LEFT OVERRIDE}": "characters that are not seen",
    "friday\n8pm": "characters that are not seen",
    "friday 8pm\0": "characters that are not seen",
    "friday 8pm " + "x" * 100: "A date can have 100 characters at most.",
    "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 50: "A date can have 100 characters at most.",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items())
def test_what_cannot_be_meant_is_asked_again(text: str, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("locale", "text", "said"),
    [
        ("de", "halb acht", "halb acht can be 07:30 or 19:30."),
        ("de", "31.2. 20 Uhr", "31.2. does not exist: Februar 2027 has 28 days. Try 28. Februar 2027."),
        ("de", "Freitag", "At what time? Try 'Freitag 19:00'."),
        ("de", "foo 20 Uhr", "No date found"),
        ("en-ZA", "12/5 8pm", "12/5 can be"),  # CLDR: y/MM/dd
        ("sv-SE", "12/5 20:00", "12/5 can be"),
        ("fr", "31 février 20h", "31 février does not exist"),
        ("fr", "vendredi 5 décembre 20h", "is not a vendredi"),
        ("fr", "mar 5 20:00", "No date found"),  # Tuesday the 5th, or March in English
        ("fr", "demain banane 20h", "No date found"),
        ("fr", "aujourd'hui demain 20h", "No date found"),
        ("fr", "3 jours 20h", "No date found"),
        ("fr", "après 20h", "No date found"),
        ("fr", "demain", "At what time?"),
        ("ja", "明日", "At what time?"),
        ("es", "xyzzy", "No date found"),
        ("xx", "xyzzy", "No date found"),
        ("haw", "xyzzy 20:00", "No date found"),  # a language that dateparser does not know
    ],
)
def test_other_languages_are_asked_again_too(locale: str, text: str, said: str) -> None:
    assert said in refusal(text, locale)


@pytest.mark.parametrize(
    ("now", "zone", "text", "meant"),
    [
        ("2026-12-31 23:30", BERLIN, "tomorrow 8pm", "2027-01-01 20:00"),
        ("2026-12-31 23:30", BERLIN, "1 jan 10:00", "2027-01-01 10:00"),
        ("2026-12-31 23:30", BERLIN, "31 dec 23:45", "2026-12-31 23:45"),
        ("2026-12-31 23:30", BERLIN, "31 dec 23:15", "2027-12-31 23:15"),
        ("2026-12-31 23:30", BERLIN, "midnight", "2027-01-01 00:00"),
        ("2026-12-31 23:30", BERLIN, "in an hour", "2027-01-01 00:30"),
        ("2026-11-29 12:00", BERLIN, "sunday 20:00", "2026-11-29 20:00"),
        ("2026-11-29 12:00", BERLIN, "sunday 11:00", "2026-12-06 11:00"),
        ("2026-11-29 12:00", BERLIN, "next sunday 11:00", "2026-12-06 11:00"),
        ("2026-11-29 12:00", BERLIN, "next monday 11:00", "2026-11-30 11:00"),
        ("2026-11-30 12:00", BERLIN, "next monday 11:00", "2026-12-07 11:00"),
        ("2026-12-05 12:00", BERLIN, "first friday of december 8pm", "2027-12-03 20:00"),
        ("2026-11-28 12:00", BERLIN, "last friday of the month 8pm", "2026-12-25 20:00"),
        ("2026-12-31 21:00", BERLIN, "fifth thursday 8pm", "2027-04-29 20:00"),
        ("2027-11-25 12:00", BERLIN, "29 february 8pm", "2028-02-29 20:00"),
        ("2026-01-31 12:00", BERLIN, "in a month 8pm", "2026-02-28 20:00"),
        ("2026-01-31 12:00", BERLIN, "the 30th 8pm", "2026-03-30 20:00"),
        ("2026-11-25 01:30", BERLIN, "tonight 2am", "2026-11-25 02:00"),
        ("2026-11-25 01:30", BERLIN, "tonight at 8", "2026-11-25 20:00"),
        ("2027-03-28 01:30", BERLIN, "in 1 hour", "2027-03-28 03:30"),
        ("2027-03-27 12:00", BERLIN, "tomorrow 3:00", "2027-03-28 03:00"),
        ("2011-12-29 12:00", "Pacific/Apia", "saturday 12:00", "2011-12-31 12:00"),
        ("2011-12-29 12:00", "Pacific/Apia", "in 24 hours", "2011-12-31 12:00"),
    ],
)
def test_the_edges_of_the_calendar_are_crossed(now: str, zone: str, text: str, meant: str) -> None:
    assert read(text, zone=zone, now=wall(now, zone)) == meant


@pytest.mark.parametrize(
    ("zone", "now", "text", "said"),
    [
        ("America/New_York", "2027-03-01 12:00", "14 March 2:30", "from 2:00 AM to 3:00 AM, so 2:30 AM does not exist"),
        ("Australia/Lord_Howe", "2026-09-01 12:00", "4 October 2:15", "Try 2:45 AM."),
        ("Pacific/Apia", "2011-12-29 12:00", "30 December 12:00", "Try 2011-12-31 12:00."),
        ("Pacific/Apia", "2011-12-29 12:00", "tomorrow 12:00", "so December 30, 2011 12:00 PM does not exist"),
    ],
)
def test_a_time_that_the_clocks_skip_is_asked_again(zone: str, now: str, text: str, said: str) -> None:
    assert said in refusal(text, zone=zone, now=wall(now, zone))


@pytest.mark.parametrize(
    ("zone", "text", "first"),
    [
        (BERLIN, "2026-10-25 02:30", "2026-10-25 00:30"),
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),
        ("Australia/Lord_Howe", "2027-04-04 01:45", "2027-04-03 14:45"),
    ],
)
def test_a_time_that_comes_twice_is_asked_again_and_each_can_be_named(zone: str, text: str, first: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    said = refusal(text, zone=zone, now=now)
    assert "comes twice" in said
    one, other = re.findall(r"[0-9-]{10} [0-9:]{5}[+-][0-9:]{5}", said)
    moment = read_moment(one, locale="en", zone=zone, now=now)
    assert moment.instant() == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert read_moment(write_moment(moment), locale="en", zone=zone, now=now) == moment
    assert read_moment(other, locale="en", zone=zone, now=now).instant() > moment.instant()


def test_a_length_of_time_may_end_in_an_hour_that_comes_twice() -> None:
    now = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    moment = read_moment("in 2 hours", locale="en", zone=BERLIN, now=now)
    assert moment.instant() == now + timedelta(hours=2)


def test_an_offset_names_the_second_of_two_times_and_no_instant_is_lost() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    first = read_moment("2026-10-25 02:30+02:00", locale="de", zone=BERLIN, now=now)
    second = read_moment("2026-10-25 02:30+01:00", locale="de", zone=BERLIN, now=now)
    assert first == Moment(datetime.fromisoformat("2026-10-25 02:30"), BERLIN)
    assert second == Moment(datetime.fromisoformat("2026-10-25 01:30"), "UTC")
    assert second.instant() - first.instant() == timedelta(hours=1)


def test_a_time_over_by_its_instant_is_past_even_when_its_wall_time_comes_again() -> None:
    now = datetime(2026, 10, 25, 1, 40, tzinfo=UTC)  # 2:40 for the second time
    assert "is in the past" in refusal("2026-10-25 02:45+02:00", now=now)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12 november 20:00", "2026-11-12 20:00"),
        ("20 may 20:00", "2027-05-20 20:00"),
        ("20 june 20:00", "2026-06-20 20:00"),
        ("4 december 20:00", "2026-12-04 20:00"),
        ("2019-01-01 20:00", "2019-01-01 20:00"),
        ("yesterday 20:00", "2026-11-24 20:00"),
        ("last friday 20:00", "2026-11-20 20:00"),
        ("today 9:00", "2026-11-25 09:00"),
        ("9:00", "2026-11-25 09:00"),
        ("first friday of november 20:00", "2026-11-06 20:00"),
        ("29 february 2024 20:00", "2024-02-29 20:00"),
    ],
)
def test_the_past_is_read_where_it_is_welcome(text: str, meant: str) -> None:
    assert read(text, future=False) == meant


def test_a_29_february_that_is_nowhere_near_is_asked_again() -> None:
    with pytest.raises(Refused, match="29 february does not exist"):
        read_moment("29 february 8pm", locale="en", zone=BERLIN, now=NOW, future=False)


ENDS = {
    "23:00": "2026-12-04 23:00",
    "21:00": "2026-12-05 21:00",
    "22:00": "2026-12-05 22:00",
    "3am": "2026-12-05 03:00",
    "until 3am": "2026-12-05 03:00",
    "till 23": "2026-12-04 23:00",
    "midnight": "2026-12-05 00:00",
    "2h": "2026-12-05 00:00",
    "12h": "2026-12-05 10:00",
    "24h": "2026-12-05 22:00",
    "1h30": "2026-12-04 23:30",
    "1:30 h": "2026-12-04 23:30",
    "1.5h": "2026-12-04 23:30",
    "1.5 hours": "2026-12-04 23:30",
    "90 min": "2026-12-04 23:30",
    "90min": "2026-12-04 23:30",
    "half an hour": "2026-12-04 22:30",
    "for 2 hours": "2026-12-05 00:00",
    "2 hours and 30 minutes": "2026-12-05 00:30",
    "2 days": "2026-12-06 22:00",
    "23 hours": "2026-12-05 21:00",
    "Sat 3am": "2026-12-05 03:00",
    "sunday 18:00": "2026-12-06 18:00",
    "friday 23:00": "2026-12-04 23:00",
    "friday 20:00": "2026-12-11 20:00",
    "5 december 2am": "2026-12-05 02:00",
    "2026-12-06 02:00": "2026-12-06 02:00",
    "2026-12-05T01:00+00:00": "2026-12-05 02:00",
}


@pytest.mark.parametrize(("text", "meant"), ENDS.items())
def test_an_end_is_read_from_its_start(text: str, meant: str) -> None:
    start = Moment(datetime.fromisoformat("2026-12-04 22:00"), BERLIN)
    assert f"{read_end(text, start, locale='en', now=NOW).wall:%Y-%m-%d %H:%M}" == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("bis 23 Uhr", "2026-12-04 23:00"),
        ("bis 2", "2026-12-05 02:00"),
        ("2 Stunden", "2026-12-05 00:00"),
        ("zweieinhalb", None),
        ("eine halbe Stunde", "2026-12-04 22:30"),
        ("Sonntag 18 Uhr", "2026-12-06 18:00"),
        ("für 3 Stunden", "2026-12-05 01:00"),
    ],
)
def test_a_german_end_is_read_from_its_start(text: str, meant: str | None) -> None:
    start = Moment(datetime.fromisoformat("2026-12-04 22:00"), BERLIN)
    if meant is None:
        with pytest.raises(Refused, match="No end found"):
            read_end(text, start, locale="de", now=NOW)
    else:
        assert f"{read_end(text, start, locale='de', now=NOW).wall:%Y-%m-%d %H:%M}" == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("23h", "23h can be a length or a time of day. Type 23:00 for the time, or '23 hours' for the length."),
        ("until 11", "11 can be 11:00 or 23:00."),
        ("sunday", "At what time? Try 'sunday 23:00'."),
        ("next week", "is more than one day"),
        ("in 2 hours", "No end found"),
        ("nonsense", "No end found in 'nonsense'."),
        ("2026-12-04 21:00", "is not after the start"),
        ("2026-12-04 22:00", "is not after the start"),
        ("tomorrow 3am", "The end, November 26, 2026 3:00 AM, is not after the start, December 4, 2026 10:00 PM."),
        ("32 days", "An event can last 31 days at most."),
        ("2 months", "An event can last 31 days at most."),
        ("9999 years", "is out of reach"),
        ("23:00 CET", "CET can be more than one time zone."),
    ],
)
def test_an_end_that_cannot_be_is_asked_again(text: str, said: str) -> None:
    start = Moment(datetime.fromisoformat("2026-12-04 22:00"), BERLIN)
    with pytest.raises(Refused) as caught:
        read_end(text, start, locale="en", now=NOW)
    assert said in str(caught.value)


def test_tomorrow_as_an_end_counts_from_now() -> None:
    start = Moment(datetime.fromisoformat("2026-11-25 22:00"), BERLIN)
    assert read_end("tomorrow 3am", start, locale="en", now=NOW).wall == datetime.fromisoformat("2026-11-26 03:00")


def test_an_end_may_be_in_another_zone() -> None:
    start = Moment(datetime.fromisoformat("2026-12-04 22:00"), BERLIN)
    end = read_end("23:30 Europe/London", start, locale="en", now=NOW)
    assert write_moment(end) == "2026-12-04 23:30 Europe/London"


def test_hours_are_exact_and_days_keep_the_wall_time_across_a_change_of_the_clocks() -> None:
    start = Moment(datetime.fromisoformat("2027-03-27 22:00"), BERLIN)
    day = read_end("1 day", start, locale="en", now=NOW)
    hours = read_end("24h", start, locale="en", now=NOW)
    assert (day.wall.hour, hours.wall.hour) == (22, 23)


def test_an_end_in_the_gap_of_a_change_is_asked_again() -> None:
    start = Moment(datetime.fromisoformat("2027-03-27 22:00"), BERLIN)
    with pytest.raises(Refused, match="does not exist"):
        read_end("2:30", start, locale="en", now=NOW)


WORDS = (
    "friday fri next this last coming week weekend month year december dec may march 4 4th 31 5. 5.12. 12/5 2026 "
    "9999 0 99 24:00 25:61 8pm 13pm p.m. "
    "am noon midnight tonight today tomorrow day after in 3 2 days hours min h at on of the "
    ", . - – .. : / first last second from to until half past quarter an a 20 uhr halb acht um bis zum heute morgen "
    "nächsten Freitag Freitagabend letzten im Monat evening night Europe/Berlin utc 2026-02-30 2026-12-04 T +01:00 "
    "demain mañana 明日 12月5日 20時 ٣ 1.5 999999 for"
).split()
ANYTHING = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join))
LOCALES = st.sampled_from(["en", "en-US", "en_GB", "de", "fr", "es", "pt-BR", "ja", "ar", "sv", "xx", ""])
ZONES = st.sampled_from([BERLIN, "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
NOWS = st.datetimes(datetime(1971, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as wanted


@given(text=ANYTHING, locale=LOCALES, zone=ZONES, now=NOWS, future=st.booleans())
def test_any_text_is_a_moment_that_exists_or_is_refused(
    text: str, locale: str, zone: str, now: datetime, future: bool
) -> None:
    try:
        moment = read_moment(text, locale=locale, zone=zone, now=now, future=future)
    except Refused:
        return
    assert gap_around(moment.wall, ZoneInfo(moment.zone)) is None
    assert not future or moment.instant() >= now
    assert read_moment(write_moment(moment), locale=locale, zone="UTC", now=now, future=False) == moment


@given(text=ANYTHING, locale=LOCALES, zone=ZONES, now=NOWS)
def test_any_text_is_an_end_after_its_start_or_is_refused(text: str, locale: str, zone: str, now: datetime) -> None:
    start = Moment(datetime.fromisoformat("2026-12-04 22:00"), zone)
    try:
        end = read_end(text, start, locale=locale, now=now)
    except Refused:
        return
    assert timedelta() < end.instant() - start.instant() <= timedelta(days=31)


@given(
    moment=st.builds(
        Moment,
        st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)),  # noqa: DTZ001 - wall times are naive
        st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})),
    ),
    locale=LOCALES,
)
def test_what_is_written_is_read_again(moment: Moment, locale: str) -> None:
    if gap_around(moment.wall, ZoneInfo(moment.zone)) is None:
        assert read_moment(write_moment(moment), locale=locale, zone="UTC", now=NOW, future=False) == moment


def test_common_words_load_neither_dateparser_nor_its_regex() -> None:
    """In an interpreter of its own: others load them."""
    code = """
import sys
from datetime import datetime, UTC
from bot.domain.datewords import read_moment, read_span, suggest_moments, suggest_spans
from bot.errors import Refused
now = datetime(2026, 11, 25, tzinfo=UTC)
common = (("en", "2026-12-04 19:00"), ("de", "nächsten Freitag 19 Uhr"), ("fr", "vendredi 19h"), ("en", "x"))
for locale, text in common:
    suggest_moments(text, locale=locale, zone="Europe/Berlin", now=now)
    suggest_spans(text, locale=locale, zone="Europe/Berlin", now=now)
    try:
        read_moment(text, locale=locale, zone="Europe/Berlin", now=now)
    except Refused:
        pass
read_span("this weekend", locale="en", zone="Europe/Berlin", now=now)
print({"dateparser", "regex"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_moments_are_suggested_for_what_is_typed() -> None:
    def suggested(typed: str, locale: str = "en", now: datetime = NOW) -> list[tuple[str, str]]:
        return list(suggest_moments(typed, locale=locale, zone=BERLIN, now=now))

    assert suggested("")[0] == ("Today at 19:00", "2026-11-25 19:00 Europe/Berlin")
    assert suggested("tom")[0] == ("Tomorrow at 19:00", "2026-11-26 19:00 Europe/Berlin")
    assert suggested("mor", "de")[0] == ("Tomorrow at 19:00", "2026-11-26 19:00 Europe/Berlin")
    assert suggested("friday 8pm")[0] == (
        "Friday, November 27, 2026, 8:00 PM",
        "2026-11-27 20:00 Europe/Berlin",
    )
    assert [value for _, value in suggested("4. Dezember", "de")] == [
        f"2026-12-04 {hour}:00 Europe/Berlin" for hour in (18, 19, 20, 21)
    ]
    assert suggested("zzz") == []
    late = NOW.replace(hour=22)
    assert all(read_moment(value, locale="en", zone=BERLIN, now=late) for _, value in suggested("", now=late))


@given(typed=ANYTHING, locale=LOCALES, zone=ZONES, now=NOWS)
def test_every_suggested_moment_can_be_typed(typed: str, locale: str, zone: str, now: datetime) -> None:
    for label, value in suggest_moments(typed, locale=locale, zone=zone, now=now):
        assert label
        assert write_moment(read_moment(value, locale=locale, zone=zone, now=now)) == value


@pytest.mark.parametrize("typed", ["31 feb", "31.2.", "february 30"])
def test_a_day_that_does_not_exist_is_said_before_its_time_is_asked_for(typed: str) -> None:
    now = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
    with pytest.raises(Refused, match="does not exist"):
        read_moment(typed, locale="en", zone="Europe/Berlin", now=now)
