"""When a platform's own calendar is compared with ours: on change, and every quarter of an hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.commands import Fallen, Services
from bot.domain.addresses import Channel
from bot.domain.delivery import Due, Owed
from bot.domain.people import Home
from bot.domain.posts import POSTS
from bot.domain.posts import SETTLES as POSTS_SETTLE
from bot.ports import UnitOfWork

MIRROR = "mirror"
CALENDAR = "calendar"
"""The place in a workspace that errands to its calendar are owed to."""

EVERY = timedelta(minutes=15)
SETTLES = timedelta(seconds=2)
"""After a change: those that come together are compared once."""
SOON = timedelta(seconds=5)
"""While one comparison is under way the next one waits: there is never more than one of a workspace."""
AFTER_FAILING = timedelta(minutes=1)
AFTER_REFUSAL = timedelta(hours=6)


async def stir(uow: UnitOfWork, community: int, now: datetime) -> None:
    """A community's events changed: soon compare the calendars that show them, and what was posted of them."""
    await stir_posts(uow, community, now)
    for home in await uow.people.homes_of(community):
        await stir_home(uow, home, now)


async def stir_posts(uow: UnitOfWork, community: int, now: datetime) -> None:
    """Somebody answered, or events changed: what was posted may lag behind."""
    await uow.due.hasten(Due(POSTS, community, now + POSTS_SETTLE))


async def stir_home(uow: UnitOfWork, home: Home, now: datetime) -> None:
    if home.is_mirrored and not home.is_removed:
        await uow.due.hasten(due_of(home, now + SETTLES))


def due_of(home: Home, at: datetime) -> Due:
    """Only who serves the platform knows its calendar."""
    return Due(MIRROR, home.id, at, home.workspace.platform)


async def fall_due(rows: Sequence[Due], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Fallen]:
    homes = {home.id: home for home in await uow.people.homes([row.subject for row in rows])}
    fallen: list[Fallen] = []
    for row in rows:
        home = homes.get(row.subject)
        if home is None or home.is_removed:
            fallen.append(Fallen(row, None))
        else:
            fallen.append(await _fallen(row, home, uow, services, now))
    return fallen


async def _fallen(row: Due, home: Home, uow: UnitOfWork, services: Services, now: datetime) -> Fallen:
    platform = services.platforms.get(home.workspace.platform)
    if platform is None:  # not connected now
        return Fallen(row, now + EVERY)
    if platform.calendar is None:
        return Fallen(row, None)
    tries = await uow.outbox.unsettled(home.community.id, MIRROR, home.id)
    if tries is not None:
        return Fallen(row, now + (AFTER_FAILING if tries else SOON))
    refused = await uow.outbox.buried(home.community.id, MIRROR, home.id)
    wait = AFTER_REFUSAL if refused else EVERY
    owed = Owed(
        kind=MIRROR,
        subject=home.id,
        period=row.at.isoformat(),
        address=Channel(home.workspace.platform, home.workspace.id, CALENDAR, CALENDAR),
        community=home.community.id,
    )
    return Fallen(row, now + wait if home.is_mirrored else None, (owed,))
