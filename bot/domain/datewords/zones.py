"""The time zone at the end of a text: "Friday 19:00 Europe/Berlin"."""

from __future__ import annotations

import re
from functools import lru_cache
from zoneinfo import available_timezones

from bot.domain.datewords import refusals

_PLACE = re.compile(r"([a-z]+)(/[a-z0-9_+-]+){1,2}", re.IGNORECASE)

_CONTINENTS = frozenset(
    (
        "africa america antarctica arctic asia atlantic australia brazil canada chile etc europe indian "
        "mexico pacific us"
    ).split()
)

_SHORT = frozenset(
    (
        "est edt cst cdt mst mdt pst pdt akst hst ast adt bst ist jst kst wet west cet cest eet eest msk "
        "mez mesz aest aedt"
    ).split()
)
"""Abbreviations people write; CST alone is three zones."""


def split_zone(text: str, zone: str) -> tuple[str, str]:
    """`text` without the zone at its end, and that zone's IANA name; `zone` where none is named.

    Raises Refused for a zone that does not exist or that is only an abbreviation.
    """
    rest, _, last = text.rpartition(" ")
    name = last.removeprefix("(").removesuffix(")")
    if not rest:
        return text, zone
    if name.upper() == "UTC":
        return rest, "UTC"
    place = _PLACE.fullmatch(name)
    if place is not None and place[1].lower() in _CONTINENTS:
        found = _names().get(name.lower())
        if found is None:
            raise refusals.no_such_zone(name)
        return rest, found
    return text, zone


def refuse_short_zone(text: str) -> None:
    """Raises Refused where a text that is not understood ends with an abbreviation of a zone."""
    last = text.rpartition(" ")[2]
    if last.lower() in _SHORT:
        raise refusals.short_zone(last)


@lru_cache(maxsize=256)
def is_zone(name: str) -> bool:
    """Whether the time-zone database has exactly this name."""
    return name.lower() in _names() and _names()[name.lower()] == name


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}
