from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.places import (
    EARTH_KM,
    Place,
    choose,
    distance_km,
    fold,
    is_country,
    readings,
    split_typed,
)
from bot.errors import NotFound, Refused


def place(name: str, region: str, country: str, population: int) -> Place:
    return Place(population, name, region, country, 0.0, 0.0, population, "UTC")


BERLIN = place("Berlin", "", "DE", 3_426_354)
PORTLANDS = (place("Portland", "OR", "US", 652_503), place("Portland", "ME", "US", 66_881))
CAMBRIDGES = (
    place("Cambridge", "England", "GB", 145_674),
    place("Cambridge", "ON", "CA", 129_920),
    place("Cambridge", "MA", "US", 110_402),
    place("Cambridge", "", "NZ", 20_000),
)
RICHMONDS = (
    place("Richmond", "VA", "US", 226_610),
    place("Richmond", "BC", "CA", 182_000),
    place("Richmond", "CA", "US", 109_708),
)


# --- names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("São Paulo", "sao paulo"),
        ("  SAO-PAULO ", "sao paulo"),
        ("København", "kobenhavn"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("Đà Nẵng", "da nang"),
        ("Æbeltoft", "aebeltoft"),
        ("Diyarbakır", "diyarbakir"),
        ("İzmir", "izmir"),
        ("Xi'an", "xian"),
        ("Xi’an", "xian"),
        ("N´Djamena", "ndjamena"),
        ("St. John's", "st johns"),
        ("Frankfurt (Oder)", "frankfurt oder"),
        ("ＴＯＫＹＯ", "tokyo"),
        ("Київ", "киів"),
        ("서울", "서울"),
        ("東京", "東京"),
        ("ガ", "ガ"),
        ("Ber\u202elin\u200d", "berlin"),
        ("a\x00b\tc", "a b c"),
        ("…", ""),
    ],
)
def test_a_name_is_folded_to_what_somebody_without_its_letters_would_type(typed: str, key: str) -> None:
    assert fold(typed) == key


@given(st.text())
@example("ᾳ̈ͅ")
@example("\u0345")
@example("ﷺ")
@example("´")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_text_fold_to_the_same_key(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(st.characters(max_codepoint=127)), st.sampled_from("éßæø東"))
def test_plain_text_folds_alike_whatever_stands_beside_it(text: str, other: str) -> None:
    assert fold(f"{text} {other}") == f"{fold(text)} {fold(other)}".strip()


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("Portland", ("portland", "")),
        ("Portland, OR", ("portland", "or")),
        ("Portland , Or. , U.S.A.", ("portland", "or, usa")),
        ("Washington, D.C.", ("washington", "dc")),
        ("東京、日本", ("東京", "日本")),
        ("لندن، المملكة المتحدة", ("لندن", "المملكة المتحدة")),
        ("Berlin,", ("berlin", "")),
        ("", ("", "")),
    ],
)
def test_what_follows_a_comma_says_where_the_place_is(typed: str, parts: tuple[str, str]) -> None:
    assert split_typed(typed) == parts


def test_a_missing_comma_is_tried_before_each_of_the_last_words() -> None:
    assert list(readings("Paris Texas USA")) == ["Paris Texas USA", "Paris Texas, USA", "Paris, Texas USA"]


@pytest.mark.parametrize("typed", ["Berlin", "Portland, OR", "", "word " * 50])
def test_no_comma_is_put_where_none_is_missing(typed: str) -> None:
    assert list(readings(typed)) == [typed]


# --- labels ----------------------------------------------------------------------------------------------


def test_a_label_names_the_country_and_a_full_one_the_region_too() -> None:
    assert BERLIN.label == BERLIN.full_label == "Berlin, DE"
    assert PORTLANDS[0].label == "Portland, US"
    assert PORTLANDS[0].full_label == "Portland, OR, US"


def test_a_region_that_is_only_a_number_is_not_shown() -> None:
    assert place("Salamanca", "29", "ES", 1).full_label == "Salamanca, ES"


# --- which one is meant ----------------------------------------------------------------------------------


def test_the_only_place_of_a_name_is_meant() -> None:
    assert choose("berlin", (BERLIN,)) is BERLIN


def test_a_place_three_times_as_populous_as_the_next_is_meant() -> None:
    assert choose("Portland", PORTLANDS) is PORTLANDS[0]


def test_a_place_three_times_as_populous_is_meant_to_the_last_person() -> None:
    assert choose("A", (place("A", "", "DE", 300), place("A", "", "FR", 100))).country == "DE"
    with pytest.raises(Refused):
        choose("A", (place("A", "", "DE", 299), place("A", "", "FR", 100)))


def test_an_uninhabited_namesake_does_not_make_a_name_ambiguous() -> None:
    assert choose("A", (place("A", "", "DE", 1), place("A", "", "FR", 0))).country == "DE"


def test_several_places_alike_in_size_are_listed_to_be_typed() -> None:
    with pytest.raises(Refused) as refused:
        choose(" cambridge ", CAMBRIDGES)
    assert str(refused.value) == (
        "There are several places called cambridge: Cambridge, England, GB; Cambridge, ON, CA; "
        "Cambridge, MA, US; Cambridge, NZ. Type one of these."
    )
    assert not isinstance(refused.value, NotFound)


def test_what_is_listed_finds_its_place_when_it_is_typed() -> None:
    for found in (PORTLANDS, CAMBRIDGES, RICHMONDS):
        for each in found:
            assert choose(each.full_label, found) is each


def test_a_full_label_means_its_place_even_beside_a_larger_one() -> None:
    city, town = place("Mandaluyong City", "", "PH", 465_902), place("Mandaluyong", "", "PH", 425_000)
    assert choose("Mandaluyong, PH", (city, town)) is town
    with pytest.raises(Refused):
        choose("Mandaluyong", (city, town))


def test_a_place_of_just_that_name_has_no_rivals_in_smaller_ones_of_a_name_alike() -> None:
    american, african = place("St. Louis", "MO", "US", 279_695), place("Saint-Louis", "", "SN", 254_171)
    assert choose("St. Louis", (american, african)) is american
    with pytest.raises(Refused):
        choose("Saint Louis", (american, african))


def test_at_most_five_places_are_listed() -> None:
    with pytest.raises(Refused) as refused:
        choose("A", [place("A", "", country, 10) for country in ("DE", "FR", "GB", "IT", "NL", "PT")])
    assert refused.value.values["choices"] == "A, DE; A, FR; A, GB; A, IT; A, NL"


def test_of_places_that_typing_cannot_tell_apart_the_most_populous_is_meant() -> None:
    larger, smaller = place("A", "", "CN", 120), place("A", "", "CN", 100)
    assert choose("A", (larger, smaller)) is larger


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("Cambridge, UK", "GB"),
        ("Cambridge, U.K.", "GB"),
        ("Cambridge, GB", "GB"),
        ("Cambridge, England", "GB"),
        ("cambridge, great britain", "GB"),
        ("Cambridge, United Kingdom", "GB"),
        ("Cambridge, the United Kingdom", "GB"),
        ("Cambridge, England, GB", "GB"),
        ("Cambridge, Massachusetts", "US"),
        ("Cambridge, MA", "US"),
        ("Cambridge, USA", "US"),
        ("Cambridge, U.S.", "US"),
        ("Cambridge, Mass, Etats-Unis", ""),
        ("Cambridge, États-Unis", "US"),
        ("Cambridge, Ontario, Canada", "CA"),
        ("Cambridge, Neuseeland", "NZ"),
        ("Cambridge, France", ""),
        ("Cambridge, Ontario, US", ""),
    ],
)
def test_a_country_or_region_by_code_or_name_narrows_the_choice(typed: str, country: str) -> None:
    if country:
        assert choose(typed, CAMBRIDGES).country == country
    else:
        with pytest.raises(NotFound, match="There is no Cambridge in "):
            choose(typed, CAMBRIDGES)


def test_a_code_that_is_both_a_country_and_a_region_is_either() -> None:
    with pytest.raises(Refused, match=r"Richmond, BC, CA; Richmond, CA, US\."):
        choose("Richmond, CA", RICHMONDS)
    assert choose("Richmond, CA, US", RICHMONDS) is RICHMONDS[2]


def test_a_place_elsewhere_than_was_typed_is_not_found_but_the_known_ones_are_named() -> None:
    with pytest.raises(NotFound) as refused:
        choose("Berlin, Texas", (BERLIN,))
    assert str(refused.value) == "There is no Berlin in Texas. Known are: Berlin, DE."


def test_an_unknown_name_is_not_found_and_a_way_on_is_given() -> None:
    with pytest.raises(NotFound) as refused:
        choose("Nowhereville", ())
    assert str(refused.value) == (
        "No city called Nowhereville with more than 15,000 people is known. Try a larger one nearby."
    )


@given(st.text())
@example("x" * 10_000)
@example("{name} \x1b[31m\u202e,{choices}")
def test_an_error_repeats_little_of_what_was_typed_and_nothing_that_is_no_text(typed: str) -> None:
    for found in ((), CAMBRIDGES):
        with pytest.raises(Refused) as refused:
            choose(typed, found)
        assert len(str(refused.value)) < 400
        assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("NL", "netherlands"),
        ("NL", "the netherlands"),
        ("NL", "holland"),
        ("NL", "niederlande"),
        ("DE", "alemania"),
        ("TT", "trinidad and tobago"),
        ("TR", "turkey"),
        ("TR", "turkiye"),
        ("CI", fold("Côte d’Ivoire")),
        ("XK", "kosovo"),
    ],
)
def test_a_country_is_known_by_its_names_in_several_languages(code: str, named: str) -> None:
    assert is_country(code, named)
    assert not is_country("ZZ", named)


def test_an_unknown_country_has_no_name() -> None:
    assert not is_country("QQ", "")


# --- how far ---------------------------------------------------------------------------------------------

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


def test_a_distance_is_that_of_the_great_circle() -> None:
    assert distance_km(52.52437, 13.41053, 48.13743, 11.57549) == pytest.approx(504.2, abs=1)
    assert distance_km(0, 179.5, 0, -179.5) == pytest.approx(111.2, abs=0.1)
    assert distance_km(90, 0, -90, 77) == pytest.approx(math.pi * EARTH_KM)
