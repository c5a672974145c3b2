"""The process that reads calendars, and what becomes of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.sources.icalendar import DEFAULT, Caps, count_events, read_calendar
from bot.domain.events import Skipped, SourceEvent
from bot.errors import Refused
from tests.adapters.sources.calendars import calendar, event, read

Item = SourceEvent | Skipped
MANY = calendar(*(event(f"UID:{number}", f"DESCRIPTION:{'x' * 200}") for number in range(5_000)))
"""More than the pipes hold."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are watched by way of POSIX here")


def processes() -> set[int]:
    """The processes that this one has started and not yet reaped."""
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    return {int(pid) for pid in path.read_text().split()} if path.exists() else set()


async def everything(data: bytes, caps: Caps = DEFAULT) -> list[Item]:
    return [item async for item in read_calendar(data, zone="Europe/Berlin", caps=caps)]


async def collect(items: AsyncGenerator[Item, None], found: list[Item]) -> None:
    async for item in items:
        found.append(item)  # noqa: PERF401 - what came before an error is wanted


def environment_of(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


@pytest.fixture(autouse=True)
async def no_process_is_left() -> AsyncGenerator[None, None]:
    before = processes()
    yield
    assert processes() <= before


async def test_the_process_tells_what_is_read() -> None:
    data = calendar(
        event(
            "DTSTART;TZID=Europe/Berlin:20261204T200000",
            "RRULE:FREQ=WEEKLY",
            "EXDATE:20261211T190000Z",
            "RDATE:20261212T190000Z",
            "SUMMARY:日本 🎛️",
            "GEO:1.5;2.5",
        ),
        event("RECURRENCE-ID:20261218T190000Z", "DTSTART:20261219T200000", "SUMMARY:Moved"),
        event("UID:2", "RRULE:FREQ=SECONDLY"),
        "BEGIN:VTODO\nEND:VTODO",
    )
    events, skipped = read(data)
    assert [item for item in await everything(data) if isinstance(item, SourceEvent)] == events
    assert [item for item in await everything(data) if isinstance(item, Skipped)] == skipped
    assert count_events(data) == 3


async def test_events_come_while_the_rest_is_being_read() -> None:
    items = read_calendar(MANY, zone="Europe/Berlin")
    async with aclosing(items):
        first = await anext(items)
        assert isinstance(first, SourceEvent)
        assert first.uid == "0"
        assert processes()


async def test_a_long_calendar_is_read_to_its_end() -> None:
    assert len(await everything(MANY)) == count_events(MANY) == 5_000


@pytest.mark.parametrize("data", [b"", b"\x00" * 1_000, b"PK\x03\x04", b"\x80" * 70_000, b"<!DOCTYPE html><html>"])
async def test_what_is_no_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="not a calendar"):
        await everything(data)


async def test_a_calendar_of_31_megabytes_is_refused_before_anything_is_started() -> None:
    with pytest.raises(Refused, match=r"31 MB; at most 10 MB can be read\. Split it"):
        await everything(b" " * 31_000_000)


async def test_a_calendar_of_100_000_events_is_refused() -> None:
    data = b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * 100_000
    with pytest.raises(Refused, match=r"100000 events; at most 20000 can be read\. Split it"):
        await everything(data)


async def test_a_process_that_takes_too_long_is_ended() -> None:
    with pytest.raises(Refused, match=r"more than 1 seconds\. Split it"):
        await everything(MANY * 30, replace(DEFAULT, seconds=1, events=1_000_000, bytes=100_000_000))


async def test_the_time_that_events_are_worked_on_does_not_count() -> None:
    items = read_calendar(MANY, zone="Europe/Berlin", caps=replace(DEFAULT, seconds=20))
    clock = asyncio.get_running_loop().time
    count = 0
    async with aclosing(items):
        async for _ in items:
            count += 1
            if count == 1:
                began = clock()
                with suppress(TimeoutError):  # as if the database had taken its time
                    await asyncio.wait_for(asyncio.Event().wait(), 0.2)
                assert clock() - began >= 0.19
    assert count == 5_000


@pytest.mark.skipif(sys.platform != "linux", reason="no other system ends a process for its address space")
async def test_a_process_that_takes_too_much_memory_is_ended() -> None:
    with pytest.raises(Refused, match=r"more than 100 MB of memory\. Split it"):
        await everything(MANY * 40, replace(DEFAULT, memory=100_000_000, events=1_000_000, bytes=100_000_000))


async def test_a_process_that_is_killed_is_told_of_after_what_it_read() -> None:
    before = processes()
    items = read_calendar(MANY, zone="Europe/Berlin")
    read_before = [await anext(items)]
    (child,) = processes() - before
    os.kill(child, signal.SIGKILL)
    with pytest.raises(Refused, match="broke off"):
        await collect(items, read_before)
    assert 1 <= len(read_before) < 5_000
    assert all(isinstance(item, SourceEvent) for item in read_before)


async def test_a_process_that_cannot_start_is_told_of() -> None:
    with pytest.raises(Refused):
        await everything(calendar(event()), replace(DEFAULT, memory=1_000_000))


async def test_a_reader_that_is_cancelled_leaves_no_process() -> None:
    started = asyncio.Event()

    async def reading() -> None:
        async with aclosing(read_calendar(MANY, zone="Europe/Berlin")) as items:
            async for _ in items:
                started.set()
                await asyncio.Event().wait()

    task = asyncio.create_task(reading())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_reader_that_is_cancelled_at_once_leaves_no_process() -> None:
    task = asyncio.create_task(everything(MANY))
    before = processes()
    while not processes() - before:  # noqa: ASYNC110 - no event tells when a process is there but not ours yet
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_process_is_given_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENROOM_DISCORD_TOKEN", "secret")
    before = processes()
    items = read_calendar(MANY, zone="Europe/Berlin")
    async with aclosing(items):
        await anext(items)
        (child,) = processes() - before
        assert b"secret" not in environment_of(child)


async def test_several_calendars_are_read_at_once() -> None:
    data = calendar(event())
    assert [len(items) for items in await asyncio.gather(*(everything(data) for _ in range(4)))] == [1] * 4


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"", 0),
        (b"BEGIN:VEVENT", 1),
        (b"begin:vevent\nEND:VEVENT\r\nBEGIN:VEVENT \rBEGIN:VEVENTS\nXBEGIN:VEVENT", 2),
        (calendar(event(), event("DESCRIPTION:BEGIN:VEVENT")), 2),
    ],
)
def test_events_are_counted_beforehand(data: bytes, count: int) -> None:
    assert count_events(data) == count
