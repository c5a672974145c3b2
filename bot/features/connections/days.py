"""Days of meetings, on the calendar of whoever met somebody."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from bot.features.connections.lookup import Meeting
from bot.params import DateTime
from bot.request import Request

MORNING = time(9)


def due(label: str, help_: str) -> DateTime:
    """Until when something is to be done: a day is enough, and means its morning."""
    return DateTime(label, help_, default=MORNING)


def today(request: Request) -> date:
    """The day it is on the asker's calendar."""
    return request.now.astimezone(request.zone).date()


def day_met(on: date | None, met: Meeting | None, request: Request) -> date:
    """The day that was said, else that of the event where they met, else today."""
    if on is not None:
        return on
    if met is not None and met.event is not None:
        return min(met.event.starts.astimezone(request.zone).date(), today(request))
    return today(request)


def noon(day: date, request: Request) -> datetime:
    """A day as a moment (aware UTC): now if it is today, else its middle."""
    if day == today(request):
        return request.now
    return datetime.combine(day, time(12), request.zone).astimezone(UTC)
