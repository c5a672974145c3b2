"""Starts and ends the processes that read what strangers wrote: they cannot take us with them, and know no secret."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONTZPATH")
"""What of the environment the process gets. It reads what strangers wrote, so it is given no token."""


async def start(module: str, *given: str) -> asyncio.subprocess.Process:
    """Run a module of ours with these arguments; its errors are not shown. Whoever starts it calls `stop`."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", module, *given),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _KEPT if name in os.environ} | {"PYTHONPATH": str(_ROOT)},
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:  # asyncio would lose a process that is cancelled half-way through its start
        await stop(await starting)
        raise


async def stop(process: asyncio.subprocess.Process) -> None:
    """Kill it if it still runs, read what is left in its pipe and reap it."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    if process.stdin:
        process.stdin.close()
    await process.communicate()
