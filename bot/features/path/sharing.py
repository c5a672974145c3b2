"""`path share`: what somebody chooses of their path, shown to others: counts of events and goals, and one goal.

Nothing of whom they met or what they promised is ever in it. It is looked up again when it is posted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from bot.commands import Message, Renders, Services
from bot.domain.addresses import Channel
from bot.domain.delivery import Fact, Later, Moot, Owed
from bot.domain.goals import Goal
from bot.domain.path import LATELY, Deed, Did, tallies
from bot.domain.topics import Pillar
from bot.errors import Refused
from bot.features.path.cards import how
from bot.features.path.gathering import reached, went
from bot.features.path.goals import GoalParam
from bot.features.path.naming import PillarsParam, names_of
from bot.features.readers import words_in
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, joined, rich
from bot.ports import UnitOfWork
from bot.request import Request
from bot.ui import Card, Field, Privacy, Reply

SHARED = "path.shared"
"""The kind of what is owed to a channel; the subject is the person."""

HELPS_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SharePath:
    topics: Annotated[
        tuple[Pillar, ...],
        PillarsParam(N_("Topics"), N_("Of which to show how many events and goals: craft, network")),
    ] = ()
    goal: Annotated[Goal | None, GoalParam(N_("Goal"), N_("A goal to show: words of it, or its number"))] = None


async def confirm_share(ask: SharePath, request: Request, services: Services) -> Card:
    """What will be posted, in the words of whoever asks."""
    _channel(request)
    home = request.community.id
    async with services.store.reading() as uow:
        told = await _card(
            request.person.id, request.account.name, _chosen(ask), ask.goal, request.say, uow, request.now, home
        )
    if not told.fields:
        raise Refused(
            N_("There is nothing to show of that yet: no events, no goals reached. {goals} shows your goals."),
            goals=Slash("/path goals"),
        )
    return told


async def share_path(ask: SharePath, request: Request, services: Services) -> Reply:
    """Owed to the channel once, however often Save is pressed."""
    facts: Mapping[str, Fact] = {"topics": [*_chosen(ask)], "goal": ask.goal.id if ask.goal else None}
    owed = Owed(
        kind=SHARED,
        subject=request.person.id,
        period=request.id,
        address=_channel(request),
        community=request.community.id,
        facts=facts,
        not_after=request.now + HELPS_FOR,
        person=request.person.id,
    )
    async with services.store.writing() as uow:
        await uow.outbox.add([owed], request.now)
    return Reply(rich(request.say(N_("It is posted here in a moment, for everybody to see."))))


async def render(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot | Later]:
    """Implements `bot.commands.Renders`: in the words of the community, as things stand now."""
    messages: list[Message | Moot | Later] = []
    for row in rows:
        person = row.subject
        home = None if row.community is None else await uow.people.community(row.community)
        accounts = [each.account for each in await uow.people.accounts_of(person)]
        names = [each.name for each in accounts if each.platform == row.address.platform]
        if home is None or not names:
            messages.append(Moot("they are gone"))
            continue
        say = words_in(home.locale, home.zone, row.address.platform, services)
        goals = await uow.goals.several(person, [row.facts["goal"]] if isinstance(row.facts["goal"], int) else [])
        kept = row.facts["topics"]
        assert isinstance(kept, Sequence)
        topics = tuple(pillar for pillar in Pillar if pillar in kept)
        card = await _card(person, names[0], topics, next(iter(goals), None), say, uow, now, home.id)
        found = (
            Message(Reply(cards=(card,), privacy=Privacy.SHARED)) if card.fields else Moot("nothing is left to show")
        )
        messages.append(found)
    return messages


RENDERS: Mapping[str, Renders] = {SHARED: render}


async def _card(
    person: int,
    name: str,
    topics: Sequence[Pillar],
    goal: Goal | None,
    say: Words,
    uow: UnitOfWork,
    now: datetime,
    home: int | None,
) -> Card:
    """Without fields where there is nothing to show."""
    names = await names_of(uow, home, say)
    did = [*await went(person, uow, now), *await reached(person, uow, now)] if topics else []
    fields = [Field(names[pillar], rich(_counts(did, pillar, say))) for pillar in topics if tallies(did, pillar)]
    if goal is not None:
        today = now.astimezone(say.zone).date()
        fields.insert(0, Field(say(N_("Goal")), joined([goal.what, how(goal, say, today)], " · ")))
    lately = say(N_("In the last {days} days"), days=LATELY.days) if topics else ""
    return Card(rich(Bold(say(N_("The path of {name}"), name=name))), rich(lately), fields=tuple(fields))


def _counts(did: Sequence[Deed], pillar: Pillar, say: Words) -> str:
    """How many, and never which."""
    counts = {each.did: each.count for each in tallies(did, pillar)}
    events, goals = counts.get(Did.WENT, 0), counts.get(Did.REACHED, 0)
    told = [
        say.many("{count} event", "{count} events", events) if events else "",
        say.many("{count} goal reached", "{count} goals reached", goals) if goals else "",
    ]
    return " · ".join(each for each in told if each)


def _chosen(ask: SharePath) -> tuple[Pillar, ...]:
    """All of them where nothing was chosen at all."""
    return ask.topics if ask.topics or ask.goal else tuple(Pillar)


def _channel(request: Request) -> Channel:
    if request.workspace is None or request.channel is None:
        raise Refused(N_("Type this in the channel where it should be posted."))
    return request.channel
