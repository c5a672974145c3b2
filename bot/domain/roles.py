"""What people do in music, by common names: offered while somebody types, and told apart in every language we speak.

A role is free words; these are only those that most people have.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.domain.places import fold
from bot.domain.terms import terms
from bot.i18n import N_, Words, languages

ROLES: tuple[str, ...] = (
    N_("producer"),
    N_("engineer"),
    N_("songwriter"),
    N_("artist"),
    N_("musician"),
    N_("singer"),
    N_("DJ"),
    N_("composer"),
    N_("A&R"),
    N_("manager"),
    N_("lawyer"),
    N_("publisher"),
    N_("label"),
    N_("booker"),
    N_("promoter"),
    N_("journalist"),
    N_("teacher"),
    N_("student"),
    N_("career changer"),
)
"""Marked with `N_`: as suggestions they are said in the reader's language."""

_ALSO: Mapping[str, str] = MappingProxyType(
    {
        "producer": "record producer|music producer|beatmaker|produzent|produzentin|musikproduzent|musikproduzentin",
        "engineer": "sound engineer|audio engineer|mixing engineer|mastering engineer|tontechniker|tontechnikerin"
        "|toningenieur|toningenieurin|tonmeister|tonmeisterin",
        "songwriter": "lyricist|writer|songwriterin|liedermacher|liedermacherin|texter|texterin",
        "artist": "recording artist|künstler|künstlerin|musikkünstler|musikkünstlerin",
        "musician": "instrumentalist|session musician|player|musiker|musikerin",
        "singer": "vocalist|sänger|sängerin|vokalist|vokalistin",
        "DJ": "disc jockey|disk jockey",
        "composer": "komponist|komponistin",
        "A&R": "a and r|a+r|ar manager|a&r manager",
        "manager": "artist manager|managerin|management",
        "lawyer": "attorney|solicitor|counsel|anwalt|anwältin|rechtsanwalt|rechtsanwältin|jurist|juristin",
        "publisher": "music publisher|publishing|verleger|verlegerin|musikverlag|verlag",
        "label": "record label|label owner|plattenfirma|plattenlabel",
        "booker": "booking agent|agent|bookerin|booking",
        "promoter": "event promoter|veranstalter|veranstalterin|promoterin",
        "journalist": "critic|journalistin|kritiker|kritikerin",
        "teacher": "tutor|lecturer|lehrer|lehrerin|dozent|dozentin",
        "student": "apprentice|schüler|schülerin|studentin|studierende|azubi",
        "career changer": "changing career|newcomer|quereinsteiger|quereinsteigerin",
    }
)
"""What else these are called, beside their names in the catalogs: one word may have several forms."""

_BETWEEN = re.compile(r"[,;/|\n]| & | and | und ")


def common_role(role: str) -> str:
    """The one of `ROLES` that somebody means by this role alone, in any of our languages; "" for any other."""
    return _known().get(fold(role), "")


def role_terms(role: str) -> frozenset[str]:
    """The search terms of a role as it is kept, with those of the common roles it names: "Produzentin, DJ" has
    "produzentin", "producer" and "dj".
    """
    parts = (common_role(part) for part in (role, *_BETWEEN.split(role)))
    return frozenset((*terms(role), *(term for part in parts for term in terms(part))))


def is_role(kept: str, wanted: str) -> bool:
    """Whether `wanted`, or the common role it names, is among what somebody does; words may be begun only."""
    held = role_terms(kept)
    ways = [terms(each) for each in (wanted, common_role(wanted))]
    return any(way and all(any(each.startswith(term) for each in held) for term in way) for way in ways)


@lru_cache(maxsize=1)
def _known() -> Mapping[str, str]:
    """Every way to say a common role, folded."""
    spoken = [Words(language, ZoneInfo("UTC")) for language in languages()]
    found: dict[str, str] = {}
    for role in ROLES:
        said = {role, *(say(role) for say in spoken), *_ALSO.get(role, "").split("|")}
        found |= {key: role for each in said if (key := fold(each))}
    return MappingProxyType(found)
