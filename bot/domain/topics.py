"""What a career in production rests on: the first level of the library, and of a member's path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.terms import terms
from bot.i18n import N_

NAME_MOST = 40
TOPICS_MOST = 20
"""In one community, the five included: a menu holds 25 choices on Discord."""


class Pillar(StrEnum):
    """The five topics every community begins with; a member's path goes over them, whatever they are called there."""

    CRAFT = "craft"
    EXPERIENCE = "experience"
    NETWORK = "network"
    BUSINESS = "business"
    INCOME = "income"


PILLAR_NAMES: Mapping[str, str] = {
    Pillar.CRAFT: N_("Craft"),
    Pillar.EXPERIENCE: N_("Experience"),
    Pillar.NETWORK: N_("Network"),
    Pillar.BUSINESS: N_("Business"),
    Pillar.INCOME: N_("Income"),
}

PILLAR_HELPS: Mapping[str, str] = {
    Pillar.CRAFT: N_("Instrument, theory, genres, engineering"),
    Pillar.EXPERIENCE: N_("Internships, studios, assisting"),
    Pillar.NETWORK: N_("Communities, conferences"),
    Pillar.BUSINESS: N_("Contracts, licensing, royalties, copyright, negotiation"),
    Pillar.INCOME: N_("Freelance, streaming, merchandise, sync, teaching"),
}


@dataclass(frozen=True, slots=True)
class Topic:
    """`key` never changes: a pillar's, or what an added one was first called. `name` is "" for a pillar that nobody
    renamed: it has its name in each reader's language then.
    """

    key: str
    name: str = ""


class Topics(Protocol):
    """The repository of topics. Every method takes the community it acts for."""

    async def listed(self, community: int) -> Sequence[Topic]:
        """The pillars, then those that were added, in the order in which they were."""

    async def add(self, community: int, name: str) -> Topic:
        """Raises Refused at `TOPICS_MOST`, and for the name of another one."""

    async def rename(self, community: int, key: str, name: str) -> None:
        """Another name; "" gives a pillar its own back. Raises Refused for the name of another one, or no such key."""


def guessed(text: str) -> str:
    """The key of the pillar that a page is most likely about, by words of its title and description; "" for none."""
    found = set(terms(text))
    counts = {
        pillar: sum(any(term.startswith(stem) for term in found) for stem in stems) for pillar, stems in _STEMS.items()
    }
    best = max(counts, key=lambda pillar: counts[pillar])
    return best.value if counts[best] else ""


_STEMS: Mapping[Pillar, Sequence[str]] = {
    Pillar.BUSINESS: (
        "contract agreement licens royalt copyright clearance publish split negotiat legal law label vertrag "
        "lizenz tantiem urheber gema ascap"
    ).split(),
    Pillar.INCOME: "freelanc rate invoice sync stream merch teach earn income pitch honorar rechnung".split(),
    Pillar.EXPERIENCE: "intern assist studio apprentic runner prakti".split(),
    Pillar.NETWORK: "network conferenc communit showcase meetup konferenz".split(),
    Pillar.CRAFT: (
        "mix master theory harmony chord synth eq compress record arrang ear drum vocal plugin produc beat guitar "
        "piano sound songwriting akkord"
    ).split(),
}
"""How words begin that tell; of two that tell the same number, the first."""
