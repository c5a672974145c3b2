"""A busy community's calendar for a year, and what its members look for in it; the same in every run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate, islice
from random import Random

from benchmarks.wordlists import ADJECTIVES, GENRES, NOUNS, SENTENCES, SYLLABLES, VENUE_NAMES
from bot.domain.events import HORIZON, Details, FromSource, Kind, NewEvent, Price, Timing
from bot.domain.places import Place
from bot.domain.recurrence import lay_out
from storage.cities import read_cities

PLACES = 300
ARTISTS = 5_000
ONLINE, REPEATED, PRICED = 0.1, 0.03, 0.8
"""Shares of all events."""

WHEN = (
    *("today", "tomorrow", "this weekend", "next week", "next month", "next 30 days", "next 90 days"),
    *("march", "june", "december", "3-9 may", "2027-08-14"),
)
PRICES = ("free", "10 EUR", "20 EUR", "35 USD", "50 GBP")

Typed = Mapping[str, str]
"""A search as its options are typed."""


@dataclass(frozen=True, slots=True)
class World:
    """What events are made of. Of each the first comes up most, as a few cities and artists do everywhere."""

    places: Sequence[Place]
    places_weights: Sequence[float]
    artists: Sequence[str]
    artists_weights: Sequence[float]

    def place(self, chance: Random) -> Place:
        return chance.choices(self.places, cum_weights=self.places_weights)[0]

    def artist(self, chance: Random) -> str:
        return chance.choices(self.artists, cum_weights=self.artists_weights)[0]


def world() -> World:
    chance = Random(1)
    places = [city.place for city in islice(read_cities(), PLACES)]
    artists = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(ARTISTS)]
    return World(places, _falling(PLACES), artists, _falling(ARTISTS))


def listings(world: World, count: int, now: datetime) -> Iterator[FromSource]:
    """So many events over the year from `now` on, a few of them repeated; about two in five are concerts."""
    chance = Random(2)
    for number in range(count):
        place = world.place(chance)
        starts = (now + timedelta(days=chance.randint(0, 360))).replace(tzinfo=None, hour=chance.randint(10, 22))
        rule = f"FREQ=WEEKLY;COUNT={chance.randint(2, 10)}" if chance.random() < REPEATED else ""
        timing = Timing(starts, starts + timedelta(hours=chance.randint(1, 6)), place.zone, rrule=rule)
        event = NewEvent(_details(world, place, chance), timing)
        slots = lay_out(timing, (), since=now, until=now + HORIZON)
        yield FromSource(event, slots, "figures", f"event-{number}", f"{number}")


def searches(world: World, count: int) -> list[Typed]:
    """What people type: half with words, and each other option in a part of them."""
    chance = Random(3)
    found: list[Typed] = []
    for _ in range(count):
        options = {
            "words": (0.5, _words(world, chance)),
            "near": (0.4, world.place(chance).full_label),
            "within": (0.1, str(chance.choice((5, 20, 100, 300)))),
            "when": (0.4, chance.choice(WHEN)),
            "kind": (0.2, chance.choice(list(Kind)).value),
            "genre": (0.15, chance.choice(GENRES)),
            "price": (0.15, chance.choice(PRICES)),
            "where": (0.1, chance.choice(("online", "in person"))),
        }
        found.append({name: typed for name, (share, typed) in options.items() if chance.random() < share})
    return found


def _words(world: World, chance: Random) -> str:
    """A rare name or its beginning, a common word, or two that narrow each other down."""
    match chance.randrange(6):
        case 0:
            return world.artist(chance)
        case 1:
            return world.artist(chance)[:4]
        case 2:
            return chance.choice(ADJECTIVES)
        case 3:
            return f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}"
        case 4:
            return f"{chance.choice(GENRES)} {world.place(chance).name}"
        case _:
            return chance.choice(SENTENCES).split()[0].casefold()


def _details(world: World, place: Place, chance: Random) -> Details:
    kind = Kind.CONCERT if chance.random() < 0.4 else chance.choice(list(Kind))
    is_online = chance.random() < ONLINE
    price = None
    if chance.random() < PRICED:
        amount = chance.choice((0, 0, 5, 8, 10, 12, 15, 20, 25, 40, 80))
        price = Price(Decimal(amount), chance.choice(("EUR", "EUR", "USD", "GBP")) if amount else "")
    return Details(
        title=f"{world.artist(chance).title()}: {chance.choice(ADJECTIVES).title()} {chance.choice(NOUNS).title()}",
        description=" ".join(chance.sample(SENTENCES, 2)) + f" With {world.artist(chance).title()}.",
        kind=kind,
        genres=tuple(chance.sample(GENRES, chance.randint(1, 3))),
        venue="" if is_online else f"{chance.choice(ADJECTIVES).title()} {chance.choice(VENUE_NAMES)}",
        place=None if is_online else place,
        online_link="https://meet.example.org/room" if is_online else "",
        page_link=f"https://events.example.org/{chance.getrandbits(32):08x}",
        price=price,
    )


def _falling(count: int) -> list[float]:
    """Cumulative weights of 1, 1/2, 1/3, …"""
    return list(accumulate(1 / number for number in range(1, count + 1)))
