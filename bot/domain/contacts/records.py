"""What a file says of people, before it becomes connections."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.connections import LINE_MOST, LINK_MOST, LISTED_MOST, NAME_MOST, NOTE_MOST, About
from bot.domain.files.rows import Skipped
from bot.domain.text import clean_line, clean_text, clip
from bot.errors import Refused
from bot.i18n import N_

CONTACTS_MOST = 20_000
"""In one file."""

FILE_MOST = 5_000_000
"""Bytes of one file."""

NAMELESS = N_("It has no name.")


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody as a file has them."""

    about: About
    notes: str = ""
    met: str = ""
    met_on: date | None = None
    last_contact: date | None = None


@dataclass(frozen=True, slots=True)
class FromFile:
    """All of a file. `cut`: how many had a text shortened, or left out because there were too many of a kind.

    `header` has the columns of a table of which none is known to hold names, else ().
    """

    contacts: tuple[Contact, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    cut: int = 0
    header: tuple[str, ...] = ()


def too_many() -> Refused:
    """For a file of more than `CONTACTS_MOST`."""
    return Refused(N_("There are more than {most} people in this file. Import it in parts."), most=CONTACTS_MOST)


def bounded(contact: Contact) -> tuple[Contact, bool]:
    """The contact within our limits, its words cleaned; and whether anything was cut or left out."""
    about = contact.about
    cut = _Cut()
    links = tuple(dict.fromkeys("".join(clean_line(link).split()) for link in about.links))
    short = About(
        name=cut.line(about.name, NAME_MOST),
        role=cut.line(about.role, LINE_MOST),
        company=cut.line(about.company, LINE_MOST),
        city=cut.line(about.city, LINE_MOST),
        introduced_by=cut.line(about.introduced_by, LINE_MOST),
        handles=cut.several(map(_one, about.handles), LINE_MOST),
        links=cut.several(tuple(link for link in links if len(link) <= LINK_MOST), LINK_MOST),
        emails=cut.several(map(_one, about.emails), LINE_MOST),
        phones=cut.several(map(_one, about.phones), LINE_MOST),
        tags=cut.several((_one(tag).lstrip("#* ").casefold() for tag in about.tags), LINE_MOST),
    )
    notes = clean_text(contact.notes)
    met = cut.line(contact.met, LINE_MOST)
    kept = replace(contact, about=short, notes=clip(notes, NOTE_MOST), met=met)
    return kept, cut.is_any or len(notes) > NOTE_MOST or any(len(link) > LINK_MOST for link in links)


def _one(text: str) -> str:
    """One of several, which are told apart by commas and semicolons wherever people see or write them."""
    return text.replace(",", " ").replace(";", " ")


class _Cut:
    """Shortens texts and remembers whether it had to."""

    def __init__(self) -> None:
        self.is_any = False

    def line(self, text: str, most: int) -> str:
        cleaned = clean_line(text)
        self.is_any |= len(cleaned) > most
        return clip(cleaned, most)

    def several(self, texts: Iterable[str], most: int) -> tuple[str, ...]:
        found = [each for each in dict.fromkeys(self.line(text, most) for text in texts) if each]
        self.is_any |= len(found) > LISTED_MOST
        return tuple(found[:LISTED_MOST])
