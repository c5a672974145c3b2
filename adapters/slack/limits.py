"""What one message, card and form may hold on Slack.

From Slack's reference (docs.slack.dev): Block Kit, Blocks, Block elements, Composition objects; Views. What parts of
blocks hold stands in `adapters.slack.blocks`. Where the console has a number of its own for looks, it is the same
here, so that all split a conversation alike.
"""

from __future__ import annotations

from itertools import count

from adapters.slack.blocks import LABEL_LENGTH, OPTION_VALUE_LENGTH, card_blocks, written_length
from adapters.slack.richtext import measure
from bot.platform import Limits
from bot.ui import Card

BLOCKS = 50  # Slack: in a message
VIEW_BLOCKS = 100  # Slack: in a modal or home tab
ALL_LENGTH = 13_200
"""Characters of a message's blocks. Undocumented; beyond it comes msg_blocks_too_long (bolt-js, issues 2509, 2867)."""
PARTS = 13_000  # of ALL_LENGTH, as JSON is written; the rest is for the mark of a refusal and for brackets
MESSAGE_LENGTH = 3_000  # Slack: a text object; rich_text has no limit of its own
OPTIONS = 25  # as the console; a menu takes 100, which would fill a message
FORM_TITLE_LENGTH = 24  # Slack: a modal's title
FORM_BUTTON_LENGTH = 24  # Slack: a modal's submit and close
FORM_PARAMS = 20  # a modal has 100 blocks, and a moment takes up to four with its error
FORM_LABEL_LENGTH = 2_000  # Slack: an input block's label and hint
FORM_OPTIONS = 100  # Slack: select menu
INPUT_LENGTH = 3_000  # Slack: plain-text input
ERROR_LENGTH = 3_000  # Slack: a section's text

CARDS = 10  # as the console: two pages of events
TITLE_LENGTH = 256  # as the console
BODY_LENGTH = 2_000  # as the console
FIELDS = 10  # as the console
CONTROLS = 5  # one row of buttons, as the console; an actions block takes 25
FILES = 3  # each is a message of its own


def weigh(card: Card) -> int:
    """What of PARTS a card takes: its blocks as they are written, with room for three digits in each number."""
    return written_length(card_blocks(card, 99, count(100)))


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
    value_length=OPTION_VALUE_LENGTH,
    files=FILES,
    form_params=FORM_PARAMS,
    form_title_length=FORM_TITLE_LENGTH,
    measure=measure,
    weigh=weigh,
)
