"""`digest set`: asked twice, so that an organiser sees when the first one comes before it is saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands import Services
from bot.domain.addresses import Channel
from bot.domain.digests import DIGESTS_MOST, Digest
from bot.domain.events import Kind
from bot.domain.places import Place
from bot.errors import Refused
from bot.features.digests import posting
from bot.features.digests.listing import digest_card
from bot.features.digests.words import schedule, shows
from bot.features.events.finding import kind_choice, where_choice
from bot.i18n import N_, Slash
from bot.markup import Bold, rich
from bot.params import ChannelParam, City, Text, TimeOfDay, Whole, Zone, weekday, yes_no
from bot.request import Request
from bot.ui import Card, Field, Reply


@dataclass(frozen=True, slots=True)
class SetDigest:
    channel: Annotated[Channel, ChannelParam(N_("Channel"), N_("Where to post it"))]
    day: Annotated[int, weekday(N_("Weekday"), N_("monday, tuesday, …"))]
    time: Annotated[time, TimeOfDay(N_("Time"), N_("9:00, 6pm"))] = time(9)
    zone: Annotated[str, Zone(N_("Time zone"), N_("Europe/Berlin; your community's, if left out"))] = ""
    days: Annotated[int, Whole(N_("Days ahead"), N_("How many days it looks ahead (7)"), low=1, high=60, example=7)] = 7
    near: Annotated[Place | None, City(N_("Near"), N_("Only events around this city"))] = None
    within: Annotated[
        int,
        Whole(N_("Within"), N_("Kilometres around the city (50)"), low=1, high=1000, example=50, unit="km"),
    ] = 50
    kind: Annotated[Kind | None, kind_choice()] = None
    genre: Annotated[str, Text(N_("Genre"), N_("Only this genre"), most=40)] = ""
    where: Annotated[bool | None, where_choice()] = None
    skip_empty: Annotated[bool, yes_no(N_("Skip when empty"), N_("Post nothing when there are no events (yes)"))] = True
    library: Annotated[bool, yes_no(N_("Library"), N_("Also tell what is new in the library (no)"))] = False


async def confirm_digest(ask: SetDigest, request: Request, services: Services) -> Card:
    say = request.say
    digest = _digest(ask, request)
    async with services.store.reading() as uow:
        known = await uow.digests.listed(digest.community)
    if any(replace(each, id=0, request_id=None) == replace(digest, request_id=None) for each in known):
        raise Refused(N_("This very digest is set already. {list} shows it."), list=Slash("/digest list"))
    first = digest.next_after(request.now)
    pairs = [
        (N_("Posted"), schedule(digest, say)),
        (N_("First one"), say.moment(first, ZoneInfo(digest.zone))),
        (N_("Shows"), shows(digest, say)),
        (N_("Looks ahead"), say.many("{count} day", "{count} days", digest.days)),
        (
            N_("With no events"),
            say(N_("posts nothing")) if ask.skip_empty else say(N_("says that there are none")),
        ),
    ]
    title = say(N_("Digest in {channel}"), channel=f"#{digest.channel.name}")
    return Card(rich(Bold(title)), fields=tuple(Field(say(name), rich(value)) for name, value in pairs))


async def set_digest(ask: SetDigest, request: Request, services: Services) -> Reply:
    """Save it and set when it falls due, together; once however often Save is pressed."""
    digest = _digest(ask, request)
    async with services.store.writing() as uow:
        known = await uow.digests.listed(digest.community)
        before = next((each for each in known if each.request_id == digest.request_id), None)
        if before is None and len(known) >= DIGESTS_MOST:
            raise Refused(
                N_("A community has at most {most} digests. Remove one first: {list}."),
                most=DIGESTS_MOST,
                list=Slash("/digest list"),
            )
        saved = before or await uow.digests.add(digest, request.now)
        first = saved.next_after(request.now)
        if before is None:  # a second Save must not move one that is overdue
            await uow.due.put(posting.due_of(saved, request.now))
    say = request.say
    text = say(N_("Saved. The first one comes {moment}."), moment=say.moment(first, ZoneInfo(saved.zone)))
    return Reply(rich(text), (digest_card(saved, None, request),))


def _digest(ask: SetDigest, request: Request) -> Digest:
    return Digest(
        id=0,
        community=request.community.id,
        channel=ask.channel,
        weekday=ask.day,
        at=ask.time,
        zone=ask.zone or request.community.zone,
        days=ask.days,
        near=ask.near,
        within_km=ask.within,
        kind=ask.kind,
        genre=ask.genre.casefold(),
        online=ask.where,
        skips_empty=ask.skip_empty,
        shows_library=ask.library,
        request_id=request.id,
    )
