"""Which events may be the same as one that would be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.alike import titles_alike
from bot.domain.events import Change, Details
from bot.domain.walls import instant
from storage.database import Database
from tests.storage.making import FRIDAY, NOW, add, bring, event, told

FRIDAY_AT = instant(FRIDAY, "Europe/Berlin")
PAGE = "https://kantine.example/modular"


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("Late Night Modular", "late night modular", True),
        ("Late Night Modular", "Late-Night Modular #12", True),
        ("Late Night Modular", "Late Nihgt Modular", True),
        ("Jam", "Jam", True),
        ("Synth Jam", "Synth Jam with Ana Ros and the Patchers", True),
        ("Jazz Café", "JAZZ CAFE", True),
        ("Late Night Modular", "Late Night Techno", True),
        ("DJ set", "DJ workshop", False),
        ("The Night", "The Day", False),
        ("Late Night Modular", "Contract law for producers", False),
        ("", "", False),
        ("🎹", "🎸", False),
    ],
)
def test_titles_that_name_one_event(one: str, other: str, are_alike: bool) -> None:
    assert titles_alike(one, other) is are_alike
    assert titles_alike(other, one) is are_alike


async def alike(
    database: Database, community: int, title: str = "Late Night Modular", *, link: str = "", **off: float
) -> Sequence[str]:
    """Titles of what may be the same."""
    async with database.reading() as uow:
        found = await uow.events.alike(community, title, FRIDAY_AT + timedelta(**off), link, 3, person=None)
    return [each.details.title for each in found]


async def test_what_starts_within_two_hours_under_nearly_the_same_title_is_alike(
    database: Database, attic: int, cellar: int
) -> None:
    await add(database, attic, event("Late Night Modular"))
    await add(database, attic, event("Contract law"))
    assert await alike(database, attic, "late-night modular!") == ["Late Night Modular"]
    assert await alike(database, attic, minutes=120) == ["Late Night Modular"]
    assert await alike(database, attic, minutes=-120) == ["Late Night Modular"]
    assert not await alike(database, attic, minutes=121)
    assert not await alike(database, attic, "Another thing")
    assert not await alike(database, cellar)


async def test_the_same_page_is_alike_whatever_the_title_for_a_day(database: Database, attic: int) -> None:
    new = event("Nacht")
    await add(database, attic, replace(new, details=replace(new.details, page_link=f"{PAGE}?utm_source=mail")))
    await add(database, attic, event("Late Night Modular"))
    link = "http://www.kantine.example/modular/#tickets"
    assert await alike(database, attic, link=link, hours=20) == ["Nacht"]
    assert await alike(database, attic, link=link) == ["Nacht", "Late Night Modular"]
    assert not await alike(database, attic, link=link, hours=25)
    assert not await alike(database, attic, link="https://kantine.example/", hours=20)
    assert await alike(database, attic, link="no link") == ["Late Night Modular"]


async def test_each_event_is_there_once_and_no_cancelled_one(database: Database, attic: int) -> None:
    await add(database, attic, event("Night", rrule="FREQ=HOURLY;COUNT=3"))
    gone = await add(database, attic, event("Night"))
    async with database.writing() as uow:
        await uow.events.cancel(attic, gone, NOW)
    assert await alike(database, attic, "Night") == ["Night"]


async def test_one_time_with_a_title_of_its_own_counts_by_that(database: Database, attic: int) -> None:
    guests = Change(FRIDAY + timedelta(days=7), details=Details("Guest night"))
    await add(database, attic, event("Studio hours", rrule="FREQ=WEEKLY;COUNT=3", changes=(guests,)))
    assert await alike(database, attic, "Guest night", days=7) == ["Guest night"]
    assert not await alike(database, attic, "Studio hours", days=7)


async def test_of_a_thousand_at_once_only_some_are_compared(database: Database, attic: int) -> None:
    for number in range(20):
        await bring(database, attic, *(told(event("Night"), uid=f"{number}-{each}") for each in range(50)))
    assert await alike(database, attic, "Night") == ["Night"] * 3
