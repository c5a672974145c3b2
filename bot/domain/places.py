"""Cities: how their names are compared, how far apart they are, and which of several is meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Protocol

from babel import Locale

from bot.domain.regions import REGIONS
from bot.errors import NotFound, Refused
from bot.i18n import N_, languages

EARTH_KM = 6371.0088  # mean radius of the Earth, IUGG 1980
CHOICES = 5  # how many places a refusal lists
CLEARLY_LARGER = 3  # a place this many times as populous as the next of its name is the one that is meant
SHOWN = 60  # characters of what somebody typed that an error repeats
COUNTRY_WORDS = 4  # the longest country name understood without a comma: "United States of America"

OTHER_LANGUAGES = ("de", "es", "fr", "it", "nl", "pt")
"""Country names are understood in these as well as in English and in the languages the bot speaks.
Each costs about 1 MB of Babel's data, read when a country is first named in something else than English."""

COUNTRY_ALIASES = {
    "america": "US",
    "bosnia": "BA",
    "britain": "GB",
    "burma": "MM",
    "czech republic": "CZ",
    "east timor": "TL",
    "great britain": "GB",
    "holland": "NL",
    "hong kong": "HK",
    "ivory coast": "CI",
    "korea": "KR",
    "macao": "MO",
    "macau": "MO",
    "macedonia": "MK",
    "myanmar": "MM",
    "palestine": "PS",
    "republic of ireland": "IE",
    "swaziland": "SZ",
    "turkey": "TR",
    "uae": "AE",
    "uk": "GB",
    "united states of america": "US",
    "usa": "US",
}
"""What people write for a country that CLDR's English names do not say, folded."""


@dataclass(frozen=True, slots=True)
class Place:
    """A city. `id` is GeoNames' own; `zone` an IANA name; degrees are WGS 84, north and east positive.

    `region` is what tells it from others of its name in the country ("OR", "England"), or "".
    `country` is ISO 3166 alpha-2 ("XK" for Kosovo, as CLDR and GeoNames have it).
    """

    id: int
    name: str
    region: str
    country: str
    latitude: float
    longitude: float
    population: int
    zone: str

    @property
    def label(self) -> str:
        """ "Berlin, DE": short, for where the place is known already."""
        return f"{self.name}, {self.country}"

    @property
    def full_label(self) -> str:
        """ "Portland, OR, US": what tells the place from others of its name; typing it finds the place."""
        if not self.region or self.region.isdigit():
            return self.label
        return f"{self.name}, {self.region}, {self.country}"


class Places(Protocol):
    """The table of cities."""

    async def named(self, typed: str) -> Place:
        """The city that somebody means by `typed`; see `choose` for the rule and what it raises.

        For each of `readings(typed)`, the places known by the key that `split_typed` gives, most populous
        first, are handed to `choose`, until there are any.
        """

    async def recognise(self, texts: Collection[str]) -> Mapping[str, Place]:
        """Those of `texts` that surely name one city, as `named` would have it; the others are left out."""

    async def get(self, id_: int, /) -> Place | None:
        """The city with GeoNames' id `id_`, if it is in the table."""

    async def suggest(self, typed: str, limit: int = 25) -> Sequence[Place]:
        """The cities one of whose names begins with `typed`: own names first, then the most populous."""

    async def count(self) -> int:
        """How many cities there are."""


# --- names -----------------------------------------------------------------------------------------------

# Letters that Unicode does not decompose, as people without them on their keyboard type them; folded text
# is lower case already. Apostrophes and the letters that stand for them vanish: "Xi'an" is "xian".
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "ł": "l",
        "ŋ": "ng",
        "ŧ": "t",
        "þ": "th",
        "ə": "e",
        **dict.fromkeys("'`´‘’‛ʹʻʼʽʾʿˈ·״׳", ""),
    }
)
_KEPT_MARKS = frozenset({8, 9})  # kana voicing and virama (Unicode combining classes): other letters without
_COMMA = re.compile("[,،、，;]")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """The key under which a name is looked up: "  São-Paulo " and "sao paulo" are the same one.

    Compatibility forms and case are folded, accents dropped, letters such as ø and ł spelt plainly,
    punctuation and white space made one space. Folding twice changes nothing. A voicing mark (か, が), a
    virama and the vowel signs of Indic and other scripts are no accents, and stay.
    """
    if text.isascii():
        return _NOT_WORDS.sub(" ", text.lower().replace("'", "").replace("`", "")).strip()
    # first too: NFKD makes a space of the acute accent that people type for an apostrophe
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    plain = unicodedata.normalize("NFKD", plain.casefold())
    kept = (_letter(char) for char in plain.translate(_LETTERS))
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def _letter(char: str) -> str:
    if unicodedata.combining(char):
        return char if unicodedata.combining(char) in _KEPT_MARKS else ""
    category = unicodedata.category(char)
    if category[0] in "LNM":
        return char
    return "" if category == "Cf" else " "  # Cf: joiners and marks of direction, which nobody sees


def split_typed(typed: str) -> tuple[str, str]:
    """What was typed as the key of a name and the keys of where it is: "Portland, Or., USA" ->
    ("portland", "or, usa"); the second is "" where nothing follows a comma."""
    name, *where = (fold(part) for part in _COMMA.split(typed))
    return name, ", ".join(_initials(part) for part in where if part)


def readings(typed: str) -> Iterator[str]:
    """`typed`, and where it has no comma, the ways of putting one: "Portland OR" -> "Portland, OR".

    The later ones are for when no city is known by the earlier ones.
    """
    yield typed
    words = typed.split()
    if not split_typed(typed)[1] and len(words) <= 2 * COUNTRY_WORDS:
        for last in range(1, min(len(words), COUNTRY_WORDS + 1)):
            yield f"{' '.join(words[:-last])}, {' '.join(words[-last:])}"


def _initials(key: str) -> str:
    """ "d c" -> "dc": what dots were between; other keys as they are."""
    words = key.split()
    return "".join(words) if all(len(word) == 1 for word in words) else key


# --- which one is meant ----------------------------------------------------------------------------------


def choose(typed: str, found: Sequence[Place]) -> Place:
    """The place somebody means by `typed`, of those `found` by its name, which are the most populous first.

    What follows a comma narrows it to a country or region, by code or name; a full label means its place
    and no other. Of several that are left the first is meant if it is three times as populous as the next;
    if what was typed is its own name, only others of that own name count. Those whose full label is the
    same cannot be told apart by typing: the most populous stands for them.

    Raises NotFound where nothing fits, and Refused, naming at most five, where several do.
    """
    key, where = split_typed(typed)
    if not found:
        raise NotFound(
            N_("No city called {name} with more than 15,000 people is known. Try a larger one nearby."),
            name=_shown(typed),
        )
    inside = [place for place in found if not where or _is_in(place, where)]
    shown_name, _, shown_where = _COMMA.sub(",", typed).partition(",")
    if not inside:
        raise NotFound(
            N_("There is no {name} in {where}. Known are: {choices}."),
            name=_shown(shown_name),
            where=_shown(shown_where),
            choices=_listed(found),
        )
    if exact := [place for place in inside if split_typed(place.full_label) == (key, where)]:
        return exact[0]
    first, *others = inside
    if fold(first.name) == key:
        others = [place for place in others if fold(place.name) == key]
    others = [place for place in others if place.full_label != first.full_label]
    if not others or first.population >= CLEARLY_LARGER * others[0].population:
        return first
    raise Refused(
        N_("There are several places called {name}: {choices}. Type one of these."),
        name=_shown(shown_name),
        choices=_listed(inside),
    )


def _is_in(place: Place, where: str) -> bool:
    """Whether each part of `where` (the keys of `split_typed`) is the place's region or country."""
    region = fold(place.region)
    long_region = fold(REGIONS.get(place.country, {}).get(place.region, ""))
    return all(part in (region, long_region) or is_country(place.country, part) for part in where.split(", "))


def _listed(places: Sequence[Place]) -> str:
    # labels have commas in them, so something stronger parts them
    return "; ".join(list(dict.fromkeys(place.full_label for place in places))[:CHOICES])


def _shown(typed: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in typed)
    words = " ".join(printable.split())
    return words if len(words) <= SHOWN else words[: SHOWN - 1] + "…"


def is_country(code: str, key: str) -> bool:
    """Whether `key` (folded) is a way to write the country `code`: its code, or its name in a language."""
    plain = _plain(key)
    if not key:
        return False
    if key == code.casefold() or COUNTRY_ALIASES.get(plain) == code or plain == _country_name(code, "en"):
        return True
    known = dict.fromkeys((*languages(), *OTHER_LANGUAGES))
    return len(key) > 3 and any(plain == _country_name(code, language) for language in known)


@lru_cache(maxsize=2048)
def _country_name(code: str, language: str) -> str:
    return _plain(fold(Locale(language).territories.get(code, "")))


def _plain(key: str) -> str:
    """Without the words that come and go: "the netherlands", "trinidad and tobago" ("&" is no word)."""
    return " ".join(word for word in key.split() if word not in ("and", "the"))


# --- how far ---------------------------------------------------------------------------------------------


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """The great-circle distance in km of two points in degrees (haversine, on a sphere: within 0.6 %)."""
    up, across = radians(lat2 - lat1) / 2, radians(lon2 - lon1) / 2
    chord = sin(up) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(across) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))
