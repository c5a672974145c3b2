"""Which gigs are meant by what is looked for, how pay is read and told, and when people are asked and told."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.domain.events import Price
from bot.domain.gigs import About, Pay, Per, Wanted, What, asks_at, last_daily, next_daily
from bot.domain.places import Place
from bot.domain.preferences import Preferences
from bot.domain.quiet import Quiet
from bot.errors import Refused
from bot.features.gigs.cards import pay_words
from bot.i18n import Words
from bot.params import Fee, Reading

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
SAY = Words("en", ZoneInfo("UTC"))
READING = Reading(SAY, NOW)
FEE = Fee("", "")
BERLIN = Place(2950159, "Berlin", "", "DE", 52.5244, 13.4105, 3426354, "Europe/Berlin")
POTSDAM = Place(2852458, "Potsdam", "", "DE", 52.3989, 13.0657, 145292, "Europe/Berlin")
EUR = Price(Decimal(120), "EUR")
MIX = About(What.MIX, "Mix our EP", ("Toningenieurin", "DJ"), BERLIN, False, Pay(EUR, Per.SONG), text="Dub techno")


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (Wanted(), True),
        (Wanted(what=What.MIX), True),
        (Wanted(what=What.SESSION), False),
        (Wanted(role="engineer"), True),
        (Wanted(role="dj"), True),
        (Wanted(role="singer"), False),
        (Wanted(words="ep dub"), True),
        (Wanted(words="toningen"), True),
        (Wanted(words="berlin mix"), True),
        (Wanted(words="jazz"), False),
        (Wanted(near=POTSDAM), True),
        (Wanted(near=POTSDAM, within_km=10), False),
        (Wanted(is_remote=True), False),
        (Wanted(is_remote=False), True),
        (Wanted(is_paid=True), True),
        (Wanted(is_paid=False), False),
    ],
)
def test_a_gig_is_found_by_all_that_is_asked_of_it(wanted: Wanted, fits: bool) -> None:
    assert wanted.fits(MIX) is fits


def test_what_is_remote_is_near_everybody_unless_it_is_to_be_on_site() -> None:
    remote = About(What.MIX, "Mix", is_remote=True)
    both = About(What.MIX, "Mix", place=BERLIN, is_remote=True)
    assert Wanted(near=POTSDAM, within_km=1).fits(remote)
    assert not Wanted(near=POTSDAM, is_remote=False).fits(remote)
    assert Wanted(near=POTSDAM, is_remote=False).fits(both)
    assert not Wanted(near=POTSDAM, within_km=1, is_remote=False).fits(both)
    assert Wanted(is_remote=True).fits(both)


def test_what_states_no_pay_is_neither_paid_nor_unpaid_and_a_share_is_no_pay() -> None:
    unsaid, share = About(What.MIX, "x", is_remote=True), About(What.MIX, "x", pay=Pay(split=Decimal(50)))
    assert not Wanted(is_paid=True).fits(unsaid)
    assert not Wanted(is_paid=False).fits(unsaid)
    assert not Wanted(is_paid=True).fits(share)
    assert Wanted(is_paid=False).fits(share)


@pytest.mark.parametrize(
    ("typed", "written", "told"),
    [
        ("300 EUR", "300 EUR per gig", "Paid: €300 for the whole gig"),
        ("€50/h", "50 EUR per hour", "Paid: €50 per hour"),
        ("1.500 EUR pro Tag", "1500 EUR per day", "Paid: €1,500 per day"),
        (
            "120 EUR per song, 3 points",
            "120 EUR per song, 3 points",
            "Paid: €120 per song, and a share of revenue: 3 points",
        ),
        ("split 50/50", "split 50%", "Revenue share only, no fee: a split of 50 %"),
        ("rev share", "split", "Revenue share only, no fee: a split to be agreed on"),
        ("2.5 pts", "2.5 points", "Revenue share only, no fee: 2.5 points"),
        ("1 point", "1 points", "Revenue share only, no fee: 1 point"),
        ("unpaid", "unpaid", "Unpaid"),
        ("0", "unpaid", "Unpaid"),
        ("unbezahlt", "unpaid", "Unpaid"),
    ],
)
def test_pay_is_read_as_people_say_it_and_spelled_out(typed: str, written: str, told: str) -> None:
    pay = FEE.read(typed, READING)
    assert FEE.write(pay) == written
    assert FEE.read(written, READING) == pay
    assert pay_words(pay, SAY) == told


@pytest.mark.parametrize(
    "typed",
    [
        "300",
        "-5 EUR",
        "1e5 EUR",
        "300 EUR, 400 EUR",
        "100001 EUR",
        "split 500%",
        "200 points",
        "5 XXQ",
        "@everyone",
        "9" * 5000 + " EUR",
        "a lot",
        "split, split",
        ",",
    ],
)
def test_what_is_no_pay_is_refused_with_a_way_on(typed: str) -> None:
    with pytest.raises(Refused):
        FEE.read(typed, READING)


def test_pay_that_is_not_stated_is_said_to_be_so() -> None:
    assert pay_words(None, SAY) == "Pay is not stated"


def test_a_poster_is_asked_three_days_before_the_end_or_one_where_the_whole_is_short() -> None:
    day = timedelta(days=1)
    assert asks_at(NOW, NOW + 30 * day) == NOW + 27 * day
    assert asks_at(NOW, NOW + 7 * day) == NOW + 6 * day
    assert asks_at(NOW, NOW + 2 * day) == NOW + day
    assert asks_at(NOW, NOW + day) is None


def test_a_morning_is_at_nine_by_the_wall_out_of_quiet_hours() -> None:
    zone = "Europe/Berlin"
    awake = Preferences(quiet=None)
    assert last_daily(NOW, awake, zone) == datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert next_daily(NOW, awake, zone) == datetime(2026, 11, 26, 8, tzinfo=UTC)
    late = Preferences(quiet=Quiet(time(23), time(11)))
    assert next_daily(NOW, late, zone) == datetime(2026, 11, 26, 10, tzinfo=UTC)
    summer = datetime(2026, 3, 28, 14, tzinfo=UTC)
    assert next_daily(summer, awake, zone) == datetime(2026, 3, 29, 7, tzinfo=UTC)
