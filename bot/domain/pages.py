"""What a page of the web says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.events import Price
from bot.domain.resources import Kind


@dataclass(frozen=True, slots=True)
class Page:
    """Cleaned by `clean_line` and `clean_text`, cut to what a resource holds; what it does not say is empty.

    `url` is where it was found in the end, after redirects; `canonical` what it calls its own address (absolute,
    http or https, of the same site), "" where it does not.
    """

    url: str
    canonical: str = ""
    title: str = ""
    description: str = ""
    site: str = ""
    """The site's name, else its host without "www."."""
    kind: Kind | None = None
    language: str = ""
    """ISO 639-1, lower case, two letters."""
    price: Price | None = None


class Found(StrEnum):
    """What became of a look at a link."""

    ALIVE = "alive"
    GONE = "gone"
    """404 or 410: surely gone."""
    UNREACHABLE = "unreachable"
    """No such host, no answer, a broken certificate, 5xx: perhaps for a while only."""
    REFUSED = "refused"
    """401, 403, 429, robots.txt: it does not want to be looked at; that says nothing about people who open it."""
    UNSAFE = "unsafe"
    """It leads to where nothing public is."""


@dataclass(frozen=True, slots=True)
class Look:
    """`reason` is for the log and for organisers: "404", "no such host". `url` is where it led in the end."""

    found: Found
    reason: str = ""
    url: str = ""
