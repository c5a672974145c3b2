"""What concerns the reader, on one page: each room brings its part. Slack shows it as the app's home tab."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands import Command, Feature, Services
from bot.i18n import N_
from bot.markup import rich
from bot.request import Request
from bot.ui import Card, Reply

HOME = "home"


@dataclass(frozen=True, slots=True)
class AskHome:
    pass


def home_feature(features: Sequence[Feature]) -> Feature:
    """The `home` command over these features, in their order."""

    async def show(_ask: AskHome, request: Request, services: Services) -> Reply:
        cards: list[Card] = []
        for feature in features:
            if feature.home is not None:
                cards += await feature.home(request, services)
        return Reply(
            rich(request.say(N_("What concerns you in {community}"), community=request.community.name)), (*cards,)
        )

    return Feature(
        HOME,
        N_("What is coming up for you, and what you have set"),
        (Command("", N_("See what is coming up for you, and what you have set"), AskHome, show, "/home"),),
    )
