"""Finding events by time, place, kind, genre and price."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.events import Attendance, Change, Details, Kind, Occurrence, Price, Search, Status
from bot.domain.people import Caller
from bot.domain.places import Place, distance_km
from storage.database import Database
from tests.storage.making import BERLIN, FRIDAY, NOW, add, bring, event, found, titles, told

POTSDAM, HAMBURG, SUVA, APIA = "Potsdam", "Hamburg", "Suva", "Apia"


async def named(database: Database, typed: str) -> Place:
    async with database.reading() as uow:
        return await uow.places.named(typed)


async def test_a_card_has_all_that_was_said(database: Database, attic: int, ada: Caller) -> None:
    details = Details(
        "Late night",
        "Bring ear plugs\nand friends",
        Kind.CONCERT,
        ("Techno", "House"),
        "Loft",
        BERLIN,
        "https://stream.example",
        "https://page.example",
        Price(Decimal("12.50"), "EUR"),
    )
    first = await add(database, attic, event(details, rrule="FREQ=WEEKLY;COUNT=2", added_by=ada.person.id))
    async with database.writing() as uow:
        await uow.events.answer(attic, first, ada.person.id, Attendance.MAYBE, NOW)
    async with database.reading() as uow:
        card = await uow.events.get(attic, first, person=ada.person.id)
    assert card == Occurrence(
        id=first,
        event_id=card.event_id if card else 0,
        version=1,
        details=details,
        starts=datetime(2026, 11, 6, 18, tzinfo=UTC),
        ends=datetime(2026, 11, 6, 21, tzinfo=UTC),
        zone="Europe/Berlin",
        is_all_day=False,
        rrule="FREQ=WEEKLY;COUNT=2",
        status=Status.SCHEDULED,
        going=0,
        maybe=1,
        mine=Attendance.MAYBE,
        added_by="Ada",
        adder=ada.person.id,
        is_series=True,
        sources=(),
        added_at=NOW,
    )


async def test_pages_are_soonest_first_and_know_the_total(database: Database, attic: int) -> None:
    await bring(
        database,
        attic,
        *(told(event(f"Night {day}", FRIDAY.replace(day=day)), uid=str(day)) for day in (9, 7, 8, 11, 10)),
    )
    async with database.reading() as uow:
        first = await uow.events.find(attic, Search(NOW), person=None, offset=0, limit=2)
        last = await uow.events.find(attic, Search(NOW), person=None, offset=4, limit=2)
        beyond = await uow.events.find(attic, Search(NOW), person=None, offset=6, limit=2)
        beyond_words = await uow.events.find(attic, Search(NOW, words="night"), person=None, offset=6, limit=2)
    assert [each.details.title for each in first.occurrences] == ["Night 7", "Night 8"]
    assert [each.details.title for each in last.occurrences] == ["Night 11"]
    assert first.total == last.total == beyond.total == beyond_words.total == 5


async def test_what_goes_on_is_found_and_what_is_over_is_not(database: Database, attic: int) -> None:
    await add(database, attic, event("Running festival", FRIDAY - timedelta(days=20), hours=24 * 25))
    await add(database, attic, event("Over", FRIDAY - timedelta(days=10)))
    await add(database, attic, event("Soon"))
    await add(database, attic, event("Much later", FRIDAY + timedelta(days=60)))
    assert await titles(database, attic) == ["Running festival", "Soon", "Much later"]
    assert await titles(database, attic, Search(NOW, NOW + timedelta(days=7))) == ["Running festival", "Soon"]


async def test_cancelled_ones_are_not_found_but_can_be_shown(database: Database, attic: int) -> None:
    gone = Change(FRIDAY, is_cancelled=True)
    series = event("Series", rrule="FREQ=WEEKLY;COUNT=2", changes=(gone,))
    await add(database, attic, series)
    first = await add(database, attic, event("Called off", is_cancelled=True))
    assert [each.starts.day for each in await found(database, attic)] == [13]
    async with database.reading() as uow:
        shown = await uow.events.get(attic, first, person=None)
    assert shown is not None
    assert shown.status is Status.CANCELLED


async def test_one_evening_can_differ_in_all_that_is_searched_by(database: Database, attic: int) -> None:
    moved = Details("Series", kind=Kind.WORKSHOP, genres=("Jazz",), venue="Elsewhere", place=BERLIN)
    changed = Change(FRIDAY.replace(day=13), details=moved)
    await add(
        database, attic, event(Details("Series", kind=Kind.MEETUP), rrule="FREQ=WEEKLY;COUNT=3", changes=(changed,))
    )
    for search in (Search(NOW, kind=Kind.WORKSHOP), Search(NOW, genre="jazz"), Search(NOW, near=BERLIN)):
        [only] = await found(database, attic, search)
        assert only.starts.day == 13
        assert only.details == moved


async def test_kind_genre_and_online_narrow(database: Database, attic: int) -> None:
    await add(database, attic, event(Details("Talk", kind=Kind.CONFERENCE, genres=("Hip-Hop", "Drum & Bass"))))
    await add(database, attic, event(Details("Stream", online_link="https://live.example")))
    await add(database, attic, event(Details("Hybrid", venue="Loft", online_link="https://live.example")))
    assert await titles(database, attic, Search(NOW, kind=Kind.CONFERENCE)) == ["Talk"]
    assert await titles(database, attic, Search(NOW, genre="hip hop")) == ["Talk"]
    assert await titles(database, attic, Search(NOW, genre="hip")) == []
    assert await titles(database, attic, Search(NOW, genre="%")) == []
    assert await titles(database, attic, Search(NOW, online=True)) == ["Stream", "Hybrid"]
    assert await titles(database, attic, Search(NOW, online=False)) == ["Talk", "Hybrid"]


async def test_a_price_leaves_out_what_is_dearer_unknown_or_in_other_money(database: Database, attic: int) -> None:
    prices = {"Free": ("0", ""), "Cheap": ("9.99", "EUR"), "Dear": ("10.01", "EUR"), "Dollars": ("1", "USD")}
    for title, (amount, currency) in prices.items():
        await add(database, attic, event(Details(title, price=Price(Decimal(amount), currency))))
    await add(database, attic, event("Unknown"))
    ten = Price(Decimal(10), "EUR")
    assert await titles(database, attic, Search(NOW, price_most=ten)) == ["Free", "Cheap"]
    assert await titles(database, attic, Search(NOW, price_most=Price(Decimal(0), ""))) == ["Free"]


async def test_near_is_within_so_many_kilometres(database: Database, attic: int) -> None:
    potsdam, hamburg = await named(database, POTSDAM), await named(database, HAMBURG)
    for place in (BERLIN, potsdam, hamburg):
        await add(database, attic, event(Details(place.name, place=place)))
    await add(database, attic, event(Details("Online", online_link="https://live.example")))
    far = distance_km(BERLIN.latitude, BERLIN.longitude, potsdam.latitude, potsdam.longitude)
    assert await titles(database, attic, Search(NOW, near=BERLIN, within_km=0)) == ["Berlin"]
    assert await titles(database, attic, Search(NOW, near=BERLIN, within_km=far - 0.01)) == ["Berlin"]
    assert await titles(database, attic, Search(NOW, near=BERLIN, within_km=far + 0.01)) == ["Berlin", "Potsdam"]
    assert len(await titles(database, attic, Search(NOW, near=BERLIN, within_km=20_100))) == 3


async def test_near_knows_no_edge_of_the_map(database: Database, attic: int) -> None:
    suva, apia = await named(database, SUVA), await named(database, APIA)  # either side of the antimeridian
    await add(database, attic, event(Details("Suva", place=suva)))
    assert await titles(database, attic, Search(NOW, near=apia, within_km=1300)) == ["Suva"]
    assert await titles(database, attic, Search(NOW, near=apia, within_km=1000)) == []


async def test_everything_together_finds_the_one(database: Database, attic: int) -> None:
    price = Price(Decimal(5), "EUR")
    wanted = Details("Techno night", kind=Kind.CONCERT, genres=("techno",), venue="Loft", place=BERLIN, price=price)
    others = [replace(wanted, kind=None), replace(wanted, price=None), replace(wanted, genres=())]
    others += [replace(wanted, place=None), replace(wanted, title="Techno")]
    await add(database, attic, event(wanted))
    for other in others:
        await add(database, attic, event(other))
    search = Search(
        NOW,
        NOW + timedelta(days=30),
        words="techno night",
        near=BERLIN,
        kind=Kind.CONCERT,
        genre="Techno",
        price_most=price,
        online=False,
    )
    assert len(await found(database, attic, search)) == 1


async def test_several_come_in_the_order_they_were_asked_for(database: Database, attic: int, cellar: int) -> None:
    ids = [await add(database, attic, event(title)) for title in ("One", "Two", "Three")]
    async with database.reading() as uow:
        some = await uow.events.several(attic, [ids[2], 999_999, ids[0]], person=None)
        assert [each.details.title for each in some] == ["Three", "One"]
        assert not await uow.events.several(cellar, ids, person=None)
        assert not await uow.events.several(attic, [], person=None)


async def test_another_community_finds_and_gets_nothing(database: Database, attic: int, cellar: int) -> None:
    first = await add(database, attic, event())
    assert await titles(database, cellar) == []
    async with database.reading() as uow:
        assert await uow.events.get(cellar, first, person=None) is None
        assert not await uow.events.suggest(cellar, "", NOW, 5)


@pytest.mark.parametrize("amount", ["0.01", "19.99", "100000000000.00"])
async def test_prices_are_kept_to_the_hundredth(database: Database, attic: int, amount: str) -> None:
    price = Price(Decimal(amount), "EUR")
    await add(database, attic, event(Details("Night", price=price)))
    [only] = await found(database, attic)
    assert only.details.price == price
