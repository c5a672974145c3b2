"""iCalendar components as events: what is read of a VEVENT, what is not, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from hashlib import sha256

from adapters.sources.icalendar_lines import Piece, Properties, Property, each_of, first_of, pieces_of, properties_of
from adapters.sources.icalendar_texts import categories_of, geo_of, title_of, words_of
from adapters.sources.icalendar_times import Wall, aligned, length_of, moved, wall_of
from adapters.sources.icalendar_zones import Zones
from bot.domain.events import LONGEST, TITLE_MOST, Skipped, SourceChange, SourceEvent, Timing
from bot.domain.recurrence import check_rule
from bot.domain.text import clean_line, clip
from bot.errors import Refused
from bot.i18n import N_

DATES_MOST = 2_000
"""Dates that one event may add, leave out or change. The longest list in real calendars has a few hundred."""

UID_MOST = 255

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
        said = first_of(properties, "X-WR-TIMEZONE").strip()
        try:
            found = zones.find(said, datetime.fromisoformat("2026-01-01")) if said else zone
        except Refused:
            found = zone
            text = N_("The calendar’s own time zone, “{said}”, is not known. Times without a zone are in {zone}.")
            yield Skipped("", text, {"said": said[:100], "zone": zone})
        is_cancelled = first_of(properties, "METHOD").strip().upper() == "CANCEL"
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
        names = (title_of(self.properties), *(first_of(self.properties, name) for name in ("UID", "DTSTART")))
        return next((clip(name, TITLE_MOST) for each in names if (name := clean_line(each))), "")

    @property
    def sequence(self) -> int:
        number = first_of(self.properties, "SEQUENCE").strip()
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
            first, *namesakes = _distinct(self.masters, notes)
            yield from reader.event(first, changes)
            for told in namesakes:
                yield from reader.event(told, (), is_namesake=True)
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


def _distinct(told: list[Told], notes: list[Skipped]) -> list[Told]:
    """The newest of each event: some calendars give one UID to several, with other titles and other starts."""
    newest = max(each.sequence for each in told)
    kinds: list[list[Told]] = []
    seen: dict[str, list[Told]] = {}
    for each in sorted(told, key=lambda each: each.sequence < newest):
        title, start = f"title {each.title}", f"start {first_of(each.properties, 'DTSTART')}"
        same = seen.get(title) or seen.get(start)
        if same is None and each.sequence < newest:
            same = kinds[0]  # an event that was moved and renamed since
        elif same is None:
            same = []
            kinds.append(same)
        same.append(each)
        seen[title] = seen[start] = same
    return [_newest(same, notes) for same in kinds]


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

    def event(self, told: Told, changes: Sequence[Told], *, is_namesake: bool = False) -> Iterator[Item]:
        """The event, or why it is none; then what of it was left out. A namesake has another's UID."""
        notes: list[Skipped] = []
        try:
            event = self._event(told, notes, is_namesake=is_namesake)
        except Refused as no:
            yield _skipped(told, no, _own_uid(told.properties))
            return
        except (ValueError, ArithmeticError, LookupError):  # a mistake of ours costs this event, not the others
            ours = Refused(N_("It cannot be read. Please report it, with the calendar."))
            yield _skipped(told, ours, _own_uid(told.properties))
            return
        taken = {change.original: change for change in event.changes}
        for each in changes:
            try:
                change = self._change(each, event, notes)
                taken[change.original] = change
            except Refused as no:
                notes.append(_skipped(each, no))
        if len(taken) > DATES_MOST:
            yield _skipped(told, _too_many_dates(), event.uid)
            return
        yield replace(event, changes=tuple(taken.values())) if taken else event
        yield from notes

    def _event(self, told: Told, notes: list[Skipped], *, is_namesake: bool) -> SourceEvent:
        if not told.piece.is_whole:
            raise Refused(N_("The file ends in the middle of it. Export the calendar again."))
        properties, calendar = told.properties, self.calendars[told.piece.calendar]
        start, end = self._start(properties, calendar)
        timing, periods = self._timing(properties, calendar, start, end)
        words = words_of(properties, notes)
        if not words.title:
            raise Refused(N_("It has no title."))
        latitude, longitude = geo_of(properties)
        return SourceEvent(
            uid=_uid(properties, start, words.title, is_namesake=is_namesake),
            title=words.title,
            timing=timing,
            description=words.description,
            location=words.location,
            latitude=latitude,
            longitude=longitude,
            link=words.link,
            categories=categories_of(properties),
            is_cancelled=calendar.is_cancelled or _is_cancelled(properties),
            changes=periods,
        )

    def _start(self, properties: Properties, calendar: Calendar) -> tuple[Wall, datetime]:
        """When it starts, and when it ends on the same wall."""
        if "DTSTART" not in properties:
            raise Refused(N_("It has no start."))
        repeats = any(name in properties for name in ("RRULE", "RDATE", "EXRULE"))
        start = wall_of(properties["DTSTART"][0], calendar.zone, self.zones, repeats=repeats)
        end = self._end(properties, calendar, start)
        if start.zone == "UTC" and calendar.zone != "UTC" and not start.is_day and not repeats:
            start, end = moved(start, end, calendar.zone)
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
        if "DTEND" in properties and properties["DTEND"][0].value.strip():
            end = wall_of(properties["DTEND"][0], calendar.zone, self.zones)
            if start.is_day and not end.is_day:
                midnight = datetime.combine(end.at, time())
                return midnight if midnight == end.at else midnight + day
            # many write the last day instead of the one after it
            return max(end.at, start.at + day) if start.is_day and end.at == start.at else end.within(start.zone)
        if "DURATION" in properties:
            length = length_of(properties["DURATION"][0].value.strip())
            if start.is_day:
                length = timedelta(days=-(-length // day))
                return start.at + (length or day)
            return start.at + length
        return start.at + day if start.is_day else start.at

    def _timing(
        self, properties: Properties, calendar: Calendar, start: Wall, end: datetime
    ) -> tuple[Timing, tuple[SourceChange, ...]]:
        if "EXRULE" in properties:
            raise Refused(N_("It leaves dates out by a rule (EXRULE), which calendars no longer have."))
        rules = [value for each in properties.get("RRULE", ()) if (value := each.value.strip())]
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
            for value in each.value.strip().split(","):
                begin, slash, end = value.strip().partition("/")
                if not begin:
                    continue
                wall = wall_of(Property(each.params, begin), calendar.zone, self.zones)
                at = aligned(wall, timing)
                found[at] = None
                if slash and end.upper().startswith("P"):
                    found[at] = at + length_of(end)
                elif slash:
                    found[at] = wall_of(Property(each.params, end), calendar.zone, self.zones).within(timing.zone)
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
        original = aligned(wall_of(identity, calendar.zone, self.zones), event.timing)
        if calendar.is_cancelled or _is_cancelled(properties):
            return SourceChange(original, is_cancelled=True)
        timing = self._changed_timing(properties, calendar, original, event.timing)
        words = words_of(properties, notes)
        return SourceChange(
            original,
            timing,
            title=words.title if words.title not in ("", event.title) else None,
            description=words.description if words.description not in ("", event.description) else None,
            location=words.location if words.location not in ("", event.location) else None,
            link=words.link if words.link not in ("", event.link) else None,
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


def _is_cancelled(properties: Properties) -> bool:
    return first_of(properties, "STATUS").strip().upper() == "CANCELLED"


def _uid(properties: Properties, start: Wall, title: str, *, is_namesake: bool) -> str:
    """Its UID, the same each time it is read, and no other event's: of one from title and start if need be."""
    uid = _own_uid(properties)
    if not uid:
        return "made:" + sha256(f"{title}\n{start.at.isoformat()}\n{start.zone}".encode()).hexdigest()[:40]
    if is_namesake and "RECURRENCE-ID" not in properties:
        uid = _short_uid(f"{uid}#{start.at.isoformat()}")
    return uid


def _own_uid(properties: Properties) -> str:
    """What it says itself, "" where that is nothing; an occurrence says which it is."""
    uid = clean_line(first_of(properties, "UID"))
    if uid and "RECURRENCE-ID" in properties:
        uid = f"{uid}#{clean_line(first_of(properties, 'RECURRENCE-ID'))}"
    return _short_uid(uid)


def _short_uid(uid: str) -> str:
    return uid if len(uid) <= UID_MOST else "hash:" + sha256(uid.encode()).hexdigest()


def _skipped(told: Told, no: Refused, uid: str = "") -> Skipped:
    values = {name: value if isinstance(value, int) else str(value) for name, value in no.values.items()}
    return Skipped(clip(told.title, TITLE_MOST), no.text, values, uid)


def _too_many_dates() -> Refused:
    return Refused(N_("More than {limit} single dates are added to it, left out of it or changed."), limit=DATES_MOST)
