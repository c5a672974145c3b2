"""How Slack reaches the bot, kept by Bolt: a websocket (Socket Mode), or signed requests by HTTP.

Bolt checks signatures and time stamps and reads the payloads; before it would look for a listener, one middleware
answers them all. (Bolt's own `ack` is looked for every 10 ms; what a middleware answers goes out at once.)
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_token_skipped
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.slack.inbound import Raw
from adapters.slack.settings import SlackSettings
from adapters.slack.wire import Denied, Json, Wire
from bot.errors import DeliveryError, SetupError
from bot.logs import without_traces
from bot.settings import SlackMode

EVENTS_PATH = "/slack/events"
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds until Slack is asked again for a connection; the first doubles each time."""
PING_SECONDS = 5.0
"""How often the websocket is tried; one that went silent is replaced within twice that."""

log = structlog.get_logger()

Handles = Callable[[Request], Awaitable[Response]]
Takes = Callable[[Raw], Awaitable[Json | None]]


class NotServing(Exception):
    """Nobody is there to take a payload: not yet, or not any more."""


class _Carrying(AsyncMiddleware):
    """Hands every payload on, and its acknowledgement back. Slack's own questions are left to Bolt.

    What nobody takes is not acknowledged: Slack tells of events again, and says to people that it failed.
    """

    def __init__(self, take: Takes) -> None:
        self._take = take

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002  Bolt calls it by this name
    ) -> BoltResponse | None:
        if req.body.get("type") == "url_verification":
            return await next()
        try:
            told = await self._take(req.body)
        except NotServing:
            return BoltResponse(status=503, body="")
        return BoltResponse(status=200, body=told if told is not None else "")


class Gateway:
    """One process's connection; in HTTP mode there is none, and `routes` carry what comes."""

    def __init__(self, settings: SlackSettings, wire: Wire, take: Takes, flow: AsyncOAuthFlow | None) -> None:
        self._settings = settings
        self._wire = wire
        self._handler: AsyncSocketModeHandler | None = None
        self._app = AsyncApp(
            name="greenroom",
            logger=_log(),
            signing_secret=settings.signing_secret,
            before_authorize=_Carrying(take),
            authorize=None if flow is not None else _nobody,
            oauth_flow=flow,
        )

    @property
    def routes(self) -> Sequence[Route]:
        """What HTTP must carry: payloads in HTTP mode, and the pages of the install flow where there is one."""
        handle = AsyncSlackRequestHandler(self._app).handle
        found: list[Route] = []
        if self._settings.mode is SlackMode.HTTP:
            found.append(Route(EVENTS_PATH, _readable(handle), methods=["POST"]))
        if (flow := self._app.oauth_flow) is not None:
            found += [Route(path, handle, methods=["GET"]) for path in (flow.install_path, flow.redirect_uri_path)]
        return found

    @property
    def is_connected(self) -> bool:
        """Whether payloads can come; by HTTP that is not for us to know."""
        if self._settings.mode is SlackMode.HTTP:
            return True
        session = self._handler.client.current_session if self._handler is not None else None
        return session is not None and not session.closed

    async def begin(self) -> None:
        """Connect. Raises SetupError for what the operator must change."""
        if self._settings.mode is SlackMode.HTTP:
            return
        await self._try_token()
        client = AsyncWebClient(base_url=self._settings.api_url, logger=_log(), retry_handlers=[])
        self._handler = AsyncSocketModeHandler(
            self._app, self._settings.app_token, logger=_log(), web_client=client, ping_interval=PING_SECONDS
        )
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt gives it no types

    async def _try_token(self) -> None:
        """Slack was there a moment ago, when it was asked who we are: what is no refusal passes."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._wire.call(self._settings.app_token, "apps.connections.open", {})
                return
            except Denied as denied:
                raise SetupError(f"SLACK_APP_TOKEN: {REFUSED.get(denied.code, f'Slack answered {denied}')}") from None
            except DeliveryError as error:
                log.warning("slack cannot be connected to; trying again", reason=error.reason, wait=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def close(self) -> None:
        if self._handler is not None:
            await self._handler.close_async()  # type: ignore[no-untyped-call]  # as above
            self._handler = None


def _readable(handle: Handles) -> Handles:
    """Bolt reads a body before it looks who signed it, and breaks where it or the time stamp makes no sense."""

    async def answered(request: Request) -> Response:
        if re.fullmatch("[0-9]{1,12}", request.headers.get("X-Slack-Request-Timestamp", "")) is None:
            return Response("it is not signed\n", 401)
        try:
            return await handle(request)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            log.info(
                "request not read", reason=type(error).__name__
            )  # of Slack there are none; and our own never raise
            return Response("this is no request of Slack's\n", 400)

    return answered


REFUSED = {
    "invalid_auth": "Slack does not take this token; copy it again (Basic Information, App-Level Tokens)",
    "not_allowed_token_type": "this is no app-level token; it begins with xapp- (Basic Information, App-Level Tokens)",
    "missing_scope": "it lacks the scope connections:write; make a new one (Basic Information, App-Level Tokens)",
    "account_inactive": "the app is not there any more",
    "token_revoked": "the token was revoked; make a new one (Basic Information, App-Level Tokens)",
    "forbidden": "Socket Mode is switched off in the app's settings; see docs/slack.md",
}


async def _nobody(**_kwargs: Any) -> AuthorizeResult:  # Any: as Bolt calls it
    """Bolt asks for this before its listeners; there are none."""
    raise NotImplementedError("every payload is answered before")


def _log() -> logging.Logger:
    """Bolt's and the SDK's warnings, without stack traces for connections that break."""
    found = logging.getLogger("slack")
    without_traces(found, OSError, aiohttp.ClientError, SlackApiError)
    found.addFilter(_is_news)
    return found


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt finds SLACK_BOT_TOKEN in the environment and warns that it will not use it; we do."""
    return record.getMessage() != warning_token_skipped()
