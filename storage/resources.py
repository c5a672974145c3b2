"""The library: shared, changed, noted, voted for. Reading it is in `resource_finding`, following in
`resource_follows`, and what becomes of it when communities and people join and part in `resource_joining`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache

from sqlalchemy import (
    Executable,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    union,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.domain.resources import (
    KEPT_MOST,
    About,
    Follow,
    Fresh,
    Linked,
    NewResource,
    Page,
    Resource,
    Shared,
    Standing,
    Wanted,
)
from bot.errors import NotFound, Refused
from bot.i18n import N_, Slash
from storage import resource_finding, resource_follows
from storage.connection import Connection
from storage.details import Columns
from storage.resource_rows import about_columns, kept_tags
from storage.resource_terms import index, indexed, reindex
from storage.schema import UTC, among, insert_into, listed
from storage.tables import resource_notes, resource_saves, resource_tags, resource_votes, resources


class ResourceTable:
    """Implements `bot.domain.resources.Resources`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- sharing ---

    async def share(self, community: int, new: NewResource, now: datetime) -> Shared:
        [shared] = await self.bring(community, [new], now)
        return shared

    async def bring(self, community: int, batch: Sequence[NewResource], now: datetime) -> Sequence[Shared]:
        made: set[str] = set()
        known = await self._known(community, batch)
        while missing := [each for each in batch if each.key not in known]:
            once = {each.key: each for each in reversed(missing)}
            made |= await self._insert(community, list(reversed(once.values())), now)
            known = await self._known(community, batch)  # what others shared meanwhile, too
        shared = []
        for each in batch:
            shared.append(Shared(known[each.key], each.key in made))
            made.discard(each.key)
        return shared

    async def _known(self, community: int, batch: Iterable[NewResource]) -> Mapping[str, int]:
        """The resources that are there for these, by their keys."""
        dialect = self._connection.dialect
        of_request = {each.request_id: each.key for each in batch if each.request_id is not None}
        values = {
            "community": community,
            "keys": listed(dialect, [each.key for each in batch]),
            "requests": listed(dialect, list(of_request)),
        }
        rows = await self._connection.rows(_known(dialect), values)
        of_requests = {of_request[row.request_id]: row.id for row in rows if row.request_id in of_request}
        return {row.key: row.id for row in rows} | of_requests

    async def _insert(self, community: int, new: Sequence[NewResource], now: datetime) -> set[str]:
        """Those that nobody else is sharing at this moment; their keys."""
        if await self._connection.scalar(_COUNT, {"community": community}) + len(new) > KEPT_MOST:
            raise Refused(
                N_("The library is full: it holds at most {limit} resources. An organiser can remove some."),
                limit=KEPT_MOST,
            )
        result = await self._connection.execute(
            _add(self._connection.dialect), [_columns(community, each, now) for each in new]
        )
        ids = {row.key: row.id for row in result.all()}
        added = [(ids[each.key], each) for each in new if each.key in ids]
        await self._tag(community, ((id_, each.about) for id_, each in added))
        notes = [
            {"resource_id": id_, "person_id": each.sharer, "text": each.note, "at": now}
            for id_, each in added
            if each.note and each.sharer is not None
        ]
        if notes:
            await self._connection.execute(insert(resource_notes), notes)
        await index(self._connection, [indexed(id_, community, each.about, (each.note,)) for id_, each in added])
        return set(ids)

    async def _tag(self, community: int, new: Iterable[tuple[int, About]]) -> None:
        rows = [
            {"community_id": community, "tag": tag, "resource_id": id_}
            for id_, about in new
            for tag in kept_tags(about)
        ]
        if rows:
            await self._connection.execute(insert(resource_tags), rows)

    # --- reading ---

    async def of_page(self, community: int, key: str, person: int | None) -> Resource | None:
        return await resource_finding.of_page(self._connection, community, key, person)

    async def get(self, community: int, id_: int, *, person: int | None) -> Resource | None:
        found = await resource_finding.several(self._connection, community, (id_,), person)
        return found[0] if found else None

    async def several(self, community: int, ids: Collection[int], *, person: int | None) -> Sequence[Resource]:
        return await resource_finding.several(self._connection, community, ids, person)

    async def find(self, community: int, wanted: Wanted, *, person: int | None, offset: int, limit: int) -> Page:
        return await resource_finding.find(self._connection, community, wanted, person, offset, limit)

    async def suggest(self, community: int, typed: str, limit: int) -> Sequence[Resource]:
        return await resource_finding.suggest(self._connection, community, typed, limit)

    async def tags(self, community: int, typed: str, limit: int) -> Sequence[str]:
        return await resource_finding.tags(self._connection, community, typed, limit)

    async def saved(self, community: int, person: int, offset: int, limit: int) -> Page:
        return await resource_finding.saved(self._connection, community, person, offset, limit)

    async def every(self, community: int, *, after: int, limit: int) -> Sequence[Resource]:
        return await resource_finding.every(self._connection, community, after, limit)

    async def newest(self, community: int, since: datetime, until: datetime, limit: int) -> Sequence[Resource]:
        return await resource_finding.newest(self._connection, community, since, until, limit)

    async def stale(self, community: int, day: date, limit: int) -> Sequence[Resource]:
        return await resource_finding.stale(self._connection, community, day, limit)

    # --- changing ---

    async def change(self, community: int, id_: int, about: About, link: str, key: str, now: datetime) -> None:
        there = await self._locked(community, id_)
        values = {"community": community, "resource": there, "key_now": key}
        if await self._connection.scalar(_TAKEN, values) is not None:
            raise _taken()
        if await self._connection.scalar(_LINK, {"resource": there}) != link:
            await self._connection.execute(_LOOK_ANEW, {"resource": there})
        try:
            await self._connection.execute(_CHANGE, {**about_columns(about), "link": link, **values})
        except IntegrityError as error:  # somebody shared it at this moment
            raise _taken() from error
        await self._connection.execute(_UNTAG, {"resource": there})
        await self._tag(community, [(there, about)])
        await reindex(self._connection, [there])

    async def remove(self, community: int, id_: int) -> bool:
        there = await resource_finding.current(self._connection, community, id_)
        return there is not None and await self._connection.scalar(_REMOVE, {"resource": there}) is not None

    async def note(self, community: int, id_: int, person: int, text: str, now: datetime) -> None:
        there = await self._locked(community, id_)
        if text:
            values = {"resource_id": there, "person_id": person, "text": text, "at": now}
            await self._connection.execute(_note(self._connection.dialect), values)
        else:
            await self._connection.execute(_UNNOTE, {"resource": there, "person": person})
        await reindex(self._connection, [there])

    async def save(self, community: int, id_: int, person: int, is_saved: bool, now: datetime) -> None:
        await self._mark(resource_saves, community, id_, person, is_saved, now)

    async def help(self, community: int, id_: int, person: int, is_helpful: bool, now: datetime) -> int:
        there = await self._mark(resource_votes, community, id_, person, is_helpful, now)
        return int(await self._connection.scalar(_HELPFUL, {"resource": there}) or 0)

    async def _mark(self, table: Table, community: int, id_: int, person: int, is_set: bool, now: datetime) -> int:
        """Somebody's row about a resource is there or not; the resource's id."""
        there = await resource_finding.current(self._connection, community, id_)
        if there is None:
            raise _gone()
        if is_set:
            values = {"resource_id": there, "person_id": person, "at": now}
            try:
                await self._connection.execute(_put(table, self._connection.dialect), values)
            except IntegrityError as error:  # it was removed at this moment
                raise _gone() from error
        else:
            await self._connection.execute(_drop(table), {"resource": there, "person": person})
        return there

    async def _locked(self, community: int, id_: int) -> int:
        """The resource that this id means; nobody else writes what it is found by until this transaction ends.

        Raises NotFound.
        """
        there = await resource_finding.current(self._connection, community, id_)
        if there is None or await self._connection.scalar(_LOCK, {"resource": there}) is None:
            raise _gone()
        return there

    # --- hearing of what is new ---

    async def follow(self, community: int, person: int, follow: Follow, now: datetime) -> bool:
        return await resource_follows.follow(self._connection, community, person, follow, now)

    async def unfollow(self, community: int, person: int, follow: Follow) -> bool:
        return await resource_follows.unfollow(self._connection, community, person, follow)

    async def follows(self, community: int, person: int) -> Sequence[Follow]:
        return await resource_follows.follows(self._connection, community, person)

    async def fresh(self, spans: Mapping[int, tuple[datetime, datetime]], most: int) -> Mapping[int, Sequence[Fresh]]:
        return await resource_follows.fresh(self._connection, spans, most)

    async def seen(self, person: int, ids: Collection[int]) -> Sequence[Resource]:
        return await resource_finding.seen(self._connection, person, ids)

    # --- staying alive ---

    async def linked(self, ids: Collection[int]) -> Sequence[Linked]:
        dialect = self._connection.dialect
        rows = await self._connection.rows(_linked(dialect), {"ids": listed(dialect, list(ids))})
        return [Linked(row.id, row.community_id, row.link, Standing(row.standing), row.fails) for row in rows]

    async def stand(
        self, community: int, id_: int, standing: Standing, now: datetime, *, fails: int = 0, archived: str = ""
    ) -> None:
        values: dict[str, object] = {"resource": id_, "community": community, "standing": standing.value}
        values |= {"fails": fails, "is_alive": standing is not Standing.DEAD}
        if standing is Standing.DEAD:
            await self._connection.execute(_DIE, values | {"now": now, "copy": archived})
        else:
            await self._connection.execute(_LIVE, values)


def _gone() -> NotFound:
    text = N_("This resource is not in the library any more. Look for others with {command}.")
    return NotFound(text, command=Slash("/resource find"))


def _taken() -> Refused:
    return Refused(
        N_("Another resource in the library is of that page already. Find it with {command}."),
        param="link",
        command=Slash("/resource find"),
    )


def _columns(community: int, new: NewResource, now: datetime) -> Columns:
    return {
        "community_id": community,
        "key": new.key,
        "link": new.link,
        **about_columns(new.about),
        "account_id": new.origin and new.origin.account,
        "request_id": new.request_id,
        "shared_at": now,
        "standing": Standing.UNKNOWN.value,
        "is_alive": True,
        "fails": 0,
        "archived": "",
        "helpful": 0,
    }


# --- statements --------------------------------------------------------------------------------------------

_r = resources.c
_is_there = _r.community_id == bindparam("community", type_=Integer)
_is_it = _r.id == bindparam("resource", type_=Integer)
_COUNT = select(func.count()).select_from(resources).where(_is_there)
_LOCK = select(_r.id).where(_is_it).with_for_update(key_share=True)
_LINK = select(_r.link).where(_is_it)
_TAKEN = select(_r.id).where(
    _is_there, _r.key == bindparam("key_now", type_=Text), _r.id != bindparam("resource", type_=Integer)
)
_CHANGE = update(resources).where(_is_it).values(key=bindparam("key_now"))
_LOOK_ANEW = (
    update(resources)
    .where(_is_it)
    .values(standing=Standing.UNKNOWN.value, is_alive=True, dead_since=null(), fails=0, archived="")
)
_UNTAG = delete(resource_tags).where(resource_tags.c.resource_id == bindparam("resource"))
_REMOVE = delete(resources).where(_is_it).returning(_r.id)
_HELPFUL = select(_r.helpful).where(_is_it)
_UNNOTE = delete(resource_notes).where(
    resource_notes.c.resource_id == bindparam("resource"), resource_notes.c.person_id == bindparam("person")
)
_now = bindparam("now", type_=UTC())
_copy = func.nullif(bindparam("copy", type_=Text), "")
_STAND = update(resources).where(_is_there, _is_it)
_DIE = _STAND.values(dead_since=func.coalesce(_r.dead_since, _now), archived=func.coalesce(_copy, _r.archived))
_LIVE = _STAND.values(dead_since=null(), archived="")


@cache
def _known(dialect: str) -> Executable:
    known = select(_r.id, _r.key, _r.request_id).where(_is_there)
    by_key, by_request = among(_r.key, "keys", dialect), among(_r.request_id, "requests", dialect)
    return union(known.where(by_key), known.where(by_request))


@cache
def _add(dialect: str) -> Executable:
    return insert_into(resources, dialect).on_conflict_do_nothing().returning(_r.id, _r.key)


@cache
def _note(dialect: str) -> Executable:
    statement = insert_into(resource_notes, dialect)
    return statement.on_conflict_do_update(
        index_elements=["resource_id", "person_id"],
        set_={"text": statement.excluded.text, "at": statement.excluded.at},
    )


@cache
def _put(table: Table, dialect: str) -> Executable:
    return insert_into(table, dialect).on_conflict_do_nothing()


@cache
def _drop(table: Table) -> Executable:
    c = table.c
    return delete(table).where(c.resource_id == bindparam("resource"), c.person_id == bindparam("person"))


@cache
def _linked(dialect: str) -> Executable:
    found = select(_r.id, _r.community_id, _r.link, _r.standing, _r.fails)
    return found.where(among(_r.id, "ids", dialect)).order_by(_r.id)
