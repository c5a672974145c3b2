"""What the bot says of itself falls due: one thing a day at most, and nothing where there is nothing to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.commands import Fallen, Services
from bot.domain.addresses import Direct
from bot.domain.delivery import Due, Fact, Owed
from bot.domain.goals import SOON
from bot.domain.nudges import (
    AHEAD,
    BEHIND,
    FURTHEST,
    LISTED_MOST,
    LOOKS_AHEAD,
    Choice,
    Could,
    Going,
    Known,
    Nudge,
    Nudged,
    Taste,
    begun,
    chosen,
    could,
    helps_until,
    slot_of,
    wanted,
)
from bot.domain.people import Reader
from bot.domain.preferences import Preferences
from bot.domain.quiet import out_of_quiet
from bot.features.readers import NOWHERE
from bot.ports import UnitOfWork

LOOKED_AT = 40
"""Coming events of which those are chosen that somebody likes."""


@dataclass(frozen=True, slots=True)
class Content:
    """What somebody's digest has to say, by ids."""

    events: Sequence[int] = ()
    promises: Sequence[int] = ()
    late: Sequence[int] = ()
    resources: Sequence[int] = ()
    goals: Sequence[int] = ()

    def __bool__(self) -> bool:
        return any(self.facts.values())

    @property
    def facts(self) -> Mapping[str, Fact]:
        return {each.name: list(getattr(self, each.name)) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class _Theirs:
    """What is known of one person when their row falls due."""

    nudged: Nudged
    preferences: Preferences
    reader: Reader
    is_new: bool
    going: Sequence[Going] = field(default_factory=list)


async def fall_due(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue` for people's rows."""
    theirs = await _read({row.subject: row.at for row in rows}, uow, now)
    waits = {
        person: when
        for person, each in theirs.items()
        if (when := out_of_quiet(now, each.preferences.quiet, each.reader.zone)) > now
    }
    awake = {person: each for person, each in theirs.items() if person not in waits}
    could_be = {
        person: could(each.nudged, each.going, each.preferences, each.reader.zone, now)
        for person, each in awake.items()
    }
    spans = {
        person: (_digested_at(awake[person]), each.digest.at)
        for person, each in could_be.items()
        if each.digest and each.is_free
    }
    contents = await contents_of({person: awake[person].reader for person in spans}, spans, uow, now)
    known = await _known(could_be, uow)
    choices = {
        person: chosen(each, bool(contents.get(person)), known.get(person, ()), now)
        for person, each in could_be.items()
    }
    await uow.nudges.put(
        {
            person: choice.nudged
            for person, choice in choices.items()
            if theirs[person].is_new or choice.nudged != theirs[person].nudged
        }
    )
    first = await uow.leads.first_after([*awake], now + AHEAD)
    places = await uow.people.notices_for([person for person, each in choices.items() if each.nudge is not None])
    fallen: list[Fallen] = []
    for row in rows:
        choice = choices.get(row.subject)
        if choice is None:
            fallen.append(Fallen(row, waits.get(row.subject)))
            continue
        moments = [] if choice.again is None else [choice.again]
        if row.subject in first:
            moments.append(first[row.subject] - FURTHEST)
        content = contents.get(row.subject, Content())
        zone = theirs[row.subject].reader.zone
        owed = [_owed(row.subject, choice, content, place, zone, now) for place in places.get(row.subject, ())]
        fallen.append(Fallen(row, min(moments, default=None), tuple(owed)))
    return fallen


async def contents_of(
    readers: Mapping[int, Reader], spans: Mapping[int, tuple[datetime, datetime]], uow: UnitOfWork, now: datetime
) -> Mapping[int, Content]:
    """What there is to say in these people's digests. `spans`: from when the one before was due to when this one is,
    so that each new thing is in one of them.
    """
    if not readers:
        return {}
    persons = [*readers]
    news = defaultdict(list)
    for each in await uow.nudges.news(persons, now, now + LOOKS_AHEAD, LOOKED_AT):
        news[each.person].append(each)
    tastes = await uow.nudges.tastes(persons)
    promises = await uow.nudges.promises(persons, now + LOOKS_AHEAD, LISTED_MOST)
    # by the calendar of whoever is furthest ahead; which of them it is already is seen below
    late = await uow.nudges.late(persons, now.date() + timedelta(days=1), LISTED_MOST)
    fresh = await uow.resources.fresh(spans, LISTED_MOST)
    goals = await uow.goals.due(persons, now.date() + SOON + timedelta(days=1), LISTED_MOST)
    return {
        person: Content(
            events=[each.occurrence for each in wanted(news[person], tastes.get(person, Taste()))],
            promises=promises.get(person, ()),
            late=[id_ for id_, late_on in late.get(person, ()) if late_on <= today_of(reader, now)],
            resources=[each.resource for each in fresh.get(person, ())],
            goals=[id_ for id_, by in goals.get(person, ()) if by <= today_of(reader, now) + SOON],
        )
        for person, reader in readers.items()
    }


def _digested_at(theirs: _Theirs) -> datetime:
    """When the last digest was due."""
    return slot_of(theirs.nudged.digested, theirs.preferences, theirs.reader.zone).at


def today_of(reader: Reader, now: datetime) -> date:
    """The day it is on their wall."""
    return now.astimezone(ZoneInfo(reader.zone)).date()


async def shown(known: Sequence[Known], uow: UnitOfWork) -> Sequence[Known]:
    """Those who let it be seen where they are going."""
    members = await uow.profiles.shown_going({each.member for each in known})
    return [each for each in known if each.member in members]


async def _read(since: Mapping[int, datetime], uow: UnitOfWork, now: datetime) -> Mapping[int, _Theirs]:
    """`since` is when each of them was due to be looked at: for somebody new, when they came."""
    persons = [*since]
    nudged = await uow.nudges.of(persons)
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    going: defaultdict[int, list[Going]] = defaultdict(list)
    for each in await uow.nudges.going(persons, now - BEHIND, now + AHEAD):
        going[each.person].append(each)
    found: dict[int, _Theirs] = {}
    for person, kept in nudged.items():
        reader = readers.get(person, NOWHERE)
        came = since[person] if now - since[person] < BEHIND else now
        state = kept or begun(set_[person], reader.zone, came)
        found[person] = _Theirs(state, set_[person], reader, kept is None, going[person])
    return found


async def _known(could_be: Mapping[int, Could], uow: UnitOfWork) -> Mapping[int, Collection[int]]:
    """By person the occurrences of today where they know somebody who lets that be seen."""
    asked = {
        (person, each.occurrence)
        for person, theirs in could_be.items()
        if theirs.is_free
        for each in (*theirs.brief, *theirs.brief_later)
    }
    if not asked:
        return {}
    known = await uow.nudges.known({person for person, _ in asked}, {occurrence for _, occurrence in asked})
    found: defaultdict[int, set[int]] = defaultdict(set)
    for each in await shown([each for each in known if (each.person, each.occurrence) in asked], uow):
        found[each.person].add(each.occurrence)
    return found


def _owed(person: int, choice: Choice, content: Content, place: Direct, zone: str, now: datetime) -> Owed:
    assert choice.nudge is not None
    not_after = helps_until(now, zone)
    facts: Mapping[str, Fact] = {"events": [each.occurrence for each in choice.about]}
    period = now.isoformat()
    if choice.nudge is Nudge.DIGEST:
        facts, period = content.facts, choice.nudged.digested.isoformat()
    if choice.nudge is Nudge.BRIEF:
        not_after = min(not_after, max(each.starts for each in choice.about))
    return Owed(
        kind=choice.nudge.value,
        subject=person,
        period=period,
        address=place,
        facts=facts,
        not_after=not_after,
        person=person,
    )
