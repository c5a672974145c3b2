"""Promises at their due time, and when to follow up: connections as a source of reminders."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.commands import Reminds, Services
from bot.domain.connections import Connection, Promise, Side, Standing, Timeline
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern
from bot.domain.reminders import Reminder
from bot.features.connections.cards import SHOW
from bot.i18n import N_, Words
from bot.markup import Bold, rich
from bot.ports import UnitOfWork
from bot.ui import Action, Button, Card

PROMISE, FOLLOW_UP = "promise", "follow-up"


async def remember(uow: UnitOfWork, timeline: Timeline, owner: int, now: datetime) -> None:
    """Let all that is due with one connection be told when it is."""
    await remember_promises(uow, owner, timeline.promises, now)
    await remember_follow_up(uow, owner, timeline.connection, now)


async def remember_promises(uow: UnitOfWork, owner: int, promises: Sequence[Promise], now: datetime) -> None:
    """Those that are open and due are told when they are; of the others nothing is told any more."""
    for each in promises:
        if each.standing is Standing.OPEN and each.due is not None:
            await _put(uow, owner, PROMISE, each.id, each.due, now)
    over = [each.id for each in promises if each.standing is not Standing.OPEN or each.due is None]
    await uow.reminders.drop(owner, PROMISE, over)


async def remember_follow_up(uow: UnitOfWork, owner: int, connection: Connection, now: datetime) -> None:
    """They are told when to get back to somebody, if they set that."""
    if connection.follow_up is None:
        await uow.reminders.drop(owner, FOLLOW_UP, [connection.id])
    else:
        await _put(uow, owner, FOLLOW_UP, connection.id, connection.follow_up, now)


async def forget(uow: UnitOfWork, timeline: Timeline, owner: int) -> None:
    """Nothing is told of this connection any more."""
    await uow.reminders.drop(owner, PROMISE, [each.id for each in timeline.promises])
    await uow.reminders.drop(owner, FOLLOW_UP, [timeline.connection.id])


class PromiseReminds:
    """Implements `bot.commands.Reminds`: done is kept."""

    async def told(
        self, reminders: Sequence[Reminder], says: Mapping[int, Words], uow: UnitOfWork, _services: Services
    ) -> Mapping[int, Card]:
        found: dict[int, Card] = {}
        for owner, theirs in _by_owner(reminders).items():
            promises = {each.id: each for each in await uow.connections.promises(owner, list(theirs))}
            for promise in promises.values():
                if promise.standing is Standing.OPEN:
                    found[theirs[promise.id]] = _promise(promise, says[owner])
        return found

    async def done(self, reminder: Reminder, uow: UnitOfWork, now: datetime) -> None:
        if reminder.source_id is not None:
            await uow.connections.settle(reminder.person, reminder.source_id, Standing.KEPT, now)

    async def stopped(self, reminder: Reminder, uow: UnitOfWork, now: datetime) -> None:
        """It stays open, and is told no more."""


class FollowUpReminds:
    """Implements `bot.commands.Reminds`: done is done, whenever they got in touch."""

    async def told(
        self, reminders: Sequence[Reminder], says: Mapping[int, Words], uow: UnitOfWork, _services: Services
    ) -> Mapping[int, Card]:
        found: dict[int, Card] = {}
        for owner, theirs in _by_owner(reminders).items():
            for connection in await uow.connections.several(owner, list(theirs)):
                found[theirs[connection.id]] = _follow_up(connection, says[owner])
        return found

    async def done(self, reminder: Reminder, uow: UnitOfWork, now: datetime) -> None:
        await _set_none(reminder, uow)

    async def stopped(self, reminder: Reminder, uow: UnitOfWork, now: datetime) -> None:
        await _set_none(reminder, uow)


REMINDS: Mapping[str, Reminds] = {PROMISE: PromiseReminds(), FOLLOW_UP: FollowUpReminds()}


async def _put(uow: UnitOfWork, owner: int, source: str, source_id: int, due: Moment, now: datetime) -> None:
    await uow.reminders.put(owner, source, source_id, Pattern(due), due.instant(), now)


async def _set_none(reminder: Reminder, uow: UnitOfWork) -> None:
    """The connection says no more when to follow up."""
    if reminder.source_id is None:
        return
    connection = await uow.connections.get(reminder.person, reminder.source_id)
    if connection is not None:
        await uow.connections.change(reminder.person, replace(connection, follow_up=None))


def _by_owner(reminders: Collection[Reminder]) -> Mapping[int, dict[int, int]]:
    """By owner: what each is about, and the reminder's own id."""
    found: dict[int, dict[int, int]] = {}
    for each in reminders:
        if each.source_id is not None:
            found.setdefault(each.person, {})[each.source_id] = each.id
    return found


def _promise(promise: Promise, say: Words) -> Card:
    whose = {Side.MINE: N_("You owe {name}"), Side.THEIRS: N_("{name} owes you")}[promise.side]
    show = Button(say(N_("Show {name}"), name=promise.name), Action(SHOW, str(promise.connection)))
    return Card(rich(Bold(promise.text)), rich(say(whose, name=promise.name)), controls=(show,))


def _follow_up(connection: Connection, say: Words) -> Card:
    name = connection.about.name
    show = Button(say(N_("Show {name}"), name=name), Action(SHOW, str(connection.id)))
    return Card(rich(Bold(say(N_("Follow up with {name}"), name=name))), controls=(show,))
