"""A feed that keeps failing: its organisers are told, once until it works again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.commands import Message, Renders, Services
from bot.domain.delivery import Moot, Owed
from bot.domain.feeds import Feed
from bot.features.feeds.cards import feed_card
from bot.features.organising import for_organisers
from bot.features.readers import NOWHERE, words_of
from bot.i18n import N_
from bot.markup import rich
from bot.ports import UnitOfWork
from bot.ui import Reply

FAILING = "feed.failing"


async def owe_failing(feed: Feed, uow: UnitOfWork, now: datetime) -> Sequence[Owed]:
    assert feed.failing_since is not None, "it is told of because it fails"
    return await for_organisers(uow, feed.community, FAILING, feed.id, now, period=feed.failing_since.isoformat())


async def render(rows: Sequence[Owed], uow: UnitOfWork, services: Services, _now: datetime) -> Sequence[Message | Moot]:
    """Implements `bot.commands.Renders`."""
    feeds = {each.id: each for each in await uow.feeds.several([row.subject for row in rows])}
    readers = await uow.people.readers([row.person for row in rows if row.person is not None])
    messages: list[Message | Moot] = []
    for row in rows:
        feed = feeds.get(row.subject)
        community = await uow.people.community(feed.community) if feed else None
        if feed is None or community is None or feed.failing_since is None:
            messages.append(Moot("the feed is gone, or works again"))
            continue
        say = words_of(readers.get(row.person or 0, NOWHERE), row, services)
        text = say(
            N_("A feed of {community} has not been readable since {day}. What it told of stays in the calendar."),
            community=community.name,
            day=say.day(feed.failing_since.astimezone(say.zone).date()),
        )
        messages.append(Message(Reply(rich(text), (feed_card(feed, None, say),))))
    return messages


RENDERS: Mapping[str, Renders] = {FAILING: render}
