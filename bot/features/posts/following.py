"""Posts that lag behind their events: found when events change, and put right where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.commands import Fallen, Message, Renders, Services
from bot.domain.delivery import Due, Owed, Post
from bot.domain.digests import DIGEST
from bot.domain.events import Occurrence
from bot.domain.posts import ARRIVES, EDIT, SETTLES, TALLY
from bot.errors import Unreachable
from bot.features.digests import posting
from bot.features.events.showing import CARD, render_card, tally
from bot.ports import UnitOfWork

RENDERED: Mapping[str, Renders] = {DIGEST: posting.render_again, CARD: render_card}
"""How each kind of post is put into words whenever it changes."""


async def fall_due(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue`: a community's events changed, or were answered to."""
    fallen: list[Fallen] = []
    for row in rows:
        owed: list[Owed] = []
        is_busy = False
        for post in await _lagging(row.subject, uow, now):
            if await uow.outbox.unsettled(row.subject, EDIT, post.id) is not None:
                is_busy = True  # one is on its way, and may not have looked yet
            else:
                owed.append(_owed(post, now))
        again = now + SETTLES if is_busy else None
        if again is None and await uow.outbox.is_waiting(row.subject, RENDERED):
            again = now + ARRIVES  # what is just being sent may show what was before
        fallen.append(Fallen(row, again, tuple(owed)))
    return fallen


async def edit(row: Owed, services: Services, now: datetime) -> None:
    """Implements `bot.commands.Errand`: put what stands there into today's words. Twice does no harm."""
    async with services.store.reading() as uow:
        post = await uow.outbox.post(row.subject)
        said = None
        if post is not None:
            [said] = await RENDERED[post.owed.kind]([post.owed], uow, services, now)
    if post is None:
        return
    if not isinstance(said, Message):  # nothing is left of what it told of: it stays as it was
        async with services.store.writing() as uow:
            await uow.outbox.forget_post(post.id)
        return
    platform = services.platforms[post.receipt.address.platform]
    try:
        await platform.edit(post.receipt, said.reply)
    except Unreachable:  # somebody deleted it
        async with services.store.writing() as uow:
            await uow.outbox.forget_post(post.id)
        return
    async with services.store.writing() as uow:
        await uow.outbox.showed(post.id, said.shown)


async def _lagging(community: int, uow: UnitOfWork, now: datetime) -> Sequence[Post]:
    posts = await uow.outbox.posts(community, RENDERED)
    cards = [post for post in posts if post.owed.kind == CARD]
    ids = [post.owed.subject for post in cards]
    events = await uow.events.stood_for(community, ids, person=None)
    posts = [*_newest(post for post in posts if post.owed.kind == DIGEST), *_coming(cards, events, now)]
    versions = await uow.events.versions(community, {event for post in posts for event in post.shown if event})
    tallies = {id_: tally(each) for id_, each in events.items()}
    return [post for post in posts if _lags(post, versions, tallies)]


def _lags(post: Post, versions: Mapping[int, int], tallies: Mapping[int, int]) -> bool:
    """Whether it shows an event as it is no more, or one that is gone."""
    is_old = any(versions.get(event) != version for event, version in post.shown.items() if event != TALLY)
    shown = post.shown.get(TALLY)
    return is_old or (shown is not None and tallies.get(post.owed.subject, shown) != shown)


def _newest(posts: Iterable[Post]) -> Collection[Post]:
    """Of each digest all parts of the last one that was sent."""
    last: dict[int, list[Post]] = {}
    for post in posts:
        parts = last.setdefault(post.owed.subject, [])
        if parts and parts[0].owed.period != post.owed.period:
            parts.clear()
        parts.append(post)
    return [post for parts in last.values() for post in parts]


def _coming(cards: Iterable[Post], events: Mapping[int, Occurrence], now: datetime) -> Collection[Post]:
    """Cards whose events are not over: not by what was so when they were posted, or not by what is so now."""
    ends = {id_: event.ends for id_, event in events.items()}
    return [post for post in cards if max(post.owed.not_after or now, ends.get(post.owed.subject, now)) > now]


def _owed(post: Post, now: datetime) -> Owed:
    return Owed(
        kind=EDIT,
        subject=post.id,
        period=now.isoformat(),
        address=replace(post.receipt.address),
        community=post.owed.community,
    )
