"""Requests to Discord, each sent once: what became of it is the caller's to judge.

discord.py's own requests are repeated inside one await, for up to 25 seconds; that would hold up a batch of the
outbox, and a message whose answer was lost could be sent twice. So everything but log-in and gateway goes by here.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import quote

import aiohttp
import structlog

from bot.errors import Closed, Temporary, Unreachable, Unsure
from bot.ui import File

PACE = 48
"""Requests a second in all, answers to interactions apart. Discord takes 50 in any second; what was held up on its
way arrives closer to what came after it, and each one too many is refused and has to come again."""
QUEUE_SECONDS = 22.0
"""Seconds that a request waits of itself for its turn in PACE; the outbox bounds a send, this wait included, by 30."""
TOTAL_SECONDS = 20.0
"""A request that takes longer is given up; the outbox bounds a send at 30."""
WAIT_MOST = 10.0
"""Seconds that a request waits of itself for a limit that is known before it is sent."""
INVALID_MOST = 8_000  # Discord: 10,000 answers of 401, 403 or 429 in 10 minutes bring a ban of the address
INVALID_SECONDS = 600.0
BUCKETS_MOST = 5_000
AGENT = "DiscordBot (greenroom, 1)"

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
NOBODY: Mapping[str, str] = MappingProxyType({})

log = structlog.get_logger()


class Denied(Exception):
    """Discord said no: `code` is Discord's own, 0 when it gave none. Its text holds nobody's words."""

    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(f"{status} {code} {text}")
        self.status = status
        self.code = code
        self.text = text


@dataclass(slots=True)
class _Bucket:
    """Requests that share a limit: how many are left until `resets` (monotonic)."""

    left: int = 1
    resets: float = 0.0


@dataclass(slots=True)
class Wire:
    """A connection to Discord's REST interface. `seconds` is monotonic."""

    api_url: str
    token: str = field(repr=False)
    seconds: Callable[[], float] = monotonic
    _session: aiohttp.ClientSession | None = None
    _buckets: dict[tuple[str, ...], _Bucket] = field(default_factory=dict)
    _next: float = 0.0
    """When the next request may go out, so that no more than PACE do in a second."""
    _held_until: float = 0.0
    _is_closed: bool = False
    _invalid: deque[float] = field(default_factory=lambda: deque(maxlen=INVALID_MOST))

    async def request(
        self,
        method: Method,
        path: str,
        ids: Mapping[str, str] = NOBODY,
        *,
        body: Any = None,  # Any: JSON
        files: Sequence[File] = (),
        query: Mapping[str, str] = NOBODY,
        patience: float = 0.0,
        is_answer: bool = False,
    ) -> Any:  # Any: JSON
        """One request; `path` names its `ids` in braces. Returns the answer's JSON, or None.

        `patience` is how many seconds in all may be waited for a rate limit. `is_answer`: of an interaction, whose
        token is all the right it needs, and which no limit of the whole counts.
        Raises Denied for what Discord refuses, Temporary for what it surely did not take (a rate limit, no
        connection), Unsure when nobody knows.
        """
        key = (method, path, *ids.values())
        url = self.api_url + path.format_map({name: quote(value, safe="@") for name, value in ids.items()})
        headers = {"User-Agent": AGENT} if is_answer else {"User-Agent": AGENT, "Authorization": f"Bot {self.token}"}
        started = self.seconds()
        while True:
            left = patience - (self.seconds() - started)
            await self._turn(key, left, is_answer=is_answer)
            try:
                return await self._once(method, url, key, headers, body, files, query)
            except Temporary as limited:
                wait = limited.wait
                if wait is None or wait > patience - (self.seconds() - started):
                    raise
                await asyncio.sleep(wait)

    async def download(self, url: str, most: int, seconds: float) -> bytes:
        """The first `most` bytes (decoded) of a file, without redirects and without the bot's token.

        Raises Denied where it is not there, Temporary or Unsure where it does not come within `seconds`.
        """
        if self._is_closed:
            raise Temporary("not connected to Discord any more")
        content = bytearray()
        try:
            async with (
                asyncio.timeout(seconds),
                self._opened().get(url, headers={"User-Agent": AGENT}, allow_redirects=False) as response,
            ):
                if response.status >= 500 or response.status == 429:
                    raise Temporary(f"Discord answered {response.status}")
                if response.status != 200:
                    raise Denied(response.status, 0, "no such file")
                while len(content) < most and (chunk := await response.content.read(most - len(content))):
                    content += chunk
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unsure(f"the file did not come: {type(error).__name__}") from error
        return bytes(content)

    async def close(self) -> None:
        """Afterwards every request is Temporary."""
        self._is_closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _turn(self, key: tuple[str, ...], patience: float, *, is_answer: bool) -> None:
        """Wait until this may go out. Raises Temporary when that is longer than `patience`."""
        if is_answer:
            return
        now = self.seconds()
        if len(self._invalid) == INVALID_MOST and now - self._invalid[0] < INVALID_SECONDS:
            raise Temporary("Discord refused too much of late; it bans who goes on", INVALID_SECONDS / 10)
        bucket = self._buckets.get(key)
        until = max(self._held_until, bucket.resets if bucket is not None and bucket.left <= 0 else 0.0)
        if until > now:
            # what has not been sent may wait a little by itself
            if until - now > max(patience, WAIT_MOST):
                raise Temporary("Discord's rate limit", until - now)
            await asyncio.sleep(until - now)
        if bucket is not None:
            bucket.left = bucket.left - 1 if bucket.resets > self.seconds() else 1
        now = self.seconds()
        if (wait := self._next - now) > max(patience, QUEUE_SECONDS):
            raise Temporary("Discord's rate limit", wait)
        self._next = max(now, self._next) + 1 / PACE
        if wait > 0:
            await asyncio.sleep(wait)

    async def _once(
        self,
        method: Method,
        url: str,
        key: tuple[str, ...],
        headers: Mapping[str, str],
        body: Any,  # Any: JSON
        files: Sequence[File],
        query: Mapping[str, str],
    ) -> Any:  # Any: JSON
        if self._is_closed:
            raise Temporary("not connected to Discord any more")
        session = self._opened()
        data, headers = _written(body, files, headers)
        try:
            async with session.request(method, url, data=data, headers=headers, params=query or None) as response:
                text = await response.text(encoding="utf-8", errors="replace")
                status, limits = response.status, response.headers
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Temporary("Discord cannot be reached") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Unsure(f"the connection to Discord broke: {type(error).__name__}") from error
        self._learn(key, limits)
        answer = _json(text)
        if status < 300:
            return answer
        if status in (401, 403) or (status == 429 and limits.get("X-RateLimit-Scope") != "shared"):
            self._invalid.append(self.seconds())
        if status == 429:
            raise self._limited(key, answer, limits)
        if status >= 500:
            raise Unsure(f"Discord answered {status}")
        told = answer if isinstance(answer, dict) else {}
        raise Denied(status, int(told.get("code", 0)), str(told.get("message", ""))[:200])

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TOTAL_SECONDS, sock_connect=5),
                cookie_jar=aiohttp.DummyCookieJar(),
                connector=aiohttp.TCPConnector(limit=0),
            )
        return self._session

    def _learn(self, key: tuple[str, ...], headers: Mapping[str, str]) -> None:
        if "X-RateLimit-Remaining" not in headers:
            return
        now = self.seconds()
        resets = now + float(headers.get("X-RateLimit-Reset-After", 0))
        self._buckets[key] = _Bucket(int(headers["X-RateLimit-Remaining"]), resets)
        if len(self._buckets) > BUCKETS_MOST:
            self._buckets = {known: bucket for known, bucket in self._buckets.items() if bucket.resets > now}

    def _limited(self, key: tuple[str, ...], answer: Any, headers: Mapping[str, str]) -> Temporary:  # Any: JSON
        told = answer if isinstance(answer, dict) else {}
        # without JSON it was no limit of the interface but its guard before it, which names no time in the body
        wait = float(told.get("retry_after", headers.get("Retry-After", 60)))
        until = self.seconds() + wait
        if told.get("global") or headers.get("X-RateLimit-Global") or not told:
            self._held_until = max(self._held_until, until)
        else:
            self._buckets[key] = _Bucket(0, until)
        log.warning("rate limited by discord", route=" ".join(key[:2]), wait=round(wait, 2))
        return Temporary("Discord's rate limit", wait)


def refusal(denied: Denied) -> Temporary | Unreachable:
    """What a refused delivery means, in words that organisers can act on."""
    if denied.status == 401:
        return Temporary("Discord does not take the bot's token any more")
    if denied.code in LATER:
        return Temporary(LATER[denied.code], 60)
    if denied.code in NOBODY_THERE:
        return Closed(REASONS[denied.code], can_open=denied.code == DMS_CLOSED)
    if denied.code in REASONS:
        return Unreachable(REASONS[denied.code])
    return Unreachable(f"Discord refused it: {denied.text or 'no reason given'} ({denied.code or denied.status})")


DMS_CLOSED = 50007
NOBODY_THERE = frozenset({DMS_CLOSED, 10013, 50278})
"""What is said of a person, and of no message in particular."""

REASONS: Mapping[int, str] = {
    10003: "the channel is gone",
    10004: "I am not in this server any more",
    10008: "the message is gone",
    10013: "there is no such person on Discord any more",
    30038: "the server's own calendar is full: Discord holds 100 coming events",
    50001: "I cannot see this channel: give me View Channel there",
    DMS_CLOSED: "their direct messages are closed to me",
    50008: "nobody can write in this kind of channel",
    50013: "I may not do this there: give me the permissions that the install link asks for",
    50024: "nobody can write in this kind of channel",
    50083: "this thread is archived",
    50278: "we share no server, so that I cannot write to them",
    160005: "this thread is locked",
    240000: "Discord's filter of harmful links refused it",
}
"""Discord's error codes (Topics: Opcodes and Status Codes, "JSON Error Codes")."""

LATER: Mapping[int, str] = {
    40003: "Discord lets me open no more direct messages for a moment",
    20028: "Discord lets nobody write more there for a moment",
    130000: "Discord is overloaded",
}


def _written(
    body: Any,  # Any: JSON
    files: Sequence[File],
    headers: Mapping[str, str],
) -> tuple[str | aiohttp.FormData | None, Mapping[str, str]]:
    if body is None:
        return None, headers
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if not files:
        return written, {**headers, "Content-Type": "application/json"}
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", written, content_type="application/json")
    for number, file in enumerate(files):
        form.add_field(f"files[{number}]", file.content, filename=file.name, content_type=file.media_type)
    return form, headers


def _json(text: str) -> Any:  # Any: JSON
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
