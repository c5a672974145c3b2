"""A store that is away from some moment on."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from bot.ports import UnitOfWork
from storage.database import Database


class BreaksOff:
    """Implements `bot.ports.Store`. After `units` writing transactions it raises `breaks`, as if killed there."""

    def __init__(self, inner: Database, units: int, breaks: type[Exception] = ConnectionError) -> None:
        self.inner = inner
        self.left = units
        self.breaks = breaks

    def reading(self, *, is_steady: bool = True) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.inner.reading(is_steady=is_steady)

    def writing(self) -> AbstractAsyncContextManager[UnitOfWork]:
        self.left -= 1
        if self.left < 0:
            raise self.breaks
        return self.inner.writing()
