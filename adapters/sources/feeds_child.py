"""The process that reads one RSS or Atom feed: its address and bytes on stdin, JSON lines on stdout, its name first.

Run as `python -m adapters.sources.feeds_child ZONE CHARSET SECONDS MEMORY`; nobody but `adapters.sources.feeds`
does.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator

from adapters.sources.confined import OUT_OF_MEMORY, confine
from adapters.sources.feeds_xml import feed_of
from adapters.sources.icalendar_wire import encode
from bot.errors import Refused


def main() -> int:
    zone, charset, seconds, memory = sys.argv[1:]
    confine(int(seconds), int(memory))
    gc.disable()  # the process ends before its garbage matters
    try:
        url, _, body = sys.stdin.buffer.read().partition(b"\n")
        for line in _lines(body, "" if charset == "-" else charset, url.decode(), zone):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except (MemoryError, RecursionError):
        return OUT_OF_MEMORY
    except BrokenPipeError:
        return 0  # whoever asked has stopped listening
    return 0


def _lines(body: bytes, charset: str, url: str, zone: str) -> Iterator[bytes]:
    try:
        name, items = feed_of(body, charset, url, zone)
    except Refused as no:
        yield encode(no)
        return
    yield json.dumps(["name", name]).encode() + b"\n"
    yield from map(encode, items)


if __name__ == "__main__":
    sys.exit(main())
