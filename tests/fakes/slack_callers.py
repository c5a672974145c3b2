"""Those who call the fake Slack in its own tests: slack_sdk's clients, and a plain Bolt app in either mode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from tests.fakes.slack import FakeSlack, Team
from tests.fakes.slack.errors import Json


def web_client(slack: FakeSlack, team: Team, token: str | None = None) -> AsyncWebClient:
    """With the workspace's own token, and nothing that is sent twice."""
    return AsyncWebClient(token=token or team.bot_token, base_url=slack.api_url, retry_handlers=[])


async def error_of(call: Any) -> Json:  # Any: what a method of AsyncWebClient returns
    """The answer of a call that is refused."""
    try:
        answer: AsyncSlackResponse = await call
    except SlackApiError as refused:
        found: Json = refused.response.data
        return found
    raise AssertionError(f"it was not refused: {answer.data!r}")


def bolt_app(slack: FakeSlack, team: Team) -> AsyncApp:
    return AsyncApp(client=web_client(slack, team), signing_secret=slack.signing_secret)


@asynccontextmanager
async def running(app: AsyncApp, slack: FakeSlack, mode: str = "socket") -> AsyncIterator[None]:
    """The app, connected ("socket") or listening ("http")."""
    if mode == "socket":
        client = AsyncWebClient(token=slack.app_token, base_url=slack.api_url)
        # its queue is worked off until it is closed; a short ping lets it see a broken connection soon
        handler = AsyncSocketModeHandler(app, slack.app_token, web_client=client, ping_interval=0.2)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
        await slack.until_connected()
        try:
            yield
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
        return
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    slack.request_url = f"http://{host}:{port}/slack/events"
    try:
        yield
    finally:
        await runner.cleanup()


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(label: str, action_id: str, value: str = "1") -> Json:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": value}


def section(text: str) -> Json:
    return {"type": "section", "text": plain(text)}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def entry(block_id: str, label: str, element: Json, **more: Any) -> Json:  # Any: JSON
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


def modal(*blocks: Json, title: str = "Add", **more: Any) -> Json:  # Any: JSON
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain(title),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }
