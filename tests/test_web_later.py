"""The web is loaded when it is first looked at, beside whatever else is done."""

from __future__ import annotations

import asyncio

import pytest

from adapters.sources.fetching import Fetcher
from bot.compose.web import OpenedLater
from bot.domain.pages import Found


async def test_looks_that_are_the_first_at_once_are_through_one_fetcher(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Fetcher] = []
    begins = Fetcher.__init__

    def counted(self: Fetcher) -> None:
        made.append(self)
        begins(self)

    monkeypatch.setattr(Fetcher, "__init__", counted)
    web = OpenedLater()
    try:
        looks = await asyncio.gather(*(web.look(f"http://127.0.0.1/{number}") for number in range(3)))
    finally:
        await web.close()
    assert [look.found for look in looks] == [Found.UNSAFE] * 3  # this machine is not the public web
    assert len(made) == 1


async def test_what_was_never_looked_at_is_closed_without_loading_it() -> None:
    await OpenedLater().close()
