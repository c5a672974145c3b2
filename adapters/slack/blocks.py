"""Texts and cards as blocks, in the shape that `adapters.slack.outbound` describes, and what Block Kit's parts hold.

Plain JSON, so that weighing a card is cheap; `checked` holds what is finished against slack_sdk's own models.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, assert_never
from urllib.parse import urlsplit

from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import ActionsBlock, ButtonElement, StaticSelectElement
from slack_sdk.models.blocks import Option as SlackOption

from adapters.slack.richtext import elements, headline, linked
from bot.domain.text import clip, safe_line
from bot.fit import native_controls, unheld
from bot.markup import Bold, Rich, rich
from bot.ui import Action, Button, Card, Control, LinkButton, Menu, Style

Json = dict[str, Any]  # Any: what goes over the wire

LABEL_LENGTH = 75  # Slack: a button's text, an option's text
PLACEHOLDER_LENGTH = 150  # Slack: select menu
OPTION_VALUE_LENGTH = 150  # Slack: option object
URL_LENGTH = 3_000  # Slack: button element
ADDRESS_LENGTH = 3_000  # the longest address that is spelt out; all blocks together have about 13,200 characters

MARK = "⚠️ "
"""What a refusal begins with."""
NOTHING = "…"
"""What stands where there is nothing to show: Slack takes no empty text."""
LINK = "🔗"
LINK_ACTION = "~link"
"""What a link button is to the core: Slack tells of every press, also of those that open a page."""
STYLES: Mapping[Style, str] = {Style.PRIMARY: "primary", Style.DANGER: "danger"}


def text_block(text: Rich, block_id: str, home: str = "", *, is_refusal: bool = False) -> list[Json]:
    """The text of a reply: one block, or none when it shows nothing."""
    said = elements(rich(MARK, text) if is_refusal else text, home)
    return [_rich_text(block_id, [said])] if _shows(said) else []


def card_blocks(card: Card, number: int, numbers: Iterator[int], home: str = "") -> list[Json]:
    """A card: a divider, its words as one block, its controls as another. `numbers` keep actions apart."""
    sections = [_head(card, home)]
    sections += [elements(rich(Bold(f"{safe_line(each.name)}: "), each.value), home) for each in card.fields]
    sections += [_small(label, url) for label, url in unheld(card, takes)]
    words = [section for section in sections if _shows(section)]
    found: list[Json] = [{"type": "divider"}]
    if words:
        found.append(_rich_text(f"c{number}", words))
    if controls := native_controls(card, takes):
        made = [_control(control, next(numbers)) for control in controls]
        found.append({"type": "actions", "block_id": f"c{number}.a", "elements": made})
    return found if len(found) > 1 else []


def written_length(blocks: Sequence[Json]) -> int:
    """Characters as blocks go over the wire: JSON, all but ASCII as escapes. No way of counting them finds more."""
    return len(json.dumps(blocks))


def checked(blocks: Sequence[Json]) -> Sequence[Json]:
    """The same blocks. Raises SlackObjectFormationError where controls are over a limit that slack_sdk's models know.

    They know none of rich text's, and to have all blocks written by them takes longer than the rest of an answer.
    """
    for block in blocks:
        if block["type"] == "actions":
            for model in _models(block):
                model.validate_json()
    return blocks


def plain_text(text: str) -> Json:
    """Words that are shown as they are."""
    return {"type": "plain_text", "text": text, "emoji": False}


def label(text: str, most: int = LABEL_LENGTH) -> Json:
    return plain_text(clip(safe_line(text), most) or NOTHING)


def action_id(action: Action, number: int) -> str:
    """At most 255 characters: an action has at most 64 bytes."""
    return f"p{number}|{action.written}"


def takes(control: Control) -> bool:
    """Whether Slack has such a control: a link button's address is one of the web, a menu has something to choose."""
    match control:
        case LinkButton(_, url):
            return 0 < len(linked(url)) <= URL_LENGTH
        case Menu(options=options):
            return bool(options)
        case Button():
            return True
        case _:
            assert_never(control)


def _models(actions: Json) -> Iterator[JsonObject]:
    """Of an actions block: its controls, their options, and itself."""
    made: list[ButtonElement | StaticSelectElement] = []
    for each in actions["elements"]:
        parts = {name: part for name, part in each.items() if name != "type"}
        if each["type"] == "button":
            made.append(ButtonElement(**parts))
        else:
            made.append(StaticSelectElement(**parts))
            yield from SlackOption.parse_all(each["options"]) or ()
    yield from made
    yield ActionsBlock(elements=made, block_id=actions["block_id"])


def _shows(section: Sequence[Json]) -> bool:
    return any(each["type"] != "text" or each["text"].strip() for each in section)


def _rich_text(block_id: str, sections: Sequence[Sequence[Json]]) -> Json:
    made = [{"type": "rich_text_section", "elements": list(section)} for section in sections]
    return {"type": "rich_text", "block_id": block_id, "elements": made}


def _head(card: Card, home: str) -> list[Json]:
    title, body = headline(card.title, home), elements(card.body, home)
    if not _shows(title) or not _shows(body):
        return title if _shows(title) else body
    if body[0]["type"] == "text" and "style" not in body[0]:
        return [*title, body[0] | {"text": f"\n{body[0]['text']}"}, *body[1:]]
    return [*title, {"type": "text", "text": "\n"}, *body]


def _small(name: str, url: str) -> list[Json]:
    """An address that no button takes: a link where it can be one."""
    before = [{"type": "text", "text": f"{safe_line(name)}: "}] if safe_line(name) else []
    address = linked(url, ("http", "https", "mailto"))
    if address and len(address) <= ADDRESS_LENGTH:
        return [*before, {"type": "link", "url": address}]
    shown = clip(safe_line(url), ADDRESS_LENGTH // 12)  # written, a letter has up to twelve characters
    return [*before, {"type": "text", "text": shown}] if shown else before


def _control(control: Control, number: int) -> Json:
    match control:
        case Button(words, action, style):
            made: Json = {"type": "button", "text": label(words), "action_id": action_id(action, number)}
            return made | ({"style": STYLES[style]} if style in STYLES else {})
        case LinkButton("", url):
            host = (urlsplit(linked(url)).hostname or url).removeprefix("www.")
            return _link(f"{LINK} {host}", url, number)
        case LinkButton(words, url):
            return _link(words, url, number)
        case Menu(words, action, options):
            return {
                "type": "static_select",
                "placeholder": label(words, PLACEHOLDER_LENGTH),
                "action_id": action_id(action, number),
                "options": [{"text": label(each.label), "value": each.value} for each in options],
            }
        case _:
            assert_never(control)


def _link(words: str, url: str, number: int) -> Json:
    action = action_id(Action(LINK_ACTION), number)
    return {"type": "button", "text": label(words), "action_id": action, "url": linked(url)}
