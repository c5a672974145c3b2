"""What was begun and is not finished."""

from __future__ import annotations

import asyncio

from bot.domain.drafts import KEPT_FOR, Draft
from bot.domain.people import Caller
from storage.database import Database
from tests.storage.making import NOW

DRAFT = Draft("d1", "event add", {"title": "Night", "when": "friday\x00 8pm \ud800 🔥"}, {"when": "Which friday?"})


async def keep(database: Database, owner: int, draft: Draft = DRAFT) -> None:
    async with database.writing() as uow:
        await uow.drafts.keep(owner, draft, NOW)


async def test_a_draft_comes_back_as_it_was_typed(database: Database, ada: Caller) -> None:
    await keep(database, ada.person.id)
    async with database.reading() as uow:
        kept = await uow.drafts.get(ada.person.id, "d1", NOW)
        assert kept == DRAFT
        assert kept is not None
        assert list(kept.values) == list(DRAFT.values)


async def test_a_draft_is_replaced_by_its_next_state(database: Database, ada: Caller) -> None:
    await keep(database, ada.person.id)
    await keep(database, ada.person.id, Draft("d1", "event add", {"title": "Day"}))
    async with database.reading() as uow:
        assert await uow.drafts.get(ada.person.id, "d1", NOW) == Draft("d1", "event add", {"title": "Day"})


async def test_nobody_else_reaches_a_draft(database: Database, ada: Caller, eve: Caller) -> None:
    await keep(database, ada.person.id)
    await keep(database, eve.person.id, Draft("d1", "event add", {}))
    async with database.writing() as uow:
        assert await uow.drafts.take(eve.person.id, "d1", NOW) == Draft("d1", "event add", {})
        assert await uow.drafts.get(eve.person.id, "d1", NOW) is None
        assert await uow.drafts.get(ada.person.id, "d1", NOW) == DRAFT


async def test_of_many_who_take_a_draft_one_gets_it(database: Database, ada: Caller) -> None:
    await keep(database, ada.person.id)

    async def take() -> Draft | None:
        async with database.writing() as uow:
            return await uow.drafts.take(ada.person.id, "d1", NOW)

    taken = await asyncio.gather(*(take() for _ in range(10)))
    assert [draft for draft in taken if draft is not None] == [DRAFT]


async def test_a_draft_taken_in_a_transaction_that_fails_is_still_there(database: Database, ada: Caller) -> None:
    await keep(database, ada.person.id)
    try:
        async with database.writing() as uow:
            await uow.drafts.take(ada.person.id, "d1", NOW)
            raise LookupError
    except LookupError:
        pass
    async with database.reading() as uow:
        assert await uow.drafts.get(ada.person.id, "d1", NOW) == DRAFT


async def test_a_draft_expires(database: Database, ada: Caller) -> None:
    await keep(database, ada.person.id)
    async with database.writing() as uow:
        assert await uow.drafts.get(ada.person.id, "d1", NOW + KEPT_FOR) is None
        assert await uow.drafts.take(ada.person.id, "d1", NOW + KEPT_FOR) is None
        assert await uow.drafts.sweep(NOW) == 0
        assert await uow.drafts.sweep(NOW + KEPT_FOR) == 1
