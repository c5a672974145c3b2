"""Digests that all fall due at once: what `discord_servers` and `slack_workspaces` have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta
from itertools import islice

from benchmarks.listings import listings, world
from benchmarks.measuring import NOW, Figure, shown
from bot.domain.addresses import Channel
from bot.domain.delivery import Due
from bot.domain.digests import DIGEST, Digest
from bot.domain.events import FromSource
from bot.domain.people import Workspace
from storage.database import Database

EVENTS = 3
"""Events in each digest."""
FALL_DUE = timedelta(hours=1)
BLOCKED_MOST = 0.05
BYTES_MOST = 150_000_000


async def fill(url: str, channels: Iterable[tuple[Workspace, Channel]]) -> None:
    """A database in which each channel has a digest that is due after FALL_DUE, of its workspace's few events."""
    database, events = Database(url), _events()
    at = NOW + FALL_DUE
    communities: dict[str, int] = {}
    try:
        async with database.writing() as uow:
            for workspace, channel in channels:
                if workspace.id not in communities:
                    joined = await uow.people.join(workspace, zone="UTC", locale="en", now=NOW)
                    assert joined is not None
                    communities[workspace.id] = joined.home.community.id
                    await uow.events.bring(communities[workspace.id], events, NOW)
                digest = Digest(0, communities[workspace.id], channel, at.weekday(), time(at.hour), "UTC")
                await uow.due.put(Due(DIGEST, (await uow.digests.add(digest, NOW)).id, at))
    finally:
        await database.close()


def blocked_figure(what: str, seconds: float) -> Figure:
    most = f"at most {shown(BLOCKED_MOST)}"
    return Figure(f"the loop blocked meanwhile, {what}", shown(seconds), "", "", most, seconds <= BLOCKED_MOST)


def memory_figures(what: str, held: int | None, peak: int | None) -> list[Figure]:
    """None where the system does not say."""
    if held is None or peak is None:
        return []
    return [
        Figure(
            f"memory in {what}",
            f"{held / 1e6:.0f} MB",
            f"{peak / 1e6:.0f} MB at the most, digests included",
            "",
            f"at most {BYTES_MOST / 1e6:.0f} MB",
            held <= BYTES_MOST,
        )
    ]


def _events() -> list[FromSource]:
    """The first few of this week."""
    until = (NOW + timedelta(days=6)).replace(tzinfo=None)
    return list(islice((each for each in listings(world(), 10_000, NOW) if each.event.timing.starts < until), EVENTS))
