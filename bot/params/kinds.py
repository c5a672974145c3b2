"""What every kind of argument is: read from what was typed, by somebody, at a moment."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.text import clean_line
from bot.i18n import Words

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


def shortened(typed: str, most: int = 60) -> str:
    """What was typed, cleaned and short enough to be said back in an error."""
    line = clean_line(typed)
    return line if len(line) <= most else line[: most - 1] + "…"
