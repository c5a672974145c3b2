"""Who organises a community, and telling them, directly, of what they are to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.delivery import Fact, Owed
from bot.features.directly import owed_to
from bot.ports import UnitOfWork
from bot.request import Request

TOLD_MOST = 10
"""Organisers told of one thing, those seen last: whoever decides first spares the others."""


async def organises(community: int, request: Request, uow: UnitOfWork) -> bool:
    """Whether the asker organises that community, also where they act in another."""
    if request.joined is not None and request.joined.id == community:
        return request.is_organiser
    return request.person.id in await uow.people.organisers(community)


async def for_organisers(
    uow: UnitOfWork,
    community: int,
    kind: str,
    subject: int,
    now: datetime,
    *,
    period: str,
    facts: Mapping[str, Fact] | None = None,
    not_after: datetime | None = None,
) -> Sequence[Owed]:
    """As `owed_to`, to the organisers of a community. What was decided meanwhile is moot."""
    persons = (await uow.people.organisers(community))[:TOLD_MOST]
    return await owed_to(
        uow, persons, kind, subject, now, community=community, period=period, facts=facts, not_after=not_after
    )
