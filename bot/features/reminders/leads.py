"""Reminders before events: what falls due for a person is told by direct message, put into words as it is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.commands import Fallen, Message, Services
from bot.domain.addresses import Direct
from bot.domain.delivery import Due, Later, Moot, Owed
from bot.domain.events import Kind, Occurrence
from bot.domain.leads import AHEAD, FURTHEST, Coming, Step, next_step
from bot.domain.preferences import Preferences
from bot.domain.quiet import quiet_around
from bot.features.events.cards import when_whole, where
from bot.features.readers import words_in
from bot.features.reminders.telling import snooze_options
from bot.i18n import N_, Words
from bot.markup import Bold, joined, rich
from bot.params import Option
from bot.ports import UnitOfWork
from bot.ui import Action, Button, Card, Control, LinkButton, Menu, Reply

LEAD = "lead"
"""What is owed: subject an occurrence, period the lead in minutes and the start it was for."""

DONE, SNOOZE, STOP, STOP_ALL = "lead.done", "lead.snooze", "lead.stop", "lead.stopall"
LEADS_MENU = "lead.leads"
"""Actions; each carries the occurrence."""

USUAL = "usual"
CHOICES: Mapping[str, str] = {
    USUAL: N_("As for other events"),
    "7 days, 1 day": N_("A week and a day before"),
    "1 day": N_("A day before"),
    "3 hours": N_("3 hours before"),
    "1 hour": N_("An hour before"),
    "30 minutes": N_("30 minutes before"),
    "none": N_("Not at all"),
}
"""Lead times for one event, as they are typed; `USUAL`: none of its own."""


async def fall_due(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue` for people's rows."""
    persons = [row.subject for row in rows]
    coming: defaultdict[int, list[Coming]] = defaultdict(list)
    for each in await uow.leads.coming(persons, now, now + AHEAD):
        coming[each.person].append(each)
    first = await uow.leads.first_after(persons, now + AHEAD)
    set_ = await uow.preferences.of(persons)
    steps = {
        row.subject: [(each, next_step(each, set_[row.subject], now, row.at)) for each in coming[row.subject]]
        for row in rows
    }
    taken = [(each, step) for theirs in steps.values() for each, step in theirs]
    await uow.leads.tell([(each, step.told) for each, step in taken if step.told != each.told], now)
    places = await uow.people.notices_for({each.person for each, step in taken if step.owed is not None})
    fallen: list[Fallen] = []
    for row in rows:
        theirs = steps[row.subject]
        moments = [step.again for _, step in theirs if step.again is not None]
        if row.subject in first:
            moments.append(first[row.subject] - FURTHEST)
        owed = [
            _owed(each, step, place)
            for each, step in theirs
            if step.owed is not None
            for place in places.get(row.subject, ())
        ]
        fallen.append(Fallen(row, min(moments, default=None), tuple(owed)))
    return fallen


async def render(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot | Later]:
    """Implements `bot.commands.Renders`."""
    pairs = [(row.person, row.subject) for row in rows if row.person is not None]
    standing = await uow.leads.standing(pairs)
    set_ = await uow.preferences.of({person for person, _ in pairs})
    shown = await shown_of(standing.values(), uow)
    messages: list[Message | Moot | Later] = []
    for row in rows:
        coming = standing.get((row.person or 0, row.subject))
        occurrence = shown.get(row.subject)
        if coming is None or occurrence is None:
            messages.append(Moot("they are not going any more, or it does not take place"))
        elif coming.starts.isoformat() != row.facts["starts"]:
            messages.append(Moot("it was moved"))
        elif coming.own == ():
            messages.append(Moot("they want no reminder of it"))
        elif coming.starts <= now:
            messages.append(Moot("it has begun", is_late=True))
        else:
            messages.append(_in_time(row, coming, occurrence, set_[coming.person], services, now))
    return messages


def lead_card(occurrence: Occurrence, say: Words, controls: tuple[Control, ...] = ()) -> Card:
    """What somebody who is on their way needs to know."""
    details = occurrence.details
    lines = [when_whole(occurrence, say), where(occurrence, say)]
    links = (LinkButton(say(N_("Page")), details.page_link),) if details.page_link else ()
    return Card(rich(Bold(details.title)), joined(lines, "\n"), url=details.page_link, controls=(*controls, *links))


def leads_menu(occurrence: int, say: Words) -> Menu:
    options = tuple(Option(say(name), typed) for typed, name in CHOICES.items())
    return Menu(say(N_("Remind me of this…")), Action(LEADS_MENU, str(occurrence)), options)


def _owed(coming: Coming, step: Step, place: Direct) -> Owed:
    assert step.owed is not None
    minutes = int(step.owed.total_seconds()) // 60
    starts = coming.starts.isoformat()
    return Owed(
        kind=LEAD,
        subject=coming.occurrence,
        period=f"{minutes}@{starts}",
        address=place,
        facts={"starts": starts},
        not_after=coming.starts,
        person=coming.person,
    )


async def shown_of(standing: Iterable[Coming], uow: UnitOfWork) -> Mapping[int, Occurrence]:
    """The occurrences as cards show them, by id; each community is asked for its own."""
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for each in standing:
        wanted[each.community].add(each.occurrence)
    return {
        occurrence.id: occurrence
        for community, ids in wanted.items()
        for occurrence in await uow.events.several(community, sorted(ids), person=None)
    }


def _in_time(
    row: Owed, coming: Coming, occurrence: Occurrence, preferences: Preferences, services: Services, now: datetime
) -> Message | Later:
    around = quiet_around(now, preferences.quiet, coming.zone)
    if around is not None:  # it was held up on its way
        return Later(around[1], "quiet hours", counts=False)
    say = words_in(coming.locale, coming.zone, row.address.platform, services)
    is_deadline = coming.kind is Kind.DEADLINE
    text = say(N_("A deadline is coming up.")) if is_deadline else say(N_("You are going to this:"))
    arg = str(occurrence.id)
    controls: list[Control] = [
        Button(say(N_("Done")), Action(DONE, arg)),
        Menu(say(N_("Snooze")), Action(SNOOZE, arg), snooze_options(say)),
        Button(say(N_("Stop these")), Action(STOP, arg)),
    ]
    if occurrence.rrule:
        controls.append(Button(say(N_("Stop for the whole series")), Action(STOP_ALL, arg)))
    controls.append(leads_menu(occurrence.id, say))
    return Message(Reply(rich(text), (lead_card(occurrence, say, tuple(controls)),)))
