"""Events as columns and JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from math import cos, radians, sin
from typing import Any

from bot.domain.events import Change, Details, Kind, Price, Slot, Status, Timing
from bot.domain.links import key_of
from bot.domain.places import Place
from bot.domain.terms import terms
from storage.connection import AnyRow
from storage.tables import events, places

Columns = dict[str, object]
Json = Mapping[str, Any]  # Any: what JSON holds

PLACE = ("id", "name", "region", "country", "latitude", "longitude", "population", "zone")
"""The fields of a Place, in order."""

_WHAT = ("title", "description", "kind", "genres", "price", "currency", "capacity")
_WHERE = ("venue", "place_id", "online_link", "page_link")
DETAIL_COLUMNS = (
    *(events.c[name] for name in (*_WHAT, *_WHERE)),
    *(places.c[name].label(f"place_{name}") for name in PLACE if name != "id"),
)
"""What `details_in` reads from a row of `events`, with its place beside it."""


def detail_columns(details: Details) -> Columns:
    """The columns of `events` that say what it is."""
    return {
        "title": details.title,
        "description": details.description,
        "kind": details.kind and details.kind.value,
        "genres": list(details.genres),
        "venue": details.venue,
        "place_id": details.place and details.place.id,
        "online_link": details.online_link,
        "page_link": details.page_link,
        "page_key": key_of(details.page_link),
        **price_columns(details.price),
        "capacity": details.capacity,
    }


def timing_columns(timing: Timing) -> Columns:
    """The columns of `events` that say when it is."""
    return {
        "starts": timing.starts,
        "ends": timing.ends,
        "zone": timing.zone,
        "is_all_day": timing.is_all_day,
        "rrule": timing.rrule,
        "extra": [wall.isoformat() for wall in timing.extra],
        "without": [wall.isoformat() for wall in timing.without],
    }


def occurrence_columns(slot: Slot, facets: Columns, *, is_cancelled: bool) -> Columns:
    """The columns of `occurrences` that one slot fills. `facets` are those of the event."""
    if slot.details is not None:
        facets = facet_columns(slot.details)
    return {
        "original": slot.original,
        "starts": slot.starts,
        "ends": slot.ends,
        "is_cancelled": is_cancelled or slot.status is Status.CANCELLED,
        "details": None if slot.details is None else details_json(slot.details),
        **facets,
    }


def facet_columns(details: Details) -> Columns:
    """What `find` narrows by. What has a link and no place or venue is only online."""
    place = details.place
    x, y, z = (None, None, None) if place is None else on_sphere(place.latitude, place.longitude)
    return {
        "kind": details.kind and details.kind.value,
        "genres": "".join(f"|{genre_key(genre)}" for genre in details.genres) + "|",
        "is_online": details.online_link != "",
        "is_in_person": place is not None or details.venue != "" or details.online_link == "",
        **price_columns(details.price),
        "capacity": details.capacity,
        "x": x,
        "y": y,
        "z": z,
    }


def genre_key(genre: str) -> str:
    """What makes two genres the same: "Hip-Hop" and "hip hop"."""
    return " ".join(terms(genre))


def price_columns(price: Price | None) -> Columns:
    if price is None:
        return {"price": None, "currency": ""}
    return {"price": hundredths(price.amount), "currency": price.currency}


def hundredths(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value())


def price_of(kept: int | None, currency: str) -> Price | None:
    return None if kept is None else Price(Decimal(kept).scaleb(-2), currency)


def on_sphere(latitude: float, longitude: float) -> tuple[float, float, float]:
    """A point on a sphere of radius 1. How far two are apart then needs no trigonometry in SQL, which SQLite may lack:
    within an angle `a` is within a chord of `2 sin(a / 2)`.
    """
    up, east = radians(latitude), radians(longitude)
    return cos(up) * cos(east), cos(up) * sin(east), sin(up)


def details_in(row: AnyRow) -> Details:
    """The details in a row that holds `DETAIL_COLUMNS`."""
    place = None
    if row.place_id is not None:
        place = Place(*(getattr(row, f"place_{name}") for name in PLACE))
    return Details(
        title=row.title,
        description=row.description,
        kind=row.kind and Kind(row.kind),
        genres=tuple(row.genres),
        venue=row.venue,
        place=place,
        online_link=row.online_link,
        page_link=row.page_link,
        price=price_of(row.price, row.currency),
        capacity=row.capacity,
    )


def timing_in(row: AnyRow) -> Timing:
    """The timing in a row that holds the columns of `events` for it."""
    return Timing(
        row.starts,
        row.ends,
        row.zone,
        is_all_day=row.is_all_day,
        rrule=row.rrule,
        extra=walls_of(row.extra),
        without=walls_of(row.without),
    )


def details_json(details: Details) -> Columns:
    place = details.place
    return {
        "title": details.title,
        "description": details.description,
        "kind": details.kind and details.kind.value,
        "genres": list(details.genres),
        "venue": details.venue,
        "place": None if place is None else [getattr(place, name) for name in PLACE],
        "online_link": details.online_link,
        "page_link": details.page_link,
        **price_columns(details.price),
        "capacity": details.capacity,
    }


def details_of(kept: Json) -> Details:
    return Details(
        title=kept["title"],
        description=kept["description"],
        kind=kept["kind"] and Kind(kept["kind"]),
        genres=tuple(kept["genres"]),
        venue=kept["venue"],
        place=None if kept["place"] is None else Place(*kept["place"]),
        online_link=kept["online_link"],
        page_link=kept["page_link"],
        price=price_of(kept["price"], kept["currency"]),
        capacity=kept.get("capacity"),  # none stood there once
    )


def changes_json(changes: Sequence[Change]) -> list[Columns]:
    return [
        {
            "original": change.original.isoformat(),
            "starts": change.starts and change.starts.isoformat(),
            "ends": change.ends and change.ends.isoformat(),
            "is_cancelled": change.is_cancelled,
            "details": None if change.details is None else details_json(change.details),
        }
        for change in changes
    ]


def changes_of(kept: Sequence[Json]) -> tuple[Change, ...]:
    return tuple(
        Change(
            original=datetime.fromisoformat(each["original"]),
            starts=each["starts"] and datetime.fromisoformat(each["starts"]),
            ends=each["ends"] and datetime.fromisoformat(each["ends"]),
            is_cancelled=each["is_cancelled"],
            details=None if each["details"] is None else details_of(each["details"]),
        )
        for each in kept
    )


def walls_of(kept: Sequence[str]) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(wall) for wall in kept)
