"""Who follows what in the library, and what is new to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, Integer, and_, bindparam, delete, exists, func, or_, select, true

from bot.domain.resources import FOLLOWS_MOST, Follow, Fresh
from bot.errors import Refused
from bot.i18n import N_, Slash
from storage.connection import Connection
from storage.leads import reads_there
from storage.schema import UTC, among, insert_into, listed
from storage.tables import accounts, people, resource_follows, resource_tags, resources


async def follow(connection: Connection, community: int, person: int, follow: Follow, now: datetime) -> bool:
    theirs = {"community": community, "person": person}
    await connection.execute(_LOCK, theirs)  # so that follows at once are counted one after another
    there = await follows(connection, community, person)
    if follow in there:
        return False
    if len(there) >= FOLLOWS_MOST:
        raise Refused(
            N_("You follow {limit} things here, and more are not possible. Stop following one with {command}."),
            limit=FOLLOWS_MOST,
            command=Slash("/resource following"),
        )
    values = {"community_id": community, "person_id": person, "topic": follow.topic, "tag": follow.tag, "at": now}
    await connection.execute(_follow(connection.dialect), values)
    return True


async def unfollow(connection: Connection, community: int, person: int, follow: Follow) -> bool:
    values = {"community": community, "person": person, "topic": follow.topic, "tag": follow.tag}
    return await connection.scalar(_UNFOLLOW, values) is not None


async def follows(connection: Connection, community: int, person: int) -> Sequence[Follow]:
    rows = await connection.rows(_FOLLOWS, {"community": community, "person": person})
    return [Follow(row.topic, row.tag) for row in rows]


async def fresh(
    connection: Connection, spans: Mapping[int, tuple[datetime, datetime]], most: int
) -> Mapping[int, Sequence[Fresh]]:
    """People whose digests come at the same time are asked for together."""
    dialect = connection.dialect
    together: defaultdict[tuple[datetime, datetime], list[int]] = defaultdict(list)
    for person, span in spans.items():
        together[span].append(person)
    found: dict[int, list[Fresh]] = {}
    for (since, until), persons in together.items():
        values = {"persons": listed(dialect, sorted(persons)), "since": since, "until": until, "most": most}
        for row in await connection.rows(_fresh(dialect), values):
            found.setdefault(row.person_id, []).append(Fresh(row.id, row.community_id))
    return found


# --- statements --------------------------------------------------------------------------------------------

_f, _r, _t = resource_follows.c, resources.c, resource_tags.c
_is_theirs = and_(
    _f.community_id == bindparam("community", type_=Integer), _f.person_id == bindparam("person", type_=Integer)
)
_LOCK = select(people.c.id).where(people.c.id == bindparam("person")).with_for_update(key_share=True)
_FOLLOWS = select(_f.topic, _f.tag).where(_is_theirs).order_by(_f.at, _f.topic, _f.tag)
_UNFOLLOW = (
    delete(resource_follows)
    .where(_is_theirs, _f.topic == bindparam("topic"), _f.tag == bindparam("tag"))
    .returning(_f.person_id)
)


@cache
def _follow(dialect: str) -> Executable:
    return insert_into(resource_follows, dialect).on_conflict_do_nothing()


@cache
def _fresh(dialect: str) -> Executable:
    """Each resource once for each of those who follow it, the newest first."""
    readers = (
        select(_f.person_id, _f.community_id)
        .where(among(_f.person_id, "persons", dialect), reads_there(_f.person_id, _f.community_id))
        .distinct()
        .subquery("readers")
    )
    is_tagged = (
        exists()
        .where(_t.community_id == _f.community_id, _t.tag == _f.tag, _t.resource_id == _r.id)
        .correlate(resource_follows, resources)
    )
    is_followed = (
        exists()
        .where(
            _f.community_id == _r.community_id,
            _f.person_id == readers.c.person_id,
            or_(_f.topic == "", _f.topic == _r.topic),
            or_(_f.tag == "", is_tagged),
        )
        .correlate(resources, readers)
    )
    turn = func.row_number().over(partition_by=readers.c.person_id, order_by=(_r.shared_at.desc(), _r.id.desc()))
    ranked = (
        select(readers.c.person_id, _r.id, _r.community_id, turn.label("turn"))
        .select_from(readers.join(resources, _r.community_id == readers.c.community_id))
        .outerjoin(accounts, accounts.c.id == _r.account_id)
        .where(
            _r.is_alive == true(),
            _r.shared_at >= bindparam("since", type_=UTC()),
            _r.shared_at < bindparam("until", type_=UTC()),
            accounts.c.person_id.is_distinct_from(readers.c.person_id),
            is_followed,
        )
        .subquery("ranked")
    )
    of_each = select(ranked.c.person_id, ranked.c.id, ranked.c.community_id)
    return of_each.where(ranked.c.turn <= bindparam("most", type_=Integer)).order_by(ranked.c.person_id, ranked.c.turn)
