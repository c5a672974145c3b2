"""What goes on in the sample community's calendar: a series with a line, what was moved, called off and added since the
last digest, what waits for approval, and what a venue's feed tells of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.addresses import Channel
from bot.domain.changes import standing_json, standing_of_time
from bot.domain.delivery import Due, Owed, Receipt, Sent
from bot.domain.digests import DIGEST, Digest
from bot.domain.events import HORIZON, Attendance, Details, Edit, FromSource, Kind, NewEvent, Occurrence, Timing
from bot.domain.feeds import OFTEN, NewFeed, answered
from bot.domain.links import page_key
from bot.domain.people import Origin, Workspace
from bot.domain.places import Place
from bot.domain.recurrence import lay_out
from bot.ports import UnitOfWork

CHANNEL = "calendar"
"""Where the sample's digest goes."""

FEED = "https://kellerwerk.example.org/programme.ics"

CITY = "Berlin, DE"
_DAY = timedelta(days=1)


async def fill_happening(
    uow: UnitOfWork,
    community: int,
    workspace: Workspace,
    people: Sequence[int],
    origins: Sequence[Origin],
    now: datetime,
) -> None:
    """Add all of it. The digest counts as posted four days ago, and comes again in three; nobody ever asks the feed."""
    before = now - 10 * _DAY
    berlin = await uow.places.named(CITY)
    await _series(uow, community, people, berlin, before, now)
    moved = await _add(
        uow,
        community,
        _event("Vinyl Night", "Bring three records; we play them all.", 5, berlin, now),
        people[1],
        before,
    )
    off = await _add(
        uow, community, _event("Listening Session", "New mixes on good monitors.", 7, berlin, now), people[2], before
    )
    await _digest(uow, community, workspace, berlin, (moved, off), now)
    later = Edit(moved.details, moved.starts + _DAY, moved.ends + _DAY)
    await uow.events.change(community, moved.id, later, now - _DAY)
    await uow.events.answer(community, moved.id, people[0], Attendance.GOING, now)
    await uow.events.cancel(community, off.id, now - _DAY, reason="The room has water damage.")
    walk = _event("Field Recording Walk", "Two hours along the canal. Recorders can be lent.", 8, berlin, now)
    await _add(uow, community, walk, people[3], now)
    jam = _event("Kitchen Jam", "At our flat: acoustic, eight people at most.", 9, berlin, now)
    jam = replace(jam, added_by=people[6], origin=origins[6], request_id="sample-proposal")
    await uow.proposals.propose(community, jam, now)
    await _feed(uow, community, origins[0], berlin, now)


async def _series(
    uow: UnitOfWork, community: int, people: Sequence[int], place: Place, before: datetime, now: datetime
) -> None:
    """Every first Friday; the next time three have a place, and two wait in line."""
    event = _event("Songwriter Circle", "Two songs each, and kind ears.", _to_first_friday(now, place), place, now)
    details = replace(event.details, kind=Kind.MEETUP, venue="Kantine am Ufer", capacity=3)
    timing = replace(event.timing, rrule="FREQ=MONTHLY;BYDAY=1FR")
    circle = await _add(uow, community, replace(event, details=details, timing=timing), people[0], before)
    for person in people[:5]:
        await uow.events.answer(community, circle.id, person, Attendance.GOING, now)


async def _digest(
    uow: UnitOfWork, community: int, workspace: Workspace, near: Place, shown: Sequence[Occurrence], now: datetime
) -> None:
    """A weekly one of what is near, in whose last `shown` stood as they stand now: what changes from now on is news."""
    channel = Channel(workspace.platform, workspace.id, CHANNEL, CHANNEL)
    last = now - 4 * _DAY
    new = Digest(0, community, channel, last.weekday(), time(9), "UTC", 14, near, request_id="sample-digest")
    digest = await uow.digests.add(new, last)
    await uow.due.put(Due(DIGEST, digest.id, digest.next_after(now), channel.platform))
    first = {str(each.id): standing_json(standing_of_time(each)) for each in shown}
    owed = Owed(DIGEST, digest.id, last.date().isoformat(), channel, community, facts={"first": first})
    await uow.outbox.add((owed,), last)
    claimed = [row for row in await uow.outbox.claim(last, 1, 60.0) if row.key == owed.key]
    # shows nothing: it stands in no channel, so that there is nothing to follow
    await uow.outbox.settle([(row, Sent(Receipt(channel, "0"))) for row in claimed], last)


async def _feed(uow: UnitOfWork, community: int, origin: Origin, place: Place, now: datetime) -> None:
    """With what it told of an hour ago. Without a due row it is never asked: there is nothing at its address."""
    new = NewFeed(FEED, page_key(FEED), "Kellerwerk", OFTEN, origin, "sample-feed")
    feed = await uow.feeds.add(community, new, now)
    await uow.feeds.keep(replace(answered(feed, now - timedelta(minutes=20)).feed, again_at=None))
    told = (("Kellerwerk: Closing Party", 6), ("Kellerwerk: Newcomers", 13))
    batch = []
    for title, days in told:
        event = replace(_event(title, "", days, place, now), request_id=None)
        event = replace(event, details=replace(event.details, venue="Kellerwerk"))
        slots = lay_out(event.timing, (), since=now, until=now + HORIZON)
        batch.append(FromSource(event, slots, feed.source, f"{days}@kellerwerk.example.org", title))
    await uow.events.bring(community, batch, now)


async def _add(uow: UnitOfWork, community: int, event: NewEvent, added_by: int, at: datetime) -> Occurrence:
    slots = lay_out(event.timing, (), since=at, until=at + HORIZON)
    id_ = await uow.events.add(community, replace(event, added_by=added_by), slots, at)
    added = await uow.events.get(community, id_, person=None)
    assert added is not None, "it was just added"
    return added


def _event(title: str, about: str, days: int, place: Place, now: datetime) -> NewEvent:
    """An evening in so many days."""
    day = now.astimezone(ZoneInfo(place.zone)).replace(tzinfo=None) + days * _DAY
    starts = day.replace(hour=19, minute=0, second=0, microsecond=0)
    timing = Timing(starts, starts + timedelta(hours=3), place.zone)
    return NewEvent(Details(title, about, place=place), timing, request_id=f"sample-{title}")


def _to_first_friday(now: datetime, place: Place) -> int:
    """Days from now to the next first Friday of a month that is not today."""
    today = now.astimezone(ZoneInfo(place.zone)).date()
    days = 1
    while (day := today + days * _DAY).weekday() != 4 or day.day > 7:
        days += 1
    return days
