"""`remind event`, and what the controls of an event's reminder do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from bot.commands import ASK, Command, Pressed, Services, read_id
from bot.domain.delivery import Due
from bot.domain.events import Attendance, Occurrence, Status
from bot.domain.leads import LEADS, Coming, Told, next_step
from bot.domain.patterns import Pattern
from bot.domain.quiet import out_of_quiet
from bot.domain.reminders import Reminder
from bot.domain.spoken import leads_words
from bot.errors import NotFound, Refused
from bot.features.events.lookup import EventParam
from bot.features.reminders.asking import snoozed_until
from bot.features.reminders.leads import (
    CHOICES,
    DONE,
    LEADS_MENU,
    SNOOZE,
    STOP,
    STOP_ALL,
    USUAL,
    lead_card,
    leads_menu,
    shown_of,
)
from bot.i18n import N_, Slash, Words
from bot.markup import rich
from bot.params import Leads, Reading
from bot.ports import UnitOfWork
from bot.request import Press, Request
from bot.ui import Action, Button, Card, Reply

EVENT = "event"
"""The source of reminders of events that were put off; its ids are occurrences."""

RESUME, RESUME_ALL = "lead.resume", "lead.resumeall"


@dataclass(frozen=True, slots=True)
class RemindEvent:
    event: Annotated[Occurrence, EventParam(N_("Event"), N_("Words of its title"))]
    leads: Annotated[
        tuple[timedelta, ...] | None,
        Leads(N_("How long before"), N_("3h; 1 day, 2 hours; none. Left out: as for other events")),
    ] = None


async def remind_event(ask: RemindEvent, request: Request, services: Services) -> Reply:
    event = ask.event
    if event.status is Status.CANCELLED or event.starts <= request.now:
        raise Refused(N_("{title} has begun or was cancelled, so nothing comes before it."), title=event.details.title)
    if event.mine is not Attendance.GOING:
        raise Refused(
            N_("I remind you of what you are going to. Say so first: {command}."), command=Slash("/event answer")
        )
    return await _set(event.id, ask.leads, request, services, replaces=False)


async def press_done(press: Press, request: Request, services: Services) -> Reply:
    """What was put off is done as well."""
    coming = await _theirs(press, request, services)
    async with services.store.writing() as uow:
        await uow.reminders.drop(request.person.id, EVENT, [coming.occurrence])
    occurrence = await _occurrence(coming, services)
    cards = (lead_card(occurrence, request.say),) if occurrence else ()
    return Reply(rich(request.say(N_("Done."))), cards, replaces=True)


async def press_snooze(press: Press, request: Request, services: Services) -> Reply:
    """From then on it is a reminder like any other, which can be put off again."""
    coming = await _theirs(press, request, services)
    say, until = request.say, snoozed_until(press.choice, request)
    at = until.instant()
    async with services.store.writing() as uow:
        set_ = (await uow.preferences.of([request.person.id]))[request.person.id]
        comes = out_of_quiet(at, set_.quiet, request.zone.key)
        if comes >= coming.starts:
            raise Refused(N_("It starts before that: {moment}. Choose less."), moment=say.moment(coming.starts))
        id_ = await uow.reminders.put(request.person.id, EVENT, coming.occurrence, Pattern(until), at, request.now)
    pick = Button(say(N_("Pick a time")), Action(ASK, f"remind later/reminder=#{id_}"))
    occurrence = await _occurrence(coming, services)
    card = lead_card(occurrence, say, (pick,)) if occurrence else Card(controls=(pick,))
    return Reply(rich(say(N_("Later: {moment}."), moment=say.moment(comes))), (card,), replaces=True)


async def press_stop(press: Press, request: Request, services: Services) -> Reply:
    coming = await _theirs(press, request, services)
    async with services.store.writing() as uow:
        await uow.leads.set_own(request.person.id, coming.occurrence, ())
        await uow.reminders.drop(request.person.id, EVENT, [coming.occurrence])
    text = request.say(N_("No more reminders of this. You are told if it is moved or cancelled."))
    return await _stopped(coming, text, RESUME, request.say, services)


async def press_stop_all(press: Press, request: Request, services: Services) -> Reply:
    coming = await _theirs(press, request, services)
    async with services.store.writing() as uow:
        await uow.leads.mute(request.person.id, coming.event, True)
    text = request.say(N_("No more reminders of this series. You are told if it is moved or cancelled."))
    return await _stopped(coming, text, RESUME_ALL, request.say, services)


async def press_resume(press: Press, request: Request, services: Services) -> Reply:
    coming = await _theirs(press, request, services)
    return await _set(coming.occurrence, None, request, services, replaces=True)


async def press_resume_all(press: Press, request: Request, services: Services) -> Reply:
    coming = await _theirs(press, request, services)
    async with services.store.writing() as uow:
        await uow.leads.mute(request.person.id, coming.event, False)
    return await _set(coming.occurrence, None, request, services, replaces=True)


async def press_leads(press: Press, request: Request, services: Services) -> Reply:
    coming = await _theirs(press, request, services)
    if press.choice not in CHOICES:
        raise NotFound(N_("This choice is not there any more. Use {command}."), command=Slash("/remind event"))
    chosen = None if press.choice == USUAL else Leads("", "").read(press.choice, Reading(request.say, request.now, {}))
    return await _set(coming.occurrence, chosen, request, services, replaces=True)


PRESSES: Mapping[str, Pressed] = {
    DONE: press_done,
    SNOOZE: press_snooze,
    STOP: press_stop,
    STOP_ALL: press_stop_all,
    RESUME: press_resume,
    RESUME_ALL: press_resume_all,
    LEADS_MENU: press_leads,
}
COMMAND = Command(
    "event",
    N_("Choose when you are reminded of one event"),
    RemindEvent,
    remind_event,
    "/remind event late night modular leads:3h",
)


class PutOff:
    """Implements `bot.commands.Reminds` for reminders of events that were put off."""

    async def told(
        self, reminders: Sequence[Reminder], says: Mapping[int, Words], uow: UnitOfWork, services: Services
    ) -> Mapping[int, Card]:
        now = services.clock.now()
        standing = await uow.leads.standing([(each.person, each.source_id or 0) for each in reminders])
        shown = await shown_of(standing.values(), uow)
        return {
            each.id: lead_card(shown[coming.occurrence], says[each.person])
            for each in reminders
            if (coming := standing.get((each.person, each.source_id or 0))) is not None
            and coming.occurrence in shown
            and coming.starts > now
        }

    async def done(self, reminder: Reminder, uow: UnitOfWork, now: datetime) -> None:
        """Nothing more: the next lead still comes."""

    async def stopped(self, reminder: Reminder, uow: UnitOfWork, now: datetime) -> None:
        if reminder.source_id is not None and await uow.leads.answered(reminder.person, reminder.source_id):
            await uow.leads.set_own(reminder.person, reminder.source_id, ())


async def _set(
    occurrence: int, chosen: tuple[timedelta, ...] | None, request: Request, services: Services, *, replaces: bool
) -> Reply:
    """Set their leads for one occurrence; what has passed by now is not made up for."""
    person, say = request.person.id, request.say
    async with services.store.writing() as uow:
        await uow.leads.set_own(person, occurrence, chosen)
        coming = await uow.leads.answered(person, occurrence)
        if coming is None:
            raise _not_theirs()
        moment = await _passed_over(coming, uow, request.now)
        await uow.due.hasten(Due(LEADS, person, request.now))
    shown = await _occurrence(coming, services)
    cards = (lead_card(shown, say, (leads_menu(occurrence, say),)),) if shown else ()
    if chosen == ():
        text = say(N_("No reminders of this. You are told if it is moved or cancelled."))
    elif chosen is None:
        text = say(N_("You are reminded of this as of other events."))
    else:
        text = say(N_("You are reminded {leads} before it starts."), leads=leads_words(chosen, say))
    if moment is not None:
        text += " " + say(N_("Next: {moment}."), moment=say.moment(moment))
    elif chosen:
        text += " " + say(N_("There is no time left for that: it starts before."))
    return Reply(rich(text), cards, replaces=replaces)


async def _passed_over(coming: Coming, uow: UnitOfWork, now: datetime) -> datetime | None:
    """Let what lies behind count as told; when the next is told."""
    set_ = (await uow.preferences.of([coming.person]))[coming.person]
    step = next_step(coming, set_, now, now)
    lead = step.owed
    if lead is not None:
        await uow.leads.tell([(coming, Told(coming.starts, lead))], now)
    return step.again


async def _stopped(coming: Coming, text: str, resume: str, say: Words, services: Services) -> Reply:
    occurrence = await _occurrence(coming, services)
    button = Button(say(N_("Remind me after all")), Action(resume, str(coming.occurrence)))
    card = lead_card(occurrence, say, (button,)) if occurrence else Card(controls=(button,))
    return Reply(rich(text), (card,), replaces=True)


async def _theirs(press: Press, request: Request, services: Services) -> Coming:
    """The occurrence a control names, for whoever answered to it. Raises NotFound for anybody else."""
    number = read_id(press.action.arg)
    if number is not None:
        async with services.store.reading() as uow:
            found = await uow.leads.answered(request.person.id, number)
        if found is not None:
            return found
    raise _not_theirs()


def _not_theirs() -> NotFound:
    return NotFound(N_("This is nothing you answered to. {command} shows what you did."), command=Slash("/event mine"))


async def _occurrence(coming: Coming, services: Services) -> Occurrence | None:
    async with services.store.reading() as uow:
        return await uow.events.get(coming.community, coming.occurrence, person=coming.person)
