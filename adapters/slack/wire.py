"""Calls of Slack's Web API, each made once: what became of it is the caller's to judge.

The SDK's own repeats are off: a post whose answer was lost would be made a second time.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import Temporary, Unreachable, Unsure
from bot.ui import File

Json = dict[str, Any]  # Any: what goes over the wire

TOTAL_SECONDS = 20.0
"""A call that takes longer is given up; the outbox bounds a send at 30."""
WAIT_MOST = 10.0
"""Seconds that a call waits of itself for a limit that is known before it is made."""
POST_SPACING = 1.0  # Slack: about one message a second for each channel
CLIENTS_MOST = 2_000
HOLDS_MOST = 5_000

log = structlog.get_logger()


class Denied(Exception):
    """Slack said no: `code` is Slack's own word for why. Its text holds nobody's words."""

    def __init__(self, code: str, needed: str = "") -> None:
        super().__init__(f"{code} ({needed})" if needed else code)
        self.code = code
        self.needed = needed
        """The scope that was missing, where that is why."""


@dataclass(slots=True)
class Wire:
    """Connections to Slack's Web API. `api_url` ends with a slash; `seconds` is monotonic.

    `spacing` is how many seconds lie between two posts to a channel.
    """

    api_url: str
    seconds: Callable[[], float] = monotonic
    spacing: float = POST_SPACING
    _session: aiohttp.ClientSession | None = None
    _clients: OrderedDict[str, AsyncWebClient] = field(default_factory=OrderedDict, repr=False)
    _held: dict[tuple[str, ...], float] = field(default_factory=dict, repr=False)
    """Until when nothing may be sent (monotonic), by token and method, and for posts by channel too."""
    _is_closed: bool = False

    async def read(self, token: str, method: str, *, patience: float = 0.0, **asked: str) -> Json:
        """Ask for something; see `call`."""
        return await self._patiently(token, method, patience, {"http_verb": "GET", "params": asked})

    async def call(self, token: str, method: str, body: Mapping[str, Any], *, patience: float = 0.0) -> Json:
        """Have something done; returns Slack's answer.

        `patience` is how many seconds in all may be waited for a rate limit.
        Raises Denied for what Slack refuses, Temporary for what it surely did not take (a rate limit, no
        connection), Unsure when nobody knows.
        """
        return await self._patiently(token, method, patience, {"json": dict(body)})

    async def post(self, token: str, body: Mapping[str, Any]) -> Json:
        """`chat.postMessage`, no faster than a channel takes messages. Raises as `call` does."""
        key = (token, "chat.postMessage", str(body["channel"]))
        await self._turn(key)
        self._hold(key, self.seconds() + self.spacing)
        return await self._once(token, "chat.postMessage", {"json": dict(body)}, key)

    async def answer(self, url: str, body: Mapping[str, Any]) -> None:
        """Use a response_url. Raises as `call` does; Denied with used_url or expired_url where it is over."""
        hook = AsyncWebhookClient(url, session=self._opened(), retry_handlers=[], logger=_QUIET)
        try:
            answered = await hook.send_dict(dict(body))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary("Slack cannot be reached") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unsure(f"the connection to Slack broke: {type(error).__name__}") from error
        if answered.status_code == 429:
            raise Temporary("Slack's rate limit", _retry_after(answered.headers))
        if answered.status_code >= 500:
            raise Unsure(f"Slack answered {answered.status_code}")
        if answered.status_code != 200:
            raise Denied(next((code for code in URL_IS_OVER if code in (answered.body or "")), "refused"))

    async def upload(self, token: str, file: File) -> Json:
        """Bring a file to Slack; returns what `files.completeUploadExternal` takes of it. Raises as `call` does."""
        room = await self.read(token, "files.getUploadURLExternal", filename=file.name, length=str(len(file.content)))
        try:
            async with self._opened().post(room["upload_url"], data=file.content) as response:
                if response.status != 200:
                    raise Temporary(f"Slack answered {response.status}")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Temporary("Slack cannot be reached") from error  # nobody sees it before it is completed
        return {"id": room["file_id"], "title": file.name}

    async def fetch(self, token: str, url: str, most: int, seconds: float) -> bytes:
        """The first `most` bytes of a file. Raises Denied where it is gone, Temporary where it comes too slowly."""
        headers = {"Authorization": f"Bearer {token}"}
        content = bytearray()
        try:
            async with (
                asyncio.timeout(seconds),
                self._opened().get(url, headers=headers, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    raise Denied("file_not_found")
                while len(content) < most and (chunk := await response.content.read(most - len(content))):
                    content += chunk
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Temporary("Slack cannot be reached") from error
        return bytes(content)

    async def close(self) -> None:
        """Afterwards every call is Temporary."""
        self._is_closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _patiently(self, token: str, method: str, patience: float, how: Json) -> Json:
        key, started = (token, method), self.seconds()
        while True:
            await self._turn(key)
            try:
                return await self._once(token, method, how, key)
            except Temporary as limited:
                if limited.wait is None or limited.wait > patience - (self.seconds() - started):
                    raise
                await asyncio.sleep(limited.wait)

    async def _turn(self, key: tuple[str, ...]) -> None:
        """Wait until this may go out. Raises Temporary where that is long."""
        wait = self._held.get(key, 0.0) - self.seconds()
        if wait > WAIT_MOST:
            raise Temporary("Slack's rate limit", wait)
        if wait > 0:
            await asyncio.sleep(wait)

    def _hold(self, key: tuple[str, ...], until: float) -> None:
        self._held[key] = max(until, self._held.get(key, 0.0))
        if len(self._held) > HOLDS_MOST:
            now = self.seconds()
            self._held = {known: each for known, each in self._held.items() if each > now}

    async def _once(self, token: str, method: str, how: Json, key: tuple[str, ...]) -> Json:
        if self._is_closed:
            raise Temporary("not connected to Slack any more")
        try:
            answered = await self._client(token).api_call(method, **how)
        except SlackApiError as error:
            raise self._judged(error, key) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary("Slack cannot be reached") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unsure(f"the connection to Slack broke: {type(error).__name__}") from error
        return answered.data if isinstance(answered.data, dict) else {}

    def _judged(self, error: SlackApiError, key: tuple[str, ...]) -> Denied | Temporary | Unsure:
        response = error.response
        status = getattr(response, "status_code", getattr(response, "status", 0))
        told = response.data if isinstance(getattr(response, "data", None), dict) else {}
        code = str(told.get("error", ""))
        if status == 429 or code in ("ratelimited", "rate_limited"):
            wait = _retry_after(getattr(response, "headers", {}))
            self._hold(key, self.seconds() + wait)
            log.warning("rate limited by slack", method=key[1], wait=wait)
            return Temporary("Slack's rate limit", wait)
        if status >= 500 or code in UNSURE or not code:
            return Unsure(f"Slack answered {code or status}")
        return Denied(code, str(told.get("needed", "")))

    def _client(self, token: str) -> AsyncWebClient:
        client = self._clients.pop(token, None)
        if client is None or client.session is not self._session:
            client = AsyncWebClient(
                token, base_url=self.api_url, session=self._opened(), retry_handlers=[], logger=_QUIET, proxy=""
            )
        self._clients[token] = client
        if len(self._clients) > CLIENTS_MOST:
            self._clients.popitem(last=False)
        return client

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TOTAL_SECONDS, sock_connect=5),
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=0),
            )
        return self._session


_QUIET = logging.getLogger("greenroom.slack")
"""The SDK's own log: errors reach us as exceptions."""

INVALID = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
"""What Slack says of a token that it does not take any more."""
URL_IS_OVER = ("used_url", "expired_url")
UNSURE = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})


def refusal(denied: Denied) -> Temporary | Unreachable:
    """What a refused delivery means, in words that organisers can act on."""
    if denied.code in LATER:
        return Temporary(LATER[denied.code], 60)
    if denied.code == "missing_scope":
        return Unreachable(f"I lack the scope {denied.needed}: install me again with all that the manifest asks for")
    return Unreachable(REASONS.get(denied.code, f"Slack refused it ({denied.code})"))


REASONS: Mapping[str, str] = {
    "is_archived": "the channel is archived",
    "channel_not_found": "the channel is gone, or it is private and I am not in it: invite me there",
    "not_in_channel": "I am not in this channel: invite me there",
    "restricted_action": "the workspace lets only some people post there",
    "restricted_action_read_only_channel": "nobody can write in this channel",
    "restricted_action_non_threadable_channel": "nobody can write in this channel",
    "cannot_dm_bot": "a bot takes no direct messages",
    "user_not_found": "there is no such person on Slack any more",
    "users_not_found": "there is no such person on Slack any more",
    "user_disabled": "their account is deactivated",
    "user_not_visible": "I may not write to them",
    "messages_tab_disabled": "direct messages with me are switched off in the app's settings (App Home, Messages tab)",
    "message_not_found": "the message is gone",
    "cant_update_message": "the message is not mine to change",
    "edit_window_closed": "the workspace lets nobody change messages that are so old",
    "account_inactive": "I am not in this workspace any more",
    "token_revoked": "I am not in this workspace any more",
    "token_expired": "I am not in this workspace any more",
    "invalid_auth": "Slack does not take the bot's token any more",
    "not_authed": "I am not in this workspace",
    "org_login_required": "the workspace is being moved to another enterprise",
    "ekm_access_denied": "the workspace's administrators have suspended what I could read and write",
    "team_access_not_granted": "I was not granted access to this workspace",
    "no_permission": "I may not do this there",
}
"""Slack's error codes (chat.postMessage, conversations.open, "Errors")."""

LATER: Mapping[str, str] = {
    "message_limit_exceeded": "Slack takes no more messages for this workspace for a moment",
    "accesslimited": "Slack takes nothing for this workspace for a moment",
    "team_added_to_org": "the workspace is being moved to an enterprise",
}


def _retry_after(headers: Mapping[str, str] | MutableMapping[str, str]) -> float:
    told = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    return float(told) if told.isascii() and told.isdigit() else 30.0
