"""An event that thousands go to is moved: each hears of it once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.addresses import Direct
from bot.domain.events import Edit
from storage.tables import accounts, attendances, memberships, people
from storage.unit_of_work import Work
from tests.platforms.silent import SilentPlatform
from tests.somebody import somebody

pytestmark = pytest.mark.unmeasured

NOW = datetime(2026, 10, 19, 10, tzinfo=UTC)


async def test_five_thousand_are_told_of_a_move_and_reminded_once_each(sqlite_url: str) -> None:
    await _told_once(sqlite_url, 5_000)


async def test_five_hundred_are_told_of_a_move_and_reminded_once_each_on_postgres(postgres_url: str) -> None:
    await _told_once(postgres_url, 500)


async def _told_once(url: str, many: int) -> None:
    async with somebody(url, NOW) as ana:
        await ana.presses(await ana.says('/event add Rave when:"saturday 20:00"'), "Save")
        ids = range(100, 100 + many)
        async with ana.bot.database.writing() as uow:
            assert isinstance(uow, Work)
            execute = uow.connection.execute
            await execute(people.insert(), [{"id": id_, "name": f"p{id_}", "zone": "", "locale": ""} for id_ in ids])
            names = [{"id": id_, "person_id": id_, "external_id": str(id_), "name": f"p{id_}"} for id_ in ids]
            await execute(accounts.insert(), [{**each, "platform": "console"} for each in names])
            seen = {"workspace_id": 1, "is_organiser": False, "seen_at": NOW}
            await execute(memberships.insert(), [{**seen, "account_id": id_} for id_ in ids])
            going = {"occurrence_id": 1, "answer": "going", "at": NOW}
            await execute(attendances.insert(), [{**going, "person_id": id_} for id_ in ids])
        async with ana.bot.database.writing() as uow:
            ours = await uow.events.get(1, 1, person=None)
            assert ours is not None
            hour = timedelta(hours=1)
            await uow.events.change(1, 1, Edit(ours.details, ours.starts + hour, ours.ends + hour), NOW)
        platform = ana.bot.platforms["console"]
        assert isinstance(platform, SilentPlatform)
        for moment in (NOW + timedelta(minutes=2), ours.starts - timedelta(hours=23), ours.starts - hour):
            ana.clock.skip(moment - ana.clock.now())
            async with asyncio.timeout(120):
                await ana.bot.work()
        told = Counter((key.split(":")[0], to.account) for to, _, key in platform.taken if isinstance(to, Direct))
    assert Counter(kind for kind, _ in told) == {"changed": many, "lead": many}
    assert {told["changed", str(id_)] for id_ in ids} == {1}
    assert {told["lead", str(id_)] for id_ in ids} == {2}
