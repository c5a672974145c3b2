"""Which gig somebody means, by words of its title or by its number; and where a button from a direct message leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Services, read_id
from bot.domain.gigs import Gig
from bot.domain.places import fold
from bot.errors import NotAllowed, NotFound, Refused
from bot.features.organising import organises
from bot.i18n import N_, Slash, Words
from bot.params import Option, Stored, shortened
from bot.ports import UnitOfWork
from bot.request import Request

GIG, OWN_GIG, WAITING_GIG = "gig", "own gig", "waiting gig"
SUGGESTIONS = 25
CHOICES = 5
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


class GigLookup:
    """Implements `bot.commands.Lookup`: typed words of a title become a gig that is open."""

    is_own = False

    async def read(self, typed: str, request: Request, services: Services) -> Gig:
        number = typed.strip().removeprefix("#")
        async with services.store.reading() as uow:
            if typed.strip().startswith("#") and number.isascii() and number.isdigit():
                return await self._by_id(number, request, uow)
            found = await self._starting(typed, request, uow, CHOICES + 1)
        meant = [each for each in found if fold(each.about.title) == fold(typed)] or found
        if not meant:
            raise NotFound(
                N_("No gig here has {typed} in its title. {find} shows what is open, {mine} what you posted."),
                typed=shortened(typed),
                find=Slash("/gig find"),
                mine=Slash("/gig mine"),
            )
        if len(meant) > 1:
            names = "; ".join(f"#{each.id} {_label(each, request.say)}" for each in meant[:CHOICES])
            raise Refused(
                N_("Several gigs match: {names}. Type more of the title, or the number with its #."), names=names
            )
        return meant[0]

    def write(self, value: object) -> str:
        assert isinstance(value, Gig)
        return f"#{value.id}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        async with services.store.reading(is_steady=False) as uow:
            found = await self._starting(typed, request, uow, SUGGESTIONS)
        return [Option(_label(each, request.say), f"#{each.id}") for each in found]

    async def _by_id(self, id_: str, request: Request, uow: UnitOfWork) -> Gig:
        return await seen_gig(id_, request, uow)

    async def _starting(self, typed: str, request: Request, uow: UnitOfWork, limit: int) -> Sequence[Gig]:
        return await uow.gigs.suggest(
            request.community.id,
            typed,
            person=request.person.id,
            now=request.now,
            is_own=self.is_own,
            limit=limit,
        )


class OwnGigLookup(GigLookup):
    """As that, of those that the asker posted."""

    is_own = True

    async def _by_id(self, id_: str, request: Request, uow: UnitOfWork) -> Gig:
        return await own_gig(id_, request, uow)


class WaitingGigLookup(GigLookup):
    """As that, of those that wait for approval; to nobody but organisers there is any."""

    async def _starting(self, typed: str, request: Request, uow: UnitOfWork, limit: int) -> Sequence[Gig]:
        if not request.is_organiser:
            return ()
        page = await uow.gigs.pending(request.community.id, request.now, 0, WAITING_MOST)
        return [each for each in page.gigs if fold(typed) in fold(each.about.title)][:limit]


def _label(gig: Gig, say: Words) -> str:
    return f"{gig.about.title} · {say.short_day(gig.deadline.astimezone(say.zone).date())}"
