"""Communities, the workspaces they live in, and who organises them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, and_, bindparam, delete, func, join, null, or_, select, union, update

from bot.domain.people import Community, Home, Joined, Person, Workspace
from storage import leads, parting
from storage.connection import AnyRow, Connection, Values
from storage.schema import UTC, among, insert_into, listed
from storage.tables import accounts, communities, memberships, mirrors, organisers, people, workspaces

PERSON = (people.c.id, people.c.name, people.c.zone, people.c.locale)
COMMUNITY = (communities.c.id, communities.c.name, communities.c.zone, communities.c.locale)

is_workspace = and_(
    workspaces.c.platform == bindparam("workspace_platform"),
    workspaces.c.external_id == bindparam("workspace"),
)


class HomeTable:
    """The part of `bot.domain.people.People` that is about communities, their workspaces and organisers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def communities(self) -> tuple[Community, ...]:
        return tuple(Community(*row) for row in await self._connection.rows(_COMMUNITIES))

    async def community(self, id_: int) -> Community | None:
        row = await self._connection.first(_COMMUNITY_BY_ID, {"community": id_})
        return None if row is None else Community(*row)

    async def named(self, community: int) -> Sequence[Person]:
        return [Person(*row) for row in await self._connection.rows(_NAMED, {"community": community})]

    async def name_organiser(self, community: int, person: int, home: int, now: datetime) -> None:
        values = {"community_id": community, "person_id": person, "workspace_id": home, "named_at": now}
        await self._connection.execute(_name(self._connection.dialect), values)

    async def unname_organiser(self, community: int, person: int) -> bool:
        gone = await self._connection.scalar(_UNNAME, {"community": community, "person": person})
        return gone is not None

    async def organisers(self, community: int) -> Sequence[int]:
        return [row.id for row in await self._connection.rows(_ORGANISERS, {"community": community})]

    async def join(self, workspace: Workspace, *, zone: str, locale: str, now: datetime) -> Joined | None:
        await self._community_of(workspace, zone, locale)  # where it is new
        before = await self._connection.first(_HOME, workspace_values(workspace))
        if before is None or await self._connection.scalar(_JOIN, {"home": before.id}) is None:
            return None
        await leads.stir_community(self._connection, before.community_id)
        return Joined(replace(_home(before), is_removed=False), is_back=before.removed_at is not None)

    async def leave(self, workspace: Workspace, now: datetime) -> None:
        home = await self._connection.scalar(_LEAVE, {**workspace_values(workspace), "now": now})
        if home is not None:
            await self._connection.execute(_UNMIRROR, {"home": home})

    async def removed(self) -> Collection[tuple[str, str]]:
        return {(platform, id_) for platform, id_ in await self._connection.rows(_REMOVED)}

    async def forget_removed(self, before: datetime, limit: int, now: datetime) -> Sequence[int]:
        rows = await self._connection.rows(_LONG_REMOVED, {"before": before, "limit": limit})
        for row in rows:
            # alone in a community it takes with it all that is its own, when that goes
            parted = await parting.part(self._connection, row.id, now, since=before, keeps_up=False)
            community = parted or row.community_id
            await self._connection.execute(_DROP_COMMUNITY, {"community": community})
        return [row.id for row in rows]

    async def home(self, platform: str, workspace: str) -> Home | None:
        row = await self._connection.first(_HOME, {"workspace_platform": platform, "workspace": workspace})
        return None if row is None else _home(row)

    async def homes(self, ids: Collection[int]) -> Sequence[Home]:
        dialect = self._connection.dialect
        return [_home(row) for row in await self._connection.rows(_homes(dialect), {"ids": listed(dialect, list(ids))})]

    async def homes_of(self, community: int) -> Sequence[Home]:
        return [_home(row) for row in await self._connection.rows(_HOMES_OF, {"community": community})]

    async def mirror(self, home: int, is_mirrored: bool) -> None:
        await self._connection.execute(_MIRROR, {"home": home, "is_on": is_mirrored})

    async def _community_of(self, workspace: Workspace, zone: str, locale: str) -> tuple[Community, int]:
        """Whichever community owns `workspace`, made now where it is new, and the workspace's id."""
        row = await self._connection.first(_WORKSPACE, workspace_values(workspace))
        if row is None:
            made = {"name": workspace.name, "zone": zone, "locale": locale}
            community_id = await self._connection.scalar(_NEW_COMMUNITY, made)
            new = {**workspace_values(workspace), "community": community_id, "name": workspace.name}
            home = await self._connection.scalar(_new_workspace(self._connection.dialect), new)
            if home is not None:
                return Community(community_id, workspace.name, zone, locale), home
            await self._connection.execute(_DROP_COMMUNITY, {"community": community_id})
            row = await self._known(_WORKSPACE, workspace_values(workspace))
        name = row.name
        if row.workspace_name != workspace.name:
            renamed = {"name_now": workspace.name, "workspace_id": row.workspace_id}
            await self._connection.execute(_RENAME_WORKSPACE, renamed)
            if name == row.workspace_name:  # it was named after this workspace
                name = workspace.name
                await self._connection.execute(_RENAME_COMMUNITY, renamed | {"community": row.id})
        return Community(row.id, name, row.zone, row.locale), row.workspace_id

    async def _known(self, statement: Executable, values: Values) -> AnyRow:
        row = await self._connection.first(statement, values)
        assert row is not None, "what a unique key was taken by is there"
        return row


def _home(row: AnyRow) -> Home:
    return Home(
        id=row.id,
        workspace=Workspace(row.platform, row.external_id, row.name),
        community=Community(row.community_id, row.community_name, row.zone, row.locale),
        is_removed=row.removed_at is not None,
        is_mirrored=row.is_mirrored,
    )


def workspace_values(workspace: Workspace) -> dict[str, object]:
    """What `is_workspace` asks for."""
    return {"workspace_platform": workspace.platform, "workspace": workspace.id}


_WORKSPACE = (
    select(*COMMUNITY, workspaces.c.id.label("workspace_id"), workspaces.c.name.label("workspace_name"))
    .join(communities, communities.c.id == workspaces.c.community_id)
    .where(is_workspace)
)
_COMMUNITIES = select(*COMMUNITY).order_by(communities.c.id)
_COMMUNITY_BY_ID = select(*COMMUNITY).where(communities.c.id == bindparam("community"))

_w = workspaces.c
_HOMES = (
    select(
        *(_w[name] for name in ("id", "platform", "external_id", "name", "removed_at", "is_mirrored", "community_id")),
        communities.c.name.label("community_name"),
        communities.c.zone,
        communities.c.locale,
    )
    .join(communities, communities.c.id == _w.community_id)
    .order_by(_w.id)
)
_HOME = _HOMES.where(is_workspace)
_HOMES_OF = _HOMES.where(_w.community_id == bindparam("community"))
_is_home = _w.id == bindparam("home")
_JOIN = (
    update(workspaces)
    .where(_is_home, or_(_w.removed_at.is_not(None), _w.joins == 0))
    .values(joins=_w.joins + 1, removed_at=null())
    .returning(_w.joins)
)
_LEAVE = (
    update(workspaces)
    .where(is_workspace, _w.removed_at.is_(None))
    .values(removed_at=bindparam("now", type_=UTC()))
    .returning(_w.id)
)
_UNMIRROR = delete(mirrors).where(mirrors.c.workspace_id == bindparam("home"))
_MIRROR = update(workspaces).where(_is_home).values(is_mirrored=bindparam("is_on"))
_REMOVED = select(_w.platform, _w.external_id).where(_w.removed_at.is_not(None))
_LONG_REMOVED = (
    select(_w.id, _w.community_id)
    .where(_w.removed_at < bindparam("before", type_=UTC()))
    .order_by(_w.removed_at, _w.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)

_theirs, _mine, _where = memberships.alias("theirs"), accounts.alias("mine"), workspaces.alias("where_seen")
_is_theirs = and_(organisers.c.community_id == bindparam("community"), organisers.c.person_id == bindparam("person"))
IS_NAMED = select(organisers.c.person_id).where(_is_theirs)
_UNNAME = delete(organisers).where(_is_theirs).returning(organisers.c.person_id)
_NAMED = (
    select(*PERSON)
    .join(organisers, organisers.c.person_id == people.c.id)
    .where(organisers.c.community_id == bindparam("community"))
    .order_by(organisers.c.named_at, people.c.id)
)
_here = join(_mine, _theirs, _theirs.c.account_id == _mine.c.id).join(_where, _where.c.id == _theirs.c.workspace_id)
_seen_here = (
    select(func.max(_theirs.c.seen_at))
    .select_from(_here)
    .where(_mine.c.person_id == people.c.id, _where.c.community_id == bindparam("community"))
    .correlate(people)
    .scalar_subquery()
)
_runs_here = (
    select(_mine.c.person_id)
    .select_from(_here)
    .where(_where.c.community_id == bindparam("community"), _where.c.removed_at.is_(None), _theirs.c.is_organiser)
)
_named_here = select(organisers.c.person_id).where(organisers.c.community_id == bindparam("community"))
_ORGANISERS = (
    select(people.c.id)
    .where(people.c.id.in_(union(_runs_here, _named_here)))
    .order_by(_seen_here.desc().nulls_last(), people.c.id)
)
_NEW_COMMUNITY = (
    communities.insert()
    .values(name=bindparam("name"), zone=bindparam("zone"), locale=bindparam("locale"))
    .returning(communities.c.id)
)
_DROP_COMMUNITY = delete(communities).where(communities.c.id == bindparam("community"))
_RENAME_COMMUNITY = (
    update(communities).where(communities.c.id == bindparam("community")).values(name=bindparam("name_now"))
)
_RENAME_WORKSPACE = (
    update(workspaces).where(workspaces.c.id == bindparam("workspace_id")).values(name=bindparam("name_now"))
)


@cache
def _name(dialect: str) -> Executable:
    return insert_into(organisers, dialect).on_conflict_do_nothing(index_elements=["community_id", "person_id"])


@cache
def _homes(dialect: str) -> Executable:
    return _HOMES.where(among(workspaces.c.id, "ids", dialect))


@cache
def _new_workspace(dialect: str) -> Executable:
    return (
        insert_into(workspaces, dialect)
        .values(
            community_id=bindparam("community"),
            platform=bindparam("workspace_platform"),
            external_id=bindparam("workspace"),
            name=bindparam("name"),
        )
        .on_conflict_do_nothing(index_elements=["platform", "external_id"])
        .returning(workspaces.c.id)
    )
