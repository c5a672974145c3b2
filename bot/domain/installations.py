"""Where the bot was installed by its own link, with what it was given there: sealed, opened by its adapter alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

STATE_LIVES = timedelta(minutes=10)
"""How long somebody may take from the install link until they have agreed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An installation, with what the bot was given there.

    `home` is what it is installed into: a workspace, or the whole of an `organisation`, whose id it is then.
    `organisation` is "" for a workspace that belongs to none.
    """

    home: str
    organisation: str
    sealed: str = field(repr=False)
    installed_at: datetime


class Installations(Protocol):
    """Installations: one for each home, and never one that was removed."""

    async def put(self, installed: Sealed) -> None:
        """Keep it in the place of an older one of its home, and of that one's removal."""

    async def all(self) -> Sequence[tuple[Sealed, str]]:
        """Each with the workspace it serves: its home, and for that of an organisation one after the other ("" where
        none is known yet).
        """

    async def find(self, home: str) -> Sealed | None:
        """The one of a home, or else of the organisation of which it is known to serve this workspace."""

    async def within(self, organisation: str) -> Sealed | None:
        """The one of a whole organisation, or else the newest of its workspaces'."""

    async def serves(self, organisation: str, workspace: str) -> None:
        """That of this organisation serves this workspace, too."""

    async def reseal(self, installed: Sealed, sealed: str) -> None:
        """The same, sealed anew; one that was replaced or removed meanwhile stays as it is."""

    async def remove(self, home: str, at: datetime) -> bool:
        """Forget what was given to the bot there, unless it was given after `at`; returns whether there was any.

        That of an organisation only ceases to serve a workspace of its.
        """

    async def issue(self, state: str, now: datetime) -> None:
        """Expect this state back within `STATE_LIVES`. What has expired goes."""

    async def consume(self, state: str, now: datetime) -> bool:
        """Whether this state was expected; of all who ask, one is told so."""


class InstallationRows(Installations, Protocol):
    """The repository of installations."""

    async def sweep(self, before: datetime) -> int:
        """Forget that there were those that were removed before then (housekeeping); returns how many."""
