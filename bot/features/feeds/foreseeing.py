"""What a feed would change: told before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.events import HORIZON, SourceEvent
from bot.domain.recurrence import lay_out
from bot.i18n import Words
from bot.markup import Rich, joined, rich

LINES_MOST = 10
"""Of each kind; of more, how many."""


def ahead(events: Sequence[SourceEvent], now: datetime) -> Sequence[tuple[SourceEvent, datetime]]:
    """Those that still come, with when they do next (aware UTC), soonest first."""
    coming: list[tuple[SourceEvent, datetime]] = []
    for each in events:
        if each.is_cancelled:
            continue
        slots = lay_out(each.timing, (), since=now, until=now + HORIZON)
        following = next((slot.starts for slot in slots if slot.ends > now or slot.starts >= now), None)
        if following is not None:
            coming.append((each, following))
    return sorted(coming, key=lambda pair: (pair[1], pair[0].uid))


def line_of(pair: tuple[SourceEvent, datetime], say: Words) -> Rich:
    event, starts = pair
    return rich(event.title, " · ", say.moment(starts, ZoneInfo(event.timing.zone)))


def lines_of(titles: Sequence[str], say: Words) -> Rich:
    """Titles, each on a line of its own."""
    lines: list[Rich | str] = list(titles[:LINES_MOST])
    if len(titles) > LINES_MOST:
        more = len(titles) - LINES_MOST
        lines.append(say.many("and {count} more", "and {count} more", more))
    return joined(lines, "\n")
