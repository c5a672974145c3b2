"""Rows that cannot be put into words keep no others from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.commands import Message, Services
from bot.domain.delivery import Moot, Owed
from bot.ports import UnitOfWork
from tests.scripted import Stage, note, notes


async def test_a_row_that_cannot_be_put_into_words_keeps_no_other_from_it(stage: Stage) -> None:
    await stage.owe(*(note(subject, breaks=subject == 5) for subject in range(1, 9)), note(9, kind="later on"))
    await stage.run()
    assert stage.platform.seen == [f"{subject}.1" for subject in (1, 2, 3, 4, 6, 7, 8)]
    lines = await stage.lines()
    assert lines["5.1"].reason == "not put into words: ZeroDivisionError"
    assert lines["9.1"].reason == "unknown kind later on"
    assert lines["5.1"].due > stage.clock.now() < lines["9.1"].due


async def test_a_kind_that_answers_too_little_is_at_fault(stage: Stage) -> None:
    async def short(
        rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
    ) -> Sequence[Message | Moot]:
        return (await notes(rows, uow, services, now))[1:]

    await stage.owe(note(1), note(2))
    await stage.work(kinds={"note": short}).run()
    assert stage.platform.tried == []
    assert {line.reason for line in (await stage.lines()).values()} == {"not put into words: ValueError"}


async def test_a_broken_kind_is_not_taken_apart_row_by_row(stage: Stage) -> None:
    calls = 0

    async def broken(
        rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime
    ) -> Sequence[Message | Moot]:
        nonlocal calls
        calls += 1
        raise KeyError

    await stage.owe(*(note(subject, kind="broken") for subject in range(100)), note(100))
    await stage.work(kinds={"note": notes, "broken": broken}, batch=200).run()
    assert stage.platform.seen == ["100.1"]
    assert calls < 40
