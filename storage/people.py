"""Who is who: people, their accounts, communities, and who belongs where."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    Executable,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    join,
    null,
    or_,
    select,
    true,
    union,
    update,
)

from bot.domain.addresses import Channel, Direct
from bot.domain.closings import PAUSE, TRIED_EVERY
from bot.domain.people import Account, Caller, Community, Home, Joined, Origin, OwnAccount, Person, Reader, Workspace
from storage import leads, parting
from storage.connection import AnyRow, Connection, Values
from storage.schema import UTC, among, insert_into, listed
from storage.tables import accounts, communities, memberships, mirrors, organisers, people, workspaces

TOUCHED_EVERY = timedelta(days=1)
"""How exact `seen_at` is, unless they act in another workspace meanwhile."""

ROLE_COUNTS = timedelta(days=2)
"""How long a platform's word on who organises counts in direct messages, where it says nothing of it."""

_PERSON = (people.c.id, people.c.name, people.c.zone, people.c.locale)
_COMMUNITY = (communities.c.id, communities.c.name, communities.c.zone, communities.c.locale)

_theirs, _mine = memberships.alias("theirs"), accounts.alias("mine")
_of_theirs = join(_theirs, _mine, _mine.c.id == _theirs.c.account_id)
_last_seen = (
    select(func.max(_theirs.c.seen_at))
    .select_from(_of_theirs)
    .where(_mine.c.person_id == people.c.id)
    .correlate(people)
    .scalar_subquery()
)
_is_named = (
    exists()
    .where(organisers.c.person_id == people.c.id, organisers.c.community_id == communities.c.id)
    .correlate(people, communities)
)
_is_account = and_(accounts.c.platform == bindparam("platform"), accounts.c.external_id == bindparam("account"))
_is_workspace = and_(
    workspaces.c.platform == bindparam("workspace_platform"),
    workspaces.c.external_id == bindparam("workspace"),
)

_is_awaited = and_(
    accounts.c.try_at > bindparam("now", type_=UTC()), accounts.c.try_at <= bindparam("rested", type_=UTC())
).label("is_awaited")
_channel = bindparam("channel", type_=Text())
_has_moved = and_(
    _channel.is_not(None),
    or_(
        memberships.c.channel.is_distinct_from(_channel),
        memberships.c.channel_name.is_distinct_from(bindparam("channel_name", type_=Text())),
    ),
).label("has_moved")

_RECOGNISE = (
    select(
        *_PERSON,
        *_COMMUNITY,
        accounts.c.id.label("account_id"),
        _is_awaited,
        _has_moved,
        workspaces.c.id.label("workspace_id"),
        or_(memberships.c.is_organiser, _is_named).label("is_organiser"),
    )
    .select_from(accounts)
    .join(people, people.c.id == accounts.c.person_id)
    .join(workspaces, _is_workspace)
    .join(communities, communities.c.id == workspaces.c.community_id)
    .join(
        memberships,
        and_(memberships.c.account_id == accounts.c.id, memberships.c.workspace_id == workspaces.c.id),
    )
    .where(
        _is_account,
        accounts.c.name == bindparam("name"),
        workspaces.c.name == bindparam("workspace_name"),
        memberships.c.is_organiser == bindparam("is_organiser"),
        memberships.c.seen_at > bindparam("stale", type_=UTC()),
        memberships.c.seen_at >= _last_seen,
    )
)
"""No row: something must be written first."""

_runs_any = (
    exists()
    .where(
        memberships.c.account_id == _mine.c.id,
        memberships.c.is_organiser,
        memberships.c.seen_at > bindparam("fresh", type_=UTC()),
        memberships.c.workspace_id == workspaces.c.id,
        workspaces.c.removed_at.is_(None),
        workspaces.c.community_id == communities.c.id,
        _mine.c.person_id == people.c.id,
    )
    .correlate(people, communities)
)
_where = workspaces.alias("where_seen")
_RECOGNISE_ALONE = (
    select(
        *_PERSON,
        *_COMMUNITY,
        accounts.c.id.label("account_id"),
        _is_awaited,
        false().label("has_moved"),
        or_(_runs_any, _is_named).label("is_organiser"),
    )
    .select_from(accounts)
    .join(people, people.c.id == accounts.c.person_id)
    .outerjoin(_of_theirs, _mine.c.person_id == people.c.id)
    .outerjoin(_where, _where.c.id == _theirs.c.workspace_id)
    .outerjoin(communities, communities.c.id == _where.c.community_id)
    .where(_is_account, accounts.c.name == bindparam("name"))
    .order_by(_theirs.c.seen_at.desc(), _theirs.c.workspace_id)
    .limit(1)
)

_ACCOUNT = (
    select(*_PERSON, accounts.c.id.label("account_id"), accounts.c.name.label("account_name"))
    .join(people, people.c.id == accounts.c.person_id)
    .where(_is_account)
)
_WORKSPACE = (
    select(*_COMMUNITY, workspaces.c.id.label("workspace_id"), workspaces.c.name.label("workspace_name"))
    .join(communities, communities.c.id == workspaces.c.community_id)
    .where(_is_workspace)
)


@cache
def _readers(dialect: str) -> Executable:
    return (
        select(
            people.c.id,
            people.c.zone,
            people.c.locale,
            communities.c.zone.label("community_zone"),
            communities.c.locale.label("community_locale"),
        )
        .select_from(people)
        .outerjoin(_of_theirs, _mine.c.person_id == people.c.id)
        .outerjoin(_where, _where.c.id == _theirs.c.workspace_id)
        .outerjoin(communities, communities.c.id == _where.c.community_id)
        .where(among(people.c.id, "persons", dialect))
        .order_by(_theirs.c.seen_at)
    )


_COMMUNITIES = select(*_COMMUNITY).order_by(communities.c.id)


class PeopleTable:
    """Implements `bot.domain.people.People`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def recognise(
        self,
        account: Account,
        workspace: Workspace | None,
        channel: Channel | None = None,
        *,
        is_organiser: bool,
        now: datetime,
    ) -> Caller | None:
        values: dict[str, object] = {
            "platform": account.platform,
            "account": account.id,
            "name": account.name,
            "now": now,
            "rested": now + TRIED_EVERY - PAUSE,
        }
        if workspace is None:
            row = await self._connection.first(_RECOGNISE_ALONE, values | {"fresh": now - ROLE_COUNTS})
        else:
            values |= {**_named(workspace), **_in_channel(channel)}
            values |= {
                "workspace_name": workspace.name,
                "is_organiser": is_organiser,
                "stale": now - TOUCHED_EVERY,
            }
            row = await self._connection.first(_RECOGNISE, values)
        if row is None:
            return None
        person, community = row[:4], row[4:8]
        if community[0] is None:
            return Caller(Person(*person), None, Origin(row.account_id), is_awaited=bool(row.is_awaited))
        origin = Origin(row.account_id, None if workspace is None else row.workspace_id)
        news = {"has_moved": bool(row.has_moved), "is_awaited": bool(row.is_awaited)}
        return Caller(Person(*person), Community(*community), origin, row.is_organiser, **news)

    async def welcome(
        self,
        account: Account,
        workspace: Workspace | None,
        channel: Channel | None = None,
        *,
        is_organiser: bool,
        zone: str,
        locale: str,
        now: datetime,
    ) -> Caller:
        person, account_id = await self._person_of(account)
        if workspace is None:
            caller = await self.recognise(account, None, is_organiser=is_organiser, now=now)
            return caller or Caller(person, None, Origin(account_id))
        community, home = await self._community_of(workspace, zone, locale)
        seen = {"account": account_id, "home": home, "is_organiser": is_organiser, "seen_at": now}
        await self._connection.execute(_touch(self._connection.dialect), {**seen, **_in_channel(channel)})
        theirs = {"person": person.id, "community": community.id}
        is_organiser = is_organiser or await self._connection.scalar(_IS_NAMED, theirs) is not None
        return Caller(person, community, Origin(account_id, home), is_organiser)

    async def spoke_in(self, origin: Origin, channel: Channel) -> None:
        values = {"account": origin.account, "home": origin.home, **_in_channel(channel)}
        await self._connection.execute(_SPOKE_IN, values)

    async def communities(self) -> tuple[Community, ...]:
        return tuple(Community(*row) for row in await self._connection.rows(_COMMUNITIES))

    async def community(self, id_: int) -> Community | None:
        row = await self._connection.first(_COMMUNITY_BY_ID, {"community": id_})
        return None if row is None else Community(*row)

    async def people_of(self, accounts: Sequence[Account]) -> Mapping[str, int]:
        if not accounts:
            return {}
        dialect = self._connection.dialect
        ids = [account.id for account in accounts]
        values = {"platform": accounts[0].platform, "ids": listed(dialect, ids)}
        found = {row.external_id: row.person_id for row in await self._connection.rows(_owners(dialect), values)}
        for account in accounts:
            if account.id not in found:
                person, _ = await self._person_of(account)
                found[account.id] = person.id
        return found

    async def set_zone(self, person: int, zone: str) -> None:
        await self._connection.execute(_SET_PERSON.values(zone=bindparam("zone_now")), _now_is(person, zone_now=zone))
        await leads.stir_person(self._connection, person, leads.AT_ONCE)

    async def first_asked_zone(self, person: int, now: datetime) -> bool:
        return await self._connection.scalar(_ASK_ZONE, {"person": person, "now": now}) is not None

    async def set_locale(self, person: int, locale: str) -> None:
        statement = _SET_PERSON.values(locale=bindparam("locale_now"))
        await self._connection.execute(statement, _now_is(person, locale_now=locale))

    async def accounts_of(self, person: int) -> Sequence[OwnAccount]:
        rows = await self._connection.rows(_ACCOUNTS_OF, {"person": person})
        return [
            OwnAccount(row.id, Account(row.platform, row.external_id, row.name), row.is_for_notices) for row in rows
        ]

    async def choose_for_notices(self, person: int, accounts: Collection[int]) -> None:
        dialect = self._connection.dialect
        await self._connection.execute(_choose(dialect), {"person": person, "ids": listed(dialect, sorted(accounts))})

    async def notices_for(self, persons: Collection[int]) -> Mapping[int, Sequence[Direct]]:
        dialect = self._connection.dialect
        values = {"persons": listed(dialect, list(persons))}
        found: dict[int, list[Direct]] = {}
        for row in await self._connection.rows(_for_notices(dialect), values):
            theirs = found.setdefault(row.person_id, [])
            if row.is_for_notices or not theirs:  # what was chosen comes first
                theirs.append(Direct(row.platform, row.external_id, row.name))
        return {person: tuple(theirs) for person, theirs in found.items()}

    async def notices_to(self, person: int) -> Direct | None:
        return next(iter((await self.notices_for([person])).get(person, ())), None)

    async def readers(self, persons: Collection[int]) -> Mapping[int, Reader]:
        if not persons:
            return {}
        dialect = self._connection.dialect
        rows = await self._connection.rows(_readers(dialect), {"persons": listed(dialect, sorted(persons))})
        found: dict[int, Reader] = {}
        for row in rows:  # the community seen last stands last
            zone, locale = row.zone or row.community_zone, row.locale or row.community_locale
            if zone:
                found[row.id] = Reader(zone, locale or "en")
        return found

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
        before = await self._connection.first(_HOME, _named(workspace))
        if before is None or await self._connection.scalar(_JOIN, {"home": before.id}) is None:
            return None
        await leads.stir_community(self._connection, before.community_id)
        return Joined(replace(_home(before), is_removed=False), is_back=before.removed_at is not None)

    async def leave(self, workspace: Workspace, now: datetime) -> None:
        home = await self._connection.scalar(_LEAVE, {**_named(workspace), "now": now})
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

    async def _person_of(self, account: Account) -> tuple[Person, int]:
        """Whoever owns `account`, made now where it is new, and its id; they go by the newest name of any of theirs."""
        values = {"platform": account.platform, "account": account.id}
        row = await self._connection.first(_ACCOUNT, values)
        if row is None:
            person_id = await self._connection.scalar(_NEW_PERSON, {"name": account.name})
            new = values | {"person": person_id, "name": account.name}
            account_id = await self._connection.scalar(_new_account(self._connection.dialect), new)
            if account_id is not None:
                return Person(person_id, account.name), account_id
            # another process made it meanwhile
            await self._connection.execute(_DROP_PERSON, {"person": person_id})
            row = await self._known(_ACCOUNT, values)
        name = row.name
        if row.account_name != account.name:
            name = account.name
            renamed = {"name_now": account.name, "account_id": row.account_id, "person": row.id}
            await self._connection.execute(_RENAME_ACCOUNT, renamed)
            await self._connection.execute(_RENAME_PERSON, renamed)
        return Person(row.id, name, row.zone, row.locale), row.account_id

    async def _community_of(self, workspace: Workspace, zone: str, locale: str) -> tuple[Community, int]:
        """Whichever community owns `workspace`, made now where it is new, and the workspace's id."""
        row = await self._connection.first(_WORKSPACE, _named(workspace))
        if row is None:
            made = {"name": workspace.name, "zone": zone, "locale": locale}
            community_id = await self._connection.scalar(_NEW_COMMUNITY, made)
            new = {**_named(workspace), "community": community_id, "name": workspace.name}
            home = await self._connection.scalar(_new_workspace(self._connection.dialect), new)
            if home is not None:
                return Community(community_id, workspace.name, zone, locale), home
            await self._connection.execute(_DROP_COMMUNITY, {"community": community_id})
            row = await self._known(_WORKSPACE, _named(workspace))
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


def _now_is(person: int, **values: str) -> Values:
    return {"person": person, **values}


def _home(row: AnyRow) -> Home:
    return Home(
        id=row.id,
        workspace=Workspace(row.platform, row.external_id, row.name),
        community=Community(row.community_id, row.community_name, row.zone, row.locale),
        is_removed=row.removed_at is not None,
        is_mirrored=row.is_mirrored,
    )


def _in_channel(channel: Channel | None) -> dict[str, object]:
    return {"channel": channel and channel.id, "channel_name": channel and channel.name}


def _named(workspace: Workspace) -> dict[str, object]:
    return {"workspace_platform": workspace.platform, "workspace": workspace.id}


_COMMUNITY_BY_ID = select(*_COMMUNITY).where(communities.c.id == bindparam("community"))

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
_HOME = _HOMES.where(_is_workspace)
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
    .where(_is_workspace, _w.removed_at.is_(None))
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

_NEW_PERSON = people.insert().values(name=bindparam("name"), zone="", locale="").returning(people.c.id)
_DROP_PERSON = delete(people).where(people.c.id == bindparam("person"))
_SET_PERSON = update(people).where(people.c.id == bindparam("person"))
_ASK_ZONE = (
    _SET_PERSON.where(people.c.zone == "", people.c.asked_zone_at.is_(None))
    .values(asked_zone_at=bindparam("now", type_=UTC()))
    .returning(people.c.id)
)
_seen_last = select(func.max(memberships.c.seen_at)).where(memberships.c.account_id == accounts.c.id).scalar_subquery()
_ACCOUNTS_OF = (
    select(accounts.c.id, accounts.c.platform, accounts.c.external_id, accounts.c.name, accounts.c.is_for_notices)
    .where(accounts.c.person_id == bindparam("person"))
    .order_by(_seen_last.desc().nulls_last(), accounts.c.id)
)
_SPOKE_IN = (
    update(memberships)
    .where(memberships.c.account_id == bindparam("account"), memberships.c.workspace_id == bindparam("home"))
    .values(channel=_channel, channel_name=bindparam("channel_name"))
)
_is_theirs = and_(organisers.c.community_id == bindparam("community"), organisers.c.person_id == bindparam("person"))
_IS_NAMED = select(organisers.c.person_id).where(_is_theirs)
_UNNAME = delete(organisers).where(_is_theirs).returning(organisers.c.person_id)
_NAMED = (
    select(*_PERSON)
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
_RENAME_PERSON = update(people).where(people.c.id == bindparam("person")).values(name=bindparam("name_now"))
_RENAME_ACCOUNT = update(accounts).where(accounts.c.id == bindparam("account_id")).values(name=bindparam("name_now"))
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
def _choose(dialect: str) -> Executable:
    is_chosen = case((among(accounts.c.id, "ids", dialect), true()), else_=false())
    return update(accounts).where(accounts.c.person_id == bindparam("person")).values(is_for_notices=is_chosen)


@cache
def _for_notices(dialect: str) -> Executable:
    c = accounts.c
    return (
        select(c.person_id, c.platform, c.external_id, c.name, c.is_for_notices)
        .where(among(c.person_id, "persons", dialect))
        .order_by(c.is_for_notices.desc(), _seen_last.desc().nulls_last(), c.id)
    )


@cache
def _owners(dialect: str) -> Executable:
    c = accounts.c
    return select(c.external_id, c.person_id).where(
        c.platform == bindparam("platform"), among(c.external_id, "ids", dialect)
    )


@cache
def _new_account(dialect: str) -> Executable:
    return (
        insert_into(accounts, dialect)
        .values(
            person_id=bindparam("person"),
            platform=bindparam("platform"),
            external_id=bindparam("account"),
            name=bindparam("name"),
        )
        .on_conflict_do_nothing(index_elements=["platform", "external_id"])
        .returning(accounts.c.id)
    )


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


@cache
def _touch(dialect: str) -> Executable:
    statement = insert_into(memberships, dialect).values(
        account_id=bindparam("account"),
        workspace_id=bindparam("home"),
        is_organiser=bindparam("is_organiser"),
        first_seen_at=bindparam("seen_at"),
        seen_at=bindparam("seen_at"),
        channel=_channel,
        channel_name=bindparam("channel_name"),
    )
    new, kept = statement.excluded, memberships.c
    return statement.on_conflict_do_update(
        index_elements=["account_id", "workspace_id"],
        set_={
            "is_organiser": new.is_organiser,
            "seen_at": new.seen_at,
            "channel": func.coalesce(new.channel, kept.channel),
            "channel_name": func.coalesce(new.channel_name, kept.channel_name),
        },
    )
