"""Calendars for tests: written line by line, or read from files."""

from __future__ import annotations

from adapters.sources.icalendar_events import Item, events_of
from adapters.sources.icalendar_lines import lines_of
from bot.domain.events import Skipped, SourceEvent

HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Tests//EN"


def event(*lines: str) -> str:
    """A VEVENT; a UID, a title and a start stand in it unless `lines` say otherwise."""
    usual = {"UID": "1@example.com", "SUMMARY": "Late Night Techno", "DTSTART": "20261204T200000"}
    told = {line.replace(";", ":").partition(":")[0].strip() for line in lines}
    given = [f"{name}:{value}" for name, value in usual.items() if name not in told]
    return "\n".join(["BEGIN:VEVENT", *given, *lines, "END:VEVENT"])


def calendar(*parts: str) -> bytes:
    """A VCALENDAR of properties and components."""
    return "\n".join([HEAD, *parts, "END:VCALENDAR", ""]).replace("\n", "\r\n").encode()


def read(data: bytes, zone: str = "Europe/Berlin") -> tuple[list[SourceEvent], list[Skipped]]:
    """What is read of a calendar, in this process."""
    items: list[Item] = list(events_of(lines_of(data), zone))
    return (
        [item for item in items if isinstance(item, SourceEvent)],
        [item for item in items if isinstance(item, Skipped)],
    )


def read_event(*lines: str, around: tuple[str, ...] = (), zone: str = "Europe/Berlin") -> SourceEvent:
    """The one event of a calendar that has nothing else and loses nothing."""
    events, skipped = read(calendar(*around, event(*lines)), zone)
    assert skipped == []
    (only,) = events
    return only


def reason(*lines: str, around: tuple[str, ...] = ()) -> str:
    """Why the one event of a calendar is not taken, in words."""
    events, skipped = read(calendar(*around, event(*lines)))
    assert events == []
    (only,) = skipped
    return only.reason.format(**only.values)
