"""What somebody did lately, wherever it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Integer, bindparam, false, func, or_, select, union_all

from bot.domain.connections import Happening, Side, Standing
from bot.domain.events import Attendance, Kind
from bot.domain.gigs import What
from bot.domain.path import Learned, Went, Worked
from storage.connection import Connection
from storage.leads import reads_there
from storage.schema import UTC
from storage.tables import (
    accounts,
    attendances,
    connection_entries,
    gig_interests,
    gigs,
    occurrences,
    promises,
    resource_saves,
    resource_votes,
    resources,
)

_a, _o, _e, _p, _r = attendances.c, occurrences.c, connection_entries.c, promises.c, resources.c
_person = bindparam("person", type_=Integer)
_since, _now = (bindparam(name, type_=UTC()) for name in ("since", "now"))
_most = bindparam("most", type_=Integer)

_WENT = (
    select(_o.id, _o.community_id, _o.kind, _o.ends)
    .select_from(attendances)
    .join(occurrences, _o.id == _a.occurrence_id)
    .where(
        _a.person_id == _person,
        _a.answer == Attendance.GOING.value,
        _o.ends > _since,
        _o.ends <= _now,
        _o.is_cancelled == false(),
        or_(_o.kind.is_(None), _o.kind != Kind.DEADLINE.value),
        reads_there(_a.person_id, _o.community_id),
    )
    .order_by(_o.ends.desc(), _o.id.desc())
    .limit(_most)
)
_last = func.max(_e.at)
_MET = (
    select(_e.connection_id, _last.label("at"))
    .where(_e.owner_id == _person, _e.kind == Happening.MET.value, _e.at > _since, _e.at <= _now)
    .group_by(_e.connection_id)
    .order_by(_last.desc(), _e.connection_id.desc())
    .limit(_most)
)
_KEPT = (
    select(_p.id, _p.settled_at)
    .where(
        _p.owner_id == _person,
        _p.standing == Standing.KEPT.value,
        _p.side == Side.MINE.value,
        _p.settled_at > _since,
    )
    .order_by(_p.settled_at.desc(), _p.id.desc())
    .limit(_most)
)

_j = gig_interests
_theirs = select(accounts.c.id).where(accounts.c.person_id == _person)
_touched = union_all(
    *(
        select(each.c.resource_id, each.c.at).where(each.c.person_id == _person)
        for each in (resource_saves, resource_votes)
    ),
    select(_r.id, _r.shared_at).where(_r.account_id.in_(_theirs)),
).subquery("touched")
_latest = func.max(_touched.c.at, type_=UTC())
_LEARNED = (
    select(_r.title, _r.topic, _latest.label("at"))
    .select_from(_touched)
    .join(resources, _r.id == _touched.c.resource_id)
    .where(_touched.c.at > _since, reads_there(_person, _r.community_id))
    .group_by(_r.id, _r.title, _r.topic)
    .order_by(_latest.desc(), _r.id.desc())
    .limit(_most)
)

_answered = union_all(
    select(_j.c.gig_id, _j.c.at).where(_j.c.account_id.in_(_theirs), _j.c.is_withdrawn == false()),
    select(gigs.c.id, gigs.c.posted_at).where(gigs.c.account_id.in_(_theirs)),
).subquery("answered")
_newest = func.max(_answered.c.at, type_=UTC())
_WORKED = (
    select(gigs.c.title, gigs.c.what, _newest.label("at"))
    .select_from(_answered)
    .join(gigs, gigs.c.id == _answered.c.gig_id)
    .where(_answered.c.at > _since, reads_there(_person, gigs.c.community_id))
    .group_by(gigs.c.id, gigs.c.title, gigs.c.what)
    .order_by(_newest.desc(), gigs.c.id.desc())
    .limit(_most)
)


class LatelyTable:
    """Implements `bot.domain.path.Lately`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def went(self, person: int, since: datetime, now: datetime, most: int) -> Sequence[Went]:
        values = {"person": person, "since": since, "now": now, "most": most}
        return [
            Went(row.id, row.community_id, Kind(row.kind) if row.kind else None, row.ends)
            for row in await self._connection.rows(_WENT, values)
        ]

    async def met(self, person: int, since: datetime, now: datetime, most: int) -> Sequence[tuple[int, datetime]]:
        values = {"person": person, "since": since, "now": now, "most": most}
        return [(row.connection_id, row.at) for row in await self._connection.rows(_MET, values)]

    async def kept(self, person: int, since: datetime, most: int) -> Sequence[tuple[int, datetime]]:
        values = {"person": person, "since": since, "most": most}
        return [(row.id, row.settled_at) for row in await self._connection.rows(_KEPT, values)]

    async def learned(self, person: int, since: datetime, most: int) -> Sequence[Learned]:
        values = {"person": person, "since": since, "most": most}
        return [Learned(*row) for row in await self._connection.rows(_LEARNED, values)]

    async def worked(self, person: int, since: datetime, most: int) -> Sequence[Worked]:
        values = {"person": person, "since": since, "most": most}
        rows = await self._connection.rows(_WORKED, values)
        return [Worked(row.title, What(row.what), row.at) for row in rows]
