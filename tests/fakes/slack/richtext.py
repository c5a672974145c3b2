"""The rich_text block (Slack: Rich text block): sections, lists, quotes, preformatted text, and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.slack.errors import Findings, Json

Path = tuple[str | int, ...]

STYLES = frozenset(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"))

INLINE: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "text": (frozenset(("text",)), frozenset(("style",))),
    "link": (frozenset(("url",)), frozenset(("text", "style", "unsafe"))),
    "user": (frozenset(("user_id",)), frozenset(("style",))),
    "channel": (frozenset(("channel_id",)), frozenset(("style",))),
    "usergroup": (frozenset(("usergroup_id",)), frozenset(("style",))),
    "broadcast": (frozenset(("range",)), frozenset(("style",))),
    "emoji": (frozenset(("name",)), frozenset(("unicode", "style", "skin_tone"))),
    "date": (frozenset(("timestamp", "format")), frozenset(("url", "fallback", "style"))),
    "color": (frozenset(("value",)), frozenset(("style",))),
}
"""What each inline element must have, and what it may have."""

OUTER: Mapping[str, frozenset[str]] = {
    "rich_text_section": frozenset(),
    "rich_text_preformatted": frozenset(("border", "language")),
    "rich_text_quote": frozenset(("border",)),
    "rich_text_list": frozenset(("style", "indent", "offset", "border")),
}


def check(found: Findings, path: Path, block: Json) -> None:
    """A whole block."""
    found.keys(path, block, frozenset(("type", "block_id", "elements")), ("elements",))
    for index, each in enumerate(found.items((*path, "elements"), block.get("elements"), 1_000)):
        _outer(found, (*path, "elements", index), each)


def _outer(found: Findings, path: Path, each: Any) -> None:  # Any: from the wire
    kind = str(each.get("type")) if isinstance(each, dict) else ""
    if kind not in OUTER:
        found.add(path, f"unsupported type: {kind}")
        return
    found.keys(path, each, OUTER[kind] | {"type", "elements"}, ("elements",))
    inner = found.items((*path, "elements"), each.get("elements"), 1_000, least=0)
    if kind == "rich_text_list":
        if each.get("style") not in ("bullet", "ordered"):
            found.add((*path, "style"), "must be bullet or ordered")
        for index, item in enumerate(inner):
            if not isinstance(item, dict) or item.get("type") != "rich_text_section":
                found.add((*path, "elements", index), "a list holds sections")
            else:
                _outer(found, (*path, "elements", index), item)
        return
    for index, item in enumerate(inner):
        _inline(found, (*path, "elements", index), item)


def _inline(found: Findings, path: Path, each: Any) -> None:  # Any: from the wire
    kind = str(each.get("type")) if isinstance(each, dict) else ""
    if kind not in INLINE:
        found.add(path, f"unsupported type: {kind}")
        return
    must, may = INLINE[kind]
    found.keys(path, each, must | may | {"type"}, sorted(must))
    for name in ("text", "url", "fallback"):
        # an empty text is refused: "must be more than 0 characters"
        if name in each:
            found.length((*path, name), each[name], 40_000)
    style = each.get("style", {})
    if not isinstance(style, dict) or any(not isinstance(value, bool) for value in style.values()):
        found.add((*path, "style"), "must provide an object of true and false")
    else:
        found.keys((*path, "style"), style, STYLES)
    if kind == "date" and not isinstance(each.get("timestamp"), int):
        found.add((*path, "timestamp"), "must be an integer")
    if kind == "broadcast" and each.get("range") not in ("here", "channel", "everyone"):
        found.add((*path, "range"), "must be here, channel or everyone")
