"""Which zone a calendar means by a TZID: an IANA name, a Windows name, or a zone it describes itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo, available_timezones

from icalendar.parser import unescape_backslash
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from adapters.sources.icalendar_lines import Piece, Property, properties_of
from bot.domain.rules import Frequency, Rule, parse, walls
from bot.errors import Refused
from bot.i18n import N_

_WANTED = frozenset(("TZID", "X-LIC-LOCATION", "DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO"))
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)(?::?(\d\d))?")
_FIXED = re.compile(r"(?:GMT|UTC)\s*([+-])0?(\d{1,2})(?::?00)?")
_TIME = re.compile(r"(\d{8}T\d{6})Z?|(\d{8})")
_WEEK = timedelta(days=7)
_OBSERVANCES_MOST = 2_000
"""Offsets a VTIMEZONE may list; one for every year since 1883 and twice each is 286."""


@dataclass(frozen=True, slots=True)
class Observance:
    """A STANDARD or DAYLIGHT: from each of its onsets on, clocks are `to` ahead of UTC."""

    starts: datetime
    before: timedelta
    to: timedelta
    rule: Rule | None
    onsets: tuple[datetime, ...]


class Zones:
    """The zones of one file. Names are looked up once."""

    def __init__(self, described: Iterable[Piece], preferred: Iterable[str]) -> None:
        """`described` are its VTIMEZONEs; `preferred` zones win where several fit a description."""
        self._described: dict[str, Piece] = {}
        for piece in described:
            for name in properties_of(piece, _WANTED).get("TZID", ())[:1]:
                self._described.setdefault(unescape_backslash(name.value.strip()), piece)
        self._preferred = tuple(preferred)
        self._named: dict[str, str | None] = {}
        self._fitting: dict[tuple[str, int], str | None] = {}
        self._observances: dict[str, tuple[Observance, ...]] = {}
        self._every = sorted(
            name
            for name in available_timezones() - {"localtime", "Factory"}
            if not name.startswith(("posix/", "right/"))
        )
        self._by_folded_name = {
            **{windows.casefold(): name for windows, name in WINDOWS_TO_OLSON.items()},
            **{name.casefold(): name for name in self._every},
        }

    def find(self, tzid: str, wall: datetime) -> str:
        """The IANA zone meant by `tzid` at `wall`.

        A description without a known name is taken for a zone whose clocks show the same at `wall` and all
        through that year. Raises Refused where there is none, instead of guessing.
        """
        tzid = tzid.strip().strip('"')
        if tzid not in self._named:
            self._named[tzid] = self._by_name(tzid)
        found = self._named[tzid]
        if found is None and tzid in self._described:
            key = (tzid, wall.year)
            if key not in self._fitting:
                self._fitting[key] = self._by_offsets(tzid, wall)
            found = self._fitting[key]
        if found is None:
            raise Refused(
                N_("Its time zone “{zone}” is not known. Name one such as {example} in the calendar and try again."),
                zone=tzid[:100],
                example="Europe/Berlin",
            )
        return found

    def offset(self, tzid: str, wall: datetime) -> timedelta | None:
        """How far ahead of UTC the calendar itself says that `tzid` is at `wall`, if it does."""
        observances = self._described_as(tzid.strip().strip('"'))
        return _Clock(observances, wall).offset(wall) if observances else None

    def _described_as(self, tzid: str) -> tuple[Observance, ...]:
        if tzid not in self._observances:
            piece = self._described.get(tzid)
            self._observances[tzid] = tuple(_observances(piece)) if piece else ()
        return self._observances[tzid]

    def _by_name(self, tzid: str) -> str | None:
        candidates = [tzid]
        piece = self._described.get(tzid)
        if piece:
            located = properties_of(piece, _WANTED).get("X-LIC-LOCATION", ())
            candidates.extend(each.value.strip() for each in located)
        for candidate in candidates:
            parts = candidate.strip("/").split("/")[-8:]
            # "/mozilla.org/20050126_1/Europe/Berlin" (RFC 5545 3.2.19) ends in the name: the longest that is one
            for start in range(len(parts)):
                found = self._by_folded_name.get("/".join(parts[start:]).casefold())
                if found and (start == 0 or candidate.startswith("/") or "/" in found):
                    return found
        fixed = _FIXED.fullmatch(tzid.upper())
        if fixed and int(fixed[2]) <= 12:
            sign = "-" if fixed[1] == "+" else "+"  # POSIX counts west of Greenwich: Etc/GMT-1 is ahead by an hour
            return f"Etc/GMT{sign}{int(fixed[2])}" if int(fixed[2]) else "UTC"
        return None

    def _by_offsets(self, tzid: str, wall: datetime) -> str | None:
        observances = self._described_as(tzid)
        if not observances:
            return None
        year = wall.replace(month=1, day=1, hour=12, minute=0, second=0)
        clock = _Clock(observances, year)
        samples = [wall, *(year + _WEEK * step for step in range(53)), *clock.near_onsets()]
        offsets = [clock.offset(at) for at in samples]
        told = tzid.casefold()
        namesake = (name for name in self._every if name.rpartition("/")[2].replace("_", " ").casefold() in told)
        usual = chain(namesake, self._preferred, WINDOWS_TO_OLSON.values())
        for name in dict.fromkeys(chain(usual, self._every)):
            zone = ZoneInfo(name)
            if all(zone.utcoffset(at) == offset for at, offset in zip(samples, offsets, strict=True)):
                return name
        return None


def _observances(piece: Piece) -> Iterable[Observance]:
    """What of a VTIMEZONE can be read; nothing at all when a part cannot, for then its offsets are not known."""
    found = []
    for inner in piece.inner[:_OBSERVANCES_MOST]:
        try:
            found.append(_observance(properties_of(inner, _WANTED)))
        except (ValueError, KeyError, Refused):
            return ()
    return found


def _observance(properties: Mapping[str, list[Property]]) -> Observance:
    """Raises ValueError, KeyError or Refused for what cannot be read."""
    rule = parse(properties["RRULE"][0].value) if "RRULE" in properties else None
    if rule and (rule.frequency is not Frequency.YEARLY or len(rule.hours + rule.minutes + rule.seconds) > 3):
        raise ValueError(rule)  # no clocks change that often; following it could take for ever
    onsets = (value for each in properties.get("RDATE", ()) for value in each.value.split(",") if value)
    return Observance(
        starts=_time(properties["DTSTART"][0].value),
        before=_offset(properties["TZOFFSETFROM"][0].value),
        to=_offset(properties["TZOFFSETTO"][0].value),
        rule=rule,
        onsets=tuple(sorted(_time(value) for value in onsets)),
    )


class _Clock:
    """What clocks show in the year from `wall` on, as a VTIMEZONE describes it."""

    def __init__(self, observances: tuple[Observance, ...], wall: datetime) -> None:
        self._since, self._before = wall, wall + timedelta(days=366)
        self._earliest = min(observances, key=lambda each: each.starts).before
        found = ((onset, each.to) for each in observances for onset in self._onsets(each))
        self._latest_first = sorted(found, key=lambda onset: onset[0], reverse=True)

    def offset(self, at: datetime) -> timedelta:
        """How far they are ahead of UTC: by the latest onset before (RFC 5545 3.6.5)."""
        return next((to for onset, to in self._latest_first if onset <= at), self._earliest)

    def near_onsets(self) -> Iterable[datetime]:
        """An hour before and two after each change, so that zones that change an hour apart are told apart."""
        for onset, _ in self._latest_first:
            if self._since <= onset < self._before:
                yield onset - timedelta(hours=1)
                yield onset + timedelta(hours=2)

    def _onsets(self, each: Observance) -> Iterable[datetime]:
        yield each.starts
        yield from each.onsets
        if each.rule is None:
            return
        end, is_over, until = self._before, each.rule.count is not None, each.rule.until
        if until is not None:
            # written in UTC; a day more or less decides nothing between yearly onsets
            last = date(until.year, until.month, until.day)
            if last < self._before.date() - _WEEK:
                is_over, end = True, datetime.combine(last, time()) + timedelta(days=2)
        # the last onset of a rule that is over may lie long ago; of one that is not, in the year before
        since = each.starts if is_over else self._since - timedelta(days=800)
        yield from walls(each.rule, each.starts, since=since, before=end)


def _offset(value: str) -> timedelta:
    found = _OFFSET.fullmatch(value.strip())
    if found is None:
        raise ValueError(value)
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]), seconds=int(found[4] or 0))
    if ahead >= timedelta(days=1):
        raise ValueError(value)
    return -ahead if found[1] == "-" else ahead


def _time(value: str) -> datetime:
    found = _TIME.fullmatch(value.strip().upper())
    if found is None:
        raise ValueError(value)
    return datetime.fromisoformat(found[1] or found[2])
