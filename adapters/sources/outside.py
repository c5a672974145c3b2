"""Implements `bot.ports.Web` on the guarded fetcher."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import aclosing
from datetime import UTC, datetime
from time import monotonic

from yarl import URL

from adapters.sources.feeds import CAPS, is_calendar, read_feed
from adapters.sources.fetching import BROKEN_OFF, Failed, Fetched, Fetcher, checked, host_of
from adapters.sources.icalendar import read_calendar
from adapters.sources.items_events import events_in
from adapters.sources.pages import Told, read_page
from adapters.sources.pages_meaning import file_of, graph_event, page_of
from adapters.sources.robots import ROBOTS_MOST, Robots, read_robots
from bot.domain.events import Skipped, SourceEvent
from bot.domain.pages import Found, Look, Page
from bot.domain.sources import PageEvents, Polled
from bot.domain.walls import instant
from bot.errors import NotAFeed, Refused
from bot.i18n import N_
from bot.ports import Clock

PAGE_MOST = 2_000_000
"""Bytes that are read of a page, decoded; what stands behind them is not looked at."""
_HTML = ("text/html", "application/xhtml+xml")
_ACCEPT = "text/html, application/xhtml+xml, */*;q=0.1"
FEED_MOST = CAPS.bytes
"""Bytes that are read of a feed or calendar, decoded."""
EVENTS_MOST = 50
"""Events of one page, to choose from."""
_CALENDARS = ("text/calendar", "application/ics", "application/octet-stream", "text/plain")
_ACCEPT_EVENTS = "text/html, application/xhtml+xml, text/calendar, */*;q=0.1"
_ACCEPT_FEEDS = "text/calendar, application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.1"
_READ_AT_ONCE = 2
_ROBOTS_KEPT = 1_000
_ROBOTS_SECONDS = 3600.0

# What sites show in the place of a page, to those who have not agreed to something or may be no people.
_GATES = ("consent.", "guce.", "accounts.google.", "login.")
_WALLS = (
    "just a moment",
    "attention required!",
    "access denied",
    "before you continue",
    "bevor du fortfährst",
    "bevor sie zu",
    "are you a robot",
    "are you human",
    "robot check",
    "security check",
    "verify you are human",
    "verifying you are human",
    "pardon our interruption",
    "please wait... | cloudflare",
)


class Outside:
    """Looks at the web through a fetcher, which it closes in the end. Without a `clock` no event counts as over."""

    def __init__(self, fetcher: Fetcher, clock: Clock | None = None) -> None:
        self._fetcher, self._clock = fetcher, clock
        self._reading = asyncio.Semaphore(_READ_AT_ONCE)
        self._robots: OrderedDict[str, tuple[float, Robots]] = OrderedDict()

    async def close(self) -> None:
        """Nothing can be looked at afterwards."""
        await self._fetcher.close()

    async def page(self, url: str) -> Page:
        """As `Web` says. robots.txt is not asked: a member does the looking here, as they would in a browser."""
        fetched, told = await self.read(url)
        if told is None:
            return file_of(fetched.url, fetched.media)
        return _shown(url, page_of(told, fetched.url))

    async def read(self, url: str) -> tuple[Fetched, Told | None]:
        """A page and what it says of itself, its schema.org items too; None for what is no HTML. Raises Refused."""
        fetched = await self._fetcher.get(url, most=PAGE_MOST, cuts=True, only=_HTML, accept=_ACCEPT)
        _check_status(url, fetched.status)
        return fetched, await self._told(fetched)

    async def _told(self, fetched: Fetched) -> Told | None:
        if fetched.media and fetched.media not in _HTML:
            return None
        if not fetched.media and b"<" not in fetched.body[:1_000]:
            return None
        async with self._reading:
            return await read_page(fetched.body[:PAGE_MOST], charset=fetched.charset)

    async def look(self, url: str) -> Look:
        """As `Web` says. Only the site that the link names is asked for its robots.txt, not those it leads to."""
        try:
            robots = await self._robots_of(url)
            if not robots.allows(checked(url).raw_path_qs):
                return Look(Found.REFUSED, "robots.txt", url)
            fetched = await self._answer(url)
        except Failed as failed:
            return Look(failed.found, failed.reason, url)
        return Look(_found(fetched.status), str(fetched.status), fetched.url)

    async def events(self, url: str, zone: str) -> PageEvents:
        """As `Web` says."""
        fetched = await self._fetcher.get(
            url, most=FEED_MOST + 1, cuts=True, only=(*_HTML, *_CALENDARS), accept=_ACCEPT_EVENTS
        )
        _check_status(url, fetched.status)
        if is_calendar(fetched.body, fetched.media):
            return await self._chosen(await self._read_calendar(fetched, zone))
        told = await self._told(fetched)
        if told is None:
            return PageEvents((), file_of(fetched.url, fetched.media))
        page = page_of(told, fetched.url)
        found: Iterable[SourceEvent | Skipped] = events_in(told.items, fetched.url, zone, told.base)
        chosen = await self._chosen(found, page)
        if not chosen.events and (graph := graph_event(told, page, zone)):
            chosen = await self._chosen((graph,), page)
        if not chosen.events:
            _shown(url, page)
        return chosen

    async def _read_calendar(self, fetched: Fetched, zone: str) -> list[SourceEvent | Skipped]:
        calendar = read_calendar(fetched.body, zone=zone, charset=fetched.charset, caps=CAPS)
        async with self._reading, aclosing(calendar) as told:
            return [each async for each in told]

    async def _chosen(self, found: Iterable[SourceEvent | Skipped], page: Page | None = None) -> PageEvents:
        """What is to come first, soonest first; of what is over the latest first."""
        now = self._clock.now() if self._clock else datetime.min.replace(tzinfo=UTC)
        events: list[SourceEvent] = []
        skipped: list[Skipped] = []
        for number, each in enumerate(found):
            if isinstance(each, SourceEvent):
                events.append(each)
            else:
                skipped.append(each)
            if number % 20 == 19:
                await asyncio.sleep(0)  # whatever a page is made of, others go on

        def order(event: SourceEvent) -> tuple[bool, float]:
            is_over = not event.timing.rrule and instant(event.timing.ends, event.timing.zone) <= now
            starts = instant(event.timing.starts, event.timing.zone).timestamp()
            return is_over, -starts if is_over else starts

        events.sort(key=order)
        return PageEvents(tuple(events[:EVENTS_MOST]), page, max(0, len(events) - EVENTS_MOST), tuple(skipped))

    async def feed(self, url: str, zone: str, *, etag: str = "", modified: str = "") -> Polled:
        """As `Web` says."""
        asked = re.sub(r"^webcals?://", "https://", url.strip(), flags=re.IGNORECASE)
        try:
            fetched = await self._fetcher.get(asked, most=FEED_MOST, accept=_ACCEPT_FEEDS, etag=etag, modified=modified)
        except Failed as failed:
            raise _no_answer(failed) from None
        found_at = fetched.url if fetched.has_moved else asked
        if fetched.is_unchanged:
            return Polled(found_at, etag=fetched.etag or etag, modified=fetched.modified or modified, is_unchanged=True)
        _check_feed(asked, fetched.status)
        if _is_page(fetched):
            raise await self._way_on(fetched)
        async with self._reading:
            heard = await read_feed(
                fetched.body, media=fetched.media, charset=fetched.charset, url=fetched.url, zone=zone
            )
        return Polled(
            found_at,
            heard.events,
            heard.skipped,
            heard.name,
            fetched.etag,
            fetched.modified,
            is_whole=heard.is_whole,
        )

    async def _way_on(self, fetched: Fetched) -> NotAFeed:
        """What to say to a page that was given for a feed: the feed that it names."""
        async with self._reading:
            told = await read_page(fetched.body[:PAGE_MOST], charset=fetched.charset)
        here = URL(fetched.url)
        for media in ("text/calendar", ""):  # a calendar says when things are; entries of RSS seldom do
            for kind, href in told.feeds:
                try:
                    link = str(here.join(URL(told.base)).join(URL(href.strip())) if told.base else here.join(URL(href)))
                    checked(re.sub(r"^webcals?://", "https://", link))
                except (ValueError, Refused):
                    continue
                if href and kind.startswith(media):
                    return NotAFeed(N_("That is a page, not a feed. Its feed is {link}: add that."), link=link)
        return NotAFeed(N_("That is a page, not a feed, and it names none. Look for “Subscribe”, iCal or RSS on it."))

    async def _answer(self, url: str) -> Fetched:
        """To HEAD, where that says yes; what it says else is often about HEAD alone."""
        try:
            fetched = await self._fetcher.head(url)
            if _found(fetched.status) is Found.ALIVE:
                return fetched
        except Failed as failed:
            if failed.reason != BROKEN_OFF:
                raise
        return await self._fetcher.get(url, most=0)

    async def _robots_of(self, url: str) -> Robots:
        """Raises Failed where it cannot be reached: that must be taken for a no (RFC 9309 2.3.1.4)."""
        origin = str(checked(url).origin())
        now = monotonic()
        if origin in self._robots and now - self._robots[origin][0] < _ROBOTS_SECONDS:
            return self._robots[origin][1]
        fetched = await self._fetcher.get(f"{origin}/robots.txt", most=ROBOTS_MOST, cuts=True)
        if fetched.status >= 500:
            raise Failed(
                Found.UNREACHABLE,
                f"robots.txt: {fetched.status}",
                _TROUBLE,
                host=host_of(checked(url)),
                status=fetched.status,
            )
        robots = read_robots(fetched.body)
        self._robots[origin] = (now, robots)
        self._robots.move_to_end(origin)
        if len(self._robots) > _ROBOTS_KEPT:
            self._robots.popitem(last=False)
        return robots


_TROUBLE = N_("{host} has trouble of its own now ({status}). Try later, or say the title yourself.")


def _found(status: int) -> Found:
    if status in (404, 410):
        return Found.GONE
    if status >= 500 and status != 999:  # 999: LinkedIn's no to bots
        return Found.UNREACHABLE
    return Found.REFUSED if status >= 400 else Found.ALIVE


def _check_status(url: str, status: int) -> None:
    """Raise Refused, unless there is something to read."""
    found = _found(status)
    if found is Found.GONE:
        raise Refused(
            N_("There is no page at that link: {host} says {status}. Check it for a part that is missing."),
            host=host_of(checked(url)),
            status=status,
        )
    if found is Found.UNREACHABLE:
        raise Refused(_TROUBLE, host=host_of(checked(url)), status=status)
    if found is Found.REFUSED:
        raise _hidden(url)


def _shown(url: str, page: Page) -> Page:
    """The page, unless it is what sites show in the place of one. Raises Refused."""
    asked = checked(url).host
    if page.title.lower().startswith(_WALLS) or (
        URL(page.url).host != asked and host_of(URL(page.url)).startswith(_GATES)
    ):
        raise _hidden(url)
    return page


def _is_page(fetched: Fetched) -> bool:
    """Whether it is HTML; feeds are served as HTML, too, and their texts have it in them."""
    begins = fetched.body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begins.startswith((b"begin:vcalendar", b"<rss", b"<feed", b"<rdf")) or b"<rss" in begins or b"<feed" in begins:
        return False
    return fetched.media in _HTML or begins.startswith((b"<!doctype html", b"<html"))


def _no_answer(failed: Failed) -> Refused:
    """Why a feed cannot be had, in words that are right for one."""
    host, limit = str(failed.values.get("host", "")), str(failed.values.get("limit", ""))
    match failed.reason:
        case "too slow":
            return Refused(
                N_("{host} takes more than {limit} seconds to give the feed. Try later."), host=host, limit=limit
            )
        case "not public" | "no such host":
            return Refused(N_("At {host} is no feed that everybody can open. Check the address."), host=host)
        case "broken certificate":
            return Refused(N_("{host} cannot prove that it is who it says (its certificate). Try later."), host=host)
        case "too large":
            return Refused(
                N_("The feed has more than {limit} MB, the most that is read. Take a smaller one: of this year, say."),
                limit=limit,
            )
        case "no answer" | "broken off":
            return Refused(N_("{host} does not give the feed as it should. Try later."), host=host)
        case _:
            return failed


def _check_feed(url: str, status: int) -> None:
    """Raise Refused, unless there is something to read."""
    host = host_of(checked(url))
    match _found(status):
        case Found.ALIVE if 200 <= status < 300:
            return
        case Found.GONE:
            raise Refused(N_("There is no feed at that address: {host} says {status}. Check it."),
                host=host, status=status)  # fmt: skip
        case Found.REFUSED:
            raise Refused(N_("{host} does not give the feed to bots ({status}). Ask whoever makes it."),
                host=host, status=status)  # fmt: skip
        case _:
            raise Refused(N_("{host} has trouble of its own now ({status}). Try later."), host=host, status=status)


def _hidden(url: str) -> Refused:
    return Refused(
        N_("{host} does not show this page to bots. People may well see it: say the title yourself."),
        host=host_of(checked(url)),
    )
