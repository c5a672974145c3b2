"""What people are reminded of before events, and that what changes about it is looked at again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Executable,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    literal,
    select,
    update,
)

from bot.domain.changes import CHANGED
from bot.domain.events import FREED, Attendance, Kind
from bot.domain.leads import LEADS, Coming, Told
from bot.domain.nudges import NUDGE
from storage.connection import AnyRow, Connection
from storage.due import due
from storage.schema import EPOCH, UTC, among, insert_into, listed
from storage.tables import (
    accounts,
    attendances,
    communities,
    memberships,
    muted_events,
    occurrences,
    own_leads,
    people,
    reminders,
    told_leads,
    untold_changes,
    workspaces,
)

AT_ONCE = EPOCH
"""Sooner than anything else that a person's row may be due for."""

FOLLOWS = (LEADS, NUDGE)
"""Kinds of people's due rows that follow from what they are going to."""

MINUTE = timedelta(minutes=1)


class LeadTable:
    """Implements `bot.domain.leads.Leads`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def coming(self, persons: Collection[int], since: datetime, until: datetime) -> Sequence[Coming]:
        values = self._values(persons) | {"since": since, "until": until}
        return [_coming(row) for row in await self._connection.rows(_window(self._connection.dialect), values)]

    async def first_after(self, persons: Collection[int], after: datetime) -> Mapping[int, datetime]:
        values = self._values(persons) | {"since": after}
        return {
            row.person_id: row.starts for row in await self._connection.rows(_first(self._connection.dialect), values)
        }

    async def standing(self, pairs: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], Coming]:
        values = self._values({person for person, _ in pairs})
        values["ids"] = listed(self._connection.dialect, sorted({occurrence for _, occurrence in pairs}))
        rows = await self._connection.rows(_standing(self._connection.dialect), values)
        found = {(row.person_id, row.occurrence_id): _coming(row) for row in rows}
        return {pair: found[pair] for pair in pairs if pair in found}

    async def tell(self, told: Sequence[tuple[Coming, Told | None]], now: datetime) -> None:
        kept = [_kept(coming, each) for coming, each in told if each is not None]
        gone = [_pair(coming) for coming, each in told if each is None and coming.told is not None]
        if kept:
            await self._connection.execute(_tell(self._connection.dialect), kept)
        if gone:
            await self._connection.execute(_FORGET, gone)
        if kept or gone:
            values = self._values({coming.person for coming, _ in told}) | {"now": now}
            await self._connection.execute(_forget_past(self._connection.dialect), values)

    async def answered(self, person: int, occurrence: int) -> Coming | None:
        row = await self._connection.first(_ANSWERED, {"person": person, "occurrence": occurrence})
        return None if row is None else _coming(row)

    async def set_own(self, person: int, occurrence: int, leads: Sequence[timedelta] | None) -> None:
        values = {"person": person, "occurrence": occurrence}
        if leads is None:
            await self._connection.execute(_UNSET, values)
        else:
            minutes = {"minutes": [lead // MINUTE for lead in leads]}
            own = {"person_id": person, "occurrence_id": occurrence, **minutes}
            await self._connection.execute(_set_own(self._connection.dialect), own)

    async def mute(self, person: int, event: int, is_muted: bool) -> None:
        if is_muted:
            values = {"person_id": person, "event_id": event}
            await self._connection.execute(_mute(self._connection.dialect), values)
        else:
            await self._connection.execute(_UNMUTE, {"person": person, "event": event})

    def _values(self, persons: Collection[int]) -> dict[str, object]:
        return {"persons": listed(self._connection.dialect, sorted(persons)), "going": Attendance.GOING.value}


# --- what is looked at again -------------------------------------------------------------------------------


async def stir_person(connection: Connection, person: int, at: datetime) -> None:
    """Their answers changed."""
    for kind in FOLLOWS:
        await connection.execute(_stir_person(connection.dialect, kind), {"person": person, "at": at})
    connection.wakes = True


async def stir_persons(connection: Connection, persons: Collection[int], kind: str, at: datetime) -> None:
    """Let something be looked at for each of these people."""
    values = {"persons": listed(connection.dialect, list(persons)), "at": at}
    await connection.execute(_stir_persons(connection.dialect, kind), values)
    connection.wakes = True


async def stir_anew(connection: Connection, person: int) -> None:
    """They are another person now, as far as what they are told is concerned."""
    for kind in (*FOLLOWS, CHANGED, FREED):
        await connection.execute(_stir_person(connection.dialect, kind), {"person": person, "at": AT_ONCE})
    connection.wakes = True


async def stir_events(connection: Connection, events: Collection[int], at: datetime) -> None:
    """Whoever is going to a time of these that is ahead."""
    values = {"ids": listed(connection.dialect, list(events)), "going": Attendance.GOING.value, "at": at}
    for kind in FOLLOWS:
        await connection.execute(_stir_events(connection.dialect, kind), values)
    connection.wakes = True


async def stir_community(connection: Connection, community: int) -> None:
    """Whoever is going to anything of it."""
    values = {"community": community, "going": Attendance.GOING.value, "at": AT_ONCE}
    for kind in FOLLOWS:
        await connection.execute(_stir_community(connection.dialect, kind), values)
    connection.wakes = True


# --- records -----------------------------------------------------------------------------------------------


def _coming(row: AnyRow) -> Coming:
    return Coming(
        person=row.person_id,
        occurrence=row.occurrence_id,
        event=row.event_id,
        community=row.community_id,
        starts=row.starts,
        kind=row.kind and Kind(row.kind),
        since=row.since,
        zone=row.zone,
        locale=row.locale,
        own=None if row.own is None else tuple(each * MINUTE for each in row.own),
        told=None if row.told_minutes is None else Told(row.told_starts, row.told_minutes * MINUTE),
    )


def _kept(coming: Coming, told: Told) -> dict[str, object]:
    return {
        "person_id": coming.person,
        "occurrence_id": coming.occurrence,
        "starts": told.starts,
        "minutes": told.lead // MINUTE,
    }


def _pair(coming: Coming) -> dict[str, object]:
    return {"person": coming.person, "occurrence": coming.occurrence}


# --- statements --------------------------------------------------------------------------------------------

_a, _o = attendances.c, occurrences.c
_person, _occurrence = (bindparam(name, type_=Integer) for name in ("person", "occurrence"))
_at = bindparam("at", type_=UTC())


def reads_there(person: ColumnElement[int], community: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether somebody was seen in a workspace of a community that the bot was not removed from."""
    seen = memberships.join(accounts, accounts.c.id == memberships.c.account_id)
    seen = seen.join(workspaces, workspaces.c.id == memberships.c.workspace_id)
    w = workspaces.c
    found = select(accounts.c.id).select_from(seen)
    return found.where(accounts.c.person_id == person, w.community_id == community, w.removed_at.is_(None)).exists()


zone_of = case((people.c.zone != "", people.c.zone), else_=communities.c.zone).label("zone")
locale_of = case((people.c.locale != "", people.c.locale), else_=communities.c.locale).label("locale")
"""As a reader has them who is written to where no platform says more."""

_answers = (
    select(
        _a.person_id,
        _a.occurrence_id,
        _o.event_id,
        _o.community_id,
        _o.starts,
        _o.kind,
        _a.at.label("since"),
        zone_of,
        locale_of,
        own_leads.c.minutes.label("own"),
        told_leads.c.starts.label("told_starts"),
        told_leads.c.minutes.label("told_minutes"),
    )
    .select_from(attendances)
    .join(occurrences, _o.id == _a.occurrence_id)
    .join(communities, communities.c.id == _o.community_id)
    .join(people, people.c.id == _a.person_id)
    .outerjoin(own_leads, and_(own_leads.c.person_id == _a.person_id, own_leads.c.occurrence_id == _a.occurrence_id))
    .outerjoin(told_leads, and_(told_leads.c.person_id == _a.person_id, told_leads.c.occurrence_id == _a.occurrence_id))
    .order_by(_o.starts, _o.id)
)
_ANSWERED = _answers.where(_a.person_id == _person, _a.occurrence_id == _occurrence)


def _is_coming(dialect: str) -> ColumnElement[bool]:
    return and_(
        among(_a.person_id, "persons", dialect),
        _a.answer == bindparam("going"),
        _o.is_cancelled == false(),
        ~exists().where(muted_events.c.person_id == _a.person_id, muted_events.c.event_id == _o.event_id),
        reads_there(_a.person_id, _o.community_id),
    )


@cache
def _window(dialect: str) -> Executable:
    since, until = (bindparam(name, type_=UTC()) for name in ("since", "until"))
    return _answers.where(_is_coming(dialect), _o.starts > since, _o.starts <= until)


@cache
def _standing(dialect: str) -> Executable:
    return _answers.where(_is_coming(dialect), among(_a.occurrence_id, "ids", dialect))


@cache
def _first(dialect: str) -> Executable:
    return (
        select(_a.person_id, func.min(_o.starts).label("starts"))
        .select_from(attendances)
        .join(occurrences, _o.id == _a.occurrence_id)
        .where(_is_coming(dialect), _o.starts > bindparam("since", type_=UTC()))
        .group_by(_a.person_id)
    )


@cache
def _tell(dialect: str) -> Executable:
    insert = insert_into(told_leads, dialect)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["person_id", "occurrence_id"], set_={"starts": new.starts, "minutes": new.minutes}
    )


_FORGET = delete(told_leads).where(told_leads.c.person_id == _person, told_leads.c.occurrence_id == _occurrence)


@cache
def _forget_past(dialect: str) -> Executable:
    is_past = told_leads.c.starts <= bindparam("now", type_=UTC())
    is_moved = exists().where(_o.id == told_leads.c.occurrence_id, _o.starts > bindparam("now", type_=UTC()))
    return delete(told_leads).where(among(told_leads.c.person_id, "persons", dialect), is_past, ~is_moved)


@cache
def _set_own(dialect: str) -> Executable:
    insert = insert_into(own_leads, dialect)
    return insert.on_conflict_do_update(
        index_elements=["person_id", "occurrence_id"], set_={"minutes": insert.excluded.minutes}
    )


_UNSET = delete(own_leads).where(own_leads.c.person_id == _person, own_leads.c.occurrence_id == _occurrence)
_UNMUTE = delete(muted_events).where(
    muted_events.c.person_id == _person, muted_events.c.event_id == bindparam("event", type_=Integer)
)


@cache
def _mute(dialect: str) -> Executable:
    return insert_into(muted_events, dialect).on_conflict_do_nothing(index_elements=["person_id", "event_id"])


def hasten_all(found: Select[int], kind: str, at: ColumnElement[datetime], dialect: str) -> Executable:
    """Let rows of a kind fall due at `at`, for every subject found, unless they do so earlier."""
    names = ["kind", "subject", "at", "platform", "wakes_at", "fails"]
    subject = next(iter(found.selected_columns))
    fresh = found.with_only_columns(
        literal(kind, Text), subject, at, literal("", Text), at, literal(0, Integer), maintain_column_froms=True
    ).distinct()
    insert = insert_into(due, dialect).from_select(names, fresh)
    return insert.on_conflict_do_update(
        index_elements=["kind", "subject"],
        set_={name: insert.excluded[name] for name in names[2:]},
        where=due.c.wakes_at > insert.excluded.wakes_at,
    )


_going = select(_a.person_id).join(occurrences, _o.id == _a.occurrence_id).where(_a.answer == bindparam("going"))


@cache
def _stir_person(dialect: str, kind: str) -> Executable:
    # SQLite wants a WHERE where a SELECT is followed by ON CONFLICT (https://sqlite.org/lang_upsert.html)
    return hasten_all(select(people.c.id).where(people.c.id == _person), kind, _at, dialect)


@cache
def _stir_persons(dialect: str, kind: str) -> Executable:
    # in one order, so that no two of these wait for each other
    found = select(people.c.id).where(among(people.c.id, "persons", dialect)).order_by(people.c.id)
    return hasten_all(found, kind, _at, dialect)


@cache
def _stir_events(dialect: str, kind: str) -> Executable:
    return hasten_all(_going.where(among(_o.event_id, "ids", dialect), _o.starts > _at), kind, _at, dialect)


@cache
def _stir_community(dialect: str, kind: str) -> Executable:
    there = _o.community_id == bindparam("community", type_=Integer)
    return hasten_all(_going.where(there, _o.starts > _at), kind, _at, dialect)


# --- people and times that become one, or two --------------------------------------------------------------


def copied_for(table: Table, dialect: str, key: str, to: ColumnElement[int], which: ColumnElement[bool]) -> Executable:
    """Write rows again under another `key` (a person, an occurrence, an event); what is there already stays."""
    columns = [to if column.name == key else column for column in table.c]
    insert = insert_into(table, dialect).from_select([column.name for column in table.c], select(*columns).where(which))
    return insert.on_conflict_do_nothing(index_elements=[column.name for column in table.primary_key.columns])


OF_TIMES = (told_leads, own_leads, untold_changes)
"""What people have to do with one time of an event besides their answers."""


@cache
def times_united(dialect: str) -> Sequence[Executable]:
    """What concerned the occurrence `gone` concerns the one that `stays`."""
    gone, stays = (bindparam(name, type_=Integer) for name in ("gone", "stays"))
    return [copied_for(table, dialect, "occurrence_id", stays, table.c.occurrence_id == gone) for table in OF_TIMES]


_r, _same = reminders.c, reminders.alias("same")


def put_off_united() -> Executable:
    """Reminders of it that were put off, where there is none of the one that stays."""
    gone, stays = (bindparam(name, type_=Integer) for name in ("gone", "stays"))
    is_there = exists().where(
        _same.c.person_id == _r.person_id, _same.c.source == _r.source, _same.c.source_id == stays
    )
    of_gone = update(reminders).where(_r.source == "event", _r.source_id == gone, ~is_there)
    return of_gone.values(source_id=stays)


@cache
def events_united(dialect: str) -> Executable:
    gone, stays = (bindparam(name, type_=Integer) for name in ("gone", "stays"))
    return copied_for(muted_events, dialect, "event_id", stays, muted_events.c.event_id == gone)


_one, _other = (bindparam(name, type_=Integer) for name in ("one", "other"))


@cache
def people_united(dialect: str) -> Sequence[Executable]:
    """What is the person `one`'s is `other`'s. What either was told counts as told."""
    return [
        copied_for(table, dialect, "person_id", _other, table.c.person_id == _one)
        for table in (*OF_TIMES, muted_events)
    ]


@cache
def people_parted(dialect: str) -> Sequence[Executable]:
    """The answers that went from the person `one` to `other` are not told again; what was set stays where it is."""
    return [
        copied_for(
            table,
            dialect,
            "person_id",
            _other,
            and_(
                table.c.person_id == _one,
                exists().where(_a.person_id == _other, _a.occurrence_id == table.c.occurrence_id),
            ),
        )
        for table in (told_leads, untold_changes)
    ]
