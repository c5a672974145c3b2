"""The goals people set themselves; what they say is sealed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache

from sqlalchemy import Date, Executable, Integer, and_, bindparam, case, func, null, select, update

from bot.domain.goals import Goal, GoalPage, State, refuse_more
from bot.domain.topics import Pillar
from storage import sealed
from storage.connection import AnyRow, Connection
from storage.schema import UTC, among, insert_into, listed
from storage.tables import goals

_g = goals.c
_theirs = _g.person_id == bindparam("person", type_=Integer)
_this = and_(_theirs, _g.id == bindparam("goal"))
_is_open = _g.state == State.OPEN.value

_BY_REQUEST = select(_g.id).where(_theirs, _g.request_id == bindparam("request"))
_COUNTS = select(func.count(), func.count().filter(_is_open)).select_from(goals).where(_theirs)
_LISTED = (
    select(goals)
    .where(_theirs)
    .order_by(
        case((_is_open, 0), else_=1),
        case((_is_open, _g.due_on)).asc().nulls_last(),
        _g.settled_at.desc(),
        _g.id,
    )
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_CHANGE = (
    update(goals)
    .where(_this)
    .values(text=bindparam("now_says"), topic=bindparam("now_in"), due_on=bindparam("now_by", type_=Date))
)
_STATE = select(_g.state).where(_this).with_for_update()
_SETTLE = update(goals).where(_this).values(state=bindparam("now_is"), settled_at=bindparam("at", type_=UTC()))
_DONE = (
    select(goals)
    .where(_theirs, _g.state == State.DONE.value, _g.settled_at > bindparam("since", type_=UTC()))
    .order_by(_g.settled_at.desc(), _g.id.desc())
)
_OF_ONE = update(goals).where(_g.person_id == bindparam("one"))
HAND_OVER = _OF_ONE.values(person_id=bindparam("other"), request_id=null())
"""What is the person `one`'s is `other`'s."""


class GoalTable:
    """Implements `bot.domain.goals.Goals`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(
        self, person: int, what: str, topic: Pillar | None, by: date | None, request_id: str, now: datetime
    ) -> int:
        known = await self._connection.scalar(_BY_REQUEST, {"person": person, "request": request_id})
        if known is not None:
            return int(known)
        await self._refuse_more(person)
        row = {
            "person_id": person,
            "text": self._connection.vault.seal(what),
            "topic": topic or "",
            "due_on": by,
            "state": State.OPEN.value,
            "made_at": now,
            "settled_at": None,
            "request_id": request_id,
        }
        return int(await self._connection.scalar(_add(self._connection.dialect), row))

    async def several(self, person: int, ids: Collection[int]) -> Sequence[Goal]:
        dialect = self._connection.dialect
        values = {"person": person, "ids": listed(dialect, sorted(ids))}
        found = {row.id: self._read(row) for row in await self._connection.rows(_several(dialect), values)}
        return [found[id_] for id_ in ids if id_ in found]

    async def listed(self, person: int, *, offset: int, limit: int) -> GoalPage:
        rows = await self._connection.rows(_LISTED, {"person": person, "most": limit, "skipped": offset})
        counts = await self._connection.first(_COUNTS, {"person": person})
        assert counts is not None, "a count is always there"
        return GoalPage(tuple(self._read(row) for row in rows), counts[0], counts[1])

    async def change(self, person: int, goal: Goal) -> bool:
        said = {"now_says": self._connection.vault.seal(goal.what), "now_in": goal.topic or "", "now_by": goal.by}
        changed = await self._connection.execute(_CHANGE, {"person": person, "goal": goal.id, **said})
        return changed.rowcount > 0

    async def settle(self, person: int, id_: int, state: State, now: datetime) -> bool:
        before = await self._connection.scalar(_STATE, {"person": person, "goal": id_})
        if before is None or before == state:
            return before is not None
        if state is State.OPEN:
            await self._refuse_more(person)
        at = None if state is State.OPEN else now
        await self._connection.execute(_SETTLE, {"person": person, "goal": id_, "now_is": state.value, "at": at})
        return True

    async def due(self, persons: Collection[int], until: date, most: int) -> Mapping[int, Sequence[tuple[int, date]]]:
        dialect = self._connection.dialect
        values = {"persons": listed(dialect, sorted(persons)), "until": until, "most": most}
        found: defaultdict[int, list[tuple[int, date]]] = defaultdict(list)
        for row in await self._connection.rows(_due(dialect), values):
            found[row.person_id].append((row.id, row.due_on))
        return found

    async def done(self, person: int, since: datetime) -> Sequence[Goal]:
        return [self._read(row) for row in await self._connection.rows(_DONE, {"person": person, "since": since})]

    async def reseal(self, limit: int) -> int:
        return await sealed.reseal(self._connection, goals, limit)

    async def _refuse_more(self, person: int) -> None:
        counts = await self._connection.first(_COUNTS, {"person": person})
        assert counts is not None, "a count is always there"
        refuse_more(counts[1])

    def _read(self, row: AnyRow) -> Goal:
        return Goal(
            id=row.id,
            what=self._connection.vault.open(row.text),
            topic=Pillar(row.topic) if row.topic else None,
            by=row.due_on,
            state=State(row.state),
            settled_at=row.settled_at,
        )


@cache
def _add(dialect: str) -> Executable:
    return insert_into(goals, dialect).returning(_g.id)


@cache
def _several(dialect: str) -> Executable:
    return select(goals).where(_theirs, among(_g.id, "ids", dialect))


@cache
def _due(dialect: str) -> Executable:
    nth = func.row_number().over(partition_by=_g.person_id, order_by=(_g.due_on.desc(), _g.id.desc()))
    found = (
        select(_g.person_id, _g.id, _g.due_on, nth.label("nth"))
        .where(among(_g.person_id, "persons", dialect), _is_open, _g.due_on <= bindparam("until", type_=Date))
        .subquery("due_goals")
    )
    last = found.c.nth <= bindparam("most", type_=Integer)
    return select(found).where(last).order_by(found.c.person_id, found.c.due_on, found.c.id)
