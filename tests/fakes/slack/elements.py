"""Block Kit's elements and composition objects (Slack: Reference, Block Kit), with every limit of theirs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.fakes.slack.errors import Findings, Json

Path = tuple[str | int, ...]

ID = 255  # action_id, block_id
BUTTON_TEXT, BUTTON_VALUE, URL, ACCESSIBILITY = 75, 2_000, 3_000, 75  # Button element
OPTION_TEXT, OPTION_VALUE, OPTION_DESCRIPTION = 75, 150, 75  # Option object
OPTIONS, OPTION_GROUPS = 100, 100  # Select menu element
CHOICES = 10  # Checkboxes, radio buttons
OVERFLOW = 5  # Overflow menu element
PLACEHOLDER = 150
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30  # Confirmation dialog object
INPUT_TEXT = 3_000  # Plain-text input, min_length and max_length
ALT_TEXT = 2_000  # Image element
FILES = 10  # File input, max_files
TEXT_OBJECT = 3_000

SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
MULTI_SELECTS = tuple(f"multi_{each}" for each in SELECTS)
PICKERS = ("datepicker", "timepicker", "datetimepicker")
TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
INTERACTIVE = (*SELECTS, *MULTI_SELECTS, *PICKERS, *TYPED, "button", "checkboxes", "radio_buttons", "overflow")

_ANY = frozenset(("type", "action_id"))
_FOCUS = frozenset(("focus_on_load",))


def text(
    found: Findings, path: Path, value: Any, most: int, kinds: Sequence[str] = ("plain_text",), least: int = 1
) -> None:  # Any: from the wire
    """A text object."""
    if not isinstance(value, dict):
        found.add(path, "must provide an object")
        return
    kind = value.get("type")
    if kind not in kinds:
        found.add((*path, "type"), f"must be one of {', '.join(kinds)}, not {kind!r}")
        return
    extra = "emoji" if kind == "plain_text" else "verbatim"
    found.keys(path, value, frozenset(("type", "text", extra)), ("text",))
    if "text" in value:
        found.length((*path, "text"), value["text"], most, least)


def confirm(found: Findings, path: Path, value: Any) -> None:  # Any: from the wire
    """A confirmation dialog."""
    if not isinstance(value, dict):
        found.add(path, "must provide an object")
        return
    keys = frozenset(("title", "text", "confirm", "deny", "style"))
    found.keys(path, value, keys, ("title", "text", "confirm", "deny"))
    for name, most in (("title", CONFIRM_TITLE), ("confirm", CONFIRM_BUTTON), ("deny", CONFIRM_BUTTON)):
        if name in value:
            text(found, (*path, name), value[name], most)
    if "text" in value:
        text(found, (*path, "text"), value["text"], CONFIRM_TEXT, ("plain_text", "mrkdwn"))


def option(found: Findings, path: Path, value: Any, kind: str) -> None:  # Any: from the wire
    """One choice; only checkboxes and radio buttons show mrkdwn, only an overflow menu has links."""
    if not isinstance(value, dict):
        found.add(path, "must provide an object")
        return
    kinds = ("plain_text", "mrkdwn") if kind in ("checkboxes", "radio_buttons") else ("plain_text",)
    known = {"text", "value", "description", *(("url",) if kind == "overflow" else ())}
    found.keys(path, value, frozenset(known), ("text", "value"))
    if "text" in value:
        text(found, (*path, "text"), value["text"], OPTION_TEXT, kinds)
    if "value" in value:
        found.length((*path, "value"), value["value"], OPTION_VALUE)
    if "description" in value:
        text(found, (*path, "description"), value["description"], OPTION_DESCRIPTION, kinds)
    if "url" in value:
        found.length((*path, "url"), value["url"], URL)


def options(found: Findings, path: Path, value: Json, kind: str, most: int, least: int = 1) -> list[Json]:
    """`options`, or `option_groups` where it may have them; all the choices there are."""
    if ("options" in value) == ("option_groups" in value):
        found.add(path, "must provide either options or option_groups")
        return []
    groups: list[tuple[Path, Json]] = [(path, value)]
    if "option_groups" in value:
        groups = [
            ((*path, "option_groups", index), group)
            for index, group in enumerate(found.items((*path, "option_groups"), value["option_groups"], OPTION_GROUPS))
        ]
        for where, group in groups:
            found.keys(where, group, frozenset(("label", "options")), ("label", "options"))
            text(found, (*where, "label"), group.get("label"), OPTION_TEXT)
    all_options: list[Json] = []
    for where, group in groups:
        for index, each in enumerate(found.items((*where, "options"), group.get("options"), most, least)):
            option(found, (*where, "options", index), each, kind)
            all_options += [each] if isinstance(each, dict) else []
    values = [str(each.get("value")) for each in all_options]
    if len(set(values)) < len(values):
        found.add(path, "option values must be unique")
    return all_options


# ---- elements


def _button(found: Findings, path: Path, each: Json) -> None:
    text(found, (*path, "text"), each.get("text"), BUTTON_TEXT)
    if "url" in each:
        _url(found, (*path, "url"), each["url"])
    if "value" in each:
        found.length((*path, "value"), each["value"], BUTTON_VALUE)
    if "accessibility_label" in each:
        found.length((*path, "accessibility_label"), each["accessibility_label"], ACCESSIBILITY)
    if "style" in each and each["style"] not in ("primary", "danger"):
        found.add((*path, "style"), "must be primary or danger")


def _url(found: Findings, path: Path, value: Any) -> None:  # Any: from the wire
    found.length(path, value, URL)
    if not re.match(r"(https?|mailto|slack|tel):\S", str(value)):
        found.add(path, "must be a valid url")


def _menu(found: Findings, path: Path, each: Json) -> None:
    kind = each["type"]
    if kind in ("static_select", "multi_static_select"):
        there = options(found, path, each, kind, OPTIONS)
        _among(found, path, each, there)
    elif kind in ("external_select", "multi_external_select"):
        least = each.get("min_query_length", 3)
        if not isinstance(least, int) or isinstance(least, bool) or least < 0:
            found.add((*path, "min_query_length"), "must be an integer")
        for index, chosen in enumerate(_initial(each)):
            option(found, (*path, "initial_option", index), chosen, kind)
    if "max_selected_items" in each and not (
        isinstance(each["max_selected_items"], int) and each["max_selected_items"]
    ):
        found.add((*path, "max_selected_items"), "must be at least 1")


def _choices(found: Findings, path: Path, each: Json) -> None:
    kind = each["type"]
    most, least = (OVERFLOW, 1) if kind == "overflow" else (CHOICES, 1)
    there = options(found, path, each, kind, most, least)
    if kind == "overflow" and len(there) > OVERFLOW:
        found.add(path, f"no more than {OVERFLOW} items allowed")
    _among(found, path, each, there)


def _initial(each: Json) -> list[Json]:
    return [*each.get("initial_options", []), *([each["initial_option"]] if "initial_option" in each else [])]


def _among(found: Findings, path: Path, each: Json, there: list[Json]) -> None:
    for chosen in _initial(each):
        if chosen not in there:
            found.add(path, "initial option must match one of the options")
    if each.get("initial_options") == []:
        found.add((*path, "initial_options"), "no fewer than 1 items allowed")


def _picker(found: Findings, path: Path, each: Json) -> None:
    match each["type"]:
        case "datepicker" if "initial_date" in each and not is_date(each["initial_date"]):
            found.add((*path, "initial_date"), "must be a date as YYYY-MM-DD")
        case "timepicker" if "initial_time" in each and not is_time(each["initial_time"]):
            found.add((*path, "initial_time"), "must be a time as HH:mm")
        case "datetimepicker" if "initial_date_time" in each:
            moment = each["initial_date_time"]
            if not isinstance(moment, int) or len(str(moment)) != 10:
                found.add((*path, "initial_date_time"), "must be a timestamp of 10 digits")


def is_date(value: Any) -> bool:  # Any: from the wire
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def is_time(value: Any) -> bool:  # Any: from the wire
    return isinstance(value, str) and bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value))


def is_number(value: Any, *, with_decimals: bool) -> bool:  # Any: from the wire
    return isinstance(value, str) and bool(re.fullmatch(r"-?\d+(\.\d+)?" if with_decimals else r"-?\d+", value))


def _typed(found: Findings, path: Path, each: Json) -> None:
    if each["type"] == "number_input":
        if not isinstance(each.get("is_decimal_allowed"), bool):
            found.add(path, "missing required field: is_decimal_allowed")
        for name in ("initial_value", "min_value", "max_value"):
            if name in each and not is_number(each[name], with_decimals=bool(each.get("is_decimal_allowed"))):
                found.add((*path, name), "must be a number, as text")
        return
    least, most = each.get("min_length", 0), each.get("max_length", INPUT_TEXT)
    if not isinstance(least, int) or not isinstance(most, int) or not 0 <= least <= INPUT_TEXT:
        found.add((*path, "min_length"), f"must be 0 to {INPUT_TEXT}")
    elif not 1 <= most <= INPUT_TEXT or least > most:
        found.add((*path, "max_length"), f"must be 1 to {INPUT_TEXT}, and not below min_length")
    elif "initial_value" in each:
        found.length((*path, "initial_value"), each["initial_value"], most, 0)


def _image(found: Findings, path: Path, each: Json) -> None:
    found.length((*path, "alt_text"), each.get("alt_text"), ALT_TEXT)
    if ("image_url" in each) == ("slack_file" in each):
        found.add(path, "must provide either image_url or slack_file")
    if "image_url" in each:
        _url(found, (*path, "image_url"), each["image_url"])


def _files(found: Findings, path: Path, each: Json) -> None:
    if not 1 <= each.get("max_files", FILES) <= FILES:
        found.add((*path, "max_files"), f"must be 1 to {FILES}")


@dataclass(frozen=True, slots=True)
class Kind:
    """What an element of a type may have, and in which blocks it may stand."""

    keys: frozenset[str]
    check: Callable[[Findings, Path, Json], None]
    blocks: frozenset[str]


def _kind(check: Callable[[Findings, Path, Json], None], blocks: str, keys: str, *, is_plain: bool = False) -> Kind:
    more = frozenset() if is_plain else _ANY | {"confirm"} if "input" not in blocks else _ANY | {"confirm"} | _FOCUS
    return Kind(frozenset(("type",)) | more | frozenset(keys.split()), check, frozenset(blocks.split()))


_MENU = "placeholder"
_EVERYWHERE = "section actions input"

KINDS: Mapping[str, Kind] = {
    "button": _kind(_button, "section actions", "text url value style accessibility_label"),
    "overflow": _kind(_choices, "section actions", "options"),
    "checkboxes": _kind(_choices, _EVERYWHERE, "options initial_options"),
    "radio_buttons": _kind(_choices, _EVERYWHERE, "options initial_option"),
    "static_select": _kind(_menu, _EVERYWHERE, f"{_MENU} options option_groups initial_option"),
    "external_select": _kind(_menu, _EVERYWHERE, f"{_MENU} initial_option min_query_length"),
    "users_select": _kind(_menu, _EVERYWHERE, f"{_MENU} initial_user"),
    "conversations_select": _kind(
        _menu,
        _EVERYWHERE,
        f"{_MENU} initial_conversation default_to_current_conversation response_url_enabled filter",
    ),
    "channels_select": _kind(_menu, _EVERYWHERE, f"{_MENU} initial_channel response_url_enabled"),
    "multi_static_select": _kind(
        _menu, "section input", f"{_MENU} options option_groups initial_options max_selected_items"
    ),
    "multi_external_select": _kind(
        _menu, "section input", f"{_MENU} min_query_length initial_options max_selected_items"
    ),
    "multi_users_select": _kind(_menu, "section input", f"{_MENU} initial_users max_selected_items"),
    "multi_conversations_select": _kind(
        _menu,
        "section input",
        f"{_MENU} initial_conversations default_to_current_conversation max_selected_items filter",
    ),
    "multi_channels_select": _kind(_menu, "section input", f"{_MENU} initial_channels max_selected_items"),
    "datepicker": _kind(_picker, _EVERYWHERE, f"{_MENU} initial_date"),
    "timepicker": _kind(_picker, _EVERYWHERE, f"{_MENU} initial_time timezone"),
    "datetimepicker": _kind(_picker, "actions input", "initial_date_time"),
    "plain_text_input": _kind(
        _typed, "input", f"{_MENU} initial_value multiline min_length max_length dispatch_action_config"
    ),
    "number_input": _kind(
        _typed, "input", f"{_MENU} is_decimal_allowed initial_value min_value max_value dispatch_action_config"
    ),
    "email_text_input": _kind(_typed, "input", f"{_MENU} initial_value dispatch_action_config"),
    "url_text_input": _kind(_typed, "input", f"{_MENU} initial_value dispatch_action_config"),
    "file_input": _kind(_files, "input", "filetypes max_files"),
    "image": _kind(_image, "section context", "image_url slack_file alt_text", is_plain=True),
}


def element(found: Findings, path: Path, each: Any, block: str) -> None:  # Any: from the wire
    """An element of a block of that type."""
    kind = KINDS.get(str(each.get("type"))) if isinstance(each, dict) else None
    if kind is None or block not in kind.blocks:
        what = each.get("type") if isinstance(each, dict) else each
        found.add(path, f"unsupported type: {what}")
        return
    found.keys(path, each, kind.keys)
    if "action_id" in each:
        found.length((*path, "action_id"), each["action_id"], ID)
    if "placeholder" in each:
        text(found, (*path, "placeholder"), each["placeholder"], PLACEHOLDER)
    if "confirm" in each:
        confirm(found, (*path, "confirm"), each["confirm"])
    kind.check(found, path, each)
