"""`feed add`: the feed is read before anything is saved, so that an organiser sees what it would bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from bot.commands import Services
from bot.domain.audit import Did, Subject
from bot.domain.feeds import FEEDS_MOST, NAME_MOST, Feed, NewFeed
from bot.domain.links import page_key
from bot.domain.sources import Polled
from bot.domain.text import clean_line, clip
from bot.errors import Refused
from bot.features.feeds.cards import feed_card
from bot.features.feeds.foreseeing import ahead, line_of
from bot.features.feeds.lookup import missing
from bot.features.feeds.polling import Result, conclude, due_of, poll
from bot.features.feeds.words import LASTING, OFTEN_NAMES, Often, often
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, Rich, joined, rich
from bot.params import Choice, Text, Url
from bot.ports import UnitOfWork
from bot.request import Request
from bot.ui import Card, Field, Reply

SOON = timedelta(minutes=5)
"""A new feed is read at once; should that be broken off, the scheduler does it then."""

SHOWN = 3
"""Coming events that are shown before it is saved."""

HELD_BACK = N_("Over half of its coming events are missing. They stay until it says so again some hours later.")


@dataclass(frozen=True, slots=True)
class AddFeed:
    link: Annotated[str, Url(N_("Address"), N_("Of the feed: an .ics, RSS or Atom address"))]
    name: Annotated[str, Text(N_("Name"), N_("As the feed calls itself, if left out"), most=NAME_MOST)] = ""
    every: Annotated[Often, Choice(N_("How often"), N_("hourly, every 6 hours, daily"), OFTEN_NAMES, Often)] = (
        Often.HOURLY
    )


async def confirm_feed(ask: AddFeed, request: Request, services: Services) -> Card:
    """What it tells of now. Raises Refused for what cannot be read, and what is added already."""
    say = request.say
    async with services.store.reading() as uow:
        await _check(ask.link, request, uow)
    polled = await services.web.feed(ask.link, request.community.zone)
    coming = ahead(polled.events, request.now)
    pairs = [
        (N_("Address"), rich(ask.link)),
        (N_("Coming events"), rich(say.number(len(coming)))),
        (N_("Next"), joined([line_of(each, say) for each in coming[:SHOWN]], "\n")),
        (N_("Left out"), rich(say.number(len(polled.skipped))) if polled.skipped else Rich()),
        (N_("Asked"), rich(often(LASTING[ask.every], say))),
    ]
    return Card(
        rich(Bold(ask.name or _own_name(polled) or page_key(ask.link))),
        fields=tuple(Field(say(name), value) for name, value in pairs if value),
    )


async def add_feed(ask: AddFeed, request: Request, services: Services) -> Reply:
    """Keep it, once however often Save is pressed, and bring in what it tells of."""
    async with services.store.writing() as uow:
        known = await uow.feeds.listed(request.community.id)
        feed = await uow.feeds.add(request.community.id, _new(ask, request), request.now)
        if feed.id not in {each.id for each in known}:
            await _check(ask.link, request, uow, but=feed.id)
            await uow.due.put(due_of(feed, request.now + SOON))
            await uow.audit.note(
                request.community.id,
                request.person.id,
                Did.ADDED,
                Subject.FEED,
                feed.id,
                ask.name or feed.key,
                request.now,
            )
    return await asked_now(feed, request, services, N_("Saved."))


async def asked_now(feed: Feed, request: Request, services: Services, began: str = "") -> Reply:
    """Ask a feed now and say what came of it. `began` (marked with `N_`) stands before that."""
    say = request.say
    result = await poll(feed, services)
    async with services.store.writing() as uow:
        judged = await conclude(feed, result, uow, services.clock.now())
        if judged is not None:
            await uow.due.put(due_of(judged.feed, judged.again))
        coming = await uow.feeds.coming(request.community.id, request.now)
    if judged is None:
        raise missing(f"#{feed.id}")
    text = joined([say(began) if began else "", told(result, say)], " ")
    return Reply(text, (feed_card(judged.feed, coming.get(feed.id, 0), say),))


def told(result: Result, say: Words) -> Rich:
    """What came of asking a feed."""
    if result.refused is not None:
        return rich(
            say(N_("It could not be read now, and is asked again: ")), say(result.refused.text, **result.refused.values)
        )
    if result.taken is None:
        return rich(say(N_("Nothing is new there.")))
    taken = result.taken
    counts = [
        say.many("{count} event added", "{count} events added", taken.added),
        say.many("{count} changed", "{count} changed", taken.changed) if taken.changed else "",
        say.many("{count} cancelled", "{count} cancelled", taken.cancelled) if taken.cancelled else "",
        say.many("{count} unchanged", "{count} unchanged", taken.unchanged) if taken.unchanged else "",
        say.many("{count} left out", "{count} left out", len(taken.skipped)) if taken.skipped else "",
    ]
    text = rich(", ".join(each for each in counts if each), ".")
    return rich(text, " ", say(HELD_BACK)) if taken.shrinks else text


async def _check(link: str, request: Request, uow: UnitOfWork, but: int | None = None) -> None:
    """Raises Refused where there is one of that address already, or too many; `but` is not counted."""
    feeds = [each for each in await uow.feeds.listed(request.community.id) if each.id != but]
    key = page_key(link)
    for each in feeds:
        if each.key == key:
            raise Refused(
                N_("This feed is added already, as #{number} {name}. {list} shows it."),
                number=each.id,
                name=each.label,
                list=Slash("/feed list"),
            )
    if len(feeds) >= FEEDS_MOST:
        raise Refused(
            N_("A community has at most {most} feeds. Remove one first: {list}."),
            most=FEEDS_MOST,
            list=Slash("/feed list"),
        )


def _new(ask: AddFeed, request: Request) -> NewFeed:
    return NewFeed(
        url=ask.link,
        key=page_key(ask.link),
        name=ask.name,
        every=LASTING[ask.every],
        origin=request.origin,
        request_id=request.id,
    )


def _own_name(polled: Polled) -> str:
    return clip(clean_line(polled.name), NAME_MOST)
