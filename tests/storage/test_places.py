"""The table of cities, as people name them."""

from __future__ import annotations

import pytest

from bot.errors import NotFound, Refused
from storage.database import Database
from tests.storage.making import BERLIN


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("berlin", "Berlin, DE"),
        ("Köln", "Köln, DE"),
        ("cologne", "Köln, DE"),
        ("  KOLN ", "Köln, DE"),
        ("Paris, France", "Paris, FR"),
        ("Portland OR", "Portland, US"),
    ],
)
async def test_a_city_is_found_by_what_people_type(database: Database, typed: str, label: str) -> None:
    async with database.reading() as uow:
        place = await uow.places.named(typed)
        assert place.label == label
        assert await uow.places.get(place.id) == place


async def test_what_is_no_city_or_several_is_refused(database: Database) -> None:
    async with database.reading() as uow:
        with pytest.raises(NotFound):
            await uow.places.named("Nowherecity")
        with pytest.raises(Refused, match="Springfield"):
            await uow.places.named("Springfield")
        with pytest.raises(NotFound):
            await uow.places.named("!!!")
        assert await uow.places.get(-1) is None


async def test_those_that_surely_name_a_city_are_recognised(database: Database) -> None:
    async with database.reading() as uow:
        found = await uow.places.recognise(["Berlin", "Springfield", "Nowherecity", "", "Berlin, Germany"])
        assert found == {"Berlin": BERLIN, "Berlin, Germany": BERLIN}
        assert await uow.places.recognise([]) == {}


async def test_suggestions_begin_as_typed_and_the_largest_comes_first(database: Database) -> None:
    async with database.reading() as uow:
        found = await uow.places.suggest("ber", 3)
        assert found[0] == BERLIN
        assert all(place.name.startswith("Ber") for place in found)
        assert not await uow.places.suggest("", 3)
        assert not await uow.places.suggest("%", 3)


async def test_all_cities_are_there(database: Database) -> None:
    async with database.reading() as uow:
        assert await uow.places.count() > 30_000
