"""Answers as plain text: what a script or a pipe reads, and the reference for what people see elsewhere.

People's words stay words. Whatever a terminal would act on is taken out (escapes, control characters, text
direction overrides), and no line of an answer can begin like a typed line (`> `), an error (`! `) or the mark
of a private answer, so that a transcript says who said what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from urllib.parse import urlsplit

from babel.dates import format_timedelta

from adapters.console.journal import PLATFORM
from bot.domain.members import mentioned
from bot.i18n import N_, Words
from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, WhenStyle
from bot.params import Choice, Choices, Member, Upload
from bot.ui import Button, Card, Control, Form, LinkButton, Menu, Privacy, Reply

PRIVATE = N_("(only you see this)")
EDITED = N_("(edited)")

LISTED = 8
"""Choices of a menu that are named on its button; `:choose` names all."""

_ENDS = "\n\v\f\r\x85\u2028\u2029"
_DIRECTIONS = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_HIDDEN = [
    0x00AD,
    0x180E,
    0x200B,
    *range(0x2060, 0x2066),
    *range(0x206A, 0x2070),
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
]
_SAFE: dict[int, str | None] = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *_DIRECTIONS, *_HIDDEN, *range(0xD800, 0xE000)]),
    **{ord(end): "\n" for end in _ENDS},
    0x09: " ",
}
_UNSEEN = re.compile("^[\u200c\u200d\ufe00-\ufe0f\U000e0020-\U000e007f\u034f\u115f\u1160\u3164]+")
"""Joiners, selectors and fillers that stay, but do not count when it is asked what a line begins with."""


@dataclass(frozen=True, slots=True)
class View:
    """Who reads, and when (aware): their words, their zone, and what "in two days" is counted from."""

    say: Words
    now: datetime


def safe(text: str) -> str:
    """`text` without what a terminal acts on but line ends (as "\\n"). What can be seen stays as it was."""
    return text if text.isascii() and text.isprintable() else text.replace("\r\n", "\n").translate(_SAFE)


def safe_line(text: str) -> str:
    """`safe` on one line."""
    return " ".join(safe(text).splitlines())


def words_of(piece: Piece, view: View) -> str:
    """What a piece of text says, safe to show; links without their address."""
    match piece:
        case str():
            return safe(piece)
        case Bold(text) | Code(text) | Link(text):
            return safe(text)
        case Mention(name=name):
            return f"@{safe_line(name)}"
        case When():
            return _moment(piece, view)
        case _:
            assert_never(piece)


def web_address(url: str) -> str:
    """The address, if it is one that a browser should open; else ""."""
    found = safe_line(url).strip()
    try:
        is_web = urlsplit(found).scheme in ("http", "https", "mailto")
    except ValueError:
        is_web = False
    return found if is_web and " " not in found else ""


def text_of(text: Rich, view: View) -> str:
    """A rich text as plain words, links with their address behind them."""
    return "".join(_plain(piece, view) for piece in text.pieces).strip("\n")


def guarded(text: str, view: View) -> str:
    """`text` with every line moved in that would look like something only the console itself writes."""
    return "\n".join(f"  {line}" if is_mark(line, view) else line.rstrip() for line in text.split("\n"))


def is_mark(line: str, view: View) -> bool:
    """Whether a line begins like one that only the console itself writes."""
    return _UNSEEN.sub("", line).startswith((">", "!", view.say(PRIVATE)))


def plain_reply(reply: Reply, view: View, first: int = 1) -> str:
    """An answer or message as text, its controls numbered from `first`."""
    mark = [view.say(PRIVATE)] if reply.privacy is Privacy.PRIVATE else []
    text = text_of(reply.text, view)
    text = refusal(text) if text and reply.is_refusal else guarded(text, view)
    parts = [text, *_cards(reply.cards, view, first), _files(reply)]
    return "\n".join([*mark, "\n\n".join(part for part in parts if part)])


def refusal(text: str) -> str:
    """An error line; what follows it is moved in."""
    return "\n".join(f"! {line}" if index == 0 else f"  {line}" for index, line in enumerate(text.split("\n")))


def plain_form(form: Form, view: View) -> str:
    """A form as text: each field with what it holds, then what is wrong, then how to go on."""
    say = view.say
    names = {name: f"{name}*" if name in form.required else name for name in form.params}
    width = max(map(len, names.values()), default=0)
    lines = [say(PRIVATE), say(N_("Form: {title}"), title=safe_line(form.title)), ""]
    for name, marked in names.items():
        lines.append(f"  {marked:{width}}  {field_note(form, name, say)}")
        value = held(form, name)
        lines += [f"  {'':{width}}  {'|' if at else '='} {line}" for at, line in enumerate(value.split("\n")) if value]
    if form.required:
        lines += ["", say(N_("* has to be filled in"))]
    return "\n".join([*lines, "", *error_lines(form), how_to_fill(form, say)])


def words_for(form: Form, say: Words) -> Words:
    """Those of whoever fills it in, who may have chosen another language than the console has in `say`."""
    return Words(form.locale, say.zone) if form.locale else say


def held(form: Form, name: str) -> str:
    """What a field holds, as people read it."""
    value = form.values.get(name, "")
    named = mentioned(value, PLATFORM) if isinstance(form.params[name], Member) else None
    return safe(f"@{named.account.name}" if named is not None and named.is_known else value)


def error_lines(form: Form) -> list[str]:
    """What is wrong with the fields, in their order, then with the whole."""
    names = [name for name in form.params if name in form.errors]
    names += [name for name in form.errors if name not in form.params]
    return [refusal(safe(f"{name}: {form.errors[name]}" if name else form.errors[name])) for name in names]


def how_to_fill(form: Form, say: Words) -> str:
    """The line that shows how to go on: with what is wrong, else with what is missing."""
    missing = [name for name in form.params if name in form.required and not form.values.get(name)]
    wrong = [name for name in form.params if name in form.errors]
    is_ready = bool(form.values) and not wrong + missing
    names = (wrong or missing or list(form.params))[: 1 if is_ready else 2]
    example = " ".join([":fill", *(f'{name}="…"' for name in names)])
    if is_ready:
        return say(N_("Send it with :fill, or change it with {example} (:help form says more)."), example=example)
    return say(N_("Go on with {example} (:help form says more)."), example=example)


def field_note(form: Form, name: str, say: Words) -> str:
    """What a field is for: its label, its help, what there is to choose."""
    param = form.params[name]
    label, help_ = say(param.label), say(param.help)
    if isinstance(param, Choice | Choices):
        names = [say(each) for each in param.names.values()]
        listed = say.listed(names, "or")
        is_named = any(re.search(rf"\b{re.escape(each)}\b", help_, re.IGNORECASE) for each in names)
        help_ = listed if is_named else f"{help_} ({listed})"
    if isinstance(param, Upload):
        help_ = say(N_("{help} (its path, at most {most} MB)"), help=help_, most=say.number(param.most / 1_000_000))
    if not help_ or label.casefold() == name.casefold():
        return safe_line(help_ or label)
    return safe_line(f"{label}: {help_}")


def _plain(piece: Piece, view: View) -> str:
    said = words_of(piece, view)
    match piece:
        case Link(url=url):
            address = web_address(url)
            return said if not address or address == said else f"{said} ({address})"
        case _:
            return said


def _moment(when: When, view: View) -> str:
    local = when.at.astimezone(view.say.zone)
    match when.style:
        case WhenStyle.FULL:
            return view.say.moment(when.at)
        case WhenStyle.DATE:
            return view.say.day(local.date())
        case WhenStyle.TIME:
            return view.say.clock(local)
        case WhenStyle.RELATIVE:
            return format_timedelta(when.at - view.now, add_direction=True, locale=view.say.locale)
        case _:
            assert_never(when.style)


def _cards(cards: Sequence[Card], view: View, first: int) -> Iterator[str]:
    is_list = sum(map(_is_item, cards)) > 1
    rank, number = 0, first
    for card in cards:
        rank += _is_item(card)
        prefix = f"{rank}. " if is_list and _is_item(card) else ""
        indent = " " * (len(prefix) or 2 * bool(card.title))
        yield "\n".join(_card_lines(card, view, number, prefix, indent))
        number += len(card.controls)


def _is_item(card: Card) -> bool:
    # something to do something with; a heading, or what is only to be read, needs no number
    return bool(card.title and card.controls)


def _card_lines(card: Card, view: View, first: int, prefix: str, indent: str) -> Iterator[str]:
    if card.title:
        yield prefix + guarded(safe_line(text_of(card.title, view)), view)
    inner = [line for line in text_of(card.body, view).split("\n") if card.body]
    for field in card.fields:
        inner += f"{safe_line(field.name)}: {text_of(field.value, view)}".replace("\n", "\n  ").split("\n")
    if address := web_address(card.url):
        inner.append(address)
    for line in inner:
        yield (indent + line).rstrip() if indent else guarded(line, view)
    if card.controls:
        numbered = enumerate(card.controls, first)
        yield indent + " ".join(_control(number, control, view.say, card.url) for number, control in numbered)


def _control(number: int, control: Control, say: Words, shown: str) -> str:
    label = safe_line(control.label)
    match control:
        case Button():
            return f"[{number} {label}]"
        case LinkButton(url=url):
            return f"[{number} {label}]" if url == shown else f"[{number} {label}: {web_address(url)}]"
        case Menu():
            return f"[{number} {label}: {choices(control, say)}]"
        case _:
            assert_never(control)


def choices(menu: Menu, say: Words, most: int = LISTED) -> str:
    """The choices of a menu in a row; those beyond `most` are counted."""
    names = [safe_line(option.label) for option in menu.options[:most]]
    if more := len(menu.options) - len(names):
        names.append(say.many("{count} more", "{count} more", more))
    return " | ".join(names)


def _files(reply: Reply) -> str:
    return "\n".join(f"[{safe_line(file.name)}, {len(file.content):,} B]" for file in reply.files)
