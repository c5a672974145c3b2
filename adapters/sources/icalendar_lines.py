"""iCalendar text, taken apart: bytes to lines, lines to components, lines of a component to properties.

Of icalendar's parser only the reading of a single line with parameters is used. Its `Component.from_ical` builds
every property of every component at once, fails a whole file for one broken line outside an event, and keeps
what custom zones it met for as long as the process lives. Taking only the lines that are wanted costs a fraction
of it, and a broken event loses itself alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from icalendar.parser import Contentline

from adapters.sources.pages_text import encoding_of
from bot.errors import Refused
from bot.i18n import N_

DEPTH_MOST = 50
"""Components inside components; real ones are three deep."""

NOT_A_CALENDAR = N_("This is not a calendar: an iCalendar file (.ics) begins with BEGIN:VCALENDAR. Export it again.")

# Octets are folded, not letters (RFC 5545 3.1), so lines are joined before they are decoded. The look-behind
# keeps a long run of empty lines from being tried at each of them.
_FOLD = re.compile(rb"(?<!\n)\n+[ \t]")
_PLAIN: Mapping[str, str] = {}


class Property(NamedTuple):
    params: Mapping[str, str]
    """By their upper-case names; several values are joined by commas."""
    value: str
    """As it is written, escapes included."""


Properties = Mapping[str, Sequence[Property]]
"""By upper-case name, in the order they are written."""


@dataclass(slots=True)
class Piece:
    """A component as its lines."""

    kind: str
    calendar: int
    """Which VCALENDAR of the file it stands in, from 0; -1 for none."""
    lines: list[str] = field(default_factory=list)
    inner: list[Piece] = field(default_factory=list)
    is_whole: bool = True
    """False when the file ends inside it."""


def lines_of(data: bytes, charset: str = "") -> list[str]:
    """The unfolded lines of `data`: UTF-8, UTF-16 with its mark, what its header said it is in (`charset`), or what is
    none of these line by line as Windows-1252.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", errors="replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    data = _FOLD.sub(b"", data)
    try:
        return data.decode().split("\n")  # whatever the header says: many say Latin-1 of everything
    except UnicodeDecodeError:
        try:
            return data.decode(encoding_of(charset) or "utf-8").split("\n")
        except UnicodeDecodeError:
            return [_decoded(line) for line in data.split(b"\n")]


def pieces_of(lines: list[str]) -> list[Piece]:
    """Every component that stands directly in a calendar or alone, and every VEVENT wherever it stands, in order.

    Each VCALENDAR is a piece as well, for its own properties. A component without its END ends where its parent
    does, or where the next event begins. Raises Refused for what is no calendar, or one nested beyond all sense.
    """
    found: list[Piece] = []
    stack: list[Piece] = []
    calendars = 0
    for line in lines:
        start = line[:6].upper()
        if start == "BEGIN:":
            kind = line[6:].strip().upper()
            if kind == "VEVENT":
                del stack[_index(stack, "VEVENT", len(stack)) :]
            piece = Piece(kind, calendars - 1 if stack else -1)
            if kind == "VCALENDAR":
                stack.clear()
                piece.calendar = calendars
                calendars += 1
            if not stack or stack[-1].kind == "VCALENDAR" or kind == "VEVENT":
                found.append(piece)
            else:
                stack[-1].inner.append(piece)
            stack.append(piece)
            if len(stack) > DEPTH_MOST:
                raise Refused(NOT_A_CALENDAR)
        elif start.startswith("END:"):
            del stack[_index(stack, line[4:].strip().upper(), len(stack)) :]
        elif stack:
            stack[-1].lines.append(line)
    for piece in stack:
        piece.is_whole = False
    if not any(piece.kind.startswith("V") for piece in found):
        raise Refused(NOT_A_CALENDAR)
    return found


def properties_of(piece: Piece, wanted: Collection[str]) -> dict[str, list[Property]]:
    """Its own properties of the `wanted` names, in order. A line that is none is as good as not there."""
    found: dict[str, list[Property]] = {}
    for line in piece.lines:
        head, colon, value = line.partition(":")
        name, semicolon, _ = head.partition(";")
        name = name.strip().upper()
        if name not in wanted or not colon:
            continue
        params = _PLAIN
        if semicolon:
            try:
                params, value = _params_of(line) if '"' in head else (_simple_params(head), value)
            except ValueError:
                continue
        found.setdefault(name, []).append(Property(params, value))
    return found


def _index(stack: list[Piece], kind: str, otherwise: int) -> int:
    """Where the innermost open component of this kind is."""
    return next((index for index in range(len(stack) - 1, -1, -1) if stack[index].kind == kind), otherwise)


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


@lru_cache(maxsize=256)
def _simple_params(head: str) -> Mapping[str, str]:
    return _params_of(head + ":")[0]


def _params_of(line: str) -> tuple[Mapping[str, str], str]:
    """The parameters and the value of a line. Raises ValueError."""
    _, params, value = Contentline(line).raw_parts()  # type: ignore[no-untyped-call]  # its __new__ has no types
    return {name.upper(): _joined(each) for name, each in params.items()}, value


def _joined(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def each_of(pieces: list[Piece], kind: str) -> Iterator[Piece]:
    return (piece for piece in pieces if piece.kind == kind)


def first_of(properties: Properties, name: str) -> str:
    """The value of the first property of this name, or ""."""
    return properties[name][0].value if name in properties else ""
