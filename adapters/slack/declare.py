"""Commands and shortcuts as Slack registers them, as the features declare them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.commands import Feature, On, Shortcut
from bot.errors import SetupError

# Slack: schema of app manifests, features.slash_commands and features.shortcuts
COMMANDS = 50
COMMAND_LENGTH = 32
DESCRIPTION_LENGTH = 2_000
HINT_LENGTH = 1_000
SHORTCUTS = 10
SHORTCUT_LENGTH = 24
NOTE_LENGTH = 150
NAME = re.compile(r"[a-z0-9_-]+")

BUILT_IN = frozenset(
    "active apps archive away call collapse dm dnd expand feedback huddle invite join keys leave me msg mute open part "
    "prefs pro remind remove rename search shortcuts shrug star status topic unarchive who".split()
)
"""Names of Slack's own commands (Slack Help, "Use built-in slash commands"). No app gets them: one among an app's
commands makes Slack refuse the whole manifest, "the slash command has an invalid name" (NousResearch/hermes-agent,
18453 and 18456). These features are reached as `/greenroom me …`, and under their own name where there is a prefix.

Names of other apps are free, `/feed` of Slack's RSS app among them: where two apps of a workspace share one, the app
that was installed last is asked.
"""


@dataclass(frozen=True, slots=True)
class Declared:
    """A slash command; `name` begins with "/". `hint` is what may follow it, "" for nothing."""

    name: str
    description: str
    hint: str


@dataclass(frozen=True, slots=True)
class DeclaredShortcut:
    """`kind` is Slack's: message or global. The callback_id says which command it leads to."""

    name: str
    kind: str
    callback_id: str
    description: str


def declared(features: Sequence[Feature], prefix: str = "") -> tuple[Declared, ...]:
    """One command for each feature. Raises SetupError for what Slack would not take."""
    found = [_command(feature, prefix) for feature in features if prefix or feature.name not in BUILT_IN]
    _at_most("commands", len(found), COMMANDS)
    for each in found:
        if NAME.fullmatch(each.name.removeprefix("/")) is None:
            raise SetupError(f"{each.name!r} is no name that Slack takes for a command")
        _at_most(f"characters in {each.name}", len(each.name), COMMAND_LENGTH)
        _at_most(f"characters in the description of {each.name}", len(each.description), DESCRIPTION_LENGTH)
    return tuple(found)


def spelled(features: Sequence[Feature], prefix: str = "") -> Mapping[str, str]:
    """How features' commands are typed that cannot be typed by their names, as `bot.i18n.Words` takes it."""
    if prefix:
        return {feature.name: f"/{prefix}{feature.name}" for feature in features}
    return {feature.name: f"/greenroom {feature.name}" for feature in features if feature.name in BUILT_IN}


def declared_shortcuts(features: Sequence[Feature]) -> tuple[DeclaredShortcut, ...]:
    """Slack has shortcuts on messages, and global ones, which stand for those on people: the form asks for whom."""
    found = tuple(_shortcut(feature, each) for feature in features for each in feature.shortcuts)
    _at_most("shortcuts", len(found), SHORTCUTS)
    for each in found:
        _at_most(f"characters in the shortcut {each.name!r}", len(each.name), SHORTCUT_LENGTH)
    return found


def shortcuts_of(features: Sequence[Feature]) -> Mapping[str, str]:
    """The path of the command that each shortcut leads to, by its callback_id."""
    return {_callback(feature, each): _path(feature, each) for feature in features for each in feature.shortcuts}


def _command(feature: Feature, prefix: str) -> Declared:
    example = feature.commands[0].example.removeprefix(f"/{feature.name}").strip()
    hint = "help" if feature.leads_anywhere else example[:HINT_LENGTH]
    return Declared(f"/{prefix}{feature.name}", feature.help, hint)


def _shortcut(feature: Feature, shortcut: Shortcut) -> DeclaredShortcut:
    command = feature.command(shortcut.command)
    described = command.help if command is not None else feature.help
    kind = "message" if shortcut.on is On.MESSAGE else "global"
    return DeclaredShortcut(shortcut.name, kind, _callback(feature, shortcut), described[:NOTE_LENGTH])


def _callback(feature: Feature, shortcut: Shortcut) -> str:
    return f"{shortcut.on.value}:{_path(feature, shortcut)}"


def _path(feature: Feature, shortcut: Shortcut) -> str:
    return f"{feature.name} {shortcut.command}".strip()


def _at_most(what: str, count: int, most: int) -> None:
    if count > most:
        raise SetupError(f"{count} {what}; Slack takes {most}")
