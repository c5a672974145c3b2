"""Who is who: people, their accounts, and who belongs where."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
    or_,
    select,
    true,
    update,
)

from bot.domain.addresses import Channel, Direct
from bot.domain.closings import PAUSE, TRIED_EVERY
from bot.domain.people import Account, Caller, Community, Origin, OwnAccount, Person, Reader, Workspace
from storage import leads
from storage.connection import Connection, Values
from storage.homes import COMMUNITY, IS_NAMED, PERSON, HomeTable, is_workspace, workspace_values
from storage.schema import UTC, among, insert_into, listed
from storage.tables import accounts, communities, memberships, organisers, people, workspaces

TOUCHED_EVERY = timedelta(days=1)
"""How exact `seen_at` is, unless they act in another workspace meanwhile."""

ROLE_COUNTS = timedelta(days=2)
"""How long a platform's word on who organises counts in direct messages, where it says nothing of it."""

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
        *PERSON,
        *COMMUNITY,
        accounts.c.id.label("account_id"),
        _is_awaited,
        _has_moved,
        workspaces.c.id.label("workspace_id"),
        or_(memberships.c.is_organiser, _is_named).label("is_organiser"),
    )
    .select_from(accounts)
    .join(people, people.c.id == accounts.c.person_id)
    .join(workspaces, is_workspace)
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
        *PERSON,
        *COMMUNITY,
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
    select(*PERSON, accounts.c.id.label("account_id"), accounts.c.name.label("account_name"))
    .join(people, people.c.id == accounts.c.person_id)
    .where(_is_account)
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


class PeopleTable(HomeTable):
    """Implements `bot.domain.people.People`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)

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
            values |= {**workspace_values(workspace), **_in_channel(channel)}
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
        is_organiser = is_organiser or await self._connection.scalar(IS_NAMED, theirs) is not None
        return Caller(person, community, Origin(account_id, home), is_organiser)

    async def spoke_in(self, origin: Origin, channel: Channel) -> None:
        values = {"account": origin.account, "home": origin.home, **_in_channel(channel)}
        await self._connection.execute(_SPOKE_IN, values)

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


def _now_is(person: int, **values: str) -> Values:
    return {"person": person, **values}


def _in_channel(channel: Channel | None) -> dict[str, object]:
    return {"channel": channel and channel.id, "channel_name": channel and channel.name}


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
_RENAME_PERSON = update(people).where(people.c.id == bindparam("person")).values(name=bindparam("name_now"))
_RENAME_ACCOUNT = update(accounts).where(accounts.c.id == bindparam("account_id")).values(name=bindparam("name_now"))


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
