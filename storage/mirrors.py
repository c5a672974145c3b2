"""What platforms' own calendars show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, bindparam, delete, select

from bot.domain.mirrors import Face, Link
from storage.connection import Connection
from storage.schema import insert_into
from storage.tables import mirrors

_c = mirrors.c
_LINKS = select(mirrors).where(_c.workspace_id == bindparam("home")).order_by(_c.occurrence_id)
_DROP = delete(mirrors).where(_c.workspace_id == bindparam("home"), _c.occurrence_id == bindparam("occurrence"))


class MirrorTable:
    """Implements `bot.domain.mirrors.Mirrors`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def links(self, home: int) -> Sequence[Link]:
        return [
            Link(
                occurrence=row.occurrence_id,
                external=row.external_id,
                shown=_face(row.shown),
                pending=None if row.pending is None else _face(row.pending),
                is_leaving=row.is_leaving,
                asked_at=row.asked_at,
                interested=row.interested,
            )
            for row in await self._connection.rows(_LINKS, {"home": home})
        ]

    async def put(self, home: int, link: Link) -> None:
        values = {
            "workspace_id": home,
            "occurrence_id": link.occurrence,
            "external_id": link.external,
            "shown": _kept(link.shown),
            "pending": None if link.pending is None else _kept(link.pending),
            "is_leaving": link.is_leaving,
            "asked_at": link.asked_at,
            "interested": link.interested,
        }
        await self._connection.execute(_put(self._connection.dialect), values)

    async def drop(self, home: int, occurrence: int) -> None:
        await self._connection.execute(_DROP, {"home": home, "occurrence": occurrence})


@cache
def _put(dialect: str) -> Executable:
    statement = insert_into(mirrors, dialect)
    keys = ("workspace_id", "occurrence_id")
    fresh = {column.name: statement.excluded[column.name] for column in mirrors.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=fresh)


def _kept(face: Face) -> Mapping[str, str]:
    return {
        "title": face.title,
        "description": face.description,
        "location": face.location,
        "starts": face.starts.isoformat(),
        "ends": face.ends.isoformat(),
    }


def _face(kept: Mapping[str, str]) -> Face:
    starts, ends = (datetime.fromisoformat(kept[name]) for name in ("starts", "ends"))
    return Face(kept["title"], kept["description"], kept["location"], starts, ends)
