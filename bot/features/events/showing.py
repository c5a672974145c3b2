"""`event post`: an event's card in a channel, with its buttons; it follows the event as long as it is to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from bot.commands import Message, Services
from bot.domain.addresses import Channel
from bot.domain.delivery import Moot, Owed
from bot.domain.events import Occurrence, Status
from bot.domain.posts import TALLY
from bot.domain.text import clip
from bot.errors import NotAllowed, Refused
from bot.features.events.cards import full_card
from bot.features.events.lookup import EventParam
from bot.fit import fit
from bot.i18n import N_, Words
from bot.markup import Rich, rich
from bot.params import ChannelParam
from bot.platform import Limits
from bot.ports import UnitOfWork
from bot.request import Request
from bot.ui import Privacy, Reply

CARD = "event.post"
"""The kind of what is owed to a channel: one event's card."""

DESCRIPTIONS = (2_000, 1_000, 500)
"""What is shown of a description, in characters, where all of it is more than one message holds."""

_BASE = 1 << 20
"""More than ever answer to one event in one way."""


@dataclass(frozen=True, slots=True)
class PostEvent:
    event: Annotated[Occurrence, EventParam(N_("Event"), N_("Words of its title"))]
    channel: Annotated[Channel | None, ChannelParam(N_("Channel"), N_("Where to post it; here, if left out"))] = None


async def post_event(ask: PostEvent, request: Request, services: Services) -> Reply:
    """Organisers post anywhere, members where they are."""
    event, channel = ask.event, ask.channel or request.channel
    if channel is None:
        raise Refused(N_("Which channel? Name one, or use this in the channel itself."), param="channel")
    if channel != request.channel and not request.is_organiser:
        raise NotAllowed(N_("In other channels only organisers post. Use this in the channel itself."))
    if event.status is Status.CANCELLED or event.ends <= request.now:
        raise Refused(N_("{title} does not come any more, so it is not posted."), title=event.details.title)
    owed = Owed(
        kind=CARD,
        subject=event.id,
        period=request.id,
        address=channel,
        community=request.community.id,
        not_after=event.ends,
    )
    async with services.store.writing() as uow:
        await uow.outbox.add([owed], request.now)
    text = request.say(
        N_("{title} is posted to {channel}. It changes there when the event does."),
        title=event.details.title,
        channel=f"#{channel.name}",
    )
    return Reply(rich(text))


async def render_card(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime
) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`."""
    messages: list[Message | Moot] = []
    for row in rows:
        assert row.community is not None, "a card is a community's"
        community = await uow.people.community(row.community)
        event = await uow.events.get(row.community, row.subject, person=None)
        if community is None or event is None:
            messages.append(Moot("the event is gone"))
            continue
        platform = services.platforms[row.address.platform]
        say = Words(community.locale, ZoneInfo(community.zone), platform.commands)
        reply = _fitted(event, say, platform.limits)
        messages.append(Message(reply, {event.event_id: event.version, TALLY: tally(event)}))
    return messages


def _fitted(event: Occurrence, say: Words, limits: Limits) -> Reply:
    """The card in one message, with as much of its description as that holds. Raises ValueError where none does."""
    whole = full_card(event, say)
    description = event.details.description
    for most in (len(description), *(each for each in DESCRIPTIONS if each < len(description)), 0):
        card = replace(whole, body=rich(clip(description, most)) if most else Rich())
        messages = fit(Reply(cards=(card,), privacy=Privacy.SHARED), limits).messages
        if len(messages) == 1:
            return messages[0]
    raise ValueError("this event has outgrown one message")


def tally(event: Occurrence) -> int:
    """All that a card counts, as one number."""
    return event.going + _BASE * (event.maybe + _BASE * event.waiting)
