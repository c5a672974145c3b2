"""What adds to connections and changes them, with what they are found by and sealed with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Executable, Integer, Text, bindparam, exists, func, insert, null, or_, select, update

from bot.domain.connections import About, Entry, NewConnection, Promise, refuse_more_connections
from storage.connection import Connection
from storage.connection_rows import (
    ENTRY,
    OF_OWNER,
    PROMISE,
    about_in,
    changing_values,
    entry_in,
    entry_values,
    promise_in,
    promise_values,
)
from storage.connection_terms import index, indexed, terms_of, unindex
from storage.schema import among, listed
from storage.tables import connection_entries, connection_terms, connections, promises

AT_ONCE = 50
"""Connections written by one statement; between two of them others have the loop."""

LATER = "?"
"""In the place of a key's name: what was brought in and is to be indexed (`reseal`)."""


async def refuse_too_many(connection: Connection, owner: int, more: int) -> None:
    """Raises Refused where `more` do not fit."""
    refuse_more_connections(await connection.scalar(_COUNT, {"owner": owner}), more)


async def add(
    connection: Connection, owner: int, batch: Sequence[NewConnection], now: datetime, import_id: str | None = None
) -> list[int]:
    """Keep them, none of which is there, and return their ids. What is imported is indexed later: to hash all words of
    thousands takes seconds, in which nobody else could write to SQLite.
    """
    ids: list[int] = []
    for start in range(0, len(batch), AT_ONCE):
        ids += await _add(connection, owner, batch[start : start + AT_ONCE], now, import_id)
        await asyncio.sleep(0)
    return ids


async def _add(
    connection: Connection, owner: int, batch: Sequence[NewConnection], now: datetime, import_id: str | None
) -> list[int]:
    vault = connection.vault
    same = {"owner_id": owner, "version": 1, "is_changed": False, "import_id": import_id, "created_at": now}
    key = {} if import_id is None else {"sealed_by": LATER}
    rows = [same | {"request_id": new.request_id} | changing_values(vault, new) | key for new in batch]
    ids = [row.id for row in (await connection.execute(_ADD, rows)).all()]
    added = list(zip(ids, batch, strict=True))
    entries = [entry_values(vault, owner, id_, entry) for id_, new in added for entry in new.entries]
    if entries:
        await connection.execute(_ADD_ENTRIES, entries)
    promised = [promise_values(vault, owner, id_, each) for id_, new in added for each in new.promises]
    if promised:
        await connection.execute(_ADD_PROMISES, promised)
    if import_id is None:
        for id_, new in added:
            found = terms_of(new.about, new.entries, new.promises)
            await index(connection, owner, indexed(vault, owner, id_, found))
    return ids


async def index_more(
    connection: Connection, owner: int, id_: int, entries: Iterable[Entry] = (), promises: Iterable[Promise] = ()
) -> None:
    """What was added to a connection is found too."""
    found = terms_of(About(""), entries, promises)
    await index(connection, owner, indexed(connection.vault, owner, id_, found))


async def lay_anew(connection: Connection, ids: Sequence[int]) -> None:
    """Seal what is not under the first key, and index anew all of these connections."""
    for start in range(0, len(ids), AT_ONCE):
        await _lay_anew(connection, ids[start : start + AT_ONCE])
        await asyncio.sleep(0)


async def _lay_anew(connection: Connection, ids: Sequence[int]) -> None:
    vault, values = connection.vault, {"ids": listed(connection.dialect, ids)}
    rows, entries, promised = [await connection.rows(each, values) for each in _laid(connection.dialect)]
    old = {row.id for row in rows if row.sealed_by != vault.first}
    await unindex(connection, ids)
    by_entry = {id_: list(each) for id_, each in groupby(entries, attrgetter("connection_id"))}
    by_promise = {id_: list(each) for id_, each in groupby(promised, attrgetter("connection_id"))}
    for owner, owned in groupby(rows, attrgetter("owner_id")):
        found = []
        for row in owned:
            said = [entry_in(vault, each) for each in by_entry.get(row.id, ())]
            meant = [promise_in(vault, each, "") for each in by_promise.get(row.id, ())]
            found += indexed(vault, owner, row.id, terms_of(about_in(vault, row.about), said, meant))
        await index(connection, owner, found)
    if not old:
        return
    await connection.execute(_LAID, [{"this": id_, "key": vault.first} for id_ in old])
    abouts = [(row.id, row.about) for row in rows]
    for statement, texts in (
        (_SEAL, abouts),
        (_SEAL_ENTRY, [(row.id, row.text) for row in entries]),
        (_SEAL_PROMISE, [(row.id, row.text) for row in promised]),
    ):
        again = [{"this": id_, "kept": vault.seal(vault.open(kept))} for id_, kept in texts if vault.is_older(kept)]
        if again:
            await connection.execute(statement, again)


async def reseal(connection: Connection, limit: int) -> int:
    """Of those that are not under the first key or not indexed yet, lay anew so many; how many there were."""
    rows = await connection.rows(_UNDER_OTHERS, {"key": connection.vault.first, "most": limit})
    await lay_anew(connection, [row.id for row in rows])
    return len(rows)


async def has_other_keys(connection: Connection) -> bool:
    """Whether something is sealed with a key that the vault has not."""
    return bool(await connection.scalar(_HAS_OTHERS, {"known": ["", LATER, *connection.vault.names]}))


async def hand_over(connection: Connection, owner: int, into: int) -> None:
    """All that is `owner`'s becomes that of the person `into`, who stays; others know that person for both."""
    values = {"one": owner, "other": into}
    for statement in _HAND_OVER:
        await connection.execute(statement, values)
    if not connection.vault.first:
        await connection.execute(_HAND_OVER_TERMS, values)
        return
    rows = await connection.rows(_INDEXED_FOR, values)  # their terms were hashed for another
    await lay_anew(connection, [row.id for row in rows])


# --- statements ----------------------------------------------------------------------------------------------

_COUNT = select(func.count()).select_from(connections).where(OF_OWNER)
_ADD = insert(connections).returning(connections.c.id, sort_by_parameter_order=True)
_ADD_ENTRIES = insert(connection_entries)
_ADD_PROMISES = insert(promises)

_this = bindparam("this", type_=Integer)
_LAID = update(connections).where(connections.c.id == _this).values(sealed_by=bindparam("key"))
_SEAL = update(connections).where(connections.c.id == _this).values(about=bindparam("kept"))
_SEAL_ENTRY = update(connection_entries).where(connection_entries.c.id == _this).values(text=bindparam("kept"))
_SEAL_PROMISE = update(promises).where(promises.c.id == _this).values(text=bindparam("kept"))
_key = bindparam("key", type_=Text)
_UNDER_OTHERS = (
    select(connections.c.id)
    .where(or_(connections.c.sealed_by < _key, connections.c.sealed_by > _key))  # two ranges, where <> reads it all
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_HAS_OTHERS = select(exists().where(connections.c.sealed_by.not_in(bindparam("known", expanding=True))))

_one, _other = bindparam("one", type_=Integer), bindparam("other", type_=Integer)
_HAND_OVER = (
    update(connections).where(connections.c.owner_id == _one).values(owner_id=_other),
    update(connection_entries).where(connection_entries.c.owner_id == _one).values(owner_id=_other),
    update(promises).where(promises.c.owner_id == _one).values(owner_id=_other),
    update(connections).where(connections.c.member_id == _one).values(member_id=_other),
    # nobody is their own connection
    update(connections)
    .where(connections.c.owner_id == _other, connections.c.member_id == _other)
    .values(member_id=null()),
)
_HAND_OVER_TERMS = update(connection_terms).where(connection_terms.c.owner_id == _one).values(owner_id=_other)
_INDEXED_FOR = (
    select(connection_terms.c.connection_id.label("id")).where(connection_terms.c.owner_id == _one).distinct()
)


@lru_cache(maxsize=2)
def _laid(dialect: str) -> tuple[Executable, Executable, Executable]:
    """All that is written about connections: themselves by owner, entries and promises by connection."""
    entries, owned, promised = connection_entries.c, connections.c, promises.c
    return (
        select(owned.id, owned.owner_id, owned.about, owned.sealed_by)
        .where(among(owned.id, "ids", dialect))
        .order_by(owned.owner_id, owned.id),
        select(*ENTRY).where(among(entries.connection_id, "ids", dialect)).order_by(entries.connection_id),
        select(*PROMISE).where(among(promised.connection_id, "ids", dialect)).order_by(promised.connection_id),
    )
