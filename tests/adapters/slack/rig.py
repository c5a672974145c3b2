"""The adapter on a fake Slack, in either mode: with a core that says what a test wants, or as a whole bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.slack.client import Slack
from adapters.slack.installing import OneToken, web_client
from adapters.slack.replying import Timings
from adapters.slack.settings import SlackSettings
from adapters.slack.wire import Wire
from adapters.web.server import Web
from bot.commands import Feature
from bot.compose import Bot, SystemClock, all_features, compose
from bot.compose.running import web_beside
from bot.compose.slack import slack_of
from bot.domain.addresses import Channel
from bot.domain.people import Account, Workspace
from bot.markup import rich
from bot.ports import Clock
from bot.request import Incoming
from bot.settings import SlackMode, read_settings
from bot.ui import Answer, Reply
from tests.adapters.noted import Heard, Noted
from tests.fakes.slack import FakeSlack, Message, Team
from tests.fakes.slack.seen import read_message
from tests.platforms.contract import SaidCore

MODES = (SlackMode.SOCKET, SlackMode.HTTP)


class MovedClock:
    """The computer's, so many seconds ahead: the fake's, where a test moves it."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.ahead, UTC)


@dataclass(frozen=True, slots=True)
class Joining:
    workspace: Workspace
    by: Account | None


class ToldCore(SaidCore):
    """Also keeps what it is told of workspaces, and can be made to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.joinings: list[Joining] = []
        self.departed: list[str] = []
        self.began = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()

    def wait(self) -> None:
        """Answer nothing until `go` is set."""
        self.go.clear()
        self.began.clear()

    async def handle(self, incoming: Incoming) -> Answer:
        self.began.set()
        await self.go.wait()
        return await super().handle(incoming)

    async def joined(self, workspace: Workspace, *, by: Account | None, channel: Channel | None, locale: str) -> None:
        self.joinings.append(Joining(workspace, by))

    async def left(self, workspace: Workspace) -> None:
        self.departed.append(workspace.id)


class Rig:
    """One process on the fake. A second one `beside` it has the same deliveries, as by one database."""

    def __init__(self, fake: FakeSlack, mode: SlackMode, timings: Timings | None = None) -> None:
        self.fake = fake
        self.mode = mode
        self.timings = timings or Timings()
        self.team = fake.add_team(channels=("general", "events"))
        self.channel = self.team.channel("events")
        self.mara, self.tom = fake.add_member(self.team, "mara"), fake.add_member(self.team, "tom")
        self.notes, self.heard = Noted(), Heard()
        self.features: Sequence[Feature] = all_features()
        self.url = ""
        self._tasks: list[asyncio.Task[None]] = []

    def beside(self) -> Rig:
        """A second process with the same tokens and the same rows."""
        found = Rig.__new__(Rig)
        found.__dict__.update(self.__dict__)
        return found

    async def start(self) -> None:
        self.core = ToldCore()
        self.slack = Slack(
            SlackSettings(
                self.mode,
                self.fake.api_url,
                self.team.bot_token,
                self.fake.app_token if self.mode is SlackMode.SOCKET else "",
                self.fake.signing_secret if self.mode is SlackMode.HTTP else "",
            ),
            features=self.features,
            notes=self.notes,
            deliveries=self.heard,
            tokens=OneToken(self.team.bot_token, web_client(self.fake.api_url)),
            wire=Wire(self.fake.api_url),
            timings=self.timings,
        )
        self._tasks = [asyncio.create_task(self.slack.serve(self.core))]
        if self.mode is SlackMode.HTTP:
            web = Web("127.0.0.1", 0, self.slack.routes, _well)
            web.open()
            self.url = self.fake.request_url = f"http://127.0.0.1:{web.port}/slack/events"
            self._tasks.append(asyncio.create_task(web.serve()))
        await _until_ready(self.slack, self._tasks[0])

    async def stop(self) -> None:
        for task in reversed(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def answer(self, answer: Answer | Callable[[Incoming], Answer]) -> None:
        """What the core says from now on."""
        self.core.answer = answer if callable(answer) else lambda _incoming: answer

    async def shown(self, reply: Reply, key: str = "shown:1") -> Message:
        """A post of the bot's own in the channel that everybody sees."""
        await self.slack.send(Channel("slack", self.team.id, self.channel.id, "events"), reply, key)
        return self.channel.messages[-1]


def text_of(message: Message) -> str:
    """What stands in a message, before its cards."""
    return "".join(str(getattr(piece, "text", piece)) for piece in read_message(message, str).reply.text.pieces)


def all_of(message: Message) -> str:
    """Everything that stands in a message, as it is read."""
    reply = read_message(message, str).reply
    parts = [reply.text]
    for card in reply.cards:
        parts += [card.title, card.body, *(rich(f"{field.name}: ", field.value) for field in card.fields)]
    return "\n".join("".join(str(getattr(piece, "text", piece)) for piece in part.pieces) for part in parts)


@asynccontextmanager
async def whole(fake: FakeSlack, database_url: str, mode: SlackMode, clock: Clock | None = None) -> AsyncIterator[Bot]:
    """The whole bot, with a database, in the first workspace of the fake; it answers when this begins."""
    team = next(iter(fake.world.teams.values()))
    secret = {"SLACK_APP_TOKEN": fake.app_token}
    if mode is SlackMode.HTTP:
        secret = {"SLACK_SIGNING_SECRET": fake.signing_secret, "SLACK_MODE": "http", "WEB_PORT": "0"}
    settings = read_settings(
        _env_file=None,
        DATABASE_URL=database_url,
        GREENROOM_TIMEZONE="Europe/Berlin",
        GREENROOM_LOCALE="en",
        SLACK_BOT_TOKEN=team.bot_token,
        SLACK_API_URL=fake.api_url,
        **secret,
    )
    async with compose(settings, clock or SystemClock()) as bot:
        routes = slack_of(settings)(bot)
        slack = bot.platforms["slack"]
        assert isinstance(slack, Slack)
        with web_beside(bot, routes):
            serving = asyncio.create_task(bot.serve())
            try:
                await _until_ready(slack, serving)
                for each in bot.beside:
                    assert isinstance(each, Web)
                    fake.request_url = f"http://127.0.0.1:{each.port}/slack/events"
                yield bot
            finally:
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)


async def until(is_so: Callable[[], object], seconds: float = 10) -> None:
    """Wait until this is true."""
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - nothing tells of what a test looks at
            await asyncio.sleep(0.01)


async def _until_ready(slack: Slack, serving: asyncio.Task[None]) -> None:
    ready = asyncio.create_task(slack.is_ready.wait())
    await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    if serving.done():
        serving.result()


async def _well() -> bool:
    return True


def settings_for(fake: FakeSlack, team: Team) -> dict[str, str]:
    """What a process of the bot is told of the fake."""
    return {
        "SLACK_BOT_TOKEN": team.bot_token,
        "SLACK_APP_TOKEN": fake.app_token,
        "SLACK_API_URL": fake.api_url,
    }
