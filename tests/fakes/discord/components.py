"""What Discord takes as components of a message or a modal, and what it says to the rest.

From its documentation (Components: Component Reference), which says more than the OpenAPI description does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.discord.errors import Findings, Json
from tests.fakes.discord.world import walked

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, USER_SELECT = 1, 2, 3, 4, 5
ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT, SECTION, TEXT = 6, 7, 8, 9, 10
THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = 11, 12, 13, 14, 17, 18, 19

SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)

NESTED_MOST = 40
"""Components in a message, nested ones counted."""
TEXT_MOST = 4_000
"""Characters of all text displays of a message together."""
ROWS_MOST = 5
"""Action rows in a message without Components V2."""
CUSTOM_ID_MOST = 100
LINK_STYLE, SKU_STYLE = 5, 6

MODAL_MOST = 5
TITLE_MOST = 45

Path = Sequence[str | int]


def _keys(*names: str) -> frozenset[str]:
    return frozenset(("type", "id", *names))


_SELECT = ("custom_id", "placeholder", "min_values", "max_values", "disabled", "required")

KEYS: Mapping[int, frozenset[str]] = {
    ROW: _keys("components"),
    BUTTON: _keys("style", "label", "emoji", "custom_id", "sku_id", "url", "disabled"),
    STRING_SELECT: _keys(*_SELECT, "options"),
    TEXT_INPUT: _keys("custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder"),
    USER_SELECT: _keys(*_SELECT, "default_values"),
    ROLE_SELECT: _keys(*_SELECT, "default_values"),
    MENTIONABLE_SELECT: _keys(*_SELECT, "default_values"),
    CHANNEL_SELECT: _keys(*_SELECT, "default_values", "channel_types"),
    SECTION: _keys("components", "accessory"),
    TEXT: _keys("content"),
    THUMBNAIL: _keys("media", "description", "spoiler"),
    GALLERY: _keys("items"),
    FILE: _keys("file", "spoiler", "name", "size"),
    SEPARATOR: _keys("divider", "spacing"),
    CONTAINER: _keys("components", "accent_color", "spoiler"),
    LABEL: _keys("label", "description", "component"),
    UPLOAD: _keys("custom_id", "min_values", "max_values", "required"),
}

TOP_V2 = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
IN_LABEL = (TEXT_INPUT, *SELECTS, UPLOAD)


def check_message(components: Any, *, is_v2: bool, files: Sequence[str], found: Findings) -> None:  # Any: from the wire
    """Note in `found` what Discord would refuse. `files` are the names that `attachment://` may refer to."""
    path = ("components",)
    if not _list(components, path, found):
        return
    if not is_v2:
        if len(components) > ROWS_MOST:
            found.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {ROWS_MOST} in length.")
        _each(components, path, (ROW,), files, found)
        _whole(components, found)
        return
    _each(components, path, TOP_V2, files, found)
    _whole(components, found)
    nested = list(walked([each for each in components if isinstance(each, dict)]))
    if len(nested) > NESTED_MOST:
        message = f"The number of components exceeds {NESTED_MOST}: {len(nested)}."
        found.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    length = sum(len(str(each.get("content", ""))) for each in nested if each.get("type") == TEXT)
    if length > TEXT_MOST:
        message = f"The text of all components exceeds {TEXT_MOST} characters: {length}."
        found.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def check_modal(data: Json, found: Findings) -> None:
    """Note in `found` what Discord would refuse about a modal."""
    found.keys((), data, frozenset(("custom_id", "title", "components")))
    found.length(("title",), data.get("title"), 1, TITLE_MOST)
    found.length(("custom_id",), data.get("custom_id"), 1, CUSTOM_ID_MOST)
    components = data.get("components")
    found.length(("components",), components, 1, MODAL_MOST)
    if isinstance(components, list):
        _each(components, ("components",), (LABEL, TEXT, ROW), (), found, is_modal=True)
        _whole(components, found)


def number(components: list[Json]) -> list[Json]:
    """The components with an id each, as Discord gives them to those that have none."""
    taken = {each["id"] for each in walked(components) if each.get("id")}
    following = (number for number in range(1, 1_000_000) if number not in taken)

    def numbered(each: Json) -> Json:
        new = {key: value for key, value in each.items() if value is not None}
        new["id"] = each.get("id") or next(following)
        if "components" in new:
            new["components"] = [numbered(nested) for nested in new["components"]]
        for key in ("accessory", "component"):
            if key in new:
                new[key] = numbered(new[key])
        return new

    return [numbered(each) for each in components]


def _list(value: object, path: Path, found: Findings) -> bool:
    if isinstance(value, list):
        return True
    found.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    return False


def _each(
    components: Sequence[Any],  # Any: from the wire
    path: Path,
    allowed: Sequence[int],
    files: Sequence[str],
    found: Findings,
    *,
    is_modal: bool = False,
) -> None:
    for index, each in enumerate(components):
        _one(each, (*path, index), allowed, files, found, is_modal=is_modal)


def _one(
    each: Any,  # Any: from the wire
    path: Path,
    allowed: Sequence[int],
    files: Sequence[str],
    found: Findings,
    *,
    is_modal: bool = False,
) -> None:
    if not isinstance(each, dict):
        found.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    if not found.one_of((*path, "type"), each.get("type"), allowed):
        return
    found.keys(path, each, KEYS[each["type"]])
    id_ = each.get("id")
    if id_ is not None and not (isinstance(id_, int) and 0 <= id_ < 2**31):
        found.add((*path, "id"), "NUMBER_TYPE_MAX", "int value should be between 0 and 2147483647.")
    match each["type"]:
        case 1:
            _row(each, path, files, found, is_modal=is_modal)
        case 9:
            found.length((*path, "components"), each.get("components"), 1, 3)
            _nested(each, path, (TEXT,), files, found)
            _one(each.get("accessory"), (*path, "accessory"), (BUTTON, THUMBNAIL), files, found)
        case 17:
            found.length((*path, "components"), each.get("components"), 1, NESTED_MOST)
            _nested(each, path, IN_CONTAINER, files, found)
        case 18:
            found.length((*path, "label"), each.get("label"), 1, 45)
            _optional(each, "description", 100, path, found)
            _one(each.get("component"), (*path, "component"), IN_LABEL, files, found, is_modal=True)
        case kind:
            LEAVES[kind](each, path, files, found)


def _nested(each: Json, path: Path, allowed: Sequence[int], files: Sequence[str], found: Findings) -> None:
    if isinstance(nested := each.get("components"), list):
        _each(nested, (*path, "components"), allowed, files, found)


def _row(each: Json, path: Path, files: Sequence[str], found: Findings, *, is_modal: bool) -> None:
    nested = each.get("components")
    path = (*path, "components")
    if is_modal:
        found.length(path, nested, 1, 1)
        _each(nested if isinstance(nested, list) else [], path, (TEXT_INPUT,), files, found)
        return
    found.length(path, nested, 1, 5)
    if isinstance(nested, list):
        _each(nested, path, (BUTTON, *SELECTS), files, found)
        if len(nested) > 1 and any(isinstance(one, dict) and one.get("type") in SELECTS for one in nested):
            found.add(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")


def _optional(each: Json, key: str, most: int, path: Path, found: Findings, low: int = 1) -> None:
    if each.get(key) is not None:
        found.length((*path, key), each[key], low, most)


def _custom_id(each: Json, path: Path, found: Findings) -> None:
    found.length((*path, "custom_id"), each.get("custom_id"), 1, CUSTOM_ID_MOST)


def _button(each: Json, path: Path, _files: Sequence[str], found: Findings) -> None:
    if not found.one_of((*path, "style"), each.get("style"), range(1, 7)):
        return
    _optional(each, "label", 80, path, found)
    style = each["style"]
    if style != SKU_STYLE and not each.get("label") and not each.get("emoji"):
        found.add(path, "BUTTON_COMPONENT_MISSING_LABEL", "A button must have a label or an emoji")
    if style == LINK_STYLE:
        found.length((*path, "url"), each.get("url"), 1, 512)
        if urlsplit(str(each.get("url"))).scheme not in ("http", "https", "discord"):
            message = "Scheme must be one of ('http', 'https', 'discord')."
            found.add((*path, "url"), "URL_TYPE_INVALID_SCHEME", message)
        if each.get("custom_id") is not None:
            found.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A link has no custom id")
    elif style != SKU_STYLE:
        _custom_id(each, path, found)
        if each.get("url") is not None:
            found.add(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "Only a link has a url")


def _select(each: Json, path: Path, _files: Sequence[str], found: Findings) -> None:
    _custom_id(each, path, found)
    _optional(each, "placeholder", 150, path, found)
    low, high = each.get("min_values"), each.get("max_values")
    low, high = 1 if low is None else low, 1 if high is None else high
    if not (isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= 25 and high >= 1):
        found.add((*path, "max_values"), "BASE_TYPE_INVALID", "min_values 0 to 25, max_values 1 to 25, in this order")
        return
    if each["type"] != STRING_SELECT:
        if len(each.get("default_values") or ()) > high:
            found.add((*path, "default_values"), "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        return
    options = each.get("options")
    found.length((*path, "options"), options, 1, 25)
    if not isinstance(options, list):
        return
    if high > len(options):
        found.add((*path, "max_values"), "SELECT_COMPONENT_MAX_VALUES", "There are not that many options")
    for index, option in enumerate(options):
        here = (*path, "options", index)
        found.keys(here, option, frozenset(("label", "value", "description", "emoji", "default")))
        found.length((*here, "label"), option.get("label"), 1, 100)
        found.length((*here, "value"), option.get("value"), 1, 100)
        _optional(option, "description", 100, here, found)
    values = [option.get("value") for option in options]
    if len(set(values)) != len(values):
        found.add((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified value is already used")
    if sum(bool(option.get("default")) for option in options) > high:
        found.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More defaults than can be chosen")


def _text(each: Json, path: Path, _files: Sequence[str], found: Findings) -> None:
    found.length((*path, "content"), each.get("content"), 1, TEXT_MOST)
    if isinstance(content := each.get("content"), str) and content and not content.strip():
        found.add((*path, "content"), "BASE_TYPE_REQUIRED", "This field is required")


def _text_input(each: Json, path: Path, _files: Sequence[str], found: Findings) -> None:
    _custom_id(each, path, found)
    found.one_of((*path, "style"), each.get("style"), (1, 2))
    _optional(each, "placeholder", 100, path, found)
    low, high = each.get("min_length"), each.get("max_length")
    low, high = 0 if low is None else low, 4_000 if high is None else high
    if not (isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= 4_000 and high >= 1):
        found.add((*path, "max_length"), "BASE_TYPE_INVALID", "min_length 0 to 4000, max_length 1 to 4000, in order")
    elif each.get("value"):
        _optional(each, "value", high, path, found, low=low)
    if path and path[-1] == "component" and each.get("label") is not None:
        found.add((*path, "label"), "COMPONENT_LABEL_TEXT_INPUT", "Inside a label a text input has no label")


def _upload(each: Json, path: Path, _files: Sequence[str], found: Findings) -> None:
    _custom_id(each, path, found)


def _media(value: object, path: Path, files: Sequence[str], found: Findings) -> None:
    url = value.get("url") if isinstance(value, dict) else None
    if not isinstance(url, str):
        found.add((*path, "url"), "BASE_TYPE_REQUIRED", "This field is required")
    elif url.startswith("attachment://") and url.removeprefix("attachment://") not in files:
        found.add((*path, "url"), "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", "No such attachment")


def _thumbnail(each: Json, path: Path, files: Sequence[str], found: Findings) -> None:
    _media(each.get("media"), (*path, "media"), files, found)
    _optional(each, "description", 1_024, path, found)


def _gallery(each: Json, path: Path, files: Sequence[str], found: Findings) -> None:
    found.length((*path, "items"), each.get("items"), 1, 10)
    for index, item in enumerate(each.get("items") or ()):
        _media(item.get("media"), (*path, "items", index, "media"), files, found)


def _file(each: Json, path: Path, files: Sequence[str], found: Findings) -> None:
    _media(each.get("file"), (*path, "file"), files, found)
    if isinstance(each.get("file"), dict) and not str(each["file"].get("url")).startswith("attachment://"):
        found.add((*path, "file", "url"), "FILE_COMPONENT_NOT_ATTACHMENT", "A file must be an attachment")


def _separator(each: Json, path: Path, _files: Sequence[str], found: Findings) -> None:
    if each.get("spacing") is not None:
        found.one_of((*path, "spacing"), each["spacing"], (1, 2))


LEAVES: Mapping[int, Callable[[Json, Path, Sequence[str], Findings], None]] = {
    BUTTON: _button,
    **dict.fromkeys(SELECTS, _select),
    TEXT: _text,
    TEXT_INPUT: _text_input,
    THUMBNAIL: _thumbnail,
    GALLERY: _gallery,
    FILE: _file,
    SEPARATOR: _separator,
    UPLOAD: _upload,
}


def _whole(components: Sequence[Any], found: Findings) -> None:  # Any: from the wire
    """Ids and custom ids stand for one component each."""
    every = list(walked([each for each in components if isinstance(each, dict)]))
    for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        values = [each[key] for each in every if each.get(key)]
        for value in {value for value in values if values.count(value) > 1}:
            found.add(("components",), code, f"Component {key} cannot be duplicated: {value!r}")
