"""Rich text as Discord's markdown. People's words stay words: whatever Discord would act on stands behind a "\\"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import assert_never
from urllib.parse import quote

from bot.domain.text import safe, safe_line, web_address
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, WhenStyle

_ANYWHERE = re.compile(
    r"[\\`*_~|<\[\]@]"  # emphasis, code, spoilers, links, mentions, moments, emoji of servers
    r"|:(?=//)"  # addresses: what people typed is to be read, not to be tapped
    r"|(?:(?<=discord)|(?<=discordapp))\.(?=\w)",  # invites, which count without a scheme as well
    re.IGNORECASE,
)
_LINE_START = re.compile(r"^([^\S\n]*)([#>+.-])", re.MULTILINE)  # headings, quotes, lists, small print
_NUMBERED = re.compile(r"^([^\S\n]*\d+)([.)])", re.MULTILINE)
_BETWEEN = "\u200b"

STYLES = {WhenStyle.DATE: "D", WhenStyle.TIME: "t", WhenStyle.RELATIVE: "R"}


@lru_cache(maxsize=512)  # an answer is measured several times before it is written
def escaped(text: str) -> str:
    """People's words, shown by Discord as they stand. The start of `text` counts as the start of a line."""
    text = safe(text)
    if text.isalnum() and not text.isdigit():
        return text
    text = _ANYWHERE.sub(r"\\\g<0>", text)
    return _NUMBERED.sub(r"\1\\\2", _LINE_START.sub(r"\1\\\2", text))


def markdown(text: Rich) -> str:
    """The text as a text display takes it. A full moment brings "in two days" behind it in brackets."""
    written: list[str] = []
    for piece in text.pieces:
        said = _piece(piece)
        if written and said.startswith("**") and written[-1].endswith("**"):
            written.append(_BETWEEN)  # two bold pieces side by side would be one with asterisks in it
        written.append(said)
    return "".join(written)


def measure(text: Rich) -> int:
    """Characters as Discord counts them: of the markdown, in code points."""
    return sum(len(_piece(piece)) for piece in text.pieces)


def mentioned(text: Rich, platform: str) -> list[str]:
    """The accounts of `platform` that the text means to notify."""
    found = [piece.account for piece in text.pieces if isinstance(piece, Mention) and piece.platform == platform]
    return [account for account in found if _is_id(account)]


def _piece(piece: Piece) -> str:
    match piece:
        case str():
            return escaped(piece)
        case Bold(text):
            return f"**{escaped(text)}**" if text.strip() else escaped(text)
        case Code(text):
            is_simple = text.strip() and "`" not in text and "\n" not in text
            return f"`{safe_line(text)}`" if is_simple else escaped(text)
        case Link(text, url):
            return _link(text, url)
        case When():
            return _moment(piece)
        case Mention(platform, account, name):
            return f"<@{account}>" if platform == "discord" and _is_id(account) else escaped(f"@{name}")
        case _:
            assert_never(piece)


def _link(text: str, url: str) -> str:
    address = web_address(url)
    label = safe_line(text)
    if not address:
        return escaped(f"{label} ({url})" if url and url != text else label)
    address = quote(address, safe="!#$%&'*+,/:;=?@[]~-._")
    if not label or label == web_address(url) or "://" in label:  # Discord makes no link of words with an address
        return f"<{address}>" if not label or label == web_address(url) else f"{escaped(label)} (<{address}>)"
    return f"[{escaped(label)}](<{address}>)"


def _moment(when: When) -> str:
    stamp = int(when.at.timestamp())
    if when.style is WhenStyle.FULL:
        return f"<t:{stamp}:F> (<t:{stamp}:R>)"
    return f"<t:{stamp}:{STYLES[when.style]}>"


def _is_id(account: str) -> bool:
    return account.isascii() and account.isdigit() and len(account) <= 20
