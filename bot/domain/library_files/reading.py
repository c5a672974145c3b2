"""A file of links, whatever it is: told by what stands in it, not by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from types import MappingProxyType

from bot.domain.files.cells import fused
from bot.domain.files.octets import decoded, octets_of
from bot.domain.files.rows import Skipped, header_of, rows_of
from bot.domain.library_files.records import ENTRIES_MOST, FILE_MOST, FORMS, Entry, FromFile, entry_of, too_many
from bot.domain.places import fold
from bot.errors import Refused
from bot.i18n import N_

FIELDS: Mapping[str, str] = {
    "link": "link|url|address|href|given url|resolved url|adresse",
    "title": "title|name|resolved title|given title|titel",
    "description": "description|excerpt|summary|beschreibung",
    "note": "note|notes|comment|notiz|notizen|kommentar",
    "topic": "topic|folder|collection|thema|ordner",
    "tags": "tags|tag|labels|tag names|schlagworte",
    "kind": "kind|type|art",
    "level": "level|stufe",
    "price": "price|preis",
    "site": "site|website|seite",
    "language": "language|sprache",
    "law": "law|jurisdiction|recht",
    "review": "review|review by|review_by|look at it again by",
}
"""How programs call what we keep; the first is our own."""

_KNOWN = {fold(name): (field, rank) for field, names in FIELDS.items() for rank, name in enumerate(names.split("|"))}

_BOOKMARKS = re.compile(r"\s*(?:<!doctype netscape-bookmark|<(?:html|dl|h1|title|meta|!--)\b)", re.IGNORECASE)
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>a|h[1-6]|dl|dt|dd|p|hr|title)\b"
    r"(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_MARKUP = re.compile(r"<[^<>]{0,200}>")
_FOLDERS_MOST = 5
"""Innermost folders that are looked at."""


def read_library(content: bytes, topics: Mapping[str, str]) -> FromFile:
    """All links of a file: bookmarks (HTML) or a table (CSV). `topics` are their keys by their folded names.

    Time and memory are in proportion to the file: call it in a thread. Raises Refused for what is neither, for more
    than `FILE_MOST` bytes, and for more than `ENTRIES_MOST` links.
    """
    text = decoded(octets_of(content, FILE_MOST, FORMS)).replace("\0", "")
    told = _bookmarks(text, topics) if _BOOKMARKS.match(text) else _table(text, topics)
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for each in told:
        if isinstance(each, Skipped):
            skipped.append(each)
        else:
            entries.append(each)
        if len(entries) + len(skipped) > ENTRIES_MOST:
            raise too_many()
    if not entries and not skipped:
        raise Refused(N_("There are no links in this file. Export your bookmarks as HTML, or a table as .csv."))
    return FromFile(tuple(entries), tuple(skipped))


def _table(text: str, topics: Mapping[str, str]) -> Iterator[Entry | Skipped]:
    header = header_of(text, lambda cells: len(_columns(cells)))
    columns = _columns(header.cells) if header else MappingProxyType({})
    if header is None or "link" not in columns:
        raise Refused(N_("This is neither bookmarks (.html) nor a table (.csv) with a column called link or URL."))
    for row in rows_of(text, header):
        if isinstance(row, Skipped):
            yield row
            continue
        number, cells = row
        told = {
            field: next((fused(cells[place]) for place in places if place < len(cells) and cells[place].strip()), "")
            for field, places in columns.items()
        }
        yield entry_of(number, told, (), topics)


def _columns(cells: Sequence[str]) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for place, name in enumerate(cells):
        field, rank = _KNOWN.get(fold(name), ("", 0))
        if field:
            found.setdefault(field, []).append((rank, place))
    return {field: [place for _, place in sorted(ranked)] for field, ranked in found.items()}


def _bookmarks(text: str, topics: Mapping[str, str]) -> Iterator[Entry | Skipped]:
    """NETSCAPE-Bookmark-file-1: nothing is ever closed for sure, so only what begins counts."""
    folders: list[str] = []
    link: dict[str, str] = {}
    named = title = said = state = ""
    line, counted = 1, 0
    begun = before = 0
    for tag in _TAG.finditer(text):
        words = text[before : tag.start()]
        before = tag.end()
        if state == "folder":
            named += _plain(words)
        elif state == "link":
            title += _plain(words)
        elif state == "said":
            said += _plain(words)
        name, is_end = tag["name"].lower(), bool(tag["end"])
        if name == "p":
            continue
        if link and (name in ("dt", "dl", "hr", "a") or name[0] == "h") and not (name == "a" and is_end):
            yield entry_of(begun, _told(link, title, said), folders[-_FOLDERS_MOST:], topics)
            link = {}
        state = ""
        if is_end:
            if name == "dl" and folders:
                folders.pop()
        elif name == "a":
            line += text.count("\n", counted, tag.start())
            counted, begun = tag.start(), line
            link, title, said, state = _attributes(tag["rest"]), "", "", "link"
        elif name == "dd":
            state = "said" if link else ""
        elif name == "dl":
            folders.append(named)
            named = ""
        elif name != "h1" and name[0] == "h" and name != "hr":
            named, state = "", "folder"
    if link:
        if state == "said":
            said += _plain(text[before:])
        yield entry_of(begun, _told(link, title, said), folders[-_FOLDERS_MOST:], topics)


def _attributes(text: str) -> dict[str, str]:
    """Those of one tag; a link always has something."""
    found = {match[1].lower(): unescape(match[2] or match[3] or match[4] or "") for match in _ATTRIBUTE.finditer(text)}
    return {"href": "", **found}


def _told(link: Mapping[str, str], title: str, said: str) -> Mapping[str, str]:
    """Our own attributes begin with "data-": a description and a note both stand in what is said."""
    own = {name.removeprefix("data-"): value for name, value in link.items() if name.startswith("data-")}
    note = own.get("note", "")
    described = own.get("description", said.strip().removesuffix(note).strip())
    return {"link": link["href"], "title": title, "tags": link.get("tags", ""), **own, "description": described}


def _plain(markup: str) -> str:
    return unescape(_MARKUP.sub("", markup))
