"""What a source tells of an event, as ours: its city recognised, its categories sorted."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.domain.events import GENRE_MOST, GENRES_MOST, VENUE_MOST, Details, Kind, SourceEvent
from bot.domain.places import Place, fold
from bot.ports import UnitOfWork


class Cities:
    """Recognises the city in a calendar's location, which is free text: "Kantine, Am Wriezener Bahnhof, 10243 Berlin".

    The last part that is surely a city counts; where none is, or it could be several, the words stay a venue.
    """

    def __init__(self) -> None:
        self._known: dict[str, Place | None] = {}

    async def learn(self, locations: list[str], uow: UnitOfWork) -> None:
        wanted = {part for location in locations if not _is_link(location) for part in _parts(location)}
        unknown = wanted - self._known.keys()
        found = await uow.places.recognise(unknown)
        self._known.update({part: found.get(part) for part in unknown})

    def read(self, location: str) -> tuple[str, Place | None, str]:
        """Venue, place and online link."""
        if _is_link(location):
            return "", None, location
        for part in _parts(location):
            place = self._known.get(part)
            if place is not None:
                venue = location.split(",", maxsplit=1)[0].strip() if "," in location else ""
                return venue[:VENUE_MOST], place, ""
        return location[:VENUE_MOST], None, ""


def details_of(told: SourceEvent, cities: Cities) -> Details:
    """What the source says of it; its words for the place become a city where they name one."""
    kind, genres = _sorted(told.categories)
    venue, place, online = cities.read(told.location)
    return Details(
        title=told.title,
        description=told.description,
        kind=told.kind or kind,
        genres=genres,
        venue=venue,
        place=place,
        online_link=told.online_link or online,
        page_link=told.link,
        price=told.price,
    )


def _sorted(categories: tuple[str, ...]) -> tuple[Kind | None, tuple[str, ...]]:
    """A calendar's categories are our kind where they name one, and genres otherwise."""
    kinds = {fold(kind.value): kind for kind in Kind}
    kind = next((kinds[fold(each)] for each in categories if fold(each) in kinds), None)
    genres = [each.casefold() for each in categories if fold(each) not in kinds and len(each) <= GENRE_MOST]
    return kind, tuple(dict.fromkeys(genres))[:GENRES_MOST]


def _is_link(location: str) -> bool:
    return location.startswith(("https://", "http://")) and " " not in location


def _parts(location: str) -> list[str]:
    """What may name the city, the likeliest first: parts between commas from the end, without postal codes."""
    parts = [re.sub(r"\b[\dA-Z]*\d[\dA-Z]*\b", "", part).strip(" -") for part in re.split(r"[,\n]", location)]
    named = [part for part in reversed(parts) if 2 <= len(part) <= 60]
    pairs = [f"{city}, {country}" for country, city in pairwise(named)]
    return [*pairs[:1], *named[:4]]
