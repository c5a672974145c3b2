"""vCards 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350) as phones and programs write them; a broken card breaks no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.domain.connections import About
from bot.domain.contacts.reached import told_apart
from bot.domain.contacts.records import CONTACTS_MOST, Contact, FromFile, Skipped, bounded
from bot.errors import Refused
from bot.i18n import N_

BEGIN, END = "BEGIN:VCARD", "END:VCARD"
CARD_MOST = 200_000
"""Characters of one card without its pictures; more is no card."""

BROKEN = N_("It is broken off, or written in a way that no program reads.")
NAMELESS = N_("It has no name.")

_PICTURES = re.compile(
    r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:].*\n(?:[ \t].*\n|\n(?=[ \t]))*", re.IGNORECASE | re.MULTILINE
)
"""With the lines they go on over: they are large, and nobody asked for them."""


_URLS = re.compile(r"(?im)^(?:[\w-]+\.)?URL[;:].*$")


def read_vcards(text: str) -> FromFile:
    """Everybody in a file of vCards. Raises Refused for more than `CONTACTS_MOST`."""
    contacts: list[Contact] = []
    skipped: list[Skipped] = []
    cut = 0
    for number, card in enumerate(_cards(text), 1):
        if number > CONTACTS_MOST:
            raise Refused(N_("There are more than {most} people in this file. Import it in parts."), most=CONTACTS_MOST)
        contact = _contact(card)
        if contact is None:
            skipped.append(Skipped(number, BROKEN))
        elif not contact.about.name.strip():
            skipped.append(Skipped(number, NAMELESS))
        else:
            kept, is_cut = bounded(contact)
            if kept.about.name:
                contacts.append(kept)
                cut += is_cut
            else:
                skipped.append(Skipped(number, NAMELESS))
    return FromFile(tuple(contacts), tuple(skipped), cut)


def _cards(text: str) -> Iterator[str]:
    """The text of each card, with one that is not ended before the next begins."""
    plain = _PICTURES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for part in re.split(r"(?im)^\s*BEGIN:VCARD[ \t]*$", plain)[1:]:
        yield f"{BEGIN}\n{part.strip(chr(10))}\n"


def _contact(card: str) -> Contact | None:
    """None for a card that cannot be read."""
    import vobject  # type: ignore[import-untyped]  # it has no types; and 40 ms that only an import needs

    if len(card) > CARD_MOST or not re.search(r"(?im)^END:VCARD", card):
        return None
    try:
        # a comma in a link is no end of it (RFC 6350 5.1 has URIs apart from text), to this library it is
        whole = _URLS.sub(lambda url: url[0].replace("\\,", ",").replace(",", "\\,"), re.sub(r"\n[ \t]", "", card))
        read = vobject.readOne(whole, ignoreUnreadable=True)
        return _told(read)
    except Exception:  # whatever a library makes of what anybody may send: the card is skipped, and that is told
        return None


def _told(card: object) -> Contact:
    values = {name: [each.value for each in lines] for name, lines in card.contents.items()}  # type: ignore[attr-defined]  # vobject has no types

    def texts(name: str) -> list[str]:
        return [str(value).strip() for value in values.get(name, ()) if str(value).strip()]

    reached = told_apart([*texts("url"), *map(_handle, texts("impp")), *map(_handle, texts("x-socialprofile"))])
    company = next((_listed(value)[:1] for value in values.get("org", ())), [])
    name = next(iter(texts("fn")), "") or _name(values.get("n", ()))
    about = About(
        name=name,
        role=next(iter((*texts("role"), *texts("title"))), ""),
        company=company[0] if company else "",
        city=next((city for city in (_city(each) for each in values.get("adr", ())) if city), ""),
        handles=(*reached["handles"], *(f"@{nick}" for nick in texts("nickname") if " " not in nick)),
        links=reached["links"],
        emails=tuple(each.removeprefix("mailto:") for each in texts("email")),
        phones=tuple(each.removeprefix("tel:") for each in texts("tel")),
        tags=tuple(tag.strip() for value in values.get("categories", ()) for tag in _listed(value)),
    )
    return Contact(about, notes="\n".join(texts("note")))


def _listed(value: object) -> Sequence[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else str(value).split(",")


def _name(values: Sequence[object]) -> str:
    """From its parts: given name first, as people say it."""
    for value in values:
        parts = [getattr(value, part, "") for part in ("prefix", "given", "additional", "family", "suffix")]
        name = " ".join(" ".join(part) if isinstance(part, list) else str(part) for part in parts if part)
        if name.strip():
            return " ".join(name.split())
    return ""


def _city(address: object) -> str:
    city = getattr(address, "city", "")
    return " ".join(city) if isinstance(city, list) else str(city)


def _handle(address: str) -> str:
    """ "xmpp:ana@example.org" is who it is, "https://…" stays a link."""
    return address if "://" in address else address.partition(":")[2] or address
