"""`me show`, `notices`, `zone` and `language`: what somebody set, and setting it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands import ASK, Pressed, Services
from bot.domain.delivery import Due
from bot.domain.leads import LEADS
from bot.domain.people import OwnAccount
from bot.domain.profiles import Profile
from bot.domain.reminders import relaid
from bot.features.people.cards import own_card
from bot.features.people.lookup import OwnAccountParam, Where, label
from bot.i18n import N_, Words
from bot.markup import Bold, joined, rich
from bot.params import Choice, Zone
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Field, Reply

NO_ZONE = "me.nozone"

PLATFORMS = "platform"
LANGUAGES: Mapping[str, str] = {
    PLATFORMS: N_("As my platform says"),
    "en": N_("English"),
    "en-GB": N_("British English"),
    "de": N_("German"),
}
"""British and American English differ in what 12/5 means."""


def _kept(language: str) -> str:
    return "" if language == PLATFORMS else language


@dataclass(frozen=True, slots=True)
class ShowMe:
    pass


@dataclass(frozen=True, slots=True)
class ChooseNotices:
    where: Annotated[
        Where | None, OwnAccountParam(N_("Where"), N_("discord, slack, …; all; last: where you were seen last"))
    ] = None


@dataclass(frozen=True, slots=True)
class SetZone:
    zone: Annotated[str, Zone(N_("Time zone"), N_("Europe/Berlin"))]


@dataclass(frozen=True, slots=True)
class SetLanguage:
    language: Annotated[
        str,
        Choice(
            N_("Language"),
            N_("What I speak with you"),
            LANGUAGES,
            _kept,
        ),
    ]


async def show_me(_ask: ShowMe, request: Request, services: Services) -> Reply:
    async with services.store.reading(is_steady=False) as uow:
        profile = await uow.profiles.get(request.person.id)
    known = () if profile == Profile() else (own_card(profile, request.say),)
    return Reply(cards=(*await home(request, services), *known))


async def home(request: Request, services: Services) -> Sequence[Card]:
    """What somebody has set, as on their home page."""
    say, person = request.say, request.person
    async with services.store.reading() as uow:
        theirs = await uow.people.accounts_of(person.id)
    language = LANGUAGES.get(person.locale or PLATFORMS, LANGUAGES[PLATFORMS])
    pairs = [
        (N_("Accounts"), say.listed([label(each) for each in theirs])),
        (N_("Notices"), _notices(theirs, say)),
        (N_("Time zone"), _zone(request)),
        (N_("Language"), say(language)),
    ]
    controls = (
        Button(say(N_("Set your time zone")), Action(ASK, "me zone")),
        Button(say(N_("Set your language")), Action(ASK, "me language")),
        Button(say(N_("Your profile")), Action(ASK, "me profile")),
    )
    fields = tuple(Field(say(name), rich(value)) for name, value in pairs)
    return (Card(rich(Bold(person.name)), fields=fields, controls=controls),)


def _zone(request: Request) -> str:
    """The zone they see times in, and who says so where they do not."""
    zone = request.say.zone.key
    if request.person.zone:
        return zone
    if request.joined is not None and request.joined.zone != zone:
        return request.say(N_("{zone}, as your platform has it"), zone=zone)
    return request.say(N_("{zone}, as your community has it"), zone=zone)


async def choose_notices(ask: ChooseNotices, request: Request, services: Services) -> Reply:
    if ask.where is not None:
        async with services.store.writing() as uow:
            await uow.people.choose_for_notices(request.person.id, [each.id for each in ask.where.accounts])
    async with services.store.reading() as uow:
        theirs = await uow.people.accounts_of(request.person.id)
    return Reply(rich(request.say(N_("Notices go to {where}."), where=_notices(theirs, request.say))))


async def set_zone(ask: SetZone, request: Request, services: Services) -> Reply:
    return await zone_set(ask.zone, request, services)


async def zone_set(zone: str, request: Request, services: Services, *, replaces: bool = False) -> Reply:
    """Set somebody's own zone (IANA) and say so."""
    kept = await _moved_to(zone, request, services)
    say = request.say
    text = say(N_("You see times in your own zone now; there it is {moment}."), moment=_there(request, zone))
    back = Button(say(N_("As my community has it")), Action(NO_ZONE))
    return Reply(joined([text, kept], " "), (Card(controls=(back,)),), replaces=replaces)


async def press_no_zone(_press: Press, request: Request, services: Services) -> Reply:
    kept = await _moved_to("", request, services)
    text = request.say(N_("You see times in the zone of your community now."))
    return Reply(joined([text, kept], " "), replaces=True)


async def _moved_to(zone: str, request: Request, services: Services) -> str:
    """Set their zone, "" for their community's; what is said of the reminders that keep their time of day there."""
    person = request.person.id
    async with services.store.writing() as uow:
        await uow.people.set_zone(person, zone)
        await uow.due.hasten(Due(LEADS, person, request.now))
        reader = (await uow.people.readers([person])).get(person)
        now_in = zone or (reader.zone if reader else request.zone.key)
        theirs = await uow.reminders.in_zone(person, request.zone.key) if now_in != request.zone.key else ()
        moved = [relaid(each, now_in) for each in theirs]
        await uow.reminders.move(person, moved)
    if not moved:
        return ""
    return request.say.many(
        "{count} reminder keeps its time of day: {moment}.",
        "{count} reminders keep their time of day; the next comes {moment}.",
        len(moved),
        moment=request.say.moment(min(each.at for each in moved), ZoneInfo(now_in)),
    )


async def set_language(ask: SetLanguage, request: Request, services: Services) -> Reply:
    async with services.store.writing() as uow:
        await uow.people.set_locale(request.person.id, ask.language)
    # in the language that was chosen; what the platform says is known with the next request
    say = Words(ask.language, request.say.zone, request.say.commands) if ask.language else request.say
    if not ask.language:
        return Reply(rich(say(N_("From now on I speak the language that your platform says."))))
    return Reply(rich(say(N_("From now on I speak {language} with you."), language=say(LANGUAGES[ask.language]))))


PRESSES: Mapping[str, Pressed] = {NO_ZONE: press_no_zone}


def _there(request: Request, zone: str) -> str:
    return request.say.moment(request.now, ZoneInfo(zone))


def _notices(theirs: Sequence[OwnAccount], say: Words) -> str:
    chosen = [label(each) for each in theirs if each.is_for_notices]
    if chosen:
        return say.listed(chosen)
    return say(N_("{account}, where you were seen last"), account=label(theirs[0]))
