"""The shipped table of cities: whole, credited, and finding what people type."""

from __future__ import annotations

import hashlib
import lzma
import tracemalloc
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.places import Place, choose, fold, readings, split_typed
from bot.domain.regions import REGIONS
from bot.errors import Refused
from storage.cities import CITIES, CITIES_EDITION, City, read_cities, written
from tools.cities import keys_of, place_of, told_apart

Index = Mapping[str, Sequence[Place]]


@pytest.fixture(scope="module")
def cities() -> Sequence[City]:
    return tuple(read_cities())


@pytest.fixture(scope="module")
def index(cities: Sequence[City]) -> Index:
    found: dict[str, list[Place]] = defaultdict(list)
    for city in cities:
        for key in city.keys:
            found[key].append(city.place)
    return found


def named(index: Index, typed: str) -> Place:
    for reading in readings(typed):
        if found := index.get(split_typed(reading)[0]):
            return choose(reading, found)
    return choose(typed, ())


# --- the file --------------------------------------------------------------------------------------------


def test_the_file_is_small_and_its_edition_is_the_one_that_the_code_names() -> None:
    packed = CITIES.read_bytes()
    assert len(packed) < 1_500_000
    source, _, digest = CITIES_EDITION.partition(", ")
    assert hashlib.sha256(packed).hexdigest().startswith(digest)
    assert len(digest) == 12
    assert source in lzma.decompress(packed).decode().split("\n", 1)[0]


def test_geonames_is_credited_in_the_file_and_in_notice() -> None:
    with lzma.open(CITIES, "rt", encoding="utf-8") as lines:
        first = next(lines)
    assert first.startswith("# GeoNames (geonames.org), CC BY 4.0")
    notice = (Path(__file__).parents[2] / "NOTICE").read_text("utf-8")
    assert "https://www.geonames.org/" in notice
    assert "https://creativecommons.org/licenses/by/4.0/" in notice
    assert "What was changed" in notice


def test_every_city_is_whole_and_the_most_populous_come_first(cities: Sequence[City]) -> None:
    assert len(cities) == 34_006
    assert len({city.place.id for city in cities}) == len(cities)
    populations = [city.place.population for city in cities]
    assert populations == sorted(populations, reverse=True)
    for place in (city.place for city in cities):
        assert place.name == place.name.strip() != ""
        assert len(place.country) == 2
        assert -90 <= place.latitude <= 90
        assert -180 <= place.longitude <= 180
        assert not place.region.isdigit()
        if place.country in REGIONS:
            assert place.region in REGIONS[place.country]


def test_every_zone_is_known(cities: Sequence[City]) -> None:
    for zone in {city.place.zone for city in cities}:
        assert ZoneInfo(zone).key == zone


def test_every_key_is_folded_and_a_citys_own_comes_first(cities: Sequence[City]) -> None:
    assert sum(len(city.keys) for city in cities) < 130_000
    for city in cities:
        assert city.keys[0] == fold(city.place.name) != ""
        assert len(set(city.keys)) == len(city.keys)
        assert all(key and fold(key) == key for key in city.keys), city


def test_a_city_is_read_as_it_was_written(tmp_path: Path) -> None:
    place = Place(7, "Köln", "", "DE", 50.9333, -6.95, 1_024_621, "Europe/Berlin")
    two = (City(place, ("koln", "cologne", "koeln")), City(place, ("koln",)))
    path = tmp_path / "cities.tsv.xz"
    path.write_bytes(lzma.compress(("# credit\n" + "".join(map(written, two))).encode()))
    assert tuple(read_cities(path)) == two


def test_reading_keeps_nothing_but_a_line_and_a_buffer() -> None:
    tracemalloc.start()
    try:
        many = sum(1 for _ in read_cities())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert many == 34_006
    assert peak < 2_000_000  # bytes; the table is 5 MB unpacked


# --- what is found ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "typed"),
    [
        ("Munich, DE", "Munich|München|Muenchen|munchen|Monaco di Baviera"),
        ("Köln, DE", "Cologne|Köln|Koeln|KOLN"),
        ("Vienna, AT", "Vienna|Wien"),
        ("Tokyo, JP", "Tokyo|東京|Tokio|Tōkyō"),
        ("Osaka, JP", "Osaka|大阪|大阪市"),
        ("Moscow, RU", "Moscow|Москва|Moskva|Moskau"),
        ("New York City, NY, US", "New York|New York City|NYC|new york, ny|New York NY"),
        ("Los Angeles, CA, US", "Los Angeles|LA|L.A.|Los Ángeles|Los Angeles California"),
        ("Brooklyn, NY, US", "Brooklyn|Brooklyn, New York"),
        ("São Paulo, BR", "São Paulo|Sao Paulo|SAO PAULO"),
        ("Zürich, ZH, CH", "Zürich|Zurich|Zuerich|Zurigo"),
        ("Geneva, GE, CH", "Geneva|Genève|Genf"),
        ("Copenhagen, DK", "Köbenhavn|København|Kobenhavn|Koebenhavn|Copenhagen|Kopenhagen"),
        ("Århus, DK", "Århus|Aarhus|Arhus"),
        ("Gothenburg, SE", "Gothenburg|Göteborg|Goteborg|Goeteborg"),
        ("St. Louis, MO, US", "St. Louis|St Louis|Saint Louis, MO|Saint Louis, USA"),
        ("Saint Petersburg, RU", "St. Petersburg|Saint Petersburg|Sankt Petersburg|Санкт-Петербург"),
        ("St. Petersburg, FL, US", "St. Petersburg, FL|Saint Petersburg, Florida"),
        ("Mexico City, MX", "Mexico City|Ciudad de México|Ciudad de Mexico|CDMX"),
        ("Lisbon, PT", "Lisbon|Lisboa|Lissabon"),
        ("Kyiv, UA", "Kyiv|Kiev|Київ|Киев"),
        ("Milan, IT", "Milan|Milano|Mailand"),
        ("Prague, CZ", "Prague|Praha|Prag"),
        ("Beijing, CN", "Beijing|Peking|北京"),
        ("Seoul, KR", "Seoul|서울"),
        ("Cairo, EG", "Cairo|القاهرة|Kairo"),
        ("Athens, GR", "Athens|Αθήνα|Athen"),
        ("Frankfurt am Main, DE", "Frankfurt|Frankfurt am Main|Frankfurt am Main, Germany|Frankfurt/Main"),
        ("Frankfurt (Oder), DE", "Frankfurt (Oder)|Frankfurt an der Oder"),
        ("Münster, DE", "Münster|Muenster|Munster, Germany"),
        ("Washington, DC, US", "Washington|Washington, D.C.|Washington DC"),
        ("Portland, OR, US", "Portland|Portland, OR|Portland Oregon"),
        ("Portland, ME, US", "Portland, Maine|Portland, ME"),
        ("Cambridge, England, GB", "Cambridge, UK|Cambridge, England|Cambridge, GB"),
        ("Paris, FR", "Paris|Parigi"),
        ("Paris, TX, US", "Paris, Texas|Paris Texas"),
        ("Hannover, DE", "Hannover|Hanover"),
        ("Odesa, UA", "Odesa|Odessa|Одеса"),
        ("'s-Hertogenbosch, NL", "'s-Hertogenbosch|s-Hertogenbosch|Den Bosch"),
        ("Xi’an, CN", "Xi'an|Xian|西安"),
        ("Cancún, MX", "Cancún|Cancun"),
        ("Niš, RS", "Niš|Nis"),
    ],
)
def test_a_city_is_found_by_the_names_people_type(index: Index, label: str, typed: str) -> None:
    found = {each: named(index, each).full_label for each in typed.split("|")}
    assert found == dict.fromkeys(found, label)


@pytest.mark.parametrize("typed", ["Cambridge", "Saint Louis", "Springfield", "Richmond, CA"])
def test_a_name_of_several_cities_alike_in_size_is_asked_about(index: Index, typed: str) -> None:
    with pytest.raises(Refused, match="There are several places called"):
        named(index, typed)


def test_the_full_label_of_every_city_finds_it_or_a_larger_one_of_that_label(
    cities: Sequence[City], index: Index
) -> None:
    for place in (city.place for city in cities):
        found = named(index, place.full_label)
        assert fold(found.full_label) == fold(place.full_label)
        assert found.population >= place.population


# --- how it is built -------------------------------------------------------------------------------------


def row(name: str, **changed: object) -> dict[str, object]:
    plain: dict[str, object] = {
        "geonameid": 1,
        "name": name,
        "latitude": 50.123456,
        "longitude": 6.0,
        "countrycode": "DE",
        "population": 100_000,
        "timezone": "Europe/Berlin",
        "admin1code": "07",
    }
    return plain | changed


def test_codes_of_airports_and_transliterations_are_left_out() -> None:
    place = place_of(row("Köln"))
    by_names = ["CGN", "Cologne", "gu long", "Kjol'n", "Кйолн", "Кёльн", "Кежь", "Kezh", "Augusta Ubiorum"]
    assert keys_of(place, by_names, set()) == ("koln", "augusta ubiorum", "cologne", "koeln")


def test_a_by_name_that_is_another_citys_own_name_is_left_to_that_city() -> None:
    place = place_of(row("Changchun", countrycode="CN"))
    assert keys_of(place, ["Cancun", "Hsinking"], {"cancun"}) == ("changchun", "hsinking")


def test_a_region_is_told_only_where_it_tells_cities_apart() -> None:
    madrid = place_of(row("Madrid", admin1code="29", population=3_000_000, countrycode="ES"))
    leon = place_of(row("Valladolid", admin1code="55", population=300_000, countrycode="ES"))
    first = place_of(row("Salamanca", admin1code="29", population=147_000, countrycode="ES"))
    second = place_of(row("Salamanca", admin1code="55", population=144_000, countrycode="ES"))
    labels = [place.full_label for place in told_apart([madrid, leon, first, second])]
    assert labels == ["Madrid, ES", "Valladolid, ES", "Salamanca, Madrid, ES", "Salamanca, Valladolid, ES"]


def test_a_zone_that_nobody_knows_stops_the_build() -> None:
    with pytest.raises(KeyError, match="No time zone found"):
        place_of(row("Köln", timezone="Europe/Cologne"))
