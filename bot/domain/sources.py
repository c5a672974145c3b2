"""What tells of events from outside: pages and feeds, as they are read; and what a feed says now against what it said.

Events that a feed tells of keep a copy each of what it said (`Copy`). What it tells now is compared with those.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from bot.domain.events import Skipped, SourceEvent
from bot.domain.pages import Page
from bot.domain.places import fold

FEW = 3
"""So few coming events may vanish at once without a question: a small calendar ends like that."""


@dataclass(frozen=True, slots=True)
class PageEvents:
    """The events that a page (or a calendar file behind a link) tells of, those to come first, soonest first.

    `page` is what the page says of itself besides, None where it is no page. `more` is how many events there are that
    are not among them; `skipped` is what was not taken, and why.
    """

    events: tuple[SourceEvent, ...]
    page: Page | None = None
    more: int = 0
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Polled:
    """What a feed answered. Where it `is_unchanged` since `etag` and `modified` were told, nothing else says a thing.

    `name` is what the feed calls itself, "" where it does not. `url` is where it is to be asked next: another address
    than was asked where it said that it moved for good. `is_whole`: what it does not tell of is not there any more;
    RSS and Atom show their newest entries alone.
    """

    url: str
    events: tuple[SourceEvent, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    name: str = ""
    etag: str = ""
    modified: str = ""
    is_unchanged: bool = False
    is_whole: bool = True

    @property
    def unread(self) -> frozenset[str]:
        """The UIDs of what is there and could not be read."""
        return frozenset(each.uid for each in self.skipped if each.uid)


@dataclass(frozen=True, slots=True)
class Copy:
    """What one source said of an event when it was last heard. `starts` and `ends` (aware UTC) are of the next of its
    times, the last where all are over; `link` is the key of its page (`bot.domain.links.page_key`), "" for none.
    """

    event: int
    digest: str
    title: str
    starts: datetime
    ends: datetime
    link: str = ""
    missing_since: datetime | None = None
    """Since when the source says nothing of it any more."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says of an event now, as far as it is compared. As in `Copy`."""

    digest: str
    title: str
    starts: datetime
    ends: datetime
    link: str = ""


class Doubt(Enum):
    """What is made of a source that says that much of what was to come is gone."""

    NEW = auto()
    """It did not say so when it was heard last: losing over half is not believed."""
    STANDING = auto()
    """It was not believed a while ago, and what it lost is not, whatever it has gained since."""
    OVER = auto()
    """It said so for long enough."""


@dataclass(frozen=True, slots=True)
class Compared:
    """By UID: what a source says that it did not before, says otherwise, and says no more. What had vanished and is
    back counts as changed. `renamed` maps a new UID to the one it had before.
    """

    added: frozenset[str]
    changed: frozenset[str]
    vanished: frozenset[str]
    renamed: Mapping[str, str]
    shrinks: bool
    """Over half of all that was still to come vanished, and that is not believed yet."""


def compared(
    known: Mapping[str, Copy],
    said: Mapping[str, Said],
    now: datetime,
    doubt: Doubt = Doubt.NEW,
    *,
    unread: Collection[str] = (),
    is_whole: bool = True,
) -> Compared:
    """What a source says now against its copies. `unread` and `is_whole` are those of `Polled`.

    A UID that is gone and a new one with the same start, and the same title or page, are one event: there are
    calendars that make up their UIDs anew each day. What is over vanishes without being missed, and so does nothing
    that is there but could not be read.
    """
    new = said.keys() - known.keys()
    coming = {uid for uid, copy in known.items() if copy.missing_since is None and copy.ends > now}
    lost = coming - said.keys()
    # what vanished before may come back under another name, too
    renamed = _renamed({uid: said[uid] for uid in new}, {uid: known[uid] for uid in known.keys() - said.keys()})
    vanished = {uid for uid in lost - set(renamed.values()) if is_whole and not _is_among(uid, unread)}
    changed = {
        uid
        for uid, each in said.items()
        if uid in known and (each.digest != known[uid].digest or known[uid].missing_since is not None)
    }
    return Compared(
        added=frozenset(new - renamed.keys()),
        changed=frozenset(changed),
        vanished=frozenset(vanished),
        renamed=renamed,
        shrinks=len(vanished) > FEW
        and doubt is not Doubt.OVER
        and (doubt is Doubt.STANDING or 2 * len(vanished) > len(coming)),
    )


def _is_among(uid: str, unread: Collection[str]) -> bool:
    """Whether it is one of these, or an occurrence of one that carries its series' UID."""
    return uid in unread or uid.partition("#")[0] in unread


def _renamed(new: Mapping[str, Said], lost: Mapping[str, Copy]) -> Mapping[str, str]:
    """Of several that fit the first of each by its UID; nothing has two names."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    by_face: dict[tuple[datetime, str], list[str]] = {}
    for uid in sorted(lost):
        for face in _faces(lost[uid]):
            by_face.setdefault(face, []).append(uid)
    for uid in sorted(new):
        for face in _faces(new[uid]):
            before = next((each for each in by_face.get(face, ()) if each not in taken), None)
            if before is not None:
                found[uid] = before
                taken.add(before)
                break
    return found


def _faces(of: Copy | Said) -> Iterable[tuple[datetime, str]]:
    """What it is known by, besides its UID."""
    if of.link:
        yield of.starts, f"@{of.link}"
    yield of.starts, fold(of.title)
