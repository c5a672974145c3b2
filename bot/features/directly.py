"""Telling people directly, out of their quiet hours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.domain.delivery import Fact, Owed
from bot.domain.quiet import out_of_quiet
from bot.features.readers import NOWHERE
from bot.ports import UnitOfWork


async def owed_to(
    uow: UnitOfWork,
    persons: Collection[int],
    kind: str,
    subject: int,
    now: datetime,
    *,
    community: int,
    period: str = "",
    facts: Mapping[str, Fact] | None = None,
    not_after: datetime | None = None,
) -> Sequence[Owed]:
    """One row for each place where each of these people is told. Owed again for the same period it is owed once, and
    it waits where somebody takes no direct messages. `kind` puts it into words for its reader, `Owed.person`.
    """
    places = await uow.people.notices_for(persons)
    set_ = await uow.preferences.of(persons)
    readers = await uow.people.readers(persons)
    return [
        Owed(
            kind=kind,
            subject=subject,
            period=period,
            address=place,
            community=community,
            facts=facts or {},
            not_before=out_of_quiet(now, set_[person].quiet, readers.get(person, NOWHERE).zone, not_after),
            not_after=not_after,
            person=person,
        )
        for person in persons
        for place in places.get(person, ())
    ]
