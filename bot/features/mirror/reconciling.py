"""The errand that makes a platform's own calendar and ours agree, one small step after another.

It may be killed between any two steps, and run again by another process. So every step there is noted before it is
taken: what is found there and was never noted, somebody else did.

    changed here            changed there
    changed there           taken over here, field by field; where both changed, what was done there counts
    deleted there           cancelled here
    cancelled or over here  removed there
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.commands import Services
from bot.domain.delivery import Owed
from bot.domain.events import Occurrence, Search, Status
from bot.domain.mirrors import Face, Link
from bot.domain.people import Home
from bot.errors import Unreachable
from bot.features.mirror.faces import changed_there, edit_from, face_of, native_event, native_face, place_words
from bot.features.mirror.falling import due_of, stir_home
from bot.i18n import Words
from bot.platform import NativeCalendar, NativeEvent
from bot.ports import UnitOfWork

log = structlog.get_logger()

WRITES_MOST = 20
"""Steps there in one errand, which has 30 seconds; the rest is done in the next one."""
QUESTIONS_MOST = 10
"""Events of which it is asked whom they interest, in one errand."""
REFUSALS_MOST = 3
"""So many events refused: then it is not the events."""
ASKED_EVERY = timedelta(hours=6)
"""Where the calendar tells how many are interested, it is asked who they are when that changes, and so often."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


async def reconcile(row: Owed, services: Services, now: datetime) -> None:
    """Implements `bot.commands.Errand`."""
    platform = services.platforms.get(row.address.platform)
    async with services.store.reading() as uow:
        homes = await uow.people.homes([row.subject])
    if not homes or homes[0].is_removed or platform is None or platform.calendar is None:
        return
    work = _Work(homes[0], platform.calendar, services, now)
    await work.run()
    if work.is_unfinished:
        async with services.store.writing() as uow:
            await uow.due.hasten(due_of(homes[0], now))
    if work.refusals:
        raise work.refusals[0]


@dataclass(slots=True)
class _Seen:
    """Both sides, as they were read."""

    there: dict[str, NativeEvent]
    links: dict[int, Link]
    """By occurrence."""
    ours: dict[int, Occurrence]
    """All that are linked or coming, cancelled ones too."""
    coming: list[int]
    """What should be shown, soonest first."""


class _Work:
    """One errand."""

    def __init__(self, home: Home, calendar: NativeCalendar, services: Services, now: datetime) -> None:
        self._home = home
        self._place = home.workspace.id
        self._community = home.community.id
        self._calendar = calendar
        self._services = services
        self._now = now
        self._say = Words(home.community.locale, ZoneInfo(home.community.zone))
        self._writes = 0
        self.is_unfinished = False
        self.refusals: list[Unreachable] = []

    async def run(self) -> None:
        seen = await self._look()
        await self._recognise(seen)
        for link in sorted(seen.links.values(), key=lambda each: each.shown.starts):
            await self._agree(link, seen)
        for id_ in seen.coming:
            if id_ not in seen.links:
                await self._show(seen.ours[id_], seen)
        await self._ask(seen)

    # --- looking -----------------------------------------------------------------------------------------

    async def _look(self) -> _Seen:
        there = {event.id: event for event in await self._calendar.listed(self._place)}
        async with self._services.store.reading() as uow:
            links = {link.occurrence: link for link in await uow.mirrors.links(self._home.id)}
            ours = {each.id: each for each in await uow.events.several(self._community, list(links), person=None)}
            coming: list[Occurrence] = []
            if self._home.is_mirrored:
                # those under way are found first, and are not begun to be shown
                found = await uow.events.find(
                    self._community, Search(self._now), person=None, offset=0, limit=2 * self._calendar.most
                )
                coming = [each for each in found.occurrences if each.starts > self._now]
        under_way = {
            link.external
            for link in links.values()
            if link.occurrence in ours and ours[link.occurrence].starts <= self._now
        }
        taken = sum(not event.is_ours or event.id in under_way for event in there.values())
        coming = coming[: max(self._calendar.most - taken, 0)]
        ours |= {each.id: each for each in coming}
        return _Seen(there, links, ours, [each.id for each in coming])

    async def _recognise(self, seen: _Seen) -> None:
        """Ours that no link knows were made by a process that died before it could note them, or are left over."""
        known = {link.external for link in seen.links.values()}
        made = {id_: link for id_, link in seen.links.items() if link.external is None}
        for event in [each for each in seen.there.values() if each.is_ours and each.id not in known]:
            link = _made_as(event, list(made.values())) or self._fits(event, seen)
            if link is None:
                await self._remove_stray(event, seen)
                continue
            made.pop(link.occurrence, None)
            seen.links[link.occurrence] = await self._note(replace(link, external=event.id))

    def _fits(self, event: NativeEvent, seen: _Seen) -> Link | None:
        face = native_face(event)
        for id_ in seen.coming:
            if id_ not in seen.links:
                shown = face_of(seen.ours[id_], self._calendar, self._say)
                if (shown.title, shown.starts) == (face.title, face.starts):
                    return Link(id_, event.id, face)
        return None

    async def _remove_stray(self, event: NativeEvent, seen: _Seen) -> None:
        if self._may_write():
            await self._calendar.remove(self._place, event.id)
            del seen.there[event.id]

    # --- one of ours -------------------------------------------------------------------------------------

    async def _agree(self, link: Link, seen: _Seen) -> None:
        """Bring both sides of one link together."""
        if link.external is None:
            if link.occurrence in seen.coming:
                del seen.links[link.occurrence]  # it was not made after all, and is made below
            else:
                await self._forget(link, seen)
            return
        event = seen.there.get(link.external)
        if event is None:
            await self._gone(link, seen)
            return
        if not link.is_leaving:
            link = await self._take_over(link, event, seen)
        if link.is_leaving or not self._stays(link, seen):
            await self._remove(link, event, seen)
            return
        wanted = face_of(seen.ours[link.occurrence], self._calendar, self._say)
        if wanted != native_face(event):
            await self._push(link, event, wanted, seen)
        elif link.pending is not None or link.shown != wanted:
            seen.links[link.occurrence] = await self._note(replace(link, shown=wanted, pending=None))

    def _stays(self, link: Link, seen: _Seen) -> bool:
        ours = seen.ours.get(link.occurrence)
        if ours is None or ours.status is Status.CANCELLED or ours.ends <= self._now or not self._home.is_mirrored:
            return False
        return ours.starts <= self._now or link.occurrence in seen.coming

    async def _gone(self, link: Link, seen: _Seen) -> None:
        """Deleted there means cancelled here, unless we were removing it or it simply took place."""
        ours = seen.ours.get(link.occurrence)
        began = min(face.starts for face in (link.shown, link.pending or link.shown))
        is_deleted = (
            not link.is_leaving
            and self._home.is_mirrored
            and began > self._now
            and ours is not None
            and ours.status is Status.SCHEDULED
            and ours.starts > self._now
        )
        async with self._services.store.writing() as uow:
            if is_deleted:
                await uow.events.cancel(self._community, link.occurrence, self._now)
            await uow.mirrors.drop(self._home.id, link.occurrence)
            if is_deleted:
                await self._tell_others(uow)
        del seen.links[link.occurrence]
        if is_deleted:
            log.info("cancelled there", workspace=self._home.id, occurrence=link.occurrence)
            seen.coming = [id_ for id_ in seen.coming if id_ != link.occurrence]

    async def _take_over(self, link: Link, event: NativeEvent, seen: _Seen) -> Link:
        there = native_face(event)
        fields = changed_there(there, link.shown, *([link.pending] if link.pending else ()))
        if not fields:
            return link
        async with self._services.store.writing() as uow:
            # read again: what a member changed meanwhile in other fields stays
            ours = await uow.events.get(self._community, link.occurrence, person=None)
            if ours is not None and ours.status is Status.SCHEDULED:
                words = place_words(there.location) if "location" in fields else ()
                places = await uow.places.recognise(words) if words else {}
                edit = edit_from(ours, link.shown, there, fields, places)
                if (edit.details, edit.starts, edit.ends) != (ours.details, ours.starts, ours.ends):
                    await uow.events.change(self._community, link.occurrence, edit, self._now)
                    await self._tell_others(uow)
                ours = await uow.events.get(self._community, link.occurrence, person=None)
            # what we had begun to change there is either there or was overtaken
            link = replace(link, shown=there, pending=None)
            await uow.mirrors.put(self._home.id, link)
        if ours is not None:
            seen.ours[ours.id] = ours
        seen.links[link.occurrence] = link
        return link

    async def _tell_others(self, uow: UnitOfWork) -> None:
        """The community's other calendars show it too."""
        for home in await uow.people.homes_of(self._community):
            if home.id != self._home.id:
                await stir_home(uow, home, self._now)

    async def _push(self, link: Link, event: NativeEvent, wanted: Face, seen: _Seen) -> None:
        if not self._may_write():
            return
        # all that stands there is explained by now, else it was taken over above
        link = await self._note(replace(link, shown=native_face(event), pending=wanted))
        seen.links[link.occurrence] = link
        try:
            await self._calendar.change(self._place, native_event(wanted, event.id))
        except Unreachable as refused:
            self._refused(refused)
        else:
            seen.links[link.occurrence] = await self._note(replace(link, shown=wanted, pending=None))

    async def _remove(self, link: Link, event: NativeEvent, seen: _Seen) -> None:
        if not self._may_write():
            return
        if not link.is_leaving:
            link = await self._note(replace(link, is_leaving=True))
        await self._calendar.remove(self._place, event.id)
        await self._forget(link, seen)

    async def _show(self, occurrence: Occurrence, seen: _Seen) -> None:
        if not self._may_write():
            return
        face = face_of(occurrence, self._calendar, self._say)
        link = await self._note(Link(occurrence.id, None, face))
        try:
            made = await self._calendar.create(self._place, native_event(face))
        except Unreachable as refused:
            self._refused(refused)
        else:
            seen.links[occurrence.id] = await self._note(replace(link, external=made))

    # --- whom it interests -------------------------------------------------------------------------------

    async def _ask(self, seen: _Seen) -> None:
        """Those whose number changed first, then those asked longest ago."""
        open_ = [
            (link, seen.there[link.external])
            for link in seen.links.values()
            if link.external in seen.there and not link.is_leaving
        ]
        due = [(link, event) for link, event in open_ if self._is_to_be_asked(link, event)]
        due.sort(key=lambda each: (each[0].interested == each[1].interested, each[0].asked_at or LONG_AGO))
        for link, event in due[:QUESTIONS_MOST]:
            accounts = await self._calendar.interested(self._place, event.id) if event.interested != 0 else ()
            count = len(accounts) if event.interested is None else event.interested
            async with self._services.store.writing() as uow:
                people = await uow.people.people_of(accounts)
                interested = set(people.values())
                await uow.events.interest(self._community, link.occurrence, self._home.id, interested, self._now)
                await uow.mirrors.put(self._home.id, replace(link, asked_at=self._now, interested=count))
        if any(link.interested != event.interested for link, event in due[QUESTIONS_MOST:] if event.interested):
            self.is_unfinished = True

    def _is_to_be_asked(self, link: Link, event: NativeEvent) -> bool:
        if event.interested is None or event.interested != (link.interested or 0):
            return True
        return bool(event.interested) and (link.asked_at or LONG_AGO) <= self._now - ASKED_EVERY

    # --- means -------------------------------------------------------------------------------------------

    def _may_write(self) -> bool:
        if self._writes == WRITES_MOST:
            self.is_unfinished = True
            return False
        self._writes += 1
        return True

    def _refused(self, refused: Unreachable) -> None:
        """One event may be refused for itself; the others go on."""
        self.refusals.append(refused)
        if len(self.refusals) == REFUSALS_MOST:
            raise refused

    async def _note(self, link: Link) -> Link:
        async with self._services.store.writing() as uow:
            await uow.mirrors.put(self._home.id, link)
        return link

    async def _forget(self, link: Link, seen: _Seen) -> None:
        async with self._services.store.writing() as uow:
            await uow.mirrors.drop(self._home.id, link.occurrence)
        del seen.links[link.occurrence]


def _made_as(event: NativeEvent, made: Sequence[Link]) -> Link | None:
    """The link that this was made for: by its title and start, else by either, if somebody changed it since."""
    face = native_face(event)
    exact = [link for link in made if (link.shown.title, link.shown.starts) == (face.title, face.starts)]
    near = [link for link in made if link.shown.title == face.title or link.shown.starts == face.starts]
    return next(iter(exact or near), None)
