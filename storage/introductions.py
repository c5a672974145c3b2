"""Introductions, and who wants none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Executable,
    FromClause,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from bot.domain.introductions import (
    AGAIN_AFTER,
    DAY,
    OPEN_FOR,
    QUESTIONS_MOST,
    Answer,
    Asked,
    Asking,
    Ended,
    Introduction,
    Never,
    Party,
    Standing,
)
from bot.domain.people import Account, Community, Person
from storage.connection import AnyRow, Connection
from storage.schema import UTC, among, insert_into, listed
from storage.tables import accounts, communities, introductions, never_introduced, people


class IntroductionTable:
    """Implements `bot.domain.introductions.Introductions`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def standing(self, asker: int, asked: int, now: datetime) -> Standing:
        both = {"asker": asker, "asked": asked}
        await self._connection.execute(_LOCK, both)
        earlier = await self._connection.rows(_EARLIER, {"asker": asker, "since": now - AGAIN_AFTER})
        since = {"asked": asked, "since": now - DAY, "most": QUESTIONS_MOST}
        questions = await self._connection.rows(_QUESTIONS, since)
        return Standing(
            [Asked(row.person_id, row.asked_at) for row in earlier],
            [row.puts_at for row in questions],
            is_unwelcome=not await self._connection.scalar(_IS_WELCOME, both),
        )

    async def requested(self, request_id: str, asker: int) -> Introduction | None:
        row = await self._connection.first(_REQUESTED, {"request": request_id, "asker": asker})
        return None if row is None else _introduction(row)

    async def ask(self, asking: Asking) -> Introduction:
        account = asking.member.account
        named = {"platform": account.platform, "external_id": account.id}
        id_ = await self._connection.scalar(
            _ASK,
            {
                "community_id": asking.community,
                "asker_account_id": asking.origin.account,
                "asked_account_id": await self._connection.scalar(_ACCOUNT, named),
                "why": asking.why,
                "asked_at": asking.at,
                "puts_at": asking.puts_at or asking.at,
                "ends_at": asking.at + OPEN_FOR,
                "is_withheld": asking.puts_at is None,
                "request_id": asking.request_id,
            },
        )
        [made] = await self.fallen_due([id_])
        return made

    async def put_to(self, id_: int, person: int) -> Introduction | None:
        row = await self._connection.first(_PUT_TO, {"introduction": id_, "person": person})
        return None if row is None else _introduction(row)

    async def answer(self, id_: int, person: int, answer: Answer, now: datetime) -> bool:
        values = {"introduction": id_, "person": person, "said": answer.value, "now": now}
        return await self._connection.scalar(_ANSWER, values) is not None

    async def fallen_due(self, ids: Collection[int]) -> Sequence[Introduction]:
        dialect = self._connection.dialect
        rows = await self._connection.rows(_several(dialect), {"ids": listed(dialect, list(ids))})
        return [_introduction(row) for row in rows]

    async def ended(self, ids: Collection[int]) -> Sequence[Ended]:
        dialect = self._connection.dialect
        rows = await self._connection.rows(_endings(dialect), {"ids": listed(dialect, list(ids))})
        return [
            Ended(row.id, _community(row), _party(row, "asker"), row.why, row.asked_at, row.answer == Answer.YES)
            for row in rows
        ]

    async def sweep(self, before: datetime, limit: int) -> int:
        gone = await self._connection.execute(_SWEEP, {"before": before, "most": limit})
        return gone.rowcount

    async def never(self, owner: int, offset: int, limit: int) -> Never:
        rows = await self._connection.rows(_NEVER, {"owner": owner, "start": offset, "most": limit})
        total = await self._connection.scalar(_NEVER_TOTAL, {"owner": owner})
        return Never([Person(*row) for row in rows], total)

    async def is_never(self, owner: int, other: int) -> bool:
        return await self._connection.scalar(_IS_NEVER, {"owner": owner, "other": other}) is not None

    async def add_never(self, owner: int, other: int, now: datetime) -> None:
        values = {"owner_id": owner, "other_id": other, "added_at": now}
        await self._connection.execute(_add_never(self._connection.dialect), values)
        await self._connection.execute(_WITHHOLD_BETWEEN, {"one": owner, "two": other})

    async def remove_never(self, owner: int, other: int) -> bool:
        gone = await self._connection.scalar(_REMOVE_NEVER, {"owner": owner, "other": other})
        return gone is not None

    async def is_welcoming(self, person: int) -> bool:
        return bool(await self._connection.scalar(_IS_WELCOMING, {"person": person}))

    async def welcome(self, person: int, is_welcoming: bool) -> None:
        await self._connection.execute(_WELCOME, {"person": person, "is_on": is_welcoming})
        if not is_welcoming:
            await self._connection.execute(_WITHHOLD_TO, {"one": person})

    async def is_allowed(self, community: int) -> bool:
        return bool(await self._connection.scalar(_IS_ALLOWED, {"community": community}))

    async def allow(self, community: int, is_allowed: bool) -> None:
        await self._connection.execute(_ALLOW, {"community": community, "is_on": is_allowed})


def _introduction(row: AnyRow) -> Introduction:
    return Introduction(
        id=row.id,
        community=_community(row),
        is_allowed=row.has_introductions,
        asker=_party(row, "asker"),
        asked=_party(row, "asked"),
        why=row.why,
        asked_at=row.asked_at,
        puts_at=row.puts_at,
        ends_at=row.ends_at,
        is_withheld=row.is_withheld,
        answer=None if row.answer is None else Answer(row.answer),
    )


def _community(row: AnyRow) -> Community:
    return Community(row.community_id, row.community_name, row.community_zone, row.community_locale)


def _party(row: AnyRow, side: str) -> Party:
    person = Person(*(getattr(row, f"{side}_{name}") for name in _OF_PERSON))
    return Party(person, Account(*(getattr(row, f"{side}_{name}") for name in ("platform", "external_id", "account"))))


# --- introductions -------------------------------------------------------------------------------------------
# Both are kept by their accounts, as memberships are: who is linked or parted takes along what came from an account.

_i = introductions.c
_asker, _asked = accounts.alias("asker"), accounts.alias("asked")
_asker_person, _asked_person = people.alias("asker_person"), people.alias("asked_person")
_OF_PERSON = ("id", "name", "zone", "locale")


def _side(side: str, account: FromClause, person: FromClause) -> Sequence[ColumnElement[object]]:
    of_account = {"platform": "platform", "external_id": "external_id", "account": "name"}
    return [
        *(person.c[name].label(f"{side}_{name}") for name in _OF_PERSON),
        *(account.c[column].label(f"{side}_{name}") for name, column in of_account.items()),
    ]


_ENDED = (
    select(
        introductions,
        communities.c.name.label("community_name"),
        communities.c.zone.label("community_zone"),
        communities.c.locale.label("community_locale"),
        communities.c.has_introductions,
        *_side("asker", _asker, _asker_person),
    )
    .join(communities, communities.c.id == _i.community_id)
    .join(_asker, _asker.c.id == _i.asker_account_id)
    .join(_asker_person, _asker_person.c.id == _asker.c.person_id)
)
_INTRODUCTIONS = (
    _ENDED.add_columns(*_side("asked", _asked, _asked_person))
    .join(_asked, _asked.c.id == _i.asked_account_id)
    .join(_asked_person, _asked_person.c.id == _asked.c.person_id)
)
_REQUESTED = _INTRODUCTIONS.where(_i.request_id == bindparam("request"), _asker.c.person_id == bindparam("asker"))
_PUT_TO = _INTRODUCTIONS.where(
    _i.id == bindparam("introduction"), _asked.c.person_id == bindparam("person"), _i.is_withheld.is_(false())
)


@cache
def _several(dialect: str) -> Executable:
    return _INTRODUCTIONS.where(among(_i.id, "ids", dialect)).order_by(_i.id)


@cache
def _endings(dialect: str) -> Executable:
    return _ENDED.where(among(_i.id, "ids", dialect))


_LOCK = (
    select(people.c.id)
    .where(people.c.id.in_((bindparam("asker"), bindparam("asked"))))
    .order_by(people.c.id)
    .with_for_update()
)
_EARLIER = (
    select(_i.asked_at, _asked.c.person_id)
    .join(_asker, _asker.c.id == _i.asker_account_id)
    .outerjoin(_asked, _asked.c.id == _i.asked_account_id)
    .where(_asker.c.person_id == bindparam("asker"), _i.asked_at > bindparam("since", type_=UTC()))
    .order_by(_i.asked_at.desc(), _i.id.desc())
)
_QUESTIONS = (
    select(_i.puts_at)
    .join(_asked, _asked.c.id == _i.asked_account_id)
    .where(
        _asked.c.person_id == bindparam("asked"),
        _i.is_withheld.is_(false()),
        _i.puts_at > bindparam("since", type_=UTC()),
    )
    .order_by(_i.puts_at.desc())
    .limit(bindparam("most"))
)
_ACCOUNT = select(accounts.c.id).where(
    accounts.c.platform == bindparam("platform"), accounts.c.external_id == bindparam("external_id")
)
_ASK = insert(introductions).returning(_i.id)


def _accounts_of(name: str) -> Select[int]:
    return select(accounts.c.id).where(accounts.c.person_id == bindparam(name))


_ANSWER = (
    update(introductions)
    .where(
        _i.id == bindparam("introduction"),
        _i.asked_account_id.in_(_accounts_of("person")),
        _i.is_withheld.is_(false()),
        _i.answer.is_(None),
        _i.ends_at > bindparam("now", type_=UTC()),
    )
    .values(answer=bindparam("said"))
    .returning(_i.id)
)
_old = select(_i.id).where(_i.ends_at < bindparam("before", type_=UTC())).order_by(_i.ends_at).limit(bindparam("most"))
_SWEEP = delete(introductions).where(_i.id.in_(_old))
_open = update(introductions).where(_i.answer.is_(None)).values(is_withheld=true())
_WITHHOLD_BETWEEN = _open.where(
    or_(
        and_(_i.asker_account_id.in_(_accounts_of("one")), _i.asked_account_id.in_(_accounts_of("two"))),
        and_(_i.asker_account_id.in_(_accounts_of("two")), _i.asked_account_id.in_(_accounts_of("one"))),
    )
)
_WITHHOLD_TO = _open.where(_i.asked_account_id.in_(_accounts_of("one")))

# --- who wants none ------------------------------------------------------------------------------------------

_n = never_introduced.c
_other = people.alias("other")
_NEVER = (
    select(_other.c.id, _other.c.name, _other.c.zone, _other.c.locale)
    .join(never_introduced, _n.other_id == _other.c.id)
    .where(_n.owner_id == bindparam("owner"))
    .order_by(_other.c.name, _other.c.id)
    .offset(bindparam("start"))
    .limit(bindparam("most"))
)
_NEVER_TOTAL = select(func.count()).where(_n.owner_id == bindparam("owner"))
_this = and_(_n.owner_id == bindparam("owner"), _n.other_id == bindparam("other"))
_IS_NEVER = select(_n.other_id).where(_this)
_REMOVE_NEVER = delete(never_introduced).where(_this).returning(_n.other_id)


@cache
def _add_never(dialect: str) -> Executable:
    return insert_into(never_introduced, dialect).on_conflict_do_nothing(index_elements=["owner_id", "other_id"])


_IS_WELCOMING = select(people.c.takes_introductions).where(people.c.id == bindparam("person"))
_WELCOME = update(people).where(people.c.id == bindparam("person")).values(takes_introductions=bindparam("is_on"))
_IS_WELCOME = select(
    and_(
        exists().where(people.c.id == bindparam("asked"), people.c.takes_introductions),
        ~exists().where(_n.owner_id == bindparam("asked"), _n.other_id == bindparam("asker")),
    )
)
_IS_ALLOWED = select(communities.c.has_introductions).where(communities.c.id == bindparam("community"))
_ALLOW = (
    update(communities).where(communities.c.id == bindparam("community")).values(has_introductions=bindparam("is_on"))
)
