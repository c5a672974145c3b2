"""What the bot says of itself: a personal digest, a question the morning after, and whom one knows at what comes.

Of all these somebody gets one a day at most. Nothing is kept of what is still to come: it follows from what they
answered, noted and set. What is kept is up to where it was seen to, and when they were last nudged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import cos, radians, sin
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain.moments import start_of
from bot.domain.places import EARTH_KM, Place
from bot.domain.preferences import Preferences
from bot.domain.quiet import out_of_quiet
from bot.domain.terms import terms
from bot.domain.walls import instant

NUDGE = "nudge"
"""The kind of a person's due row, and there is one at most."""

MORNING = time(9)
"""When people are asked about the evening before, on their wall."""

NIGHT_ENDS = timedelta(hours=5)
"""What ends before five in the morning belongs to the evening before."""

BRIEF_BEFORE = timedelta(hours=3)
RECAP_WAITS = timedelta(days=3)
"""So long after that morning it is still worth asking."""
DIGEST_WAITS = timedelta(hours=36)
"""So long after its time a digest may come, for it may have to wait until the next morning."""
LASTS = timedelta(hours=12)
"""What could not be delivered so long is not delivered any more; and never on the next day."""

BEHIND = RECAP_WAITS + timedelta(days=3)
"""Events that ended longer ago are not looked at."""
AHEAD = timedelta(days=8)
"""Nor those that start later than this: none of their moments comes within a week."""
FURTHEST = timedelta(days=2)
"""No brief comes earlier than this before its event, quiet hours and all."""

LOOKS_AHEAD = timedelta(days=7)
"""What a digest looks at."""
LISTED_MOST = 5
"""Of each kind, in a digest and in a brief."""
NAMED_MOST = 3
"""Events in one question, or one brief."""
NEAR_KM = 50


class Nudge(StrEnum):
    """The kinds of what is owed; the subject is the person."""

    DIGEST = "mydigest"
    RECAP = "recap"
    BRIEF = "brief"


@dataclass(frozen=True, slots=True)
class Nudged:
    """Up to where somebody was seen to."""

    digested: date
    """The day of the last digest."""
    asked: datetime
    """They were asked about what ended by then, and told whom they know at what starts by `briefed`."""
    briefed: datetime
    at: datetime | None = None
    """When they were nudged last, and what day that was on their wall."""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Going:
    """An occurrence that somebody said they are going to."""

    person: int
    occurrence: int
    community: int
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class News:
    """A coming event that somebody did not answer to. `point` is its place on a sphere of radius 1, `genres` as
    search terms.
    """

    person: int
    occurrence: int
    community: int
    genres: tuple[str, ...] = ()
    point: tuple[float, float, float] | None = None
    is_online: bool = False


@dataclass(frozen=True, slots=True)
class Taste:
    """What somebody wants to hear of; what is empty asks nothing."""

    city: Place | None = None
    genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A connection of `person` who is a member, and is going to the same occurrence."""

    person: int
    occurrence: int
    connection: int
    member: int


@dataclass(frozen=True, slots=True)
class Slot:
    """When a digest comes: the day it is meant for, and the moment (aware UTC), which quiet hours may move."""

    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Could:
    """What could be said to somebody now, if there is something to say."""

    digest: Slot | None
    brief: tuple[Going, ...]
    brief_later: tuple[Going, ...]
    """Those whose moment comes later today."""
    recap: tuple[Going, ...]
    """The last to end first."""
    is_free: bool
    """Nobody nudged them today."""
    nudged: Nudged
    """With what lapsed by now."""
    today: date
    tomorrow: datetime
    """When what has to wait is looked at again."""
    again: datetime | None
    """The next moment of anything that is to come."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is said now, about what, and what becomes of the rest."""

    nudge: Nudge | None
    about: tuple[Going, ...]
    nudged: Nudged
    again: datetime | None


def slot_of(day: date, preferences: Preferences, zone: str) -> Slot:
    """The digest that is meant for that day."""
    at = instant(datetime.combine(day, preferences.digest_at), zone)
    return Slot(day, out_of_quiet(at, preferences.quiet, zone))


def slots(preferences: Preferences, zone: str, now: datetime) -> tuple[Slot, Slot]:
    """The last digest by `now` and the next one after it."""
    today = _local(now, zone).date()
    day = today - timedelta(days=(today.weekday() - preferences.digest_weekday) % 7)
    around = [slot_of(day + timedelta(weeks=weeks), preferences, zone) for weeks in (-2, -1, 0, 1, 2)]
    return max((each for each in around if each.at <= now), key=lambda each: each.at), min(
        (each for each in around if each.at > now), key=lambda each: each.at
    )


def recap_at(ends: datetime, preferences: Preferences, zone: str) -> datetime:
    """The morning after, out of quiet hours."""
    evening = (_local(ends, zone) - NIGHT_ENDS).date()
    return _morning(evening + timedelta(days=1), preferences, zone)


def brief_at(starts: datetime, preferences: Preferences, zone: str) -> datetime:
    return out_of_quiet(starts - BRIEF_BEFORE, preferences.quiet, zone, latest=starts)


def begun(preferences: Preferences, zone: str, now: datetime) -> Nudged:
    """As for somebody new: nothing that lies behind is made up for."""
    return Nudged(slots(preferences, zone, now)[0].day, now, now)


def could(nudged: Nudged, going: Sequence[Going], preferences: Preferences, zone: str, now: datetime) -> Could:
    """What could be said at `now`, which is not in quiet hours."""
    today = _local(now, zone).date()
    last, following = slots(preferences, zone, now)
    is_due = preferences.wants_digest and last.day > nudged.digested and now < last.at + DIGEST_WAITS
    recaps = [(each, recap_at(each.ends, preferences, zone)) for each in going if each.ends > nudged.asked]
    briefs = [(each, brief_at(each.starts, preferences, zone)) for each in going if each.starts > nudged.briefed]
    open_recaps = [
        each for each, at in recaps if preferences.wants_recap and at <= now < at + RECAP_WAITS and each.ends <= now
    ]
    lapsed = [each.ends for each, at in recaps if at <= now and each not in open_recaps]
    open_briefs = [(each, at) for each, at in briefs if preferences.wants_brief and now < each.starts]
    moments = [following.at] if preferences.wants_digest else []
    moments += [at for _, at in recaps if at > now and preferences.wants_recap]
    moments += [at for _, at in open_briefs if at > now]
    last_day = max(today, nudged.on or today)
    return Could(
        digest=last if is_due else None,
        brief=tuple(each for each, at in open_briefs if at <= now),
        brief_later=tuple(each for each, at in open_briefs if at > now and _local(at, zone).date() == today),
        recap=tuple(sorted(open_recaps, key=lambda each: (each.ends, each.occurrence), reverse=True)),
        is_free=_is_free(nudged, today, zone),
        nudged=replace(
            nudged,
            digested=nudged.digested if is_due else max(nudged.digested, last.day),
            asked=max([nudged.asked, *lapsed]),
            # what could not be said at its moment is not said later: the event begins
            briefed=max([nudged.briefed, *(each.starts for each, at in briefs if at <= now)]),
        ),
        today=today,
        tomorrow=_morning(last_day + timedelta(days=1), preferences, zone),
        again=min(moments, default=None),
    )


def chosen(could: Could, has_digest: bool, known_at: Collection[int], now: datetime) -> Choice:
    """One of what could be said, or nothing. `has_digest`: there is something to say in it; `known_at`: occurrences
    where they know somebody.

    The digest comes first, then what cannot wait. The question about yesterday leaves the day to a brief that is
    still to come.
    """
    after, again = could.nudged, could.again
    briefs = tuple(each for each in could.brief if each.occurrence in known_at)[:NAMED_MOST]
    is_reserved = any(each.occurrence in known_at for each in could.brief_later)
    nudge: Nudge | None = None
    about: tuple[Going, ...] = ()
    if could.is_free and could.digest is not None and has_digest:
        nudge = Nudge.DIGEST
    elif could.is_free and briefs:
        nudge, about = Nudge.BRIEF, briefs
    elif could.is_free and could.recap and not is_reserved:
        nudge, about = Nudge.RECAP, could.recap[:NAMED_MOST]
    if could.digest is not None and could.is_free:  # sent, or nothing was to be said
        after = replace(after, digested=could.digest.day)
    if nudge is Nudge.RECAP:
        after = replace(after, asked=max(each.ends for each in could.recap))
    if nudge is not None:
        after = replace(after, at=now, on=could.today)
    waits = (could.digest is not None and not could.is_free) or (bool(could.recap) and nudge is not Nudge.RECAP)
    if waits:
        again = could.tomorrow if again is None else min(again, could.tomorrow)
    return Choice(nudge, about, after, again)


def helps_until(now: datetime, zone: str) -> datetime:
    """Until when something said at `now` may be delivered: not on another day, where something else may be said."""
    midnight = start_of(_local(now, zone).date() + timedelta(days=1), ZoneInfo(zone))
    return min(now + LASTS, midnight)


def wanted(news: Sequence[News], taste: Taste) -> Sequence[News]:
    """The first of those that suit somebody."""
    return [each for each in news if suits(each, taste)][:LISTED_MOST]


def suits(news: News, taste: Taste) -> bool:
    """Whether it is near and of a kind that somebody likes; an event that names no genre is for everybody."""
    return _is_near(news, taste.city) and _is_liked(news, taste.genres)


class Nudges(Protocol):
    """The repository of what people are nudged about. Every method names the people it acts for."""

    async def of(self, persons: Collection[int]) -> Mapping[int, Nudged | None]:
        """Up to where each of these people was seen to, locked; None for somebody new. Left out: whom there is not."""

    async def put(self, nudged: Mapping[int, Nudged]) -> None:
        """Keep it, in the place of what was."""

    async def stir(self, person: int, now: datetime) -> None:
        """What becomes of them is looked at again; from now on they are nudged at all."""

    async def going(self, persons: Collection[int], since: datetime, until: datetime) -> Sequence[Going]:
        """What they said they are going to before it was over, that ends after `since` and starts by `until`, soonest
        first: not cancelled, not muted, no deadlines, in communities where they and the bot still are.
        """

    async def news(self, persons: Collection[int], since: datetime, until: datetime, most: int) -> Sequence[News]:
        """What starts then in the communities where they and the bot are and they did not answer to, soonest first;
        of a series the next time. At most so many for each of them.
        """

    async def promises(self, persons: Collection[int], until: datetime, most: int) -> Mapping[int, Sequence[int]]:
        """The open promises of each, on both sides, that are due by then, soonest first."""

    async def late(self, persons: Collection[int], until: date, most: int) -> Mapping[int, Sequence[tuple[int, date]]]:
        """The connections it is time to get back to by that day, and since when, the longest overdue first."""

    async def known(self, persons: Collection[int], occurrences: Collection[int]) -> Sequence[Known]:
        """Which of their connections are going to these, whether they let that be seen or not; those last in touch
        with first.
        """

    async def tastes(self, persons: Collection[int]) -> Mapping[int, Taste]:
        """What these people want to hear of; left out: who wrote no profile."""

    async def where(self, person: int, occurrences: Collection[int]) -> Mapping[int, int]:
        """The community of each of these occurrences, for those that somebody sees: of communities where they and the
        bot still are.
        """


def _morning(day: date, preferences: Preferences, zone: str) -> datetime:
    return out_of_quiet(instant(datetime.combine(day, MORNING), zone), preferences.quiet, zone)


def _local(moment: datetime, zone: str) -> datetime:
    """The time on the wall."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _is_free(nudged: Nudged, today: date, zone: str) -> bool:
    """Both by the day it was where they were then, and by the day it was where they are now."""
    if nudged.at is None or nudged.on is None:
        return True
    return today > nudged.on and today > _local(nudged.at, zone).date()


def _is_near(news: News, city: Place | None) -> bool:
    if city is None or news.is_online:
        return True
    if news.point is None:
        return False
    latitude, longitude = radians(city.latitude), radians(city.longitude)
    here = (cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude))
    return sum(a * b for a, b in zip(here, news.point, strict=True)) >= cos(NEAR_KM / EARTH_KM)


def _is_liked(news: News, genres: Collection[str]) -> bool:
    """One of the genres has all words of one that they like: "techno" is among "dub techno"."""
    if not genres or not news.genres:
        return True
    liked = [set(terms(genre)) for genre in genres]
    return any(words <= set(genre.split()) for words in liked for genre in news.genres)
