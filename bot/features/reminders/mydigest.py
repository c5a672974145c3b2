"""The personal digest: what comes, what is promised, whom to get back to, which goals are near.

Put into words as it is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.commands import Message, Pressed, Services, read_id
from bot.domain.connections import Connection, Promise, Side, Standing
from bot.domain.delivery import Later, Moot, Owed, ids_in
from bot.domain.events import Occurrence, Status
from bot.domain.people import Reader
from bot.domain.preferences import Preferences
from bot.domain.quiet import quiet_around
from bot.errors import NotFound
from bot.features.connections.cards import SHOW, late, moment
from bot.features.events import answering
from bot.features.events.cards import GOING, when, where
from bot.features.path.cards import goal_line, goals_button
from bot.features.readers import NOWHERE, words_of
from bot.features.reminders.nudges import today_of
from bot.features.resources.news import news_card
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, Rich, joined, rich
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Control, LinkButton, Reply, Style

DIGEST_GOING = "mydigest.going"
"""Carries the occurrence, of whichever community the reader is in."""


async def render(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot | Later]:
    """Implements `bot.commands.Renders`. What was answered, kept or caught up with meanwhile is left out."""
    persons = {row.person for row in rows if row.person is not None}
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    messages: list[Message | Moot | Later] = []
    for row in rows:
        if row.person is None or not set_[row.person].wants_digest:
            messages.append(Moot("they want none"))
            continue
        reader = readers.get(row.person, NOWHERE)
        if (waits := held_up(set_[row.person], reader, now)) is not None:
            messages.append(waits)
            continue
        say = words_of(reader, row, services)
        cards = [
            *await _events(row.person, ids_in(row.facts["events"]), say, uow, now),
            *await _promises(row.person, ids_in(row.facts["promises"]), say, uow, now),
            *await _late(row.person, ids_in(row.facts["late"]), say, uow, today_of(reader, now)),
            *await _library(row.person, ids_in(row.facts.get("resources")), say, uow),
            # one that was owed before there were goals says nothing of them
            *await _goals(row.person, ids_in(row.facts.get("goals")), say, uow, today_of(reader, now)),
        ]
        if not cards:
            messages.append(Moot("nothing is left to say"))
            continue
        text = say(N_("Your week. {settings} says when this comes, or that it does not."), settings=settings())
        messages.append(Message(Reply(rich(text), tuple(cards))))
    return messages


async def press_going(press: Press, request: Request, services: Services) -> Reply:
    """As Going on any event; a direct message may show those of several communities."""
    number = read_id(press.action.arg)
    if number is not None:
        async with services.store.reading() as uow:
            home = (await uow.nudges.where(request.person.id, [number])).get(number)
            community = None if home is None else await uow.people.community(home)
        if community is not None:
            there = replace(request, joined=community)
            return await answering.press_going(replace(press, action=Action(GOING, str(number))), there, services)
    raise NotFound(
        N_("This event is in no calendar of yours any more. {find} shows what is."), find=Slash("/event find")
    )


PRESSES: Mapping[str, Pressed] = {DIGEST_GOING: press_going}


def settings() -> Slash:
    return Slash("/remind settings")


def held_up(preferences: Preferences, reader: Reader, now: datetime) -> Later | None:
    """Until quiet hours end, where it was held up on its way until they began."""
    around = quiet_around(now, preferences.quiet, reader.zone)
    return None if around is None else Later(around[1], "quiet hours", counts=False)


async def seen(person: int, occurrences: Collection[int], uow: UnitOfWork) -> Sequence[tuple[Occurrence, str]]:
    """Those of `occurrences` that they still see, in that order, each with the name of its community where they are
    of several.
    """
    homes = await uow.nudges.where(person, occurrences)
    by_home: defaultdict[int, list[int]] = defaultdict(list)
    for id_ in occurrences:
        if id_ in homes:
            by_home[homes[id_]].append(id_)
    found: dict[int, tuple[Occurrence, str]] = {}
    for home, theirs in by_home.items():
        community = await uow.people.community(home) if len(by_home) > 1 else None
        for each in await uow.events.several(home, theirs, person=person):
            found[each.id] = each, community.name if community else ""
    return [found[id_] for id_ in occurrences if id_ in found]


def lines(title: str, said: Iterable[Rich], controls: tuple[Control, ...] = ()) -> Card:
    """A card of some lines under a heading."""
    return Card(rich(Bold(title)), joined(said, "\n"), controls=controls)


async def _events(person: int, kept: Sequence[int], say: Words, uow: UnitOfWork, now: datetime) -> Sequence[Card]:
    return [
        _event(each, community, say)
        for each, community in await seen(person, kept, uow)
        if each.status is Status.SCHEDULED and each.mine is None and each.starts > now
    ]


def _event(occurrence: Occurrence, community: str, say: Words) -> Card:
    details = occurrence.details
    controls: list[Control] = [
        Button(say(N_("Going")), Action(DIGEST_GOING, str(occurrence.id)), Style.PRIMARY),
    ]
    if details.page_link:
        controls.append(LinkButton(say(N_("Page")), details.page_link))
    body = joined([when(occurrence, say), where(occurrence, say), community], " · ")
    return Card(rich(Bold(details.title)), body, url=details.page_link, controls=tuple(controls))


async def _promises(person: int, kept: Sequence[int], say: Words, uow: UnitOfWork, now: datetime) -> Sequence[Card]:
    found = {each.id: each for each in await uow.connections.promises(person, kept)}
    still = [found[id_] for id_ in kept if id_ in found and found[id_].standing is Standing.OPEN]
    if not still:
        return ()
    more = rich(say(N_("{promises} shows all that is open."), promises=Slash("/connect promises")))
    return [lines(say(N_("Promised")), [*(promise_line(each, say, now) for each in still), more])]


def promise_line(promise: Promise, say: Words, now: datetime) -> Rich:
    """Who owes what, until when."""
    whose = {Side.MINE: N_("You owe {name}"), Side.THEIRS: N_("{name} owes you")}[promise.side]
    is_overdue = promise.due is not None and promise.due.instant() < now
    parts = [say(whose, name=promise.name), moment(promise.due, say), say(N_("overdue")) if is_overdue else ""]
    return joined([Bold(promise.text), *parts], " · ")


async def _late(person: int, kept: Sequence[int], say: Words, uow: UnitOfWork, today: date) -> Sequence[Card]:
    still = [each for each in await uow.connections.several(person, kept) if _is_late(each, today)]
    if not still:
        return ()
    said = [joined([Bold(each.about.name), late(each, say, today)], " · ") for each in still]
    shows = tuple(show_button(each.id, each.about.name, say) for each in still)
    return [lines(say(N_("Time to get back to")), said, shows)]


async def _goals(person: int, kept: Sequence[int], say: Words, uow: UnitOfWork, today: date) -> Sequence[Card]:
    still = [each for each in await uow.goals.several(person, kept) if each.is_soon(today)]
    if not still:
        return ()
    return [lines(say(N_("Your goals")), [goal_line(each, say, today) for each in still], (goals_button(say),))]


def show_button(connection: int, name: str, say: Words) -> Button:
    return Button(say(N_("Show {name}"), name=name), Action(SHOW, str(connection)))


async def _library(person: int, kept: Sequence[int], say: Words, uow: UnitOfWork) -> Sequence[Card]:
    still = await uow.resources.seen(person, kept)
    if not still:
        return ()
    following = Slash("/resource following")
    title = say(N_("New in what you follow ({following})"), following=following)
    return [news_card(title, still, say)]


def _is_late(connection: Connection, today: date) -> bool:
    return connection.back_on is not None and connection.back_on <= today
