"""`edit`: an event with 5,000 answers is moved: how long until all who are to be told are noted and it is saved, as
whoever presses Save waits for it, and for how long the loop does nothing else; and the same for one with 50 answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from time import perf_counter

from sqlalchemy import text

from benchmarks.bots import running_bot
from benchmarks.databases import Fresh
from benchmarks.measuring import NOW, Clock, Figure, shown, tidy, watched
from bot.domain.events import HORIZON, Attendance, Details, Edit, NewEvent, Timing
from bot.domain.people import Account, Workspace
from bot.domain.recurrence import lay_out
from storage.database import Database
from storage.engine import make_engine, normalise_url

MANY, FEW = 5_000, 50
MANY_QUICKLY, FEW_QUICKLY = 100, 10
EDITS = 7
WAIT_MOST = 1.0
HALT_MOST = 0.05

_COUNTED = (
    "WITH RECURSIVE counted(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM counted WHERE n < CAST(:most AS INTEGER))"
)
_FILL = (
    f"{_COUNTED} INSERT INTO people (id, name, zone, locale) SELECT n, name, 'UTC', 'en' FROM people, counted",
    f"{_COUNTED} INSERT INTO attendances (occurrence_id, person_id, answer, at)"
    " SELECT occurrence_id, n, answer, at FROM attendances, counted",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one edit, in seconds: the median until it was saved, and the loop's longest halt in any of them."""

    answers: int
    saved: float
    halt: float


async def measure(fresh: Fresh, answers: int) -> Cost:
    """Each edit moves it by an hour more, when nobody is to be told of anything yet: everybody is noted each time."""
    url, clock = fresh(), Clock()
    await _filled(url, answers)
    took: list[float] = []
    halts: list[float] = []
    async with running_bot(url, clock) as (bot, _):
        for number in range(EDITS):
            await _forget(url)
            with tidy():
                async with watched() as watch:
                    took.append(await _edited(bot.database, number))
                halts.append(watch.longest)
    return Cost(answers, sorted(took)[len(took) // 2], max(halts))


def figures(engine: str, many: Cost, few: Cost) -> list[Figure]:
    return [
        Figure(
            f"an event with {many.answers:,} answers is moved, {engine}",
            shown(many.saved),
            f"{shown(few.saved)} with {few.answers:,}",
            "",
            f"under {shown(WAIT_MOST)}",
            many.saved < WAIT_MOST,
        ),
        Figure(
            f"the loop's longest halt meanwhile, {engine}",
            shown(many.halt),
            "",
            "",
            f"under {shown(HALT_MOST)}",
            many.halt < HALT_MOST,
        ),
    ]


async def _edited(database: Database, number: int) -> float:
    began = perf_counter()
    async with database.writing() as uow:
        ours = await uow.events.get(1, 1, person=None)
        assert ours is not None
        hour = timedelta(hours=1)
        edit = Edit(replace(ours.details, venue=f"Hall {number}"), ours.starts + hour, ours.ends + hour)
        await uow.events.change(1, 1, edit, NOW)
    return perf_counter() - began


async def _filled(url: str, answers: int) -> None:
    starts = (NOW + timedelta(days=30)).replace(tzinfo=None)
    timing = Timing(starts, starts + timedelta(hours=3), "Europe/Berlin")
    database = Database(url)
    async with database.writing() as uow:
        here = Workspace("nowhere", "club", "The Club")
        await uow.people.join(here, zone="Europe/Berlin", locale="en", now=NOW)
        person = (await uow.people.people_of([Account("nowhere", "ana", "Ana")]))["ana"]
        slots = lay_out(timing, (), since=NOW, until=NOW + HORIZON)
        id_ = await uow.events.add(1, NewEvent(Details("Tape Loops"), timing), slots, NOW)
        await uow.events.answer(1, id_, person, Attendance.GOING, NOW)
    await database.close()
    engine = make_engine(normalise_url(url))
    async with engine.begin() as connection:
        for statement in _FILL:
            await connection.execute(text(statement), {"most": answers})
    await engine.dispose()


async def _forget(url: str) -> None:
    """Nobody is to be told anything yet."""
    engine = make_engine(normalise_url(url))
    async with engine.begin() as connection:
        for table in ("untold_changes", "due"):
            await connection.execute(text(f"DELETE FROM {table}"))
    await engine.dispose()
