"""A bot on Slack as a process of its own (see `processes`): ours, or a bare Bolt AsyncApp.

    python -m benchmarks.slack_bots greenroom|bare

It serves what the environment names (SLACK_BOT_TOKEN and its kin, SLACK_MODE, WEB_PORT, DATABASE_URL). Ours is put
together as `greenroom` does it; the bare one listens as Bolt's own `AsyncApp.start` and Socket Mode handler do.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.client import Slack
from adapters.slack.gateway import EVENTS_PATH
from benchmarks import processes
from benchmarks.processes import BARE, OURS, BotProcess, Kind, Running, while_asked
from bot.compose import compose
from bot.compose.running import web_beside
from bot.compose.slack import slack_of
from bot.settings import Settings, SlackMode
from tests.fakes.slack import FakeSlack, Team

CONSTANT = "Late Night Modular, Friday 20:00, Berlin"
QUICKLY = "/quick"
"""The bare bot's command that answers with its acknowledgement; its others acknowledge first, and then answer."""

GOING = {"type": "button", "text": {"type": "plain_text", "text": "Going"}, "action_id": "going"}
BLOCKS: Sequence[dict[str, Any]] = [  # Any: JSON
    {"type": "section", "text": {"type": "plain_text", "text": CONSTANT}},
    {"type": "actions", "elements": [GOING]},
]


@asynccontextmanager
async def bot_process(
    kind: Kind, fake: FakeSlack, mode: SlackMode, more: Mapping[str, str], database_url: str = ""
) -> AsyncIterator[BotProcess]:
    """`more` settings say where it is installed: `one_team`, or those of an install link."""
    port = _free_port()
    settings = {
        "DATABASE_URL": database_url or "sqlite://",
        "SLACK_API_URL": fake.api_url,
        "SLACK_MODE": mode.value,
        "SLACK_APP_TOKEN": fake.app_token if mode is SlackMode.SOCKET else "",
        "SLACK_SIGNING_SECRET": fake.signing_secret if mode is SlackMode.HTTP else "",
        "WEB_HOST": "127.0.0.1",
        "WEB_PORT": str(port),
        **more,
    }
    async with processes.bot_process("benchmarks.slack_bots", kind, settings) as bot:
        if mode is SlackMode.HTTP:
            fake.request_url = f"http://127.0.0.1:{port}{EVENTS_PATH}"
        else:
            await fake.until_connected()
        yield bot


def one_team(team: Team) -> Mapping[str, str]:
    return {"SLACK_BOT_TOKEN": team.bot_token}


async def _serve_ours(settings: Settings) -> None:
    clock = Running()
    async with compose(settings, clock) as bot:
        routes = slack_of(settings)(bot)
        platform = bot.platforms[Slack.name]
        assert isinstance(platform, Slack)

        def forward(by: timedelta) -> None:
            clock.forward(by)
            bot.scheduler.wake()

        with web_beside(bot, routes):
            await while_asked(bot.serve(), platform.is_ready, forward)


async def _serve_bare(settings: Settings) -> None:
    app = AsyncApp(
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        client=AsyncWebClient(settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url),
    )
    app.command("/event")(_answer)
    app.command(QUICKLY)(_answer_quickly)
    app.action("going")(_go)
    is_ready = asyncio.Event()
    await while_asked(_listen(app, settings, is_ready), is_ready, lambda _by: None)


async def _listen(app: AsyncApp, settings: Settings, is_ready: asyncio.Event) -> None:
    if settings.slack_mode is SlackMode.HTTP:
        runner = web.AppRunner(app.web_app(EVENTS_PATH), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, settings.web_host, settings.web_port).start()
        close: Any = runner.cleanup  # Any: Bolt gives its own no types
    else:
        client = AsyncWebClient(base_url=settings.slack_api_url)
        handler = AsyncSocketModeHandler(app, settings.slack_app_token.get_secret_value(), web_client=client)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # as above
        close = handler.close_async
    is_ready.set()
    try:
        await asyncio.Event().wait()
    finally:
        await close()


async def _answer(ack: AsyncAck, respond: AsyncRespond) -> None:
    await ack()
    await respond(text=CONSTANT, blocks=BLOCKS)


async def _answer_quickly(ack: AsyncAck) -> None:
    await ack(text=CONSTANT, blocks=BLOCKS)


async def _go(ack: AsyncAck, respond: AsyncRespond) -> None:
    await ack()
    await respond(text="You are going.", response_type="ephemeral", replace_original=False)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


if __name__ == "__main__":
    processes.run({OURS: _serve_ours, BARE: _serve_bare})
