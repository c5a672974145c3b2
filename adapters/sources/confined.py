"""A hard end to the time and memory of the process that calls it."""

from __future__ import annotations

OUT_OF_MEMORY = 3
"""The exit code that says so."""


def confine(seconds: int, memory: int) -> None:
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
