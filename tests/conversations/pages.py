"""The web that conversations speak of: a few pages, which the real fetcher reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from adapters.sources.outside import Outside
from tests.fakes.web import Answer, Served, fake_web


def calendar(name: str, *events: tuple[str, str, str, str, str]) -> Answer:
    """A feed: UID, start and end on Berlin's wall, title, and the page at the venue, of each event."""
    told = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART;TZID=Europe/Berlin:{starts}\r\nDTEND;TZID=Europe/Berlin:{ends}\r\n"
        f"SUMMARY:{title}\r\nLOCATION:Kantine\\, Berlin\\, Germany\r\n"
        + (f"URL:https://kantine.example/{page}\r\n" if page else "")
        + "END:VEVENT\r\n"
        for uid, starts, ends, title, page in events
    )
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//calendar//\r\nX-WR-CALNAME:{name}\r\n"
    return Answer(f"{head}{told}END:VCALENDAR\r\n", media="text/calendar; charset=utf-8")


PAGES: Mapping[str, Served] = {
    "https://contracts.example/split-sheet?utm_source=chat": """<html lang="en"><head>
        <title>Split sheet template – Contracts</title>
        <meta property="og:title" content="Split sheet template">
        <meta property="og:description" content="Who owns what of a song, on one page to sign.">
        <meta property="og:site_name" content="Contracts"></head></html>""",
    "https://studio.example/gain-staging": """<html lang="en"><head><title>Gain staging for mixing</title>
        <meta property="og:type" content="article">
        <meta property="og:description" content="Why levels matter before any plugin."></head></html>""",
    "https://studio.example/ears": """<html lang="de"><head><title>Gehörbildung mit *Akkorden* @everyone</title>
        </head></html>""",
    "https://kantine.example/modular": """<html lang="en"><head><title>Late Night Modular</title>
        <script type="application/ld+json">{"@context": "https://schema.org", "@type": "MusicEvent",
        "name": "Late Night Modular", "startDate": "2026-12-04T20:00", "endDate": "2026-12-04T23:30",
        "url": "https://kantine.example/modular", "description": "Patch cables welcome.",
        "location": {"@type": "Place", "name": "Kantine", "address": {"@type": "PostalAddress",
        "streetAddress": "Am Wriezener Bahnhof", "postalCode": "10243", "addressLocality": "Berlin",
        "addressCountry": "DE"}}, "offers": {"@type": "Offer", "price": "15", "priceCurrency": "EUR"}}
        </script></head></html>""",
    "https://kantine.example/": """<html lang="en"><head><title>Kantine: programme</title>
        <script type="application/ld+json">[
        {"@type": "Event", "name": "*Dub* @everyone", "startDate": "2026-12-05T22:00:00+01:00",
         "url": "https://kantine.example/dub", "location": {"@type": "Place", "name": "Kantine",
         "address": "Berlin, Germany"}},
        {"@type": "Event", "name": "Modular brunch", "startDate": "2026-12-06T11:00:00+01:00",
         "url": "https://kantine.example/brunch", "location": {"@type": "Place", "name": "Kantine",
         "address": "Berlin, Germany"}}]</script></head></html>""",
    "https://tokyo.example/": Answer(
        """<html lang="ja"><head><meta charset="shift_jis"><title>電子音楽の夜</title>
        <script type="application/ld+json">{"@type": "MusicEvent", "name": "電子音楽の夜",
        "startDate": "2026-12-12T19:00:00+09:00", "location": {"@type": "Place", "name": "東京ホール",
        "address": "Tokyo, Japan"}}</script></head></html>""".encode("shift_jis"),
        media="text/html",
    ),
    "https://kantine.example/last": """<html><head><title>Last night</title><script type="application/ld+json">
        {"@type": "Event", "name": "Last night", "startDate": "2026-11-20T20:00:00+01:00"}</script></head></html>""",
    "https://closed.example/": Answer("Members only", 403),
    "https://kantine.example/events.ics": calendar(
        "Kantine",
        ("night@kantine", "20261204T200000", "20261204T233000", "Late Night Modular", "modular"),
        ("dub@kantine", "20261205T220000", "20261206T030000", "*Dub* @everyone", "dub"),
        ("swap@kantine", "20261211T150000", "20261211T180000", "Synth swap", "swap"),
    ),
    "https://paper.example/whats-on.ics": calendar(
        "What's on",
        ("811", "20261204T200000", "20261204T230000", "Modular night at Kantine", "modular?utm_source=paper"),
        ("812", "20261212T190000", "20261212T220000", "Choir for everyone", ""),
    ),
}


@asynccontextmanager
async def the_web() -> AsyncIterator[Outside]:
    """As a bot looks at it, until the block ends."""
    async with fake_web() as here:
        here.pages = dict(PAGES)
        outside = Outside(here.fetcher())
        try:
            yield outside
        finally:
            await outside.close()
