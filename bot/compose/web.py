"""The web, as the bot reaches it."""

from __future__ import annotations

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
        return await self._open().page(url)

    async def look(self, url: str) -> Look:
        return await self._open().look(url)

    async def events(self, url: str, zone: str) -> PageEvents:
        return await self._open().events(url, zone)

    async def feed(self, url: str, zone: str, *, etag: str = "", modified: str = "") -> Polled:
        return await self._open().feed(url, zone, etag=etag, modified=modified)

    async def close(self) -> None:
        """Let go of what was opened."""
        if self._opened:
            await self._opened.close()

    def _open(self) -> Outside:
        if self._opened is None:
            from adapters.sources.fetching import Fetcher
            from adapters.sources.outside import Outside
            from bot.compose import SystemClock

            self._opened = Outside(Fetcher(), SystemClock())
        return self._opened
