"""How a feed looks to organisers."""

from __future__ import annotations

from bot.domain.feeds import Feed
from bot.features.feeds.words import often
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, When, rich
from bot.ui import Action, Button, Card, Field, Style

CHECK, REMOVE = "feed.check", "feed.remove"


def feed_card(feed: Feed, coming: int | None, say: Words) -> Card:
    """One feed: what it brings (None is not said), how it goes, and what can be done with it."""
    number = str(feed.id)
    pairs = [
        (N_("Address"), rich(feed.url)),
        (N_("Coming events"), rich("" if coming is None else say.number(coming))),
        (N_("Asked"), rich(often(feed.every, say))),
        (N_("Last answer"), rich(When(feed.polled_at)) if feed.polled_at else rich(say(N_("none yet")))),
        (N_("Next time"), rich(When(feed.again_at)) if feed.again_at else Rich()),
        (N_("Not readable since"), rich(When(feed.failing_since)) if feed.failing_since else Rich()),
        (N_("Why"), rich(say(feed.reason, **feed.values)) if feed.reason else Rich()),
        (N_("Held back"), _held_back(feed, say)),
    ]
    return Card(
        rich(Bold(f"#{number} {feed.label}")),
        fields=tuple(Field(say(name), value) for name, value in pairs if value),
        controls=(
            Button(say(N_("Check")), Action(CHECK, number)),
            Button(say(N_("Remove")), Action(REMOVE, number), Style.DANGER),
        ),
    )


def _held_back(feed: Feed, say: Words) -> Rich:
    if feed.shrank_at is None:
        return Rich()
    text = say(N_("Over half of its coming events are missing. They stay until it says so again some hours later."))
    return rich(text)
