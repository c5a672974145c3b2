"""Calls of Slack's Web API, each made once: what became of it is the caller's to judge.

The SDK's own repeats are off: a post whose answer was lost would be made a second time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import Closed, Temporary, Unreachable, Unsure
from bot.ui import File

Json = dict[str, Any]  # Any: what goes over the wire

TOTAL_SECONDS = 20.0
"""A call that takes longer is given up; the outbox bounds a send at 30."""
WAIT_MOST = 10.0
"""Seconds that a post waits of itself for its turn."""
CHANNEL_SECONDS = 1.0  # Slack, "Rate limits": one message a second for each channel
WORKSPACE_SECONDS, WORKSPACE_BURST = 0.1, 90
"""Slack, chat.postMessage: "several hundred messages per minute" for each workspace; here 600, and some at once."""
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

    `pace` stretches the time that posts keep between them.
    """

    api_url: str
    seconds: Callable[[], float] = monotonic
    pace: float = 1.0
    _session: aiohttp.ClientSession | None = field(default=None, repr=False)
    _client: AsyncWebClient | None = field(default=None, repr=False)
    _held: dict[tuple[str, ...], float] = field(default_factory=dict, repr=False)
    """Until when nothing may be sent (monotonic), by token and method, and for posts by channel too."""
    _next: dict[tuple[str, ...], float] = field(default_factory=dict, repr=False)
    """When the next post may go out, as above: into a channel, and (by token alone) into a workspace."""
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
        """`chat.postMessage`, no faster than a channel and a workspace take messages. Raises as `call` does."""
        key = (token, "chat.postMessage", str(body["channel"]))
        await asyncio.sleep(self._queued(key))
        await self._turn(key, WAIT_MOST)
        return await self._once(token, "chat.postMessage", {"json": dict(body)}, key)

    async def answer(self, url: str, body: Mapping[str, Any]) -> None:
        """Use a response_url. Raises as `call` does; Denied with used_url or expired_url where it is over."""
        hook = AsyncWebhookClient(url, session=self._opened(), retry_handlers=[], logger=_QUIET)
        try:
            answered = await hook.send_dict(dict(body))
        except UNREACHED as error:
            raise Temporary("Slack cannot be reached") from error
        except BROKEN as error:
            raise Unsure(f"the connection to Slack broke: {type(error).__name__}") from error
        if answered.status_code == 429:
            raise Temporary("Slack's rate limit", _retry_after(answered.headers))
        if answered.status_code >= 500:
            raise Unsure(f"Slack answered {answered.status_code}")
        if answered.status_code != 200:
            raise Denied(next((code for code in URL_IS_OVER if code in (answered.body or "")), "refused"))

    async def upload(self, token: str, file: File) -> Json:
        """Bring a file to Slack, where nobody sees it until `files.completeUploadExternal` is told what this returns.

        Raises Denied, or Temporary.
        """
        try:
            length = str(len(file.content))
            room = await self.read(token, "files.getUploadURLExternal", filename=file.name, length=length)
            async with self._opened().post(room["upload_url"], data=file.content) as response:
                if response.status != 200:
                    raise Temporary(f"Slack answered {response.status}")
        except Unsure as error:
            raise Temporary(error.reason) from None
        except BROKEN as error:
            raise Temporary("Slack cannot be reached") from error
        return {"id": room["file_id"], "title": file.name}

    async def fetch(self, token: str, url: str, most: int, seconds: float) -> bytes:
        """The first `most` bytes of a file, without redirects: they would be shown the token.

        Raises Denied where it is gone, Temporary where it comes too slowly.
        """
        headers = {"Authorization": f"Bearer {token}"}
        content = bytearray()
        try:
            async with (
                asyncio.timeout(seconds),
                self._opened().get(url, headers=headers, allow_redirects=False) as response,
            ):
                if response.status >= 500 or response.status == 429:
                    raise Temporary(f"Slack answered {response.status}")
                if response.status != 200 or _is_sign_in(response):
                    raise Denied("file_not_found")
                while len(content) < most and (chunk := await response.content.read(most - len(content))):
                    content += chunk
        except BROKEN as error:
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
            await self._turn(key, patience - (self.seconds() - started))
            try:
                return await self._once(token, method, how, key)
            except Temporary as limited:
                if limited.wait is None or limited.wait > patience - (self.seconds() - started):
                    raise
                await asyncio.sleep(limited.wait)

    async def _turn(self, key: tuple[str, ...], patience: float) -> None:
        """Wait while a rate limit holds. Raises Temporary where that is longer than `patience`."""
        wait = self._held.get(key, 0.0) - self.seconds()
        if wait > max(patience, 0.0):
            raise Temporary("Slack's rate limit", wait)
        if wait > 0:
            await asyncio.sleep(wait)

    def _queued(self, key: tuple[str, ...]) -> float:
        """Take the next turn to post; returns how many seconds away it is. Raises Temporary where that is long."""
        now, workspace = self.seconds(), key[:1]
        ahead = WORKSPACE_BURST * WORKSPACE_SECONDS * self.pace
        shared = max(self._next.get(workspace, 0.0), now - ahead)
        wait = max(self._next.get(key, 0.0), shared, self._held.get(key, 0.0)) - now
        if wait > WAIT_MOST:
            raise Temporary("Slack's rate limit", wait)
        wait = max(wait, 0.0)
        self._next[workspace] = shared + WORKSPACE_SECONDS * self.pace
        self._next[key] = now + wait + CHANNEL_SECONDS * self.pace
        self._next = _pruned(self._next, now - ahead)
        return wait

    def _hold(self, key: tuple[str, ...], until: float) -> None:
        self._held[key] = max(until, self._held.get(key, 0.0))
        self._held = _pruned(self._held, self.seconds())

    async def _once(self, token: str, method: str, how: Json, key: tuple[str, ...]) -> Json:
        client = self._connected()
        try:
            answered = await client.api_call(method, headers={"Authorization": f"Bearer {token}"}, **how)
        except SlackApiError as error:
            raise self._judged(error, key) from None
        except UNREACHED as error:
            raise Temporary("Slack cannot be reached") from error
        except BROKEN as error:
            raise Unsure(f"the connection to Slack broke: {type(error).__name__}") from error
        except (AttributeError, ValueError) as error:  # the SDK on words, or on JSON that is no object
            raise Unsure("Slack answered with something else than it should") from error
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

    def _connected(self) -> AsyncWebClient:
        """One for all tokens: each call brings its own."""
        session = self._opened()
        if self._client is None:
            self._client = AsyncWebClient(
                base_url=self.api_url, session=session, retry_handlers=[], logger=_QUIET, proxy=""
            )
        return self._client

    def _opened(self) -> aiohttp.ClientSession:
        """Raises Temporary after the end."""
        if self._is_closed:
            raise Temporary("not connected to Slack any more")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TOTAL_SECONDS, sock_connect=5),
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=0),
            )
        return self._session


_QUIET = logging.Logger("slack.wire", logging.CRITICAL)  # noqa: LOG001 - it stands alone: nobody turns it up
"""The SDK's own log: errors reach us as exceptions, and on any other level it would write messages out."""

UNREACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""No connection was made, so that nothing was asked."""
BROKEN = (aiohttp.ClientError, OSError, TimeoutError)

INVALID = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
"""What Slack says of a token that it does not take any more."""
GONE = frozenset({"token_revoked", "account_inactive"})
"""… because the app was removed there."""
URL_IS_OVER = ("used_url", "expired_url")
UNSURE = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})


def refusal(denied: Denied, *, is_direct: bool = False) -> Temporary | Unreachable:
    """What a refused delivery means, in words that organisers can act on. `is_direct`: it was for one person."""
    if denied.code in LATER:
        return Temporary(LATER[denied.code], 60)
    if denied.code == "missing_scope":
        reason = f"I lack the scope {denied.needed}: install me again with all that the manifest asks for"
    elif is_direct and denied.code in NOBODY_THERE:
        reason = "there is no such person on Slack any more, or their account is deactivated"
    else:
        reason = REASONS.get(denied.code, "")
    if not reason:  # it may be about this one message
        return Unreachable(f"Slack refused it ({denied.code})")
    return Closed(reason) if is_direct else Unreachable(reason)


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
    "invalid_user_combination": "I may not bring these people together: they have no channel in common",
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

NOBODY_THERE = frozenset({"channel_not_found", "is_archived", "not_in_channel"})
"""What Slack says of the direct messages with somebody who left."""

LATER: Mapping[str, str] = {
    "message_limit_exceeded": "Slack takes no more messages for this workspace for a moment",
    "accesslimited": "the workspace takes nothing from the network that I am on",
    "team_added_to_org": "the workspace is being moved to an enterprise",
}


def _retry_after(headers: Mapping[str, str] | MutableMapping[str, str]) -> float:
    told = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    return float(told) if told.isascii() and told.isdigit() else 30.0


def _is_sign_in(response: aiohttp.ClientResponse) -> bool:
    """Whether it is the page on which people sign in, which comes where the token may not read the file."""
    return response.content_type == "text/html" and not response.url.path.endswith((".html", ".htm"))


def _pruned(moments: dict[tuple[str, ...], float], now: float) -> dict[tuple[str, ...], float]:
    """Those still to come, once there are many."""
    return moments if len(moments) <= HOLDS_MOST else {key: each for key, each in moments.items() if each > now}
