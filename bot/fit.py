"""Bend an answer to a platform's limits. Nothing is cut: what does not fit is moved or split, and said to be.

Where each thing goes:
    text longer than a message      split at lines, then at words, over several messages
    a card's body too long          split over continuation cards
    a title too long                the whole of it leads the body, the title is shortened
    a label or option too long      the whole of it goes into the body, the label is shortened
    fields or controls too many     on continuation cards
    options too many in one menu    over several menus
    cards too many for a message    over several messages, the text before the first
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar, assert_never

import structlog

from bot.markup import Bold, Code, Link, Mention, Piece, Rich, When, rich
from bot.platform import Limits
from bot.ui import Button, Card, Control, Field, File, LinkButton, Menu, Reply

T = TypeVar("T")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Fitted:
    """`messages` each fit the limits, in order; `moved` names what stands elsewhere than it was put."""

    messages: tuple[Reply, ...]
    moved: tuple[str, ...] = ()


def fit(reply: Reply, limits: Limits) -> Fitted:
    """The reply as messages the platform takes."""
    limits = replace(limits, weigh=cache(limits.weigh))  # each card is weighed alone, and again in its message
    moved: list[str] = []
    texts = list(_light_texts(reply.text, limits.message_length, limits))
    if len(texts) > 1:
        moved.append("text")
    cards = [part for card in reply.cards for part in _card_parts(card, limits, moved)]
    messages: list[Reply] = [replace(reply, text=text, cards=(), files=()) for text in texts[:-1]]
    for text, batch in _batches(texts[-1], cards, limits):
        messages.append(replace(reply, text=text, cards=batch, files=()))
    if len(messages) > len(texts):
        moved.append("cards")
    messages = _with_files(messages, reply.files, limits.files)
    if len(messages) > 1:
        messages[1:] = [replace(message, replaces=False) for message in messages[1:]]
    return Fitted(tuple(messages), tuple(dict.fromkeys(moved)))


def messages_of(answer: Reply, limits: Limits) -> tuple[Reply, ...]:
    """An answer as messages, for adapters; the log says what stands elsewhere than it was put."""
    fitted = fit(answer, limits)
    if fitted.moved:
        log.debug("answer bent", moved=fitted.moved, messages=len(fitted.messages))
    return fitted.messages


def check(message: Reply, limits: Limits) -> None:
    """Raise ValueError, saying what is too large, for a message that the platform would refuse or cut."""
    _at_most("cards", len(message.cards), limits.cards)
    _at_most("files", len(message.files), limits.files)
    _at_most("parts", text_weight(message.text, limits) + sum(map(limits.weigh, message.cards)), limits.parts)
    for card in message.cards:
        _at_most("characters in a title", limits.measure(card.title), limits.title_length)
        _at_most("characters in a body", limits.measure(card.body), limits.body_length)
        _at_most("fields", len(card.fields), limits.fields)
        for each in card.fields:
            length = limits.measure(rich(each.name)) + limits.measure(each.value)
            _at_most("characters in a field", length, limits.body_length)
        _at_most("controls", len(card.controls), limits.controls)
        for control in card.controls:
            _check_control(control, limits)
    length = limits.measure(message.text) + sum(_length(card, limits) for card in message.cards)
    _at_most("characters", length, limits.message_length)


def _check_control(control: Control, limits: Limits) -> None:
    _at_most("characters in a label", len(control.label), limits.label_length)
    match control:
        case Menu(options=options):
            _at_most("options", len(options), limits.options)
            for option in options:
                _at_most("characters in an option", len(option.label), limits.label_length)
                _at_most("characters in an option's value", len(option.value), limits.value_length)
        case Button() | LinkButton():
            pass
        case _:
            assert_never(control)


def _at_most(what: str, count: int, most: int) -> None:
    if count > most:
        raise ValueError(f"{count} {what}; at most {most} fit")


def native_controls(card: Card, takes: Callable[[Control], bool]) -> tuple[Control, ...]:
    """The card's controls that a platform takes; its address becomes a button, where none of them is one to it."""
    controls = tuple(control for control in card.controls if takes(control))
    own = LinkButton("", card.url)
    is_there = any(isinstance(each, LinkButton) and each.url == card.url for each in controls)
    return controls if is_there or not takes(own) else (*controls, own)


def unheld(card: Card, takes: Callable[[Control], bool]) -> tuple[tuple[str, str], ...]:
    """What no button takes: labels and addresses of links, with the label "" the card's own."""
    links = [control for control in card.controls if isinstance(control, LinkButton)]
    found = [(link.label, link.url) for link in links if not takes(link)]
    is_shown = any(link.url == card.url for link in links)
    if card.url and not is_shown and not takes(LinkButton("", card.url)):
        found.append(("", card.url))
    return tuple(found)


def split(text: Rich, most: int, measure: Callable[[Rich], int]) -> list[Rich]:
    """The text in stretches of at most `most`, broken at lines, else words, else anywhere; one, if it fits."""
    if measure(text) <= most:
        return [text]
    stretches: list[Rich] = []
    current: list[Piece] = []
    length = 0
    for atom in _atoms(text, most, measure):
        taken = measure(rich(atom))
        if current and length + taken > most:
            stretches.append(_trimmed(rich(*current)))
            current, length = [], 0
        if current or not (isinstance(atom, str) and not atom.strip()):
            current.append(atom)
            length += taken
    if current:
        stretches.append(_trimmed(rich(*current)))
    return stretches or [Rich()]


def shorten(text: str, most: int, measure: Callable[[Rich], int]) -> str:
    """As much of the text as fits, with an ellipsis when it is not all of it."""
    if measure(rich(text)) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(rich(text[:middle].rstrip() + "…")) <= most:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def text_weight(text: Rich, limits: Limits) -> int:
    """What of `limits.parts` the text of a message takes: as much as a card with that body."""
    return limits.weigh(Card(body=text)) if text else 0


def plain(text: Rich) -> str:
    """The words of a rich text, without what only a platform can render."""
    return "".join(_words(piece) for piece in text.pieces)


def _words(piece: Piece) -> str:
    match piece:
        case str():
            return piece
        case Bold(text) | Code(text) | Link(text):
            return text
        case Mention():
            return piece.name
        case When():
            return f"{piece.at:%Y-%m-%d %H:%M} UTC"


def _atoms(text: Rich, most: int, measure: Callable[[Rich], int]) -> Iterator[Piece]:
    """Pieces that may not be broken, or only where a line or word ends. Joined they are the text."""
    for piece in text.pieces:
        if not isinstance(piece, str):
            # a bold or linked text longer than a whole message falls back to its words
            yield from [piece] if measure(rich(piece)) <= most else _slices(_words(piece), most, measure)
            continue
        for line in piece.splitlines(keepends=True):
            if measure(rich(line)) <= most:
                yield line
                continue
            for word in _spaced(line):
                yield from [word] if measure(rich(word)) <= most else _slices(word, most, measure)


def _spaced(line: str) -> Iterator[str]:
    start = 0
    for index, character in enumerate(line):
        if character == " ":
            yield line[start : index + 1]
            start = index + 1
    if start < len(line):
        yield line[start:]


def _slices(text: str, most: int, measure: Callable[[Rich], int]) -> Iterator[str]:
    while text:
        size = max(1, min(len(text), most))
        while size > 1 and measure(rich(text[:size])) > most:
            size = max(1, size * 3 // 4)
        yield text[:size]
        text = text[size:]


def _trimmed(text: Rich) -> Rich:
    """Without the line break a stretch would end with."""
    if text.pieces and isinstance(last := text.pieces[-1], str):
        return rich(Rich(text.pieces[:-1]), last.rstrip())
    return text


def _card_parts(card: Card, limits: Limits, moved: list[str]) -> Iterator[Card]:
    title, body = card.title, card.body
    if limits.measure(title) > limits.title_length:
        moved.append("title")
        body = rich(title, "\n", body)
        title = rich(shorten(plain(title), limits.title_length, limits.measure))
    controls: list[Control] = []
    for control in card.controls:
        fitted, spoken = _control_parts(control, limits)
        controls += fitted
        if spoken:
            moved.append("label")
            body = rich(body, "\n", spoken)
    bodies = split(body, limits.body_length, limits.measure)
    fields, spilled = _field_parts(card.fields, limits)
    bodies += spilled
    if len(bodies) > 1:
        moved.append("body")
    field_groups = _groups(fields, limits.fields) or [()]
    control_groups = _groups(controls, limits.controls) or [()]
    count = max(len(bodies), len(field_groups), len(control_groups))
    moved += ["fields"] * (len(field_groups) > 1) + ["controls"] * (len(control_groups) > 1)
    for index in range(count):
        # fields and controls stand at the end of what they belong to, on the last of its cards
        behind = index - (count - len(field_groups)), index - (count - len(control_groups))
        part = Card(
            title=title if index == 0 else Rich(),
            body=bodies[index] if index < len(bodies) else Rich(),
            url=card.url if index == 0 else "",
            fields=field_groups[behind[0]] if behind[0] >= 0 else (),
            controls=control_groups[behind[1]] if behind[1] >= 0 else (),
        )
        yield from _light_enough(part, limits, moved)


def _light_texts(text: Rich, most: int, limits: Limits) -> Iterator[Rich]:
    """The text in stretches of at most `most`, halved further until one message can hold each."""
    for stretch in split(text, most, limits.measure):
        if text_weight(stretch, limits) <= limits.parts:
            yield stretch
            continue
        half = limits.measure(stretch) // 2
        if not half:
            raise ValueError("this platform's limits leave no room for a text")
        yield from _light_texts(stretch, half, limits)


def _light_enough(card: Card, limits: Limits, moved: list[str]) -> Iterator[Card]:
    """Halve a card's controls and fields, a menu's options, then its body, until one message can hold it."""
    if _length(card, limits) <= limits.message_length and limits.weigh(card) <= limits.parts:
        yield card
        return
    moved.append("card")
    if card.controls and (card.body or card.fields):
        first, rest = replace(card, controls=()), Card(controls=card.controls)
    elif len(card.controls) > 1:
        middle = len(card.controls) // 2
        first = replace(card, controls=card.controls[:middle])
        rest = Card(controls=card.controls[middle:])
    elif card.controls and isinstance(menu := card.controls[0], Menu) and len(menu.options) > 1:
        middle = len(menu.options) // 2
        first = replace(card, controls=(replace(menu, options=menu.options[:middle]),))
        rest = Card(controls=(replace(menu, options=menu.options[middle:]),))
    elif card.fields and card.body:
        first, rest = replace(card, fields=()), Card(fields=card.fields)
    elif len(card.fields) > 1:
        middle = len(card.fields) // 2
        first, rest = replace(card, fields=card.fields[:middle]), Card(fields=card.fields[middle:])
    elif card.fields:
        [field] = card.fields
        first, rest = replace(card, fields=()), Card(body=rich(Bold(field.name), "\n", field.value))
    else:
        halves = split(card.body, max(1, limits.measure(card.body) // 2), limits.measure)
        if len(halves) < 2:
            raise ValueError("this platform's limits leave no room for a card")
        yield from _light_enough(replace(card, body=halves[0]), limits, moved)
        for half in halves[1:]:
            yield from _light_enough(Card(body=half), limits, moved)
        return
    yield from _light_enough(first, limits, moved)
    yield from _light_enough(rest, limits, moved)


def _control_parts(control: Control, limits: Limits) -> tuple[list[Control], str]:
    """The control with a label that fits, and the words that had to go elsewhere."""
    label = shorten(control.label, limits.label_length, limits.measure)
    spoken = control.label if label != control.label else ""
    match control:
        case Menu():
            options = tuple(
                replace(option, label=shorten(option.label, limits.label_length, limits.measure))
                for option in control.options
            )
            long = [old.label for old, new in zip(control.options, options, strict=True) if old != new]
            spoken = "\n".join([spoken, *long]).strip()
            groups = _groups(options, limits.options)
            return [replace(control, label=label, options=group) for group in groups], spoken
        case Button() | LinkButton():
            return [replace(control, label=label)], spoken


def _field_parts(fields: Sequence[Field], limits: Limits) -> tuple[list[Field], list[Rich]]:
    """Fields whose value fits, and bodies made of those that are too long."""
    fitting: list[Field] = []
    bodies: list[Rich] = []
    for each in fields:
        whole = rich(Bold(each.name), "\n", each.value)
        if limits.measure(whole) <= limits.body_length:
            fitting.append(each)
        else:
            bodies += split(whole, limits.body_length, limits.measure)
    return fitting, bodies


def _batches(text: Rich, cards: Sequence[Card], limits: Limits) -> Iterator[tuple[Rich, tuple[Card, ...]]]:
    batch: list[Card] = []
    length, weight = limits.measure(text), text_weight(text, limits)
    for card in cards:
        grown = length + _length(card, limits), weight + limits.weigh(card)
        is_full = len(batch) == limits.cards or grown[0] > limits.message_length or grown[1] > limits.parts
        if is_full and (batch or text):
            yield text, tuple(batch)
            text, batch, length, weight = Rich(), [], 0, 0
            grown = _length(card, limits), limits.weigh(card)
        batch.append(card)
        length, weight = grown
    yield text, tuple(batch)


def _length(card: Card, limits: Limits) -> int:
    texts = [card.title, card.body, *(part for each in card.fields for part in (rich(each.name), each.value))]
    return sum(limits.measure(text) for text in texts)


def _groups(items: Sequence[T], most: int) -> list[tuple[T, ...]]:
    return [tuple(items[start : start + most]) for start in range(0, len(items), most)]


def _with_files(messages: list[Reply], files: tuple[File, ...], most: int) -> list[Reply]:
    groups = _groups(files, most)
    if groups:
        messages[-1] = replace(messages[-1], files=groups[0])
    return messages + [replace(messages[-1], text=Rich(), cards=(), files=group) for group in groups[1:]]
