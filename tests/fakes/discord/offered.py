"""What Discord's client offers a person: the commands they see, and the values it lets them put into options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.discord.errors import Json
from tests.fakes.discord.permissions import ALL, DIRECT, Permission
from tests.fakes.discord.world import Attachment, Channel, Guild, User, World

CHAT = 1
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER_OPTION, CHANNEL_OPTION = 1, 2, 3, 4, 5, 6, 7
ROLE_OPTION, MENTIONABLE_OPTION, NUMBER, ATTACHMENT = 8, 9, 10, 11

GUILD_CONTEXT, BOT_DM_CONTEXT, PRIVATE_CONTEXT = 0, 1, 2

SAFE_INTEGER = 2**53 - 1

Value = str | int | float | bool | User | Channel | Attachment


class NotOffered(AssertionError):
    """The client would not let a person do this: the command is not shown, or the value is not taken."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is. `guild` is None in direct messages; `channel.recipient` is then who writes with the bot."""

    guild: Guild | None
    channel: Channel

    @property
    def has_bot(self) -> bool:
        return self.guild is None or self.guild.joined_at is not None

    @property
    def context(self) -> int:
        return BOT_DM_CONTEXT if self.guild is None else GUILD_CONTEXT

    def may(self, user: User) -> int:
        if self.guild is None:
            return int(DIRECT)
        return ALL if user is self.guild.owner else self.guild.permissions(user, self.channel)


def shown(commands: Iterable[Json], user: User, place: Place) -> list[Json]:
    """The commands somebody sees in a place: installed for it, its context, and their permissions."""
    return [each for each in commands if not hidden(each, user, place)]


def hidden(command: Json, user: User, place: Place) -> str:
    """Why somebody does not see a command, "" if they do."""
    types = command["integration_types"] or [0]
    here, own = place.has_bot and 0 in types, user.has_installed and 1 in types
    if not (here or own):
        return "it is installed neither here nor for them"
    contexts = command["contexts"]
    contexts = [GUILD_CONTEXT, BOT_DM_CONTEXT] if contexts is None else contexts
    if place.context not in contexts:
        return "it does not belong to this context"
    if place.guild is None:
        return ""
    may = place.may(user)
    if not may & Permission.VIEW_CHANNEL or not may & Permission.USE_APPLICATION_COMMANDS:
        return "they may use no commands in this channel"
    needed = command["default_member_permissions"]
    if needed is None or not here or may & Permission.ADMINISTRATOR:
        return ""
    if int(needed) == 0 or may & int(needed) != int(needed):
        return "they lack the permissions it asks for"
    return ""


def find(commands: Iterable[Json], path: str, kind: int) -> tuple[Json, list[Json]]:
    """The command of a path such as "event find", and its subcommands down to what is run. Raises NotOffered."""
    words = path.split() if kind == CHAT else [path]
    command = next((each for each in commands if (each["type"], each["name"]) == (kind, words[0])), None)
    if command is None:
        raise NotOffered(f"there is no command {path!r} of type {kind}")
    steps: list[Json] = []
    options = command.get("options") or []
    for word in words[1:]:
        step = next((each for each in options if each["name"] == word and each["type"] in (SUBCOMMAND, GROUP)), None)
        if step is None:
            raise NotOffered(f"{words[0]} has no {word!r}: {[each['name'] for each in options]}")
        steps.append(step)
        options = step.get("options") or []
    if any(each["type"] in (SUBCOMMAND, GROUP) for each in options):
        raise NotOffered(f"{path!r} is not a whole command: {[each['name'] for each in options]}")
    return command, steps


def options_of(command: Json, steps: Sequence[Json]) -> list[Json]:
    """The options of what is run."""
    found: list[Json] = (steps[-1] if steps else command).get("options") or []
    return found


@dataclass(frozen=True, slots=True)
class Filled:
    """Options with values as the gateway carries them, and what their ids stand for."""

    options: list[Json]
    resolved: Json


def fill(
    declared: Sequence[Json],
    values: Mapping[str, Value],
    world: World,
    place: Place,
    *,
    focused: str = "",
    typed: str = "",
) -> Filled:
    """The values as the client sends them. Raises NotOffered.

    With `focused` it is a question for suggestions: what is still missing does not matter.
    """
    known = {option["name"]: option for option in declared}
    if unknown := values.keys() - known.keys():
        raise NotOffered(f"no such options: {sorted(unknown)}; there are {sorted(known)}")
    missing = [name for name, option in known.items() if option.get("required") and name not in values]
    if missing and not focused:
        raise NotOffered(f"required options are missing: {missing}")
    resolved: Json = {}
    filled: list[Json] = []
    for name, value in values.items():
        if name != focused:
            checked = CHECKS[known[name]["type"]](known[name], value, world, place, resolved)
            filled.append({"name": name, "type": known[name]["type"], "value": checked})
    if focused:
        if not known.get(focused, {}).get("autocomplete"):
            raise NotOffered(f"{focused!r} suggests nothing")
        filled.append({"name": focused, "type": known[focused]["type"], "value": typed, "focused": True})
    return Filled(filled, resolved)


def _string(option: Json, value: Value, _world: World, _place: Place, _resolved: Json) -> str:
    if not isinstance(value, str):
        raise NotOffered(f"{option['name']} takes text, not {value!r}")
    _choice(option, value)
    low, high = option.get("min_length") or 0, option.get("max_length") or 6_000
    if not low <= len(value) <= high:
        raise NotOffered(f"{option['name']} takes {low} to {high} characters, not {len(value)}")
    return value


def _number(option: Json, value: Value, _world: World, _place: Place, _resolved: Json) -> int | float:
    is_whole = option["type"] == INTEGER
    if isinstance(value, bool) or not isinstance(value, int if is_whole else int | float):
        raise NotOffered(f"{option['name']} takes a {'whole ' * is_whole}number, not {value!r}")
    _choice(option, value)
    low, high = option.get("min_value"), option.get("max_value")
    low = -SAFE_INTEGER if low is None else low
    high = SAFE_INTEGER if high is None else high
    if not low <= value <= high:
        raise NotOffered(f"{option['name']} takes {low} to {high}, not {value}")
    return value


def _choice(option: Json, value: object) -> None:
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise NotOffered(f"{option['name']} takes one of {[choice['value'] for choice in choices]}, not {value!r}")


def _boolean(option: Json, value: Value, _world: World, _place: Place, _resolved: Json) -> bool:
    if not isinstance(value, bool):
        raise NotOffered(f"{option['name']} takes true or false, not {value!r}")
    return value


def _user(option: Json, value: Value, world: World, place: Place, resolved: Json) -> str:
    if not isinstance(value, User):
        raise NotOffered(f"{option['name']} takes a user, not {value!r}")
    resolve_user(value, place, resolved)
    return str(value.id)


def resolve_user(user: User, place: Place, resolved: Json) -> None:
    """Put a user, and what they are here, among what ids stand for."""
    resolved.setdefault("users", {})[str(user.id)] = user.json
    if place.guild is not None and user.id in place.guild.members:
        member = {
            key: value
            for key, value in place.guild.members[user.id].json.items()
            if key not in ("user", "deaf", "mute")
        }
        member["permissions"] = str(int(place.may(user)))
        resolved.setdefault("members", {})[str(user.id)] = member


def _channel(option: Json, value: Value, world: World, place: Place, resolved: Json) -> str:
    if not isinstance(value, Channel) or place.guild is None or value.id not in place.guild.channels:
        raise NotOffered(f"{option['name']} takes a channel of this server, not {value!r}")
    kinds = option.get("channel_types")
    if kinds and value.kind not in kinds:
        raise NotOffered(f"{option['name']} takes channels of the types {kinds}, not {value.kind}")
    resolve_channel(value, resolved)
    return str(value.id)


def resolve_channel(channel: Channel, resolved: Json) -> None:
    """Put a channel among what ids stand for."""
    keys = ("id", "type", "name", "parent_id", "flags", "last_message_id", "topic", "nsfw", "position", "guild_id")
    shown = {key: value for key, value in channel.json.items() if key in keys}
    resolved.setdefault("channels", {})[str(channel.id)] = {**shown, "permissions": str(ALL)}


def _attachment(option: Json, value: Value, world: World, _place: Place, resolved: Json) -> str:
    if not isinstance(value, int) or value not in world.attachments:
        raise NotOffered(f"{option['name']} takes the id of an upload, not {value!r}")
    resolved.setdefault("attachments", {})[str(value)] = world.attachments[value].json
    return str(value)


def _nothing(option: Json, _value: Value, _world: World, _place: Place, _resolved: Json) -> str:
    raise NotOffered(f"the fake knows no options of type {option['type']}")


Check = Callable[[Json, Any, World, Place, Json], Any]  # Any: each kind takes and gives values of its own

CHECKS: Mapping[int, Check] = {
    STRING: _string,
    INTEGER: _number,
    BOOLEAN: _boolean,
    USER_OPTION: _user,
    CHANNEL_OPTION: _channel,
    ROLE_OPTION: _nothing,
    MENTIONABLE_OPTION: _nothing,
    NUMBER: _number,
    ATTACHMENT: _attachment,
}
