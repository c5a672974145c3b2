"""Where the bot was installed by its own link, and the states of installations under way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, bindparam, case, delete, func, null, or_, select, update

from bot.domain.installations import STATE_LIVES, Sealed
from storage.connection import AnyRow, Connection
from storage.schema import UTC, insert_into
from storage.tables import install_states, installations, installed_workspaces


class InstallationTable:
    """Implements `bot.domain.installations.InstallationRows`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put(self, installed: Sealed) -> None:
        await self._connection.execute(
            _put(self._connection.dialect),
            {
                "home": installed.home,
                "organisation": installed.organisation,
                "sealed": installed.sealed,
                "installed_at": installed.installed_at,
            },
        )

    async def all(self) -> Sequence[tuple[Sealed, str]]:
        return [(Sealed(*row[:-1]), row[-1]) for row in await self._connection.rows(_ALL)]

    async def find(self, home: str) -> Sealed | None:
        return _sealed(await self._connection.first(_FIND, {"of": home}))

    async def within(self, organisation: str) -> Sealed | None:
        if not organisation:
            return None
        return _sealed(await self._connection.first(_WITHIN, {"of": organisation}))

    async def serves(self, organisation: str, workspace: str) -> None:
        values = {"workspace": workspace, "home": organisation}
        await self._connection.execute(_serves(self._connection.dialect), values)

    async def reseal(self, installed: Sealed, sealed: str) -> None:
        await self._connection.execute(_RESEAL, {"of": installed.home, "was": installed.sealed, "sealed": sealed})

    async def remove(self, home: str, at: datetime) -> bool:
        removed = (await self._connection.execute(_REMOVE, {"of": home, "by": at})).rowcount
        ceased = (await self._connection.execute(_CEASE, {"of": home, "by": at})).rowcount
        return removed + ceased > 0

    async def sweep(self, before: datetime) -> int:
        return (await self._connection.execute(_SWEEP, {"before": before})).rowcount

    async def issue(self, state: str, now: datetime) -> None:
        await self._connection.execute(_EXPIRE, {"now": now})
        await self._connection.execute(_ISSUE, {"state": state, "expires_at": now + STATE_LIVES})

    async def consume(self, state: str, now: datetime) -> bool:
        if not (state.isascii() and state.isprintable()):  # PostgreSQL takes no NUL in a text
            return False
        return await self._connection.scalar(_CONSUME, {"given": state, "now": now}) is not None


def _sealed(row: AnyRow | None) -> Sealed | None:
    return None if row is None else Sealed(*row)


_is_of = installations.c.home == bindparam("of")
_stands = installations.c.removed_at.is_(None)

_CONTENT = select(
    installations.c.home, installations.c.organisation, installations.c.sealed, installations.c.installed_at
).where(_stands)
_home_of = select(installed_workspaces.c.home).where(installed_workspaces.c.workspace == bindparam("of"))
_FIND = _CONTENT.where(or_(_is_of, installations.c.home == _home_of.scalar_subquery())).order_by(_is_of.desc()).limit(1)
_own_workspace = case((installations.c.home != installations.c.organisation, installations.c.home), else_="")
_ALL = (
    _CONTENT.add_columns(func.coalesce(installed_workspaces.c.workspace, _own_workspace))
    .outerjoin(installed_workspaces, installed_workspaces.c.home == installations.c.home)
    .order_by(installations.c.installed_at, installed_workspaces.c.workspace)
)
_WITHIN = (
    _CONTENT.where(installations.c.organisation == bindparam("of"))
    .order_by((installations.c.home == installations.c.organisation).desc(), installations.c.installed_at.desc())
    .limit(1)
)
_RESEAL = (
    update(installations).where(_is_of, installations.c.sealed == bindparam("was")).values(sealed=bindparam("sealed"))
)
_REMOVE = (
    update(installations)
    .where(_is_of, _stands, installations.c.installed_at <= bindparam("by", type_=UTC()))
    .values(sealed="", removed_at=bindparam("by", type_=UTC()))
)
_given_since = select(installations.c.home).where(installations.c.installed_at > bindparam("by", type_=UTC()))
_CEASE = delete(installed_workspaces).where(
    or_(installed_workspaces.c.workspace == bindparam("of"), installed_workspaces.c.home == bindparam("of")),
    installed_workspaces.c.home.not_in(_given_since),
)
_SWEEP = delete(installations).where(installations.c.removed_at <= bindparam("before", type_=UTC()))

_EXPIRE = delete(install_states).where(install_states.c.expires_at <= bindparam("now", type_=UTC()))
_ISSUE = install_states.insert()
_CONSUME = (
    delete(install_states)
    .where(install_states.c.state == bindparam("given"), install_states.c.expires_at > bindparam("now", type_=UTC()))
    .returning(install_states.c.state)
)


@cache
def _serves(dialect: str) -> Executable:
    statement = insert_into(installed_workspaces, dialect)
    return statement.on_conflict_do_update(index_elements=["workspace"], set_={"home": statement.excluded.home})


@cache
def _put(dialect: str) -> Executable:
    statement = insert_into(installations, dialect)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["home"],
        set_={
            "organisation": new.organisation,
            "sealed": new.sealed,
            "installed_at": new.installed_at,
            "removed_at": null(),
        },
        where=installations.c.installed_at <= new.installed_at,
    )
