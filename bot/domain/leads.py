"""How long before an event somebody is reminded of it.

Nothing is kept of what is still to come: it follows from what they answered, from the event and from what they set.
What is kept is the nearest lead that each of them was told of, for as long as the event is ahead.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.datewords.stretches import LEAD_MOST
from bot.domain.events import Kind
from bot.domain.preferences import Preferences
from bot.domain.quiet import out_of_quiet

LEADS = "leads"
"""The kind of a person's due row, and there is one at most."""

DEADLINE_LEADS = (timedelta(days=30), timedelta(days=7), timedelta(days=1))
"""Of a deadline: work has to be finished for it, so one hears of it earlier."""

AHEAD = LEAD_MOST + timedelta(days=10)
"""Events further ahead are not looked at: none of their leads comes within the ten days until they are."""

FURTHEST = LEAD_MOST + timedelta(days=1)
"""No lead comes earlier than this before its event, quiet hours and all."""


@dataclass(frozen=True, slots=True)
class Told:
    """The nearest lead somebody was told of, and when the event was to start then."""

    starts: datetime
    lead: timedelta


@dataclass(frozen=True, slots=True)
class Coming:
    """An occurrence ahead that somebody is going to, as far as reminders need it. `zone` and `locale` are the
    reader's.
    """

    person: int
    occurrence: int
    event: int
    community: int
    starts: datetime
    kind: Kind | None
    since: datetime
    """When they said so."""
    zone: str
    locale: str
    own: tuple[timedelta, ...] | None = None
    """What they set for this one; () for none."""
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done for one occurrence: `owed` now, looked at `again` then, and what counts as told."""

    owed: timedelta | None
    again: datetime | None
    told: Told | None


def leads_of(coming: Coming, preferences: Preferences) -> tuple[timedelta, ...]:
    """Longest first."""
    if coming.own is not None:
        wanted = coming.own
    elif coming.kind is Kind.DEADLINE:
        wanted = DEADLINE_LEADS
    else:
        wanted = preferences.leads
    return tuple(sorted({*wanted}, reverse=True))


def next_step(coming: Coming, preferences: Preferences, now: datetime, seen: datetime) -> Step:
    """What becomes of one occurrence at `now`. `seen` is when it was due to be looked at: all that changed since the
    last time was there by then.

    Of several leads that have passed only the nearest counts. What had passed when they answered does not; nor, for
    an event that was moved, what had passed by then: they are told of the move instead.
    """
    moments = _moments(coming, preferences)
    told = coming.told
    if told is not None and told.starts != coming.starts:
        told = _told_by(moments, coming, seen)
    ahead = min((at for _, at in moments if at > now), default=None)
    passed = [(lead, at) for lead, at in moments if at <= now < coming.starts]
    if not passed:
        return Step(None, ahead, told)
    lead, at = passed[-1]
    if at <= coming.since or (told is not None and lead >= told.lead):
        return Step(None, ahead, told)
    when = out_of_quiet(now, preferences.quiet, coming.zone, latest=coming.starts)
    if when > now:
        return Step(None, min(when, ahead) if ahead else when, told)
    # the quiet hours last until it starts, and the moment before them has gone by: nothing is sent in them
    return Step(lead if when == now else None, ahead, Told(coming.starts, lead))


def _moments(coming: Coming, preferences: Preferences) -> Sequence[tuple[timedelta, datetime]]:
    """Each lead and the moment it is told at, in order; none of them in quiet hours."""
    return [
        (lead, out_of_quiet(coming.starts - lead, preferences.quiet, coming.zone, latest=coming.starts))
        for lead in leads_of(coming, preferences)
    ]


def _told_by(moments: Sequence[tuple[timedelta, datetime]], coming: Coming, seen: datetime) -> Told | None:
    nearest = [lead for lead, at in moments if at <= seen]
    return Told(coming.starts, nearest[-1]) if nearest else None


class Leads(Protocol):
    """The repository of what people are reminded of before events. Every method names the people it acts for."""

    async def coming(self, persons: Collection[int], since: datetime, until: datetime) -> Sequence[Coming]:
        """What they are going to that starts after `since` and by `until`, is not cancelled and not muted, in
        communities where they and the bot still are; soonest first.
        """

    async def first_after(self, persons: Collection[int], after: datetime) -> Mapping[int, datetime]:
        """When the first of these starts that starts after then, for those who have one."""

    async def standing(self, pairs: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], Coming]:
        """Of persons and occurrences those for which `coming` would still hold, whenever they start."""

    async def tell(self, told: Sequence[tuple[Coming, Told | None]], now: datetime) -> None:
        """Keep what counts as told; what was told of events that started by `now` goes, of these people."""

    async def answered(self, person: int, occurrence: int) -> Coming | None:
        """One occurrence that this person answered, whatever they said; None for what they did not."""

    async def set_own(self, person: int, occurrence: int, leads: Sequence[timedelta] | None) -> None:
        """Their own leads for one occurrence, () for none; None: as for any other."""

    async def mute(self, person: int, event: int, is_muted: bool) -> None:
        """No reminders of any time of this event for this person, until they say otherwise."""
