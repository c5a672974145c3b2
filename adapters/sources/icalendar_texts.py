"""What a VEVENT says in words: title, description, place, page and categories, cleaned and within our limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from icalendar.parser import split_on_unescaped_comma, unescape_backslash

from adapters.sources.icalendar_lines import Properties, first_of
from bot.domain.events import DESCRIPTION_MOST, LINK_MOST, TITLE_MOST, VENUE_MOST, Skipped
from bot.domain.text import clean_line, clean_text, clip
from bot.i18n import N_

CATEGORIES_MOST = 50

_MARKUP = re.compile(
    r"</?(?:a|b|br|p|i|u|em|div|span|ul|ol|li|strong|html|body|font|table|h[1-6])(?:\s[^<>]*|/)?>", re.IGNORECASE
)
_MARKUP_MOST = 10 * DESCRIPTION_MOST
"""Characters of a description in HTML that are read; Python's reader takes time with the square of some."""


@dataclass(frozen=True, slots=True)
class Words:
    """Cleaned, and within our limits."""

    title: str
    description: str
    location: str
    link: str


def words_of(properties: Properties, notes: list[Skipped]) -> Words:
    """What an event says of itself; what had to be cut is added to `notes`.

    Without a SUMMARY its title is the first line of its description, if it has one.
    """
    description = _description(properties)
    title = title_of(properties) or description.partition("\n")[0]
    name = clip(title, TITLE_MOST)

    def fit(text: str, most: int, reason: str) -> str:
        if len(text) > most:
            notes.append(Skipped(name, reason, {"length": len(text), "limit": most}))
        return clip(text, most)

    location = clean_line(_text(properties, "LOCATION"))
    link = _link(properties)
    if len(link) > LINK_MOST:
        reason = N_("Its link is {length} characters long; at most {limit} are possible. It was left out.")
        notes.append(Skipped(name, reason, {"length": len(link), "limit": LINK_MOST}))
        link = ""
    return Words(
        fit(title, TITLE_MOST, N_("Its title is {length} characters long; {limit} were taken.")),
        fit(description, DESCRIPTION_MOST, N_("Its description is {length} characters long; {limit} were taken.")),
        fit(location, VENUE_MOST, N_("Its location is {length} characters long; {limit} were taken.")),
        link,
    )


def _text(properties: Properties, name: str) -> str:
    value = first_of(properties, name)
    return unescape_backslash(value) if "\\" in value else value


def title_of(properties: Properties) -> str:
    return clean_line(_text(properties, "SUMMARY"))


def _description(properties: Properties) -> str:
    return described(_text(properties, "DESCRIPTION"))


def described(text: str) -> str:
    """A description cleaned, whether it is written in HTML or not."""
    if "<" in text and _MARKUP.search(text):
        text = _without_markup(text[:_MARKUP_MOST])
    return clean_text(text)


def geo_of(properties: Properties) -> tuple[float | None, float | None]:
    latitude, _, longitude = first_of(properties, "GEO").replace("\\", "").partition(";")
    try:
        found = float(latitude), float(longitude)
    except ValueError:
        return None, None
    return found if abs(found[0]) <= 90 and abs(found[1]) <= 180 and found != (0, 0) else (None, None)


def _link(properties: Properties) -> str:
    """Its page, or else where it can be joined; http and https alone."""
    for name in ("URL", "CONFERENCE", "X-GOOGLE-CONFERENCE"):
        for each in properties.get(name, ()):
            link = clean_line(each.value.replace("\\,", ",").replace("\\;", ";"))
            if link.lower().startswith(("http://", "https://")) and " " not in link and _has_host(link):
                return link
    return ""


def _has_host(link: str) -> bool:
    try:
        return bool(urlsplit(link).hostname)
    except ValueError:
        return False


def categories_of(properties: Properties) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for each in properties.get("CATEGORIES", ()):
        values = split_on_unescaped_comma(each.value) if "\\" in each.value else each.value.split(",")
        found.update(dict.fromkeys(clip(clean_line(value), TITLE_MOST) for value in values[:CATEGORIES_MOST]))
    return tuple(category for category in found if category)[:CATEGORIES_MOST]


def _without_markup(text: str) -> str:
    reader = _Markup()
    try:
        reader.feed(text)
        reader.close()
    except (AssertionError, ValueError):  # what html.parser raises at some broken declarations
        return text
    return "".join(reader.parts).replace("\u00a0", " ")


class _Markup(HTMLParser):
    """The text of HTML: blocks on lines of their own, links as their addresses, no scripts."""

    _BLOCKS = frozenset("br p div li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote hr".split())

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "head", "title"):
            self._hidden += 1
        elif tag in self._BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head", "title"):
            self._hidden = max(self._hidden - 1, 0)
        elif tag in self._BLOCKS and tag not in ("br", "li"):
            self.parts.append("\n")
        elif tag == "a" and self._links:
            address, begin = self._links.pop()
            shown = "".join(self.parts[begin:]).strip()
            if address.startswith(("http://", "https://")) and shown != address:
                self.parts.append(f" ({address})" if shown else address)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
