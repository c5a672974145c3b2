"""Reads iCalendar files (RFC 5545), each in a process of its own that cannot take long, much, or us with it."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncGenerator, Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from adapters.sources.confined import OUT_OF_MEMORY
from adapters.sources.icalendar_wire import decode
from adapters.sources.processes import start, stop
from bot.domain.events import Skipped, SourceEvent
from bot.errors import Refused
from bot.i18n import N_

_CHILD = "adapters.sources.icalendar_child"

_EVENT = re.compile(rb"BEGIN:VEVENT(?<![^\r\n]BEGIN:VEVENT)[ \t]*(?=[\r\n]|$)")  # begins with letters: that is fast
_CHUNK = 64 * 1024
AT_ONCE = 10
"""Events that are unpacked before others have a turn: many feeds are read at the same time."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caps:
    """How much one calendar may be, and cost."""

    bytes: int = 10_000_000
    events: int = 20_000
    seconds: int = 60
    """Of waiting for the process; the time its events are worked on outside does not count. 10 MB take about 3."""
    memory: int = 1_000_000_000
    """Bytes of address space. 10 MB of calendar take 80 MB, the most wicked found 320; the rest is for systems whose
    libraries map more."""


DEFAULT = Caps()


def count_events(data: bytes) -> int:
    """How many VEVENTs the file has: the most that `read_calendar` can yield as events; fast, for a progress bar."""
    return sum(1 for _ in _EVENT.finditer(data.upper()))


async def read_calendar(
    data: bytes, *, zone: str, charset: str = "", caps: Caps = DEFAULT
) -> AsyncGenerator[SourceEvent | Skipped, None]:
    """Everything in an iCalendar file, as it is read: events, and what was not taken with the reason.

    `zone` (IANA) is where times and days are that name no zone, when the calendar does not say either. Events come
    in the order of the file, past ones too. Changes of a series are told on the series' own wall and zone. `charset`
    is what a header said it is in, for what is no UTF-8.

    Raises Refused for what is no calendar or exceeds a cap, at once or after some events; what was yielded until
    then is right as it is. The process is gone when the iteration ends, however it ends. Whoever may leave it
    early, by an error or a cancellation of their own too, closes it with `contextlib.aclosing`: Python would
    otherwise do so when it gets round to it.
    """
    _check_size(data, caps)
    process = await start(_CHILD, zone, charset[:40] or "-", str(caps.seconds), str(caps.memory))
    try:
        told = Lines(process, caps.seconds)
        await told.send(data)
        while lines := await told.receive():
            for number, line in enumerate(lines):
                if number % AT_ONCE == 0:
                    await asyncio.sleep(0)
                item = decode(line)
                if isinstance(item, Refused):
                    raise item
                yield item
        _check_end(await told.end(), caps)
    finally:
        await stop(process)


class Lines:
    """The pipes of a process that tells lines, and what is left of its time: Refused when that is over."""

    def __init__(self, process: asyncio.subprocess.Process, seconds: int) -> None:
        assert process.stdin
        assert process.stdout
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._seconds, self._left = seconds, float(seconds)
        self._rest = b""

    async def send(self, data: bytes) -> None:
        """Hand the file over. A process that ends before it has all of it says why by its exit code."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._stdin.write(data)
            await self._within(self._stdin.drain())
        self._stdin.close()

    async def receive(self) -> list[bytes]:
        """The next lines; none when there are no more."""
        await asyncio.sleep(0)  # what is there already would be handed over without a pause for others
        while True:
            chunk = await self._within(self._stdout.read(_CHUNK))
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            if lines or not chunk:
                return lines

    async def end(self) -> int:
        """The exit code."""
        return await self._within(self._process.wait())

    async def _within(self, waiting: Awaitable[T]) -> T:
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(self._left):
                return await waiting
        except TimeoutError:
            raise _took_too_long(self._seconds) from None
        finally:
            self._left -= clock() - began


def _check_size(data: bytes, caps: Caps) -> None:
    if len(data) > caps.bytes:
        raise Refused(
            N_("The calendar has {size} MB; at most {limit} MB can be read. Split it into smaller files."),
            size=_megabytes(len(data)),
            limit=_megabytes(caps.bytes),
        )
    events = count_events(data)
    if events > caps.events:
        raise Refused(
            N_("The calendar has {count} events; at most {limit} can be read. Split it into smaller files."),
            count=events,
            limit=caps.events,
        )


def _check_end(code: int, caps: Caps) -> None:
    """Raise Refused if the process ended in any other way than by having read it all."""
    if code == OUT_OF_MEMORY:
        raise Refused(
            N_("Reading the calendar takes more than {limit} MB of memory. Split it into smaller files."),
            limit=_megabytes(caps.memory),
        )
    if code == -signal.SIGXCPU:
        raise _took_too_long(caps.seconds)
    if code:
        raise Refused(
            N_("Reading the calendar broke off. It may be damaged: export it again, or split it into smaller files.")
        )


def _took_too_long(seconds: int) -> Refused:
    return Refused(
        N_("Reading the calendar takes more than {limit} seconds. Split it into smaller files."),
        limit=seconds,
    )


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)
