"""Commands as Discord registers them, as the features declare them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from adapters.discord.forms import TEXT_CHANNELS
from bot.commands import Access, Argument, Command, Feature, On, Shortcut
from bot.errors import SetupError
from bot.i18n import Words, languages
from bot.params import ChannelParam, Choice, Member, Number, Param, Plain, Stored, Text, Upload, Whole

Json = dict[str, Any]  # Any: what goes over the wire

CHAT, PERSON, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, USER, CHANNEL, NUMBER, ATTACHMENT = 1, 2, 3, 4, 6, 7, 10, 11
MANAGE_SERVER = 1 << 5
EVERYWHERE, IN_SERVERS = [0, 1, 2], [0]
"""Contexts: servers, direct messages with the bot, those of other people."""
BY_ANYBODY, BY_SERVERS = [0, 1], [0]
"""Installations: of a server, of a person's own account."""

# Discord: Application Commands, "Application Command Structure" and "Naming"
NAME = re.compile(r"[-_'\w]{1,32}")
NAME_LENGTH = 32
TEXT_LENGTH = 100
CHOICES = 25
OPTIONS = 25
COMMANDS = 100
SHORTCUTS = 15
WHOLE_LENGTH = 8_000  # names, descriptions and values of one command, the longest translations counted
WHOLE_MOST = 2**53  # Discord: integers as JavaScript has them

LOCALES: Mapping[str, Sequence[str]] = {"en": ("en-GB", "en-US"), "es": ("es-ES", "es-419"), "sv": ("sv-SE",)}
"""Discord's names of languages, where they differ from ours (Reference: Locales)."""
NAMED = frozenset(
    "id da de fr hr it lt hu nl no pl pt-BR ro fi vi tr cs el bg ru uk hi th zh-CN ja zh-TW ko".split(),
)


def declared(features: Sequence[Feature]) -> list[Json]:
    """What is registered. Raises SetupError for what Discord would refuse: better at the start than for somebody."""
    speakers = {language: Words(language, ZoneInfo("UTC")) for language in languages() if language != "en"}
    found = [_top(feature, speakers) for feature in features]
    found += [_shortcut(shortcut, speakers) for feature in features for shortcut in feature.shortcuts]
    _at_most("commands", sum(each["type"] == CHAT for each in found), COMMANDS)
    for kind in (PERSON, MESSAGE):
        _at_most("shortcuts of one kind", sum(each["type"] == kind for each in found), SHORTCUTS)
    for each in found:
        _at_most(f"characters in all of /{each['name']}", _length(each), WHOLE_LENGTH)
    return found


def shortcuts_of(features: Sequence[Feature]) -> Mapping[str, str]:
    """The command that each shortcut leads to, by the name it is registered under."""
    return {each.name: _led_to(feature, each) for feature in features for each in feature.shortcuts}


def digest(commands: Sequence[Json]) -> str:
    """The same for the same commands: what was registered last is told from what would be now by this."""
    return sha256(json.dumps(commands, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _led_to(feature: Feature, shortcut: Shortcut) -> str:
    if feature.command(shortcut.command) is not None:
        return f"{feature.name} {shortcut.command}".strip()
    return shortcut.command


Speakers = Mapping[str, Words]


def _top(feature: Feature, speakers: Speakers) -> Json:
    is_organisers = all(command.access is Access.ORGANISER for command in feature.commands)
    found: Json = {"type": CHAT, **_named(feature.name, feature.help, speakers)}
    if (only := feature.command("")) is not None:
        found["options"] = _options(only, speakers)
    else:
        found["options"] = list(_subcommands(feature, speakers))
        _at_most(f"subcommands of /{feature.name}", len(found["options"]), OPTIONS)
    found["contexts"] = IN_SERVERS if is_organisers else EVERYWHERE
    found["integration_types"] = BY_SERVERS if is_organisers else BY_ANYBODY
    # Discord knows who may use a command for whole commands only; the core guards each by itself
    found["default_member_permissions"] = MANAGE_SERVER if is_organisers else None
    return found


def _subcommands(feature: Feature, speakers: Speakers) -> Iterator[Json]:
    groups: dict[str, list[Json]] = {}
    for command in feature.commands:
        group, _, name = command.name.rpartition(" ")
        one = {"type": SUBCOMMAND, **_named(name, command.help, speakers), "options": _options(command, speakers)}
        if not group:
            yield one
        elif group in groups:
            groups[group].append(one)
        else:
            groups[group] = [one]
            yield {"type": GROUP, **_named(group, feature.help, speakers), "options": groups[group]}


def _options(command: Command, speakers: Speakers) -> list[Json]:
    _at_most(f"options of {command.name or 'a command'}", len(command.arguments), OPTIONS)
    return [_option(argument, speakers) for argument in command.arguments.values()]


def _option(argument: Argument, speakers: Speakers) -> Json:
    """None is required: what is missing is asked for in a form."""
    named = _named(argument.name, argument.param.help, speakers)
    match argument.param:
        case ChannelParam():
            return {"type": CHANNEL, **named, "channel_types": list(TEXT_CHANNELS)}
        case Whole(low=low, high=high):
            return {"type": INTEGER, **named, "min_value": max(low, -WHOLE_MOST), "max_value": min(high, WHOLE_MOST)}
        case Number(low=low, high=high):
            return {"type": NUMBER, **named, "min_value": float(low), "max_value": float(high)}
        case Member():
            return {"type": USER, **named}
        case Upload():
            return {"type": ATTACHMENT, **named}
        case Choice(names=names) if len(names) <= CHOICES:
            return {"type": STRING, **named, "choices": [_choice(*each, speakers) for each in names.items()]}
        case param:
            return {"type": STRING, **named} | ({"autocomplete": True} if suggests(param) else {})


def suggests(param: Param) -> bool:
    """Whether there is something to suggest while it is typed."""
    match param:
        case Stored():
            return True
        case Text(offers=offers):
            return bool(offers)
        case Plain():
            return type(param).suggest is not Plain.suggest
        case _:
            return False


def _choice(value: str, name: str, speakers: Speakers) -> Json:
    for text in (name, *_translated(name, speakers).values()):
        _at_most(f"characters in the choice {text!r}", len(text), TEXT_LENGTH)
    found: Json = {"name": name, "value": value}
    if translated := _translated(name, speakers):
        found["name_localizations"] = translated
    return found


def _shortcut(shortcut: Shortcut, speakers: Speakers) -> Json:
    translated = _translated(shortcut.name, speakers)
    for text in (shortcut.name, *translated.values()):
        _at_most(f"characters in the shortcut {text!r}", len(text), NAME_LENGTH)
    found: Json = {
        "type": MESSAGE if shortcut.on is On.MESSAGE else PERSON,
        "name": shortcut.name,
        "contexts": EVERYWHERE,
        "integration_types": BY_ANYBODY,
        "default_member_permissions": None,
    }
    if translated:
        found["name_localizations"] = translated
    return found


def _named(name: str, text: str, speakers: Speakers) -> Json:
    """A name and its description. Names are the same in every language: the help speaks of them."""
    if NAME.fullmatch(name) is None or name != name.lower():
        raise SetupError(f"{name!r} is no name that Discord takes for a command or option")
    translated = _translated(text, speakers)
    for each in (text, *translated.values()):
        if not each:
            raise SetupError(f"{name} has no description, which Discord asks for")
        _at_most(f"characters in the description {each!r}", len(each), TEXT_LENGTH)
    found: Json = {"name": name, "description": text}
    if translated:
        found["description_localizations"] = translated
    return found


def _translated(text: str, speakers: Speakers) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language, say in speakers.items():
        for locale in LOCALES.get(language, (language.replace("_", "-"),)):
            if (locale in NAMED or language in LOCALES) and say(text) != text:
                found[locale] = say(text)
    return found


def _length(each: Json) -> int:
    """All of a command's words, the longest translation of each, with everything nested in it."""

    def longest(key: str) -> int:
        return max(map(len, [str(each.get(key, "")), *each.get(f"{key}_localizations", {}).values()]))

    own = longest("name") + longest("description") + len(str(each.get("value", "")))
    return own + sum(_length(inner) for inner in (*each.get("options", ()), *each.get("choices", ())))


def _at_most(what: str, count: int, most: int) -> None:
    if count > most:
        raise SetupError(f"{count} {what}; Discord takes {most}")
