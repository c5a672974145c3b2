"""What schema.org items look like when they are told: plain JSON, bounded, the same from every notation.

An item is an object: "@type" is a list of names ("Event", without schema.org's address), every other key a property
with a text, a number, a truth, an item, or a list of them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Item = dict[str, Json]

ITEMS_MOST = 500
_DEPTH_MOST = 12
_TEXT_MOST = 5_000
_LIST_MOST = 200
_SCHEMA = re.compile(r"^(?:https?://(?:www\.)?schema\.org/|schema:)", re.IGNORECASE)
# strings are matched so that what looks like a comment inside them stays
_COMMENTS = re.compile(r'("(?:[^"\\]|\\.)*+")|//[^\n]*+|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r'("(?:[^"\\]|\\.)*+")|,(?=\s*[}\]])', re.DOTALL)
_WRAPPED = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?)\s*$"
)


class Allowance:
    """How many letters and values one page may still tell."""

    def __init__(self, letters: int = 150_000, values: int = 10_000) -> None:
        self.letters, self.values = letters, values

    def bounded(self, value: object, depth: int = 0) -> Json:
        """`value` cut to what is left; types and names of properties without schema.org's address."""
        self.values -= 1
        if self.values < 0 or depth > _DEPTH_MOST:
            return None
        match value:
            case str():
                return self._text(value)
            case bool() | None | float() | int():
                return value
            case list():
                return [self.bounded(each, depth + 1) for each in value[:_LIST_MOST]]
            case dict():
                return {
                    self._text(plain(str(key))): (
                        self.bounded(types(each), depth + 1) if key == "@type" else self.bounded(each, depth + 1)
                    )
                    for key, each in list(value.items())[:_LIST_MOST]
                }
            case _:
                return self._text(str(value))

    def _text(self, text: str) -> str:
        taken = text[: max(0, min(_TEXT_MOST, self.letters))]
        self.letters -= len(taken)
        return taken


def plain(name: str) -> str:
    """A name of schema.org's without its address."""
    return _SCHEMA.sub("", name.strip())


def types(value: object) -> list[str]:
    """The names of types, however many were said."""
    said = value if isinstance(value, list) else [value]
    return [plain(each) for each in said if isinstance(each, str)]


def items_in(script: str) -> Iterator[dict[str, object]]:
    """The items of a JSON-LD script, with what people and their tools get wrong forgiven; none in what is no JSON."""
    waiting = [_parsed(script)]
    for _ in range(ITEMS_MOST):
        if not waiting:
            return
        told = waiting.pop(0)
        if isinstance(told, list):
            waiting[:0] = told[:ITEMS_MOST]
        elif isinstance(told, dict) and "@graph" in told:
            waiting.insert(0, told.pop("@graph"))
            if "@type" in told:
                yield told
        elif isinstance(told, dict) and told:
            yield told


def _parsed(script: str) -> object:
    text = _WRAPPED.sub("", _WRAPPED.sub("", script)).strip().rstrip(";")
    for mend in (_as_it_is, _mended, _unescaped):
        try:
            return _DECODER.decode(mend(text))
        except ValueError:
            continue
        except RecursionError:
            return None
    return None


def _as_it_is(text: str) -> str:
    return text


def _mended(text: str) -> str:
    """Without comments and commas before an end."""
    return _TRAILING.sub(_only_strings, _COMMENTS.sub(_only_strings, text))


def _unescaped(text: str) -> str:
    """What was escaped for HTML, as scripts must not be."""
    return _mended(html.unescape(text))


def _only_strings(found: re.Match[str]) -> str:
    return found[1] or ""


def _no_number(_: str) -> None:
    return None


_DECODER = json.JSONDecoder(strict=False, parse_constant=_no_number)  # control characters in texts are let through
