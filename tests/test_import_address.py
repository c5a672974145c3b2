"""`greenroom import URL`: one pass over what a feed or a page tells of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.compose import importing
from bot.compose.importing import import_address
from bot.domain.events import Skipped, SourceEvent, Timing
from bot.domain.sources import PageEvents, Polled
from bot.errors import NotAFeed, Refused
from bot.i18n import N_
from bot.ports import NoWeb
from bot.settings import read_settings

FEED = "https://club.example/events.ics"
PAGE = "https://club.example/"
START = datetime.fromisoformat("2099-12-04 20:00")


@dataclass(slots=True)
class Told(NoWeb):
    """What is at `FEED`, and what the page at `PAGE` says; opened and closed by whoever imports."""

    feeds: dict[str, Polled | Refused] = field(default_factory=dict)
    pages: dict[str, PageEvents] = field(default_factory=dict)
    closed: int = 0

    async def feed(self, url: str, zone: str, *, etag: str = "", modified: str = "") -> Polled:
        told = self.feeds.get(url, NotAFeed(N_("That is a page, not a feed.")))
        if isinstance(told, Refused):
            raise told
        return told

    async def events(self, url: str, zone: str) -> PageEvents:
        return self.pages[url]

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(importing, "OpenedLater", lambda: told)
    return told


def nights(count: int) -> tuple[SourceEvent, ...]:
    starts = [START + timedelta(days=number) for number in range(count)]
    return tuple(
        SourceEvent(str(number), f"Night {number}", Timing(at, at + timedelta(hours=3), "Europe/Berlin"))
        for number, at in enumerate(starts)
    )


async def lines(url: str, database_url: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    await import_address(read_settings(_env_file=None, DATABASE_URL=database_url), url, "")
    return capsys.readouterr().out.splitlines()


async def test_a_feed_is_followed_and_says_what_was_left_out(
    web: Told, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled = Skipped("Night 9", N_("It ends before it starts."), uid="9")
    web.feeds[FEED] = Polled(FEED, nights(3), (spoiled,))
    told = await lines(FEED, database_url, capsys)
    assert told == ["3 events added, 0 updated, 0 unchanged, 1 skipped.", "- Night 9: It ends before it starts."]
    web.feeds[FEED] = Polled(FEED, (replace(nights(1)[0], title="Late Night"), *nights(2)[1:]))
    assert await lines(FEED, database_url, capsys) == [
        "0 events added, 1 updated, 1 unchanged, 0 skipped, 1 cancelled."
    ]
    assert web.closed == 2


async def test_a_feed_that_lost_most_says_that_it_is_held_back(
    web: Told, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    web.feeds[FEED] = Polled(FEED, nights(8))
    await lines(FEED, database_url, capsys)
    web.feeds[FEED] = Polled(FEED, nights(1))
    assert await lines(FEED, database_url, capsys) == [
        "0 events added, 0 updated, 1 unchanged, 0 skipped.",
        importing.HELD,
    ]


async def test_a_page_that_tells_of_events_is_taken_and_a_broken_feed_is_not_read_as_one(
    web: Told, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    web.pages = {PAGE: PageEvents(nights(2)), FEED: PageEvents(nights(1)), f"{PAGE}about": PageEvents(())}
    assert await lines(PAGE, database_url, capsys) == ["2 events added, 0 updated, 0 unchanged, 0 skipped."]
    web.feeds[FEED] = Refused(N_("The feed breaks off before its end, and is not taken. Try later."))
    with pytest.raises(Refused, match="breaks off"):
        await lines(FEED, database_url, capsys)
    with pytest.raises(NotAFeed):
        await lines(f"{PAGE}about", database_url, capsys)
