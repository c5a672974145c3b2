"""A feed is asked: what it tells goes into the calendar, and what its answer means is noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

import structlog

from bot.commands import Chore, Fallen, Job, Outcome, Services
from bot.domain.delivery import WEB, Due, Owed
from bot.domain.feeds import FEED, NAME_MOST, Feed, Judged, answered, failed
from bot.domain.links import page_key
from bot.domain.sources import Polled
from bot.domain.text import clean_line, clip
from bot.errors import Refused
from bot.features.events.taking import Taken, take_in
from bot.features.feeds.telling import owe_failing
from bot.features.mirror import stir
from bot.i18n import N_
from bot.ports import UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of asking a feed: what was taken from it (None: nothing is new), or why it could not be read."""

    polled: Polled | None = None
    taken: Taken | None = None
    refused: Refused | None = None


async def poll(feed: Feed, services: Services) -> Result:
    """Ask it and take in what it tells. It may be done twice, or broken off: the next time goes on from there."""
    async with services.store.reading(is_steady=False) as uow:
        community = await uow.people.community(feed.community)
    if community is None:
        return Result(refused=Refused("the community is gone"))
    try:
        polled = await services.web.feed(feed.url, community.zone, etag=feed.etag, modified=feed.modified)
        if polled.is_unchanged:
            return Result(polled)
        doubt = feed.doubt(services.clock.now())
        taken = await take_in(polled, feed.source, community, services, doubt=doubt)
        await _forget_removed(feed, services)
        return Result(polled, taken)
    except Refused as refused:
        return Result(refused=refused)


async def _forget_removed(feed: Feed, services: Services) -> None:
    """What was taken in after the feed was removed goes, as the rest of it did."""
    async with services.store.reading(is_steady=False) as uow:
        if await uow.feeds.several([feed.id]):
            return
    async with services.store.writing() as uow:
        now = services.clock.now()
        await uow.events.forget_source(feed.community, feed.source, now)
        await stir(uow, feed.community, now)


async def conclude(asked: Feed, result: Result, uow: UnitOfWork, now: datetime) -> Judged | None:
    """Note what asking it came to. None for one that was removed meanwhile."""
    found = await uow.feeds.several([asked.id])
    if not found:
        return None
    [feed] = found
    if result.refused is not None:
        judged = failed(feed, now, result.refused.text, _plain(result.refused.values))
    else:
        assert result.polled is not None, "it answered, or it was refused"
        shrank = result.taken is not None and result.taken.shrinks
        judged = answered(_told(feed, result.polled), now, shrank=shrank)
        if result.polled.is_unchanged and feed.shrank_at is not None:  # it says that again
            judged = replace(judged, feed=replace(judged.feed, shrank_at=feed.shrank_at))
    await uow.feeds.keep(judged.feed)
    return judged


class Polls:
    """Implements `bot.commands.Chore`."""

    async def begin(self, rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Job]:
        feeds = {each.id: each for each in await uow.feeds.several([row.subject for row in rows])}
        return [
            Job(row, urlsplit(feeds[row.subject].url).hostname or "", feeds[row.subject])
            for row in rows
            if row.subject in feeds
        ]

    async def run(self, job: Job, services: Services) -> Outcome:
        assert isinstance(job.about, Feed)
        try:
            return await poll(job.about, services)
        except Exception as error:  # organisers hear of a feed that stands still, whoever is to blame
            log.error("poll broke", feed=job.about.id, exc_info=error)
            return Result(refused=Refused(_OURS))

    async def settle(self, job: Job, outcome: Outcome, uow: UnitOfWork, services: Services, now: datetime) -> Fallen:
        assert isinstance(outcome, Result)
        assert isinstance(job.about, Feed)
        judged = await conclude(job.about, outcome, uow, now)
        if judged is None:
            return Fallen(job.due, None)
        owed: Sequence[Owed] = await owe_failing(judged.feed, uow, now) if judged.is_news else ()
        return Fallen(job.due, judged.again, tuple(owed))


_OURS = N_("Something went wrong here while it was taken in. Whoever runs the bot finds it in the log.")

CHORES: Mapping[str, Chore] = {FEED: Polls()}


def due_of(feed: Feed, at: datetime) -> Due:
    return Due(FEED, feed.id, at, WEB)


def _told(feed: Feed, polled: Polled) -> Feed:
    """What an answer says of the feed itself; that nothing changed says nothing new."""
    if polled.is_unchanged:
        return feed
    name = feed.name or clip(clean_line(polled.name), NAME_MOST)
    return replace(
        feed, url=polled.url, key=page_key(polled.url), name=name, etag=polled.etag, modified=polled.modified
    )


def _plain(values: Mapping[str, object]) -> Mapping[str, str | int]:
    """What fills a text, as a row keeps it."""
    return {name: value if isinstance(value, str | int) else str(value) for name, value in values.items()}
