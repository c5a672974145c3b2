"""Which events may be the same as one that somebody is about to add."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Integer, Select, bindparam, false, select

from bot.domain.alike import titles_alike
from bot.domain.events import ALIKE_WITHIN, SAME_PAGE_WITHIN
from storage.connection import Connection
from storage.schema import UTC
from storage.tables import events, occurrences

COMPARED = 200
"""Titles that are compared at most: what a large city has within four hours is half of that."""


async def alike(
    connection: Connection, community: int, title: str, starts: datetime, page_key: str, limit: int
) -> Sequence[int]:
    """Ids of occurrences, one for each event: those of the same page first, then those that start closest."""
    asked = {"community": community, "limit": COMPARED}
    window = {"first": starts - SAME_PAGE_WITHIN, "last": starts + SAME_PAGE_WITHIN}
    found = list(await connection.rows(_OF_PAGE, {**asked, **window, "key": page_key})) if page_key else []
    found.sort(key=lambda row: abs(row.starts - starts))
    window = {"first": starts - ALIKE_WITHIN, "last": starts + ALIKE_WITHIN}
    near = await connection.rows(_AT_THE_TIME, {**asked, **window})
    titled = [row for row in near if titles_alike(title, row.title if row.details is None else row.details["title"])]
    found += sorted(titled, key=lambda row: abs(row.starts - starts))
    first: dict[int, int] = {}
    for row in found:
        first.setdefault(row.event_id, row.id)
    return list(first.values())[:limit]


def _coming() -> Select[int, int, datetime, str, object]:
    o = occurrences.c
    chosen = select(o.id, o.event_id, o.starts, events.c.title, o.details)
    return (
        chosen.join(events, events.c.id == o.event_id)
        .where(
            o.community_id == bindparam("community", type_=Integer),
            o.starts.between(bindparam("first", type_=UTC()), bindparam("last", type_=UTC())),
            o.is_cancelled == false(),
        )
        .order_by(o.starts, o.id)
        .limit(bindparam("limit", type_=Integer))
    )


_AT_THE_TIME = _coming()
_OF_PAGE = _coming().where(
    events.c.community_id == bindparam("community", type_=Integer),
    events.c.page_key == bindparam("key"),
    events.c.page_key != "",  # said, so that the index of those that have one serves
)
