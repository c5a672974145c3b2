"""What is known around somebody: what they did lately, and what their next steps are chosen from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.domain.connections import Side
from bot.domain.events import Occurrence
from bot.domain.gigs import Gig
from bot.domain.gigs import Order as GigOrder
from bot.domain.gigs import Wanted as WantedGig
from bot.domain.goals import SOON
from bot.domain.nudges import Taste, suits
from bot.domain.path import AHEAD, KIND_PILLARS, LATELY, Around, Deed, Did, fits, gig_pillar
from bot.domain.profiles import Profile
from bot.domain.resources import Level, Order, Resource, Wanted
from bot.domain.topics import Pillar
from bot.ports import UnitOfWork
from bot.request import Request

COUNTED_MOST = 100
"""Of each kind of what somebody did: a count beyond that says no more."""
LOOKED_AT = 200
"""Coming events of all their communities, soonest first."""
OFFERED = 20
"""Of those that suit them."""
FEW = 5


async def around(request: Request, uow: UnitOfWork, today: date) -> Around:
    """All that the rules look at."""
    person = request.person.id
    profile = await uow.profiles.get(person)
    ledger = await uow.connections.open_promises(person, Side.MINE, offset=0, limit=FEW)
    due = (await uow.goals.due([person], today + SOON, FEW)).get(person, ())
    level = (await uow.preferences.of([person]))[person].level
    return Around(
        today=today,
        profile=profile,
        level=level,
        goals=await uow.goals.several(person, [id_ for id_, _ in due]),
        promises=[each for each in ledger.promises if each.due and each.due.wall.date() <= today + SOON],
        late=await uow.connections.late(person, today, 1),
        events=await _coming(request, uow, profile),
        gigs=await _gigs(request, uow, profile),
        resources=await _helpful(request, uow, level),
    )


async def deeds(request: Request, uow: UnitOfWork) -> Sequence[Deed]:
    """What the asker did lately."""
    return [
        *await went(request.person.id, uow, request.now),
        *await _met(request, uow),
        *await _kept(request, uow),
        *await reached(request.person.id, uow, request.now),
        *await _learned(request, uow),
        *await _worked(request, uow),
    ]


async def went(person: int, uow: UnitOfWork, now: datetime) -> Sequence[Deed]:
    """The events that are over, by what each is good for."""
    found = await uow.lately.went(person, now - LATELY, now, COUNTED_MOST)
    by_home: defaultdict[int, list[int]] = defaultdict(list)
    for each in found:
        by_home[each.community].append(each.occurrence)
    titles: dict[int, str] = {}
    for home, ids in by_home.items():
        titles |= {each.id: each.details.title for each in await uow.events.several(home, ids, person=None)}
    return [Deed(Did.WENT, KIND_PILLARS[each.kind], titles.get(each.occurrence, ""), each.ended) for each in found]


async def reached(person: int, uow: UnitOfWork, now: datetime) -> Sequence[Deed]:
    """The goals that were ticked off, in the topic of each; those in none count nowhere."""
    return [
        Deed(Did.REACHED, goal.topic, goal.what, goal.settled_at)
        for goal in await uow.goals.done(person, now - LATELY)
        if goal.topic is not None and goal.settled_at is not None
    ]


async def _met(request: Request, uow: UnitOfWork) -> Sequence[Deed]:
    person = request.person.id
    at = dict(await uow.lately.met(person, request.now - LATELY, request.now, COUNTED_MOST))
    return [
        Deed(Did.MET, Pillar.NETWORK, each.about.name, at[each.id])
        for each in await uow.connections.several(person, [*at])
    ]


async def _kept(request: Request, uow: UnitOfWork) -> Sequence[Deed]:
    person = request.person.id
    at = dict(await uow.lately.kept(person, request.now - LATELY, COUNTED_MOST))
    return [
        Deed(Did.KEPT, Pillar.NETWORK, each.text, at[each.id]) for each in await uow.connections.promises(person, [*at])
    ]


async def _learned(request: Request, uow: UnitOfWork) -> Sequence[Deed]:
    """In the pillars; what stands under a topic that a community added counts nowhere."""
    found = await uow.lately.learned(request.person.id, request.now - LATELY, COUNTED_MOST)
    return [Deed(Did.LEARNED, Pillar(each.topic), each.title, each.at) for each in found if each.topic in set(Pillar)]


async def _worked(request: Request, uow: UnitOfWork) -> Sequence[Deed]:
    found = await uow.lately.worked(request.person.id, request.now - LATELY, COUNTED_MOST)
    return [Deed(Did.GIG, gig_pillar(each.what), each.title, each.at) for each in found]


async def _gigs(request: Request, uow: UnitOfWork, profile: Profile) -> Sequence[Gig]:
    """Those of this community that fit them, the newest first."""
    if request.joined is None:
        return ()
    home, person, wanted = request.joined.id, request.person.id, WantedGig(near=profile.city)
    page = await uow.gigs.find(
        home, wanted, GigOrder.NEWEST, person=person, now=request.now, offset=0, limit=COUNTED_MOST
    )
    return [each for each in page.gigs if fits(each.about, profile)]


async def _helpful(request: Request, uow: UnitOfWork, level: Level | None) -> Mapping[Pillar, Sequence[Resource]]:
    """Of each pillar what members here find most helpful."""
    if request.joined is None:
        return {}
    home, person = request.joined.id, request.person.id
    wanted = {pillar: Wanted(topic=pillar, level=level, order=Order.HELPFUL) for pillar in Pillar}
    return {
        pillar: (await uow.resources.find(home, each, person=person, offset=0, limit=OFFERED)).resources
        for pillar, each in wanted.items()
    }


async def _coming(request: Request, uow: UnitOfWork, profile: Profile) -> Sequence[Occurrence]:
    """Events of this community that suit them and that they did not answer to, soonest first."""
    if request.joined is None:
        return ()
    person, home = request.person.id, request.joined.id
    taste = Taste(profile.city, profile.genres)
    news = await uow.nudges.news([person], request.now, request.now + AHEAD, LOOKED_AT)
    ids = [each.occurrence for each in news if each.community == home and suits(each, taste)]
    return await uow.events.several(home, ids[:OFFERED], person=person)
