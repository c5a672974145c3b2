"""`feeds`: feeds of venues polled, where a little has changed and where nothing has.

A hundred feeds of 500 events have been taken in; then one event in a hundred is an hour later, and all are due at once.
A thousand more answer that they are as they were. Each is on a host of its own; the hosts are names of one server on
this machine, in a process of its own. The bot is the one that `greenroom` starts: it fetches through the real fetcher,
reads each calendar in a process apart, compares it with what it said before, and writes what differs. The loop is
watched meanwhile, and memory is what the process holds more at the end. There is no peer: what was weighed for
calendars shows them and keeps nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

from aiohttp import ClientSession, web

from adapters.sources.fetching import Fetcher
from adapters.sources.outside import Outside
from benchmarks.databases import Fresh
from benchmarks.looking import Hosts
from benchmarks.measuring import NOW, Clock, Figure, frozen, shown, watched
from benchmarks.processes import held, served, serving
from bot.compose import Bot, compose
from bot.domain.events import Search
from bot.domain.feeds import NewFeed
from bot.domain.people import Account, Origin, Workspace
from bot.features.feeds.polling import due_of
from bot.settings import read_settings

FEEDS, EVENTS, SAME = 100, 500, 1_000
FEW_FEEDS, FEW_EVENTS, FEW_SAME = 4, 100, 20
CHANGED_EACH = 100
BLOCKED_MOST = 0.050
MEMORY_MOST = 50_000_000
EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Polled:
    """`took` and `blocked` in seconds, `grown` in bytes; `right` is whether the calendar is as it should be."""

    feeds: int
    took: float
    blocked: float
    grown: int
    right: bool


async def measure(fresh: Fresh, feeds: int, events: int, same: int) -> tuple[Polled, Polled]:
    """A poll of feeds with changes, and one of feeds without."""
    url, clock = fresh(), Clock()
    with serving("benchmarks.polling") as port:
        outside = Outside(Fetcher(names=Hosts(port), allows=lambda host, at: (host, at) == ("127.0.0.1", port)))
        try:
            async with compose(read_settings(_env_file=None, DATABASE_URL=url), clock, outside) as bot:
                await _add(bot, [f"http://feed-{number}.example/{events}.ics" for number in range(feeds)])
                await _poll(bot, feeds)
                async with ClientSession() as session:
                    await session.post(f"http://127.0.0.1:{port}/later")
                clock.forward(2 * EVERY)
                changed = await _measured(bot, feeds)
                async with bot.database.reading() as uow:
                    search = Search(clock.now(), words="moved")
                    page = await uow.events.find(1, search, person=None, offset=0, limit=1)
                await _add(bot, [f"http://same-{number}.example/same.ics" for number in range(same)])
                await _hush(bot, feeds)
                await _poll(bot, same)
                clock.forward(2 * EVERY)
                await _hush(bot, feeds)
                unchanged = await _measured(bot, same)
        finally:
            await outside.close()
    expected = feeds * -(-events // CHANGED_EACH)
    return Polled(feeds, *changed, page.total == expected), Polled(same, *unchanged, right=True)


def figures(engine: str, events: int, polled: tuple[Polled, Polled]) -> list[Figure]:
    changed, unchanged = polled
    found: list[Figure] = []
    for what, each in (
        (f"{changed.feeds} feeds of {events} events polled, 1 % changed, {engine}", changed),
        (f"{unchanged.feeds:,} feeds polled that are as they were, {engine}", unchanged),
    ):
        found += [
            Figure(f"{what}: in all", shown(each.took), f"{shown(each.took / each.feeds)} each", "", "", None),
            Figure(f"{what}: as it should be", "yes" if each.right else "no", "", "", "yes", each.right),
            Figure(
                f"{what}: loop blocked",
                shown(each.blocked),
                "",
                "",
                f"at most {shown(BLOCKED_MOST)}",
                each.blocked <= BLOCKED_MOST,
            ),
            Figure(
                f"{what}: memory",
                f"{each.grown / 1_000_000:.1f} MB",
                "",
                "",
                f"at most {MEMORY_MOST // 1_000_000} MB more",
                each.grown <= MEMORY_MOST,
            ),
        ]
    return found


async def _measured(bot: Bot, feeds: int) -> tuple[float, float, int]:
    """Seconds in all, the loop's longest halt, and bytes held more."""
    with frozen():
        before = held() or 0
        began = perf_counter()
        async with watched() as watch:
            await _poll(bot, feeds)
        took = perf_counter() - began
    return took, watch.longest, (held() or 0) - before


async def _poll(bot: Bot, feeds: int) -> None:
    """Until each of them was asked."""
    left = feeds
    while left > 0:
        left -= await bot.chores.run()
        await bot.chores.finished(1)
    await bot.chores.settled()


async def _add(bot: Bot, urls: list[str]) -> None:
    who = Account("console", "you", "you"), Workspace("console", "local", "Console")
    async with bot.database.writing() as uow:
        caller = await uow.people.welcome(*who, is_organiser=True, zone="UTC", locale="en", now=NOW)
    assert caller.community
    now = bot.clock.now()
    async with bot.database.writing() as uow:
        for url in urls:
            new = NewFeed(url, url.removeprefix("http://"), "", EVERY, Origin(caller.origin.account), url)
            feed = await uow.feeds.add(caller.community.id, new, now)
            await uow.due.put(due_of(feed, now))


async def _hush(bot: Bot, feeds: int) -> None:
    """Those that were measured already are not due now."""
    async with bot.database.writing() as uow:
        for feed in await uow.feeds.several(range(1, feeds + 1)):
            await uow.due.put(due_of(feed, bot.clock.now() + timedelta(days=1)))


async def serve() -> None:
    """`/500.ics` is a feed of 500 events, of which every hundredth moves after `/later`; `/same.ics` never changes."""
    is_later = False

    async def answer(request: web.BaseRequest) -> web.Response:
        nonlocal is_later
        if request.path == "/later":
            is_later = True
            return web.Response()
        if request.path == "/same.ics":
            if request.headers.get("If-None-Match") == '"same"':
                return web.Response(status=304)
            body, headers = _calendar(request.host, 1, is_later=False), {"ETag": '"same"'}
        else:
            body, headers = _calendar(request.host, int(request.path[1:].partition(".")[0]), is_later=is_later), {}
        return web.Response(body=body.encode(), content_type="text/calendar", headers=headers)

    await served(answer)


def _calendar(host: str, events: int, *, is_later: bool) -> str:
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//benchmark//",
            *(line for number in range(events) for line in _event(host, number, is_later=is_later)),
            "END:VCALENDAR",
            "",
        ]
    )


def _event(host: str, number: int, *, is_later: bool) -> tuple[str, ...]:
    moved = is_later and number % CHANGED_EACH == 0
    starts = NOW.replace(hour=19 + moved) + timedelta(days=1 + number % 300)
    return (
        "BEGIN:VEVENT",
        f"UID:{number}@{host}",
        f"DTSTART:{starts:%Y%m%dT%H%M%SZ}",
        f"DTEND:{starts + timedelta(hours=3):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:Night {number} of {host.partition('.')[0]}{' moved' if moved else ''}",
        "DESCRIPTION:Doors open an hour before. Bring friends\\, cables and earplugs\\; the bar takes cards.",
        f"URL:https://{host}/{number}",
        "LOCATION:Kantine\\, Berlin\\, Germany",
        "END:VEVENT",
    )


if __name__ == "__main__":
    asyncio.run(serve())
