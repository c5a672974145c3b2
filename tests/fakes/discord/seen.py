"""What a person reads on Discord, as the console would show it.

Components and markdown are turned back into an answer of the core (the encoding is described in
`adapters.discord.outbound`), with everything as Discord renders it: escapes undone, moments in the reader's zone,
mentions as names, marks of emphasis gone. The console's own words and order then make lines of it, so that one
transcript serves both.

What only one of the two shows is brought to one form here:
    a full moment's "in two days" behind it       left out
    the card's address, a link button of its own  a line, as on the console
    a link button named Page                      the card's address as well, if none is named otherwise
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from adapters.console.outbound import View, plain_reply
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, WhenStyle, rich
from bot.params import Option
from bot.ui import Action, Button, Card, Control, Field, File, LinkButton, Menu, Privacy, Reply
from tests.fakes.discord.components import (
    BUTTON,
    CONTAINER,
    FILE,
    LABEL,
    LINK_STYLE,
    ROW,
    SECTION,
    STRING_SELECT,
    TEXT,
    TEXT_INPUT,
)
from tests.fakes.discord.errors import Json
from tests.fakes.discord.sheets import standing
from tests.fakes.discord.world import Message

Names = Callable[[str], str]
"""What a person with an id is called."""

REFUSED, LINK = "⚠️ ", "🔗"
"""Marks of the adapter: what a refusal begins with, and the button that is a card's address."""
NOTHING = "…"

HIDDEN = Action("seen")
"""Stands for what a control does; what it is on Discord stands in `Seen.controls`."""


@dataclass(slots=True)
class Seen:
    """`controls` are the components of the reply's controls, in their order; None for one that is only text."""

    reply: Reply
    controls: list[Json | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SeenField:
    """A field of a modal. `values` are what it holds as it opens."""

    name: str
    label: str
    note: str
    is_required: bool
    values: tuple[str, ...]
    component: Json


@dataclass(frozen=True, slots=True)
class SeenModal:
    """`said` is what stands above the fields: labels (or "") and what is said of them."""

    title: str
    said: tuple[tuple[str, Rich], ...]
    fields: tuple[SeenField, ...]


def plain(message: Message, view: View, names: Names, first: int = 1) -> str:
    """The message as lines, its controls numbered from `first`."""
    return plain_reply(read_message(message, names).reply, view, first)


def read_message(message: Message, names: Names, *, page: str = "Page") -> Seen:
    """A message as an answer of the core; `page` is what a link button to a card's address may be named."""
    seen = Seen(Reply(privacy=Privacy.PRIVATE if message.is_ephemeral else Privacy.SHARED))
    cards: list[Card] = []
    text = rich_of(message.content, names) if message.content else Rich()
    for index, each in enumerate(message.components):
        kind = each["type"]
        if kind == TEXT and not index:
            text = rich_of(each["content"], names) if each["content"] != NOTHING else Rich()
        elif kind == CONTAINER and each.get("accent_color") is not None:
            content = "\n".join(inner["content"] for inner in each["components"])
            text = rich_of(content.removeprefix(REFUSED), names)
            seen.reply = replace(seen.reply, is_refusal=True)
        elif kind == FILE:
            continue
        else:
            inner = each["components"] if kind == CONTAINER else [each]
            is_row_below = kind == ROW and cards and message.components[index - 1]["type"] == ROW
            card = _card(inner, names, seen.controls, page)
            if is_row_below:
                above = cards[-1]
                cards[-1] = replace(above, controls=above.controls + card.controls, url=above.url or card.url)
            else:
                cards.append(card)
    files = tuple(File(each.name, each.content, each.media_type) for each in message.attachments)
    seen.reply = replace(seen.reply, text=text, cards=tuple(cards), files=files)
    return seen


def read_modal(modal: Json, names: Names) -> SeenModal:
    above = [each["content"] for each in modal["components"] if each["type"] == TEXT]
    fields = tuple(_field(each) for each in modal["components"] if each["type"] == LABEL)
    return SeenModal(modal["title"], tuple(labelled("\n".join(above), names)), fields)


def labelled(text: str, names: Names) -> list[tuple[str, Rich]]:
    """Markdown as its labelled parts ("**label:** …"); what stands before the first has the label ""."""
    if not text:
        return []
    lines = text.split("\n")
    start = next((index for index, line in enumerate(lines) if _FIELD.fullmatch(line)), len(lines))
    before = [("", rich_of("\n".join(lines[:start]), names))] if start else []
    return before + [(field.name, field.value) for field in _fields(lines[start:], names)]


def _field(each: Json) -> SeenField:
    component = each["component"]
    return SeenField(
        component["custom_id"],
        each["label"],
        each.get("description", ""),
        component.get("required", True) is not False,
        tuple(standing(component)),
        component,
    )


def _card(parts: Sequence[Json], names: Names, shown: list[Json | None], page: str) -> Card:
    head: list[str] = []
    below: list[str] = []
    controls: list[tuple[Control, Json | None]] = []
    url = ""
    for part in _flat(parts):
        match part["type"]:
            case 10:
                (below if part.get("id", 0) % 10 == 2 else head).extend(part["content"].split("\n"))
            case 2 if (part.get("emoji") or {}).get("name") == LINK:
                url = part["url"]
            case 2 | 3:
                controls.append((_control(part), part))
            case kind:
                raise AssertionError(f"no card has a component of type {kind}")
    title, body, notes = _head(head)
    for label, address in notes:
        if label:
            controls.append((LinkButton(label, address), None))
        else:
            url = address
    links = [control for control, _ in controls if isinstance(control, LinkButton)]
    url = url or next((link.url for link in links if link.label == page), "")
    shown += [component for _, component in controls]
    return Card(
        title=rich_of(title, names),
        body=rich_of("\n".join(body), names),
        url=url,
        fields=tuple(_fields(below, names)),
        controls=tuple(control for control, _ in controls),
    )


def _flat(parts: Sequence[Json]) -> Iterator[Json]:
    for part in parts:
        if part["type"] == SECTION:
            yield from part["components"]
            yield part["accessory"]
        elif part["type"] == ROW:
            yield from part["components"]
        else:
            yield part


def _control(part: Json) -> Control:
    if part["type"] == STRING_SELECT:
        options = tuple(Option(option["label"], option["value"]) for option in part["options"])
        return Menu(part.get("placeholder", ""), HIDDEN, options)
    assert part["type"] == BUTTON
    if part["style"] == LINK_STYLE:
        return LinkButton(part["label"], part["url"])
    return Button(part["label"], HIDDEN)


_NOTE = re.compile(r"-# (?:(?P<label>.*?):)? ?(?:<(?P<url>[^>]+)>|(?P<raw>\S+))?")


def _head(lines: list[str]) -> tuple[str, list[str], list[tuple[str, str]]]:
    """The title, the body's lines, and what stands in small print at the end: labels and addresses."""
    title = lines.pop(0).removeprefix("### ") if lines and lines[0].startswith("### ") else ""
    notes: list[tuple[str, str]] = []
    while lines and (found := _NOTE.fullmatch(lines[-1])):
        notes.insert(0, (_said(found["label"] or ""), found["url"] or _said(found["raw"] or "")))
        lines.pop()
    return title, lines, notes


_FIELD = re.compile(r"\*\*(?P<name>(?:\\.|[^*\\])+):\*\*(?: (?P<value>.*))?")


def _fields(lines: Sequence[str], names: Names) -> Iterator[Field]:
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if match := _FIELD.fullmatch(line):
            found.append((_said(match["name"]), [match["value"] or ""]))
        else:
            found[-1][1].append(line)
    for name, value in found:
        yield Field(name, rich_of("\n".join(value), names))


# ---- markdown, as Discord renders it

_TOKEN = re.compile(
    r"\\(?P<escaped>[^\w\s]|_)"
    r"|`(?P<code>[^`\n]+)`"
    r"|<t:(?P<full>-?\d{1,13}):F> \(<t:(?P=full):R>\)"
    r"|<t:(?P<stamp>-?\d{1,13})(?::(?P<style>[tTdDfFsSR]))?>"
    r"|<@!?(?P<user>\d+)>"
    r"|<(?P<bare>https?://[^\s>]+)>"
    r"|\[(?P<label>(?:\\.|[^\]\\\n])+)\]\(<?(?P<url>[^)>\s]+)>?\)"
    r"|\*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)"
    r"|(?P<mark>__|~~|\|\||\*|(?<!\w)_)(?P<marked>(?:\\.|[^\\])+?)(?P=mark)"
    r"|(?P<unseen>\u200b)",
    re.DOTALL,
)
_BLOCK = re.compile(r"^(?:#{1,3} |-# |>(?:>>)? )", re.MULTILINE)
"""Headings, small print and quotes show no marks."""

_STYLES = {"D": WhenStyle.DATE, "t": WhenStyle.TIME, "R": WhenStyle.RELATIVE}


def rich_of(text: str, names: Names) -> Rich:
    """Markdown as what is read of it."""
    text = _BLOCK.sub("", text)
    pieces: list[Rich | Piece] = []
    at = 0
    for found in _TOKEN.finditer(text):
        pieces += [text[at : found.start()], _piece(found, names)]
        at = found.end()
    return rich(*pieces, text[at:])


def _piece(found: re.Match[str], names: Names) -> Piece:
    match found.lastgroup:
        case "escaped":
            return found["escaped"]
        case "code":
            return Code(found["code"])
        case "full":
            return When(datetime.fromtimestamp(int(found["full"]), UTC))
        case "stamp" | "style":
            moment = datetime.fromtimestamp(int(found["stamp"]), UTC)
            return When(moment, _STYLES.get(found["style"] or "f", WhenStyle.FULL))
        case "user":
            return Mention("discord", found["user"], names(found["user"]))
        case "bare":
            return Link(found["bare"], found["bare"])
        case "url":
            return Link(_said(found["label"]), found["url"])
        case "bold":
            return Bold(_said(found["bold"]))
        case "marked":
            return _said(found["marked"])
        case _:
            return ""


def _said(text: str) -> str:
    """The words alone."""
    return "".join(piece if isinstance(piece, str) else _words(piece) for piece in rich_of(text, str).pieces)


def _words(piece: Piece) -> str:
    match piece:
        case Bold(text) | Code(text) | Link(text):
            return text
        case Mention(name=name):
            return f"@{name}"
        case _:
            return str(piece)


__all__ = ["TEXT_INPUT", "Names", "Seen", "SeenField", "SeenModal", "plain", "read_message", "read_modal", "rich_of"]
