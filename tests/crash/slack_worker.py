"""A bot on Slack that many workspaces installed, made to be killed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from adapters.slack.client import Slack
from adapters.slack.installing import StoredTokens
from adapters.slack.settings import OAuth, SlackSettings
from adapters.slack.wire import Wire
from bot.compose import Bot
from bot.compose.apart import DeliveriesOf, InstallationsOf, NotesOf
from bot.sealing import Seal
from bot.settings import SlackMode
from tests.crash import whole_worker


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker runs, however often it is started again. `pace` is that of the fake."""

    database_url: str
    app_token: str
    api_url: str
    key: str
    pace: float


def start(place: Place, seed: int) -> None:
    """Where a forked process begins."""
    seal = Seal(place.key)

    def slack(bot: Bot) -> Slack:
        oauth = OAuth("client", "secret", seal)
        return Slack(
            SlackSettings(SlackMode.SOCKET, place.api_url, app_token=place.app_token, oauth=oauth),
            features=bot.features,
            notes=NotesOf(bot.database),
            deliveries=DeliveriesOf(bot.database, bot.clock),
            tokens=StoredTokens(InstallationsOf(bot.database), seal, bot.clock),
            wire=Wire(place.api_url, pace=place.pace),
        )

    asyncio.run(whole_worker.run(place.database_url, seed, slack))
