"""Rate limits (Slack: Web API, Rate limits): per app, workspace and method; for posts per channel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

TIERS: Mapping[int, int] = {1: 1, 2: 20, 3: 50, 4: 100}
"""Requests a minute; Slack says "1+", "20+", "50+", "100+"."""
SPECIAL = 0
"""The tier of what has a limit of its own, generous enough to leave it out: auth.test, "hundreds of requests"."""

POSTS_A_SECOND = 1.0  # chat.postMessage: "one message per second per channel", "short bursts … allowed"
HISTORY_A_MINUTE, HISTORY_MOST = 1, 15
"""conversations.history for apps that are distributed outside the Marketplace, since May 2025."""


@dataclass(slots=True)
class Bucket:
    """Lets `burst` through at once, and then one every `seconds`."""

    seconds: float
    burst: int
    _ready: float = -1e9
    """When it will be full again, less the burst."""

    def take(self, now: float) -> float:
        """Count one; 0 when it may pass, else the seconds to wait."""
        if not self.seconds:
            return 0.0
        ready = max(self._ready, now - self.burst * self.seconds)
        if ready + self.seconds > now:
            return ready + self.seconds - now
        self._ready = ready + self.seconds
        return 0.0


@dataclass(slots=True)
class RateLimits:
    """`pace` stretches everything: 0.01 makes a second ten milliseconds."""

    pace: float = 1.0
    is_on: bool = True
    burst: int = 3
    """Posts into one channel at once."""
    workspace_a_minute: int = 600
    """Posts into one workspace: "several hundred messages per minute"."""
    history_is_narrow: bool = False
    """Whether conversations.history has the limits of an app outside the Marketplace."""
    hits: list[str] = field(default_factory=list)
    """Calls that were answered 429."""
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    @property
    def history_most(self) -> int:
        """Messages that one page of history holds, whatever is asked for."""
        return HISTORY_MOST if self.history_is_narrow else 999

    def take(self, method: str, tier: int, team: str, channel: str = "") -> float:
        """Count a call: 0 when it may pass, else the seconds to wait."""
        if not self.is_on:
            return 0.0
        now = asyncio.get_running_loop().time()
        if method == "chat.postMessage":
            wait = self._bucket(f"post {channel}", POSTS_A_SECOND, self.burst).take(now)
            if not wait:
                a_minute = self.workspace_a_minute
                wait = self._bucket(f"posts {team}", 60 / a_minute, max(a_minute // 6, 1)).take(now)
        elif method == "conversations.history" and self.history_is_narrow:
            wait = self._bucket(f"{method} {team}", 60 / HISTORY_A_MINUTE, 1).take(now)
        elif tier == SPECIAL:
            wait = 0.0
        else:
            a_minute = TIERS[tier]
            wait = self._bucket(f"{method} {team}", 60 / a_minute, a_minute).take(now)
        if wait:
            self.hits.append(f"{method} {channel}".strip())
        return wait

    def _bucket(self, key: str, seconds: float, burst: int) -> Bucket:
        if key not in self._buckets:
            self._buckets[key] = Bucket(seconds * self.pace, burst)
        return self._buckets[key]
