"""On a yes: a conversation of both where their platform lets the bot begin one; else each gets the other's profile.

Each platform is asked by whoever serves it: what can be done there, and where a profile is found, only they know.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.commands import Services
from bot.domain.addresses import Channel, Direct
from bot.domain.delivery import Owed
from bot.domain.introductions import Answer, Introduction, Party
from bot.errors import Unreachable
from bot.features.introductions.telling import GROUP, INTRODUCED
from bot.platform import Platform
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
    async with services.store.reading() as uow:
        found = await uow.introductions.fallen_due([row.subject])
    if not found or found[0].answer is not Answer.YES or found[0].is_one:
        return
    [one] = found
    here = [each for each in (one.asker, one.asked) if each.account.platform == platform.name]
    place = await _conversation(platform, here, one)
    async with services.store.writing() as uow:
        if place is not None:
            await uow.outbox.add([_owed(GROUP, one, place)], now)
            return
        owed = [await _profile_of(each, one, platform, uow) for each in here]
        await uow.outbox.add([each for each in owed if each is not None], now)


async def _conversation(platform: Platform, here: Sequence[Party], one: Introduction) -> Channel | None:
    """None where there can be none. Raises Temporary or Unsure."""
    if len(here) < 2:
        return None
    try:
        return await platform.bring_together([each.account.id for each in here])
    except Unreachable as error:  # each can still write to the other
        log.warning("no conversation for two who are introduced", introduction=one.id, reason=error.reason)
        return None


async def _profile_of(party: Party, one: Introduction, platform: Platform, uow: UnitOfWork) -> Owed | None:
    """What the other is owed: where this one is found."""
    address = await uow.people.notices_to(one.other(party).person.id)
    if address is None:
        return None
    of, link = "asker" if party == one.asker else "asked", platform.profile_link(party.account.id)
    return _owed(INTRODUCED, one, address, of=of, link=link)


def _owed(kind: str, one: Introduction, address: Channel | Direct, **facts: str) -> Owed:
    return Owed(kind=kind, subject=one.id, period="", address=address, community=one.community.id, facts=facts)
