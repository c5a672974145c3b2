"""Connections as files: vCard 4.0 (RFC 6350), and a table that every spreadsheet opens and none runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from uuid import NAMESPACE_URL, uuid5

from bot.domain.connections import Entry, Happening, Promise, Side, Standing, Timeline
from bot.domain.contacts.columns import FIELDS
from bot.domain.files.cells import defused

FOLD = 75
"""Octets in a line, its end not counted (RFC 6350 3.2)."""

COLUMNS = (
    *(field for field in FIELDS if field not in ("first", "middle", "last")),
    *("every", "i_owe", "they_owe"),
)
"""Of our table. The last three are for reading: what we owe and how often is nothing that a file should bring in."""


def write_vcards(timelines: Sequence[Timeline], home: str) -> bytes:
    """Everybody as vCards. `home` makes their UIDs ours: the same person has the same one in every export."""
    lines = [line for timeline in timelines for line in _card(timeline, home)]
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode("utf-8", "replace")


def write_table(timelines: Sequence[Timeline]) -> bytes:
    """Everybody as a table: UTF-8 with its mark, so that spreadsheets read it as such."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for timeline in timelines:
        writer.writerow([defused(cell) for cell in _row(timeline)])
    return out.getvalue().encode("utf-8-sig", "replace")


def _card(timeline: Timeline, home: str) -> Iterator[str]:
    known, about = timeline.connection, timeline.connection.about
    given, _, family = about.name.rpartition(" ")
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    yield f"UID:urn:uuid:{uuid5(NAMESPACE_URL, f'{home}/connections/{known.id}')}"
    yield f"FN:{_text(about.name)}"
    yield f"N:{_text(family)};{_text(given)};;;"
    for name, value in (("ROLE", about.role), ("ORG", about.company)):
        if value:
            yield f"{name}:{_text(value)}"
    if about.city:
        yield f"ADR:;;;{_text(about.city)};;;"
    for name, values in (("EMAIL", about.emails), ("TEL", about.phones)):
        for value in values:
            yield f"{name}:{_text(value)}"
    for link in about.links:
        yield f"URL:{_uri(link)}"
    for handle in about.handles:
        yield f"X-SOCIALPROFILE;VALUE=text:{_text(handle)}"
    if about.tags:
        yield f"CATEGORIES:{','.join(_text(tag) for tag in about.tags)}"
    if note := _notes(timeline):
        yield f"NOTE:{_text(note)}"
    yield "END:VCARD"


def _row(timeline: Timeline) -> Sequence[str]:
    known, about = timeline.connection, timeline.connection.about
    met = _first(timeline)
    values = {
        "name": about.name,
        "role": about.role,
        "company": about.company,
        "email": ", ".join(about.emails),
        "phone": ", ".join(about.phones),
        "link": " ".join(about.links),
        "handle": ", ".join(about.handles),
        "city": about.city,
        "tags": ", ".join(about.tags),
        "notes": _notes(timeline),
        "met": met.text if met else "",
        "met_on": met.at.date().isoformat() if met else "",
        "introduced_by": about.introduced_by,
        "last_contact": known.last_contact.isoformat(),
        "every": f"{known.cadence.count} {known.cadence.unit.value}" if known.cadence else "",
        "i_owe": _owed(timeline.promises, Side.MINE),
        "they_owe": _owed(timeline.promises, Side.THEIRS),
    }
    return [values[column] for column in COLUMNS]


def _first(timeline: Timeline) -> Entry | None:
    met = [entry for entry in timeline.entries if entry.kind is Happening.MET]
    return min(met, key=lambda entry: entry.at, default=None)


def _notes(timeline: Timeline) -> str:
    return "\n".join(entry.text for entry in reversed(timeline.entries) if entry.kind is Happening.NOTE)


def _owed(promises: Sequence[Promise], side: Side) -> str:
    open_ = [each for each in promises if each.side is side and each.standing is Standing.OPEN]
    return "; ".join(f"{each.text} ({each.due.wall.date().isoformat()})" if each.due else each.text for each in open_)


def _text(value: str) -> str:
    """A text value (RFC 6350 3.4), with what would end a line or a part escaped."""
    escaped = value.replace("\\", "\\\\").replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return escaped.replace(",", "\\,").replace(";", "\\;")


def _uri(link: str) -> str:
    return "".join(each for each in link if each.isprintable() and each != " ")


def _folded(line: str) -> Iterator[str]:
    """In pieces of at most `FOLD` octets, no letter cut; all but the first begin with a space."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode("utf-8", "replace"))
        if size + octets > FOLD:
            yield piece
            piece, size = " ", 1
        piece += letter
        size += octets
    yield piece
