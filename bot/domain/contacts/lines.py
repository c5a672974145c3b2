"""vCards, taken apart: octets to cards, cards to lines (RFC 6350 3.2, 3.3; RFC 2426; vCard 2.1), each line to what it
says.

vobject, the library that reads them, is a second opinion in tests. Here it lost the second line of every text that
phones write as quoted-printable, took a card inside a card for the end of the outer one, wrote lines it could not
read, with the words in them, to the log, and took six times as long.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from bot.domain.files.octets import line_decoded

VALUE_MOST = 50_000
"""Octets of one line; what is more is not held. Of those that are wanted a note is longest, 4,000 letters."""

_WANTED = frozenset(
    (
        *("FN", "N", "NICKNAME", "ORG", "TITLE", "ROLE", "EMAIL", "TEL", "URL", "IMPP", "ADR", "CATEGORIES", "NOTE"),
        *("X-SOCIALPROFILE", "SOCIALPROFILE", "X-SKYPE", "X-SKYPE-USERNAME", "X-JABBER", "X-AIM", "X-ICQ", "X-MSN"),
        *("X-QQ", "X-GTALK", "X-YAHOO", "X-TWITTER", "X-INSTAGRAM"),
    )
)
_MARK = "\xef\xbb\xbf"  # of UTF-8, where two files were put together; as Latin-1 has it
_HEAD = re.compile(r'(?:[^":]++|"[^"]*+")*+:')
_PARAM = re.compile(r';((?:[^";]++|"[^"]*+")*+)')
_CHARSET = re.compile(
    r"us-ascii|utf-?(?:8|16)|iso-8859-\d{1,2}|(?:windows-|cp)\d{3,4}|koi8-[ru]|shift[-_]jis|euc-(?:jp|kr)|iso-2022-jp"
    r"|gb2312|gbk|gb18030|big5",
    re.IGNORECASE,
)
"""Encodings of text; Python has others, such as one that takes a time of its own for each letter."""


class Line(NamedTuple):
    """One thing a card says. `value` is as it is written, escapes included."""

    name: str
    """Upper case, without its group."""
    params: Mapping[str, str]
    """By upper-case names."""
    value: str


@dataclass(slots=True)
class Card:
    """The lines of a card that are wanted. `is_whole`: it ends before the next one begins."""

    lines: list[Line] = field(default_factory=list)
    is_whole: bool = False


def cards_of(octets: bytes) -> Iterator[Card]:
    """Each card of a file. One within another (AGENT in vCard 2.1) is left out, as are lines that say nothing."""
    card: Card | None = None
    inner = 0
    awaits_agent = False
    for line in _whole_lines(octets):
        start = line[:12].rstrip().upper()
        if start == "BEGIN:VCARD":
            if card and awaits_agent:
                inner += 1
            else:
                if card:
                    yield card
                card, inner = Card(), 0
        elif start == "END:VCARD":
            if inner:
                inner -= 1
            elif card:
                card.is_whole = True
                yield card
                card = None
        elif card and not inner and (said := _said(line)):
            card.lines.append(said)
        awaits_agent = start.startswith("AGENT") and line.rstrip().endswith(":")
    if card:
        yield card


def _whole_lines(octets: bytes) -> Iterator[str]:
    """Unfolded, as Latin-1: octets are folded, not letters (RFC 6350 3.2), so a letter may lie on two lines.

    The end of a file in lines of quoted-printable text goes on as its encoding says (RFC 2045 6.7).
    """
    parts: list[str] = []
    size, softly = 0, False
    for line in io.StringIO(octets.decode("latin-1"), newline=None):
        text = line.rstrip("\n")
        if softly and not text[:10].upper().startswith(("END:VCARD", "BEGIN:VCAR")):
            parts[-1] = parts[-1].removesuffix("=")
        elif parts and text[:1] in (" ", "\t"):
            text = text[1:]
        else:
            if parts:
                yield "".join(parts)
            text = text.removeprefix(_MARK)
            parts, size, softly = [], 0, False
        is_quoted = softly or (not parts and _is_quoted(text))
        if size < VALUE_MOST:
            parts.append(text[:VALUE_MOST])
        size += len(text)
        softly = is_quoted and text.endswith("=") and size < VALUE_MOST
    if parts:
        yield "".join(parts)


def _is_quoted(line: str) -> bool:
    head, colon, _ = line[:500].partition(":")
    return bool(colon) and "QUOTED-PRINTABLE" in head.upper()


def _said(line: str) -> Line | None:
    """What a line says; None for one that is not wanted, or is none."""
    head, colon, value = line.partition(":")
    if not colon:
        return None
    name = head.partition(";")[0].rpartition(".")[2].strip().upper()
    if name not in _WANTED:
        return None
    if '"' in head:
        found = _HEAD.match(line)
        if not found:
            return None
        head, value = found[0][:-1], line[found.end() :]
    params = _params(head.partition(";")[2])
    text = _text(value, params)
    return None if text is None else Line(name, params, text)


@lru_cache(maxsize=256)
def _params(written: str) -> Mapping[str, str]:
    """Of vCard 2.1 too, which names none: "TEL;CELL;ENCODING=QUOTED-PRINTABLE"."""
    found: dict[str, str] = {}
    for part in _PARAM.findall(f";{written}" if written else ""):
        name, equals, value = part.partition("=")
        if not equals:
            name, value = "ENCODING" if name.upper() in ("QUOTED-PRINTABLE", "BASE64") else "TYPE", name
        found.setdefault(name.strip().upper(), line_decoded(value.strip().strip('"').encode("latin-1")))
    return found


def _text(value: str, params: Mapping[str, str]) -> str | None:
    encoding = params.get("ENCODING", "").upper()
    if value.isascii() and not encoding:
        return value
    octets = value.encode("latin-1")
    if encoding == "QUOTED-PRINTABLE":
        octets = binascii.a2b_qp(octets)
    elif encoding in ("BASE64", "B"):
        try:
            octets = binascii.a2b_base64(octets)
        except binascii.Error:
            return None
    charset = params.get("CHARSET", "")
    if charset and _CHARSET.fullmatch(charset):
        try:
            return octets.decode(charset)
        except (UnicodeDecodeError, LookupError):
            pass
    return line_decoded(octets)
