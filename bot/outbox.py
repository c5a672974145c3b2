"""What is owed reaches its platform once; docs/delivery.md says what is promised and why each rule stands."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import Enum
from random import Random
from weakref import WeakValueDictionary

import structlog

from bot.commands import Errand, Message, Renders, Services
from bot.domain.addresses import Channel, Direct, written
from bot.domain.closings import WAITS_FOR
from bot.domain.delivery import Buried, Claimed, Done, Doubt, Later, Moot, Outcome, Owed, Receipt, Sent, Waits
from bot.due import taken_apart
from bot.errors import Closed, DeliveryError, Temporary, Unreachable, Unsure
from bot.features.closed import notices
from bot.platform import Platform

BATCH = 200
"""Rows in one claim, and in one transaction when they are settled: some ten milliseconds of either."""

BATCHES = 8
"""Batches that may be under way at once, when some of their sends are slow."""

TRIES_LEAST = 8
"""Nothing is buried for failing too long before so many tries: a machine that slept for a day tries on."""

SKEW = timedelta(minutes=2)
"""The platform is asked from this much earlier than the attempt began, because its clock is not ours."""

REMOVED = "the bot was removed from there"

UNKNOWN = "perhaps seen; the platform could not be asked"

CLOSED = "no direct message gets to them"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timings:
    """How long things may take, in seconds. Raises ValueError where one rule would break another."""

    lease: float = 120
    """A claimed row belongs to its process for so long, by the database's clock."""
    start_within: float = 60
    """No send starts later than this after the claim, by a monotonic clock."""
    send_within: float = 30
    """A send or a question that takes longer is given up: it is unsure."""
    ask_after: float = 10
    """The platform is asked no earlier than this after an attempt that may have been seen."""
    ask_for: float = 3600
    """Asked in vain for so long, it is sent again."""
    first_wait: float = 1
    """After a first failure; doubled with each."""
    longest_wait: float = 1800
    give_up: float = 86400
    """Failing for so long, it is buried."""
    patience: float = 1
    """So long a batch keeps the next one waiting; then its slow sends go on beside it."""
    finish_within: float = 5
    """So long a send under way may take when the bot is stopped."""

    def __post_init__(self) -> None:
        if any(getattr(self, each.name) <= 0 for each in fields(self)):
            raise ValueError("timings are longer than nothing")
        # else a send could still be under way, or just over, when its row is another's
        if self.start_within + self.send_within + self.ask_after > self.lease:
            raise ValueError("a lease outlasts the last send that may start under it, and the wait before asking")
        if not self.ask_after <= self.ask_for or not self.first_wait <= self.longest_wait <= self.give_up:
            raise ValueError("waits grow: ask_after to ask_for, first_wait to longest_wait to give_up")

    def scaled(self, by: float) -> Timings:
        """The same proportions, `by` times as long."""
        return Timings(**{each.name: getattr(self, each.name) * by for each in fields(self)})


def elapsed() -> float:
    """Seconds that only ever grow; on Linux also while the machine is suspended, for its leases run on."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class _Unrendered:
    reason: str


@dataclass(frozen=True, slots=True)
class _Wordless:
    """An errand needs no words."""


_Words = Message | Moot | Later | _Unrendered


class _Asked(Enum):
    """What the platform says of an attempt that may have been seen, if it says no more."""

    UNSEEN = "unseen"
    IN_VAIN = "in vain"
    """It cannot be asked, and was for as long as we wait."""


class OutboxWork:
    """Delivers what is owed. `kinds` says how each kind of row is put into words; `seconds` is monotonic.

    Rows of a kind in `errands` are run instead, under the same claims, bounds and waits. Addresses are served side
    by side, each in the order in which it was owed something.
    """

    def __init__(
        self,
        services: Services,
        kinds: Mapping[str, Renders],
        *,
        random: Random,
        errands: Mapping[str, Errand] | None = None,
        timings: Timings | None = None,
        batch: int = BATCH,
        seconds: Callable[[], float] = elapsed,
    ) -> None:
        self._services = services
        self._kinds = kinds
        self._errands = errands or {}
        self._random = random
        self._timings = timings or Timings()
        self._batch = batch
        self._seconds = seconds
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._quiet: dict[str, datetime] = {}
        """Addresses that just failed, and until when nothing more is tried there."""

    async def run(self) -> int:
        """Deliver all that can be delivered now; returns how many rows were claimed for it.

        A batch whose sends are slow does not keep the others: it goes on by itself after `Timings.patience`.
        Raises what the store raises. When this is cancelled, everything is stopped as `close` does.
        """
        claimed = 0
        try:
            while not self._stopping.is_set():
                began = self._seconds()  # before the claim, so that no send starts later in its lease than we think
                rows = await self._claim()
                if not rows:
                    break
                claimed += len(rows)
                batch = asyncio.create_task(self._carry(rows, began))
                self._under_way.add(batch)
                batch.add_done_callback(self._under_way.discard)
                await asyncio.wait({batch}, timeout=self._timings.patience)
                while len(self._under_way) >= BATCHES:
                    await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
                if batch.done():
                    batch.result()
                else:
                    batch.add_done_callback(_tell_broken)
        except asyncio.CancelledError:
            await self.close()
            raise
        return claimed

    async def close(self) -> None:
        """Start nothing more, let what is under way finish for a moment, settle it and hand back the rest."""
        self._stopping.set()
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _claim(self) -> Sequence[Claimed]:
        async with self._services.store.writing() as uow:
            now, here = self._services.clock.now(), self._services.platforms
            return await uow.outbox.claim(now, self._batch, self._timings.lease, here)

    async def _carry(self, rows: Sequence[Claimed], began: float) -> None:
        words = await self._put_into_words([row.owed for row in rows])
        closed = await self._known_closed([row.owed for row in rows])
        lanes: defaultdict[str, list[Claimed]] = defaultdict(list)
        for row in rows:
            lanes[written(row.owed.address)].append(row)
        finished: list[tuple[Claimed, Outcome]] = []
        tasks: set[asyncio.Task[None]] = set()
        stop = asyncio.create_task(self._stop(tasks))
        try:
            for place, lane in lanes.items():
                tasks.add(asyncio.create_task(self._lane(place, lane, words, closed.get(place), began, finished)))
                # to the wire a send may be all work and no waiting: two hundred at once would hold up the loop
                await asyncio.sleep(0)
            pending = tasks
            while pending:
                _, pending = await asyncio.wait(pending, timeout=self._timings.patience)
                done, finished[:] = tuple(finished), ()
                await self._settle(done)
        finally:
            for task in (stop, *tasks):
                task.cancel()
            await asyncio.wait((stop, *tasks))

    async def _stop(self, lanes: set[asyncio.Task[None]]) -> None:
        await self._stopping.wait()
        await asyncio.sleep(self._timings.finish_within)
        for lane in lanes:
            lane.cancel()

    async def _known_closed(self, rows: Sequence[Owed]) -> Mapping[str, datetime]:
        """Of the addresses that are known to take nothing: when each may be tried next."""
        places = {written(row.address): row.address for row in rows if row.waits_when_closed}
        directs = {place: each for place, each in places.items() if isinstance(each, Direct)}
        if not directs:
            return {}
        async with self._services.store.reading(is_steady=False) as uow:
            known = await uow.closings.closed(directs.values())
        found = {place: known.get((each.platform, each.account)) for place, each in directs.items()}
        return {place: at for place, at in found.items() if at is not None}

    # --- words -------------------------------------------------------------------------------------------

    async def _put_into_words(self, rows: Sequence[Owed]) -> Mapping[str, _Words | _Wordless]:
        """By key. Rows that cannot be put into words do not keep the others from it."""
        words: dict[str, _Words | _Wordless] = {}

        async def attempt(some: Sequence[Owed]) -> None:
            words.update(await self._rendered(some))

        async def blame(some: Sequence[Owed], fault: Exception) -> None:
            log.error("kind could not put rows into words", kind=some[0].kind, rows=len(some), exc_info=fault)
            words.update((row.key, _Unrendered(f"not put into words: {type(fault).__name__}")) for row in some)

        try:
            await attempt(rows)
        except Exception as error:  # any fault of a kind, and it must not hold up the others
            await taken_apart(rows, error, attempt, blame)
        return words

    async def _rendered(self, rows: Sequence[Owed]) -> Mapping[str, _Words | _Wordless]:
        words: dict[str, _Words | _Wordless] = {}
        groups: defaultdict[str, list[Owed]] = defaultdict(list)
        async with self._services.store.reading() as uow:
            removed = await uow.people.removed()
            for row in rows:
                if isinstance(row.address, Channel) and (row.address.platform, row.address.workspace) in removed:
                    words[row.key] = Moot(REMOVED)
                elif row.kind in self._errands:
                    words[row.key] = _Wordless()
                else:
                    groups[row.kind].append(row)
            for kind, group in groups.items():
                renders = self._kinds.get(kind)
                if renders is None:  # a newer version owes it, or its feature was removed
                    log.warning("owed rows of unknown kind", kind=kind, rows=len(group))
                    words.update((row.key, _Unrendered(f"unknown kind {kind}")) for row in group)
                else:
                    said = await renders(group, uow, self._services, self._services.clock.now())
                    words.update((row.key, one) for row, one in zip(group, said, strict=True))
        return words

    # --- sending -----------------------------------------------------------------------------------------

    async def _lane(
        self,
        place: str,
        rows: Sequence[Claimed],
        words: Mapping[str, _Words | _Wordless],
        closed_until: datetime | None,
        began: float,
        finished: list[tuple[Claimed, Outcome]],
    ) -> None:
        """All of a batch for one address, one after another, and after what an earlier batch has for it."""
        turn = self._turns.setdefault(place, asyncio.Lock())
        left = list(rows)
        try:
            async with turn:
                for row in rows:
                    finished.append(await self._deliver(row, words[row.key], place, closed_until, began))
                    left.remove(row)
        except asyncio.CancelledError:  # not even its turn had come
            if not self._stopping.is_set():
                raise
            finished += [(row, self._handed_back("stopped")) for row in left]

    async def _deliver(
        self, row: Claimed, words: _Words | _Wordless, place: str, closed_until: datetime | None, began: float
    ) -> tuple[Claimed, Outcome]:
        """The row comes back with its outcome, because sending it unasked is counted in it."""
        if (held := self._held(place, began)) is not None:
            return row, held
        if row.owed.kind in self._errands or isinstance(words, _Wordless):
            return row, await self._run_errand(row, words, place)
        asked = _Asked.UNSEEN
        if row.unsure_since is not None:
            answer = await self._ask(row, row.unsure_since, words)
            if not isinstance(answer, _Asked):
                return row, answer
            asked = answer
        now = self._services.clock.now()
        if row.owed.not_after is not None and now > row.owed.not_after and isinstance(words, Message):
            words = Moot("too late", is_late=True)
        is_late = isinstance(words, Moot) and words.is_late
        if is_late and row.closed_since is not None and asked is _Asked.UNSEEN:
            return row, Buried(f"{CLOSED}; later is too late")
        if not isinstance(words, Message):
            return row, self._without_words(row, words, asked)
        if closed_until is not None and now < closed_until and row.owed.waits_when_closed:
            return row, self._waits(row, Closed(CLOSED), is_tried=False)
        if (held := self._held(place, began)) is not None:  # asking took its time
            return row, held
        if asked is _Asked.IN_VAIN:
            if row.resent:
                return row, Buried(UNKNOWN)
            log.warning("sent again unasked", kind=row.owed.kind, subject=row.owed.subject, tries=row.tries)
            row = replace(row, resent=row.resent + 1)
        return row, await self._send(row, words, place, now)

    def _without_words(self, row: Claimed, words: Moot | Later | _Unrendered, asked: _Asked) -> Outcome:
        if isinstance(words, _Unrendered):
            if asked is _Asked.IN_VAIN and row.unsure_since is not None:  # neither known nor to be sent again
                later = self._services.clock.now() + timedelta(seconds=self._timings.longest_wait)
                return Doubt(later, row.unsure_since, words.reason, row.asked_since)
            return self._failed(row, words.reason)
        if asked is _Asked.IN_VAIN and row.unsure_since is not None and isinstance(words, Later):
            return Doubt(words.at, row.unsure_since, words.reason, row.asked_since)
        return Buried(UNKNOWN) if asked is _Asked.IN_VAIN else words

    async def _ask(self, row: Claimed, since: datetime, words: _Words) -> Outcome | _Asked:
        """What becomes of a row that may have been seen, or what is known now if it may be sent."""
        platform = self._services.platforms[row.owed.address.platform]
        try:
            receipt = await self._find(platform, row, since)
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            return self._handed_back("stopped")
        except Unreachable as error:
            return Buried(f"perhaps seen; {error.reason}")
        except DeliveryError as error:
            return self._asked_in_vain(row, since, error)
        if receipt is None:
            return _Asked.UNSEEN
        # which versions it showed is not known: 0 is older than any
        return Sent(receipt, dict.fromkeys(words.shown, 0) if isinstance(words, Message) else {})

    async def _send(self, row: Claimed, message: Message, place: str, now: datetime) -> Outcome:
        platform = self._services.platforms[row.owed.address.platform]
        since = row.unsure_since or now
        outcome: Outcome
        try:
            async with asyncio.timeout(self._timings.send_within):
                receipt = await platform.send(row.owed.address, message.reply, row.key)
        except Temporary as error:
            outcome = self._failed(row, error.reason, wait=error.wait)
        except Unreachable as error:
            if not (isinstance(error, Closed) and row.owed.waits_when_closed):
                return Buried(error.reason, is_unreachable=True)
            outcome = self._waits(row, error, is_tried=True)
        except Unsure as error:
            outcome = self._doubt(since, error.reason)
        except TimeoutError:
            outcome = self._doubt(since, "no answer in time")
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            return self._doubt(since, "stopped before the answer")
        except Exception as error:  # a fault of an adapter: nobody knows what was seen
            log.error("platform broke while sending", platform=platform.name, exc_info=error)
            outcome = self._doubt(since, f"{platform.name} broke: {type(error).__name__}")
        else:
            return Sent(receipt, message.shown)
        self._hush(place, outcome)
        return outcome

    async def _run_errand(self, row: Claimed, words: _Words | _Wordless, place: str) -> Outcome:
        """Nothing is asked before it is run again, for that does no harm; so unsure is a failure like any other."""
        now, owed = self._services.clock.now(), row.owed
        if isinstance(words, Moot | Later):
            return words
        if owed.not_after is not None and now > owed.not_after:
            return Moot("too late")
        if isinstance(words, _Unrendered):
            return self._failed(row, words.reason)
        outcome: Outcome
        try:
            async with asyncio.timeout(self._timings.send_within):
                await self._errands[owed.kind](owed, self._services, now)
        except Temporary as error:
            outcome = self._failed(row, error.reason, wait=error.wait)
        except Unreachable as error:
            return Buried(error.reason, is_unreachable=True)
        except DeliveryError as error:
            outcome = self._failed(row, error.reason, least=self._timings.ask_after)
        except TimeoutError:
            outcome = self._failed(row, "not done in time", least=self._timings.ask_after)
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
            return self._handed_back("stopped")
        except Exception as error:  # a fault of a feature or an adapter, and it must not hold up the others
            log.error("errand broke", kind=owed.kind, subject=owed.subject, exc_info=error)
            outcome = self._failed(row, f"{owed.kind} broke: {type(error).__name__}", least=self._timings.ask_after)
        else:
            return Done()
        self._hush(place, outcome)
        return outcome

    async def _find(self, platform: Platform, row: Claimed, since: datetime) -> Receipt | None:
        """What became of an attempt. Raises DeliveryError when the platform cannot be asked."""
        try:
            async with asyncio.timeout(self._timings.send_within):
                return await platform.find_sent(row.owed.address, row.key, since - SKEW)
        except TimeoutError:
            raise Unsure("no answer in time") from None
        except (DeliveryError, asyncio.CancelledError):
            raise
        except Exception as error:  # a fault of an adapter, and we know no more than before
            log.error("platform broke while asked", platform=platform.name, exc_info=error)
            raise Unsure(f"{platform.name} broke: {type(error).__name__}") from error

    # --- outcomes ----------------------------------------------------------------------------------------

    def _held(self, place: str, began: float) -> Later | None:
        """Why nothing may start at this place now, if so."""
        if self._stopping.is_set() or self._seconds() - began > self._timings.start_within:
            return self._handed_back("not started in time")
        until = self._quiet.get(place)
        if until is not None and until > self._services.clock.now():
            return Later(until, "waits behind one that failed here", counts=False)
        return None

    def _handed_back(self, reason: str) -> Later:
        return Later(self._services.clock.now(), reason, counts=False)

    def _hush(self, place: str, outcome: Outcome) -> None:
        """The others for this address wait as long as the one that failed, so that they keep their order."""
        now = self._services.clock.now()
        for past in [each for each, until in self._quiet.items() if until <= now]:
            del self._quiet[past]
        if isinstance(outcome, Later | Doubt):
            self._quiet[place] = outcome.at
        elif isinstance(outcome, Waits | Buried):  # found closed: until that is written down
            self._quiet[place] = now + timedelta(seconds=self._timings.ask_after)

    def _failed(self, row: Claimed, reason: str, *, wait: float | None = None, least: float = 0) -> Later | Buried:
        """Surely not seen. `wait` is what the platform asked for."""
        timings = self._timings
        if wait is None:
            seconds = max(least, min(timings.first_wait * 2 ** min(row.tries, 32), timings.longest_wait))
            seconds *= self._random.uniform(0.75, 1.25)
        else:
            seconds = min(max(wait, timings.first_wait), timings.give_up) * self._random.uniform(1, 1.25)
        now = self._services.clock.now()
        at = now + timedelta(seconds=seconds)
        if row.owed.not_after is not None and at > row.owed.not_after:
            return Buried(f"{reason}; later is too late")
        if row.tries >= TRIES_LEAST and (now - (row.failing_since or now)).total_seconds() > timings.give_up:
            return Buried(f"{reason}; gave up")
        return Later(at, reason)

    def _waits(self, row: Claimed, error: Closed, *, is_tried: bool) -> Waits | Buried:
        """Surely not seen, as long as they are closed."""
        now, too_late = self._services.clock.now(), row.owed.not_after
        since = row.closed_since or now
        until = since + WAITS_FOR
        if too_late is not None and too_late < until:
            until = too_late
        if now >= until:
            return Buried(f"{error.reason}; gave up", is_unreachable=is_tried)
        return Waits(since, until, error.reason, is_tried, error.can_open)

    def _doubt(self, since: datetime, reason: str) -> Doubt:
        return Doubt(self._services.clock.now() + timedelta(seconds=self._timings.ask_after), since, reason)

    def _asked_in_vain(self, row: Claimed, since: datetime, error: DeliveryError) -> Doubt | _Asked:
        timings, now = self._timings, self._services.clock.now()
        asked_since = row.asked_since or now
        asked_for = (now - asked_since).total_seconds()
        if asked_for >= timings.ask_for:
            return _Asked.IN_VAIN
        wait = (error.wait if isinstance(error, Temporary) else None) or 0
        # doubles by itself: as long again as it was asked until now
        seconds = max(min(max(asked_for, wait, timings.ask_after), timings.longest_wait), wait)
        at = now + timedelta(seconds=seconds * self._random.uniform(1, 1.25))
        return Doubt(at, since, f"could not ask: {error.reason}", asked_since)

    async def _settle(self, finished: Sequence[tuple[Claimed, Outcome]]) -> None:
        if not finished:
            return
        async with self._services.store.writing() as uow:
            now = self._services.clock.now()
            await uow.closings.hold(finished)
            kept = await uow.outbox.settle(finished, now)
            await uow.outbox.add(notices(await uow.closings.note(finished, now), now), now)
        if kept < len(finished):  # the process stood still for longer than a lease
            log.warning("leases were lost", rows=len(finished) - kept)
        log.info("settled", **Counter(type(outcome).__name__.lower() for _, outcome in finished))
        for row, outcome in finished:
            if isinstance(outcome, Buried):
                owed = row.owed
                log.warning(
                    "buried",
                    kind=owed.kind,
                    subject=owed.subject,
                    reason=outcome.reason,
                    community=owed.community,
                )


def _tell_broken(batch: asyncio.Task[None]) -> None:
    error = None if batch.cancelled() else batch.exception()
    if error is not None:  # its leases run out, and then the platform is asked what became of it
        log.error("batch broke off", exc_info=error)
