"""How somebody's profile looks: to others, and to its owner with what others see of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.domain.profiles import PART_NAMES, WISH_NAMES, Part, Profile, Seen, Wish
from bot.i18n import N_, Words
from bot.markup import Bold, joined, rich
from bot.ui import Card, Control, Field, LinkButton

FOUND: Mapping[str, str] = {"nobody": N_("Nobody"), "members": N_("Members of my communities")}


def profile_card(seen: Seen, say: Words) -> Card:
    """Somebody as others see them."""
    about = seen.profile
    lines = [joined([about.role, about.city.full_label if about.city else ""], " · "), rich(about.about)]
    shown = ((part, value) for part, value in _parts(about, say) if part in _LISTED)
    link: tuple[Control, ...] = (LinkButton(say(N_("Page")), about.link),) if about.link else ()
    return Card(
        title=rich(Bold(seen.account.name)),
        body=joined(lines, "\n"),
        fields=tuple(Field(say(PART_NAMES[part.value]), rich(value)) for part, value in shown if value),
        controls=link,
    )


def own_card(profile: Profile, say: Words) -> Card:
    """A profile for its owner, with what others see of it."""
    hidden = say(N_("hidden"))
    fields = [
        Field(say(PART_NAMES[part.value]), rich(value, f" ({hidden})" if part in profile.hidden else ""))
        for part, value in _parts(profile, say)
        if value
    ]
    found = FOUND["members" if profile.is_found else "nobody"]
    going = N_("People who know you may hear of it") if profile.shows_going else N_("Nobody hears of it")
    fields += [
        Field(say(N_("Who may find me")), rich(say(found))),
        Field(say(N_("Where I go")), rich(say(going))),
    ]
    return Card(title=rich(Bold(say(N_("Your profile")))), fields=tuple(fields))


_LISTED = (Part.SKILLS, Part.GENRES, Part.LOOKING, Part.OFFERING)


def _parts(profile: Profile, say: Words) -> Iterable[tuple[Part, str]]:
    yield Part.ROLE, profile.role
    yield Part.SKILLS, ", ".join(profile.skills)
    yield Part.GENRES, ", ".join(profile.genres)
    yield Part.CITY, profile.city.full_label if profile.city else ""
    yield Part.LOOKING, wishes(profile.looking, say)
    yield Part.OFFERING, wishes(profile.offering, say)
    yield Part.ABOUT, profile.about
    yield Part.LINK, profile.link


def wishes(several: Iterable[Wish], say: Words) -> str:
    """What somebody looks for or offers, in the reader's words."""
    return ", ".join(say(WISH_NAMES[wish.value]) for wish in several)
