"""What platforms deliver twice is heard of once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.compose.apart import DeliveriesOf
from bot.ports import HEARD_FOR
from storage.database import Database
from tests.clocks import FixedClock
from tests.storage.making import NOW

MOMENT = timedelta(microseconds=1)


async def test_a_name_is_heard_of_for_the_first_time_once_a_day(database: Database) -> None:
    clock = FixedClock(NOW)
    deliveries = DeliveriesOf(database, clock)
    assert await deliveries.first("slack.Ev1")
    assert await deliveries.first("slack.Ev2")
    assert not await deliveries.first("slack.Ev1")
    clock.skip(HEARD_FOR - MOMENT)
    assert not await deliveries.first("slack.Ev1")
    clock.skip(MOMENT)
    assert await deliveries.first("slack.Ev1")
    assert not await deliveries.first("slack.Ev1")


async def test_of_many_who_hear_a_name_at_once_one_is_first(database_url: str, database: Database) -> None:
    another = Database(database_url)
    replicas = [DeliveriesOf(each, FixedClock(NOW)) for each in (database, another)]
    heard = await asyncio.gather(*(replica.first("slack.Ev1") for _ in range(10) for replica in replicas))
    await another.close()
    assert heard.count(True) == 1


async def test_what_was_heard_a_day_ago_is_forgotten_a_few_at_a_time(database: Database) -> None:
    async with database.writing() as uow:
        for number in range(5):
            assert await uow.heard.first(str(number), NOW + timedelta(hours=number))
        assert await uow.heard.sweep(NOW + timedelta(hours=3), 3) == 3
        assert await uow.heard.sweep(NOW + timedelta(hours=3), 3) == 1
        assert not await uow.heard.first("4", NOW + timedelta(hours=4))
        assert await uow.heard.first("3", NOW + timedelta(hours=4))
