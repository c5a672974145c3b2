"""What somebody set about their reminders and notices, and their path."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Protocol

from bot.domain.quiet import Quiet
from bot.domain.resources import Level


@dataclass(frozen=True, slots=True)
class Preferences:
    """As somebody has them who set nothing."""

    quiet: Quiet | None = field(default_factory=lambda: Quiet(time(23), time(7)))
    leads: tuple[timedelta, ...] = (timedelta(days=1), timedelta(hours=2))
    """How long before an event they are reminded of it."""
    digest_weekday: int = 0
    """When their personal digest comes, from Monday = 0."""
    digest_at: time = time(9)
    """On their wall."""
    wants_digest: bool = True
    wants_recap: bool = True
    """Whether to be asked, the morning after, whom they met."""
    wants_brief: bool = True
    """Whether to be told before an event whom they know there."""
    level: Level | None = None
    """How far they are; what their path offers from the library goes by it."""


class PreferenceRows(Protocol):
    """The repository of what people set. Every method names the people it acts for."""

    async def of(self, persons: Collection[int]) -> Mapping[int, Preferences]:
        """For each of these people, those who set nothing too."""

    async def put(self, person: int, preferences: Preferences) -> None:
        """Keep what they set, in the place of what was."""
