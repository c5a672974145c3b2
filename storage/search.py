"""The search index: what of an event is found by which words, on both databases by the same terms.

A term found in the title counts 3; else in venue, city, country, genres or kind 2; else, in the description or in
what one occurrence says differently, 1. Every term of a search has to be found, each as the beginning of a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale
from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    TableClause,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from bot.domain.events import KIND_NAMES, Details
from bot.domain.terms import terms
from storage.connection import Connection
from storage.details import DETAIL_COLUMNS, changes_of, details_in
from storage.schema import among, listed
from storage.tables import events, places

TITLE, LABEL, BODY = 3, 2, 1

_TEXTS = ("title", "label", "body")
_sqlite = table("search", column("rowid", Integer), *(column(name, Text) for name in _TEXTS))
_postgres = table("search", column("event_id", Integer), column("terms", TSVECTOR))


@dataclass(frozen=True, slots=True)
class Indexed:
    """One event's terms, each where it counts most; they hold no spaces."""

    event: int
    title: Sequence[str]
    label: Sequence[str]
    body: Sequence[str]


def indexed(event: int, community: int, details: Details, others: Iterable[Details]) -> Indexed:
    """What an event is found by; `others` are what single occurrences say differently."""
    title = dict.fromkeys(terms(details.title))
    label = dict.fromkeys(terms(_label(details)))
    body = dict.fromkeys(terms(details.description))
    for other in others:
        body.update(dict.fromkeys(terms(f"{other.title} {_label(other)} {other.description}")))
    return Indexed(
        event,
        title=tuple(title),
        label=[term for term in label if term not in title],
        body=[_home(community), *(term for term in body if term not in title and term not in label)],
    )


def _label(details: Details) -> str:
    place = details.place
    where = f"{place.name} {place.region} {place.country} {_country(place.country)}" if place else ""
    kind = KIND_NAMES[details.kind] if details.kind else ""
    return f"{details.venue} {where} {' '.join(details.genres)} {kind}"


@lru_cache(maxsize=256)
def _country(code: str) -> str:
    return str(Locale("en").territories.get(code, ""))


def _home(community: int) -> str:
    """A term that no text has: it keeps communities apart in the index already."""
    return f"/{community}"


# --- looking -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matching:
    """How `count` terms are looked for in SQL; `match_values` fills its parameters."""

    table: TableClause
    event_id: ColumnElement[int]
    condition: ColumnElement[bool]
    score: ColumnElement[int]
    is_named: ColumnElement[bool]
    """Each term is in the title or the label."""


@lru_cache(maxsize=32)
def matching(dialect: str, count: int) -> Matching:
    numbers = range(count)
    if dialect == "sqlite":
        # The columns hold a space before each term, so that a term's beginning is found by what SQLite always has.
        in_title = [func.instr(_sqlite.c.title, bindparam(f"term_{n}", type_=Text)) > 0 for n in numbers]
        in_label = [func.instr(_sqlite.c.label, bindparam(f"term_{n}", type_=Text)) > 0 for n in numbers]
        match = literal_column("search").op("MATCH", is_comparison=True)(bindparam("match", type_=Text))
        return _matching(_sqlite, _sqlite.c.rowid, match, in_title, in_label)
    held = _postgres.c.terms
    in_title = [_holds(held, f"title_{n}") for n in numbers]
    in_named = [_holds(held, f"named_{n}") for n in numbers]
    return _matching(_postgres, _postgres.c.event_id, _holds(held, "match"), in_title, in_named)


def match_values(dialect: str, community: int, wanted: Sequence[str]) -> dict[str, object]:
    """The parameters of `matching`. A term never holds a quote, a space or a backslash (`bot.domain.terms`)."""
    if dialect == "sqlite":
        match = " ".join([f'"{_home(community)}"', *(f'"{term}"*' for term in wanted)])
        return {"match": match, **{f"term_{n}": f" {term}" for n, term in enumerate(wanted)}}
    values = {"match": " & ".join([f"'{_home(community)}'", *(f"'{term}':*" for term in wanted)])}
    for n, term in enumerate(wanted):
        values |= {f"title_{n}": f"'{term}':*A", f"named_{n}": f"'{term}':*AB"}
    return dict(values)


def _matching(
    source: TableClause,
    event_id: ColumnElement[int],
    condition: ColumnElement[bool],
    in_title: Sequence[ColumnElement[bool]],
    in_label: Sequence[ColumnElement[bool]],
) -> Matching:
    pairs = list(zip(in_title, in_label, strict=True))
    score: ColumnElement[int] = literal_column("0", Integer)
    for title, label in pairs:
        score = score + case((title, TITLE), (label, LABEL), else_=BODY)
    return Matching(source, event_id, condition, score, and_(true(), *(or_(*pair) for pair in pairs)))


def _holds(held: ColumnElement[str], name: str) -> ColumnElement[bool]:
    return held.op("@@", is_comparison=True)(cast(bindparam(name, type_=Text), TSQUERY))


# --- keeping -----------------------------------------------------------------------------------------------


async def index(connection: Connection, entries: Sequence[Indexed], *, is_new: bool) -> None:
    """Put events into the index, or in the place of what it held of them."""
    if not entries:
        return
    if connection.dialect == "sqlite":
        if not is_new:
            await connection.execute(_SQLITE_DELETE, [{"event": entry.event} for entry in entries])
        await connection.execute(_SQLITE_INSERT, [_sqlite_row(entry) for entry in entries])
    else:
        await connection.execute(_POSTGRES_UPSERT, [_postgres_row(entry) for entry in entries])
        # New entries wait in a list that every search reads whole. Merging them at once, here, is ten times as
        # fast as putting each in its place (fastupdate=off), and nobody's search finds the list full.
        await connection.execute(_POSTGRES_MERGE)


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


@lru_cache(maxsize=2)
def _kept_events(dialect: str) -> Executable:
    """What `indexed` asks of events, by their ids."""
    found = select(*DETAIL_COLUMNS, events.c.id, events.c.community_id, events.c.changes)
    return found.outerjoin(places, places.c.id == events.c.place_id).where(among(events.c.id, "ids", dialect))


_SQLITE_DELETE = delete(_sqlite).where(_sqlite.c.rowid == bindparam("event"))
_SQLITE_INSERT = insert(_sqlite).values(
    {name: bindparam(name, type_=Text) for name in _TEXTS} | {"rowid": bindparam("event", type_=Integer)}
)
_kept = postgresql.insert(_postgres).values(
    event_id=bindparam("event", type_=Integer), terms=cast(bindparam("lexemes", type_=Text), TSVECTOR)
)
_POSTGRES_UPSERT = _kept.on_conflict_do_update(index_elements=["event_id"], set_={"terms": _kept.excluded.terms})
_POSTGRES_MERGE = text("SELECT gin_clean_pending_list('search_terms')")


def _sqlite_row(entry: Indexed) -> dict[str, object]:
    spaced = ("".join(f" {term}" for term in part) for part in (entry.title, entry.label, entry.body))
    return {"event": entry.event, **dict(zip(_TEXTS, spaced, strict=True))}


def _postgres_row(entry: Indexed) -> dict[str, object]:
    weighted = zip((entry.title, entry.label, entry.body), "ABC", strict=True)
    # a weight needs a position, which nothing else asks for
    lexemes = (f"'{term}':1{weight}" for part, weight in weighted for term in part)
    return {"event": entry.event, "lexemes": " ".join(lexemes)}
