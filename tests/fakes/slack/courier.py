"""Brings what people do to the app: over Socket Mode, or as signed requests. Both carry the same payloads."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.asked import COMMAND, EVENT, Asked
from tests.fakes.slack.errors import Json
from tests.fakes.slack.link import Link

if TYPE_CHECKING:
    from tests.fakes.slack.core import Core

TYPES = {COMMAND: "slash_commands", EVENT: "events_api"}
"""Socket Mode's name for each; everything else is "interactive"."""


class Courier:
    """`link` are the app's sockets."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.link = Link(lambda: core.world.app_id, self._hear, core.violations)
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self.under_way = 0
        """How much the app was told and has yet to acknowledge, in time."""
        self._session: aiohttp.ClientSession | None = None

    def new_url(self) -> str:
        """Where the app connects to, once."""
        return f"ws://{self._core.address}/link/?ticket={self.link.new_ticket()}&app_id={self._core.world.app_id}"

    async def stop(self) -> None:
        await self.link.stop()
        if self._session is not None:
            await self._session.close()

    @property
    def has_app(self) -> bool:
        """Whether there is somebody to be told, or has been."""
        return bool(self._core.request_url or self.link.opened)

    def bring(self, asked: Asked, *, twice: bool = False) -> None:
        """Tell the app. What is not acknowledged in time is told again if it is an event."""
        asked.began = self._core.last_request = self._core.loop.time()
        for _ in range(2 if twice else 1):
            asked.deliveries += 1
            self._core.start_task(self._tell(asked, attempt=int(asked.deliveries > 1)))

    async def _tell(self, asked: Asked, *, attempt: int) -> None:
        await asyncio.sleep(self._core.delay)
        waits = self._core.retry_seconds if asked.kind == EVENT else ()
        why = "timeout" if attempt else ""
        for wait in (0.0, *waits):
            await asyncio.sleep(wait)
            why = await self._once(asked, attempt, why)
            if not why:
                return
            attempt += 1
        asked.fail(why)

    async def _once(self, asked: Asked, attempt: int, reason: str) -> str:
        """ "" when the app has acknowledged; else why not."""
        core = self._core
        self.under_way += 1
        try:
            tell = self._post if core.request_url else self._send
            why, said = await tell(asked, attempt, reason)
        finally:
            self.under_way -= 1
        if why == "timeout":
            core.violations.append(f"{asked.kind}: not acknowledged within {core.response_seconds} s")
        if why:
            return why
        asked.acks += 1
        if asked.acks == 1:
            asked.acked_after = self._core.loop.time() - asked.began
            asked.ack = said
            core.heard(asked, said)
            asked.changed()
        return ""

    # ---- Socket Mode

    async def _send(self, asked: Asked, attempt: int, reason: str) -> tuple[str, Any]:  # Any: JSON
        type_ = TYPES.get(asked.kind, "interactive")
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "type": type_,
            "payload": asked.payload,
            "accepts_response_payload": type_ != "events_api",
        }
        if type_ == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        answer = self._waiting[envelope["envelope_id"]] = self._core.loop.create_future()
        try:
            if not await self.link.send(envelope, answer):
                return "dispatch_failed", None
            async with asyncio.timeout(self._core.response_seconds):
                return "", await answer
        except ConnectionError:
            return "connection_lost", None
        except TimeoutError:
            return "timeout", None
        finally:
            del self._waiting[envelope["envelope_id"]]

    def _hear(self, id_: str, said: Any) -> bool:  # Any: JSON
        answer = self._waiting.get(id_)
        if answer is None or answer.done():
            return False
        answer.set_result(said)
        return True

    # ---- signed requests

    async def _post(self, asked: Asked, attempt: int, reason: str) -> tuple[str, Any]:  # Any: JSON
        match asked.kind:
            case "command":
                body, media_type = urlencode(asked.payload), "application/x-www-form-urlencoded"
            case "event":
                body, media_type = json.dumps(asked.payload), "application/json"
            case _:
                body = urlencode({"payload": json.dumps(asked.payload)})
                media_type = "application/x-www-form-urlencoded"
        headers = {"Content-Type": media_type, **self.signature(body)}
        if attempt:
            # Events API, Retries
            reasons = {"timeout": "http_timeout", "connection_lost": "connection_failed"}
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reasons.get(reason, reason)}
        status, text, why = await self.request(body, headers)
        if why or status != 200:
            return why or "http_error", None
        if not text:
            return "", None
        try:
            return "", json.loads(text)
        except ValueError:
            return "", {"text": text}

    def signature(self, body: str, at: datetime | None = None) -> dict[str, str]:
        """The headers that prove a request comes from Slack (Verifying requests from Slack), version v0."""
        # the machine's own clock: the app holds it against its own
        stamp = str(int((at or datetime.now(UTC)).timestamp()))
        digest = hmac.new(self._core.signing_secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256)
        return {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest.hexdigest()}",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }

    async def request(self, body: str, headers: dict[str, str]) -> tuple[int, str, str]:
        """Post to the app as it stands: status, text, and "" or why there is none of both."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(total=self._core.response_seconds)
        try:
            async with self._session.post(
                self._core.request_url, data=body.encode(), headers=headers, timeout=timeout
            ) as answer:
                return answer.status, await answer.text(), ""
        except TimeoutError:
            return 0, "", "timeout"
        except aiohttp.ClientError:
            return 0, "", "connection_lost"

    async def verify_url(self) -> bool:
        """Ask the app to prove its address (url_verification), as when it is typed into the app's settings."""
        body = json.dumps({"token": "fake", "challenge": "3eZbrw1aBm2rZgRNFdxV", "type": "url_verification"})
        headers = {"Content-Type": "application/json", **self.signature(body)}
        status, text, _ = await self.request(body, headers)
        return status == 200 and "3eZbrw1aBm2rZgRNFdxV" in text
