"""The library: what members share because it helps, and what the others make of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Protocol

from bot.domain.events import Price
from bot.domain.people import Origin
from bot.domain.topics import Pillar
from bot.i18n import N_

TITLE_MOST = 200
DESCRIPTION_MOST = 1_000
NOTE_MOST = 500
LINK_MOST = 1_000
SITE_MOST = 80
TAGS_MOST = 10
TAG_MOST = 40
KEPT_MOST = 100_000
"""In one community."""


ASKS_FOR_LAW = frozenset({Pillar.BUSINESS.value})
"""Topics (keys) whose resources say whose law they are about, and by when to look at them again: a link that is alive
can carry law that is not.
"""


class Kind(StrEnum):
    ARTICLE = "article"
    VIDEO = "video"
    TEMPLATE = "template"
    COURSE = "course"
    BOOK = "book"
    TOOL = "tool"


KIND_NAMES: Mapping[str, str] = {
    Kind.ARTICLE: N_("Article"),
    Kind.VIDEO: N_("Video"),
    Kind.TEMPLATE: N_("Template"),
    Kind.COURSE: N_("Course"),
    Kind.BOOK: N_("Book"),
    Kind.TOOL: N_("Tool"),
}


class Level(StrEnum):
    BEGINNER = "beginner"
    WORKING = "working"
    PRO = "pro"


LEVEL_NAMES: Mapping[str, str] = {
    Level.BEGINNER: N_("Beginner"),
    Level.WORKING: N_("Working"),
    Level.PRO: N_("Pro"),
}


class Order(Enum):
    """How what is found is sorted. RELEVANCE without words is NEWEST."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    HELPFUL = "helpful"


class Standing(StrEnum):
    """How a link was when it was last looked at."""

    UNKNOWN = "unknown"
    ALIVE = "alive"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class About:
    """What a resource is, as its sharer confirmed it. What is empty or None is not known.

    `topic` is a topic's key. `jurisdiction` is whose law it is about: an ISO 3166-1 alpha-2 code, "EU", or "any"
    for no country's in particular. `review_by` is the day by which somebody should look whether it still holds. What
    stands under one of `ASKS_FOR_LAW` has both.
    """

    title: str
    topic: str
    description: str = ""
    site: str = ""
    kind: Kind | None = None
    tags: tuple[str, ...] = ()
    """Case-folded."""
    level: Level | None = None
    price: Price | None = None
    language: str = ""
    """ISO 639-1."""
    jurisdiction: str = ""
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class NewResource:
    """`link` is the original one, as it was shared; `key` what tells its page from others (`links.page_key`)."""

    link: str
    key: str
    about: About
    sharer: int | None
    """The person; None where an operator brought it."""
    origin: Origin | None
    """Whoever owns that account is the one who shared it, also after linking and unlinking."""
    note: str = ""
    """Why it helps; the sharer's."""
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What a member says about it; one each. `name` is "" for somebody who is not here any more."""

    person: int | None
    name: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Resource:
    """`is_saved` and `is_helpful` are those of the person who looks; False for nobody in particular."""

    id: int
    link: str
    key: str
    about: About
    shared_at: datetime
    sharer: int | None
    """The person; None for somebody who is not here any more."""
    sharer_name: str
    notes: tuple[Note, ...] = ()
    """The sharer's first, then as they came."""
    helpful: int = 0
    is_saved: bool = False
    is_helpful: bool = False
    standing: Standing = Standing.UNKNOWN
    dead_since: datetime | None = None
    archived: str = ""
    """Where an archive may have a copy of what is dead."""

    def is_stale(self, today: date) -> bool:
        """Whether somebody should look if it still holds."""
        return self.about.review_by is not None and self.about.review_by < today


@dataclass(frozen=True, slots=True)
class Shared:
    """What came of sharing: a new resource, or the one that was there (`is_new` False)."""

    id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is empty or None is not asked."""

    words: str = ""
    topic: str = ""
    tag: str = ""
    level: Level | None = None
    kind: Kind | None = None
    is_free: bool | None = None
    """True: free; False: not free. What says no price is neither."""
    jurisdiction: str = ""
    """Also finds what is about no law in particular, behind what is."""
    order: Order = Order.RELEVANCE


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of what was found and how many there are in all."""

    resources: tuple[Resource, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody wants to hear of what is new in a topic (key), with a tag, or both; "" asks nothing of it."""

    topic: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Linked:
    """A resource's link as it is looked at by itself. `fails`: how often in a row it led nowhere."""

    id: int
    community: int
    link: str
    standing: Standing
    fails: int


FOLLOWS_MOST = 30
"""Of one person in one community."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is new to somebody, of the communities they and the bot are in."""

    resource: int
    community: int


class Resources(Protocol):
    """The repository of the library. Every method takes the community or the people it acts for."""

    async def share(self, community: int, new: NewResource, now: datetime) -> Shared:
        """Keep it, with its note as the sharer's. Where its page is there already, or this `request_id` is, that one
        is returned and nothing is changed: of many who share a page at once one is the first.

        Raises Refused at `KEPT_MOST`.
        """

    async def bring(self, community: int, batch: Sequence[NewResource], now: datetime) -> Sequence[Shared]:
        """Share many, each as `share` would; what came of them in their order."""

    async def of_page(self, community: int, key: str, person: int | None) -> Resource | None:
        """The resource of a page, if the community has it."""

    async def get(self, community: int, id_: int, *, person: int | None) -> Resource | None:
        """One resource; an id from before linking or unlinking finds what stands for it now."""

    async def several(self, community: int, ids: Collection[int], *, person: int | None) -> Sequence[Resource]:
        """Those of `ids` that this community has, in that order."""

    async def find(self, community: int, wanted: Wanted, *, person: int | None, offset: int, limit: int) -> Page:
        """What fits; dead ones come last. Words are found in the title, then in tags, site, kind, level and topic, then
        in description and notes, and count in that order, as `bot.domain.terms` reads them on both databases; among
        equals what more find helpful comes first, then the newest. Raises Refused for words that cannot be looked for.
        """

    async def suggest(self, community: int, typed: str, limit: int) -> Sequence[Resource]:
        """Those that are named by words that start as typed (title, tags, site, kind, level, topic), most helpful
        first.
        """

    async def tags(self, community: int, typed: str, limit: int) -> Sequence[str]:
        """Tags in use that begin as typed, the most used first."""

    async def change(self, community: int, id_: int, about: About, link: str, key: str, now: datetime) -> None:
        """Write what an edit made of it. Raises Refused where another resource is of that page, NotFound."""

    async def remove(self, community: int, id_: int) -> bool:
        """Remove it with its notes, votes and places in lists; False when it is not there."""

    async def note(self, community: int, id_: int, person: int, text: str, now: datetime) -> None:
        """Their note about it, in the place of the one they had; "" takes it away. Raises NotFound."""

    async def save(self, community: int, id_: int, person: int, is_saved: bool, now: datetime) -> None:
        """Put it on their list, or take it off. Raises NotFound."""

    async def help(self, community: int, id_: int, person: int, is_helpful: bool, now: datetime) -> int:
        """Their vote, one each; returns how many find it helpful. Raises NotFound."""

    async def saved(self, community: int, person: int, offset: int, limit: int) -> Page:
        """Their list, the last saved first."""

    async def every(self, community: int, *, after: int, limit: int) -> Sequence[Resource]:
        """All of the library, a stretch at a time: those with ids above `after`, in their order."""

    # --- hearing of what is new ---

    async def follow(self, community: int, person: int, follow: Follow, now: datetime) -> bool:
        """False where they did already. Raises Refused at `FOLLOWS_MOST`."""

    async def unfollow(self, community: int, person: int, follow: Follow) -> bool:
        """False where they did not."""

    async def follows(self, community: int, person: int) -> Sequence[Follow]:
        """What somebody follows, the oldest first."""

    async def fresh(self, spans: Mapping[int, tuple[datetime, datetime]], most: int) -> Mapping[int, Sequence[Fresh]]:
        """What was shared by others in each person's span of time (its end excluded) and fits what they follow
        in the communities where they and the bot are: newest first, at most so many for each.
        """

    async def seen(self, person: int, ids: Collection[int]) -> Sequence[Resource]:
        """Those of `ids` that somebody sees, of any community where they and the bot are, in that order."""

    async def newest(self, community: int, since: datetime, until: datetime, limit: int) -> Sequence[Resource]:
        """What was shared then, the newest first, without what is dead."""

    # --- staying alive ---

    async def linked(self, ids: Collection[int]) -> Sequence[Linked]:
        """Those of `ids` that there are, of several communities, for the scheduler."""

    async def stand(
        self, community: int, id_: int, standing: Standing, now: datetime, *, fails: int = 0, archived: str = ""
    ) -> None:
        """How its link was found. `dead_since` is set when it becomes dead, and unset when it does not stay so."""

    async def stale(self, community: int, day: date, limit: int) -> Sequence[Resource]:
        """Those whose `review_by` is before that day, the longest first."""
