"""What tells of events from outside: pages and feeds, as they are read, before anything is looked up."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.events import Skipped, SourceEvent
from bot.domain.pages import Page


@dataclass(frozen=True, slots=True)
class PageEvents:
    """The events that a page (or a calendar file behind a link) tells of, those to come first, soonest first.

    `page` is what the page says of itself besides, None where it is no page. `more` is how many events there are that
    are not among them.
    """

    events: tuple[SourceEvent, ...]
    page: Page | None = None
    more: int = 0


@dataclass(frozen=True, slots=True)
class Polled:
    """What a feed answered. Where it `is_unchanged` since `etag` and `modified` were told, nothing else says a thing.

    `name` is what the feed calls itself, "" where it does not. `url` is where it is to be asked next: another address
    than was asked where it said that it moved for good.
    """

    url: str
    events: tuple[SourceEvent, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    name: str = ""
    etag: str = ""
    modified: str = ""
    is_unchanged: bool = False
