"""A digest's schedule and filters in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.digests import Digest
from bot.domain.events import KIND_NAMES, Search
from bot.domain.moments import start_of
from bot.features.events.finding import WHERE
from bot.i18n import N_, Words
from bot.params import WEEKDAYS


def schedule(digest: Digest, say: Words) -> str:
    weekday = say(list(WEEKDAYS.values())[digest.weekday])
    time = say.clock(datetime.combine(datetime.min, digest.at))
    return say(N_("every {weekday} at {time} ({zone})"), weekday=weekday, time=time, zone=digest.zone)


def filters(digest: Digest, say: Words) -> str:
    """What it tells of: "events near Berlin, DE (50 km) · Workshop"."""
    near = ""
    if digest.near:
        near = say(N_("within {km} km of {place}"), km=say.number(digest.within_km), place=digest.near.full_label)
    where = "" if digest.online is None else WHERE["online"] if digest.online else WHERE["in person"]
    parts = [
        near,
        say(KIND_NAMES[digest.kind]) if digest.kind else "",
        digest.genre,
        say(where) if where else "",
    ]
    return " · ".join(part for part in parts if part) or say(N_("all events"))


def shows(digest: Digest, say: Words) -> str:
    """All that it tells of: its events, and perhaps the library."""
    events = filters(digest, say)
    return say(N_("{events}, and what is new in the library"), events=events) if digest.shows_library else events


def search_for(digest: Digest, now: datetime) -> Search:
    """What a digest asks the calendar for: from now until the end of its last day, in its own zone."""
    zone = ZoneInfo(digest.zone)
    last = now.astimezone(zone).date() + timedelta(days=digest.days)
    return Search(
        since=now,
        until=start_of(last, zone),
        near=digest.near,
        within_km=digest.within_km,
        kind=digest.kind,
        genre=digest.genre,
        online=digest.online,
    )
