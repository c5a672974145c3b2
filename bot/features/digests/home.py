"""The digests' part of an organiser's home page."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import ASK, Services
from bot.domain.digests import DIGEST
from bot.features.digests.listing import digest_card
from bot.i18n import N_, Slash
from bot.markup import Bold, rich
from bot.request import Request
from bot.ui import Action, Button, Card

MOST = 5


async def home(request: Request, services: Services) -> Sequence[Card]:
    """Nothing for who is no organiser."""
    if not request.is_organiser:
        return ()
    say = request.say
    async with services.store.reading() as uow:
        digests = await uow.digests.listed(request.community.id)
        failed = [await uow.outbox.buried(each.community, DIGEST, each.id) for each in digests[:MOST]]
    if digests:
        text = say.many("{count} digest", "{count} digests", len(digests))
    else:
        text = say(N_("No digest is set. {set} makes one."), set=Slash("/digest set"))
    new = Button(say(N_("Set a digest")), Action(ASK, "digest set"))
    head = Card(rich(Bold(say(N_("Digests")))), rich(text), controls=(new,))
    return (head, *(digest_card(each, line, request) for each, line in zip(digests, failed, strict=False)))
