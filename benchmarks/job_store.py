"""The peer of due work: APScheduler's own SQLAlchemyJobStore, given the same settings of SQLite as we use."""

from __future__ import annotations

import asyncio
import pickle
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy import Connection, Engine, create_engine, event, make_url

from benchmarks.measuring import watched
from benchmarks.nowhere import NAME, Nowhere
from benchmarks.reminders import words
from bot.domain.addresses import Direct
from storage.engine import PRAGMAS

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SYNCHRONOUS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}


@dataclass(slots=True)
class Receiving:
    """Where the jobs of a run send to, and whether all have."""

    wanted: int
    platform: Nowhere = field(default_factory=Nowhere)
    is_done: asyncio.Event = field(default_factory=asyncio.Event)


RECEIVING: ContextVar[Receiving] = ContextVar("receiving")
"""A job in a store is named, not held: what it works on it finds for itself."""


async def remind(subject: int) -> None:
    """The job: what is left of a reminder when nothing is kept of it."""
    receiving = RECEIVING.get()
    key = f"reminder:{subject}"
    await receiving.platform.send(Direct(NAME, f"account-{subject}"), words(subject), key)
    if receiving.platform.sent == receiving.wanted:
        receiving.is_done.set()


async def run_due_jobs(url: str, count: int) -> tuple[float, float]:
    """Seconds until `count` due jobs have run and left the store, and for how long the loop was blocked at the longest.

    Each is due once, long ago, and may be as late as it likes. A store asks again by itself, so what is left in it is
    counted to be sure.
    """
    engine = _engine(url)
    store = SQLAlchemyJobStore(engine=engine)
    scheduler = AsyncIOScheduler(jobstores={"default": store}, timezone=UTC)
    store.jobs_t.create(engine)
    _fill(store, count)
    receiving = Receiving(count)
    RECEIVING.set(receiving)
    async with watched() as watch:
        began = perf_counter()
        scheduler.start()
        await receiving.is_done.wait()
        took = perf_counter() - began
    assert store.get_all_jobs() == []
    scheduler.shutdown(wait=False)
    await asyncio.sleep(0)  # it shuts down in the loop
    engine.dispose()
    return took, watch.longest


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    engine = create_engine(parsed.set(drivername=SYNCHRONOUS[parsed.get_backend_name()]))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "engine_connect", _tell_pragmas)
    return engine


def _tell_pragmas(connection: Connection) -> None:
    for pragma in PRAGMAS:
        connection.exec_driver_sql(pragma)
    connection.rollback()


def _fill(store: SQLAlchemyJobStore, count: int) -> None:
    """What `add_job` would write, in one transaction: filling is not what is measured."""
    scratch = AsyncIOScheduler(timezone=UTC)  # never started: it only makes jobs
    rows = [_row(store, scratch, number, LONG_AGO + timedelta(seconds=number)) for number in range(count)]
    with store.engine.begin() as connection:
        connection.execute(store.jobs_t.insert(), rows)


def _row(store: SQLAlchemyJobStore, scratch: AsyncIOScheduler, subject: int, at: datetime) -> dict[str, object]:
    job = scratch.add_job(
        remind,
        DateTrigger(at, UTC),
        args=(subject,),
        id=f"reminder-{subject}",
        next_run_time=at,
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
        executor="default",
    )
    state = pickle.dumps(job.__getstate__(), store.pickle_protocol)
    return {"id": job.id, "next_run_time": at.timestamp(), "job_state": state}
