"""Gigs, who would like to do them, and who wants to hear of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    insert,
    not_,
    null,
    or_,
    select,
    true,
    update,
)

from bot.domain.delivery import Due
from bot.domain.events import Price
from bot.domain.gigs import (
    DAILY,
    FOLLOWS_MOST,
    OPEN_MOST,
    About,
    Follow,
    Gig,
    Interest,
    NewGig,
    Order,
    Page,
    Pay,
    Per,
    Posted,
    Rules,
    Standing,
    Wanted,
    What,
)
from bot.domain.people import Account, Origin
from bot.domain.places import Place
from bot.domain.terms import query_terms, terms
from bot.errors import NotFound, Refused
from bot.i18n import N_, Slash
from storage.connection import AnyRow, Connection
from storage.details import PLACE
from storage.due import DueTable
from storage.leads import AT_ONCE
from storage.schema import UTC, among, insert_into, listed
from storage.tables import (
    accounts,
    communities,
    gig_alerts,
    gig_follows,
    gig_interests,
    gigs,
    memberships,
    people,
    places,
    workspaces,
)


class GigTable:
    """Implements `bot.domain.gigs.Gigs`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rules(self, community: int) -> Rules:
        row = await self._connection.first(_RULES, {"community": community})
        return Rules() if row is None else Rules(row.gigs_need_pay, row.gigs_need_approval)

    async def set_rules(self, community: int, rules: Rules) -> None:
        values = {"community": community, "pay": rules.needs_pay, "approval": rules.needs_approval}
        await self._connection.execute(_SET_RULES, values)

    async def post(self, community: int, new: NewGig, now: datetime) -> Posted:
        owner = await self._connection.scalar(_LOCK_OWNER, {"account": new.origin.account})
        if new.request_id is not None:
            asked = {"community": community, "request": new.request_id}
            if (known := await self._connection.scalar(_REQUESTED, asked)) is not None:
                return Posted(known, is_new=False)
        counted = {"community": community, "person": owner, "now": now}
        if await self._connection.scalar(_COUNT_OPEN, counted) >= OPEN_MOST:
            raise Refused(
                N_("You have {most} gigs open here, which is the most. Close one first: {mine}."),
                most=OPEN_MOST,
                mine=Slash("/gig mine"),
            )
        values = {
            "community_id": community,
            "account_id": new.origin.account,
            "workspace_id": new.origin.home,
            **_about_columns(new.about),
            "standing": (Standing.OPEN if new.is_approved else Standing.PENDING).value,
            "reason": "",
            "posted_at": now,
            "opened_at": now if new.is_approved else None,
            "deadline": new.deadline,
            "request_id": new.request_id,
        }
        return Posted(await self._connection.scalar(_POST, values), is_new=True)

    async def get(
        self, community: int, id_: int, *, person: int | None, sees_all: bool = False, now: datetime
    ) -> Gig | None:
        row = await self._connection.first(_GET, {"community": community, "gig": id_, "person": person})
        if row is None:
            return None
        gig = _gig(row)
        return gig if gig.is_mine or sees_all or gig.is_live(now) else None

    async def where(self, person: int, id_: int) -> int | None:
        home: int | None = await self._connection.scalar(_WHERE, {"person": person, "gig": id_})
        return home

    async def find(
        self,
        community: int,
        wanted: Wanted,
        order: Order,
        *,
        person: int | None,
        now: datetime,
        offset: int,
        limit: int,
    ) -> Page:
        """The database tells what is live, and each of them is then looked at here, as profiles are: neither database
        compares words and roles as we do, and a community has some hundreds at most.
        """
        query_terms(wanted.words)
        rows = await self._connection.rows(_LIVE, {"community": community, "person": person, "now": now})
        found = [gig for gig in map(_gig, rows) if wanted.fits(gig.about)]
        if order is Order.DEADLINE:
            found.sort(key=lambda gig: (gig.deadline, gig.id))
        return Page(tuple(found[offset : offset + limit]), len(found))

    async def suggest(
        self, community: int, typed: str, *, person: int, now: datetime, is_own: bool, limit: int
    ) -> Sequence[Gig]:
        wanted = query_terms(typed) if typed.strip() else ()
        values = {"community": community, "person": person}
        rows = await self._connection.rows(_OWN if is_own else _LIVE, values if is_own else values | {"now": now})
        found = (gig for gig in map(_gig, rows) if _is_named(gig.about.title, wanted))
        return [gig for gig, _ in zip(found, range(limit), strict=False)]

    async def mine(self, community: int, person: int, offset: int, limit: int) -> Page:
        values = {"community": community, "person": person}
        rows = await self._connection.rows(_MINE, values | {"start": offset, "most": limit})
        return Page(tuple(map(_gig, rows)), await self._connection.scalar(_COUNT_OWN, values))

    async def pending(self, community: int, now: datetime, offset: int, limit: int) -> Page:
        rows = await self._connection.rows(_PENDING, {"community": community, "person": None, "now": now})
        return Page(tuple(map(_gig, rows[offset : offset + limit])), len(rows))

    async def change(self, community: int, id_: int, about: About, deadline: datetime, standing: Standing) -> None:
        values = {f"new_{name}": value for name, value in _about_columns(about).items()}
        values |= {"community": community, "gig": id_, "ends": deadline, "stands": standing.value}
        if await self._connection.scalar(_CHANGE, values) is None:
            raise NotFound(N_("This gig is not there any more."))

    async def approve(self, community: int, id_: int, now: datetime) -> bool:
        values = {"community": community, "gig": id_, "now": now}
        return await self._connection.scalar(_APPROVE, values) is not None

    async def decline(self, community: int, id_: int, reason: str) -> bool:
        values = {"community": community, "gig": id_, "why": reason}
        return await self._connection.scalar(_DECLINE, values) is not None

    async def close(self, community: int, id_: int, how: Standing) -> bool:
        values = {"community": community, "gig": id_, "how": how.value}
        return await self._connection.scalar(_CLOSE, values) is not None

    async def renew(self, community: int, id_: int, deadline: datetime) -> bool:
        values = {"community": community, "gig": id_, "ends": deadline}
        return await self._connection.scalar(_RENEW, values) is not None

    async def remove(self, community: int, id_: int) -> bool:
        return await self._connection.scalar(_REMOVE, {"community": community, "gig": id_}) is not None

    # --- who would like to do it ---

    async def want(self, community: int, id_: int, origin: Origin, line: str, now: datetime) -> bool:
        owner = await self._connection.scalar(_OWNER, {"account": origin.account})
        # locked, so that one who presses with two accounts at once is one
        if await self._connection.scalar(_LOCK_LIVE, {"community": community, "gig": id_, "now": now}) is None:
            raise NotFound(N_("This gig is not open any more. {find} shows what is."), find=Slash("/gig find"))
        if await self._connection.scalar(_WANTS, {"gig": id_, "person": owner}) is not None:
            return False
        values = {"gig_id": id_, "account_id": origin.account, "line": line, "at": now, "is_withdrawn": False}
        await self._connection.execute(_want(self._connection.dialect), values)
        return True

    async def unwant(self, community: int, id_: int, person: int) -> bool:
        values = {"community": community, "gig": id_, "person": person}
        return bool(await self._connection.rows(_UNWANT, values))

    async def interests(self, id_: int, community: int) -> Sequence[Interest]:
        rows = await self._connection.rows(_INTERESTS, {"community": community, "gig": id_})
        found = {
            row.person_id: Interest(row.person_id, Account(row.platform, row.external_id, row.name), row.line, row.at)
            for row in reversed(rows)
        }
        return tuple(reversed(found.values()))

    # --- who wants to hear of such ---

    async def follow(self, community: int, person: int, wanted: Wanted, *, is_daily: bool, now: datetime) -> bool:
        await self._connection.execute(_LOCK_PERSON, {"person": person})
        known = {_wanted_json(each.wanted): each.id for each in await self.follows(community, person)}
        kept = _wanted_json(wanted)
        if kept in known:
            await self._connection.execute(_HOW, {"follow": known[kept], "person": person, "daily": is_daily})
            return False
        if len(known) >= FOLLOWS_MOST:
            raise Refused(
                N_("You follow {most} kinds of gigs here, which is the most. Stop one first: {following}."),
                most=FOLLOWS_MOST,
                following=Slash("/gig following"),
            )
        values = {
            "community_id": community,
            "person_id": person,
            "wanted": kept,
            "place_id": wanted.near and wanted.near.id,
            "is_daily": is_daily,
            "followed_at": now,
        }
        await self._connection.execute(_FOLLOW, values)
        return True

    async def unfollow(self, person: int, id_: int) -> bool:
        return await self._connection.scalar(_UNFOLLOW, {"person": person, "follow": id_}) is not None

    async def follows(self, community: int, person: int) -> Sequence[Follow]:
        return _follows(await self._connection.rows(_FOLLOWS, {"community": community, "person": person}))

    async def followers(self, community: int) -> Sequence[Follow]:
        return _follows(await self._connection.rows(_FOLLOWERS, {"community": community}))

    async def follows_of(self, persons: Collection[int]) -> Sequence[Follow]:
        return _follows(await self._connection.rows(_follows_of(self._connection.dialect), self._of(persons)))

    # --- what falls due ---

    async def fallen_due(self, ids: Collection[int]) -> Sequence[Gig]:
        dialect = self._connection.dialect
        values = {"ids": listed(dialect, sorted(ids)), "person": None}
        return [_gig(row) for row in await self._connection.rows(_several(dialect), values)]

    async def tell(self, id_: int, persons: Mapping[int, bool], now: datetime) -> Collection[int]:
        dialect = self._connection.dialect
        fresh: set[int] = set()
        for is_daily in (False, True):
            theirs = sorted(person for person, daily in persons.items() if daily is is_daily)
            values = {"ids": listed(dialect, theirs), "gig": id_, "now": now, "told": not is_daily}
            if theirs:
                fresh |= {row.person_id for row in await self._connection.rows(_tell(dialect), values)}
        return fresh

    async def untold(self, persons: Collection[int], until: Mapping[int, datetime]) -> Mapping[int, Sequence[int]]:
        rows = await self._connection.rows(_untold(self._connection.dialect), self._of(persons))
        found: dict[int, list[int]] = {}
        for row in rows:
            if row.at <= until[row.person_id]:
                found.setdefault(row.person_id, []).append(row.gig_id)
        told = [{"person": person, "gig": gig} for person, theirs in found.items() for gig in theirs]
        if told:
            await self._connection.execute(_TOLD, told)
        return found

    async def has_untold(self, persons: Collection[int]) -> frozenset[int]:
        rows = await self._connection.rows(_untold(self._connection.dialect), self._of(persons))
        return frozenset(row.person_id for row in rows)

    async def sweep(self, before: datetime, limit: int) -> int:
        gone = await self._connection.execute(_SWEEP, {"before": before, "most": limit})
        return gone.rowcount

    def _of(self, persons: Collection[int]) -> Mapping[str, object]:
        return {"persons": listed(self._connection.dialect, sorted(persons))}


# --- records -----------------------------------------------------------------------------------------------

Kept = Mapping[str, Any]  # Any: what JSON holds


def _about_columns(about: About) -> dict[str, object]:
    return {
        "what": about.what.value,
        "title": about.title,
        "roles": list(about.roles),
        "place_id": about.place and about.place.id,
        "is_remote": about.is_remote,
        "pay": about.pay and _pay_json(about.pay),
        "link": about.link,
        "text": about.text,
        "contact": about.contact,
    }


def _pay_json(pay: Pay) -> Kept:
    return {
        "amount": pay.amount and str(pay.amount.amount),
        "currency": pay.amount and pay.amount.currency,
        "per": pay.per.value,
        "split": None if pay.split is None else str(pay.split),
        "points": None if pay.points is None else str(pay.points),
    }


def _pay(kept: Kept) -> Pay:
    return Pay(
        amount=kept["amount"] and Price(Decimal(kept["amount"]), kept["currency"]),
        per=Per(kept["per"]),
        split=None if kept["split"] is None else Decimal(kept["split"]),
        points=None if kept["points"] is None else Decimal(kept["points"]),
    )


def _place(row: AnyRow) -> Place | None:
    return None if row.place_id is None else Place(*(getattr(row, f"place_{name}") for name in PLACE))


def _gig(row: AnyRow) -> Gig:
    about = About(
        what=What(row.what),
        title=row.title,
        roles=tuple(row.roles),
        place=_place(row),
        is_remote=row.is_remote,
        pay=None if row.pay is None else _pay(row.pay),
        link=row.link,
        text=row.text,
        contact=row.contact,
    )
    return Gig(
        id=row.id,
        community=row.community_id,
        about=about,
        poster=row.person_id,
        account=Account(row.platform, row.external_id, row.account_name),
        posted_at=row.posted_at,
        deadline=row.deadline,
        standing=Standing(row.standing),
        opened_at=row.opened_at,
        reason=row.reason,
        interested=row.interested,
        is_mine=bool(row.is_mine),
        wants_it=bool(row.wants_it),
    )


def _is_named(title: str, wanted: Sequence[str]) -> bool:
    held = terms(title)
    return all(any(each.startswith(term) for each in held) for term in wanted)


def _wanted_json(wanted: Wanted) -> str:
    """Without words, which nobody follows."""
    kept = {
        "is_paid": wanted.is_paid,
        "is_remote": wanted.is_remote,
        "near": wanted.near and wanted.near.id,
        "role": wanted.role,
        "what": wanted.what and wanted.what.value,
        "within_km": wanted.within_km if wanted.near else 50,
    }
    return json.dumps(kept, sort_keys=True, separators=(",", ":"))


def _follows(rows: Sequence[AnyRow]) -> Sequence[Follow]:
    found: list[Follow] = []
    for row in rows:
        kept: Kept = json.loads(row.wanted)
        wanted = Wanted(
            what=kept["what"] and What(kept["what"]),
            role=kept["role"],
            near=_place(row),
            within_km=kept["within_km"],
            is_remote=kept["is_remote"],
            is_paid=kept["is_paid"],
        )
        found.append(Follow(row.id, row.person_id, row.community_id, wanted, row.is_daily))
    return found


# --- gigs ----------------------------------------------------------------------------------------------------

_g, _i, _f, _t = gigs.c, gig_interests.c, gig_follows.c, gig_alerts.c
_now = bindparam("now", type_=UTC())
_person = bindparam("person", type_=Integer)
_wanter = accounts.alias("wanter")


def _wanting() -> Select[int]:
    """Who would like to do a gig of the outer statement."""
    joined = gig_interests.join(_wanter, _wanter.c.id == _i.account_id)
    return select(_wanter.c.person_id).select_from(joined).where(_i.gig_id == _g.id, _i.is_withdrawn == false())


_columns = (
    *(column for column in gigs.c if column.name not in ("account_id", "workspace_id", "request_id")),
    *(places.c[name].label(f"place_{name}") for name in PLACE if name != "id"),
    accounts.c.person_id,
    accounts.c.platform,
    accounts.c.external_id,
    accounts.c.name.label("account_name"),
    _wanting().with_only_columns(func.count(_wanter.c.person_id.distinct())).scalar_subquery().label("interested"),
    (accounts.c.person_id == _person).label("is_mine"),
    _wanting().where(_wanter.c.person_id == _person).exists().label("wants_it"),
)
_GIGS = select(*_columns).select_from(
    gigs.join(accounts, accounts.c.id == _g.account_id).outerjoin(places, places.c.id == _g.place_id)
)
_is_here = _g.community_id == bindparam("community", type_=Integer)
_is_this = and_(_is_here, _g.id == bindparam("gig", type_=Integer))
_is_live = and_(_g.standing == Standing.OPEN.value, _g.deadline > _now)
_is_pending = and_(_g.standing == Standing.PENDING.value, _g.deadline > _now)
_is_own = and_(_is_here, accounts.c.person_id == _person)
_GET = _GIGS.where(_is_this)
_LIVE = _GIGS.where(_is_here, _is_live).order_by(_g.opened_at.desc(), _g.id.desc())
_OWN = _GIGS.where(_is_own).order_by(_g.posted_at.desc(), _g.id.desc())
_MINE = _OWN.offset(bindparam("start", type_=Integer)).limit(bindparam("most", type_=Integer))
_PENDING = _GIGS.where(_is_here, _is_pending).order_by(_g.posted_at, _g.id)
_of_accounts = gigs.join(accounts, accounts.c.id == _g.account_id)
_COUNT_OWN = select(func.count()).select_from(_of_accounts).where(_is_own)
_COUNT_OPEN = _COUNT_OWN.where(or_(_is_live, _is_pending))


@cache
def _several(dialect: str) -> Executable:
    return _GIGS.where(among(_g.id, "ids", dialect)).order_by(_g.id)


def _is_member(person: ColumnElement[int], community: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether somebody was seen in a workspace of a community that the bot was not removed from."""
    seen = memberships.join(_wanter, _wanter.c.id == memberships.c.account_id)
    seen = seen.join(workspaces, workspaces.c.id == memberships.c.workspace_id)
    found = select(memberships.c.account_id).select_from(seen)
    return found.where(
        _wanter.c.person_id == person, workspaces.c.community_id == community, workspaces.c.removed_at.is_(None)
    ).exists()


_WHERE = select(_g.community_id).where(_g.id == bindparam("gig", type_=Integer), _is_member(_person, _g.community_id))
_OWNER = select(accounts.c.person_id).where(accounts.c.id == bindparam("account"))
_LOCK_PERSON = select(people.c.id).where(people.c.id == _person).with_for_update()
_LOCK_OWNER = select(people.c.id).where(people.c.id == _OWNER.scalar_subquery()).with_for_update()
_REQUESTED = select(_g.id).where(_is_here, _g.request_id == bindparam("request"))
_POST = insert(gigs).returning(_g.id)
_CHANGE = (
    update(gigs)
    .where(_is_this)
    .values(
        {
            _g[name]: bindparam(f"new_{name}", type_=_g[name].type)
            for name in ("what", "title", "roles", "place_id", "is_remote", "pay", "link", "text", "contact")
        }
        | {_g.deadline: bindparam("ends", type_=UTC()), _g.standing: bindparam("stands")}
    )
    .returning(_g.id)
)
_APPROVE = (
    update(gigs)
    .where(_is_this, _is_pending)
    .values(standing=Standing.OPEN.value, opened_at=func.coalesce(_g.opened_at, _now))
    .returning(_g.id)
)
_waits = _g.standing == Standing.PENDING.value
_DECLINE = (
    update(gigs)
    .where(_is_this, _waits)
    .values(standing=Standing.DECLINED.value, reason=bindparam("why"))
    .returning(_g.id)
)
_is_on = _g.standing.in_((Standing.OPEN.value, Standing.PENDING.value))
_CLOSE = update(gigs).where(_is_this, _is_on).values(standing=bindparam("how")).returning(_g.id)
_RENEW = update(gigs).where(_is_this, _is_on).values(deadline=bindparam("ends", type_=UTC())).returning(_g.id)
_REMOVE = delete(gigs).where(_is_this).returning(_g.id)
_old = select(_g.id).where(_g.deadline < bindparam("before", type_=UTC())).order_by(_g.deadline)
_SWEEP = delete(gigs).where(_g.id.in_(_old.limit(bindparam("most", type_=Integer))))

_RULES = select(communities.c.gigs_need_pay, communities.c.gigs_need_approval).where(
    communities.c.id == bindparam("community")
)
_SET_RULES = (
    update(communities)
    .where(communities.c.id == bindparam("community"))
    .values(gigs_need_pay=bindparam("pay"), gigs_need_approval=bindparam("approval"))
)

# --- who would like to do it ---------------------------------------------------------------------------------

_LOCK_LIVE = select(_g.id).where(_is_this, _is_live).with_for_update()
_theirs = select(accounts.c.id).where(accounts.c.person_id == _person)
_is_theirs = and_(_i.gig_id == bindparam("gig", type_=Integer), _i.account_id.in_(_theirs), _i.is_withdrawn == false())
_WANTS = select(_i.gig_id).where(_is_theirs).limit(1)
_UNWANT = (
    update(gig_interests).where(_is_theirs, exists().where(_is_this)).values(is_withdrawn=true()).returning(_i.gig_id)
)
_INTERESTS = (
    select(accounts.c.person_id, accounts.c.platform, accounts.c.external_id, accounts.c.name, _i.line, _i.at)
    .select_from(gig_interests.join(gigs, _g.id == _i.gig_id).join(accounts, accounts.c.id == _i.account_id))
    .where(_is_this, _i.is_withdrawn == false())
    .order_by(_i.at, _i.account_id)
)


@cache
def _want(dialect: str) -> Executable:
    statement = insert_into(gig_interests, dialect)
    anew = {name: statement.excluded[name] for name in ("line", "at", "is_withdrawn")}
    return statement.on_conflict_do_update(index_elements=["gig_id", "account_id"], set_=anew)


# --- who wants to hear of such -------------------------------------------------------------------------------

_FOLLOW = insert(gig_follows)
_is_mine = and_(_f.id == bindparam("follow", type_=Integer), _f.person_id == _person)
_HOW = update(gig_follows).where(_is_mine).values(is_daily=bindparam("daily"))
_UNFOLLOW = delete(gig_follows).where(_is_mine).returning(_f.id)
_FOLLOWED = (
    select(
        _f.id,
        _f.person_id,
        _f.community_id,
        _f.wanted,
        _f.is_daily,
        *(places.c[name].label(f"place_{name}") for name in PLACE),
    )
    .select_from(gig_follows.outerjoin(places, places.c.id == _f.place_id))
    .order_by(_f.id)
)
_FOLLOWS = _FOLLOWED.where(_f.community_id == bindparam("community"), _f.person_id == _person)
_FOLLOWERS = _FOLLOWED.where(_f.community_id == bindparam("community"), _is_member(_f.person_id, _f.community_id))


@cache
def _follows_of(dialect: str) -> Executable:
    return _FOLLOWED.where(among(_f.person_id, "persons", dialect), _is_member(_f.person_id, _f.community_id))


@cache
def _tell(dialect: str) -> Executable:
    noted = select(
        people.c.id,
        bindparam("gig", type_=Integer),
        bindparam("now", type_=UTC()),
        bindparam("told", type_=_t.is_told.type),
    ).where(among(people.c.id, "ids", dialect))
    statement = insert_into(gig_alerts, dialect).from_select(["person_id", "gig_id", "at", "is_told"], noted)
    return statement.on_conflict_do_nothing().returning(_t.person_id)


@cache
def _untold(dialect: str) -> Executable:
    waits = select(_t.person_id, _t.gig_id, _t.at).where(among(_t.person_id, "persons", dialect), _t.is_told == false())
    return waits.order_by(_t.at, _t.gig_id)


_TOLD = (
    update(gig_alerts)
    .where(_t.person_id == _person, _t.gig_id == bindparam("gig", type_=Integer))
    .values(is_told=true())
)


# --- people and communities that become one, and part ---------------------------------------------------------


async def unite_people(connection: Connection, person: int, into: int) -> None:
    """What `person` follows and was told of is that of `into`; what waits for a daily alert comes with theirs."""
    for statement in _PEOPLE_UNITED:
        await connection.execute(statement, {"one": person, "other": into})
    if await GigTable(connection).has_untold([into]):
        await DueTable(connection).hasten(Due(DAILY, into, AT_ONCE))


async def join_communities(connection: Connection, community: int, into: int) -> None:
    """What came from nowhere in particular came from where the community was, as long as that is one place."""
    for each in (community, into):
        await connection.execute(_STAMP, {"community": each})
    for statement in _JOINED:
        await connection.execute(statement, {"gone": community, "stays": into})


async def part_communities(connection: Connection, home: int, old: int, new: int) -> None:
    """With a workspace go the gigs that were posted there; who is in both follows in both."""
    for statement in _PARTED:
        await connection.execute(statement, {"home": home, "old": old, "new": new})


_one, _other, _gone, _stays, _home, _old_one, _new = (
    bindparam(name, type_=Integer) for name in ("one", "other", "gone", "stays", "home", "old", "new")
)
_followed_too, _told_too = gig_follows.alias("followed_too"), gig_alerts.alias("told_too")
_PEOPLE_UNITED: Sequence[Executable] = (
    update(gig_follows)
    .where(
        _f.person_id == _one,
        ~exists().where(
            _followed_too.c.person_id == _other,
            _followed_too.c.community_id == _f.community_id,
            _followed_too.c.wanted == _f.wanted,
        ),
    )
    .values(person_id=_other),
    update(gig_alerts)
    .where(_t.person_id == _one, ~exists().where(_told_too.c.person_id == _other, _told_too.c.gig_id == _t.gig_id))
    .values(person_id=_other),
)
_homes = select(func.min(workspaces.c.id)).where(workspaces.c.community_id == bindparam("community"))
_STAMP = (
    update(gigs)
    .where(_g.community_id == bindparam("community"), _g.workspace_id.is_(None))
    .values(workspace_id=_homes.having(func.count() == 1).scalar_subquery())
)
_same_request = gigs.alias("same_request")
_is_taken = exists().where(_same_request.c.community_id == _stays, _same_request.c.request_id == _g.request_id)
_JOINED: Sequence[Executable] = (
    update(gigs)
    .where(_g.community_id == _gone)
    .values(community_id=_stays, request_id=case((_is_taken, null()), else_=_g.request_id)),
    update(gig_follows)
    .where(
        _f.community_id == _gone,
        ~exists().where(
            _followed_too.c.community_id == _stays,
            _followed_too.c.person_id == _f.person_id,
            _followed_too.c.wanted == _f.wanted,
        ),
    )
    .values(community_id=_stays),
)
_copied = ("person_id", "wanted", "place_id", "is_daily", "followed_at")
_poster = select(accounts.c.person_id).where(accounts.c.id == _g.account_id).correlate(gigs).scalar_subquery()
_PARTED: Sequence[Executable] = (
    update(gigs).where(_g.community_id == _old_one, _g.workspace_id == _home).values(community_id=_new),
    update(gigs)
    .where(
        _g.community_id == _old_one,
        _g.workspace_id.is_(None),
        _is_member(_poster, _new),
        not_(_is_member(_poster, _old_one)),
    )
    .values(community_id=_new),
    update(gig_follows)
    .where(_f.community_id == _old_one, _is_member(_f.person_id, _new), not_(_is_member(_f.person_id, _old_one)))
    .values(community_id=_new),
    insert(gig_follows).from_select(
        ["community_id", *_copied],
        select(_new, *(_f[name] for name in _copied)).where(
            _f.community_id == _old_one, _is_member(_f.person_id, _new)
        ),
    ),
)
