"""What a message that somebody points at tells of an event: its first line, its link, and the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.domain.events import DESCRIPTION_MOST, LINK_MOST, TITLE_MOST
from bot.domain.text import clean_line, clean_text, clip
from bot.request import Pointed

_URL = re.compile(r"https?://[^\s<>\"`|\\^{}]+", re.IGNORECASE)
_MARKS = "*_~`#>-•|= "
"""Around a line they are how chats write bold, headings, quotes and lists, and no part of a title."""


def from_message(pointed: Pointed) -> Mapping[str, str]:
    """The form of `event add`, as far as the message fills it.

    The title is the first line that is more than a link, the link the first one in the text, else the message's own.
    A title that is too long is cut and stands whole in `about`, as does all that follows it.
    """
    text = clean_text(pointed.text)
    title, rest = _title(text)
    about = text if len(title) > TITLE_MOST else rest
    return {
        "title": clip(title, TITLE_MOST),
        "link": link_in(text) or pointed.link,
        "about": clip(about, DESCRIPTION_MOST),
    }


def _title(text: str) -> tuple[str, str]:
    lines = text.split("\n")
    for number, line in enumerate(lines):
        title = clean_line(_URL.sub(" ", line)).strip(_MARKS)
        if title and any(letter.isalnum() for letter in title):
            return title, "\n".join(lines[:number] + lines[number + 1 :]).strip()
    return "", text


def link_in(text: str) -> str:
    """The first web address in a text, without the signs of the sentence around it; "" where there is none."""
    for found in _URL.finditer(text):
        url = found[0].rstrip(".,;:!?'*_~])") if "(" not in found[0] else found[0].rstrip(".,;:!?'*_~]")
        try:
            host = urlsplit(url).hostname
        except ValueError:  # "http://[": no address at all
            continue
        if host and len(url) <= LINK_MOST:
            return url
    return ""
