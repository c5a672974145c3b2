"""Gigs, and who would like to do them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    Executable,
    Integer,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from bot.domain.gigs import OPEN_MOST, About, Gig, Interest, NewGig, Order, Page, Posted, Rules, Standing, Wanted
from bot.domain.people import Account, Origin
from bot.domain.terms import query_terms, terms
from bot.errors import NotFound, Refused
from bot.i18n import N_, Slash
from storage.connection import Connection
from storage.gig_follows import GigFollowTable
from storage.gig_rows import GIGS, NOW, PERSON, about_columns, gig_of, is_member
from storage.schema import UTC, among, insert_into, listed
from storage.tables import accounts, communities, gig_interests, gigs, people


class GigTable(GigFollowTable):
    """Implements `bot.domain.gigs.Gigs`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)

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
            **about_columns(new.about),
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
        gig = gig_of(row)
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
        found = [gig for gig in map(gig_of, rows) if wanted.fits(gig.about)]
        if order is Order.DEADLINE:
            found.sort(key=lambda gig: (gig.deadline, gig.id))
        return Page(tuple(found[offset : offset + limit]), len(found))

    async def suggest(
        self, community: int, typed: str, *, person: int, now: datetime, is_own: bool, limit: int
    ) -> Sequence[Gig]:
        wanted = query_terms(typed) if typed.strip() else ()
        values = {"community": community, "person": person}
        rows = await self._connection.rows(_OWN if is_own else _LIVE, values if is_own else values | {"now": now})
        found = (gig for gig in map(gig_of, rows) if _is_named(gig.about.title, wanted))
        return [gig for gig, _ in zip(found, range(limit), strict=False)]

    async def mine(self, community: int, person: int, offset: int, limit: int) -> Page:
        values = {"community": community, "person": person}
        rows = await self._connection.rows(_MINE, values | {"start": offset, "most": limit})
        return Page(tuple(map(gig_of, rows)), await self._connection.scalar(_COUNT_OWN, values))

    async def pending(self, community: int, now: datetime, offset: int, limit: int) -> Page:
        rows = await self._connection.rows(_PENDING, {"community": community, "person": None, "now": now})
        return Page(tuple(map(gig_of, rows[offset : offset + limit])), len(rows))

    async def change(self, community: int, id_: int, about: About, deadline: datetime, standing: Standing) -> None:
        values = {f"new_{name}": value for name, value in about_columns(about).items()}
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

    # --- what falls due ---

    async def fallen_due(self, ids: Collection[int]) -> Sequence[Gig]:
        dialect = self._connection.dialect
        values = {"ids": listed(dialect, sorted(ids)), "person": None}
        return [gig_of(row) for row in await self._connection.rows(_several(dialect), values)]

    async def sweep(self, before: datetime, limit: int) -> int:
        gone = await self._connection.execute(_SWEEP, {"before": before, "most": limit})
        return gone.rowcount


def _is_named(title: str, wanted: Sequence[str]) -> bool:
    held = terms(title)
    return all(any(each.startswith(term) for each in held) for term in wanted)


# --- gigs ----------------------------------------------------------------------------------------------------

_g, _i = gigs.c, gig_interests.c
_is_here = _g.community_id == bindparam("community", type_=Integer)
_is_this = and_(_is_here, _g.id == bindparam("gig", type_=Integer))
_is_live = and_(_g.standing == Standing.OPEN.value, _g.deadline > NOW)
_is_pending = and_(_g.standing == Standing.PENDING.value, _g.deadline > NOW)
_is_own = and_(_is_here, accounts.c.person_id == PERSON)
_GET = GIGS.where(_is_this)
_LIVE = GIGS.where(_is_here, _is_live).order_by(_g.opened_at.desc(), _g.id.desc())
_OWN = GIGS.where(_is_own).order_by(_g.posted_at.desc(), _g.id.desc())
_MINE = _OWN.offset(bindparam("start", type_=Integer)).limit(bindparam("most", type_=Integer))
_PENDING = GIGS.where(_is_here, _is_pending).order_by(_g.posted_at, _g.id)
_of_accounts = gigs.join(accounts, accounts.c.id == _g.account_id)
_COUNT_OWN = select(func.count()).select_from(_of_accounts).where(_is_own)
_COUNT_OPEN = _COUNT_OWN.where(or_(_is_live, _is_pending))


@cache
def _several(dialect: str) -> Executable:
    return GIGS.where(among(_g.id, "ids", dialect)).order_by(_g.id)


_WHERE = select(_g.community_id).where(_g.id == bindparam("gig", type_=Integer), is_member(PERSON, _g.community_id))
_OWNER = select(accounts.c.person_id).where(accounts.c.id == bindparam("account"))
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
    .values(standing=Standing.OPEN.value, opened_at=func.coalesce(_g.opened_at, NOW))
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
_theirs = select(accounts.c.id).where(accounts.c.person_id == PERSON)
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
