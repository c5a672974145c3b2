"""What stands in the inputs of a view, and what people may put there; the client's rules are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from tests.fakes.slack.asked import NotOffered
from tests.fakes.slack.blocks import elements_of
from tests.fakes.slack.elements import INPUT_TEXT, INTERACTIVE, is_date, is_number, is_time
from tests.fakes.slack.errors import Json
from tests.fakes.slack.world import Channel, File, User

Entry = (
    str | int | float | date | time | datetime | User | Channel | File | Sequence["str | User | Channel | File"] | None
)
"""What somebody types or chooses: words, dates (or 2026-12-01), times (or 20:00), options by label or value, people,
channels, files; None or "" empties the field."""

_EMPTY: Mapping[str, tuple[str, Any]] = {
    "plain_text_input": ("value", None),
    "number_input": ("value", None),
    "email_text_input": ("value", None),
    "url_text_input": ("value", None),
    "static_select": ("selected_option", None),
    "external_select": ("selected_option", None),
    "radio_buttons": ("selected_option", None),
    "users_select": ("selected_user", None),
    "conversations_select": ("selected_conversation", None),
    "channels_select": ("selected_channel", None),
    "multi_static_select": ("selected_options", []),
    "multi_external_select": ("selected_options", []),
    "checkboxes": ("selected_options", []),
    "multi_users_select": ("selected_users", []),
    "multi_conversations_select": ("selected_conversations", []),
    "multi_channels_select": ("selected_channels", []),
    "datepicker": ("selected_date", None),
    "timepicker": ("selected_time", None),
    "datetimepicker": ("selected_date_time", None),
    "file_input": ("files", []),
}
"""By type: under which name state.values shows what was chosen, and what stands there when nothing was."""

_INITIAL: Mapping[str, str] = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}


def fields(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every block with an element that holds a value, and the element."""
    for block in blocks:
        for each in elements_of(block):
            if each["type"] in _EMPTY:
                yield block, each


def standing(blocks: list[Json]) -> dict[str, dict[str, Json]]:
    """state.values as it is before anybody typed."""
    found: dict[str, dict[str, Json]] = {}
    for block, each in fields(blocks):
        name, empty = _EMPTY[each["type"]]
        value = each.get(_INITIAL.get(name, ""), empty)
        found.setdefault(block["block_id"], {})[each["action_id"]] = {"type": each["type"], name: value}
    return found


def find(blocks: list[Json], what: str) -> tuple[Json, Json]:
    """An input by its block id, action id or label. Raises NotOffered."""
    there = list(fields(blocks))
    for name in ("block_id", "action_id", "label"):
        for block, each in there:
            own = {"block_id": block["block_id"], "action_id": each["action_id"], "label": _label(block)}
            if own[name] == what:
                return block, each
    raise NotOffered(f"there is no field {what!r}, only {[_label(block) or block['block_id'] for block, _ in there]}")


def _label(block: Json) -> str:
    return str(block.get("label", {}).get("text", "")).removesuffix(" (optional)")


def value_of(each: Json, state: Json) -> Any:  # Any: JSON, by the element's type
    """What stands in an element."""
    return state[_EMPTY[each["type"]][0]]


def entered(each: Json, entry: Entry, offered: Sequence[Json] = ()) -> Json:
    """The state of an element once somebody put something there. `offered` are an external menu's options.

    Raises NotOffered where the client would not take it.
    """
    kind = each["type"]
    name, empty = _EMPTY[kind]
    if entry in (None, "", []):
        return {"type": kind, name: empty}
    return {"type": kind, name: _value(each, name, entry, offered)}


def unchecked(each: Json, text: str) -> Json:
    """The state of an element that holds what no client would have put there."""
    name = _EMPTY[each["type"]][0]
    option = {"text": {"type": "plain_text", "text": text}, "value": text}
    held = {"selected_option": option, "selected_options": [option]}.get(name, text)
    return {"type": each["type"], name: held}


def _value(each: Json, name: str, entry: Entry, offered: Sequence[Json]) -> Any:  # Any: JSON, by the element's type
    match name:
        case "value":
            return _text(each, str(entry))
        case "selected_option":
            return _option(each, str(entry), offered)
        case "selected_options":
            return [_option(each, str(item), offered) for item in _several(each, entry)]
        case "selected_date":
            text = entry.isoformat() if isinstance(entry, date) else str(entry)
            return _shaped(text, is_ok=is_date(text), what="a date")
        case "selected_time":
            text = entry.strftime("%H:%M") if isinstance(entry, time) else str(entry)
            return _shaped(text, is_ok=is_time(text), what="a time")
        case "selected_date_time":
            return round(entry.astimezone(UTC).timestamp()) if isinstance(entry, datetime) else int(str(entry))
        case "files":
            return [{"id": _id(item)} for item in _several(each, entry)]
        case _ if name.endswith("s"):
            return [_id(item) for item in _several(each, entry)]
        case _:
            return _id(entry)


def _several(each: Json, entry: Entry) -> Sequence[Any]:  # Any: as Entry has it
    items = [entry] if isinstance(entry, str) or not isinstance(entry, Sequence) else entry
    most = int(each.get("max_selected_items") or each.get("max_files") or 1_000)
    if len(items) > most:
        raise NotOffered(f"no more than {most} can be chosen")
    return items


def _text(each: Json, typed: str) -> str:
    if each["type"] == "plain_text_input":
        least, most = each.get("min_length", 0), each.get("max_length", INPUT_TEXT)
        if not least <= len(typed) <= most:
            raise NotOffered(f"{least} to {most} characters, not {len(typed)}")
        if "\n" in typed and not each.get("multiline"):
            raise NotOffered("one line")
    if each["type"] == "number_input":
        if not is_number(typed, with_decimals=each["is_decimal_allowed"]):
            raise NotOffered(f"{typed!r} is no number here")
        least, most = float(each.get("min_value", "-inf")), float(each.get("max_value", "inf"))
        if not least <= float(typed) <= most:
            raise NotOffered(f"{least} to {most}, not {typed}")
    if each["type"] == "url_text_input" and "://" not in typed:
        raise NotOffered(f"{typed!r} is no address of a page")
    if each["type"] == "email_text_input" and "@" not in typed:
        raise NotOffered(f"{typed!r} is no e-mail address")
    return typed


def _option(each: Json, wanted: str, offered: Sequence[Json]) -> Json:
    groups = each.get("option_groups", [])
    there = [*each.get("options", []), *(option for group in groups for option in group["options"]), *offered]
    for option in there:
        if wanted in (option["text"]["text"], option.get("value")):
            found: Json = option
            return found
    raise NotOffered(f"{wanted!r} is not among {[option['text']['text'] for option in there]}")


def _shaped(text: str, *, is_ok: bool, what: str) -> str:
    if not is_ok:
        raise NotOffered(f"{text!r} is no {what}")
    return text


def _id(entry: object) -> str:
    return entry.id if isinstance(entry, User | Channel | File) else str(entry)


def check_complete(blocks: list[Json], typed: Mapping[str, Mapping[str, Json]]) -> None:
    """Raises NotOffered where the client would not send it: a required input is empty."""
    for block, each in fields(blocks):
        is_required = block["type"] == "input" and not block.get("optional")
        if is_required and value_of(each, typed[block["block_id"]][each["action_id"]]) in (None, "", []):
            raise NotOffered(f"{_label(block)!r} must be filled in")


def used(each: Json, state: Json) -> Json:
    """What a block_actions payload says of an element that holds a value."""
    assert each["type"] in INTERACTIVE
    name = _EMPTY[each["type"]][0]
    return {name: state[name]}
