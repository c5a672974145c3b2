"""Reading occurrences: the statements behind `find`, `get`, `several`, `suggest` and `mine`.

Each is one statement for a page of cards and how many there are in all. A statement is built once for each
combination of what is asked; what was asked for only fills its parameters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from math import sin

from sqlalchemy import (
    CTE,
    ColumnElement,
    Executable,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
)

from bot.domain.events import LONGEST, Attendance, Occurrence, Page, Search, Status
from bot.domain.places import EARTH_KM
from bot.domain.terms import query_terms
from storage.connection import AnyRow, Connection
from storage.details import DETAIL_COLUMNS, details_in, details_of, genre_key, hundredths, on_sphere
from storage.event_copies import MEMBER
from storage.event_terms import EVENTS
from storage.feeds import feeds
from storage.schema import UTC, InOrder, Lines, Unindexed, among, listed
from storage.search import match_values, matching
from storage.seats import IN_LINE, place_in_line
from storage.tables import attendances, event_sources, events, occurrences, people, places, stand_ins


@dataclass(frozen=True, slots=True)
class Shape:
    """What a search asks about: what its statement depends on."""

    dialect: str
    terms: int
    has_until: bool
    has_near: bool
    has_kind: bool
    has_genre: bool
    has_price: bool
    online: bool | None


async def find(
    connection: Connection, community: int, search: Search, person: int | None, offset: int, limit: int
) -> Page:
    wanted = query_terms(search.words)
    shape = _shape(connection.dialect, search, len(wanted))
    values = _values(community, search) | {"person": person, "offset": offset, "limit": limit}
    if wanted:
        values |= match_values(connection.dialect, community, wanted)
    rows = await connection.rows(_find(shape), values)
    if not rows and offset:  # past the end: nothing on this page, but how many are there
        return Page((), await connection.scalar(_count(shape), values))
    return _page(rows)


async def mine(connection: Connection, community: int, person: int, since: datetime, offset: int, limit: int) -> Page:
    values = {"community": community, "person": person, "since": since, "offset": offset, "limit": limit}
    rows = await connection.rows(_MINE, values)
    if not rows and offset:
        return Page((), await connection.scalar(_MINE_COUNT, values))
    return _page(rows)


async def several(
    connection: Connection, community: int, ids: Collection[int], person: int | None
) -> Sequence[Occurrence]:
    found = await stood_for(connection, community, ids, person)
    return tuple({each.id: each for each in found.values()}.values())


async def stood_for(
    connection: Connection, community: int, ids: Collection[int], person: int | None
) -> Mapping[int, Occurrence]:
    if not ids:
        return {}
    found = await _by_id(connection, community, ids, person)
    missing = [id_ for id_ in ids if id_ not in found]
    if missing:
        values = {"community": community, "ids": listed(connection.dialect, missing)}
        now_ = {
            row.occurrence_id: row.stands_in for row in await connection.rows(_stand_ins(connection.dialect), values)
        }
        if now_:
            there = await _by_id(connection, community, list(now_.values()), person)
            found |= {old: there[new] for old, new in now_.items() if new in there}
    return {id_: found[id_] for id_ in ids if id_ in found}


async def _by_id(
    connection: Connection, community: int, ids: Collection[int], person: int | None
) -> dict[int, Occurrence]:
    values = {"community": community, "person": person, "ids": listed(connection.dialect, list(ids))}
    return {row.id: _occurrence(row) for row in await connection.rows(_several(connection.dialect), values)}


async def suggest(
    connection: Connection, community: int, typed: str, since: datetime, limit: int
) -> Sequence[Occurrence]:
    wanted = query_terms(typed)
    values = {"community": community, "since": since, "earliest": since - LONGEST, "person": None}
    if wanted:
        values |= match_values(connection.dialect, community, wanted) | {"limit": limit}
        rows = await connection.rows(_suggest(connection.dialect, len(wanted)), values)
    else:
        values |= {"limit": limit * 8}  # so that a series does not crowd out the others
        rows = await connection.rows(_COMING, values)
    firsts: dict[int, Occurrence] = {}
    for row in rows:
        firsts.setdefault(row.event_id, _occurrence(row))
    return tuple(firsts.values())[:limit]


# --- what is asked -----------------------------------------------------------------------------------------


def _shape(dialect: str, search: Search, terms: int) -> Shape:
    return Shape(
        dialect=dialect,
        terms=terms,
        has_until=search.until is not None,
        has_near=search.near is not None,
        has_kind=search.kind is not None,
        has_genre=search.genre != "",
        has_price=search.price_most is not None,
        online=search.online,
    )


def _values(community: int, search: Search) -> dict[str, object]:
    values: dict[str, object] = {
        "community": community,
        "since": search.since,
        "earliest": search.since - LONGEST,
    }
    if search.until is not None:
        values["until"] = search.until
    if search.near is not None:
        x, y, z = on_sphere(search.near.latitude, search.near.longitude)
        chord = 2 * sin(min(search.within_km / EARTH_KM / 2, 1.57))
        values |= {"x": x, "y": y, "z": z, "south": z - chord, "north": z + chord, "chord": chord * chord}
    if search.kind is not None:
        values["kind"] = search.kind.value
    if search.genre:
        values["genre"] = f"%|{genre_key(search.genre)}|%"
    if search.price_most is not None:
        values |= {"price": hundredths(search.price_most.amount), "currency": search.price_most.currency}
    return values


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    c = occurrences.c
    found: list[ColumnElement[bool]] = [
        (Unindexed(c.community_id) if shape.terms else c.community_id) == bindparam("community", type_=Integer),
        c.starts > bindparam("earliest", type_=UTC()),  # implied by the next: a range for the index
        c.ends > bindparam("since", type_=UTC()),
        c.is_cancelled == false(),
    ]
    if shape.has_until:
        found.append(c.starts < bindparam("until", type_=UTC()))
    if shape.has_near:
        across, along, up = (c[axis] - bindparam(axis, type_=Float()) for axis in ("x", "y", "z"))
        found += [
            c.z.between(bindparam("south", type_=Float()), bindparam("north", type_=Float())),
            across * across + along * along + up * up <= bindparam("chord", type_=Float()),
        ]
    if shape.has_kind:
        found.append(c.kind == bindparam("kind"))
    if shape.has_genre:
        found.append(c.genres.like(bindparam("genre")))
    if shape.has_price:
        is_affordable = and_(c.currency == bindparam("currency"), c.price <= bindparam("price"))
        found.append(or_(c.price == literal_column("0"), is_affordable))
    if shape.online is not None:
        found.append(c.is_online if shape.online else c.is_in_person)
    return found


# --- statements --------------------------------------------------------------------------------------------


@lru_cache(maxsize=128)
def _find(shape: Shape) -> Executable:
    limits = bindparam("limit", type_=Integer), bindparam("offset", type_=Integer)
    if shape.terms:
        hits = _hits(shape)
        ranked = select(hits.c.id, hits.c.starts, hits.c.score)
        ranked = ranked.order_by(hits.c.score.desc(), hits.c.starts, hits.c.id).limit(limits[0]).offset(limits[1])
        return _cards(ranked, total=select(func.count()).select_from(hits), has_score=True)
    soonest = select(occurrences.c.id, occurrences.c.starts).where(*_conditions(shape))
    soonest = soonest.order_by(occurrences.c.starts, occurrences.c.id).limit(limits[0]).offset(limits[1])
    return _cards(soonest, total=_count(shape))


@lru_cache(maxsize=128)
def _count(shape: Shape) -> Select[int]:
    if shape.terms:
        return select(func.count()).select_from(_hits(shape))
    return select(func.count()).select_from(occurrences).where(*_conditions(shape))


def _hits(shape: Shape) -> CTE:
    """All that is found by words, once for the page and the count. Scores are made for what lies in the time only."""
    found = matching(EVENTS, shape.dialect, shape.terms)
    joined = InOrder(found.table, occurrences, occurrences.c.event_id == found.id)
    hits = select(occurrences.c.id, occurrences.c.starts, found.score.label("score")).select_from(joined)
    return hits.where(found.condition, *_conditions(shape)).cte("hits")


@lru_cache(maxsize=32)
def _suggest(dialect: str, terms: int) -> Executable:
    """The first coming occurrence of each event found, and others that start at the same time."""
    found = matching(EVENTS, dialect, terms)
    c = occurrences.c
    coming = (
        Unindexed(c.community_id) == bindparam("community", type_=Integer),
        c.ends > bindparam("since", type_=UTC()),
        c.is_cancelled == false(),
    )
    first = (
        select(c.event_id, func.min(c.starts).label("starts"))
        .select_from(InOrder(found.table, occurrences, c.event_id == found.id))
        .where(found.condition, found.is_named, *coming)
        .group_by(c.event_id)
        .order_by(func.min(c.starts), c.event_id)
        .limit(bindparam("limit", type_=Integer))
        .subquery()
    )
    page = (
        select(c.id, c.starts)
        .join(first, and_(c.event_id == first.c.event_id, c.starts == first.c.starts))
        .where(*coming)
    )
    return _cards(page)


def _cards(
    page: Select[*tuple[object, ...]], *, total: Select[int] | None = None, has_score: bool = False
) -> Executable:
    """All that cards show of the occurrences whose ids `page` selects, in its order."""
    chosen = page.subquery("page")
    o, adder = occurrences.c, people.alias("adder")
    whole = chosen.join(occurrences, o.id == chosen.c.id).join(events, events.c.id == o.event_id)
    whole = whole.outerjoin(places, places.c.id == events.c.place_id)
    whole = whole.outerjoin(adder, adder.c.id == events.c.added_by)
    told = (
        select(Lines(func.coalesce(func.nullif(feeds.c.name, ""), feeds.c.key, event_sources.c.source)))
        .select_from(event_sources)
        .outerjoin(feeds, and_(feeds.c.id == event_sources.c.feed_id, feeds.c.community_id == o.community_id))
        .where(
            event_sources.c.event_id == o.event_id,
            event_sources.c.source != MEMBER,
            event_sources.c.missing_since.is_(None),
            or_(event_sources.c.feed_id.is_(None), feeds.c.id.is_not(None)),
        )
    )
    statement = select(
        o.id,
        o.event_id,
        events.c.version,
        events.c.created_at,
        o.starts,
        o.ends,
        o.is_cancelled,
        o.reason,
        o.details,
        *(events.c[name] for name in ("zone", "is_all_day", "rrule", "extra", "added_by")),
        *DETAIL_COLUMNS,
        adder.c.name.label("adder"),
        _answered(Attendance.GOING).label("going"),
        _answered(Attendance.MAYBE).label("maybe"),
        _in_line().label("waiting"),
        _mine_of().label("mine"),
        place_in_line(o.id, bindparam("person")).label("place"),
        told.scalar_subquery().label("sources"),
    )
    if total is not None:
        statement = statement.add_columns(total.scalar_subquery().label("total"))
    best = (chosen.c.score.desc(),) if has_score else ()
    return statement.select_from(whole).order_by(*best, chosen.c.starts, chosen.c.id)


def _answered(answer: Attendance) -> ColumnElement[int]:
    given = select(func.count()).where(attendances.c.occurrence_id == occurrences.c.id)
    return given.where(attendances.c.answer == answer.value).scalar_subquery()


def _in_line() -> ColumnElement[int]:
    return select(func.count()).where(attendances.c.occurrence_id == occurrences.c.id, IN_LINE).scalar_subquery()


def _mine_of() -> ColumnElement[str]:
    theirs = select(attendances.c.answer).where(attendances.c.occurrence_id == occurrences.c.id)
    return theirs.where(attendances.c.person_id == bindparam("person")).scalar_subquery()


_COMING = _cards(
    select(occurrences.c.id, occurrences.c.starts)
    .where(
        occurrences.c.community_id == bindparam("community"),
        occurrences.c.starts > bindparam("earliest", type_=UTC()),
        occurrences.c.ends > bindparam("since", type_=UTC()),
        occurrences.c.is_cancelled == false(),
    )
    .order_by(occurrences.c.starts, occurrences.c.id)
    .limit(bindparam("limit", type_=Integer))
)

_is_mine = and_(
    attendances.c.person_id == bindparam("person"),
    or_(*(attendances.c.answer == answer.value for answer in (Attendance.GOING, Attendance.MAYBE, Attendance.WAITING))),
    occurrences.c.community_id == bindparam("community"),
    occurrences.c.ends > bindparam("since", type_=UTC()),
)
_theirs = attendances.join(occurrences, occurrences.c.id == attendances.c.occurrence_id)
_MINE_COUNT = select(func.count()).select_from(_theirs).where(_is_mine)
_MINE = _cards(
    select(occurrences.c.id, occurrences.c.starts)
    .select_from(_theirs)
    .where(_is_mine)
    .order_by(occurrences.c.starts, occurrences.c.id)
    .limit(bindparam("limit", type_=Integer))
    .offset(bindparam("offset", type_=Integer)),
    total=_MINE_COUNT,
)


@cache
def _versions(dialect: str) -> Executable:
    return select(events.c.id, events.c.version).where(
        events.c.community_id == bindparam("community"), among(events.c.id, "ids", dialect)
    )


@cache
def _several(dialect: str) -> Executable:
    return _cards(
        select(occurrences.c.id, occurrences.c.starts).where(
            occurrences.c.community_id == bindparam("community"), among(occurrences.c.id, "ids", dialect)
        )
    )


@cache
def _stand_ins(dialect: str) -> Executable:
    c = stand_ins.c
    return select(c.occurrence_id, c.stands_in).where(
        c.community_id == bindparam("community"), among(c.occurrence_id, "ids", dialect)
    )


async def versions(connection: Connection, community: int, ids: Collection[int]) -> Mapping[int, int]:
    values = {"community": community, "ids": listed(connection.dialect, sorted(ids))}
    return {row.id: row.version for row in await connection.rows(_versions(connection.dialect), values)}


# --- records -----------------------------------------------------------------------------------------------


def _page(rows: Sequence[AnyRow]) -> Page:
    return Page(tuple(_occurrence(row) for row in rows), rows[0].total if rows else 0)


def _occurrence(row: AnyRow) -> Occurrence:
    return Occurrence(
        id=row.id,
        event_id=row.event_id,
        version=row.version,
        details=details_in(row) if row.details is None else details_of(row.details),
        starts=row.starts,
        ends=row.ends,
        zone=row.zone,
        is_all_day=row.is_all_day,
        rrule=row.rrule,
        status=Status.CANCELLED if row.is_cancelled else Status.SCHEDULED,
        going=row.going,
        maybe=row.maybe,
        waiting=row.waiting,
        mine=row.mine and Attendance(row.mine),
        my_place=row.place or None,
        added_by=row.adder or "",
        adder=row.added_by,
        is_series=bool(row.rrule or row.extra),
        reason=row.reason,
        sources=tuple(sorted(row.sources.split("\n"))) if row.sources else (),
        added_at=row.created_at,
    )
