"""`discord`, for a bot in 1,000 servers: the memory it takes, and all their digests when they fall due at once.

A fake Discord runs here with its rate limits on, the bot in a process of its own. The servers' communities stand in
the database, each with a few events of the week and a digest; once all servers were told of, the bot's memory is read.
Then its clock is moved to the hour of the digests. They take at least as long as Discord's limit of 50 requests a
second lets them; from within, the loop is asked every millisecond whether it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from itertools import islice
from time import perf_counter

from benchmarks.databases import Fresh
from benchmarks.discord_bots import OURS, bot_process
from benchmarks.listings import listings, world
from benchmarks.measuring import NOW, Figure, shown, times
from bot.domain.addresses import Channel
from bot.domain.delivery import Due
from bot.domain.digests import Digest
from bot.domain.events import FromSource
from bot.domain.people import Workspace
from bot.features.digests.posting import DIGEST
from storage.database import Database
from tests.fakes.discord import FakeDiscord, Guild

SERVERS, FEW = 1_000, 20
EVENTS = 3
"""Events in each digest."""
FALL_DUE = timedelta(hours=1)

A_SECOND = 50  # Discord: requests in all
SLOWER_MOST = 1.1
BLOCKED_MOST = 0.05
BYTES_MOST = 150_000_000


@dataclass(frozen=True, slots=True)
class Served:
    """`held` and `peak` are bytes: before the digests, and the most until they were out; None if unknown."""

    servers: int
    seconds: float
    blocked: float
    limited: int
    """Requests that Discord put off."""
    held: int | None
    peak: int | None


async def measure(fresh: Fresh, servers: int) -> Served:
    url = fresh()
    async with FakeDiscord(identify_seconds=0) as fake:
        guilds = [fake.add_guild(f"server {number}", channels=("general", "events")) for number in range(servers)]
        await _fill(url, guilds)
        async with bot_process(OURS, fake, url) as bot:
            await fake.quiet(0.5)
            idle = await bot.ask()
            await bot.ask("watch")
            began = perf_counter()
            await bot.ask(f"forward {FALL_DUE.total_seconds()}")
            await fake.until_posted(servers, 120)
            seconds = perf_counter() - began
            after = await bot.ask()
        if len({message.channel.id for message in fake.posted}) != servers or fake.violations:
            raise RuntimeError(f"not every server has its digest, once: {len(fake.posted)}, {fake.violations[:1]}")
        return Served(servers, seconds, after.blocked, len(fake.limits.hits), idle.held, after.peak)


def figures(engine: str, served: Served) -> list[Figure]:
    least = served.servers / A_SECOND
    ratio = served.seconds / least
    found = [
        Figure(
            f"digests to {served.servers:,} servers, {engine}",
            f"{shown(served.seconds)} ({served.servers / served.seconds:.0f} a second, {served.limited} put off)",
            f"{shown(least)} at Discord's {A_SECOND} a second",
            times(ratio),
            f"at most {SLOWER_MOST:g}×",
            ratio <= SLOWER_MOST,
        ),
        Figure(
            f"the loop blocked meanwhile, {engine}",
            shown(served.blocked),
            "",
            "",
            f"at most {shown(BLOCKED_MOST)}",
            served.blocked <= BLOCKED_MOST,
        ),
    ]
    if served.held is not None and served.peak is not None:
        found.append(
            Figure(
                f"memory in {served.servers:,} servers, {engine}",
                f"{served.held / 1e6:.0f} MB",
                f"{served.peak / 1e6:.0f} MB at the most, digests included",
                "",
                f"at most {BYTES_MOST / 1e6:.0f} MB",
                served.held <= BYTES_MOST,
            )
        )
    return found


def _events() -> list[FromSource]:
    """The first few of this week."""
    until = (NOW + timedelta(days=6)).replace(tzinfo=None)
    return list(islice((each for each in listings(world(), 10_000, NOW) if each.event.timing.starts < until), EVENTS))


async def _fill(url: str, guilds: Sequence[Guild]) -> None:
    database, events = Database(url), _events()
    at = NOW + FALL_DUE
    try:
        async with database.writing() as uow:
            for guild in guilds:
                workspace = Workspace("discord", str(guild.id), guild.name)
                joined = await uow.people.join(workspace, zone="UTC", locale="en", now=NOW)
                assert joined is not None
                community = joined.home.community.id
                await uow.events.bring(community, events, NOW)
                channel = Channel("discord", workspace.id, str(guild.channel("events").id), "events")
                digest = Digest(0, community, channel, at.weekday(), time(at.hour), "UTC")
                await uow.due.put(Due(DIGEST, (await uow.digests.add(digest, NOW)).id, at))
    finally:
        await database.close()
