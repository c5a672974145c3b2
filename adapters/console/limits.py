"""What one message, card and form of the console may hold.

A terminal has no limits of its own. These are near those of the chat platforms, so that what has to split
there splits here as well, and a conversation tried in the console is one that works elsewhere.
"""

from __future__ import annotations

from bot.fit import plain
from bot.markup import Rich, When
from bot.platform import Limits
from bot.ui import Button, Card, Control, Field, LinkButton, Menu, Reply

MESSAGE_LENGTH = 4_000  # as Discord's Components V2: what one can read before it scrolls away
CARDS = 10  # as Discord's embeds; two pages of events
TITLE_LENGTH = 256  # three lines of a terminal
BODY_LENGTH = 2_000  # about one screen
FIELDS = 10
CONTROLS = 5  # one line of buttons; Discord's action row
LABEL_LENGTH = 80  # one line
OPTIONS = 25  # as Discord's; more cannot be taken in at a glance
FILES = 10
FORM_PARAMS = 20  # filled in by name on one line, so that no field needs room on a screen
FORM_TITLE_LENGTH = 80
MOMENT_LENGTH = 100
"""The longest a moment gets in any language and zone that is shown."""


def measure(text: Rich) -> int:
    """Characters as shown; nothing is escaped here. A moment counts as its longest, whoever reads it."""
    return sum(MOMENT_LENGTH if isinstance(piece, When) else len(plain(Rich((piece,)))) for piece in text.pieces)


LIMITS = Limits(
    message_length=MESSAGE_LENGTH,
    cards=CARDS,
    parts=CARDS + 1,  # a card is one part, whatever is in it, and so is the text
    title_length=TITLE_LENGTH,
    body_length=BODY_LENGTH,
    fields=FIELDS,
    controls=CONTROLS,
    label_length=LABEL_LENGTH,
    options=OPTIONS,
    files=FILES,
    form_params=FORM_PARAMS,
    form_title_length=FORM_TITLE_LENGTH,
    measure=measure,
    weigh=lambda _card: 1,
)


def check(reply: Reply) -> None:
    """Raise ValueError, saying what is too large, for a message that the console does not take."""
    _at_most("cards", len(reply.cards), CARDS)
    _at_most("files", len(reply.files), FILES)
    for card in reply.cards:
        _at_most("characters in a title", measure(card.title), TITLE_LENGTH)
        _at_most("characters in a body", measure(card.body), BODY_LENGTH)
        _at_most("fields", len(card.fields), FIELDS)
        _at_most("controls", len(card.controls), CONTROLS)
        for field in card.fields:
            _at_most("characters in a field", _field_length(field), BODY_LENGTH)
        for control in card.controls:
            _check_control(control)
    _at_most("characters", measure(reply.text) + sum(map(_length, reply.cards)), MESSAGE_LENGTH)


def _check_control(control: Control) -> None:
    _at_most("characters in a label", len(control.label), LABEL_LENGTH)
    match control:
        case Menu(options=options):
            _at_most("options", len(options), OPTIONS)
            for option in options:
                _at_most("characters in an option", len(option.label), LABEL_LENGTH)
        case Button() | LinkButton():
            pass


def _length(card: Card) -> int:
    return measure(card.title) + measure(card.body) + sum(map(_field_length, card.fields))


def _field_length(field: Field) -> int:
    return len(field.name) + measure(field.value)


def _at_most(what: str, count: int, most: int) -> None:
    if count > most:
        raise ValueError(f"{count} {what}; the console takes {most}")
