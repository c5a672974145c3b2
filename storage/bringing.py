"""Events on their way in: one that somebody adds, and thousands that a source tells of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, bindparam, delete, exists, false, insert, null, select, text, update

from bot.domain.events import HORIZON, Brought, FromSource, NewEvent, Slot
from bot.domain.feeds import is_file
from bot.domain.merging import IS_CANCELLED, are_apart, merged
from bot.domain.recurrence import lay_out
from storage import changes, event_copies, joining
from storage.connection import AnyRow, Connection
from storage.details import (
    DETAIL_COLUMNS,
    Columns,
    changes_json,
    changes_of,
    detail_columns,
    details_in,
    facet_columns,
    occurrence_columns,
    timing_columns,
    timing_in,
)
from storage.event_copies import MEMBER, KeptCopy
from storage.event_terms import index, indexed
from storage.schema import UTC, among, insert_into, listed
from storage.search import Indexed
from storage.tables import attendances, events, occurrences, places

TURNS = 0x6272  # the first half of a key of PostgreSQL's advisory locks; the second is the community


async def add(connection: Connection, community: int, event: NewEvent, slots: Sequence[Slot], now: datetime) -> int:
    """Raises ValueError for an event without a slot: nobody could find it."""
    if not slots:
        raise ValueError("an event that is added takes place at least once")
    columns = _event_columns(community, event, now)
    id_ = await connection.scalar(_add(connection.dialect), columns)
    if id_ is None:  # the same request was here before
        by_request = {"community": community, "request": event.request_id}
        return int(await connection.scalar(_FIRST_BY_REQUEST, by_request))
    await connection.execute(_ADD_OCCURRENCES, _occurrences(id_, community, event, slots))
    await index(connection, [_indexed(id_, community, event)], is_new=True)
    return int(await connection.scalar(_FIRST, {"event": id_}))


async def lay_further(connection: Connection, row: AnyRow, slots: Sequence[Slot]) -> None:
    """Add the occurrences of an event (a row with its details) that are not there yet."""
    facets = facet_columns(details_in(row))
    found = [
        {"event_id": row.id, "community_id": row.community_id}
        | occurrence_columns(slot, facets, is_cancelled=row.is_cancelled)
        for slot in slots
    ]
    if found:
        await connection.execute(_add_missing(connection.dialect), found)


async def bring(
    connection: Connection, community: int, batch: Sequence[FromSource], now: datetime, renamed: Mapping[str, str]
) -> Brought:
    """All in one transaction. Of a UID that comes twice in the batch the last counts."""
    await _take_turn(connection, community)
    told = {each.uid: each for each in batch}
    matches = await _matches(connection, community, told, renamed, now)
    fresh = [each for uid, each in told.items() if uid not in matches and each.slots]
    over = frozenset(uid for uid, each in told.items() if uid not in matches and not each.slots)
    changed = {uid: match for uid, match in matches.items() if match.is_changed(told[uid])}
    ids = await new_ids(connection, len(fresh))
    await _insert(connection, community, list(zip(ids, fresh, strict=True)), now)
    await _join_members(connection, community, changed.values(), now)
    await event_copies.rename(
        connection, [(match.copy, uid) for uid, match in changed.items() if match.copy is not None]
    )
    await event_copies.keep(
        connection,
        community,
        [*zip(ids, fresh, strict=True), *((match.event, told[uid]) for uid, match in changed.items())],
        now,
    )
    updated, _ = await settle(connection, community, {match.event for match in changed.values()}, now)
    await _reunite(connection, community, [told[uid] for uid in changed], now)
    return Brought(len(fresh), updated, len(told) - len(fresh) - updated - len(over), over)


async def standing(connection: Connection, id_: int) -> NewEvent:
    """An event as it is kept, which is locked."""
    [row] = await connection.rows(_standing(connection.dialect), {"events": listed(connection.dialect, [id_])})
    return _as_kept(row)


async def become(connection: Connection, community: int, id_: int, new: NewEvent, now: datetime) -> None:
    """An event is this from now on. Its times are known by their original starts: what vanishes is cancelled where
    somebody answered, else removed, and what is over stays as it was. Those who mean to come are told.
    """
    await _update(connection, community, [_Became(id_, new, _ahead(new, now))], now)


async def gone(connection: Connection, community: int, source: str, uids: Collection[str], now: datetime) -> int:
    """As `Events.gone` says."""
    await _take_turn(connection, community)
    lost = await event_copies.lose(connection, community, source, uids, now)
    _, cancelled = await settle(connection, community, set(lost), now)
    return cancelled


async def alone(connection: Connection, community: int, source: str, uids: Collection[str]) -> Collection[str]:
    """As `Events.alone` says."""
    told = [copy for copy in await event_copies.known(connection, community, uids) if copy.source == source]
    ids = {copy.event for copy in told}
    kept = await event_copies.kept_copies(connection, ids)
    values = {"events": listed(connection.dialect, sorted(ids))}
    stays = {
        row.id
        for row in await connection.rows(_standing_unlocked(connection.dialect), values)
        if row.is_cancelled or IS_CANCELLED in row.edited
    }
    for copy in told:
        if any(each.source != source and each.missing_since is None for each in kept.get(copy.event, ())):
            stays.add(copy.event)
    return {copy.uid for copy in told if copy.event not in stays}


async def forget_source(connection: Connection, community: int, source: str, now: datetime) -> None:
    """As `Events.forget_source` says."""
    await _take_turn(connection, community)
    known = set(await event_copies.forget(connection, community, source))
    kept = await event_copies.kept_copies(connection, known)
    left = {id_ for id_, copies in kept.items() if any(each.missing_since is None for each in copies)}
    await settle(connection, community, left, now)
    alone = listed(connection.dialect, sorted(known - left))
    for statement in _forgotten(connection.dialect):
        await connection.execute(statement, {"events": alone, "now": now})


# --- which event is meant ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Match:
    """The event that a source means; `copy` is what it said of it before, None where it tells of it first."""

    event: int
    copy: KeptCopy | None = None

    def is_changed(self, told: FromSource) -> bool:
        before = self.copy
        return before is None or (before.digest, before.uid, before.missing_since) != (told.digest, told.uid, None)


async def _matches(
    connection: Connection, community: int, told: Mapping[str, FromSource], renamed: Mapping[str, str], now: datetime
) -> dict[str, _Match]:
    """By UID: what its source told of before; else what another told of under the same UID; else what has the same
    page and start.
    """
    by_uid: defaultdict[str, list[KeptCopy]] = defaultdict(list)
    for copy in await event_copies.known(connection, community, {*told, *renamed.values()}):
        by_uid[copy.uid].append(copy)
    found: dict[str, _Match] = {}
    for uid, each in told.items():
        before = [*by_uid[uid], *by_uid[renamed.get(uid, uid)]]
        mine = next((one for one in before if one.source == each.source), None)
        if mine is not None:
            found[uid] = _Match(mine.event, mine)
    unknown = {uid: each for uid, each in told.items() if uid not in found and each.slots}
    pages = await _on_pages(connection, community, unknown.values())
    wanted = {one.event for uid in unknown for one in by_uid[uid]} | {row.event_id for row in pages}
    standing = await event_copies.kept_copies(connection, wanted)
    taken = {match.event for match in found.values()}
    for uid, each in unknown.items():
        theirs = [one.event for one in by_uid[uid] if _is_near(one, each, now)]
        theirs += [row.event_id for row in pages if _is_there(row, each)]
        for event in theirs:
            tells = any(one.source == each.source for one in standing.get(event, ()))
            if event not in taken and not tells:
                found[uid] = _Match(event)
                taken.add(event)
                break
    return found


def _is_near(copy: KeptCopy, told: FromSource, now: datetime) -> bool:
    """A file that tells of an event otherwise than another tells of it anew."""
    if is_file(copy.source) and is_file(told.source):
        return True
    return not are_apart(event_copies.starts(copy, now), [slot.starts for slot in told.slots])


async def _on_pages(connection: Connection, community: int, told: Iterable[FromSource]) -> Sequence[AnyRow]:
    """Coming times of events whose page has one of these keys."""
    keys = sorted({each.link for each in told if each.link})
    if not keys:
        return ()
    values = {"community": community, "keys": listed(connection.dialect, keys)}
    return await connection.rows(_pages(connection.dialect), values)


async def _join_members(connection: Connection, community: int, matches: Iterable[_Match], now: datetime) -> None:
    """What a member added, and a source tells of now, keeps how it is described here."""
    joined = {match.event for match in matches if match.copy is None}
    for id_ in joined - set(await event_copies.kept_copies(connection, joined)):
        [row] = await connection.rows(_standing(connection.dialect), {"events": listed(connection.dialect, [id_])})
        await event_copies.keep_member(connection, community, id_, _as_kept(row), now)


# --- one event of several copies -----------------------------------------------------------------------------


async def settle(connection: Connection, community: int, ids: Collection[int], now: datetime) -> tuple[int, int]:
    """Let each of these events be what its sources say of it now. Sources that drifted apart are split, answers stay
    with the older. Returns how many changed and, among these, were cancelled.
    """
    if not ids:
        return 0, 0
    kept = await event_copies.kept_copies(connection, ids)
    values = {"events": listed(connection.dialect, sorted(ids))}
    became: list[_Became] = []
    apart: list[KeptCopy] = []
    cancelled = 0
    for row in await connection.rows(_standing(connection.dialect), values):
        standing = _as_kept(row)
        copies = kept.get(row.id, ())
        has_member = any(each.source == MEMBER for each in copies)
        live = _live(copies)
        passed = [each for each in copies if each not in live and is_file(each.source) and each.source != MEMBER]
        drifted = _drifted(live, now)
        apart += drifted
        told = [each.told or standing for each in live if each not in drifted]
        if told:
            new = merged(
                told,
                described=[each.told.details for each in copies if each.told and each not in (*passed, *drifted)],
                standing=standing,
                edited=row.edited,
                own_changes=changes_of(row.own_changes),
            )
        elif not has_member and IS_CANCELLED not in row.edited:
            new = replace(standing, is_cancelled=True)
        else:
            continue
        cancelled += new.is_cancelled and not standing.is_cancelled
        if new != standing:
            became.append(_Became(row.id, new, _ahead(new, now)))
    await _update(connection, community, became, now)
    await _split(connection, community, apart, now)
    return len(became), cancelled


def _live(copies: Sequence[KeptCopy]) -> Sequence[KeptCopy]:
    """Those that count: what sources still tell, of files the one that was read last."""
    told = [each for each in copies if each.source != MEMBER and each.missing_since is None]
    files = [each for each in told if is_file(each.source)]
    return [each for each in told if each not in files[:-1]]


@dataclass(frozen=True, slots=True)
class _Became:
    """What an event is from now on."""

    event: int
    new: NewEvent
    slots: Sequence[Slot]


def _ahead(event: NewEvent, now: datetime) -> Sequence[Slot]:
    """Its times, unless all are over."""
    slots = lay_out(event.timing, event.changes, since=now, until=now + HORIZON)
    return slots if any(slot.ends > now or slot.starts >= now for slot in slots) else ()


def _drifted(live: Sequence[KeptCopy], now: datetime) -> list[KeptCopy]:
    """Those of whose times none lies near one of the oldest's."""
    if len(live) < 2:
        return []
    oldest = event_copies.starts(live[0], now)
    return [each for each in live[1:] if are_apart(oldest, event_copies.starts(each, now))]


async def _split(connection: Connection, community: int, apart: Sequence[KeptCopy], now: datetime) -> None:
    ids = await new_ids(connection, len(apart))
    for id_, copy in zip(ids, apart, strict=True):
        if copy.told is None or not (slots := _ahead(copy.told, now)):
            await event_copies.drop(connection, copy)
            continue
        told = FromSource(copy.told, tuple(slots), copy.source, copy.uid, copy.digest, copy.page_key)
        await _insert(connection, community, [(id_, told)], now)
        await event_copies.move(connection, copy, id_)


async def _reunite(connection: Connection, community: int, changed: Sequence[FromSource], now: datetime) -> None:
    """What one source alone tells of, and lies now where another's event of the same UID or page does, is that one."""
    by_uid: defaultdict[str, list[KeptCopy]] = defaultdict(list)
    for copy in await event_copies.known(connection, community, {each.uid for each in changed}):
        if copy.missing_since is None:
            by_uid[copy.uid].append(copy)
    pages = await _on_pages(connection, community, [each for each in changed if each.slots])
    became: dict[int, int] = {}
    for each in changed:
        event = next((copy.event for copy in by_uid[each.uid] if copy.source == each.source), None)
        if event is None:
            continue
        twins = {copy.event for copy in by_uid[each.uid] if _is_near(copy, each, now)}
        twins |= {row.event_id for row in pages if each.slots and _is_there(row, each)}
        here = became.get(event, event)
        for twin in sorted({became.get(twin, twin) for twin in twins} - {here}):
            gone = await _younger_alone(connection, here, twin)
            if gone is not None:
                stays = twin if gone == here else here
                became[gone] = here = stays
                await joining.unite(connection, {gone: stays}, now)
                await settle(connection, community, [stays], now)


async def _younger_alone(connection: Connection, one: int, other: int) -> int | None:
    """Which of two events is the younger, if but one source tells of it, and not of the other."""
    kept = await event_copies.kept_copies(connection, [one, other])
    if not kept.get(one) or not kept.get(other):
        return None
    elder, younger = sorted((one, other), key=lambda id_: (kept[id_][0].since is not None, kept[id_][0].since, id_))
    sources = {copy.source for copy in kept[elder]}
    return younger if len(kept[younger]) == 1 and kept[younger][0].source not in sources else None


def _is_there(row: AnyRow, told: FromSource) -> bool:
    """Whether a time of an event with the same page is the first that is told."""
    return (row.page_key, row.starts) == (told.link, told.slots[0].starts)


async def _take_turn(connection: Connection, community: int) -> None:
    """One at a time brings events into a community."""
    if connection.dialect != "sqlite":  # where a writing unit is alone anyway
        await connection.execute(_TAKE_TURN, {"turns": TURNS, "community": community})


# --- new ones ----------------------------------------------------------------------------------------------


async def _insert(
    connection: Connection, community: int, fresh: Sequence[tuple[int, FromSource]], now: datetime
) -> None:
    if not fresh:
        return
    await connection.execute(
        _ADD_EVENTS, [_event_columns(community, each.event, now) | {"id": id_} for id_, each in fresh]
    )
    laid = [row for id_, each in fresh for row in _occurrences(id_, community, each.event, each.slots)]
    if laid:
        await connection.execute(_ADD_OCCURRENCES, laid)
    await index(connection, [_indexed(id_, community, each.event) for id_, each in fresh], is_new=True)


async def new_ids(connection: Connection, count: int) -> Sequence[int]:
    """Ids for events, taken before they are written: each would else be asked for by itself."""
    if not count:
        return ()
    if connection.dialect == "sqlite":
        last = await connection.scalar(_LAST_ID)
        return range((last or 0) + 1, (last or 0) + 1 + count)
    return [row[0] for row in await connection.rows(_NEXT_IDS, {"count": count})]


# --- those that changed ------------------------------------------------------------------------------------


async def _update(connection: Connection, community: int, became: Sequence[_Became], now: datetime) -> None:
    """What vanished is cancelled where somebody answered, else removed; what is over stays as it was."""
    if not became:
        return
    ids = [each.event for each in became]
    standing = await changes.watched(connection, ids, now)
    await connection.execute(
        _CHANGE_EVENTS, [_changed_columns(each.new, now) | {"event": each.event} for each in became]
    )
    there: dict[int, dict[datetime, AnyRow]] = {id_: {} for id_ in ids}
    values = {"events": listed(connection.dialect, list(there))}
    for row in await connection.rows(_laid(connection.dialect), values):
        there[row.event_id][row.original] = row
    added: list[Columns] = []
    kept: list[Columns] = []
    dropped: list[AnyRow] = []
    for each in became:
        before = there[each.event]
        columns = _occurrences(each.event, community, each.new, each.slots)
        after = {slot.original: row for slot, row in zip(each.slots, columns, strict=True)}
        if len(before) == len(after) == 1 and not each.new.timing.rrule:  # it was moved, as a whole
            before = dict(zip(after, before.values(), strict=True))
        added += [row for wall, row in after.items() if wall not in before]
        kept += [row | {"occurrence": before[wall].id} for wall, row in after.items() if wall in before]
        dropped += [row for wall, row in before.items() if wall not in after and row.ends > now]
    if kept:
        await connection.execute(_CHANGE_OCCURRENCES, kept)
    if added:
        await connection.execute(_ADD_OCCURRENCES, added)
    await _drop(connection, dropped)
    await index(connection, [_indexed(each.event, community, each.new) for each in became], is_new=False)
    await changes.note(connection, standing, ids, now)


async def _drop(connection: Connection, dropped: Sequence[AnyRow]) -> None:
    """Remove those nobody answered to, and cancel the others. Their rows are locked: no answer comes between."""
    if dropped:
        rows = [{"occurrence": row.id} for row in dropped]
        await connection.execute(_DROP_OCCURRENCES, rows)
        await connection.execute(_CANCEL_OCCURRENCES, rows)


def _as_kept(row: AnyRow) -> NewEvent:
    return NewEvent(details_in(row), timing_in(row), changes_of(row.changes), is_cancelled=row.is_cancelled)


# --- columns -----------------------------------------------------------------------------------------------


def _event_columns(community: int, event: NewEvent, now: datetime) -> Columns:
    return {
        "community_id": community,
        "version": 1,
        "added_by": event.added_by,
        "account_id": event.origin and event.origin.account,
        "workspace_id": event.origin and event.origin.home,
        "request_id": event.request_id,
        "created_at": now,
        **_changed_columns(event, now),
    }


def _changed_columns(event: NewEvent, now: datetime) -> Columns:
    """What a source can change."""
    repeats = event.timing.rrule or event.timing.extra
    return {
        **detail_columns(event.details),
        **timing_columns(event.timing),
        "changes": changes_json(event.changes),
        "is_cancelled": event.is_cancelled,
        "laid_until": now + HORIZON if repeats else None,
    }


def _occurrences(id_: int, community: int, event: NewEvent, slots: Sequence[Slot]) -> list[Columns]:
    facets = facet_columns(event.details)
    owner = {"event_id": id_, "community_id": community}
    return [owner | occurrence_columns(slot, facets, is_cancelled=event.is_cancelled) for slot in slots]


def _indexed(id_: int, community: int, event: NewEvent) -> Indexed:
    others = [change.details for change in event.changes if change.details is not None]
    return indexed(id_, community, event.details, others)


# --- statements --------------------------------------------------------------------------------------------

# Inserts and updates take their columns from the names of the values they are given.
_ADD_EVENTS = insert(events)
_ADD_OCCURRENCES = insert(occurrences)
_CHANGE_EVENTS = update(events).where(events.c.id == bindparam("event")).values(version=events.c.version + 1)
_CHANGE_OCCURRENCES = update(occurrences).where(occurrences.c.id == bindparam("occurrence"))
_CANCEL_OCCURRENCES = update(occurrences).where(occurrences.c.id == bindparam("occurrence")).values(is_cancelled=True)
_DROP_OCCURRENCES = delete(occurrences).where(
    occurrences.c.id == bindparam("occurrence"), ~exists().where(attendances.c.occurrence_id == occurrences.c.id)
)
_first = select(occurrences.c.id).order_by(occurrences.c.starts, occurrences.c.id).limit(1)
_FIRST = _first.where(occurrences.c.event_id == bindparam("event"))
_FIRST_BY_REQUEST = _first.join(events, events.c.id == occurrences.c.event_id).where(
    events.c.community_id == bindparam("community"), events.c.request_id == bindparam("request")
)
_TAKE_TURN = text("SELECT pg_advisory_xact_lock(:turns, :community)")
_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence('events', 'id')) FROM generate_series(1, CAST(:count AS integer))"
)


@cache
def _add(dialect: str) -> Executable:
    statement = insert_into(events, dialect)
    return statement.on_conflict_do_nothing(index_elements=["community_id", "request_id"]).returning(events.c.id)


@cache
def _add_missing(dialect: str) -> Executable:
    statement = insert_into(occurrences, dialect)
    return statement.on_conflict_do_nothing(index_elements=["event_id", "original"])


@cache
def _standing_unlocked(dialect: str) -> Executable:
    return select(events.c.id, events.c.is_cancelled, events.c.edited).where(among(events.c.id, "events", dialect))


@cache
def _standing(dialect: str) -> Executable:
    """Events as they are kept, locked."""
    names = ("id", "starts", "ends", "zone", "is_all_day", "rrule", "extra", "without", "changes", "is_cancelled")
    return (
        select(*DETAIL_COLUMNS, *(events.c[name] for name in names), events.c.edited, events.c.own_changes)
        .outerjoin(places, places.c.id == events.c.place_id)
        .where(among(events.c.id, "events", dialect))
        .order_by(events.c.id)
        .with_for_update(of=events)
    )


@cache
def _pages(dialect: str) -> Executable:
    return (
        select(occurrences.c.event_id, occurrences.c.starts, events.c.page_key)
        .join(events, events.c.id == occurrences.c.event_id)
        .where(
            events.c.community_id == bindparam("community"),
            events.c.page_key != "",
            among(events.c.page_key, "keys", dialect),
            events.c.is_cancelled == false(),
        )
        .order_by(occurrences.c.event_id)
    )


@cache
def _forgotten(dialect: str) -> Sequence[Executable]:
    """Nobody tells of these any more: coming times that nobody answered to go, and what has no time left."""
    c = occurrences.c
    is_coming = c.ends > bindparam("now", type_=UTC())
    return (
        delete(occurrences).where(
            among(c.event_id, "events", dialect), is_coming, ~exists().where(attendances.c.occurrence_id == c.id)
        ),
        delete(events).where(among(events.c.id, "events", dialect), ~exists().where(c.event_id == events.c.id)),
        update(events).where(among(events.c.id, "events", dialect)).values(laid_until=null()),
    )


@cache
def _laid(dialect: str) -> Executable:
    c = occurrences.c
    return select(c.id, c.event_id, c.original, c.ends).where(among(c.event_id, "events", dialect)).with_for_update()
