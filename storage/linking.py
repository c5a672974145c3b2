"""One-time codes, and people who are one. How communities join and part is in `joining` and `parting`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, and_, bindparam, delete, exists, false, func, insert, null, select, true, update

from bot.domain.linking import LASTS, WRONG_MOST, Offer, Purpose, Wrong, hash_of
from bot.domain.people import Account, Community, Home, Origin, Workspace
from storage import audit, gigs, joining, leads, nudges, parting, profiles, resource_joining, seats
from storage.connection import Connection
from storage.connection_changes import hand_over
from storage.goals import HAND_OVER as _OWN_GOALS
from storage.outbox import outbox
from storage.proposals import proposals
from storage.schema import UTC, insert_into
from storage.tables import (
    accounts,
    attendances,
    codes,
    communities,
    drafts,
    events,
    memberships,
    never_introduced,
    organisers,
    people,
    preferences,
    reminders,
    workspaces,
    wrong_codes,
)


class LinkingTable:
    """Implements `bot.domain.linking.Linking`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def offer(self, code: str, purpose: Purpose, origin: Origin, now: datetime) -> None:
        home = origin.home if purpose is Purpose.COMMUNITY else None
        values = {"purpose": purpose.value, "account_id": origin.account, "workspace_id": home}
        await self._connection.execute(
            _FORGET_OLDER, {"meant_for": purpose.value, "account": origin.account, "home": home}
        )
        await self._connection.execute(
            _OFFER, values | {"hash": hash_of(code), "expires_at": now + LASTS, "is_used": False}
        )

    async def offered(self, code: str, person: int, now: datetime) -> Offer | Wrong:
        # locked, so that tries at once are counted one after another
        await self._connection.execute(_TAKE_TURN, {"person": person})
        tried = await self._connection.scalar(_TRIED, {"person": person, "since": now - LASTS})
        if tried >= WRONG_MOST:
            return Wrong(0)
        row = await self._connection.first(_OFFERED, {"code": hash_of(code), "now": now})
        if row is None:
            await self._connection.execute(_WRONG, {"person_id": person, "at": now})
            return Wrong(WRONG_MOST - tried - 1)
        home = None
        if row.home is not None:
            community = Community(row.community_id, row.community_name, row.zone, row.locale)
            place = Workspace(row.home_platform, row.home_external, row.home_name)
            home = Home(row.home, place, community, row.removed_at is not None, row.is_mirrored)
        account = Account(row.platform, row.external_id, row.name)
        return Offer(Purpose(row.purpose), row.person_id, account, home, row.is_used)

    async def use(self, code: str, now: datetime) -> bool:
        used = await self._connection.scalar(_USE, {"code": hash_of(code), "now": now})
        return used is not None

    async def sweep(self, now: datetime) -> None:
        await self._connection.execute(_SWEEP, {"now": now})
        await self._connection.execute(_SWEEP_WRONG, {"since": now - LASTS})

    async def join(self, community: int, into: int, now: datetime) -> bool:
        return await joining.join(self._connection, community, into, now)

    async def part(self, home: int, now: datetime) -> int | None:
        return await parting.part(self._connection, home, now)

    async def join_people(self, person: int, into: int, now: datetime) -> bool:
        few = await seats.hold_for(self._connection, (person, into))
        values = {"one": person, "other": into}
        if len(await self._connection.rows(_LOCK_PEOPLE, values)) < 2:
            return False
        for statement in (
            _own_answers(self._connection.dialect),
            *leads.people_united(self._connection.dialect),
            _OWN_ACCOUNTS,
            _OWN_OWED,
            _OWN_EVENTS,
            _OWN_PROPOSALS,
            _OWN_DRAFTS,
            _OWN_NAMES,
            *_own_never(self._connection.dialect),
            _OWN_SETTINGS,
            *_OWN_REMINDERS,
            _OWN_GOALS,
            *audit.people_united(),
        ):
            await self._connection.execute(statement, values)
        await leads.stir_anew(self._connection, into)
        await nudges.unite(self._connection, person, into)
        await gigs.unite_people(self._connection, person, into)
        await hand_over(self._connection, person, into)
        await profiles.unite(self._connection, person, into)
        await resource_joining.unite(self._connection, person, into)
        await self._connection.execute(_DROP_PERSON, values)
        await seats.fill(self._connection, few, now)
        return True

    async def part_person(self, account: int, now: datetime) -> int | None:
        before = await self._connection.scalar(_OWNER, {"account": account})
        await self._connection.execute(_LOCK_PEOPLE, {"one": before, "other": before})
        row = await self._connection.first(_PARTING, {"account": account})
        if row is None:
            return None
        made = {name: getattr(row, name) for name in ("name", "zone", "locale", "takes_introductions")}
        person: int = await self._connection.scalar(_NEW_PERSON, made)
        values = {"account": account, "one": row.person_id, "other": person, "now": now}
        told = leads.people_parted(self._connection.dialect)
        for statement in (
            _LEAVE,
            _LEAVE_OWED,
            _LEAVE_ANSWERS,
            *told,
            _LEAVE_EVENTS,
            _LEAVE_PROPOSALS,
            _LEAVE_NAMES,
            _LEAVE_UNWELCOME,
        ):
            await self._connection.execute(statement, values)
        await leads.stir_anew(self._connection, person)
        return person


# --- codes -------------------------------------------------------------------------------------------------

_OFFER = insert(codes)
_FORGET_OLDER = delete(codes).where(
    codes.c.purpose == bindparam("meant_for"),
    codes.c.account_id == bindparam("account"),
    codes.c.workspace_id.is_not_distinct_from(bindparam("home", type_=codes.c.workspace_id.type)),
    codes.c.is_used.is_(false()),
)
_alive = and_(codes.c.hash == bindparam("code"), codes.c.expires_at > bindparam("now", type_=UTC()))
_OFFERED = (
    select(
        codes.c.purpose,
        codes.c.is_used,
        accounts.c.person_id,
        accounts.c.platform,
        accounts.c.external_id,
        accounts.c.name,
        workspaces.c.id.label("home"),
        workspaces.c.platform.label("home_platform"),
        workspaces.c.external_id.label("home_external"),
        workspaces.c.name.label("home_name"),
        workspaces.c.removed_at,
        workspaces.c.is_mirrored,
        communities.c.id.label("community_id"),
        communities.c.name.label("community_name"),
        communities.c.zone,
        communities.c.locale,
    )
    .select_from(codes)
    .join(accounts, accounts.c.id == codes.c.account_id)
    .outerjoin(workspaces, workspaces.c.id == codes.c.workspace_id)
    .outerjoin(communities, communities.c.id == workspaces.c.community_id)
    .where(_alive)
)
_USE = update(codes).where(_alive, codes.c.is_used.is_(false())).values(is_used=true()).returning(codes.c.hash)
_WRONG = insert(wrong_codes)
_TRIED = select(func.count()).where(
    wrong_codes.c.person_id == bindparam("person"), wrong_codes.c.at > bindparam("since", type_=UTC())
)
_SWEEP = delete(codes).where(codes.c.expires_at <= bindparam("now", type_=UTC()))
_SWEEP_WRONG = delete(wrong_codes).where(wrong_codes.c.at <= bindparam("since", type_=UTC()))

# --- people ------------------------------------------------------------------------------------------------

_one, _other = bindparam("one", type_=people.c.id.type), bindparam("other", type_=people.c.id.type)
_LOCK_PEOPLE = select(people.c.id).where(people.c.id.in_((_one, _other))).order_by(people.c.id).with_for_update()
# whoever answers somewhere meanwhile refers to them, and need not wait
_TAKE_TURN = select(people.c.id).where(people.c.id == bindparam("person")).with_for_update(key_share=True)
_former = people.alias("former")

_OWN_ACCOUNTS = update(accounts).where(accounts.c.person_id == _one).values(person_id=_other, is_for_notices=false())
"""Where their notices go is chosen by whoever stays."""
_OWN_OWED = update(outbox).where(outbox.c.person_id == _one).values(person_id=_other)
_OWN_EVENTS = update(events).where(events.c.added_by == _one).values(added_by=_other)
_OWN_PROPOSALS = update(proposals).where(proposals.c.person_id == _one).values(person_id=_other)
_OWN_DRAFTS = update(drafts).where(drafts.c.owner_id == _one).values(owner_id=_other)
"""No two have one id: it is made of account and request."""


@cache
def _own_answers(dialect: str) -> Executable:
    return joining.keep_newest(dialect, attendances.c.occurrence_id, _other, attendances.c.person_id == _one)


_also = organisers.alias("also")
_OWN_NAMES = (
    update(organisers)
    .where(
        organisers.c.person_id == _one,
        ~exists().where(_also.c.person_id == _other, _also.c.community_id == organisers.c.community_id),
    )
    .values(person_id=_other)
)
_asked_other = select(_former.c.asked_zone_at).where(_former.c.id == _one).scalar_subquery()


@cache
def _own_never(dialect: str) -> Sequence[Executable]:
    """Whom either is never introduced to, and who is never introduced to either: it counts for both."""
    never = never_introduced.c
    names = ["owner_id", "other_id", "added_at"]
    theirs = select(_other, never.other_id, never.added_at).where(never.owner_id == _one, never.other_id != _other)
    of_them = select(never.owner_id, _other, never.added_at).where(never.other_id == _one, never.owner_id != _other)
    return [
        insert_into(never_introduced, dialect).from_select(names, each).on_conflict_do_nothing()
        for each in (theirs, of_them)
    ]


_takes = select(_former.c.takes_introductions).where(_former.c.id == _one).scalar_subquery()
_OWN_SETTINGS = (
    update(people)
    .where(people.c.id == _other)
    .values(
        {people.c.takes_introductions: and_(people.c.takes_introductions, _takes)}
        | {
            column: func.coalesce(
                func.nullif(column, ""), select(_former.c[column.name]).where(_former.c.id == _one).scalar_subquery()
            )
            for column in (people.c.zone, people.c.locale)
        }
        | {people.c.asked_zone_at: func.coalesce(people.c.asked_zone_at, _asked_other)}
    )
)
_DROP_PERSON = delete(people).where(people.c.id == _one)

_is_account = accounts.c.id == bindparam("account")
_OWNER = select(accounts.c.person_id).where(_is_account)
_siblings = accounts.alias("siblings")
_PARTING = (
    select(accounts.c.person_id, accounts.c.name, people.c.zone, people.c.locale, people.c.takes_introductions)
    .join(people, people.c.id == accounts.c.person_id)
    .where(
        _is_account,
        exists().where(_siblings.c.person_id == accounts.c.person_id, _siblings.c.id != accounts.c.id),
    )
)
_NEW_PERSON = insert(people).returning(people.c.id)
_LEAVE = update(accounts).where(_is_account).values(person_id=_other, is_for_notices=false())
_now = bindparam("now", type_=UTC())
_taken, _set_too = reminders.alias("taken"), preferences.alias("set_too")
_OWN_REMINDERS = (
    # of one thing there is one reminder: of an event that both put off, theirs who stays
    update(reminders)
    .where(
        reminders.c.person_id == _one,
        ~exists().where(
            _taken.c.person_id == _other,
            _taken.c.source == reminders.c.source,
            _taken.c.source_id == reminders.c.source_id,
        ),
    )
    .values(person_id=_other, request_id=null()),
    update(preferences)
    .where(preferences.c.person_id == _one, ~exists().where(_set_too.c.person_id == _other))
    .values(person_id=_other),
)
_former_account = exists().where(
    _is_account, accounts.c.platform == outbox.c.platform, accounts.c.external_id == outbox.c.place
)
_LEAVE_OWED = (
    update(outbox)
    .where(
        outbox.c.person_id == _one,
        outbox.c.workspace.is_(None),
        outbox.c.state == "waiting",
        outbox.c.token.is_(None),
        _former_account,
    )
    .values(state="buried", reason="the account was unlinked", due_at=null(), closed_since=null(), settled_at=_now)
)
"""What was on its way to somebody by an account that is not theirs any more."""
_LEAVE_ANSWERS = (
    update(attendances)
    .where(attendances.c.person_id == _one, attendances.c.account_id == bindparam("account"))
    .values(person_id=_other)
)
_LEAVE_EVENTS = (
    update(events).where(events.c.added_by == _one, events.c.account_id == bindparam("account")).values(added_by=_other)
)
_LEAVE_PROPOSALS = (
    update(proposals)
    .where(proposals.c.person_id == _one, proposals.c.account_id == bindparam("account"))
    .values(person_id=_other)
)
_belongs = (
    exists()
    .where(
        memberships.c.account_id == accounts.c.id,
        memberships.c.workspace_id == workspaces.c.id,
        workspaces.c.community_id == organisers.c.community_id,
    )
    .correlate(organisers)
)
_LEAVE_NAMES = (
    update(organisers)
    .where(
        organisers.c.person_id == _one,
        _belongs.where(accounts.c.id == bindparam("account")),
        ~_belongs.where(accounts.c.person_id == _one),
    )
    .values(person_id=_other)
)
_former_never = never_introduced.alias("former_never")
_LEAVE_UNWELCOME = insert(never_introduced).from_select(
    ["owner_id", "other_id", "added_at"],
    select(_former_never.c.owner_id, _other, _former_never.c.added_at).where(_former_never.c.other_id == _one),
)
"""Who wants to be introduced to neither need not hear that they are two."""
