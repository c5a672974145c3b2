"""Events that wait for organisers: how `bot.domain.proposals.Proposals` is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy import (
    Column,
    Executable,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)

from bot.domain.events import NewEvent
from bot.domain.people import Origin
from bot.domain.proposals import Proposal, Verdict
from storage.connection import AnyRow, Connection
from storage.event_copies import told_json, told_of
from storage.schema import UTC, Json, among, insert_into, listed, metadata
from storage.tables import communities, people

proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("community_id", Integer, ForeignKey("communities.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Integer, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    # no foreign keys, as for events
    Column("account_id", Integer, nullable=True),
    Column("workspace_id", Integer, nullable=True),
    Column("event", Json, nullable=False),
    Column("request_id", Text, nullable=True),
    Column("at", UTC, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("occurrence_id", Integer, nullable=True),
    Column("decided_at", UTC, nullable=True, index=True),
    UniqueConstraint("community_id", "request_id"),
    sqlite_autoincrement=True,
)


class ProposalTable:
    """Implements `bot.domain.proposals.Proposals`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def is_asked(self, community: int) -> bool:
        return bool(await self._connection.scalar(_IS_ASKED, {"community": community}))

    async def ask(self, community: int, *, is_asked: bool) -> None:
        await self._connection.execute(_ASK, {"community": community, "is_asked": is_asked})

    async def propose(self, community: int, event: NewEvent, now: datetime) -> Proposal:
        values = {
            "community_id": community,
            "person_id": event.added_by,
            "account_id": event.origin and event.origin.account,
            "workspace_id": event.origin and event.origin.home,
            "event": told_json(event),
            "request_id": event.request_id,
            "at": now,
            "verdict": Verdict.WAITING.value,
            "reason": "",
        }
        await self._connection.execute(_add(self._connection.dialect), values)
        row = await self._connection.first(_BY_REQUEST, {"community": community, "request": event.request_id})
        assert row is not None, "it is there: kept now, or by the same request before"
        return _proposal(row)

    async def hold(self, community: int, id_: int) -> Proposal | None:
        row = await self._connection.first(_HOLD, {"community": community, "proposal": id_})
        return None if row is None else _proposal(row)

    async def waiting(self, community: int, offset: int, limit: int) -> tuple[Sequence[Proposal], int]:
        total: int = await self._connection.scalar(_COUNT, {"community": community})
        rows = await self._connection.rows(_WAITING, {"community": community, "from_": offset, "most": limit})
        return [_proposal(row) for row in rows], total

    async def of(self, community: int, person: int) -> Sequence[Proposal]:
        return [_proposal(row) for row in await self._connection.rows(_OF, {"community": community, "person": person})]

    async def decide(
        self,
        community: int,
        id_: int,
        verdict: Verdict,
        now: datetime,
        *,
        reason: str = "",
        occurrence: int | None = None,
    ) -> None:
        values = {
            "community": community,
            "proposal": id_,
            "said": verdict.value,
            "why": reason,
            "became": occurrence,
            "now": now,
        }
        await self._connection.execute(_DECIDE, values)

    async def several(self, ids: Collection[int]) -> Sequence[Proposal]:
        dialect = self._connection.dialect
        rows = await self._connection.rows(_several(dialect), {"ids": listed(dialect, list(ids))})
        return [_proposal(row) for row in rows]

    async def sweep(self, before: datetime, limit: int) -> int:
        return (await self._connection.execute(_SWEEP, {"before": before, "most": limit})).rowcount


def _proposal(row: AnyRow) -> Proposal:
    origin = None if row.account_id is None else Origin(row.account_id, row.workspace_id)
    event = replace(told_of(row.event), added_by=row.person_id, origin=origin, request_id=row.request_id)
    return Proposal(
        id=row.id,
        community=row.community_id,
        person=row.person_id,
        name=row.name,
        event=event,
        at=row.at,
        verdict=Verdict(row.verdict),
        reason=row.reason,
        occurrence=row.occurrence_id,
    )


# --- statements --------------------------------------------------------------------------------------------

_c = proposals.c
_is_community = communities.c.id == bindparam("community")
_IS_ASKED = select(communities.c.events_need_approval).where(_is_community)
_ASK = update(communities).where(_is_community).values(events_need_approval=bindparam("is_asked"))
_is_it = and_(_c.community_id == bindparam("community"), _c.id == bindparam("proposal"))
_is_waiting = and_(_c.community_id == bindparam("community"), _c.verdict == Verdict.WAITING.value)
_ALL = select(proposals, people.c.name).join(people, people.c.id == _c.person_id)
_HOLD = _ALL.where(_is_it).with_for_update(of=proposals)
_BY_REQUEST = _ALL.where(_c.community_id == bindparam("community"), _c.request_id == bindparam("request"))
_COUNT = select(func.count()).select_from(proposals).where(_is_waiting)
_WAITING = _ALL.where(_is_waiting).order_by(_c.id).offset(bindparam("from_")).limit(bindparam("most"))
_OF = _ALL.where(_is_waiting, _c.person_id == bindparam("person")).order_by(_c.id)
_DECIDE = (
    update(proposals)
    .where(_is_it, _c.verdict == Verdict.WAITING.value)
    .values(
        verdict=bindparam("said"),
        reason=bindparam("why"),
        occurrence_id=bindparam("became"),
        decided_at=bindparam("now", type_=UTC()),
    )
)
_old = select(_c.id).where(_c.decided_at < bindparam("before", type_=UTC())).limit(bindparam("most"))
_SWEEP = delete(proposals).where(_c.id.in_(_old))


@cache
def _add(dialect: str) -> Executable:
    return insert_into(proposals, dialect).on_conflict_do_nothing(index_elements=["community_id", "request_id"])


@cache
def _several(dialect: str) -> Executable:
    return _ALL.where(among(_c.id, "ids", dialect)).order_by(_c.id)
