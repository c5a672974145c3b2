"""Events that feeds tell of, when communities become one and when they part again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.events import FromSource
from bot.domain.feeds import OFTEN, NewFeed, source_of
from bot.domain.people import Caller
from storage.database import Database
from tests.storage.making import FRIDAY, NOW, bring, event, found, told

HOUR = timedelta(hours=1)


async def feed(database: Database, who: Caller, name: str) -> str:
    """Its key as a source."""
    assert who.community is not None
    async with database.writing() as uow:
        new = NewFeed(f"https://{name}.example/ics", f"{name}.example/ics", name, OFTEN, who.origin, name)
        return source_of((await uow.feeds.add(who.community.id, new, NOW)).id)


def by(source: str, title: str = "Night", starts: datetime = FRIDAY) -> FromSource:
    return told(event(title, starts), uid="night", digest=f"{title} {starts}", source=source)


async def shown(database: Database, community: int) -> list[tuple[str, int, tuple[str, ...]]]:
    """Titles, hours (UTC) and sources of all that is to come."""
    return [(each.details.title, each.starts.hour, each.sources) for each in await found(database, community)]


async def gone(database: Database, community: int, source: str) -> int:
    async with database.writing() as uow:
        return await uow.events.gone(community, source, ["night"], NOW)


async def test_a_feed_that_stayed_with_the_others_is_not_waited_for(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int
) -> None:
    club, paper = await feed(database, ada, "club"), await feed(database, eve, "paper")
    await bring(database, attic, by(club, "Night at ours"))
    await bring(database, cellar, by(paper))
    async with database.writing() as uow:
        assert await uow.linking.join(cellar, attic, NOW)
    assert await shown(database, attic) == [("Night at ours", 18, ("club", "paper"))]
    assert eve.origin.home is not None
    async with database.writing() as uow:
        new = await uow.linking.part(eve.origin.home, NOW)
    assert new is not None
    assert await shown(database, attic) == [("Night at ours", 18, ("club",))]
    assert await shown(database, new) == [("Night at ours", 18, ("paper",))]
    # each follows the feed that it has, and nobody else's
    await bring(database, new, by(paper, starts=FRIDAY + HOUR))
    assert [hour for _, hour, _ in await shown(database, new)] == [19]
    await bring(database, new, by(paper, starts=FRIDAY + 5 * HOUR))
    assert [hour for _, hour, _ in await shown(database, new)] == [23]
    assert await gone(database, new, paper) == 1
    assert await shown(database, new) == []
    assert await shown(database, attic) == [("Night at ours", 18, ("club",))]


@pytest.mark.parametrize("is_taken_in", [True, False])
async def test_what_feeds_of_the_others_told_of_stays_and_is_known_again(
    database: Database, ada: Caller, eve: Caller, attic: int, cellar: int, *, is_taken_in: bool
) -> None:
    club = await feed(database, ada, "club")
    await bring(database, attic, by(club))
    async with database.writing() as uow:
        assert await uow.linking.join(cellar, attic, NOW)
    assert eve.origin.home is not None
    async with database.writing() as uow:
        new = await uow.linking.part(eve.origin.home, NOW)
    assert new is not None
    assert await shown(database, new) == [("Night", 18, ())]
    eve = replace(eve, community=replace(eve.community, id=new)) if eve.community else eve
    again = await feed(database, eve, "club-too")
    await bring(database, new, by(again, "Night, anew", FRIDAY + HOUR))
    assert await shown(database, new) == [("Night", 19, ("club-too",))]
    assert await shown(database, attic) == [("Night", 18, ("club",))]
    async with database.writing() as uow:
        assert await uow.linking.join(*((attic, new) if is_taken_in else (new, attic)), NOW)
    [one] = await shown(database, new if is_taken_in else attic)
    assert one[2] == ("club", "club-too")
