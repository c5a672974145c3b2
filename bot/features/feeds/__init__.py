"""Feeds: calendars of others whose events come in by themselves. For organisers."""

from __future__ import annotations

from bot.commands import Access, Command, Feature
from bot.features.feeds import adding, listing, polling, telling
from bot.features.feeds.lookup import FEED, FeedLookup
from bot.i18n import N_

FEATURE = Feature(
    name="feed",
    help=N_("Calendars of venues and festivals whose events come in by themselves"),
    about=N_(
        "What is new there is added here, what changes there changes, and what is gone there is cancelled; who means "
        "to come is told. What somebody changed here stays so."
    ),
    commands=(
        Command(
            "add",
            N_("Bring in the events of a feed"),
            adding.AddFeed,
            adding.add_feed,
            "/feed add https://venue.example/events.ics",
            Access.ORGANISER,
            confirms=adding.confirm_feed,
        ),
        Command(
            "list",
            N_("See all feeds and how they go"),
            listing.AllFeeds,
            listing.list_feeds,
            "/feed list",
            Access.ORGANISER,
        ),
        Command(
            "check",
            N_("See what a feed would change now"),
            listing.OneFeed,
            listing.check_feed,
            "/feed check kantine",
            Access.ORGANISER,
        ),
        Command(
            "remove",
            N_("Remove a feed"),
            listing.OneFeed,
            listing.remove_feed,
            "/feed remove kantine",
            Access.ORGANISER,
        ),
    ),
    presses=listing.PRESSES,
    for_organisers=frozenset(listing.PRESSES),
    lookups={FEED: FeedLookup()},
    chores=polling.CHORES,
    renders=telling.RENDERS,
)
