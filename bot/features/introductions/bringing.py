"""On a yes: a conversation of both where their platform lets the bot begin one; else each gets the other's profile.

Each platform is asked by whoever serves it: what can be done there, and where a profile is found, only they know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.commands import Services
from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import Owed
from bot.domain.introductions import Answer, Introduction, Party
from bot.errors import Unreachable
from bot.features.introductions.telling import GROUP, INTRODUCED
from bot.platform import Introduces
from bot.ports import UnitOfWork

BRING = "introduction.bring"

log = structlog.get_logger()


def errands_for(one: Introduction) -> Sequence[Owed]:
    """One for each platform that has an account of theirs."""
    accounts = {each.account.platform: each.account for each in (one.asker, one.asked)}
    return [
        Owed(
            kind=BRING,
            subject=one.id,
            period=platform,
            address=Direct(platform, account.id, account.name),
            community=one.community.id,
        )
        for platform, account in accounts.items()
    ]


async def bring_together(row: Owed, services: Services, now: datetime) -> None:
    """Implements `bot.commands.Errand`. Run again it owes the same rows, which are there already."""
    platform = services.platforms[row.address.platform]
    meets = platform.introductions
    async with services.store.reading() as uow:
        found = await uow.introductions.fallen_due([row.subject])
    if not found or found[0].answer is not Answer.YES or found[0].is_one:
        return
    [one] = found
    here = [each for each in (one.asker, one.asked) if each.account.platform == platform.name]
    place = await _conversation(meets, here, one)
    async with services.store.writing() as uow:
        if place is not None:
            await uow.outbox.add([_owed(GROUP, one, place)], now)
            return
        for each in here:
            await uow.outbox.add(await _profile_of(each, one, meets, uow), now)


async def _conversation(meets: Introduces | None, here: Sequence[Party], one: Introduction) -> Channel | None:
    """None where there can be none. Raises Temporary or Unsure."""
    if meets is None or len(here) < 2:
        return None
    try:
        return await meets.open_together([each.account.id for each in here])
    except Unreachable as error:  # each can still write to the other
        log.warning("no conversation for two who are introduced", introduction=one.id, reason=error.reason)
        return None


async def _profile_of(party: Party, one: Introduction, meets: Introduces | None, uow: UnitOfWork) -> Sequence[Owed]:
    """What the other is owed: where this one is found."""
    person = one.other(party).person.id
    places = await uow.people.notices_for([person])
    facts = {
        "of": "asker" if party == one.asker else "asked",
        "link": "" if meets is None else meets.profile_link(party.account.id),
    }
    return [replace(_owed(INTRODUCED, one, each), facts=facts, person=person) for each in places.get(person, ())]


def _owed(kind: str, one: Introduction, address: Channel | Direct) -> Owed:
    return Owed(kind=kind, subject=one.id, period="", address=address, community=one.community.id)
