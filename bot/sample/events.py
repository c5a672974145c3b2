"""The sample community's calendar: 60 events over the next eight weeks in eight cities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from bot.domain.events import HORIZON, Attendance, Details, Kind, NewEvent, Price, Timing
from bot.domain.places import Place
from bot.domain.recurrence import lay_out
from bot.ports import UnitOfWork

EVENTS = 60
WEEKS = 8
KNOWN = timedelta(days=10)
"""For so long they have been in the calendar: they are no news."""


@dataclass(frozen=True, slots=True)
class _City:
    typed: str
    currency: str
    clubs: tuple[str, str]
    studio: str
    hall: str


CITIES = (
    _City("Berlin, DE", "EUR", ("Kellerwerk", "Halle Nord"), "Studio Spreeufer", "Haus der Tonkunst"),
    _City(
        "London, GB",
        "GBP",
        ("The Arches Room", "Night Ferry"),
        "Canal Street Studios",
        "Borough Hall of Music",
    ),
    _City(
        "New York City, US",
        "USD",
        ("Half Moon Loft", "Sub Basement"),
        "Red Brick Recording",
        "Hudson Music Hall",
    ),
    _City("Los Angeles, US", "USD", ("Palm Circuit", "The Echo Yard"), "Sunset Tape Room", "Figueroa Hall"),
    _City("Paris, FR", "EUR", ("Le Passage Bas", "Quai Sonore"), "Studio des Lilas", "Salle Verte"),
    _City("Amsterdam, NL", "EUR", ("De Loods", "Noordkaap"), "Studio Grachten", "Muziekzaal Oost"),
    _City("Lagos, NG", "NGN", ("Third Mainland", "The Afro Room"), "Surulere Sound", "Island Music Centre"),
    _City("Tokyo, JP", "JPY", ("Rokkaku", "Club Suidobashi"), "Studio Kanda", "Shibuya Onkyo Hall"),
)

CONCERTS = (
    ("Late Night Modular", ("techno", "modular")),
    ("Warehouse Frequencies", ("techno",)),
    ("Strings and Samplers", ("ambient", "classical")),
    ("Basement Jazz Session", ("jazz",)),
    ("Dub Foundation", ("dub", "reggae")),
    ("Songs in the Round", ("singer-songwriter", "folk")),
    ("Afrobeats Live", ("afrobeats",)),
    ("Beat Cypher", ("hip-hop",)),
    ("Drum & Bass Workout", ("drum & bass",)),
    ("Noise and Quiet", ("experimental",)),
)
WORKSHOPS = (
    ("Mixing Vocals That Sit", ("mixing",), 45),
    ("Synthesis from Zero", ("synthesis",), 30),
    ("Reading Your First Contract", ("business",), 20),
    ("Ableton for Songwriters", ("production", "songwriting"), 35),
    ("Royalties Without Tears", ("business", "royalties"), 0),
    ("Microphones and Rooms", ("recording",), 50),
)
MASTERCLASSES = (
    ("Mastering for Streaming", ("mastering",), 80),
    ("Arranging for Small Orchestra", ("arranging",), 70),
    ("Writing Hooks", ("songwriting",), 60),
)
OPEN_STUDIOS = (("Open Studio Afternoon", ("recording",)), ("Patch and Play", ("modular",)))
DEADLINES = (
    ("Emerging Producers Grant: applications close", ("funding",)),
    ("Songwriting Camp: last day to apply", ("songwriting",)),
)


async def fill_events(uow: UnitOfWork, community: int, people: Sequence[int], now: datetime) -> None:
    """Add them, each by somebody, and let some say that they come; masterclasses have few places. The same moment gives
    the same events.
    """
    cities = [await uow.places.named(city.typed) for city in CITIES]
    chance = Random(EVENTS)
    for number, made in enumerate(_events(now, cities, chance)):
        added_by = people[number % len(people)]
        event = NewEvent(made.details, made.timing, added_by=added_by, request_id=f"sample-{number}")
        slots = lay_out(event.timing, (), since=now, until=now + HORIZON)
        occurrence = await uow.events.add(community, event, slots, now - KNOWN)
        for person in chance.sample(people, chance.randint(0, len(people))):
            answer = chance.choice((Attendance.GOING, Attendance.GOING, Attendance.MAYBE))
            await uow.events.answer(community, occurrence, person, answer, now)


def _events(now: datetime, cities: list[Place], chance: Random) -> Iterator[NewEvent]:
    for number in range(EVENTS):
        index = number % len(CITIES)
        city, place = CITIES[index], cities[index]
        days = 1 + number * (WEEKS * 7 - 2) // EVENTS
        day = now.astimezone(ZoneInfo(place.zone)).replace(tzinfo=None) + timedelta(days=days)
        yield _event(number, day, city, place, chance)


def _event(number: int, day: datetime, city: _City, place: Place, chance: Random) -> NewEvent:
    """Of every ten: four concerts, two workshops, and one each of the other kinds in turn."""
    turn, round_ = number % 10, number // 10
    match turn:
        case 0 | 3 | 5 | 8:
            title, genres = CONCERTS[(number + round_) % len(CONCERTS)]
            cost = chance.choice((0, 10, 12, 15, 20))
            return _made(title, genres, Kind.CONCERT, day, 20, 4, city, place, city.clubs[number % 2], cost)
        case 1 | 6:
            title, genres, cost = WORKSHOPS[number % len(WORKSHOPS)]
            online = "https://meet.example.org/workshop" if number % 4 == 1 else ""
            venue = "" if online else city.studio
            return _made(title, genres, Kind.WORKSHOP, day, 18, 2, city, place, venue, cost, online)
        case 2:
            title, genres, cost = MASTERCLASSES[round_ % len(MASTERCLASSES)]
            return _made(title, genres, Kind.MASTERCLASS, day, 14, 3, city, place, city.hall, cost, capacity=3)
        case 4:
            name = f"{place.name} Producers Meetup"
            rule = "FREQ=MONTHLY;COUNT=3" if round_ % 2 else ""
            return _made(name, ("networking",), Kind.MEETUP, day, 19, 3, city, place, city.clubs[0], 0, rrule=rule)
        case 7:
            if round_ % 2:
                title, genres = OPEN_STUDIOS[round_ % len(OPEN_STUDIOS)]
                return _made(title, genres, Kind.OPEN_STUDIO, day, 13, 5, city, place, city.studio, 0)
            return _made("New Names Showcase", ("showcase",), Kind.SHOWCASE, day, 19, 4, city, place, city.clubs[1], 8)
        case _:
            if round_ % 2:
                title, genres = DEADLINES[round_ % len(DEADLINES)]
                return _made(title, genres, Kind.DEADLINE, day, 23, 0, city, None, "", None, zone=place.zone)
            return _made(
                f"Music Business Days {place.name}",
                ("business", "conference"),
                Kind.CONFERENCE,
                day,
                10,
                32,
                city,
                place,
                city.hall,
                120,
            )


def _made(
    title: str,
    genres: tuple[str, ...],
    kind: Kind,
    day: datetime,
    hour: int,
    hours: int,
    city: _City,
    place: Place | None,
    venue: str,
    cost: int | None,
    online: str = "",
    rrule: str = "",
    zone: str = "",
    capacity: int | None = None,
) -> NewEvent:
    starts = day.replace(hour=hour, minute=0, second=0, microsecond=0)
    slug = "-".join(word for word in title.casefold().replace("&", "and").replace(":", "").split())
    price = None if cost is None else Price(Decimal(cost * _RATES[city.currency]), city.currency if cost else "")
    details = Details(
        title=title,
        description=_ABOUT[kind],
        kind=kind,
        genres=genres,
        venue=venue,
        place=None if online else place,
        online_link=online,
        page_link=f"https://events.example.org/{slug}",
        price=price,
        capacity=capacity,
    )
    at = zone or (place.zone if place else "UTC")
    return NewEvent(details, Timing(starts, starts + timedelta(hours=hours), at, rrule=rrule))


_RATES = {"EUR": 1, "GBP": 1, "USD": 1, "NGN": 500, "JPY": 150}
"""Whole amounts that look right in each currency."""

_ABOUT = {
    Kind.CONCERT: "Doors an hour before. Bring earplugs; the sound system deserves them.",
    Kind.CONFERENCE: "Two days of talks on labels, publishing, sync and booking, and time to meet between them.",
    Kind.WORKSHOP: "Small group, hands on. Bring a laptop and headphones.",
    Kind.MASTERCLASS: "One guest, one subject, all questions.",
    Kind.MEETUP: "No programme: come, say what you are working on, hear what others are.",
    Kind.OPEN_STUDIO: "See the rooms, try the desk, meet the people who run it.",
    Kind.SHOWCASE: "Five acts nobody has booked yet, twenty minutes each.",
    Kind.DEADLINE: "Applications reach the office by this moment.",
}
