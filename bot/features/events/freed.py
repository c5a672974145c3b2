"""Places that went to whoever was next in line: they are told, and can pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from bot.commands import Fallen, Message, Services
from bot.domain.delivery import Due, Later, Moot, Owed
from bot.domain.events import FREED, Attendance, Freed, Occurrence, Status
from bot.domain.quiet import out_of_quiet
from bot.features.directly import owed_to
from bot.features.events.cards import freed_card
from bot.features.readers import NOWHERE, words_of
from bot.i18n import N_
from bot.markup import rich
from bot.ports import UnitOfWork
from bot.ui import Reply


async def fall_due(rows: Sequence[Due], uow: UnitOfWork, _services: Services, now: datetime) -> Sequence[Fallen]:
    """Implements `bot.commands.FallsDue` for people's rows."""
    freed: defaultdict[int, list[Freed]] = defaultdict(list)
    for each in await uow.events.take_freed([row.subject for row in rows]):
        freed[each.occurrence].append(each)
    owed: defaultdict[int, list[Owed]] = defaultdict(list)
    for occurrence, places in freed.items():
        period, starts = now.isoformat(), places[0].starts
        persons, community = [each.person for each in places], places[0].community
        for one in await owed_to(
            uow, persons, FREED, occurrence, now, community=community, period=period, not_after=starts
        ):
            owed[one.person or 0].append(one)
    return [Fallen(row, None, tuple(owed[row.subject])) for row in rows]


async def render(
    rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
) -> Sequence[Message | Moot | Later]:
    """Implements `bot.commands.Renders`."""
    persons = {row.person for row in rows if row.person is not None}
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    messages: list[Message | Moot | Later] = []
    for row in rows:
        occurrence = await _still(row, uow)
        if occurrence is None or row.person is None:
            messages.append(Moot("they are not going any more, or it does not take place"))
            continue
        reader = readers.get(row.person, NOWHERE)
        at = out_of_quiet(now, set_[row.person].quiet, reader.zone, occurrence.starts)
        if occurrence.starts <= now:
            messages.append(Moot("it has begun", is_late=True))
        elif at > now:  # it was held up on its way
            messages.append(Later(at, "quiet hours", counts=False))
        else:
            say = words_of(reader, row, services)
            text = say(
                N_("A place is free: you are going to {title}. If you can't come, press Pass: the next in line goes."),
                title=occurrence.details.title,
            )
            messages.append(Message(Reply(rich(text), (freed_card(occurrence, say),))))
    return messages


async def _still(row: Owed, uow: UnitOfWork) -> Occurrence | None:
    """The occurrence, if they are going and it takes place."""
    assert row.community is not None
    found = await uow.events.get(row.community, row.subject, person=row.person)
    if found is None or found.mine is not Attendance.GOING or found.status is Status.CANCELLED:
        return None
    return found
