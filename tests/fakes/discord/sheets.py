"""Filling in what Discord's client shows: menus, and the fields of modals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tests.fakes.discord.components import (
    LABEL,
    ROW,
    STRING_SELECT,
    TEXT_INPUT,
)
from tests.fakes.discord.errors import Json
from tests.fakes.discord.offered import NotOffered, Place, resolve_channel, resolve_user
from tests.fakes.discord.world import Channel, User, World

Entry = str | Sequence[str | int | User | Channel]
"""What goes into a field: text, or what is chosen (labels or values, users, channels, ids of uploads)."""


def choose(
    menu: Json, chosen: Sequence[object], place: Place, resolved: Json, *, world: World | None = None
) -> list[str]:
    """The values that the client sends. Raises NotOffered."""
    name = menu.get("placeholder") or menu["custom_id"]
    low = menu.get("min_values")
    low = 1 if low is None else low
    high = menu.get("max_values") or 1
    if not low <= len(chosen) <= high:
        raise NotOffered(f"{name} takes {low} to {high}, not {len(chosen)}")
    return [_value(menu, each, place, resolved, world) for each in chosen]


def _value(menu: Json, each: object, place: Place, resolved: Json, world: World | None) -> str:
    match menu["type"], each:
        case 3, str():
            for key in ("value", "label"):
                for option in menu["options"]:
                    if option[key] == each:
                        return str(option["value"])
            raise NotOffered(f"there is {[option['label'] for option in menu['options']]}, no {each!r}")
        case ((5 | 7), User()):
            resolve_user(each, place, resolved)
            return str(each.id)
        case ((7 | 8), Channel()):
            kinds = menu.get("channel_types")
            if kinds and each.kind not in kinds:
                raise NotOffered(f"channels of type {each.kind} are not offered")
            resolve_channel(each, resolved)
            return str(each.id)
        case 19, int() if world is not None and each in world.attachments:
            resolved.setdefault("attachments", {})[str(each)] = world.attachments[each].json
            return str(each)
        case _:
            raise NotOffered(f"{each!r} cannot be chosen in {menu}")


def fields(modal: Json) -> list[tuple[str, Json]]:
    """The fields of a modal with their labels, in order."""
    found = []
    for each in modal["components"]:
        if each["type"] == LABEL:
            found.append((each["label"], each["component"]))
        elif each["type"] == ROW:
            found += [(nested.get("label") or "", nested) for nested in each["components"]]
    return found


def standing(field: Json) -> list[str]:
    """What a field holds as it opens: its text, or what is chosen."""
    if field["type"] == TEXT_INPUT:
        return [field["value"]] if field.get("value") else []
    if field["type"] == STRING_SELECT:
        return [option["value"] for option in field["options"] if option.get("default")]
    return [str(each["id"]) for each in field.get("default_values") or ()]


def submitted(
    modal: Json,
    values: Mapping[str, Entry],
    place: Place,
    world: World,
    stale: Mapping[str, str] = MappingProxyType({}),
) -> Json:
    """What the client sends of a modal that was filled in; `stale` choices go out unchecked. Raises NotOffered."""
    known = fields(modal)
    names = {name for label, field in known for name in (label, field["custom_id"])}
    if unknown := values.keys() - names:
        raise NotOffered(f"no such fields: {sorted(unknown)}; there are {sorted(names)}")
    resolved: Json = {}
    components: list[Json] = []
    for each in modal["components"]:
        shell = {"type": each["type"], "id": each["id"]}
        if each["type"] == LABEL:
            filled = _filled(each["component"], each["label"], values, place, resolved, world, stale)
            components.append({**shell, "component": filled})
        elif each["type"] == ROW:
            nested = each["components"][0]
            components.append(
                {
                    **shell,
                    "components": [_filled(nested, nested.get("label") or "", values, place, resolved, world, stale)],
                }
            )
        else:
            components.append(shell)
    for each in components:
        if (field := each.get("component")) and field["custom_id"] in stale:
            field["values"] = [stale[field["custom_id"]]]
    data: Json = {"custom_id": modal["custom_id"], "components": components}
    return {**data, "resolved": resolved} if resolved else data


def _filled(
    field: Json,
    label: str,
    values: Mapping[str, Entry],
    place: Place,
    resolved: Json,
    world: World,
    stale: Mapping[str, str],
) -> Json:
    shell: Json = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    is_required = field.get("required", True) is not False
    entry = values.get(field["custom_id"], values.get(label))
    if field["type"] == TEXT_INPUT:
        text = "".join(standing(field)) if entry is None else entry
        if not isinstance(text, str):
            raise NotOffered(f"{label} takes text")
        if field["style"] == 1:
            text = text.replace("\n", " ")  # a line has no line ends; what is pasted loses them
        low, high = field.get("min_length") or 0, field.get("max_length") or 4_000
        if is_required and not text:
            raise NotOffered(f"{label} is required")
        if text and not low <= len(text) <= high:
            raise NotOffered(f"{label} takes {low} to {high} characters, not {len(text)}")
        return {**shell, "value": text}
    chosen: Sequence[object] = [entry] if isinstance(entry, str) else (entry or ())
    if entry is None:
        chosen = [_standing(field, each, place, world) for each in standing(field)]
    chosen = [each for each in chosen if each != ""]
    if not chosen and (not is_required or field["custom_id"] in stale):
        return {**shell, "values": []}
    return {**shell, "values": choose(field, chosen, place, resolved, world=world)}


def _standing(field: Json, value: str, place: Place, world: World) -> object:
    match field["type"]:
        case 5:
            return world.users[int(value)]
        case 8:
            return world.channels[int(value)]
        case _:
            return value
