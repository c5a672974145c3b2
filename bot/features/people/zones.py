"""Somebody's own time zone: guessed, and asked once, when it first matters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from babel.core import get_global

from bot.commands import ASK, Pressed, Services
from bot.features.people.settings import zone_set
from bot.i18n import N_
from bot.markup import Bold, rich
from bot.params import Reading, Zone
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply, Style

YES = "me.zoneyes"


def guess_zone(request: Request) -> str:
    """The zone (IANA) somebody most likely lives in: their own; what their platform says; that of their language's
    country, where it has one; else that of their community.
    """
    here, community = request.say.zone.key, request.joined
    if request.person.zone or (community is not None and here != community.zone):
        return here
    return _zones().get(request.say.locale.territory or "", here)


async def ask_zone(request: Request, uow: UnitOfWork, guess: str = "") -> Card | None:
    """A card that asks whether `guess`, else `guess_zone`, is their zone: once, for who has set none; else None.

    `uow` must be a writing one, which notes that it was asked.
    """
    if request.person.zone or not await uow.people.first_asked_zone(request.person.id, request.now):
        return None
    say, zone = request.say, guess or guess_zone(request)
    yes = Button(say(N_("Yes")), Action(YES, zone), Style.PRIMARY)
    other = Button(say(N_("Other…")), Action(ASK, "me zone"))
    body = say(N_("Times are shown in it, and reminders keep to it."))
    return Card(rich(Bold(say(N_("Is {zone} your time zone?"), zone=zone))), rich(body), controls=(yes, other))


async def press_yes(press: Press, request: Request, services: Services) -> Reply:
    """Pressed again it says the same."""
    zone = Zone("", "").read(press.action.arg, Reading(request.say, request.now))
    return await zone_set(zone, request, services, replaces=True)


PRESSES: Mapping[str, Pressed] = {YES: press_yes}


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    """Territories (ISO 3166 alpha-2) where all clocks go alike, and their zone; CLDR's, as Babel has them.

    Zones of one metazone count as one: Germany has Büsingen beside Berlin.
    """
    meta = get_global("meta_zones")
    by_territory: dict[str, list[str]] = {}
    for zone, territory in sorted(get_global("zone_territories").items()):
        by_territory.setdefault(territory, []).append(zone)
    alike = {
        code: zones[0] for code, zones in by_territory.items() if len({meta.get(zone, zone) for zone in zones}) == 1
    }
    return MappingProxyType(alike)
