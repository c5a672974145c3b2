"""A believable community to try things on: a few people, what they plan and what they shared."""

from __future__ import annotations

from datetime import datetime
from random import Random

from bot.domain.people import Account, Origin, Workspace
from bot.ports import Store
from bot.sample.events import fill_events
from bot.sample.gigs import fill_gigs
from bot.sample.happening import fill_happening
from bot.sample.library import SHARED, fill_library

PEOPLE = ("Ana", "Ben", "Chidi", "Dana", "Emeka", "Freya", "Goran")


async def fill(store: Store, now: datetime, owner: Account, workspace: Workspace, zone: str, locale: str) -> int:
    """Fill the community of `workspace` and return its id. The same moment gives the same community."""
    async with store.writing() as uow:
        caller = await uow.people.welcome(owner, workspace, is_organiser=True, zone=zone, locale=locale, now=now)
        assert caller.community is not None
        community = caller.community.id
        people: list[int] = []
        origins: list[Origin] = []
        for name in PEOPLE:
            account = Account(owner.platform, name.casefold(), name)
            other = await uow.people.welcome(account, workspace, is_organiser=False, zone=zone, locale=locale, now=now)
            people.append(other.person.id)
            origins.append(other.origin)
        await fill_events(uow, community, people, now)
        await fill_happening(uow, community, workspace, people, origins, now)
        await fill_library(uow, community, people, origins, now, Random(len(SHARED)))
        await fill_gigs(uow, community, origins, now)
        # whoever tries it out acts last, so that theirs is the community a direct message is about
        await uow.people.welcome(owner, workspace, is_organiser=True, zone=zone, locale=locale, now=now)
    return community
