"""Two libraries that become one, and two people's share in them.

Of a page that both had the older sharing stays, with the notes, votes and lists of both; the other's id goes on
finding it. Topics of one key are one, by the name they have where they stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    null,
    or_,
    select,
    update,
)

from storage.connection import Connection
from storage.resource_terms import reindex
from storage.schema import insert_into
from storage.tables import (
    resource_follows,
    resource_notes,
    resource_saves,
    resource_stand_ins,
    resource_tags,
    resource_votes,
    resources,
    topics,
)


async def join(connection: Connection, community: int, into: int) -> None:
    """The library of `community` becomes part of that of `into`."""
    both = {"gone": community, "stays": into}
    moved = [row.id for row in await connection.rows(_OF_COMMUNITY, both)]
    pairs = [{"loser": row.loser, "winner": row.winner} for row in await connection.rows(_TWINS, both)]
    for statement in _united(connection.dialect) if pairs else ():
        await connection.execute(statement, pairs)
    for statement in _moves(connection.dialect):
        await connection.execute(statement, both)
    if pairs:  # those that gave way stood in the library that stays, or in the other
        await connection.execute(_stand(connection.dialect), [each | {"stays": into} for each in pairs])
    await reindex(connection, {*moved, *(each["winner"] for each in pairs)})


async def unite(connection: Connection, person: int, into: int) -> None:
    """What `person` said of resources becomes that of `into`; of two notes on one the newest stays."""
    values = {"one": person, "other": into}
    noted = [row.resource_id for row in await connection.rows(_NOTED, values)]
    for statement in _of_people(connection.dialect):
        await connection.execute(statement, values)
    await reindex(connection, noted)


# --- statements ----------------------------------------------------------------------------------------------

_r = resources.c
_gone, _stays, _loser, _winner, _one, _other = (
    bindparam(name, type_=Integer) for name in ("gone", "stays", "loser", "winner", "one", "other")
)
_OF_COMMUNITY = select(_r.id).where(_r.community_id == _gone)

_g, _s = resources.alias("g"), resources.alias("s")
_is_older = or_(_g.c.shared_at < _s.c.shared_at, and_(_g.c.shared_at == _s.c.shared_at, _g.c.id < _s.c.id))
_TWINS = (
    select(
        case((_is_older, _s.c.id), else_=_g.c.id).label("loser"),
        case((_is_older, _g.c.id), else_=_s.c.id).label("winner"),
    )
    .join(_s, and_(_s.c.key == _g.c.key, _s.c.community_id == _stays))
    .where(_g.c.community_id == _gone)
    .order_by(_g.c.id)
)


@cache
def _united(dialect: str) -> Sequence[Executable]:
    """What was said of a resource is said of the one that stays, and it goes."""
    return (
        *(
            _again(table, dialect, _winner, table.c.person_id, table.c.resource_id == _loser)
            for table in (resource_notes, resource_votes, resource_saves)
        ),
        update(resource_stand_ins).where(resource_stand_ins.c.stands_in == _loser).values(stands_in=_winner),
        delete(resources).where(_r.id == _loser),
    )


_same, _known = resources.alias("same"), resource_stand_ins.alias("known")
_is_requested = exists().where(_same.c.community_id == _stays, _same.c.request_id == _r.request_id)


@cache
def _moves(dialect: str) -> Sequence[Executable]:
    stand_ins = resource_stand_ins.c
    return (
        update(resources)
        .where(_r.community_id == _gone)
        .values(community_id=_stays, request_id=case((_is_requested, null()), else_=_r.request_id)),
        update(resource_tags).where(resource_tags.c.community_id == _gone).values(community_id=_stays),
        # what is there already goes with the community
        _copied(topics, dialect, "key", "name"),
        _copied(resource_follows, dialect, "person_id", "topic", "tag", "at"),
        update(resource_stand_ins)
        .where(
            stand_ins.community_id == _gone,
            ~exists().where(_known.c.community_id == _stays, _known.c.resource_id == stand_ins.resource_id),
        )
        .values(community_id=_stays),
        # a copy that came home to what it was a copy of
        delete(resource_stand_ins).where(stand_ins.resource_id == stand_ins.stands_in),
    )


@cache
def _stand(dialect: str) -> Executable:
    row = {"community_id": _stays, "resource_id": _loser, "stands_in": _winner}
    return insert_into(resource_stand_ins, dialect).values(row).on_conflict_do_nothing()


def _copied(table: Table, dialect: str, *names: str) -> Executable:
    """Rows of the one community for the other, in the order in which they came."""
    told = select(_stays, *(table.c[name] for name in names)).where(table.c.community_id == _gone)
    told = told.order_by(*(table.c[name] for name in ("id",) if name in table.c))
    return insert_into(table, dialect).from_select(["community_id", *names], told).on_conflict_do_nothing()


@cache
def _of_people(dialect: str) -> Sequence[Executable]:
    theirs = resource_follows.c
    followed = select(theirs.community_id, _other, theirs.topic, theirs.tag, theirs.at).where(theirs.person_id == _one)
    names = ["community_id", "person_id", "topic", "tag", "at"]
    return (
        *(
            _again(table, dialect, table.c.resource_id, _other, table.c.person_id == _one)
            for table in (resource_notes, resource_votes, resource_saves)
        ),
        insert_into(resource_follows, dialect).from_select(names, followed).on_conflict_do_nothing(),
        *(
            delete(table).where(table.c.person_id == _one)
            for table in (resource_notes, resource_votes, resource_saves, resource_follows)
        ),
    )


_NOTED = select(resource_notes.c.resource_id).where(resource_notes.c.person_id == _one)


def _again(
    table: Table, dialect: str, resource: ColumnElement[int], person: ColumnElement[int], which: ColumnElement[bool]
) -> Executable:
    """Write what was said of resources again for another one or another person. Of two notes the newest stays; a
    second vote or place in a list says nothing more.
    """
    said = [column for column in table.c if column.name not in ("resource_id", "person_id")]
    copied: Select[*tuple[object, ...]] = select(resource, person, *said).where(which)
    names = ["resource_id", "person_id", *(column.name for column in said)]
    statement = insert_into(table, dialect).from_select(names, copied)
    if table is not resource_notes:
        return statement.on_conflict_do_nothing()
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["resource_id", "person_id"],
        set_={"text": new.text, "at": new.at},
        where=new.at > resource_notes.c.at,
    )
