"""Answers as messages of Discord: Components V2, always in this shape, so that it can be read back.

    the text of the reply    a text display
                             of a refusal: a container with the accent REFUSED around it, the text behind MARK
    each card                a container without an accent, in it
                               a text display: "### " and the title on the first line, if there is a title;
                                 below it the body
                               a text display of the fields: each begins a line with "**name:** ", and the lines
                                 of its value go on below
                               a row of up to five buttons; a row for each menu
                             with a single button, and no menu, text and button stand in a section
                             without any text its rows stand by themselves
    what no button can hold  small print ("-# "), a line each, at the end of its card's first text display:
                               a link button's label and its address, or the card's address
    each file                a file component

Ids of components tell which is which: the text is 1, card n (from 1) has its first text display at 10 n + 1 and
its fields at 10 n + 2. The very first component of a message that was sent (no answer to an interaction) has the
mark of its key instead, from `mark_of`. A container and a section have no id of their own.

Buttons: their style is secondary, primary or danger; a link has its own. `custom_id` is "p", a running number, "|"
and the written action, so that the same action may stand in a message twice. A menu's label is its placeholder.
The card's address is a link button with the emoji LINK and its host as label, behind the other controls.
A full moment is "<t:n:F> (<t:n:R>)", a date "<t:n:D>", a time "<t:n:t>", how long from now "<t:n:R>".
Only the reader sees what is private (ephemeral); a direct message is neither here nor there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, assert_never
from urllib.parse import urlsplit

from adapters.discord.limits import (
    LABEL_LENGTH,
    MARK,
    PLACEHOLDER_LENGTH,
    TEXT_LENGTH,
    rows_of,
    takes,
)
from adapters.discord.markdown import escaped, markdown, mentioned
from bot.domain.text import clip, safe_line, web_address
from bot.fit import native_controls, unheld
from bot.markup import Rich
from bot.ui import Action, Button, Card, Control, File, LinkButton, Menu, Privacy, Reply, Style

Json = dict[str, Any]  # Any: what goes over the wire

ROW, BUTTON, MENU, SECTION, TEXT, FILE, CONTAINER = 1, 2, 3, 9, 10, 13, 17
STYLES: Mapping[Style, int] = {Style.PLAIN: 2, Style.PRIMARY: 1, Style.DANGER: 4}
LINK_STYLE = 5

EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15

REFUSED = 0xDA373C
LINK = "🔗"
NOTHING = "…"
"""What stands where there is nothing to show: Discord takes no empty message."""
MARK_BASE = 1 << 30


@dataclass(frozen=True, slots=True)
class Payload:
    """A message as Discord takes it, its files beside it."""

    body: Json
    files: tuple[File, ...] = ()


def mark_of(key: str) -> int:
    """What a sent message carries of its key: an id of a component, which stays when the message is read back.

    30 bits of a hash (Discord takes 31), above every id that is given to components otherwise.
    """
    return MARK_BASE | int.from_bytes(sha256(key.encode()).digest()[:4]) >> 2


def nonce_of(key: str) -> str:
    """25 characters of the key's hash, as many as a nonce takes."""
    return sha256(key.encode()).hexdigest()[:25]


def message(reply: Reply, mark: int = 0, *, may_be_private: bool = True) -> Payload:
    """A new message, or with `mark` one that `find_sent` knows again. The reply fits the limits."""
    flags = COMPONENTS_V2
    if may_be_private and reply.privacy is Privacy.PRIVATE:
        flags |= EPHEMERAL
    files = _named(reply.files)
    body: Json = {"flags": flags, "components": components(reply, files, mark), "allowed_mentions": _pings(reply)}
    if files:
        body["attachments"] = [{"id": number, "filename": file.name} for number, file in enumerate(files)]
    return Payload(body, files)


def edited(reply: Reply, mark: int = 0) -> Payload:
    """What a message becomes; its old files go."""
    payload = message(reply, mark, may_be_private=False)
    payload.body.setdefault("attachments", [])
    return payload


def components(reply: Reply, files: Sequence[File] = (), mark: int = 0) -> list[Json]:
    """The components of a message."""
    found: list[Json] = []
    numbers = iter(range(1_000))
    room = TEXT_LENGTH - _written_length(reply)
    if (text := markdown(reply.text).strip("\n")).strip():
        found += _text(text, is_refusal=reply.is_refusal)
    for number, card in enumerate(reply.cards, 1):
        said = [_small(label, url) for label, url in unheld(card, takes)]
        held = "\n".join(said)
        if len(held) + 1 > room:  # several addresses too long for buttons: their names at least
            held = "\n".join(line.split(" <", 1)[0] for line in said)
        room -= len(held) + 1 if held else 0
        found += _card(card, number, held, numbers)
    found += [{"type": FILE, "file": {"url": f"attachment://{file.name}"}} for file in files]
    found = found or [{"type": TEXT, "id": 1, "content": NOTHING}]
    if mark:
        found[0]["id"] = mark
    return found


def button(label: str, action: Action, number: int, style: Style = Style.PLAIN) -> Json:
    return {
        "type": BUTTON,
        "style": STYLES[style],
        "label": _label(label),
        "custom_id": custom_id(action, number),
    }


def custom_id(action: Action, number: int) -> str:
    """At most 100 characters: an action has at most 64 bytes."""
    return f"p{number}|{action.written}"


def _text(text: str, *, is_refusal: bool) -> list[Json]:
    if not is_refusal:
        return [{"type": TEXT, "id": 1, "content": text}]
    display = {"type": TEXT, "id": 1, "content": MARK + text}
    return [{"type": CONTAINER, "accent_color": REFUSED, "components": [display]}]


def _card(card: Card, number: int, held: str, numbers: Iterator[int]) -> list[Json]:
    texts = [
        {"type": TEXT, "id": 10 * number + role, "content": text}
        for role, text in ((1, _head(card, held)), (2, _fields(card)))
        if text.strip()
    ]
    controls = native_controls(card, takes)
    if not texts:
        return _rows(controls, numbers)
    if len(controls) == 1 and not isinstance(controls[0], Menu):
        section: Json = {"type": SECTION, "components": texts, "accessory": _control(controls[0], next(numbers))}
        return [{"type": CONTAINER, "components": [section]}]
    return [{"type": CONTAINER, "components": [*texts, *_rows(controls, numbers)]}]


def _head(card: Card, held: str) -> str:
    title = " ".join(markdown(card.title).split("\n")).strip()
    lines = [f"### {title}" if title else "", markdown(card.body).strip("\n"), held]
    return "\n".join(line for line in lines if line)


def _fields(card: Card) -> str:
    return "\n".join(
        f"**{escaped(safe_line(field.name))}:** {markdown(field.value).strip()}".rstrip() for field in card.fields
    )


def _small(label: str, url: str) -> str:
    """An address that no button takes, in small print."""
    address = web_address(url, ("http", "https", "mailto"))
    named = f"-# {escaped(safe_line(label))}: " if label else "-# "
    return f"{named}<{address}>" if address else f"{named}{escaped(safe_line(url))}"


def _rows(controls: Sequence[Control], numbers: Iterator[int]) -> list[Json]:
    return [
        {"type": ROW, "components": [_control(control, next(numbers)) for control in row]} for row in rows_of(controls)
    ]


def _control(control: Control, number: int) -> Json:
    match control:
        case Button(label, action, style):
            return button(label, action, number, style)
        case LinkButton("", url):
            host = (urlsplit(url).hostname or url).removeprefix("www.")
            return _link(host, url) | {"emoji": {"name": LINK}}
        case LinkButton(label, url):
            return _link(label, url)
        case Menu(label, action, options):
            choices = [{"label": _label(option.label), "value": option.value} for option in options]
            placeholder = clip(safe_line(label), PLACEHOLDER_LENGTH)
            return {
                "type": MENU,
                "custom_id": custom_id(action, number),
                "placeholder": placeholder,
                "options": choices,
            }
        case _:
            assert_never(control)


def _link(label: str, url: str) -> Json:
    return {"type": BUTTON, "style": LINK_STYLE, "label": _label(label), "url": web_address(url)}


def _label(text: str) -> str:
    return clip(safe_line(text), LABEL_LENGTH) or NOTHING


def _named(files: Sequence[File]) -> tuple[File, ...]:
    """The files under names that can be referred to, each once."""
    found: list[File] = []
    for file in files:
        name = re.sub(r"[^\w.-]+", "_", file.name, flags=re.ASCII).strip("._") or "file"
        taken = {each.name for each in found}
        found.append(File(name if name not in taken else f"{len(found)}_{name}", file.content, file.media_type))
    return tuple(found)


def _pings(reply: Reply) -> Json:
    texts: list[Rich] = [reply.text]
    for card in reply.cards:
        texts += [card.title, card.body, *(field.value for field in card.fields)]
    users = dict.fromkeys(account for text in texts for account in mentioned(text, "discord"))
    return {"parse": [], "users": list(users)[:100]}


def _written_length(reply: Reply) -> int:
    heads = sum(len(_head(card, "")) + len(_fields(card)) for card in reply.cards)
    return len(markdown(reply.text)) + len(MARK) + heads
