"""What somebody says of themselves to the people they share a community with, and who finds whom by it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

from bot.domain.people import Account
from bot.domain.places import Place, distance_km, fold
from bot.domain.roles import is_role, role_terms
from bot.domain.terms import query_terms, terms
from bot.i18n import N_

ROLE_MOST = 80
ABOUT_MOST = 500
SKILLS_MOST = 10


class Wish(Enum):
    """What people look for, and offer."""

    COLLABORATION = "collaboration"
    MENTORING = "mentoring"
    SHADOWING = "shadowing"
    WORK = "work"


WISH_NAMES: Mapping[str, str] = {
    "collaboration": N_("collaboration"),
    "mentoring": N_("mentoring"),
    "shadowing": N_("studio shadowing"),
    "work": N_("work"),
}
"""By the values of `Wish`; marked with `N_`."""


class Part(Enum):
    """What of a profile can stay private."""

    ROLE = "role"
    SKILLS = "skills"
    GENRES = "genres"
    CITY = "city"
    LOOKING = "looking"
    OFFERING = "offering"
    ABOUT = "about"
    LINK = "link"


PART_NAMES: Mapping[str, str] = {
    "role": N_("Role"),
    "skills": N_("Skills"),
    "genres": N_("Genres"),
    "city": N_("City"),
    "looking": N_("Looking for"),
    "offering": N_("Offering"),
    "about": N_("About"),
    "link": N_("Page"),
}
"""By the values of `Part`; marked with `N_`."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Its owner's words about themselves. Nobody else sees any of it unless `is_found`, and never the `hidden` parts.

    `shows_going`: people who know its owner may be told which events they are going to.
    """

    role: str = ""
    skills: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    city: Place | None = None
    looking: tuple[Wish, ...] = ()
    offering: tuple[Wish, ...] = ()
    about: str = ""
    link: str = ""
    is_found: bool = False
    hidden: tuple[Part, ...] = ()
    shows_going: bool = False

    @property
    def shown(self) -> Profile:
        """As others see it: without what its owner hides, and without saying what that is."""
        return replace(self, **{part.value: EMPTY_PARTS[part] for part in self.hidden}, hidden=())  # type: ignore[arg-type]  # each part's own empty value

    @property
    def filled(self) -> frozenset[Part]:
        """The parts that say something."""
        return frozenset(part for part in Part if getattr(self, part.value))


EMPTY_PARTS: Mapping[Part, object] = {part: getattr(Profile(), part.value) for part in Part}


def united(stays: Profile, goes: Profile) -> Profile:
    """One profile of two: what the one that goes says where the other says nothing.

    What was not to be seen is not seen now: a part that nobody saw in its old profile stays hidden.
    """
    taken = goes.filled - stays.filled
    was_unseen = stays.is_found and not goes.is_found
    hidden = {*stays.hidden, *(taken if was_unseen else taken & set(goes.hidden))}
    parts = {part.value: getattr(goes, part.value) for part in taken}
    return replace(stays, **parts, hidden=tuple(part for part in Part if part in hidden))


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody as a member of their community sees them: by their account there, with nothing that they hide."""

    person: int
    account: Account
    profile: Profile


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the people of a community; what is empty is not asked."""

    words: str = ""
    role: str = ""
    genre: str = ""
    near: Place | None = None
    within_km: int = 50
    looking: Wish | None = None
    offering: Wish | None = None

    def fits(self, seen: Seen) -> bool:
        """Whether somebody is meant, by what of them is seen. Raises Refused for `words` that cannot be looked for."""
        about = seen.profile
        return (
            (self.looking is None or self.looking in about.looking)
            and (self.offering is None or self.offering in about.offering)
            and (self.near is None or _is_within(about.city, self.near, self.within_km))
            and (not self.genre or _has_genre(about.genres, self.genre))
            and (not self.role or is_role(about.role, self.role))
            and self._has_words(seen)
        )

    def _has_words(self, seen: Seen) -> bool:
        wanted = query_terms(self.words)
        if not wanted:
            return True
        about = seen.profile
        place = about.city.full_label if about.city else ""
        wishes = (WISH_NAMES[wish.value] for wish in (*about.looking, *about.offering))
        texts = (seen.account.name, *about.skills, *about.genres, place, *wishes, about.about)
        held = {*role_terms(about.role), *(term for text in texts for term in terms(text))}
        return all(any(each.startswith(term) for each in held) for term in wanted)


@dataclass(frozen=True, slots=True)
class SeenPage:
    people: tuple[Seen, ...]
    total: int


class Profiles(Protocol):
    """The repository of profiles. What others see goes by a community: its members who chose to be found."""

    async def get(self, person: int) -> Profile:
        """Somebody's own; an empty one where they wrote none."""

    async def put(self, person: int, profile: Profile) -> None:
        """Keep it in the place of what was."""

    async def seen_by(self, community: int, people: Collection[int]) -> Mapping[int, Seen]:
        """What members of a community may see of these people; those who may not be seen there are left out."""

    async def find(self, community: int, wanted: Wanted, offset: int, limit: int) -> SeenPage:
        """The people of a community who chose to be found and are meant by `wanted`, by name.

        Raises Refused for words that cannot be looked for. A hidden part never decides anything.
        """

    async def shown_going(self, people: Collection[int]) -> frozenset[int]:
        """Those of these people who let it be seen which events they are going to."""


def _is_within(place: Place | None, near: Place, km: int) -> bool:
    if place is None:
        return False
    return distance_km(place.latitude, place.longitude, near.latitude, near.longitude) <= km


def _has_genre(genres: Collection[str], wanted: str) -> bool:
    """Whether one of the genres has all words of the one that is wanted: "techno" is among "dub techno"."""
    needed = set(terms(wanted)) or {fold(wanted)}
    return any(needed <= set(terms(genre)) for genre in genres)
