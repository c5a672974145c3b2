"""Reminders as they come: what falls due is told by direct message, put into words as it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.commands import ASK, Fallen, Message, Services
from bot.domain.addresses import Direct
from bot.domain.delivery import Due, Later, Moot, Owed
from bot.domain.patterns import next_after
from bot.domain.people import Reader
from bot.domain.preferences import Preferences
from bot.domain.quiet import out_of_quiet, quiet_around
from bot.domain.reminders import REMINDER, Reminder, State
from bot.features.readers import NOWHERE, words_of
from bot.i18n import N_, Words
from bot.markup import Bold, rich
from bot.params import Option
from bot.ports import UnitOfWork
from bot.ui import Action, Button, Card, Control, Menu, Reply, Style

DONE, SNOOZE, STOP = "remind.done", "remind.snooze", "remind.stop"
"""Actions; each carries the reminder."""

USEFUL = timedelta(days=7)
"""So much later a reminder still helps somebody who could not be reached."""

LATE = timedelta(minutes=10)
"""So much later it says when it was due."""

SNOOZES: Mapping[str, str] = {
    "10m": N_("10 minutes"),
    "1h": N_("1 hour"),
    "morning": N_("Tomorrow morning"),
}


async def fall_due(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue`. In quiet hours it waits until they end; what repeats comes once however
    often it was missed.
    """
    reminders = {each.id: each for each in await uow.reminders.fallen_due([row.subject for row in rows])}
    persons = {each.person for each in reminders.values()}
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    places = await uow.people.notices_for(persons)
    fallen: list[Fallen] = []
    told: list[Reminder] = []
    for row in rows:
        reminder = reminders.get(row.subject)
        if reminder is None or reminder.state is not State.WAITING:
            fallen.append(Fallen(row, None))
            continue
        when = out_of_quiet(now, set_[reminder.person].quiet, readers.get(reminder.person, NOWHERE).zone)
        if when > now:
            fallen.append(Fallen(row, when))
            continue
        again = next_after(reminder.pattern, now) if reminder.pattern.rrule else None
        told.append(replace(reminder, at=again or reminder.at, state=State.WAITING if again else State.TOLD))
        owed = tuple(_owed(reminder, place) for place in places.get(reminder.person, ()))
        fallen.append(Fallen(row, again, owed))
    await uow.reminders.told(told)
    return fallen


async def render(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot | Later]:
    """Implements `bot.commands.Renders`."""
    reminders = {each.id: each for each in await uow.reminders.fallen_due([row.subject for row in rows])}
    persons = {each.person for each in reminders.values()}
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    cards = await _cards(rows, reminders, readers, uow, services)
    messages: list[Message | Moot | Later] = []
    for row in rows:
        reminder, card = reminders.get(row.subject), cards.get(row.key)
        if reminder is None or reminder.state in (State.DONE, State.STOPPED):
            messages.append(Moot("it is done, or not wanted any more"))
        elif card is None:
            messages.append(Moot("what it was about is over"))
        else:
            reader = readers.get(reminder.person, NOWHERE)
            messages.append(_in_time(row, reminder, card, set_[reminder.person], reader, services, now))
    return messages


def own_card(reminder: Reminder) -> Card:
    """In its owner's own words."""
    return Card(rich(Bold(reminder.text)))


def controls(reminder: Reminder, say: Words) -> tuple[Control, ...]:
    """What can be done with a reminder that came."""
    arg = str(reminder.id)
    return (
        Button(say(N_("Done")), Action(DONE, arg), Style.PRIMARY),
        Menu(say(N_("Snooze")), Action(SNOOZE, arg), snooze_options(say)),
        Button(say(N_("Pick a time")), Action(ASK, f"remind later/reminder=#{arg}")),
        Button(say(N_("Stop these")), Action(STOP, arg)),
    )


def snooze_options(say: Words) -> tuple[Option, ...]:
    return tuple(Option(say(label), value) for value, label in SNOOZES.items())


async def cards_of(
    reminders: Sequence[Reminder], says: Mapping[int, Words], uow: UnitOfWork, services: Services
) -> Mapping[int, Card]:
    """The words for each reminder, by its id; none for what is moot. `says` goes by person."""
    found = {each.id: own_card(each) for each in reminders if not each.source}
    by_source: defaultdict[str, list[Reminder]] = defaultdict(list)
    for each in reminders:
        if each.source:
            by_source[each.source].append(each)
    for source, theirs in by_source.items():
        if (reminds := services.reminds.get(source)) is not None:
            found |= await reminds.told(theirs, says, uow, services)
    return found


def _owed(reminder: Reminder, place: Direct) -> Owed:
    return Owed(
        kind=REMINDER,
        subject=reminder.id,
        period=reminder.at.isoformat(),
        address=place,
        facts={"at": reminder.at.isoformat()},
        not_after=reminder.at + USEFUL,
        person=reminder.person,
    )


async def _cards(
    rows: Sequence[Owed],
    reminders: Mapping[int, Reminder],
    readers: Mapping[int, Reader],
    uow: UnitOfWork,
    services: Services,
) -> Mapping[str, Card]:
    """By the row's key: one reader may have two platforms, which spell commands in their own ways."""
    found: dict[str, Card] = {}
    by_platform: defaultdict[str, list[Owed]] = defaultdict(list)
    for row in rows:
        by_platform[row.address.platform].append(row)
    for theirs in by_platform.values():
        these = {row.subject: reminders[row.subject] for row in theirs if row.subject in reminders}
        says = {
            each.person: words_of(readers.get(each.person, NOWHERE), theirs[0], services) for each in these.values()
        }
        cards = await cards_of(list(these.values()), says, uow, services)
        found |= {row.key: cards[row.subject] for row in theirs if row.subject in cards}
    return found


def _in_time(
    row: Owed,
    reminder: Reminder,
    card: Card,
    preferences: Preferences,
    reader: Reader,
    services: Services,
    now: datetime,
) -> Message | Later:
    if (around := quiet_around(now, preferences.quiet, reader.zone)) is not None:  # it was held up on its way
        return Later(around[1], "quiet hours", counts=False)
    say = words_of(reader, row, services)
    at = datetime.fromisoformat(str(row.facts["at"]))
    text = rich(say(N_("A reminder:")))
    if now - at > LATE:
        text = rich(say(N_("A reminder, due {moment}:"), moment=say.moment(at)))
    return Message(Reply(text, (replace(card, controls=(*controls(reminder, say), *card.controls)),)))
