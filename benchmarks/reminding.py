"""`remind`: real reminders, of people in their words: what 1,000 due ones cost beside how many wait, and how late
they come.

10,000 of them wait over 1,000 people, and 1,000,000 over 100,000. A round is what the alarm sets off when 1,000 of as
many people fall due at once: they are taken, owed, put into words, sent and settled. The rounds of the two databases
take turns. Lateness is measured by the computer's clock, with the scheduler that wakes the bot: so many a second fall
due, and each is as late as it reaches its platform after that.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

from sqlalchemy import BindParameter, bindparam, text, update

from benchmarks.bots import running_bot
from benchmarks.databases import SQLITE, Fresh
from benchmarks.measuring import NOW, Clock, Figure, Spread, shown, spread, tidy, times
from benchmarks.nowhere import NAME, Nowhere
from bot.compose import Bot
from bot.domain.addresses import Address
from bot.domain.delivery import Receipt
from bot.domain.moments import Moment
from bot.domain.patterns import Pattern
from bot.domain.people import Account
from bot.domain.preferences import Preferences
from bot.domain.reminders import REMINDER
from bot.ports import Clock as AnyClock
from bot.ui import Reply
from storage.database import Database
from storage.due import due
from storage.engine import make_engine, normalise_url
from storage.tables import reminders

FEW, MANY, AT_ONCE, ROUNDS = 10_000, 1_000_000, 1_000, 7
FEW_QUICKLY, MANY_QUICKLY, AT_ONCE_QUICKLY, ROUNDS_QUICKLY = 400, 2_000, 40, 3
EACH = 10
"""Reminders of one person that wait."""
FLAT = 1.2

A_SECOND, SECONDS = 200, 20
A_SECOND_QUICKLY, SECONDS_QUICKLY = 20, 1
LATE_MOST = 1.0

_COUNTED = (
    "WITH RECURSIVE counted(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM counted WHERE n < CAST(:most AS INTEGER))"
)
_FILL = (
    f"{_COUNTED} INSERT INTO people (id, name, zone, locale) SELECT n, name, 'UTC', 'en' FROM people, counted",
    f"{_COUNTED} INSERT INTO accounts (person_id, platform, external_id, name)"
    " SELECT n, platform, 'account-' || CAST(n AS TEXT), name FROM accounts, counted",
)
_REMIND = (
    f"{_COUNTED} INSERT INTO reminders (person_id, source, text, starts, zone, rrule, at, state, made_at)"
    " SELECT n % CAST(:people AS INTEGER) + 1, source, text, starts, zone, rrule, at, state, made_at"
    " FROM reminders, counted",
    "INSERT INTO due (kind, subject, at, platform, wakes_at, fails)"
    " SELECT 'reminder', id, at, '', at, 0 FROM reminders WHERE id > 1",
)
_first: BindParameter[int] = bindparam("first")
_last: BindParameter[int] = bindparam("last")
_HASTEN = (
    update(reminders).where(reminders.c.id.between(_first, _last)).values(at=bindparam("moment")),
    update(due)
    .where(due.c.kind == REMINDER, due.c.subject.between(_first, _last))
    .values(at=bindparam("moment"), wakes_at=bindparam("moment")),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one round, in seconds, with `pending` reminders waiting."""

    pending: int
    round: Spread


@dataclass(frozen=True, slots=True)
class Lateness:
    """Seconds from the moment each was due to its message reaching the platform."""

    a_second: int
    late: Spread


async def measure(fresh: Fresh, few: int, many: int, at_once: int, rounds: int) -> tuple[Cost, Cost]:
    clock = Clock()
    urls = [await _filled(fresh(), pending, at_once, rounds) for pending in (few, many)]
    took: tuple[list[float], list[float]] = ([], [])
    async with running_bot(urls[0], clock) as (one, one_sent), running_bot(urls[1], clock) as (other, other_sent):
        bots = one, other
        for bot in bots:  # the first round prepares statements
            await bot.work()
        for number in range(rounds + 1):
            clock.forward(timedelta(minutes=1))
            with tidy():
                for which in (0, 1) if number % 2 else (1, 0):
                    took[which].append(await _timed(bots[which]))
        assert one_sent.sent == other_sent.sent == at_once * (rounds + 1), "each that was due, once"
    return Cost(few, spread(took[0][1:])), Cost(many, spread(took[1][1:]))  # the first is to warm up


async def measure_lateness(fresh: Fresh, a_second: int, seconds: int) -> Lateness:
    """The clock runs; the scheduler wakes the bot."""
    url, count = fresh(), a_second * seconds
    clock = _Running()
    async with running_bot(url, clock) as (bot, _):
        arriving = bot.platforms[NAME] = _Arriving(clock, count)
        persons = await _people(bot.database, count // EACH or 1)
        begins = clock.now() + timedelta(seconds=2 + count / 2000)  # while they are put there
        moments = [begins + timedelta(seconds=number / a_second) for number in range(count)]
        async with bot.database.writing() as uow:
            for person in persons:
                await uow.preferences.put(person, Preferences(quiet=None))
            for number, at in enumerate(moments):
                pattern = Pattern(Moment(at.replace(tzinfo=None), "UTC"))
                person = persons[number % len(persons)]
                await uow.reminders.add(person, f"due {number}", pattern, at, f"r{number}", clock.now())
        assert clock.now() < begins, "all are there before the first is due"
        with tidy():
            working = asyncio.create_task(bot.scheduler.run())
            await arriving.all_there.wait()
            working.cancel()
    late = [(arriving.arrived[number] - at).total_seconds() for number, at in enumerate(moments)]
    return Lateness(a_second, spread(late))


def figures(engine: str, costs: tuple[Cost, Cost], at_once: int, lateness: Lateness) -> list[Figure]:
    few, many = costs
    ratio = many.round.p50 / few.round.p50
    aims = engine == SQLITE
    return [
        Figure(
            f"{at_once:,} reminders due at once, {engine}, {many.pending:,} pending",
            shown(many.round.p50),
            f"{shown(few.round.p50)} with {few.pending:,}",
            times(ratio),
            f"at most {FLAT:g}×",
            ratio <= FLAT,
        ),
        Figure(
            f"reminders late at {lateness.a_second} a second, {engine}, p99",
            shown(lateness.late.p99),
            f"p50 {shown(lateness.late.p50)}",
            "",
            f"under {shown(LATE_MOST)}" if aims else "",
            lateness.late.p99 < LATE_MOST if aims else None,
        ),
    ]


class _Running:
    """Implements `bot.ports.Clock`: the computer's."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class _Arriving(Nowhere):
    """Notes when each message arrives; they are numbered in their words."""

    def __init__(self, clock: AnyClock, count: int) -> None:
        super().__init__()
        self._clock, self._count = clock, count
        self.all_there = asyncio.Event()
        self.arrived: dict[int, datetime] = {}

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        title = "".join(str(getattr(piece, "text", piece)) for piece in reply.cards[0].title.pieces)
        self.arrived[int(title.removeprefix("due "))] = self._clock.now()
        if len(self.arrived) == self._count:
            self.all_there.set()
        return await super().send(to, reply, key)


async def _timed(bot: Bot) -> float:
    began = perf_counter()
    await bot.work()
    return perf_counter() - began


async def _people(database: Database, count: int) -> list[int]:
    async with database.writing() as uow:
        found = await uow.people.people_of([Account(NAME, f"account-{number}", "P") for number in range(count)])
    return list(found.values())


async def _filled(url: str, pending: int, at_once: int, rounds: int) -> str:
    """A database in which so many wait for next year, but for those of each round, a minute apart."""
    later = NOW + timedelta(days=366)
    database = Database(url)
    try:
        [person] = await _people(database, 1)
        async with database.writing() as uow:
            pattern = Pattern(Moment(later.replace(tzinfo=None), "UTC"))
            await uow.reminders.add(person, "Write back to the venue", pattern, later, "", NOW)
    finally:
        await database.close()
    engine = make_engine(normalise_url(url))
    try:
        async with engine.begin() as connection:
            for statement in _FILL:
                await connection.execute(text(statement), {"most": pending // EACH})
            await connection.execute(text(_REMIND[0]), {"most": pending, "people": pending // EACH})
            await connection.execute(text(_REMIND[1]))
            for number in range(rounds + 1):
                first = 2 + number * at_once
                moment = NOW + timedelta(minutes=number + 1)
                for hasten in _HASTEN:
                    await connection.execute(hasten, {"moment": moment, "first": first, "last": first + at_once - 1})
        if engine.dialect.name == "postgresql":  # what its autovacuum does within a minute or so
            async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                await connection.exec_driver_sql("VACUUM ANALYZE")
    finally:
        await engine.dispose()
    return url
