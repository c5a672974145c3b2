"""A message as plain data and back, so that the console's journal can hold it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

from bot.domain.addresses import Address, Channel, Direct
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, WhenStyle
from bot.params import Option
from bot.ui import Action, Button, Card, Control, Field, File, LinkButton, Menu, Privacy, Reply, Style

Stored = Mapping[str, Any]  # Any: JSON as it was read; each reader below says what it expects


def write_address(address: Address) -> Stored:
    match address:
        case Channel():
            return {"workspace": address.workspace, "channel": address.id, "name": address.name}
        case Direct():
            return {"account": address.account, "name": address.name}
        case _:
            assert_never(address)


def read_address(stored: Stored, platform: str) -> Address:
    if "account" in stored:
        return Direct(platform, stored["account"], stored["name"])
    return Channel(platform, stored["workspace"], stored["channel"], stored["name"])


def write_reply(reply: Reply) -> Stored:
    """All of the message but `replaces`, which means something only while it is answered."""
    return {
        "text": _write_rich(reply.text),
        "cards": [_write_card(card) for card in reply.cards],
        "files": [
            {"name": file.name, "type": file.media_type, "content": b64encode(file.content).decode()}
            for file in reply.files
        ],
        "privacy": reply.privacy.value,
        "refusal": reply.is_refusal,
    }


def read_reply(stored: Stored) -> Reply:
    return Reply(
        text=_read_rich(stored["text"]),
        cards=tuple(_read_card(card) for card in stored["cards"]),
        files=tuple(File(file["name"], b64decode(file["content"]), file["type"]) for file in stored["files"]),
        privacy=Privacy(stored["privacy"]),
        is_refusal=stored["refusal"],
    )


def _write_card(card: Card) -> Stored:
    return {
        "title": _write_rich(card.title),
        "body": _write_rich(card.body),
        "url": card.url,
        "fields": [{"name": field.name, "value": _write_rich(field.value)} for field in card.fields],
        "controls": [_write_control(control) for control in card.controls],
    }


def _read_card(stored: Stored) -> Card:
    return Card(
        title=_read_rich(stored["title"]),
        body=_read_rich(stored["body"]),
        url=stored["url"],
        fields=tuple(Field(field["name"], _read_rich(field["value"])) for field in stored["fields"]),
        controls=tuple(_read_control(control) for control in stored["controls"]),
    )


def _write_control(control: Control) -> Stored:
    match control:
        case Button(label, action, style):
            return {"label": label, "action": action.written, "style": style.value}
        case LinkButton(label, url):
            return {"label": label, "url": url}
        case Menu(label, action, options):
            choices = [[option.label, option.value] for option in options]
            return {"label": label, "action": action.written, "options": choices}
        case _:
            assert_never(control)


def _read_control(stored: Stored) -> Control:
    if "url" in stored:
        return LinkButton(stored["label"], stored["url"])
    action = Action.read(stored["action"])
    if "options" in stored:
        return Menu(stored["label"], action, tuple(Option(label, value) for label, value in stored["options"]))
    return Button(stored["label"], action, Style(stored["style"]))


def _write_rich(text: Rich) -> Sequence[str | Stored]:
    return [_write_piece(piece) for piece in text.pieces]


def _read_rich(stored: Sequence[str | Stored]) -> Rich:
    return Rich(tuple(_read_piece(piece) for piece in stored))


def _write_piece(piece: Piece) -> str | Stored:
    match piece:
        case str():
            return piece
        case Bold(text):
            return {"bold": text}
        case Code(text):
            return {"code": text}
        case Link(text, url):
            return {"link": text, "url": url}
        case When(at, style):
            return {"when": at.isoformat(), "style": style.value}
        case Mention(platform, account, name):
            return {"mention": account, "platform": platform, "name": name}
        case _:
            assert_never(piece)


def _read_piece(stored: str | Stored) -> Piece:
    match stored:
        case str():
            return stored
        case {"bold": text}:
            return Bold(text)
        case {"code": text}:
            return Code(text)
        case {"link": text, "url": url}:
            return Link(text, url)
        case {"when": at, "style": style}:
            return When(datetime.fromisoformat(at), WhenStyle(style))
        case {"mention": account, "platform": platform, "name": name}:
            return Mention(platform, account, name)
        case _:
            raise ValueError(f"no such piece: {stored}")
