"""What one message, card and form of the console may hold.

A terminal has no limits of its own. These are near those of the chat platforms, so that what has to split
there splits here as well, and a conversation tried in the console is one that works elsewhere.
"""

from __future__ import annotations

from bot.fit import plain
from bot.markup import Rich, When
from bot.platform import Limits

MESSAGE_LENGTH = 4_000  # as Discord's Components V2: what one can read before it scrolls away
CARDS = 10  # as Discord's embeds; two pages of events
TITLE_LENGTH = 256  # three lines of a terminal
BODY_LENGTH = 2_000  # about one screen
FIELDS = 10
CONTROLS = 5  # one line of buttons; Discord's action row
LABEL_LENGTH = 80  # one line
OPTIONS = 25  # as Discord's; more cannot be taken in at a glance
VALUE_LENGTH = 100  # as Discord's
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
    parts=CARDS,  # a card is one part, whatever is in it
    title_length=TITLE_LENGTH,
    body_length=BODY_LENGTH,
    fields=FIELDS,
    controls=CONTROLS,
    label_length=LABEL_LENGTH,
    options=OPTIONS,
    value_length=VALUE_LENGTH,
    files=FILES,
    form_params=FORM_PARAMS,
    form_title_length=FORM_TITLE_LENGTH,
    measure=measure,
    weigh=lambda _card: 1,
)
