"""A calendar file as venues and promoters publish them: about 350 bytes an event, a fifth of them weekly, 50 venues."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from benchmarks.wordlists import ADJECTIVES, CITIES, GENRES, NOUNS, SENTENCES, VENUE_NAMES
from bot.domain.events import Kind

VENUES = 50
WEEKLY_EVERY = 5
COURSE = 10
"""Times a weekly course takes place; half of what is weekly is one, the other half has no end."""


def calendar(events: int, now: datetime) -> bytes:
    """An .ics file of so many events over the year from `now` on. The same moment gives the same bytes."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Greenroom//Figures//EN", "CALSCALE:GREGORIAN"]
    chance = Random(events)
    venues = [_venue(number, chance) for number in range(VENUES)]
    for number in range(events):
        lines += _event(number, now, venues, chance)
    lines += ["END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def _venue(number: int, chance: Random) -> tuple[str, str]:
    """Where it is, and its zone."""
    city = CITIES[number % len(CITIES)]
    name = f"{chance.choice(ADJECTIVES).title()} {chance.choice(VENUE_NAMES)}"
    return f"{name}\\, {chance.randint(1, 200)} Main Street\\, {city.name}", city.zone


def _event(number: int, now: datetime, venues: list[tuple[str, str]], chance: Random) -> Iterator[str]:
    location, zone = chance.choice(venues)
    starts = (now + timedelta(days=chance.randint(1, 360))).replace(hour=chance.randint(10, 22), minute=0)
    ends = starts + timedelta(hours=chance.randint(1, 6))
    yield "BEGIN:VEVENT"
    yield f"UID:{chance.getrandbits(64):016x}-{number}@example.org"
    yield f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;TZID={zone}:{starts:%Y%m%dT%H%M%S}"
    yield f"DTEND;TZID={zone}:{ends:%Y%m%dT%H%M%S}"
    yield f"SUMMARY:{chance.choice(ADJECTIVES).title()} {chance.choice(NOUNS).title()} {number}"
    yield f"LOCATION:{location}"
    if number % 2:
        yield f"DESCRIPTION:{chance.choice(SENTENCES)}".replace(",", "\\,")
    yield f"CATEGORIES:{chance.choice(list(Kind)).value},{chance.choice(GENRES)}"
    if number % WEEKLY_EVERY == 0:
        yield "RRULE:FREQ=WEEKLY" + (f";COUNT={COURSE}" if number % (2 * WEEKLY_EVERY) else "")
    yield "END:VEVENT"
