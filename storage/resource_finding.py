"""Reading the library: the statements behind `find`, `get`, `several`, `suggest`, `saved` and what the scheduler asks.

Each is one statement for a page of cards and how many there are in all. A statement is built once for each
combination of what is asked; what was asked for only fills its parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Executable,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)

from bot.domain.resources import Order, Page, Resource, Wanted
from bot.domain.terms import query_terms
from storage.connection import Connection
from storage.leads import reads_there
from storage.resource_rows import ABOUT_COLUMNS, page_in, resource_in
from storage.resource_terms import RESOURCES
from storage.schema import UTC, InOrder, Rows, Unindexed, among, listed
from storage.search import Matching, match_values, matching
from storage.tables import (
    accounts,
    people,
    resource_notes,
    resource_saves,
    resource_stand_ins,
    resource_tags,
    resource_votes,
    resources,
)

LAST = "\U0010ffff"
"""Behind every other sign."""


Ranks = Mapping[str, ColumnElement[Any]]  # Any: each compares with its own
"""What is sorted by, the highest first."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a search asks about: what its statement depends on."""

    dialect: str
    terms: int
    has_topic: bool
    has_tag: bool
    has_level: bool
    has_kind: bool
    is_free: bool | None
    has_law: bool
    order: Order


async def find(
    connection: Connection, community: int, wanted: Wanted, person: int | None, offset: int, limit: int
) -> Page:
    terms = query_terms(wanted.words)
    shape = _shape(connection.dialect, wanted, len(terms))
    values = _values(community, wanted) | {"person": person, "offset": offset, "limit": limit}
    if terms:
        values |= match_values(connection.dialect, community, terms)
    rows = await connection.rows(_find(shape), values)
    if not rows and offset:  # past the end: nothing on this page, but how many are there
        return Page((), await connection.scalar(_count(shape), values))
    return page_in(rows)


async def suggest(connection: Connection, community: int, typed: str, limit: int) -> Sequence[Resource]:
    terms = query_terms(typed)
    values: dict[str, object] = {"community": community, "person": None, "limit": limit}
    if terms:
        values |= match_values(connection.dialect, community, terms)
    return [resource_in(row) for row in await connection.rows(_suggest(connection.dialect, len(terms)), values)]


async def seen(connection: Connection, person: int, ids: Collection[int]) -> Sequence[Resource]:
    if not ids:
        return ()
    values = {"person": person, "ids": listed(connection.dialect, list(ids))}
    found = {row.id: resource_in(row) for row in await connection.rows(_seen(connection.dialect), values)}
    return [found[id_] for id_ in ids if id_ in found]


async def several(
    connection: Connection, community: int, ids: Collection[int], person: int | None
) -> Sequence[Resource]:
    if not ids:
        return ()
    found = await _by_id(connection, community, ids, person)
    missing = [id_ for id_ in ids if id_ not in found]
    if missing:
        values = {"community": community, "ids": listed(connection.dialect, missing)}
        rows = await connection.rows(_stand_ins(connection.dialect), values)
        now_ = {row.resource_id: row.stands_in for row in rows}
        if now_:
            there = await _by_id(connection, community, list(now_.values()), person)
            found |= {old: there[new] for old, new in now_.items() if new in there}
    once = {found[id_].id: found[id_] for id_ in ids if id_ in found}
    return tuple(once.values())


async def current(connection: Connection, community: int, id_: int) -> int | None:
    """The id of what is or stands for a resource; None where the community has none."""
    found = await connection.scalar(_CURRENT, {"community": community, "resource": id_})
    return None if found is None else int(found)


async def of_page(connection: Connection, community: int, key: str, person: int | None) -> Resource | None:
    row = await connection.first(_OF_PAGE, {"community": community, "key": key, "person": person})
    return None if row is None else resource_in(row)


async def tags(connection: Connection, community: int, typed: str, limit: int) -> Sequence[str]:
    begin = typed.strip().lstrip("#").casefold()
    values = {"community": community, "begin": begin, "end": begin + LAST, "limit": limit}
    return [row.tag for row in await connection.rows(_TAGS, values)]


async def saved(connection: Connection, community: int, person: int, offset: int, limit: int) -> Page:
    values = {"community": community, "person": person, "offset": offset, "limit": limit}
    rows = await connection.rows(_SAVED, values)
    if not rows and offset:
        return Page((), await connection.scalar(_SAVED_COUNT, values))
    return page_in(rows)


async def every(connection: Connection, community: int, after: int, limit: int) -> Sequence[Resource]:
    values = {"community": community, "after": after, "limit": limit, "person": None}
    return [resource_in(row) for row in await connection.rows(_EVERY, values)]


async def newest(
    connection: Connection, community: int, since: datetime, until: datetime, limit: int
) -> Sequence[Resource]:
    values = {"community": community, "since": since, "until": until, "limit": limit, "person": None}
    return [resource_in(row) for row in await connection.rows(_NEWEST, values)]


async def stale(connection: Connection, community: int, day: date, limit: int) -> Sequence[Resource]:
    values = {"community": community, "day": day, "limit": limit, "person": None}
    return [resource_in(row) for row in await connection.rows(_STALE, values)]


async def _by_id(
    connection: Connection, community: int, ids: Collection[int], person: int | None
) -> dict[int, Resource]:
    values = {"community": community, "person": person, "ids": listed(connection.dialect, list(ids))}
    return {row.id: resource_in(row) for row in await connection.rows(_several(connection.dialect), values)}


# --- what is asked -----------------------------------------------------------------------------------------


def _shape(dialect: str, wanted: Wanted, terms: int) -> Shape:
    return Shape(
        dialect=dialect,
        terms=terms,
        has_topic=wanted.topic != "",
        has_tag=wanted.tag != "",
        has_level=wanted.level is not None,
        has_kind=wanted.kind is not None,
        is_free=wanted.is_free,
        has_law=wanted.jurisdiction != "",
        order=Order.NEWEST if wanted.order is Order.RELEVANCE and not terms else wanted.order,
    )


def _values(community: int, wanted: Wanted) -> dict[str, object]:
    values: dict[str, object] = {"community": community}
    if wanted.topic:
        values["topic"] = wanted.topic
    if wanted.tag:
        values["tag"] = wanted.tag.casefold()
    if wanted.level is not None:
        values["level"] = wanted.level.value
    if wanted.kind is not None:
        values["kind"] = wanted.kind.value
    if wanted.jurisdiction:
        values["law"] = wanted.jurisdiction
    return values


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        (Unindexed(_r.community_id) if shape.terms else _r.community_id) == _community,
    ]
    for is_asked, name in ((shape.has_topic, "topic"), (shape.has_level, "level"), (shape.has_kind, "kind")):
        if is_asked:
            found.append(_r[name] == bindparam(name, type_=Text))
    if shape.has_tag:
        tagged = select(resource_tags.c.resource_id).where(
            resource_tags.c.community_id == _community, resource_tags.c.tag == bindparam("tag", type_=Text)
        )
        found.append(_r.id.in_(tagged))
    if shape.is_free is not None:
        found.append(_r.price == _NOTHING if shape.is_free else _r.price > _NOTHING)
    if shape.has_law:
        found.append(or_(*(_r.jurisdiction == law for law in (_law, _ANY_LAW, _NO_LAW))))
    return found


def _ranks(shape: Shape, found: Matching | None) -> Ranks:
    """What a search is sorted by, the highest first."""
    ranks: dict[str, ColumnElement[Any]] = {"is_alive": _r.is_alive}
    if shape.has_law:
        ranks["law"] = case((_r.jurisdiction == _law, 2), (_r.jurisdiction == _ANY_LAW, 1), else_=0)
    match shape.order:
        case Order.RELEVANCE if found:
            ranks |= {"score": found.score, "helpful": _r.helpful}
        case Order.HELPFUL:
            ranks["helpful"] = _r.helpful
            if found:
                ranks["score"] = found.score
        case Order.RELEVANCE | Order.NEWEST:
            pass
    return {**ranks, **_NEWEST_FIRST}


# --- statements --------------------------------------------------------------------------------------------

_r = resources.c
_community, _person = bindparam("community", type_=Integer), bindparam("person", type_=Integer)
_limit, _offset = bindparam("limit", type_=Integer), bindparam("offset", type_=Integer)
_law = bindparam("law", type_=Text)
_NOTHING = literal_column("0", Integer)
_ANY_LAW, _NO_LAW = literal_column("'any'", Text), literal_column("''", Text)

_NEWEST_FIRST: Ranks = {"shared_at": _r.shared_at, "id": _r.id}
_HELPFUL_FIRST: Ranks = {"is_alive": _r.is_alive, "helpful": _r.helpful, **_NEWEST_FIRST}


@lru_cache(maxsize=256)
def _find(shape: Shape) -> Executable:
    if shape.terms:
        hits = _hits(shape)
        ranks: Ranks = {name: hits.c[name] for name in _ranks(shape, _matching(shape))}
        return _cards(_ranked(select(), ranks).offset(_offset), ranks, total=select(func.count()).select_from(hits))
    ranks = _ranks(shape, None)
    found = select().where(*_conditions(shape))
    return _cards(_ranked(found, ranks).offset(_offset), ranks, total=_count(shape))


@lru_cache(maxsize=256)
def _count(shape: Shape) -> Select[int]:
    if shape.terms:
        return select(func.count()).select_from(_hits(shape))
    return select(func.count()).select_from(resources).where(*_conditions(shape))


def _matching(shape: Shape) -> Matching:
    return matching(RESOURCES, shape.dialect, shape.terms)


def _hits(shape: Shape) -> CTE:
    """All that is found by words, once for the page and the count."""
    found = _matching(shape)
    ranks = [column.label(name) for name, column in _ranks(shape, found).items()]
    hits = select(*ranks).select_from(InOrder(found.table, resources, _r.id == found.id))
    return hits.where(found.condition, *_conditions(shape)).cte("hits")


@lru_cache(maxsize=32)
def _suggest(dialect: str, terms: int) -> Executable:
    if not terms:
        return _cards(_ranked(select().where(_r.community_id == _community), _HELPFUL_FIRST), _HELPFUL_FIRST)
    found = matching(RESOURCES, dialect, terms)
    named = select().select_from(InOrder(found.table, resources, _r.id == found.id))
    named = named.where(found.condition, found.is_named, Unindexed(_r.community_id) == _community)
    return _cards(_ranked(named, _HELPFUL_FIRST), _HELPFUL_FIRST)


def _ranked(found: Select[*tuple[Any, ...]], ranks: Ranks) -> Select[*tuple[Any, ...]]:  # Any: as above
    """The first of what is found, by what they are sorted by."""
    columns = [column.label(name) for name, column in ranks.items()]
    return found.add_columns(*columns).order_by(*(column.desc() for column in ranks.values())).limit(_limit)


def _cards(
    page: Select[*tuple[Any, ...]],  # Any: as above
    ranks: Ranks,
    *,
    total: Select[int] | None = None,
    is_rising: bool = False,
) -> Executable:
    """All that cards show of the resources whose ids `page` selects, sorted as it is."""
    chosen = page.subquery("page")
    owner, sharer = accounts.alias("owner"), people.alias("sharer")
    whole = chosen.join(resources, _r.id == chosen.c.id)
    whole = whole.outerjoin(owner, owner.c.id == _r.account_id).outerjoin(sharer, sharer.c.id == owner.c.person_id)
    kept = ("id", "key", "link", "shared_at", "helpful", "standing", "dead_since", "archived")
    statement = select(
        *(_r[name] for name in kept),
        *ABOUT_COLUMNS,
        sharer.c.id.label("sharer"),
        sharer.c.name.label("sharer_name"),
        _NOTED.scalar_subquery().label("notes"),
        _theirs(resource_saves).label("is_saved"),
        _theirs(resource_votes).label("is_helpful"),
    )
    if total is not None:
        statement = statement.add_columns(total.scalar_subquery().label("total"))
    order = [chosen.c[name] if is_rising else chosen.c[name].desc() for name in ranks]
    return statement.select_from(whole).order_by(*order)


def _theirs(table: Table) -> ColumnElement[bool]:
    return exists().where(table.c.resource_id == _r.id, table.c.person_id == _person)


_n, _writer = resource_notes.c, people.alias("writer")
_NOTED = (
    select(Rows(_n.person_id, _writer.c.name, _n.text, _n.at))
    .select_from(resource_notes.join(_writer, _writer.c.id == _n.person_id))
    .where(_n.resource_id == _r.id)
    .correlate(resources)
)

_is_there = (_r.community_id == _community, _r.key == bindparam("key", type_=Text))
_ONE: Ranks = {"id": _r.id}
_OF_PAGE = _cards(select(_r.id).where(*_is_there), _ONE)
_EVERY = _cards(
    select(_r.id)
    .where(_r.community_id == _community, _r.id > bindparam("after", type_=Integer))
    .order_by(_r.id)
    .limit(_limit),
    _ONE,
    is_rising=True,
)
_NEWEST = _cards(
    _ranked(
        select().where(
            _r.community_id == _community,
            _r.is_alive == true(),
            _r.shared_at >= bindparam("since", type_=UTC()),
            _r.shared_at < bindparam("until", type_=UTC()),
        ),
        _NEWEST_FIRST,
    ),
    _NEWEST_FIRST,
)
_LONGEST: Ranks = {"review_by": _r.review_by, "id": _r.id}
_STALE = _cards(
    select(*_LONGEST.values())
    .where(_r.community_id == _community, _r.review_by < bindparam("day", type_=Date))
    .order_by(*_LONGEST.values())
    .limit(_limit),
    _LONGEST,
    is_rising=True,
)

_s = resource_saves.c
_is_saved = (_s.person_id == _person, _r.community_id == _community)
_listed = resource_saves.join(resources, _r.id == _s.resource_id)
_SAVED_LAST: Ranks = {"at": _s.at, "id": _s.resource_id}
_SAVED_COUNT = select(func.count()).select_from(_listed).where(*_is_saved)
_SAVED = _cards(
    _ranked(select().select_from(_listed).where(*_is_saved), _SAVED_LAST).offset(_offset),
    _SAVED_LAST,
    total=_SAVED_COUNT,
)

_t = resource_tags.c
_TAGS = (
    select(_t.tag)
    .where(
        _t.community_id == _community,
        _t.tag >= bindparam("begin", type_=_t.tag.type),
        _t.tag < bindparam("end", type_=_t.tag.type),
    )
    .group_by(_t.tag)
    .order_by(func.count().desc(), _t.tag)
    .limit(_limit)
)

_i = resource_stand_ins.c
_is_it = _r.id == bindparam("resource", type_=Integer)
_CURRENT = (
    select(_r.id)
    .where(_r.community_id == _community, _is_it)
    .union_all(
        select(_i.stands_in)
        .join(resources, _r.id == _i.stands_in)
        .where(
            _i.community_id == _community,
            _r.community_id == _community,
            _i.resource_id == bindparam("resource", type_=Integer),
        )
    )
)


@cache
def _several(dialect: str) -> Executable:
    return _cards(select(_r.id).where(_r.community_id == _community, among(_r.id, "ids", dialect)), _ONE)


@cache
def _seen(dialect: str) -> Executable:
    is_there = reads_there(bindparam("person", type_=Integer), _r.community_id)
    return _cards(select(_r.id).where(among(_r.id, "ids", dialect), is_there), _ONE)


@cache
def _stand_ins(dialect: str) -> Executable:
    return select(_i.resource_id, _i.stands_in).where(
        _i.community_id == _community, among(_i.resource_id, "ids", dialect)
    )
