"""Which column of a table holds what: told by the names that programs give them, in English and German."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.places import fold
from bot.errors import Refused
from bot.i18n import N_

FIELDS: Mapping[str, str] = {
    "name": "name|full name|fullname|display name|contact|contact name|ansprechpartner|vollständiger name|kontakt",
    "first": "first name|given name|firstname|vorname|forename",
    "middle": "middle name|additional name|zweiter vorname|weitere vornamen",
    "last": "last name|family name|surname|lastname|nachname|familienname",
    "role": "role|position|job title|jobtitel|organization title|organization 1 - title|beruf|rolle|funktion|title",
    "company": "company|organization|organisation|company name|organization name|organization 1 - name|firma"
    "|unternehmen|label|studio",
    "email": "email|e-mail|email address|e-mail address|mail|e-mail 1 - value|e-mail 2 - value|e-mail 3 - value"
    "|e-mail 2 address|e-mail 3 address|e-mail-adresse|e-mail 2: adresse",
    "phone": "phone|phone number|mobile|mobile phone|telephone|tel|primary phone|business phone|home phone"
    "|phone 1 - value|phone 2 - value|phone 3 - value|telefon|telefonnummer|handy|mobil|mobiltelefon"
    "|telefon geschäftlich|telefon privat",
    "link": "url|link|links|website|web|web page|profile|profile url|linkedin|homepage|soundcloud|spotify|bandcamp"
    "|website 1 - value|website 2 - value|webseite",
    "handle": "handle|handles|instagram|discord|twitter|username|social",
    "city": "city|location|town|home city|business city|address 1 - city|stadt|ort|wohnort|ort geschäftlich|ort privat",
    "tags": "tags|labels|groups|categories|group membership|gruppen|kategorien|schlagworte",
    "notes": "notes|note|comment|comments|bemerkung|bemerkungen|notizen|notiz|kommentar",
    "met": "met|met at|where we met|getroffen|kennengelernt",
    "met_on": "met on|connected on|date|getroffen am|datum",
    "last_contact": "last contact|letzter kontakt",
    "introduced_by": "introduced by|vorgestellt von",
}
"""How programs call what we keep; the first is our own. Of several that a table has, the first that is filled counts;
of emails, phones, links, handles, tags and notes all do.
"""

KNOWN: Mapping[str, tuple[str, int]] = {
    fold(name): (field, rank) for field, names in FIELDS.items() for rank, name in enumerate(names.split("|"))
}
"""The field of a column's name, and where the name stands among those of the field."""

Columns = Mapping[str, Sequence[int]]
"""For each field its columns, counted from 0, the best first."""


def guess_columns(header: Sequence[str]) -> Columns:
    """Which columns hold what, by their names."""
    found: dict[str, list[tuple[int, int]]] = {}
    for number, name in enumerate(header):
        field, rank = KNOWN.get(fold(name), ("", 0))
        if field:
            found.setdefault(field, []).append((rank, number))
    return {field: [number for _, number in sorted(ranked)] for field, ranked in found.items()}


def count_known(header: Sequence[str]) -> int:
    """How many fields have a column."""
    return len(guess_columns(header))


def choose_columns(header: Sequence[str], said: Mapping[str, str]) -> Columns:
    """What is guessed, but where somebody said it: columns by their names or numbers (from 1).

    Raises Refused for one that is not there; its `param` is the field.
    """
    folded = [fold(name) for name in header]
    chosen: dict[str, list[int]] = {}
    for field, column in said.items():
        wanted = column.strip()
        if fold(wanted) in folded:
            chosen[field] = [folded.index(fold(wanted))]
        elif wanted.isdecimal() and len(wanted) < 5 and 1 <= int(wanted) <= len(header):
            chosen[field] = [int(wanted) - 1]
        else:
            raise Refused(
                N_("There is no column {name}. There are: {columns}."),
                name=wanted[:60],
                columns=", ".join(name for name in header if name)[:400],
                param=field,
            )
    taken = {number for numbers in chosen.values() for number in numbers}
    guessed = {
        field: [number for number in numbers if number not in taken]
        for field, numbers in guess_columns(header).items()
        if field not in chosen and not ("name" in chosen and field in ("first", "middle", "last"))
    }
    return chosen | guessed
