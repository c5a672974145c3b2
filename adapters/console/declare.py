"""What could follow what has been typed: commands, options, suggestions, as the features declare them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.console.named import paths
from adapters.console.outbound import words_for
from bot.commands import Access, Command, Feature
from bot.errors import Refused
from bot.grammar import takes_words, values_of
from bot.i18n import N_, Words
from bot.params import Choice, Member, Option, Upload
from bot.ui import Control, Form, Menu

Suggests = Callable[[Command, Sequence[str], Mapping[str, str], str, str], Awaitable[Sequence[Option]]]
"""Of a command, its path, what its other options hold, one option, and what was typed into that."""

SUGGESTIONS = 25

HELP: Mapping[str, str] = {
    "as": N_("be somebody else; :as NAME organiser makes them one"),
    "in": N_("go to another channel"),
    "press": N_("use a control of the last answer, by its label or number"),
    "choose": N_("choose in a menu of the last answer"),
    "fill": N_("fill in the open form and send it"),
    "inbox": N_("see your direct messages, or somebody's"),
    "channel": N_("see what I posted in a channel"),
    "skip": N_("move the clock, and let happen what is due on the way"),
    "now": N_("see what time it is here"),
    "help": N_("see these lines; :help form says how to fill in a form"),
    "quit": N_("leave"),
}
"""What each order of the console is for."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`text` goes in the place of the last `back` characters typed; `label` and `note` are shown."""

    text: str
    back: int
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the console can offer by itself at this moment."""

    people: Sequence[str]
    channels: Sequence[str]
    controls: Sequence[Control]
    form: Form | None


async def complete(
    line: str, features: Sequence[Feature], known: Known, suggests: Suggests, say: Words
) -> Sequence[Completion]:
    """What could follow `line`, which ends where the cursor stands."""
    if line.startswith("/"):
        return (await _after_slash(line[1:], features, suggests, say))[:SUGGESTIONS]
    if line.startswith(":"):
        return list(_after_colon(line[1:], known, say))[:SUGGESTIONS]
    return []


async def _after_slash(typed: str, features: Sequence[Feature], suggests: Suggests, say: Words) -> Sequence[Completion]:
    head, space, rest = typed.partition(" ")
    if not space:
        return [
            Completion(f"/{feature.name} ", len(head) + 1, f"/{feature.name}", say(feature.help))
            for feature in features
            if feature.name.startswith(head.casefold())
        ]
    feature = next((feature for feature in features if feature.name == head.casefold()), None)
    if feature is None:
        return []
    if (only := feature.command("")) is not None:
        return await _in_command(only, (feature.name,), rest, suggests, say)
    name, space, rest = rest.partition(" ")
    if not space:
        return [
            Completion(f"{command.name} ", len(name), command.name, _help(command, say))
            for command in feature.commands
            if command.name.startswith(name.casefold())
        ]
    command = feature.command(name.casefold())
    return [] if command is None else await _in_command(command, (feature.name, command.name), rest, suggests, say)


_OPEN = re.compile(r"(?:^|\s)(?P<name>\w[\w-]*):(?:(?P<quote>[\"“”„])(?P<quoted>[^\"“”„]*)|(?P<bare>[^\s\"“”„]*))$")
"""An option whose value is being typed."""


async def _in_command(
    command: Command, path: Sequence[str], rest: str, suggests: Suggests, say: Words
) -> Sequence[Completion]:
    arguments = command.arguments
    match = _OPEN.search(rest)
    name = match["name"].casefold() if match else ""
    if match and name in arguments:
        typed = match["quoted"] if match["quote"] else match["bare"]
        back = len(match["quote"] or "") + len(typed)
        if isinstance(arguments[name].param, Upload):
            return list(_path_completions(typed, back))
        options = await suggests(command, path, _values(rest[: match.start()], command, say), name, typed)
        return [Completion(f"{_quoted(option.value)} ", back, option.label) for option in options]
    values = _values(rest, command, say)
    found: list[Completion] = []
    words = rest.strip()
    free = next((name for name, each in arguments.items() if takes_words(each)), "")
    if words and values == {free: words}:  # nothing but free words so far
        options = await suggests(command, path, {}, free, words)
        back = len(rest.lstrip())
        found += [Completion(f"{free}:{_quoted(option.value)} ", back, option.label) for option in options]
    last = rest.rpartition(" ")[2]
    return found + [
        Completion(f"{name}:", len(last), f"{name}:", say(each.param.help))
        for name, each in arguments.items()
        if name.startswith(last.casefold()) and name != last.casefold() and (name not in values or name == free)
    ]


def _after_colon(typed: str, known: Known, say: Words) -> Iterator[Completion]:
    head, space, rest = typed.partition(" ")
    if not space:
        yield from (
            Completion(
                f":{name}" if name in ("now", "quit", "help") else f":{name} ",
                len(head) + 1,
                f":{name}",
                say(note),
            )
            for name, note in HELP.items()
            if name.startswith(head.casefold())
        )
        return
    match head.casefold():
        case "as" | "inbox":
            yield from _starting(known.people, rest)
        case "in" | "channel":
            yield from _starting(known.channels, rest.removeprefix("#"))
        case "press":
            yield from _labels(known.controls, rest)
        case "choose":
            yield from _menus(known.controls, rest)
        case "fill" if known.form is not None:
            yield from _fields(known.form, known.people, rest, words_for(known.form, say))
        case "skip":
            yield from _starting(("1h", "1d", "7d"), rest)
        case "help":
            yield from _starting(("form",), rest)
        case _:
            pass


def _starting(names: Sequence[str], typed: str) -> Iterator[Completion]:
    for name in names:
        if name.casefold().startswith(typed.casefold()):
            yield Completion(name, len(typed), name)


def _labels(controls: Sequence[Control], typed: str) -> Iterator[Completion]:
    labels = [control.label for control in controls]
    for index, label in enumerate(labels):
        if label.casefold().startswith(typed.casefold()) or str(index + 1).startswith(typed):
            # a label that stands there several times is told apart by its number
            text = label if labels.count(label) == 1 else str(index + 1)
            yield Completion(text, len(typed), f"{index + 1} {label}")


def _menus(controls: Sequence[Control], typed: str) -> Iterator[Completion]:
    for control in controls:
        if isinstance(control, Menu):
            for option in control.options:
                text = f"{control.label} {option.label}"
                if text.casefold().startswith(typed.casefold()):
                    yield Completion(text, len(typed), text)


_FIELD = re.compile(r"(?:^|\s)(?P<name>[\w-]+)=[\"“”„]?(?P<typed>[^\"“”„=]*)$")


def _path_completions(typed: str, back: int) -> Iterator[Completion]:
    for option in paths(typed):
        # a folder is not the end of it
        is_whole = not option.value.endswith("/")
        text = f"{_quoted(option.value)} " if is_whole else _quoted(option.value).removesuffix('"')
        yield Completion(text, back, option.label)


def _fields(form: Form, people: Sequence[str], typed: str, say: Words) -> Iterator[Completion]:
    match = _FIELD.search(typed)
    param = form.params.get(match["name"].casefold()) if match else None
    if match and isinstance(param, Choice):
        for name in param.names.values():
            label = say(name)
            if label.casefold().startswith(match["typed"].casefold()):
                yield Completion(f"{_quoted(label)} ", len(typed) - match.start("name") - len(match["name"]) - 1, label)
        return
    if match and isinstance(param, Upload):
        yield from _path_completions(match["typed"], len(typed) - match.end("name") - 1)
        return
    if match and isinstance(param, Member):
        for person in people:
            if person.casefold().startswith(match["typed"].removeprefix("@").casefold()):
                yield Completion(f"{_quoted(f'@{person}')} ", len(typed) - match.end("name") - 1, person)
        return
    last = typed.rpartition(" ")[2]
    for name, each in form.params.items():
        if name.startswith(last.casefold()):
            yield Completion(f"{name}=", len(last), f"{name}=", say(each.label))


def _help(command: Command, say: Words) -> str:
    note = say(command.help)
    return note if command.access is Access.ANYONE else say(N_("{help} (organisers)"), help=note)


def _values(rest: str, command: Command, say: Words) -> Mapping[str, str]:
    try:
        return values_of(rest, command, say)
    except Refused:
        return {}


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"\s", value) else value
