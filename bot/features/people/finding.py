"""`people find`: members of the asker's community who chose to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Pressed, Services
from bot.domain.places import Place
from bot.domain.profiles import ROLE_MOST, WISH_NAMES, Wanted, Wish
from bot.domain.roles import ROLES
from bot.features.paging import PAGE, next_page, pager, stretch
from bot.features.people.cards import profile_card
from bot.i18n import N_, Slash, Words
from bot.markup import Rich, joined, rich
from bot.params import Choice, City, Text, Whole
from bot.request import Request
from bot.ui import Reply

FIND = "people.find"


@dataclass(frozen=True, slots=True)
class FindPeople:
    words: Annotated[str, Text(N_("Words"), N_("Words in names, roles, skills and what they say"))] = ""
    role: Annotated[str, Text(N_("Role"), N_("producer, engineer, songwriter, …"), most=ROLE_MOST, offers=ROLES)] = ""
    genre: Annotated[str, Text(N_("Genre"), N_("techno, jazz, hip-hop, …"), most=40)] = ""
    near: Annotated[Place | None, City(N_("Near"), N_("City to search around"))] = None
    within: Annotated[
        int,
        Whole(N_("Within"), N_("Kilometres around the city (50)"), low=1, high=1000, example=50, unit="km"),
    ] = 50
    looking: Annotated[Wish | None, Choice(N_("Looking for"), N_("What they look for"), WISH_NAMES, Wish)] = None
    offering: Annotated[Wish | None, Choice(N_("Offering"), N_("What they offer"), WISH_NAMES, Wish)] = None


async def find_people(ask: FindPeople, request: Request, services: Services, offset: int = 0) -> Reply:
    wanted = Wanted(ask.words, ask.role, ask.genre, ask.near, ask.within, ask.looking, ask.offering)
    async with services.store.reading(is_steady=False) as uow:
        page = await uow.profiles.find(request.community.id, wanted, offset, PAGE)
    say = request.say
    asked = _criteria(ask, say)
    if not page.total:
        told = say(
            N_("Only members of {community} who chose to be found are looked through. {command} lets them find you."),
            community=request.community.name,
            command=Slash("/me profile"),
        )
        return Reply(rich(joined([say(N_("Nobody found")), asked], " · "), "\n", told))
    count = say.many("{count} person", "{count} people", page.total)
    head = joined([stretch(count, offset, len(page.people), page.total, say), asked], " · ")
    cards = tuple(profile_card(seen, say) for seen in page.people)
    return Reply(head, cards + await pager(FIND, ask, offset, page.total, request, services))


PRESSES: Mapping[str, Pressed] = {FIND: next_page(FindPeople, find_people)}


def _criteria(ask: FindPeople, say: Words) -> Rich:
    """What was asked for, as it was understood."""
    looking = say(WISH_NAMES[ask.looking.value]) if ask.looking else ""
    offering = say(WISH_NAMES[ask.offering.value]) if ask.offering else ""
    parts = [
        f"“{ask.words}”" if ask.words else "",
        ask.role,
        ask.genre,
        say(N_("within {km} km of {place}"), km=say.number(ask.within), place=ask.near.full_label) if ask.near else "",
        say(N_("looking for {what}"), what=looking) if looking else "",
        say(N_("offering {what}"), what=offering) if offering else "",
    ]
    return joined(parts, " · ")
