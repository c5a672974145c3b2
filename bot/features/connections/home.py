"""What of connections belongs on somebody's home page: what is owed soon, and whom to get back to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.commands import Services
from bot.domain.connections import Side
from bot.features.connections.cards import SHOW, moment
from bot.features.connections.days import today
from bot.features.connections.promises import LEDGER
from bot.i18n import N_
from bot.markup import Bold, joined, rich
from bot.request import Request
from bot.ui import Action, Button, Card

SHOWN = 3
SOON = timedelta(days=14)


async def home(request: Request, services: Services) -> Sequence[Card]:
    async with services.store.reading() as uow:
        ledger = await uow.connections.open_promises(request.person.id, Side.MINE, offset=0, limit=SHOWN)
        late = await uow.connections.late(request.person.id, today(request), SHOWN)
    say, until = request.say, request.now + SOON
    cards: list[Card] = []
    due = [each for each in ledger.promises if each.due is not None and each.due.instant() <= until]
    if due:
        lines = [joined([each.text, each.name, moment(each.due, say)], " · ") for each in due]
        button = Button(say(N_("See all promises")), Action(LEDGER, "0/"))
        cards.append(Card(rich(Bold(say(N_("What you owe")))), joined(lines, "\n"), controls=(button,)))
    if late:
        buttons = tuple(Button(each.about.name, Action(SHOW, str(each.id))) for each in late)
        cards.append(Card(rich(Bold(say(N_("Time to get in touch with")))), controls=buttons))
    return cards
