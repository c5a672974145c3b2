"""schema.org's Event and its kinds as events of ours, from whichever notation they were read."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from urllib.parse import urljoin

from adapters.sources.icalendar_events import UID_MOST
from adapters.sources.icalendar_texts import CATEGORIES_MOST, described
from adapters.sources.items_times import moment_of, when_of
from adapters.sources.items_values import first_of, listed, name_of, price_of, text_in, types_of
from adapters.sources.pages_items import Item, Json, plain
from bot.domain.events import (
    DESCRIPTION_MOST,
    GENRE_MOST,
    LINK_MOST,
    TITLE_MOST,
    VENUE_MOST,
    Kind,
    Skipped,
    SourceEvent,
)
from bot.domain.text import clean_line, clip, web_address
from bot.errors import Refused
from bot.i18n import N_

KINDS: Mapping[str, Kind | None] = {  # https://schema.org/Event, "More specific types"
    **dict.fromkeys(
        """Event ChildrensEvent ComedyEvent CourseInstance DanceEvent EventSeries FoodEvent Hackathon LiteraryEvent
        PerformingArtsEvent SaleEvent ScreeningEvent SportsEvent TheaterEvent VisualArtsEvent""".split()
    ),
    "MusicEvent": Kind.CONCERT,
    "Festival": Kind.CONCERT,
    "BusinessEvent": Kind.CONFERENCE,
    "ConferenceEvent": Kind.CONFERENCE,
    "EducationEvent": Kind.WORKSHOP,
    "ExhibitionEvent": Kind.SHOWCASE,
    "SocialEvent": Kind.MEETUP,
}
_INNER = ("mainEntity", "mainEntityOfPage", "itemListElement", "item", "event", "events", "subEvent", "subEvents")
_INHERITED = ("name", "description", "location", "url", "offers", "keywords", "eventStatus", "eventAttendanceMode")
"""What a single date of an event need not say again."""
_DEEP = 6
_DATES_MOST = 100
"""Dates that one item may name."""


def events_in(items: Sequence[Item], url: str, zone: str, base: str = "") -> Iterator[SourceEvent | Skipped]:
    """The events that a page at `url` tells of, each once, and what of them was not taken.

    `zone` (IANA) is where times are that name none; addresses are relative to `base`, if there is one, else to `url`.
    """
    reader = _Reader(items, urljoin(url, base) if base else url, url, zone)
    seen: set[object] = set()
    uids: set[str] = set()
    for item in reader.found(items, {}):
        for told in reader.dates(item):
            same = (told.title.casefold(), told.timing.starts) if isinstance(told, SourceEvent) else told.title
            if same in seen:
                continue
            seen.add(same)
            if isinstance(told, Skipped):
                yield told
                continue
            yield _renamed(told) if told.uid in uids else told  # several dates under one address
            uids.add(told.uid)


class _Reader:
    def __init__(self, items: Sequence[Item], base: str, url: str, zone: str) -> None:
        self._base, self._url, self._zone = base, url, zone
        self._named = {text_in(item.get("@id")): item for item in items if item.get("@id")}

    def found(self, items: Sequence[Json], around: Item, deep: int = _DEEP) -> Iterator[Item]:
        """The events among these items and in them; `around` is the event that they are a part of."""
        for each in items:
            item = self._resolved(each)
            if not isinstance(item, dict) or not deep:
                continue
            is_event = any(kind in KINDS for kind in types_of(item))
            if is_event:
                kept = {name: around[name] for name in _INHERITED if name in around}
                item = {**kept, **item}
                yield item
            for name in _INNER:
                yield from self.found(listed(item.get(name)), item if is_event else {}, deep - 1)

    def dates(self, item: Item) -> Iterator[SourceEvent | Skipped]:
        """An event for each date that the item names."""
        starts = [text_in(each) for each in listed(item.get("startDate"))][:_DATES_MOST] or [""]
        ends = [text_in(each) for each in listed(item.get("endDate"))]
        if not starts[0] and any(item.get(name) for name in ("subEvent", "subEvents", "eventSchedule")):
            return  # each part of it says its own
        for number, start in enumerate(starts):
            end = ends[number] if number < len(ends) else ""
            title = first_of((html.unescape(name_of(item)),), TITLE_MOST)  # many escape twice
            try:
                yield self._event(item, title, start, end)
            except Refused as no:
                yield Skipped(
                    title, no.text, {name: value for name, value in no.values.items() if isinstance(value, str | int)}
                )

    def _event(self, item: Item, title: str, start: str, end: str) -> SourceEvent:
        if not title:
            raise Refused(N_("It has no title."))
        when = when_of(start, end, text_in(item.get("duration")), self._zone)
        places = [self._resolved(each) for each in listed(item.get("location"))]
        link = self._address(item.get("url")) or self._url
        own = self._address(item.get("@id")) or self._address(item.get("url"))
        uid = own or f"{self._url}#{clean_line(start)}"
        latitude, longitude = _position(places)
        return SourceEvent(
            uid=uid if len(uid) <= UID_MOST else sha256(uid.encode()).hexdigest(),
            title=title,
            timing=when.timing,
            description=clip(described(html.unescape(text_in(item.get("description")))), DESCRIPTION_MOST),
            location=clip(next((said for each in places if (said := self._place(each))), ""), VENUE_MOST),
            latitude=latitude,
            longitude=longitude,
            link=link if len(link) <= LINK_MOST else "",
            categories=_categories(item),
            is_cancelled=_is_off(item),
            online_link=self._online(item, places, link),
            price=price_of({**item, "offers": [self._resolved(each) for each in listed(item.get("offers"))]}),
            kind=next((kind for each in types_of(item) if (kind := KINDS.get(each))), None),
            is_floating=when.is_floating,
            has_end=when.has_end,
        )

    def _resolved(self, value: Json) -> Json:
        """What is only pointed to by its @id."""
        if isinstance(value, dict) and not set(value) - {"@id", "@type"}:
            return self._named.get(text_in(value.get("@id")), value)
        return value

    def _address(self, value: Json) -> str:
        """An absolute address of the web, "" for anything else."""
        said = text_in(value).strip() or (self._address(_id(value)) if isinstance(value, dict) else "")
        try:
            return web_address(urljoin(self._base, said)) if said else ""
        except ValueError:
            return ""

    def _place(self, place: Json) -> str:
        """Where it is, on one line; "" for what is on the web."""
        if isinstance(place, str):
            return "" if web_address(place) else clean_line(place)
        if not isinstance(place, dict) or "VirtualLocation" in types_of(place):
            return ""
        address = self._resolved(place.get("address") or (place if "PostalAddress" in types_of(place) else None))
        parts = [name_of(place), *_lines(address)]
        cleaned = [line for part in parts if (line := clean_line(html.unescape(part)))]
        return ", ".join(dict.fromkeys(cleaned))

    def _online(self, item: Item, places: Sequence[Json], link: str) -> str:
        """Where it is on the web: its own page, if it is there alone and says no better."""
        for place in places:
            if isinstance(place, str) and web_address(place):
                return web_address(place)[:LINK_MOST]
            if isinstance(place, dict) and "VirtualLocation" in types_of(place):
                found = self._address(place.get("url")) or self._address(place.get("@id")) or link
                return found if len(found) <= LINK_MOST else ""
        mode = text_in(item.get("eventAttendanceMode")) or text_in(_id(item.get("eventAttendanceMode")))
        is_online = plain(mode).rpartition("/")[2].startswith("Online")
        return link if is_online and len(link) <= LINK_MOST else ""


def _id(value: Json) -> Json:
    return value.get("@id") if isinstance(value, dict) else None


def _lines(address: Json) -> list[str]:
    """An address, from the street to the country."""
    if not isinstance(address, dict):
        return [text_in(address)]
    locality = " ".join(filter(None, (text_in(address.get("postalCode")), text_in(address.get("addressLocality")))))
    region, country = text_in(address.get("addressRegion")), text_in(address.get("addressCountry"))
    return [text_in(address.get("streetAddress")), locality, region, country]


def _position(places: Sequence[Json]) -> tuple[float | None, float | None]:
    for place in places:
        geo = place.get("geo") if isinstance(place, dict) else None
        for each in (*listed(geo), place):
            if not isinstance(each, dict):
                continue
            try:
                found = float(text_in(each.get("latitude"))), float(text_in(each.get("longitude")))
            except ValueError:
                continue
            if abs(found[0]) <= 90 and abs(found[1]) <= 180 and found != (0, 0):
                return found
    return None, None


def _is_off(item: Item) -> bool:
    """Cancelled, or postponed to no day yet: it does not take place when it says."""
    said = item.get("eventStatus")
    status = plain(text_in(said) or text_in(_id(said))).rpartition("/")[2]
    if status in ("EventCancelled", "Cancelled"):
        return True
    if status != "EventPostponed":
        return False
    before, now = (moment_of(text_in(item.get(name))) for name in ("previousStartDate", "startDate"))
    return before is None or before == now


def _categories(item: Item) -> tuple[str, ...]:
    said = [text_in(each) for name in ("genre", "keywords") for each in listed(item.get(name))]
    words = (clip(clean_line(word), GENRE_MOST) for text in said for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))[:CATEGORIES_MOST]


def _renamed(told: SourceEvent) -> SourceEvent:
    uid = f"{told.uid}#{told.timing.starts.isoformat()}"
    return replace(told, uid=uid if len(uid) <= UID_MOST else sha256(uid.encode()).hexdigest())
