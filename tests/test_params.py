"""Every kind of argument reads what people type, refuses the rest with a way on, and writes what it reads."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cadences import Cadence, Unit
from bot.domain.events import Kind, Price
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern
from bot.domain.quiet import Quiet
from bot.errors import Refused
from bot.features.events.finding import kind_choice
from bot.i18n import N_, Words
from bot.params import (
    Choices,
    Cost,
    Dates,
    DateTime,
    Every,
    Leads,
    Number,
    Plain,
    QuietHours,
    Reading,
    Tags,
    Text,
    TimeOfDay,
    Until,
    Url,
    WhenOrEvery,
    Whole,
    Zone,
    weekday,
    yes_no,
)

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)
READING = Reading(Words("en", ZoneInfo("Europe/Berlin")), NOW)

LABEL = N_("Title")
LINE = Text(LABEL, LABEL, most=20)
LONG = Text(LABEL, LABEL, most=20, is_long=True)
KILOMETRES = Whole(LABEL, LABEL, low=1, high=1000, example=50, unit="km")
SCORE = Number(LABEL, LABEL, low=Decimal(-2), high=Decimal("12.5"))
COST, DATES, MOMENT, TAGS = Cost(LABEL, LABEL), Dates(LABEL, LABEL), DateTime(LABEL, LABEL), Tags(LABEL, LABEL)
WHEN, EVERY, LEADS = WhenOrEvery(LABEL, LABEL), Every(LABEL, LABEL), Leads(LABEL, LABEL)
QUIET, BY_MORNING = QuietHours(LABEL, LABEL), DateTime(LABEL, LABEL, default=time(9))
OF_DAY, URL, ZONE = TimeOfDay(LABEL, LABEL), Url(LABEL, LABEL), Zone(LABEL, LABEL)
SEVERAL = Choices(LABEL, LABEL, {"a": N_("Online"), "b": N_("Concert"), "c": N_("In person")})
KIND, WEEKDAY, YES_NO = kind_choice(), weekday(LABEL, LABEL), yes_no(LABEL, LABEL)

TYPED = "friday 19:00|3-9 May|15 EUR|yes|9am|a,b|50|every friday|6 weeks|22-8|1h30|off".split("|")
EVERY_KIND: list[Plain] = [
    LINE,
    LONG,
    KILOMETRES,
    SCORE,
    COST,
    DATES,
    MOMENT,
    TAGS,
    OF_DAY,
    URL,
    ZONE,
    KIND,
    SEVERAL,
    WEEKDAY,
    YES_NO,
    WHEN,
    EVERY,
    LEADS,
    QUIET,
    BY_MORNING,
]


def euros(amount: str) -> Price:
    return Price(Decimal(amount), "EUR")


def berlin(wall: str) -> Moment:
    return Moment(datetime.fromisoformat(wall), "Europe/Berlin")


@pytest.mark.parametrize(
    ("param", "typed", "value"),
    [
        (LINE, "  late\u202e night\x07 ", "late night"),
        (LONG, "one\r\ntwo", "one\ntwo"),
        (KILOMETRES, "50", 50),
        (KILOMETRES, "50 km", 50),
        (KILOMETRES, "50KM", 50),
        (SCORE, "12.5", Decimal("12.5")),
        (SCORE, " 1,25 ", Decimal("1.25")),
        (SCORE, "-2", Decimal(-2)),
        (COST, "free", Price(Decimal(0), "")),
        (COST, "Free", Price(Decimal(0), "")),
        (COST, "0", Price(Decimal(0), "")),
        (COST, "0 EUR", Price(Decimal(0), "")),
        (COST, "15 EUR", euros("15")),
        (COST, "€15", euros("15")),
        (COST, "15,50 €", euros("15.50")),
        (COST, "up to 20 eur", euros("20")),
        (COST, "20 Euro", euros("20")),
        (COST, "frei", Price(Decimal(0), "")),
        (COST, "1,500 JPY", Price(Decimal(1500), "JPY")),
        (COST, "1.500 EUR", euros("1500")),
        (COST, "1,500.50 eur", euros("1500.50")),
        (COST, "$7.5", Price(Decimal("7.5"), "USD")),
        (TAGS, "Techno, dub; techno,,", ("techno", "dub")),
        (OF_DAY, "9", time(9)),
        (OF_DAY, "9am", time(9)),
        (OF_DAY, "12 am", time(0)),
        (OF_DAY, "12pm", time(12)),
        (OF_DAY, "6:30 PM", time(18, 30)),
        (OF_DAY, "18.30", time(18, 30)),
        (OF_DAY, "18 Uhr", time(18)),
        (OF_DAY, "19h", time(19)),
        (URL, "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        (URL, "<https://example.org>", "https://example.org"),
        (URL, "example.org/night", "https://example.org/night"),
        (ZONE, "europe/berlin", "Europe/Berlin"),
        (ZONE, "Berlin", "Europe/Berlin"),
        (ZONE, "new york", "America/New_York"),
        (ZONE, "utc", "UTC"),
        (SEVERAL, "in person; ONLINE,, c", ("a", "c")),
        (SEVERAL, "conc", ("b",)),
        (KIND, "workshop", Kind.WORKSHOP),
        (KIND, "Open Studio", Kind.OPEN_STUDIO),
        (KIND, "open-studio", Kind.OPEN_STUDIO),
        (KIND, "master", Kind.MASTERCLASS),
        (WEEKDAY, "Monday", 0),
        (WEEKDAY, "sun", 6),
        (WHEN, "friday", Pattern(berlin("2026-11-27T09:00"))),
        (WHEN, "every Monday 9:00", Pattern(berlin("2026-11-30T09:00"), "FREQ=WEEKLY;BYDAY=MO")),
        (EVERY, "every 6 weeks", Cadence(6, Unit.WEEKS)),
        (EVERY, "never", None),
        (LEADS, "2h, 1 day", (timedelta(days=1), timedelta(hours=2))),
        (QUIET, "10pm to 7am", Quiet(time(22), time(7))),
        (BY_MORNING, "next week", berlin("2026-11-30T09:00")),
        (YES_NO, "yes", True),
        (YES_NO, "n", False),
    ],
)
def test_people_type_it_in_many_ways(param: Plain, typed: str, value: object) -> None:
    assert param.read(typed, READING) == value
    assert param.read(param.write(value), READING) == value


@pytest.mark.parametrize(
    ("param", "typed", "says"),
    [
        (LINE, "\u200b\x00", "no visible characters"),
        (LINE, "x" * 25, "25 characters long; at most 20 fit. Shorten it by 5."),
        (KILOMETRES, "0", "whole number from 1 to 1,000. Try 50."),
        (KILOMETRES, "1001", "whole number from 1 to 1,000"),
        (KILOMETRES, "ten", "ten is not a whole number"),
        (KILOMETRES, "٣", "is not a whole number"),
        (SCORE, "12.6", "not a number from -2 to 12.5. Try 1.5."),
        (SCORE, "1e3", "1e3 is not a number"),
        (SCORE, "٣", "is not a number"),
        (COST, "15", "In which currency? Try 15 EUR."),
        (COST, "15 xyz", "xyz is no currency I know. Try 15 EUR."),
        (COST, "-5 EUR", "not a price. Try free or 15 EUR."),
        (COST, "99999999999999 EUR", "at most 100,000"),
        (COST, "a lot", "not a price. Try free or 15 EUR."),
        (COST, "100001 EUR", "at most 100,000"),
        (TAGS, " ,; ", "no visible characters"),
        (TAGS, ",".join("abcdefghijk"), "These are 11; at most 10 fit."),
        (TAGS, "x" * 41, "longer than 40 characters"),
        (OF_DAY, "25:00", "not a time of day. Try 9:00 or 6pm."),
        (OF_DAY, "13pm", "not a time of day"),
        (OF_DAY, "9:75", "not a time of day"),
        (OF_DAY, "soon", "not a time of day"),
        (URL, "javascript:alert(1)", "not a web address"),
        (URL, "https://exa mple.org", "not a web address"),
        (URL, "ftp://example.org", "not a web address"),
        (URL, "https://[::1", "not a web address"),
        (URL, "https://example.org/" + "x" * 1000, "at most 1,000 characters"),
        (ZONE, "Atlantis", "Europe/Berlin"),
        (SEVERAL, "online, rave", "rave is none of the choices. Choose Online, Concert, or In person."),
        (SEVERAL, " , ", "no visible characters"),
        (KIND, "rave", "none of the choices. Choose Concert"),
        (KIND, "c", "none of the choices"),
        (KIND, "", "none of the choices"),
    ],
)
def test_what_is_wrong_is_named_with_the_limit_and_a_way_on(param: Plain, typed: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        param.read(typed, READING)
    assert says in READING.say(refused.value.text, **refused.value.values)


@pytest.mark.parametrize("param", EVERY_KIND, ids=lambda param: type(param).__name__)
@given(typed=st.text(max_size=60) | st.sampled_from(TYPED))
def test_what_is_read_is_written_so_that_it_is_read_again(param: Plain, typed: str) -> None:
    try:
        value = param.read(typed, READING)
    except Refused as refused:
        said = READING.say(refused.text, **refused.values)
    else:
        said = param.write(value)
        assert param.read(said, READING) == value
    assert said


@pytest.mark.parametrize("param", EVERY_KIND, ids=lambda param: type(param).__name__)
@given(typed=st.text(max_size=20))
def test_suggestions_are_what_can_be_read(param: Plain, typed: str) -> None:
    for option in param.suggest(typed, READING)[:5]:
        assert option.label
        param.read(option.value, READING)


def test_of_several_choices_what_stands_there_already_is_not_suggested_again() -> None:
    assert [option.value for option in SEVERAL.suggest("", READING)] == ["a", "b", "c"]
    assert [(option.label, option.value) for option in SEVERAL.suggest("a, Concert, i", READING)] == [
        ("a, Concert, In person", "a, Concert, c")
    ]


def test_an_end_is_read_from_its_start() -> None:
    start = berlin("2026-12-04T20:00")
    reading = Reading(READING.say, NOW, {"when": start})
    until = Until(LABEL, LABEL)
    assert until.read("2h", reading) == berlin("2026-12-04T22:00")
    assert until.read("2am", reading) == berlin("2026-12-05T02:00")
    end = until.read("23:30", reading)
    assert until.read(until.write(end), reading) == end
    with pytest.raises(Refused, match="Say first when it starts"):
        until.read("2h", READING)


def test_choices_are_understood_in_the_reader_s_language_and_in_english() -> None:
    german = Reading(Words("de", ZoneInfo("Europe/Berlin")), NOW)
    for reading in (READING, german):
        for option in KIND.suggest("", reading):
            assert KIND.read(option.label, reading) == Kind(option.value)
    assert KIND.read("workshop", german) is Kind.WORKSHOP


@pytest.mark.parametrize("locale", ["en", "de", "fr", "en-GB", "pt_BR", "xx", ""])
def test_any_locale_reads_an_iso_date(locale: str) -> None:
    reading = Reading(Words(locale, ZoneInfo("Europe/Berlin")), NOW)
    assert MOMENT.read("2026-12-04 19:00", reading) == berlin("2026-12-04T19:00")


@pytest.mark.parametrize(
    ("param", "typed", "labels"),
    [
        (WHEN, "every mon 9:00", ["every Monday, 9:00 AM (Europe/Berlin, CET), first on Monday, November 30, 2026"]),
        (WHEN, "fri", ["Friday, November 27, 2026, 9:00 AM (Europe/Berlin, CET)"]),
        (WHEN, "every", ["Every day", "Every weekday", "Every Monday", "Every month on the 1st"]),
        (WHEN, "nothing", []),
        (BY_MORNING, "next week", ["Monday, November 30, 2026, 9:00 AM"]),
        (EVERY, "6", ["every 6 weeks", "every 6 months"]),
        (EVERY, "monthly", ["every month"]),
        (EVERY, "nev", ["never"]),
        (LEADS, "30", ["30 minutes"]),
        (LEADS, "2h,1d", ["1 day and 2 hours"]),
        (QUIET, "22", ["10:00 PM to 8:00 AM"]),
        (QUIET, "o", ["off"]),
    ],
)
def test_what_comes_again_is_suggested_in_words(param: Plain, typed: str, labels: list[str]) -> None:
    assert [option.label for option in param.suggest(typed, READING)] == labels


def test_an_evening_that_is_over_is_not_suggested() -> None:
    late = Reading(READING.say, NOW.replace(hour=22))
    assert "Tonight" in [option.label for option in WHEN.suggest("", READING)]
    assert "Tonight" not in [option.label for option in WHEN.suggest("", late)]


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("param", [WHEN, EVERY, LEADS, QUIET], ids=lambda param: type(param).__name__)
def test_what_is_suggested_can_be_typed_as_it_is_shown(param: Plain, locale: str) -> None:
    reading = Reading(Words(locale, ZoneInfo("Europe/Berlin")), NOW)
    options = param.suggest("", reading)
    assert len(options) > 3
    for option in options:
        assert param.read(option.label, reading) == param.read(option.value, reading)
