"""Who may be named in a community."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, select

from bot.domain.members import Somebody
from bot.domain.people import Account
from bot.domain.places import fold
from storage.connection import Connection
from storage.tables import accounts, memberships, workspaces

_seen = (
    select(memberships.c.account_id)
    .join(workspaces, workspaces.c.id == memberships.c.workspace_id)
    .where(workspaces.c.community_id == bindparam("community"))
)
_MEMBERS = (
    select(accounts.c.platform, accounts.c.external_id, accounts.c.name, accounts.c.person_id)
    .where(accounts.c.id.in_(_seen))
    .order_by(accounts.c.id)
)
"""Accounts that somebody has elsewhere are nobody's business here."""
_BY_ACCOUNT = _MEMBERS.where(accounts.c.platform == bindparam("platform"), accounts.c.external_id == bindparam("id"))


class MemberTable:
    """Implements `bot.domain.members.Members`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of_account(self, community: int, account: Account) -> Somebody | None:
        values = {"community": community, "platform": account.platform, "id": account.id}
        row = await self._connection.first(_BY_ACCOUNT, values)
        return None if row is None else Somebody(Account(*row[:3]), row.person_id)

    async def named(self, community: int, typed: str, platform: str) -> Sequence[Somebody]:
        wanted = _key(typed)
        found: dict[int, tuple[str, Account]] = {}
        # neither database folds as people do, so the names are compared here; a community has some thousands at most
        for row in await self._connection.rows(_MEMBERS, {"community": community}):
            key = _key(row.name)
            is_better = row.person_id not in found or (
                row.platform == platform and found[row.person_id][1].platform != platform
            )
            if wanted in key and is_better:
                found[row.person_id] = (key, Account(*row[:3]))
        ranked = sorted(found.items(), key=lambda each: (each[1][0] != wanted, each[1][0], each[0]))
        return [Somebody(account, person) for person, (_key_, account) in ranked]


def _key(name: str) -> str:
    """For comparing; a name of nothing but pictures stands for itself."""
    return fold(name) or name.strip().casefold()


def is_member(person: ColumnElement[int], community: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether somebody was seen in a workspace of a community."""
    joined = memberships.join(accounts, accounts.c.id == memberships.c.account_id).join(
        workspaces, workspaces.c.id == memberships.c.workspace_id
    )
    return (
        select(accounts.c.id)
        .select_from(joined)
        .where(accounts.c.person_id == person, workspaces.c.community_id == community)
    ).exists()
