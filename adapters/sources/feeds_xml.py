"""RSS (0.9 to 2.0) and Atom as events: entries that say when something is, by one of the modules for that.

Python's expat does: feedparser takes 150 ms to be imported, for each feed anew, reads none of these modules, and holds
a whole feed in memory; what it would forgive is forgiven here by mending the text once.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urljoin
from xml.parsers import expat

from adapters.sources.icalendar_events import UID_MOST
from adapters.sources.icalendar_texts import CATEGORIES_MOST, described
from adapters.sources.items_events import events_in
from adapters.sources.items_times import when_of
from adapters.sources.pages_html import told_by
from adapters.sources.pages_text import text_of
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

ENTRIES_MOST = 20_000
_DEPTH_MOST = 100
_TEXT_MOST = 20_000
_ROOTS = ("rss", "rdf", "feed")
_ENTRIES = ("item", "entry")
_SPACES = {  # the modules that say when and where, by what their names become here
    "http://purl.org/rss/1.0/modules/event/": "ev",
    "urn:ietf:params:xml:ns:xcal": "cal",
    "http://www.w3.org/2002/12/cal/ical#": "cal",
    "http://www.w3.org/2002/12/cal#": "cal",
    "http://schemas.google.com/g/2005": "gd",
    "http://webnus.net/rss/mec/": "mec",
    "http://www.w3.org/2003/01/geo/wgs84_pos#": "geo",
    "http://www.georss.org/georss": "geo",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
}
_DECLARED = re.compile(r"^\s*<\?xml[^>]*>")
_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_BROKEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*[0-8]);", re.IGNORECASE
)


@dataclass(slots=True)
class _Entry:
    """What an entry says: texts by their names; `links` are those of Atom, with what they are for."""

    said: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    categories: list[str] = field(default_factory=list)


def feed_of(body: bytes, charset: str, url: str, zone: str) -> tuple[str, Iterator[SourceEvent | Skipped]]:
    """What the feed at `url` calls itself, and everything in it. `zone` (IANA) is where times are that name none.

    Raises Refused for what is no feed, or means harm.
    """
    text = text_of(body, charset or _declared(body))
    try:
        reader = _read(_DECLARED.sub("", text))
    except expat.ExpatError:
        try:
            reader = _read(_mended(text))
        except expat.ExpatError as error:
            raise Refused(
                N_("The feed is broken in line {line}, and cannot be read. Tell whoever makes it."), line=error.lineno
            ) from None
    return clean_line(html.unescape(reader.name)), _events(reader.entries, url, zone)


def _declared(body: bytes) -> str:
    found = _ENCODING.match(body)
    return found[1].decode() if found else ""


def _mended(text: str) -> str:
    """Without what XML does not know: HTML's names of letters, lonely ampersands, control characters."""
    return _BARE.sub("&amp;", _BROKEN.sub("", _DECLARED.sub("", text)).lstrip())


def _read(text: str) -> _Reader:
    reader = _Reader()
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.begin
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.letters
    parser.EntityDeclHandler = reader.declared
    parser.Parse(text.encode("utf-8", "replace"), True)
    return reader


class _Reader:
    """Told of by expat, element by element."""

    def __init__(self) -> None:
        self.name = ""
        self.entries: list[_Entry] = []
        self._open: list[str] = []
        self._entry: _Entry | None = None
        self._at = 0
        self._pieces: list[str] = []
        self._room = 0

    def declared(self, *_: object) -> None:
        """Feeds need no entities of their own; who declares some means to make much of little, or to read files."""
        raise Refused(N_("The feed declares entities of its own, which is not read. Tell whoever makes it."))

    def begin(self, name: str, said: dict[str, str]) -> None:
        tag = _short(name)
        if not self._open and tag.rpartition(":")[2] not in _ROOTS:
            raise _no_feed()
        self._open.append(tag)
        if len(self._open) > _DEPTH_MOST:
            raise _no_feed()
        if tag in _ENTRIES and self._entry is None:
            if len(self.entries) >= ENTRIES_MOST:
                raise Refused(
                    N_(
                        "The feed has over {limit} entries, the most that is read. "
                        "Take a smaller one: of this year, say."
                    ),
                    limit=ENTRIES_MOST,
                )
            self._entry, self._at = _Entry(), len(self._open)
            about = next((value for key, value in said.items() if key.endswith(" about")), "")
            if about:
                self._entry.said["about"] = about
            self.entries.append(self._entry)
        elif self._entry is not None:
            self._attributes(self._entry, tag, said)
        if len(self._open) == self._level():
            self._pieces, self._room = [], _TEXT_MOST

    def end(self, name: str) -> None:
        tag = self._open.pop()
        depth = len(self._open) + 1
        text = "".join(self._pieces).strip()
        if self._entry is None:
            if tag == "title" and depth == self._level() and not self.name:
                self.name = text[:TITLE_MOST]
        elif depth == self._at:
            self._entry = None
        elif depth == self._at + 1 and text:
            if tag == "category":
                self._entry.categories.append(text)
            self._entry.said.setdefault(tag, text)
        if depth == self._level():
            self._pieces = []

    def letters(self, text: str) -> None:
        if self._room > 0 and len(self._open) >= self._level():
            self._pieces.append(text[: self._room])
            self._room -= len(text)

    def _level(self) -> int:
        """How deep what says something stands: right in an entry; in Atom's feed, or RSS's channel in it."""
        if self._entry is not None:
            return self._at + 1
        return 2 if self._open and self._open[0] == "feed" else 3

    def _attributes(self, entry: _Entry, tag: str, said: dict[str, str]) -> None:
        if tag == "link" and said.get("href"):
            entry.links.setdefault(said.get("rel", "alternate"), said["href"])
        elif tag == "category" and said.get("term"):
            entry.categories.append(said["term"])
        elif tag == "gd:when":
            for key in ("startTime", "endTime"):
                entry.said.setdefault(f"gd:{key}", said.get(key, ""))
        elif tag == "gd:where":
            entry.said.setdefault("gd:where", said.get("valueString", ""))
        elif tag == "gd:eventstatus":
            entry.said.setdefault("gd:status", said.get("value", ""))


def _short(name: str) -> str:
    space, _, local = name.rpartition(" ")
    prefix = _SPACES.get(space.lower() if space.startswith("urn:") else space, "")
    return f"{prefix}:{local.lower()}" if prefix else local.lower() if _is_feeds(space) else f"x:{local.lower()}"


def _is_feeds(space: str) -> bool:
    """Whether names of it are those of RSS or Atom themselves: many have been in use."""
    return not space or "atom" in space.lower() or "rss" in space.lower() or "my.netscape.com" in space


def _events(entries: list[_Entry], url: str, zone: str) -> Iterator[SourceEvent | Skipped]:
    seen: set[str] = set()
    for entry in entries:
        title = clip(clean_line(_plain(entry.said.get("title", ""))), TITLE_MOST)
        try:
            for told in _told(entry, title, url, zone):
                if isinstance(told, SourceEvent):
                    if told.uid in seen:
                        yield Skipped(told.title, N_("This feed has it more than once. The first was taken."))
                        continue
                    seen.add(told.uid)
                yield told
        except Refused as no:
            yield Skipped(title, no.text, {name: str(value) for name, value in no.values.items()})


def _told(entry: _Entry, title: str, url: str, zone: str) -> Iterator[SourceEvent | Skipped]:
    start = _first(entry, "ev:startdate", "cal:dtstart", "gd:startTime") or _mec(entry, "start")
    if start:
        yield _event(entry, title, start, url, zone)
        return
    content = _first(entry, "content:encoded", "content", "description", "summary")
    items: list[SourceEvent | Skipped] = []
    if "itemscope" in content or "typeof" in content or "ld+json" in content:
        told = told_by(content, 1.0)["items"]
        known = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
        items = list(events_in(known, _link(entry, url) or url, zone))
    if not items:
        link = _link(entry, url)
        raise (
            Refused(N_("It says not when it is. Its page may: {link}"), link=link)
            if link
            else Refused(N_("It names no start."))
        )
    yield from items


def _event(entry: _Entry, title: str, start: str, url: str, zone: str) -> SourceEvent:
    if not title:
        raise Refused(N_("It has no title."))
    end = _first(entry, "ev:enddate", "cal:dtend", "gd:endTime") or _mec(entry, "end")
    when = when_of(start, end, _first(entry, "cal:duration"), zone)
    link = _link(entry, url)
    uid = _first(entry, "cal:uid", "guid", "id", "about") or link or f"{title}#{start}"
    place = clean_line(_plain(_first(entry, "ev:location", "cal:location", "gd:where", "mec:location")))
    latitude, longitude = _position(entry)
    words = (clip(clean_line(each), GENRE_MOST) for each in [*entry.categories, _first(entry, "ev:type")])
    status = _first(entry, "cal:status", "gd:status").upper()
    uid = clean_line(uid)
    return SourceEvent(
        uid=uid if len(uid) <= UID_MOST else sha256(uid.encode()).hexdigest(),
        title=title,
        timing=when.timing,
        description=clip(
            _plain(_first(entry, "cal:description", "content:encoded", "description", "summary", "content")),
            DESCRIPTION_MOST,
        ),
        location="" if web_address(place) else clip(place, VENUE_MOST),
        latitude=latitude,
        longitude=longitude,
        link=link,
        categories=tuple(dict.fromkeys(word for word in words if word))[:CATEGORIES_MOST],
        is_cancelled=status.endswith(("CANCELLED", "EVENT.CANCELED")),
        online_link=place if web_address(place) and len(place) <= LINK_MOST else "",
        kind=_kind(entry),
        is_floating=when.is_floating,
        has_end=when.has_end,
    )


def _kind(entry: _Entry) -> Kind | None:
    said = _first(entry, "ev:type").casefold()
    return next((kind for kind in Kind if kind == said), None)


def _plain(text: str) -> str:
    """Texts of feeds are HTML, whether or not they say so."""
    return html.unescape(described(text))


def _first(entry: _Entry, *names: str) -> str:
    return next((entry.said[name] for name in names if entry.said.get(name)), "")


def _mec(entry: _Entry, which: str) -> str:
    """Modern Events Calendar tells the day and the hour ("8:00 pm") apart."""
    day, hour = _first(entry, f"mec:{which}date"), _first(entry, f"mec:{which}hour")
    found = re.fullmatch(r"(\d{1,2}):(\d\d)\s*([ap]m)?", hour.strip().lower())
    if not day or not found:
        return day
    late = int(found[1]) % 12 + 12 * (found[3] == "pm") if found[3] else int(found[1])
    return f"{day}T{late:02}:{found[2]}"


def _link(entry: _Entry, url: str) -> str:
    """Its page: Atom's alternate, RSS's link, or a guid that is one."""
    for said in (entry.links.get("alternate", ""), _first(entry, "link", "cal:url"), _first(entry, "guid", "id")):
        try:
            found = web_address(urljoin(url, said)) if said and ("://" in said or said.startswith("/")) else ""
        except ValueError:
            continue
        if found and len(found) <= LINK_MOST:
            return found
    return ""


def _position(entry: _Entry) -> tuple[float | None, float | None]:
    latitude, longitude = _first(entry, "geo:lat"), _first(entry, "geo:long", "geo:lon")
    if not latitude:
        latitude, _, longitude = _first(entry, "geo:point").partition(" ")
    try:
        found = float(latitude), float(longitude)
    except ValueError:
        return None, None
    return found if abs(found[0]) <= 90 and abs(found[1]) <= 180 and found != (0, 0) else (None, None)


def _no_feed() -> Refused:
    return Refused(NO_FEED)


NO_FEED = N_("That is no feed: iCalendar (.ics), RSS or Atom can be followed. Look for “Subscribe” on its page.")
