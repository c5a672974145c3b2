"""A believable community to try things on: a few people, what they plan and what they shared."""

from __future__ import annotations

from datetime import datetime
from random import Random

from bot.domain.people import Account, Workspace
from bot.ports import Store
from bot.sample.events import fill_events
from bot.sample.library import SHARED, fill_library

PEOPLE = ("Ana", "Ben", "Chidi", "Dana", "Emeka", "Freya", "Goran")


async def fill(store: Store, now: datetime, owner: Account, workspace: Workspace, zone: str, locale: str) -> int:
    """Fill the community of `workspace` and return its id. The same moment gives the same community."""
    async with store.writing() as uow:
        caller = await uow.people.welcome(owner, workspace, is_organiser=True, zone=zone, locale=locale, now=now)
        assert caller.community is not None
        community = caller.community.id
        people: list[int] = []
        for name in PEOPLE:
            account = Account(owner.platform, name.casefold(), name)
            other = await uow.people.welcome(account, workspace, is_organiser=False, zone=zone, locale=locale, now=now)
            people.append(other.person.id)
        await fill_events(uow, community, people, now)
        await fill_library(uow, community, people, caller.origin, now, Random(len(SHARED)))
        # whoever tries it out acts last, so that theirs is the community a direct message is about
        await uow.people.welcome(owner, workspace, is_organiser=True, zone=zone, locale=locale, now=now)
    return community
