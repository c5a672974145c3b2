"""`greenroom console` as a script runs it: the real bot in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def greenroom(folder: Path, *options: str, lines: str) -> str:
    """What a script sees; fails when the process does not end well or says anything on standard error."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GREENROOM_", "DATABASE_"))}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "console", *options],
        input=lines,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
        cwd=folder,
        env={
            **kept,
            "DATABASE_URL": f"sqlite:///{folder}/greenroom.db",
            "PYTHONPATH": os.pathsep.join((str(Path(__file__).parents[3]), kept.get("PYTHONPATH", ""))),
            "PYTHONIOENCODING": "utf-8",
        },
    )
    assert done.stderr == ""
    return done.stdout


def test_a_digest_is_set_seen_once_and_pressed_in_another_run(tmp_path: Path) -> None:
    seen = greenroom(
        tmp_path,
        "--sample",
        lines=":as mara organiser\n/digest set channel:events day:monday time:9:00\n:press Save\n:skip 7d\n:quit\n",
    )
    assert "\n! " not in seen
    assert "in #events — :channel events" in seen
    seen = greenroom(tmp_path, lines=":as tom\n:channel events\n:press 2\n")
    assert seen.count("1 of ") <= 1
    assert "— #events, Monday" in seen
    assert seen.rstrip().splitlines()[-1].startswith("  [1 Going]")


def test_a_throwaway_database_leaves_nothing_behind(tmp_path: Path) -> None:
    assert "(only you see this)" in greenroom(tmp_path, "--memory", lines="/help\n")
    assert list(tmp_path.iterdir()) == []
