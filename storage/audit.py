"""What organisers look after: the audit, reports and blocked sites."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Executable, Text, and_, bindparam, delete, exists, func, insert, select, update

from bot.domain.audit import BLOCKED_MOST, Did, Line, Report, Subject
from bot.domain.links import host_of
from bot.errors import Refused
from bot.i18n import N_, Slash
from storage import schema
from storage.connection import AnyRow, Connection
from storage.schema import among, insert_into, listed
from storage.tables import (
    accounts,
    audit_lines,
    blocked_sites,
    communities,
    memberships,
    people,
    reports,
    resources,
    workspaces,
)

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class AuditTable:
    """Implements `bot.domain.audit.Audit`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def note(
        self,
        community: int,
        person: int | None,
        did: Did,
        subject: Subject,
        subject_id: int | None,
        what: str,
        now: datetime,
    ) -> None:
        values = {"community_id": community, "person_id": person, "subject_id": subject_id, "what": what, "at": now}
        await self._connection.execute(_NOTE, {**values, "did": did.value, "subject": subject.value})

    async def lines(self, community: int, offset: int, limit: int) -> Sequence[Line]:
        values = {"community": community, "offset": offset, "limit": limit}
        return [_line(row) for row in await self._connection.rows(_NEWEST, values)]

    async def last(self, community: int, subject: Subject, subject_id: int, did: Collection[Did]) -> Line | None:
        dialect = self._connection.dialect
        values = {**_about(community, subject, subject_id), "kinds": listed(dialect, [each.value for each in did])}
        row = await self._connection.first(_last(dialect), values)
        return None if row is None else _line(row)

    async def count(self, community: int) -> int:
        found: int = await self._connection.scalar(_COUNT, {"community": community})
        return found

    async def report(
        self, community: int, subject: Subject, subject_id: int, person: int, reason: str, now: datetime
    ) -> bool:
        await self._connection.execute(_LOCK, {"community": community})
        new = {"community_id": community, "subject": subject.value, "subject_id": subject_id, "person_id": person}
        values = {**new, "reason": reason, "at": now}
        return await self._connection.scalar(_report(self._connection.dialect), values) is not None

    async def reports(self, community: int, offset: int, limit: int) -> Sequence[Report]:
        values = {"community": community, "offset": offset, "limit": limit}
        first = await self._connection.rows(_OPEN, values)
        found = [await self.reported(community, Subject(row.subject), row.subject_id) for row in first]
        return [each for each in found if each is not None]

    async def count_reports(self, community: int) -> int:
        found: int = await self._connection.scalar(_COUNT_OPEN, {"community": community})
        return found

    async def count_reports_by(self, community: int, person: int) -> int:
        found: int = await self._connection.scalar(_COUNT_BY, {"community": community, "person": person})
        return found

    async def reported(self, community: int, subject: Subject, subject_id: int) -> Report | None:
        rows = await self._connection.rows(_REASONS, _about(community, subject, subject_id))
        if not rows:
            return None
        reasons = tuple(row.reason for row in rows if row.reason)
        return Report(rows[0].id, subject, subject_id, len(rows), reasons, rows[0].at)

    async def settle(self, community: int, subject: Subject, subject_id: int) -> bool:
        gone = await self._connection.rows(_SETTLE, _about(community, subject, subject_id))
        return bool(gone)

    async def block(self, community: int, host: str, now: datetime) -> bool:
        await self._connection.execute(_LOCK, {"community": community})
        if host in (known := await self.blocked(community)):
            return False
        if len(known) >= BLOCKED_MOST:
            raise Refused(
                N_("A community blocks at most {most} sites. Unblock one first: {command}."),
                most=BLOCKED_MOST,
                command=Slash("/resource sites"),
            )
        await self._connection.execute(_BLOCK, {"community_id": community, "host": host, "blocked_at": now})
        return True

    async def unblock(self, community: int, host: str) -> bool:
        gone = await self._connection.scalar(_UNBLOCK, {"community": community, "named": host})
        return gone is not None

    async def blocked(self, community: int) -> Sequence[str]:
        return [row.host for row in await self._connection.rows(_BLOCKED, {"community": community})]

    async def is_blocked(self, community: int, host: str) -> bool:
        dialect = self._connection.dialect
        labels = host.split(".")
        above = [".".join(labels[start:]) for start in range(len(labels))]
        values = {"community": community, "hosts": listed(dialect, above)}
        return await self._connection.scalar(_any_blocked(dialect), values) is not None

    async def of_site(self, community: int, host: str) -> Sequence[int]:
        rows = await self._connection.rows(_MENTIONING, {"community": community, "host": host})
        return [row.id for row in rows if f".{host_of(row.link)}".endswith(f".{host}")]

    async def member_since(self, community: int, person: int) -> datetime | None:
        row = await self._connection.first(_SINCE, {"community": community, "person": person})
        return None if row is None else row.first_seen_at or LONG_AGO

    async def done_since(
        self, community: int, person: int, did: Did, subject: Subject, since: datetime
    ) -> Sequence[datetime]:
        values = {"community": community, "person": person, "kind": did.value, "of": subject.value, "since": since}
        return [row.at for row in await self._connection.rows(_DONE, values)]

    async def sweep(self, before: datetime, limit: int) -> int:
        gone = await self._connection.execute(_SWEEP, {"before": before, "most": limit})
        return gone.rowcount


def _about(community: int, subject: Subject, subject_id: int) -> dict[str, object]:
    return {"community": community, "of": subject.value, "about": subject_id}


def _line(row: AnyRow) -> Line:
    return Line(row.at, row.name or "", Did(row.did), Subject(row.subject), row.subject_id, row.what)


_l, _r, _b = audit_lines.c, reports.c, blocked_sites.c
_community = bindparam("community", type_=communities.c.id.type)

# --- the audit -----------------------------------------------------------------------------------------------

_NOTE = insert(audit_lines)
_LINES = (
    select(_l.at, people.c.name, _l.did, _l.subject, _l.subject_id, _l.what)
    .select_from(audit_lines.outerjoin(people, people.c.id == _l.person_id))
    .where(_l.community_id == _community)
    .order_by(_l.id.desc())
)
_NEWEST = _LINES.limit(bindparam("limit")).offset(bindparam("offset"))
_COUNT = select(func.count()).select_from(audit_lines).where(_l.community_id == _community)
_DONE = (
    select(_l.at)
    .where(
        _l.community_id == _community,
        _l.person_id == bindparam("person"),
        _l.did == bindparam("kind"),
        _l.subject == bindparam("of"),
        _l.at > bindparam("since", type_=schema.UTC()),
    )
    .order_by(_l.at.desc())
)
_swept = select(_l.id).where(_l.at < bindparam("before", type_=schema.UTC())).order_by(_l.at).limit(bindparam("most"))
_SWEEP = delete(audit_lines).where(_l.id.in_(_swept))
_here = memberships.join(accounts, accounts.c.id == memberships.c.account_id).join(
    workspaces, workspaces.c.id == memberships.c.workspace_id
)
_SINCE = (
    select(memberships.c.first_seen_at)
    .select_from(_here)
    .where(accounts.c.person_id == bindparam("person"), workspaces.c.community_id == _community)
    .order_by(memberships.c.first_seen_at.asc().nulls_first())
    .limit(1)
)


@cache
def _last(dialect: str) -> Executable:
    is_about = and_(_l.subject == bindparam("of"), _l.subject_id == bindparam("about"))
    return _LINES.where(is_about, among(_l.did, "kinds", dialect)).limit(1)


# --- reports -------------------------------------------------------------------------------------------------

_LOCK = select(communities.c.id).where(communities.c.id == _community).with_for_update(key_share=True)
_this = and_(_r.community_id == _community, _r.subject == bindparam("of"), _r.subject_id == bindparam("about"))
_REASONS = select(_r.id, _r.reason, _r.at).where(_this).order_by(_r.id)
_SETTLE = delete(reports).where(_this).returning(_r.id)
_COUNT_BY = (
    select(func.count()).select_from(reports).where(_r.community_id == _community, _r.person_id == bindparam("person"))
)
_things = select(_r.subject, _r.subject_id).where(_r.community_id == _community).group_by(_r.subject, _r.subject_id)
_OPEN = _things.order_by(func.min(_r.id)).limit(bindparam("limit")).offset(bindparam("offset"))
_COUNT_OPEN = select(func.count()).select_from(_things.subquery())


@cache
def _report(dialect: str) -> Executable:
    statement = insert_into(reports, dialect)
    return statement.on_conflict_do_nothing(
        index_elements=["community_id", "subject", "subject_id", "person_id"]
    ).returning(_r.id)


# --- sites ---------------------------------------------------------------------------------------------------

_BLOCK = insert(blocked_sites)
_UNBLOCK = delete(blocked_sites).where(_b.community_id == _community, _b.host == bindparam("named")).returning(_b.host)
_BLOCKED = select(_b.host).where(_b.community_id == _community).order_by(_b.host)


_MENTIONING = (
    select(resources.c.id, resources.c.link)
    .where(
        resources.c.community_id == _community, func.lower(resources.c.link).contains(bindparam("host", type_=Text()))
    )
    .order_by(resources.c.id.desc())
)
"""All that name a host somewhere; which of them lead there is looked at afterwards."""


@cache
def _any_blocked(dialect: str) -> Executable:
    return select(_b.host).where(_b.community_id == _community, among(_b.host, "hosts", dialect)).limit(1)


# --- linking -------------------------------------------------------------------------------------------------

_gone, _stays = (bindparam(name, type_=communities.c.id.type) for name in ("gone", "stays"))
_one, _other = (bindparam(name, type_=people.c.id.type) for name in ("one", "other"))
_said = ("community_id", "subject", "subject_id", "person_id")


@cache
def communities_united(dialect: str) -> Sequence[Executable]:
    """Audit, reports and blocked sites of `gone` are those of `stays`; who reported a thing in both did so once."""
    blocked = select(_stays, _b.host, _b.blocked_at).where(_b.community_id == _gone)
    also = reports.alias("also")
    is_said = and_(also.c.subject == _r.subject, also.c.subject_id == _r.subject_id, also.c.person_id == _r.person_id)
    return (
        update(audit_lines).where(_l.community_id == _gone).values(community_id=_stays),
        update(reports)
        .where(_r.community_id == _gone, ~exists().where(also.c.community_id == _stays, is_said))
        .values(community_id=_stays),
        insert_into(blocked_sites, dialect)
        .from_select(["community_id", "host", "blocked_at"], blocked)
        .on_conflict_do_nothing(),
    )


_old, _new = (bindparam(name, type_=communities.c.id.type) for name in ("old", "new"))
COMMUNITY_PARTED: Sequence[Executable] = (
    insert(blocked_sites).from_select(
        ["community_id", "host", "blocked_at"],
        select(_new, _b.host, _b.blocked_at).where(_b.community_id == _old),
    ),
    update(reports)
    .where(
        _r.community_id == _old,
        _r.subject == Subject.RESOURCE.value,
        _r.subject_id.in_(select(resources.c.id).where(resources.c.community_id == _new)),
    )
    .values(community_id=_new),
)
"""Both sides go on blocking what they did. The audit stays with those who are left."""


def people_united() -> Sequence[Executable]:
    """What `one` did and said is what `other` did; what both reported they report once."""
    also = reports.alias("also")
    is_said = and_(*(also.c[name] == _r[name] for name in _said if name != "person_id"))
    return (
        update(audit_lines).where(_l.person_id == _one).values(person_id=_other),
        update(reports)
        .where(_r.person_id == _one, ~exists().where(also.c.person_id == _other, is_said))
        .values(person_id=_other),
    )
