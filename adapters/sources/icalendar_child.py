"""The process that reads one calendar: bytes on stdin, JSON lines on stdout, and a hard end to time and memory.

Run as `python -m adapters.sources.icalendar_child ZONE SECONDS MEMORY`; nobody but `adapters.sources.icalendar`
does.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

from adapters.sources.icalendar_events import Item, events_of
from adapters.sources.icalendar_lines import lines_of
from adapters.sources.icalendar_wire import encode
from bot.errors import Refused

OUT_OF_MEMORY = 3
"""The exit code that says so."""

FLUSH = 64 * 1024
"""Bytes that are written at a time: one or two pipes full."""


def main() -> int:
    zone, seconds, memory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    _limit(seconds, memory)
    gc.disable()  # the process ends before its garbage matters
    try:
        _write(_items(sys.stdin.buffer.read(), zone))
    except (MemoryError, RecursionError):
        return OUT_OF_MEMORY
    except BrokenPipeError:
        return 0  # whoever asked has stopped listening
    return 0


def _items(data: bytes, zone: str) -> Iterator[Item | Refused]:
    try:
        lines = lines_of(data)
        del data
        yield from events_of(lines, zone)
    except Refused as no:
        yield no


def _write(items: Iterator[Item | Refused]) -> None:
    waiting, size = [], 0
    for item in items:
        line = encode(item)
        waiting.append(line)
        size += len(line)
        if size >= FLUSH:
            sys.stdout.buffer.write(b"".join(waiting))
            sys.stdout.buffer.flush()
            waiting, size = [], 0
    sys.stdout.buffer.write(b"".join(waiting))
    sys.stdout.buffer.flush()


def _limit(seconds: int, memory: int) -> None:
    """Have the system end this process should it work or grow beyond all measure, and keep no core of it.

    The parent holds the time on the wall; this holds even if the parent is gone.
    """
    try:
        import resource
    except ImportError:  # Windows has none; the parent's clock is left
        return
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or hard >= most:
            try:
                resource.setrlimit(kind, (most, hard))
            except (OSError, ValueError):  # macOS knows RLIMIT_AS and refuses it
                continue


if __name__ == "__main__":
    sys.exit(main())
