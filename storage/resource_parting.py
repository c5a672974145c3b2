"""A library that two had together, when they part: both keep it, as it was.

Members built on it together and cannot tell whose page was whose: each side has every resource, with its notes and
votes, whoever they are from; what somebody saved and follows stays where they are members. Buttons of either side
find that side's own. A workspace that removed the bot takes nothing away from the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import ColumnElement, Executable, Integer, Table, and_, bindparam, delete, literal, select

from bot.domain.link_checks import LINK_CHECK, REVIEW
from storage.connection import Connection
from storage.due import due
from storage.members import is_member
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


async def part(connection: Connection, old: int, new: int, *, keeps_up: bool) -> None:
    """Copy the library of `old` to `new`, whose workspace has left it; without `keeps_up`, that is about to go."""
    sides = {"old": old, "new": new}
    if keeps_up:
        for statement in _copies(connection.dialect):
            await connection.execute(statement, sides)
        await reindex(connection, [row.id for row in await connection.rows(_COPIED, sides)])
    for statement in _STRAY:
        await connection.execute(statement, sides)


# --- statements ----------------------------------------------------------------------------------------------

_r = resources.c
_old, _new = bindparam("old", type_=Integer), bindparam("new", type_=Integer)
_copy = resources.alias("copy")
_is_copy = and_(_copy.c.key == _r.key, _copy.c.community_id == _new, _r.community_id == _old)
"""A page is in a library once."""

_COPIED = select(_r.id).where(_r.community_id == _new).order_by(_r.id)
# Not copied: the request, which made one; votes are counted as they come.
_LEFT_OUT = ("id", "community_id", "request_id", "helpful")


@cache
def _copies(dialect: str) -> Sequence[Executable]:
    kept = [column for column in resources.c if column.name not in _LEFT_OUT]
    names = [column.name for column in kept]
    told = select(_new, literal(0, Integer), *kept).where(_r.community_id == _old).order_by(_r.id)
    stand_ins = resource_stand_ins.c
    stood = select(_new, stand_ins.resource_id, _copy.c.id).join(resources, _r.id == stand_ins.stands_in)
    stood = stood.join(_copy, _is_copy).where(stand_ins.community_id == _old)
    for_new = insert_into(resource_stand_ins, dialect)
    ids = ["community_id", "resource_id", "stands_in"]
    return (
        insert_into(resources, dialect).from_select(["community_id", "helpful", *names], told),
        _of_copies(resource_tags, dialect, "tag"),
        _of_copies(resource_notes, dialect, "person_id", "text", "at"),
        _of_copies(resource_votes, dialect, "person_id", "at"),
        _of_copies(resource_saves, dialect, "person_id", "at"),
        for_new.from_select(ids, select(_new, _r.id, _copy.c.id).join(_copy, _is_copy)),
        for_new.from_select(ids, stood).on_conflict_do_nothing(),
        _of_community(topics, dialect, "key", "name"),
        _looked_at(dialect),
        _of_community(resource_follows, dialect, "person_id", "topic", "tag", "at"),
    )


def _of_copies(table: Table, dialect: str, *names: str) -> Executable:
    """What belongs to each resource belongs to its copy, too."""
    home = {"community_id": _new} if "community_id" in table.c else {}
    told = select(_copy.c.id, *home.values(), *(table.c[name] for name in names))
    told = told.select_from(table).join(resources, _r.id == table.c.resource_id).join(_copy, _is_copy)
    return insert_into(table, dialect).from_select(["resource_id", *home, *names], told)


def _of_community(table: Table, dialect: str, *names: str) -> Executable:
    told = select(_new, *(table.c[name] for name in names)).where(table.c.community_id == _old)
    told = told.order_by(*(table.c[name] for name in ("id",) if name in table.c))
    return insert_into(table, dialect).from_select(["community_id", *names], told)


def _looked_at(dialect: str) -> Executable:
    """Copies are looked at when what they are copies of is."""
    when = select(due.c.kind, _copy.c.id, due.c.at, due.c.platform, due.c.wakes_at, literal(0, Integer))
    when = when.select_from(due).join(resources, _r.id == due.c.subject).join(_copy, _is_copy)
    kinds = due.c.kind.in_((LINK_CHECK, REVIEW))
    names = ["kind", "subject", "at", "platform", "wakes_at", "fails"]
    return insert_into(due, dialect).from_select(names, when.where(kinds)).on_conflict_do_nothing()


def _no_members(side: ColumnElement[int]) -> Sequence[Executable]:
    """What somebody saved and follows where they are no member."""
    saved, theirs = resource_saves.c, resource_follows.c
    there = select(_r.id).where(_r.community_id == side)
    return (
        delete(resource_saves).where(saved.resource_id.in_(there), ~is_member(saved.person_id, side)),
        delete(resource_follows).where(theirs.community_id == side, ~is_member(theirs.person_id, side)),
    )


_STRAY = (*_no_members(_old), *_no_members(_new))
