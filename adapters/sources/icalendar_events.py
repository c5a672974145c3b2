"""iCalendar components as events: what is read of a VEVENT, what is not, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar.parser import split_on_unescaped_comma, unescape_backslash

from adapters.sources.icalendar_lines import Piece, Property, each_of, pieces_of, properties_of
from adapters.sources.icalendar_zones import Zones
from bot.domain.events import (
    DESCRIPTION_MOST,
    LINK_MOST,
    LONGEST,
    TITLE_MOST,
    VENUE_MOST,
    Skipped,
    SourceChange,
    SourceEvent,
    Timing,
)
from bot.domain.recurrence import check_rule
from bot.domain.text import clean_line, clean_text, clip
from bot.domain.walls import instant
from bot.errors import Refused
from bot.i18n import N_

YEARS = (1600, 2200)
"""Years that are read, both included: before, no calendar here is right; after, nobody plans."""

DATES_MOST = 2_000
"""Dates that one event may add, leave out or change. The longest list in real calendars has a few hundred."""

UID_MOST = 255
CATEGORIES_MOST = 50

_CALENDAR = frozenset(("X-WR-TIMEZONE", "METHOD"))
_EVENT = frozenset(
    "UID SUMMARY DESCRIPTION LOCATION GEO URL CONFERENCE X-GOOGLE-CONFERENCE CATEGORIES STATUS SEQUENCE "
    "DTSTART DTEND DURATION RRULE EXRULE RDATE EXDATE RECURRENCE-ID".split()
)
_NOT_EVENTS: Mapping[str, str] = {
    "VTODO": N_("Only events are taken. To-dos in this calendar: {count}."),
    "VJOURNAL": N_("Only events are taken. Journal entries in this calendar: {count}."),
    "VFREEBUSY": N_("Only events are taken. Free and busy times in this calendar: {count}."),
    "VAVAILABILITY": N_("Only events are taken. Availabilities in this calendar: {count}."),
}
_OTHERS = N_("Only events are taken. Entries of another kind, {kind}, in this calendar: {count}.")

Item = SourceEvent | Skipped
Properties = Mapping[str, Sequence[Property]]


@dataclass(frozen=True, slots=True)
class Wall:
    """A time as a calendar tells it: on the wall in a zone, or a whole day."""

    at: datetime
    zone: str
    is_day: bool

    def within(self, zone: str) -> datetime:
        """What a wall in `zone` shows then; a day is the same day everywhere."""
        if self.is_day or zone == self.zone:
            return self.at
        return instant(self.at, self.zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a VCALENDAR says of all its events."""

    zone: str
    """Where its floating times and its days are."""
    is_cancelled: bool


def events_of(lines: list[str], zone: str) -> Iterator[Item]:
    """Everything in a calendar, one after the other, as it is made.

    `zone` is where times are that name none, unless the calendar says (X-WR-TIMEZONE). Raises Refused for what
    is no calendar.
    """
    pieces = pieces_of(lines)
    zones = Zones(each_of(pieces, "VTIMEZONE"), preferred=(zone,))
    calendars: dict[int, Calendar] = {-1: Calendar(zone, is_cancelled=False)}
    for piece in each_of(pieces, "VCALENDAR"):
        properties = properties_of(piece, _CALENDAR)
        said = _first(properties, "X-WR-TIMEZONE").strip()
        try:
            found = zones.find(said, datetime.fromisoformat("2026-01-01")) if said else zone
        except Refused:
            found = zone
            text = N_("The calendar’s own time zone, “{said}”, is not known. Times without a zone are in {zone}.")
            yield Skipped("", text, {"said": said[:100], "zone": zone})
        is_cancelled = _first(properties, "METHOD").strip().upper() == "CANCEL"
        calendars[piece.calendar] = Calendar(found, is_cancelled)
    yield from _not_events(pieces)
    for group in _groups(list(each_of(pieces, "VEVENT"))):
        yield from group.items(Reader(zones, calendars))


def _not_events(pieces: list[Piece]) -> Iterator[Skipped]:
    kinds = Counter(piece.kind for piece in pieces if piece.kind not in ("VCALENDAR", "VTIMEZONE", "VEVENT"))
    for kind, count in kinds.items():
        if kind in _NOT_EVENTS:
            yield Skipped("", _NOT_EVENTS[kind], {"count": count})
        else:
            yield Skipped("", _OTHERS, {"kind": clip(clean_line(kind), 60), "count": count})


@dataclass(slots=True)
class Told:
    """A VEVENT, not yet understood."""

    piece: Piece
    properties: Properties

    @property
    def title(self) -> str:
        names = (_title(self.properties), *(_first(self.properties, name) for name in ("UID", "DTSTART")))
        return next((clip(name, TITLE_MOST) for each in names if (name := clean_line(each))), "")

    @property
    def sequence(self) -> int:
        number = _first(self.properties, "SEQUENCE").strip()
        return int(number) if re.fullmatch(r"[0-9]{1,9}", number) else 0


@dataclass(slots=True)
class Group:
    """All that carries one UID: a series and its changes, as far as they are there."""

    masters: list[Told]
    changes: dict[str, list[Told]]

    def items(self, reader: Reader) -> Iterator[Item]:
        notes: list[Skipped] = []
        changes = [_newest(told, notes) for told in self.changes.values()]
        if self.masters:
            yield from reader.event(_newest(self.masters, notes), changes)
        else:
            for told in changes:
                yield from reader.event(told, ())
        yield from notes


def _groups(pieces: list[Piece]) -> Iterator[Group]:
    """Events with their changes, wherever in the file those stand, in the order of their first lines."""
    groups: dict[str, Group] = {}
    for number, piece in enumerate(pieces):
        uid = next((line[4:].strip() for line in piece.lines if line[:4].upper() in ("UID:", "UID;")), "")
        group = groups.setdefault(uid or f"\n{number}", Group([], {}))
        told = Told(piece, {})
        original = next((line for line in piece.lines if line[:13].upper() == "RECURRENCE-ID"), "")
        if original:
            group.changes.setdefault(original.rpartition(":")[2].strip(), []).append(told)
        else:
            group.masters.append(told)
    for uid in list(groups):
        group = groups.pop(uid)
        for told in (*group.masters, *(each for several in group.changes.values() for each in several)):
            told.properties = properties_of(told.piece, _EVENT)
        yield group


def _newest(told: list[Told], notes: list[Skipped]) -> Told:
    """Of several that say they are the same, the one with the highest SEQUENCE, and of those the last."""
    newest = max(enumerate(told), key=lambda each: (each[1].sequence, each[0]))[1]
    reason = N_("This calendar has it more than once (the same UID). The newest was taken.")
    notes.extend(Skipped(each.title, reason) for each in told if each is not newest)
    return newest


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads VEVENTs with the zones and calendars of their file."""

    zones: Zones
    calendars: Mapping[int, Calendar]

    def event(self, told: Told, changes: Sequence[Told]) -> Iterator[Item]:
        """The event, or why it is none; then what of it was left out."""
        notes: list[Skipped] = []
        try:
            event = self._event(told, notes)
        except Refused as no:
            yield _skipped(told, no)
            return
        taken: list[SourceChange] = [*event.changes]
        for change in changes:
            try:
                taken.append(self._change(change, event, notes))
            except Refused as no:
                notes.append(_skipped(change, no))
        if len(taken) > DATES_MOST:
            yield _skipped(told, _too_many_dates())
            return
        yield replace(event, changes=tuple(taken)) if taken else event
        yield from notes

    def _event(self, told: Told, notes: list[Skipped]) -> SourceEvent:
        if not told.piece.is_whole:
            raise Refused(N_("The file ends in the middle of it. Export the calendar again."))
        properties, calendar = told.properties, self.calendars[told.piece.calendar]
        start, end = self._start(properties, calendar)
        timing, periods = self._timing(properties, calendar, start, end)
        title = _title(properties)
        description = _description(properties)
        if not title:
            title = description.partition("\n")[0]
        if not title:
            raise Refused(N_("It has no title."))
        note = _Note(clip(title, TITLE_MOST), notes)
        return SourceEvent(
            uid=_uid(properties, start, title),
            title=note.fit(title, TITLE_MOST, N_("Its title is {length} characters long; {limit} were taken.")),
            timing=timing,
            description=note.fit(
                description,
                DESCRIPTION_MOST,
                N_("Its description is {length} characters long; {limit} were taken."),
            ),
            location=note.fit(
                _location(properties),
                VENUE_MOST,
                N_("Its location is {length} characters long; {limit} were taken."),
            ),
            latitude=(geo := _geo(properties))[0],
            longitude=geo[1],
            link=_link(properties, note),
            categories=_categories(properties),
            is_cancelled=calendar.is_cancelled or _is_cancelled(properties),
            changes=periods,
        )

    def _start(self, properties: Properties, calendar: Calendar) -> tuple[Wall, datetime]:
        """When it starts, and when it ends on the same wall."""
        if "DTSTART" not in properties:
            raise Refused(N_("It has no start."))
        repeats = any(name in properties for name in ("RRULE", "RDATE", "EXRULE"))
        start = self._wall(properties["DTSTART"][0], calendar, repeats=repeats)
        end = self._end(properties, calendar, start)
        if start.zone == "UTC" and calendar.zone != "UTC" and not start.is_day and not repeats:
            start, end = _moved(start, end, calendar.zone)
        if end < start.at:
            raise Refused(N_("It ends before it starts."))
        if end - start.at > LONGEST:
            raise Refused(
                N_("It lasts {days} days without a break; at most {limit} are possible."),
                days=(end - start.at).days,
                limit=LONGEST.days,
            )
        return start, end

    def _end(self, properties: Properties, calendar: Calendar, start: Wall) -> datetime:
        """RFC 5545 3.6.1: without DTEND or DURATION a day lasts a day, and a time no time."""
        day = timedelta(days=1)
        if "DTEND" in properties and _value(properties["DTEND"][0]):
            end = self._wall(properties["DTEND"][0], calendar)
            if start.is_day and not end.is_day:
                midnight = datetime.combine(end.at, time())
                return midnight if midnight == end.at else midnight + day
            # many write the last day instead of the one after it
            return max(end.at, start.at + day) if start.is_day and end.at == start.at else end.within(start.zone)
        if "DURATION" in properties:
            length = _duration(_value(properties["DURATION"][0]))
            if start.is_day:
                length = timedelta(days=-(-length // day))
                return start.at + (length or day)
            try:
                return start.at + length
            except OverflowError:
                raise Refused(_UNREADABLE_LENGTH, value=_value(properties["DURATION"][0])[:60]) from None
        return start.at + day if start.is_day else start.at

    def _timing(
        self, properties: Properties, calendar: Calendar, start: Wall, end: datetime
    ) -> tuple[Timing, tuple[SourceChange, ...]]:
        if "EXRULE" in properties:
            raise Refused(N_("It leaves dates out by a rule (EXRULE), which calendars no longer have."))
        rules = [value for each in properties.get("RRULE", ()) if (value := _value(each))]
        if len(rules) > 1:
            raise Refused(
                N_("It repeats by {count} rules; one is possible. Split it into that many."), count=len(rules)
            )
        timing = Timing(start.at, end, start.zone, start.is_day)
        if rules:
            timing = replace(timing, rrule=check_rule(rules[0], start.at, is_all_day=start.is_day))
        without = self._dates(properties.get("EXDATE", ()), calendar, timing)
        extra = self._dates(properties.get("RDATE", ()), calendar, timing)
        if len(without) > DATES_MOST or len(extra) > DATES_MOST:
            raise _too_many_dates()
        periods = tuple(
            SourceChange(original, replace(timing, starts=original, ends=ends))
            for original, ends in extra.items()
            if ends is not None
        )
        return replace(timing, extra=tuple(sorted(extra)), without=tuple(sorted(without))), periods

    def _dates(
        self, properties: Sequence[Property], calendar: Calendar, timing: Timing
    ) -> dict[datetime, datetime | None]:
        """Starts on the event's own wall, each with its own end where it has one (VALUE=PERIOD)."""
        found: dict[datetime, datetime | None] = {}
        for each in properties:
            for value in _value(each).split(","):
                begin, slash, end = value.strip().partition("/")
                if not begin:
                    continue
                wall = self._wall(Property(each.params, begin), calendar)
                at = _aligned(wall, timing)
                found[at] = None
                if slash and end.upper().startswith("P"):
                    found[at] = at + _duration(end)
                elif slash:
                    found[at] = self._wall(Property(each.params, end), calendar).within(timing.zone)
                if (ends := found[at]) is not None and not at <= ends <= at + LONGEST:
                    raise Refused(N_("“{value}” is not a time that starts and ends within {limit} days."),
                        value=value[:60], limit=LONGEST.days)  # fmt: skip
        return found

    def _change(self, told: Told, event: SourceEvent, notes: list[Skipped]) -> SourceChange:
        properties, calendar = told.properties, self.calendars[told.piece.calendar]
        if not told.piece.is_whole:
            raise Refused(N_("The file ends in the middle of it. Export the calendar again."))
        identity = properties["RECURRENCE-ID"][0] if "RECURRENCE-ID" in properties else Property({}, "")
        if identity.params.get("RANGE", "").upper() == "THISANDFUTURE":
            raise Refused(
                N_("It changes all later dates too (THISANDFUTURE), which cannot be taken. The series stays.")
            )
        original = _aligned(self._wall(identity, calendar), event.timing)
        if calendar.is_cancelled or _is_cancelled(properties):
            return SourceChange(original, is_cancelled=True)
        timing = self._changed_timing(properties, calendar, original, event.timing)
        title, description = _title(properties), _description(properties)
        note = _Note(clip(title, TITLE_MOST) or event.title, notes)
        title = note.fit(title, TITLE_MOST, N_("Its title is {length} characters long; {limit} were taken."))
        description = note.fit(
            description,
            DESCRIPTION_MOST,
            N_("Its description is {length} characters long; {limit} were taken."),
        )
        location = note.fit(
            _location(properties),
            VENUE_MOST,
            N_("Its location is {length} characters long; {limit} were taken."),
        )
        link = _link(properties, note)
        return SourceChange(
            original,
            timing,
            title=title if title not in ("", event.title) else None,
            description=description if description not in ("", event.description) else None,
            location=location if location not in ("", event.location) else None,
            link=link if link not in ("", event.link) else None,
        )

    def _changed_timing(
        self, properties: Properties, calendar: Calendar, original: datetime, series: Timing
    ) -> Timing | None:
        """On the wall of the series; None when it is when the series has it."""
        if "DTSTART" not in properties:
            return None
        start, end = self._start(properties, calendar)
        starts = start.within(series.zone)
        timing = Timing(starts, starts + (end - start.at), series.zone, start.is_day)
        same = Timing(original, original + (series.ends - series.starts), series.zone, series.is_all_day)
        return None if timing == same else timing

    def _wall(self, each: Property, calendar: Calendar, *, repeats: bool = False) -> Wall:
        """Raises Refused for what is no time, or is in a zone that nobody knows."""
        value = _value(each).upper()
        found = _TIME.fullmatch(value)
        try:
            day = datetime.fromisoformat(found[1]) if found else None
            at = time(int(found[2] or 0), int(found[3] or 0), min(int(found[4] or 0), 59)) if found else None
        except ValueError:
            day = at = None
        if found is None or day is None or at is None:
            raise Refused(N_("“{value}” is not a date or time as calendars write it."), value=value[:60])
        if not YEARS[0] <= day.year <= YEARS[1]:
            raise Refused(
                N_("It is in the year {year}. Years from {low} to {high} are read."),
                year=str(day.year),
                low=str(YEARS[0]),
                high=str(YEARS[1]),
            )
        wall = datetime.combine(day, at)
        if found[2] is None or (each.params.get("VALUE", "").upper() == "DATE" and wall == day):
            return Wall(day, calendar.zone, is_day=True)
        if found[5]:
            return Wall(wall, "UTC", is_day=False)
        tzid = each.params.get("TZID", "").strip()
        if not tzid:
            return Wall(wall, calendar.zone, is_day=False)
        try:
            return Wall(wall, self.zones.find(tzid, wall), is_day=False)
        except Refused:
            offset = None if repeats else self.zones.offset(tzid, wall)
            if offset is None:
                raise
            return Wall(wall - offset, "UTC", is_day=False)  # a moment is known without a name for its zone


@dataclass(frozen=True, slots=True)
class _Note:
    """Notes what of an event was cut."""

    title: str
    notes: list[Skipped]

    def fit(self, text: str, most: int, reason: str) -> str:
        if len(text) <= most:
            return text
        self.notes.append(Skipped(self.title, reason, {"length": len(text), "limit": most}))
        return clip(text, most)


_TIME = re.compile(r"([0-9]{8})(?:T([0-9]{2})([0-9]{2})([0-9]{2})?(Z?))?")
_DURATION = re.compile(
    r"([+-]?)P(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?"
)
_UNREADABLE_LENGTH = N_("“{value}” is not a length of time as calendars write it.")
_MARKUP = re.compile(
    r"</?(?:a|b|br|p|i|u|em|div|span|ul|ol|li|strong|html|body|font|table|h[1-6])(?:\s[^<>]*|/)?>", re.I
)
_MARKUP_MOST = 10 * DESCRIPTION_MOST
"""Characters of a description in HTML that are read; Python's reader takes time with the square of some."""


def _moved(start: Wall, end: datetime, zone: str) -> tuple[Wall, datetime]:
    """A single event told in UTC, on the wall of its calendar; unless that wall shows the time twice."""
    at, to = Wall(start.at, "UTC", is_day=False).within(zone), Wall(end, "UTC", is_day=False).within(zone)
    is_exact = instant(at, zone) == start.at.replace(tzinfo=UTC) and instant(to, zone) == end.replace(tzinfo=UTC)
    return (Wall(at, zone, is_day=False), to) if is_exact else (start, end)


def _aligned(wall: Wall, timing: Timing) -> datetime:
    """A start on the wall of its series; a day without a time means that day's one."""
    if wall.is_day:
        return datetime.combine(wall.at, timing.starts.time())
    at = wall.within(timing.zone)
    return datetime.combine(at, time()) if timing.is_all_day else at


def _duration(value: str) -> timedelta:
    """RFC 5545 3.3.6, and weeks beside days, as some write."""
    found = _DURATION.fullmatch(value.upper())
    if found is None or value.upper()[-1:] in "PT":
        raise Refused(_UNREADABLE_LENGTH, value=value[:60])
    weeks, days, hours, minutes, seconds = (int(found[index] or 0) for index in range(2, 7))
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if found[1] == "-" else length


def _first(properties: Properties, name: str) -> str:
    return properties[name][0].value if name in properties else ""


def _value(each: Property) -> str:
    return each.value.strip()


def _text(properties: Properties, name: str) -> str:
    value = _first(properties, name)
    return unescape_backslash(value) if "\\" in value else value


def _title(properties: Properties) -> str:
    return clean_line(_text(properties, "SUMMARY"))


def _location(properties: Properties) -> str:
    return clean_line(_text(properties, "LOCATION"))


def _description(properties: Properties) -> str:
    text = _text(properties, "DESCRIPTION")
    if "<" in text and _MARKUP.search(text):
        text = _without_markup(text[:_MARKUP_MOST])
    return clean_text(text)


def _is_cancelled(properties: Properties) -> bool:
    return _first(properties, "STATUS").strip().upper() == "CANCELLED"


def _geo(properties: Properties) -> tuple[float | None, float | None]:
    latitude, _, longitude = _first(properties, "GEO").replace("\\", "").partition(";")
    try:
        found = float(latitude), float(longitude)
    except ValueError:
        return None, None
    return found if abs(found[0]) <= 90 and abs(found[1]) <= 180 and found != (0, 0) else (None, None)


def _link(properties: Properties, note: _Note) -> str:
    """Its page, or else where it can be joined; http and https alone."""
    for name in ("URL", "CONFERENCE", "X-GOOGLE-CONFERENCE"):
        for each in properties.get(name, ()):
            link = clean_line(_value(each).replace("\\,", ",").replace("\\;", ";"))
            if not link.lower().startswith(("http://", "https://")) or " " in link:
                continue
            try:
                host = urlsplit(link).hostname
            except ValueError:
                continue
            if host and len(link) <= LINK_MOST:
                return link
            if host:
                reason = N_("Its link is {length} characters long; at most {limit} are possible. It was left out.")
                note.notes.append(Skipped(note.title, reason, {"length": len(link), "limit": LINK_MOST}))
    return ""


def _categories(properties: Properties) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for each in properties.get("CATEGORIES", ()):
        values = split_on_unescaped_comma(each.value) if "\\" in each.value else each.value.split(",")
        found.update(dict.fromkeys(clip(clean_line(value), TITLE_MOST) for value in values[:CATEGORIES_MOST]))
    return tuple(category for category in found if category)[:CATEGORIES_MOST]


def _uid(properties: Properties, start: Wall, title: str) -> str:
    """Its UID, and when it is a change without its series, which one; made from title and start when missing."""
    uid = clean_line(_first(properties, "UID"))
    if not uid:
        return "made:" + sha256(f"{title}\n{start.at.isoformat()}\n{start.zone}".encode()).hexdigest()[:40]
    if "RECURRENCE-ID" in properties:
        uid = f"{uid}#{clean_line(_first(properties, 'RECURRENCE-ID'))}"
    return uid if len(uid) <= UID_MOST else "hash:" + sha256(uid.encode()).hexdigest()


def _skipped(told: Told, no: Refused) -> Skipped:
    values = {name: value if isinstance(value, int) else str(value) for name, value in no.values.items()}
    return Skipped(clip(told.title, TITLE_MOST), no.text, values)


def _too_many_dates() -> Refused:
    return Refused(N_("More than {limit} single dates are added to it, left out of it or changed."), limit=DATES_MOST)


def _without_markup(text: str) -> str:
    reader = _Markup()
    try:
        reader.feed(text)
        reader.close()
    except (AssertionError, ValueError):  # what html.parser raises at some broken declarations
        return text
    return "".join(reader.parts)


class _Markup(HTMLParser):
    """The text of HTML: blocks on lines of their own, links as their addresses, no scripts."""

    _BLOCKS = frozenset("br p div li ul ol tr table h1 h2 h3 h4 h5 h6 blockquote hr".split())

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "head", "title"):
            self._hidden += 1
        elif tag in self._BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "head", "title"):
            self._hidden = max(self._hidden - 1, 0)
        elif tag in self._BLOCKS and tag not in ("br", "li"):
            self.parts.append("\n")
        elif tag == "a" and self._links:
            address, begin = self._links.pop()
            shown = "".join(self.parts[begin:]).strip()
            if address.startswith(("http://", "https://")) and shown != address:
                self.parts.append(f" ({address})" if shown else address)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
