"""The adapter on a fake Slack as delivery sees it: it is told nothing, it is asked to post."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic

from cryptography.fernet import Fernet

from adapters.slack.client import Slack
from adapters.slack.installing import OneToken, Tokens, web_client
from adapters.slack.settings import OAuth, SlackSettings
from adapters.slack.wire import Wire
from bot.domain.addresses import Channel, Direct
from bot.features import events
from bot.sealing import Seal
from bot.settings import SlackMode
from tests.adapters.noted import Noted
from tests.fakes.slack import Channel as There
from tests.fakes.slack import FakeSlack, User
from tests.fakes.slack.world import Clock
from tests.platforms.contract import SaidCore

PACE = 0.01


class Untold:
    """Implements `bot.ports.Deliveries` where nothing is delivered."""

    async def first(self, name: str) -> bool:
        raise NotImplementedError("nothing comes here")


class Posting:
    """By HTTP, so that nothing needs to be connected. `ahead` moves the adapter's seconds on."""

    def __init__(self, fake: FakeSlack, *, is_distributed: bool = False) -> None:
        self.fake = fake
        self.team = fake.add_team(channels=("general", "events"))
        self.there = self.team.channel("events")
        self.mara = fake.add_member(self.team, "mara")
        self.channel = self.address(self.there)
        self.is_distributed = is_distributed
        self.tokens: Tokens = OneToken(self.team.bot_token, web_client(fake.api_url))
        self.ahead = 0.0
        self._serving: asyncio.Task[None] | None = None
        self.build()

    def build(self) -> None:
        """The adapter, with nothing running yet."""
        oauth = OAuth("1.2", "secret", Seal(Fernet.generate_key().decode())) if self.is_distributed else None
        self.slack = Slack(
            SlackSettings(SlackMode.HTTP, self.fake.api_url, signing_secret=self.fake.signing_secret, oauth=oauth),
            features=(events.FEATURE,),
            notes=Noted(),
            deliveries=Untold(),
            tokens=self.tokens,
            wire=Wire(self.fake.api_url, seconds=lambda: monotonic() + self.ahead, pace=PACE),
        )

    async def start(self) -> None:
        self._serving = asyncio.create_task(self.slack.serve(SaidCore()))
        await self.slack.is_ready.wait()

    async def stop(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            with suppress(asyncio.CancelledError):
                await self._serving
        await self.slack.wire.close()

    def address(self, there: There) -> Channel:
        return Channel("slack", there.team.id, there.id, there.name)

    def direct(self, user: User) -> Direct:
        return Direct("slack", f"{user.team.id}.{user.id}", user.name)

    def asked(self, method: str) -> int:
        """How often this was asked of Slack."""
        return self.fake.counts[method]


@asynccontextmanager
async def posting(*, clock: Clock | None = None, is_distributed: bool = False) -> AsyncIterator[Posting]:
    """One that is ready. At the end it has done nothing that no app should."""
    async with FakeSlack(clock=clock, pace=PACE) as fake:
        found = Posting(fake, is_distributed=is_distributed)
        await found.start()
        try:
            yield found
        finally:
            await found.stop()
        assert fake.violations == []
