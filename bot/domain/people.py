"""Who is asking, and for which community."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.addresses import Channel, Direct

KEPT_AFTER_REMOVAL = timedelta(days=30)
"""How long the rows of a workspace stay that the bot was removed from."""


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
class Reader:
    """How somebody reads what comes to them by itself: `zone` is IANA."""

    zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class Community:
    """Owns one or more workspaces and everything shared."""

    id: int
    name: str
    zone: str
    locale: str


@dataclass(frozen=True, slots=True)
class Home:
    """A workspace as it is kept, by an id of ours."""

    id: int
    workspace: Workspace
    community: Community
    is_removed: bool = False
    is_mirrored: bool = False
    """Whether its platform's own calendar shows the community's events."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot was added to a workspace; `is_back`: it had been there before, and all is as it was."""

    home: Home
    is_back: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was said or made, by ids of ours: unlinking gives each side what it made."""

    account: int
    home: int | None = None
    """The workspace; None for a direct message."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person acting in a community. None: they wrote to the bot directly and belong to none yet."""

    person: Person
    community: Community | None
    origin: Origin
    is_organiser: bool = False
    """Of that community: they run the workspace they act in, as its platform said last, or were named. In direct
    messages: any of its workspaces.
    """
    has_moved: bool = field(default=False, compare=False)
    """They last spoke in another channel there (`People.spoke_in` notes it)."""
    is_awaited: bool = field(default=False, compare=False)
    """Their account took no direct messages, and may be tried again (`Closings.spoke`)."""


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One of a person's accounts, by an id of ours."""

    id: int
    account: Account
    is_for_notices: bool = False
    """Its owner chose that notices go there."""

    @property
    def direct(self) -> Direct:
        return Direct(self.account.platform, self.account.id, self.account.name)


class People(Protocol):
    """The repository of people, communities and who belongs where."""

    async def recognise(
        self,
        account: Account,
        workspace: Workspace | None,
        channel: Channel | None = None,
        *,
        is_organiser: bool,
        now: datetime,
    ) -> Caller | None:
        """Who this is, by one read; None when something must be written first (`welcome`).

        That is so for a new account or workspace, a changed name or role, and a membership not touched for a day.
        Without a workspace the community is the one they acted in last.
        """

    async def welcome(
        self,
        account: Account,
        workspace: Workspace | None,
        channel: Channel | None = None,
        *,
        is_organiser: bool,
        zone: str,
        locale: str,
        now: datetime,
    ) -> Caller:
        """Note who this is, making person, workspace and community where they are new, in `zone` and `locale`."""

    async def spoke_in(self, origin: Origin, channel: Channel) -> None:
        """Note the channel in which they last spoke in that workspace."""

    async def communities(self) -> tuple[Community, ...]:
        """Every community, for the operator's commands."""

    async def community(self, id_: int) -> Community | None:
        """One community, for what the scheduler does on its behalf."""

    async def set_zone(self, person: int, zone: str) -> None:
        """Their own zone (IANA); "": as their community has it."""

    async def first_asked_zone(self, person: int, now: datetime) -> bool:
        """Note that somebody is asked for their zone; False where they were asked before, or have set one."""

    async def set_locale(self, person: int, locale: str) -> None:
        """Their own language; "": as their platform says."""

    async def accounts_of(self, person: int) -> Sequence[OwnAccount]:
        """Their accounts, the one last seen first."""

    async def choose_for_notices(self, person: int, accounts: Collection[int]) -> None:
        """Let notices go to these of their accounts, each of them; to none of them: to the one last seen."""

    async def notices_for(self, persons: Collection[int]) -> Mapping[int, Sequence[Direct]]:
        """Where notices for each of these people go: the accounts they chose, else the one last seen. Left out: whom
        we do not know.
        """

    async def notices_to(self, person: int) -> Direct | None:
        """The first of these places for one person. None for nobody we know."""

    async def readers(self, persons: Collection[int]) -> Mapping[int, Reader]:
        """How each of these people reads: their own zone and language, else those of the community they were seen in
        last. Left out: whom we do not know, and who set none and is nowhere.
        """

    async def named(self, community: int) -> Sequence[Person]:
        """Whom owners named as organisers, in that order."""

    async def name_organiser(self, community: int, person: int, home: int, now: datetime) -> None:
        """Let somebody act as an organiser of that community; `home` is the workspace where that was said."""

    async def unname_organiser(self, community: int, person: int) -> bool:
        """They are an organiser only where a platform says so. False when they were not named."""

    async def organisers(self, community: int) -> Sequence[int]:
        """Who organises there: whoever runs a workspace that the bot is in, as its platform said last, and whom owners
        named. Who was seen there last comes first.
        """

    async def people_of(self, accounts: Sequence[Account]) -> Mapping[str, int]:
        """The person behind each account of one platform, by the account's id there; made on first sight.

        Nothing is noted of where or when they were seen.
        """

    # --- workspaces, for what platforms and the scheduler tell of them ---

    async def join(self, workspace: Workspace, *, zone: str, locale: str, now: datetime) -> Joined | None:
        """The bot is in a workspace: make or revive it and its community, in `zone` and `locale` where that is new.

        None when that was known; of several who tell of it at once only one hears more.
        """

    async def leave(self, workspace: Workspace, now: datetime) -> None:
        """The bot was removed from it. What its own calendar shows is no longer known then."""

    async def removed(self) -> Collection[tuple[str, str]]:
        """The workspaces, by platform and its id there, that the bot was removed from and that are still kept."""

    async def forget_removed(self, before: datetime, limit: int, now: datetime) -> Sequence[int]:
        """Delete workspaces it was removed from before that moment, with what they would take along if they were
        unlinked (`Linking.part`); with the last one of a community all that is the community's. People and what is
        theirs stay. Returns their ids.
        """

    async def home(self, platform: str, workspace: str) -> Home | None:
        """A workspace by its platform's id."""

    async def homes(self, ids: Collection[int]) -> Sequence[Home]:
        """Workspaces by our ids, of any community."""

    async def homes_of(self, community: int) -> Sequence[Home]:
        """All workspaces of a community, the oldest first."""

    async def mirror(self, home: int, is_mirrored: bool) -> None:
        """Turn the mirror in the platform's own calendar on or off."""
