"""`remind settings`: lead times, quiet hours, and what comes by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Annotated

from bot.commands import ASK, UNSAID, Services, Unsaid
from bot.domain.delivery import Due
from bot.domain.leads import LEADS
from bot.domain.nudges import slots
from bot.domain.preferences import Preferences
from bot.domain.quiet import Quiet
from bot.domain.spoken import leads_words, quiet_words
from bot.i18n import N_, Words
from bot.markup import Bold, rich
from bot.params import WEEKDAYS, Leads, QuietHours, TimeOfDay, weekday, yes_no
from bot.ports import UnitOfWork
from bot.request import Request
from bot.ui import Action, Button, Card, Field, Reply


@dataclass(frozen=True, slots=True)
class SetReminders:
    leads: Annotated[tuple[timedelta, ...] | None, Leads(N_("Before events"), N_("1 day, 2 hours; or none"))] = None
    quiet: Annotated[Quiet | Unsaid | None, QuietHours(N_("Quiet hours"), N_("22:00-8:00, off"))] = UNSAID
    digest: Annotated[bool | None, yes_no(N_("Personal digest"), N_("Once a week what concerns you"))] = None
    day: Annotated[int | None, weekday(N_("Digest on"), N_("monday, tuesday, …"))] = None
    time: Annotated[time | None, TimeOfDay(N_("Digest at"), N_("9:00, 6pm"))] = None
    recap: Annotated[bool | None, yes_no(N_("After events"), N_("Ask the morning after whom you met"))] = None
    brief: Annotated[bool | None, yes_no(N_("Whom you know there"), N_("Tell it before events"))] = None


async def set_reminders(ask: SetReminders, request: Request, services: Services) -> Reply:
    """Set what was said, and show all of it."""
    person = request.person.id
    async with services.store.writing() as uow:
        before = (await uow.preferences.of([person]))[person]
        after = _changed(before, ask)
        if after != before:
            await uow.preferences.put(person, after)
            await uow.due.hasten(Due(LEADS, person, request.now))
            await uow.nudges.stir(person, request.now)
            await _digested(person, after, uow, request)
    text = rich(request.say(N_("Set."))) if after != before else rich()
    return Reply(text, (settings_card(after, request.say),))


async def _digested(person: int, after: Preferences, uow: UnitOfWork, request: Request) -> None:
    """A digest whose new time lies behind is not made up for."""
    nudged = (await uow.nudges.of([person])).get(person)
    last = slots(after, request.zone.key, request.now)[0].day
    if nudged is not None and last > nudged.digested:
        await uow.nudges.put({person: replace(nudged, digested=last)})


def settings_card(set_: Preferences, say: Words) -> Card:
    day = say(WEEKDAYS[list(WEEKDAYS)[set_.digest_weekday]])
    pairs = [
        (N_("Before events"), leads_words(set_.leads, say)),
        (N_("Quiet hours"), quiet_words(set_.quiet, say)),
        (
            N_("Personal digest"),
            say(N_("{day} at {time}"), day=day, time=_clock(set_.digest_at, say))
            if set_.wants_digest
            else _on(False, say),
        ),
        (N_("After events"), _on(set_.wants_recap, say)),
        (N_("Whom you know there"), _on(set_.wants_brief, say)),
    ]
    button = Button(say(N_("Change")), Action(ASK, "remind settings"))
    fields = tuple(Field(say(name), rich(value)) for name, value in pairs)
    return Card(rich(Bold(say(N_("Your reminders")))), fields=fields, controls=(button,))


def _changed(before: Preferences, ask: SetReminders) -> Preferences:
    after = before
    if ask.leads is not None:
        after = replace(after, leads=ask.leads)
    if not isinstance(ask.quiet, Unsaid):
        after = replace(after, quiet=ask.quiet)
    wishes = {
        "wants_digest": ask.digest,
        "digest_weekday": ask.day,
        "digest_at": ask.time,
        "wants_recap": ask.recap,
        "wants_brief": ask.brief,
    }
    return replace(after, **{name: value for name, value in wishes.items() if value is not None})  # type: ignore[arg-type]  # each as its field has it


def _clock(at: time, say: Words) -> str:
    return say.clock(datetime.combine(datetime.min, at))


def _on(is_on: bool, say: Words) -> str:
    return say(N_("on")) if is_on else say(N_("off"))
