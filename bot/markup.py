"""Inline rich text as data. A `str` is always literal: people's words can smuggle in no markup, link or mention."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Bold:
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Something to be typed as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


class WhenStyle(StrEnum):
    FULL = "full"
    """Weekday, date, time, and the zone where the platform does not turn it into the reader's own."""
    DATE = "date"
    TIME = "time"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class When:
    """A moment (aware), shown to each reader in their own zone."""

    at: datetime
    style: WhenStyle = WhenStyle.FULL

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a moment to show must be aware")


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody, notified where the platform can. The only way for the bot to ping anybody."""

    platform: str
    account: str
    name: str


Piece = str | Bold | Code | Link | When | Mention


@dataclass(frozen=True, slots=True)
class Rich:
    pieces: tuple[Piece, ...] = ()

    def __bool__(self) -> bool:
        return any(piece != "" for piece in self.pieces)

    def __add__(self, other: Rich | Piece) -> Rich:
        return rich(self, other)


def rich(*parts: Rich | Piece) -> Rich:
    """Join pieces and rich texts into one."""
    pieces: list[Piece] = []
    for part in parts:
        if isinstance(part, Rich):
            pieces.extend(part.pieces)
        elif part != "":
            pieces.append(part)
    return Rich(tuple(pieces))


def joined(parts: Iterable[Rich | Piece], between: str) -> Rich:
    """Rich texts one after another with `between` in the gaps; empty ones are left out."""
    found: list[Rich | Piece] = []
    for part in parts:
        if part:
            found += [between, part] if found else [part]
    return rich(*found)
