"""Reads pages (HTML), each in a process of its own that cannot take long, much, or us with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.sources.pages_items import Item, Json
from adapters.sources.processes import start, stop
from bot.errors import Refused
from bot.i18n import N_

_CHILD = "adapters.sources.pages_child"


@dataclass(frozen=True, slots=True)
class Caps:
    """How much reading one page may cost."""

    seconds: int = 6
    """Of waiting for the process. 2 MB of usual HTML take about one; a third of it is for reading, and what is not read
    by then is left."""
    memory: int = 500_000_000
    """Bytes of address space. 2 MB of HTML take 50 MB; the rest is for systems whose libraries map more."""


DEFAULT = Caps()


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says of itself, in its own words: nothing is cleaned yet."""

    title: str = ""
    """Of its `<title>`."""
    heading: str = ""
    """The first `<h1>`."""
    lang: str = ""
    canonical: str = ""
    """As written: perhaps relative to `base`, or to where the page is."""
    base: str = ""
    metas: Mapping[str, str] = field(default_factory=dict)
    """By their names ("og:title"), lower-case; of several the first that says something."""
    items: tuple[Item, ...] = ()
    """schema.org's, as `pages_items` describes them."""
    feeds: tuple[tuple[str, str], ...] = ()
    """What it links to as the same to subscribe to: media types, with addresses as written."""


async def read_page(body: bytes, *, charset: str = "", caps: Caps = DEFAULT) -> Told:
    """What the HTML in `body` says of itself; `charset` is what the header said of its letters.

    Raises Refused for what cannot be read within the caps. The process is gone when this ends, however it ends.
    """
    process = await start(_CHILD, charset[:40] or "-", str(caps.seconds), str(caps.memory))
    try:
        async with asyncio.timeout(caps.seconds):
            out, _ = await process.communicate(body)
    except TimeoutError:
        raise _unreadable() from None
    finally:
        await stop(process)
    if process.returncode:
        raise _unreadable()
    return _told(json.loads(out))


def _told(told: Mapping[str, Json]) -> Told:
    """What the process wrote, which is ours: anything else is a mistake of ours."""
    metas, items, feeds = told["metas"], told["items"], told["feeds"]
    assert isinstance(metas, dict)
    assert isinstance(items, list)
    assert isinstance(feeds, list)
    return Told(
        title=str(told["title"]),
        heading=str(told["heading"]),
        lang=str(told["lang"]),
        canonical=str(told["canonical"]),
        base=str(told["base"]),
        metas={name: str(content) for name, content in metas.items()},
        items=tuple(item for item in items if isinstance(item, dict)),
        feeds=tuple((str(each[0]), str(each[1])) for each in feeds if isinstance(each, list)),
    )


def _unreadable() -> Refused:
    return Refused(N_("That page is too much of a tangle to be read. Say the title yourself."))
