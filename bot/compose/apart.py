"""Ports for adapters, which know no units of work: each call is one by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.installations import Sealed
from bot.ports import Clock, Store


class NotesOf:
    """Implements `bot.ports.Notes`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, name: str) -> str | None:
        async with self._store.reading() as uow:
            return await uow.notes.get(name)

    async def put(self, name: str, value: str) -> None:
        async with self._store.writing() as uow:
            await uow.notes.put(name, value)


class DeliveriesOf:
    """Implements `bot.ports.Deliveries`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def first(self, name: str) -> bool:
        async with self._store.writing() as uow:
            return await uow.heard.first(name, self._clock.now())


class InstallationsOf:
    """Implements `bot.domain.installations.Installations`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def put(self, installed: Sealed) -> None:
        async with self._store.writing() as uow:
            await uow.installations.put(installed)

    async def all(self) -> Sequence[tuple[Sealed, str]]:
        async with self._store.reading() as uow:
            return await uow.installations.all()

    async def find(self, home: str) -> Sealed | None:
        async with self._store.reading() as uow:
            return await uow.installations.find(home)

    async def within(self, organisation: str) -> Sealed | None:
        async with self._store.reading() as uow:
            return await uow.installations.within(organisation)

    async def serves(self, organisation: str, workspace: str) -> None:
        async with self._store.writing() as uow:
            await uow.installations.serves(organisation, workspace)

    async def reseal(self, installed: Sealed, sealed: str) -> None:
        async with self._store.writing() as uow:
            await uow.installations.reseal(installed, sealed)

    async def remove(self, home: str, at: datetime) -> bool:
        async with self._store.writing() as uow:
            return await uow.installations.remove(home, at)

    async def issue(self, state: str, now: datetime) -> None:
        async with self._store.writing() as uow:
            await uow.installations.issue(state, now)

    async def consume(self, state: str, now: datetime) -> bool:
        async with self._store.writing() as uow:
            return await uow.installations.consume(state, now)
