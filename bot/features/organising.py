"""Telling organisers, directly, of what they are to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.delivery import Fact, Owed
from bot.ports import UnitOfWork

TOLD_MOST = 10
"""Organisers told of one thing, those seen last: whoever decides first spares the others."""


async def for_organisers(
    uow: UnitOfWork,
    community: int,
    kind: str,
    subject: int,
    period: str,
    facts: Mapping[str, Fact] | None = None,
    *,
    not_after: datetime | None = None,
) -> Sequence[Owed]:
    """One row to each organiser, where their notices go. Owed again for the same period it is owed once.

    It waits where somebody takes no direct messages. `kind` puts it into words: for its reader, `Owed.person`, and
    moot for what was decided meanwhile.
    """
    persons = (await uow.people.organisers(community))[:TOLD_MOST]
    places = await uow.people.notices_for(persons)
    return [
        Owed(
            kind=kind,
            subject=subject,
            period=period,
            address=place,
            community=community,
            facts=facts or {},
            not_after=not_after,
            person=person,
        )
        for person in persons
        for place in places.get(person, ())
    ]
