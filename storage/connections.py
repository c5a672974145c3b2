"""Whom somebody knows. Every statement names the owner; what is another's is as if it were not there."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Date,
    Executable,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from bot.domain.connections import About, Entry, NewConnection, Page, Standing, Timeline, Wanted
from bot.domain.connections import Connection as Known
from bot.domain.events import Attendance
from bot.domain.terms import query_terms
from storage import connection_changes as changes
from storage.connection import AnyRow, Connection
from storage.connection_known import recognised
from storage.connection_promises import PromiseTable
from storage.connection_rows import (
    CONNECTION,
    ENTRY,
    KNOWN,
    OF_OWNER,
    PROMISE,
    about_in,
    cadence_in,
    changing_values,
    connection_in,
    contact_values,
    entry_in,
    entry_values,
    promise_in,
    with_first_met,
)
from storage.connection_terms import (
    ANYWHERE,
    NAMES,
    Asked,
    Field,
    asked,
    looks,
    match_values,
    matches,
    sharing,
    sharing_values,
    tag_term,
)
from storage.schema import UTC, InOrder, among, insert_into, listed
from storage.tables import (
    accounts,
    attendances,
    connection_entries,
    connections,
    memberships,
    occurrences,
    people,
    promises,
    workspaces,
)

BOTH_AT_MOST = 20
"""Occurrences that both go to, the newest."""


class ConnectionTable(PromiseTable):
    """Implements `bot.domain.connections.Connections`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)

    async def add(self, owner: int, new: NewConnection, now: datetime) -> int:
        if new.request_id is not None:
            await self._connection.execute(_LOCK_OWNER, {"owner": owner})  # the same, told to two processes at once
            there = await self._connection.scalar(_BY_REQUEST, {"owner": owner, "request": new.request_id})
            if there is not None:
                return int(there)
        await changes.refuse_too_many(self._connection, owner, 1)
        [id_] = await changes.add(self._connection, owner, [new], now)
        return id_

    async def get(self, owner: int, id_: int) -> Known | None:
        row = await self._connection.first(_GET, {"owner": owner, "this": id_})
        return None if row is None else connection_in(self._connection.vault, row)

    async def several(self, owner: int, ids: Collection[int]) -> Sequence[Known]:
        meant = list(dict.fromkeys(ids))
        found = {each.id: each for each in await self._among("id", owner, meant)}
        return [found[id_] for id_ in meant if id_ in found]

    async def of_members(self, owner: int, people: Collection[int]) -> Sequence[Known]:
        return await self._among("member_id", owner, list(people))

    async def find(self, owner: int, wanted: Wanted, today: date, now: datetime, *, offset: int, limit: int) -> Page:
        things = _things(wanted)
        values = {"owner": owner, "today": today, "now": now, "offset": offset, "limit": limit}
        if things is None:
            return Page((), 0)
        statement = _found(len(things), looks(self._connection.vault) if things else 0, wanted.overdue)
        values |= match_values(self._connection.vault, owner, things)
        rows = await self._connection.rows(statement, values)
        if not rows and offset:  # behind the last page: how many there are is still to be told
            first = await self._connection.first(statement, values | {"offset": 0, "limit": 1})
            return Page((), 0 if first is None else first.total)
        return Page(tuple(self._all(rows)), rows[0].total if rows else 0)

    async def suggest(self, owner: int, typed: str, limit: int) -> Sequence[Known]:
        things = asked(typed, NAMES, counts=True)
        if typed.strip() and not things:
            return ()
        statement = _found(len(things), looks(self._connection.vault) if things else 0, is_overdue=False)
        values = {"offset": 0, "limit": limit} | match_values(self._connection.vault, owner, things)
        return list(self._all(await self._connection.rows(statement, values)))

    async def alike(self, owner: int, about: About, limit: int) -> Sequence[Known]:
        values = sharing_values(self._connection, owner, about)
        if values is None:
            return ()
        rows = await self._connection.rows(_alike(self._connection.dialect), values | {"offset": 0, "limit": limit})
        return list(self._all(rows))

    async def timeline(self, owner: int, id_: int, *, entries: int) -> Timeline | None:
        found = await self.get(owner, id_)
        if found is None:
            return None
        vault, values = self._connection.vault, {"owner": owner, "this": id_}
        said = await self._connection.rows(_ENTRIES, values | {"limit": entries})
        meant = await self._connection.rows(_PROMISES, values)
        both: Sequence[AnyRow] = ()
        if found.member is not None:
            both = await self._connection.rows(_BOTH_AT, {"owner": owner, "member": found.member})
        return Timeline(
            found,
            tuple(entry_in(vault, row) for row in said),
            tuple(promise_in(vault, row, found.about.name) for row in meant),
            tuple(row.id for row in both),
        )

    async def change(self, owner: int, connection: Known) -> bool:
        row = await self._connection.first(_LOCKED, {"owner": owner, "this": connection.id})
        if row is None or row.version != connection.version:
            return False
        vault = self._connection.vault
        is_same = row.sealed_by == vault.first and about_in(vault, row.about) == connection.about
        values = {"owner": owner, "this": connection.id} | _new(changing_values(vault, connection))
        if not is_same:
            await self._connection.execute(_CHANGE, values | {"new_sealed_by": row.sealed_by})
            await changes.lay_anew(self._connection, [connection.id])
        else:
            await self._connection.execute(_CHANGE, values)
        return True

    async def note(self, owner: int, id_: int, entry: Entry, *, contact: date | None, request_id: str) -> bool:
        row = await self._connection.first(_LOCKED, {"owner": owner, "this": id_})
        if row is None:
            return False
        vault = self._connection.vault
        values = entry_values(vault, owner, id_, entry) | {"request_id": request_id}
        if await self._connection.first(_note(self._connection.dialect), values) is None:
            return True
        last = max(row.last_contact, contact or row.last_contact)
        moved = _new(contact_values(last, cadence_in(row)))
        await self._connection.execute(_CONTACT, {"owner": owner, "this": id_} | moved)
        if row.sealed_by == vault.first:
            await changes.index_more(self._connection, owner, id_, entries=(entry,))
        else:
            await changes.lay_anew(self._connection, [id_])
        return True

    async def forget(self, owner: int, id_: int) -> bool:
        return (await self._connection.execute(_FORGET, {"owner": owner, "this": id_})).rowcount > 0

    async def merge(self, owner: int, gone: int, stays: Known) -> bool:
        both = [row for id_ in sorted((gone, stays.id)) if (row := await self._lock(owner, id_)) is not None]
        if len(both) < 2 or gone == stays.id:
            return False
        version = next(row.version for row in both if row.id == stays.id)
        if version != stays.version:
            return False
        values = {"owner": owner, "gone": gone, "stays": stays.id}
        for statement in _UNITE:
            await self._connection.execute(statement, values)
        vault = self._connection.vault
        changed = _new(changing_values(vault, stays)) | {"new_sealed_by": ""}  # so that all of it is laid anew
        await self._connection.execute(_CHANGE, {"owner": owner, "this": stays.id} | changed)
        await changes.lay_anew(self._connection, [stays.id])
        return await self.forget(owner, gone)

    async def late(self, owner: int, today: date, limit: int) -> Sequence[Known]:
        return list(self._all(await self._connection.rows(_LATE, {"owner": owner, "today": today, "limit": limit})))

    async def every(self, owner: int) -> Sequence[Timeline]:
        vault, values = self._connection.vault, {"owner": owner}
        entries = _by_connection(await self._connection.rows(_EVERY_ENTRY, values))
        promised = _by_connection(await self._connection.rows(_EVERY_PROMISE, values))
        found: list[Timeline] = []
        for number, row in enumerate(await self._connection.rows(_EVERY, values)):
            known = connection_in(vault, row)
            said = tuple(entry_in(vault, each) for each in entries.get(known.id, ()))
            meant = tuple(promise_in(vault, each, known.about.name) for each in promised.get(known.id, ()))
            found.append(Timeline(known, said, meant))
            if number % changes.AT_ONCE == 0:
                await asyncio.sleep(0)
        return found

    async def recognised(self, owner: int, abouts: Sequence[About], besides: str = "") -> Sequence[bool]:
        return await recognised(self._connection, owner, abouts, besides)

    async def bring(self, owner: int, batch: Sequence[NewConnection], import_id: str, now: datetime) -> Sequence[int]:
        await self._connection.execute(_LOCK_OWNER, {"owner": owner})
        there = await self._connection.rows(_IMPORTED, {"owner": owner, "import": import_id})
        if there:
            return [row.id for row in there]
        await changes.refuse_too_many(self._connection, owner, len(batch))
        return await changes.add(self._connection, owner, batch, now, import_id)

    async def take_back(self, owner: int, import_id: str) -> tuple[int, int]:
        values = {"owner": owner, "import": import_id}
        went = (await self._connection.execute(_TAKE_BACK, values)).rowcount
        return went, len(await self._connection.rows(_IMPORTED, values))

    async def reseal(self, limit: int) -> int:
        return await changes.reseal(self._connection, limit)

    async def _lock(self, owner: int, id_: int) -> AnyRow | None:
        return await self._connection.first(_LOCKED, {"owner": owner, "this": id_})

    async def _among(self, column: str, owner: int, ids: Sequence[int]) -> Sequence[Known]:
        dialect = self._connection.dialect
        values = {"owner": owner, "ids": listed(dialect, ids)}
        return list(self._all(await self._connection.rows(_several(dialect, column), values)))

    def _all(self, rows: Sequence[AnyRow]) -> Iterator[Known]:
        return (connection_in(self._connection.vault, row) for row in rows)


def _things(wanted: Wanted) -> Sequence[Asked] | None:
    """What has to be found, all of it; None where something was typed that nothing can have."""
    things = [Asked(term, ANYWHERE, counts=True) for term in query_terms(wanted.words)]
    for words, field in ((wanted.role, Field.ROLE), (wanted.city, Field.CITY), (wanted.met, Field.MET)):
        more = asked(words, field)
        if words.strip() and not more:
            return None
        things += more
    if wanted.tag.strip():
        things.append(Asked(tag_term(wanted.tag), Field.WHOLE_TAG, is_whole=True))
    return things


def _by_connection(rows: Sequence[AnyRow]) -> Mapping[int, list[AnyRow]]:
    return {id_: list(each) for id_, each in groupby(rows, attrgetter("connection_id"))}


def _new(values: Mapping[str, object]) -> dict[str, object]:
    return {f"new_{name}": value for name, value in values.items()}


# --- statements ----------------------------------------------------------------------------------------------

_owner, _this = bindparam("owner", type_=Integer), bindparam("this", type_=Integer)
_is_this = and_(OF_OWNER, connections.c.id == _this)
_GET = KNOWN.where(connections.c.id == _this)
_LOCKED = select(*CONNECTION[:10]).where(_is_this).with_for_update()
_is_late = connections.c.back_on <= bindparam("today", type_=Date)
_newest = (connections.c.last_contact.desc(), connections.c.id.desc())
_LATE = KNOWN.where(_is_late).order_by(connections.c.back_on, connections.c.id).limit(bindparam("limit", type_=Integer))
_EVERY = KNOWN.order_by(connections.c.id)
_owing = select(promises.c.connection_id).where(
    promises.c.owner_id == _owner,
    promises.c.standing == Standing.OPEN.value,
    promises.c.due_at <= bindparam("now", type_=UTC()),
)
_BY_REQUEST = select(connections.c.id).where(OF_OWNER, connections.c.request_id == bindparam("request", type_=Text))
_LOCK_OWNER = select(people.c.id).where(people.c.id == _owner).with_for_update()


def _set(*names: str) -> dict[str, BindParameter[Any]]:  # Any: each column's own
    return {name: bindparam(f"new_{name}", type_=connections.c[name].type) for name in names}


_moved = update(connections).where(_is_this).values(version=connections.c.version + 1, is_changed=true())
_CONTACT = _moved.values(_set("last_contact", "back_on"))
_CHANGE = _moved.values(
    _set(
        "about",
        "sealed_by",
        "member_id",
        "last_contact",
        "cadence_count",
        "cadence_unit",
        "back_on",
        "follow_up",
        "follow_up_zone",
    )
)
_FORGET = delete(connections).where(_is_this)
_gone, _stays = bindparam("gone", type_=Integer), bindparam("stays", type_=Integer)
_UNITE = tuple(
    update(table).where(table.c.owner_id == _owner, table.c.connection_id == _gone).values(connection_id=_stays)
    for table in (connection_entries, promises)
)

_of_this = and_(connection_entries.c.owner_id == _owner, connection_entries.c.connection_id == _this)
_ENTRIES = (
    select(*ENTRY)
    .where(_of_this)
    .order_by(connection_entries.c.at.desc(), connection_entries.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_PROMISES = (
    select(*PROMISE)
    .where(promises.c.owner_id == _owner, promises.c.connection_id == _this)
    .order_by(promises.c.made_at.desc(), promises.c.id.desc())
)
_EVERY_ENTRY = (
    select(*ENTRY)
    .where(connection_entries.c.owner_id == _owner)
    .order_by(connection_entries.c.connection_id, connection_entries.c.at.desc(), connection_entries.c.id.desc())
)
_EVERY_PROMISE = (
    select(*PROMISE)
    .where(promises.c.owner_id == _owner)
    .order_by(promises.c.connection_id, promises.c.made_at.desc(), promises.c.id.desc())
)

_ours, _theirs = attendances.alias("ours"), attendances.alias("theirs")
_belongs_to = (
    exists()
    .where(
        accounts.c.person_id == _owner,
        memberships.c.account_id == accounts.c.id,
        workspaces.c.id == memberships.c.workspace_id,
        workspaces.c.removed_at.is_(None),
        workspaces.c.community_id == occurrences.c.community_id,
    )
    .correlate(occurrences)
)
_BOTH_AT = (
    select(occurrences.c.id)
    .join(_ours, _ours.c.occurrence_id == occurrences.c.id)
    .join(_theirs, _theirs.c.occurrence_id == occurrences.c.id)
    .where(
        _ours.c.person_id == _owner,
        _theirs.c.person_id == bindparam("member", type_=Integer),
        _ours.c.answer == Attendance.GOING.value,
        _theirs.c.answer == Attendance.GOING.value,
        _belongs_to,
    )
    .order_by(occurrences.c.starts.desc(), occurrences.c.id)
    .limit(BOTH_AT_MOST)
)

_imported = and_(OF_OWNER, connections.c.import_id == bindparam("import", type_=Text))
_IMPORTED = select(connections.c.id).where(_imported).order_by(connections.c.id)
_TAKE_BACK = delete(connections).where(_imported, connections.c.is_changed.is_(false()))


@lru_cache(maxsize=4)
def _several(dialect: str, column: str) -> Executable:
    return KNOWN.where(among(connections.c[column], "ids", dialect)).order_by(*_newest)


@lru_cache(maxsize=2)
def _note(dialect: str) -> Executable:
    statement = insert_into(connection_entries, dialect)
    return statement.on_conflict_do_nothing(index_elements=["owner_id", "request_id"]).returning(
        connection_entries.c.id
    )


@lru_cache(maxsize=64)
def _found(count: int, looks: int, is_overdue: bool) -> Executable:
    """A page of those in which `count` things are found: `CONNECTION`, and how many there are in `total`."""
    conditions = [OF_OWNER, *([or_(_is_late, connections.c.id.in_(_owing))] if is_overdue else [])]
    if count:
        return _best(matches(count, looks), *conditions)
    total = select(func.count()).select_from(connections).where(*conditions).scalar_subquery()
    page = select(connections.c.id, literal(0, Integer).label("score"), total.label("total")).where(*conditions)
    return _shown(page, *_newest)


@lru_cache(maxsize=2)
def _alike(dialect: str) -> Executable:
    return _best(sharing(dialect), OF_OWNER)


def _best(hits: CTE, *conditions: ColumnElement[bool]) -> Executable:
    joined = InOrder(hits, connections, hits.c.connection_id == connections.c.id)
    page = select(connections.c.id, hits.c.score, func.count().over().label("total")).select_from(joined)
    return _shown(page.where(*conditions), hits.c.score.desc(), *_newest)


def _shown(found: Select[*tuple[Any, ...]], *order: ColumnElement[Any]) -> Executable:  # Any: whatever it is ordered by
    """Ids first: what is written is only read, and opened, for those of one page."""
    page = (
        found.order_by(*order)
        .offset(bindparam("offset", type_=Integer))
        .limit(bindparam("limit", type_=Integer))
        .subquery("page")
    )
    source = InOrder(page, connections, page.c.id == connections.c.id)
    return with_first_met(select(*CONNECTION, page.c.total).select_from(source)).order_by(page.c.score.desc(), *_newest)
