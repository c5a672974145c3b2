"""`greenroom` as a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
OURS = ("GREENROOM_", "DATABASE_", "DISCORD_", "SLACK_", "WEB_")


@dataclass(frozen=True, slots=True)
class Ended:
    code: int
    out: str
    err: str


async def start(folder: Path, *arguments: str, **environment: str) -> Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "GREENROOM_TIMEZONE": "Europe/Berlin", **environment},
        stdout=PIPE,
        stderr=PIPE,
    )


async def ended(process: Process) -> Ended:
    """Wait until it ends by itself."""
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


@asynccontextmanager
async def running(folder: Path, *arguments: str, **environment: str) -> AsyncIterator[Process]:
    """A process that is killed at the end, if it still runs."""
    process = await start(folder, *arguments, **environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
