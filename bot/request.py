"""A request: who asks, from where, and what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Said:
    """Words written to the bot, or where it was mentioned: a command if they are one, else a wish for help."""

    text: str


Asked = Typed | Run | Press | Submit | Point | Said


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that somebody attached, which stays where it is until it is read. `size` in bytes, as the platform says.

    `read(most)` brings at most `most + 1` bytes, so that one byte too many tells that it is too large. It is called
    outside of transactions, takes some seconds at most, and raises Refused, with a way on, where the file is gone.
    """

    name: str
    media_type: str
    size: int
    read: Callable[[int], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file as a handler gets it."""

    name: str
    media_type: str
    content: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a platform hands to the core.

    `id` is the platform's own id of the request, the same when it is delivered again. `workspace` is None in a
    direct message, where the platform tells of none; `channel` where it was asked in none. `locale` and `zone` (IANA)
    are what the platform knows ("" if nothing). `is_organiser` is the platform's word.
    `accounts` and `files` are what values of `asked` stand for, by the value: the accounts of which the platform
    itself says who they are, and the files that came along.
    """

    id: str
    account: Account
    workspace: Workspace | None
    channel: Channel | None
    locale: str
    is_organiser: bool
    asked: Asked
    zone: str = ""
    accounts: Mapping[str, Account] = field(default_factory=dict)
    files: Mapping[str, Attached] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """What a handler gets: the same, with everybody recognised. `now` is aware UTC.

    `accounts` and `files` are for reading arguments, as `Incoming` has them.
    """

    id: str
    account: Account
    person: Person
    joined: Community | None
    workspace: Workspace | None
    channel: Channel | None
    is_organiser: bool
    origin: Origin
    """What is made remembers where it came from."""
    is_owner: bool
    """The platform says that they run the workspace this was asked in: not only named, and not in a direct message."""
    now: datetime
    say: Words
    accounts: Mapping[str, Account] = field(default_factory=dict)
    files: Mapping[str, Attached] = field(default_factory=dict)

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
