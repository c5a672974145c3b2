"""All that is kept about one person: given to them whole, and taken away whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

Kept = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows by the table they stand in, as JSON holds them: moments as ISO 8601, what is sealed opened."""


class MyData(Protocol):
    """The repository of everything about a person. Both methods name them."""

    async def everything(self, person: int) -> Kept:
        """Every row that is theirs or says something of them; not what others noted of them, nor secrets."""

    async def forget(self, person: int, now: datetime) -> None:
        """Delete what is private to them, and what names them in what is shared. What others noted stays theirs, and
        their places at events go to whoever is next in line.
        """
