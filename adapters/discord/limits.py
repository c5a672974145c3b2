"""What one message, card and form may hold on Discord.

From Discord's documentation of Components V2 (Components: Component Reference) and of application commands. Where
the console has a number of its own for looks, it is the same here, so that both split a conversation alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.discord.markdown import measure
from bot.domain.text import web_address
from bot.fit import native_controls, unheld
from bot.platform import Limits
from bot.ui import Card, Control, LinkButton, Menu

TEXT_LENGTH = 4_000  # Discord: all text displays of a message together
COMPONENTS = 40  # Discord: in a message, nested ones counted
BUTTONS_IN_ROW = 5  # Discord: action row
LABEL_LENGTH = 80  # Discord: a button's label; a menu's option takes 100
URL_LENGTH = 512  # Discord: a link button
CUSTOM_ID_LENGTH = 100  # Discord: custom_id
VALUE_LENGTH = 100  # Discord: the value of a menu's option or a suggestion
OPTIONS = 25  # Discord: options of a menu, suggestions for an option
PLACEHOLDER_LENGTH = 150  # Discord: a menu's placeholder
FORM_FIELDS = 5  # Discord: components of a modal
FORM_TITLE_LENGTH = 45  # Discord: a modal's title
FORM_LABEL_LENGTH = 45  # Discord: a label component's label
FORM_NOTE_LENGTH = 100  # Discord: a label component's description
INPUT_LENGTH = 4_000  # Discord: a text input

CARDS = 10  # as the console: two pages of events
TITLE_LENGTH = 256  # as the console
BODY_LENGTH = 2_000  # as the console
FIELDS = 10  # as the console
CONTROLS = 5  # one row of buttons, as the console
FILES = 3  # each is a component as well; nothing sends more than one so far

MARK = "⚠️ "
"""What a refusal begins with."""
_MARKS = CARDS * (len("### \n") + FIELDS * len("**:** \n")) + len(MARK)
"""The most that headings, names of fields and marks add to what `measure` counts."""
MESSAGE_LENGTH = (TEXT_LENGTH - _MARKS) // 100 * 100
PARTS = COMPONENTS - FILES
"""Components left for text and cards."""


def weigh(card: Card) -> int:
    """The components that a card becomes; `adapters.discord.outbound` says which."""
    texts = int(bool(card.title or card.body or unheld(card, takes))) + int(bool(card.fields))
    controls = native_controls(card, takes)
    parts = texts + len(rows_of(controls)) + len(controls)  # with a single button its row's place is the section's
    return 1 + parts if texts else max(1, parts)


def rows_of(controls: Sequence[Control]) -> list[list[Control]]:
    """The controls as rows: up to five buttons side by side, a menu by itself."""
    rows: list[list[Control]] = []
    for control in controls:
        is_menu = isinstance(control, Menu)
        if rows and not is_menu and not isinstance(rows[-1][0], Menu) and len(rows[-1]) < BUTTONS_IN_ROW:
            rows[-1].append(control)
        else:
            rows.append([control])
    return rows


def takes(control: Control) -> bool:
    """Whether Discord has such a control: a link button's address is a short one of the web."""
    if not isinstance(control, LinkButton):
        return True
    url = web_address(control.url)
    return bool(url) and len(url) <= URL_LENGTH


LIMITS = Limits(
    message_length=MESSAGE_LENGTH,
    cards=CARDS,
    parts=PARTS,
    title_length=TITLE_LENGTH,
    body_length=BODY_LENGTH,
    fields=FIELDS,
    controls=CONTROLS,
    label_length=LABEL_LENGTH,
    options=OPTIONS,
    value_length=VALUE_LENGTH,
    files=FILES,
    form_params=FORM_FIELDS,
    form_title_length=FORM_TITLE_LENGTH,
    measure=measure,
    weigh=weigh,
)
