"""Who goes where not everybody can: places, the line for them, and who a freed place goes to.

Whoever frees places holds them first (`hold_for`, `hold_all`, or by writing the occurrence) and fills them last, in one
transaction: on PostgreSQL the rows of the occurrences are locked meanwhile, on SQLite writing units of work are alone.
The order in line is that of `attendances.at`, which for who joins it is later than for anybody who waits already.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Text,
    and_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.domain.events import FREED, Attendance, Freed, Tally
from bot.errors import NotFound
from bot.i18n import N_
from storage import leads
from storage.connection import AnyRow, Connection
from storage.schema import UTC, among, insert_into, listed
from storage.tables import attendances, occurrences

LATER = timedelta(microseconds=1)
"""What two turns in a line are apart at least: as exact as both databases keep a moment."""


async def answer(
    connection: Connection,
    community: int,
    occurrence: int,
    person: int,
    answer: Attendance,
    now: datetime,
    account: int | None,
) -> Tally:
    """Raises NotFound for an occurrence that this community does not have. The same answer twice is once."""
    values: dict[str, object] = {
        "community": community,
        "occurrence": occurrence,
        "person": person,
        "answer": answer.value,
        "at": now,
        "account": account,
    }
    limited = await connection.first(_HOLD_ONE, values)
    before = None if limited is None else await connection.scalar(_SAID, values)
    if limited is not None and answer is Attendance.GOING and before != answer.value:
        values |= await _turn(connection, limited, before, values, now)
    try:
        await connection.execute(_answer(connection.dialect), values)
    except IntegrityError as error:  # an import took it out of the calendar at this moment
        raise _gone() from error
    if values["answer"] == Attendance.GOING.value:
        await leads.stir_person(connection, person, now)
    elif limited is not None and before == Attendance.GOING.value:
        await fill(connection, [occurrence], now)
    row = await connection.first(_TALLY, values)
    if row is None:
        raise _gone()
    return Tally(row.going, row.maybe, row.waiting, row.place or None)


async def _turn(
    connection: Connection, limited: AnyRow, before: str | None, values: dict[str, object], now: datetime
) -> dict[str, object]:
    """What somebody says who would like to go: a place, if there is one that nobody waits for, else a place in line.

    Once it has begun nobody is called from the line, and whoever asks has what is free.
    """
    taken = await connection.first(_TAKEN, values)
    assert taken is not None, "counts are always there"
    is_waiting = before == Attendance.WAITING.value
    ahead = 0 if limited.starts <= now else taken.ahead if is_waiting else taken.waiting
    if taken.going + ahead < limited.capacity:
        return {}
    last = taken.last
    return {"answer": Attendance.WAITING.value, "at": now if last is None or last < now else last + LATER}


# --- places that are freed ---------------------------------------------------------------------------------


async def hold_for(connection: Connection, persons: Collection[int]) -> Sequence[int]:
    """The occurrences where these people have one of few places, or wait for one."""
    values = {"persons": listed(connection.dialect, sorted(persons))}
    return [row.id for row in await connection.rows(_hold_for(connection.dialect), values)]


async def hold_all(connection: Connection, communities: Collection[int]) -> Sequence[int]:
    """All occurrences of these communities where places are few, or somebody waits for one."""
    values = {"communities": listed(connection.dialect, sorted(communities))}
    return [row.id for row in await connection.rows(_hold_all(connection.dialect), values)]


async def fill(connection: Connection, ids: Collection[int], now: datetime) -> None:
    """Let whoever is next in line have the places that are free at these occurrences: not once they have begun, nor
    where they are cancelled. They are told, and their reminders are looked at again.
    """
    dialect = connection.dialect
    rows = await connection.rows(_next(dialect), {"ids": listed(dialect, sorted(ids)), "now": now})
    if not rows:
        return
    called = [  # in their order, as those who go are listed by when they said so
        {"occurrence": row.occurrence_id, "person": row.person_id, "now": now, "turn": now + turn * LATER}
        for turn, row in enumerate(rows)
    ]
    await connection.execute(_CALL, called)
    persons = sorted({row.person_id for row in rows})
    for kind in (*leads.FOLLOWS, FREED):
        await leads.stir_persons(connection, persons, kind, now)


async def take_freed(connection: Connection, persons: Collection[int]) -> Sequence[Freed]:
    """Whom of these a place went to since this was last asked."""
    values = {"persons": listed(connection.dialect, sorted(persons))}
    rows = await connection.rows(_freed(connection.dialect), values)
    if rows:
        await connection.execute(_told(connection.dialect), values)
    return [Freed(row.person_id, row.occurrence_id, row.community_id, row.starts) for row in rows if row.reads]


def _gone() -> NotFound:
    return NotFound(N_("This event is not here any more. Look for others with {command}."), command="/event find")


# --- statements --------------------------------------------------------------------------------------------

_a, _o = attendances.c, occurrences.c
_occurrence, _person = (bindparam(name, type_=Integer) for name in ("occurrence", "person"))
_is_it = and_(_o.id == _occurrence, _o.community_id == bindparam("community", type_=Integer))
_its = _a.occurrence_id == _occurrence

# written out, or SQLite would not see that the index of the line is meant
IN_LINE = _a.answer == literal_column(f"'{Attendance.WAITING}'")
"""Whether somebody waits for a place."""


def _given(answer: Attendance) -> ColumnElement[int]:
    return select(func.count()).where(_its, _a.answer == answer.value).scalar_subquery()


_theirs = attendances.alias("theirs")
_before_them = or_(_a.at < _theirs.c.at, and_(_a.at == _theirs.c.at, _a.person_id < _theirs.c.person_id))
_waiting = select(func.count()).where(_its, IN_LINE).scalar_subquery()
_AHEAD = (
    select(func.count())
    .select_from(_theirs)
    .join(attendances, and_(_its, IN_LINE, _before_them))
    .where(_theirs.c.occurrence_id == _occurrence, _theirs.c.person_id == _person)
    .scalar_subquery()
)


def place_in_line(occurrence: ColumnElement[int], person: ColumnElement[int]) -> ColumnElement[int]:
    """How manyth somebody is in line, from 1; 0 for who is not in it."""
    is_theirs = and_(
        _theirs.c.occurrence_id == occurrence,
        _theirs.c.person_id == person,
        _theirs.c.answer == Attendance.WAITING.value,
    )
    is_ahead = and_(_a.occurrence_id == _theirs.c.occurrence_id, IN_LINE, or_(_before_them, _a.person_id == person))
    line = select(func.count()).select_from(_theirs.join(attendances, is_ahead)).where(is_theirs)
    return line.correlate(occurrences).scalar_subquery()


_TAKEN = select(
    _given(Attendance.GOING).label("going"),
    _waiting.label("waiting"),
    _AHEAD.label("ahead"),
    select(func.max(_a.at)).where(_its, IN_LINE).scalar_subquery().label("last"),
)
_TALLY = select(
    _given(Attendance.GOING).label("going"),
    _given(Attendance.MAYBE).label("maybe"),
    _waiting.label("waiting"),
    place_in_line(_occurrence, _person).label("place"),
).where(exists().where(_is_it))

# no key changes: who only refers to the row need not wait
_held = select(_o.id).order_by(_o.id).with_for_update(key_share=True)
_few = _held.where(_o.capacity.is_not(None))
_HOLD_ONE = _few.add_columns(_o.capacity, _o.starts).where(_is_it)
_SAID = select(_a.answer).where(_its, _a.person_id == _person)


@cache
def _hold_for(dialect: str) -> Executable:
    theirs = select(_a.occurrence_id).where(among(_a.person_id, "persons", dialect))
    return _few.where(_o.id.in_(theirs.where(or_(_a.answer == Attendance.GOING.value, IN_LINE))))


@cache
def _hold_all(dialect: str) -> Executable:
    line = exists().where(_a.occurrence_id == _o.id, IN_LINE)
    is_there = among(_o.community_id, "communities", dialect)
    return _held.where(is_there, or_(_o.capacity.is_not(None), line))


@cache
def _next(dialect: str) -> Executable:
    turn = func.row_number().over(partition_by=_a.occurrence_id, order_by=(_a.at, _a.person_id))
    line = select(_a.occurrence_id, _a.person_id, turn.label("turn"))
    waiting = line.where(among(_a.occurrence_id, "ids", dialect), IN_LINE).subquery("line")
    go = attendances.alias("go")
    going = select(func.count()).where(go.c.occurrence_id == _o.id, go.c.answer == Attendance.GOING.value)
    return (
        select(waiting.c.occurrence_id, waiting.c.person_id)
        .join(occurrences, _o.id == waiting.c.occurrence_id)
        .where(
            _o.is_cancelled == false(),
            _o.starts > bindparam("now", type_=UTC()),
            or_(_o.capacity.is_(None), waiting.c.turn <= _o.capacity - going.scalar_subquery()),
        )
        .order_by(waiting.c.occurrence_id, waiting.c.turn)
    )


_CALL = (
    update(attendances)
    .where(_its, _a.person_id == _person)
    .values(answer=Attendance.GOING.value, at=bindparam("turn", type_=UTC()), freed_at=bindparam("now", type_=UTC()))
)


@cache
def _freed(dialect: str) -> Executable:
    return (
        select(
            _a.person_id,
            _a.occurrence_id,
            _o.community_id,
            _o.starts,
            leads.reads_there(_a.person_id, _o.community_id).label("reads"),
        )
        .join(occurrences, _o.id == _a.occurrence_id)
        .where(among(_a.person_id, "persons", dialect), _a.freed_at.is_not(None))
        .order_by(_a.person_id, _o.starts, _o.id)
    )


@cache
def _told(dialect: str) -> Executable:
    theirs = and_(among(_a.person_id, "persons", dialect), _a.freed_at.is_not(None))
    return update(attendances).where(theirs).values(freed_at=null())


@cache
def _answer(dialect: str) -> Executable:
    chosen = select(
        _o.id,
        bindparam("person", type_=Integer),
        bindparam("answer", type_=Text),
        bindparam("at", type_=UTC()),
        bindparam("account", type_=Integer),
    ).where(_is_it)
    names = ["occurrence_id", "person_id", "answer", "at", "account_id"]
    statement = insert_into(attendances, dialect).from_select(names, chosen)
    return statement.on_conflict_do_update(
        index_elements=["occurrence_id", "person_id"],
        set_={**{name: statement.excluded[name] for name in names[2:]}, "via_workspace_id": null(), "freed_at": null()},
        # who says the same again keeps their turn; what was said elsewhere becomes their own
        where=or_(_a.answer != statement.excluded.answer, _a.via_workspace_id.is_not(None)),
    )
