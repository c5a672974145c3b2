"""What resources are found by: title; tags, site, kind, level and topic; description and notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Executable, select

from bot.domain.resources import KIND_NAMES, LEVEL_NAMES, About
from storage import search
from storage.connection import Connection
from storage.resource_rows import ABOUT_COLUMNS, about_in
from storage.schema import Lines, among, listed
from storage.search import Index, Indexed
from storage.tables import resource_notes, resources

RESOURCES = Index("search_resources", "resource_id")

AT_ONCE = 1_000
"""Resources whose texts are held at a time."""


def indexed(id_: int, community: int, about: About, notes: Iterable[str]) -> Indexed:
    """What a resource is found by."""
    named = KIND_NAMES[about.kind] if about.kind else "", LEVEL_NAMES[about.level] if about.level else ""
    label = " ".join((*about.tags, about.site, *named, about.topic))
    return search.indexed(id_, community, title=about.title, label=label, body=" ".join((about.description, *notes)))


async def index(connection: Connection, entries: Sequence[Indexed]) -> None:
    """Put new resources into the index."""
    await search.put(connection, RESOURCES, entries, is_new=True)


async def reindex(connection: Connection, ids: Iterable[int]) -> None:
    """What these resources or their notes say has changed, or they are another community's now."""
    dialect = connection.dialect
    meant = list(ids)
    for start in range(0, len(meant), AT_ONCE):
        rows = await connection.rows(_kept(dialect), {"ids": listed(dialect, meant[start : start + AT_ONCE])})
        entries = [indexed(row.id, row.community_id, about_in(row), (row.notes or "",)) for row in rows]
        await search.put(connection, RESOURCES, entries, is_new=False)


_noted = select(Lines(resource_notes.c.text)).where(resource_notes.c.resource_id == resources.c.id)


@cache
def _kept(dialect: str) -> Executable:
    """What `indexed` asks of resources, by their ids."""
    found = select(resources.c.id, resources.c.community_id, *ABOUT_COLUMNS, _noted.scalar_subquery().label("notes"))
    return found.where(among(resources.c.id, "ids", dialect))
