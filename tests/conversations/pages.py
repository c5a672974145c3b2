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
