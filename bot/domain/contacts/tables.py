"""Tables of people: LinkedIn's Connections.csv and whatever else has a header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.connections import About
from bot.domain.contacts.columns import Columns, choose_columns, count_known
from bot.domain.contacts.days import Order, day_of, order_of
from bot.domain.contacts.reached import told_apart
from bot.domain.contacts.records import CONTACTS_MOST, NAMELESS, Contact, FromFile, bounded, too_many
from bot.domain.files.cells import fused
from bot.domain.files.rows import Skipped, header_of, rows_of
from bot.errors import Refused
from bot.i18n import N_

_SEVERAL = re.compile(r"[;,\n]| ::: ")
"""What parts several in one cell; the last as Google does."""
_GROUPS = ("* myContacts", "myContacts")
"""What Google says of everybody."""


def read_table(text: str, said: Mapping[str, str] | None = None) -> FromFile:
    """Everybody in a table. `said` is which column holds what, as `choose_columns` takes it; what it leaves out is
    told by the names of the columns.

    Where no column is known to hold names, there are no contacts and only the header. Raises Refused for what is no
    table, and for more than `CONTACTS_MOST`.
    """
    header = header_of(text, count_known, tuple((said or {}).values()))
    if header is None:
        raise Refused(
            N_("This is no table with a header, and has no vCards. Save it as .csv with a line of column names.")
        )
    columns = choose_columns(header.cells, said or {})
    if not columns.keys() & {"name", "first", "last"}:
        return FromFile(header=header.cells)
    skipped: list[Skipped] = []
    rows: list[tuple[int, Sequence[str]]] = []
    for told in rows_of(text, header):
        if isinstance(told, Skipped):
            skipped.append(told)
        else:
            rows.append(told)
        if len(rows) + len(skipped) > CONTACTS_MOST:
            raise too_many()
    dated = (*columns.get("met_on", ()), *columns.get("last_contact", ()))
    order = order_of(cell for _, row in rows for cell in _cells(row, dated))
    contacts: list[Contact] = []
    cut = 0
    for number, row in rows:
        kept, is_cut = bounded(_contact(row, columns, order))
        if kept.about.name:
            contacts.append(kept)
            cut += is_cut
        else:
            skipped.append(Skipped(number, NAMELESS))
    skipped.sort(key=lambda each: each.number)
    return FromFile(tuple(contacts), tuple(skipped), cut)


def _contact(row: Sequence[str], columns: Columns, order: Order) -> Contact:
    def cell(field: str) -> str:
        return next(iter(_cells(row, columns.get(field, ()))), "")

    def cells(field: str) -> Sequence[str]:
        parts = (part.strip() for cell in _cells(row, columns.get(field, ())) for part in _SEVERAL.split(cell))
        return [part for part in parts if part]

    # a link may hold commas, and no spaces
    links = [link.rstrip(",;") for cell in _cells(row, columns.get("link", ())) for link in cell.split()]
    reached = told_apart((*links, *cells("handle")))
    about = About(
        name=cell("name") or " ".join(part for part in (cell("first"), cell("middle"), cell("last")) if part),
        role=cell("role"),
        company=cell("company"),
        city=cell("city"),
        introduced_by=cell("introduced_by"),
        handles=reached["handles"],
        links=reached["links"],
        emails=(*cells("email"), *reached["emails"]),
        phones=(*cells("phone"), *reached["phones"]),
        tags=tuple(tag for tag in cells("tags") if tag not in _GROUPS),
    )
    told = cell("met_on")
    notes = "\n".join(_cells(row, columns.get("notes", ())))
    contact = Contact(about, notes, cell("met"), day_of(told, order), day_of(cell("last_contact"), order))
    # "last spring" is no day that we can keep, and still says when it was
    return contact if contact.met_on or not told else replace(contact, met=f"{contact.met} ({told})".strip())


def _cells(row: Sequence[str], places: Sequence[int]) -> Sequence[str]:
    """Those that have something in them."""
    return [cell for place in places if place < len(row) and (cell := fused(row[place].strip()))]
