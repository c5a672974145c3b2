"""Resources as columns, and back."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.resources import TAGS_MOST, About, Kind, Level, Note, Page, Resource, Standing
from storage.connection import AnyRow
from storage.details import Columns, price_columns, price_of
from storage.schema import moment
from storage.tables import resources

_OWN = ("title", "description", "site", "topic", "kind", "tags", "level", "price", "currency", "language")
ABOUT_COLUMNS = tuple(resources.c[name] for name in (*_OWN, "jurisdiction", "review_by"))
"""What `about_in` reads."""


def about_columns(about: About) -> Columns:
    """The columns of `resources` that say what it is."""
    return {
        "title": about.title,
        "description": about.description,
        "site": about.site,
        "topic": about.topic,
        "kind": about.kind and about.kind.value,
        "tags": kept_tags(about),
        "level": about.level and about.level.value,
        **price_columns(about.price),
        "language": about.language,
        "jurisdiction": about.jurisdiction,
        "review_by": about.review_by,
    }


def kept_tags(about: About) -> list[str]:
    """Each once, and at most `TAGS_MOST`."""
    return list(dict.fromkeys(about.tags))[:TAGS_MOST]


def about_in(row: AnyRow) -> About:
    """What it is, in a row that holds `ABOUT_COLUMNS`."""
    return About(
        title=row.title,
        topic=row.topic,
        description=row.description,
        site=row.site,
        kind=row.kind and Kind(row.kind),
        tags=tuple(row.tags),
        level=row.level and Level(row.level),
        price=price_of(row.price, row.currency),
        language=row.language,
        jurisdiction=row.jurisdiction,
        review_by=row.review_by,
    )


def resource_in(row: AnyRow) -> Resource:
    """A resource in a row of `resource_finding`."""
    return Resource(
        id=row.id,
        link=row.link,
        key=row.key,
        about=about_in(row),
        shared_at=row.shared_at,
        sharer=row.sharer,
        sharer_name=row.sharer_name or "",
        notes=_notes(row),
        helpful=row.helpful,
        is_saved=bool(row.is_saved),
        is_helpful=bool(row.is_helpful),
        standing=Standing(row.standing),
        dead_since=row.dead_since,
        archived=row.archived,
    )


def page_in(rows: Sequence[AnyRow]) -> Page:
    return Page(tuple(resource_in(row) for row in rows), rows[0].total if rows else 0)


def _notes(row: AnyRow) -> tuple[Note, ...]:
    notes = [Note(person, name, text, moment(at)) for person, name, text, at in row.notes or ()]
    notes.sort(key=lambda note: (note.person != row.sharer, note.at, note.person))
    return tuple(notes)
