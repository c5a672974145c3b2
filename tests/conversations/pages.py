"""The web that conversations speak of: a few pages, which the real fetcher reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from adapters.sources.outside import Outside
from tests.fakes.web import Answer, Served, fake_web

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
