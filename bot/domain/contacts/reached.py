"""How somebody is reached: what people write in one breath, told apart by how it looks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypedDict

_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
_PHONE = re.compile(r"\+?[\d\s()./-]{6,30}")
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+([/?#].*|$)")


class Reached(TypedDict):
    """As `bot.domain.connections.About` has it."""

    handles: tuple[str, ...]
    links: tuple[str, ...]
    emails: tuple[str, ...]
    phones: tuple[str, ...]


def told_apart(written: Iterable[str]) -> Reached:
    """Addresses, numbers and links by their looks; all else is a handle. Each once, in their order."""
    found: dict[str, dict[str, None]] = {"handles": {}, "links": {}, "emails": {}, "phones": {}}
    for each in written:
        found[_kind(each)][each] = None
    return Reached(
        handles=tuple(found["handles"]),
        links=tuple(_with_scheme(each) for each in found["links"]),
        emails=tuple(found["emails"]),
        phones=tuple(found["phones"]),
    )


def _kind(text: str) -> str:
    if _EMAIL.fullmatch(text):
        return "emails"
    if _PHONE.fullmatch(text) and sum(each.isdigit() for each in text) >= 6:
        return "phones"
    if is_link(text) or _HOST.fullmatch(text):
        return "links"
    return "handles"


def is_link(text: str) -> bool:
    """What a browser opens. Other schemes are words: nobody should press them."""
    return text[:8].casefold().startswith(("https://", "http://"))


def _with_scheme(link: str) -> str:
    return link if is_link(link) else f"https://{link}"
