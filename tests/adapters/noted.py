"""Ports of adapters, in memory."""

from __future__ import annotations


class Noted:
    """Implements `bot.ports.Notes`."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}

    async def get(self, name: str) -> str | None:
        return self.notes.get(name)

    async def put(self, name: str, value: str) -> None:
        self.notes[name] = value


class Heard:
    """Implements `bot.ports.Deliveries`."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.is_broken = False

    async def first(self, name: str) -> bool:
        if self.is_broken:
            raise OSError("the database is away")
        is_first = name not in self.names
        self.names.add(name)
        return is_first
