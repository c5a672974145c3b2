"""What somebody set about their reminders and notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

LEADS_MOST = 5
SHORTEST_LEAD, LONGEST_LEAD = timedelta(minutes=5), timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the night, on the reader's wall, in which nothing is sent. They may span midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Preferences:
    """As somebody has them who set nothing."""

    quiet: Quiet | None = Quiet(time(23), time(7))
    leads: tuple[timedelta, ...] = (timedelta(days=1), timedelta(hours=2))
    """How long before an event they are reminded of it."""
