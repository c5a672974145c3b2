"""What passes is forgotten in time."""

from __future__ import annotations

from datetime import timedelta

from bot.commands import Services
from bot.compose.apart import DeliveriesOf
from bot.domain.delivery import Due
from bot.domain.installations import Sealed
from bot.domain.people import KEPT_AFTER_REMOVAL
from bot.features.housekeeping import EVERY, HOUSEKEEPING, tidy
from bot.ports import HEARD_FOR
from storage.database import Database
from storage.tables import heard, installations
from storage.unit_of_work import Work
from tests.clocks import FixedClock
from tests.storage.making import NOW


async def kept(database: Database) -> tuple[int, int]:
    """How many names that were heard, and how many installations."""
    async with database.reading() as uow:
        assert isinstance(uow, Work)
        return len(await uow.connection.rows(heard.select())), len(await uow.connection.rows(installations.select()))


async def test_what_was_heard_and_what_was_removed_is_forgotten_in_time(database_url: str) -> None:
    database, clock = Database(database_url), FixedClock(NOW)
    services = Services(database, clock, {}, {})

    async def round_() -> None:
        async with database.writing() as uow:
            [again] = await tidy([Due(HOUSEKEEPING, 0, clock.now())], uow, services, clock.now())
        assert again.again == clock.now() + EVERY

    assert await DeliveriesOf(database, clock).first("slack.Ev1")
    async with database.writing() as uow:
        await uow.installations.put(Sealed("T1", "", "sealed", NOW))
        await uow.installations.remove("T1", NOW)
    await round_()
    assert await kept(database) == (1, 1)
    clock.skip(HEARD_FOR)
    await round_()
    assert await kept(database) == (0, 1)
    clock.skip(KEPT_AFTER_REMOVAL - HEARD_FOR + timedelta(seconds=1))
    await round_()
    assert await kept(database) == (0, 0)
    await database.close()
