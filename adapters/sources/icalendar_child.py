"""The process that reads one calendar: bytes on stdin, JSON lines on stdout, and a hard end to time and memory.

Run as `python -m adapters.sources.icalendar_child ZONE CHARSET SECONDS MEMORY`; nobody but `adapters.sources.icalendar`
does.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

from adapters.sources.confined import OUT_OF_MEMORY, confine
from adapters.sources.icalendar_events import Item, events_of
from adapters.sources.icalendar_lines import lines_of
from adapters.sources.icalendar_wire import encode
from bot.errors import Refused

FLUSH = 64 * 1024
"""Bytes that are written at a time: one or two pipes full."""


def main() -> int:
    zone, charset, seconds, memory = sys.argv[1:]
    confine(int(seconds), int(memory))
    gc.disable()  # the process ends before its garbage matters
    try:
        _write(_items(sys.stdin.buffer.read(), "" if charset == "-" else charset, zone))
    except (MemoryError, RecursionError):
        return OUT_OF_MEMORY
    except BrokenPipeError:
        return 0  # whoever asked has stopped listening
    return 0


def _items(data: bytes, charset: str, zone: str) -> Iterator[Item | Refused]:
    try:
        lines = lines_of(data, charset)
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


if __name__ == "__main__":
    sys.exit(main())
