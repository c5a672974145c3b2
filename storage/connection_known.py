"""Who of many people is noted already: by what two that are the same share, or by the whole name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Executable, bindparam, or_, select

from bot.domain.connections import About
from bot.domain.terms import terms
from storage.connection import Connection
from storage.connection_terms import Field, keys_of
from storage.schema import among, listed
from storage.tables import connection_terms, connections


async def recognised(connection: Connection, owner: int, abouts: Sequence[About], besides: str) -> Sequence[bool]:
    """Whether each is among the owner's connections, or came before in `abouts`. One statement for all of them."""
    meant = [(keys_of(about), list(dict.fromkeys(terms(about.name)))) for about in abouts]
    wanted = dict.fromkeys(term for keys, names in meant for term in (*keys, *names))
    readings = {reading: term for term in wanted for reading in connection.vault.readings(owner, term)}
    values = {"owner": owner, "terms": listed(connection.dialect, list(readings)), "besides": besides}
    holders: defaultdict[str, set[int]] = defaultdict(set)
    for row in await connection.rows(_holding(connection.dialect), values) if readings else ():
        holders[readings[row.term]].add(row.connection_id)
    found: list[bool] = []
    for number, (keys, names) in enumerate(meant):
        found.append(any(holders[key] for key in keys) or bool(_holding_all(holders[name] for name in names)))
        for term in (*keys, *names):  # the same person twice in one file is two only once
            holders[term].add(-1 - number)
    return found


def _holding_all(sets: Iterable[set[int]]) -> set[int]:
    each = list(sets)
    return set.intersection(*each) if each else set()


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
