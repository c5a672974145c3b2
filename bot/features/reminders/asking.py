"""`remind me`, `list`, `cancel` and `later`; and what the controls of a reminder do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Annotated

from bot.commands import Pressed, Services, read_id
from bot.domain.delivery import Undelivered
from bot.domain.moments import INSTANT, Moment, moment_at
from bot.domain.patterns import Pattern
from bot.domain.places import fold
from bot.domain.quiet import out_of_quiet
from bot.domain.reminders import TEXT_MOST, Reminder, State
from bot.domain.spoken import rule_words
from bot.errors import NotFound, Refused
from bot.features.paging import PAGE, next_page, pager
from bot.features.reminders.telling import DONE, SNOOZE, STOP, cards_of
from bot.i18n import N_, Slash, Words
from bot.markup import Bold, joined, rich
from bot.params import DateTime, Option, Stored, Text, WhenOrEvery, shortened
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply

LIST, CANCEL = "remind.list", "remind.cancel"
REMINDER_LOOKUP = "reminder"
SUGGESTIONS = 25
CHOICES = 5
MORNING = time(9)
UNDELIVERED = 3
"""What could not be delivered, in the list."""


@dataclass(frozen=True, slots=True)
class ReminderParam(Stored):
    lookup: str = REMINDER_LOOKUP


@dataclass(frozen=True, slots=True)
class RemindMe:
    what: Annotated[str, Text(N_("What"), N_("What to remind you of"), most=TEXT_MOST)]
    when: Annotated[Pattern, WhenOrEvery(N_("When"), N_("friday 9:00, in 2 hours, every Monday 9:00"))]


@dataclass(frozen=True, slots=True)
class ListReminders:
    pass


@dataclass(frozen=True, slots=True)
class CancelReminder:
    reminder: Annotated[Reminder, ReminderParam(N_("Reminder"), N_("Words of it, or its number"))]


@dataclass(frozen=True, slots=True)
class LaterReminder:
    reminder: Annotated[Reminder, ReminderParam(N_("Reminder"), N_("Words of it, or its number"))]
    when: Annotated[Moment, DateTime(N_("When"), N_("friday 9:00, in 2 hours"), default=MORNING)]


async def remind_me(ask: RemindMe, request: Request, services: Services) -> Reply:
    """Kept once for each request; the answer says when it really comes."""
    person, pattern = request.person.id, ask.when
    first = pattern.start.instant()
    async with services.store.writing() as uow:
        id_ = await uow.reminders.add(person, ask.what, pattern, first, request.id, request.now)
        await uow.nudges.stir(person, request.now)
        kept = await uow.reminders.get(person, id_)
        assert kept is not None, "it was kept in this transaction"
        comes = await _comes(first, request, uow)
    text = request.say(N_("I will remind you: {moment}."), moment=request.say.moment(comes))
    return Reply(rich(text, _moved(first, comes, request)), (_card(kept, kept.text, comes, request.say),))


async def list_reminders(ask: ListReminders, request: Request, services: Services, offset: int = 0) -> Reply:
    say = request.say
    async with services.store.reading() as uow:
        page = await uow.reminders.waiting(request.person.id, offset=offset, limit=PAGE)
        words = await _titles(page.reminders, request, uow, services)
        quiet = (await uow.preferences.of([request.person.id]))[request.person.id].quiet
        failed = await uow.outbox.undelivered(request.person.id, UNDELIVERED) if not offset else ()
    cards = [
        _card(each, words[each.id], out_of_quiet(each.at, quiet, request.zone.key), say)
        for each in page.reminders
        if each.id in words
    ]
    pages = await pager(LIST, ask, offset, page.total, request, services)
    text = say.many("{count} reminder to come", "{count} reminders to come", page.total)
    if not page.total:
        text = say(N_("No reminder waits. {me} sets one."), me=Slash("/remind me"))
    return Reply(rich(text), (*cards, *pages, *_failures(failed, say)))


async def cancel_reminder(ask: CancelReminder, request: Request, services: Services) -> Reply:
    return await _settled(ask.reminder, State.STOPPED, N_("Cancelled."), request, services)


async def press_cancel(press: Press, request: Request, services: Services) -> Reply:
    found = await found_reminder(press.action.arg, request, services)
    return await _settled(found, State.STOPPED, N_("Cancelled."), request, services)


async def press_stop(press: Press, request: Request, services: Services) -> Reply:
    found = await found_reminder(press.action.arg, request, services)
    return await _settled(found, State.STOPPED, N_("No more of these."), request, services)


async def press_done(press: Press, request: Request, services: Services) -> Reply:
    """What repeats goes on: this one is done."""
    found = await found_reminder(press.action.arg, request, services)
    state = State.WAITING if found.pattern.rrule and found.state is State.WAITING else State.DONE
    return await _settled(found, state, N_("Done."), request, services)


async def later_reminder(ask: LaterReminder, request: Request, services: Services) -> Reply:
    return await _put_off(ask.reminder, ask.when, request, services)


async def press_snooze(press: Press, request: Request, services: Services) -> Reply:
    found = await found_reminder(press.action.arg, request, services)
    return await _put_off(found, snoozed_until(press.choice, request), request, services)


def snoozed_until(choice: str, request: Request) -> Moment:
    """The moment that a choice of `SNOOZES` means. Raises NotFound for what is none."""
    match choice:
        case "10m":
            return moment_at(request.now + timedelta(minutes=10), INSTANT)
        case "1h":
            return moment_at(request.now + timedelta(hours=1), INSTANT)
        case "morning":
            day = request.now.astimezone(request.zone).date() + timedelta(days=1)
            return Moment(datetime.combine(day, MORNING), request.zone.key)
        case _:
            raise NotFound(N_("This choice is not there any more. Use {command}."), command=Slash("/remind later"))


async def found_reminder(id_: str, request: Request, services: Services) -> Reminder:
    """The asker's reminder with that id. Raises NotFound, also where it is another's."""
    if (number := read_id(id_)) is not None:
        async with services.store.reading(is_steady=False) as uow:
            found = await uow.reminders.get(request.person.id, number)
        if found is not None:
            return found
    raise _not_yours()


class ReminderLookup:
    """Implements `bot.commands.Lookup`: words of one that waits, or the number of any."""

    async def read(self, typed: str, request: Request, services: Services) -> Reminder:
        if typed.strip().startswith("#"):
            return await found_reminder(typed.strip().removeprefix("#"), request, services)
        found = await self._with(typed, request, services)
        if not found:
            raise _not_yours()
        if len(found) > 1:
            names = "; ".join(f"#{each.id} {shortened(words, 40)}" for each, words in found[:CHOICES])
            raise Refused(N_("Several reminders match: {names}. Type the number with its #."), names=names)
        return found[0][0]

    def write(self, value: object) -> str:
        assert isinstance(value, Reminder)
        return f"#{value.id}"

    async def suggest(self, typed: str, request: Request, services: Services) -> Sequence[Option]:
        found = await self._with(typed, request, services)
        return [
            Option(f"{words} · {request.say.moment(each.at)}", f"#{each.id}") for each, words in found[:SUGGESTIONS]
        ]

    async def _with(self, typed: str, request: Request, services: Services) -> Sequence[tuple[Reminder, str]]:
        async with services.store.reading() as uow:
            page = await uow.reminders.waiting(request.person.id, offset=0, limit=LOOKED_AT)
            words = await _titles(page.reminders, request, uow, services)
        wanted = fold(typed)
        return [
            (each, words[each.id]) for each in page.reminders if each.id in words and wanted in fold(words[each.id])
        ]


LOOKED_AT = 200
"""Soonest first, that words are compared with."""

PRESSES: Mapping[str, Pressed] = {
    LIST: next_page(ListReminders, list_reminders),
    CANCEL: press_cancel,
    DONE: press_done,
    SNOOZE: press_snooze,
    STOP: press_stop,
}


def _failures(failed: Sequence[Undelivered], say: Words) -> tuple[Card, ...]:
    """What did not get to them, and a way on."""
    if not failed:
        return ()
    lines = [
        joined([say.moment(each.since), say(N_("waits")) if each.is_waiting else say(N_("given up"))], " · ")
        for each in failed
    ]
    way = rich(
        say(
            N_(
                "Allow direct messages from members of this server or workspace, or from apps. {command} changes where."
            ),
            command=Slash("/me notices"),
        )
    )
    return (Card(rich(Bold(say(N_("Could not be delivered")))), joined([*lines, way], "\n")),)


def _card(reminder: Reminder, words: str, comes: datetime, say: Words) -> Card:
    """`comes` is when it really does, which quiet hours may put off."""
    asked_for = (
        "" if comes == reminder.at else say(N_("set for {time}"), time=say.clock(reminder.at.astimezone(say.zone)))
    )
    when = joined([say.moment(comes), asked_for, rule_words(reminder.pattern.rrule, say)], " · ")
    button = Button(say(N_("Cancel")), Action(CANCEL, str(reminder.id)))
    return Card(rich(Bold(words)), when, controls=(button,))


async def _titles(
    reminders: Sequence[Reminder], request: Request, uow: UnitOfWork, services: Services
) -> Mapping[int, str]:
    """Each in a line, by its id; what is moot is left out."""
    cards = await cards_of(reminders, {request.person.id: request.say}, uow, services)
    return {id_: "".join(_plain(piece) for piece in card.title.pieces) for id_, card in cards.items()}


def _plain(piece: object) -> str:
    return piece if isinstance(piece, str) else str(getattr(piece, "text", ""))


async def _put_off(reminder: Reminder, when: Moment, request: Request, services: Services) -> Reply:
    """What repeats goes on as before after that."""
    pattern, at = reminder.pattern, when.instant()
    async with services.store.writing() as uow:
        await uow.reminders.again(request.person.id, reminder.id, pattern if pattern.rrule else Pattern(when), at)
        comes = await _comes(at, request, uow)
    text = request.say(N_("Later: {moment}."), moment=request.say.moment(comes))
    return Reply(rich(text, _moved(at, comes, request)), replaces=True)


async def _settled(reminder: Reminder, state: State, text: str, request: Request, services: Services) -> Reply:
    """Pressed again it says the same."""
    reminds = services.reminds.get(reminder.source)
    async with services.store.writing() as uow:
        words = await _titles([reminder], request, uow, services)
        if state is not State.WAITING:
            await uow.reminders.settle(request.person.id, reminder.id, state)
        if reminds is not None and state is State.DONE:
            await reminds.done(reminder, uow, request.now)
        elif reminds is not None and state is State.STOPPED:
            await reminds.stopped(reminder, uow, request.now)
    said = words.get(reminder.id, "")
    return Reply(joined([Bold(request.say(text)), said], " "), replaces=True)


async def _comes(at: datetime, request: Request, uow: UnitOfWork) -> datetime:
    """When it really comes: not in quiet hours."""
    preferences = (await uow.preferences.of([request.person.id]))[request.person.id]
    return out_of_quiet(at, preferences.quiet, request.zone.key)


def _moved(at: datetime, comes: datetime, request: Request) -> str:
    if at == comes:
        return ""
    return " " + request.say(
        N_("Your quiet hours last until then; {command} changes them."), command=Slash("/remind settings")
    )


def _not_yours() -> NotFound:
    return NotFound(N_("None of your reminders is this one. {list} shows those that wait."), list=Slash("/remind list"))
