"""What is owed: one table, and the statements that keep `bot.domain.delivery.OutboxRows`' promises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import assert_never

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    Executable,
    ForeignKey,
    Index,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    text,
    update,
)

from bot.domain.addresses import Address, Channel, Direct
from bot.domain.delivery import (
    Buried,
    Claimed,
    Done,
    Doubt,
    Later,
    Moot,
    OutboxLine,
    Outcome,
    Owed,
    Platforms,
    Post,
    Receipt,
    Sent,
    Undelivered,
    Waits,
)
from storage.connection import AnyRow, Connection, Values
from storage.schema import DIALECTS, UTC, DatabaseIn, DatabaseNow, Json, insert_into, metadata
from storage.tables import accounts, memberships, workspaces

# Moments are of two clocks. `lease_until` is by the database's, which all processes share; all others are by
# the bot's own, as callers pass them in, so that what is due can be tried on a clock that was moved.

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("subject", Integer, nullable=False),
    Column("period", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("platform", Text, nullable=False),
    Column("workspace", Text, nullable=True, comment="NULL for direct messages"),
    Column("place", Text, nullable=False, comment="the channel, or the account"),
    Column("place_name", Text, nullable=False),
    Column("community_id", Integer, ForeignKey("communities.id", ondelete="CASCADE"), nullable=True),
    Column("facts", Json, nullable=False),
    Column("follows", Integer, nullable=True),
    Column("follows_key", Text, nullable=True),
    Column("not_before", UTC, nullable=True),
    Column("not_after", UTC, nullable=True),
    Column("state", Text, nullable=False, comment="waiting, sent, moot or buried"),
    Column("due_at", UTC, nullable=True, comment="NULL: settled, or the part before it is not"),
    Column("token", Text, nullable=True, comment="of the claim"),
    Column("lease_until", UTC, nullable=True, comment="by the database's clock"),
    Column("claimed_at", UTC, nullable=True),
    Column("tries", Integer, nullable=False),
    Column("failing_since", UTC, nullable=True),
    Column("unsure_since", UTC, nullable=True),
    Column("asked_since", UTC, nullable=True),
    Column("resent", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("message", Text, nullable=True, comment="the platform's id of it"),
    Column("shown", Json, nullable=True, comment="event id to version"),
    Column("created_at", UTC, nullable=False),
    Column("settled_at", UTC, nullable=True),
    Column("otherwise", Json, nullable=True, comment="the place after this one"),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="CASCADE"), nullable=True, comment="whose own it is"),
    Column("closed_since", UTC, nullable=True, comment="no direct message gets there"),
    # Each holds only the rows its question is about, so that what is asked often stays small and flat.
    Index(
        "ix_outbox_due",
        "due_at",
        "id",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index(
        "ix_outbox_follows",
        "follows_key",
        sqlite_where=text("follows_key IS NOT NULL"),
        postgresql_where=text("follows_key IS NOT NULL"),
    ),
    Index(
        "ix_outbox_settled",
        "settled_at",
        sqlite_where=text("settled_at IS NOT NULL"),
        postgresql_where=text("settled_at IS NOT NULL"),
    ),
    Index(
        "ix_outbox_subject",
        "community_id",
        "kind",
        "subject",
        sqlite_where=text("community_id IS NOT NULL"),
        postgresql_where=text("community_id IS NOT NULL"),
    ),
    Index(
        "ix_outbox_person_id",
        "person_id",
        sqlite_where=text("person_id IS NOT NULL"),
        postgresql_where=text("person_id IS NOT NULL"),
    ),
    Index(
        "ix_outbox_closed",
        "platform",
        "place",
        "id",
        sqlite_where=text("closed_since IS NOT NULL"),
        postgresql_where=text("closed_since IS NOT NULL"),
    ),
)

_now = bindparam("now", type_=UTC())
_keys: BindParameter[Sequence[str]] = bindparam("keys", expanding=True)

_ADD: dict[str, Executable] = {
    dialect: insert_into(outbox, dialect).on_conflict_do_nothing(index_elements=["key"]) for dialect in DIALECTS
}
_EARLIEST = select(outbox.c.due_at).where(outbox.c.due_at.is_not(None)).order_by(outbox.c.due_at).limit(1)
_is_here = outbox.c.platform.in_(bindparam("platforms", expanding=True))
_EARLIEST_HERE = _EARLIEST.where(_is_here)

_DUE = (
    select(outbox.c.id)
    .where(
        outbox.c.due_at <= _now,
        or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= DatabaseNow()),
    )
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
# A claimed row is due again when its lease ends, so that neither the next claim nor `earliest` meets it.
_CLAIMED = (
    update(outbox)
    .values(
        token=bindparam("claim"),
        lease_until=DatabaseIn(bindparam("seconds")),
        due_at=bindparam("lapses", type_=UTC()),
        claimed_at=_now,
        unsure_since=case(
            (outbox.c.lease_until.is_not(None), func.coalesce(outbox.c.unsure_since, outbox.c.claimed_at)),
            else_=outbox.c.unsure_since,
        ),
    )
    .returning(
        outbox.c.id,
        outbox.c.kind,
        outbox.c.subject,
        outbox.c.period,
        outbox.c.platform,
        outbox.c.workspace,
        outbox.c.place,
        outbox.c.place_name,
        outbox.c.community_id,
        outbox.c.part,
        outbox.c.facts,
        outbox.c.not_before,
        outbox.c.not_after,
        outbox.c.follows,
        outbox.c.key,
        outbox.c.tries,
        outbox.c.failing_since,
        outbox.c.unsure_since,
        outbox.c.asked_since,
        outbox.c.resent,
        outbox.c.otherwise,
        outbox.c.person_id,
        outbox.c.closed_since,
    )
)

_HELD = select(outbox.c.id, outbox.c.token).where(outbox.c.id.in_(bindparam("ids", expanding=True))).with_for_update()
_SETTLE = (
    update(outbox)
    .where(outbox.c.id == bindparam("this_id"))
    .values(
        {
            "token": null(),
            "lease_until": null(),
            "state": bindparam("state"),
            "due_at": bindparam("due_at"),
            "settled_at": bindparam("settled_at"),
            "tries": bindparam("tries"),
            "failing_since": bindparam("failing_since"),
            "unsure_since": bindparam("unsure_since"),
            "asked_since": bindparam("asked_since"),
            "resent": bindparam("resent"),
            "reason": bindparam("reason"),
            "message": bindparam("message"),
            "shown": bindparam("shown"),
            "closed_since": bindparam("closed_since"),
        }
    )
)
# What may go on now that nothing before it is left: what waits for a part has no `due_at`.
_free = update(outbox).where(outbox.c.state == "waiting", outbox.c.due_at.is_(None))
_from_now = {"due_at": case((outbox.c.not_before > _now, outbox.c.not_before), else_=_now)}
_RELEASE_FOLLOWERS = _free.where(outbox.c.follows_key.in_(_keys)).values(_from_now)
_RELEASE = _free.where(outbox.c.key.in_(_keys)).values(_from_now)
_BURY_FOLLOWERS = (
    _free.where(outbox.c.follows_key.in_(_keys))
    .values(state="buried", reason=bindparam("why"), settled_at=_now)
    .returning(outbox.c.key)
)
_MOVING = select(outbox).where(outbox.c.key.in_(_keys), outbox.c.otherwise.is_not(None)).order_by(outbox.c.id)
_FORGET = delete(outbox).where(outbox.c.id == bindparam("this_id"))
_SUBJECT = (("community_id", "community"), ("kind", "kind"), ("subject", "subject"))
_of_subject = and_(*(outbox.c[name] == bindparam(key) for name, key in _SUBJECT))
_FORGIVE = delete(outbox).where(_of_subject, outbox.c.state == "buried")
_UNSETTLED = select(outbox.c.tries).where(_of_subject, outbox.c.state == "waiting").limit(1)
_IS_WAITING = select(
    exists().where(
        outbox.c.community_id == bindparam("community"),
        outbox.c.kind.in_(bindparam("kinds", expanding=True)),
        outbox.c.state == "waiting",
    )
)
# Locked, so that none of them settles before its followers are there to be seen.
_STILL_WAITING = (
    select(outbox.c.key).where(outbox.c.key.in_(_keys), outbox.c.state == "waiting").with_for_update(read=True)
)

_LINE = select(
    outbox.c.key,
    outbox.c.state,
    outbox.c.tries,
    func.coalesce(outbox.c.settled_at, outbox.c.due_at, outbox.c.created_at),
    outbox.c.reason,
    outbox.c.resent,
)
_LINES = _LINE.order_by(outbox.c.id.desc()).limit(bindparam("most"))
_LINES_OF = _LINES.where(outbox.c.state == bindparam("state"))
_NEWEST_OF = _LINE.where(_of_subject).order_by(outbox.c.id.desc()).limit(1)
_elsewhere_too = outbox.alias("elsewhere_too")
_went_elsewhere = exists().where(
    outbox.c.otherwise.is_not(None),
    _elsewhere_too.c.person_id == outbox.c.person_id,
    *(_elsewhere_too.c[name] == outbox.c[name] for name in ("kind", "subject", "period", "part")),
    _elsewhere_too.c.id > outbox.c.id,
)
_is_undelivered = and_(
    outbox.c.workspace.is_(None),
    or_(outbox.c.state == "buried", outbox.c.closed_since.is_not(None)),
    ~_went_elsewhere,
)
_UNDELIVERED = (
    select(
        outbox.c.kind,
        outbox.c.subject,
        outbox.c.key,
        outbox.c.state == "waiting",
        outbox.c.reason,
        func.coalesce(outbox.c.settled_at, outbox.c.closed_since),
    )
    .where(outbox.c.person_id == bindparam("person"), _is_undelivered)
    .order_by(outbox.c.id.desc())
    .limit(bindparam("most"))
)
_UNDELIVERED_OF = (
    select(func.count(accounts.c.person_id.distinct()))
    .join(memberships, memberships.c.account_id == accounts.c.id)
    .join(workspaces, workspaces.c.id == memberships.c.workspace_id)
    .where(
        workspaces.c.community_id == bindparam("community"),
        exists().where(outbox.c.person_id == accounts.c.person_id, _is_undelivered),
    )
)
_is_over = or_(outbox.c.not_after.is_(None), outbox.c.not_after < bindparam("before"))
_old = select(outbox.c.id).where(outbox.c.settled_at < bindparam("before"), _is_over).limit(bindparam("most"))
_SWEEP = delete(outbox).where(outbox.c.id.in_(_old.scalar_subquery()))

_was_sent = and_(outbox.c.state == "sent", outbox.c.message.is_not(None))
_POST_ROWS = select(outbox).where(_was_sent, outbox.c.shown.is_not(None))
_POST = _POST_ROWS.where(outbox.c.id == bindparam("this_id"))
_POSTS_OF = _POST_ROWS.where(
    outbox.c.community_id == bindparam("community"), outbox.c.kind.in_(bindparam("kinds", expanding=True))
).order_by(outbox.c.id)
_newest = outbox.alias("newest")
_newest_period = (
    select(_newest.c.period)
    .where(
        _newest.c.state == "sent",
        _newest.c.message.is_not(None),
        *(_newest.c[name] == bindparam(key) for name, key in _SUBJECT),
    )
    .order_by(_newest.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_LAST_SENT = select(outbox).where(_was_sent, _of_subject, outbox.c.period == _newest_period).order_by(outbox.c.part)
_this_post = update(outbox).where(outbox.c.id == bindparam("this_id"))
_SHOWED = _this_post.values(shown=bindparam("now_shown", type_=Json()))
_FORGET_POST = _this_post.values(shown=null())


def _here(platforms: Platforms) -> Values:
    return {} if platforms is None else {"platforms": list(platforms)}


def _claiming(due: Select[int]) -> Executable:
    # MATERIALIZED, or PostgreSQL may run the inner query more than once and take more rows than its limit says.
    pick = due.cte("pick").prefix_with("MATERIALIZED")
    return _CLAIMED.where(outbox.c.id.in_(select(pick.c.id)))


_CLAIM, _CLAIM_HERE = _claiming(_DUE), _claiming(_DUE.where(_is_here))


class OutboxTable:
    """Implements `bot.domain.delivery.OutboxRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, owed: Sequence[Owed], now: datetime) -> None:
        if not owed:
            return
        await self._connection.execute(_ADD[self._connection.dialect], [_kept(each, now) for each in owed])
        self._connection.wakes = True
        followers = {each.key: f"{each.stem}:{each.follows}" for each in owed if each.follows is not None}
        if followers:
            before = list(dict.fromkeys(followers.values()))
            waiting = {row.key for row in await self._connection.rows(_STILL_WAITING, {"keys": before})}
            free = [key for key, follows in followers.items() if follows not in waiting]
            if free:
                await self._connection.execute(_RELEASE, {"keys": free, "now": now})

    async def earliest(self, platforms: Platforms = None) -> datetime | None:
        statement = _EARLIEST if platforms is None else _EARLIEST_HERE
        moment: datetime | None = await self._connection.scalar(statement, _here(platforms))
        return moment

    async def claim(
        self, now: datetime, limit: int, lease_seconds: float, platforms: Platforms = None
    ) -> Sequence[Claimed]:
        token = token_hex(8)
        lapses = now + timedelta(seconds=lease_seconds)
        values = {"now": now, "most": limit, "claim": token, "seconds": lease_seconds, "lapses": lapses}
        statement = _CLAIM if platforms is None else _CLAIM_HERE
        rows = await self._connection.rows(statement, {**values, **_here(platforms)})
        return [_claimed(row, token) for row in sorted(rows, key=lambda row: row.id)]

    async def settle(self, settled: Sequence[tuple[Claimed, Outcome]], now: datetime) -> int:
        if not settled:
            return 0
        held = await self._connection.rows(_HELD, {"ids": [row.id for row, _ in settled]})
        tokens = {row.id: row.token for row in held}
        ours = [(row, outcome) for row, outcome in settled if tokens.get(row.id) == row.token]
        if not ours:
            return 0
        kept = [_became(row, outcome, now) for row, outcome in ours if not isinstance(outcome, Done)]
        if kept:
            await self._connection.execute(_SETTLE, kept)
        await self._forget([row for row, outcome in ours if isinstance(outcome, Done)])
        await self._release_after(ours, now)
        await self._bury_after(ours, now)
        self._connection.wakes |= any(isinstance(outcome, Later | Doubt | Waits) for _, outcome in ours)
        return len(ours)

    async def lines(self, state: str | None, limit: int) -> Sequence[OutboxLine]:
        if state is None:
            rows = await self._connection.rows(_LINES, {"most": limit})
        else:
            rows = await self._connection.rows(_LINES_OF, {"most": limit, "state": state})
        return [OutboxLine(*row) for row in rows]

    async def buried(self, community: int, kind: str, subject: int) -> OutboxLine | None:
        values = {"community": community, "kind": kind, "subject": subject}
        row = await self._connection.first(_NEWEST_OF, values)
        return OutboxLine(*row) if row is not None and row.state == "buried" else None

    async def unsettled(self, community: int, kind: str, subject: int) -> int | None:
        values = {"community": community, "kind": kind, "subject": subject}
        tries: int | None = await self._connection.scalar(_UNSETTLED, values)
        return tries

    async def is_waiting(self, community: int, kinds: Collection[str]) -> bool:
        values = {"community": community, "kinds": list(kinds)}
        return bool(await self._connection.scalar(_IS_WAITING, values))

    async def undelivered(self, person: int, limit: int) -> Sequence[Undelivered]:
        return [
            Undelivered(*row) for row in await self._connection.rows(_UNDELIVERED, {"person": person, "most": limit})
        ]

    async def undelivered_of(self, community: int) -> int:
        count: int = await self._connection.scalar(_UNDELIVERED_OF, {"community": community})
        return count

    async def posts(self, community: int, kinds: Collection[str]) -> Sequence[Post]:
        values = {"community": community, "kinds": list(kinds)}
        return [_post(row) for row in await self._connection.rows(_POSTS_OF, values)]

    async def post(self, id_: int) -> Post | None:
        row = await self._connection.first(_POST, {"this_id": id_})
        return None if row is None else _post(row)

    async def last_sent(self, community: int, kind: str, subject: int) -> Sequence[Post]:
        values = {"community": community, "kind": kind, "subject": subject}
        return [_post(row) for row in await self._connection.rows(_LAST_SENT, values)]

    async def showed(self, id_: int, shown: Mapping[int, int]) -> None:
        await self._connection.execute(_SHOWED, {"this_id": id_, "now_shown": dict(shown)})

    async def forget_post(self, id_: int) -> None:
        await self._connection.execute(_FORGET_POST, {"this_id": id_})

    async def sweep(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_SWEEP, {"before": before, "most": limit})).rowcount

    async def _release_after(self, settled: Iterable[tuple[Claimed, Outcome]], now: datetime) -> None:
        done = [row.key for row, outcome in settled if isinstance(outcome, Sent | Done | Moot)]
        if done:
            released = await self._connection.execute(_RELEASE_FOLLOWERS, {"keys": done, "now": now})
            self._connection.wakes |= released.rowcount > 0

    async def _bury_after(self, settled: Iterable[tuple[Claimed, Outcome]], now: datetime) -> None:
        for row, outcome in settled:
            if isinstance(outcome, Buried):
                keys = buried = [row.key]
                while keys:
                    values = {"keys": keys, "why": outcome.reason, "now": now}
                    keys = [each.key for each in await self._connection.rows(_BURY_FOLLOWERS, values)]
                    buried = buried + keys
                if outcome.is_unreachable:
                    moving = await self._connection.rows(_MOVING, {"keys": buried})
                    await self.add([_elsewhere(each) for each in moving], now)

    async def _forget(self, done: Sequence[Claimed]) -> None:
        for row in done:
            await self._connection.execute(_FORGET, {"this_id": row.id})
            if row.owed.community is not None:
                of = {"community": row.owed.community, "kind": row.owed.kind, "subject": row.owed.subject}
                await self._connection.execute(_FORGIVE, of)


def _where(address: Address) -> dict[str, str | None]:
    """An address as columns, and as JSON; `_place` reads either."""
    match address:
        case Channel(platform, workspace, place, name):
            return {"platform": platform, "workspace": workspace, "place": place, "place_name": name}
        case Direct(platform, account, name):
            return {"platform": platform, "workspace": None, "place": account, "place_name": name}
        case _:
            assert_never(address)


def _place(platform: str, workspace: str | None, place: str, place_name: str) -> Address:
    if workspace is None:
        return Direct(platform, place, place_name)
    return Channel(platform, workspace, place, place_name)


def _kept(owed: Owed, now: datetime) -> dict[str, object]:
    return _where(owed.address) | {
        "key": owed.key,
        "kind": owed.kind,
        "subject": owed.subject,
        "period": owed.period,
        "part": owed.part,
        "community_id": owed.community,
        "facts": owed.facts,
        "follows": owed.follows,
        "follows_key": None if owed.follows is None else f"{owed.stem}:{owed.follows}",
        "not_before": owed.not_before,
        "not_after": owed.not_after,
        "state": "waiting",
        "due_at": None if owed.follows is not None else max(now, owed.not_before or now),
        "tries": 0,
        "resent": 0,
        "reason": "",
        "created_at": now,
        "otherwise": None if owed.otherwise is None else _where(owed.otherwise),
        "person_id": owed.person,
    }


def _owed(row: AnyRow) -> Owed:
    return Owed(
        kind=row.kind,
        subject=row.subject,
        period=row.period,
        address=_place(row.platform, row.workspace, row.place, row.place_name),
        community=row.community_id,
        part=row.part,
        facts=row.facts,
        not_before=row.not_before,
        not_after=row.not_after,
        follows=row.follows,
        otherwise=None if row.otherwise is None else _place(**row.otherwise),
        person=row.person_id,
    )


def _post(row: AnyRow) -> Post:
    owed = _owed(row)
    shown = {int(event): version for event, version in (row.shown or {}).items()}
    return Post(row.id, owed, Receipt(owed.address, row.message), shown, row.created_at)


def _elsewhere(row: AnyRow) -> Owed:
    """What a row that could not be delivered owes at its other address."""
    owed = _owed(row)
    return replace(owed, address=owed.otherwise or owed.address, otherwise=None)


def _claimed(row: AnyRow, token: str) -> Claimed:
    return Claimed(
        id=row.id,
        owed=_owed(row),
        key=row.key,
        token=token,
        tries=row.tries,
        failing_since=row.failing_since,
        unsure_since=row.unsure_since,
        asked_since=row.asked_since,
        resent=row.resent,
        closed_since=row.closed_since,
    )


def _became(row: Claimed, outcome: Outcome, now: datetime) -> dict[str, object]:
    """What a row's columns say after an outcome; what it says nothing of stays as it was claimed."""
    became: dict[str, object] = {
        "this_id": row.id,
        "state": "waiting",
        "due_at": None,
        "settled_at": None,
        "tries": row.tries,
        "failing_since": row.failing_since,
        "unsure_since": row.unsure_since,
        "asked_since": row.asked_since,
        "resent": row.resent,
        "reason": "",
        "message": None,
        "shown": None,
        "closed_since": None,
    }
    match outcome:
        case Sent(receipt, shown):
            sent = {"state": "sent", "settled_at": now, "message": receipt.message, "shown": dict(shown)}
            return became | sent | {"tries": row.tries + 1}
        case Moot(reason):
            return became | {"state": "moot", "settled_at": now, "reason": reason}
        case Buried(reason):
            return became | {"state": "buried", "settled_at": now, "reason": reason}
        case Later(at, reason, counts):
            became |= {"due_at": at, "reason": reason, "closed_since": row.closed_since}
            if counts:
                failing = {"tries": row.tries + 1, "failing_since": row.failing_since or now}
                became |= failing | {"unsure_since": None, "asked_since": None}
            return became
        case Doubt(at, since, reason, asked_since):
            doubt = {"due_at": at, "reason": reason, "unsure_since": since, "asked_since": asked_since}
            return became | doubt | {"tries": row.tries + (asked_since is None), "closed_since": row.closed_since}
        case Waits(since, until, reason, is_tried):
            became |= {"due_at": until, "reason": reason, "closed_since": since}
            if is_tried:
                became |= {"tries": row.tries + 1, "failing_since": None, "unsure_since": None, "asked_since": None}
            return became
        case Done():
            raise ValueError("what is done has no row any more")
        case _:
            assert_never(outcome)
