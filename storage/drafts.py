"""What somebody began and has not finished."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Executable, and_, bindparam, delete, select

from bot.domain.drafts import KEPT_FOR, Draft
from bot.sealing import Unopened
from storage.connection import AnyRow, Connection
from storage.leads import reads_there
from storage.schema import UTC, insert_into
from storage.tables import drafts

_CONTENT = (
    drafts.c.id,
    drafts.c.command,
    drafts.c["values"],
    drafts.c.errors,
    drafts.c.community_id,
    drafts.c.is_saved,
)
_alive = drafts.c.expires_at > bindparam("now", type_=UTC())
_is_theirs = and_(drafts.c.owner_id == bindparam("owner"), drafts.c.id == bindparam("draft"))

_GET = select(*_CONTENT).where(_is_theirs, _alive)
_HOME = select(drafts.c.community_id).where(_is_theirs, _alive, reads_there(drafts.c.owner_id, drafts.c.community_id))
_TAKE = delete(drafts).where(_is_theirs, _alive).returning(*_CONTENT)
_SWEEP = delete(drafts).where(drafts.c.expires_at <= bindparam("now", type_=UTC()))


class DraftTable:
    """Implements `bot.domain.drafts.Drafts`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep(self, owner: int, draft: Draft, now: datetime) -> None:
        await self._connection.execute(
            _keep(self._connection.dialect),
            {
                "owner": owner,
                "draft": draft.id,
                "command": draft.command,
                # notes and promises are typed here before they are kept anywhere else
                "typed": self._connection.vault.seal(dict(draft.values)),
                "errors": dict(draft.errors),
                "community": draft.community,
                "is_saved": draft.is_saved,
                "expires_at": now + KEPT_FOR,
            },
        )

    async def get(self, owner: int, id_: str, now: datetime) -> Draft | None:
        if not _is_id(id_):
            return None
        return self._draft(await self._connection.first(_GET, {"owner": owner, "draft": id_, "now": now}))

    async def home(self, owner: int, id_: str, now: datetime) -> int | None:
        if not _is_id(id_):
            return None
        found: int | None = await self._connection.scalar(_HOME, {"owner": owner, "draft": id_, "now": now})
        return found

    async def take(self, owner: int, id_: str, now: datetime) -> Draft | None:
        if not _is_id(id_):
            return None
        return self._draft(await self._connection.first(_TAKE, {"owner": owner, "draft": id_, "now": now}))

    async def sweep(self, now: datetime) -> int:
        return (await self._connection.execute(_SWEEP, {"now": now})).rowcount

    def _draft(self, row: AnyRow | None) -> Draft | None:
        if row is None:
            return None
        id_, command, typed, *rest = row
        try:
            values = self._connection.vault.open(typed) if isinstance(typed, str) else typed
        except Unopened:  # its key was taken out: it is as good as expired
            return None
        return Draft(id_, command, values, *rest)


def _is_id(text: str) -> bool:
    """Buttons carry ids back as anybody may have made them, and PostgreSQL takes no NUL in a text."""
    return text.isascii() and text.isprintable()


@cache
def _keep(dialect: str) -> Executable:
    statement = insert_into(drafts, dialect).values(
        {
            "owner_id": bindparam("owner"),
            "id": bindparam("draft"),
            "command": bindparam("command"),
            "values": bindparam("typed"),
            "errors": bindparam("errors"),
            "community_id": bindparam("community"),
            "is_saved": bindparam("is_saved"),
            "expires_at": bindparam("expires_at"),
        }
    )
    replaced = ("command", "values", "errors", "community_id", "is_saved", "expires_at")
    return statement.on_conflict_do_update(
        index_elements=["owner_id", "id"], set_={name: statement.excluded[name] for name in replaced}
    )
