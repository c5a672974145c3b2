"""What a handler answers, in words every platform can render with parts of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from bot.markup import Rich
from bot.params import Option, Param

ACTION_BYTES = 64
"""Room for an action, name and argument together: Discord's custom_id holds 100 characters, Slack's value 2,000."""


class Privacy(Enum):
    """Who sees an answer."""

    SHARED = "shared"
    PRIVATE = "private"
    """Only whoever asked."""


class Style(Enum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Action:
    """What a control does: a name and an id. It is authorised again when it is used, and works after a restart."""

    name: str
    arg: str = ""

    def __post_init__(self) -> None:
        if ":" in self.name or len(self.written.encode()) > ACTION_BYTES:
            raise ValueError(f"an action is a name without ':' and an argument, {ACTION_BYTES} bytes in all: {self}")

    @property
    def written(self) -> str:
        """As platforms carry it; `Action.read` turns it back."""
        return f"{self.name}:{self.arg}"

    @classmethod
    def read(cls, written: str) -> Action:
        name, _, arg = written.partition(":")
        return cls(name, arg)


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    action: Action
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class LinkButton:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Menu:
    label: str
    action: Action
    options: tuple[Option, ...]


Control = Button | LinkButton | Menu


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    value: Rich


@dataclass(frozen=True, slots=True)
class Card:
    title: Rich = field(default_factory=Rich)
    body: Rich = field(default_factory=Rich)
    url: str = ""
    fields: tuple[Field, ...] = ()
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Reply:
    """`replaces`: put it in the place of the message whose control was used, where there is one.

    `is_refusal`: it says why something was not done, so that a platform can mark it.
    """

    text: Rich = field(default_factory=Rich)
    cards: tuple[Card, ...] = ()
    files: tuple[File, ...] = ()
    privacy: Privacy = Privacy.PRIVATE
    replaces: bool = False
    is_refusal: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Questions to fill in. `values` and `errors` go by the names of `params`; an error named "" is about the whole.

    `required` names the params that cannot be left empty, so that platforms can mark them. `locale` is that of
    whoever fills it in: in it the platform says the labels of `params` and what it adds; "" leaves that to itself.
    """

    title: str
    action: Action
    params: Mapping[str, Param]
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    locale: str = ""


Answer = Reply | Form
