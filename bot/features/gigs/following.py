"""`gig follow`, `gig following`, `gig unfollow`: which gigs somebody wants to hear of, at once or daily."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Pressed, Services, read_id
from bot.domain.gigs import ROLE_MOST, Follow, Wanted, What
from bot.domain.places import Place, fold
from bot.domain.roles import ROLES
from bot.errors import NotFound, Refused
from bot.features.gigs.finding import criteria
from bot.features.gigs.posting import what_choice
from bot.fit import plain
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, rich
from bot.params import Choice, City, Option, Stored, Text, Whole, shortened, yes_no
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply

STOP, FOLLOWING = "gig.stop", "gig.follows"
FOLLOW = "gig follow"
HOW: Mapping[str, str] = {"at once": N_("At once"), "daily": N_("Daily")}


@dataclass(frozen=True, slots=True)
class FollowParam(Stored):
    lookup: str = FOLLOW


@dataclass(frozen=True, slots=True)
class FollowGigs:
    role: Annotated[str, Text(N_("Role"), N_("producer, engineer, songwriter, …"), most=ROLE_MOST, offers=ROLES)] = ""
    city: Annotated[Place | None, City(N_("City"), N_("Around this city, and what is remote"))] = None
    paid: Annotated[bool | None, yes_no(N_("Paid"), N_("no: unpaid, or for a share of revenue only"))] = None
    what: Annotated[What | None, what_choice()] = None
    remote: Annotated[bool | None, yes_no(N_("Remote"), N_("yes: only what can be done from afar; no: on site"))] = None
    within: Annotated[
        int,
        Whole(N_("Within"), N_("Kilometres around the city (50)"), low=1, high=1000, example=50, unit="km"),
    ] = 50
    how: Annotated[
        bool, Choice(N_("How often"), N_("at once, or daily at nine"), HOW, lambda value: value == "daily")
    ] = False


@dataclass(frozen=True, slots=True)
class Following:
    pass


@dataclass(frozen=True, slots=True)
class UnfollowGigs:
    follow: Annotated[Follow, FollowParam(N_("What"), N_("What you do not want to hear of any more"))]


async def follow_gigs(ask: FollowGigs, request: Request, services: Services) -> Reply:
    say = request.say
    wanted = Wanted("", ask.what, ask.role, ask.city, ask.within, ask.remote, ask.paid)
    async with services.store.writing() as uow:
        await uow.gigs.follow(request.community.id, request.person.id, wanted, is_daily=ask.how, now=request.now)
    text = N_("In {community} I tell you at once when there is such a gig: {what}.")
    if ask.how:
        text = N_("In {community} I tell you each morning at nine which such gigs there are: {what}.")
    told = say(text, community=request.community.name, what=followed(wanted, say))
    return Reply(rich(told, " ", say(N_("{following} shows what you follow."), following=Slash("/gig following"))))


async def following(_ask: Following, request: Request, services: Services) -> Reply:
    return await _listed(request, services)


async def unfollow_gigs(ask: UnfollowGigs, request: Request, services: Services) -> Reply:
    return await _stop(ask.follow.id, request, services)


async def press_stop(press: Press, request: Request, services: Services) -> Reply:
    """Pressed again it says the same."""
    return await _stop(read_id(press.action.arg), request, services)


async def press_following(_press: Press, request: Request, services: Services) -> Reply:
    return await _listed(request, services)


PRESSES: Mapping[str, Pressed] = {STOP: press_stop, FOLLOWING: press_following}


class FollowLookup:
    """Implements `bot.commands.Lookup`: which of the asker's own is meant, by its number or its words."""

    async def read(self, typed: str, request: Request, services: Services) -> Follow:
        theirs = await _theirs(request, services)
        wanted = fold(typed)
        meant = [each for each in theirs if typed.strip() == f"#{each.id}"] or [
            each for each in theirs if wanted and wanted in fold(followed(each.wanted, request.say))
        ]
        if len(meant) == 1:
            return meant[0]
        if meant:
            names = "; ".join(f"#{each.id} {followed(each.wanted, request.say)}" for each in meant)
            raise Refused(N_("Which of these: {names}? Name it by its number."), names=names)
        raise NotFound(
            N_("You follow nothing like {typed} here. {following} shows what you follow."),
            typed=shortened(typed),
            following=Slash("/gig following"),
        )

    def write(self, value: object) -> str:
        assert isinstance(value, Follow)
        return f"#{value.id}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        options = [
            Option(followed(each.wanted, request.say), f"#{each.id}") for each in await _theirs(request, services)
        ]
        return [each for each in options if fold(typed) in fold(each.label)]


def followed(wanted: Wanted, say: Words) -> str:
    """What somebody follows, in a line."""
    return plain(criteria(wanted, say)) or say(N_("every gig"))


def _how(follow: Follow) -> str:
    return HOW["daily" if follow.is_daily else "at once"]


async def _theirs(request: Request, services: Services) -> Sequence[Follow]:
    async with services.store.reading(is_steady=False) as uow:
        return await uow.gigs.follows(request.community.id, request.person.id)


async def _stop(id_: int | None, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        if id_ is not None:
            await uow.gigs.unfollow(request.person.id, id_)
    text = N_("You hear no more of such gigs. {following} shows what you still follow.")
    return Reply(rich(request.say(text, following=Slash("/gig following"))))


def _how_often(follow: Follow, say: Words) -> str:
    name = HOW["daily"] if follow.is_daily else HOW["at once"]
    return say(name)


async def _listed(request: Request, services: Services) -> Reply:
    say, theirs = request.say, await _theirs(request, services)
    if not theirs:
        text = say(N_("You follow no gigs here yet. {follow} tells you of new ones."), follow=Slash("/gig follow"))
        return Reply(rich(text))
    cards = tuple(
        Card(
            rich(Bold(followed(each.wanted, say))),
            rich(say(_how(each))),
            controls=(Button(say(N_("Stop")), Action(STOP, str(each.id))),),
        )
        for each in theirs
    )
    text = say.many("You follow {count} kind of gigs.", "You follow {count} kinds of gigs.", len(theirs))
    return Reply(rich(text), cards)
