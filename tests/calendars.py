"""A platform's own calendar in memory, which fails when it is told to."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Protocol

from bot.domain.people import Account
from bot.domain.text import clip
from bot.errors import Unreachable
from bot.platform import NativeEvent

TITLE, DESCRIPTION, LOCATION = 24, 60, 24


class Tells(Protocol):
    def now(self) -> datetime: ...


class Killed(Exception):
    """The process died here."""


@dataclass(frozen=True, slots=True)
class Fails:
    """The next call raises `error`; `is_done` says whether it had its effect all the same."""

    error: Exception
    is_done: bool = False


class Effect(Protocol):
    def __call__(self) -> None: ...


class MemoryCalendar:
    """Implements `bot.platform.NativeCalendar` for one workspace. What is over is no longer listed."""

    def __init__(self, clock: Tells, most: int = 5, *, counts: bool = True) -> None:
        self._clock = clock
        self._most = most
        self._counts = counts
        self._numbers = count(1)
        self.events: dict[str, NativeEvent] = {}
        self.fans: dict[str, set[str]] = {}
        self.trouble: deque[Fails | None] = deque()
        """What happens to the next writes, one after another; None: nothing does."""
        self.writes: list[str] = []
        self.questions = 0

    @property
    def most(self) -> int:
        return self._most

    def shaped(self, event: NativeEvent) -> NativeEvent:
        return replace(
            event,
            title=clip(event.title, TITLE),
            description=clip(event.description, DESCRIPTION) if event.description else "",
            location=clip(event.location, LOCATION),
        )

    async def listed(self, workspace: str) -> Sequence[NativeEvent]:
        open_ = [event for event in self.events.values() if event.ends > self._clock.now()]
        if not self._counts:
            return open_
        return [replace(event, interested=len(self.fans.get(event.id, ()))) for event in open_]

    async def create(self, workspace: str, event: NativeEvent) -> str:
        assert self.shaped(event) == event
        assert event.ends > event.starts
        id_ = f"e{next(self._numbers)}"

        def made() -> None:
            if sum(each.ends > self._clock.now() for each in self.events.values()) >= self.most:
                raise Unreachable("the calendar is full")
            self.events[id_] = replace(event, id=id_)

        self._write("create", made)
        return id_

    async def change(self, workspace: str, event: NativeEvent) -> None:
        def changed() -> None:
            if event.id not in self.events:
                raise Unreachable("unknown event")
            self.events[event.id] = event

        self._write("change", changed)

    async def remove(self, workspace: str, id_: str) -> None:
        def removed() -> None:
            self.events.pop(id_, None)

        self._write("remove", removed)

    async def interested(self, workspace: str, id_: str) -> Sequence[Account]:
        self.questions += 1
        return [Account("console", name, name.title()) for name in sorted(self.fans.get(id_, ()))]

    # --- organisers --------------------------------------------------------------------------------------

    def adds(self, title: str, starts: datetime, ends: datetime) -> str:
        """An organiser makes an event of their own there."""
        id_ = f"o{next(self._numbers)}"
        self.events[id_] = NativeEvent(title, "", starts, ends, "Somewhere", id_, is_ours=False)
        return id_

    @property
    def ours(self) -> Sequence[NativeEvent]:
        return [event for event in self.events.values() if event.is_ours and event.ends > self._clock.now()]

    def _write(self, name: str, effect: Effect) -> None:
        self.writes.append(name)
        fails = self.trouble.popleft() if self.trouble else None
        if fails is None or fails.is_done:
            effect()
        if fails is not None:
            raise fails.error
