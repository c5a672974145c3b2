"""`me profile`: what somebody says of themselves, and what of it others may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Services, arguments_of, write_values
from bot.domain.places import Place
from bot.domain.profiles import ABOUT_MOST, PART_NAMES, ROLE_MOST, SKILLS_MOST, WISH_NAMES, Part, Profile, Wish
from bot.domain.roles import ROLES
from bot.features.people.cards import FOUND, own_card
from bot.features.people.zones import ask_zone
from bot.i18n import N_, Slash
from bot.markup import rich
from bot.params import Choice, Choices, City, Tags, Text, Url, yes_no
from bot.request import Request
from bot.ui import Reply


@dataclass(frozen=True, slots=True)
class SetProfile:
    role: Annotated[str, Text(N_("Role"), N_("producer, engineer, songwriter, …"), most=ROLE_MOST, offers=ROLES)] = ""
    skills: Annotated[
        tuple[str, ...],
        Tags(N_("Skills"), N_("mixing, Ableton, guitar, …"), most=SKILLS_MOST, keeps_case=True),
    ] = ()
    genres: Annotated[tuple[str, ...], Tags(N_("Genres"), N_("techno, dub, …"))] = ()
    city: Annotated[Place | None, City(N_("City"), N_("Where you live or work"))] = None
    looking: Annotated[
        tuple[Wish, ...],
        Choices(N_("Looking for"), N_("collaboration, mentoring, studio shadowing, work"), WISH_NAMES, Wish),
    ] = ()
    offering: Annotated[
        tuple[Wish, ...],
        Choices(N_("Offering"), N_("collaboration, mentoring, studio shadowing, work"), WISH_NAMES, Wish),
    ] = ()
    about: Annotated[str, Text(N_("About"), N_("What others should know of you"), most=ABOUT_MOST, is_long=True)] = ""
    link: Annotated[str, Url(N_("Page"), N_("Your page, or where to hear you"))] = ""
    found: Annotated[
        bool,
        Choice(
            N_("Who may find me"), N_("Who finds you and sees your profile"), FOUND, lambda value: value == "members"
        ),
    ] = False
    hide: Annotated[tuple[Part, ...], Choices(N_("Hide"), N_("What nobody else sees"), PART_NAMES, Part)] = ()
    going: Annotated[
        bool, yes_no(N_("Show where I go"), N_("May people who know you hear which events you go to?"))
    ] = False


async def set_profile(ask: SetProfile, request: Request, services: Services) -> Reply:
    profile = Profile(
        role=ask.role,
        skills=ask.skills,
        genres=ask.genres,
        city=ask.city,
        looking=ask.looking,
        offering=ask.offering,
        about=ask.about,
        link=ask.link,
        is_found=ask.found,
        hidden=ask.hide,
        shows_going=ask.going,
    )
    async with services.store.writing() as uow:
        await uow.profiles.put(request.person.id, profile)
        asked = await ask_zone(request, uow, ask.city.zone) if ask.city else None
    say = request.say
    seen = (
        say(N_("Saved. Members of your communities can find you: {command}."), command=Slash("/people find"))
        if profile.is_found
        else say(N_("Saved. Nobody can find you, as you chose."))
    )
    cards = (own_card(profile, say), asked)
    return Reply(rich(seen), tuple(card for card in cards if card is not None))


async def profile_now(_typed: Mapping[str, str], request: Request, services: Services) -> Mapping[str, str]:
    """A profile as its form holds it; who sees it is always said."""
    async with services.store.reading(is_steady=False) as uow:
        known = await uow.profiles.get(request.person.id)
    ask = SetProfile(
        role=known.role,
        skills=known.skills,
        genres=known.genres,
        city=known.city,
        looking=known.looking,
        offering=known.offering,
        about=known.about,
        link=known.link,
        found=known.is_found,
        hide=known.hidden,
        going=known.shows_going,
    )
    arguments = arguments_of(SetProfile)
    said = {"found": "nobody", "going": "no", **write_values(arguments, ask, services)}
    return {name: said[name] for name in arguments if name in said}
