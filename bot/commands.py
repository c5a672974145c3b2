"""What a feature declares: its commands, what its buttons do, what it looks up, what falls due and what it owes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Protocol, cast, get_type_hints

from bot.domain.delivery import Due, Later, Moot, Owed
from bot.domain.members import mention_of, mentioned
from bot.domain.people import Account
from bot.domain.reminders import Reminder
from bot.errors import Refused
from bot.i18n import N_, Words
from bot.params import TYPED_MOST, Member, Option, Param, Plain, Reading, Stored, Upload
from bot.platform import Platform
from bot.ports import Clock, NoWeb, Store, UnitOfWork, Web
from bot.request import Attached, Pointed, Press, Request, Uploaded
from bot.ui import Answer, Card, Form, Reply

ASK = "ask"
"""The action that opens the form of the command its argument names, with one argument filled in where it is
`<command>/<name>=<value>`; every feature may use it.
"""

SAVE = "save"
"""Saves the draft its argument names, with one argument said anew where it is `<draft>/<name>=<value>`: what a card to
confirm may offer besides.
"""

SAY = "say"
"""Says one argument of a draft anew and shows the card again: `<draft>/<name>=<value>` or, in a menu, `<draft>/<name>`
with the value that is chosen.
"""


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers may use."""

    store: Store
    clock: Clock
    platforms: Mapping[str, Platform]
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    """By the name that stored arguments give."""
    reminds: Mapping[str, Reminds] = field(default_factory=dict)
    """By the name of the source."""
    web: Web = field(default_factory=NoWeb)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held for one stretch of what takes long: no two stretches follow each other without others being answered."""

    async def pause(self) -> None:
        """Between two stretches."""
        async with self.turn:
            await asyncio.sleep(0)


class Access(Enum):
    """Who may run a command. The core checks it, whatever a platform shows or hides."""

    ANYONE = "anyone"
    ORGANISER = "organiser"


class Unsaid(Enum):
    """The default of an argument whose None is a thing to say: "never", "off"."""

    UNSAID = "unsaid"


UNSAID = Unsaid.UNSAID


@dataclass(frozen=True, slots=True)
class Argument:
    """One field of a command's dataclass."""

    name: str
    param: Param
    is_required: bool
    default: object = None


@dataclass(frozen=True, slots=True)
class Completed:
    """What `Command.completes` found out: values as they would be typed. None: nothing was asked.

    Where it is one of several, `others` are what the argument `of` may say to mean another one: the card to confirm
    offers them under `label`.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    of: str = ""
    others: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """`asks` is a frozen dataclass; each field is `Annotated` with its Param. A field with a default is optional.

    The handler's first argument is an `asks`; it stands as Any here because a tuple of commands holds many types.

    With `confirms` the command is asked twice: that makes a card of what was understood, shown with Save and Change,
    and the handler runs when Save is pressed, with a `request.id` that is the same however often it is pressed:
    the handler uses it to save once. Such a command takes no files: they are not kept until then.

    Where something cannot be missing and is, `completes` may say it, and more, as it would be typed: from the web, by a
    link that was said. It gets the values that were understood so far, by name, and is asked before `confirms` is: so
    the card shows what it brought, and Save saves that. Nothing that was said is overwritten but, where it knows
    better, what leads there. What it raises as Refused stands in the form under its param, beside all that was typed.
    `by` names the arguments that lead there: as long as they stay the same nothing is asked again, and what was emptied
    stays empty; when one changes, what had been brought and was left as it was goes. The first of them may be typed
    wherever it stands, without its name, where it is an address. `needs` names arguments that may be left out of a form
    because of that, and cannot be missing in the end.

    A command that changes what is there already `fills` in how that stands, given what was typed: its form opens with
    it, also when no more is said than `of`, the argument that names what is changed ("" where there is but one). What
    is not said stays as it is; what is emptied in the form reaches the handler as its default.
    """

    name: str
    help: str
    asks: type[Any]  # Any: each command has a dataclass of its own
    handler: Callable[[Any, Request, Services], Awaitable[Answer]]  # Any: as above
    example: str
    """What somebody might type, for the help page: no translation, it must work as it stands."""
    access: Access = Access.ANYONE
    confirms: Callable[[Any, Request, Services], Awaitable[Card]] | None = None  # Any: as above
    completes: Callable[[Mapping[str, Any], Request, Services], Awaitable[Completed]] | None = None  # Any: Read
    fills: Callable[[Mapping[str, str], Request, Services], Awaitable[Mapping[str, str]]] | None = None
    of: str = ""
    by: tuple[str, ...] = ("link",)
    needs: tuple[str, ...] = ()

    @property
    def arguments(self) -> Mapping[str, Argument]:
        return arguments_of(self.asks)  # type: ignore[arg-type]  # a class is hashable; mypy takes Any's for unknown


@lru_cache(maxsize=256)
def arguments_of(asks: type[Any]) -> Mapping[str, Argument]:  # Any: any command's dataclass
    """The arguments that a command's dataclass declares, in order; files last, for a form's last page asks for them."""
    hints = get_type_hints(asks, include_extras=True)
    found: dict[str, Argument] = {}
    for each in fields(asks):
        param = next(item for item in hints[each.name].__metadata__ if isinstance(item, Param))
        default = each.default_factory() if each.default_factory is not MISSING else each.default
        is_required = default is MISSING
        found[each.name] = Argument(each.name, param, is_required, None if is_required else default)
    return dict(sorted(found.items(), key=lambda each: _is_upload(each[1])))


def settle(
    arguments: Mapping[str, Argument], typed: Mapping[str, str], accounts: Mapping[str, Account], platform: str
) -> Mapping[str, str]:
    """Values as they came, with mentions as the core keeps them: named only where the platform said who it is.

    Everything that somebody sends goes through here; what the core keeps in drafts has been.
    """
    settled = dict(typed)
    for name, text in typed.items():
        if name in arguments and isinstance(arguments[name].param, Member):
            if (account := accounts.get(text)) is not None:
                settled[name] = mention_of(account)
            elif (named := mentioned(text, platform)) is not None:
                settled[name] = f"<@{named.account.platform}:{named.account.id}>"
    return settled


@dataclass(frozen=True, slots=True)
class Read:
    """What was understood of typed values, and what was not: errors in the reader's words, by argument."""

    values: Mapping[str, Any]  # Any: each argument has a type of its own
    errors: Mapping[str, str]


async def read_values(
    arguments: Mapping[str, Argument], typed: Mapping[str, str], request: Request, services: Services
) -> Read:
    """Read every argument, those that others depend on first. Missing ones take their default or are an error.

    A file is an Attached that was not read yet; `bring_files` does that.
    """
    values: dict[str, object] = {}
    errors: dict[str, str] = {}
    for argument in sorted(arguments.values(), key=lambda each: each.param.depth):
        text = typed.get(argument.name, "").strip()
        if not text and argument.is_required:
            errors[argument.name] = request.say(N_("Please fill this in."))
        elif not text:
            values[argument.name] = argument.default
        else:
            try:
                values[argument.name] = await _read(argument.param, text, values, request, services)
            except Refused as refused:
                errors[argument.name] = request.say(refused.text, **refused.values)
    return Read(values, errors)


async def _read(param: Param, text: str, others: Mapping[str, object], request: Request, services: Services) -> object:
    if len(text) > TYPED_MOST:
        raise Refused(N_("This is longer than {most} characters. Shorten it."), most=request.say.number(TYPED_MOST))
    match param:
        case Stored():
            return await services.lookups[param.lookup].read(text, request, services)
        case Plain():
            return param.read(text, Reading(request.say, request.now, others))
        case Upload():
            if (attached := request.files.get(text)) is None:
                raise Refused(ATTACH_AGAIN)
            param.check(attached.name, attached.size, request.say)
            return attached
        case _:
            raise TypeError(f"{param} is neither plain nor stored nor an upload")


ATTACH_AGAIN = N_("This file has to be attached again: files are not kept while something else is corrected.")


async def bring_files(arguments: Mapping[str, Argument], read: Read, say: Words) -> Read:
    """The values with every file read. Speaks to the network or the disk: never in a transaction."""
    values, errors = dict(read.values), dict(read.errors)
    for name, attached in read.values.items():
        if isinstance(attached, Attached):
            param = arguments[name].param
            assert isinstance(param, Upload)
            try:
                content = await attached.read(param.most)
                # what the platform said of its size is no promise
                param.check(attached.name, len(content), say)
            except Refused as refused:
                errors[name] = say(refused.text, **refused.values)
            else:
                values[name] = Uploaded(attached.name, attached.media_type, content)
    return Read(values, errors)


def without_files(arguments: Mapping[str, Argument], typed: Mapping[str, str]) -> Mapping[str, str]:
    """Values as a form or draft keeps them; `ATTACH_AGAIN` says what that means for a file."""
    files = files_of(arguments)
    return {name: text for name, text in typed.items() if name not in files}


def files_of(arguments: Mapping[str, Argument]) -> Sequence[str]:
    """The arguments that are files."""
    return [name for name, each in arguments.items() if _is_upload(each)]


def _is_upload(argument: Argument) -> bool:
    return isinstance(argument.param, Upload)


def write_values(arguments: Mapping[str, Argument], ask: object, services: Services) -> Mapping[str, str]:
    """The arguments as they would be typed anywhere and at any time, without files and those at their default."""
    written: dict[str, str] = {}
    for name, argument in arguments.items():
        value = getattr(ask, name)
        if _is_upload(argument):
            continue
        if argument.is_required or value != argument.default:
            param = argument.param
            by: Plain | Lookup = services.lookups[param.lookup] if isinstance(param, Stored) else cast(Plain, param)
            written[name] = by.write(value)
    return written


ID_MOST = 2**31 - 1
"""PostgreSQL's integer; a larger number is nobody's id."""


def read_id(text: str) -> int | None:
    """The id that a button or suggestion carries; None for anything that cannot be one."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(ID_MOST))
    return int(text) if is_number and int(text) <= ID_MOST else None


class Lookup(Protocol):
    """Finds what a stored argument names."""

    async def read(self, typed: str, request: Request, services: Services) -> object:
        """What is meant. Raises Refused; what is not the asker's to see is NotFound."""

    def write(self, value: object) -> str:
        """The value as it would be typed."""

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        """What could be meant by what was typed so far."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """What became of something due: when it is due again (None: never), and what is owed now."""

    due: Due
    again: datetime | None
    owed: tuple[Owed, ...] = ()


class FallsDue(Protocol):
    """What a kind of due row does when its moment comes."""

    async def __call__(
        self, rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime, /
    ) -> Sequence[Fallen]:
        """Decide a batch inside one transaction, without the network."""


@dataclass(frozen=True, slots=True)
class Message:
    """An owed row put into words. `shown` maps each event's id to the version that is shown."""

    reply: Reply
    shown: Mapping[int, int] = field(default_factory=dict)


class Renders(Protocol):
    """How a kind of owed row is put into words, after the claim."""

    async def __call__(
        self, rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime, /
    ) -> Sequence[Message | Moot | Later]:
        """One answer for each row, in their order. Later: nothing is to be sent before then."""


class On(Enum):
    """What a shortcut is used on."""

    MESSAGE = "message"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Opens a command's form from a message or a person, with what can be told from it filled in.

    `name` is marked with `N_`, at most 32 characters (Discord's context menus). `command` is one of the feature's own.
    """

    name: str
    on: On
    command: str
    fill: Callable[[Pointed], Mapping[str, str]]


class Reminds(Protocol):
    """What a source of reminders has to say (`bot.domain.reminders.Reminder.source`), and what becomes of it there."""

    async def told(
        self, reminders: Sequence[Reminder], says: Mapping[int, Words], uow: UnitOfWork, services: Services
    ) -> Mapping[int, Card]:
        """The words for each, by its id, in those of its reader, by person; none for what is moot. Only reads."""

    async def done(self, reminder: Reminder, uow: UnitOfWork, now: datetime) -> None:
        """Its owner says that it is done."""

    async def stopped(self, reminder: Reminder, uow: UnitOfWork, now: datetime) -> None:
        """Its owner wants no reminder of it."""


class Errand(Protocol):
    """Something owed that is no message: it speaks to a platform by other means, and may be done twice without harm.

    Raises Temporary, Unsure or Unreachable, as sending does.
    """

    async def __call__(self, row: Owed, services: Services, now: datetime, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Job:
    """A due row with what is needed to do it: `about` is the chore's own. `host` is whom it visits."""

    due: Due
    host: str
    about: object


Outcome = object
"""What a chore brought back: its own."""


class Chore(Protocol):
    """What a kind of due row does that needs the web (its `Due.platform` is `WEB`)."""

    async def begin(self, rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Job]:
        """What is to be done, by what is kept. A row without a job is due no more."""

    async def run(self, job: Job, services: Services) -> Outcome:
        """Do it, outside of any transaction; it may be done twice. What it raises is logged, and it is tried again."""

    async def settle(self, job: Job, outcome: Outcome, uow: UnitOfWork, services: Services, now: datetime) -> Fallen:
        """Keep what came of it, in one transaction, as long as the row is still due when it was."""


Pressed = Callable[[Press, Request, Services], Awaitable[Answer]]
OpensForm = Callable[[Press, Request, Services], Awaitable[Form]]
FindsHome = Callable[[str, Request, UnitOfWork], Awaitable[int | None]]
"""The community of what is named by its id, if the asker is a member there and the bot is."""


class HomeCards(Protocol):
    """A feature's part of somebody's home page."""

    async def __call__(self, request: Request, services: Services, /) -> Sequence[Card]:
        """Short, and nothing where it has nothing to say to them."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One top-level command and everything that belongs to it.

    `presses` says what each action does; `opens` names actions that open a form. Those only read rows and never
    speak to the network: on Discord a form must be the very first answer, within seconds. What needs the network
    answers with a card first, whose button opens the form.
    """

    name: str
    help: str
    commands: tuple[Command, ...]
    presses: Mapping[str, Pressed] = field(default_factory=dict)
    opens: Mapping[str, OpensForm] = field(default_factory=dict)
    for_organisers: frozenset[str] = frozenset()
    """Names of those actions that only organisers may use; the core checks it at every press."""
    homes: Mapping[str, FindsHome] = field(default_factory=dict)
    """By names of actions and look-ups: where they lead from a direct message, which tells of any community."""
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    falls_due: Mapping[str, FallsDue] = field(default_factory=dict)
    renders: Mapping[str, Renders] = field(default_factory=dict)
    errands: Mapping[str, Errand] = field(default_factory=dict)
    chores: Mapping[str, Chore] = field(default_factory=dict)
    reminds: Mapping[str, Reminds] = field(default_factory=dict)
    shortcuts: tuple[Shortcut, ...] = ()
    home: HomeCards | None = None
    alone: str = ""
    """The command that its bare name means; "" asks for help with it."""
    about: str = ""
    """What its help explains before the commands, also to those who can use none of them."""
    leads_anywhere: bool = False
    """Its name may be typed before any other command, and alone it asks for help with everything."""

    def command(self, name: str) -> Command | None:
        return next((command for command in self.commands if command.name == name), None)
