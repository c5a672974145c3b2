"""The web, as the bot reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.domain.pages import Look, Page
from bot.domain.sources import PageEvents, Polled

if TYPE_CHECKING:
    from adapters.sources.outside import Outside


class OpenedLater:
    """Implements `bot.ports.Web`; loaded when it is first looked at, since that is a tenth of a second of a start."""

    def __init__(self) -> None:
        self._opened: Outside | None = None

    async def page(self, url: str) -> Page:
        return await (await self._open()).page(url)

    async def look(self, url: str) -> Look:
        return await (await self._open()).look(url)

    async def events(self, url: str, zone: str) -> PageEvents:
        return await (await self._open()).events(url, zone)

    async def feed(self, url: str, zone: str, *, etag: str = "", modified: str = "") -> Polled:
        return await (await self._open()).feed(url, zone, etag=etag, modified=modified)

    async def close(self) -> None:
        """Let go of what was opened."""
        if self._opened:
            await self._opened.close()

    async def _open(self) -> Outside:
        if self._opened is None:
            loaded = await asyncio.to_thread(_load)  # others are answered meanwhile
            if self._opened is None:  # another look may have been faster
                self._opened = loaded()
        return self._opened


def _load() -> Callable[[], Outside]:
    """What makes the one that looks."""
    from adapters.sources.fetching import Fetcher
    from adapters.sources.outside import Outside
    from bot.compose import SystemClock

    return lambda: Outside(Fetcher(), SystemClock())
