"""What an argument of any kind is: plain ones read what was typed, stored ones name a look-up, uploads are files."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bot.domain.text import clean_line
from bot.errors import Refused
from bot.i18n import N_, Words

TYPED_MOST = 6_000
"""No argument of any kind is longer as it was typed; Discord's largest option is 6,000 characters."""


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: what people read and what the core gets."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Who typed, as far as it changes what their words mean. `now` is aware UTC, `zone` IANA."""

    say: Words
    now: datetime
    others: Mapping[str, object] = field(default_factory=dict)
    """The arguments of the same command that were read before this one."""

    @property
    def locale(self) -> str:
        return str(self.say.locale)

    @property
    def zone(self) -> str:
        return self.say.zone.key


@dataclass(frozen=True, slots=True)
class Param:
    """`label` heads a form field, `help` describes the option; both are marked with `N_`."""

    label: str
    help: str

    @property
    def depth(self) -> int:
        """How many other arguments must be read before this one: a moment needs its place, an end its start."""
        return 0


@dataclass(frozen=True, slots=True)
class Plain(Param):
    """Reads what was typed by itself."""

    @abstractmethod
    def read(self, typed: str, reading: Reading) -> object:
        """The value that was meant. Raises Refused, naming the limit and a way on."""

    @abstractmethod
    def write(self, value: object) -> str:
        """The value as it would be typed in any language."""

    def suggest(self, typed: str, reading: Reading) -> Sequence[Option]:
        """What could be meant by what was typed so far."""
        return ()


@dataclass(frozen=True, slots=True)
class Stored(Param):
    """Names something that is kept somewhere; `lookup` is the name of what finds it."""

    lookup: str = ""


@dataclass(frozen=True, slots=True)
class City(Stored):
    lookup: str = "city"


@dataclass(frozen=True, slots=True)
class ChannelParam(Stored):
    lookup: str = "channel"


@dataclass(frozen=True, slots=True)
class Member(Stored):
    """Somebody by a mention, as an account that was picked, or by name; `bot.domain.members.Somebody`."""

    lookup: str = "member"


@dataclass(frozen=True, slots=True)
class Upload(Param):
    """A file that somebody attaches, of at most `most` bytes; `endings` such as ".csv", none of them: any kind.

    It is read last, when nothing else is wrong, and is kept in no draft: a form that comes back asks for it again.
    """

    most: int = 5_000_000
    endings: tuple[str, ...] = ()

    def check(self, name: str, size: int, say: Words) -> None:
        """Raises Refused for a file that is too large, empty, or of another kind. `size` in bytes."""
        shown = shortened(name)
        if self.endings and not name.casefold().endswith(self.endings):
            kinds = say.listed(self.endings, "or")
            raise Refused(
                N_("{name} is not the kind of file this takes. Attach one that ends in {kinds}."),
                name=shown,
                kinds=kinds,
            )
        if size > self.most:
            raise Refused(
                N_("{name} is larger than {most} MB, which is the most. Attach a smaller part of it."),
                name=shown,
                most=say.number(Decimal(self.most) / 1_000_000),
            )
        if not size:
            raise Refused(N_("{name} is empty. Attach a file with something in it."), name=shown)


def shortened(typed: str, most: int = 60) -> str:
    """What was typed, cleaned and short enough to be said back in an error."""
    line = clean_line(typed)
    return line if len(line) <= most else line[: most - 1] + "…"
