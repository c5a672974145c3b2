"""Events: kept, laid out further, answered to. Reading them is in `finding`, importing in `bringing`, changing in
`changing`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import (
    Integer,
    and_,
    bindparam,
    select,
    update,
)

from bot.domain.events import (
    HORIZON,
    Answers,
    Attendance,
    Brought,
    Edit,
    Freed,
    FromSource,
    NewEvent,
    Occurrence,
    Page,
    Reach,
    Scope,
    Search,
    Slot,
    Tally,
)
from bot.domain.links import key_of
from bot.domain.recurrence import lay_out
from bot.domain.sources import Copy
from storage import bringing, changing, duplicates, event_copies, finding, seats
from storage.connection import Connection
from storage.details import DETAIL_COLUMNS, changes_of, timing_in
from storage.schema import UTC
from storage.tables import attendances, events, occurrences, people, places

LAID_AGAIN = timedelta(days=30)
"""A series is laid out further when this much of the horizon is bare."""


class EventTable:
    """Implements `bot.domain.events.Events`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, community: int, search: Search, *, person: int | None, offset: int, limit: int) -> Page:
        return await finding.find(self._connection, community, search, person, offset, limit)

    async def get(self, community: int, occurrence: int, *, person: int | None) -> Occurrence | None:
        found = await finding.several(self._connection, community, (occurrence,), person)
        return found[0] if found else None

    async def several(
        self, community: int, occurrences: Collection[int], *, person: int | None
    ) -> Sequence[Occurrence]:
        return await finding.several(self._connection, community, occurrences, person)

    async def stood_for(
        self, community: int, occurrences: Collection[int], *, person: int | None
    ) -> Mapping[int, Occurrence]:
        return await finding.stood_for(self._connection, community, occurrences, person)

    async def versions(self, community: int, events: Collection[int]) -> Mapping[int, int]:
        return await finding.versions(self._connection, community, events)

    async def suggest(self, community: int, typed: str, since: datetime, limit: int) -> Sequence[Occurrence]:
        return await finding.suggest(self._connection, community, typed, since, limit)

    async def mine(self, community: int, person: int, since: datetime, offset: int, limit: int) -> Page:
        return await finding.mine(self._connection, community, person, since, offset, limit)

    async def alike(
        self, community: int, title: str, starts: datetime, link: str, limit: int, *, person: int | None
    ) -> Sequence[Occurrence]:
        ids = await duplicates.alike(self._connection, community, title, starts, key_of(link), limit)
        return await finding.several(self._connection, community, ids, person)

    async def add(self, community: int, event: NewEvent, slots: Sequence[Slot], now: datetime) -> int:
        return await bringing.add(self._connection, community, event, slots, now)

    async def copies(self, community: int, source: str, now: datetime) -> Mapping[str, Copy]:
        return await event_copies.copies(self._connection, community, source, now)

    async def bring(
        self,
        community: int,
        batch: Sequence[FromSource],
        now: datetime,
        *,
        renamed: Mapping[str, str] = MappingProxyType({}),
    ) -> Brought:
        return await bringing.bring(self._connection, community, batch, now, renamed)

    async def gone(self, community: int, source: str, uids: Collection[str], now: datetime) -> int:
        return await bringing.gone(self._connection, community, source, uids, now)

    async def alone(self, community: int, source: str, uids: Collection[str]) -> Collection[str]:
        return await bringing.alone(self._connection, community, source, uids)

    async def forget_source(self, community: int, source: str, now: datetime) -> None:
        await bringing.forget_source(self._connection, community, source, now)

    async def answer(
        self,
        community: int,
        occurrence: int,
        person: int,
        answer: Attendance,
        now: datetime,
        *,
        account: int | None = None,
    ) -> Tally:
        return await seats.answer(self._connection, community, occurrence, person, answer, now, account)

    async def take_freed(self, persons: Collection[int]) -> Sequence[Freed]:
        return await seats.take_freed(self._connection, persons)

    async def answers(self, community: int, occurrence: int) -> Answers:
        rows = await self._connection.rows(_ANSWERS, {"community": community, "occurrence": occurrence})
        names: dict[str, list[str]] = {each.value: [] for each in Attendance}
        for answer, name in rows:
            names[answer].append(name)
        return Answers(*(tuple(names[each.value]) for each in Attendance))

    async def change(
        self,
        community: int,
        occurrence: int,
        edit: Edit,
        now: datetime,
        *,
        scope: Scope = Scope.THIS,
        seen: int | None = None,
    ) -> None:
        await changing.change(self._connection, community, occurrence, edit, now, scope, seen)

    async def cancel(
        self,
        community: int,
        occurrence: int,
        now: datetime,
        *,
        scope: Scope = Scope.THIS,
        reason: str = "",
        seen: int | None = None,
    ) -> None:
        await changing.cancel(self._connection, community, occurrence, now, scope, reason, seen)

    async def revive(self, community: int, occurrence: int, now: datetime) -> None:
        await changing.revive(self._connection, community, occurrence, now)

    async def reach(self, community: int, occurrence: int, scope: Scope, now: datetime) -> Reach:
        return await changing.reach(self._connection, community, occurrence, scope, now)

    async def interest(
        self, community: int, occurrence: int, home: int, interested: Collection[int], now: datetime
    ) -> None:
        await changing.interest(self._connection, community, occurrence, home, interested, now)

    async def extend(self, now: datetime, limit: int) -> int:
        values = {"laid": now + HORIZON - LAID_AGAIN, "limit": limit}
        rows = await self._connection.rows(_BARE, values)
        until = now + HORIZON
        for row in rows:
            slots = lay_out(timing_in(row), changes_of(row.changes), since=row.laid_until, until=until)
            await bringing.lay_further(self._connection, row, slots)
        moved = [{"event": row.id, "until": until} for row in rows]
        if moved:
            await self._connection.execute(_LAID, moved)
        return len(rows)


_BARE_COLUMNS = ("starts", "ends", "zone", "is_all_day", "rrule", "extra", "without", "changes", "is_cancelled")
_BARE = (
    select(*DETAIL_COLUMNS, events.c.id, events.c.community_id, events.c.laid_until)
    .add_columns(*(events.c[name] for name in _BARE_COLUMNS))
    .outerjoin(places, places.c.id == events.c.place_id)
    .where(events.c.laid_until < bindparam("laid", type_=UTC()))
    .order_by(events.c.laid_until, events.c.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(of=events, skip_locked=True)  # PostgreSQL's replicas share the work
)
_LAID = update(events).where(events.c.id == bindparam("event")).values(laid_until=bindparam("until", type_=UTC()))

_is_it = and_(
    occurrences.c.id == bindparam("occurrence", type_=Integer),
    occurrences.c.community_id == bindparam("community", type_=Integer),
)
_ANSWERS = (
    select(attendances.c.answer, people.c.name)
    .join(people, people.c.id == attendances.c.person_id)
    .join(occurrences, occurrences.c.id == attendances.c.occurrence_id)
    .where(_is_it)
    .order_by(attendances.c.at, attendances.c.person_id)
)
