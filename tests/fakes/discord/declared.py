"""What Discord takes as declarations of commands (Interactions: Application Commands)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from tests.fakes.discord.errors import Denied, Findings, Json

CHAT, USER, MESSAGE = 1, 2, 3
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER_OPTION = 1, 2, 3, 4, 5, 6
CHANNEL_OPTION, ROLE_OPTION, MENTIONABLE_OPTION, NUMBER, ATTACHMENT = 7, 8, 9, 10, 11

MOST: Mapping[int, int] = {CHAT: 100, USER: 15, MESSAGE: 15}
"""Global commands of each kind."""
CREATES_A_DAY = 200
TEXT_MOST = 8_000
"""Characters in all names, descriptions and choice values of one command, the longest translation of each counted."""

LOCALES = frozenset(
    "id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th zh-CN ja "
    "zh-TW ko".split()
)

_COMMAND = frozenset(
    "id application_id version type name name_localizations description description_localizations options "
    "default_member_permissions dm_permission default_permission nsfw integration_types contexts handler".split()
)
_OPTION = frozenset(
    "type name name_localizations description description_localizations required choices options channel_types "
    "min_value max_value min_length max_length autocomplete".split()
)


def check_commands(commands: Sequence[Json]) -> None:
    """Raises Denied for what Discord would refuse."""
    found = Findings()
    for index, command in enumerate(commands):
        check_command(command, (str(index),), found)
    named = Counter((command.get("type", CHAT), command.get("name")) for command in commands)
    for (_kind, name), times in named.items():
        if times > 1:
            found.add((), "APPLICATION_COMMANDS_DUPLICATE_NAME", f"Application command names must be unique: {name}")
    found.raise_if_any()
    for kind, most in MOST.items():
        if sum(command.get("type", CHAT) == kind for command in commands) > most:
            raise Denied(400, 30032, f"Maximum number of application commands reached ({most})")


def check_command(command: Json, path: Sequence[str | int], found: Findings) -> None:
    """Note what Discord would refuse of one command."""
    found.keys(path, command, _COMMAND)
    kind = command.get("type", CHAT)
    if not found.one_of((*path, "type"), kind, (CHAT, USER, MESSAGE)):
        return
    _check_names(command, path, found, is_chat=kind == CHAT)
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        found.add((*path, "default_member_permissions"), "NUMBER_TYPE_COERCE", "Not a set of permissions")
    for key, known in (("integration_types", (0, 1)), ("contexts", (0, 1, 2))):
        for value in command.get(key) or ():
            found.one_of((*path, key), value, known)
    if kind != CHAT:
        for key in ("description", "options"):
            if command.get(key):
                found.add((*path, key), "APPLICATION_COMMAND_CONTEXT_MENU", "Context menus have none")
        return
    _check_options(command.get("options") or [], (*path, "options"), found, depth=0)
    if (length := _length(command)) > TEXT_MOST:
        message = f"Command exceeds maximum size ({TEXT_MOST}): {length}"
        found.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def is_name(name: object) -> bool:
    """^[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]{1,32}$, in small letters where the script has them."""
    if not isinstance(name, str) or not 1 <= len(name) <= 32:
        return False
    return name == name.lower() and all(each in "-_'" or _is_letter(each) for each in name)


def _is_letter(each: str) -> bool:
    is_marked_script = 0x0900 <= ord(each) <= 0x097F or 0x0E00 <= ord(each) <= 0x0E7F
    return unicodedata.category(each)[0] in "LN" or is_marked_script


def _check_names(each: Json, path: Sequence[str | int], found: Findings, *, is_chat: bool) -> None:
    names: list[tuple[Sequence[str], object]] = [(("name",), each.get("name"))]
    names += [(("name_localizations", key), name) for key, name in (each.get("name_localizations") or {}).items()]
    for place, name in names:
        if is_chat and not is_name(name):
            found.add((*path, *place), "APPLICATION_COMMAND_INVALID_NAME", f"Command name is invalid: {name!r}")
        elif not is_chat:
            found.length((*path, *place), name, 1, 32)
    for key in ("name_localizations", "description_localizations"):
        for locale in (each.get(key) or {}).keys() - LOCALES:
            found.add((*path, key, locale), "BASE_TYPE_CHOICES", "Discord has no such locale")
    if is_chat:
        found.length((*path, "description"), each.get("description"), 1, 100)
        for locale, text in (each.get("description_localizations") or {}).items():
            found.length((*path, "description_localizations", locale), text, 1, 100)


def _check_options(options: Sequence[Json], path: Sequence[str | int], found: Findings, depth: int) -> None:
    if len(options) > 25:
        found.add(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    names = [option.get("name") for option in options]
    if len(set(names)) != len(names):
        found.add(path, "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", "Option names must be unique")
    kinds = {option.get("type") for option in options}
    if kinds & {SUBCOMMAND, GROUP} and kinds - {SUBCOMMAND, GROUP}:
        message = "Subcommands and other options do not go together"
        found.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    is_optional = False
    for index, option in enumerate(options):
        here = (*path, index)
        _check_option(option, here, found, depth)
        if option.get("required") and is_optional:
            message = "Required options must be placed before non-required options"
            found.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        is_optional |= not option.get("required")


def _check_option(option: Json, path: Sequence[str | int], found: Findings, depth: int) -> None:
    found.keys(path, option, _OPTION)
    if not found.one_of((*path, "type"), option.get("type"), range(1, 12)):
        return
    _check_names(option, path, found, is_chat=True)
    kind = option["type"]
    if kind in (SUBCOMMAND, GROUP):
        if depth > 1 or (depth == 1 and kind == GROUP):
            found.add((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deeply")
            return
        nested = option.get("options") or []
        if kind == GROUP and any(each.get("type") != SUBCOMMAND for each in nested):
            found.add((*path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "A group holds subcommands")
        _check_options(nested, (*path, "options"), found, depth + 1)
        return
    choices = option.get("choices") or []
    if len(choices) > 25:
        found.add((*path, "choices"), "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    if option.get("autocomplete") and choices:
        message = "Choices and autocomplete do not go together"
        found.add(path, "APPLICATION_COMMAND_OPTION_CHOICES_AUTOCOMPLETE", message)
    if (choices or option.get("autocomplete")) and kind not in (STRING, INTEGER, NUMBER):
        found.add(path, "APPLICATION_COMMAND_OPTION_CHOICES_TYPE", "Only strings and numbers have choices")
    for index, choice in enumerate(choices):
        check_choice(choice, kind, (*path, "choices", index), found)
    if len({choice.get("name") for choice in choices}) != len(choices):
        found.add((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_DUPLICATE", "Names must be unique")
    for key, most in (("min_length", 6_000), ("max_length", 6_000)):
        value = option.get(key)
        if value is not None and (kind != STRING or not 0 <= value <= most):
            found.add((*path, key), "NUMBER_TYPE_MAX", f"0 to {most}, and only for strings")
    for key in ("min_value", "max_value"):
        if option.get(key) is not None and kind not in (INTEGER, NUMBER):
            found.add((*path, key), "APPLICATION_COMMAND_OPTION_RANGE", "Only for numbers")


def check_choice(choice: Json, kind: int, path: Sequence[str | int], found: Findings) -> None:
    """A choice of an option, declared or suggested: a name of 1 to 100 characters and a value of the option's type."""
    found.keys(path, choice, frozenset(("name", "name_localizations", "value")))
    found.length((*path, "name"), choice.get("name"), 1, 100)
    for locale, name in (choice.get("name_localizations") or {}).items():
        found.length((*path, "name_localizations", locale), name, 1, 100)
        if locale not in LOCALES:
            found.add((*path, "name_localizations", locale), "BASE_TYPE_CHOICES", "Discord has no such locale")
    value = choice.get("value")
    if kind == STRING:
        found.length((*path, "value"), value, 1, 100)
    elif isinstance(value, bool) or not isinstance(value, int if kind == INTEGER else int | float):
        found.add((*path, "value"), "NUMBER_TYPE_COERCE", "Value is not a number")


def _length(each: Json) -> int:
    def longest(key: str) -> int:
        return max(map(len, [str(each.get(key) or ""), *(each.get(f"{key}_localizations") or {}).values()]))

    total = longest("name") + longest("description")
    for choice in each.get("choices") or ():
        total += max(map(len, [str(choice["name"]), *(choice.get("name_localizations") or {}).values()]))
        total += len(str(choice["value"]))
    return total + sum(_length(option) for option in each.get("options") or ())
