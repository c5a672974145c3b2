"""What a typed line asks for: a command for the core, or one of the console's own orders."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from bot.domain.text import clean_line
from bot.domain.walls import instant
from bot.errors import NotFound, Refused
from bot.i18n import N_, Words
from bot.params import shortened
from bot.ui import Control, Menu

NAME_MOST = 80
LINE_MOST = 20_000
"""Characters in one line: more than the longest command of the core, or a form with long texts."""
CHANNEL = re.compile(rf"[\w-]{{1,{NAME_MOST}}}")
SKIP_MOST = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Command:
    """A line for the core, with its slash."""

    text: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A plain sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class As:
    """Be somebody; `is_organiser` None leaves their role as it is."""

    name: str
    is_organiser: bool | None = None


@dataclass(frozen=True, slots=True)
class In:
    channel: str


@dataclass(frozen=True, slots=True)
class PressOn:
    """Use the control that is meant by `typed`: its label or number."""

    typed: str


@dataclass(frozen=True, slots=True)
class Choose:
    """Choose in a menu; `typed` is its label or number and what to choose."""

    typed: str


@dataclass(frozen=True, slots=True)
class Fill:
    typed: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """Look at somebody's direct messages, one's own with ""."""

    name: str
    shows_all: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Look at what the bot posted in a channel, the present one with ""."""

    channel: str
    shows_all: bool = False


@dataclass(frozen=True, slots=True)
class Skip:
    typed: str


@dataclass(frozen=True, slots=True)
class Now:
    pass


@dataclass(frozen=True, slots=True)
class Help:
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Quit:
    pass


Line = Command | Chat | As | In | PressOn | Choose | Fill | Inbox | Look | Skip | Now | Help | Quit


def read_line(line: str, say: Words) -> Line:
    """What a line asks for. Raises Refused and NotFound with a way on."""
    text = line.strip()
    if len(text) > LINE_MOST:
        raise Refused(N_("This line is longer than {most} characters. Shorten it."), most=say.number(LINE_MOST))
    if text.startswith("/"):
        return Command(text)
    if not text.startswith(":"):
        return Chat(text)
    name, _, rest = text[1:].partition(" ")
    order = ORDERS.get(name.casefold())
    if order is None:
        raise NotFound(
            N_("There is no {typed} here. {nearest}"),
            typed=f":{shortened(name)}",
            nearest=_nearest(name, say),
        )
    return order(rest.strip())


def read_name(typed: str) -> str:
    """A person's name as it is shown. Raises Refused."""
    name = clean_line(typed).strip('"“”„ @')
    if not name:
        raise Refused(N_("Say who: a name such as mara."))
    if len(name) > NAME_MOST:
        raise Refused(N_("A name is at most {most} characters long."), most=NAME_MOST)
    return name


def read_channel(typed: str) -> str:
    """A channel's name without its `#`, in small letters. Raises Refused."""
    name = clean_line(typed).removeprefix("#").casefold()
    if not CHANNEL.fullmatch(name):
        raise Refused(
            N_("A channel is named with 1 to {most} letters, digits, - and _, such as #events."),
            most=NAME_MOST,
        )
    return name


UNITS: Mapping[str, timedelta] = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_STRETCH = re.compile(r"(\d{1,6})\s*(min|m|h|d|w)\s*", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d{1,2}):(\d\d))?", re.ASCII)


def read_skip(typed: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The moment (aware UTC) to move the clock to: a stretch from now, or a time on the walls of `zone`.

    Raises Refused for what is neither, has passed, or is over two years away.
    """
    text = typed.strip().casefold()
    target: datetime | None = None
    if text and not _STRETCH.sub("", text):
        steps = (int(number) * UNITS[unit] for number, unit in _STRETCH.findall(text))
        stretch = sum(steps, timedelta())
        target = now + stretch if stretch <= SKIP_MOST else datetime.max.replace(tzinfo=UTC)
    elif found := _DATE.fullmatch(text.upper()):
        try:
            wall = datetime.fromisoformat(f"{found[1]}T{int(found[2] or 0):02}:{found[3] or '00'}:00")
            target = instant(wall, zone.key)
        except (ValueError, OverflowError):
            target = None
    if target is None:
        raise Refused(
            N_("{typed} is no stretch of time or date. Try 7d, 90m, 3h, 2w or 2026-12-01 09:00."),
            typed=shortened(typed) or "…",
        )
    if target < now:
        raise Refused(N_("The clock only moves forward, and that has passed. See :now."))
    if target - now > SKIP_MOST:
        raise Refused(N_("The clock moves at most two years at a time. Try 7d."))
    return target


def find_control(typed: str, controls: Sequence[Control]) -> int:
    """Which control is meant, counted from 0, by number, label, or label and the how-manieth of that label.

    Raises NotFound, naming what there is, or Refused, naming the numbers of those that look alike.
    """
    if not controls:
        raise NotFound(N_("There is nothing to press on the last answer."))
    text = typed.strip().strip("[]").strip()
    if not text:
        raise Refused(N_("Say which: {labels}."), labels=_labels(controls))
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= len(controls):
        return int(text[:6]) - 1
    if found := _labelled(text, controls):
        return _only(found, text)
    label, _, rank = text.rpartition(" ")
    found = _labelled(label, controls) if rank.isascii() and rank.isdigit() else []
    if found and 1 <= int(rank[:6]) <= len(found):
        return found[int(rank[:6]) - 1]
    raise NotFound(
        N_("There is no {typed} on the last answer. There are {labels}."),
        typed=shortened(text),
        labels=_labels(controls),
    )


def find_choice(typed: str, controls: Sequence[Control]) -> tuple[int, str]:
    """Which menu and which of its values are meant. Raises NotFound or Refused as `find_control` does."""
    menus = [index for index, control in enumerate(controls) if isinstance(control, Menu)]
    if not menus:
        raise NotFound(N_("There is nothing to choose from on the last answer."))
    words = typed.split()
    for end in range(len(words), 0, -1):
        head, tail = " ".join(words[:end]), " ".join(words[end:])
        try:
            index = find_control(head.strip('"“”'), controls)
        except Refused:
            continue
        if index in menus:
            return index, _value(tail, controls[index])
    raise NotFound(
        N_("Say which menu and what to choose, such as {example}. There are {labels}."),
        example=f":choose {shortened(controls[menus[0]].label, 30)} …",
        labels=_labels(controls, menus),
    )


def read_fill(typed: str, fields: Sequence[str], say: Words) -> Mapping[str, str]:
    """`name=value …`: quoted values as they stand, others up to the next `name=`. Raises Refused.

    In a quoted value `\\n` begins a new line and `\\"` is a quote.
    """
    found: dict[str, str] = {}
    known = {name.casefold(): name for name in fields}
    at = 0
    text = typed.strip()
    while at < len(text):
        match = _NAMED.match(text, at)
        if match is None:
            raise Refused(
                N_("{typed} stands there without a name. Write it as {example}."),
                typed=shortened(text[at:]),
                example=f'{fields[0]}="…"',
            )
        name = known.get(match["name"].casefold())
        if name is None:
            raise NotFound(
                N_("This form has no {typed}. It has {names}."),
                typed=shortened(match["name"]),
                names=say.listed(list(fields), "standard"),
            )
        if name in found:
            raise Refused(N_("{name} stands there twice. Name it once."), name=f"{name}=")
        quoted = match["quoted"]
        found[name] = _ESCAPED.sub(_unescaped, quoted) if quoted is not None else match["bare"].strip()
        at = match.end()
    return found


_NAMED = re.compile(
    r"\s*(?P<name>[\w-]+)\s?="
    r"(?:\s?[\"“”„](?P<quoted>(?:\\.|[^\\])*?)(?:[\"“”„](?=\s|$)|$)"
    r"|(?P<bare>.*?)(?=\s+[\w-]+=|$))",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def _unescaped(found: re.Match[str]) -> str:
    match found[1]:
        case "n":
            return "\n"
        case '"' | "“" | "”" | "„" | "\\":
            return found[1]
        case _:
            return found[0]


def _as(rest: str) -> Line:
    name, _, role = rest.rpartition(" ")
    if name and role.casefold() in ("organiser", "organizer"):
        return As(read_name(name), is_organiser=True)
    if name and role.casefold() == "member":
        return As(read_name(name), is_organiser=False)
    return As(read_name(rest))


def _inbox(rest: str) -> Line:
    name, shows_all = _all(rest)
    return Inbox(read_name(name) if name else "", shows_all)


def _look(rest: str) -> Line:
    name, shows_all = _all(rest)
    return Look(read_channel(name) if name else "", shows_all)


def _all(rest: str) -> tuple[str, bool]:
    name, _, last = rest.rpartition(" ")
    return (name, True) if last.casefold() == "all" else (rest, False)


ORDERS: Mapping[str, Callable[[str], Line]] = {
    "as": _as,
    "in": lambda rest: In(read_channel(rest)),
    "press": PressOn,
    "choose": Choose,
    "fill": Fill,
    "inbox": _inbox,
    "channel": _look,
    "skip": Skip,
    "now": lambda _rest: Now(),
    "help": lambda rest: Help(rest.casefold()),
    "quit": lambda _rest: Quit(),
}


def _nearest(name: str, say: Words) -> str:
    close = get_close_matches(name.casefold(), ORDERS, n=1)
    if close:
        return say(N_("Did you mean {name}?"), name=f":{close[0]}")
    return say(N_("There are {names}."), names=say.listed([f":{order}" for order in ORDERS]))


def _folded(label: str) -> str:
    """For comparing: small letters without pictures and punctuation, where anything is left then."""
    folded = " ".join(re.sub(r"[^\w\s]", "", label).casefold().split())
    return folded or label.casefold().strip()


def _labelled(typed: str, controls: Sequence[Control]) -> list[int]:
    wanted = _folded(typed)
    labels = [_folded(control.label) for control in controls]
    exact = [index for index, label in enumerate(labels) if label == wanted]
    return exact or [index for index, label in enumerate(labels) if wanted and label.startswith(wanted)]


def _only(found: Sequence[int], typed: str) -> int:
    if len(found) == 1:
        return found[0]
    numbers = [str(index + 1) for index in found]
    raise Refused(
        N_("{typed} stands there {count} times: {numbers}. Say which, such as {example}."),
        typed=shortened(typed),
        count=len(found),
        numbers=", ".join(numbers[:12]) + (", …" if len(numbers) > 12 else ""),
        example=f":press {numbers[0]}",
    )


def _labels(controls: Sequence[Control], wanted: Sequence[int] | None = None) -> str:
    indices = range(len(controls)) if wanted is None else wanted
    labels = [f"[{index + 1} {shortened(controls[index].label, 30)}]" for index in indices]
    return " ".join(labels[:12]) + (" …" if len(labels) > 12 else "")


def _value(typed: str, menu: Control) -> str:
    assert isinstance(menu, Menu)
    wanted = _folded(typed.strip('"“”'))
    labels = {_folded(option.label): option.value for option in menu.options}
    values = {option.value: option.value for option in menu.options}
    starting = [value for label, value in labels.items() if wanted and label.startswith(wanted)]
    if wanted in labels:
        return labels[wanted]
    if typed in values:
        return values[typed]
    if len(starting) == 1:
        return starting[0]
    names = " | ".join(shortened(option.label, 40) for option in menu.options)
    raise NotFound(N_("Choose one of {names}."), names=names)
