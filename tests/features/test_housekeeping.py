"""What passes is forgotten in time."""

from __future__ import annotations

from datetime import timedelta

from cryptography.fernet import Fernet

from bot.commands import Services
from bot.compose.apart import DeliveriesOf
from bot.domain.connections import About, NewConnection, Wanted
from bot.domain.delivery import Due
from bot.domain.installations import Sealed
from bot.domain.people import KEPT_AFTER_REMOVAL
from bot.features.housekeeping import EVERY, HOUSEKEEPING, RESEALED_AT_ONCE, tidy
from bot.ports import HEARD_FOR
from bot.sealing import Vault
from storage.database import Database
from storage.tables import connections, heard, installations
from storage.unit_of_work import Work
from tests.clocks import FixedClock
from tests.storage.making import NOW, account, workspace


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


async def test_what_was_brought_in_is_indexed_and_sealed_bit_by_bit(database_url: str) -> None:
    plain, clock = Database(database_url), FixedClock(NOW)
    count = 2 * RESEALED_AT_ONCE + 1
    async with plain.writing() as uow:
        who = account("ada"), workspace("Attic")
        owner = (await uow.people.welcome(*who, is_organiser=False, zone="UTC", locale="en", now=NOW)).person.id
        batch = [NewConnection(About(f"Bo {number}"), NOW.date()) for number in range(count)]
        await uow.connections.bring(owner, batch, "i", NOW)
    await plain.close()
    vault = Vault(Fernet.generate_key().decode())
    database = Database(database_url, vault=vault)
    services = Services(database, clock, {}, {})
    waits = []
    for _ in range(3):
        async with database.writing() as uow:
            [fallen] = await tidy([Due(HOUSEKEEPING, 0, NOW)], uow, services, NOW)
            assert fallen.again is not None
            waits.append(fallen.again - NOW)
    assert waits == [timedelta(seconds=1), timedelta(seconds=1), EVERY]
    async with database.reading() as uow:
        assert isinstance(uow, Work)
        found = await uow.connections.find(owner, Wanted(f"bo {count - 1}"), NOW.date(), NOW, offset=0, limit=5)
        assert [each.about.name for each in found.connections] == [f"Bo {count - 1}"]
        assert {row.sealed_by for row in await uow.connection.rows(connections.select())} == {vault.first}
    await database.close()
