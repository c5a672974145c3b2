"""What delivery is tried with: a clock that is moved by hand and a platform that does as it is told."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import select, update

from bot.commands import Errand, Message, Renders, Services
from bot.domain.addresses import Address, Channel, Direct, written
from bot.domain.delivery import Claimed, Moot, OutboxLine, Owed, Receipt
from bot.domain.people import Account, Caller, Workspace
from bot.errors import Closed, Temporary, Unsure
from bot.features.closed import tell
from bot.i18n import AS_DECLARED
from bot.markup import rich
from bot.outbox import OutboxWork, Timings
from bot.platform import Core, Introduces, Limits, NativeCalendar
from bot.ports import UnitOfWork
from bot.ui import Reply
from storage.database import Database
from storage.outbox import outbox

PATIENT = replace(Timings(), patience=300)
"""A round ends when all of it is settled, however slow the machine."""
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Moved:
    """A clock that stands still until it is moved."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection broke; `seen` says whether the message was posted all the same."""

    seen: bool


@dataclass(slots=True)
class Hangs:
    """Posts when `release` is set, or raises `then`; `started` is set when it was asked to."""

    started: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    then: Exception | None = None


Told = Exception | Lost | Hangs


@dataclass(frozen=True, slots=True)
class Post:
    key: str
    address: Address
    text: str
    at: datetime


class Scripted:
    """Implements `bot.platform.Platform`: posts, unless it was told otherwise."""

    name = "stage"
    calendar: NativeCalendar | None = None
    introductions: Introduces | None = None
    commands = AS_DECLARED
    is_connected = True

    def __init__(self, clock: Moved) -> None:
        self.clock = clock
        self.posts: list[Post] = []
        self.tried: list[str] = []
        """The key of each send."""
        self.tried_at: list[datetime] = []
        self.asked: list[tuple[str, datetime]] = []
        """The key of each question, and from when."""
        self.told: defaultdict[str, deque[Told]] = defaultdict(deque)
        """What happens at an address, one send after another; then it posts."""
        self.closed: set[str] = set()
        """Accounts that take no direct messages."""
        self.answers: deque[Exception] = deque()
        """What happens to questions, one after another; then they are answered."""
        self.can_be_asked = True
        self.asking: Hangs | None = None
        """Answers to questions wait for this."""
        self.seconds = 0.0
        """What a monotonic clock shows, where a test lends it this one."""
        self.slowness = 0.0
        """How many of these a send takes."""
        self.slowness_of_answers: deque[float] = deque()
        """How many the next answers take."""

    @property
    def limits(self) -> Limits:
        raise NotImplementedError("what is owed fits before it is sent")

    async def serve(self, core: Core) -> None:
        raise NotImplementedError("nobody asks anything here")

    async def send(self, to: Address, reply: Reply, key: str) -> Receipt:
        self.tried.append(key)
        self.tried_at.append(self.clock.now())
        self.seconds += self.slowness
        if isinstance(to, Direct) and to.account in self.closed:
            raise Closed("closed", can_open=True)
        told = self.told[written(to)]
        match told.popleft() if told else None:
            case Exception() as error:
                raise error
            case Lost(seen):
                if seen:
                    self._post(to, reply, key)
                raise Unsure("the connection broke")
            case Hangs() as hanging:
                hanging.started.set()
                await hanging.release.wait()
                if hanging.then is not None:
                    raise hanging.then
            case None:
                pass
        return self._post(to, reply, key)

    async def edit(self, receipt: Receipt, reply: Reply) -> None:
        raise NotImplementedError("nothing is edited yet")

    async def find_sent(self, to: Address, key: str, since: datetime) -> Receipt | None:
        self.asked.append((key, since))
        if self.asking is not None:
            self.asking.started.set()
            await self.asking.release.wait()
        if self.slowness_of_answers:
            self.seconds += self.slowness_of_answers.popleft()
        if self.answers:
            raise self.answers.popleft()
        if not self.can_be_asked:
            raise Temporary("it cannot be asked")
        found = [post for post in self.posts if post.key == key and post.address == to and post.at >= since]
        return Receipt(to, found[0].key) if found else None

    async def channel(self, workspace: str, typed: str) -> Channel | None:
        raise NotImplementedError("nobody types here")

    def _post(self, to: Address, reply: Reply, key: str) -> Receipt:
        self.posts.append(Post(key, to, "".join(map(str, reply.text.pieces)), self.clock.now()))
        return Receipt(to, key)

    @property
    def seen(self) -> Sequence[str]:
        """The subject and part of all that was posted, as "subject.part"."""
        return [f"{post.key.split(':')[1]}.{post.key.rsplit(':', 1)[1]}" for post in self.posts]


class Watched:
    """A store that counts its open units of work."""

    def __init__(self, inner: Database) -> None:
        self.inner = inner
        self.open = 0

    @asynccontextmanager
    async def reading(self, *, is_steady: bool = True) -> AsyncIterator[UnitOfWork]:
        async with self.inner.reading(is_steady=is_steady) as uow:
            with self._counted():
                yield uow

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[UnitOfWork]:
        async with self.inner.writing() as uow:
            with self._counted():
                yield uow

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1


async def notes(rows: Sequence[Owed], uow: UnitOfWork, services: Services, now: datetime) -> Sequence[Message | Moot]:
    """Puts rows into words; one whose facts say so is moot, and another breaks."""
    if any(row.facts.get("breaks") for row in rows):
        raise ZeroDivisionError("somebody's own words")
    return [
        Moot("cancelled") if row.facts.get("moot") else Message(Reply(rich(f"note {row.subject}")), {row.subject: 3})
        for row in rows
    ]


class Stage:
    """Everything that delivery needs, put together."""

    def __init__(self, database: Database, clock: Moved) -> None:
        self.database = database
        self.clock = clock
        self.platform = Scripted(clock)
        self.store = Watched(database)
        self.services = Services(self.store, clock, {"stage": self.platform})

    def work(
        self,
        timings: Timings | None = None,
        kinds: Mapping[str, Renders] | None = None,
        services: Services | None = None,
        batch: int = 100,
        errands: Mapping[str, Errand] | None = None,
    ) -> OutboxWork:
        return OutboxWork(
            services or self.services,
            {"note": notes, "closed": tell} if kinds is None else kinds,
            random=Random(7),
            errands=errands,
            timings=timings or PATIENT,
            batch=batch,
            seconds=lambda: self.platform.seconds,
        )

    async def run(self) -> None:
        """One round of a process of its own."""
        work = self.work()
        await work.run()
        await work.close()

    async def knows(self, name: str, channel: Channel | None = None) -> Caller:
        """Somebody who speaks in a channel of the venue, or to the bot alone."""
        async with self.database.writing() as uow:
            caller = await uow.people.welcome(
                Account("stage", name, name.title()),
                None if channel is None else Workspace("stage", "venue", "The Venue"),
                channel,
                is_organiser=False,
                zone="UTC",
                locale="en",
                now=self.clock.now(),
            )
            await uow.closings.spoke(caller.origin.account, self.clock.now())
        return caller

    async def owe(self, *owed: Owed) -> None:
        async with self.database.writing() as uow:
            await uow.outbox.add(owed, self.clock.now())

    async def claim(self, limit: int = 100) -> Sequence[Claimed]:
        async with self.database.writing() as uow:
            return await uow.outbox.claim(self.clock.now(), limit, 120)

    async def let_leases_run_out(self) -> None:
        """By both clocks: the database's own cannot be moved, so what it is compared with is."""
        async with self.database.writing() as uow:
            old = update(outbox).where(outbox.c.lease_until.is_not(None)).values(lease_until=LONG_AGO)
            await uow.connection.execute(old)
        self.clock.forward(120)

    async def lines(self) -> Mapping[str, OutboxLine]:
        """By "subject.part"."""
        async with self.database.reading() as uow:
            lines = await uow.outbox.lines(None, 1000)
        return {f"{line.key.split(':')[1]}.{line.key.rsplit(':', 1)[1]}": line for line in lines}

    async def shown(self) -> Mapping[str, object]:
        async with self.database.reading() as uow:
            rows = await uow.connection.rows(select(outbox.c.subject, outbox.c.part, outbox.c.shown))
        return {f"{row.subject}.{row.part}": row.shown for row in rows}

    async def settled(self) -> int:
        """How many are not waiting any more."""
        return sum(state != "waiting" for state in (await self.states()).values())

    async def states(self) -> Mapping[str, str]:
        return {name: line.state for name, line in (await self.lines()).items()}


ROOM = Channel("stage", "venue", "room")
HALL = Channel("stage", "venue", "hall")


def note(
    subject: int = 1,
    address: Address = ROOM,
    *,
    part: int = 1,
    follows: int | None = None,
    kind: str = "note",
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    breaks: bool = False,
    moot: bool = False,
    otherwise: Address | None = None,
    person: int | None = None,
) -> Owed:
    return Owed(
        kind,
        subject,
        "2026-03-02",
        address,
        part=part,
        follows=follows,
        not_before=not_before,
        not_after=not_after,
        facts={"breaks": breaks, "moot": moot},
        otherwise=otherwise,
        person=person,
    )
