"""What a file says of resources, before they are in a library."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from bot.domain.events import Price
from bot.domain.files.rows import Skipped
from bot.domain.links import host_of
from bot.domain.places import fold
from bot.domain.resources import (
    DESCRIPTION_MOST,
    LINK_MOST,
    NOTE_MOST,
    SITE_MOST,
    TAG_MOST,
    TAGS_MOST,
    TITLE_MOST,
    About,
    Kind,
    Level,
)
from bot.domain.text import clean_line, clean_text, clip
from bot.errors import Refused
from bot.i18n import N_

FILE_MOST = 10_000_000
"""Bytes of one file."""
ENTRIES_MOST = 20_000
"""In one file."""
FORMS = ".html or .csv"

NO_LINK = N_("It is no link to a web page.")
LONG_LINK = N_("Its link is too long.")

_Named = TypeVar("_Named", Kind, Level)

_SEVERAL = re.compile(r"[,;|\n]")
_ROOTS = frozenset(
    map(
        fold,
        "bookmarks|bookmarks bar|bookmarks menu|bookmarks toolbar|other bookmarks|mobile bookmarks|favorites|"
        "favourites|favorites bar|unsorted|unsorted bookmarks|imported|lesezeichen|lesezeichenleiste|"
        "lesezeichen symbolleiste|weitere lesezeichen".split("|"),
    )
)
"""Folders that every browser has, which say nothing."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_LAW = re.compile(r"[A-Z]{2}|any")
_LANGUAGE = re.compile(r"[a-z]{2}")
_PRICE_MOST = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource as a file has it. `number` is the line it begins at, from 1; `about.topic` a key, "" where no
    folder or column names one.
    """

    number: int
    link: str
    about: About
    note: str = ""


@dataclass(frozen=True, slots=True)
class FromFile:
    entries: tuple[Entry, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def too_many() -> Refused:
    """For a file of more than `ENTRIES_MOST`."""
    return Refused(N_("There are more than {most} links in this file. Import it in parts."), most=ENTRIES_MOST)


def entry_of(
    number: int, told: Mapping[str, str], folders: Sequence[str], topics: Mapping[str, str]
) -> Entry | Skipped:
    """What a file says, within the limits of the library and cleaned; what one of its words means nothing is left out.

    `told` is by the names of `columns.FIELDS`. Of `folders`, the innermost last, one that is named like a topic is
    the topic; the others are tags. `topics` are their keys by their folded names.
    """
    link = "".join(clean_line(told.get("link", "")).split())
    if not host_of(link) or "://" not in link:
        return Skipped(number, NO_LINK)
    if len(link) > LINK_MOST:
        return Skipped(number, LONG_LINK)
    named = [name for name in (told.get("topic", ""), *reversed(folders)) if fold(name) not in _ROOTS]
    topic = next((topics[fold(name)] for name in named if fold(name) in topics), "")
    loose = [name for name in named if name and fold(name) not in topics]
    about = About(
        title=clip(clean_line(told.get("title", "")), TITLE_MOST) or clip(host_of(link), TITLE_MOST),
        topic=topic,
        description=clip(clean_text(told.get("description", "")), DESCRIPTION_MOST),
        site=clip(clean_line(told.get("site", "")) or host_of(link), SITE_MOST),
        kind=_named(told.get("kind", ""), Kind),
        tags=_tags([*_SEVERAL.split(told.get("tags", "")), *reversed(loose)]),
        level=_named(told.get("level", ""), Level),
        price=_price(told.get("price", "")),
        language=told.get("language", "") if _LANGUAGE.fullmatch(told.get("language", "")) else "",
        jurisdiction=told.get("law", "") if _LAW.fullmatch(told.get("law", "")) else "",
        review_by=_day(told.get("review", "")),
    )
    return Entry(number, link, about, clip(clean_text(told.get("note", "")), NOTE_MOST))


def price_written(price: Price | None) -> str:
    """As `entry_of` reads it."""
    if price is None:
        return ""
    return "free" if price.is_free else f"{price.amount} {price.currency}"


def _tags(texts: Sequence[str]) -> tuple[str, ...]:
    cleaned = (clean_line(re.sub(r"[,;|]", " ", text)).lstrip("#").strip().casefold() for text in texts)
    return tuple(dict.fromkeys(tag for tag in cleaned if tag and len(tag) <= TAG_MOST))[:TAGS_MOST]


def _named(told: str, kind: type[_Named]) -> _Named | None:
    try:
        return kind(told.strip().casefold())
    except ValueError:
        return None


def _price(told: str) -> Price | None:
    amount, _, currency = told.strip().partition(" ")
    if amount.casefold() == "free":
        return Price(Decimal(0), "")
    try:
        number = Decimal(amount)
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 < number <= _PRICE_MOST or not _CURRENCY.fullmatch(currency):
        return None
    return Price(number, currency)


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told.strip())
    except ValueError:
        return None
