"""What events are found by: title; venue, city, country, genres and kind; description, and what single occurrences say
differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from babel import Locale
from sqlalchemy import Executable, select

from bot.domain.events import KIND_NAMES, Details
from storage import search
from storage.connection import Connection
from storage.details import DETAIL_COLUMNS, changes_of, details_in
from storage.schema import among, listed
from storage.search import Index, Indexed
from storage.tables import events, places

EVENTS = Index("search", "event_id")


def indexed(event: int, community: int, details: Details, others: Iterable[Details]) -> Indexed:
    """What an event is found by; `others` are what single occurrences say differently."""
    said = (f"{other.title} {_label(other)} {other.description}" for other in others)
    body = " ".join((details.description, *said))
    return search.indexed(event, community, title=details.title, label=_label(details), body=body)


async def index(connection: Connection, entries: Sequence[Indexed], *, is_new: bool) -> None:
    """Put events into the index, or in the place of what it held of them."""
    await search.put(connection, EVENTS, entries, is_new=is_new)


async def reindex(connection: Connection, ids: Sequence[int]) -> None:
    """Events moved to another community, or were copied into one."""
    if not ids:
        return
    rows = await connection.rows(_kept_events(connection.dialect), {"ids": listed(connection.dialect, ids)})
    entries = []
    for row in rows:
        others = [change.details for change in changes_of(row.changes) if change.details is not None]
        entries.append(indexed(row.id, row.community_id, details_in(row), others))
    await index(connection, entries, is_new=False)


def _label(details: Details) -> str:
    place = details.place
    where = f"{place.name} {place.region} {place.country} {_country(place.country)}" if place else ""
    kind = KIND_NAMES[details.kind] if details.kind else ""
    return f"{details.venue} {where} {' '.join(details.genres)} {kind}"


@lru_cache(maxsize=256)
def _country(code: str) -> str:
    return str(Locale("en").territories.get(code, ""))


@lru_cache(maxsize=2)
def _kept_events(dialect: str) -> Executable:
    """What `indexed` asks of events, by their ids."""
    found = select(*DETAIL_COLUMNS, events.c.id, events.c.community_id, events.c.changes)
    return found.outerjoin(places, places.c.id == events.c.place_id).where(among(events.c.id, "ids", dialect))
