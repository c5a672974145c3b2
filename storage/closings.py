"""Accounts that take no direct messages, and what waits for them: how `bot.domain.closings` keeps its promises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import assert_never

from sqlalchemy import Executable, and_, bindparam, exists, func, null, or_, select, update

from bot.domain.addresses import Channel, Direct
from bot.domain.closings import PAUSE, TOLD_EVERY, TRIED_EVERY, Untold
from bot.domain.delivery import Buried, Claimed, Done, Doubt, Later, Moot, Outcome, Sent, Waits
from storage.connection import AnyRow, Connection
from storage.outbox import outbox
from storage.schema import UTC, among, listed
from storage.tables import accounts, memberships, workspaces

_now = bindparam("now", type_=UTC())
_is_waiting = and_(
    outbox.c.platform == bindparam("on_platform"),
    outbox.c.place == bindparam("at_place"),
    outbox.c.workspace.is_(None),
    outbox.c.closed_since.is_not(None),
    outbox.c.state == "waiting",
    outbox.c.token.is_(None),
)
"""For one account, and under way nowhere."""

_RELEASE = update(outbox).where(_is_waiting, outbox.c.due_at > _now).values(due_at=_now)
# the one owed first, so that they get there in order
_first = select(outbox.c.id).where(_is_waiting).order_by(outbox.c.id).limit(1).scalar_subquery()
_TRY_FIRST = update(outbox).where(outbox.c.id == _first, outbox.c.due_at > _now).values(due_at=_now)

_this = accounts.c.id == bindparam("account")
_OPEN = update(accounts).where(_this).values(closed_since=null(), try_at=null())
_CLOSE = (
    update(accounts)
    .where(_this)
    .values(closed_since=func.coalesce(accounts.c.closed_since, _now), try_at=bindparam("again", type_=UTC()))
)
_SPOKE = (
    update(accounts)
    .where(_this, accounts.c.try_at > _now, accounts.c.try_at <= bindparam("rested", type_=UTC()))
    .values(try_at=_now)
    .returning(accounts.c.platform, accounts.c.external_id)
)

_also = accounts.alias("also")
_told_lately = exists().where(
    _also.c.person_id == accounts.c.person_id, _also.c.told_at > bindparam("lately", type_=UTC())
)
_UNTOLD = (
    select(
        accounts.c.person_id,
        accounts.c.platform,
        accounts.c.external_id,
        accounts.c.name,
        accounts.c.closed_since,
        workspaces.c.external_id.label("workspace"),
        workspaces.c.community_id,
        memberships.c.channel,
        memberships.c.channel_name,
    )
    .join(memberships, memberships.c.account_id == accounts.c.id)
    .join(workspaces, workspaces.c.id == memberships.c.workspace_id)
    .where(
        _this,
        or_(accounts.c.told_at.is_(None), accounts.c.told_at < accounts.c.closed_since),
        ~_told_lately,
        memberships.c.channel.is_not(None),
        workspaces.c.removed_at.is_(None),
    )
    .order_by(memberships.c.seen_at.desc(), workspaces.c.id)
    .limit(1)
)
_TOLD = update(accounts).where(_this).values(told_at=_now)

_Settled = Sequence[tuple[Claimed, Outcome]]


class ClosingTable:
    """Implements `bot.domain.closings.Closings`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def closed(self, accounts: Collection[Direct]) -> Mapping[tuple[str, str], datetime]:
        ids: defaultdict[str, list[str]] = defaultdict(list)
        for each in accounts:
            ids[each.platform].append(each.account)
        dialect = self._connection.dialect
        rows: list[AnyRow] = []
        for platform, some in ids.items():
            values = {"platform": platform, "ids": listed(dialect, some)}
            rows += await self._connection.rows(_closed(dialect), values)
        return {(row.platform, row.external_id): row.try_at for row in rows}

    async def hold(self, settled: _Settled) -> None:
        await self._concerned(_by_account(settled))

    async def note(self, settled: _Settled, now: datetime) -> Sequence[Untold]:
        told = _by_account(settled)
        untold: list[Untold] = []
        for row in await self._concerned(told):
            outcomes = told[row.platform, row.external_id]
            try_at = _next_try(row.try_at, outcomes, now)
            place = {"on_platform": row.platform, "at_place": row.external_id}
            if try_at is None:
                await self._connection.execute(_OPEN, {"account": row.id})
                await self._wake(_RELEASE, {**place, "now": now})
                continue
            if try_at != row.try_at:
                await self._connection.execute(_CLOSE, {"account": row.id, "again": try_at, "now": now})
            await self._wake(_TRY_FIRST, {**place, "now": try_at})
            if any(isinstance(each, Waits) and each.is_tried and each.can_open for each in outcomes):
                untold += await self._tell(row.id, now)
        return untold

    async def spoke(self, account: int, now: datetime) -> None:
        values = {"account": account, "now": now, "rested": now + TRIED_EVERY - PAUSE}
        row = await self._connection.first(_SPOKE, values)
        if row is not None:
            await self._wake(_TRY_FIRST, {"on_platform": row.platform, "at_place": row.external_id, "now": now})

    async def _concerned(self, told: Mapping[tuple[str, str], Sequence[Outcome]]) -> Sequence[AnyRow]:
        """The accounts that something is to be noted of, locked: those that are closed, and those that wait now."""
        ids: defaultdict[str, list[str]] = defaultdict(list)
        waiting: defaultdict[str, list[str]] = defaultdict(list)
        for (platform, account), outcomes in told.items():
            ids[platform].append(account)
            if any(isinstance(each, Waits) for each in outcomes):
                waiting[platform].append(account)
        dialect = self._connection.dialect
        rows: list[AnyRow] = []
        for platform in sorted(ids):
            values = {"platform": platform, "ids": listed(dialect, ids[platform])}
            values["waiting"] = listed(dialect, waiting[platform])
            rows += await self._connection.rows(_concerned(dialect), values)
        return rows

    async def _wake(self, statement: Executable, values: Mapping[str, object]) -> None:
        changed = await self._connection.execute(statement, values)
        self._connection.wakes |= changed.rowcount > 0

    async def _tell(self, account: int, now: datetime) -> Iterable[Untold]:
        row = await self._connection.first(_UNTOLD, {"account": account, "lately": now - TOLD_EVERY})
        if row is None:
            return ()
        await self._connection.execute(_TOLD, {"account": account, "now": now})
        channel = Channel(row.platform, row.workspace, row.channel, row.channel_name or "")
        direct = Direct(row.platform, row.external_id, row.name)
        return [Untold(row.person_id, account, direct, channel, row.community_id, row.closed_since)]


def _by_account(settled: _Settled) -> Mapping[tuple[str, str], Sequence[Outcome]]:
    """What became of people's own rows, by platform and account."""
    told: defaultdict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for row, outcome in settled:
        if row.owed.waits_when_closed and isinstance(row.owed.address, Direct):
            told[row.owed.address.platform, row.owed.address.account].append(outcome)
    return told


def _next_try(known: datetime | None, outcomes: Iterable[Outcome], now: datetime) -> datetime | None:
    """When an account is next tried, None where it is open, by what was known of it and what came of these."""
    for outcome in outcomes:
        match outcome:
            case Sent():
                known = None
            case Waits(is_tried=True):
                known = now + TRIED_EVERY
            case Buried(is_unreachable=True) if known is not None:  # its last try, in vain
                known = now + TRIED_EVERY
            case Later(at=at) | Doubt(at=at) if known is not None and known <= now:  # the try is put off, not spent
                known = at
            case Waits() | Buried() | Moot() | Done() | Later() | Doubt():
                pass
            case _:
                assert_never(outcome)
    return known


@cache
def _closed(dialect: str) -> Executable:
    c = accounts.c
    return select(c.platform, c.external_id, c.try_at).where(
        c.platform == bindparam("platform"), among(c.external_id, "ids", dialect), c.try_at.is_not(None)
    )


@cache
def _concerned(dialect: str) -> Executable:
    c = accounts.c
    return (
        select(c.id, c.platform, c.external_id, c.try_at)
        .where(
            c.platform == bindparam("platform"),
            among(c.external_id, "ids", dialect),
            or_(c.try_at.is_not(None), among(c.external_id, "waiting", dialect)),
        )
        .order_by(c.id)
        .with_for_update()
    )
