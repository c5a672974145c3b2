"""`start`: how soon `greenroom console` answers, and how much memory it has taken by then.

Each start is a process of its own that is asked `:now`: the time runs from before it is started until its answer can
be read, and memory is the most it held in RAM until then (VmHWM of /proc, where there is one). A first start makes a
database, as every `--memory` does, the world's cities included; later ones find it there. Medians of several.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.measuring import Figure, shown

STARTS, STARTS_QUICKLY = 7, 2
SECONDS_MOST = 1.5
BYTES_MOST = 100_000_000

ASKED, ANSWERED = ":now\n", "It is now "


@dataclass(frozen=True, slots=True)
class Start:
    """`answered`: seconds until the answer, `ended`: until a process told to `:quit` next is gone."""

    answered: float
    ended: float
    peak: int | None
    """Bytes, or None where the system does not say."""


@dataclass(frozen=True, slots=True)
class Starts:
    first: Start
    later: Start


def measure(starts: int) -> Starts:
    with tempfile.TemporaryDirectory(prefix="greenroom-figures-") as folder:
        kept = f"sqlite:///{folder}/greenroom.db"
        _start((), folder, kept)
        later = [_start((), folder, kept) for _ in range(starts)]
        first = [_start(("--memory",), folder, kept) for _ in range(starts)]
    return Starts(_median(first), _median(later))


def figures(starts: Starts) -> list[Figure]:
    return [
        *_figures("a first start of the console (`--memory`)", starts.first),
        *_figures("a start of the console", starts.later),
    ]


def _figures(what: str, start: Start) -> list[Figure]:
    found = [
        Figure(
            f"{what}: until it answers",
            shown(start.answered),
            f"{shown(start.ended)} until it has ended",
            "",
            f"at most {shown(SECONDS_MOST)}",
            start.answered <= SECONDS_MOST,
        )
    ]
    if start.peak is not None:
        megabytes = f"{start.peak / 1e6:.0f} MB"
        aim = f"at most {BYTES_MOST / 1e6:.0f} MB"
        found.append(Figure(f"{what}: memory", megabytes, "", "", aim, start.peak <= BYTES_MOST))
    return found


def _start(options: Sequence[str], folder: str, url: str) -> Start:
    began = perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "console", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,  # no .env of anybody's
        env=os.environ | {"DATABASE_URL": url},
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(ASKED)
        process.stdin.flush()
        if not any(line.startswith(ANSWERED) for line in process.stdout):
            raise RuntimeError("the console did not say what time it is")
        answered = perf_counter() - began
        peak = _peak(process.pid)
        process.stdin.write(":quit\n")
        process.stdin.close()
        asked = perf_counter()
        process.stdout.read()
        process.wait()
        return Start(answered, answered + perf_counter() - asked, peak)


def _peak(process: int) -> int | None:
    # Not getrusage: what its parent held before the child became another program counts there.
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return None
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
    return int(found[1]) * 1024 if found else None


def _median(starts: Sequence[Start]) -> Start:
    peaks = [each.peak for each in starts if each.peak is not None]
    return Start(
        answered=statistics.median(each.answered for each in starts),
        ended=statistics.median(each.ended for each in starts),
        peak=int(statistics.median(peaks)) if peaks else None,
    )
