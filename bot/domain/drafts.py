"""What somebody began and has not finished: a form that was refused, an answer to confirm, a long search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Draft:
    """`command` is the path of the command it belongs to ("event add"); values are as they were typed.

    It is for the `community` it was begun in, whichever its owner acts in later. Once saved it stays as a mark of
    that until it expires, so that a second press says so.
    """

    id: str
    command: str
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)
    community: int | None = None
    is_saved: bool = False


class Drafts(Protocol):
    """The repository of drafts. Each belongs to one person; nobody else can reach it."""

    async def keep(self, owner: int, draft: Draft, now: datetime) -> None:
        """Keep a draft for `KEPT_FOR`, replacing the owner's draft of the same id."""

    async def get(self, owner: int, id_: str, now: datetime) -> Draft | None:
        """The owner's draft, unless it has expired."""

    async def home(self, owner: int, id_: str, now: datetime) -> int | None:
        """The community that the owner's draft is for, while they are a member there; None else."""

    async def take(self, owner: int, id_: str, now: datetime) -> Draft | None:
        """The owner's draft, removed in this transaction: only one caller gets it."""

    async def sweep(self, now: datetime) -> int:
        """Remove what has expired (housekeeping); returns how many."""
