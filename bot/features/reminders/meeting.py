"""Before an event: whom one knows there. The morning after: whom one met. Both are turned off with one press."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.commands import ASK, Message, Pressed, Services
from bot.domain.connections import Promise, Standing
from bot.domain.delivery import Later, Moot, Owed, ids_in
from bot.domain.events import Attendance, Occurrence, Status
from bot.domain.nudges import LISTED_MOST
from bot.domain.people import Reader
from bot.domain.preferences import Preferences
from bot.errors import NotFound
from bot.features.events.cards import when, where
from bot.features.readers import NOWHERE, words_of
from bot.features.reminders.mydigest import held_up, promise_line, seen, settings, show_button
from bot.features.reminders.nudges import shown
from bot.i18n import N_, Words
from bot.markup import Bold, Rich, joined, rich
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Control, Reply, Style

RECAP_OFF, BRIEF_OFF = "recap.off", "brief.off"
"""Actions; each carries the person who was written to."""


async def render_recaps(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot | Later]:
    """Implements `bot.commands.Renders`."""
    persons = {row.person for row in rows if row.person is not None}
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    return [await _recap(row, set_, readers, uow, services, now) for row in rows]


async def render_briefs(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot | Later]:
    """Implements `bot.commands.Renders`."""
    persons = {row.person for row in rows if row.person is not None}
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    return [await _brief(row, set_, readers, uow, services, now) for row in rows]


async def press_recap_off(press: Press, request: Request, services: Services) -> Reply:
    _check(press, request)
    async with services.store.writing() as uow:
        before = (await uow.preferences.of([request.person.id]))[request.person.id]
        await _put(replace(before, wants_recap=False), uow, request)
    text = request.say(N_("I will not ask whom you met any more. {settings} turns it on again."), settings=settings())
    return Reply(rich(text))


async def press_brief_off(press: Press, request: Request, services: Services) -> Reply:
    _check(press, request)
    async with services.store.writing() as uow:
        before = (await uow.preferences.of([request.person.id]))[request.person.id]
        await _put(replace(before, wants_brief=False), uow, request)
    text = request.say(
        N_("I will not tell you any more whom you know there. {settings} turns it on again."), settings=settings()
    )
    return Reply(rich(text))


PRESSES: Mapping[str, Pressed] = {RECAP_OFF: press_recap_off, BRIEF_OFF: press_brief_off}


async def _recap(
    row: Owed,
    set_: Mapping[int, Preferences],
    readers: Mapping[int, Reader],
    uow: UnitOfWork,
    services: Services,
    now: datetime,
) -> Message | Moot | Later:
    if row.person is None or not set_[row.person].wants_recap:
        return Moot("they want none")
    reader = readers.get(row.person, NOWHERE)
    if (waits := held_up(set_[row.person], reader, now)) is not None:
        return waits
    were = await _going(row.person, row, uow)
    if not were:
        return Moot("they went to none of it")
    say = words_of(reader, row, services)
    off = Button(say(N_("Don't ask me again")), Action(RECAP_OFF, str(row.person)))
    if len(were) == 1:
        [one] = were
        text = say(N_("Who did you meet at {title}?"), title=one.details.title)
    else:
        text = say(N_("Who did you meet?"))
    cards = [_met(each, say) for each in were]
    return Message(Reply(rich(text), _with(cards, off)))


async def _brief(
    row: Owed,
    set_: Mapping[int, Preferences],
    readers: Mapping[int, Reader],
    uow: UnitOfWork,
    services: Services,
    now: datetime,
) -> Message | Moot | Later:
    if row.person is None or not set_[row.person].wants_brief:
        return Moot("they want none")
    reader = readers.get(row.person, NOWHERE)
    if (waits := held_up(set_[row.person], reader, now)) is not None:
        return waits
    going = await _going(row.person, row, uow)
    coming = [each for each in going if each.starts > now]
    if going and not coming:
        return Moot("it has begun", is_late=True)
    known = await uow.nudges.known([row.person], [each.id for each in coming])
    there: defaultdict[int, list[int]] = defaultdict(list)
    for each in await shown(known, uow):
        there[each.occurrence].append(each.connection)
    say = words_of(reader, row, services)
    cards = [await _who(each, there[each.id], row.person, say, uow, now) for each in coming if each.id in there]
    if not cards:
        return Moot("nobody they know is going any more")
    off = Button(say(N_("Don't brief me again")), Action(BRIEF_OFF, str(row.person)))
    return Message(Reply(rich(say(N_("People you know are going, too:"))), _with(cards, off)))


async def _going(person: int, row: Owed, uow: UnitOfWork) -> Sequence[Occurrence]:
    """The events it is about that they still see, are going to, and that take place."""
    return [
        each
        for each, _ in await seen(person, ids_in(row.facts["events"]), uow)
        if each.status is Status.SCHEDULED and each.mine is Attendance.GOING
    ]


def _met(occurrence: Occurrence, say: Words) -> Card:
    log = Button(say(N_("Log somebody")), Action(ASK, f"connect log/met=#{occurrence.id}"), Style.PRIMARY)
    return Card(rich(Bold(occurrence.details.title)), _about(occurrence, say), controls=(log,))


async def _who(
    occurrence: Occurrence, ids_: Sequence[int], person: int, say: Words, uow: UnitOfWork, now: datetime
) -> Card:
    """Whom they know there, and what is owed between them."""
    said: list[Rich] = [_about(occurrence, say)]
    shows: list[Control] = []
    for id_ in ids_[:LISTED_MOST]:
        timeline = await uow.connections.timeline(person, id_, entries=0)
        if timeline is None:
            continue
        about = timeline.connection.about
        said.append(joined([Bold(about.name), about.role], " · "))
        said += [promise_line(each, say, now) for each in _open(timeline.promises)]
        shows.append(show_button(id_, about.name, say))
    if (more := len(ids_) - LISTED_MOST) > 0:
        said.append(rich(say.many("and {count} more", "and {count} more", more)))
    return Card(rich(Bold(occurrence.details.title)), joined(said, "\n"), controls=tuple(shows))


def _open(promises: Sequence[Promise]) -> Sequence[Promise]:
    return [each for each in promises if each.standing is Standing.OPEN][:LISTED_MOST]


def _about(occurrence: Occurrence, say: Words) -> Rich:
    return joined([when(occurrence, say), where(occurrence, say)], " · ")


def _with(cards: Sequence[Card], off: Button) -> tuple[Card, ...]:
    """The way to hear no more of it stands on the last card."""
    return (*cards[:-1], replace(cards[-1], controls=(*cards[-1].controls, off)))


def _check(press: Press, request: Request) -> None:
    """Raises NotFound for anybody else, and for who was another person then."""
    if press.action.arg != str(request.person.id):
        raise NotFound(N_("This was asked of somebody else. {settings} turns yours on and off."), settings=settings())


async def _put(preferences: Preferences, uow: UnitOfWork, request: Request) -> None:
    await uow.preferences.put(request.person.id, preferences)
    await uow.nudges.stir(request.person.id, request.now)
