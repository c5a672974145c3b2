"""The events that pages tell of, in every notation and with what sites get wrong."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from adapters.sources.outside import EVENTS_MOST, Outside
from bot.domain.events import Kind, Price, SourceEvent, Timing
from bot.domain.sources import PageEvents
from bot.errors import Refused
from tests.adapters.sources.test_pages import held_pages
from tests.fakes.web import Answer, FakeWeb

URL = "https://club.example/nights/4"
ZONE = "Europe/Berlin"

HELD: Mapping[str, tuple[str, ...]] = {  # of the pages that others have collected: what each tells of
    "Elysian_Fields_Brooklyn_Tickets__The_Owl_Music_Parlor__31_Oct_2015.html": (
        "2015-11-01T00:30 Elysian Fields @ The Owl Music Parlor, 497 Rogers Ave, 11225 Brooklyn, NY, US",
    ),
    "Event.001.html": ("2016-04-21T20:00 Miami Heat at Philadelphia 76ers - Game 3 (Home Game 1) @ Philadelphia, PA",),
    "Event.002.html": (
        "2011-05-23T00:00 Mid America Center @ Council Bluffs, IA, US",
        "2011-05-20T00:00 FedExForum @ Memphis, TN, US",
    ),
    "Event.008.html": ("2014-10-01T19:30 Julius Caesar at Shakespeare's Globe @ Shakespeare's Globe, London, UK",),
    "JSONLD_with_JS_comment.html": (),
    "JSONLD_with_control_characters.html": (),
    "jsonld_empty_item_test.html": (),
    "opengraph_test.html": (),
    "tovestyrke.html": (
        "2017-06-12T21:00 Tove Styrke @ Hoxton Square Bar & Kitchen, 2-4 Hoxton Square, N1 6NU London, UK",
    ),
}


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def outside(web: FakeWeb) -> Outside:
    return Outside(web.fetcher(), Noon())


@pytest.mark.skipif("GREENROOM_PAGES" not in os.environ, reason="GREENROOM_PAGES names no folder of pages")
async def test_every_page_of_others_is_read_or_says_what_it_is(web: FakeWeb, outside: Outside) -> None:
    pages = held_pages()
    assert set(pages) == set(HELD)
    for name, expected in HELD.items():
        web.pages[URL] = pages[name]
        told = await outside.events(URL, ZONE)
        assert tuple(_line(each) for each in told.events) == expected, name
        assert told.page, name
        assert told.page.title, name
        assert (told.more, told.skipped) == (0, ()), name


def _line(event: SourceEvent) -> str:
    return f"{event.timing.starts.isoformat(timespec='minutes')} {event.title} @ {event.location}"


async def events_of(web: FakeWeb, outside: Outside, *items: object, said: str = "") -> PageEvents:
    scripts = "".join(f"<script type=application/ld+json>{json.dumps(item)}</script>" for item in items)
    web.pages[URL] = f"<title>Nights</title>{said}{scripts}"
    return await outside.events(URL, ZONE)


async def event_of(web: FakeWeb, outside: Outside, **said: object) -> SourceEvent:
    item = {"@type": "Event", "name": "Night", "startDate": "2026-12-04T20:00", **said}
    (event,) = (await events_of(web, outside, item)).events
    return event


async def test_a_page_tells_all_of_an_event(web: FakeWeb, outside: Outside) -> None:
    told = await event_of(
        web,
        outside,
        **{"@type": "schema:MusicEvent", "@id": "#e"},
        name="Modular &amp; more",
        url="/night?x=1",
        description="<p>Bring <b>cables</b></p><p>and friends</p>",
        startDate="2026-12-04T20:00:00+01:00",
        endDate="2026-12-05T02:00:00+01:00",
        doorTime="2026-12-04T19:00:00+01:00",
        genre=["Techno", "Ambient"],
        keywords="modular, live",
        location={
            "@type": "Place",
            "name": "About Blank",
            "geo": {"latitude": "52.5", "longitude": 13.4},
            "address": {
                "streetAddress": "Markgrafendamm 24c",
                "postalCode": "10245",
                "addressLocality": "Berlin",
                "addressCountry": {"@type": "Country", "name": "DE"},
            },
        },
        offers=[{"price": "15", "priceCurrency": "EUR"}, {"price": "12.50", "priceCurrency": "EUR"}],
    )
    assert told == SourceEvent(
        uid="https://club.example/nights/4#e",
        title="Modular & more",
        timing=Timing(datetime(2026, 12, 4, 20), datetime(2026, 12, 5, 2), ZONE),  # noqa: DTZ001 - times on walls
        description=told.description,
        location="About Blank, Markgrafendamm 24c, 10245 Berlin, DE",
        latitude=52.5,
        longitude=13.4,
        link="https://club.example/night?x=1",
        categories=("Techno", "Ambient", "modular", "live"),
        price=Price(Decimal("12.50"), "EUR"),
        kind=Kind.CONCERT,
    )
    assert told.description.split() == ["Bring", "cables", "and", "friends"]


@pytest.mark.parametrize(
    ("start", "end", "expected", "is_floating", "has_end"),
    [
        ("2026-12-04T20:00", "", "2026-12-04T20:00 2026-12-04T20:00 time", True, False),
        ("2026-12-04T20:00Z", "2026-12-04T22:00Z", "2026-12-04T21:00 2026-12-04T23:00 time", False, True),
        ("2026-12-04T15:00:00.000-0500", "", "2026-12-04T21:00 2026-12-04T21:00 time", False, False),
        ("2026-12-04 20:00 +0100", "2026-12-04T23:00", "2026-12-04T20:00 2026-12-04T23:00 time", False, True),
        ("20261204T190000Z", "", "2026-12-04T20:00 2026-12-04T20:00 time", False, False),
        ("Fri, 04 Dec 2026 20:00:00 +0100", "", "2026-12-04T20:00 2026-12-04T20:00 time", False, False),
        ("2026-12-04T20:00", "2026-12-04T19:00", "2026-12-04T20:00 2026-12-04T20:00 time", True, False),
        ("2026-12-04T20:00", "2026-12-06", "2026-12-04T20:00 2026-12-07T00:00 time", True, True),
        ("2026-12-04T20:00", "2026-12-04", "2026-12-04T20:00 2026-12-04T20:00 time", True, False),
        ("2026-12-04", "", "2026-12-04T00:00 2026-12-05T00:00 day", True, True),
        ("2026-12-04", "2026-12-06", "2026-12-04T00:00 2026-12-07T00:00 day", True, True),
        ("2026-12-04T00:00", "", "2026-12-04T00:00 2026-12-05T00:00 day", True, True),
        ("2026-12-04T00:00:00", "2026-12-04T23:59:59", "2026-12-04T00:00 2026-12-05T00:00 day", True, True),
        ("2026-12-04T00:00", "2026-12-04T05:00", "2026-12-04T00:00 2026-12-04T05:00 time", True, True),
    ],
)
async def test_times_are_on_the_wall_of_the_community(
    start: str, end: str, expected: str, is_floating: bool, has_end: bool, web: FakeWeb, outside: Outside
) -> None:
    told = await event_of(web, outside, startDate=start, endDate=end)
    timing = told.timing
    shown = [at.isoformat(timespec="minutes") for at in (timing.starts, timing.ends)]
    assert " ".join([*shown, "day" if timing.is_all_day else "time"]) == expected
    assert (timing.zone, told.is_floating, told.has_end) == (ZONE, is_floating, has_end)


async def test_a_time_that_a_wall_shows_twice_is_told_in_utc(web: FakeWeb, outside: Outside) -> None:
    told = await event_of(web, outside, startDate="2026-10-25T01:30Z", endDate="2026-10-25T02:30Z")
    assert (told.timing.zone, told.timing.starts.hour, told.timing.ends.hour) == ("UTC", 1, 2)


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("", "It names no start."),
        ("tonight", "is not a date that can be read"),
        ("04/12/2026 20:00", "is not a date that can be read"),
        ("2026-13-40", "is not a date that can be read"),
        ("0001-01-01T00:00Z", "is not a date that can be read"),
        ("9999-12-31T23:59-11:00", "is not a date that can be read"),
        ("2026-12-04T20:00+99:99", "is not a date that can be read"),
    ],
)
async def test_what_says_no_date_is_no_event_and_says_why(
    start: str, reason: str, web: FakeWeb, outside: Outside
) -> None:
    told = await events_of(web, outside, {"@type": "Event", "name": "Night", "startDate": start})
    assert told.events == ()
    (skipped,) = told.skipped
    assert skipped.title == "Night"
    assert reason in skipped.reason.format(**{"start": "", **skipped.values}).replace("“”", "“x”")


async def test_an_exhibition_of_months_is_left_out(web: FakeWeb, outside: Outside) -> None:
    told = await events_of(
        web, outside, {"@type": "Event", "name": "Show", "startDate": "2026-12-04", "endDate": "2027-03-01"}
    )
    assert [each.values for each in told.skipped] == [{"days": 88, "limit": 31}]


@pytest.mark.parametrize(
    ("said", "is_off"),
    [
        ({"eventStatus": "https://schema.org/EventCancelled"}, True),
        ({"eventStatus": {"@id": "schema:EventCancelled"}}, True),
        ({"eventStatus": "EventPostponed"}, True),
        ({"eventStatus": "EventPostponed", "previousStartDate": "2026-12-04T20:00"}, True),
        ({"eventStatus": "EventPostponed", "previousStartDate": "2026-11-04T20:00"}, False),
        ({"eventStatus": "EventRescheduled", "previousStartDate": "2026-11-04T20:00"}, False),
        ({"eventStatus": "EventMovedOnline"}, False),
    ],
)
async def test_what_is_off_is_told_as_cancelled(
    said: dict[str, object], is_off: bool, web: FakeWeb, outside: Outside
) -> None:
    assert (await event_of(web, outside, **said)).is_cancelled is is_off


async def test_what_is_on_the_web_has_a_link(web: FakeWeb, outside: Outside) -> None:
    virtual = {"@type": "VirtualLocation", "url": "https://meet.example/x"}
    told = await event_of(web, outside, location=[virtual, {"@type": "Place", "name": "Club"}])
    assert (told.location, told.online_link) == ("Club", "https://meet.example/x")
    told = await event_of(web, outside, location="https://meet.example/y")
    assert (told.location, told.online_link) == ("", "https://meet.example/y")
    told = await event_of(web, outside, eventAttendanceMode="https://schema.org/OnlineEventAttendanceMode")
    assert told.online_link == URL
    assert (await event_of(web, outside, location="Club, Berlin")).location == "Club, Berlin"
    assert (await event_of(web, outside, url="javascript:alert(1)")).link == URL


async def test_what_an_item_points_to_is_found(web: FakeWeb, outside: Outside) -> None:
    graph = [
        {"@type": "Event", "name": "Night", "startDate": "2026-12-04T20:00", "location": {"@id": "#club"}},
        {"@type": "Place", "@id": "#club", "name": "Club"},
    ]
    (told,) = (await events_of(web, outside, {"@graph": graph})).events
    assert told.location == "Club"


async def test_parts_and_dates_of_an_event_are_events(web: FakeWeb, outside: Outside) -> None:
    told = await events_of(
        web,
        outside,
        {
            "@type": "Festival",
            "name": "Days",
            "location": "Club",
            "subEvent": [{"@type": "Event", "startDate": "2026-12-06T20:00"},
                         {"@type": "MusicEvent", "name": "Opening", "startDate": "2026-12-05T20:00"}],
        },
        {"@type": "Event", "name": "Play", "url": "/play", "startDate": ["2026-12-08T20:00", "2026-12-07T20:00"]},
        {"@type": "ItemList", "itemListElement": [
            {"@type": "ListItem", "item": {"@type": "SocialEvent", "name": "Meet", "startDate": "2026-12-09T20:00"}}]},
    )  # fmt: skip
    assert [(each.timing.starts.day, each.title, each.location) for each in told.events] == [
        (5, "Opening", "Club"),
        (6, "Days", "Club"),
        (7, "Play", ""),
        (8, "Play", ""),
        (9, "Meet", ""),
    ]
    assert len({each.uid for each in told.events}) == 5
    assert (await outside.events(URL, ZONE)).events == told.events


async def test_microdata_rdfa_and_json_say_the_same_once(web: FakeWeb, outside: Outside) -> None:
    bodies = (
        """<div itemscope itemtype=http://schema.org/MusicEvent><b itemprop=name>Night</b>
        <time itemprop=startDate datetime=2026-12-04T20:00>8</time>
        <p itemprop=location itemscope itemtype=http://schema.org/Place><span itemprop=name>Club</span></div>""",
        """<div vocab=http://schema.org/ typeof=MusicEvent><b property=name>Night</b>
        <time property=startDate datetime=2026-12-04T20:00>8</time>
        <p property=location typeof=Place><b property=name>Club</b></p></div>""",
    )
    item = {"@type": "MusicEvent", "name": "Night", "startDate": "2026-12-04T20:00", "location": {"name": "Club"}}
    (first,) = (await events_of(web, outside, item)).events
    for body in bodies:
        assert (await events_of(web, outside, said=body)).events == (first,)
        assert (await events_of(web, outside, item, said=body)).events == (first,)


async def test_open_graph_is_believed_where_it_says_when(web: FakeWeb, outside: Outside) -> None:
    metas = "<meta property=og:title content=Night><meta property=og:type content=event>"
    assert (await events_of(web, outside, said=metas)).events == ()
    start = (
        "<meta property=event:start_time content=2026-12-04T20:00:00+01:00><meta property=og:locality content=Berlin>"
    )
    (told,) = (await events_of(web, outside, said=metas + start)).events
    assert (told.title, told.timing.starts.hour, told.location, told.link) == ("Night", 20, "Berlin", URL)


async def test_a_calendar_behind_a_link_is_read(web: FakeWeb, outside: Outside) -> None:
    body = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261204T190000Z\nSUMMARY:Night\nEND:VEVENT\nEND:VCALENDAR\n"
    for media in ("text/calendar; charset=utf-8", "text/plain", "application/octet-stream", "text/html"):
        web.pages[URL] = Answer(body, media=media)
        told = await outside.events(URL, ZONE)
        assert ([each.uid for each in told.events], told.page) == (["1"], None)
    web.pages[URL] = Answer(gzip.compress(body.encode() + b"x" * 60_000_000), media="text/calendar",
                            headers={"Content-Encoding": "gzip"})  # fmt: skip
    with pytest.raises(Refused, match=r"^The calendar has 6 MB; at most 5 MB can be read\."):
        await outside.events(URL, ZONE)


async def test_of_a_thousand_events_the_next_ones_are_kept(web: FakeWeb, outside: Outside) -> None:
    items = [
        {"@type": "Event", "name": f"Night {number}", "startDate": f"2026-{1 + number % 12:02}-{1 + number % 28:02}"}
        for number in range(1_000)
    ]
    told = await events_of(web, outside, items)
    assert len(told.events) == EVENTS_MOST
    assert told.more >= 400
    starts = [each.timing.starts for each in told.events]
    assert starts[0] >= datetime(2026, 12, 1)  # noqa: DTZ001 - a wall
    is_coming = [start >= datetime(2026, 12, 1) for start in starts]  # noqa: DTZ001 - a wall
    assert is_coming == sorted(is_coming, reverse=True)


async def test_letters_mentions_comments_and_control_characters_are_read_as_they_are_meant(
    web: FakeWeb, outside: Outside
) -> None:
    script = '{"@type":"Event", // a comment\n"name":"@everyone **x**\x07 \u202e音楽","startDate":"2026-12-04T20:00",}'
    web.pages[URL] = Answer(
        f"<script type=application/ld+json>{script}</script>".replace("\u202e", "").encode("cp932"),
        media="text/html; charset=Shift_JIS",
    )
    (told,) = (await outside.events(URL, ZONE)).events
    assert told.title == "@everyone **x** 音楽"


async def test_what_is_no_page_says_what_it_is(web: FakeWeb, outside: Outside) -> None:
    web.pages[URL] = Answer(b"%PDF", media="application/pdf")
    told = await outside.events(URL, ZONE)
    assert told.events == ()
    assert told.page
    web.pages[URL] = "<title>Just a moment...</title>"
    with pytest.raises(Refused, match="does not show this page to bots"):
        await outside.events(URL, ZONE)
