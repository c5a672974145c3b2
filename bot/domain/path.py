"""A member's path over the pillars: what they did lately, and a good next step in each, chosen by plain rules.

A rule looks at one pillar and all that is known around somebody, and has a step to offer or none. The first that has
one is heard; the last one always has. A step says why it was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.connections import Connection, Promise
from bot.domain.events import Kind, Occurrence
from bot.domain.gigs import About as Offer
from bot.domain.gigs import Gig, What
from bot.domain.gigs import Wanted as WantedGig
from bot.domain.goals import Goal
from bot.domain.profiles import Profile
from bot.domain.resources import Level, Resource
from bot.domain.roles import is_role
from bot.domain.topics import Pillar
from bot.i18n import N_

LATELY = timedelta(days=60)
AHEAD = timedelta(days=30)
"""Events so far ahead may be a next step."""

KIND_PILLARS: Mapping[Kind | None, Pillar] = {
    Kind.WORKSHOP: Pillar.CRAFT,
    Kind.MASTERCLASS: Pillar.CRAFT,
    Kind.OPEN_STUDIO: Pillar.EXPERIENCE,
    Kind.SHOWCASE: Pillar.EXPERIENCE,
    Kind.CONFERENCE: Pillar.NETWORK,
    Kind.MEETUP: Pillar.NETWORK,
    Kind.CONCERT: Pillar.NETWORK,
    Kind.DEADLINE: Pillar.INCOME,
    None: Pillar.NETWORK,
}
"""What an event is good for; None: one that does not say what it is."""

OF_EXPERIENCE = frozenset({What.INTERNSHIP, What.ASSISTANT})
"""Gigs that are done to learn how it is done; all others are for income."""


def gig_pillar(what: What) -> Pillar:
    return Pillar.EXPERIENCE if what in OF_EXPERIENCE else Pillar.INCOME


# --- what somebody did -------------------------------------------------------------------------------------


class Did(StrEnum):
    WENT = "went"
    MET = "met"
    KEPT = "kept"
    """A promise."""
    REACHED = "reached"
    """A goal."""
    LEARNED = "learned"
    """They saved, shared or found helpful something of the library."""
    GIG = "gig"
    """They posted one, or were interested in one."""


@dataclass(frozen=True, slots=True)
class Deed:
    did: Did
    pillar: Pillar
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a kind there were, and the name of the newest."""

    did: Did
    count: int
    newest: str


def tallies(deeds: Iterable[Deed], pillar: Pillar) -> Sequence[Tally]:
    """One for each kind there was, in the order of `Did`."""
    of: dict[Did, list[Deed]] = {did: [] for did in Did}
    for deed in deeds:
        if deed.pillar is pillar:
            of[deed.did].append(deed)
    return [
        Tally(did, len(each), max(each, key=lambda deed: (deed.at, deed.name)).name) for did, each in of.items() if each
    ]


@dataclass(frozen=True, slots=True)
class Went:
    """An occurrence somebody said they were going to, which is over."""

    occurrence: int
    community: int
    kind: Kind | None
    ended: datetime


@dataclass(frozen=True, slots=True)
class Learned:
    """A resource of the library that somebody saved, shared or found helpful, and when they last did."""

    title: str
    topic: str
    """Its key."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Worked:
    """A gig that somebody posted or was interested in, and when they last did either."""

    title: str
    what: What
    at: datetime


class Lately(Protocol):
    """Asks what somebody did; every method names the person."""

    async def went(self, person: int, since: datetime, now: datetime, most: int) -> Sequence[Went]:
        """What they were going to that ended then, the newest first: not cancelled, no deadlines, in communities where
        they and the bot still are.
        """

    async def met(self, person: int, since: datetime, now: datetime, most: int) -> Sequence[tuple[int, datetime]]:
        """The connections they met then, and when last, the newest first."""

    async def kept(self, person: int, since: datetime, most: int) -> Sequence[tuple[int, datetime]]:
        """Their own promises that they kept since then, and when, the newest first."""

    async def learned(self, person: int, since: datetime, most: int) -> Sequence[Learned]:
        """What of the libraries they saved, shared or found helpful since then, the newest first: in communities where
        they and the bot still are.
        """

    async def worked(self, person: int, since: datetime, most: int) -> Sequence[Worked]:
        """The gigs they posted or were interested in since then, the newest first, as `learned` has them."""


# --- what would be good to do ------------------------------------------------------------------------------


class Way(StrEnum):
    """What a step leads to."""

    GOAL = "goal"
    PROMISE = "promise"
    TOUCH = "touch"
    """Somebody to get back to."""
    EVENT = "event"
    GIG = "gig"
    RESOURCE = "resource"
    FIRST = "first"
    """A plain beginning; `Step.ask` says of what."""


@dataclass(frozen=True, slots=True)
class Step:
    """`name` says what to do or what it is about; `because` is marked with `N_`, and `values` (days, numbers, people's
    words) fill its `{names}`. `name` is marked, too, where the way is FIRST.
    """

    way: Way
    name: str
    because: str
    values: Mapping[str, object] = field(default_factory=dict)
    id: int = 0
    """Of the goal, promise, connection, occurrence, gig or resource."""
    ask: str = ""
    """The command that a first step begins, and what of it is filled in, as `bot.commands.ASK` has it."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the rules look at; each sequence has the best first."""

    today: date
    """On their calendar."""
    profile: Profile = field(default_factory=Profile)
    level: Level | None = None
    goals: Sequence[Goal] = ()
    """Open ones whose day is near, or was."""
    promises: Sequence[Promise] = ()
    """What they owe that is due soon, or was."""
    late: Sequence[Connection] = ()
    """Whom it is time to get back to."""
    events: Sequence[Occurrence] = ()
    """Coming ones near them and of a kind that they like, which they did not answer to."""
    gigs: Sequence[Gig] = ()
    """Open ones of others that fit them (`fits`) and that they did not answer to."""
    resources: Mapping[Pillar, Sequence[Resource]] = field(default_factory=dict)
    """What others find helpful at their level."""


Rule = Callable[[Pillar, Around], Step | None]


def goal_due(pillar: Pillar, around: Around) -> Step | None:
    for goal in around.goals:
        if goal.topic is pillar and goal.by is not None:
            because = (
                N_("because its day was {day}, and it is still yours to finish or to move")
                if goal.is_late(around.today)
                else N_("because you wanted it done by {day}")
            )
            return Step(Way.GOAL, goal.what, because, {"day": goal.by}, goal.id)
    return None


def promise_due(pillar: Pillar, around: Around) -> Step | None:
    if pillar is not Pillar.NETWORK:
        return None
    for promise in around.promises:
        if promise.due is not None:
            values = {"name": promise.name, "day": promise.due.wall.date()}
            because = N_("because you promised it to {name} by {day}")
            return Step(Way.PROMISE, promise.text, because, values, promise.id)
    return None


def get_back(pillar: Pillar, around: Around) -> Step | None:
    if pillar is not Pillar.NETWORK or not around.late:
        return None
    who = around.late[0]
    because = N_("because you want to stay in touch, and last were on {day}")
    return Step(Way.TOUCH, who.about.name, because, {"day": who.last_contact}, who.id)


def event_near(pillar: Pillar, around: Around) -> Step | None:
    city = around.profile.city
    for event in around.events:
        details = event.details
        if KIND_PILLARS[details.kind] is pillar and event.mine is None:
            if details.kind is Kind.DEADLINE:
                because = N_("because it ends within {days} days, and you have not answered")
            elif city is None or details.place is None:
                because = N_("because it is within {days} days, and you have not answered")
            else:
                because = N_("because it is near {city} within {days} days, and you have not answered")
            values = {"days": AHEAD.days, "city": city.name if city else ""}
            return Step(Way.EVENT, details.title, because, values, event.id)
    return None


def gig_fits(pillar: Pillar, around: Around) -> Step | None:
    for gig in around.gigs:
        if gig_pillar(gig.about.what) is pillar and not gig.wants_it and not gig.is_mine:
            because = (
                N_("because it looks for what you do, and is open until {day}")
                if looks_for(gig.about, around.profile)
                else N_("because it can be done where you are, and is open until {day}")
            )
            return Step(Way.GIG, gig.about.title, because, {"day": gig.deadline}, gig.id)
    return None


def fits(offer: Offer, profile: Profile) -> bool:
    """Whether a gig is for somebody who said what they do or where they live: one of the roles it looks for, where it
    names any, and within reach.
    """
    if profile.city is None:
        return looks_for(offer, profile)
    return (not offer.roles or looks_for(offer, profile)) and WantedGig(near=profile.city).fits(offer)


def looks_for(offer: Offer, profile: Profile) -> bool:
    """Whether one of the roles it looks for is one of theirs."""
    theirs = [role.strip() for role in profile.role.split(",") if role.strip()]
    return any(is_role(wanted, role) for wanted in offer.roles for role in theirs)


def resource_helpful(pillar: Pillar, around: Around) -> Step | None:
    for resource in around.resources.get(pillar, ()):
        if resource.helpful and not resource.is_saved and not resource.is_helpful:
            because = (
                N_("because members find it helpful ({count}), and it is not on your list")
                if around.level is None
                else N_("because members find it helpful ({count}), it is for your level, and it is not on your list")
            )
            return Step(Way.RESOURCE, resource.about.title, because, {"count": resource.helpful}, resource.id)
    return None


def say_who_you_are(pillar: Pillar, around: Around) -> Step | None:
    if pillar is not Pillar.EXPERIENCE or (around.profile.city is not None and around.profile.role):
        return None
    because = N_("because then what is near you and fits you can be found")
    return Step(Way.FIRST, N_("Say your city and your role"), because, ask="me profile")


def first_step(pillar: Pillar, _around: Around) -> Step:
    return FIRST[pillar]


FIRST: Mapping[Pillar, Step] = {
    Pillar.CRAFT: Step(
        Way.FIRST,
        N_("Share a link that helped you"),
        N_("because what helped you helps others here"),
        ask="resource share",
    ),
    Pillar.EXPERIENCE: Step(
        Way.FIRST,
        N_("Find an open studio"),
        N_("because watching others work teaches what no text does"),
        ask="event find/kind=open studio",
    ),
    Pillar.NETWORK: Step(
        Way.FIRST,
        N_("Note somebody you met"),
        N_("because you get back to those whom you noted"),
        ask="connect log",
    ),
    Pillar.BUSINESS: Step(
        Way.FIRST,
        N_("Read one contract before you need it"),
        N_("because under pressure nobody reads well"),
        ask="resource find/topic=business",
    ),
    Pillar.INCOME: Step(
        Way.FIRST,
        N_("Look for a gig"),
        N_("because somebody here may look for what you do"),
        ask="gig find",
    ),
}
"""What anybody can begin with."""

RULES: Sequence[Rule] = (
    goal_due,
    promise_due,
    get_back,
    event_near,
    gig_fits,
    resource_helpful,
    say_who_you_are,
    first_step,
)
"""In this order: what was promised, to oneself or to others, comes before what is on offer."""


def next_step(pillar: Pillar, around: Around) -> Step:
    """What the first of `RULES` says that has something to say."""
    return next(step for rule in RULES if (step := rule(pillar, around)) is not None)
