"""Posts that lag behind their events: found when events change, and put right where they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.commands import Fallen, Message, Renders, Services
from bot.domain.delivery import Due, Owed, Post
from bot.domain.digests import DIGEST
from bot.domain.posts import EDIT, SETTLES, TALLY
from bot.errors import Unreachable
from bot.features.digests import posting
from bot.features.events.showing import CARD, render_card, tally
from bot.ports import UnitOfWork

RENDERED: Mapping[str, Renders] = {DIGEST: posting.render, CARD: render_card}
"""How each kind of post is put into words, when it is sent and whenever it changes."""


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
        fallen.append(Fallen(row, now + SETTLES if is_busy else None, tuple(owed)))
    return fallen


async def edit(row: Owed, services: Services, now: datetime) -> None:
    """Implements `bot.commands.Errand`: put what stands there into today's words. Twice does no harm."""
    async with services.store.reading() as uow:
        post = await uow.outbox.post(row.subject)
        said = None
        if post is not None:
            [said] = await RENDERED[post.owed.kind]([post.owed], uow, services, now)
    if post is None or not isinstance(said, Message):  # nothing is left of what it told of: it stays as it was
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
    posts = [post for post in await uow.outbox.posts(community, RENDERED) if post.shown]
    posts = [*_newest(post for post in posts if post.owed.kind == DIGEST), *_coming(posts, now)]
    versions = await uow.events.versions(community, {event for post in posts for event in post.shown if event})
    cards = [post.owed.subject for post in posts if post.owed.kind == CARD]
    tallies = {each.id: tally(each) for each in await uow.events.several(community, cards, person=None)}
    return [post for post in posts if _lags(post, versions, tallies)]


def _lags(post: Post, versions: Mapping[int, int], tallies: Mapping[int, int]) -> bool:
    """Whether it shows an event as it is no more; one that is gone is left as it was."""
    is_old = any(versions.get(event, version) != version for event, version in post.shown.items() if event != TALLY)
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


def _coming(posts: Iterable[Post], now: datetime) -> Collection[Post]:
    """Cards whose events were not over when they were posted, nor are now as far as that told."""
    return [post for post in posts if post.owed.kind == CARD and (not post.owed.not_after or post.owed.not_after > now)]


def _owed(post: Post, now: datetime) -> Owed:
    return Owed(
        kind=EDIT,
        subject=post.id,
        period=now.isoformat(),
        address=replace(post.receipt.address),
        community=post.owed.community,
    )
