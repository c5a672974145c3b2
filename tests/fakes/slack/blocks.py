"""Blocks and views (Slack: Reference, Block Kit, Blocks; Views), with every limit of theirs."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.fakes.slack import richtext
from tests.fakes.slack.elements import ALT_TEXT, ID, URL, Path, element, text
from tests.fakes.slack.errors import Denied, Findings, Json

MESSAGE, MODAL, HOME = "message", "modal", "home"

MOST: Mapping[str, int] = {MESSAGE: 50, MODAL: 100, HOME: 100}  # Blocks: "up to 50 in each message, 100 in modals"
ALL_TEXT = 13_200
"""Characters in the blocks of a message, all in all: not documented, found as msg_blocks_too_long (bolt-js, 2509)."""
SECTION_TEXT, FIELDS, FIELD_TEXT = 3_000, 10, 2_000  # Section block
HEADER_TEXT = 150  # Header block
CONTEXT_ELEMENTS = 10  # Context block
ACTIONS_ELEMENTS = 25  # Actions block
LABEL, HINT = 2_000, 2_000  # Input block
MARKDOWN_TEXT = 12_000  # Markdown block, all of a message's together
TITLE = 24  # Modals: title, submit and close
PRIVATE_METADATA, CALLBACK_ID, EXTERNAL_ID = 3_000, 255, 255  # Views
VIEW_BYTES = 250_000  # views.open, view_too_large


def _section(found: Findings, path: Path, block: Json) -> None:
    found.keys(path, block, frozenset(("type", "block_id", "text", "fields", "accessory", "expand")))
    if "text" not in block and "fields" not in block:
        found.add(path, "missing required field: text")
    if "text" in block:
        text(found, (*path, "text"), block["text"], SECTION_TEXT, ("plain_text", "mrkdwn"))
    if "fields" in block:
        for index, each in enumerate(found.items((*path, "fields"), block["fields"], FIELDS)):
            text(found, (*path, "fields", index), each, FIELD_TEXT, ("plain_text", "mrkdwn"))
    if "accessory" in block:
        element(found, (*path, "accessory"), block["accessory"], "section")


def _header(found: Findings, path: Path, block: Json) -> None:
    found.keys(path, block, frozenset(("type", "block_id", "text", "level")), ("text",))
    text(found, (*path, "text"), block.get("text"), HEADER_TEXT)


def _divider(found: Findings, path: Path, block: Json) -> None:
    found.keys(path, block, frozenset(("type", "block_id")))


def _context(found: Findings, path: Path, block: Json) -> None:
    found.keys(path, block, frozenset(("type", "block_id", "elements")), ("elements",))
    for index, each in enumerate(found.items((*path, "elements"), block.get("elements"), CONTEXT_ELEMENTS)):
        where = (*path, "elements", index)
        if isinstance(each, dict) and each.get("type") == "image":
            element(found, where, each, "context")
        else:
            text(found, where, each, 3_000, ("plain_text", "mrkdwn"))


def _actions(found: Findings, path: Path, block: Json) -> None:
    found.keys(path, block, frozenset(("type", "block_id", "elements")), ("elements",))
    for index, each in enumerate(found.items((*path, "elements"), block.get("elements"), ACTIONS_ELEMENTS)):
        element(found, (*path, "elements", index), each, "actions")


def _input(found: Findings, path: Path, block: Json) -> None:
    known = frozenset(("type", "block_id", "label", "element", "dispatch_action", "hint", "optional"))
    found.keys(path, block, known, ("label", "element"))
    text(found, (*path, "label"), block.get("label"), LABEL)
    if "hint" in block:
        text(found, (*path, "hint"), block["hint"], HINT)
    element(found, (*path, "element"), block.get("element"), "input")
    for name in ("optional", "dispatch_action"):
        if name in block and not isinstance(block[name], bool):
            found.add((*path, name), "must be true or false")


def _image(found: Findings, path: Path, block: Json) -> None:
    found.keys(path, block, frozenset(("type", "block_id", "image_url", "slack_file", "alt_text", "title")))
    found.length((*path, "alt_text"), block.get("alt_text"), ALT_TEXT)
    if ("image_url" in block) == ("slack_file" in block):
        found.add(path, "must provide either image_url or slack_file")
    if "image_url" in block:
        found.length((*path, "image_url"), block["image_url"], URL)
    if "title" in block:
        text(found, (*path, "title"), block["title"], 2_000)


def _markdown(found: Findings, path: Path, block: Json) -> None:
    found.keys(path, block, frozenset(("type", "block_id", "text")), ("text",))
    found.length((*path, "text"), block.get("text"), MARKDOWN_TEXT)


BLOCKS: Mapping[str, tuple[Callable[[Findings, Path, Json], None], tuple[str, ...]]] = {
    "section": (_section, (MESSAGE, MODAL, HOME)),
    "header": (_header, (MESSAGE, MODAL, HOME)),
    "divider": (_divider, (MESSAGE, MODAL, HOME)),
    "context": (_context, (MESSAGE, MODAL, HOME)),
    "actions": (_actions, (MESSAGE, MODAL, HOME)),
    "input": (_input, (MESSAGE, MODAL, HOME)),
    "image": (_image, (MESSAGE, MODAL, HOME)),
    "rich_text": (richtext.check, (MESSAGE, MODAL, HOME)),
    "markdown": (_markdown, (MESSAGE,)),
}
"""How each is checked, and where it may stand."""


def check(found: Findings, blocks: Any, surface: str, path: Path = ("blocks",)) -> None:  # Any: from the wire
    """The blocks of a message, modal or home tab."""
    least = 1 if surface == MODAL else 0
    ids: Counter[str] = Counter()
    focused = 0
    for index, block in enumerate(found.items(path, blocks, MOST[surface], least)):
        where = (*path, index)
        kind = str(block.get("type")) if isinstance(block, dict) else ""
        if kind not in BLOCKS or surface not in BLOCKS[kind][1]:
            found.add(where, f"unsupported type: {kind}")
            continue
        BLOCKS[kind][0](found, where, block)
        if "block_id" in block:
            found.length((*where, "block_id"), block["block_id"], ID)
            ids[str(block["block_id"])] += 1
        actions = Counter(each["action_id"] for each in elements_of(block) if "action_id" in each)
        for twice in (id_ for id_, count in actions.items() if count > 1):
            found.add(where, f"`action_id` {twice!r} already exists for another element in this block")
        focused += sum(bool(each.get("focus_on_load")) for each in elements_of(block))
        if surface != MODAL and any(each.get("type") == "file_input" for each in elements_of(block)):
            found.add(where, "unsupported type: file_input")  # File input: "modals only"
    for twice in (id_ for id_, count in ids.items() if count > 1):
        found.add(path, f"`block_id` {twice!r} already exists")
    if focused > 1:
        found.add(path, "only one element may be focused on load")


def check_message(blocks: Any) -> None:  # Any: from the wire
    """Raises Denied."""
    found = Findings()
    check(found, blocks, MESSAGE)
    found.raise_if_any("invalid_blocks")
    if characters(blocks) > ALL_TEXT:
        raise Denied("msg_blocks_too_long")


def check_view(view: Any, surface: str) -> None:  # Any: from the wire
    """`surface` is what the method takes: MODAL or HOME. Raises Denied."""
    found = Findings()
    path: Path = ("view",)
    if not isinstance(view, dict) or view.get("type") != surface:
        raise Denied("invalid_arguments", f"must be a view of type {surface} [json-pointer:/view/type]")
    common = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    own = {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
    found.keys(path, view, frozenset(common | (own if surface == MODAL else set())), ("blocks",))
    check(found, view.get("blocks"), surface, (*path, "blocks"))
    if surface == MODAL:
        for name in ("title", "submit", "close"):
            if name in view or name == "title":
                text(found, (*path, name), view.get(name), TITLE)
        has_inputs = any(isinstance(each, dict) and each.get("type") == "input" for each in view.get("blocks") or ())
        if has_inputs and "submit" not in view:
            found.add((*path, "submit"), "a modal with input blocks must have submit")
    for name, most in (
        ("private_metadata", PRIVATE_METADATA),
        ("callback_id", CALLBACK_ID),
        ("external_id", EXTERNAL_ID),
    ):
        if name in view:
            found.length((*path, name), view[name], most, least=0)
    found.raise_if_any("invalid_arguments")
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Denied("view_too_large")


def elements_of(block: Json) -> Iterator[Json]:
    """The elements of a block that somebody can use, and images."""
    if block.get("type") == "rich_text":
        return
    for each in (block.get("accessory"), block.get("element"), *(block.get("elements") or ())):
        if isinstance(each, dict):
            yield each


def characters(value: Any) -> int:  # Any: JSON of any depth
    """Every text of blocks, all in all."""
    if isinstance(value, list):
        return sum(map(characters, value))
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(characters(each) for each in value.values() if isinstance(each, dict | list))
    return 0


def numbered(blocks: list[Json], new_id: Callable[[str], str]) -> list[Json]:
    """A copy whose blocks and elements all have an id, as Slack gives them."""
    made = copy.deepcopy(blocks)
    for block in made:
        block.setdefault("block_id", new_id("b"))
        for each in elements_of(block):
            if each["type"] in ("plain_text", "mrkdwn", "image"):
                continue
            each.setdefault("action_id", new_id("a"))
    return made
