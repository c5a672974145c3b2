"""Two communities that become one: what is moved, and events that both had. For libraries: `resource_joining`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Executable,
    Table,
    and_,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    null,
    or_,
    select,
    true,
    union,
    update,
)

from bot.domain.events import Attendance
from storage import audit, gig_linking, leads, resource_joining, seats
from storage.connection import AnyRow, Connection
from storage.event_terms import reindex
from storage.feeds import feeds
from storage.outbox import outbox
from storage.proposals import proposals
from storage.schema import among, insert_into, listed
from storage.tables import (
    attendances,
    communities,
    digests,
    drafts,
    event_sources,
    events,
    introductions,
    mirrors,
    occurrences,
    organisers,
    stand_ins,
    workspaces,
)


async def join(connection: Connection, community: int, into: int, now: datetime) -> bool:
    """Let all that is `community`'s become that of `into`; False when one of them is not there any more."""
    both = {"gone": community, "stays": into}
    if len(await connection.rows(_LOCK, both)) < 2:
        return False
    for each in (community, into):  # what came from nowhere in particular came from here, as long as there is one
        for stamp in _STAMPS:
            await connection.execute(stamp, {"community": each})
    moved = [row.id for row in await connection.rows(_EVENTS, {"community": community})]
    twins = {row.gone: row.stays for row in await connection.rows(_TWINS, both)}
    await unite(connection, twins, now)
    for statement in _MOVES:
        await connection.execute(statement, both)
    await gig_linking.join_communities(connection, community, into)
    for statement in audit.communities_united(connection.dialect):
        await connection.execute(statement, both)
    await reindex(connection, [id_ for id_ in moved if id_ not in twins])
    await resource_joining.join(connection, community, into)
    await leads.stir_community(connection, into)
    await connection.execute(_DROP_COMMUNITY, both)
    return True


# --- events that both had ------------------------------------------------------------------------------------


async def unite(connection: Connection, twins: dict[int, int], now: datetime) -> None:
    """Let each event be what its twin is: times, answers, sources, calendars and old buttons."""
    if not twins:
        return
    pairs = await _pairs(connection, twins)
    await seats.hold(connection, [each for pair in pairs for each in pair])
    for statement in _united_times(connection.dialect) if pairs else ():
        await connection.execute(statement, [{"gone": gone, "stays": stays} for gone, stays in pairs])
    for statement in _united_events(connection.dialect):
        await connection.execute(statement, [{"gone": gone, "stays": stays} for gone, stays in twins.items()])
    await seats.fill(connection, {stays for _, stays in pairs}, now)


async def _pairs(connection: Connection, twins: dict[int, int]) -> Sequence[tuple[int, int]]:
    """Times of an event and of its twin that are one: by the rule's start, else by the start, else if there is but one
    of each.
    """
    ids = listed(connection.dialect, sorted({*twins, *twins.values()}))
    times: dict[int, list[AnyRow]] = {}
    for row in await connection.rows(_times(connection.dialect), {"ids": ids}):
        times.setdefault(row.event_id, []).append(row)
    found: list[tuple[int, int]] = []
    for gone, stays in twins.items():
        theirs, ours = times.get(gone, []), times.get(stays, [])
        by_rule, by_start = {each.original: each.id for each in ours}, {each.starts: each.id for each in ours}
        is_single = len(theirs) == len(ours) == 1
        for each in theirs:
            one = by_rule.get(each.original) or by_start.get(each.starts) or (ours[0].id if is_single else None)
            if one is not None:
                found.append((each.id, one))
    return found


def keep_newest(
    dialect: str, occurrence: ColumnElement[int], person: ColumnElement[int], which: ColumnElement[bool]
) -> Executable:
    """Write answers again for another occurrence or person. Where there is one already the newest counts; what
    somebody said themselves counts more than what their platform's calendar says of them. Who would like to go has the
    better of both: a place before one in line, and the earlier one of these.
    """
    given = attendances.c
    names = ["occurrence_id", "person_id", "answer", "at", "via_workspace_id", "account_id", "freed_at"]
    copied = select(occurrence, person, *(given[name] for name in names[2:])).where(which)
    statement = insert_into(attendances, dialect).from_select(names, copied)
    new = statement.excluded
    going, waiting = Attendance.GOING.value, Attendance.WAITING.value
    better = case(
        (and_(given.answer == waiting, new.answer == waiting), new.at < given.at),
        (and_(given.answer == waiting, new.answer == going), true()),
        (and_(given.answer == going, new.answer == waiting), false()),
        else_=new.at > given.at,
    )
    return statement.on_conflict_do_update(
        index_elements=["occurrence_id", "person_id"],
        set_={name: new[name] for name in names[2:]},
        where=and_(new.via_workspace_id.is_(null()), or_(given.via_workspace_id.is_not(None), better)),
    )


@cache
def keep_newest_of_pair(dialect: str) -> Executable:
    """Answers to the occurrence `gone` for the one that `stays`."""
    stays = bindparam("stays", type_=occurrences.c.id.type)
    return keep_newest(dialect, stays, attendances.c.person_id, attendances.c.occurrence_id == bindparam("gone"))


# --- statements ----------------------------------------------------------------------------------------------

_gone, _stays = (bindparam(name, type_=communities.c.id.type) for name in ("gone", "stays"))
_LOCK = (
    select(communities.c.id).where(communities.c.id.in_((_gone, _stays))).order_by(communities.c.id).with_for_update()
)
_DROP_COMMUNITY = delete(communities).where(communities.c.id == _gone)

_homes = select(func.min(workspaces.c.id)).where(workspaces.c.community_id == bindparam("community"))
_STAMPS = tuple(
    update(table)
    .where(table.c.community_id == bindparam("community"), table.c.workspace_id.is_(None))
    .values(workspace_id=_homes.having(func.count() == 1).scalar_subquery())
    for table in (events, feeds, proposals)
)
_EVENTS = select(events.c.id).where(events.c.community_id == bindparam("community"))

_g, _s = events.alias("g"), events.alias("s")
_go, _so = occurrences.alias("go"), occurrences.alias("so")
_gs, _ss = event_sources.alias("gs"), event_sources.alias("ss")
_by_uid = (
    select(_gs.c.event_id.label("gone"), _ss.c.event_id.label("stays"))
    .join(_ss, _ss.c.uid == _gs.c.uid)
    .where(_gs.c.community_id == _gone, _ss.c.community_id == _stays)
)
_by_link = (
    select(_g.c.id, _s.c.id)
    .select_from(_g)
    .join(_s, and_(_s.c.page_link == _g.c.page_link, _s.c.community_id == _stays))
    .join(_go, _go.c.event_id == _g.c.id)
    .join(_so, and_(_so.c.event_id == _s.c.id, _so.c.starts == _go.c.starts))
    .where(_g.c.community_id == _gone, _g.c.page_link != "")
)
_parted = [  # one is a copy of the other
    select(_go.c.event_id, _so.c.event_id)
    .select_from(stand_ins)
    .join(_go, _go.c.id == gone)
    .join(_so, _so.c.id == stays)
    .where(_go.c.community_id == _gone, _so.c.community_id == _stays, stand_ins.c.community_id == community)
    for gone, stays, community in (
        (stand_ins.c.occurrence_id, stand_ins.c.stands_in, _stays),
        (stand_ins.c.stands_in, stand_ins.c.occurrence_id, _gone),
    )
]
_gt, _st = stand_ins.alias("gt"), stand_ins.alias("st")
_copied_alike = (  # both are copies of a third one's
    select(_go.c.event_id, _so.c.event_id)
    .select_from(_gt)
    .join(_st, _st.c.occurrence_id == _gt.c.occurrence_id)
    .join(_go, _go.c.id == _gt.c.stands_in)
    .join(_so, _so.c.id == _st.c.stands_in)
    .where(_gt.c.community_id == _gone, _st.c.community_id == _stays)
    .where(_go.c.community_id == _gone, _so.c.community_id == _stays)
)
_all_twins = union(_by_uid, _by_link, *_parted, _copied_alike).subquery()
_TWINS = (
    select(_all_twins.c.gone, func.min(_all_twins.c.stays).label("stays"))
    .group_by(_all_twins.c.gone)
    .order_by(_all_twins.c.gone)
)
"""The same UID, the same link and start, or copies made when they parted; the oldest where several are."""

_other_mirror = mirrors.alias("other_mirror")
_is_mirrored_too = exists().where(
    _other_mirror.c.workspace_id == mirrors.c.workspace_id, _other_mirror.c.occurrence_id == bindparam("stays")
)


_still = event_sources.alias("still")
_is_left_behind = and_(
    event_sources.c.event_id == bindparam("stays"),
    event_sources.c.missing_since.is_not(None),
    exists().where(
        _still.c.event_id == bindparam("gone"),
        _still.c.source == event_sources.c.source,
        _still.c.missing_since.is_(None),
    ),
)
"""What a source was last heard to say of one of them, where it tells of the other to this day."""


@cache
def _united_times(dialect: str) -> Sequence[Executable]:
    time = occurrences.c
    standing = select(time.community_id, bindparam("gone", type_=time.id.type), time.id)
    stand_in = insert_into(stand_ins, dialect).from_select(
        ["community_id", "occurrence_id", "stands_in"], standing.where(time.id == bindparam("stays"))
    )
    return (
        keep_newest_of_pair(dialect),
        *leads.times_united(dialect),
        leads.put_off_united(),
        update(mirrors)
        .where(mirrors.c.occurrence_id == bindparam("gone"), ~_is_mirrored_too)
        .values(occurrence_id=bindparam("stays")),
        update(stand_ins).where(stand_ins.c.stands_in == bindparam("gone")).values(stands_in=bindparam("stays")),
        stand_in.on_conflict_do_nothing(),
        delete(occurrences).where(time.id == bindparam("gone")),
    )


@cache
def _united_events(dialect: str) -> Sequence[Executable]:
    stays = bindparam("stays", type_=events.c.id.type)
    told = event_sources.c
    kept = [each for each in told if each.name not in ("event_id", "community_id")]
    found = select(stays, _s.c.community_id, *kept).join(_s, _s.c.id == stays)
    sources = insert_into(event_sources, dialect).from_select(
        ["event_id", "community_id", *(each.name for each in kept)], found.where(told.event_id == bindparam("gone"))
    )
    same = exists().where(_so.c.event_id == bindparam("stays"), _so.c.original == occurrences.c.original)
    return (
        # times that only one of them knows, with their answers
        update(occurrences)
        .where(occurrences.c.event_id == bindparam("gone"), ~same)
        .values(event_id=bindparam("stays")),
        delete(event_sources).where(_is_left_behind),
        sources.on_conflict_do_nothing(),
        leads.events_united(dialect),
        delete(events).where(events.c.id == bindparam("gone")),
    )


@cache
def _times(dialect: str) -> Executable:
    c = occurrences.c
    return select(c.id, c.event_id, c.original, c.starts).where(among(c.event_id, "ids", dialect)).order_by(c.id)


_too = organisers.alias("too")
_known = stand_ins.alias("known")


def _requested(table: Table) -> Executable:
    """Rows that carry the id of a request, which is unique in a community."""
    same = table.alias("same")
    is_taken = exists().where(same.c.community_id == _stays, same.c.request_id == table.c.request_id)
    request = case((is_taken, null()), else_=table.c.request_id)
    return update(table).where(table.c.community_id == _gone).values(community_id=_stays, request_id=request)


_MOVES: tuple[Executable, ...] = (
    *(_requested(table) for table in (events, digests, feeds, proposals)),
    *(
        update(table).where(table.c.community_id == _gone).values(community_id=_stays)
        for table in (occurrences, event_sources, drafts, introductions, outbox, workspaces)
    ),
    update(organisers)
    .where(
        organisers.c.community_id == _gone,
        ~exists().where(_too.c.community_id == _stays, _too.c.person_id == organisers.c.person_id),
    )
    .values(community_id=_stays),
    update(stand_ins)
    .where(
        stand_ins.c.community_id == _gone,
        ~exists().where(_known.c.community_id == _stays, _known.c.occurrence_id == stand_ins.c.occurrence_id),
    )
    .values(community_id=_stays),
    # a copy that came home to what it was a copy of
    delete(stand_ins).where(stand_ins.c.occurrence_id == stand_ins.c.stands_in),
)
