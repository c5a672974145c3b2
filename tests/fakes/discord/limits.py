"""Rate limits (Topics: Rate Limits)."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

INVALID_MOST = 10_000
"""Answers 401, 403 and 429 in ten minutes that bring a ban of the address."""
INVALID_WINDOW = 600.0
GLOBAL_MOST = 50
"""Requests in a second, all in all; interaction endpoints do not count."""

ROUTES: Sequence[tuple[str, int, float]] = (
    (r"POST /channels/\d+/messages", 5, 5.0),
    (r"PATCH /channels/\d+/messages/\d+", 5, 5.0),
    (r"DELETE /channels/\d+/messages/\d+", 5, 1.0),
    (r"GET /channels/\d+/messages.*", 5, 5.0),
    (r"POST /users/@me/channels", 10, 5.0),
    (r"(POST|PATCH|DELETE) /guilds/\d+/scheduled-events.*", 5, 5.0),
    (r"(POST|PATCH|DELETE) /webhooks/\d+/[^/]+.*", 5, 2.0),
    (r".*", 50, 1.0),
)
"""What a bucket lets through in how many seconds; the first that fits. Discord's own numbers are not promised."""


@dataclass(slots=True)
class Window:
    """`most` requests in `seconds`, from the first one on."""

    most: int
    seconds: float
    began: float = -1e9
    used: int = 0

    def take(self, now: float) -> float:
        """Count one request; 0 when it may pass, else the seconds to wait."""
        if now - self.began >= self.seconds:
            self.began, self.used = now, 0
        if self.used >= self.most:
            return max(self.began + self.seconds - now, 0.001)
        self.used += 1
        return 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`wait` is 0 for a request that may pass. `headers` are for the answer."""

    wait: float
    is_global: bool
    headers: Mapping[str, str]


@dataclass(slots=True)
class RateLimits:
    """`pace` stretches every window: 0.01 makes five seconds fifty milliseconds."""

    pace: float = 1.0
    is_on: bool = True
    buckets: dict[str, Window] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)
    """Requests that were answered 429."""
    invalid: deque[float] = field(default_factory=deque)
    is_banned: bool = False
    _global: Window = field(default_factory=lambda: Window(GLOBAL_MOST, 1.0))

    def take(self, method: str, path: str) -> Verdict:
        """Count a request; `path` is without the version."""
        if not self.is_on:
            return Verdict(0.0, False, {})
        now = asyncio.get_running_loop().time()
        is_exempt = path.startswith("/interactions/") or bool(re.match(r"/webhooks/\d+/\S+", path))
        if not is_exempt:
            self._global.seconds = self.pace
            if wait := self._global.take(now):
                self.hits.append(f"{method} {path}")
                return Verdict(wait, True, {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"})
        if path.startswith("/interactions/"):
            return Verdict(0.0, False, {})
        key, most, seconds = self._bucket(method, path)
        window = self.buckets.setdefault(key, Window(most, seconds * self.pace))
        wait = window.take(now)
        reset = max(window.began + window.seconds - now, 0.0)
        headers = {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": str(most - window.used),
            "X-RateLimit-Reset": f"{now + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(key.partition("#")[0].encode()).hexdigest()[:32],
        }
        if wait:
            self.hits.append(f"{method} {path}")
            headers["X-RateLimit-Scope"] = "user"
        return Verdict(wait, False, headers)

    def note_invalid(self) -> None:
        """An answer 401, 403 or 429 went out."""
        now = asyncio.get_running_loop().time()
        self.invalid.append(now)
        while self.invalid and now - self.invalid[0] > INVALID_WINDOW:
            self.invalid.popleft()
        self.is_banned |= len(self.invalid) >= INVALID_MOST

    def _bucket(self, method: str, path: str) -> tuple[str, int, float]:
        route = f"{method} {path}"
        for index, (pattern, most, seconds) in enumerate(ROUTES):
            if re.fullmatch(pattern, route):
                # the major parameter tells buckets apart; an interaction's token is one as well
                major = re.match(r"/(?:channels|guilds|webhooks)/\d+(?:/[\w.-]{40,})?", path)
                shape = re.sub(r"\d{15,}|/[\w.-]{40,}", "*", path)
                return f"{index} {method} {shape}#{major[0] if major else ''}", most, seconds
        raise AssertionError("the last pattern fits all")
