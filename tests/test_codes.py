"""Whose law something is about, and the language it is in, as people say them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from bot.errors import Refused
from bot.i18n import Words
from bot.params import Language, Law, Option, Reading, law_name

NOW = datetime(2026, 11, 25, 14, tzinfo=UTC)
LAW, LANGUAGE = Law("Whose law", "Which country's"), Language("Language", "English, de")


def reading(locale: str) -> Reading:
    return Reading(Words(locale, ZoneInfo("Europe/Berlin")), NOW)


@pytest.mark.parametrize("locale", ["en", "en_GB", "de", "de_AT"])
def test_every_country_is_read_by_the_name_it_is_shown_with_and_by_its_code(locale: str) -> None:
    here = reading(locale)
    codes = [LAW.read(option.value, here) for letter in "abcdefghijklmnopqrstuvwxyz" for option in _named(letter, here)]
    assert len(codes) > 150  # of each letter the first 25
    for code in codes:
        assert LAW.read(law_name(code, here.say), here) == code
        assert LAW.read(code.lower(), here) == code
        assert LAW.read(LAW.write(code), here) == code


def _named(typed: str, here: Reading) -> list[Option]:
    return list(LAW.suggest(typed, here))


@pytest.mark.parametrize(
    ("typed", "locale", "code"),
    [
        ("germany", "de", "DE"),
        ("Deutschland", "en", "DE"),
        ("Österreich", "en", "AT"),
        ("Schweiz", "en", "CH"),
        ("  USA ", "en", "US"),
        ("U.S.", "en", "US"),
        ("U.S.A.", "de", "US"),
        ("UK", "en", "GB"),
        ("Turkey", "en", "TR"),
        ("Czech Republic", "en", "CZ"),
        ("Holland", "de", "NL"),
        ("Cote d'Ivoire", "en", "CI"),
        ("eu", "de", "EU"),
        ("European Union", "en", "EU"),
        ("Europäische Union", "de", "EU"),
        ("ANY", "en", "any"),
        ("everywhere", "de", "any"),
        ("überall", "de", "any"),
    ],
)
def test_a_country_is_known_by_what_people_call_it(typed: str, locale: str, code: str) -> None:
    assert LAW.read(typed, reading(locale)) == code


@pytest.mark.parametrize("typed", ["001", "150", "ZZ", "UN", "Narnia", "U", "\x00", "🏴", "9" * 400])
def test_what_is_no_country_is_refused_with_a_way_on(typed: str) -> None:
    with pytest.raises(Refused, match="EU, or any"):
        LAW.read(typed, reading("en"))


@pytest.mark.parametrize("locale", ["en", "de", "de_DE"])
def test_what_is_offered_first_is_ones_own_country_and_all_of_it_can_be_chosen(locale: str) -> None:
    here = reading(locale)
    offered = LAW.suggest("", here)
    assert len(offered) == len({option.value for option in offered})
    assert [LAW.read(option.value, here) for option in offered] == [option.value for option in offered]
    territory = Locale.parse(locale).territory
    assert offered[0].value == (territory or "any")


@pytest.mark.parametrize(
    ("typed", "locale", "code"),
    [
        ("English", "en", "en"),
        ("EN", "de", "en"),
        ("german", "en", "de"),
        ("Deutsch", "de", "de"),
        ("Englisch", "de", "en"),
    ],
)
def test_a_language_is_known_by_its_name_and_code(typed: str, locale: str, code: str) -> None:
    assert LANGUAGE.read(typed, reading(locale)) == code


@pytest.mark.parametrize("typed", ["Klingon", "xx", "en-US-x", "🎛"])
def test_what_is_no_language_is_refused_with_a_way_on(typed: str) -> None:
    with pytest.raises(Refused, match="such as en"):
        LANGUAGE.read(typed, reading("en"))
