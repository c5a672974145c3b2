"""What of the library belongs on somebody's home page: what is new, and a way to share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.commands import ASK, Services
from bot.features.resources.news import news_card
from bot.i18n import N_
from bot.request import Request
from bot.ui import Action, Button, Card, Style

LATELY = timedelta(days=30)
SHOWN = 3


async def home(request: Request, services: Services) -> Sequence[Card]:
    say = request.say
    async with services.store.reading() as uow:
        newest = await uow.resources.newest(request.community.id, request.now - LATELY, request.now, SHOWN)
    find = Button(say(N_("Search the library")), Action(ASK, "resource find"), Style.PRIMARY)
    share = Button(say(N_("Share a link")), Action(ASK, "resource share"))
    return [news_card(say(N_("New in the library")), newest, say, controls=(find, share))]
