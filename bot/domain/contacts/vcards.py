"""vCards 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350) as phones and programs write them; a broken card breaks no other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.connections import About
from bot.domain.contacts.lines import Card, Line, cards_of
from bot.domain.contacts.reached import is_link, told_apart
from bot.domain.contacts.records import CONTACTS_MOST, NAMELESS, Contact, FromFile, bounded, too_many
from bot.domain.files.rows import Skipped
from bot.i18n import N_

BROKEN = N_("It is broken off: its end is missing.")

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PARTS = re.compile(r"((?:[^\\;]++|\\.|\\$)*+)(?:;|$)", re.DOTALL)
_LISTED = re.compile(r"((?:[^\\,]++|\\.|\\$)*+)(?:,|$)", re.DOTALL)
_URI_ESCAPED = re.compile(r"\\([,;:])")
_MESSENGERS = {
    f"X-{name.upper()}": name
    for name in ("skype", "jabber", "aim", "icq", "msn", "qq", "gtalk", "yahoo", "twitter", "instagram")
} | {"X-SKYPE-USERNAME": "skype"}


def read_vcards(octets: bytes) -> FromFile:
    """Everybody in a file of vCards. Raises Refused for more than `CONTACTS_MOST`."""
    contacts: list[Contact] = []
    skipped: list[Skipped] = []
    cut = 0
    for number, card in enumerate(cards_of(octets), 1):
        if number > CONTACTS_MOST:
            raise too_many()
        if not card.is_whole:
            skipped.append(Skipped(number, BROKEN))
            continue
        kept, is_cut = bounded(_contact(card))
        if not kept.about.name:
            skipped.append(Skipped(number, NAMELESS))
            continue
        contacts.append(kept)
        cut += is_cut
    return FromFile(tuple(contacts), tuple(skipped), cut)


def _contact(card: Card) -> Contact:
    said: dict[str, list[Line]] = {}
    for line in card.lines:
        if line.value.strip():
            said.setdefault(line.name, []).append(line)

    def texts(*names: str) -> Sequence[str]:
        return [text for name in names for line in said.get(name, ()) if (text := _plain(line.value).strip())]

    def parts(name: str, place: int) -> Sequence[str]:
        """One part of each value that has several: the town of an address."""
        return [found for line in said.get(name, ()) if (found := _part(_PARTS.findall(line.value), place))]

    company = _first(parts("ORG", 0))
    nicks = [nick for line in said.get("NICKNAME", ()) for nick in _listed(line.value)]
    name = _first(texts("FN")) or _first([_name(line.value) for line in said.get("N", ())])
    reached = told_apart([_URI_ESCAPED.sub(r"\1", line.value).strip() for line in said.get("URL", ())])
    handles = list(_handles(said))
    about = About(
        name=name or _first(nicks) or company,
        role=", ".join(dict.fromkeys(texts("ROLE", "TITLE"))),
        company=company,
        city=_first(parts("ADR", 3)),
        handles=(
            *reached["handles"],
            *(each for each in handles if not is_link(each)),
            *(f"@{nick}" for nick in nicks if " " not in nick and nick != name),
        ),
        links=(*reached["links"], *(each for each in handles if is_link(each))),
        emails=(*(_bare(each, "mailto:") for each in texts("EMAIL")), *reached["emails"]),
        phones=(*(_bare(each, "tel:").replace(";ext=", " ext. ") for each in texts("TEL")), *reached["phones"]),
        tags=tuple(tag for line in said.get("CATEGORIES", ()) for tag in _listed(line.value)),
    )
    return Contact(about, notes="\n".join(texts("NOTE")))


def _handles(said: Mapping[str, Sequence[Line]]) -> Iterator[str]:
    """By which somebody is found elsewhere, with the name of the place where it is known: "skype: ana.r"."""
    for name in ("IMPP", "X-SOCIALPROFILE", "SOCIALPROFILE"):
        for line in said.get(name, ()):
            value = _plain(line.value).strip().removeprefix("x-apple:")
            place = line.params.get("X-SERVICE-TYPE") or line.params.get("SERVICE-TYPE") or ""
            if name == "X-SOCIALPROFILE":
                place = place or line.params.get("TYPE", "").partition(",")[0]
            yield f"{place}: {value}" if place and value and ":" not in value else value
    for name, place in _MESSENGERS.items():
        for line in said.get(name, ()):
            yield f"{place}: {_plain(line.value).strip()}"


def _first(found: Sequence[str]) -> str:
    return next((each for each in found if each), "")


def _listed(value: str) -> Sequence[str]:
    return [text for each in _LISTED.findall(value) if (text := _plain(each).strip())]


def _part(parts: Sequence[str], place: int) -> str:
    """A part may have several values; "Berlin,Mitte" is one town and a half, and told as both."""
    return ", ".join(_listed(parts[place])) if place < len(parts) else ""


def _name(value: str) -> str:
    """From its parts: given name first, as people say it. They are: family; given; additional; prefix; suffix."""
    parts = _PARTS.findall(value)
    return " ".join(" ".join(_listed(parts[place])) for place in (3, 1, 2, 0, 4) if place < len(parts)).strip()


def _plain(value: str) -> str:
    """Without escapes (RFC 6350 3.4)."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value) if "\\" in value else value


def _bare(address: str, scheme: str) -> str:
    return address[len(scheme) :] if address[: len(scheme)].casefold() == scheme else address
