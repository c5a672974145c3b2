"""Which gig somebody means, by words of its title or by its number; and where a button from a direct message leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Services, read_id
from bot.domain.gigs import Gig
from bot.domain.places import fold
from bot.errors import NotAllowed, NotFound
from bot.features.lookups import NamedLookup
from bot.features.organising import organises
from bot.i18n import N_, Slash, Words
from bot.params import Stored
from bot.ports import UnitOfWork
from bot.request import Request

GIG, OWN_GIG, WAITING_GIG = "gig", "own gig", "waiting gig"
WAITING_MOST = 1_000
"""Gigs that are looked through for one that organisers name."""


@dataclass(frozen=True, slots=True)
class GigParam(Stored):
    lookup: str = GIG


@dataclass(frozen=True, slots=True)
class OwnGigParam(Stored):
    """One that the asker posted; organisers may name any."""

    lookup: str = OWN_GIG


@dataclass(frozen=True, slots=True)
class WaitingGigParam(Stored):
    """One that waits for approval, for organisers."""

    lookup: str = WAITING_GIG


async def seen_gig(id_: str | int, request: Request, uow: UnitOfWork) -> Gig:
    """The gig with that id, if the asker may see it. Raises NotFound, also where it is another community's.

    In a direct message it may be of any community of theirs: that is where they were told of it.
    """
    number = read_id(str(id_))
    if number is not None:
        if request.workspace is None:
            community = await uow.gigs.where(request.person.id, number)
        else:
            community = request.community.id
        if community is not None:
            sees_all = await organises(community, request, uow)
            found = await uow.gigs.get(community, number, person=request.person.id, sees_all=sees_all, now=request.now)
            if found is not None:
                return found
    raise NotFound(N_("This gig is not open here any more. {find} shows what is."), find=Slash("/gig find"))


async def own_gig(id_: str | int, request: Request, uow: UnitOfWork) -> Gig:
    """One that the asker may change: its poster and organisers do. Raises NotFound, NotAllowed."""
    gig = await seen_gig(id_, request, uow)
    if not gig.is_mine and not await organises(gig.community, request, uow):
        raise NotAllowed(N_("Only {name}, who posted it, and organisers can do this."), name=gig.account.name)
    return gig


class GigLookup(NamedLookup[Gig]):
    """Typed words of a title become a gig that is open."""

    of = Gig
    several = N_("Several gigs match: {names}. Type more of the title, or the number with its #.")
    is_own = False

    async def by_id(self, id_: str, request: Request, services: Services) -> Gig:
        async with services.store.reading() as uow:
            return await (own_gig if self.is_own else seen_gig)(id_, request, uow)

    async def with_words(self, typed: str, request: Request, services: Services, limit: int) -> Sequence[Gig]:
        async with services.store.reading(is_steady=False) as uow:
            return await uow.gigs.suggest(
                request.community.id,
                typed,
                person=request.person.id,
                now=request.now,
                is_own=self.is_own,
                limit=limit,
            )

    def name(self, found: Gig) -> str:
        return found.about.title

    def label(self, found: Gig, say: Words) -> str:
        return f"{found.about.title} · {say.short_day(found.deadline.astimezone(say.zone).date())}"

    def none(self, typed: str) -> NotFound:
        return NotFound(
            N_("No gig here has {typed} in its title. {find} shows what is open, {mine} what you posted."),
            typed=typed,
            find=Slash("/gig find"),
            mine=Slash("/gig mine"),
        )


class OwnGigLookup(GigLookup):
    """As that, of those that the asker posted."""

    is_own = True


class WaitingGigLookup(GigLookup):
    """As that, of those that wait for approval; to nobody but organisers there is any."""

    async def with_words(self, typed: str, request: Request, services: Services, limit: int) -> Sequence[Gig]:
        if not request.is_organiser:
            return ()
        async with services.store.reading(is_steady=False) as uow:
            page = await uow.gigs.pending(request.community.id, request.now, 0, WAITING_MOST)
        return [each for each in page.gigs if fold(typed) in fold(each.about.title)][:limit]
