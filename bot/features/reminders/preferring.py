"""What people set, with what holds for those who set nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot.domain.preferences import Preferences
from bot.ports import UnitOfWork


async def preferences_of(_uow: UnitOfWork, persons: Collection[int]) -> Mapping[int, Preferences]:
    """For each of these people."""
    return dict.fromkeys(persons, Preferences())
