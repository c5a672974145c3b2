"""Indexes of words: what is found by which of them, on both databases by the same terms.

Each table of things that are found has an index of its own, all by this one way; what of a thing is written into it
says its own module (`event_terms`, `resource_terms`). A term found in the title counts 3, in the label 2, in the
body 1. Every term of a search has to be found, each as the beginning of a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

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
    table,
    text,
    true,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from bot.domain.terms import terms
from storage.connection import Connection

TITLE, LABEL, BODY = 3, 2, 1

_TEXTS = ("title", "label", "body")


@dataclass(frozen=True, slots=True)
class Index:
    """A table of words. `name` is its own, beginning with "search"; `key` is what PostgreSQL's calls the id of what is
    found (SQLite's is always `rowid`).
    """

    name: str
    key: str

    def of(self, dialect: str) -> TableClause:
        if dialect == "sqlite":
            return table(self.name, column("rowid", Integer), *(column(name, Text) for name in _TEXTS))
        return table(self.name, column(self.key, Integer), column("terms", TSVECTOR))


@dataclass(frozen=True, slots=True)
class Indexed:
    """The terms of one thing, each where it counts most; they hold no spaces."""

    id: int
    title: Sequence[str]
    label: Sequence[str]
    body: Sequence[str]


def indexed(id_: int, community: int, *, title: str, label: str, body: str) -> Indexed:
    """What something of a community is found by."""
    titled, labelled = dict.fromkeys(terms(title)), dict.fromkeys(terms(label))
    told = dict.fromkeys(terms(body))
    return Indexed(
        id_,
        title=tuple(titled),
        label=[term for term in labelled if term not in titled],
        body=[_home(community), *(term for term in told if term not in titled and term not in labelled)],
    )


def _home(community: int) -> str:
    """A term that no text has: it keeps communities apart in the index already."""
    return f"/{community}"


# --- looking -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matching:
    """How `count` terms are looked for in SQL; `match_values` fills its parameters."""

    table: TableClause
    id: ColumnElement[int]
    condition: ColumnElement[bool]
    score: ColumnElement[int]
    is_named: ColumnElement[bool]
    """Each term is in the title or the label."""


@lru_cache(maxsize=64)
def matching(index: Index, dialect: str, count: int) -> Matching:
    numbers, source = range(count), index.of(dialect)
    if dialect == "sqlite":
        # The columns hold a space before each term, so that a term's beginning is found by what SQLite always has.
        in_title = [func.instr(source.c.title, bindparam(f"term_{n}", type_=Text)) > 0 for n in numbers]
        in_label = [func.instr(source.c.label, bindparam(f"term_{n}", type_=Text)) > 0 for n in numbers]
        match = literal_column(index.name).op("MATCH", is_comparison=True)(bindparam("match", type_=Text))
        return _matching(source, source.c.rowid, match, in_title, in_label)
    held = source.c.terms
    in_title = [_holds(held, f"title_{n}") for n in numbers]
    in_named = [_holds(held, f"named_{n}") for n in numbers]
    return _matching(source, source.c[index.key], _holds(held, "match"), in_title, in_named)


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
    id_: ColumnElement[int],
    condition: ColumnElement[bool],
    in_title: Sequence[ColumnElement[bool]],
    in_label: Sequence[ColumnElement[bool]],
) -> Matching:
    pairs = list(zip(in_title, in_label, strict=True))
    score: ColumnElement[int] = literal_column("0", Integer)
    for title, label in pairs:
        score = score + case((title, TITLE), (label, LABEL), else_=BODY)
    return Matching(source, id_, condition, score, and_(true(), *(or_(*pair) for pair in pairs)))


def _holds(held: ColumnElement[str], name: str) -> ColumnElement[bool]:
    return held.op("@@", is_comparison=True)(cast(bindparam(name, type_=Text), TSQUERY))


# --- keeping -----------------------------------------------------------------------------------------------


async def put(connection: Connection, index: Index, entries: Sequence[Indexed], *, is_new: bool) -> None:
    """Put things into an index, or in the place of what it held of them."""
    if not entries:
        return
    if connection.dialect == "sqlite":
        if not is_new:
            await connection.execute(_sqlite_delete(index), [{"id": entry.id} for entry in entries])
        await connection.execute(_sqlite_insert(index), [_sqlite_row(entry) for entry in entries])
    else:
        await connection.execute(_postgres_upsert(index), [_postgres_row(entry) for entry in entries])
        # New entries wait in a list that every search reads whole. Merging them at once, here, is ten times as
        # fast as putting each in its place (fastupdate=off), and nobody's search finds the list full.
        await connection.execute(_postgres_merge(index))


@cache
def _sqlite_delete(index: Index) -> Executable:
    source = index.of("sqlite")
    return delete(source).where(source.c.rowid == bindparam("id"))


@cache
def _sqlite_insert(index: Index) -> Executable:
    columns = {name: bindparam(name, type_=Text) for name in _TEXTS}
    return insert(index.of("sqlite")).values(columns | {"rowid": bindparam("id", type_=Integer)})


@cache
def _postgres_upsert(index: Index) -> Executable:
    lexemes = cast(bindparam("lexemes", type_=Text), TSVECTOR)
    values = {index.key: bindparam("id", type_=Integer), "terms": lexemes}
    kept = postgresql.insert(index.of("postgresql")).values(values)
    return kept.on_conflict_do_update(index_elements=[index.key], set_={"terms": kept.excluded.terms})


@cache
def _postgres_merge(index: Index) -> Executable:
    return text(f"SELECT gin_clean_pending_list('{index.name}_terms')")


def _sqlite_row(entry: Indexed) -> dict[str, object]:
    spaced = ("".join(f" {term}" for term in part) for part in (entry.title, entry.label, entry.body))
    return {"id": entry.id, **dict(zip(_TEXTS, spaced, strict=True))}


def _postgres_row(entry: Indexed) -> dict[str, object]:
    weighted = zip((entry.title, entry.label, entry.body), "ABC", strict=True)
    # a weight needs a position, which nothing else asks for
    lexemes = (f"'{term}':1{weight}" for part, weight in weighted for term in part)
    return {"id": entry.id, "lexemes": " ".join(lexemes)}
