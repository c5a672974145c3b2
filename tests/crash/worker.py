"""A bot with nothing but delivery, made to be killed: the same code as in the bot, at a hundredth of its timings."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

import structlog

from adapters.console import limits
from adapters.scheduler import Scheduler
from bot.commands import Services
from bot.domain.addresses import Address, Channel, written
from bot.domain.delivery import Receipt
from bot.due import DueWork, earliest
from bot.errors import Temporary, Unsure
from bot.features import digests
from bot.i18n import AS_DECLARED
from bot.outbox import OutboxWork, Timings
from bot.platform import Core, Introduces, NativeCalendar
from bot.ui import Reply
from storage.database import Database

SCALE = 0.01
LIMITS = replace(limits.LIMITS, cards=5)
"""Small messages: two days to each, with a card for the day and one for its event; one is kept for "more"."""


class Machine:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Wire:
    """Implements `bot.platform.Platform` by the recorder's lines, on a connection for each request."""

    name = "recorder"
    calendar: NativeCalendar | None = None
    introductions: Introduces | None = None
    commands = AS_DECLARED
    is_connected = True

    def __init__(self, port: int) -> None:
        self._port = port

    limits = LIMITS

    async def serve(self, core: Core) -> None:
        raise NotImplementedError("nobody asks anything here")

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        answer = await self._ask("send", to, key)
        return Receipt(to, str(answer["message"]))

    async def edit(self, receipt: Receipt, reply: Reply) -> None:
        raise NotImplementedError("nothing is edited here")

    async def find_sent(self, to: Address, key: str, since: datetime) -> Receipt | None:
        answer = await self._ask("find", to, key)
        return None if answer["message"] is None else Receipt(to, str(answer["message"]))

    async def channel(self, workspace: str, typed: str) -> Channel | None:
        raise NotImplementedError("nobody types here")

    async def _ask(self, do: str, to: Address, key: str) -> dict[str, object]:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            raise Temporary("the recorder refused the connection") from None
        try:
            writer.write(json.dumps({"do": do, "to": written(to), "key": key}).encode() + b"\n")
            line = await reader.readline()
        except OSError:
            raise Unsure("the connection broke") from None
        finally:
            writer.close()
        if not line:
            raise Unsure("the connection was dropped")
        answer: dict[str, object] = json.loads(line)
        if "wait" in answer:
            raise Temporary("too many", wait=float(str(answer["wait"])))
        return answer


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker runs, however often it is started again."""

    database_url: str
    port: int
    """Of the recorder."""


async def main(place: Place, seed: int) -> None:
    logging.disable()  # APScheduler's, and asyncio's
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    services: Services
    scheduler: Scheduler

    def wake() -> None:
        scheduler.wake()

    async def work() -> datetime | None:
        await due.run()
        await outbox.run()
        return await earliest(services)

    clock = Machine()
    database = Database(place.database_url, wake=wake)
    services = Services(database, clock, {"recorder": Wire(place.port)})
    due = DueWork(services, digests.FEATURE.falls_due, batch=5)
    random = Random(seed)
    outbox = OutboxWork(services, digests.FEATURE.renders, random=random, timings=Timings().scaled(SCALE), batch=10)
    scheduler = Scheduler(clock, work, tick=30 * SCALE)
    await scheduler.run()


def start(place: Place, seed: int) -> None:
    """Where a forked process begins."""
    asyncio.run(main(place, seed))
