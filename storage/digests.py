"""Weekly digests: which channel hears of which events, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from functools import cache

from sqlalchemy import Executable, and_, bindparam, delete, select, update

from bot.domain.addresses import Channel
from bot.domain.digests import Digest
from bot.domain.events import Kind
from bot.domain.places import Place
from storage.connection import AnyRow, Connection
from storage.details import PLACE, Columns
from storage.schema import among, insert_into, listed
from storage.tables import digests, places

_ALL = select(digests, *(places.c[name].label(f"place_{name}") for name in PLACE)).outerjoin(
    places, places.c.id == digests.c.near_id
)
_is_it = and_(digests.c.community_id == bindparam("community"), digests.c.id == bindparam("digest"))
_GET = _ALL.where(_is_it)
_LISTED = _ALL.where(digests.c.community_id == bindparam("community")).order_by(digests.c.id)
_BY_REQUEST = _ALL.where(digests.c.community_id == bindparam("community"), digests.c.request_id == bindparam("request"))
_CHANGE = update(digests).where(_is_it)
_REMOVE = delete(digests).where(_is_it).returning(digests.c.id)


class DigestTable:
    """Implements `bot.domain.digests.Digests`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, digest: Digest, now: datetime) -> Digest:
        kept = _columns(digest) | {
            "community_id": digest.community,
            "request_id": digest.request_id,
            "created_at": now,
        }
        id_ = await self._connection.scalar(_add(self._connection.dialect), kept)
        if id_ is None:
            by_request = {"community": digest.community, "request": digest.request_id}
            row = await self._connection.first(_BY_REQUEST, by_request)
        else:
            row = await self._connection.first(_GET, {"community": digest.community, "digest": id_})
        assert row is not None, "it is there: kept now, or by the same request before"
        return _digest(row)

    async def change(self, digest: Digest) -> None:
        values = _columns(digest) | {"community": digest.community, "digest": digest.id}
        await self._connection.execute(_CHANGE, values)

    async def remove(self, community: int, id_: int) -> bool:
        values = {"community": community, "digest": id_}
        return await self._connection.scalar(_REMOVE, values) is not None

    async def get(self, community: int, id_: int) -> Digest | None:
        row = await self._connection.first(_GET, {"community": community, "digest": id_})
        return None if row is None else _digest(row)

    async def listed(self, community: int) -> Sequence[Digest]:
        return [_digest(row) for row in await self._connection.rows(_LISTED, {"community": community})]

    async def fallen_due(self, ids: Sequence[int]) -> Sequence[Digest]:
        dialect = self._connection.dialect
        rows = await self._connection.rows(_several(dialect), {"ids": listed(dialect, list(ids))})
        return [_digest(row) for row in rows]


@cache
def _add(dialect: str) -> Executable:
    statement = insert_into(digests, dialect)
    return statement.on_conflict_do_nothing(index_elements=["community_id", "request_id"]).returning(digests.c.id)


@cache
def _several(dialect: str) -> Executable:
    return _ALL.where(among(digests.c.id, "ids", dialect)).order_by(digests.c.id)


def _columns(digest: Digest) -> Columns:
    """All that can be changed."""
    return {
        "platform": digest.channel.platform,
        "workspace": digest.channel.workspace,
        "channel": digest.channel.id,
        "channel_name": digest.channel.name,
        "weekday": digest.weekday,
        "at": digest.at.isoformat(),
        "zone": digest.zone,
        "days": digest.days,
        "near_id": digest.near and digest.near.id,
        "within_km": digest.within_km,
        "kind": digest.kind and digest.kind.value,
        "genre": digest.genre,
        "online": digest.online,
        "skips_empty": digest.skips_empty,
        "shows_library": digest.shows_library,
        "is_paused": digest.is_paused,
    }


def _digest(row: AnyRow) -> Digest:
    near = None
    if row.place_id is not None:
        near = Place(*(getattr(row, f"place_{name}") for name in PLACE))
    return Digest(
        id=row.id,
        community=row.community_id,
        channel=Channel(row.platform, row.workspace, row.channel, row.channel_name),
        weekday=row.weekday,
        at=time.fromisoformat(row.at),
        zone=row.zone,
        days=row.days,
        near=near,
        within_km=row.within_km,
        kind=row.kind and Kind(row.kind),
        genre=row.genre,
        online=row.online,
        skips_empty=row.skips_empty,
        shows_library=row.shows_library,
        is_paused=row.is_paused,
        request_id=row.request_id,
    )
