"""Text into tokens: what is typed is cleaned, bounded and cut into numbers, clock times, words and marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar, get_args

from bot.errors import Refused
from bot.i18n import N_

T = TypeVar("T")
Kind: TypeAlias = Literal["date", "clock", "number", "word", "mark"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LENGTH = 100
"""Characters a date may have: the longest way to say one is about half of that."""

LONGEST_ENTRY = 5
"""Tokens that one entry of a vocabulary may have: "day after tomorrow" has three, "a.m." four."""

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that are not seen: control, format (right-to-left overrides), surrogates, unassigned."""

_TOKEN = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9]))"
    r"|(?P<clock>[0-9]{1,2}:[0-9]{2}(?![0-9:]))"
    r"|(?P<number>[0-9]+)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<mark>\.\.|\S)"
)

_CJK = (
    (re.compile(r"([0-9]{4})[年년]\s*([0-9]{1,2})[月월]\s*([0-9]{1,2})[日일]"), r"\1-\2-\3"),
    (re.compile(r"([0-9]{1,2})[月월]\s*([0-9]{1,2})[日일]"), r"\2.\1."),
    (re.compile(r"([0-9]{1,2})[時时点點시]\s*([0-5][0-9])[分분]"), r"\1:\2"),
    (re.compile(r"([0-9]{1,2})[時时点點시]"), r"\1:00"),
)
"""Chinese, Japanese and Korean name the parts of a date after each number, without spaces."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    """As typed."""
    key: str
    """A word folded for looking it up; anything else as typed."""
    start: int
    end: int


def clean(text: str) -> str:
    """`text` with one form for each character and single spaces. Raises Refused when too long or unseen."""
    if len(text) > LENGTH:
        raise _too_long()
    text = unicodedata.normalize("NFKC", text.replace("\t", " ")).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if any(unicodedata.category(char) in HIDDEN for char in text):
        raise Refused(N_("A date cannot hold characters that are not seen. Type it instead of pasting it."))
    if len(text) > LENGTH:  # a single character can stand for eighteen
        raise _too_long()
    # digits of every script are digits: "٢٠٢٦" is 2026
    text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    for pattern, western in _CJK:
        text = pattern.sub(western + " ", text)
    return " ".join(text.split())


def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a cleaned text."""
    found = []
    for match in _TOKEN.finditer(text):
        kind = next(kind for kind in KINDS if match[kind] is not None)
        typed = match.group()
        key = fold(typed) if kind == "word" else typed
        found.append(Token(kind, typed, key, match.start(), match.end()))
    return tuple(found)


def fold(word: str) -> str:
    """`word` without case and accents, so that "März", "MÄRZ" and "marz" are one."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


class Cursor:
    """A place in a text that a grammar reads on from. Reading what is not there leaves it where it was."""

    __slots__ = ("_tokens", "at", "text")

    def __init__(self, text: str, found: tuple[Token, ...]) -> None:
        self.text = text
        self._tokens = found
        self.at = 0

    @property
    def done(self) -> bool:
        return self.at >= len(self._tokens)

    def peek(self, ahead: int = 0) -> Token | None:
        place = self.at + ahead
        return self._tokens[place] if 0 <= place < len(self._tokens) else None

    def key(self, ahead: int = 0) -> str:
        token = self.peek(ahead)
        return token.key if token else ""

    def is_number(self, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        return token is not None and token.kind == "number"

    def is_glued(self, ahead: int = 0) -> bool:
        """Whether the token follows the one before it without a space."""
        token, before = self.peek(ahead), self.peek(ahead - 1)
        return token is not None and before is not None and token.start == before.end

    def mark(self, *marks: str) -> bool:
        """Read one of `marks` if it is next."""
        token = self.peek()
        if token is None or token.kind != "mark" or token.key not in marks:
            return False
        self.at += 1
        return True

    def number(self, low: int, high: int, digits: int = 4) -> int | None:
        """Read a number from `low` to `high` if one is next."""
        token = self.peek()
        if token is None or token.kind != "number" or len(token.key) > digits or not low <= int(token.key) <= high:
            return None
        self.at += 1
        return int(token.key)

    def take(self, table: Mapping[str, T]) -> T | None:
        """Read the longest run of words that is in `table`; "a.m." and "sexta-feira" count as one word."""
        key, found, length = "", None, 0
        for ahead in range(LONGEST_ENTRY):
            token = self.peek(ahead)
            if token is None or token.kind not in ("word", "mark"):
                break
            key += token.key if ahead == 0 or self.is_glued(ahead) else f" {token.key}"
            if key in table:
                found, length = table[key], ahead + 1
        self.at += length
        return found

    def takes(self, words: Container[str]) -> bool:
        """Read one word (or mark) of `words` if it is next."""
        token = self.peek()
        if token is None or token.key not in words:
            return False
        self.at += 1
        return True

    def typed(self, start: int) -> str:
        """What was typed from token `start` up to here."""
        return self.text[self._tokens[start].start : self._tokens[self.at - 1].end]


def _too_long() -> Refused:
    return Refused(N_("A date can have {most} characters at most. Try 'Friday 19:00'."), most=LENGTH)
