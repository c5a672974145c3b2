"""The one connection that the repositories of a unit of work share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import CursorResult, Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.sealing import Vault

Values = Mapping[str, object]
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row holds whatever its statement selects."""


class Connection:
    """A transaction that is open. `wakes` is set by whoever wrote something that falls due or is owed:
    after the commit the scheduler is woken. With `only_selects` it takes nothing else.
    """

    __slots__ = ("_inner", "_only_selects", "dialect", "vault", "wakes")

    def __init__(self, inner: AsyncConnection, vault: Vault, *, only_selects: bool = False) -> None:
        self._inner = inner
        self.vault = vault
        """Seals what is private."""
        self._only_selects = only_selects
        self.dialect = inner.dialect.name
        """"sqlite" or "postgresql"."""
        self.wakes = False

    # Any: a row holds whatever its statement selects
    async def execute(
        self, statement: Executable, values: Values | Sequence[Values] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run one statement, once for each of several `values`; its rows are all there when this returns."""
        assert statement.is_select or not self._only_selects, "what is not steady would not undo it"
        return await self._inner.execute(statement, values)

    async def rows(self, statement: Executable, values: Values | None = None) -> Sequence[AnyRow]:
        """All rows of one statement."""
        return (await self.execute(statement, values)).all()

    async def first(self, statement: Executable, values: Values | None = None) -> AnyRow | None:
        """The first row, or None."""
        return (await self.execute(statement, values)).first()

    async def scalar(self, statement: Executable, values: Values | None = None) -> Any:  # Any: as above
        """The first column of the first row, or None."""
        return (await self.execute(statement, values)).scalar()
