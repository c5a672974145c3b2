"""The table of cities."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import cache

from sqlalchemy import Executable, Integer, Text, bindparam, func, select

from bot.domain.places import Place, choose, fold, readings, split_typed
from bot.errors import Refused
from storage.connection import Connection
from storage.details import PLACE
from storage.schema import among, listed
from storage.tables import place_names, places

WIDER = 4
"""So many more are looked at than suggested, so that those whose own name it is come before larger by-names."""

_COLUMNS = tuple(places.c[name] for name in PLACE)
_BY_ID = select(*_COLUMNS).where(places.c.id == bindparam("place"))
_BY_KEY = (
    select(*_COLUMNS)
    .join(place_names, place_names.c.place_id == places.c.id)
    .where(place_names.c.key == bindparam("key"))
    .order_by(places.c.population.desc(), places.c.id)
)
# A range and not LIKE: it uses the key's index on both, whatever their collations.
_begun = select(place_names.c.place_id).where(
    place_names.c.key >= bindparam("begin", type_=Text), place_names.c.key < bindparam("end", type_=Text)
)
_BEGINNING = (
    select(*_COLUMNS)
    .where(places.c.id.in_(_begun))
    .order_by(places.c.population.desc(), places.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_COUNT = select(func.count()).select_from(places)


class PlaceTable:
    """Implements `bot.domain.places.Places`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def named(self, typed: str) -> Place:
        for reading in readings(typed):
            key, _ = split_typed(reading)
            rows = await self._connection.rows(_BY_KEY, {"key": key})
            if rows:
                return choose(reading, [Place(*tuple(row)) for row in rows])
        return choose(typed, ())

    async def recognise(self, texts: Collection[str]) -> Mapping[str, Place]:
        read = {text: [(reading, split_typed(reading)[0]) for reading in readings(text)] for text in texts}
        keys = {key for each in read.values() for _, key in each if key}
        known: dict[str, list[Place]] = {}
        dialect = self._connection.dialect
        for key, *place in await self._connection.rows(_by_keys(dialect), {"keys": listed(dialect, list(keys))}):
            known.setdefault(key, []).append(Place(*place))
        found: dict[str, Place] = {}
        for text, each in read.items():
            reading = next(((said, known[key]) for said, key in each if key in known), None)
            if reading is not None:
                with suppress(Refused):  # it could be several, or none of those of that name
                    found[text] = choose(*reading)
        return found

    async def get(self, id_: int, /) -> Place | None:
        row = await self._connection.first(_BY_ID, {"place": id_})
        return None if row is None else Place(*tuple(row))

    async def suggest(self, typed: str, limit: int = 25) -> Sequence[Place]:
        key = fold(typed)
        if not key:
            return ()
        values = {"begin": key, "end": key + "\U0010ffff", "limit": WIDER * limit}
        found = [Place(*tuple(row)) for row in await self._connection.rows(_BEGINNING, values)]
        return sorted(found, key=lambda place: not fold(place.name).startswith(key))[:limit]

    async def count(self) -> int:
        return int(await self._connection.scalar(_COUNT))


@cache
def _by_keys(dialect: str) -> Executable:
    return (
        select(place_names.c.key, *_COLUMNS)
        .join(places, places.c.id == place_names.c.place_id)
        .where(among(place_names.c.key, "keys", dialect))
        .order_by(places.c.population.desc(), places.c.id)
    )
