"""Feeds: what they tell of, what is kept between two looks, and what harms nobody."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from aiohttp import web as aioweb

from adapters.sources.outside import Outside
from bot.domain.events import Kind, SourceEvent, Timing
from bot.domain.sources import Polled
from bot.errors import NotAFeed, Refused
from tests.fakes.web import Answer, FakeWeb, moved

URL = "https://club.example/feed"
ZONE = "Europe/Berlin"
EV = 'xmlns:ev="http://purl.org/rss/1.0/modules/event/"'


def calendar(count: int = 1, head: str = "") -> str:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART:20261204T190000Z\r\nSUMMARY:Night {number}\r\nEND:VEVENT\r\n"
        for number in range(count)
    )
    return f"BEGIN:VCALENDAR\r\n{head}{events}END:VCALENDAR\r\n"


def rss(items: str, head: str = "<title>Club</title>") -> str:
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {EV}><channel>{head}{items}</channel></rss>'


async def feed_of(web: FakeWeb, outside: Outside, body: str | bytes, media: str = "application/xml") -> Polled:
    web.pages[URL] = Answer(body, media=media)
    return await outside.feed(URL, ZONE)


async def test_a_calendar_is_a_feed(web: FakeWeb, outside: Outside) -> None:
    body = calendar(2, "X-WR-CALNAME:Nights\\, and\r\n  days\r\n")
    told = await feed_of(web, outside, body, "text/calendar; charset=utf-8")
    assert (told.url, told.name, [each.title for each in told.events]) == (
        URL,
        "Nights, and days",
        ["Night 0", "Night 1"],
    )
    assert told.is_whole
    assert (await outside.feed("webcal://club.example/feed", ZONE)).events == told.events
    assert (await feed_of(web, outside, body, "text/html")).events == told.events


async def test_rss_tells_events_where_it_says_when(web: FakeWeb, outside: Outside) -> None:
    item = """<item><title>Rock &amp;amp; roll</title><link>/n/1</link><guid>n1</guid><category>Techno</category>
      <description>&lt;p&gt;Bring &lt;b&gt;cables&lt;/b&gt;&lt;/p&gt;</description>
      <ev:startdate>2026-12-04T20:00:00+01:00</ev:startdate>
      <ev:enddate>2026-12-04T23:00:00+01:00</ev:enddate><ev:location>Club, Berlin</ev:location>
      <ev:type>concert</ev:type></item>"""
    date = "<pubDate>Fri, 04 Dec 2026 20:00:00 GMT</pubDate>"
    blog = f"<item><title>News</title><link>https://club.example/news</link>{date}</item>"
    told = await feed_of(web, outside, rss(item + blog))
    assert told.name == "Club"
    assert told.events == (
        SourceEvent(
            uid="n1",
            title="Rock & roll",
            timing=Timing(datetime(2026, 12, 4, 20), datetime(2026, 12, 4, 23), ZONE),  # noqa: DTZ001 - times on walls
            description="Bring cables",
            location="Club, Berlin",
            link="https://club.example/n/1",
            categories=("Techno", "concert"),
            kind=Kind.CONCERT,
        ),
    )
    assert [(each.title, each.values) for each in told.skipped] == [("News", {"link": "https://club.example/news"})]
    assert not told.is_whole, "it shows its newest entries"


async def test_what_of_a_calendar_cannot_be_read_is_known_by_its_uid(web: FakeWeb, outside: Outside) -> None:
    broken = calendar(3).replace("UID:1", "UID:1\r\nRECURRENCE-ID:20261204").replace("DTSTART", "X-DTSTART")
    told = await feed_of(web, outside, broken.replace("UID:2", f"UID:{'x' * 300}"), "text/calendar")
    first, second, third = sorted(told.unread)
    assert (first, second) == ("0", "1#20261204")
    assert third.startswith("hash:")


@pytest.mark.parametrize(
    "body",
    [
        """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:gd="http://schemas.google.com/g/2005"><title>Club</title>
        <entry><id>1</id><title type="html">Night</title><link href="/1"/><link rel="self" href="/x"/>
        <gd:when startTime="2026-12-04T20:00:00+01:00"/><gd:where valueString="Here"/></entry></feed>""",
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:ev="http://purl.org/rss/1.0/modules/event/"><channel rdf:about="x"><title>Club</title></channel>
        <item rdf:about="1"><title>Night</title><link>https://club.example/1</link>
        <ev:startdate>2026-12-04T19:00Z</ev:startdate><ev:location>Here</ev:location></item></rdf:RDF>""",
        """<rss xmlns:x="urn:ietf:params:xml:ns:xcal"><channel><title>Club</title><item><guid>1</guid>
        <title>Night</title><link>https://club.example/1</link><x:dtstart>20261204T190000Z</x:dtstart>
        <x:location>Here</x:location></item></channel></rss>""",
        """<rss xmlns:mec="http://webnus.net/rss/mec/"><channel><title>Club</title><item><guid>1</guid>
        <title>Night</title><link>https://club.example/1</link><mec:startDate>2026-12-04</mec:startDate>
        <mec:startHour>8:00 pm</mec:startHour><mec:location>Here</mec:location></item></channel></rss>""",
    ],
    ids=["atom", "rdf", "xcal", "mec"],
)
async def test_every_module_that_says_when_is_read(body: str, web: FakeWeb, outside: Outside) -> None:
    told = await feed_of(web, outside, body)
    (event,) = told.events
    assert (told.name, event.uid, event.title, event.location) == ("Club", "1", "Night", "Here")
    assert (event.timing.starts.hour, event.link) == (20, "https://club.example/1")


async def test_markup_in_entries_tells_events(web: FakeWeb, outside: Outside) -> None:
    inner = """<div itemscope itemtype="http://schema.org/MusicEvent"><b itemprop="name">Night</b>
    <meta itemprop="startDate" content="2026-12-04T20:00"></div>"""
    told = await feed_of(
        web, outside, rss(f"<item><title>x</title><description><![CDATA[{inner}]]></description></item>")
    )
    assert [(each.title, each.kind) for each in told.events] == [("Night", Kind.CONCERT)]


async def test_what_a_feed_said_of_itself_is_handed_back(web: FakeWeb, outside: Outside) -> None:
    def served(request: aioweb.BaseRequest) -> Answer:
        if request.headers.get("If-None-Match") == '"1"':
            return Answer("", 304)
        return Answer(calendar(), headers={"ETag": '"1"', "Last-Modified": "Tue, 01 Dec 2026 00:00:00 GMT"})

    web.pages[URL] = served
    first = await outside.feed(URL, ZONE)
    assert (first.etag, first.modified, first.is_unchanged) == ('"1"', "Tue, 01 Dec 2026 00:00:00 GMT", False)
    again = await outside.feed(URL, ZONE, etag=first.etag, modified=first.modified)
    assert again == Polled(URL, etag=first.etag, modified=first.modified, is_unchanged=True)
    assert web.asked[-1].headers["If-Modified-Since"] == first.modified


async def test_a_feed_that_moved_for_good_is_asked_there_next(web: FakeWeb, outside: Outside) -> None:
    web.pages[URL] = calendar()
    web.pages["https://old.example/"] = moved("https://older.example/", 301)
    web.pages["https://older.example/"] = moved(URL, 308)
    assert (await outside.feed("https://old.example/", ZONE)).url == URL
    web.pages["https://older.example/"] = moved(URL, 302)
    assert (await outside.feed("https://old.example/", ZONE)).url == "https://old.example/"


async def test_a_page_given_for_a_feed_names_its_feed(web: FakeWeb, outside: Outside) -> None:
    with pytest.raises(NotAFeed, match=r"^That is a page, not a feed, and it names none\. Look for “Subscribe”"):
        await feed_of(web, outside, "<!doctype html><title>Club</title>", "text/html")
    links = (
        "<link rel=alternate type=application/rss+xml href=/rss><link rel=alternate type=text/calendar "
        "href=webcal://club.example/all.ics>"
    )
    with pytest.raises(NotAFeed, match=r"^That is a page, not a feed\. Its feed is webcal://club.example/all.ics: add"):
        await feed_of(web, outside, f"<!doctype html><title>Club</title>{links}", "text/html")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "That is no feed: iCalendar"),
        ('{"items":[]}', "The feed is broken in line 1"),
        ("<svg/>", "That is no feed: iCalendar"),
        ("<rss><channel>", "The feed is broken in line 1"),
        (f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]><rss>&l11;</rss>', "The feed declares entities of its own"),
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>', "The feed declares entities"),
        ("<rss>" + "<a>" * 100_000, "That is no feed"),
        (rss("<item/>" * 20_001), "The feed has over 20000 entries, the most that is read."),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * 20_001, "The calendar has 20001 events; at most 20000"),
        ("BEGIN:VCALENDAR\n" + "x" * 5_000_000, "The feed has more than 5 MB, the most that is read."),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_what_is_no_feed_is_refused_with_a_reason(body: str, reason: str, web: FakeWeb, outside: Outside) -> None:
    with pytest.raises(Refused) as no:
        await feed_of(web, outside, body)
    assert str(no.value).startswith(reason)


async def test_a_feed_that_does_not_come_says_why(web: FakeWeb) -> None:
    outside = Outside(web.fetcher(seconds=1))
    web.names["inner.test"] = [["10.0.0.1"]]

    async def drips() -> AsyncIterator[bytes]:
        while True:
            yield b"BEGIN:VCALENDAR\n"
            await asyncio.sleep(0.1)  # the server's slowness is what is looked at

    for answer, reason in (
        (Answer(drips), "club.example takes more than 1 seconds to give the feed. Try later."),
        (moved("https://inner.test/"), "At inner.test is no feed that everybody can open. Check the address."),
        (Answer("", 404), "There is no feed at that address: club.example says 404. Check it."),
        (Answer("", 403), "club.example does not give the feed to bots (403). Ask whoever makes it."),
        (Answer("", 503), "club.example has trouble of its own now (503). Try later."),
        (Answer(gzip.compress(b"x" * 60_000_000), headers={"Content-Encoding": "gzip"}), "The feed has more than 5 MB"),
    ):
        web.pages[URL] = answer
        with pytest.raises(Refused) as no:
            await outside.feed(URL, ZONE)
        assert str(no.value).startswith(reason)


async def test_feeds_with_small_faults_are_read(web: FakeWeb, outside: Outside) -> None:
    item = "<item><title>音楽{}</title><guid>1</guid><ev:startdate>2026-12-04T20:00</ev:startdate></item>"
    declared = rss(item.format("")).replace("utf-8", "Shift_JIS").encode("cp932")
    for body in (
        declared,
        rss(item.format(" &nbsp; ")).encode(),
        rss(item.format(" \x07")).encode(),
        b"\n" + rss(item.format("")).encode(),
        b"\xef\xbb\xbf" + rss(item.format("")).encode(),
    ):
        told = await feed_of(web, outside, body)
        assert [each.title for each in told.events] == ["音楽"]


async def test_a_calendar_is_read_in_the_letters_its_server_names(web: FakeWeb, outside: Outside) -> None:
    body = calendar(1, "X-WR-CALNAME:音楽\r\n").replace("Night", "音楽の夜")
    for sent, named in ((body.encode("cp932"), "Shift_JIS"), (body.encode(), "iso-8859-1"), (body.encode(), "")):
        told = await feed_of(web, outside, sent, f"text/calendar; charset={named}" if named else "text/calendar")
        assert (told.name, [each.title for each in told.events]) == ("音楽", ["音楽の夜 0"])
        assert [each.title for each in (await outside.events(URL, ZONE)).events] == ["音楽の夜 0"]


async def test_a_calendar_that_breaks_off_is_not_taken_for_a_shorter_one(web: FakeWeb, outside: Outside) -> None:
    body = calendar(4)
    for end in ("END:VCALENDAR", "BEGIN:VEVENT\r\nUID:3", "UID:3"):
        with pytest.raises(Refused) as no:
            await feed_of(web, outside, body[: body.index(end)], "text/calendar")
        assert str(no.value).startswith("The feed breaks off before its end")


async def test_the_same_entry_twice_is_one(web: FakeWeb, outside: Outside) -> None:
    item = "<item><title>Night</title><guid>1</guid><ev:startdate>2026-12-04T20:00</ev:startdate></item>"
    told = await feed_of(web, outside, rss(item * 2))
    assert (len(told.events), len(told.skipped)) == (1, 1)
