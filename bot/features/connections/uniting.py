"""Two entries about the same person become one, and nothing of either is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.connections import LISTED_MOST, About, Connection
from bot.domain.places import fold
from bot.i18n import N_, Words

SINGLE: Mapping[str, str] = {
    "name": N_("Name"),
    "role": N_("Role"),
    "company": N_("Company"),
    "city": N_("City"),
    "introduced_by": N_("Introduced by"),
}
SEVERAL: Mapping[str, str] = {
    "handles": N_("Handles"),
    "links": N_("Links"),
    "emails": N_("Email"),
    "phones": N_("Phone"),
    "tags": N_("Tags"),
}


def united(stays: Connection, other: Connection) -> Connection:
    """`stays` with what only `other` says; what both say differently is told by `rest_of`."""
    about = united_about(stays.about, other.about)
    follow_ups = [each for each in (stays.follow_up, other.follow_up) if each is not None]
    return replace(
        stays,
        about=about,
        last_contact=max(stays.last_contact, other.last_contact),
        member=stays.member if stays.member is not None else other.member,
        cadence=stays.cadence or other.cadence,
        follow_up=min(follow_ups, key=lambda each: each.instant()) if follow_ups else None,
    )


def united_about(stays: About, other: About) -> About:
    """As `united`, of who somebody is."""
    return About(
        name=stays.name or other.name,
        role=stays.role or other.role,
        company=stays.company or other.company,
        city=stays.city or other.city,
        introduced_by=stays.introduced_by or other.introduced_by,
        handles=_both(stays, other, "handles")[:LISTED_MOST],
        links=_both(stays, other, "links")[:LISTED_MOST],
        emails=_both(stays, other, "emails")[:LISTED_MOST],
        phones=_both(stays, other, "phones")[:LISTED_MOST],
        tags=_both(stays, other, "tags")[:LISTED_MOST],
    )


def rest_of(stays: About, other: About, say: Words) -> str:
    """What `united_about` leaves out of `other`, as the lines of a note; "" for nothing."""
    lines = []
    for name, label in SINGLE.items():
        ours, theirs = getattr(stays, name), getattr(other, name)
        if ours and theirs and fold(ours) != fold(theirs):
            lines.append(f"{say(label)}: {theirs}")
    for name, label in SEVERAL.items():
        if over := _both(stays, other, name)[LISTED_MOST:]:
            lines.append(f"{say(label)}: {', '.join(over)}")
    return "\n".join(lines)


def _both(stays: About, other: About, name: str) -> tuple[str, ...]:
    """Each once, however it is spelt; those of `stays` first."""
    found: dict[str, str] = {}
    for each in (*getattr(stays, name), *getattr(other, name)):
        found.setdefault(each.casefold(), each)
    return tuple(found.values())
