"""Gigs: what members offer each other to do, who wants to do it, and who wants to hear of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Protocol

from bot.domain.events import Price
from bot.domain.people import Account, Origin
from bot.domain.places import Place, distance_km
from bot.domain.preferences import Preferences
from bot.domain.quiet import out_of_quiet
from bot.domain.roles import is_role, role_terms
from bot.domain.terms import query_terms, terms
from bot.domain.walls import instant
from bot.i18n import N_

TITLE_MOST = 150
ABOUT_MOST = 2_000
CONTACT_MOST = 200
LINE_MOST = 500
REASON_MOST = 300
ROLES_MOST = 5
ROLE_MOST = 40
FOLLOWS_MOST = 20
"""Of one person in one community."""
OPEN_MOST = 20
"""Of one member in one community, those that wait for approval too."""

TERM = timedelta(days=30)
"""How long a gig is open whose deadline nobody named, and how much longer when it is renewed."""
LONGEST = timedelta(days=366)
KEPT_FOR = timedelta(days=365)
"""So long after its deadline a gig stays in its poster's history."""

ASKED_BEFORE = timedelta(days=3)
SHORT = timedelta(days=7)
"""Of a gig that is open no longer than this the poster is asked a day before its end."""
ASKED_BEFORE_SHORT = timedelta(days=1)
DAILY_AT = time(9)
"""When what came in a day is told together, on the reader's wall."""

ASKS = "gig.ends"
"""The kind of a gig's due row: its poster is asked whether to renew it."""
NEW = "gig.new"
"""The kind of a gig's due row: it can be seen now, and who follows such is told."""
DAILY = "gig.daily"
"""The kind of a person's due row: what came that fits what they follow daily."""


class What(StrEnum):
    SESSION = "session"
    MIX = "mix"
    PRODUCTION = "production"
    COWRITE = "co-write"
    INTERNSHIP = "internship"
    ASSISTANT = "assistant"
    TEACHING = "teaching"
    PLACEMENT = "placement"


WHAT_NAMES: Mapping[str, str] = {
    What.SESSION: N_("Session"),
    What.MIX: N_("Mix or master"),
    What.PRODUCTION: N_("Production"),
    What.COWRITE: N_("Co-write"),
    What.INTERNSHIP: N_("Internship"),
    What.ASSISTANT: N_("Assistant"),
    What.TEACHING: N_("Teaching"),
    What.PLACEMENT: N_("Placement call"),
}


class Per(StrEnum):
    """What an amount is paid for."""

    GIG = "gig"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    SONG = "song"


@dataclass(frozen=True, slots=True)
class Pay:
    """How something is paid: an amount, a share of what it earns (percent of a split, points), both, or not at all.

    `split` 0: a split, to be agreed upon; None: none.
    """

    amount: Price | None = None
    per: Per = Per.GIG
    split: Decimal | None = None
    points: Decimal | None = None

    @property
    def is_paid(self) -> bool:
        """Whether there is money for the work itself; a share of what it may earn is none."""
        return self.amount is not None

    @property
    def has_share(self) -> bool:
        return self.split is not None or self.points is not None


class Standing(StrEnum):
    PENDING = "pending"
    OPEN = "open"
    DECLINED = "declined"
    FILLED = "filled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class About:
    """What a gig is, in its poster's words. `pay` None: it is not stated. `contact` "": through the bot."""

    what: What
    title: str
    roles: tuple[str, ...] = ()
    place: Place | None = None
    is_remote: bool = False
    pay: Pay | None = None
    link: str = ""
    text: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class NewGig:
    about: About
    deadline: datetime
    """Aware UTC."""
    origin: Origin
    is_approved: bool
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Gig:
    """`poster` is the person, `account` the one they posted it with. `opened_at` is None as long as nobody approved it.

    `is_mine`: of whoever looks; `wants_it`: they said that it interests them. `interested` is how many did.
    """

    id: int
    community: int
    about: About
    poster: int
    account: Account
    posted_at: datetime
    deadline: datetime
    standing: Standing
    opened_at: datetime | None = None
    reason: str = ""
    """Why it was declined."""
    interested: int = 0
    is_mine: bool = False
    wants_it: bool = False

    def is_live(self, now: datetime) -> bool:
        """Whether everybody in the community sees it in lists."""
        return self.standing is Standing.OPEN and self.deadline > now

    def is_pending(self, now: datetime) -> bool:
        return self.standing is Standing.PENDING and self.deadline > now

    def has_expired(self, now: datetime) -> bool:
        return self.standing in (Standing.OPEN, Standing.PENDING) and self.deadline <= now


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of posting: a new gig, or the one that this request had made (`is_new` False)."""

    id: int
    is_new: bool


class Order(Enum):
    NEWEST = "newest"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for or followed; what is empty or None is not asked.

    `near` is met within so many kilometres, and by what can be done from afar unless `is_remote` is False. What states
    no pay is neither paid nor unpaid.
    """

    words: str = ""
    what: What | None = None
    role: str = ""
    near: Place | None = None
    within_km: int = 50
    is_remote: bool | None = None
    is_paid: bool | None = None

    def fits(self, about: About) -> bool:
        """Whether a gig is meant. Raises Refused for `words` that cannot be looked for."""
        return (
            (self.what is None or self.what is about.what)
            and (self.is_paid is None or (about.pay is not None and about.pay.is_paid is self.is_paid))
            and self._is_there(about)
            and (not self.role or any(is_role(role, self.role) for role in about.roles))
            and self._has_words(about)
        )

    def _is_there(self, about: About) -> bool:
        if self.is_remote and not about.is_remote:
            return False
        if self.is_remote is False and about.place is None:
            return False
        if self.near is None or (about.is_remote and self.is_remote is not False):
            return True
        here, there = self.near, about.place
        return there is not None and (
            distance_km(there.latitude, there.longitude, here.latitude, here.longitude) <= self.within_km
        )

    def _has_words(self, about: About) -> bool:
        wanted = query_terms(self.words)
        if not wanted:
            return True
        place = about.place.full_label if about.place else ""
        texts = (about.title, about.text, WHAT_NAMES[about.what], place, _pay_words(about.pay))
        held = {term for text in texts for term in terms(text)} | {
            term for role in about.roles for term in role_terms(role)
        }
        return all(any(each.startswith(term) for each in held) for term in wanted)


def _pay_words(pay: Pay | None) -> str:
    """What somebody may type for how it is paid."""
    if pay is None:
        return ""
    return "paid" if pay.is_paid else "split share" if pay.has_share else "unpaid"


@dataclass(frozen=True, slots=True)
class Page:
    gigs: tuple[Gig, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Interest:
    """Somebody would like to do it, with the line they wrote to the poster."""

    person: int
    account: Account
    line: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody wants to hear of gigs that fit `wanted` (without words), at once or daily."""

    id: int
    person: int
    community: int
    wanted: Wanted
    is_daily: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What organisers ask of gigs in their community."""

    needs_pay: bool = False
    """Pay must be stated, whatever it is."""
    needs_approval: bool = False


def asks_at(opened: datetime, deadline: datetime) -> datetime | None:
    """When the poster is asked whether to renew it; None where there is no time for that."""
    term = deadline - opened
    at = deadline - (ASKED_BEFORE if term > SHORT else ASKED_BEFORE_SHORT)
    return at if at > opened else None


def last_daily(now: datetime, preferences: Preferences, zone: str) -> datetime:
    """The moment of the last daily alert by `now`, for somebody in `zone` (IANA)."""
    return max(each for each in _dailies(now, preferences, zone) if each <= now)


def next_daily(now: datetime, preferences: Preferences, zone: str) -> datetime:
    """The moment of the next one after `now`."""
    return min(each for each in _dailies(now, preferences, zone) if each > now)


def _dailies(now: datetime, preferences: Preferences, zone: str) -> Sequence[datetime]:
    today: date = now.date()
    walls = (datetime.combine(today + timedelta(days=days), DAILY_AT) for days in range(-3, 4))
    return [out_of_quiet(instant(wall, zone), preferences.quiet, zone) for wall in walls]


class Gigs(Protocol):
    """The repository of gigs. Every method takes the community or the people it acts for.

    A gig that waits for approval, was declined, is closed or over is found by its poster and, where `sees_all`, by
    organisers; to all others it is not there.
    """

    async def rules(self, community: int) -> Rules:
        """What organisers set."""

    async def set_rules(self, community: int, rules: Rules) -> None:
        """Keep it, in the place of what was."""

    async def post(self, community: int, new: NewGig, now: datetime) -> Posted:
        """Keep it, or find what this `request_id` made. Raises Refused at `OPEN_MOST`."""

    async def get(
        self, community: int, id_: int, *, person: int | None, sees_all: bool = False, now: datetime
    ) -> Gig | None:
        """One gig, if whoever asks may see it."""

    async def where(self, person: int, id_: int) -> int | None:
        """The community of a gig, if they are a member there and the bot is."""

    async def find(
        self,
        community: int,
        wanted: Wanted,
        order: Order,
        *,
        person: int | None,
        now: datetime,
        offset: int,
        limit: int,
    ) -> Page:
        """What is live and fits. Raises Refused for words that cannot be looked for."""

    async def suggest(
        self, community: int, typed: str, *, person: int, now: datetime, is_own: bool, limit: int
    ) -> Sequence[Gig]:
        """Those whose title has words that start as typed, the newest first: live ones or, where `is_own`, whatever
        they posted.
        """

    async def mine(self, community: int, person: int, offset: int, limit: int) -> Page:
        """What they posted, the last first, however it ended."""

    async def pending(self, community: int, now: datetime, offset: int, limit: int) -> Page:
        """What waits for approval, the longest first."""

    async def change(self, community: int, id_: int, about: About, deadline: datetime, standing: Standing) -> None:
        """Write what an edit made of it. Raises NotFound."""

    async def approve(self, community: int, id_: int, now: datetime) -> bool:
        """Let everybody see it; False where it does not wait: of two who decide at once one does."""

    async def decline(self, community: int, id_: int, reason: str) -> bool:
        """As `approve`."""

    async def close(self, community: int, id_: int, how: Standing) -> bool:
        """End it before its deadline; False where it has ended."""

    async def renew(self, community: int, id_: int, deadline: datetime) -> bool:
        """Let it be open until then, whether it is over or not; False where it was closed or declined."""

    async def remove(self, community: int, id_: int) -> bool:
        """Delete it with all that belongs to it; False when it is not there."""

    # --- who would like to do it ---

    async def want(self, community: int, id_: int, origin: Origin, line: str, now: datetime) -> bool:
        """Note that somebody would like to do it; False where they said so already. Raises NotFound."""

    async def unwant(self, community: int, id_: int, person: int) -> bool:
        """They do not any more; False where they did not."""

    async def interests(self, id_: int, community: int) -> Sequence[Interest]:
        """Who would like to do it, the first first, each person once."""

    # --- who wants to hear of such ---

    async def follow(self, community: int, person: int, wanted: Wanted, *, is_daily: bool, now: datetime) -> bool:
        """False where they did already, which then comes as this says. Raises Refused at `FOLLOWS_MOST`."""

    async def unfollow(self, person: int, id_: int) -> bool:
        """False where it is not there, or not theirs."""

    async def follows(self, community: int, person: int) -> Sequence[Follow]:
        """What somebody follows, the oldest first."""

    async def followers(self, community: int) -> Sequence[Follow]:
        """What all follow there who are still members, where the bot still is."""

    async def follows_of(self, persons: Collection[int]) -> Sequence[Follow]:
        """What these people follow, in communities where they and the bot still are."""

    # --- what falls due, for the bot itself ---

    async def fallen_due(self, ids: Collection[int]) -> Sequence[Gig]:
        """Gigs of any community, by their ids."""

    async def tell(self, id_: int, persons: Mapping[int, bool], now: datetime) -> Collection[int]:
        """Note who is told of a gig, and whether daily (True); returns those who were not told of it before."""

    async def untold(self, persons: Collection[int], until: Mapping[int, datetime]) -> Mapping[int, Sequence[int]]:
        """The gigs that each of them is to be told of, of those noted by then; from now on they are told."""

    async def has_untold(self, persons: Collection[int]) -> frozenset[int]:
        """Those of these people for whom something waits until the next daily alert."""

    async def sweep(self, before: datetime, limit: int) -> int:
        """Delete gigs whose deadline was before then (housekeeping); returns how many."""
