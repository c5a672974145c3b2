"""What somebody reads on Slack, as the answer of the core that it shows, and whatever can be clicked in it.

Blocks are read in their order, as an app is expected to use them:
    a header, or a first line that is all bold     a card's title; what stands before any card is the answer's text
    rich_text, section, context, markdown          words: of the card that was begun, else of the answer
    a section's fields                             fields: the first line (bold, a colon at its end) and what follows
    actions, accessories                           controls of the card above
    a divider                                      the end of a card
What `adapters.slack.outbound` writes is read by the shape that it describes: a card's words stand in one block "c<n>",
its title, body, fields and addresses in sections of their own, its address on a link button marked LINK. As on the
console, a link button named Page is the card's address as well where none is named otherwise.

Everything is as Slack shows it: escapes undone, moments as moments, people by name, marks of emphasis gone. The
console's own words and order then make lines of it, so that one transcript serves both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from adapters.console.outbound import View as ConsoleView
from adapters.console.outbound import plain_reply
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, WhenStyle, joined, rich
from bot.params import Option
from bot.ui import Action, Button, Card, Control, Field, File, LinkButton, Menu, Privacy, Reply
from tests.fakes.slack import sheets
from tests.fakes.slack.blocks import elements_of
from tests.fakes.slack.errors import Json
from tests.fakes.slack.mrkdwn import Angled, split, unescaped
from tests.fakes.slack.world import Message, View

Names = Callable[[str], str]
"""What the person or channel with an id is called."""

REFUSED, LINK, NOTHING = "⚠️ ", "🔗 ", "…"
"""Marks of the adapter: what a refusal begins with, the button that is a card's address, and an empty text."""
PAGE = "Page"

HIDDEN = Action("seen")
"""Stands for what a control does; what it is on Slack stands in `Seen.controls`."""


@dataclass(slots=True)
class Seen:
    """`controls` are the elements of the reply's controls, in their order; None for one that is only a link."""

    reply: Reply
    controls: list[Json | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SeenField:
    """A field of a modal. `value` is what state.values has of it, `error` what stands under it."""

    block_id: str
    label: str
    note: str
    is_required: bool
    value: Any  # Any: JSON, by the element's type
    element: Json
    error: str = ""


@dataclass(frozen=True, slots=True)
class SeenModal:
    """`said` are the words between the fields."""

    title: str
    said: Rich
    fields: tuple[SeenField, ...]


def plain(message: Message, view: ConsoleView, names: Names, first: int = 1) -> str:
    """The message as lines, its controls numbered from `first`; moments in the view's zone."""
    return plain_reply(read_message(message, names).reply, view, first)


def read_message(message: Message, names: Names) -> Seen:
    """A message as an answer of the core."""
    seen = read_blocks(message.blocks, names)
    if not message.blocks:
        text = mrkdwn(message.text, names) if message.has_mrkdwn else rich(unescaped(message.text))
        seen.reply = _marked(text)
    files = tuple(File(each.name, each.content, each.media_type) for each in message.files)
    privacy = Privacy.PRIVATE if message.is_ephemeral else Privacy.SHARED
    seen.reply = replace(seen.reply, files=files, privacy=privacy)
    return seen


def read_home(view: View, names: Names) -> Seen:
    """A home tab as an answer of the core."""
    return read_blocks(view.blocks, names)


def read_modal(view: View, names: Names) -> SeenModal:
    said = [words for block in view.blocks for words in _words(block, names)]
    fields = tuple(_field(view, block, each) for block, each in sheets.fields(view.blocks) if block["type"] == "input")
    return SeenModal(view.title, joined(said, "\n"), fields)


def _field(view: View, block: Json, each: Json) -> SeenField:
    return SeenField(
        block["block_id"],
        block["label"]["text"],
        block.get("hint", {}).get("text", ""),
        not block.get("optional", False),
        sheets.value_of(each, view.typed[block["block_id"]][each["action_id"]]),
        each,
        view.errors.get(block["block_id"], ""),
    )


def read_blocks(blocks: Sequence[Json], names: Names) -> Seen:
    """Blocks as an answer of the core."""
    seen = Seen(Reply())
    cards: list[Card] = []
    text = Rich()
    is_begun = False
    for block in blocks:
        kind = block["type"]
        if kind == "divider":
            is_begun = False
            continue
        if kind == "header":
            cards.append(Card(title=rich(block["text"]["text"])))
            is_begun = True
            continue
        if kind == "rich_text" and _TEXT.fullmatch(block["block_id"]):
            text = joined([text, rich_text(block, names)], "\n")
            continue
        if kind == "rich_text" and _CARD.fullmatch(block["block_id"]):
            cards.append(_card(block, names))
            # addresses that no button holds: the reply has controls for them, Slack has none
            seen.controls += [None for _ in cards[-1].controls]
            is_begun = True
            continue
        for words in _words(block, names):
            title, rest = _title(words)
            if title and (not is_begun or cards[-1].controls):
                cards.append(Card(title=title, body=rest))
                is_begun = True
            elif is_begun:
                cards[-1] = replace(cards[-1], body=joined([cards[-1].body, words], "\n"))
            else:
                text = joined([text, words], "\n")
        found = tuple(_read_field(each, names) for each in block.get("fields", ()))
        controls = [(control, each) for each in elements_of(block) for control in _control(each)]
        if not is_begun and (found or controls):
            cards.append(Card())
            is_begun = True
        if found or controls:
            card = cards[-1]
            links = [control for control, _ in controls if isinstance(control, LinkButton)]
            own = [each.url for each in links if each.label.startswith(LINK)]
            named = [each.url for each in links if each.label == PAGE]
            shown = [(each, raw) for each, raw in controls if not each.label.startswith(LINK)]
            made = tuple(control for control, _ in shown)
            url = next(iter((*own, *([card.url] if card.url else []), *named)), "")
            cards[-1] = replace(card, fields=card.fields + found, controls=card.controls + made, url=url)
            seen.controls += [None if isinstance(control, LinkButton) else raw for control, raw in shown]
    seen.reply = replace(_marked(text), cards=tuple(cards))
    return seen


def _marked(text: Rich) -> Reply:
    """The text of an answer, without the mark of a refusal."""
    first = text.pieces[0] if text.pieces else ""
    if isinstance(first, str) and first.startswith(REFUSED):
        return Reply(rich(first.removeprefix(REFUSED), *text.pieces[1:]), is_refusal=True)
    return Reply(Rich() if text.pieces == (NOTHING,) else text)


_TEXT, _CARD = re.compile(r"t\d*"), re.compile(r"c\d+")


def _card(block: Json, names: Names) -> Card:
    """A card's words: what comes first, then fields, then addresses."""
    card = Card()
    for number, section in enumerate(block["elements"]):
        elements: list[Json] = section["elements"]
        first = elements[0]
        if _is_bold(first) and str(first.get("text", "")).endswith(": "):
            field = Field(first["text"].removesuffix(": "), _inline(elements[1:], names))
            card = replace(card, fields=(*card.fields, field))
        elif not number:
            title, body = _head(elements, names)
            card = replace(card, title=title, body=body)
        else:
            label = "".join(str(each["text"]) for each in elements[:-1]).removesuffix(": ")
            url = elements[-1].get("url") or elements[-1]["text"]
            link = LinkButton(label, url)
            card = replace(card, controls=(*card.controls, link)) if label else replace(card, url=url)
    return card


def _head(elements: Sequence[Json], names: Names) -> tuple[Rich, Rich]:
    """What is bold, and behind a line break the rest."""
    count = next((number for number, each in enumerate(elements) if not _is_bold(each)), len(elements))
    title, body = [{**each, "style": {}} for each in elements[:count]], list(elements[count:])
    if body and count:
        if not str(body[0].get("text", "")).startswith("\n"):
            return Rich(), _inline(elements, names)
        body[0] = {**body[0], "text": body[0]["text"].removeprefix("\n")}
    return _inline(title, names), _inline(body, names)


def _is_bold(element: Json) -> bool:
    return bool(element.get("style", {}).get("bold"))


def _words(block: Json, names: Names) -> Iterator[Rich]:
    match block["type"]:
        case "section" if "text" in block:
            yield text_of(block["text"], names)
        case "context":
            yield joined([text_of(each, names) for each in block["elements"] if "text" in each], " ")
        case "rich_text":
            yield rich_text(block, names)
        case "markdown":
            yield rich(block["text"])
        case _:
            return


def _title(words: Rich) -> tuple[Rich, Rich]:
    """A first line that is all bold, and what follows it."""
    match words.pieces:
        case (Bold(text),):
            return rich(text), Rich()
        case (Bold(text), str(after), *rest) if after.startswith("\n"):
            return rich(text), rich(after.removeprefix("\n"), *rest)
        case _:
            return Rich(), words


def _read_field(each: Json, names: Names) -> Field:
    words = text_of(each, names)
    match words.pieces:
        case (Bold(name) | str(name), str(after), *rest) if after.startswith("\n"):
            return Field(name.removesuffix(":"), rich(after.removeprefix("\n"), *rest))
        case (str(both),) if "\n" in both:
            name, _, value = both.partition("\n")
            return Field(name.removesuffix(":"), rich(value))
        case _:
            return Field("", words)


def _control(each: Json) -> Iterator[Control]:
    label: Json = each.get("text") or each.get("placeholder") or {}
    match each["type"]:
        case "button" if "url" in each:
            yield LinkButton(label["text"], each["url"])
        case "button":
            yield Button(label["text"], HIDDEN)
        case "static_select" | "overflow" | "radio_buttons" | "checkboxes":
            options = [
                *each.get("options", []),
                *(one for group in each.get("option_groups", []) for one in group["options"]),
            ]
            yield Menu(
                str(label.get("text", "")), HIDDEN, tuple(Option(one["text"]["text"], one["value"]) for one in options)
            )
        case "image":
            return
        case _:
            yield Menu(str(label.get("text", "")), HIDDEN, ())


# ---- words


def text_of(text: Json, names: Names) -> Rich:
    """A text object."""
    return mrkdwn(text["text"], names) if text["type"] == "mrkdwn" else rich(text["text"])


_STYLED = re.compile(
    r"```(?P<block>.+?)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<!\w)(?P<mark>[_~])(?P<marked>(?!\s)[^\n]*?(?<!\s))(?P=mark)(?!\w)"
    r"|(?P<url>https?://[^\s<>|]+)",
    re.DOTALL,
)
_QUOTE = re.compile(r"^(?:&gt;|>) ?", re.MULTILINE)


def mrkdwn(text: str, names: Names) -> Rich:
    """mrkdwn as what is read of it."""
    pieces: list[Rich | Piece] = []
    for part in split(_QUOTE.sub("", text)):
        pieces += [_angled(part, names)] if isinstance(part, Angled) else _styled(part)
    return _merged(pieces)


def _styled(text: str) -> list[Rich | Piece]:
    pieces: list[Rich | Piece] = []
    at = 0
    for found in _STYLED.finditer(text):
        pieces.append(unescaped(text[at : found.start()]))
        at = found.end()
        match found.lastgroup:
            case "block" | "code":
                pieces.append(Code(unescaped(found[found.lastgroup])))
            case "bold":
                pieces.append(Bold(unescaped(found["bold"])))
            case "url":
                pieces.append(Link(unescaped(found["url"]), unescaped(found["url"])))
            case _:
                pieces += _styled(found["marked"])
    return [*pieces, unescaped(text[at:])]


def _angled(part: Angled, names: Names) -> Piece:
    match part.kind:
        case "user":
            return Mention("slack", part.what, names(part.what))
        case "channel":
            return f"#{part.label or names(part.what)}"
        case "range" | "group":
            return f"@{part.label or part.what}"
        case "date":
            return When(datetime.fromtimestamp(int(part.what), UTC), _style(part.date_format))
        case _:
            return Link(part.label or part.what, part.what)


def _style(date_format: str) -> WhenStyle:
    """What the tokens of a date's format show (Formatting message text, Date formatting)."""
    has_date, has_time = "{date" in date_format, "{time" in date_format
    if "{ago}" in date_format:
        return WhenStyle.RELATIVE
    return WhenStyle.FULL if has_date and has_time else WhenStyle.DATE if has_date else WhenStyle.TIME


def rich_text(block: Json, names: Names) -> Rich:
    """A rich_text block as what is read of it."""
    lines: list[Rich] = []
    for outer in block["elements"]:
        if outer["type"] == "rich_text_list":
            for number, item in enumerate(outer["elements"], outer.get("offset", 0) + 1):
                mark = f"{number}. " if outer["style"] == "ordered" else "• "
                lines.append(rich("  " * outer.get("indent", 0) + mark, _inline(item["elements"], names)))
        elif outer["type"] == "rich_text_preformatted":
            lines.append(rich(Code("".join(each.get("text", "") for each in outer["elements"]))))
        else:
            lines.append(_inline(outer["elements"], names))
    pieces: list[Rich | Piece] = []
    for index, line in enumerate(lines):
        # a section follows the one before on a line of its own, whether or not that ends with a line break
        pieces += [line] if index == 0 or _ends_line(lines[index - 1]) else ["\n", line]
    return _merged(pieces)


def _ends_line(words: Rich) -> bool:
    last = words.pieces[-1] if words.pieces else ""
    return isinstance(last, str) and last.endswith("\n")


def _inline(elements: Sequence[Json], names: Names) -> Rich:
    return _merged([_element(each, names) for each in elements])


def _element(each: Json, names: Names) -> Piece:
    style = each.get("style", {})
    match each["type"]:
        case "text" if style.get("code"):
            return Code(each["text"])
        case "text" if style.get("bold"):
            return Bold(each["text"])
        case "text":
            return str(each["text"])
        case "link":
            return Link(each.get("text") or each["url"], each["url"])
        case "user":
            return Mention("slack", each["user_id"], names(each["user_id"]))
        case "channel":
            return f"#{names(each['channel_id'])}"
        case "broadcast":
            return f"@{each['range']}"
        case "usergroup":
            return f"@{each['usergroup_id']}"
        case "date":
            return When(datetime.fromtimestamp(each["timestamp"], UTC), _style(each["format"]))
        case "emoji":
            return f":{each['name']}:"
        case _:
            return str(each.get("value", ""))


def _merged(pieces: Sequence[Rich | Piece]) -> Rich:
    """Words that follow each other as one piece."""
    found: list[Piece] = []
    for piece in rich(*pieces).pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return Rich(tuple(found))


# ---- what can be clicked


def links(message: Message) -> list[tuple[str, str]]:
    """Every link that the message, or its notification, offers: the words on it and where it leads."""
    seen = read_message(message, str)
    found = [
        (piece.text, piece.url) for words in _all_words(seen.reply) for piece in words.pieces if isinstance(piece, Link)
    ]
    found += [(piece.text, piece.url) for piece in mrkdwn(message.text, str).pieces if isinstance(piece, Link)]
    buttons = [
        (each.label, each.url) for card in seen.reply.cards for each in card.controls if isinstance(each, LinkButton)
    ]
    return [*dict.fromkeys((*found, *buttons))]


def _all_words(reply: Reply) -> Iterator[Rich]:
    yield reply.text
    for card in reply.cards:
        yield from (card.title, card.body, *(each.value for each in card.fields))
