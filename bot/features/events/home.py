"""The events' part of somebody's home page: what they answered to, and what else comes soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.commands import ASK, Services
from bot.domain.events import Search
from bot.features.events.cards import short_card
from bot.i18n import N_
from bot.markup import Bold, rich
from bot.request import Request
from bot.ui import Action, Button, Card, Style

MINE_MOST = 5
SOON = timedelta(days=14)
SOON_MOST = 5


async def home(request: Request, services: Services) -> Sequence[Card]:
    say, community, person = request.say, request.community.id, request.person.id
    search = Search(since=request.now, until=request.now + SOON)
    async with services.store.reading() as uow:
        mine = await uow.events.mine(community, person, request.now, 0, MINE_MOST)
        soon = await uow.events.find(community, search, person=person, offset=0, limit=SOON_MOST + MINE_MOST)
    answered = {each.id for each in mine.occurrences}
    others = [each for each in soon.occurrences if each.id not in answered][:SOON_MOST]
    if mine.total:
        text = say.many("{count} coming event with your answer", "{count} coming events with your answer", mine.total)
    else:
        text = say(N_("You have not answered for any coming event yet."))
    find = Button(say(N_("Find events")), Action(ASK, "event find"), Style.PRIMARY)
    add = Button(say(N_("Add an event")), Action(ASK, "event add"))
    cards = [Card(rich(Bold(say(N_("Your events")))), rich(text), controls=(find, add))]
    cards += [short_card(each, say) for each in mine.occurrences]
    if others:
        cards.append(Card(rich(Bold(say(N_("Soon in {community}"), community=request.community.name)))))
        cards += [short_card(each, say) for each in others]
    return cards
