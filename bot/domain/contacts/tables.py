"""Tables of people: LinkedIn's Connections.csv and whatever else has a header, in the encodings programs write."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.domain.connections import About
from bot.domain.contacts.reached import told_apart
from bot.domain.contacts.records import CONTACTS_MOST, Contact, FromFile, Skipped, bounded
from bot.domain.places import fold
from bot.errors import Refused
from bot.i18n import N_

FIELDS: Mapping[str, str] = {
    "name": "name|full name|fullname|display name|contact|contact name|ansprechpartner|vollständiger name",
    "first": "first name|given name|firstname|vorname|forename",
    "last": "last name|family name|surname|lastname|nachname|familienname",
    "role": "role|position|job title|title|beruf|rolle|funktion",
    "company": "company|organization|organisation|company name|organization name|firma|unternehmen|label|studio",
    "email": "email|e-mail|email address|e-mail address|mail|e-mail 1 - value|e-mail-adresse",
    "phone": "phone|phone number|mobile|mobile phone|telephone|tel|phone 1 - value|telefon|handy|mobil",
    "link": "url|link|links|website|web|profile|profile url|linkedin|homepage|webseite",
    "handle": "handle|handles|instagram|discord|twitter|username|social",
    "city": "city|location|town|home city|stadt|ort|wohnort",
    "tags": "tags|labels|groups|categories|gruppen|kategorien|schlagworte",
    "notes": "notes|note|comment|comments|bemerkung|bemerkungen|notizen|notiz",
    "met": "met|met at|where we met|getroffen|kennengelernt",
    "met_on": "met on|connected on|date|last contact|getroffen am|datum",
    "introduced_by": "introduced by|vorgestellt von",
}
"""How programs call what we keep; the first is our own."""

KNOWN: Mapping[str, str] = {fold(name): field for field, names in FIELDS.items() for name in names.split("|")}
HEADER_WITHIN = 30
"""Lines in which the header is looked for: some programs write a preface."""

DELIMITERS = (",", ";", "\t")
DATES = ("%Y-%m-%d", "%d %b %Y", "%d.%m.%Y", "%m/%d/%Y", "%d %B %Y")
NAMELESS = N_("It has no name.")
DEFUSED = "'"
"""Before a cell that a spreadsheet would run; OWASP, "CSV Injection"."""
RUNS = ("=", "+", "-", "@", "\t", "\r", "\0")


def decoded(content: bytes) -> str:
    """A file's text. Raises Refused for what is no text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decode(content, encoding)
    head = content[:2_000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 5 and not even:
        return _decode(content, "utf-16-le")
    if even > len(head) // 5 and not odd:
        return _decode(content, "utf-16-be")
    if b"\0" in head or head.startswith((b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise _no_text()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode(content, "cp1252")


def read_table(text: str, columns: Mapping[str, str] | None = None) -> FromFile:
    """Everybody in a table. `columns` says which column holds what (a name or number of `FIELDS`' keys); without, it
    is told by their names.

    Where no column is known to hold names, there are no contacts and only the header. Raises Refused for what is no
    table, and for more than `CONTACTS_MOST`.
    """
    start, delimiter, header = _header(text)
    places = _chosen(header, columns) if columns else guessed(header)
    if not ("name" in places or "first" in places or "last" in places):
        return FromFile(header=header)
    contacts: list[Contact] = []
    skipped: list[Skipped] = []
    cut = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if number <= start or not any(cell.strip() for cell in row):
                continue
            if len(contacts) >= CONTACTS_MOST:
                raise Refused(
                    N_("There are more than {most} people in this file. Import it in parts."), most=CONTACTS_MOST
                )
            kept, is_cut = bounded(_contact(row, places))
            if not kept.about.name:
                skipped.append(Skipped(number, NAMELESS))
                continue
            contacts.append(kept)
            cut += is_cut
    except csv.Error as error:
        raise _no_table() from error
    return FromFile(tuple(contacts), tuple(skipped), cut, header)


def guessed(header: Sequence[str]) -> Mapping[str, int]:
    """Which column holds what, by their names; the first that fits."""
    places: dict[str, int] = {}
    for number, name in enumerate(header):
        field = KNOWN.get(fold(name))
        if field is not None:
            places.setdefault(field, number)
    return places


def _chosen(header: Sequence[str], columns: Mapping[str, str]) -> Mapping[str, int]:
    """Columns by their names or numbers (from 1). Raises Refused for one that is not there."""
    folded = [fold(name) for name in header]
    places: dict[str, int] = {}
    for field, said in columns.items():
        if said.strip().isdigit() and 1 <= int(said) <= len(header):
            places[field] = int(said) - 1
        elif fold(said) in folded:
            places[field] = folded.index(fold(said))
        else:
            raise Refused(
                N_("There is no column {name}. There are: {columns}."),
                name=said[:60],
                columns=", ".join(name for name in header if name)[:400],
                param=field,
            )
    return places


def _header(text: str) -> tuple[int, str, tuple[str, ...]]:
    """The line it stands in (from 1), what parts its cells, and its cells: of the first lines the one with most names
    that are known, else the first with several cells.
    """
    best: tuple[int, int, str, tuple[str, ...]] = (0, 0, ",", ())
    fallback: tuple[int, str, tuple[str, ...]] | None = None
    lines = "\n".join(text.splitlines()[:HEADER_WITHIN])
    for delimiter in DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter))
        except csv.Error:
            continue
        for number, row in enumerate(rows, 1):
            cells = tuple(cell.strip() for cell in row)
            known = len(guessed(cells))
            if known > best[0]:
                best = (known, number, delimiter, cells)
            if fallback is None and len([cell for cell in cells if cell]) > 1:
                fallback = (number, delimiter, cells)
    if best[0]:
        return best[1:]
    if fallback is None:
        raise _no_table()
    return fallback


def _contact(row: Sequence[str], places: Mapping[str, int]) -> Contact:
    def cell(field: str) -> str:
        place = places.get(field)
        return fused(row[place].strip()) if place is not None and place < len(row) else ""

    def cells(field: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in re.split(r"[;,\n]", cell(field)) if part.strip())

    # a link may hold commas, and no spaces
    links = (link.rstrip(",;") for link in cell("link").split())
    reached = told_apart((*links, *cells("handle")))
    about = About(
        name=cell("name") or " ".join(part for part in (cell("first"), cell("last")) if part),
        role=cell("role"),
        company=cell("company"),
        city=cell("city"),
        introduced_by=cell("introduced_by"),
        handles=reached["handles"],
        links=reached["links"],
        emails=(*cells("email"), *reached["emails"]),
        phones=(*cells("phone"), *reached["phones"]),
        tags=cells("tags"),
    )
    return Contact(about, cell("notes"), cell("met"), _date(cell("met_on")))


def _date(text: str) -> date | None:
    for form in DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def defused(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"{DEFUSED}{cell}" if cell.startswith(RUNS) else cell


def fused(cell: str) -> str:
    """What `defused` was given."""
    return cell[1:] if cell.startswith(DEFUSED) and cell[1:].startswith(RUNS) else cell


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise _no_text() from None


def _no_text() -> Refused:
    return Refused(
        N_("This is no text: a spreadsheet, picture or archive perhaps. Save it as .csv or .vcf and attach that.")
    )


def _no_table() -> Refused:
    return Refused(
        N_("This is no table with a header, and has no vCards. Save it as .csv with a line of column names.")
    )
