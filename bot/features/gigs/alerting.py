"""Who follows such gigs is told of a new one: at once, or each morning of all that came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.commands import Fallen, FallsDue, Message, Renders, Services
from bot.domain.delivery import Due, Later, Moot, Owed, ids_in
from bot.domain.gigs import DAILY, NEW, Follow, Gig, last_daily, next_daily
from bot.domain.quiet import quiet_around
from bot.features.gigs.cards import short_card
from bot.features.gigs.following import FOLLOWING, STOP, followed
from bot.features.gigs.telling import owe
from bot.features.readers import NOWHERE, words_of
from bot.i18n import N_, Words
from bot.markup import rich
from bot.ports import UnitOfWork
from bot.ui import Action, Button, Card, Reply

ALERT, MORNING = "gig.alert", "gig.morning"
LISTED_MOST = 10
"""Gigs in one morning's message; how many more there are is said."""


async def fall_due_new(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue`: a gig can be seen. Nobody is told of one twice, whatever becomes of it."""
    gigs = {each.id: each for each in await uow.gigs.fallen_due([row.subject for row in rows])}
    fallen: list[Fallen] = []
    for row in rows:
        gig = gigs.get(row.subject)
        owed = await _announce(gig, uow, now) if gig is not None and gig.is_live(now) else ()
        fallen.append(Fallen(row, None, tuple(owed)))
    return fallen


async def _announce(gig: Gig, uow: UnitOfWork, now: datetime) -> Sequence[Owed]:
    is_daily: dict[int, bool] = {}
    for each in await uow.gigs.followers(gig.community):
        if each.person != gig.poster and each.wanted.fits(gig.about):
            is_daily[each.person] = is_daily.get(each.person, True) and each.is_daily
    fresh = await uow.gigs.tell(gig.id, is_daily, now)
    await _next_morning(uow, [person for person in fresh if is_daily[person]], now)
    at_once = [person for person in fresh if not is_daily[person]]
    return await owe(uow, ALERT, gig, at_once, now, not_after=gig.deadline)


async def _next_morning(uow: UnitOfWork, persons: Sequence[int], now: datetime) -> None:
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    for person in persons:
        await uow.due.hasten(Due(DAILY, person, next_daily(now, set_[person], readers.get(person, NOWHERE).zone)))


async def fall_due_daily(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue` for people's rows: what came until this morning, late rather than never."""
    persons = [row.subject for row in rows]
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    places = await uow.people.notices_for(persons)
    zones = {person: readers.get(person, NOWHERE).zone for person in persons}
    mornings = {person: last_daily(now, set_[person], zones[person]) for person in persons}
    found = await uow.gigs.untold(persons, mornings)
    waiting = await uow.gigs.has_untold(persons)
    fallen: list[Fallen] = []
    for row in rows:
        person = row.subject
        owed = [
            Owed(
                kind=MORNING,
                subject=person,
                period=mornings[person].isoformat(),
                address=place,
                facts={"gigs": list(found[person])},
                person=person,
            )
            for place in places.get(person, ())
            if person in found
        ]
        again = next_daily(now, set_[person], zones[person]) if person in waiting else None
        fallen.append(Fallen(row, again, tuple(owed)))
    return fallen


FALLS_DUE: Mapping[str, FallsDue] = {NEW: fall_due_new, DAILY: fall_due_daily}


async def render(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot | Later]:
    """Implements `bot.commands.Renders` for both: what is closed or over, or not followed any more, is left out."""
    about = {row.key: ids_in(row.facts["gigs"]) if row.kind == MORNING else [row.subject] for row in rows}
    gigs = {each.id: each for each in await uow.gigs.fallen_due({id_ for each in about.values() for id_ in each})}
    persons = {row.person for row in rows if row.person is not None}
    follows: defaultdict[int, list[Follow]] = defaultdict(list)
    for each in await uow.gigs.follows_of(persons):
        follows[each.person].append(each)
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    messages: list[Message | Moot | Later] = []
    for row in rows:
        person = row.person or 0
        reader = readers.get(person, NOWHERE)
        found = [
            (gigs[id_], why)
            for id_ in about[row.key]
            if id_ in gigs and gigs[id_].is_live(now) and (why := _why(gigs[id_], follows[person])) is not None
        ]
        if not found:
            messages.append(Moot("it is closed or over, or they do not follow such any more"))
        elif around := quiet_around(now, set_[person].quiet, reader.zone):
            messages.append(Later(around[1], "quiet hours", counts=False))
        else:
            names = await _names([gig for gig, _ in found], uow)
            messages.append(Message(_alert(found, names, words_of(reader, row, services), now)))
    return messages


RENDERS: Mapping[str, Renders] = {ALERT: render, MORNING: render}


def _why(gig: Gig, follows: Sequence[Follow]) -> Follow | None:
    """The first of what they follow that this gig is."""
    theirs = (each for each in follows if each.community == gig.community and each.person != gig.poster)
    return next((each for each in theirs if each.wanted.fits(gig.about)), None)


def _alert(found: Sequence[tuple[Gig, Follow]], names: Mapping[int, str], say: Words, now: datetime) -> Reply:
    follows = {each.id: each for _, each in found}
    what = "; ".join(followed(each.wanted, say) for each in follows.values())
    text = say.many(
        "{count} new gig that you want to hear of ({what}):",
        "{count} new gigs that you want to hear of ({what}):",
        len(found),
        what=what,
    )
    cards = [short_card(gig, say, now, names[gig.community]) for gig, _ in found[:LISTED_MOST]]
    if len(found) > LISTED_MOST:
        more = len(found) - LISTED_MOST
        cards.append(Card(body=rich(say.many("and {count} more", "and {count} more", more))))
    if len(follows) == 1:
        [one] = follows
        stop = Button(say(N_("Stop these")), Action(STOP, str(one)))
    else:
        stop = Button(say(N_("What I follow")), Action(FOLLOWING))
    return Reply(rich(text), (*cards, Card(controls=(stop,))))


async def _names(gigs: Sequence[Gig], uow: UnitOfWork) -> Mapping[int, str]:
    """Of their communities."""
    found = {}
    for id_ in {gig.community for gig in gigs}:
        community = await uow.people.community(id_)
        found[id_] = community.name if community else ""
    return found
