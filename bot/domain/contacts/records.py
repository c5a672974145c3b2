"""What a file says of people, before it becomes connections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.domain.connections import LINE_MOST, LINK_MOST, LISTED_MOST, NAME_MOST, NOTE_MOST, About
from bot.domain.text import clean_line, clean_text, clip

CONTACTS_MOST = 20_000
"""In one file."""

FILE_MOST = 5_000_000
"""Bytes of one file."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody as a file has them."""

    about: About
    notes: str = ""
    met: str = ""
    met_on: date | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What could not be taken: the line or the card it begins at, counted from 1, and why (marked with `N_`)."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class FromFile:
    """All of a file. `cut`: how many had a text shortened, or left out because there were too many of a kind.

    `header` has the columns of a table, () for vCards.
    """

    contacts: tuple[Contact, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    cut: int = 0
    header: tuple[str, ...] = ()


def bounded(contact: Contact) -> tuple[Contact, bool]:
    """The contact within our limits, its words cleaned; and whether anything was cut or left out."""
    about = contact.about
    cut = _Cut()
    short = About(
        name=cut.line(about.name, NAME_MOST),
        role=cut.line(about.role, LINE_MOST),
        company=cut.line(about.company, LINE_MOST),
        city=cut.line(about.city, LINE_MOST),
        introduced_by=cut.line(about.introduced_by, LINE_MOST),
        handles=cut.several(about.handles, LINE_MOST),
        links=cut.several(tuple(link for link in about.links if len(link) <= LINK_MOST), LINK_MOST),
        emails=cut.several(about.emails, LINE_MOST),
        phones=cut.several(about.phones, LINE_MOST),
        tags=cut.several(tuple(tag.casefold() for tag in about.tags), LINE_MOST),
    )
    notes = clean_text(contact.notes)
    kept = Contact(short, clip(notes, NOTE_MOST), cut.line(contact.met, LINE_MOST), contact.met_on)
    return kept, cut.is_any or len(notes) > NOTE_MOST or any(len(link) > LINK_MOST for link in about.links)


class _Cut:
    """Shortens texts and remembers whether it had to."""

    def __init__(self) -> None:
        self.is_any = False

    def line(self, text: str, most: int) -> str:
        cleaned = clean_line(text)
        self.is_any |= len(cleaned) > most
        return clip(cleaned, most)

    def several(self, texts: tuple[str, ...], most: int) -> tuple[str, ...]:
        found = [each for each in dict.fromkeys(self.line(text, most) for text in texts) if each]
        self.is_any |= len(found) > LISTED_MOST
        return tuple(found[:LISTED_MOST])
