"""Answers as messages of Slack and as what views show: Block Kit, always in this shape, so that it can be read back.

    the text of the reply    a rich_text block "t" with one section; of a refusal it begins with MARK
    each card, n from 1      a divider
                             a rich_text block "c<n>", in it a section for each of
                               the title, all of it bold, and behind a line break the body; either may be missing
                               each field: bold "name: ", then its value
                               what no button can hold: a link button's label and its address, or the card's address
                             an actions block "c<n>.a": buttons, link buttons, menus (static_select), side by side;
                               the card's address is the last one, a link button labelled LINK and its host
    nothing at all           the text NOTHING
    files                    beside the message, each one posted by itself

In a view several messages stand below each other: their texts are "t", "t2", "t3", their cards are numbered on.

People's words stand in rich_text's `text` elements and in plain_text (`emoji: false`) alone; `adapters.slack.richtext`
says what becomes of moments, links and mentions. `action_id` is "p", a running number, "|" and the written action,
so that the same action may stand in a message twice; a link button has the action LINK_ACTION. A menu's label is its
placeholder. Beside the blocks, `text` says it all in words, for notifications and screen readers.

A message that was sent (no answer to an interaction) has metadata of the type EVENT_TYPE with the mark of its key.
Only the reader sees what is private (ephemeral); a direct message is neither here nor there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

from slack_sdk.models.views import View

from adapters.slack.blocks import MARK, NOTHING, card_blocks, checked, label, plain_text, text_block
from adapters.slack.limits import FORM_BUTTON_LENGTH, LIMITS, VIEW_BLOCKS
from adapters.slack.richtext import fallback
from bot.fit import fit
from bot.i18n import N_, Words
from bot.markup import Rich, joined, rich
from bot.ui import Card, File, Privacy, Reply

Json = dict[str, Any]  # Any: what goes over the wire

EVENT_TYPE = "greenroom"
FALLBACK_LENGTH = 3_000
"""Slack: "Truncating content", at most 4,000 characters for the best experience; chat.update refuses more."""
NAME = "Greenroom"
WINDOW, HOME = "w", "home"
"""The callback_id of a window that shows an answer, and of the home tab."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A message as chat.postMessage and chat.update take it, its files beside it."""

    body: Json
    files: tuple[File, ...] = ()


def mark_of(key: str) -> str:
    """What a sent message carries of its key: 25 characters of its hash."""
    return sha256(key.encode()).hexdigest()[:25]


def message(reply: Reply, mark: str = "", home: str = "") -> Payload:
    """A new message, or with `mark` one that `find_sent` knows again. The reply fits the limits.

    `home` is the enterprise or team it goes to, whose people alone can be mentioned there; "" to mention anybody.
    """
    # words of people are never read for links, names or mentions, and no page is shown below them
    quiet = {"mrkdwn": False, "parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
    body = _said(reply, home) | quiet
    if mark:
        body["metadata"] = {"event_type": EVENT_TYPE, "event_payload": {"key": mark}}
    return Payload(body, reply.files)


def edited(reply: Reply, home: str = "") -> Payload:
    """What a message becomes. Its metadata stays: chat.update keeps what it is not told of."""
    return Payload(_said(reply, home) | {"parse": "none", "link_names": False}, reply.files)


def response(reply: Reply, *, replaces: bool, home: str = "") -> Json:
    """An answer inside an acknowledgement or to a response_url: seen by who asked, or by the channel.

    `replaces`: it takes the place of the message whose control was used.
    """
    kind = "ephemeral" if reply.privacy is Privacy.PRIVATE else "in_channel"
    return _said(reply, home) | {"response_type": kind, "replace_original": replaces, "mrkdwn": False}


def window(reply: Reply, say: Words) -> Json:
    """A view that shows an answer, of any length."""
    close = label(say(N_("Close")), FORM_BUTTON_LENGTH)
    return _view("modal", callback_id=WINDOW, title=plain_text(NAME), close=close, blocks=_stacked(reply))


def waiting(say: Words) -> Json:
    """A view that stands for an answer which takes longer than Slack waits."""
    return window(Reply(rich(say(N_("One moment, I am still at it. The answer comes here.")))), say)


def home(reply: Reply) -> Json:
    """The home tab. An answer longer than it holds ends in NOTHING."""
    return _view("home", callback_id=HOME, blocks=_stacked(reply))


def blocks(*replies: Reply, home: str = "") -> list[Json]:
    """The blocks of one message, or of several below each other."""
    found: list[Json] = []
    actions, cards = count(), count(1)
    for number, reply in enumerate(replies, 1):
        text = text_block(reply.text, "t" if number == 1 else f"t{number}", home, is_refusal=reply.is_refusal)
        found += text
        for card in reply.cards:
            found += card_blocks(card, next(cards), actions, home)
    return list(checked(found or text_block(rich(NOTHING), "t")))


def fallback_of(reply: Reply) -> str:
    """All of a reply in words that make sense alone, as mrkdwn; what is longer ends in an ellipsis."""
    lines = [*([reply.text] if reply.text else []), *(line for card in reply.cards for line in _lines(card))]
    said = (MARK if reply.is_refusal else "") + _shortened(lines)
    return said.strip() or NOTHING


def _said(reply: Reply, home: str) -> Json:
    return {"text": fallback_of(reply), "blocks": blocks(reply, home=home)}


def _lines(card: Card) -> Iterator[Rich]:
    head = joined((card.title, card.body), "\n")
    if head:
        yield head
    for field in card.fields:
        yield rich(f"{field.name}: ", field.value)


def _shortened(lines: Sequence[Rich]) -> str:
    """As many words as have room: an escape or a moment is never cut in two."""
    pieces = [piece for line in lines for piece in (*line.pieces, "\n")]
    words = [word for piece in pieces for word in (piece.split(" ") if isinstance(piece, str) else [piece])]
    whole = "".join(fallback(rich(piece)) for piece in pieces).rstrip()
    if len(whole) <= FALLBACK_LENGTH:
        return whole
    said = ""
    for word in words:
        longer = said + fallback(rich(word)) + (" " if isinstance(word, str) else "")
        if len(longer) > FALLBACK_LENGTH - 10:
            break
        said = longer
    return f"{said.rstrip()} …"


def _stacked(reply: Reply) -> list[Json]:
    """The blocks of a whole answer, as far as a view holds them."""
    shown: list[Reply] = []
    room = VIEW_BLOCKS - 1
    for part in fit(reply, LIMITS).messages:
        room -= 1 + 3 * len(part.cards)
        if room < 0:
            shown.append(Reply(rich(NOTHING)))
            break
        shown.append(part)
    return blocks(*shown)


def _view(kind: str, **parts: Any) -> Json:  # Any: as slack_sdk's View takes them
    return dict(View(type=kind, **parts).to_dict())
