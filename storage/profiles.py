"""What people say of themselves, and who sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache

from sqlalchemy import Executable, bindparam, delete, exists, select, true, update

from bot.domain.people import Account
from bot.domain.places import Place, fold
from bot.domain.profiles import Part, Profile, Seen, SeenPage, Wanted, Wish, united
from bot.domain.terms import query_terms
from storage.connection import AnyRow, Connection
from storage.details import PLACE
from storage.schema import among, insert_into, listed
from storage.tables import accounts, memberships, places, profiles, workspaces

_KEPT = ("role", "skills", "genres", "looking", "offering", "about", "link", "is_found", "hidden", "shows_going")


class ProfileTable:
    """Implements `bot.domain.profiles.Profiles`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, person: int) -> Profile:
        row = await self._connection.first(_GET, {"person": person})
        return Profile() if row is None else _profile(row)

    async def put(self, person: int, profile: Profile) -> None:
        await self._connection.execute(_put(self._connection.dialect), _values(person, profile))

    async def seen_by(self, community: int, people: Collection[int]) -> Mapping[int, Seen]:
        if not people:
            return {}
        dialect = self._connection.dialect
        values = {"community": community, "ids": listed(dialect, sorted(people))}
        return {seen.person: seen for seen in _seen(await self._connection.rows(_several(dialect), values))}

    async def find(self, community: int, wanted: Wanted, offset: int, limit: int) -> SeenPage:
        """The database tells who may be found, and each of them is then looked at here: neither database compares
        words and roles as we do, and of some thousands of members that takes some tenths of a second at most.
        """
        query_terms(wanted.words)
        rows = await self._connection.rows(_FOUND, {"community": community})
        fitting = [seen for seen in _seen(rows) if wanted.fits(seen)]
        fitting.sort(key=lambda seen: (fold(seen.account.name), seen.person))
        return SeenPage(tuple(fitting[offset : offset + limit]), len(fitting))

    async def shown_going(self, people: Collection[int]) -> frozenset[int]:
        if not people:
            return frozenset()
        dialect = self._connection.dialect
        rows = await self._connection.rows(_going(dialect), {"ids": listed(dialect, sorted(people))})
        return frozenset(row.person_id for row in rows)


async def unite(connection: Connection, person: int, into: int) -> None:
    """The profile of `person` becomes part of that of `into`."""
    await connection.execute(_TAKE, {"person": person, "stays": into})  # where that wrote none
    gone = await connection.first(_GET, {"person": person})
    if gone is not None:
        table = ProfileTable(connection)
        await table.put(into, united(await table.get(into), _profile(gone)))
        await connection.execute(_DROP, {"person": person})


def _seen(rows: Iterable[AnyRow]) -> Iterable[Seen]:
    """Each person once, by the account they were last seen with, which comes first."""
    known: set[int] = set()
    for row in rows:
        if row.person_id not in known:
            known.add(row.person_id)
            yield Seen(row.person_id, Account(row.platform, row.external_id, row.account_name), _profile(row).shown)


def _profile(row: AnyRow) -> Profile:
    return Profile(
        role=row.role,
        skills=tuple(row.skills),
        genres=tuple(row.genres),
        city=_place(row),
        looking=tuple(map(Wish, row.looking)),
        offering=tuple(map(Wish, row.offering)),
        about=row.about,
        link=row.link,
        is_found=row.is_found,
        hidden=tuple(map(Part, row.hidden)),
        shows_going=row.shows_going,
    )


def _place(row: AnyRow) -> Place | None:
    return None if row.place_id is None else Place(*(getattr(row, f"place_{name}") for name in PLACE))


def _values(person: int, profile: Profile) -> dict[str, object]:
    return {
        "person_id": person,
        "role": profile.role,
        "skills": profile.skills,
        "genres": profile.genres,
        "place_id": profile.city.id if profile.city else None,
        "looking": [wish.value for wish in profile.looking],
        "offering": [wish.value for wish in profile.offering],
        "about": profile.about,
        "link": profile.link,
        "is_found": profile.is_found,
        "hidden": [part.value for part in profile.hidden],
        "shows_going": profile.shows_going,
    }


# --- statements ----------------------------------------------------------------------------------------------

_is_theirs = profiles.c.person_id == bindparam("person")
_columns = (
    profiles.c.person_id,
    *(profiles.c[name] for name in _KEPT),
    *(places.c[name].label(f"place_{name}") for name in PLACE),
)
_with_place = profiles.outerjoin(places, places.c.id == profiles.c.place_id)
_GET = select(*_columns).select_from(_with_place).where(_is_theirs)
_FOUND = (
    select(*_columns, accounts.c.platform, accounts.c.external_id, accounts.c.name.label("account_name"))
    .select_from(
        _with_place.join(accounts, accounts.c.person_id == profiles.c.person_id)
        .join(memberships, memberships.c.account_id == accounts.c.id)
        .join(workspaces, workspaces.c.id == memberships.c.workspace_id)
    )
    .where(
        workspaces.c.community_id == bindparam("community"),
        workspaces.c.removed_at.is_(None),
        profiles.c.is_found == true(),
    )
    .order_by(memberships.c.seen_at.desc(), accounts.c.id)
)
"""By the accounts of the community alone: those that somebody has elsewhere are nobody's business here."""
_other = profiles.alias("other")
_TAKE = (
    update(profiles)
    .where(_is_theirs, ~exists().where(_other.c.person_id == bindparam("stays")))
    .values(person_id=bindparam("stays"))
)
_DROP = delete(profiles).where(_is_theirs)


@cache
def _put(dialect: str) -> Executable:
    statement = insert_into(profiles, dialect)
    changed = {column.name: statement.excluded[column.name] for column in profiles.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=["person_id"], set_=changed)


@cache
def _several(dialect: str) -> Executable:
    return _FOUND.where(among(profiles.c.person_id, "ids", dialect))


@cache
def _going(dialect: str) -> Executable:
    return select(profiles.c.person_id).where(
        profiles.c.shows_going == true(), among(profiles.c.person_id, "ids", dialect)
    )
