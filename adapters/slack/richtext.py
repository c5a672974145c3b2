"""Rich text as the elements of a rich_text section. People's words stand in `text` elements, which Slack never reads.

Nothing is escaped there, and nothing needs to be: `<!channel>`, `*_~`, `&lt;` and addresses are shown as they are.
Pieces become (Slack: Rich text block, Element types):

    words, Bold, Code   text, with the style bold or code; words side by side are one element
    Link                link, with its text unless that is the address itself
    When                date: Slack shows it in each reader's zone and language; `fallback` says it in UTC
    Mention             user, for people of the home (enterprise or team) that is written to; others by name
"""

from __future__ import annotations

import re
from datetime import UTC
from html import escape
from typing import Any, assert_never
from urllib.parse import quote

from bot.domain.text import safe, safe_line, web_address
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, WhenStyle

Json = dict[str, Any]  # Any: what goes over the wire

FORMATS = {
    WhenStyle.FULL: "{date_long_pretty} {time}",
    WhenStyle.DATE: "{date_long}",
    WhenStyle.TIME: "{time}",
    WhenStyle.RELATIVE: "{date_long_pretty} {time}",
}
"""Slack, Date element: {date_long} has the weekday, {date_long_pretty} says today, tomorrow, yesterday.

Its {ago} counts only back, so what is yet to come is told by its day.
"""
MOMENT_LENGTH = 40
"""About what a moment takes when it is shown: "Wednesday, September 23rd, 2026 at 10:30 PM"."""
MENTION_LENGTH = 20
"""What a mention counts at least: names may be longer than what was known of them."""


def elements(text: Rich, home: str = "") -> list[Json]:
    """The elements of a section; none for a text that shows nothing.

    `home` is the enterprise or team whose people can be mentioned where it is written to; "" for anybody.
    """
    found: list[Json] = []
    for element in (each for piece in text.pieces for each in _elements(piece, home)):
        before = found[-1] if found else {}
        if element["type"] == before.get("type") == "text" and element.get("style") == before.get("style"):
            before["text"] += element["text"]
        else:
            found.append(element)
    return found


def headline(title: Rich, home: str = "") -> list[Json]:
    """A title on one line, all of it bold."""
    pieces = [Bold(" ".join(safe(_words(piece)).split("\n"))) if _is_words(piece) else piece for piece in title.pieces]
    return [each | {"style": {"bold": True}} for each in elements(Rich(tuple(pieces)), home)]


def measure(text: Rich) -> int:
    """Characters as they are shown, with the addresses of links: a card of links is a long one to Slack as well."""
    return sum(_length(piece) for piece in text.pieces)


def linked(url: str, schemes: tuple[str, ...] = ("http", "https")) -> str:
    """The address as a link or button takes it, if it is one for a browser; else ""."""
    return quote(web_address(url, schemes), safe="!#$%&'()*+,/:;=?@[]~-._")


def fallback(text: Rich) -> str:
    """The text for where no blocks are shown (notifications, screen readers), in what Slack reads as mrkdwn.

    `&`, `<` and `>` are escaped; only a moment is written in Slack's own way, so that it has the reader's zone.
    """
    return "".join(_fallback(piece) for piece in text.pieces)


def user_in(account: str, home: str) -> str:
    """Slack's own id of somebody whose account belongs to `home` ("" for any); "" for anybody else."""
    found = re.fullmatch(r"([ET][A-Z0-9]{1,20})\.([UW][A-Z0-9]{1,20})", account)
    return found[2] if found and home in ("", found[1]) else ""


def _elements(piece: Piece, home: str) -> list[Json]:
    match piece:
        case str():
            return _text(piece)
        case Bold(text):
            return _text(text, "bold" if text.strip() else "")
        case Code(text):
            return _text(text, "code" if text.strip() else "")
        case Link():
            return _link(piece)
        case When(at, style):
            said = {"timestamp": int(at.timestamp()), "format": FORMATS[style], "fallback": _utc(piece)}
            return [{"type": "date"} | said]
        case Mention(platform, account, name):
            user = user_in(account, home) if platform == "slack" else ""
            return [{"type": "user", "user_id": user}] if user else _text(f"@{name}")
        case _:
            assert_never(piece)


def _text(text: str, style: str = "") -> list[Json]:
    text = safe(text)
    if not text:
        return []
    return [{"type": "text", "text": text} | ({"style": {style: True}} if style else {})]


def _link(link: Link) -> list[Json]:
    address = linked(link.url)
    label = safe_line(link.text)
    if not address:
        return _text(f"{label} ({link.url})" if link.url and link.url != link.text else label)
    if not label or label == safe_line(link.url):
        return [{"type": "link", "url": address}]
    if "://" in label:  # an address that leads to another one is shown beside it
        return [*_text(f"{label} ("), {"type": "link", "url": address}, *_text(")")]
    return [{"type": "link", "url": address, "text": label}]


def _length(piece: Piece) -> int:
    match piece:
        case str():
            return len(safe(piece))
        case Bold(text) | Code(text):
            return len(safe(text))
        case Link(text, url):
            return len(safe_line(text)) + len(linked(url) or url) + 3
        case When():
            return MOMENT_LENGTH
        case Mention(name=name):
            return max(MENTION_LENGTH, len(safe(name)) + 1)
        case _:
            assert_never(piece)


def _fallback(piece: Piece) -> str:
    match piece:
        case str():
            return escape(safe(piece), quote=False)
        case Bold(text) | Code(text):
            return escape(safe(text), quote=False)
        case Link(text, url):
            return escape(safe_line(text or url), quote=False)
        case When(at, style):
            return f"<!date^{int(at.timestamp())}^{FORMATS[style]}|{_utc(piece)}>"
        case Mention(name=name):
            return escape(safe(f"@{name}"), quote=False)
        case _:
            assert_never(piece)


def _utc(when: When) -> str:
    """What stands there where Slack cannot show a date; nobody's zone is known then."""
    at = when.at.astimezone(UTC)
    match when.style:
        case WhenStyle.DATE:
            return f"{at:%Y-%m-%d}"
        case WhenStyle.TIME:
            return f"{at:%H:%M} UTC"
        case WhenStyle.FULL | WhenStyle.RELATIVE:
            return f"{at:%Y-%m-%d %H:%M} UTC"


def _is_words(piece: Piece) -> bool:
    return isinstance(piece, str | Bold | Code)


def _words(piece: Piece) -> str:
    assert isinstance(piece, str | Bold | Code)
    return piece if isinstance(piece, str) else piece.text
