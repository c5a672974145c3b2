"""The process that reads one page: bytes on stdin, what it says of itself as JSON on stdout.

Run as `python -m adapters.sources.pages_child CHARSET SECONDS MEMORY`; nobody but `adapters.sources.pages` does.
"""

from __future__ import annotations

import gc
import json
import sys

from adapters.sources.confined import OUT_OF_MEMORY, confine
from adapters.sources.pages_html import told_by
from adapters.sources.pages_text import text_of


def main() -> int:
    charset, seconds, memory = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    confine(seconds, memory)
    gc.disable()  # the process ends before its garbage matters
    try:
        told = told_by(text_of(sys.stdin.buffer.read(), charset), seconds / 3)
        sys.stdout.buffer.write(json.dumps(told).encode())  # ASCII: halves of letters can be written, too
        sys.stdout.buffer.flush()
    except (MemoryError, RecursionError):
        return OUT_OF_MEMORY
    except BrokenPipeError:
        return 0  # whoever asked has stopped listening
    return 0


if __name__ == "__main__":
    sys.exit(main())
