"""Feeds that are there: seen, checked now, and removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from bot.commands import Pressed, Services
from bot.domain.audit import Did, Subject
from bot.domain.feeds import FEED, Feed
from bot.features.events.taking import foreseen
from bot.features.feeds.adding import HELD_BACK, asked_now
from bot.features.feeds.cards import CHECK, REMOVE, feed_card
from bot.features.feeds.foreseeing import lines_of
from bot.features.feeds.lookup import FeedParam, found_feed
from bot.features.mirror import stir
from bot.i18n import N_, Slash
from bot.markup import Bold, rich
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Field, Reply, Style

TAKE, REMOVE_SURELY = "feed.take", "feed.gone"


@dataclass(frozen=True, slots=True)
class AllFeeds:
    pass


@dataclass(frozen=True, slots=True)
class OneFeed:
    feed: Annotated[Feed, FeedParam(N_("Feed"), N_("Words of its name, or its number"))]


async def list_feeds(_ask: AllFeeds, request: Request, services: Services) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        feeds = await uow.feeds.listed(request.community.id)
        coming = await uow.feeds.coming(request.community.id, request.now)
    if not feeds:
        return Reply(rich(say(N_("No feed is added. {add} brings in the events of one."), add=Slash("/feed add"))))
    cards = tuple(feed_card(each, coming.get(each.id, 0), say) for each in feeds)
    return Reply(rich(say.many("{count} feed", "{count} feeds", len(feeds))), cards)


async def check_feed(ask: OneFeed, request: Request, services: Services) -> Reply:
    """What it would change now; nothing is written."""
    say, feed = request.say, ask.feed
    polled = await services.web.feed(feed.url, request.community.zone)
    would = await foreseen(polled, feed.source, request.community, services, feed.doubt(request.now))
    pairs = [
        (N_("Would be added"), would.added),
        (N_("Would be changed"), would.changed),
        (N_("Would be cancelled"), would.cancelled),
        (N_("Left out"), [each.title for each in polled.skipped]),
    ]
    fields = [
        Field(f"{say(name)} ({say.number(len(titles))})", lines_of(titles, say)) for name, titles in pairs if titles
    ]
    if would.shrinks:
        fields.append(Field(say(N_("Held back")), rich(say(HELD_BACK))))
    changes = bool(would.added or would.changed or would.cancelled)
    text = (
        say(N_("This is what it would change now. Nothing is changed yet."))
        if changes
        else say(N_("The calendar is as this feed has it: nothing would change."))
    )
    take = (Button(say(N_("Take it now")), Action(TAKE, str(feed.id)), Style.PRIMARY),) if changes else ()
    cards = (Card(rich(Bold(feed.label)), fields=tuple(fields), controls=take),) if fields else ()
    return Reply(rich(text), cards)


async def remove_feed(ask: OneFeed, request: Request, services: Services) -> Reply:
    """Asks first: what nobody answered to goes with it."""
    say, feed = request.say, ask.feed
    async with services.store.reading() as uow:
        coming = (await uow.feeds.coming(request.community.id, request.now)).get(feed.id, 0)
    text = say(
        N_(
            "Remove {name}? Of its {count} coming events those go that nobody answered to and no other feed tells of; "
            "the others stay as this community's own."
        ),
        name=feed.label,
        count=say.number(coming),
    )
    surely = Button(say(N_("Remove")), Action(REMOVE_SURELY, str(feed.id)), Style.DANGER)
    return Reply(rich(text), (Card(rich(Bold(feed.label)), controls=(surely,)),))


async def press_check(press: Press, request: Request, services: Services) -> Reply:
    return await check_feed(OneFeed(await found_feed(press.action.arg, request, services)), request, services)


async def press_take(press: Press, request: Request, services: Services) -> Reply:
    return await asked_now(await found_feed(press.action.arg, request, services), request, services)


async def press_remove(press: Press, request: Request, services: Services) -> Reply:
    return await remove_feed(OneFeed(await found_feed(press.action.arg, request, services)), request, services)


async def press_remove_surely(press: Press, request: Request, services: Services) -> Reply:
    feed, say = await found_feed(press.action.arg, request, services), request.say
    async with services.store.writing() as uow:
        await uow.feeds.remove(feed.community, feed.id)
        await uow.due.drop(FEED, feed.id)
        await uow.events.forget_source(feed.community, feed.source, request.now)
        await uow.audit.note(
            feed.community, request.person.id, Did.REMOVED, Subject.FEED, feed.id, feed.label, request.now
        )
        await stir(uow, feed.community, request.now)
    return Reply(rich(say(N_("Removed: {name}."), name=feed.label)), replaces=True)


PRESSES: Mapping[str, Pressed] = {
    CHECK: press_check,
    TAKE: press_take,
    REMOVE: press_remove,
    REMOVE_SURELY: press_remove_surely,
}
