"""What becomes of gigs, and of who follows them, as people and communities become one and part."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Executable, Integer, bindparam, case, exists, func, insert, not_, null, select, update

from bot.domain.delivery import Due
from bot.domain.gigs import DAILY
from storage.connection import Connection
from storage.due import DueTable
from storage.gig_follows import GigFollowTable
from storage.gig_rows import is_member
from storage.leads import AT_ONCE
from storage.tables import accounts, gig_alerts, gig_follows, gigs, workspaces


async def unite_people(connection: Connection, person: int, into: int) -> None:
    """What `person` follows and was told of is that of `into`; what waits for a daily alert comes with theirs."""
    for statement in _PEOPLE_UNITED:
        await connection.execute(statement, {"one": person, "other": into})
    if await GigFollowTable(connection).has_untold([into]):
        await DueTable(connection).hasten(Due(DAILY, into, AT_ONCE))


async def join_communities(connection: Connection, community: int, into: int) -> None:
    """What came from nowhere in particular came from where the community was, as long as that is one place."""
    for each in (community, into):
        await connection.execute(_STAMP, {"community": each})
    for statement in _JOINED:
        await connection.execute(statement, {"gone": community, "stays": into})


async def part_communities(connection: Connection, home: int, old: int, new: int) -> None:
    """With a workspace go the gigs that were posted there; who is in both follows in both."""
    for statement in _PARTED:
        await connection.execute(statement, {"home": home, "old": old, "new": new})


_g, _f, _t = gigs.c, gig_follows.c, gig_alerts.c
_one, _other, _gone, _stays, _home, _old_one, _new = (
    bindparam(name, type_=Integer) for name in ("one", "other", "gone", "stays", "home", "old", "new")
)
_followed_too, _told_too = gig_follows.alias("followed_too"), gig_alerts.alias("told_too")
_PEOPLE_UNITED: Sequence[Executable] = (
    update(gig_follows)
    .where(
        _f.person_id == _one,
        ~exists().where(
            _followed_too.c.person_id == _other,
            _followed_too.c.community_id == _f.community_id,
            _followed_too.c.wanted == _f.wanted,
        ),
    )
    .values(person_id=_other),
    update(gig_alerts)
    .where(_t.person_id == _one, ~exists().where(_told_too.c.person_id == _other, _told_too.c.gig_id == _t.gig_id))
    .values(person_id=_other),
)
_homes = select(func.min(workspaces.c.id)).where(workspaces.c.community_id == bindparam("community"))
_STAMP = (
    update(gigs)
    .where(_g.community_id == bindparam("community"), _g.workspace_id.is_(None))
    .values(workspace_id=_homes.having(func.count() == 1).scalar_subquery())
)
_same_request = gigs.alias("same_request")
_is_taken = exists().where(_same_request.c.community_id == _stays, _same_request.c.request_id == _g.request_id)
_JOINED: Sequence[Executable] = (
    update(gigs)
    .where(_g.community_id == _gone)
    .values(community_id=_stays, request_id=case((_is_taken, null()), else_=_g.request_id)),
    update(gig_follows)
    .where(
        _f.community_id == _gone,
        ~exists().where(
            _followed_too.c.community_id == _stays,
            _followed_too.c.person_id == _f.person_id,
            _followed_too.c.wanted == _f.wanted,
        ),
    )
    .values(community_id=_stays),
)
_copied = ("person_id", "wanted", "place_id", "is_daily", "followed_at")
_poster = select(accounts.c.person_id).where(accounts.c.id == _g.account_id).correlate(gigs).scalar_subquery()
_PARTED: Sequence[Executable] = (
    update(gigs).where(_g.community_id == _old_one, _g.workspace_id == _home).values(community_id=_new),
    update(gigs)
    .where(
        _g.community_id == _old_one,
        _g.workspace_id.is_(None),
        is_member(_poster, _new),
        not_(is_member(_poster, _old_one)),
    )
    .values(community_id=_new),
    update(gig_follows)
    .where(_f.community_id == _old_one, is_member(_f.person_id, _new), not_(is_member(_f.person_id, _old_one)))
    .values(community_id=_new),
    insert(gig_follows).from_select(
        ["community_id", *_copied],
        select(_new, *(_f[name] for name in _copied)).where(_f.community_id == _old_one, is_member(_f.person_id, _new)),
    ),
)
