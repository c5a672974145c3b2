"""Who of many people is noted already: by what two that are the same share, or by the whole name."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import Executable, bindparam, or_, select

from bot.domain.alike import keys_of
from bot.domain.connections import About
from bot.domain.terms import terms
from storage.connection import Connection
from storage.connection_terms import Field
from storage.schema import among, listed
from storage.tables import connection_terms, connections

Meant = tuple[Sequence[str], Sequence[str]]
"""What tells one person: the keys, any of which is enough, and the words of the name, which all have to be there."""


async def recognised(connection: Connection, owner: int, abouts: Sequence[About], besides: str) -> Sequence[bool]:
    """Whether each is among the owner's connections, or came before in `abouts`. One statement for all of them."""
    meant = await asyncio.to_thread(_meant, abouts)
    readings = await asyncio.to_thread(_readings, connection, owner, meant)
    values = {"owner": owner, "terms": listed(connection.dialect, list(readings)), "besides": besides}
    rows = await connection.rows(_holding(connection.dialect), values) if readings else ()
    return await asyncio.to_thread(_among, meant, [(readings[row.term], row.connection_id) for row in rows])


def _meant(abouts: Sequence[About]) -> Sequence[Meant]:
    return [(keys_of(about), list(dict.fromkeys(terms(about.name)))) for about in abouts]


def _readings(connection: Connection, owner: int, meant: Sequence[Meant]) -> Mapping[str, str]:
    """The term behind everything that may stand for it."""
    wanted = dict.fromkeys(term for keys, names in meant for term in (*keys, *names))
    return {reading: term for term in wanted for reading in connection.vault.readings(owner, term)}


def _among(meant: Sequence[Meant], held: Iterable[tuple[str, int]]) -> Sequence[bool]:
    holders: defaultdict[str, set[int]] = defaultdict(set)
    for term, id_ in held:
        holders[term].add(id_)
    found: list[bool] = []
    for number, (keys, names) in enumerate(meant):
        found.append(any(holders[key] for key in keys) or _is_any_in_all([holders[name] for name in names]))
        for term in (*keys, *names):  # the same person twice in one file is two only once
            holders[term].add(-1 - number)
    return found


def _is_any_in_all(sets: Sequence[set[int]]) -> bool:
    """Thousands share a first name: they are only looked for among those of the rarest."""
    if not sets:
        return False
    fewest, *others = sorted(sets, key=len)
    return any(all(each in other for other in others) for each in fewest)


@cache
def _holding(dialect: str) -> Executable:
    column = connection_terms.c
    return (
        select(column.term, column.connection_id)
        .join(connections, connections.c.id == column.connection_id)
        .where(
            column.owner_id == bindparam("owner"),
            among(column.term, "terms", dialect),
            column.fields.bitwise_and(Field.NAME_WHOLE | Field.KEY) != 0,
            or_(connections.c.import_id.is_(None), connections.c.import_id != bindparam("besides")),
        )
    )
