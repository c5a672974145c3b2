"""Rows of a table, told from a file whatever parts its cells; one that cannot be read harms no other."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.domain.places import fold
from bot.i18n import N_

DELIMITERS = (",", ";", "\t")
HEADER_WITHIN = 30
"""Lines in which the header is looked for: some programs write a preface."""
COLUMNS_MOST = 500
CELL_MOST = 131_072
"""Characters: what Python's csv reads, and what we take of a line."""

UNREADABLE = N_("A quotation mark in it is never closed, or it is longer than a line of a table can be.")


@dataclass(frozen=True, slots=True)
class Skipped:
    """What could not be taken: the line or the card it begins at, counted from 1, and why (marked with `N_`)."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table begins: the row its header stands in (from 1), what parts its cells, and they.

    `is_known`: some of the names say what their column holds.
    """

    row: int
    delimiter: str
    cells: tuple[str, ...]
    is_known: bool = True


def header_of(text: str, known: Callable[[Sequence[str]], int], said: Sequence[str] = ()) -> Header | None:
    """Of the first rows the one with most names that are known or `said`, else the first with several cells.

    `known` counts the names in a row that say what their column holds.
    """
    lines = [line for line in islice(io.StringIO(text, newline=""), HEADER_WITHIN) if len(line) <= CELL_MOST]
    named = {fold(name) for name in said}
    best: tuple[int, Header] | None = None
    first: Header | None = None
    for delimiter in DELIMITERS:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        for number, row in enumerate(rows, 1):
            cells = tuple(cell.strip() for cell in row)
            if len(cells) > COLUMNS_MOST:
                continue
            count = known(cells) + sum(fold(cell) in named for cell in cells)
            if count and (best is None or count > best[0]):
                best = count, Header(number, delimiter, cells)
            if first is None and sum(map(bool, cells)) > 1:
                first = Header(number, delimiter, cells, is_known=False)
    return best[1] if best else first


def rows_of(text: str, header: Header) -> Iterator[tuple[int, Sequence[str]] | Skipped]:
    """The rows behind the header that have something in them, each with its number, the first of the file being 1."""
    lines = _Lines(text)
    rows = csv.reader(lines, delimiter=header.delimiter)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:
            row = None
        if row is None or (lines.is_at_end and len(lines.held) > 1 and not _is_closed(lines.held, header.delimiter)):
            # all that stands behind the mark would be swallowed: read on in the line after it
            lines.turn_back()
            rows = csv.reader(lines, delimiter=header.delimiter)
            if number > header.row:
                yield Skipped(number, UNREADABLE)
            continue
        lines.held.clear()
        if number > header.row and any(cell.strip() for cell in row):
            yield number, tuple(row)  # which Python's garbage collection leaves alone, other than a list


class _Lines:
    """The lines of a text, with those of the row that is being read, so that it can be begun again."""

    def __init__(self, text: str) -> None:
        self._file = io.StringIO(text, newline="")
        self._again: list[str] = []
        self.held: list[str] = []
        self.is_at_end = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._file.readline()
        if not line:
            self.is_at_end = True
            raise StopIteration
        self.held.append(line)
        if len(line) > CELL_MOST:
            raise csv.Error
        return line

    def turn_back(self) -> None:
        """All lines but the first that is held are to come again."""
        self._again += reversed(self.held[1:])
        self.held.clear()
        self.is_at_end = False


def _is_closed(lines: Sequence[str], delimiter: str) -> bool:
    try:
        for _ in csv.reader(lines, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" not in str(error)
    return True
