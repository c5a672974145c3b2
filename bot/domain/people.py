"""Who is asking, and for which community."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """One user on one platform."""

    platform: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """One Discord server, Slack workspace or console."""

    platform: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Owns one or more accounts and everything private. `zone` (IANA) and `locale` are "" until known."""

    id: int
    name: str
    zone: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Community:
    """Owns one or more workspaces and everything shared."""

    id: int
    name: str
    zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class Caller:
    """A person acting in a community. None: they wrote to the bot directly and belong to none yet."""

    person: Person
    community: Community | None
    is_organiser: bool = False
    """Of that community, as its platform said last."""


class People(Protocol):
    """The repository of people, communities and who belongs where."""

    async def recognise(
        self, account: Account, workspace: Workspace | None, *, is_organiser: bool, now: datetime
    ) -> Caller | None:
        """Who this is, by one read; None when something must be written first (`welcome`).

        That is so for a new account or workspace, a changed name or role, and a membership not touched for a day.
        Without a workspace the community is the one they acted in last.
        """

    async def welcome(
        self,
        account: Account,
        workspace: Workspace | None,
        *,
        is_organiser: bool,
        zone: str,
        locale: str,
        now: datetime,
    ) -> Caller:
        """Note who this is, making person, workspace and community where they are new, in `zone` and `locale`."""

    async def communities(self) -> tuple[Community, ...]:
        """Every community, for the operator's commands."""

    async def community(self, id_: int) -> Community | None:
        """One community, for what the scheduler does on its behalf."""
