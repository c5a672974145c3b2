"""Who wants to hear of gigs, of which, and what they were told."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, Integer, and_, bindparam, delete, false, insert, select, true, update

from bot.domain.gigs import FOLLOWS_MOST, Follow, Wanted, What
from bot.errors import Refused
from bot.i18n import N_, Slash
from storage.connection import AnyRow, Connection
from storage.details import PLACE
from storage.gig_rows import PERSON, Kept, is_member, place_of
from storage.schema import UTC, among, insert_into, listed
from storage.tables import gig_alerts, gig_follows, people, places


class GigFollowTable:
    """The part of `bot.domain.gigs.Gigs` that is about those who want to hear of gigs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def follow(self, community: int, person: int, wanted: Wanted, *, is_daily: bool, now: datetime) -> bool:
        await self._connection.execute(_LOCK_PERSON, {"person": person})
        known = {_wanted_json(each.wanted): each.id for each in await self.follows(community, person)}
        kept = _wanted_json(wanted)
        if kept in known:
            await self._connection.execute(_HOW, {"follow": known[kept], "person": person, "daily": is_daily})
            return False
        if len(known) >= FOLLOWS_MOST:
            raise Refused(
                N_("You follow {most} kinds of gigs here, which is the most. Stop one first: {following}."),
                most=FOLLOWS_MOST,
                following=Slash("/gig following"),
            )
        values = {
            "community_id": community,
            "person_id": person,
            "wanted": kept,
            "place_id": wanted.near and wanted.near.id,
            "is_daily": is_daily,
            "followed_at": now,
        }
        await self._connection.execute(_FOLLOW, values)
        return True

    async def unfollow(self, person: int, id_: int) -> bool:
        return await self._connection.scalar(_UNFOLLOW, {"person": person, "follow": id_}) is not None

    async def follows(self, community: int, person: int) -> Sequence[Follow]:
        return _follows(await self._connection.rows(_FOLLOWS, {"community": community, "person": person}))

    async def followers(self, community: int) -> Sequence[Follow]:
        return _follows(await self._connection.rows(_FOLLOWERS, {"community": community}))

    async def follows_of(self, persons: Collection[int]) -> Sequence[Follow]:
        return _follows(await self._connection.rows(_follows_of(self._connection.dialect), self._of(persons)))

    async def tell(self, id_: int, persons: Mapping[int, bool], now: datetime) -> Collection[int]:
        dialect = self._connection.dialect
        fresh: set[int] = set()
        for is_daily in (False, True):
            theirs = sorted(person for person, daily in persons.items() if daily is is_daily)
            values = {"ids": listed(dialect, theirs), "gig": id_, "now": now, "told": not is_daily}
            if theirs:
                fresh |= {row.person_id for row in await self._connection.rows(_tell(dialect), values)}
        return fresh

    async def untold(self, persons: Collection[int], until: Mapping[int, datetime]) -> Mapping[int, Sequence[int]]:
        rows = await self._connection.rows(_untold(self._connection.dialect), self._of(persons))
        found: dict[int, list[int]] = {}
        for row in rows:
            if row.at <= until[row.person_id]:
                found.setdefault(row.person_id, []).append(row.gig_id)
        told = [{"person": person, "gig": gig} for person, theirs in found.items() for gig in theirs]
        if told:
            await self._connection.execute(_TOLD, told)
        return found

    async def has_untold(self, persons: Collection[int]) -> frozenset[int]:
        rows = await self._connection.rows(_untold(self._connection.dialect), self._of(persons))
        return frozenset(row.person_id for row in rows)

    def _of(self, persons: Collection[int]) -> Mapping[str, object]:
        return {"persons": listed(self._connection.dialect, sorted(persons))}


def _wanted_json(wanted: Wanted) -> str:
    """Without words, which nobody follows."""
    kept = {
        "is_paid": wanted.is_paid,
        "is_remote": wanted.is_remote,
        "near": wanted.near and wanted.near.id,
        "role": wanted.role,
        "what": wanted.what and wanted.what.value,
        "within_km": wanted.within_km if wanted.near else 50,
    }
    return json.dumps(kept, sort_keys=True, separators=(",", ":"))


def _follows(rows: Sequence[AnyRow]) -> Sequence[Follow]:
    found: list[Follow] = []
    for row in rows:
        kept: Kept = json.loads(row.wanted)
        wanted = Wanted(
            what=kept["what"] and What(kept["what"]),
            role=kept["role"],
            near=place_of(row),
            within_km=kept["within_km"],
            is_remote=kept["is_remote"],
            is_paid=kept["is_paid"],
        )
        found.append(Follow(row.id, row.person_id, row.community_id, wanted, row.is_daily))
    return found


_f, _t = gig_follows.c, gig_alerts.c
_LOCK_PERSON = select(people.c.id).where(people.c.id == PERSON).with_for_update()
_FOLLOW = insert(gig_follows)
_is_mine = and_(_f.id == bindparam("follow", type_=Integer), _f.person_id == PERSON)
_HOW = update(gig_follows).where(_is_mine).values(is_daily=bindparam("daily"))
_UNFOLLOW = delete(gig_follows).where(_is_mine).returning(_f.id)
_FOLLOWED = (
    select(
        _f.id,
        _f.person_id,
        _f.community_id,
        _f.wanted,
        _f.is_daily,
        *(places.c[name].label(f"place_{name}") for name in PLACE),
    )
    .select_from(gig_follows.outerjoin(places, places.c.id == _f.place_id))
    .order_by(_f.id)
)
_FOLLOWS = _FOLLOWED.where(_f.community_id == bindparam("community"), _f.person_id == PERSON)
_FOLLOWERS = _FOLLOWED.where(_f.community_id == bindparam("community"), is_member(_f.person_id, _f.community_id))


@cache
def _follows_of(dialect: str) -> Executable:
    return _FOLLOWED.where(among(_f.person_id, "persons", dialect), is_member(_f.person_id, _f.community_id))


@cache
def _tell(dialect: str) -> Executable:
    noted = select(
        people.c.id,
        bindparam("gig", type_=Integer),
        bindparam("now", type_=UTC()),
        bindparam("told", type_=_t.is_told.type),
    ).where(among(people.c.id, "ids", dialect))
    statement = insert_into(gig_alerts, dialect).from_select(["person_id", "gig_id", "at", "is_told"], noted)
    return statement.on_conflict_do_nothing().returning(_t.person_id)


@cache
def _untold(dialect: str) -> Executable:
    waits = select(_t.person_id, _t.gig_id, _t.at).where(among(_t.person_id, "persons", dialect), _t.is_told == false())
    return waits.order_by(_t.at, _t.gig_id)


_TOLD = (
    update(gig_alerts)
    .where(_t.person_id == PERSON, _t.gig_id == bindparam("gig", type_=Integer))
    .values(is_told=true())
)
