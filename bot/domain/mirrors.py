"""What a platform's own calendar shows of ours, as it was last seen on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Face:
    """An event as the platform's calendar holds it; moments are aware, in whole seconds."""

    title: str
    description: str
    location: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """One of our occurrences and the platform's event that shows it.

    Each step there is noted before it is taken, so that whatever is found after a crash is known for our own.
    """

    occurrence: int
    external: str | None
    """The platform's id; None while it is being made, and perhaps was."""
    shown: Face
    """As both sides last had it; what is different there now, somebody changed there."""
    pending: Face | None = None
    """What it is being changed to there, and perhaps was."""
    is_leaving: bool = False
    """It is being removed there, and perhaps was: that it is gone means nothing then."""
    asked_at: datetime | None = None
    """When it was last asked whom it interests."""
    interested: int | None = None
    """How many that were."""


class Mirrors(Protocol):
    """The repository of links, by the id of a workspace (`Home.id`)."""

    async def links(self, home: int) -> Sequence[Link]:
        """All of one workspace, by occurrence."""

    async def put(self, home: int, link: Link) -> None:
        """Keep a link, in the place of the one of the same occurrence."""

    async def drop(self, home: int, occurrence: int) -> None:
        """Forget one."""
