"""Tables with an `id` and one sealed column, `text`: which keys they are under, and sealing them anew."""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, Executable, Select, Table, Text, bindparam, func, select, update

from bot.sealing import MARK
from storage.connection import Connection


async def has_other_keys(connection: Connection, table: Table) -> bool:
    """Whether something in it is sealed with a key that the vault has not."""
    names = connection.vault.names
    known = {f"known_{number}": f"{MARK}{name}:" for number, name in enumerate(names)}
    others = _sealed(table).where(*(~_begins(table, each) for each in known)).limit(1)
    return await connection.scalar(others, {"mark": MARK, **known}) is not None


async def reseal(connection: Connection, table: Table, limit: int) -> int:
    """Seal anew what is not under the first key; how many there were, at most `limit`."""
    vault = connection.vault
    if not vault.mark:
        return 0
    rows = await connection.rows(_under_others(table), {"mark": vault.mark, "most": limit})
    anew = [{"this": row.id, "kept": vault.seal(vault.open(row.text))} for row in rows]
    if anew:
        await connection.execute(_reseal(table), anew)
    return len(anew)


def _begins(table: Table, with_: str) -> ColumnElement[bool]:
    """Whether the text begins with a parameter."""
    mark = bindparam(with_, type_=Text)
    return func.substr(table.c.text, 1, func.length(mark)) == mark


def _sealed(table: Table) -> Select[tuple[str]]:
    return select(table.c.text).where(_begins(table, "mark"))


@cache
def _under_others(table: Table) -> Executable:
    found = select(table.c.id, table.c.text).where(~_begins(table, "mark"))
    return found.order_by(table.c.id).limit(bindparam("most"))


@cache
def _reseal(table: Table) -> Executable:
    return update(table).where(table.c.id == bindparam("this")).values(text=bindparam("kept"))
