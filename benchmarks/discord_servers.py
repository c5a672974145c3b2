"""`discord`, for a bot in 1,000 servers: the memory it takes, and all their digests when they fall due at once.

A fake Discord runs here with its rate limits on, the bot in a process of its own. The servers' communities stand in
the database, each with a few events of the week and a digest; once all servers were told of, the bot's memory is read.
Then its clock is moved to the hour of the digests. They take at least as long as Discord's limit of 50 requests a
second lets them; from within, the loop is asked every millisecond whether it comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

from benchmarks.databases import Fresh
from benchmarks.discord_bots import bot_process
from benchmarks.measuring import Figure, shown, times
from benchmarks.processes import OURS
from benchmarks.weekly import FALL_DUE, blocked_figure, fill, memory_figures
from bot.domain.addresses import Channel
from bot.domain.people import Workspace
from tests.fakes.discord import FakeDiscord, Guild

SERVERS, FEW = 1_000, 20

A_SECOND = 50  # Discord: requests in all
SLOWER_MOST = 1.1


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
        await fill(url, map(_channel, guilds))
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
    return [
        Figure(
            f"digests to {served.servers:,} servers, {engine}",
            f"{shown(served.seconds)} ({served.servers / served.seconds:.0f} a second, {served.limited} put off)",
            f"{shown(least)} at Discord's {A_SECOND} a second",
            times(ratio),
            f"at most {SLOWER_MOST:g}×",
            ratio <= SLOWER_MOST,
        ),
        blocked_figure(engine, served.blocked),
        *memory_figures(f"{served.servers:,} servers, {engine}", served.held, served.peak),
    ]


def _channel(guild: Guild) -> tuple[Workspace, Channel]:
    workspace = Workspace("discord", str(guild.id), guild.name)
    return workspace, Channel("discord", workspace.id, str(guild.channel("events").id), "events")
