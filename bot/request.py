"""A request: who asks, from where, and what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from bot.domain.addresses import Channel
from bot.domain.people import Account, Community, Origin, Person, Workspace
from bot.errors import Refused
from bot.i18n import N_, Words
from bot.ui import Action


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as text platforms carry it: "/event find techno near:Berlin"."""

    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """A command whose options the platform has told apart; values are as they were typed or chosen."""

    path: tuple[str, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Press:
    """A control was used; `choice` is the value chosen in a menu."""

    action: Action
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Submit:
    """A form was filled in. `is_partial`: a page of it, with others to come; it is kept and nothing runs yet."""

    action: Action
    values: Mapping[str, str]
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Pointed:
    """What a shortcut was used on: a message (its words, its address, who wrote it) or a person (only `account`)."""

    text: str = ""
    link: str = ""
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A shortcut was used; `command` is the path of the command it leads to."""

    command: str
    pointed: Pointed


Asked = Typed | Run | Press | Submit | Point


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a platform hands to the core.

    `id` is the platform's own id of the request, the same when it is delivered again. `workspace` is None in a
    direct message. `locale` is what the platform knows ("" if nothing). `is_organiser` is the platform's word.
    """

    id: str
    account: Account
    workspace: Workspace | None
    channel: Channel | None
    locale: str
    is_organiser: bool
    asked: Asked


@dataclass(frozen=True, slots=True)
class Request:
    """What a handler gets: the same, with everybody recognised. `now` is aware UTC."""

    id: str
    account: Account
    person: Person
    joined: Community | None
    channel: Channel | None
    is_organiser: bool
    origin: Origin
    """What is made remembers where it came from."""
    is_owner: bool
    """The platform says that they run the workspace this was asked in: not only named, and not in a direct message."""
    now: datetime
    say: Words

    @property
    def community(self) -> Community:
        """The community this acts for. Raises Refused where there is none yet."""
        if self.joined is None:
            raise Refused(
                N_("Use this in a server or workspace where I am a member, so that I know which one you mean.")
            )
        return self.joined

    def draft_id(self, purpose: str) -> str:
        """The id of a draft that answering this makes: the same when the request is delivered again."""
        told = f"{self.account.platform}\n{self.account.id}\n{self.id}\n{purpose}"
        return sha256(told.encode(errors="surrogatepass")).hexdigest()[:16]

    @property
    def zone(self) -> ZoneInfo:
        """The reader's zone: their own, else their community's."""
        return self.say.zone
